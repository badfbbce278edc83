"""Cloud Run services."""

import dataclasses
import os
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import ClassVar, Literal, Self

from gcpstack._core.facets import Facet, identity, meta, scope, spec
from gcpstack._core.resource import Scope, resource
from gcpstack._core.traffic import Strategy
from gcpstack.exceptions import StackFileError
from gcpstack.resources import _checks as checks
from gcpstack.resources import _encode as encode
from gcpstack.resources import kinds
from gcpstack.resources._base import Declaration
from gcpstack.resources._checks import RUN_SERVICE, Finding, NameRule
from gcpstack.resources._types import (
    ImageRef,
    KeyRef,
    Labels,
    Ref,
    Seconds,
    SecretRef,
    ServiceAccountRef,
    Text,
)
from gcpstack.resources.run.containers import (
    Container,
    ContainerPort,
    EnvValue,
    SecretEnv,
    Volume,
    VolumeMount,
)
from gcpstack.resources.run.limits import (
    links_findings,
    size_findings,
    total_findings,
    volume_findings,
)
from gcpstack.resources.run.parts import (
    EGRESS,
    GENERATION,
    NetworkInterface,
    RunBuildConfig,
    TrafficTarget,
)
from gcpstack.resources.run.probes import Probe
from gcpstack.resources.run.rollouts import BlueGreen, Canary

_INGRESS = {
    "all": "INGRESS_TRAFFIC_ALL",
    "internal": "INGRESS_TRAFFIC_INTERNAL_ONLY",
    "internal-and-cloud-load-balancing": "INGRESS_TRAFFIC_INTERNAL_LOAD_BALANCER",
    "none": "INGRESS_TRAFFIC_NONE",
}
#: Fields of the service that are fields of its main container.
_MAIN = (
    "image", "port", "command", "args", "env", "cpu", "memory", "gpu", "cpu_idle",
    "startup_cpu_boost", "startup_probe", "liveness_probe", "readiness_probe", "volume_mounts",
    "working_dir",
)  # fmt: skip
# https://cloud.google.com/run/docs/reference/rest/v2/projects.locations.services
_RESERVED = re.compile(
    r"(.+\.)?(run\.googleapis\.com|cloud\.googleapis\.com|serving\.knative\.dev|"
    r"autoscaling\.knative\.dev)/.*"
)
_WHOLE = 100
_MOST_CONTAINERS = 10  # https://cloud.google.com/run/quotas


@resource(kinds.RUN_SERVICE)
class CloudRunService(Declaration):
    """A Cloud Run service.

    https://cloud.google.com/run/docs/reference/rest/v2/projects.locations.services. The fields of
    the main container stand on the service itself; further containers stand in *containers*. A
    change of anything but traffic, ingress, labels and scaling makes a new revision.

    Outputs: ``uri`` (also ``url``), ``urls``, ``name``, ``latest_ready_revision``,
    ``latest_created_revision``.

    Attributes:
        name: its name, 49 characters at most.
        project: its project; the stack's if not given.
        location: its region; the stack's if not given.
        image: the image of the main container: a tag, a digest, or a `ContainerImage`, which is
            followed by its tag or built.
        port: the port that takes requests; 8080 is Google's default. `ContainerPort` for HTTP/2.
        command: the entry point, instead of the image's.
        args: its arguments.
        env: the environment: values, or `SecretEnv`.
        secret_env: environment variables whose values are secrets, the newest version.
        cpu: CPUs: ``1``, ``2``, ``4``, ``6``, ``8``, or a fraction of one such as ``500m``.
        memory: memory, such as ``512Mi`` or ``2Gi``.
        gpu: GPUs.
        cpu_idle: whether CPU is only given while requests are served; False for always. True where
            CPU or memory are given and this isn't: Google would take False there.
        startup_cpu_boost: whether it gets more CPU while starting.
        startup_probe: when the container counts as started.
        liveness_probe: when it is started again.
        readiness_probe: when it gets requests.
        volume_mounts: its volumes.
        working_dir: its working folder.
        containers: further containers (sidecars), or all of them where *image* is not given.
        volumes: what containers can mount.
        concurrency: requests that an instance takes at a time, 1 to 1000; 80 is the default.
        min_instances: instances of a revision that are always there.
        max_instances: instances of a revision at most; 100 is the default.
        cpu_utilization: the CPU load from which instances are added, 0.1 to 0.9; 0 ignores it.
        concurrency_utilization: the same for requests at a time, 0.1 to 0.95; 0 ignores it.
        timeout: how long a request may take, 1 to 3600 s; 300 s is the default.
        service_account: who the service is: a `ServiceAccount` or an email.
        execution_environment: gen1 or gen2.
        session_affinity: whether a client comes back to its instance.
        encryption_key: the KMS key of the image's data.
        revision: the name of the revision, for a rollback by name; it starts with the service's
            name and a hyphen. Google makes one up if not given.
        revision_labels: labels of revisions.
        revision_annotations: annotations of revisions.
        health_check_disabled: whether a deployment succeeds without any probe.
        accelerator: the type of GPU, such as ``nvidia-l4``.
        gpu_zonal_redundancy_disabled: whether GPUs come from one zone.
        service_mesh: the Cloud Service Mesh it is part of.
        vpc_connector: the Serverless VPC Access connector.
        network_interfaces: or a direct way into a network.
        vpc_egress: what goes into the network: private-ranges-only (the default) or all-traffic.
        ingress: who may call it: ``all`` (the default), ``internal``,
            ``internal-and-cloud-load-balancing`` or ``none``.
        traffic: who gets how much; all to the newest if not given.
        rollout: how a new revision takes over, `Canary` or `BlueGreen`; all at once if not given.
        labels: labels.
        annotations: further metadata.
        description: a note, 512 characters at most.
        launch_stage: BETA or ALPHA where a field is not generally available.
        invoker_iam_disabled: whether everybody may call it without any grant.
        default_uri_disabled: whether its own URL is off.
        iap_enabled: Identity-Aware Proxy.
        custom_audiences: further audiences of tokens.
        service_min_instances: instances of all revisions together that are always there.
        service_max_instances: instances of all revisions together at most.
        scaling_mode: AUTOMATIC or MANUAL.
        manual_instances: how many, with MANUAL.
        binary_authorization_default: whether the project's Binary Authorization policy holds.
        binary_authorization_policy: or another policy.
        breakglass_justification: why the policy is broken.
        build_config: how Google builds the image from source.
        multi_region: further regions of a multi-region service.
    """

    NAMES: ClassVar[NameRule | None] = RUN_SERVICE
    LABELS: ClassVar[tuple[str, ...]] = ("labels", "revision_labels")

    name: str = identity(kw_only=False)
    project: str | None = scope()
    location: str | None = scope()
    image: ImageRef | None = meta()
    port: int | ContainerPort | None = meta()
    command: Sequence[Text] | None = meta()
    args: Sequence[Text] | None = meta()
    env: Mapping[str, EnvValue] | None = meta()
    secret_env: Mapping[str, SecretRef | SecretEnv] | None = meta()
    cpu: str | int | float | None = meta()
    memory: str | None = meta()
    gpu: str | int | None = meta()
    cpu_idle: bool | None = meta()
    startup_cpu_boost: bool | None = meta()
    startup_probe: Probe | None = meta()
    liveness_probe: Probe | None = meta()
    readiness_probe: Probe | None = meta()
    volume_mounts: Sequence[VolumeMount] | None = meta()
    working_dir: str | None = meta()
    containers: Sequence[Container] | None = spec(wire="template.containers")
    volumes: Sequence[Volume] | None = spec(Facet.UNORDERED, wire="template.volumes", key="name")
    concurrency: int | None = spec(wire="template.maxInstanceRequestConcurrency")
    min_instances: int | None = spec(wire="template.scaling.minInstanceCount")
    max_instances: int | None = spec(wire="template.scaling.maxInstanceCount")
    cpu_utilization: float | None = spec(wire="template.scaling.cpuUtilization")
    concurrency_utilization: float | None = spec(wire="template.scaling.concurrencyUtilization")
    timeout: Seconds | None = spec(wire="template.timeout", like="duration", encode=encode.seconds)
    service_account: ServiceAccountRef | None = spec(
        wire="template.serviceAccount", link="email", like="last"
    )
    execution_environment: Literal["gen1", "gen2"] | None = spec(
        wire="template.executionEnvironment", encode=GENERATION.__getitem__
    )
    session_affinity: bool | None = spec(wire="template.sessionAffinity")
    encryption_key: KeyRef | None = spec(wire="template.encryptionKey")
    revision: str | None = spec(wire="template.revision", like="last")
    revision_labels: Labels | None = spec(wire="template.labels")
    revision_annotations: Labels | None = spec(wire="template.annotations")
    health_check_disabled: bool | None = spec(wire="template.healthCheckDisabled")
    accelerator: str | None = spec(wire="template.nodeSelector.accelerator")
    gpu_zonal_redundancy_disabled: bool | None = spec(wire="template.gpuZonalRedundancyDisabled")
    service_mesh: Text | None = spec(wire="template.serviceMesh.mesh")
    vpc_connector: Ref | None = spec(wire="template.vpcAccess.connector", like="last", carries=True)
    network_interfaces: Sequence[NetworkInterface] | None = spec(
        wire="template.vpcAccess.networkInterfaces", carries=True
    )
    vpc_egress: Literal["private-ranges-only", "all-traffic"] | None = spec(
        wire="template.vpcAccess.egress", encode=EGRESS.__getitem__
    )
    ingress: Literal["all", "internal", "internal-and-cloud-load-balancing", "none"] | None = spec(
        encode=_INGRESS.__getitem__
    )
    traffic: Sequence[TrafficTarget] | None = spec()
    rollout: Canary | BlueGreen | None = meta()
    labels: Labels | None = spec()
    annotations: Labels | None = spec()
    description: Text | None = spec()
    launch_stage: Literal["ALPHA", "BETA", "GA"] | None = spec()
    invoker_iam_disabled: bool | None = spec()
    default_uri_disabled: bool | None = spec()
    iap_enabled: bool | None = spec()
    custom_audiences: Sequence[Text] | None = spec(Facet.UNORDERED)
    service_min_instances: int | None = spec(wire="scaling.minInstanceCount")
    service_max_instances: int | None = spec(wire="scaling.maxInstanceCount")
    scaling_mode: Literal["AUTOMATIC", "MANUAL"] | None = spec(wire="scaling.scalingMode")
    manual_instances: int | None = spec(wire="scaling.manualInstanceCount")
    binary_authorization_default: bool | None = spec(wire="binaryAuthorization.useDefault")
    binary_authorization_policy: Text | None = spec(wire="binaryAuthorization.policy")
    breakglass_justification: Text | None = spec(wire="binaryAuthorization.breakglassJustification")
    build_config: RunBuildConfig | None = spec()
    multi_region: Sequence[str] | None = spec(Facet.UNORDERED, wire="multiRegionSettings.regions")

    @classmethod
    def from_yaml(
        cls,
        path: str | os.PathLike[str],
        *,
        substitutions: Mapping[str, object] | None = None,
        **fields: object,
    ) -> Self:
        """Read a file that ``gcloud run services replace`` takes.

        https://cloud.google.com/run/docs/reference/yaml/v1

        Args:
            path: the file.
            substitutions: what stands for ``${NAME}`` in it: text, an output of a resource, text
                composed of such.
            fields: fields of the declaration that are given here, not by the file.

        Raises:
            DeclarationError: with everything that is wrong, each with its line.
            StackFileError: the file can't be read.
        """
        from gcpstack.resources.run.yaml_service import read_service  # noqa: PLC0415 # few read YAML

        try:
            content = Path(path).read_text(encoding="utf-8")
        except OSError as error:
            raise StackFileError(
                f"{path} can't be read: {error.strerror}.", remedy="Create it, or name another."
            ) from error
        except UnicodeDecodeError as error:
            raise StackFileError(f"{path} is not text.", remedy="Save it as UTF-8.") from error
        name, found = read_service(content, str(path), substitutions or {})
        return cls(name, **{**found, **fields})

    def bind(self, scope: Scope) -> Self:
        """Put the fields of the main container, and what follows from others, in their places."""
        bound = super().bind(scope)
        containers = tuple(_with_cpu_idle(item) for item in bound.all_containers())
        traffic = bound.traffic
        if traffic is not None:
            traffic = tuple(
                item
                if item.type
                else dataclasses.replace(item, type="REVISION" if item.revision else "LATEST")
                for item in traffic
            )
        empty = dict.fromkeys((*_MAIN, "secret_env"))
        return dataclasses.replace(bound, containers=containers or None, traffic=traffic, **empty)  # type: ignore[arg-type] # every one of them may be None

    def all_containers(self) -> tuple[Container, ...]:
        """List the containers, the main one first."""
        rest = tuple(self.containers or ())
        if self.image is None:
            return rest
        given = {name: getattr(self, name) for name in _MAIN}
        if self.secret_env is not None:
            secrets = {
                name: item if isinstance(item, SecretEnv) else SecretEnv(secret=item)
                for name, item in self.secret_env.items()
            }
            given["env"] = {**(self.env or {}), **secrets}
        return (Container(**given), *rest)

    def findings(self, scope: Scope) -> Iterator[Finding]:
        """Check what the containers and the settings of the service demand of each other."""
        yield from self._main_findings()
        yield from self._container_findings()
        yield from checks.within("concurrency", self.concurrency, 1, 1000, "requests")
        # https://cloud.google.com/run/docs/configuring/request-timeout
        yield from checks.duration("timeout", self.timeout, 1, 3600)
        yield from checks.longest("description", self.description or "", 512)
        yield from self._scaling_findings()
        yield from self._traffic_findings()
        if self.revision is not None and not self.revision.startswith(f"{self.name}-"):
            yield Finding("revision", f"must start with '{self.name}-'")
        yield from checks.at_most_one(self, "vpc_connector", "network_interfaces")
        yield from checks.longest(
            "network_interfaces", self.network_interfaces or (), 1, "interfaces"
        )
        if self.vpc_egress and not (self.vpc_connector or self.network_interfaces):
            yield Finding("vpc_egress", "needs vpc_connector or network_interfaces")
        for field in ("annotations", "revision_annotations"):
            for key in getattr(self, field) or {}:
                if _RESERVED.fullmatch(key):
                    yield Finding(f"{field}[{key!r}]", "is a name that Cloud Run keeps for itself")
        for index, region in enumerate(self.multi_region or ()):
            yield from checks.region(f"multi_region[{index}]", region)

    def _main_findings(self) -> Iterator[Finding]:
        if self.image is None:
            if not self.containers:
                yield Finding("image", "is missing", "Give image=, or containers=[...].")
            for name in (*_MAIN, "secret_env"):
                if getattr(self, name) is not None:
                    yield Finding(name, "is for the main container, which needs an image")
            return
        main, *_ = self.all_containers()
        yield from main.findings()
        for name in set(self.env or {}) & set(self.secret_env or {}):
            yield Finding(f"env[{name!r}]", "stands in secret_env too", "Keep one of them.")

    def _container_findings(self) -> Iterator[Finding]:
        """https://cloud.google.com/run/docs/deploying#sidecars."""
        containers = self.all_containers()
        gen2 = self.execution_environment == "gen2"
        yield from volume_findings(self.volumes, gen1=self.execution_environment == "gen1")
        yield from checks.longest("containers", containers, _MOST_CONTAINERS, "containers")
        names = [item.name for item in containers if item.name]
        offset = 0 if self.image is None else 1
        for index, item in enumerate(containers):
            place = f"containers[{index - offset}]." if index >= offset else ""
            if len(containers) == 1:
                yield from size_findings(place, item, self.concurrency, gen2=gen2)
            yield from links_findings(place, item, containers, self.volumes)
            if index >= offset and not item.name and len(containers) > 1:
                yield Finding(f"{place}name", "is needed where there are several containers")
        if len(containers) > 1:
            places = ["", *(f"containers[{index}]." for index in range(len(containers)))]
            yield from total_findings(places[1 - offset :], containers, self.concurrency, gen2=gen2)
        yield from checks.distinct("containers", names)
        ports = [item for item in containers if item.port is not None]
        if len(containers) > 1 and len(ports) != 1:
            yield Finding(
                "port", f"is given by {len(ports)} of {len(containers)} containers, not by one"
            )

    def _scaling_findings(self) -> Iterator[Finding]:
        """https://cloud.google.com/run/docs/configuring/min-instances."""
        for low, high in (
            ("min_instances", "max_instances"),
            ("service_min_instances", "service_max_instances"),
        ):
            least, most = getattr(self, low), getattr(self, high)
            yield from checks.within(low, least, 0, 1_000_000)
            yield from checks.within(high, most, 1, 1_000_000)
            if least is not None and most is not None and least > most:
                yield Finding(low, f"{least} is more than {high}={most}")
        for field, most in (("cpu_utilization", 0.9), ("concurrency_utilization", 0.95)):
            yield from checks.within(field, getattr(self, field) or 0.1, 0.1, most)
        if (self.scaling_mode == "MANUAL") != (self.manual_instances is not None):
            yield Finding("", "scaling_mode='MANUAL' and manual_instances go together")

    def strategy(self) -> Strategy | None:
        """Return how a new revision takes over."""
        return self.rollout.strategy() if self.rollout is not None else None

    def _traffic_findings(self) -> Iterator[Finding]:
        if self.rollout is not None:
            yield from checks.at_most_one(self, "rollout", "traffic")
        if not self.traffic:
            return
        whole = sum(item.percent or 0 for item in self.traffic)
        if whole != _WHOLE:
            yield Finding("traffic", f"makes {whole} percent, not 100")
        yield from checks.distinct("traffic", [item.tag for item in self.traffic if item.tag])


def _with_cpu_idle(item: Container) -> Container:
    """Say that CPU idles, where Google would take its absence for the opposite.

    https://cloud.google.com/run/docs/reference/rest/v2/Container#resourcerequirements
    """
    sized = (item.cpu, item.memory, item.startup_cpu_boost)
    if item.cpu_idle is not None or item.gpu is not None or sized == (None, None, None):
        return item
    return dataclasses.replace(item, cpu_idle=True)
