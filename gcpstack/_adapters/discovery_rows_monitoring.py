"""Dashboards, and what is made of logs, as rows for google-api-python-client."""

from collections.abc import Mapping

from gcpstack._adapters.clients import Clients
from gcpstack._adapters.discovery import Discovery, Row
from gcpstack._core.json import Body, get

_PROJECT = "projects/{project}"
_BUCKET = _PROJECT + "/locations/{location}/buckets/{bucket}"

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


def _unnamed(_: Mapping[str, str], body: Body) -> Body:
    """The name is told beside the body, which may not hold it."""
    return body


def _whole_buckets(body: Body) -> Body:
    """Leave out buckets of which nothing is left that says how many there are."""
    options = body.get("bucketOptions")
    if not isinstance(options, dict):
        return body
    kept = {
        key: value
        for key, value in options.items()
        if get(value, ("numFiniteBuckets",)) or get(value, ("bounds",))
    }
    rest = {key: value for key, value in body.items() if key != "bucketOptions"}
    return {**rest, "bucketOptions": kept} if kept else rest


#: The buckets of a metric.
_METRIC = (frozenset({"linearBuckets", "exponentialBuckets", "explicitBuckets"}),)

ROWS: Mapping[str, Row] = {
    # https://cloud.google.com/logging/docs/reference/v2/rest/v2/projects.exclusions
    "logging.Exclusion": Row(
        api="logging",
        version="v2",
        collection="projects.exclusions",
        one={"name": "{path}"},
        parent={"parent": _PROJECT},
        style="mask",
        items="exclusions",
        list_params={"pageSize": 1000},
    ),
    # https://cloud.google.com/logging/docs/reference/v2/rest/v2/projects.locations.buckets.links: a
    # link never changes.
    "logging.LinkedDataset": Row(
        api="logging",
        version="v2",
        collection="projects.locations.buckets.links",
        one={"name": "{path}"},
        parent={"parent": _BUCKET},
        id="linkId",
        body=_unnamed,
        items="links",
        list_params={"pageSize": 1000},
        operations="logging",
    ),
    # https://cloud.google.com/logging/docs/reference/v2/rest/v2/projects.locations.buckets.views
    "logging.LogView": Row(
        api="logging",
        version="v2",
        collection="projects.locations.buckets.views",
        one={"name": "{path}"},
        parent={"parent": _BUCKET},
        id="viewId",
        body=_unnamed,
        style="mask",
        stays=lambda ids: ids["name"].startswith("_"),
        items="views",
        list_params={"pageSize": 1000},
    ),
    # https://cloud.google.com/logging/docs/reference/v2/rest/v2/projects.metrics/update: the whole is
    # replaced.
    "logging.Metric": Row(
        api="logging",
        version="v2",
        collection="projects.metrics",
        one={"metricName": "{path}"},
        parent={"parent": _PROJECT},
        change="update",
        style="whole",
        shape=_whole_buckets,
        one_of=_METRIC,
        items="metrics",
        list_params={"pageSize": 1000},
    ),
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
