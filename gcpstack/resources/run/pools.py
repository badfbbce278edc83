"""Cloud Run worker pools: containers that pull their work and take no requests."""

import dataclasses
from collections.abc import Iterator, Sequence
from typing import ClassVar, Literal

from gcpstack._core.facets import Facet, block, identity, required, scope, spec
from gcpstack._core.resource import Scope, resource
from gcpstack.resources import _checks as checks
from gcpstack.resources import _encode as encode
from gcpstack.resources import _kinds_events as kinds
from gcpstack.resources._base import Declaration, Part
from gcpstack.resources._checks import Finding, NameRule
from gcpstack.resources._types import KeyRef, Labels, Ref, Seconds, ServiceAccountRef, Text
from gcpstack.resources.run.containers import Container, Volume
from gcpstack.resources.run.limits import unserved_findings
from gcpstack.resources.run.parts import EGRESS, NetworkInterface

_SPLIT = "INSTANCE_SPLIT_ALLOCATION_TYPE_"
_WHOLE = 100
_MOST = 1000
#: Fields of containers that take requests, which these don't.
_SERVING = ("port", "readiness_probe", "cpu_idle", "startup_cpu_boost", "base_image_uri")


@block
class InstanceSplit(Part):
    """A share of the instances.

    https://cloud.google.com/run/docs/deploy-worker-pools

    Attributes:
        percent: the share; all shares make 100.
        revision: the revision that gets it; the newest that is ready if not given.
        type: follows from whether a revision is given.
    """

    percent: int | None = spec()
    revision: Text | None = spec(like="last")
    type: Literal["LATEST", "REVISION"] | None = spec(encode=lambda value: _SPLIT + value)

    def findings(self) -> Iterator[Finding]:
        """Check the share and the type.

        https://cloud.google.com/run/docs/reference/rest/v2/projects.locations.workerPools#InstanceSplit
        """
        yield from checks.within("percent", self.percent, 0, _WHOLE, "percent")
        if self.type is not None and (self.type == "REVISION") != (self.revision is not None):
            yield Finding("type", "REVISION goes with a revision, LATEST without one")


@resource(kinds.RUN_WORKER_POOL)
class CloudRunWorkerPool(Declaration):
    """A Cloud Run worker pool: instances that pull their work, such as from a subscription.

    https://cloud.google.com/run/docs/reference/rest/v2/projects.locations.workerPools. Nothing calls
    them: they have no address, and as many run as are declared.

    Outputs: ``name``, ``latest_ready_revision``, ``latest_created_revision``.

    Attributes:
        name: its name.
        project: its project; the stack's if not given.
        location: its region; the stack's if not given.
        containers: what an instance runs; several start together.
        instances: how many instances run; one is Google's default.
        volumes: what containers can mount.
        service_account: who it is: a `ServiceAccount` or an email.
        description: a note.
        revision: the next revision's name; Google's choice if not given.
        splits: shares of the instances; all of the newest revision if not given.
        vpc_connector: the Serverless VPC Access connector,
        network_interfaces: or a direct way into a network.
        vpc_egress: what goes into the network: private-ranges-only (the default) or all-traffic.
        encryption_key: the KMS key of the image's data.
        encryption_key_revocation: what happens when the key is gone: PREVENT_NEW instances, or
            SHUTDOWN of those that run.
        encryption_key_shutdown: how long after.
        labels: labels.
        annotations: further metadata.
        revision_labels: labels of revisions.
        revision_annotations: further metadata of revisions.
        launch_stage: BETA or ALPHA where a field is not generally available.
        accelerator: the type of GPU, such as ``nvidia-l4``.
        gpu_zonal_redundancy_disabled: whether GPUs come from one zone.
        binary_authorization_default: whether the project's Binary Authorization policy holds.
        binary_authorization_policy: or another policy.
        breakglass_justification: why the policy is broken.
    """

    NAMES: ClassVar[NameRule | None] = checks.RUN_SERVICE
    LABELS: ClassVar[tuple[str, ...]] = ("labels", "revision_labels")

    name: str = identity(kw_only=False)
    project: str | None = scope()
    location: str | None = scope()
    containers: Sequence[Container] = required(wire="template.containers")
    instances: int | None = spec(wire="scaling.manualInstanceCount")
    volumes: Sequence[Volume] | None = spec(Facet.UNORDERED, wire="template.volumes", key="name")
    service_account: ServiceAccountRef | None = spec(
        wire="template.serviceAccount", link="email", like="last"
    )
    description: Text | None = spec()
    revision: str | None = spec(wire="template.revision")
    splits: Sequence[InstanceSplit] | None = spec(wire="instanceSplits")
    vpc_connector: Ref | None = spec(wire="template.vpcAccess.connector", like="last", carries=True)
    network_interfaces: Sequence[NetworkInterface] | None = spec(
        wire="template.vpcAccess.networkInterfaces", carries=True
    )
    vpc_egress: Literal["private-ranges-only", "all-traffic"] | None = spec(
        wire="template.vpcAccess.egress", encode=EGRESS.__getitem__
    )
    encryption_key: KeyRef | None = spec(wire="template.encryptionKey")
    encryption_key_revocation: Literal["PREVENT_NEW", "SHUTDOWN"] | None = spec(
        wire="template.encryptionKeyRevocationAction"
    )
    encryption_key_shutdown: Seconds | None = spec(
        wire="template.encryptionKeyShutdownDuration", like="duration", encode=encode.seconds
    )
    labels: Labels | None = spec()
    annotations: Labels | None = spec()
    revision_labels: Labels | None = spec(wire="template.labels")
    revision_annotations: Labels | None = spec(wire="template.annotations")
    launch_stage: Literal["ALPHA", "BETA", "GA"] | None = spec()
    accelerator: str | None = spec(wire="template.nodeSelector.accelerator")
    gpu_zonal_redundancy_disabled: bool | None = spec(wire="template.gpuZonalRedundancyDisabled")
    binary_authorization_default: bool | None = spec(wire="binaryAuthorization.useDefault")
    binary_authorization_policy: Text | None = spec(wire="binaryAuthorization.policy")
    breakglass_justification: Text | None = spec(wire="binaryAuthorization.breakglassJustification")

    def bind(self, scope: Scope) -> "CloudRunWorkerPool":
        """Tell of each split whether it is of a revision."""
        located = self.located(scope)
        if located.splits is None:
            return located
        splits = [
            dataclasses.replace(item, type="REVISION" if item.revision else "LATEST")
            for item in located.splits
        ]
        return dataclasses.replace(located, splits=splits)

    def findings(self, scope: Scope) -> Iterator[Finding]:
        """Check the instances and the containers.

        https://cloud.google.com/run/docs/deploy-worker-pools, https://cloud.google.com/run/quotas
        """
        yield from checks.within("instances", self.instances, 0, _MOST, "instances")
        yield from checks.at_most_one(self, "vpc_connector", "network_interfaces")
        if self.vpc_egress and not (self.vpc_connector or self.network_interfaces):
            yield Finding("vpc_egress", "needs vpc_connector or network_interfaces")
        if self.encryption_key_revocation and self.encryption_key is None:
            yield Finding("encryption_key_revocation", "needs encryption_key")
        if (
            self.encryption_key_shutdown is not None
            and self.encryption_key_revocation != "SHUTDOWN"
        ):
            yield Finding("encryption_key_shutdown", "needs encryption_key_revocation='SHUTDOWN'")
        if self.revision and not self.revision.startswith(f"{self.name}-"):
            yield Finding("revision", f"must start with '{self.name}-'")
        shares = [item.percent for item in self.splits or () if item.percent is not None]
        if self.splits and sum(shares) != _WHOLE:
            yield Finding("splits", f"makes {sum(shares)} percent, not {_WHOLE}")
        yield from unserved_findings("a worker", self.containers, self.volumes, _SERVING, gen2=True)
