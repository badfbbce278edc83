"""Sinks, exclusions and log-based metrics (https://cloud.google.com/logging/docs/routing/overview)."""

import re

from gcpstack.emulator.core.call import Call
from gcpstack.emulator.core.errors import ApiError, invalid
from gcpstack.emulator.core.model import Body, Kind
from gcpstack.emulator.core.recorded import plain
from gcpstack.emulator.core.store import Obj
from gcpstack.emulator.core.world import World
from gcpstack.emulator.dialects import aip
from gcpstack.emulator.dialects.aip import AIP
from gcpstack.emulator.services.logging import buckets

PARENTS = ("projects", "organizations", "folders", "billingAccounts")
MOST_EXCLUSIONS = 10
# https://cloud.google.com/logging/docs/export/configure_export_v2#destination
DESTINATION = re.compile(
    r"storage\.googleapis\.com/[^/]+|bigquery\.googleapis\.com/projects/[^/]+/datasets/[^/]+"
    r"|pubsub\.googleapis\.com/projects/[^/]+/topics/[^/]+"
    r"|logging\.googleapis\.com/projects/[^/]+(/locations/[^/]+/buckets/[^/]+)?"
)
NAME = r"[A-Za-z0-9_.-]{1,100}"
METRIC = r"[A-Za-z0-9_\-.,+!*',()%/]{1,100}"


def resources(collection: str) -> tuple[str, ...]:
    """The discovery resources of a collection under every kind of parent."""
    return (*(f"{parent}.{collection}" for parent in PARENTS), collection)


def _id(pattern: str, call: Call) -> str:
    name = str(call.body.get("name", ""))
    if not re.fullmatch(pattern, plain(name)):
        raise invalid(f"Invalid name: '{name}'", field="name")
    return name


def _times(call: Call, body: Body) -> None:
    body["createTime"] = body["updateTime"] = call.world.stamp()
    _drop_false(body)


def _touched(call: Call, body: Body, _old: Body) -> None:
    body["updateTime"] = call.world.stamp()
    _drop_false(body)


def _drop_false(body: Body) -> None:
    if not body.get("disabled", True):
        body.pop("disabled")


def _short(_world: World, obj: Obj, body: Body) -> Body:
    """Sinks and metrics tell their id as their name."""
    return {**body, "name": obj.id}


# -- sinks


def _check_sink(_call: Call, body: Body, _old: Body | None) -> None:
    destination = str(body.get("destination", ""))
    if not DESTINATION.fullmatch(plain(destination)):
        raise invalid(f"Invalid destination: '{destination}'", field="destination")


def _writer(call: Call, body: Body) -> None:
    """Name the identity that writes: https://cloud.google.com/logging/docs/reference/v2/rest/v2/projects.sinks/create."""
    _times(call, body)
    number = call.world.number_of(call.project)
    if body["destination"].startswith("logging.googleapis.com"):
        return
    if call.query.get("uniqueWriterIdentity"):
        account = f"service-{number}@gcp-sa-logging.iam.gserviceaccount.com"
    else:
        account = "cloud-logs@system.gserviceaccount.com"
    body["writerIdentity"] = f"serviceAccount:{account}"


def _update_sink(call: Call) -> Body:
    """``update`` and ``patch``: without a mask, the destination, the filter and the children."""
    obj = call.need()
    unique = str(obj.body.get("writerIdentity", "")).startswith("serviceAccount:service-")
    if unique and call.query.get("uniqueWriterIdentity") is False:
        raise invalid("unique_writer_identity cannot be changed from true to false.")
    if not call.query.get("updateMask"):
        call.query["updateMask"] = "destination,filter,includeChildren"
    answer = aip.patch(call)
    if not unique and call.query.get("uniqueWriterIdentity"):
        obj = call.need()
        body = dict(obj.body)
        _writer(call, body)
        body["createTime"] = obj.body["createTime"]
        answer = call.world.show(call.world.state.put(obj.but(body=body)))
    return answer


def _delete_sink(_call: Call, obj: Obj) -> None:
    if obj.id in ("_Default", "_Required"):
        raise ApiError(400, f"Sink {obj.id} cannot be deleted.", status="INVALID_ARGUMENT")


SINKS = Kind(
    name="sinks",
    resources=resources("sinks"),
    schema="LogSink",
    dialect=AIP,
    id_server=lambda call: _id(NAME, call),
    output_only=("writerIdentity", "createTime", "updateTime"),
    not_found="Sink {id} does not exist",
    already_exists="Sink {id} already exists",
    validate=_check_sink,
    on_create=_writer,
    on_update=_touched,
    on_delete=_delete_sink,
    view=_short,
    methods={"update": _update_sink, "patch": _update_sink},
)


# -- exclusions


def _few(call: Call, _body: Body, old: Body | None) -> None:
    held = sum(1 for _ in call.world.state.page("logging", call.path)) if old is None else 0
    if held >= MOST_EXCLUSIONS:
        raise ApiError(
            429, f"At most {MOST_EXCLUSIONS} exclusions are allowed.", status="RESOURCE_EXHAUSTED"
        )


EXCLUSIONS = Kind(
    name="exclusions",
    resources=resources("exclusions"),
    schema="LogExclusion",
    dialect=AIP,
    id_server=lambda call: _id(NAME, call),
    required=("filter",),
    not_found="Exclusion {name} does not exist",
    already_exists="Exclusion {name} already exists",
    validate=_few,
    on_create=_times,
    on_update=_touched,
)


# -- metrics


def _describe(call: Call, body: Body) -> None:
    name = body["name"].rsplit("/", 1)[-1]
    kind = f"logging.googleapis.com/user/{name}"
    given = body.get("metricDescriptor", {})
    described = {
        "metricKind": "DELTA",
        "valueType": "INT64",
        "unit": "1",
        **given,
        "name": f"projects/{call.project}/metricDescriptors/{kind}",
        "type": kind,
    }
    body["metricDescriptor"] = described


def _create_metric(call: Call, body: Body) -> None:
    _describe(call, body)
    _times(call, body)


def _change_metric(call: Call, body: Body, old: Body) -> None:
    _describe(call, body)
    _touched(call, body, old)


def _put_metric(call: Call) -> Body:
    """``update``: a PUT that creates the metric where there is none."""
    obj = call.find()
    if obj is None:
        return aip.make(call, METRICS, call.name)
    kept: Body = {key: obj.body[key] for key in ("name", "createTime") if key in obj.body}
    return aip.change(call, METRICS, obj, {**call.body, **kept})


METRICS = Kind(
    name="metrics",
    resources=("projects.metrics",),
    schema="LogMetric",
    dialect=AIP,
    id_server=lambda call: _id(METRIC, call),
    required=("filter",),
    output_only=("createTime", "updateTime"),
    not_found="Metric {id} does not exist.",
    already_exists="Metric {id} already exists.",
    on_create=_create_metric,
    on_update=_change_metric,
    view=_short,
    methods={"update": _put_metric},
)


def provision(world: World, project: str) -> None:
    """Every project begins with two buckets and the sinks that fill them."""
    buckets.provision(world, project)
    root = f"projects/{project}"
    audit = 'LOG_ID("cloudaudit.googleapis.com/activity") OR LOG_ID("externalaudit.googleapis.com/activity") OR LOG_ID("cloudaudit.googleapis.com/system_event") OR LOG_ID("externalaudit.googleapis.com/system_event") OR LOG_ID("cloudaudit.googleapis.com/access_transparency") OR LOG_ID("externalaudit.googleapis.com/access_transparency")'
    rest = " AND ".join(f"NOT {part}" for part in audit.split(" OR "))
    for name, where in (("_Default", rest), ("_Required", audit)):
        body = {
            "name": f"{root}/sinks/{name}",
            "destination": f"logging.googleapis.com/{root}/locations/global/buckets/{name}",
            "filter": where,
        }
        world.state.put(Obj("logging", "sinks", f"{root}/sinks/{name}", body))
