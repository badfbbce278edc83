"""Deny policies of the v2 API (https://cloud.google.com/iam/docs/reference/rest/v2/policies)."""

from urllib.parse import quote, unquote

from gcpstack.emulator.core import lro
from gcpstack.emulator.core.call import Call
from gcpstack.emulator.core.errors import aborted, already_exists, invalid, not_found
from gcpstack.emulator.core.ids import fingerprint
from gcpstack.emulator.core.model import Body, Handler
from gcpstack.emulator.core.recorded import same_version
from gcpstack.emulator.core.store import Obj

HIDDEN = ("rules",)  # a list leaves the rules out
TYPE = "type.googleapis.com/google.iam.v2.Policy"


def _collection(call: Call) -> str:
    """``policies/PARENT/denypolicies`` with the parent encoded in one step, as names hold it."""
    # The steps as they were decoded one by one: a parent holds slashes.
    _, _, parent, kind, *_ = call.match.segments
    if kind != "denypolicies":
        raise invalid(f"Invalid policy kind '{kind}'.", field="parent")
    return f"policies/{quote(_numbered(call, unquote(parent)), safe='')}/{kind}"


def _numbered(call: Call, parent: str) -> str:
    host, word, name = parent.split("/", 2) if parent.count("/") > 1 else ("", "", parent)
    if word != "projects":
        return parent
    return f"{host}/{word}/{call.world.number_of(name)}"


def _need(call: Call) -> Obj:
    obj = call.find(f"{_collection(call)}/{call.match.segments[4]}")
    if obj is None:
        raise not_found("Requested entity was not found.")
    return obj


def _answer(call: Call, verb: str, body: Body) -> Body:
    """An operation that is done at once."""
    operation = lro.start(call, verb, body["name"], seconds=0, response={"@type": TYPE, **body})
    obj = call.find(operation["name"])
    return lro.show(call.world, obj) if obj else operation


def _stamp(call: Call, body: Body) -> Body:
    body["updateTime"] = call.world.stamp()
    body["etag"] = "Mw" + fingerprint([body, call.world.state.count("iam")])[:10]
    return body


def _create(call: Call) -> Body:
    short = str(call.query.get("policyId", ""))
    if not short:
        raise invalid("policy_id is required", field="policy_id")
    name = f"{_collection(call)}/{short}"
    if call.find(name) is not None:
        raise already_exists(f"Policy '{name}' already exists.")
    body: Body = {
        **call.body,
        "name": name,
        "uid": call.world.ids.uuid(),
        "kind": "DenyPolicy",
        "createTime": call.world.stamp(),
    }
    call.world.state.put(Obj("iam", "denypolicies", name, _stamp(call, body)))
    return _answer(call, "create", body)


def _get(call: Call) -> Body:
    return _need(call).body


def _list(call: Call) -> Body:
    found = [
        {key: value for key, value in obj.body.items() if key not in HIDDEN}
        for obj in call.world.state.page("iam", _collection(call))
        if obj.kind == "denypolicies"
    ]
    return {"policies": found} if found else {}


def _check(call: Call, obj: Obj) -> None:
    sent = call.query.get("etag") or call.sent.get("etag")
    if sent and not same_version(sent, obj.body["etag"]):
        raise aborted("There were concurrent policy changes.")


def _update(call: Call) -> Body:
    obj = _need(call)
    _check(call, obj)
    kept = {key: obj.body[key] for key in ("name", "uid", "kind", "createTime")}
    body = _stamp(call, {**call.body, **kept})
    call.world.state.put(obj.but(body=body))
    return _answer(call, "update", body)


def _delete(call: Call) -> Body:
    obj = _need(call)
    _check(call, obj)
    call.world.state.delete("iam", obj.name)
    return _answer(call, "delete", {**obj.body, "deleteTime": call.world.stamp()})


METHODS: dict[str, Handler] = {
    "v2:policies.createPolicy": _create,
    "v2:policies.get": _get,
    "v2:policies.listPolicies": _list,
    "v2:policies.update": _update,
    "v2:policies.delete": _delete,
}
