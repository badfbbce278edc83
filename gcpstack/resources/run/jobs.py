"""Cloud Run jobs: containers that run to their end."""

from collections.abc import Iterator, Sequence
from typing import ClassVar, Literal

from gcpstack._core.facets import Facet, identity, required, scope, spec
from gcpstack._core.resource import Scope, resource
from gcpstack.resources import _checks as checks
from gcpstack.resources import _encode as encode
from gcpstack.resources import _kinds_data as kinds
from gcpstack.resources._base import Declaration
from gcpstack.resources._checks import Finding, NameRule
from gcpstack.resources._types import KeyRef, Labels, Ref, Seconds, ServiceAccountRef, Text
from gcpstack.resources.run.containers import Container, Volume
from gcpstack.resources.run.limits import unserved_findings, volume_findings
from gcpstack.resources.run.parts import EGRESS, GENERATION, NetworkInterface

_WEEK = 604_800
_MOST_TASKS = 10_000
_MOST_RETRIES = 10
#: Fields of containers that a task has no use for: it takes no requests.
_SERVING = ("liveness_probe", "readiness_probe", "cpu_idle", "startup_cpu_boost", "base_image_uri")


@resource(kinds.RUN_JOB)
class CloudRunJob(Declaration):
    """A Cloud Run job. Declaring it runs nothing: `CloudRunExecution` and `Schedule` do.

    https://cloud.google.com/run/docs/reference/rest/v2/projects.locations.jobs

    Outputs: ``name``, ``execution_count``, ``latest_execution``.

    Attributes:
        name: its name.
        project: its project; the stack's if not given.
        location: its region; the stack's if not given.
        containers: what a task runs; several start together. Probes and CPU settings of services
            are not for jobs, but *startup_probe* is.
        volumes: what containers can mount.
        tasks: how many tasks an execution has, 1 to 10 000; 1 is Google's default.
        parallelism: how many of them run at a time; as many as Google can if not given.
        retries: how often a task is tried again, 0 to 10; 3 is Google's default.
        timeout: how long a try may take, 7 days at most; 10 minutes is Google's default.
        service_account: who the job is: a `ServiceAccount` or an email.
        execution_environment: gen1 or gen2 (Google's default).
        encryption_key: the KMS key of the image's data.
        vpc_connector: the Serverless VPC Access connector.
        network_interfaces: or a direct way into a network.
        vpc_egress: what goes into the network: private-ranges-only (the default) or all-traffic.
        labels: labels.
        annotations: further metadata.
        execution_labels: labels of executions.
        execution_annotations: further metadata of executions.
        launch_stage: BETA or ALPHA where a field is not generally available.
        accelerator: the type of GPU, such as ``nvidia-l4``.
        gpu_zonal_redundancy_disabled: whether GPUs come from one zone.
        binary_authorization_default: whether the project's Binary Authorization policy holds.
        binary_authorization_policy: or another policy.
        breakglass_justification: why the policy is broken.
    """

    NAMES: ClassVar[NameRule | None] = checks.RUN_JOB
    LABELS: ClassVar[tuple[str, ...]] = ("labels", "execution_labels")

    name: str = identity(kw_only=False)
    project: str | None = scope()
    location: str | None = scope()
    containers: Sequence[Container] = required(wire="template.template.containers")
    volumes: Sequence[Volume] | None = spec(
        Facet.UNORDERED, wire="template.template.volumes", key="name"
    )
    tasks: int | None = spec(wire="template.taskCount")
    parallelism: int | None = spec(wire="template.parallelism")
    retries: int | None = spec(wire="template.template.maxRetries")
    timeout: Seconds | None = spec(
        wire="template.template.timeout", like="duration", encode=encode.seconds
    )
    service_account: ServiceAccountRef | None = spec(
        wire="template.template.serviceAccount", link="email", like="last"
    )
    execution_environment: Literal["gen1", "gen2"] | None = spec(
        wire="template.template.executionEnvironment", encode=GENERATION.__getitem__
    )
    encryption_key: KeyRef | None = spec(wire="template.template.encryptionKey")
    vpc_connector: Ref | None = spec(
        wire="template.template.vpcAccess.connector", like="last", carries=True
    )
    network_interfaces: Sequence[NetworkInterface] | None = spec(
        wire="template.template.vpcAccess.networkInterfaces", carries=True
    )
    vpc_egress: Literal["private-ranges-only", "all-traffic"] | None = spec(
        wire="template.template.vpcAccess.egress", encode=EGRESS.__getitem__
    )
    labels: Labels | None = spec()
    annotations: Labels | None = spec()
    execution_labels: Labels | None = spec(wire="template.labels")
    execution_annotations: Labels | None = spec(wire="template.annotations")
    launch_stage: Literal["ALPHA", "BETA", "GA"] | None = spec()
    accelerator: str | None = spec(wire="template.template.nodeSelector.accelerator")
    gpu_zonal_redundancy_disabled: bool | None = spec(
        wire="template.template.gpuZonalRedundancyDisabled"
    )
    binary_authorization_default: bool | None = spec(wire="binaryAuthorization.useDefault")
    binary_authorization_policy: Text | None = spec(wire="binaryAuthorization.policy")
    breakglass_justification: Text | None = spec(wire="binaryAuthorization.breakglassJustification")

    def findings(self, scope: Scope) -> Iterator[Finding]:
        """Check the tasks and the containers.

        https://cloud.google.com/run/docs/create-jobs, https://cloud.google.com/run/quotas
        """
        yield from checks.within("tasks", self.tasks, 1, _MOST_TASKS, "tasks")
        yield from checks.within("retries", self.retries, 0, _MOST_RETRIES)
        yield from checks.duration("timeout", self.timeout, 1, _WEEK)
        # https://cloud.google.com/run/docs/configuring/parallelism
        yield from checks.within("parallelism", self.parallelism, 0, self.tasks or 1, "tasks")
        yield from checks.at_most_one(self, "vpc_connector", "network_interfaces")
        if self.vpc_egress and not (self.vpc_connector or self.network_interfaces):
            yield Finding("vpc_egress", "needs vpc_connector or network_interfaces")
        gen2 = self.execution_environment != "gen1"
        yield from volume_findings(self.volumes, gen1=not gen2)
        yield from unserved_findings("a job", self.containers, self.volumes, _SERVING, gen2=gen2)
