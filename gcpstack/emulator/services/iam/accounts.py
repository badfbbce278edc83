"""Service accounts (https://cloud.google.com/iam/docs/reference/rest/v1/projects.serviceAccounts)."""

import re
from typing import Any

from gcpstack.emulator.core import iam, masks
from gcpstack.emulator.core.call import Call
from gcpstack.emulator.core.errors import already_exists, failed_precondition, invalid, not_found
from gcpstack.emulator.core.ids import fingerprint
from gcpstack.emulator.core.model import Body, Handler, Kind
from gcpstack.emulator.core.recorded import plain
from gcpstack.emulator.core.store import Obj
from gcpstack.emulator.core.world import World
from gcpstack.emulator.dialects.aip import AIP

ACCOUNT_ID = r"[a-z]([-a-z0-9]*[a-z0-9])"
SHORTEST, LONGEST = 6, 30
LONGEST_TEXT = {"displayName": 100, "description": 256}
KEPT = 30 * 86400.0  # for so long a deleted account can be brought back
GONE = "deletedServiceAccounts"


def resolve(call: Call) -> str:
    """The full name that the path means: by address or by number, in a project or in ``-``."""
    steps = call.segments
    email = steps[3]
    if email.isdigit():
        email = call.world.state.record("iam.account", email) or email
    if steps[1] == "-":
        found = re.fullmatch(r"[^@]+@(.+)\.iam\.gserviceaccount\.com", email)
        project = found[1] if found else "-"
    else:
        project = steps[1]
    call.segments = ["projects", project, "serviceAccounts", email, *steps[4:]]
    return f"projects/{project}/serviceAccounts/{email}"


def need(call: Call) -> Obj:
    """The account of the path; a fresh one may not be seen yet."""
    name = resolve(call)
    obj = call.find(name)
    if obj is None or obj.meta.get("visible_at", 0) > call.world.now():
        raise not_found("Unknown service account")
    return obj


def _check_texts(body: Body) -> None:
    for field, most in LONGEST_TEXT.items():
        if len(body.get(field, "").encode()) > most:
            raise invalid(
                f"The {field} is longer than {most} bytes.", field=f"service_account.{field}"
            )


def _stored(call: Call, obj: Obj) -> Body:
    """Store an account with a fresh etag, and tell it."""
    body = {**obj.body, "etag": ""}
    body["etag"] = "Mw" + fingerprint([body, call.world.state.count("iam")])[:10]
    return call.world.state.put(obj.but(body=body)).body


def _create(call: Call) -> Body:
    short = str(call.body.get("accountId", ""))
    told = plain(short)
    if not SHORTEST <= len(told) <= LONGEST:
        raise invalid(
            f'The account ID "{short}" does not have a length between 6 and 30.', field="account_id"
        )
    if not re.fullmatch(ACCOUNT_ID, told):
        text = f'The account ID "{short}" must match the regular expression {ACCOUNT_ID}.'
        raise invalid(text, field="account_id")
    given = call.body.get("serviceAccount") or {}
    _check_texts(given)
    project = call.project
    email = f"{short}@{project}.iam.gserviceaccount.com"
    name = f"projects/{project}/serviceAccounts/{email}"
    if call.find(name) is not None:
        raise already_exists(
            f"Service account {short} already exists within project projects/{project}."
        )
    number = call.world.ids.number(21)
    body: Body = {
        "name": name,
        "projectId": project,
        "uniqueId": number,
        "email": email,
        **{key: given[key] for key in LONGEST_TEXT if given.get(key)},
        "oauth2ClientId": number,
    }
    meta: dict[str, Any] = {}
    seconds = call.world.latency.event("service_account_visible")
    if seconds:
        meta["visible_at"] = call.world.now() + seconds
    call.world.state.set_record("iam.account", number, email)
    return _stored(call, Obj("iam", "serviceAccounts", name, body, meta))


def _get(call: Call) -> Body:
    return need(call).body


def _patch(call: Call) -> Body:
    """The body holds the account and the mask; the answer is the name and what the mask names."""
    obj = need(call)
    given = call.body.get("serviceAccount") or {}
    schema = call.api.schemas["ServiceAccount"]
    paths = masks.parse(
        call.api, schema, str(call.body.get("updateMask") or ""), tuple(LONGEST_TEXT)
    )
    _check_texts(given)
    wanted = paths or [field for field in LONGEST_TEXT if field in given]
    body = _stored(call, obj.but(body=masks.apply(obj.body, given, wanted)))
    return {key: body[key] for key in ("name", *wanted) if key in body}


def _update(call: Call) -> Body:
    """``update`` changes the display name only."""
    obj = need(call)
    _check_texts(call.body)
    return _stored(call, obj.but(body=masks.apply(obj.body, call.body, ["displayName"])))


def _turn(*, disabled: bool) -> Handler:
    def handler(call: Call) -> Body:
        obj = need(call)
        body = {key: value for key, value in obj.body.items() if key != "disabled"}
        _stored(call, obj.but(body={**body, "disabled": True} if disabled else body))
        return {}

    return handler


def _delete(call: Call) -> Body:
    """It can be brought back by number; meanwhile policies tell that its grants are void."""
    obj = need(call)
    number = obj.body["uniqueId"]
    keys = [[key.name, key.body, key.meta] for key in call.world.state.children("iam", obj.name)]
    meta = {"keys": keys, "at": call.world.now()}
    call.world.forget(obj)
    call.world.state.put(Obj("iam", GONE, f"deleted/{number}", obj.body, meta))
    _rename(call.world, _member(obj), _void(obj))
    call.world.later(KEPT, "iam", "purge", {"number": number})
    return {}


def _member(obj: Obj) -> str:
    return f"serviceAccount:{obj.body['email']}"


def _void(obj: Obj) -> str:
    return f"deleted:{_member(obj)}?uid={obj.body['uniqueId']}"


def _rename(world: World, old: str, new: str) -> None:
    """Tell a member otherwise in every policy that holds it."""
    for (space, key), policy in list(world.state.records.items()):
        if space != "iam" or not any(
            old in entry["members"] for entry in policy.get("bindings", ())
        ):
            continue
        bindings = [
            {**entry, "members": [new if member == old else member for member in entry["members"]]}
            for entry in policy["bindings"]
        ]
        world.state.set_record("iam", key, {**policy, "bindings": bindings})


def purge(world: World, payload: Body) -> None:
    """A deleted account is gone for good."""
    world.state.delete("iam", f"deleted/{payload['number']}")


def _undelete(call: Call) -> Body:
    number = call.segments[3]
    obj = call.find(f"deleted/{number}")
    if obj is None:
        raise not_found("Unknown service account")
    name = obj.body["name"]
    if call.find(name) is not None:
        raise failed_precondition(f"Service account {obj.body['email']} already exists.")
    call.world.state.delete("iam", obj.name)
    call.world.state.set_record("iam.account", number, obj.body["email"])
    restored = call.world.state.put(Obj("iam", "serviceAccounts", name, obj.body))
    for key, body, meta in obj.meta["keys"]:
        call.world.state.put(Obj("iam", "keys", key, body, meta))
    _rename(call.world, _void(restored), _member(restored))
    return {"restoredAccount": restored.body}


def _policy(name: str) -> Handler:
    """An IAM method, after the name of the account was understood."""

    def handler(call: Call) -> Body:
        obj = need(call)
        call.segments = obj.name.split("/")
        call.last = len(call.segments)
        return iam.METHODS[name](call)

    return handler


ACCOUNTS = Kind(
    name="serviceAccounts",
    resources=("projects.serviceAccounts",),
    schema="ServiceAccount",
    dialect=AIP,
    list_key="accounts",
    methods={
        "create": _create,
        "get": _get,
        "patch": _patch,
        "update": _update,
        "enable": _turn(disabled=False),
        "disable": _turn(disabled=True),
        "delete": _delete,
        "undelete": _undelete,
        **{name: _policy(name) for name in iam.METHODS},
    },
)
