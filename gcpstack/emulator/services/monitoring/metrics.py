"""Metric descriptors (https://cloud.google.com/monitoring/api/ref_v3/rest/v3/projects.metricDescriptors).

A project has those that were written, one of each log-based metric, and some of Google's own.
"""

import re
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import quote

from gcpstack.emulator.core.call import Call
from gcpstack.emulator.core.errors import invalid, not_found
from gcpstack.emulator.core.filters import matcher
from gcpstack.emulator.core.model import Body, Handler
from gcpstack.emulator.core.paging import cut
from gcpstack.emulator.core.store import Obj
from gcpstack.emulator.core.world import World

OWN = re.compile(
    r"(custom\.googleapis\.com|external\.googleapis\.com|workload\.googleapis\.com)/[A-Za-z0-9_/.-]+"
)
LONGEST_TYPE = 200
FUNCTION = re.compile(r'(starts_with|ends_with|has_substring)\(\s*"([^"]*)"\s*\)')
WILD = {"starts_with": '"{}*"', "ends_with": '"*{}"', "has_substring": '"*{}*"'}
COLLECTION = "projects/{project}/metricDescriptors"

# https://cloud.google.com/monitoring/api/metrics_gcp: type -> kind, value type, unit, resource type.
GOOGLE = {
    "cloudsql.googleapis.com/database/cpu/utilization": ("GAUGE", "DOUBLE", "10^2.%", "cloudsql_database"),
    "cloudsql.googleapis.com/database/disk/utilization": ("GAUGE", "DOUBLE", "10^2.%", "cloudsql_database"),
    "cloudsql.googleapis.com/database/memory/utilization": ("GAUGE", "DOUBLE", "10^2.%", "cloudsql_database"),
    "compute.googleapis.com/instance/cpu/utilization": ("GAUGE", "DOUBLE", "10^2.%", "gce_instance"),
    "loadbalancing.googleapis.com/https/backend_latencies": ("DELTA", "DISTRIBUTION", "ms", "https_lb_rule"),
    "loadbalancing.googleapis.com/https/backend_request_count": ("DELTA", "INT64", "1", "https_lb_rule"),
    "loadbalancing.googleapis.com/https/request_count": ("DELTA", "INT64", "1", "https_lb_rule"),
    "loadbalancing.googleapis.com/https/total_latencies": ("DELTA", "DISTRIBUTION", "ms", "https_lb_rule"),
    "monitoring.googleapis.com/uptime_check/check_passed": ("GAUGE", "BOOL", "", "uptime_url"),
    "monitoring.googleapis.com/uptime_check/request_latency": ("GAUGE", "DOUBLE", "ms", "uptime_url"),
    "pubsub.googleapis.com/subscription/num_undelivered_messages": ("GAUGE", "INT64", "1", "pubsub_subscription"),
    "pubsub.googleapis.com/subscription/oldest_unacked_message_age": ("GAUGE", "INT64", "s", "pubsub_subscription"),
    "redis.googleapis.com/stats/memory/usage_ratio": ("GAUGE", "DOUBLE", "1", "redis_instance"),
    "run.googleapis.com/container/cpu/utilizations": ("DELTA", "DISTRIBUTION", "10^2.%", "cloud_run_revision"),
    "run.googleapis.com/container/instance_count": ("GAUGE", "INT64", "1", "cloud_run_revision"),
    "run.googleapis.com/container/memory/utilizations": ("DELTA", "DISTRIBUTION", "10^2.%", "cloud_run_revision"),
    "run.googleapis.com/request_count": ("DELTA", "INT64", "1", "cloud_run_revision"),
    "run.googleapis.com/request_latencies": ("DELTA", "DISTRIBUTION", "ms", "cloud_run_revision"),
}  # fmt: skip


def key_of(project: str, metric: str) -> str:
    """The name under which a descriptor is kept: the type in one step."""
    return f"{COLLECTION.format(project=project)}/{quote(metric, safe='${}')}"


def _google(project: str, metric: str) -> Body:
    kind, value, unit, resource = GOOGLE[metric]
    body: Body = {
        "name": f"{COLLECTION.format(project=project)}/{metric}",
        "type": metric,
        "metricKind": kind,
        "valueType": value,
        "launchStage": "GA",
        "monitoredResourceTypes": [resource],
    }
    return {**body, "unit": unit} if unit else body


def described(world: World, project: str) -> Iterator[Body]:
    """Every descriptor of a project, by type."""
    found = {metric: _google(project, metric) for metric in GOOGLE}
    for obj in world.state.page("logging", f"projects/{project}/metrics"):
        body = obj.body["metricDescriptor"]
        found[body["type"]] = body
    for obj in world.state.page("monitoring", COLLECTION.format(project=project)):
        found[obj.body["type"]] = obj.body
    yield from (found[metric] for metric in sorted(found))


def describe(world: World, project: str, metric: str) -> Body | None:
    """The descriptor of a metric type."""
    return next((body for body in described(world, project) if body["type"] == metric), None)


def selects(text: str) -> Callable[[Body], bool]:
    """The predicate of a filter, https://cloud.google.com/monitoring/api/v3/filters."""
    text = re.sub(r"\b(metric|resource)\.label\.", r"\1.labels.", text)
    return matcher(FUNCTION.sub(lambda found: WILD[found[1]].format(found[2]), text))


def _type(call: Call) -> str:
    return call.path.split("/metricDescriptors/", 1)[1]


def _missing(call: Call) -> Exception:
    return not_found(f"Could not find descriptor for metric '{_type(call)}'.")


def _get(call: Call) -> Body:
    body = describe(call.world, call.project, _type(call))
    if body is None:
        raise _missing(call)
    return body


def _list(call: Call) -> Body:
    keep = selects(str(call.query.get("filter", "")))
    wanted = [
        body for body in described(call.world, call.project) if keep({"metric": body, **body})
    ]
    return cut(wanted, call.query, "metricDescriptors")


def check_type(metric: str, field: str) -> None:
    """Refuse a type that users may not write."""
    if len(metric) > LONGEST_TYPE or not OWN.fullmatch(metric):
        raise invalid(
            f'Field {field} had an invalid value of "{metric}": '
            "The metric type must be a URL-formatted string with a domain and non-empty path.",
            field=field,
        )


def _create(call: Call) -> Body:
    """Write a descriptor, or change one: its labels only grow."""
    body = dict(call.body)
    check_type(body.get("type", ""), "metricDescriptor.type")
    for name in ("metricKind", "valueType"):
        if not body.get(name):
            raise invalid(
                f"Field metricDescriptor.{name} is required.", field=f"metricDescriptor.{name}"
            )
    _check_combination(body)
    old = call.find(key_of(call.project, body["type"]))
    if old is not None:
        _check_same(old.body, body)
        keys = {label["key"] for label in body.get("labels", ())}
        kept = [label for label in old.body.get("labels", ()) if label["key"] not in keys]
        if kept:
            body["labels"] = [*kept, *body.get("labels", ())]
    return keep(call.world, call.project, body)


def keep(world: World, project: str, body: Body) -> Body:
    """Store a descriptor."""
    body = {**body, "name": f"{COLLECTION.format(project=project)}/{body['type']}"}
    obj = Obj("monitoring", "metricDescriptors", key_of(project, body["type"]), body)
    return world.state.put(obj).body


def _check_combination(body: Body) -> None:
    """Running totals are of numbers."""
    if body["metricKind"] != "GAUGE" and body["valueType"] in ("BOOL", "STRING"):
        raise invalid(
            f'Field metricDescriptor.valueType had an invalid value of "{body["valueType"]}": '
            f"it is not supported for the metric kind {body['metricKind']}.",
            field="metricDescriptor.valueType",
        )


def _check_same(old: Body, new: Body) -> None:
    for name in ("metricKind", "valueType"):
        if old[name] != new[name]:
            raise invalid(
                f'Field metricDescriptor.{name} had an invalid value of "{new[name]}": '
                f"it differs from the existing descriptor's {old[name]}.",
                field=f"metricDescriptor.{name}",
            )


def _delete(call: Call) -> Body:
    """Only what users wrote can go."""
    obj = call.find(key_of(call.project, _type(call)))
    if obj is None:
        raise _missing(call)
    call.world.forget(obj)
    return {}


_PATH = "projects.metricDescriptors"
METHODS: dict[str, Handler] = {
    f"{_PATH}.get": _get, f"{_PATH}.list": _list, f"{_PATH}.create": _create, f"{_PATH}.delete": _delete,
}  # fmt: skip


def value_of(point: Body) -> Any:
    """The value of a point whatever its type."""
    return next(iter(point["value"].values()))
