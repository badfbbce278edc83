"""Log buckets and their views (https://cloud.google.com/logging/docs/buckets)."""

from gcpstack.emulator.core import lro
from gcpstack.emulator.core.call import Call
from gcpstack.emulator.core.errors import failed_precondition, invalid
from gcpstack.emulator.core.model import Body, Kind
from gcpstack.emulator.core.store import Obj
from gcpstack.emulator.core.world import World
from gcpstack.emulator.dialects import aip
from gcpstack.emulator.dialects.aip import AIP
from gcpstack.emulator.services.logging import entries
from gcpstack.emulator.services.logging.common import (
    NAME,
    SERVICE,
    accounts,
    check_text,
    resources,
    timed,
    touched,
)

KEPT_DELETED = 7 * 86400.0
USUAL_DAYS, LONGEST_DAYS = 30, 3650
MOST_INDEXES = 20
_EVERY_LOG = "_AllLogs"
_MADE_BY_GOOGLE = ("_Default", "_Required")
_STAYS = {"analyticsEnabled": "Log Analytics", "cmekSettings": "CMEK"}


def _check(_call: Call, body: Body, old: Body | None) -> None:
    check_text(body)
    days = body.get("retentionDays") or USUAL_DAYS
    if not 1 <= days <= LONGEST_DAYS:
        raise invalid(
            f"Retention days must be between 1 and {LONGEST_DAYS}, but was {days}.",
            field="retention_days",
        )
    indexes = body.get("indexConfigs", [])
    if len(indexes) > MOST_INDEXES:
        raise invalid(f"A bucket may have at most {MOST_INDEXES} indexes.", field="index_configs")
    for index in indexes:
        if not index.get("fieldPath") or not index.get("type"):
            raise invalid("An index needs a field path and a type.", field="index_configs")
    if old is None:
        return
    if old.get("lifecycleState") == "DELETE_REQUESTED":
        raise failed_precondition(
            "Buckets that are in the DELETE_REQUESTED state cannot be updated."
        )
    if old.get("locked"):
        raise failed_precondition("Buckets that are locked cannot be modified.")
    for field, feature in _STAYS.items():
        if old.get(field) and not body.get(field):
            raise failed_precondition(
                f"{feature} cannot be disabled once it has been enabled on a bucket."
            )


def _settle(call: Call, body: Body) -> None:
    if not body.get("retentionDays"):
        body["retentionDays"] = USUAL_DAYS
    if body.get("cmekSettings"):
        name, key_user, _ = accounts(call)
        body["cmekSettings"] = {
            **body["cmekSettings"],
            "name": f"{name}/cmekSettings",
            "serviceAccountId": key_user,
        }


def _on_create(call: Call, body: Body) -> None:
    _settle(call, body)
    body["lifecycleState"] = "ACTIVE"
    timed(call, body)
    _give_view(call.world, body["name"], _EVERY_LOG, "", call.world.stamp())


def _on_update(call: Call, body: Body, old: Body) -> None:
    _settle(call, body)
    touched(call, body, old)


def _patch(call: Call) -> Body:
    """``patch``: the mask is required."""
    if not call.query.get("updateMask"):
        raise invalid("The update mask is required.", field="update_mask")
    return aip.patch(call)


def _delete(call: Call) -> Body:
    """``delete``: the name stays taken for a week, in which ``undelete`` brings the bucket back."""
    obj = call.need()
    if obj.id in _MADE_BY_GOOGLE:
        raise invalid(f"Bucket `{obj.id}` cannot be deleted.")
    if obj.body.get("locked") and entries.any_of(call.world, "/".join(call.segments[:2])):
        raise failed_precondition("Locked buckets can only be deleted when they are empty.")
    if any(call.world.state.page(SERVICE, f"{obj.name}/links")):
        raise failed_precondition("Buckets with links cannot be deleted.")
    body = {**obj.body, "lifecycleState": "DELETE_REQUESTED"}
    call.world.state.put(obj.but(body=body))
    call.world.later(KEPT_DELETED, SERVICE, "purge", {"name": obj.name})
    return {}


def purge(world: World, payload: Body) -> None:
    """The end of a deleted bucket, unless it was brought back."""
    obj = world.state.get(SERVICE, payload["name"])
    if obj is not None and obj.body.get("lifecycleState") == "DELETE_REQUESTED":
        world.forget(obj)


def _undelete(call: Call) -> Body:
    """``undelete``."""
    obj = call.need()
    if obj.body.get("lifecycleState") != "DELETE_REQUESTED":
        raise failed_precondition(f"Bucket `{obj.id}` is not in the DELETE_REQUESTED state.")
    call.world.state.put(obj.but(body={**obj.body, "lifecycleState": "ACTIVE"}))
    return {}


def _slowly(verb: str, call: Call) -> Body:
    """``createAsync`` and ``updateAsync``: what analytics and CMEK should be asked for with."""
    made = aip.create(call) if verb == "create" else _patch(call)
    bucket = {key: value for key, value in call.body.items() if key != "name"}
    request: Body
    if verb == "create":
        parent = call.path.rpartition("/")[0]
        request = {"parent": parent, "bucketId": call.query["bucketId"], "bucket": bucket}
    else:
        request = {"name": made["name"], "bucket": bucket, "updateMask": call.query["updateMask"]}
    return lro.start(call, verb, made["name"], extra={"request": request})


BUCKETS = Kind(
    name="buckets",
    resources=resources("locations.buckets"),
    schema="LogBucket",
    dialect=AIP,
    id_param="bucketId",
    id_pattern=NAME,
    output_only=("createTime", "updateTime", "lifecycleState"),
    not_found="Bucket `{id}` in location `{locations}` does not exist",
    already_exists="Bucket `{id}` in location `{locations}` already exists",
    validate=_check,
    on_create=_on_create,
    on_update=_on_update,
    methods={
        "patch": _patch,
        "delete": _delete,
        "undelete": _undelete,
        "createAsync": lambda call: _slowly("create", call),
        "updateAsync": lambda call: _slowly("update", call),
    },
)


# -- views


def _check_view(_call: Call, body: Body, _old: Body | None) -> None:
    check_text(body)
    if " OR " in body.get("filter", ""):
        raise invalid("The filter of a view may only join its terms by AND.", field="filter")


def _refuse_own(_call: Call, obj: Obj) -> None:
    if obj.id in (_EVERY_LOG, "_Default"):
        raise invalid(f"View {obj.id} cannot be deleted.")


VIEWS = Kind(
    name="views",
    resources=resources("locations.buckets.views"),
    schema="LogView",
    dialect=AIP,
    id_param="viewId",
    id_pattern=r"[A-Za-z0-9_-]{1,100}",
    output_only=("createTime", "updateTime"),
    not_found="View {name} does not exist",
    already_exists="View {name} already exists",
    validate=_check_view,
    on_create=timed,
    on_update=touched,
    on_delete=_refuse_own,
)


def _give_view(world: World, bucket: str, name: str, where: str, at: str = "") -> None:
    body = {"name": f"{bucket}/views/{name}"}
    if where:
        body["filter"] = where
    if at:
        body["createTime"] = body["updateTime"] = at
    world.state.put(Obj(SERVICE, "views", body["name"], body))


def provision(world: World, project: str) -> None:
    """The two buckets of every project, with the views of all their logs."""
    root = f"projects/{project}/locations/global/buckets"
    rows: list[Body] = [
        {
            "name": f"{root}/_Default", "description": "Default bucket", "lifecycleState": "ACTIVE",
            "retentionDays": USUAL_DAYS,
        },
        {
            "name": f"{root}/_Required", "description": "Audit bucket", "lifecycleState": "ACTIVE",
            "locked": True, "retentionDays": 400,
        },
    ]  # fmt: skip
    for body in rows:
        world.state.put(Obj(SERVICE, "buckets", body["name"], body))
        _give_view(world, body["name"], _EVERY_LOG, "")
    where = 'NOT LOG_ID("cloudaudit.googleapis.com/data_access") AND NOT LOG_ID("externalaudit.googleapis.com/data_access")'
    _give_view(world, f"{root}/_Default", "_Default", where)
