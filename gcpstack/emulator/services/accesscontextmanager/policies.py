"""Access policies, and which organizations trust each other.

https://cloud.google.com/access-context-manager/docs/reference/rest/v1/accessPolicies
"""

import re

from gcpstack.emulator.core.call import Call
from gcpstack.emulator.core.errors import already_exists, invalid
from gcpstack.emulator.core.model import Body, Kind, Reference
from gcpstack.emulator.core.recorded import is_placeholder
from gcpstack.emulator.core.store import Obj
from gcpstack.emulator.core.world import World
from gcpstack.emulator.dialects import aip
from gcpstack.emulator.dialects.aip import AIP
from gcpstack.emulator.services.accesscontextmanager.common import (
    etag_of,
    kind,
    need_mask,
    tidied,
)

# A number, or what stands for one in a recording.
NUMBER = r"(\d+|\$\{[\w.-]+\})"
ORGANIZATION = re.compile(rf"organizations/{NUMBER}")
SCOPE = re.compile(rf"(folders|projects)/{NUMBER}")


def _check(call: Call, body: Body, old: Body | None) -> None:
    if not body.get("title"):
        raise invalid("The title of the access policy must be set.", field="policy.title")
    if old is not None:
        return
    parent, scopes = body.get("parent", ""), body.get("scopes", [])
    if not ORGANIZATION.fullmatch(parent):
        raise invalid(
            f"Invalid parent '{parent}': it must be of the form organizations/NUMBER.",
            field="parent",
        )
    if len(scopes) > 1:
        raise invalid("A policy has at most one scope.", field="policy.scopes")
    for scope in scopes:
        if not SCOPE.fullmatch(scope):
            raise invalid(
                f"Invalid scope '{scope}': it must be of the form folders/NUMBER or projects/NUMBER."
            )
    if is_placeholder(parent.rpartition("/")[2]):
        return  # several organizations may have been recorded under it
    for other in call.world.state.page(call.service.name, "accessPolicies"):
        if (other.body["parent"], other.body.get("scopes", [])) == (parent, scopes):
            at = f" and scopes {', '.join(scopes)}" if scopes else ""
            raise already_exists(f"Policy already exists with parent {parent}{at}")


def _list(call: Call) -> Body:
    """``list``: of one organization."""
    parent = str(call.query.get("parent") or "")
    if not ORGANIZATION.fullmatch(parent):
        raise invalid(f"Invalid parent '{parent}'.", field="parent")
    answer = aip.list_all(call)
    found = answer.pop("accessPolicies", [])
    wanted = [body for body in found if body["parent"] == parent]
    return {**answer, "accessPolicies": wanted} if wanted else answer


def _patch(call: Call) -> Body:
    need_mask(call)
    return aip.patch(call)


def _view(world: World, obj: Obj, body: Body) -> Body:
    return {**body, "etag": etag_of(world, obj)}


POLICIES = Kind(
    name="accessPolicies",
    resources=("accessPolicies",),
    schema="AccessPolicy",
    dialect=AIP,
    id_server=lambda call: call.world.ids.number(12),
    not_found="The resource '{name}' was not found.",
    lro=True,
    immutable=("parent", "scopes"),
    validate=_check,
    on_create=tidied,
    on_update=tidied,
    view=_view,
    methods={"list": _list, "patch": _patch},
)


def _check_orgs(_call: Call, body: Body, _old: Body | None) -> None:
    for name in body.get("orgs", ()):
        if not ORGANIZATION.fullmatch(name):
            raise invalid(f"Invalid organization '{name}'.", field="orgs")


ORGS = kind(
    "authorizedOrgsDescs",
    "AuthorizedOrgsDesc",
    immutable=("assetType", "authorizationDirection", "authorizationType"),
    validate=_check_orgs,
)


def _check_binding(_call: Call, body: Body, old: Body | None) -> None:
    if old is None and bool(body.get("groupKey")) == bool(body.get("principal")):
        raise invalid("Exactly one of group_key and principal must be set.", field="group_key")
    for field in ("accessLevels", "dryRunAccessLevels"):
        if len(body.get(field, ())) > 1:
            raise invalid(f"{field} must have exactly one element.", field=field)


BINDINGS = Kind(
    name="gcpUserAccessBindings",
    resources=("organizations.gcpUserAccessBindings",),
    schema="GcpUserAccessBinding",
    dialect=AIP,
    id_server=lambda call: call.world.ids.hex(12),
    lro=True,
    immutable=("groupKey", "principal"),
    refs=tuple(
        Reference(path=f"{field}[]", to=("accessLevels",))
        for field in ("accessLevels", "dryRunAccessLevels")
    ),
    validate=_check_binding,
    on_create=tidied,
    on_update=tidied,
    methods={"patch": _patch},
)
