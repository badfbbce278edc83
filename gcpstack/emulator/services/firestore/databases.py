"""Databases (https://cloud.google.com/firestore/docs/reference/rest/v1/projects.databases)."""

import re

from gcpstack.emulator.core import locations, lro
from gcpstack.emulator.core.call import Call
from gcpstack.emulator.core.clock import parse_rfc3339, seconds_of
from gcpstack.emulator.core.errors import failed_precondition, invalid
from gcpstack.emulator.core.model import Body, Kind, Reference
from gcpstack.emulator.core.paging import cut
from gcpstack.emulator.core.store import Obj
from gcpstack.emulator.core.world import World
from gcpstack.emulator.dialects import aip, standard
from gcpstack.emulator.dialects.aip import AIP
from gcpstack.emulator.services.firestore import common

MULTI_REGIONS = ("nam5", "nam7", "eur3")
UUID_LIKE = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
UNAVAILABLE = 300  # seconds for which a deleted id stays taken
RETAINED = {True: "604800s", False: "3600s"}
UNSET = {
    "concurrencyMode": "CONCURRENCY_MODE_UNSPECIFIED",
    "databaseEdition": "DATABASE_EDITION_UNSPECIFIED",
    "deleteProtectionState": "DELETE_PROTECTION_STATE_UNSPECIFIED",
    "appEngineIntegrationMode": "APP_ENGINE_INTEGRATION_MODE_UNSPECIFIED",
    "pointInTimeRecoveryEnablement": "POINT_IN_TIME_RECOVERY_ENABLEMENT_UNSPECIFIED",
}


def _exists(name: str) -> bool:
    return name in locations.REGIONS or name in MULTI_REGIONS


def _validate(_call: Call, body: Body, _old: Body | None) -> None:
    if body.get("type", "DATABASE_TYPE_UNSPECIFIED") == "DATABASE_TYPE_UNSPECIFIED":
        raise invalid("Database type must be specified.", field="database.type")
    if not _exists(body.get("locationId", "")):
        raise invalid(
            f"Invalid location: '{body.get('locationId', '')}'.", field="database.location_id"
        )


def _drop_unset(body: Body) -> None:
    """An unspecified enum is as good as none, and so is an empty key."""
    for field, value in UNSET.items():
        if body.get(field) == value:
            del body[field]
    if not body.get("cmekConfig", {}).get("kmsKeyName"):
        body.pop("cmekConfig", None)


def _concurrency(_call: Call, body: Body) -> str:
    return "OPTIMISTIC" if body["databaseEdition"] == "ENTERPRISE" else "PESSIMISTIC"


def _complete(call: Call, body: Body, _old: Body | None = None) -> None:
    body["updateTime"] = call.world.stamp()
    recovers = body["pointInTimeRecoveryEnablement"].endswith("ENABLED")
    body["versionRetentionPeriod"] = RETAINED[recovers]
    key = body.get("cmekConfig", {}).get("kmsKeyName")
    if key:
        body["cmekConfig"] = {"kmsKeyName": key, "activeKeyVersion": [f"{key}/cryptoKeyVersions/1"]}


def _on_create(call: Call, body: Body) -> None:
    body |= {"createTime": call.world.stamp(), "uid": call.world.ids.uuid()}
    others = call.world.state.page(common.NAME, f"projects/{call.project}/databases")
    if not any(other.body.get("freeTier") for other in others):
        body["freeTier"] = True
    if body["databaseEdition"] == "ENTERPRISE":
        body.setdefault("firestoreDataAccessMode", "DATA_ACCESS_MODE_DISABLED")
        body.setdefault("mongodbCompatibleDataAccessMode", "DATA_ACCESS_MODE_ENABLED")
        body.setdefault("realtimeUpdatesMode", "REALTIME_UPDATES_MODE_DISABLED")
    _complete(call, body)


def check_id(call: Call, ident: str) -> str:
    """The full name for a database's id; refuses one that is wrong or was deleted too recently."""
    if not standard.check_id(DATABASES, ident) or UUID_LIKE.fullmatch(ident):
        raise invalid(
            f"Invalid database_id '{ident}': it must be 4-63 characters of a-z, 0-9 and -, begin with a letter, "
            "end with a letter or a number, and not look like a UUID.",
            field="database_id",
        )
    name = f"projects/{call.project}/databases/{ident}"
    until = call.world.state.record("tombstone", f"{common.NAME}/{name}", 0.0)
    left = until - call.world.now()
    if left > 0:
        raise failed_precondition(
            f"Database ID '{ident}' is not available in location '{call.body.get('locationId', '')}'. "
            f"Please retry in {int(left) + 1} seconds."
        )
    return name


def _early(answer: Body, told: Body) -> Body:
    """The operation tells the database before it is done."""
    return {**answer, "response": {"@type": f"{common.ANY}Database", **told}}


def _create(call: Call) -> Body:
    name = check_id(call, str(call.query.get("databaseId", "")))
    _drop_unset(call.body)
    answer = aip.make(call, DATABASES, name)
    made = call.find(name)
    return _early(answer, call.world.show(made)) if made else answer


def _patch(call: Call) -> Body:
    """An update is done at once."""
    call.need()
    _drop_unset(call.body)
    aip.patch(call)
    started = lro.start(call, "update", call.name, seconds=0)
    done = call.find(started["name"])
    return lro.show(call.world, done) if done else started


def _check_deletable(_call: Call, obj: Obj) -> None:
    if obj.body["deleteProtectionState"] == "DELETE_PROTECTION_ENABLED":
        raise failed_precondition(
            f"Database '{obj.id}' is protected: set its delete protection state to DELETE_PROTECTION_DISABLED first."
        )


def _delete(call: Call) -> Body:
    """A deleted database goes by a random id and remembers its own."""
    obj = call.need()
    aip.check_etag(call, DATABASES, obj)
    aip.refuse_busy(obj)
    _check_deletable(call, obj)
    gone = {
        **call.world.show(obj),
        "name": f"{obj.name.rpartition('/')[0]}/{call.world.ids.uuid()}",
        "previousId": obj.id,
        "deleteTime": call.world.stamp(),
    }
    answer = lro.start(call, "delete", obj.name, response={"@type": f"{common.ANY}Database"})
    call.world.forget(obj)
    parent = f"projects/{call.project}"
    deleted = call.world.state.record("firestore.deleted", parent, [])
    call.world.state.set_record("firestore.deleted", parent, [*deleted, gone])
    return _early(answer, gone)


def _list(call: Call) -> Body:
    found = [
        call.world.show(o)
        for o in call.world.state.page(common.NAME, call.path)
        if o.kind == "databases"
    ]
    if call.query.get("showDeleted"):
        found += call.world.state.record("firestore.deleted", f"projects/{call.project}", [])
    return cut(found, {"pageSize": len(found) or 1}, "databases")


def _view(world: World, _obj: Obj, body: Body) -> Body:
    """How far back older versions of the data can be read."""
    oldest = world.now() - seconds_of(body["versionRetentionPeriod"])
    body["earliestVersionTime"] = world.stamp(max(oldest, parse_rfc3339(body["createTime"])))
    return body


def _multi_region(project: str, name: str) -> Body:
    return {"name": f"projects/{project}/locations/{name}", "locationId": name}


def location(call: Call) -> Body:
    """``projects.locations.get``."""
    name = call.segments[-1]
    return _multi_region(call.project, name) if name in MULTI_REGIONS else locations.get(call)


def list_locations(call: Call) -> Body:
    """``projects.locations.list``: the regions and the multi-regions."""
    regions = locations.list_all(call)["locations"]
    return {"locations": [*regions, *(_multi_region(call.project, name) for name in MULTI_REGIONS)]}


DATABASES = Kind(
    name="databases",
    resources=("projects.databases",),
    schema="GoogleFirestoreAdminV1Database",
    dialect=AIP,
    id_param="databaseId",
    id_pattern=r"\(default\)|[a-z][-a-z0-9]{2,61}[a-z0-9]",
    not_found=common.NO_DATABASE,
    already_exists="Database already exists. Please use another database_id",
    etag="etag",
    tombstone=UNAVAILABLE,
    latency="firestore.Database",
    lro=("create",),
    immutable=("locationId", "databaseEdition", "cmekConfig.kmsKeyName", "realtimeUpdatesMode"),
    output_only=("freeTier", "uid", "createTime"),
    defaults={
        "databaseEdition": "STANDARD",
        "concurrencyMode": _concurrency,
        "appEngineIntegrationMode": "DISABLED",
        "pointInTimeRecoveryEnablement": "POINT_IN_TIME_RECOVERY_DISABLED",
        "deleteProtectionState": "DELETE_PROTECTION_DISABLED",
    },
    refs=(Reference(path="cmekConfig.kmsKeyName", to=("cloudkms.cryptoKeys",), in_use=False),),
    key="cmekConfig.kmsKeyName",
    validate=_validate,
    on_create=_on_create,
    on_update=_complete,
    view=_view,
    methods={"create": _create, "patch": _patch, "delete": _delete, "list": _list},
)
