"""Compute's lists: by scope, or over all scopes at once."""

from gcpstack.emulator.core.call import Call
from gcpstack.emulator.core.errors import invalid
from gcpstack.emulator.core.links import full
from gcpstack.emulator.core.locations import REGIONS, ZONES
from gcpstack.emulator.core.model import Body, Kind
from gcpstack.emulator.core.paging import Page
from gcpstack.emulator.dialects.standard import need_kind

DEFAULT_PAGE = 500
LARGEST_PAGE = 500


def page(call: Call, kind: Kind, collections: list[str]) -> Page:
    """The page of some collections that a list call asks for."""
    query = call.query
    size = int(query.get("maxResults") or DEFAULT_PAGE)
    if size < 0 or size > LARGEST_PAGE:
        text = f"Invalid value for field 'maxResults': '{size}'. Value must be in the range [0, {LARGEST_PAGE}]."
        raise invalid(text)
    world = call.world
    return Page(
        world.state, call.service.name, collections, kind.name,
        size=size, page_token=query.get("pageToken", ""), where=query.get("filter", ""),
        order=query.get("orderBy", ""), body_of=world.show,
    )  # fmt: skip


def frame(call: Call, found: Page) -> Body:
    """A list answer without its items."""
    response = call.method.response
    answer: Body = {
        "kind": f"compute#{response[0].lower()}{response[1:]}",
        "id": call.path,
        "selfLink": full(call.path),
    }
    if found.next_token:
        answer["nextPageToken"] = found.next_token
    return answer


def check_scope(call: Call) -> None:
    """A region or zone must be one of Google's."""
    parts = call.segments
    known = {"regions": REGIONS, "zones": ZONES}.get(parts[2] if len(parts) > 3 else "")  # noqa: PLR2004 # projects/P/regions/R
    if known is not None and parts[3] not in known:
        text = f"Invalid value for field '{parts[2][:-1]}': '{parts[3]}'. Unknown {parts[2][:-1]}."
        raise invalid(text)


def list_all(call: Call) -> Body:
    """``list``: the resources of one scope."""
    check_scope(call)
    return _listed(call, call.path)


def usable(call: Call) -> Body:
    """``listUsable``: the same for a caller who may only use them; the local caller may use all."""
    return _listed(call, call.path.rpartition("/")[0])


def _listed(call: Call, collection: str) -> Body:
    found = page(call, need_kind(call), [collection])
    answer = frame(call, found)
    if found.items:
        answer["items"] = [call.world.show(obj) for obj in found.items]
    return answer


def aggregated(call: Call) -> Body:
    """``aggregatedList``: the resources of every scope, with a warning for each empty one."""
    kind = need_kind(call)
    collection = call.segments[-1]
    root = f"projects/{call.project}"
    every = call.world.state.collections(call.service.name, root + "/")
    found = page(call, kind, [name for name in every if name.rsplit("/", 1)[-1] == collection])
    items: Body = {}
    for scope in _scopes(call, kind):
        warning = {
            "code": "NO_RESULTS_ON_PAGE",
            "message": f"No results for the scope '{scope}'.",
            "data": [{"key": "scope", "value": scope}],
        }
        items[scope] = {"warning": warning}
    for obj in found.items:
        scope = obj.parent.removeprefix(root + "/")
        if "warning" in items.setdefault(scope, {}):
            items[scope] = {}
        items[scope].setdefault(collection, []).append(call.world.show(obj))
    return {**frame(call, found), "items": items}


def _scopes(call: Call, kind: Kind) -> list[str]:
    """The scopes that an aggregated list tells: global, and the regions or zones that the kind lives in, or all."""
    paths = [
        method.segments
        for method in call.api.methods.values()
        if method.resource in kind.resources and method.name in ("list", "insert")
    ]
    words = {segment.literal for segments in paths for segment in segments}
    every = bool(call.query.get("includeAllScopes"))
    scopes = ["global"]
    if every or "regions" in words:
        scopes += [f"regions/{name}" for name in REGIONS]
    if every or "zones" in words:
        scopes += [f"zones/{name}" for name in ZONES]
    return scopes
