"""What the kinds of Access Context Manager share.

https://cloud.google.com/access-context-manager/docs/reference/rest: a body brings its own name, each
change answers an operation, and changes of one policy happen one after the other.
"""

from collections.abc import Callable
from typing import Any

from gcpstack.emulator.core import links, lro
from gcpstack.emulator.core.call import Call
from gcpstack.emulator.core.errors import aborted, already_exists, invalid
from gcpstack.emulator.core.ids import fingerprint
from gcpstack.emulator.core.model import Body, Handler, Kind
from gcpstack.emulator.core.proto import tidy
from gcpstack.emulator.core.recorded import is_placeholder, same_version
from gcpstack.emulator.core.store import Obj
from gcpstack.emulator.core.world import World
from gcpstack.emulator.dialects import aip, standard
from gcpstack.emulator.dialects.aip import AIP

NAME = "accesscontextmanager"
TYPES = "google.identity.accesscontextmanager.v1"
SHORT = r"[A-Za-z][A-Za-z0-9_]{0,49}"
ROOT = "accessPolicies."


def policy_of(name: str) -> str:
    """The policy that a resource is in, ``accessPolicies/1``."""
    return "/".join(name.split("/")[:2])


def refuse_overlap(call: Call) -> None:
    """409 while another change of the same policy is under way."""
    policy = policy_of(call.path)
    for obj in call.world.state.children(call.service.name, policy):
        if obj.meta.get("pending"):
            raise aborted(f"Another change of '{policy}' is in progress. Please retry.")


def _create(call: Call) -> Body:
    kind = standard.need_kind(call)
    check_policy(call)
    refuse_overlap(call)
    _tidy(call)
    return aip.make(call, kind, checked_name(call, kind, call.body))


def need_policy(call: Call) -> Obj:
    """The policy of the path, or 404."""
    return call.need(policy_of(call.path), call.world.registry.kind(NAME, "accessPolicies"))


def check_policy(call: Call) -> None:
    """404 where the policy of the path is not there; one that was recorded under a placeholder is."""
    if not is_placeholder(policy_of(call.path).rpartition("/")[2]):
        need_policy(call)


def list_all(call: Call) -> Body:
    """``list``, of a policy that is there."""
    check_policy(call)
    return aip.list_all(call)


def checked_name(call: Call, kind: Kind, body: Body) -> str:
    """The name that a body brings, which must be one of the collection of the path."""
    name = str(body.get("name", ""))
    collection, _, short = name.rpartition("/")
    if collection != call.path or not standard.check_id(kind, short):
        raise invalid(
            f"Invalid name '{name}': it must be of the form {call.path}/NAME, where NAME begins with a "
            "letter and has at most 50 letters, digits and underscores.",
            field="name",
        )
    return name


def _patch(call: Call) -> Body:
    need_mask(call)
    refuse_overlap(call)
    _tidy(call)
    return aip.patch(call)


def _tidy(call: Call) -> None:
    """What was sent without saying anything is as if it was not sent."""
    tidied(call, call.body)


def need_mask(call: Call) -> None:
    """400 without an update mask."""
    if not call.query.get("updateMask"):
        raise invalid("The update mask is required and must be non-empty.", field="update_mask")


def _delete(call: Call) -> Body:
    call.need()
    refuse_overlap(call)
    return aip.delete(call)


def unique_title(call: Call, body: Body, what: str) -> None:
    """400 for a title that another of the policy has."""
    if not body.get("title"):
        raise invalid(f"The title of the {what} must be set.", field="title")
    collection = body["name"].rpartition("/")[0]
    for other in call.world.state.page(call.service.name, collection):
        if other.name != body["name"] and other.body["title"] == body["title"]:
            raise invalid(f"The title '{body['title']}' is already used by '{other.name}'.")


def tidied(call: Call, body: Body, _old: Body | None = None) -> None:
    """Leave out of a body what says nothing."""
    tidy(call.api, call.api.schemas[standard.need_kind(call).schema], body, ())


def kind(name: str, schema: str, **facts: Any) -> Kind:
    """A kind below a policy."""
    defaults: dict[str, Any] = {
        "resources": (f"{ROOT}{name}",),
        "id_pattern": SHORT,
        "not_found": "The resource '{name}' was not found.",
        "already_exists": "The resource '{name}' already exists.",
    }
    methods = {"create": _create, "list": list_all, "patch": _patch, "delete": _delete}
    methods |= facts.pop("methods", {})
    return Kind(
        name=name,
        schema=schema,
        dialect=AIP,
        lro=True,
        methods=methods,
        **{**defaults, **facts},
    )


# -- changes of many at once


def etag_of(world: World, policy: Obj) -> str:
    """The version of a policy with all that is in it."""
    held = world.state.children(NAME, policy.name)
    return fingerprint([policy.body, *([obj.name, obj.body] for obj in held)])


def check_version(call: Call, policy: Obj) -> None:
    """409 when the client saw another version of the policy than there is."""
    sent = call.body.get("etag")
    if sent and not same_version(sent, etag_of(call.world, policy)):
        raise aborted(f"The etag '{sent}' is not the current one of '{policy.name}'.")


def replacing(kind_of: Callable[[], Kind], key: str) -> Handler:
    """``replaceAll``: those given take the place of all there are, or nothing changes.

    Args:
        kind_of: the kind, which does not exist yet when this is called.
        key: the field of the request and of the answer.
    """

    def replace(call: Call) -> Body:
        kind, policy = (
            kind_of(),
            call.need(call.name, call.world.registry.kind(NAME, "accessPolicies")),
        )
        check_version(call, policy)
        refuse_overlap(call)
        wanted = {checked_name(call, kind, body): body for body in call.body.get(key, [])}
        if len(wanted) != len(call.body.get(key, [])):
            raise already_exists("A name is given twice.")
        for old in list(call.world.state.page(call.service.name, call.path)):
            _refuse_gone(call, old, wanted)
            call.world.state.delete(call.service.name, old.name)
        made = [_store(call, kind, name, body) for name, body in wanted.items()]
        return answer(call, f"Replace{key[0].upper()}{key[1:]}Response", key, made)

    return replace


def _refuse_gone(call: Call, old: Obj, wanted: dict[str, Body]) -> None:
    users = [user for user, _ in call.world.state.users(NAME, old.name) if user.kind != old.kind]
    if old.name not in wanted and users:
        raise invalid(f"'{old.name}' is in use by '{users[0].name}' and cannot be deleted.")


def _store(call: Call, kind: Kind, name: str, body: Body) -> Obj:
    tidy(call.api, call.api.schemas[kind.schema], body, ())
    standard.fill_defaults(call, kind, body)
    refs = links.resolve(call, kind, body, as_links=False)
    if kind.validate:
        kind.validate(call, body, None)
    if kind.etag:
        body[kind.etag] = fingerprint(body)
    meta = {"created": call.world.now()}
    return call.world.state.put(Obj(NAME, kind.name, name, body, meta, refs))


def answer(call: Call, message: str, key: str, found: list[Obj]) -> Body:
    """The operation of a change of many."""
    response = {
        "@type": f"type.googleapis.com/{TYPES}.{message}",
        key: [call.world.show(obj) for obj in found],
    }
    return lro.start(call, "update", call.name, response=response)
