"""Time series: what is written can be read, aligned and reduced.

https://cloud.google.com/monitoring/api/ref_v3/rest/v3/projects.timeSeries
"""

import functools
import json
import re
from collections.abc import Callable
from hashlib import sha256
from typing import Any

from gcpstack.emulator.core.call import Call
from gcpstack.emulator.core.clock import parse_rfc3339, rfc3339
from gcpstack.emulator.core.errors import ApiError, invalid
from gcpstack.emulator.core.model import Body, Handler
from gcpstack.emulator.core.paging import cut
from gcpstack.emulator.core.paths import get, put
from gcpstack.emulator.core.store import Obj
from gcpstack.emulator.services.monitoring import distributions, metrics

MOST_SERIES = 200
KEPT_POINTS = 1000
SAMPLING = 5.0
VALUE_TYPES = {
    "boolValue": "BOOL", "int64Value": "INT64", "doubleValue": "DOUBLE", "stringValue": "STRING",
    "distributionValue": "DISTRIBUTION",
}  # fmt: skip
Numbers = list[float]
Value = float | Body
Values = list[Value]


def _create(call: Call) -> Body:
    series = call.body.get("timeSeries", [])
    if not 1 <= len(series) <= MOST_SERIES:
        raise invalid(
            f"Field timeSeries must have between 1 and {MOST_SERIES} items.", field="timeSeries"
        )
    for index, one in enumerate(series):
        _write(call, f"timeSeries[{index}]", one)
    return {}


def _write(call: Call, path: str, body: Body) -> None:
    metric = get(body, "metric.type", "")
    metrics.check_type(metric, f"{path}.metric.type")
    points = body.get("points", [])
    if len(points) != 1:
        raise invalid(f"Field {path}.points must have exactly one point.", field=f"{path}.points")
    body.setdefault("resource", {"type": "global", "labels": {"project_id": call.project}})
    body |= _typed(call, path, body, metric, points[0])
    facts = json.dumps([body["metric"], body["resource"]], sort_keys=True)
    name = f"projects/{call.project}/timeSeries/{sha256(facts.encode()).hexdigest()[:24]}"
    old = call.find(name)
    past = old.body["points"] if old else []
    if past:
        _check_order(path, past[0], points[0])
    body["points"] = [points[0], *past][:KEPT_POINTS]
    call.world.state.put(Obj("monitoring", "timeSeries", name, body))


def _typed(call: Call, path: str, body: Body, metric: str, point: Body) -> Body:
    """Kind and value type of a series: the descriptor's, which the first point makes where there is none."""
    value_type = VALUE_TYPES.get(next(iter(point.get("value", {})), ""))
    if value_type is None or not get(point, "interval.endTime"):
        raise invalid(f"Field {path}.points[0] must have a value and an end time.", field=path)
    known = metrics.describe(call.world, call.project, metric)
    if known is None:
        kind = body.get("metricKind", "GAUGE")
        labels = [{"key": key} for key in sorted(body["metric"].get("labels", {}))]
        made = {"type": metric, "metricKind": kind, "valueType": body.get("valueType", value_type)}
        known = metrics.keep(
            call.world, call.project, {**made, "labels": labels} if labels else made
        )
    if value_type != known["valueType"]:
        raise invalid(
            f'Field {path}.points[0].value had an invalid value of type "{value_type}": '
            f"Value type for metric {metric} must be {known['valueType']}, but is {value_type}.",
            field=f"{path}.points[0].value",
        )
    return {"metricKind": known["metricKind"], "valueType": value_type}


def _end(point: Body) -> float:
    return _instant(point["interval"]["endTime"])


@functools.lru_cache(
    maxsize=16_384
)  # points of many series end at once, and are read again and again
def _instant(text: str) -> float:
    return parse_rfc3339(text)


def _check_order(path: str, last: Body, point: Body) -> None:
    words = "One or more TimeSeries could not be written: "
    if _end(point) <= _end(last):
        raise invalid(
            f"{words}Points must be written in order. One or more of the points specified had an older "
            f"end time than the most recent point.: {path}"
        )
    if _end(point) - _end(last) < SAMPLING:
        raise invalid(
            f"{words}One or more points were written more frequently than the maximum sampling period "
            f"configured for the metric.: {path}"
        )


def _list(call: Call) -> Body:
    """The series that a filter selects, with their points of an interval, newest first."""
    query = call.query
    text = str(query.get("filter", ""))
    if "metric.type" not in text:
        raise invalid(
            f'Field filter had an invalid value of "{text}": must specify a restriction on "metric.type" '
            "in the filter.",
            field="filter",
        )
    if not query.get("interval.endTime"):
        raise invalid("Field interval.end_time is required.", field="interval.end_time")
    end = parse_rfc3339(query["interval.endTime"])
    start = parse_rfc3339(query.get("interval.startTime") or query["interval.endTime"])
    keep = metrics.selects(text)
    for write in call.world.on_read:
        write()
    found = []
    for obj in call.world.state.page("monitoring", f"projects/{call.project}/timeSeries"):
        if not keep(obj.body):
            continue
        points = [point for point in obj.body["points"] if start <= _end(point) <= end]
        if points:
            found.append({**obj.body, "points": points})
    for prefix in ("aggregation", "secondaryAggregation"):
        found = _aggregate(found, query, prefix, start, end)
    if query.get("view") == "HEADERS":
        found = [{key: value for key, value in one.items() if key != "points"} for one in found]
    return cut(found, query, "timeSeries")


ALIGNERS: dict[str, Callable[[Numbers, float], float]] = {
    "ALIGN_COUNT": lambda values, _period: float(len(values)),
    "ALIGN_DELTA": lambda values, _period: sum(values),
    "ALIGN_MAX": lambda values, _period: max(values),
    "ALIGN_MEAN": lambda values, _period: sum(values) / len(values),
    "ALIGN_MIN": lambda values, _period: min(values),
    "ALIGN_NEXT_OLDER": lambda values, _period: values[0],
    "ALIGN_RATE": lambda values, period: sum(values) / period,
    "ALIGN_SUM": lambda values, _period: sum(values),
}
REDUCERS: dict[str, Callable[[Numbers], float]] = {
    "REDUCE_COUNT": lambda values: float(len(values)),
    "REDUCE_MAX": max,
    "REDUCE_MEAN": lambda values: sum(values) / len(values),
    "REDUCE_MIN": min,
    "REDUCE_SUM": sum,
}
SUMS = ("ALIGN_DELTA", "ALIGN_SUM", "REDUCE_SUM")
PERCENTILE = re.compile(r"(?:ALIGN|REDUCE)_PERCENTILE_(\d\d)")


def _percentile(values: Numbers, rank: str) -> float:
    return sorted(values)[min(int(len(values) * int(rank) / 100), len(values) - 1)]


def _function(name: str, table: dict[str, Any], *extra: float) -> Callable[[Values], Value]:
    """What an aligner or reducer makes of values; of distributions a sum is one again."""
    rank = PERCENTILE.fullmatch(name)
    if rank is None and name not in table:
        raise ApiError(501, f"{name} is not emulated.")

    def apply(values: Values) -> Value:
        spread = [value for value in values if isinstance(value, dict)]
        if spread and (rank or name in SUMS):
            whole = distributions.merged(spread)
            return distributions.percentile(whole, float(rank[1])) if rank else whole
        numbers = [_plain(value) for value in values]
        return _percentile(numbers, rank[1]) if rank else float(table[name](numbers, *extra))

    return apply


def _aggregate(found: list[Body], query: Body, prefix: str, start: float, end: float) -> list[Body]:
    """Align each series to a period, then reduce those of a group to one.

    https://cloud.google.com/monitoring/api/ref_v3/rest/v3/Aggregation
    """
    aligner = query.get(f"{prefix}.perSeriesAligner", "ALIGN_NONE")
    reducer = query.get(f"{prefix}.crossSeriesReducer", "REDUCE_NONE")
    period = float(str(query.get(f"{prefix}.alignmentPeriod") or "60s").rstrip("s"))
    if aligner != "ALIGN_NONE":
        align = _function(aligner, ALIGNERS, period)
        found = [_aligned(one, align, (start, end, period)) for one in found]
    if reducer == "REDUCE_NONE":
        return found
    if aligner == "ALIGN_NONE":
        raise invalid(
            "Field aggregation.crossSeriesReducer needs a perSeriesAligner other than ALIGN_NONE.",
            field="aggregation.crossSeriesReducer",
        )
    reduce = _function(reducer, REDUCERS)
    fields = list(query.get(f"{prefix}.groupByFields") or ())
    groups: dict[str, list[Body]] = {}
    for one in found:
        key = json.dumps([get(one, _labels(field)) for field in fields])
        groups.setdefault(key, []).append(one)
    return [_reduced(group, reduce, fields) for group in groups.values()]


def _labels(field: str) -> str:
    return re.sub(r"\b(metric|resource)\.label\.", r"\1.labels.", field)


def _held(point: Body) -> Value:
    """The value of a point: a number, or a distribution."""
    value = metrics.value_of(point)
    return value if isinstance(value, dict) else float(value)


def _plain(value: Value) -> float:
    return float(value.get("mean", 0)) if isinstance(value, dict) else value


def _typed_value(value: Value) -> Body:
    return {"distributionValue" if isinstance(value, dict) else "doubleValue": value}


def _told(body: Body, points: list[Body]) -> Body:
    """A series with new points: what is still a distribution is one of a period."""
    spread = any("distributionValue" in point["value"] for point in points)
    kinds = ("DELTA", "DISTRIBUTION") if spread else ("GAUGE", "DOUBLE")
    return {**body, "metricKind": kinds[0], "valueType": kinds[1], "points": points}


def _point(end: float, start: float, value: Value) -> Body:
    times = {"startTime": rfc3339(start), "endTime": rfc3339(end)}
    return {"interval": times, "value": _typed_value(value)}


def _aligned(
    body: Body, align: Callable[[Values], Value], window: tuple[float, float, float]
) -> Body:
    """The series with one point for each period, which end at the interval's end."""
    start, end, period = window
    points, until = [], end
    while until > start:
        held = [_held(p) for p in body["points"] if until - period < _end(p) <= until]
        if held:
            points.append(_point(until, until - period, align(held)))
        until -= period
    return _told(body, points)


def _reduced(group: list[Body], reduce: Callable[[Values], Value], fields: list[str]) -> Body:
    """One series for a group: of its labels those by which it was made."""
    times: dict[str, list[Body]] = {}
    for one in group:
        for point in one["points"]:
            times.setdefault(point["interval"]["endTime"], []).append(point)
    first = group[0]
    body: Body = {
        "metric": {"type": first["metric"]["type"]},
        "resource": {"type": first["resource"]["type"]},
    }
    for field in map(_labels, fields):
        value = get(first, field)
        if value is not None:
            put(body, field, value)
    points = [
        {
            "interval": points[0]["interval"],
            "value": _typed_value(reduce([_held(p) for p in points])),
        }
        for _, points in sorted(times.items(), reverse=True)
    ]
    return _told(body, points)


METHODS: dict[str, Handler] = {
    "projects.timeSeries.create": _create,
    "projects.timeSeries.createService": _create,
    "projects.timeSeries.list": _list,
}
