"""Clusters (https://cloud.google.com/memorystore/docs/cluster/reference/rest/v1/projects.locations.clusters)."""

import math
from collections.abc import Callable

from gcpstack.emulator.core import lro
from gcpstack.emulator.core.call import Call
from gcpstack.emulator.core.errors import failed_precondition, invalid
from gcpstack.emulator.core.model import Body, Kind, Reference, States
from gcpstack.emulator.core.store import Obj
from gcpstack.emulator.core.world import World
from gcpstack.emulator.dialects import aip
from gcpstack.emulator.dialects.aip import AIP
from gcpstack.emulator.services.redis import maintenance

MOST_SHARDS, MOST_REPLICAS = 250, 5
PORT = 6379
TYPES = "google.cloud.redis.cluster.v1"
REQUESTS = "redis.request"  # of the records: the operation that a request began
# Usable memory of a node in GB (https://cloud.google.com/memorystore/docs/cluster/cluster-node-specification).
NODES = {
    "REDIS_SHARED_CORE_NANO": 1.4, "REDIS_STANDARD_SMALL": 6.5, "REDIS_HIGHMEM_MEDIUM": 13,
    "REDIS_HIGHMEM_XLARGE": 58,
}  # fmt: skip
PERSISTENCE = {
    "RDB": ("rdbConfig", {"rdbSnapshotPeriod": "TWENTY_FOUR_HOURS"}),
    "AOF": ("aofConfig", {"appendFsync": "EVERYSEC"}),
}


def _validate(_call: Call, body: Body, old: Body | None) -> None:
    shards, replicas = body["shardCount"], body.get("replicaCount", 0)
    if not 1 <= shards <= MOST_SHARDS:
        text = f"shard_count must be between 1 and {MOST_SHARDS}, got {shards}."
        raise invalid(text, field="cluster.shard_count")
    if not 0 <= replicas <= MOST_REPLICAS:
        text = f"replica_count must be between 0 and {MOST_REPLICAS}, got {replicas}."
        raise invalid(text, field="cluster.replica_count")
    if len(body.get("pscConfigs", ())) > 1:
        raise invalid("Only one PSC config is supported.", field="cluster.psc_configs")
    zones = body["zoneDistributionConfig"]
    if zones["mode"] == "SINGLE_ZONE" and not zones.get("zone"):
        text = "zone must be specified with the zone distribution mode SINGLE_ZONE."
        raise invalid(text, field="cluster.zone_distribution_config.zone")
    if zones["mode"] == "MULTI_ZONE" and zones.get("zone"):
        text = "zone can only be specified with the zone distribution mode SINGLE_ZONE."
        raise invalid(text, field="cluster.zone_distribution_config.zone")
    if "gcsSource" in body and "managedBackupSource" in body:
        raise invalid(
            "Only one source of backups can be specified.", field="cluster.import_sources"
        )
    if old is not None and shards != old["shardCount"] and replicas != old.get("replicaCount", 0):
        text = "shard_count and replica_count can't be updated at the same time."
        raise invalid(text, field="cluster.shard_count")


def _complete(body: Body) -> None:
    """What follows from the size and the persistence of a cluster."""
    size = NODES.get(body["nodeType"], 0) * body["shardCount"]
    if size:
        body |= {"preciseSizeGb": size, "sizeGb": math.ceil(size)}
    persistence = dict(body["persistenceConfig"])
    field, defaults = PERSISTENCE.get(persistence["mode"], ("", {}))
    kept = {"mode": persistence["mode"]}
    if field:
        kept[field] = {**defaults, **persistence.get(field, {})}
    body["persistenceConfig"] = kept


def _on_create(call: Call, body: Body) -> None:
    world = call.world
    key = "CUSTOMER_MANAGED_ENCRYPTION" if body.get("kmsKey") else "GOOGLE_DEFAULT_ENCRYPTION"
    body |= {
        "createTime": world.stamp(),
        "uid": world.ids.uuid(),
        "encryptionInfo": {"encryptionType": key},
        "backupCollection": f"projects/{call.project}/locations/{call.location}/backupCollections/{world.ids.uuid()}",
    }
    tenant = f"projects/{world.ids.number(12)}/regions/{call.location}/serviceAttachments"
    attachments = [f"{tenant}/gcp-memorystore-auto-{world.ids.hex(16)}" for _ in range(2)]
    body["pscServiceAttachments"] = [
        {"serviceAttachment": attachments[0], "connectionType": "CONNECTION_TYPE_DISCOVERY"},
        {"serviceAttachment": attachments[1]},
    ]
    networks = [entry["network"] for entry in body.get("pscConfigs", ())]
    number = world.state.count("redis range")
    body["discoveryEndpoints"] = [
        {
            "address": f"10.{(number // 250) % 256}.{number % 250}.3",
            "port": PORT,
            "pscConfig": {"network": network},
        }
        for network in networks
    ]
    body["pscConnections"] = [
        {
            "pscConnectionId": world.ids.number(17),
            "address": f"10.{(number // 250) % 256}.{number % 250}.{3 + index}",
            "forwardingRule": f"projects/{call.project}/regions/{call.location}/forwardingRules/sca-auto-fr-{world.ids.uuid()}",
            "projectId": call.project,
            "network": network,
            "serviceAttachment": attachment,
            "pscConnectionStatus": "PSC_CONNECTION_STATUS_ACTIVE",
        }
        for network in networks
        for index, attachment in enumerate(attachments)
    ]  # fmt: skip
    _complete(body)
    maintenance.windows(call, body, None)


def _on_update(call: Call, body: Body, old: Body) -> None:
    _complete(body)
    maintenance.windows(call, body, old)


def _view(_world: World, _obj: Obj, body: Body) -> Body:
    if body["state"] == "CREATING":
        for field in ("discoveryEndpoints", "pscConnections", "pscServiceAttachments"):
            body.pop(field, None)
    return {key: value for key, value in body.items() if value != []}


def _authority(call: Call) -> Body:
    """``getCertificateAuthority``: who signs the certificates of a cluster that encrypts."""
    obj = call.need(call.name.removesuffix("/certificateAuthority"), CLUSTERS)
    if obj.body["transitEncryptionMode"] == "TRANSIT_ENCRYPTION_MODE_DISABLED":
        raise failed_precondition("In-transit encryption is disabled for the cluster.")
    chain = [
        f"-----BEGIN CERTIFICATE-----\n{obj.body['uid'].replace('-', '')}\n-----END CERTIFICATE-----\n"
    ]
    name = f"{obj.name}/certificateAuthority"
    return {"name": name, "managedServerCa": {"caCerts": [{"certificates": chain}]}}


def _once(handler: Callable[[Call], Body]) -> Callable[[Call], Body]:
    """A call with the ``requestId`` of an earlier one does nothing, and is answered as that one was."""

    def run(call: Call) -> Body:
        request, world = call.query.get("requestId"), call.world
        key = f"{call.project}/{request}"
        earlier = call.find(world.state.record(REQUESTS, key, "")) if request else None
        if earlier is not None:
            return lro.show(world, earlier)
        answer = handler(call)
        if request:
            world.state.set_record(REQUESTS, key, answer["name"])
        return answer

    return run


CLUSTERS = Kind(
    name="clusters",
    resources=("projects.locations.clusters",),
    schema="Cluster",
    dialect=AIP,
    id_param="clusterId",
    id_pattern=r"[a-z]([-a-z0-9]{0,61}[a-z0-9])?",
    not_found="Resource '{name}' was not found",
    already_exists="Resource '{name}' already exists",
    lro=True,
    types=TYPES,
    states=States(ready="ACTIVE"),
    protection="deletionProtectionEnabled",
    required=("shardCount",),
    immutable=(
        "authorizationMode", "transitEncryptionMode", "zoneDistributionConfig", "gcsSource", "managedBackupSource",
        "kmsKey",
    ),
    output_only=("createTime", "uid", "sizeGb", "preciseSizeGb"),
    defaults={
        "authorizationMode": "AUTH_MODE_DISABLED",
        "transitEncryptionMode": "TRANSIT_ENCRYPTION_MODE_DISABLED",
        "nodeType": "REDIS_HIGHMEM_MEDIUM",
        "zoneDistributionConfig": {},
        "zoneDistributionConfig.mode": "MULTI_ZONE",
        "persistenceConfig": {},
        "persistenceConfig.mode": "DISABLED",
        "crossClusterReplicationConfig": {},
        "crossClusterReplicationConfig.clusterRole": "NONE",
        "deletionProtectionEnabled": False,
    },
    refs=(Reference(path="pscConfigs[].network", to=("compute.networks",), as_sent=True),),
    masks=(
        "sizeGb", "replicaCount", "shardCount", "nodeType", "redisConfigs", "persistenceConfig", "maintenancePolicy",
        "maintenanceVersion", "deletionProtectionEnabled", "automatedBackupConfig", "crossClusterReplicationConfig",
        "labels", "clusterEndpoints", "aclPolicy", "rotateServerCertificate", "simulateMaintenanceEvent",
    ),
    key="kmsKey",
    validate=_validate,
    on_create=_on_create,
    on_update=_on_update,
    view=_view,
    methods={
        "create": _once(aip.create),
        "patch": _once(aip.patch),
        "delete": _once(aip.delete),
        "getCertificateAuthority": _authority,
    },
)  # fmt: skip
