"""Dashboards (https://cloud.google.com/monitoring/api/ref_v3/rest/v1/projects.dashboards)."""

import re

from gcpstack.emulator.core.call import Call
from gcpstack.emulator.core.errors import invalid
from gcpstack.emulator.core.model import Body, Kind
from gcpstack.emulator.dialects import aip
from gcpstack.emulator.dialects.aip import AIP

LAYOUTS = ("gridLayout", "mosaicLayout", "rowLayout", "columnLayout")
GROUPS = ("collapsibleGroup", "singleViewGroup")
COLUMNS = 48
MOST_WIDGETS = 100
NAME = re.compile(r"projects/[^/]+/dashboards/([a-zA-Z0-9-${}_.]{1,100})")


def _id(call: Call) -> str:
    """The id is the one in the client's name, or Google's."""
    name = call.body.get("name", "")
    found = NAME.fullmatch(name)
    if name and found is None:
        raise invalid(
            f"Field dashboard.name has an invalid value of '{name}'.", field="dashboard.name"
        )
    return found[1] if found else call.world.ids.uuid()


def _check(_call: Call, body: Body, _old: Body | None) -> None:
    present = [name for name in LAYOUTS if name in body]
    if not body.get("displayName"):
        raise invalid(
            "Field dashboard.displayName is required and must not be empty.",
            field="dashboard.displayName",
        )
    if len(present) != 1:
        raise invalid("Exactly one layout must be set.", field="dashboard.layout")
    if len(_widgets(body[present[0]])) > MOST_WIDGETS:
        raise invalid(
            f"A dashboard can have at most {MOST_WIDGETS} widgets.", field="dashboard.layout"
        )
    if present[0] == "mosaicLayout":
        _check_tiles(body["mosaicLayout"])


def _widgets(layout: Body) -> list[Body]:
    """Every widget of a layout."""
    inner = [layout.get("rows"), layout.get("columns")]  # columns of a grid are a number
    holders = [layout, *(one for many in inner if isinstance(many, list) for one in many)]
    tiles = [tile.get("widget", {}) for tile in layout.get("tiles", ())]
    return [*tiles, *(widget for holder in holders for widget in holder.get("widgets", ()))]


def _fill(body: Body) -> None:
    """What a widget leaves unspecified becomes what the schema says that it defaults to."""
    for widget in _widgets(next(body[name] for name in LAYOUTS if name in body)):
        if "text" in widget:
            widget["text"] = {"format": "MARKDOWN", "style": {}, **widget["text"]}
        chart = widget.get("xyChart", {})
        if "dataSets" in chart:
            defaults = {"plotType": "LINE", "targetAxis": "Y1"}
            chart["dataSets"] = [{**defaults, **data} for data in chart["dataSets"]]
        for axis in ("xAxis", "yAxis", "y2Axis"):
            if axis in chart:
                chart[axis] = {"scale": "LINEAR", **chart[axis]}


def _check_tiles(layout: Body) -> None:
    """Tiles lie on the grid, side by side."""
    columns = layout.get("columns", 0)
    if not 1 <= columns <= COLUMNS:
        raise invalid(
            "Field dashboard.mosaicLayout.columns must be between 1 and 48.",
            field="dashboard.mosaicLayout.columns",
        )
    taken: set[tuple[int, int]] = set()
    for index, tile in enumerate(layout.get("tiles", ())):
        left, top = tile.get("xPos", 0), tile.get("yPos", 0)
        right, bottom = left + tile.get("width", 0), top + tile.get("height", 0)
        path = f"dashboard.mosaicLayout.tiles[{index}]"
        if right == left or bottom == top or right > columns:
            raise invalid(f"Field {path} does not fit into the grid.", field=path)
        if any(group in tile.get("widget", {}) for group in GROUPS):
            continue  # it spans its members
        cells = {(x, y) for x in range(left, right) for y in range(top, bottom)}
        if cells & taken:
            raise invalid(f"Field {path} overlaps another tile.", field=path)
        taken |= cells


def _replace(call: Call) -> Body:
    """The whole dashboard is replaced: there is no mask."""
    obj = call.need()
    return aip.change(call, DASHBOARDS, obj, {**call.body, "name": obj.name})


DASHBOARDS = Kind(
    name="dashboards",
    resources=("projects.dashboards",),
    schema="Dashboard",
    dialect=AIP,
    versions=("v1",),
    number=True,
    id_server=_id,
    etag="etag",
    validate=_check,
    on_create=lambda _call, body: _fill(body),
    on_update=lambda _call, body, _old: _fill(body),
    methods={"patch": _replace},
)
