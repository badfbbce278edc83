"""Dashboards, and what is made of logs, as rows for google-api-python-client."""

from collections.abc import Mapping

from gcpstack._adapters.clients import Clients
from gcpstack._adapters.discovery import Discovery, Row
from gcpstack._core.json import Body

_PROJECT = "projects/{project}"

#: The layouts of dashboards, what a widget shows, what is asked for, and how a number is drawn.
_DASHBOARD = (
    frozenset({"gridLayout", "mosaicLayout", "rowLayout", "columnLayout"}),
    frozenset(
        {
            "alertChart",
            "blank",
            "collapsibleGroup",
            "errorReportingPanel",
            "filterControl",
            "incidentList",
            "logsPanel",
            "pieChart",
            "scorecard",
            "sectionHeader",
            "singleViewGroup",
            "text",
            "timeSeriesTable",
            "treemap",
            "xyChart",
        }
    ),
    frozenset(
        {
            "opsAnalyticsQuery",
            "prometheusQuery",
            "timeSeriesFilter",
            "timeSeriesFilterRatio",
            "timeSeriesQueryLanguage",
            "traceQuery",
        }
    ),
    frozenset({"blankView", "gaugeView", "sparkChartView"}),
)


def _named_in_full(ids: Mapping[str, str], body: Body) -> Body:
    return {**body, "name": f"projects/{ids['project']}/dashboards/{ids['name']}"}


ROWS: Mapping[str, Row] = {
    # https://cloud.google.com/monitoring/api/ref_v3/rest/v1/projects.dashboards/patch: the whole is
    # replaced, and the etag in it guards it.
    "monitoring.Dashboard": Row(
        api="monitoring",
        version="v1",
        collection="projects.dashboards",
        one={"name": "{path}"},
        parent={"parent": _PROJECT},
        body=_named_in_full,
        style="whole",
        one_of=_DASHBOARD,
        items="dashboards",
        list_params={"pageSize": 1000},
    ),
}


def adapter(clients: Clients, kind: str, stack: str) -> Discovery:  # noqa: ARG001 # no marks here
    """Make the adapter of a kind."""
    return Discovery(clients, ROWS[kind])
