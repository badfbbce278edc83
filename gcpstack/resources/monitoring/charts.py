"""Charts and tables of dashboards."""

from collections.abc import Iterator, Sequence
from typing import Literal

from gcpstack._core.facets import block, required, spec
from gcpstack.resources import _checks as checks
from gcpstack.resources import _encode as encode
from gcpstack.resources._base import Part
from gcpstack.resources._checks import Finding
from gcpstack.resources._types import Seconds, Text
from gcpstack.resources.monitoring.series import TimeSeriesQuery

_MINUTE = 60
_MONTHS = 8_640_000


@block
class DataSet(Part):
    """Series of one chart, drawn alike.

    https://cloud.google.com/monitoring/api/ref_v3/rest/v1/projects.dashboards#DataSet

    Attributes:
        query: which series.
        plot_type: LINE (Google's default), STACKED_AREA, STACKED_BAR or HEATMAP.
        legend_template: how they are called, such as ``${resource.labels.service_name}``.
        min_alignment_period: the finest rhythm that is shown.
        target_axis: Y1 (Google's default) or Y2.
    """

    query: TimeSeriesQuery = required(wire="timeSeriesQuery")
    plot_type: Literal["LINE", "STACKED_AREA", "STACKED_BAR", "HEATMAP"] | None = spec()
    legend_template: Text | None = spec()
    min_alignment_period: Seconds | None = spec(like="duration", encode=encode.seconds)
    target_axis: Literal["Y1", "Y2"] | None = spec()

    def findings(self) -> Iterator[Finding]:
        """Check the rhythm."""
        yield from checks.duration(
            "min_alignment_period", self.min_alignment_period, _MINUTE, _MONTHS
        )


@block
class ChartThreshold(Part):
    """A line that a value should not cross.

    https://cloud.google.com/monitoring/api/ref_v3/rest/v1/projects.dashboards#Threshold

    Attributes:
        value: where it is.
        label: what it is called.
        color: YELLOW or RED; scorecards only.
        direction: ABOVE or BELOW it is bad; scorecards only.
        target_axis: Y1 or Y2; charts only.
    """

    value: float = required()
    label: Text | None = spec()
    color: Literal["YELLOW", "RED"] | None = spec()
    direction: Literal["ABOVE", "BELOW"] | None = spec()
    target_axis: Literal["Y1", "Y2"] | None = spec()


@block
class Axis(Part):
    """An axis of a chart.

    Attributes:
        label: what it is called.
        scale: LINEAR (Google's default) or LOG10.
    """

    label: Text | None = spec()
    scale: Literal["LINEAR", "LOG10"] | None = spec()


@block
class XyChart(Part):
    """A chart of values over time.

    https://cloud.google.com/monitoring/api/ref_v3/rest/v1/projects.dashboards#XyChart

    Attributes:
        data_sets: what is drawn.
        thresholds: lines across it.
        x_axis: the axis of time.
        y_axis: the left axis.
        y2_axis: the right axis.
        mode: COLOR, X_RAY or STATS.
        display_horizontal: whether time runs down instead of across.
        timeshift_duration: the same so long ago is drawn beside it.
    """

    data_sets: Sequence[DataSet] = required()
    thresholds: Sequence[ChartThreshold] | None = spec()
    x_axis: Axis | None = spec()
    y_axis: Axis | None = spec()
    y2_axis: Axis | None = spec()
    mode: Literal["COLOR", "X_RAY", "STATS"] | None = spec(wire="chartOptions.mode")
    display_horizontal: bool | None = spec(wire="chartOptions.displayHorizontal")
    timeshift_duration: Seconds | None = spec(like="duration", encode=encode.seconds)

    def findings(self) -> Iterator[Finding]:
        """Check that something is drawn, and that thresholds are those of charts."""
        if not self.data_sets:
            yield Finding("data_sets", "is empty", "Give at least one.")
        for index, line in enumerate(self.thresholds or ()):
            for field in ("color", "direction"):
                if getattr(line, field) is not None:
                    yield Finding(f"thresholds[{index}].{field}", "is for scorecards only")


@block
class Scorecard(Part):
    """The newest value of a series, large.

    https://cloud.google.com/monitoring/api/ref_v3/rest/v1/projects.dashboards#Scorecard

    Attributes:
        query: the series.
        thresholds: values from which it turns yellow or red.
        spark: SPARK_LINE or SPARK_BAR draws the last values small below it.
        spark_alignment_period: the finest rhythm of that.
        gauge_upper_bound: or a gauge shows it, up to this value
        gauge_lower_bound: from this one.
    """

    query: TimeSeriesQuery = required(wire="timeSeriesQuery")
    thresholds: Sequence[ChartThreshold] | None = spec()
    spark: Literal["SPARK_LINE", "SPARK_BAR"] | None = spec(wire="sparkChartView.sparkChartType")
    spark_alignment_period: Seconds | None = spec(
        wire="sparkChartView.minAlignmentPeriod", like="duration", encode=encode.seconds
    )
    gauge_upper_bound: float | None = spec(wire="gaugeView.upperBound")
    gauge_lower_bound: float | None = spec(wire="gaugeView.lowerBound")

    def findings(self) -> Iterator[Finding]:
        """Check that it is drawn in one way, and that thresholds are those of scorecards."""
        gauge = (self.gauge_lower_bound, self.gauge_upper_bound)
        if self.spark is not None and gauge != (None, None):
            yield Finding("spark", "excludes a gauge", "Keep one of them.")
        if self.spark_alignment_period is not None and self.spark is None:
            yield Finding("spark_alignment_period", "goes with spark only")
        if None not in gauge and gauge[0] >= gauge[1]:  # type: ignore[operator] # neither is None
            yield Finding("gauge_lower_bound", "is not below gauge_upper_bound")
        for index, line in enumerate(self.thresholds or ()):
            if line.target_axis is not None:
                yield Finding(f"thresholds[{index}].target_axis", "is for charts only")


@block
class TableData(Part):
    """Series of one table.

    https://cloud.google.com/monitoring/api/ref_v3/rest/v1/projects.dashboards#TableDataSet

    Attributes:
        query: which series.
        table_template: how they are called.
        min_alignment_period: the finest rhythm that is shown.
    """

    query: TimeSeriesQuery = required(wire="timeSeriesQuery")
    table_template: Text | None = spec()
    min_alignment_period: Seconds | None = spec(like="duration", encode=encode.seconds)


@block
class TableColumn(Part):
    """A column of a table.

    Attributes:
        column: the label that it shows, or ``value``.
        visible: whether it is shown.
        display_name: its heading.
        alignment: LEFT, CENTER or RIGHT.
        thresholds: values from which it turns yellow or red.
    """

    column: str = required()
    visible: bool = required()
    display_name: Text | None = spec()
    alignment: Literal["LEFT", "CENTER", "RIGHT"] | None = spec()
    thresholds: Sequence[ChartThreshold] | None = spec()


@block
class TimeSeriesTable(Part):
    """A table of the newest values.

    https://cloud.google.com/monitoring/api/ref_v3/rest/v1/projects.dashboards#TimeSeriesTable

    Attributes:
        data_sets: what it shows.
        metric_visualization: NUMBER or BAR.
        columns: its columns.
    """

    data_sets: Sequence[TableData] = required()
    metric_visualization: Literal["NUMBER", "BAR"] | None = spec()
    columns: Sequence[TableColumn] | None = spec(wire="columnSettings")

    def findings(self) -> Iterator[Finding]:
        """Check that it shows something, and each column once."""
        if not self.data_sets:
            yield Finding("data_sets", "is empty", "Give at least one.")
        yield from checks.distinct("columns", [column.column for column in self.columns or ()])


@block
class PieData(Part):
    """Series of one pie.

    Attributes:
        query: which series.
        slice_name_template: how its slices are called.
        min_alignment_period: the finest rhythm that counts.
    """

    query: TimeSeriesQuery = required(wire="timeSeriesQuery")
    slice_name_template: Text | None = spec()
    min_alignment_period: Seconds | None = spec(like="duration", encode=encode.seconds)


@block
class PieChart(Part):
    """Shares of a whole.

    https://cloud.google.com/monitoring/api/ref_v3/rest/v1/projects.dashboards#PieChart

    Attributes:
        data_sets: what it shows.
        chart_type: PIE or DONUT.
        show_labels: whether slices tell their names.
    """

    data_sets: Sequence[PieData] = required()
    chart_type: Literal["PIE", "DONUT"] = required()
    show_labels: bool | None = spec()

    def findings(self) -> Iterator[Finding]:
        """Check that it shows something."""
        if not self.data_sets:
            yield Finding("data_sets", "is empty", "Give at least one.")
