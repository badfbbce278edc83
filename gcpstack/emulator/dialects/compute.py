"""Compute Engine's own style (https://cloud.google.com/compute/docs/reference/rest/v1).

Mutations answer a Compute operation, references are full links, ``patch`` is a JSON merge patch,
``update`` replaces, and fingerprints guard what several clients change.
"""

import re
from typing import Any

from gcpstack.emulator.core import links, paths
from gcpstack.emulator.core.call import Call
from gcpstack.emulator.core.clock import rfc3339_offset
from gcpstack.emulator.core.errors import (
    ApiError,
    already_exists,
    condition_not_met,
    invalid,
    not_found,
)
from gcpstack.emulator.core.ids import fingerprint
from gcpstack.emulator.core.links import full
from gcpstack.emulator.core.model import Body, Dialect, Kind
from gcpstack.emulator.core.paths import merge_patch, strip_empty, strip_nulls
from gcpstack.emulator.core.recorded import another, plain, same_version, stand_in
from gcpstack.emulator.core.store import Obj
from gcpstack.emulator.dialects import compute_lists, standard
from gcpstack.emulator.dialects import compute_operations as operations

NAME = r"(?:[a-z](?:[-a-z0-9]{0,61}[a-z0-9])?)"
SCOPES = ("global", "regions", "zones", "aggregated", "locations")
SERVER_FIELDS = (
    "kind",
    "id",
    "name",
    "selfLink",
    "selfLinkWithId",
    "creationTimestamp",
    "region",
    "zone",
)


def canonical(path: str) -> str:
    """The name of a resource; some old methods leave ``global`` out of their path."""
    parts = path.split("/")
    if len(parts) > 3 and parts[2] not in SCOPES:  # noqa: PLR2004
        parts.insert(2, "global")
    return "/".join(parts)


def target(call: Call, *, unused: bool = False) -> Obj:
    """The resource that a call names, or Compute's 404; ``unused`` as ``recorded.stand_in`` has it."""
    compute_lists.check_scope(call)
    kind = standard.need_kind(call)
    name = links.by_number(call.world, canonical(call.name))
    name = stand_in(call.world.state, call.service.name, name, unused=unused)
    obj = call.find(name)
    if obj is None or obj.kind != kind.name:
        raise not_found(f"The resource '{name}' was not found")
    return obj


def ready(call: Call, *, unused: bool = False) -> Obj:
    """The same for a mutation: refused while another operation changes the resource."""
    obj = target(call, unused=unused)
    if obj.meta.get("pending"):
        raise ApiError(400, f"The resource '{obj.name}' is not ready", reason="resourceNotReady")
    return obj


def get(call: Call) -> Body:
    """``get``."""
    return call.world.show(target(call))


def insert(call: Call) -> Body:
    """``insert``."""
    earlier = operations.replayed(call)
    if earlier is not None:
        return earlier
    compute_lists.check_scope(call)
    kind = standard.need_kind(call)
    body = dict(call.body)
    name = f"{canonical(call.path)}/{_new_name(kind, body)}"
    name = another(call.world.state, call.service.name, name)
    if call.find(name):
        raise already_exists(f"The resource '{name}' already exists")
    return operations.start(call, "insert", make(call, kind, name, body))


def make(call: Call, kind: Kind, name: str, body: Body) -> Obj:
    """Store a new resource of a known name."""
    for path in standard.missing_fields(kind, body):
        raise _lacks(path)
    standard.drop_output(kind, body)
    for field in SERVER_FIELDS:
        body.pop(field, None)
    body["name"] = name.rsplit("/", 1)[-1]
    standard.fill_defaults(call, kind, body)
    refs = links.resolve(call, kind, body, as_links=True)
    if kind.validate:
        kind.validate(call, body, None)
    _identify(call, kind, name, body)
    if kind.on_create:
        kind.on_create(call, body)
    standard.drop_input(call, kind, body)
    stamp(call, kind, body)
    meta = {"created": call.world.now()}
    return call.world.state.put(
        Obj(call.service.name, kind.name, name, strip_empty(body), meta, refs)
    )


def _lacks(path: str) -> ApiError:
    text = f"Invalid value for field 'resource.{path}': ''. Required field '{path}' not specified"
    return ApiError(400, text, reason="required")


def _new_name(kind: Kind, body: Body) -> str:
    name = body.get("name", "")
    pattern = kind.id_pattern or NAME
    if not re.fullmatch(pattern, plain(name)):
        raise invalid(
            f"Invalid value for field 'resource.name': '{name}'. Must be a match of regex '{pattern}'"
        )
    return str(name)


def _identify(call: Call, kind: Kind, name: str, body: Body) -> None:
    """The fields that Compute gives every resource."""
    body["kind"] = f"compute#{kind.schema[0].lower()}{kind.schema[1:]}"
    body["id"] = call.world.ids.number()
    body["name"] = name.rsplit("/", 1)[-1]
    body["creationTimestamp"] = rfc3339_offset(call.world.now())
    body["selfLink"] = full(name)
    scope = operations.scope_of(name).split("/")
    if scope[2] in ("regions", "zones"):
        body[scope[2][:-1]] = full("/".join(scope))


def stamp(call: Call, kind: Kind, body: Body) -> None:
    """New fingerprints for a changed body."""
    fields = call.api.schemas[kind.schema].fields
    if kind.fingerprint:
        body[kind.fingerprint] = fingerprint(
            [body.get("id"), call.world.state.count("fingerprint")]
        )
    if "labelFingerprint" in fields:
        body["labelFingerprint"] = fingerprint(body.get("labels", {}))


def check_fingerprint(kind: Kind, obj: Obj, sent: Body) -> None:
    """412 when the client saw another version than the one there is."""
    if not kind.fingerprint:
        return
    shown = sent.get(kind.fingerprint)
    if shown is None:
        if kind.check_fingerprint:
            text = f"Invalid value for field 'resource.{kind.fingerprint}': ''. Fingerprint must be specified."
            raise ApiError(400, text, reason="required")
    elif not same_version(shown, obj.body.get(kind.fingerprint)):
        raise condition_not_met("Invalid fingerprint.")


def patch(call: Call) -> Body:
    """``patch``: a JSON merge patch; an explicit null clears."""
    return _replace(call, "patch")


def update(call: Call) -> Body:
    """``update``: the sent body replaces all but what only the server sets."""
    return _replace(call, "update")


def _replace(call: Call, verb: str) -> Body:
    earlier = operations.replayed(call)
    if earlier is not None:
        return earlier
    kind, obj = standard.need_kind(call), ready(call)
    check_fingerprint(kind, obj, call.sent)
    sent = dict(call.body)
    standard.drop_output(kind, sent)
    if verb == "patch":
        body: Body = merge_patch(obj.body, sent)
    else:
        body = strip_nulls(sent)
        standard.keep(obj.body, body, _server_fields(call, kind))
    return operations.start(call, verb, change(call, kind, obj, body))


def _server_fields(call: Call, kind: Kind) -> list[str]:
    marked = [
        field.name for field in call.api.schemas[kind.schema].fields.values() if field.read_only
    ]
    return [*marked, *SERVER_FIELDS, *kind.output_only]


def change(call: Call, kind: Kind, obj: Obj, body: Body) -> Obj:
    """Give a resource a new body."""
    standard.keep(obj.body, body, SERVER_FIELDS)
    standard.fill_defaults(call, kind, body)
    refs = links.resolve(call, kind, body, as_links=True)
    path = standard.changed_immutable(kind, obj.body, body)
    if path:
        value = paths.get(body, path)
        raise invalid(f"Invalid value for field 'resource.{path}': '{value}'. Field is immutable.")
    path = standard.cleared_field(kind, obj.body, body)
    if path:
        raise _lacks(path)
    if kind.validate:
        kind.validate(call, body, obj.body)
    if kind.on_update:
        kind.on_update(call, body, obj.body)
    standard.drop_input(call, kind, body)
    stamp(call, kind, body)
    return call.world.state.put(obj.but(body=strip_empty(body), refs=refs))


def set_labels(call: Call) -> Body:
    """``setLabels``: replaces all labels, guarded by their fingerprint."""
    earlier = operations.replayed(call)
    if earlier is not None:
        return earlier
    kind, obj = standard.need_kind(call), ready(call)
    shown = call.sent.get("labelFingerprint")
    if shown is not None and not same_version(shown, obj.body.get("labelFingerprint")):
        raise condition_not_met("Labels fingerprint either invalid or resource labels have changed")
    body = dict(obj.body)
    body.pop("labels", None)
    if call.body.get("labels"):
        body["labels"] = call.body["labels"]
    body["labelFingerprint"] = fingerprint(body.get("labels", {}))
    return operations.start(call, "setLabels", call.world.state.put(obj.but(body=body)), kind=kind)


def delete(call: Call) -> Body:
    """``delete``: refused while another resource uses it."""
    earlier = operations.replayed(call)
    if earlier is not None:
        return earlier
    kind, obj = standard.need_kind(call), ready(call, unused=True)
    standard.check_protection(kind, obj)
    refuse_used(call, kind, obj)
    if kind.on_delete:
        kind.on_delete(call, obj)
    return operations.start(call, "delete", obj)


def refuse_used(call: Call, kind: Kind, obj: Obj) -> None:
    """400 resourceInUseByAnotherResource."""
    users = [
        user for user, _ in call.world.state.users(obj.service, obj.name) if user.name != obj.name
    ]
    if users:
        label = kind.label or paths.snake(kind.schema)
        text = f"The {label} resource '{obj.name}' is already being used by '{users[0].name}'"
        raise ApiError(400, text, reason="resourceInUseByAnotherResource")


METHODS: dict[str, Any] = {
    "get": get,
    "list": compute_lists.list_all,
    "aggregatedList": compute_lists.aggregated,
    "insert": insert,
    "patch": patch,
    "update": update,
    "delete": delete,
    "setLabels": set_labels,
}
COMPUTE = Dialect(
    name="compute",
    methods=METHODS,
    keep_nulls=("patch",),
    events={"compute.finish": operations.finish},
)
OPERATIONS = operations.operations_kind(COMPUTE)
