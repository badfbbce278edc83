"""Binary Authorization (https://cloud.google.com/binary-authorization/docs/reference/rest)."""

import re

from gcpstack.emulator.core.call import Call
from gcpstack.emulator.core.errors import invalid
from gcpstack.emulator.core.model import Body, Kind, Rpc, Service
from gcpstack.emulator.core.proto import tidy
from gcpstack.emulator.core.recorded import plain
from gcpstack.emulator.dialects import aip
from gcpstack.emulator.dialects.aip import AIP
from gcpstack.emulator.services.binaryauthorization import keys, policies

NOTE = re.compile(r"projects/(?P<project>[^/]+)/notes/[^/]+")
AGENT = "service-{number}@gcp-sa-binaryauthorization.iam.gserviceaccount.com"


def _create(call: Call) -> Body:
    """``create``: the name in the body must be the one that the id makes."""
    name = f"{call.path}/{call.query.get('attestorId') or ''}"
    sent = call.world.canonical(call.body.get("name", name))
    if sent != name:
        raise invalid(f"The name '{sent}' does not match the attestor id.", field="attestor.name")
    return aip.create(call)


def _update(call: Call) -> Body:
    """``update``: a PUT of the whole attestor."""
    return aip.change(call, ATTESTORS, call.need(), dict(call.body))


def _check(_call: Call, body: Body, old: Body | None) -> None:
    note = body.get("userOwnedGrafeasNote", {}).get("noteReference", "")
    found = NOTE.fullmatch(note)
    if found is None or plain(found["project"]).isdigit():
        raise invalid(
            f"Invalid note reference '{note}': it must be of the form projects/PROJECT_ID/notes/NOTE.",
            field="attestor.user_owned_grafeas_note.note_reference",
        )
    if old is not None and note != old["userOwnedGrafeasNote"]["noteReference"]:
        raise invalid("The note reference of an attestor is immutable.", field="note_reference")


def _complete(call: Call, body: Body, _old: Body | None = None) -> None:
    tidy(call.api, call.api.schemas["Attestor"], body, ())
    note = body["userOwnedGrafeasNote"]
    keys.complete(note.get("publicKeys", []))
    note["delegationServiceAccountEmail"] = AGENT.format(number=call.world.number_of(call.project))
    body["updateTime"] = call.world.stamp()


ATTESTORS = Kind(
    name="attestors",
    resources=("projects.attestors",),
    schema="Attestor",
    dialect=AIP,
    id_param="attestorId",
    id_pattern=r"[A-Za-z0-9_-]{1,63}",
    etag="etag",
    validate=_check,
    on_create=_complete,
    on_update=_complete,
    methods={"create": _create, "update": _update},
)

_V1 = "google.cloud.binaryauthorization.v1"
_GRPC, _POLICY = f"{_V1}.BinauthzManagementServiceV1", f"{_V1}.Policy"

SERVICE = Service(
    name="binaryauthorization",
    title="Binary Authorization API",
    versions=("v1", "v1beta1"),
    kinds=(ATTESTORS, policies.PLATFORMS),
    methods=policies.METHODS,
    grpc=(
        Rpc(_GRPC, "GetPolicy", "projects.getPolicy", response=_POLICY),
        Rpc(_GRPC, "UpdatePolicy", "projects.updatePolicy", body="policy", response=_POLICY),
        Rpc(_GRPC, "CreateAttestor", "projects.attestors.create", body="attestor"),
        Rpc(_GRPC, "UpdateAttestor", "projects.attestors.update", body="attestor"),
        Rpc(_GRPC, "GetAttestor", "projects.attestors.get"),
        Rpc(_GRPC, "ListAttestors", "projects.attestors.list"),
        Rpc(_GRPC, "DeleteAttestor", "projects.attestors.delete"),
        Rpc(f"{_V1}.SystemPolicyV1", "GetSystemPolicy", "systempolicy.getPolicy", response=_POLICY),
    ),
    client="google.cloud.binaryauthorization_v1",
    # google/cloud/binaryauthorization/v1/resources.proto gives two names to one number
    enum_numbers={"PkixPublicKey.signatureAlgorithm": keys.NUMBERS},
)
