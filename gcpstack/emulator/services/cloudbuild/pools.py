"""Private worker pools (https://cloud.google.com/build/docs/api/reference/rest/v1/projects.locations.workerPools)."""

from gcpstack.emulator.core.call import Call
from gcpstack.emulator.core.errors import invalid
from gcpstack.emulator.core.model import Body, Kind, Reference, States
from gcpstack.emulator.dialects.aip import AIP

DISK = (100, 4000)  # GB


def _validate(_call: Call, body: Body, _old: Body | None) -> None:
    size = int(body["privatePoolV1Config"]["workerConfig"]["diskSizeGb"])
    if size and not DISK[0] <= size <= DISK[1]:
        text = f"disk_size_gb must be between {DISK[0]} and {DISK[1]}, got {size}"
        raise invalid(text, field="worker_pool.private_pool_v1_config.worker_config.disk_size_gb")


def _on_create(call: Call, body: Body) -> None:
    now = call.world.stamp()
    body |= {"uid": call.world.ids.uuid(), "createTime": now, "updateTime": now}


def _on_update(call: Call, body: Body, _old: Body) -> None:
    body["updateTime"] = call.world.stamp()


_NETWORK = "privatePoolV1Config.networkConfig"

WORKER_POOLS = Kind(
    name="workerPools",
    resources=("projects.locations.workerPools",),
    schema="WorkerPool",
    dialect=AIP,
    id_param="workerPoolId",
    id_pattern=r"[a-zA-Z0-9][-a-zA-Z0-9]{0,62}",
    not_found="Requested entity was not found.",
    lro=True,
    states=States(ready="RUNNING"),
    etag="etag",
    immutable=(
        f"{_NETWORK}.peeredNetwork", f"{_NETWORK}.peeredNetworkIpRange", "privatePoolV1Config.privateServiceConnect",
    ),
    defaults={
        "privatePoolV1Config": {},
        "privatePoolV1Config.workerConfig": {},
        "privatePoolV1Config.workerConfig.machineType": "e2-medium",
        "privatePoolV1Config.workerConfig.diskSizeGb": "100",
        _NETWORK: {},
        f"{_NETWORK}.egressOption": "PUBLIC_EGRESS",
    },
    refs=(Reference(path=f"{_NETWORK}.peeredNetwork", to=("compute.networks",)),),
    validate=_validate,
    on_create=_on_create,
    on_update=_on_update,
)  # fmt: skip
