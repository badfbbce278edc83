"""Instances (https://cloud.google.com/memorystore/docs/redis/reference/rest/v1/projects.locations.instances)."""

import math

from gcpstack.emulator.core.call import Call
from gcpstack.emulator.core.clock import parse_rfc3339
from gcpstack.emulator.core.errors import failed_precondition, invalid
from gcpstack.emulator.core.locations import first_zone
from gcpstack.emulator.core.model import Body, Kind, Reference, States
from gcpstack.emulator.core.store import Obj
from gcpstack.emulator.core.world import World
from gcpstack.emulator.dialects import aip
from gcpstack.emulator.dialects.aip import AIP
from gcpstack.emulator.services.redis import maintenance, nodes, transfers

HOUR = 3600.0
PERIODS = {
    "ONE_HOUR": HOUR, "SIX_HOURS": 6 * HOUR, "TWELVE_HOURS": 12 * HOUR, "TWENTY_FOUR_HOURS": 24 * HOUR,
}  # fmt: skip
SMALLEST, LARGEST = 1, 300
VERSIONS = ("REDIS_3_2", "REDIS_4_0", "REDIS_5_0", "REDIS_6_X", "REDIS_7_0", "REDIS_7_2")


def _validate(_call: Call, body: Body, old: Body | None) -> None:
    size = body["memorySizeGb"]
    if not SMALLEST <= size <= LARGEST:
        raise invalid(
            f"Memory size must be between {SMALLEST} and {LARGEST} GB, got {size}.",
            field="memory_size_gb",
        )
    if body["redisVersion"] not in VERSIONS:
        told = (
            f"The Redis version must be one of {', '.join(VERSIONS)}, got {body['redisVersion']}."
        )
        raise invalid(told, field="redis_version")
    if old is not None and nodes.readable(old) and not nodes.readable(body):
        raise invalid("Read replicas cannot be disabled.", field="read_replicas_mode")
    nodes.check(body)
    if old is not None and old["redisVersion"] > body["redisVersion"]:
        raise invalid("Redis version cannot be downgraded.", field="redis_version")


def _on_create(call: Call, body: Body) -> None:
    body |= {
        "createTime": call.world.stamp(),
        "currentLocationId": body["locationId"],
        "persistenceIamIdentity": f"serviceAccount:service-{call.world.number_of(call.project)}@cloud-redis.iam.gserviceaccount.com",
    }
    nodes.address(body, call.world.state.count("redis range"))
    nodes.place(call.world, body)
    maintenance.windows(call, body, None, duration=maintenance.HOUR)


def _on_update(call: Call, body: Body, old: Body) -> None:
    if nodes.readable(body) and not nodes.readable(old) and "replicaCount" not in call.body:
        body.pop("replicaCount", None)
    nodes.place(call.world, body)
    maintenance.windows(call, body, old, duration=maintenance.HOUR)


def _auth_string(call: Call) -> Body:
    """The password of an instance that demands one."""
    obj = call.need()
    if not obj.body.get("authEnabled"):
        raise failed_precondition("AUTH is disabled for the instance.")
    secret = obj.meta.get("auth") or call.world.ids.uuid()
    call.world.state.put(obj.but(meta={**obj.meta, "auth": secret}))
    return {"authString": secret}


def _upgrade(call: Call) -> Body:
    obj, version = call.need(), call.body.get("redisVersion")
    if not version:
        raise invalid("Missing required field: redisVersion", field="redis_version")
    return aip.change(call, INSTANCES, obj, {**obj.body, "redisVersion": version})


def _failover(call: Call) -> Body:
    obj = call.need()
    if obj.body["tier"] != "STANDARD_HA":
        raise failed_precondition("Failover is only supported for STANDARD_HA tier instances.")
    zones = (obj.body["locationId"], obj.body.get("alternativeLocationId", obj.body["locationId"]))
    now = zones[obj.body["currentLocationId"] == zones[0]]
    return aip.change(call, INSTANCES, obj, {**obj.body, "currentLocationId": now})


def _view(world: World, _obj: Obj, body: Body) -> Body:
    if body["state"] == "CREATING":
        for field in nodes.OF_NODES:
            body.pop(field, None)
    config = body["persistenceConfig"]
    if config.get("persistenceMode") == "RDB":
        told = world.stamp(_next_snapshot(world, body, config))
        body["persistenceConfig"] = {**config, "rdbNextSnapshotTime": told}
    return body


def _next_snapshot(world: World, body: Body, config: Body) -> float:
    """Snapshots come at a rhythm from a moment on: https://cloud.google.com/memorystore/docs/redis/about-rdb-snapshots."""
    begin = parse_rfc3339(config.get("rdbSnapshotStartTime") or body["createTime"])
    period = PERIODS[config.get("rdbSnapshotPeriod", "TWENTY_FOUR_HOURS")]
    if begin > world.now():
        return begin
    return begin + (math.floor((world.now() - begin) / period) + 1) * period


INSTANCES = Kind(
    name="instances",
    resources=("projects.locations.instances",),
    schema="Instance",
    dialect=AIP,
    id_param="instanceId",
    id_pattern=r"[a-z]([-a-z0-9]{0,38}[a-z0-9])?",
    not_found="Resource '{name}' was not found",
    already_exists="Resource '{name}' already exists",
    lro=True,
    states=States(),
    required=("memorySizeGb",),
    immutable=("tier", "locationId", "alternativeLocationId", "authorizedNetwork", "connectMode", "reservedIpRange", "transitEncryptionMode"),
    defaults={
        "tier": "BASIC",
        "redisVersion": "REDIS_7_0",
        "connectMode": "DIRECT_PEERING",
        "transitEncryptionMode": "DISABLED",
        "readReplicasMode": "READ_REPLICAS_DISABLED",
        "persistenceConfig": {},
        "persistenceConfig.persistenceMode": "DISABLED",
        "authorizedNetwork": lambda call, _body: f"projects/{call.project}/global/networks/default",
        "locationId": lambda call, _body: first_zone(call.location),
    },
    refs=(Reference(path="authorizedNetwork", to=("compute.networks",)),),
    masks=(
        "displayName", "labels", "memorySizeGb", "redisConfigs", "replicaCount", "readReplicasMode", "secondaryIpRange",
        "authEnabled", "persistenceConfig", "maintenancePolicy", "maintenanceVersion", "suspensionReasons",
    ),
    key="customerManagedKey",
    validate=_validate,
    on_create=_on_create,
    on_update=_on_update,
    view=_view,
    methods={"getAuthString": _auth_string, "upgrade": _upgrade, "failover": _failover, **transfers.METHODS},
)  # fmt: skip
