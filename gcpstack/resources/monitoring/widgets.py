"""What stands on a dashboard."""

from collections.abc import Iterator, Sequence
from typing import Literal, Self

from gcpstack._core.facets import Facet, block, required, spec
from gcpstack.resources import _checks as checks
from gcpstack.resources._base import Part
from gcpstack.resources._checks import Finding
from gcpstack.resources._types import PolicyRef, Text
from gcpstack.resources.monitoring.charts import (
    Axis,
    ChartThreshold,
    DataSet,
    PieChart,
    Scorecard,
    TimeSeriesTable,
    XyChart,
)
from gcpstack.resources.monitoring.series import TimeSeriesQuery


def _present(value: object) -> object:
    """Write a widget that has no settings."""
    return {} if value is True else value


@block
class TextStyle(Part):
    """How a text looks.

    https://cloud.google.com/monitoring/api/ref_v3/rest/v1/projects.dashboards#TextStyle

    Attributes:
        background_color: as ``#RRGGBB``.
        text_color: as ``#RRGGBB``.
        font_size: its size.
        horizontal_alignment: H_LEFT, H_CENTER or H_RIGHT.
        vertical_alignment: V_TOP, V_CENTER or V_BOTTOM.
        padding: the room around it.
        pointer_location: where an arrow points out of it.
    """

    background_color: str | None = spec(like="caseless")
    text_color: str | None = spec(like="caseless")
    font_size: (
        Literal["FS_EXTRA_SMALL", "FS_SMALL", "FS_MEDIUM", "FS_LARGE", "FS_EXTRA_LARGE"] | None
    ) = spec()
    horizontal_alignment: Literal["H_LEFT", "H_CENTER", "H_RIGHT"] | None = spec()
    vertical_alignment: Literal["V_TOP", "V_CENTER", "V_BOTTOM"] | None = spec()
    padding: Literal["P_EXTRA_SMALL", "P_SMALL", "P_MEDIUM", "P_LARGE", "P_EXTRA_LARGE"] | None = (
        spec()
    )
    pointer_location: Literal["PL_TOP", "PL_RIGHT", "PL_BOTTOM", "PL_LEFT"] | None = spec()

    def findings(self) -> Iterator[Finding]:
        """Check the colours."""
        for field in ("background_color", "text_color"):
            yield from checks.pattern(
                field, getattr(self, field), r"#?[0-9A-Fa-f]{3}([0-9A-Fa-f]{3})?", "a colour"
            )


@block
class TextPanel(Part):
    """Text.

    Attributes:
        content: what it says.
        format: MARKDOWN (Google's default) or RAW.
        style: how it looks.
    """

    content: Text = required()
    format: Literal["MARKDOWN", "RAW"] | None = spec()
    style: TextStyle | None = spec()


@block
class LogsPanel(Part):
    """Log entries as they come in.

    Attributes:
        filter: which entries (https://cloud.google.com/logging/docs/view/logging-query-language).
        resource_names: of which projects, such as ``projects/p``; the dashboard's if not given.
    """

    filter: Text | None = spec(like="text")
    resource_names: Sequence[Text] | None = spec(Facet.UNORDERED)


@block
class IncidentList(Part):
    """Open incidents.

    Attributes:
        policies: of these policies; of all if not given.
    """

    policies: Sequence[PolicyRef] | None = spec(Facet.UNORDERED, wire="policyNames", like="link")


@block
class ErrorPanel(Part):
    """Groups of errors, as Error Reporting knows them.

    Attributes:
        project_names: of these projects, such as ``projects/p``.
        services: of these services.
        versions: of these versions.
    """

    project_names: Sequence[Text] = required(Facet.UNORDERED)
    services: Sequence[Text] | None = spec(Facet.UNORDERED)
    versions: Sequence[Text] | None = spec(Facet.UNORDERED)


_CONTENTS = (
    "xy_chart",
    "scorecard",
    "text",
    "logs_panel",
    "alert_chart",
    "time_series_table",
    "pie_chart",
    "incident_list",
    "error_panel",
    "section_header",
    "collapsible_group",
    "single_view_group",
    "blank",
)
#: What spans other widgets, which are its members.
GROUPS = ("collapsible_group", "single_view_group")


@block
class Widget(Part):
    """One thing on a dashboard; the class methods write the usual ones.

    https://cloud.google.com/monitoring/api/ref_v3/rest/v1/projects.dashboards#Widget. What has no
    field here is given as *extra*, in Google's JSON form.

    Attributes:
        title: its heading.
        id: its name within the dashboard, for links to it.
        xy_chart: a chart over time.
        scorecard: one large number.
        text: a text.
        logs_panel: log entries.
        alert_chart: the chart of an alert policy.
        time_series_table: a table.
        pie_chart: a pie.
        incident_list: open incidents.
        error_panel: groups of errors.
        section_header: a heading over what follows; its text is a line below it.
        collapsible_group: a group that can be folded; whether it is.
        single_view_group: a group of which one member is seen: DROPDOWN or TAB.
        blank: nothing, to keep room.
    """

    title: Text | None = spec()
    id: str | None = spec()
    xy_chart: XyChart | None = spec()
    scorecard: Scorecard | None = spec()
    text: TextPanel | None = spec()
    logs_panel: LogsPanel | None = spec()
    alert_chart: PolicyRef | None = spec(wire="alertChart.name", like="link")
    time_series_table: TimeSeriesTable | None = spec()
    pie_chart: PieChart | None = spec()
    incident_list: IncidentList | None = spec()
    error_panel: ErrorPanel | None = spec(wire="errorReportingPanel")
    section_header: Text | None = spec(wire="sectionHeader.subtitle")
    collapsible_group: bool | None = spec(wire="collapsibleGroup.collapsed")
    single_view_group: Literal["DROPDOWN", "TAB"] | None = spec(wire="singleViewGroup.displayType")
    blank: bool | None = spec(encode=_present)

    def findings(self) -> Iterator[Finding]:
        """Check that it is one thing."""
        if not self.extra:
            yield from checks.exactly_one(self, *_CONTENTS)

    @classmethod
    def chart(
        cls,
        title: Text,
        *queries: TimeSeriesQuery,
        plot_type: Literal["LINE", "STACKED_AREA", "STACKED_BAR", "HEATMAP"] = "LINE",
        legend: Text | None = None,
        y_label: Text | None = None,
        threshold: float | None = None,
    ) -> Self:
        """Draw series over time.

        Args:
            title: its heading.
            queries: which series.
            plot_type: how they are drawn.
            legend: how they are called.
            y_label: what the axis is called.
            threshold: a line across it.
        """
        sets = [
            DataSet(query=query, plot_type=plot_type, legend_template=legend) for query in queries
        ]
        drawn = XyChart(
            data_sets=sets,
            y_axis=Axis(label=y_label) if y_label is not None else None,
            thresholds=None if threshold is None else [ChartThreshold(value=threshold)],
        )
        return cls(title=title, xy_chart=drawn)

    @classmethod
    def number(
        cls,
        title: Text,
        query: TimeSeriesQuery,
        *,
        warning: float | None = None,
        danger: float | None = None,
        below: bool = False,
    ) -> Self:
        """Show one large number with a small line.

        Args:
            title: its heading.
            query: the series.
            warning: from here on it is yellow.
            danger: from here on it is red.
            below: whether low values are bad instead of high ones.
        """
        bad: Literal["ABOVE", "BELOW"] = "BELOW" if below else "ABOVE"
        lines = [
            *([] if danger is None else [_line(danger, "RED", bad)]),
            *([] if warning is None else [_line(warning, "YELLOW", bad)]),
        ]
        shown = Scorecard(query=query, thresholds=lines or None, spark="SPARK_LINE")
        return cls(title=title, scorecard=shown)

    @classmethod
    def markdown(cls, content: Text, *, title: Text | None = None) -> Self:
        """Say something."""
        return cls(title=title, text=TextPanel(content=content, format="MARKDOWN"))

    @classmethod
    def logs(cls, title: Text, filter: Text) -> Self:  # noqa: A002 # Google's name
        """Show log entries that match a filter."""
        return cls(title=title, logs_panel=LogsPanel(filter=filter))

    @classmethod
    def alert(cls, policy: PolicyRef, *, title: Text | None = None) -> Self:
        """Show the chart of an alert policy."""
        return cls(title=title, alert_chart=policy)


def _line(
    value: float, color: Literal["YELLOW", "RED"], direction: Literal["ABOVE", "BELOW"]
) -> ChartThreshold:
    return ChartThreshold(value=value, color=color, direction=direction)
