"""Workload identity pools and providers (https://cloud.google.com/iam/docs/reference/rest/v1/projects.locations.workloadIdentityPools)."""

from gcpstack.emulator.core.call import Call
from gcpstack.emulator.core.errors import invalid
from gcpstack.emulator.core.model import Body, Kind, States
from gcpstack.emulator.core.proto import tidy
from gcpstack.emulator.core.store import Obj
from gcpstack.emulator.core.world import World
from gcpstack.emulator.dialects import aip
from gcpstack.emulator.dialects.aip import AIP
from gcpstack.emulator.dialects.standard import need_kind

POOL_ID = r"(?!gcp-)[a-z0-9-]{4,32}"
KEPT = 30 * 86400.0
SOURCES = ("aws", "oidc", "saml", "x509")
# What AWS providers map where nothing is said.
AWS_MAPPING = {
    "google.subject": "assertion.arn",
    "attribute.aws_role": (
        "assertion.arn.contains('assumed-role') ? assertion.arn.extract('{account_arn}assumed-role/') + "
        "'assumed-role/' + assertion.arn.extract('assumed-role/{role_name}/') : assertion.arn"
    ),
}
FOR_ALL = (
    "https://token.actions.githubusercontent.com",
    "https://gitlab.com",
    "https://app.terraform.io",
)
PRESENT = ("WorkloadIdentityPoolProvider.oidc", "WorkloadIdentityPoolProvider.saml")
LONGEST = {"displayName": 32, "description": 256}


def _check_texts(_call: Call, body: Body, _old: Body | None) -> None:
    for field, most in LONGEST.items():
        if len(body.get(field, "")) > most:
            raise invalid(f"The {field} cannot exceed {most} characters.", field=field)


def _check_provider(call: Call, body: Body, old: Body | None) -> None:
    _check_texts(call, body, old)
    sources = [source for source in SOURCES if source in body]
    if len(sources) != 1:
        raise invalid(
            "Exactly one of aws, oidc, saml and x509 must be set.", field="provider_config"
        )
    if "aws" not in body and "google.subject" not in body.get("attributeMapping", {}):
        text = "The attribute mapping must map google.subject."
        raise invalid(text, field="attribute_mapping")
    if "oidc" in body:
        _check_for_all(body)
    if "oidc" in body and not str(body["oidc"].get("issuerUri", "")).startswith("https://"):
        raise invalid("The OIDC issuer URI must use the https scheme.", field="oidc.issuer_uri")


def _check_for_all(body: Body) -> None:
    """Whoever has an account at these issuers gets a token: a condition must say who is meant.

    https://cloud.google.com/iam/docs/workload-identity-federation-with-deployment-pipelines#conditions
    """
    condition = str(body.get("attributeCondition", ""))
    if str(body["oidc"].get("issuerUri", "")).rstrip("/") in FOR_ALL and (
        "assertion." not in condition and "attribute." not in condition
    ):
        raise invalid(
            "The attribute condition must reference one of the provider's claims.",
            field="attribute_condition",
        )


def _aws(call: Call, body: Body) -> None:
    if "aws" in body and not body.get("attributeMapping"):
        body["attributeMapping"] = dict(AWS_MAPPING)
    _tidy(call, body)


def _tidy(call: Call, body: Body, _old: Body | None = None) -> None:
    """What says nothing, such as ``disabled: false``, is not told."""
    tidy(call.api, call.api.schemas[need_kind(call).schema], body, PRESENT)


def _get(call: Call) -> Body:
    """What was deleted can still be read while it can be brought back."""
    obj = call.find()
    if obj is None or call.kind is None or obj.kind != call.kind.name:
        raise call.missing(call.name)
    return call.world.show(obj)


def _show(world: World, obj: Obj, body: Body) -> Body:
    if obj.meta.get("deleted_at"):
        body["state"] = "DELETED"
        body["expireTime"] = world.stamp(obj.meta["deleted_at"] + KEPT)
    return body


_STATES = States(create="ACTIVE", update="ACTIVE", delete="ACTIVE", ready="ACTIVE")
_METHODS = {"get": _get, "undelete": aip.undelete}

POOLS = Kind(
    name="workloadIdentityPools",
    resources=("projects.locations.workloadIdentityPools",),
    schema="WorkloadIdentityPool",
    dialect=AIP,
    number=True,
    id_param="workloadIdentityPoolId",
    id_pattern=POOL_ID,
    lro=True,
    states=_STATES,
    soft_delete=KEPT,
    immutable=("mode",),
    validate=_check_texts,
    on_create=_tidy,
    on_update=_tidy,
    view=_show,
    methods=_METHODS,
)

PROVIDERS = Kind(
    name="providers",
    resources=("projects.locations.workloadIdentityPools.providers",),
    schema="WorkloadIdentityPoolProvider",
    dialect=AIP,
    number=True,
    id_param="workloadIdentityPoolProviderId",
    id_pattern=POOL_ID,
    lro=True,
    states=_STATES,
    soft_delete=KEPT,
    validate=_check_provider,
    on_create=_aws,
    on_update=_tidy,
    view=_show,
    methods=_METHODS,
)
