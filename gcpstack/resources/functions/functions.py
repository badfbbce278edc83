"""Functions of the second generation, which Cloud Run runs."""

import re
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import ClassVar, Literal

from gcpstack._core import normal
from gcpstack._core.facets import Facet, identity, required, scope, spec
from gcpstack._core.resource import Scope, resource
from gcpstack.resources import _checks as checks
from gcpstack.resources import _encode as encode
from gcpstack.resources import _kinds_events as kinds
from gcpstack.resources._base import Declaration
from gcpstack.resources._checks import Finding, NameRule, not_one_of
from gcpstack.resources._types import (
    KeyRef,
    Labels,
    Ref,
    RepositoryRef,
    Seconds,
    SecretRef,
    ServiceAccountRef,
    Text,
)
from gcpstack.resources.functions.archives import content
from gcpstack.resources.functions.entry_points import language_of, runtimes, source_findings
from gcpstack.resources.functions.parts import (
    FunctionSecret,
    FunctionSecretVolume,
    FunctionTrigger,
    secret_env,
    secret_volumes,
)
from gcpstack.resources.functions.sources import FunctionArchive, SourceForm, form
from gcpstack.resources.run.containers import Container, SecretEnv
from gcpstack.resources.run.limits import size_findings
from gcpstack.resources.run.parts import NetworkInterface

_LONGEST, _LONGEST_EVENT = 3600, 540
_MOST_CONCURRENT = 1000
_MOST_INSTANCES = 1000
_LARGEST = 500 * 1024**2
_MIB = Decimal(2**20)
_MEMORY = re.compile(r"\d+(k|Ki|M|Mi|G|Gi)?")
_WHOLE_CPU = 2 * 10**9  # with this much memory, a function has a whole CPU at least
_INGRESS = {
    "all": "ALLOW_ALL",
    "internal": "ALLOW_INTERNAL_ONLY",
    "internal-and-cloud-load-balancing": "ALLOW_INTERNAL_AND_GCLB",
}
_RESERVED = re.compile(
    r"X_GOOGLE_.*|K_SERVICE|K_REVISION|K_CONFIGURATION|PORT|FUNCTION_TARGET|FUNCTION_SIGNATURE_TYPE"
)
_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")

#: https://cloud.google.com/functions/docs/reference/rest/v2/projects.locations.functions/create
FUNCTION_NAME = NameRule(
    r"[a-z]([-a-z0-9]{2,61}[a-z0-9])",
    "4 to 63 lower-case letters, digits and hyphens, a letter first and no hyphen last",
)


@resource(kinds.FUNCTION)
class CloudFunction(Declaration):
    """A function of the second generation: code that runs when it is called, or at an event.

    https://cloud.google.com/functions/docs/reference/rest/v2/projects.locations.functions. It runs
    as a Cloud Run service of its name: give it wherever a service is taken, such as in a
    `CloudRunServiceIamMember` or in `NegCloudRun`. Nobody may call it unless that is granted.

    A folder is packed and uploaded when its content has changed: a ``.gcloudignore`` at its top says
    what is left out; without one, what git ignores is, and ``node_modules``. Caches never go up.
    Cloud Build makes an image of it.

    Outputs: ``url`` (to call it), ``uri`` (of its service), ``service``, ``revision``, ``trigger``,
    ``name``, ``state``.

    Attributes:
        name: its name.
        project: its project; the stack's if not given.
        location: its region; the stack's if not given.
        runtime: the language and its version, such as ``python313`` or ``nodejs22``.
        source: the folder of its code, or a `FunctionArchive`.
        entry_point: the function in the code; of the name of this one if not given.
        trigger: the events that start it; it is called if not given. Can't change between the two.
        description: a note.
        build_env: the environment of the build.
        build_service_account: who builds it.
        build_worker_pool: the private pool that builds it.
        docker_repository: where its image goes; ``gcf-artifacts`` if not given.
        base_image_updates: whether the base image is kept up to date without a deployment.
        memory: memory, such as ``512Mi``; 256M is Google's default.
        cpu: CPUs; as its memory needs if not given.
        timeout: how long it may take: an hour, for events 9 minutes; a minute is Google's default.
        concurrency: requests that an instance takes at a time; 1 is Google's default.
        min_instances: how many instances wait for work.
        max_instances: how many there may be; 100 is Google's default.
        env: the environment.
        secret_env: environment variables whose values are secrets.
        secret_volumes: secrets as files.
        service_account: who it is: a `ServiceAccount` or an email.
        ingress: who reaches it: all (the default), internal, or
            internal-and-cloud-load-balancing.
        vpc_connector: the Serverless VPC Access connector,
        network_interfaces: or a direct way into a network; one at most.
        vpc_egress: what goes into the network: private-ranges-only (the default) or all-traffic.
        latest_traffic: whether a deployment takes all traffic at once, as is usual.
        binary_authorization_policy: the Binary Authorization policy.
        kms_key_name: the KMS key of its code and image.
        labels: labels.
    """

    NAMES: ClassVar[NameRule | None] = FUNCTION_NAME

    name: str = identity(kw_only=False)
    project: str | None = scope()
    location: str | None = scope()
    runtime: str = required(wire="buildConfig.runtime")
    source: str | Path | FunctionArchive = required(encode=form, block=SourceForm)
    entry_point: str | None = spec(wire="buildConfig.entryPoint")
    trigger: FunctionTrigger | None = spec(wire="eventTrigger")
    description: Text | None = spec()
    build_env: Mapping[str, Text] | None = spec(wire="buildConfig.environmentVariables")
    build_service_account: ServiceAccountRef | None = spec(
        wire="buildConfig.serviceAccount", link="full_name", like="last"
    )
    build_worker_pool: Text | None = spec(wire="buildConfig.workerPool", like="link")
    docker_repository: RepositoryRef | None = spec(wire="buildConfig.dockerRepository", like="link")
    base_image_updates: Literal["automatic", "on-deploy"] | None = spec()
    memory: str | None = spec(wire="serviceConfig.availableMemory", like="quantity")
    cpu: str | int | float | None = spec(
        wire="serviceConfig.availableCpu", like="quantity", encode=lambda value: f"{value}"
    )
    timeout: Seconds | None = spec(wire="serviceConfig.timeoutSeconds", encode=encode.whole_seconds)
    concurrency: int | None = spec(wire="serviceConfig.maxInstanceRequestConcurrency")
    min_instances: int | None = spec(wire="serviceConfig.minInstanceCount")
    max_instances: int | None = spec(wire="serviceConfig.maxInstanceCount")
    env: Mapping[str, Text] | None = spec(wire="serviceConfig.environmentVariables")
    secret_env: Mapping[str, SecretRef | SecretEnv] | None = spec(
        Facet.UNORDERED,
        wire="serviceConfig.secretEnvironmentVariables",
        key="key",
        encode=secret_env,
        block=FunctionSecret,
    )
    secret_volumes: Sequence[FunctionSecretVolume] | None = spec(
        Facet.UNORDERED,
        wire="serviceConfig.secretVolumes",
        key="mountPath",
        encode=secret_volumes,
        block=FunctionSecretVolume,
    )
    service_account: ServiceAccountRef | None = spec(
        wire="serviceConfig.serviceAccountEmail", link="email", like="last"
    )
    ingress: Literal["all", "internal", "internal-and-cloud-load-balancing"] | None = spec(
        wire="serviceConfig.ingressSettings", encode=_INGRESS.__getitem__
    )
    vpc_connector: Ref | None = spec(wire="serviceConfig.vpcConnector", like="last")
    network_interfaces: Sequence[NetworkInterface] | None = spec(
        wire="serviceConfig.directVpcNetworkInterface"
    )
    vpc_egress: Literal["private-ranges-only", "all-traffic"] | None = spec(wire="vpcEgress")
    latest_traffic: bool | None = spec(wire="serviceConfig.allTrafficOnLatestRevision")
    binary_authorization_policy: Text | None = spec(
        wire="serviceConfig.binaryAuthorizationPolicy", like="link"
    )
    kms_key_name: KeyRef | None = spec(like="link")
    labels: Labels | None = spec()

    def findings(self, scope: Scope) -> Iterator[Finding]:
        """Check the source, the sizes and what goes together.

        https://cloud.google.com/functions/quotas, https://cloud.google.com/functions/docs/configuring
        """
        yield from self._source_findings()
        yield from self._size_findings()
        for name in sorted({*(self.env or {})} & {*(self.secret_env or {})}):
            yield Finding(f"env[{name!r}]", "stands in secret_env too", "Keep one of them.")
        for field in ("env", "build_env", "secret_env"):
            yield from _variable_findings(field, getattr(self, field))
        mounts = [item.mount_path for item in self.secret_volumes or ()]
        yield from checks.distinct("secret_volumes", mounts)
        yield from checks.at_most_one(self, "vpc_connector", "network_interfaces")
        if self.vpc_egress and not (self.vpc_connector or self.network_interfaces):
            yield Finding("vpc_egress", "needs vpc_connector or network_interfaces")
        yield from checks.longest("network_interfaces", self.network_interfaces or (), 1, "ways")
        # https://cloud.google.com/functions/docs/securing/cmek#setting_up_cmek_for_your_functions
        if self.kms_key_name is not None and self.docker_repository is None:
            yield Finding("docker_repository", "is needed with kms_key_name: one with the same key")

    def _source_findings(self) -> Iterator[Finding]:
        """https://cloud.google.com/functions/docs/runtime-support."""
        if language_of(self.runtime) is None:
            yield not_one_of("runtime", self.runtime, runtimes())
        if isinstance(self.source, FunctionArchive):
            return
        try:
            held = content(str(self.source))
        except OSError as error:
            yield Finding("source", f"can't be read: {error}", "Give the folder of the code.")
            return
        if not held:
            yield Finding("source", f"{str(self.source)!r} holds no file")
            return
        size = sum(map(len, held.values()))
        if size > _LARGEST:
            yield Finding("source", f"is {size // 1024**2} MB, {_LARGEST // 1024**2} at most")
        given = (self.build_env or {}).get("GOOGLE_FUNCTION_SOURCE")
        yield from source_findings(
            self.runtime,
            self.entry_point or self.name,
            given if isinstance(given, str) else "",
            self.trigger,
            held,
        )

    def _size_findings(self) -> Iterator[Finding]:
        """https://cloud.google.com/functions/docs/configuring/memory."""
        longest = _LONGEST if self.trigger is None else _LONGEST_EVENT
        yield from checks.duration("timeout", self.timeout, 1, longest)
        yield from checks.within("concurrency", self.concurrency, 1, _MOST_CONCURRENT, "requests")
        yield from checks.within("min_instances", self.min_instances, 0, _MOST_INSTANCES)
        yield from checks.within("max_instances", self.max_instances, 1, _MOST_INSTANCES)
        low, high = self.min_instances, self.max_instances
        if low is not None and high is not None and low > high:
            yield Finding("min_instances", f"{low} is more than max_instances={high}")
        if self.memory is not None and not _MEMORY.fullmatch(self.memory):
            yield Finding(
                "memory", f"{self.memory!r} is not an amount of memory", "Write '512Mi' or '2Gi'."
            )
            return
        memory = normal.quantity(self.memory or "256M")
        if not isinstance(memory, Decimal):
            return
        if not 127 * _MIB <= memory <= 32 * 1024 * _MIB:
            yield Finding("memory", f"{self.memory} is not within 128Mi to 32Gi")
        elif self.cpu is not None:
            held = Container(image="-", cpu=self.cpu, memory=self.memory)
            yield from size_findings("", held, self.concurrency, gen2=False)
        elif (self.concurrency or 1) > 1 and memory < _WHOLE_CPU:
            yield Finding(
                "concurrency",
                f"is 1 where a function has less than one CPU, not {self.concurrency}",
                "Set cpu=1, or memory='2Gi'.",
            )


def _variable_findings(field: str, env: Mapping[str, object] | None) -> Iterator[Finding]:
    """https://cloud.google.com/functions/docs/configuring/env-var#reserved_environment_variables."""
    for name in env or {}:
        if _RESERVED.fullmatch(name):
            yield Finding(f"{field}[{name!r}]", "is set by Google itself", "Leave it out.")
        elif not _VARIABLE.fullmatch(name):
            yield Finding(
                f"{field}[{name!r}]", f"{name!r} is not a valid environment variable name"
            )
