"""Sinks and exclusions (https://cloud.google.com/logging/docs/routing/overview)."""

import re

from gcpstack.emulator.core.call import Call
from gcpstack.emulator.core.errors import ApiError, invalid
from gcpstack.emulator.core.model import Body, Kind
from gcpstack.emulator.core.recorded import plain
from gcpstack.emulator.core.store import Obj
from gcpstack.emulator.core.world import World
from gcpstack.emulator.dialects import aip
from gcpstack.emulator.dialects.aip import AIP
from gcpstack.emulator.services.logging.common import (
    NAME,
    SERVICE,
    accounts,
    check_filter,
    check_text,
    id_from_body,
    resources,
    short,
    timed,
    touched,
)

MOST_EXCLUSIONS = 10
MOST_OF_A_SINK = 50
# What a patch without a mask changes:
# https://cloud.google.com/logging/docs/reference/v2/rest/v2/projects.sinks/patch
USUAL_MASK = "destination,filter,includeChildren"
# https://cloud.google.com/logging/docs/export/configure_export_v2#destination
_DESTINATION = re.compile(
    r"storage\.googleapis\.com/[^/]+|bigquery\.googleapis\.com/projects/[^/]+/datasets/[^/]+"
    r"|pubsub\.googleapis\.com/projects/[^/]+/topics/[^/]+"
    r"|logging\.googleapis\.com/projects/[^/]+(/locations/[^/]+/buckets/[^/]+)?"
)
_OWN = ("_Default", "_Required")
_SHARED_WRITER = "cloud-logs@system.gserviceaccount.com"


def _check(_call: Call, body: Body, old: Body | None) -> None:
    name = str(body["name"]).rsplit("/", 1)[-1]
    if old is not None and name == "_Required":
        raise invalid("Sink _Required cannot be updated.")
    destination = str(body.get("destination", ""))
    if not destination:
        raise invalid("Sink destination is required.", field="destination")
    if not _DESTINATION.fullmatch(plain(destination)):
        raise invalid(f"Invalid destination: '{destination}'", field="destination")
    check_text(body)
    exclusions = body.get("exclusions", [])
    if len(exclusions) > MOST_OF_A_SINK:
        raise invalid(f"A sink may have at most {MOST_OF_A_SINK} exclusions.", field="exclusions")
    names = [str(one.get("name", "")) for one in exclusions]
    for one in exclusions:
        if not re.fullmatch(NAME, plain(str(one.get("name", "")))):
            raise invalid(
                f"Invalid exclusion name: '{one.get('name', '')}'", field="exclusions.name"
            )
        if not one.get("filter"):
            raise invalid("Exclusion filter is required.", field="exclusions.filter")
        check_filter(one["filter"])
    if len(set(names)) < len(names):
        raise invalid("Exclusion names must be unique in a sink.", field="exclusions.name")


def _writer(call: Call, body: Body) -> str:
    """The identity that writes: https://cloud.google.com/logging/docs/reference/v2/rest/v2/projects.sinks/create."""
    own = call.query.get("customWriterIdentity")
    if own:
        return own if str(own).startswith("serviceAccount:") else f"serviceAccount:{own}"
    name, _, writer = accounts(call)
    bucket = re.match(r"logging\.googleapis\.com/(projects/[^/]+)/locations/", body["destination"])
    if bucket and call.world.canonical(bucket[1]) == name:
        return ""  # a bucket beside the sink needs no writer
    shared = name.startswith("projects/") and not call.query.get("uniqueWriterIdentity")
    return f"serviceAccount:{_SHARED_WRITER if shared else writer}"


def _completed(call: Call, body: Body) -> None:
    """What Logging adds: who writes, how tables are partitioned, which level the children are of."""
    writer = _writer(call, body)
    body.pop("writerIdentity", None)
    if writer:
        body["writerIdentity"] = writer
    options = body.get("bigqueryOptions")
    if options and options.get("usePartitionedTables"):
        body["bigqueryOptions"] = {**options, "usesTimestampColumnPartitioning": True}
    for one in body.get("exclusions", []):
        one.setdefault("createTime", call.world.stamp())
        one.setdefault("updateTime", call.world.stamp())
    if call.segments[0] == "projects":
        body.pop("includeChildren", None)


def _on_create(call: Call, body: Body) -> None:
    _completed(call, body)
    timed(call, body)


def _on_update(call: Call, body: Body, old: Body) -> None:
    shared = f"serviceAccount:{_SHARED_WRITER}"
    had = old.get("writerIdentity", "")
    if had and had != shared:
        if call.query.get("uniqueWriterIdentity") is False:
            raise invalid(
                "unique_writer_identity cannot be changed from true to false.",
                field="unique_writer_identity",
            )
        call.query["uniqueWriterIdentity"] = True
    _completed(call, body)
    touched(call, body, old)


def _update(call: Call) -> Body:
    """``update`` and ``patch``."""
    if not call.query.get("updateMask"):
        call.query["updateMask"] = USUAL_MASK
    return aip.patch(call)


def _refuse_own(_call: Call, obj: Obj) -> None:
    if obj.id in _OWN:
        raise invalid(f"Sink {obj.id} cannot be deleted.")


def _view(world: World, obj: Obj, body: Body) -> Body:
    """The exclusions of a project act on its default sink."""
    told = short(world, obj, body)
    if obj.id == "_Default":
        excluded = [
            {**one.body, "name": one.id}
            for one in world.state.page(SERVICE, f"{obj.parent}/exclusions")
        ]
        if excluded:
            told["exclusions"] = [*told.get("exclusions", []), *excluded]
    return told


SINKS = Kind(
    name="sinks",
    resources=resources("sinks"),
    schema="LogSink",
    dialect=AIP,
    id_server=lambda call: id_from_body(NAME, call),
    output_only=("writerIdentity", "createTime", "updateTime", "resourceName"),
    not_found="Sink {id} does not exist",
    already_exists="Sink {id} already exists",
    validate=_check,
    on_create=_on_create,
    on_update=_on_update,
    on_delete=_refuse_own,
    view=_view,
    methods={"update": _update, "patch": _update},
)


# -- exclusions


def _check_exclusion(call: Call, body: Body, old: Body | None) -> None:
    check_text(body)
    held = sum(1 for _ in call.world.state.page(SERVICE, call.path)) if old is None else 0
    if held >= MOST_EXCLUSIONS:
        raise ApiError(
            429, f"At most {MOST_EXCLUSIONS} exclusions are allowed.", status="RESOURCE_EXHAUSTED"
        )


def _patch_exclusion(call: Call) -> Body:
    """``patch``: the mask is required."""
    if not call.query.get("updateMask"):
        raise invalid("The update mask is required.", field="update_mask")
    return aip.patch(call)


EXCLUSIONS = Kind(
    name="exclusions",
    resources=resources("exclusions"),
    schema="LogExclusion",
    dialect=AIP,
    id_server=lambda call: id_from_body(NAME, call),
    required=("filter",),
    not_found="Exclusion {name} does not exist",
    already_exists="Exclusion {name} already exists",
    validate=_check_exclusion,
    on_create=timed,
    on_update=touched,
    methods={"patch": _patch_exclusion},
)


def provision(world: World, project: str) -> None:
    """The two sinks of every project, which fill its two buckets."""
    root = f"projects/{project}"
    logs = (
        "cloudaudit.googleapis.com/activity", "externalaudit.googleapis.com/activity",
        "cloudaudit.googleapis.com/system_event", "externalaudit.googleapis.com/system_event",
        "cloudaudit.googleapis.com/access_transparency", "externalaudit.googleapis.com/access_transparency",
    )  # fmt: skip
    required = " OR ".join(f'LOG_ID("{log}")' for log in logs)
    rest = " AND ".join(f'NOT LOG_ID("{log}")' for log in logs)
    for name, where in (("_Default", rest), ("_Required", required)):
        body = {
            "name": f"{root}/sinks/{name}",
            "destination": f"logging.googleapis.com/{root}/locations/global/buckets/{name}",
            "filter": where,
        }
        world.state.put(Obj(SERVICE, "sinks", body["name"], body))
