"""Organizations (https://cloud.google.com/resource-manager/reference/rest/v3/organizations).

Every one that is named exists; a search finds those that hold a folder or a project.
"""

import re
from collections.abc import Iterator

from gcpstack.emulator.core.call import Call
from gcpstack.emulator.core.errors import invalid
from gcpstack.emulator.core.model import Body
from gcpstack.emulator.core.paging import cut
from gcpstack.emulator.core.world import World
from gcpstack.emulator.services.cloudresourcemanager import projects

ASKED = re.compile(r"(?:owner\.)?(domain|directorycustomerid)\s*[:=]\s*\"?([^\"\s]+)\"?")


def _told(world: World, name: str) -> Body:
    number, stamp = name.partition("/")[2], world.stamp(projects.BORN)
    return {
        "name": name,
        "displayName": f"organization-{number}.example.com",
        "directoryCustomerId": f"C{number}",
        "state": "ACTIVE",
        "createTime": stamp,
        "updateTime": stamp,
    }


def _of_v1(told: Body) -> Body:
    """An organization as v1 tells it."""
    return {
        "name": told["name"],
        "displayName": told["displayName"],
        "owner": {"directoryCustomerId": told["directoryCustomerId"]},
        "creationTime": told["createTime"],
        "lifecycleState": told["state"],
    }


def get_v1(call: Call) -> Body:
    """``organizations.get`` of v1."""
    return _of_v1(_told(call.world, call.name))


def get_v3(call: Call) -> Body:
    """``organizations.get``."""
    return _told(call.world, call.name)


def search_v1(call: Call) -> Body:
    """``organizations.search`` of v1."""
    found = [_of_v1(one) for one in _found(call.world, str(call.body.get("filter", "")))]
    return cut(found, {key: str(value) for key, value in call.body.items()}, "organizations")


def search_v3(call: Call) -> Body:
    """``organizations.search``."""
    found = list(_found(call.world, str(call.query.get("query", ""))))
    return cut(found, call.query, "organizations")


def _found(world: World, text: str) -> Iterator[Body]:
    """Those that a filter means; it tells neither capitals from small letters."""
    asked = ASKED.fullmatch(text.strip().lower())
    if text.strip() and asked is None:
        raise invalid(f"Invalid filter: '{text}'.", field="query")
    for name in _known(world):
        told = _told(world, name)
        values = {
            "domain": told["displayName"],
            "directorycustomerid": told["directoryCustomerId"],
        }
        if asked is None or values[asked[1]].lower() == asked[2]:
            yield told


def _known(world: World) -> list[str]:
    """What stands above a folder or a project."""
    kept = (
        obj for kind in ("folders", "projects") for obj in world.state.page(projects.SERVICE, kind)
    )
    parents = {str(obj.body.get("parent", "")) for obj in kept}
    return sorted(parent for parent in parents if parent.startswith("organizations/"))
