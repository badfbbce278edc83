"""Log-based metrics (https://cloud.google.com/logging/docs/logs-based-metrics)."""

import itertools
from urllib.parse import quote, unquote

from gcpstack.emulator.core.call import Call
from gcpstack.emulator.core.errors import invalid, not_found
from gcpstack.emulator.core.model import Body, Kind
from gcpstack.emulator.core.store import Obj
from gcpstack.emulator.core.world import World
from gcpstack.emulator.dialects import aip
from gcpstack.emulator.dialects.aip import AIP
from gcpstack.emulator.services.logging.common import (
    check_text,
    id_from_body,
    timed,
    touched,
)

# No slash at the beginning: https://cloud.google.com/logging/docs/reference/v2/rest/v2/projects.metrics
_NAME = r"[A-Za-z0-9_\-.,+!*',()%][A-Za-z0-9_\-.,+!*',()%/]{0,99}"
_VALUES = ("INT64", "DISTRIBUTION")
_FIXED = ("metricKind", "valueType")
# What Cloud Logging does not keep of a descriptor.
_NOT_KEPT = ("launchStage", "metadata", "monitoredResourceTypes")


def _check(_call: Call, body: Body, _old: Body | None) -> None:
    check_text(body)
    described = body.get("metricDescriptor", {})
    value = described.get("valueType", "INT64")
    if value not in _VALUES:
        raise invalid(
            f"The value type {value} is not supported by log-based metrics.",
            field="metric_descriptor.value_type",
        )
    if described.get("metricKind", "DELTA") != "DELTA":
        raise invalid(
            "The metric kind of a log-based metric must be DELTA.",
            field="metric_descriptor.metric_kind",
        )
    spread = value == "DISTRIBUTION"
    if spread != bool(body.get("valueExtractor")):
        words = "is required for a" if spread else "is only allowed for a"
        raise invalid(f"A value_extractor {words} DISTRIBUTION metric.", field="value_extractor")
    if body.get("bucketOptions") and not spread:
        raise invalid(
            "bucket_options are only allowed for a DISTRIBUTION metric.", field="bucket_options"
        )
    _check_labels(body, described)
    _check_buckets(body.get("bucketOptions", {}))


def _check_labels(body: Body, described: Body) -> None:
    labels = {label.get("key") for label in described.get("labels", [])}
    extracted = set(body.get("labelExtractors", {}))
    if labels != extracted:
        odd = sorted(str(key) for key in labels ^ extracted)
        raise invalid(
            f"Labels and label extractors must match; these do not: {', '.join(odd)}.",
            field="label_extractors",
        )


def _check_buckets(options: Body) -> None:
    if len(options) > 1:
        raise invalid("Only one of the bucket options may be set.", field="bucket_options")
    linear, grown = options.get("linearBuckets", {}), options.get("exponentialBuckets", {})
    bounds = options.get("explicitBuckets", {}).get("bounds", [])
    if linear and not (linear.get("width", 0) > 0 and linear.get("numFiniteBuckets", 0) > 0):
        raise invalid(
            "Linear buckets need a width and a number above 0.",
            field="bucket_options.linear_buckets",
        )
    if grown and not (grown.get("growthFactor", 0) > 1 and grown.get("scale", 0) > 0):
        raise invalid(
            "Exponential buckets need a growth factor above 1 and a scale above 0.",
            field="bucket_options.exponential_buckets",
        )
    if any(low >= high for low, high in itertools.pairwise(bounds)):
        raise invalid("The bounds must increase.", field="bucket_options.explicit_buckets.bounds")


def _describe(call: Call, body: Body, old: Body | None = None) -> None:
    """The descriptor that Cloud Monitoring has: its name, type and description come from the metric."""
    name = unquote(body["name"].rsplit("/", 1)[-1])
    kind = f"logging.googleapis.com/user/{name}"
    given = {
        key: value
        for key, value in body.get("metricDescriptor", {}).items()
        if key not in _NOT_KEPT
    }
    if old is not None:
        for field in _FIXED:
            if field in given and given[field] != old["metricDescriptor"][field]:
                raise invalid(
                    f"The {field} of a metric cannot be changed.", field="metric_descriptor"
                )
    given.pop("description", None)
    if body.get("description"):
        given["description"] = body["description"]
    if "labels" in given:
        given["labels"] = [_label(label) for label in given["labels"]]
    body["metricDescriptor"] = {
        "metricKind": "DELTA",
        "valueType": "INT64",
        "unit": "1",
        **given,
        "name": f"projects/{call.project}/metricDescriptors/{kind}",
        "type": kind,
    }


def _label(label: Body) -> Body:
    """The usual type of a label is not told."""
    return {key: value for key, value in label.items() if (key, value) != ("valueType", "STRING")}


def _on_create(call: Call, body: Body) -> None:
    _describe(call, body)
    timed(call, body)


def _on_update(call: Call, body: Body, old: Body) -> None:
    _describe(call, body, old)
    touched(call, body, old)


def _stored(call: Call) -> str:
    """The name that the path means as it is kept: a name may hold slashes."""
    return f"projects/{call.project}/metrics/{_kept_id('/'.join(call.segments[3:]))}"


def _kept_id(name: str) -> str:
    return quote(name, safe="${}")


def _view(_world: World, obj: Obj, body: Body) -> Body:
    return {**body, "name": unquote(obj.id)}


def _need(call: Call) -> Obj:
    name = _stored(call)
    obj = call.find(name)
    if obj is None:
        raise not_found(f"Metric {unquote(name.rpartition('/')[2])} does not exist.")
    return obj


def _get(call: Call) -> Body:
    """``get``."""
    return call.world.show(_need(call))


def _delete(call: Call) -> Body:
    """``delete``."""
    call.world.forget(_need(call))
    return {}


def _put(call: Call) -> Body:
    """``update``: a PUT that creates the metric where there is none."""
    obj = call.find(_stored(call))
    if obj is None:
        return aip.make(call, METRICS, _stored(call))
    kept: Body = {key: obj.body[key] for key in ("name", "createTime") if key in obj.body}
    if not call.body.get("filter"):
        raise invalid("Missing required field: filter", field="filter")
    return aip.change(call, METRICS, obj, {**call.body, **kept})


METRICS = Kind(
    name="metrics",
    resources=("projects.metrics",),
    schema="LogMetric",
    dialect=AIP,
    id_server=lambda call: _kept_id(id_from_body(_NAME, call)),
    required=("filter",),
    output_only=("createTime", "updateTime", "resourceName"),
    already_exists="Metric {id} already exists.",
    validate=_check,
    on_create=_on_create,
    on_update=_on_update,
    view=_view,
    methods={"get": _get, "update": _put, "delete": _delete},
)
