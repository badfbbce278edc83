"""Secret Manager (https://cloud.google.com/secret-manager/docs/reference/rest)."""

import base64
import re
from collections.abc import Iterator
from typing import Any

from gcpstack.emulator.core import agents, encryption
from gcpstack.emulator.core.call import Call
from gcpstack.emulator.core.clock import parse_rfc3339
from gcpstack.emulator.core.crc32c import crc32c
from gcpstack.emulator.core.errors import failed_precondition, invalid, not_found
from gcpstack.emulator.core.ids import etag
from gcpstack.emulator.core.model import Body, Kind, Rpc, Service
from gcpstack.emulator.core.recorded import same_version
from gcpstack.emulator.core.store import Obj
from gcpstack.emulator.core.world import World
from gcpstack.emulator.dialects import aip
from gcpstack.emulator.dialects.aip import AIP

LARGEST_PAYLOAD = 65536
TOPIC = re.compile(r"projects/[^/]+/topics/[^/]+")


def _total(call: Call, answer: Body, count: int) -> None:
    """Lists tell how many there are, unless they are filtered."""
    if count and not call.query.get("filter"):
        answer["totalSize"] = count


def _validate(call: Call, body: Body, old: Body | None) -> None:
    replication = body.get("replication", {})
    regional = "locations" in call.segments
    if (
        old is None
        and not regional
        and not ("automatic" in replication or replication.get("userManaged"))
    ):
        raise invalid(
            "The request was invalid: secret.replication must be provided.",
            field="secret.replication",
        )
    if body.get("rotation") and not body.get("topics"):
        raise invalid(
            "The request was invalid: secret.topics must be set when rotation is set.",
            field="secret.topics",
        )
    had = {topic.get("name") for topic in (old or {}).get("topics", ())}
    for topic in body.get("topics", ()):
        if topic.get("name") not in had:
            _check_topic(call, str(topic.get("name", "")))
    if old is not None and _placed(body) != _placed(old):
        text = "Field replication is immutable and cannot be updated."
        raise invalid(text, field="replication")
    if _keyed(body) != _keyed(old or {}):
        _check_keys(call, body)


def _check_topic(call: Call, name: str) -> None:
    """Secret Manager's agent publishes, and tries it when a topic is named.

    https://cloud.google.com/secret-manager/docs/event-notifications
    """
    topic = call.world.canonical(name)
    if not TOPIC.fullmatch(topic):
        raise invalid(f"Invalid topic name: [{name}].", field="secret.topics")
    if call.world.registry.kind("pubsub", "topics") is None:
        return
    agent = agents.email(call.world, "secretmanager", call.project)
    known = call.world.find("pubsub", topic) is not None
    if not known or not agents.may_publish(call.world, agent, topic):
        raise failed_precondition(
            f"The service account {agent} does not have permission 'pubsub.topics.publish' on [{topic}], "
            "or the topic does not exist."
        )


def _placed(secret: Body) -> Body:
    """Where a secret is kept, for ever; its keys may be others.

    https://cloud.google.com/secret-manager/docs/cmek#update_cmek_configuration
    """
    replication = secret.get("replication", {})
    managed = replication.get("userManaged", {}).get("replicas", ())
    places = sorted(str(one.get("location")) for one in managed)
    return {"automatic": "automatic" in replication, "places": places}


def _keyed(secret: Body) -> Body:
    fields = ("replication", "customerManagedEncryption")
    return {field: secret[field] for field in fields if field in secret}


def _keys(secret: Body) -> Iterator[tuple[str, str]]:
    """(place, key) of each key that a secret is encrypted with; the place is that of the data."""
    if "customerManagedEncryption" in secret:  # a regional secret
        yield "", secret["customerManagedEncryption"].get("kmsKeyName", "")
    replication = secret.get("replication", {})
    replicas = replication.get("userManaged", {}).get("replicas", ())
    for one in ({"location": "global", **replication.get("automatic", {})}, *replicas):
        if "customerManagedEncryption" in one:
            yield one["location"], one["customerManagedEncryption"].get("kmsKeyName", "")


def _check_keys(call: Call, secret: Body) -> None:
    """Secret Manager's agent encrypts: https://cloud.google.com/secret-manager/docs/cmek."""
    for place, key in _keys(secret):
        if place and key.split("/")[3:4] != [place]:
            policy = "Automatic" if place == "global" else "User managed"
            raise invalid(
                f"{policy} replication policy can only be configured with Cloud KMS keys in location "
                f"[{place}]. Requested: [{key}]"
            )
        if encryption.refused(call, key):
            raise failed_precondition(
                f"Permission 'cloudkms.cryptoKeyVersions.useToEncrypt' denied on resource '{key}' (or it may not exist)."
            )


def _on_create(call: Call, body: Body) -> None:
    body["createTime"] = call.world.stamp()
    _expiry(call, body)


def _expiry(call: Call, body: Body) -> None:
    """A time to live becomes the time at which the secret goes."""
    ttl = body.pop("ttl", None)
    if ttl:
        body["expireTime"] = call.world.stamp(call.world.now() + float(ttl.rstrip("s")))
    if "expireTime" in body:
        seconds = parse_rfc3339(body["expireTime"]) - call.world.now()
        if seconds > 0:
            payload = {
                "name": call.name if call.method.name == "patch" else body["name"],
                "at": body["expireTime"],
            }
            call.world.later(seconds, call.service.name, "expire", payload)


def _expire(world: World, payload: Body) -> None:
    obj = world.state.get("secretmanager", payload["name"])
    if obj is not None and obj.body.get("expireTime") == payload["at"]:
        world.forget(obj)


def _patch(call: Call) -> Body:
    """``patch``: the mask is required."""
    if not call.query.get("updateMask"):
        raise invalid("The update_mask field is required.", field="update_mask")
    return aip.patch(call)


SECRETS = Kind(
    name="secrets",
    resources=("projects.secrets", "projects.locations.secrets"),
    schema="Secret",
    dialect=AIP,
    number=True,
    id_param="secretId",
    id_pattern=r"[a-zA-Z0-9_-]{1,255}",
    not_found="Secret [{name}] not found.",
    already_exists="Secret [{name}] already exists.",
    etag="etag",
    stale="FAILED_PRECONDITION",  # https://cloud.google.com/secret-manager/docs/etags
    validate=_validate,
    on_create=_on_create,
    on_update=lambda call, body, _old: _expiry(call, body),
    list_extra=_total,
    methods={"patch": _patch},
)


def _add(call: Call) -> Body:
    secret = call.need(call.name, SECRETS)
    payload = call.body.get("payload") or {}
    if "data" not in payload:
        raise invalid("Missing required field: payload.data", field="payload.data")
    _check_keys(call, secret.body)
    data = base64.b64decode(payload["data"])
    if len(data) > LARGEST_PAYLOAD:
        raise invalid(
            f"The secret payload is larger than {LARGEST_PAYLOAD} bytes.", field="payload.data"
        )
    checked = payload.get("dataCrc32c")
    if checked is not None and int(checked) != crc32c(data):
        raise invalid(
            "The provided checksum does not match the payload.", field="payload.data_crc32c"
        )
    number = secret.meta.get("versions", 0) + 1
    call.world.state.put(secret.but(meta={**secret.meta, "versions": number}))
    name = f"{secret.name}/versions/{number}"
    body: Body = {"name": name, "createTime": call.world.stamp(), "state": "ENABLED"}
    body |= _replication_status(secret)
    if checked is not None:
        body["clientSpecifiedPayloadChecksum"] = True
    return _store(call, Obj("secretmanager", "versions", name, body, {"data": payload["data"]}))


def _replication_status(secret: Obj) -> Body:
    if "replication" not in secret.body:
        return {}
    managed = secret.body["replication"].get("userManaged")
    if managed:
        replicas = [{"location": replica["location"]} for replica in managed["replicas"]]
        return {"replicationStatus": {"userManaged": {"replicas": replicas}}}
    return {"replicationStatus": {"automatic": {}}}


def _store(call: Call, obj: Obj) -> Body:
    body = {**obj.body, "etag": etag({**obj.body, "etag": ""})}
    return call.world.show(call.world.state.put(obj.but(body=body)))


def _version(call: Call) -> Obj:
    """The version that the path names by number, by alias, or as ``latest``."""
    name, _, version = call.name.rpartition("/")
    secret = call.need(name.rpartition("/")[0], SECRETS)
    number = secret.body.get("versionAliases", {}).get(version, version)
    if version == "latest":
        number = secret.meta.get("versions", 0)
    obj = call.find(f"{name}/{number}")
    if obj is None:
        raise not_found(f"Secret Version [{call.world.told(SECRETS, call.name)}] not found.")
    return obj


def _get(call: Call) -> Body:
    return call.world.show(_version(call))


def _access(call: Call) -> Body:
    obj = _version(call)
    if obj.body["state"] != "ENABLED":
        raise _wrong_state(call, obj)
    data = obj.meta["data"]
    payload = {"data": data, "dataCrc32c": str(crc32c(base64.b64decode(data)))}
    return {"name": call.world.told(SECRETS, obj.name), "payload": payload}


def _wrong_state(call: Call, obj: Obj) -> Exception:
    return failed_precondition(
        f"Secret Version [{call.world.told(SECRETS, obj.name)}] is in {obj.body['state']} state."
    )


def _turn(state: str) -> Any:
    """The method that brings a version into a state."""

    def handler(call: Call) -> Body:
        obj = _version(call)
        sent = call.sent.get("etag")
        if sent and not same_version(sent, obj.body["etag"]):
            text = f"The etag provided in the request does not match the version's: {sent}."
            raise failed_precondition(text)
        if obj.body["state"] == "DESTROYED":
            raise _wrong_state(call, obj)
        body, meta = {**obj.body, "state": state}, dict(obj.meta)
        if state == "DESTROYED":
            body["destroyTime"] = call.world.stamp()
            meta.pop("data", None)
        return _store(call, obj.but(body=body, meta=meta))

    return handler


VERSIONS = Kind(
    name="versions",
    resources=("projects.secrets.versions", "projects.locations.secrets.versions"),
    schema="SecretVersion",
    dialect=AIP,
    number=True,
    not_found="Secret Version [{name}] not found.",
    list_extra=_total,
    methods={
        "get": _get,
        "access": _access,
        "enable": _turn("ENABLED"),
        "disable": _turn("DISABLED"),
        "destroy": _turn("DESTROYED"),
    },
)

_GRPC = "google.cloud.secretmanager.v1.SecretManagerService"
_PATH = "projects.secrets"
_IAM = "google.iam.v1."

SERVICE = Service(
    name="secretmanager",
    title="Secret Manager API",
    kinds=(SECRETS, VERSIONS),
    methods={"projects.secrets.addVersion": _add, "projects.locations.secrets.addVersion": _add},
    events={"expire": _expire},
    locations=True,
    client="google.cloud.secretmanager_v1",
    grpc=(
        Rpc(_GRPC, "ListSecrets", f"{_PATH}.list"),
        Rpc(_GRPC, "CreateSecret", f"{_PATH}.create", body="secret"),
        Rpc(_GRPC, "AddSecretVersion", f"{_PATH}.addVersion", body="*", response="google.cloud.secretmanager.v1.SecretVersion"),
        Rpc(_GRPC, "GetSecret", f"{_PATH}.get"),
        Rpc(_GRPC, "UpdateSecret", f"{_PATH}.patch", body="secret"),
        Rpc(_GRPC, "DeleteSecret", f"{_PATH}.delete"),
        Rpc(_GRPC, "ListSecretVersions", f"{_PATH}.versions.list"),
        Rpc(_GRPC, "GetSecretVersion", f"{_PATH}.versions.get"),
        Rpc(_GRPC, "AccessSecretVersion", f"{_PATH}.versions.access"),
        Rpc(_GRPC, "DisableSecretVersion", f"{_PATH}.versions.disable", body="*"),
        Rpc(_GRPC, "EnableSecretVersion", f"{_PATH}.versions.enable", body="*"),
        Rpc(_GRPC, "DestroySecretVersion", f"{_PATH}.versions.destroy", body="*"),
        Rpc(_GRPC, "SetIamPolicy", f"{_PATH}.setIamPolicy", body="*", request=f"{_IAM}SetIamPolicyRequest"),
        Rpc(_GRPC, "GetIamPolicy", f"{_PATH}.getIamPolicy", request=f"{_IAM}GetIamPolicyRequest"),
        Rpc(
            _GRPC, "TestIamPermissions", f"{_PATH}.testIamPermissions", body="*",
            request=f"{_IAM}TestIamPermissionsRequest", response=f"{_IAM}TestIamPermissionsResponse",
        ),
    ),
)  # fmt: skip
