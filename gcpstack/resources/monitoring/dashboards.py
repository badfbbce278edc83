"""Dashboards."""

import json
import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import ClassVar, Literal, Self

from gcpstack._core.facets import Facet, block, identity, required, scope, spec
from gcpstack._core.json import Body
from gcpstack._core.resource import Scope, resource
from gcpstack.exceptions import DeclarationError, Problem, StackFileError
from gcpstack.resources import _checks as checks
from gcpstack.resources import _encode as encode
from gcpstack.resources import _kinds_monitoring as kinds
from gcpstack.resources._base import Declaration, Part
from gcpstack.resources._checks import Finding, NameRule
from gcpstack.resources._types import Labels, Text
from gcpstack.resources.monitoring.widgets import GROUPS, Widget

_MOST_COLUMNS = 48
_MOST_WIDGETS = 100
_WIRE = ("gridLayout", "mosaicLayout", "rowLayout", "columnLayout")
_LAYOUTS = ("grid_layout", "mosaic_layout", "row_layout", "column_layout")

#: https://cloud.google.com/monitoring/api/ref_v3/rest/v1/projects.dashboards
NAME = NameRule(r"[A-Za-z0-9_.-]{1,100}", "1 to 100 letters, digits, hyphens, underscores and dots")


@block
class GridLayout(Part):
    """Widgets of one size, row by row.

    Attributes:
        widgets: the widgets.
        columns: how many stand in a row; as many as there is room for if not given.
    """

    widgets: Sequence[Widget] = required()
    columns: int | None = spec(encode=encode.text)


@block
class Tile(Part):
    """A widget with a place on the grid of a mosaic.

    Attributes:
        widget: the widget.
        width: how many columns it spans.
        height: how many rows it spans.
        x_pos: its first column, from 0.
        y_pos: its first row, from 0.
    """

    widget: Widget = required()
    width: int = required()
    height: int = required()
    x_pos: int = spec(default=0)
    y_pos: int = spec(default=0)

    @property
    def group(self) -> bool:
        """Whether it spans other tiles, which are its members."""
        return any(getattr(self.widget, name) is not None for name in GROUPS)


@block
class MosaicLayout(Part):
    """Widgets of any size, side by side.

    https://cloud.google.com/monitoring/api/ref_v3/rest/v1/projects.dashboards#MosaicLayout

    Attributes:
        tiles: the widgets with their places.
        columns: how many columns the grid has, 1 to 48.
    """

    tiles: Sequence[Tile] = required()
    columns: int = spec(default=48)

    def findings(self) -> Iterator[Finding]:
        """Check that the tiles lie on the grid, side by side; what a group spans belongs to it."""
        yield from checks.within("columns", self.columns, 1, _MOST_COLUMNS)
        taken: dict[tuple[int, int], int] = {}
        for index, tile in enumerate(self.tiles):
            place = f"tiles[{index}]"
            if tile.width < 1 or tile.height < 1 or tile.x_pos < 0 or tile.y_pos < 0:
                yield Finding(place, "has no place: width and height are 1 at least")
                continue
            if tile.x_pos + tile.width > self.columns:
                yield Finding(
                    place,
                    f"ends at column {tile.x_pos + tile.width}, but there are {self.columns}",
                )
                continue
            if tile.group:
                continue
            cells = [
                (x, y)
                for x in range(tile.x_pos, tile.x_pos + tile.width)
                for y in range(tile.y_pos, tile.y_pos + tile.height)
            ]
            other = next((taken[cell] for cell in cells if cell in taken), None)
            if other is not None:
                yield Finding(place, f"overlaps tiles[{other}]")
            taken.update(dict.fromkeys(cells, index))


@block
class LayoutRow(Part):
    """A row of widgets.

    Attributes:
        widgets: the widgets, side by side.
        weight: how high it is beside the others.
    """

    widgets: Sequence[Widget] = required()
    weight: int | None = spec(encode=encode.text)


@block
class LayoutColumn(Part):
    """A column of widgets.

    Attributes:
        widgets: the widgets, one below the other.
        weight: how wide it is beside the others.
    """

    widgets: Sequence[Widget] = required()
    weight: int | None = spec(encode=encode.text)


@block
class DashboardFilter(Part):
    """What people can narrow a dashboard by.

    https://cloud.google.com/monitoring/api/ref_v3/rest/v1/projects.dashboards#DashboardFilter

    Attributes:
        filter_type: what it looks at.
        label_key: the label, where it looks at one.
        string_value: the value at first.
        template_variable: what it is called in queries.
    """

    filter_type: Literal[
        "RESOURCE_LABEL",
        "METRIC_LABEL",
        "USER_METADATA_LABEL",
        "SYSTEM_METADATA_LABEL",
        "GROUP",
        "VALUE_ONLY",
    ] = required()
    label_key: str | None = spec()
    string_value: Text | None = spec()
    template_variable: str | None = spec()

    def findings(self) -> Iterator[Finding]:
        """Check that a label is named where one is looked at."""
        if self.filter_type.endswith("LABEL") and not self.label_key:
            yield Finding("label_key", f"is needed with filter_type={self.filter_type!r}")


#: https://cloud.google.com/monitoring/dashboards/event-types
EventType = Literal[
    "GKE_WORKLOAD_DEPLOYMENT", "GKE_POD_CRASH", "GKE_POD_UNSCHEDULABLE",
    "GKE_CONTAINER_CREATION_FAILED", "GKE_CLUSTER_CREATE_DELETE", "GKE_CLUSTER_UPDATE",
    "GKE_NODE_POOL_UPDATE", "GKE_CLUSTER_AUTOSCALER", "GKE_POD_AUTOSCALER", "VM_TERMINATION",
    "VM_GUEST_OS_ERROR", "VM_START_FAILED", "MIG_UPDATE", "MIG_AUTOSCALER",
    "CLOUD_RUN_DEPLOYMENT", "CLOUD_SQL_FAILOVER", "CLOUD_SQL_START_STOP", "CLOUD_SQL_STORAGE",
    "UPTIME_CHECK_FAILURE", "CLOUD_ALERTING_ALERT", "SERVICE_HEALTH_INCIDENT", "SAP_BACKINT",
    "SAP_AVAILABILITY", "SAP_OPERATIONS", "INTERCONNECT_MAINTENANCE_STARTED",
    "INTERCONNECT_MAINTENANCE_COMPLETED", "VPN_TRAFFIC_SELECTOR_NARROWING", "VPN_MAINTENANCE",
]  # fmt: skip


@block
class DashboardEvents(Part):
    """Events that charts show.

    https://cloud.google.com/monitoring/dashboards/show-events

    Attributes:
        event_type: such as CLOUD_RUN_DEPLOYMENT or CLOUD_ALERTING_ALERT.
        display_name: what they are called.
        filter: which of them.
        enabled: whether they are shown at first.
    """

    event_type: EventType = required()
    display_name: Text | None = spec()
    filter: Text | None = spec(like="text")
    enabled: bool | None = spec()


@resource(kinds.DASHBOARD)
class Dashboard(Declaration):
    """A dashboard of Cloud Monitoring.

    https://cloud.google.com/monitoring/api/ref_v3/rest/v1/projects.dashboards. Its widgets stand in
    one of four layouts. A file that the console or gcloud wrote is taken by `from_file`; whatever
    has no field here can be given as *extra*, in Google's JSON form.

    Outputs: ``name``, ``etag``.

    Attributes:
        name: its id.
        project: its project; the stack's if not given.
        display_name: what people see; the id if not given.
        grid_layout: widgets of one size;
        mosaic_layout: or of any size;
        row_layout: or in rows;
        column_layout: or in columns.
        filters: what people can narrow it by.
        events: events that its charts show.
        labels: labels; a value may be empty.
    """

    NAMES: ClassVar[NameRule | None] = NAME

    name: str = identity(kw_only=False)
    project: str | None = scope()
    display_name: Text | None = spec()
    grid_layout: GridLayout | None = spec()
    mosaic_layout: MosaicLayout | None = spec()
    row_layout: Sequence[LayoutRow] | None = spec(wire="rowLayout.rows")
    column_layout: Sequence[LayoutColumn] | None = spec(wire="columnLayout.columns")
    filters: Sequence[DashboardFilter] | None = spec(wire="dashboardFilters")
    events: Sequence[DashboardEvents] | None = spec(
        Facet.UNORDERED, wire="annotations.eventAnnotations", key="eventType"
    )
    labels: Labels | None = spec()

    @classmethod
    def from_file(cls, name: str, path: str | os.PathLike[str], **fields: object) -> Self:
        """Take a dashboard in Google's JSON form, as the console and gcloud write it.

        https://cloud.google.com/monitoring/dashboards/api-dashboard. Its name and etag there are
        those of another dashboard: they are left out.

        Args:
            name: its id.
            path: the file.
            fields: fields of the declaration that are given here, not by the file.

        Raises:
            DeclarationError: the file holds no dashboard.
            StackFileError: the file can't be read.
        """
        try:
            found = json.loads(Path(path).read_text(encoding="utf-8"))
        except OSError as error:
            raise StackFileError(
                f"{path} can't be read: {error.strerror}.", remedy="Create it, or name another."
            ) from error
        except ValueError as error:
            raise DeclarationError([Problem(str(path), f"is not valid JSON: {error}.")]) from None
        if not isinstance(found, dict):
            raise DeclarationError([Problem(str(path), "holds no JSON object.")])
        if not any(layout in found for layout in _WIRE):
            told = f"holds no dashboard: none of {', '.join(_WIRE)} is in it."
            raise DeclarationError([Problem(str(path), told, "Export it once more.")])
        kept = {key: _said(value) for key, value in found.items() if key not in {"name", "etag"}}
        return cls(name, **{"extra": kept, **fields})  # type: ignore[arg-type] # told by the checks

    def fixed(self, scope: Scope) -> Body:
        """Show the id where no name for people is given."""
        return {"displayName": self.name}

    def findings(self, scope: Scope) -> Iterator[Finding]:
        """Check that there is one layout, with no more than a dashboard holds.

        https://cloud.google.com/monitoring/dashboards/dashboard-api-samples
        """
        written = [layout for layout in _WIRE if layout in (self.extra or {})]
        if not written:
            yield from checks.exactly_one(self, *_LAYOUTS)
        elif len(written) > 1 or any(getattr(self, field) is not None for field in _LAYOUTS):
            yield Finding("", "has several layouts", "Keep one of them.")
        yield from checks.longest("widgets", self.widgets, _MOST_WIDGETS, "widgets")
        ids = [widget.id for widget in self.widgets if widget.id]
        yield from checks.distinct("widgets", ids)

    @property
    def widgets(self) -> list[Widget]:
        """Every widget of its layout."""
        rows: list[LayoutRow | LayoutColumn] = [
            *(self.row_layout or ()),
            *(self.column_layout or ()),
        ]
        return [
            *(self.grid_layout.widgets if self.grid_layout else ()),
            *(tile.widget for tile in (self.mosaic_layout.tiles if self.mosaic_layout else ())),
            *(widget for row in rows for widget in row.widgets),
        ]


def _said(value: object) -> object:
    """Leave out what a file says without saying anything: Google leaves it out, too."""
    if isinstance(value, Mapping):
        return {
            key: _said(inner)
            for key, inner in value.items()
            if not (isinstance(inner, str) and inner.endswith("_UNSPECIFIED"))
        }
    return [_said(item) for item in value] if isinstance(value, list) else value
