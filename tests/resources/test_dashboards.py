"""Dashboards: every widget and layout converges, whichever was there before; files are taken as they are."""

import json

import pytest

from gcpstack import Action, Stack, compose
from gcpstack import resources as r
from gcpstack.exceptions import DeclarationError, StackFileError

from .lives_watch import COUNT, LATENCY, RATE, TEXT, WATCHED

PROM = r.TimeSeriesQuery(prometheus_query="sum(rate(up[5m]))", unit_override="1/s")
RATIO = r.TimeSeriesQuery(
    numerator=r.RatioPart(filter=f'{COUNT} metric.labels.response_code_class="5xx"'),
    denominator=r.RatioPart(filter=COUNT),
)
TOP = r.TimeSeriesQuery(
    filter=LATENCY,
    aggregation=r.Aggregation(
        alignment_period=300,
        per_series_aligner="ALIGN_DELTA",
        cross_series_reducer="REDUCE_PERCENTILE_95",
        group_by_fields=["resource.label.service_name"],
    ),
    secondary_aggregation=r.Aggregation(alignment_period=600, per_series_aligner="ALIGN_NONE"),
    pick=r.PickSeries(direction="TOP", ranking_method="METHOD_MAX", num_time_series=5),
)
EVERY = [
    TEXT,
    r.Widget(
        title="Calls",
        id="calls",
        xy_chart=r.XyChart(
            data_sets=[
                r.DataSet(query=RATE, plot_type="STACKED_AREA", min_alignment_period="5m"),
                r.DataSet(query=RATIO, target_axis="Y2", legend_template="errors"),
                r.DataSet(query=r.TimeSeriesQuery(time_series_query_language="fetch x")),
                r.DataSet(query=r.TimeSeriesQuery(sql="SELECT 1")),
            ],
            thresholds=[r.ChartThreshold(value=10, label="much", target_axis="Y1")],
            x_axis=r.Axis(scale="LINEAR"),
            y_axis=r.Axis(label="calls", scale="LOG10"),
            y2_axis=r.Axis(label="share"),
            mode="STATS",
            display_horizontal=True,
            timeshift_duration="1d",
        ),
    ),
    r.Widget.number("Latency", TOP, warning=200, danger=500),
    r.Widget(
        title="Gauge",
        scorecard=r.Scorecard(query=PROM, gauge_lower_bound=0, gauge_upper_bound=100),
    ),
    r.Widget.logs("Errors", "severity>=ERROR"),
    r.Widget.alert(WATCHED, title="Alert"),
    r.Widget(
        title="Table",
        time_series_table=r.TimeSeriesTable(
            data_sets=[r.TableData(query=TOP, table_template="x", min_alignment_period=60)],
            metric_visualization="BAR",
            columns=[
                r.TableColumn(
                    column="value",
                    visible=True,
                    display_name="Latency",
                    alignment="RIGHT",
                    thresholds=[r.ChartThreshold(value=1, color="RED", direction="ABOVE")],
                )
            ],
        ),
    ),
    r.Widget(
        title="Pie",
        pie_chart=r.PieChart(
            data_sets=[r.PieData(query=RATE, slice_name_template="x", min_alignment_period=60)],
            chart_type="DONUT",
            show_labels=True,
        ),
    ),
    r.Widget(title="Open", incident_list=r.IncidentList(policies=[WATCHED])),
    r.Widget(title="All open", incident_list=r.IncidentList()),
    r.Widget(
        error_panel=r.ErrorPanel(project_names=["projects/p"], services=["api"], versions=["1"])
    ),
    r.Widget(title="Part", section_header="What follows"),
    r.Widget(title="Group", collapsible_group=True),
    r.Widget(title="Views", single_view_group="TAB"),
    r.Widget(title="Room", blank=True),
    r.Widget(title="Tree", extra={"treemap": {"dataSets": [], "treemapHierarchy": ["a"]}}),
    r.Widget(
        text=r.TextPanel(
            content=compose("see {link}", link="https://example.com"),
            format="RAW",
            style=r.TextStyle(
                background_color="#FFFFFF",
                text_color="#000000",
                font_size="FS_LARGE",
                horizontal_alignment="H_LEFT",
                vertical_alignment="V_TOP",
                padding="P_SMALL",
                pointer_location="PL_TOP",
            ),
        )
    ),
]
GROUPED = [
    r.Tile(widget=r.Widget(title="All", collapsible_group=False), width=48, height=10),
    r.Tile(widget=TEXT, width=24, height=10),
    r.Tile(widget=r.Widget.markdown("b"), width=24, height=10, x_pos=24),
]
LAYOUTS = [
    {"grid_layout": r.GridLayout(widgets=EVERY, columns=3)},
    {"mosaic_layout": r.MosaicLayout(tiles=GROUPED)},
    {"row_layout": [r.LayoutRow(widgets=EVERY, weight=2), r.LayoutRow(widgets=[TEXT])]},
    {"column_layout": [r.LayoutColumn(widgets=[*reversed(EVERY)], weight=2)]},
    {"grid_layout": r.GridLayout(widgets=[*reversed(EVERY)])},
]


def stack(**fields):
    made = Stack("shop", enable_apis=False)
    made.add(r.Dashboard("shop", **fields))
    return made


def test_every_widget_in_every_layout_converges(gcp_settings):
    """Each takes the place of the one before, and nothing of that one is left."""
    for fields in LAYOUTS:
        stack(**fields).apply(gcp_settings)
        assert stack(**fields).plan(gcp_settings).empty, fields
        [live] = [
            change.live.body
            for change in stack(**fields).plan(gcp_settings).changes
            if change.kind.name == "monitoring.Dashboard"
        ]
        assert [key for key in live if key.endswith("Layout")] == [camel(next(iter(fields)))]


def camel(name):
    head, tail = name.split("_")
    return head + tail.capitalize()


def test_a_file_is_taken_as_the_console_wrote_it(tmp_path, gcp_settings):
    """The name and etag in it are another dashboard's; what says nothing is left out."""
    path = tmp_path / "dashboard.json"
    found = {
        "name": "projects/123/dashboards/old",
        "etag": "x",
        "displayName": "Old",
        "mosaicLayout": {
            "columns": 12,
            "tiles": [
                {
                    "width": 6,
                    "height": 4,
                    "widget": {
                        "xyChart": {
                            "dataSets": [
                                {
                                    "plotType": "PLOT_TYPE_UNSPECIFIED",
                                    "timeSeriesQuery": {"timeSeriesFilter": {"filter": COUNT}},
                                }
                            ]
                        }
                    },
                }
            ],
        },
    }
    path.write_text(json.dumps(found))
    made = Stack("shop", enable_apis=False)
    dashboard = made.add(r.Dashboard.from_file("new", path, labels={"team": "web"}))
    made.apply(gcp_settings)
    plan = made.plan(gcp_settings)

    assert plan.empty
    assert plan.changes[0].live.body["displayName"] == "Old"
    assert plan.changes[0].live.body["labels"] == {"team": "web"}
    assert plan.changes[0].target.path.endswith("/dashboards/new")
    assert dashboard.name == "new"

    found["mosaicLayout"]["tiles"][0]["widget"] = {"text": {"content": "hello"}}
    path.write_text(json.dumps(found))
    made = Stack("shop", enable_apis=False)
    made.add(r.Dashboard.from_file("new", path))
    assert made.plan(gcp_settings).changes[0].action is Action.UPDATE
    made.apply(gcp_settings)
    assert made.plan(gcp_settings).empty


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("{", "is not valid JSON"),
        ("[]", "holds no JSON object"),
        ("{}", "holds no dashboard: none of gridLayout"),
        (b"\xff\xfe".decode("latin-1"), "is not valid JSON"),
    ],
)
def test_what_is_no_dashboard_is_told(tmp_path, text, told):
    """By the name of the file."""
    path = tmp_path / "dashboard.json"
    path.write_text(text)
    with pytest.raises(DeclarationError, match=f"(?s)dashboard.json.*{told}"):
        r.Dashboard.from_file("new", path)
    with pytest.raises(StackFileError, match="can't be read"):
        r.Dashboard.from_file("new", tmp_path / "none.json")


def test_a_field_that_google_does_not_have_is_told(tmp_path, gcp_settings):
    """Before anything is touched, with the nearest that it has."""
    path = tmp_path / "dashboard.json"
    path.write_text('{"gridLayout": {"widget": []}}')
    made = Stack("shop", enable_apis=False)
    made.add(r.Dashboard.from_file("new", path))

    with pytest.raises(DeclarationError, match=r"gridLayout.widget.*Did you mean widgets\?"):
        made.plan(gcp_settings)
