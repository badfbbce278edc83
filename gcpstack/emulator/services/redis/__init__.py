"""Memorystore for Redis: instances and clusters (https://cloud.google.com/memorystore/docs/redis/reference/rest)."""

from gcpstack.emulator.core import lro
from gcpstack.emulator.core.model import Body, Lro, Rpc, Service
from gcpstack.emulator.core.world import World
from gcpstack.emulator.services.redis import clusters, instances, transfers

_GRPC = "google.cloud.redis.v1.CloudRedis"
_PATH = "projects.locations.instances"

_FIELDS = ("createTime", "target", "verb", "apiVersion")
_INSTANCES = lro.standard_metadata("google.cloud.redis.v1.OperationMetadata", *_FIELDS)
_CLUSTERS = lro.standard_metadata(
    f"{clusters.TYPES}.OperationMetadata", *_FIELDS, "requestedCancellation"
)


def _metadata(world: World, running: lro.Running) -> Body:
    return (_CLUSTERS if running.kind == "clusters" else _INSTANCES)(world, running)


SERVICE = Service(
    name="redis",
    title="Google Cloud Memorystore for Redis API",
    versions=("v1", "v1beta1"),
    kinds=(instances.INSTANCES, clusters.CLUSTERS),
    lro=Lro(
        metadata=_metadata,
        done_false=True,
        types="google.cloud.redis.v1",
    ),
    events=transfers.EVENTS,
    locations=True,
    client="google.cloud.redis_v1",
    grpc=(
        Rpc(_GRPC, "GetInstance", f"{_PATH}.get"),
        Rpc(_GRPC, "ListInstances", f"{_PATH}.list"),
        Rpc(_GRPC, "CreateInstance", f"{_PATH}.create", body="instance"),
        Rpc(_GRPC, "UpdateInstance", f"{_PATH}.patch", body="instance"),
        Rpc(_GRPC, "UpgradeInstance", f"{_PATH}.upgrade", body="*"),
        Rpc(_GRPC, "FailoverInstance", f"{_PATH}.failover", body="*"),
        Rpc(_GRPC, "ExportInstance", f"{_PATH}.export", body="*"),
        Rpc(_GRPC, "ImportInstance", f"{_PATH}.import", body="*"),
        Rpc(_GRPC, "DeleteInstance", f"{_PATH}.delete"),
        Rpc(
            _GRPC,
            "GetInstanceAuthString",
            f"{_PATH}.getAuthString",
            response="google.cloud.redis.v1.InstanceAuthString",
        ),
    ),
)
