"""The kinds that are deployed: services and worker pools, with their revisions."""

from gcpstack.emulator.core.model import Kind
from gcpstack.emulator.dialects.aip import AIP
from gcpstack.emulator.services.run import deployments
from gcpstack.emulator.services.run.common import ID


def _deployable(name: str, schema: str, word: str, id_param: str) -> Kind:
    """Services and worker pools differ in their shape only."""
    where = "in region '{locations}' in project '{projects}'"
    return Kind(
        name=name,
        resources=(f"projects.locations.{name}",),
        schema=f"GoogleCloudRunV2{schema}",
        dialect=AIP,
        id_param=id_param,
        id_pattern=ID,
        not_found=f"Resource '{{id}}' of kind '{word}' {where} does not exist.",
        already_exists="Resource '{id}' already exists.",
        lro=True,
        latency=f"run.{schema}",
        output_only=deployments.OUTPUTS,
        validate=deployments.validate,
        uses=deployments.uses,
        on_create=deployments.on_create,
        on_update=deployments.on_update,
        on_delete=deployments.gone_record,
        on_ready=deployments.on_ready,
        view=deployments.view,
        methods={"patch": deployments.patch, "delete": deployments.delete},
    )


SERVICES = _deployable("services", "Service", "SERVICE", "serviceId")
WORKER_POOLS = _deployable("workerPools", "WorkerPool", "WORKERPOOL", "workerPoolId")
REVISIONS = Kind(
    name="revisions",
    resources=("projects.locations.services.revisions", "projects.locations.workerPools.revisions"),
    schema="GoogleCloudRunV2Revision",
    dialect=AIP,
    not_found="Resource '{id}' of kind 'REVISION' in region '{locations}' in project '{projects}' does not exist.",
    lro=True,
    latency="run.Service",
    on_delete=deployments.gone_record,
    view=deployments.view,
    methods={"delete": deployments.delete_revision},
)
