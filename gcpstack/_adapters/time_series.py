"""Reads Cloud Monitoring's time series, as one value for each group.

https://cloud.google.com/monitoring/api/ref_v3/rest/v3/projects.timeSeries/list
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from gcpstack._adapters.clients import Clients
from gcpstack._adapters.gapic import Api
from gcpstack._core.json import Body

#: The shortest period that Monitoring aligns to, in seconds.
_PERIOD = 60


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked of Monitoring.

    Attributes:
        project: whose metrics.
        filter: such as ``metric.type="run.googleapis.com/request_count"``.
        seconds: how far back.
        reducer: how series become one, such as ``REDUCE_SUM``.
        groups: the labels that stay apart.
    """

    project: str
    filter: str
    seconds: float
    reducer: str
    groups: Sequence[str] = ()


def time_series(clients: Clients, asked: Question) -> Sequence[Body]:
    """Ask for a metric over the last seconds, as one value for each group."""
    end = clients.now()
    request: Body = {
        "name": f"projects/{asked.project}",
        "filter": asked.filter,
        "interval": {
            "startTime": (end - timedelta(seconds=max(asked.seconds, 0.001))).isoformat(),
            "endTime": end.isoformat(),
        },
        "aggregation": {
            "alignmentPeriod": f"{max(_PERIOD, int(asked.seconds) + 1)}s",
            "perSeriesAligner": "ALIGN_DELTA",
            "crossSeriesReducer": asked.reducer,
            "groupByFields": list(asked.groups),
        },
    }
    api = Api(clients, "google.cloud.monitoring_v3", "MetricServiceClient")
    return api.pages("list_time_series", "ListTimeSeriesRequest", request, "timeSeries")


def values(item: Body) -> list[float]:
    """List the values of a series."""
    points = item.get("points")
    found = []
    for point in points if isinstance(points, list) else []:
        value = point.get("value") or {}
        number = value.get("doubleValue", value.get("int64Value"))
        found.append(float(str(number or 0)))
    return found
