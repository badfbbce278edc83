"""Names of resources in all the spellings that clients use, and the references between resources."""

import re
from typing import TYPE_CHECKING, Any

from gcpstack.emulator.core.errors import ApiError, invalid
from gcpstack.emulator.core.model import Kind, Reference
from gcpstack.emulator.core.paths import places
from gcpstack.emulator.core.permitted import check_named
from gcpstack.emulator.core.recorded import is_placeholder, stand_in
from gcpstack.emulator.core.store import Ref

if TYPE_CHECKING:
    from gcpstack.emulator.core.call import Call
    from gcpstack.emulator.core.world import World

PREFIX = re.compile(
    r"^(?:[a-z]+:)?//[^/]+/(?:compute/)?(?:(?:v\d\w*|beta|alpha)/)?|^/?compute/(?:v1|beta|alpha)/"
)
LINK_ROOT = "https://www.googleapis.com/compute/v1/"


def relative(text: str, project: str = "") -> str:
    """The bare name in any spelling: ``https://…/compute/v1/projects/p/x``, ``//host/…``, ``global/x``."""
    name = PREFIX.sub("", text)
    if project and name.startswith(("global/", "regions/", "zones/")):
        name = f"projects/{project}/{name}"
    return name


def by_number(world: "World", name: str) -> str:
    """The name of a Compute resource that is named by its number: the API takes either."""
    collection, _, last = name.rpartition("/")
    if not last.isdigit():
        return name
    found = world.state.page("compute", collection)
    return next((obj.name for obj in found if obj.body.get("id") == last), name)


def full(name: str) -> str:
    """The link that Compute tells for a name."""
    return LINK_ROOT + name


def resolve(call: "Call", kind: Kind, body: dict[str, Any], *, as_links: bool) -> tuple[Ref, ...]:
    """Check every reference of a body and spell it as the server does; returns what uses what."""
    found: list[Ref] = []
    for ref in kind.refs:
        for holder, key in places(body, ref.path):
            value = holder[key]
            if isinstance(value, str) and value and value not in ref.literals:
                service, name = _target(call, ref, value)
                check_named(call, service, name.split("/")[-2:][0], name)
                own = service == call.service.name and name.startswith("projects/")
                if as_links and own and not ref.as_sent:
                    holder[key] = full(name)
                if ref.in_use:
                    found.append((service, name, ref.path))
    return (*found, *(kind.uses(call, body) if kind.uses else ()))


def _target(call: "Call", ref: Reference, value: str) -> tuple[str, str]:
    """Service and canonical name of what a field names; refuses what is not there."""
    name = call.world.canonical(relative(value, call.project))
    collection = name.split("/")[-2:][0]
    options = [(to.rpartition(".")[0] or call.service.name, to.rpartition(".")[2]) for to in ref.to]
    chosen = next((option for option in options if option[1] == collection), None)
    if chosen is None:
        if call.service.style == "v1" and ref.must_exist and options:
            text = (
                f"Invalid value for field 'resource.{ref.path}': '{value}'. The URL is malformed."
            )
            raise invalid(text)
        return (options[0][0] if options else call.service.name, name)
    if chosen[0] == "compute":
        name = stand_in(call.world.state, "compute", by_number(call.world, name))
    kind = call.world.registry.kind(*chosen)
    if kind is not None and ref.must_exist:
        _present(call, chosen[0], name, kind)
    return chosen[0], name


def _present(call: "Call", service: str, name: str, kind: Kind) -> None:
    target = call.world.find(service, name)
    if target is None and is_placeholder(name.rsplit("/", 1)[-1]):
        return
    if target is None or target.meta.get("deleted_at"):
        raise call.missing(name, kind)
    if target.meta.get("pending") == "insert":
        raise ApiError(400, f"The resource '{name}' is not ready", reason="resourceNotReady")
