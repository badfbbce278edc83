"""Log buckets and their views (https://cloud.google.com/logging/docs/buckets)."""

from gcpstack.emulator.core import lro
from gcpstack.emulator.core.call import Call
from gcpstack.emulator.core.errors import failed_precondition, invalid
from gcpstack.emulator.core.model import Body, Kind
from gcpstack.emulator.core.store import Obj
from gcpstack.emulator.core.world import World
from gcpstack.emulator.dialects import aip
from gcpstack.emulator.dialects.aip import AIP

PARENTS = ("projects", "organizations", "folders", "billingAccounts")
KEPT_DELETED = 7 * 86400.0
LONGEST = 3650


def _resources(collection: str) -> tuple[str, ...]:
    return (*(f"{parent}.locations.{collection}" for parent in PARENTS), f"locations.{collection}")


def _check(_call: Call, body: Body, old: Body | None) -> None:
    days = body.get("retentionDays", 30)
    if not 1 <= days <= LONGEST:
        raise invalid(f"retention_days must be between 1 and {LONGEST}", field="retention_days")
    if old is None:
        return
    if old.get("locked"):
        raise failed_precondition("Buckets that are locked cannot be modified.")
    for field in ("analyticsEnabled", "cmekSettings"):
        if old.get(field) and not body.get(field):
            raise invalid(f"{field} cannot be removed once it is set.", field=field)
    if old.get("lifecycleState") == "DELETE_REQUESTED":
        raise failed_precondition("Buckets that are being deleted cannot be modified.")


def _on_create(call: Call, body: Body) -> None:
    body["createTime"] = body["updateTime"] = call.world.stamp()
    body["lifecycleState"] = "ACTIVE"
    _drop_false(body)


def _on_update(call: Call, body: Body, _old: Body) -> None:
    body["updateTime"] = call.world.stamp()
    _drop_false(body)


def _drop_false(body: Body) -> None:
    for field in ("locked", "analyticsEnabled"):
        if not body.get(field, True):
            body.pop(field)


def _delete(call: Call) -> Body:
    """``delete``: the name stays taken for a week, in which ``undelete`` brings the bucket back."""
    obj = call.need()
    if obj.id in ("_Default", "_Required") or obj.body.get("locked"):
        raise failed_precondition(f"Bucket `{obj.id}` cannot be deleted.")
    if call.world.state.children("logging", f"{obj.name}/links"):
        raise failed_precondition("Buckets with links cannot be deleted.")
    body = {**obj.body, "lifecycleState": "DELETE_REQUESTED"}
    call.world.state.put(obj.but(body=body))
    call.world.later(KEPT_DELETED, "logging", "purge", {"name": obj.name})
    return {}


def _undelete(call: Call) -> Body:
    """``undelete``."""
    obj = call.need()
    if obj.body.get("lifecycleState") != "DELETE_REQUESTED":
        raise failed_precondition(f"Bucket `{obj.id}` is not being deleted.")
    call.world.state.put(obj.but(body={**obj.body, "lifecycleState": "ACTIVE"}))
    return {}


def _slow(verb: str, call: Call) -> Body:
    """``createAsync`` and ``updateAsync``."""
    answer = aip.create(call) if verb == "create" else aip.patch(call)
    name = answer["name"]
    return lro.start(call, verb, name)


BUCKETS = Kind(
    name="buckets",
    resources=_resources("buckets"),
    schema="LogBucket",
    dialect=AIP,
    id_param="bucketId",
    id_pattern=r"[A-Za-z0-9][A-Za-z0-9_.-]{0,99}",
    output_only=("createTime", "updateTime", "lifecycleState"),
    defaults={"retentionDays": 30},
    not_found="Bucket `{id}` in location `global` does not exist",
    already_exists="Bucket `{id}` already exists",
    validate=_check,
    on_create=_on_create,
    on_update=_on_update,
    methods={
        "delete": _delete,
        "undelete": _undelete,
        "createAsync": lambda call: _slow("create", call),
        "updateAsync": lambda call: _slow("update", call),
    },
)


def _stamp_view(call: Call, body: Body) -> None:
    body["createTime"] = body["updateTime"] = call.world.stamp()


VIEWS = Kind(
    name="views",
    resources=_resources("buckets.views"),
    schema="LogView",
    dialect=AIP,
    id_param="viewId",
    output_only=("createTime", "updateTime"),
    not_found="View {name} does not exist",
    on_create=_stamp_view,
    on_update=_on_update,
)


def provision(world: World, project: str) -> None:
    """The two buckets of every project."""
    root = f"projects/{project}/locations/global/buckets"
    rows: list[Body] = [
        {"name": f"{root}/_Default", "description": "Default bucket", "lifecycleState": "ACTIVE", "retentionDays": 30},
        {
            "name": f"{root}/_Required", "description": "Audit bucket", "lifecycleState": "ACTIVE",
            "locked": True, "retentionDays": 400,
        },
    ]  # fmt: skip
    for body in rows:
        world.state.put(Obj("logging", "buckets", body["name"], body))
