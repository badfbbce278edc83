"""Containers of a Cloud Run service, their environment and their volumes."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Literal, TypeAlias

from gcpstack._core.facets import Facet, block, required, spec
from gcpstack.resources import _checks as checks
from gcpstack.resources._base import Part
from gcpstack.resources._checks import Finding
from gcpstack.resources._types import BucketRef, ImageRef, SecretRef, SqlInstanceRef, Text
from gcpstack.resources.run.probes import LIVENESS, READINESS, STARTUP, Probe, probe_findings

_LONGEST_ENV = 32_768
_HIGHEST_PORT = 65_535
# https://cloud.google.com/run/docs/container-contract#env-vars
_RESERVED = frozenset({"PORT", "K_SERVICE", "K_REVISION", "K_CONFIGURATION"})
_DNS_LABEL = r"[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?"


@block
class SecretEnv(Part):
    """A secret as the value of an environment variable.

    https://cloud.google.com/run/docs/configuring/services/secrets. It is read when an instance
    starts; the service account needs roles/secretmanager.secretAccessor.

    Attributes:
        secret: the secret: its declaration or its name.
        version: its version; the newest if not given.
    """

    secret: SecretRef = required(like="last", link="near")
    version: str = spec(default="latest")

    def findings(self) -> Iterator[Finding]:
        """Check the version."""
        yield from checks.pattern(
            "version", self.version, r"latest|[1-9]\d*|[A-Za-z][\w-]{0,62}", "a version or an alias"
        )


EnvValue: TypeAlias = Text | SecretEnv


@block
class EnvVar(Part):
    """An environment variable in Google's form.

    Attributes:
        name: its name.
        value: its value,
        secret: or the secret that holds it.
    """

    name: str = required()
    value: Text | None = spec()
    secret: SecretEnv | None = spec(wire="valueSource.secretKeyRef")


def _env(value: Mapping[str, EnvValue]) -> list[EnvVar]:
    return [
        EnvVar(name=name, secret=item)
        if isinstance(item, SecretEnv)
        else EnvVar(name=name, value=item)
        for name, item in value.items()
    ]


def env_findings(field: str, env: Mapping[str, EnvValue] | None) -> Iterator[Finding]:
    """Check names and sizes of environment variables.

    https://cloud.google.com/run/docs/configuring/services/environment-variables
    """
    for name, value in (env or {}).items():
        place = f"{field}[{name!r}]"
        if name in _RESERVED:
            yield Finding(place, "is set by Cloud Run itself", "Leave it out.")
        elif not name or "=" in name or name.startswith("X_GOOGLE_"):
            yield Finding(place, f"{name!r} is not a valid environment variable name")
        yield from checks.longest(place, name, _LONGEST_ENV)
        if isinstance(value, str):
            yield from checks.longest(place, value.encode(), _LONGEST_ENV, "bytes")


@block
class VolumeMount(Part):
    """Where a volume stands in a container.

    Attributes:
        name: the volume.
        mount_path: the folder; no colon. ``/cloudsql`` for Cloud SQL.
        sub_path: a part of the volume.
    """

    name: str = required()
    mount_path: str = required()
    sub_path: str | None = spec()

    def findings(self) -> Iterator[Finding]:
        """Check the folder.

        https://cloud.google.com/run/docs/reference/rest/v2/Container
        """
        yield from checks.pattern(
            "mount_path", self.mount_path, r"/[^:]+", "a folder: it starts with '/', no colon"
        )


@block
class SecretItem(Part):
    """A version of a secret as a file.

    Attributes:
        path: the file's name.
        version: the version; the newest if not given.
        mode: its permission bits, such as 0o400.
    """

    path: str = required()
    version: str = spec(default="latest")
    mode: int | None = spec()


@block
class SecretVolume(Part):
    """A secret as files.

    Attributes:
        secret: the secret: its declaration or its name.
        items: which version under which file name.
        default_mode: permission bits of the files.
    """

    secret: SecretRef = required(like="last", link="near")
    items: Sequence[SecretItem] | None = spec(Facet.UNORDERED, key="path")
    default_mode: int | None = spec()


@block
class BucketVolume(Part):
    """A bucket as a folder (https://cloud.google.com/run/docs/configuring/services/cloud-storage-volume-mounts).

    Attributes:
        bucket: the bucket: its declaration or its name.
        read_only: whether it can't be written.
        mount_options: options of gcsfuse.
    """

    bucket: BucketRef = required(link="name")
    read_only: bool | None = spec()
    mount_options: Sequence[str] | None = spec()


@block
class NfsVolume(Part):
    """A folder of an NFS server.

    Attributes:
        server: its address.
        path: the folder.
        read_only: whether it can't be written.
    """

    server: Text = required()
    path: Text = required()
    read_only: bool | None = spec()


@block
class EmptyDir(Part):
    """A folder in memory that lives as long as the instance.

    Attributes:
        medium: MEMORY or DISK.
        size_limit: how much it holds, such as ``256Mi``; memory counts against the container.
    """

    medium: Literal["MEMORY", "DISK"] | None = spec()
    size_limit: str | None = spec(like="quantity")


@block
class Volume(Part):
    """Something that containers can mount; one of the sources.

    Attributes:
        name: its name.
        secret: a secret as files.
        cloud_sql_instances: sockets of Cloud SQL instances: their declarations, or their
            connection names, ``PROJECT:REGION:INSTANCE``.
        empty_dir: a folder in memory.
        gcs: a bucket.
        nfs: a folder of an NFS server.
    """

    name: str = required()
    secret: SecretVolume | None = spec()
    cloud_sql_instances: Sequence[SqlInstanceRef] | None = spec(
        Facet.UNORDERED, wire="cloudSqlInstance.instances", link="connection_name"
    )
    empty_dir: EmptyDir | None = spec()
    gcs: BucketVolume | None = spec()
    nfs: NfsVolume | None = spec()

    def findings(self) -> Iterator[Finding]:
        """Check the name and that there is one source.

        https://cloud.google.com/run/docs/reference/rest/v2/Container
        """
        yield from checks.pattern("name", self.name, _DNS_LABEL, "a valid name: a DNS label")
        yield from checks.exactly_one(
            self, "secret", "cloud_sql_instances", "empty_dir", "gcs", "nfs"
        )
        for index, item in enumerate(self.cloud_sql_instances or ()):
            yield from checks.pattern(
                f"cloud_sql_instances[{index}]",
                item,
                r"([^:]+:)?[^:]+:[^:]+:[^:]+",
                "a connection name, as 'PROJECT:REGION:INSTANCE'",
            )


@block
class ContainerPort(Part):
    """The port in Google's form.

    Attributes:
        name: ``http1`` or ``h2c``.
        container_port: the port.
    """

    name: Literal["http1", "h2c"] | None = spec()
    container_port: int | None = spec()


def _port(value: object) -> object:
    return [value if isinstance(value, ContainerPort) else ContainerPort(container_port=value)]  # type: ignore[arg-type] # checked by its annotation


_CPU = re.compile(r"\d+(\.\d{1,3})?|\d+m")
_MEMORY = re.compile(r"\d+(\.\d+)?(Ki|Mi|Gi|k|K|M|G)")


@block
class Container(Part):
    """A container of a service.

    Attributes:
        image: the image, with its tag or digest; or a `ContainerImage`.
        name: its name; needed where there are several.
        port: the port that takes requests: one container has it. A `ContainerPort` tells HTTP/2
            (``h2c``) too.
        command: the entry point, instead of the image's.
        args: its arguments.
        env: the environment: values, or `SecretEnv` for secrets.
        cpu: CPUs, such as ``1``, ``2`` or ``500m``.
        memory: memory, such as ``512Mi`` or ``2Gi``.
        gpu: GPUs, ``1``.
        cpu_idle: whether CPU is only given while requests are served; always given if False.
        startup_cpu_boost: whether it gets more CPU while starting.
        startup_probe: when it counts as started.
        liveness_probe: when it is started again.
        readiness_probe: when it gets requests.
        volume_mounts: its volumes.
        depends_on: names of containers that must start before it.
        working_dir: its working folder.
        base_image_uri: the base image that Google keeps up to date.
    """

    image: ImageRef = required(link="reference")
    name: str | None = spec()
    port: int | ContainerPort | None = spec(wire="ports", encode=_port, block=ContainerPort)
    command: Sequence[Text] | None = spec()
    args: Sequence[Text] | None = spec()
    env: Mapping[str, EnvValue] | None = spec(
        Facet.UNORDERED, key="name", encode=_env, block=EnvVar
    )
    cpu: str | int | float | None = spec(
        wire="resources.limits.cpu", like="quantity", encode=lambda value: f"{value}"
    )
    memory: str | None = spec(wire="resources.limits.memory", like="quantity")
    gpu: str | int | None = spec(
        wire="resources.limits", encode=lambda v: {"nvidia.com/gpu": f"{v}"}
    )
    cpu_idle: bool | None = spec(wire="resources.cpuIdle")
    startup_cpu_boost: bool | None = spec(wire="resources.startupCpuBoost")
    startup_probe: Probe | None = spec()
    liveness_probe: Probe | None = spec()
    readiness_probe: Probe | None = spec()
    volume_mounts: Sequence[VolumeMount] | None = spec(Facet.UNORDERED, key="mountPath")
    depends_on: Sequence[str] | None = spec(Facet.UNORDERED)
    working_dir: str | None = spec()
    base_image_uri: Text | None = spec()

    def findings(self) -> Iterator[Finding]:
        """Check everything that one container decides by itself.

        https://cloud.google.com/run/docs/reference/rest/v2/Container
        """
        if self.image == "":
            yield Finding("image", "is empty")
        yield from checks.pattern("name", self.name, _DNS_LABEL, "a valid name: a DNS label")
        number = self.port.container_port if isinstance(self.port, ContainerPort) else self.port
        yield from checks.within("port", number, 1, _HIGHEST_PORT)
        yield from env_findings("env", self.env)
        if self.cpu is not None and not _CPU.fullmatch(str(self.cpu)):
            yield Finding(
                "cpu", f"{self.cpu!r} is not an amount of CPU", "Write '1', '2' or '500m'."
            )
        if self.memory is not None and not _MEMORY.fullmatch(self.memory):
            yield Finding(
                "memory", f"{self.memory!r} is not an amount of memory", "Write '512Mi' or '2Gi'."
            )
        yield from probe_findings("startup_probe", self.startup_probe, STARTUP)
        yield from probe_findings("liveness_probe", self.liveness_probe, LIVENESS)
        yield from probe_findings("readiness_probe", self.readiness_probe, READINESS)
        paths = [mount.mount_path for mount in self.volume_mounts or ()]
        yield from checks.distinct("volume_mounts", paths)
