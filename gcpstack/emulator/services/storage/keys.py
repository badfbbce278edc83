"""HMAC keys, and the account that acts for Cloud Storage in a project (https://cloud.google.com/storage/docs/json_api/v1/projects/hmacKeys)."""

import base64

from gcpstack.emulator.core import agents
from gcpstack.emulator.core.call import Call
from gcpstack.emulator.core.errors import ApiError, invalid, not_found
from gcpstack.emulator.core.model import Body, Kind
from gcpstack.emulator.core.paging import cut
from gcpstack.emulator.core.store import Obj
from gcpstack.emulator.core.wire import Response
from gcpstack.emulator.services.storage.common import ROOT, STORAGE, etag, gone, stamp

STATES = ("ACTIVE", "INACTIVE", "DELETED")
MOST = 10


def _collection(call: Call) -> str:
    return f"projects/{call.project}/hmacKeys"


def _store(call: Call, obj: Obj, body: Body) -> Body:
    count = call.world.state.count("hmac")
    return call.world.state.put(
        obj.but(body={**body, "updated": stamp(call.world), "etag": etag(count)})
    ).body


def create(call: Call) -> Body:
    """``create``: the secret is told this once."""
    email = str(call.query.get("serviceAccountEmail", ""))
    if "@" not in email:
        raise invalid("Required parameter: serviceAccountEmail")
    held = [
        obj
        for obj in call.world.state.page("storage", _collection(call))
        if obj.body["serviceAccountEmail"] == email and obj.body["state"] != "DELETED"
    ]
    if len(held) >= MOST:
        raise ApiError(
            429, "The maximum number of HMAC keys for this service account has been reached."
        )
    access = f"GOOG1E{call.world.ids.hex(55).upper()}"
    body: Body = {
        "kind": "storage#hmacKeyMetadata",
        "id": f"{call.project}/{access}",
        "selfLink": f"{ROOT}projects/{call.project}/hmacKeys/{access}",
        "accessId": access,
        "projectId": call.project,
        "serviceAccountEmail": email,
        "state": "ACTIVE",
        "timeCreated": stamp(call.world),
    }
    told = _store(call, Obj("storage", "hmacKeys", f"{_collection(call)}/{access}", body), body)
    secret = base64.b64encode(bytes.fromhex(call.world.ids.hex(60))).decode()
    return {"kind": "storage#hmacKey", "metadata": told, "secret": secret}


def _need(call: Call) -> Obj:
    obj = call.find(f"{_collection(call)}/{call.params['accessId']}")
    if obj is None:
        raise not_found("Access ID not found in project.")
    return obj


def get(call: Call) -> Body:
    """``get``."""
    return _need(call).body


def list_all(call: Call) -> Body:
    """``list``."""
    email = call.query.get("serviceAccountEmail")
    found = [
        obj.body
        for obj in call.world.state.page("storage", _collection(call))
        if (not email or obj.body["serviceAccountEmail"] == email)
        and (call.query.get("showDeletedKeys") or obj.body["state"] != "DELETED")
    ]
    return {"kind": "storage#hmacKeysMetadata", **cut(found, call.query, "items")}


def update(call: Call) -> Body:
    """``update``: only the state changes."""
    obj, state = _need(call), str(call.body.get("state", ""))
    if state not in STATES[:2]:
        raise invalid(f"Invalid argument: state '{state}'.")
    if call.body.get("etag") not in (None, obj.body["etag"]):
        raise ApiError(412, "Precondition Failed", reason="conditionNotMet")
    return _store(call, obj, {**obj.body, "state": state})


def delete(call: Call) -> Response:
    """``delete``: of what was made inactive before."""
    obj = _need(call)
    if obj.body["state"] != "INACTIVE":
        raise invalid("Cannot delete keys that are in ACTIVE state.")
    _store(call, obj, {**obj.body, "state": "DELETED"})
    return gone()


def agent(call: Call) -> Body:
    """``projects.serviceAccount.get``."""
    email = agents.email(call.world, "storage", call.project)
    return {"kind": "storage#serviceAccount", "email_address": email}


HMAC_KEYS = Kind(
    name="hmacKeys",
    resources=("projects.hmacKeys",),
    schema="HmacKeyMetadata",
    dialect=STORAGE,
    methods={"create": create, "get": get, "list": list_all, "update": update, "delete": delete},
)
