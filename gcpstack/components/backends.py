"""What a load balancer sends to."""

import functools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TypeAlias

from gcpstack._core.resource import Resource
from gcpstack.resources._types import Ref, RunServiceRef, SecurityPolicyRef
from gcpstack.resources.compute.backend_buckets import BackendBucket
from gcpstack.resources.compute.backends import Backend, BackendService, Iap
from gcpstack.resources.compute.cdn import CdnPolicy
from gcpstack.resources.compute.endpoint_groups import NegCloudRun, RegionNetworkEndpointGroup
from gcpstack.resources.compute.traffic import LogConfig, OutlierDetection

Logging: TypeAlias = bool | float | LogConfig
Cdn: TypeAlias = bool | CdnPolicy

#: With several regions, one that fails is left out: serverless groups have no health checks
#: (https://cloud.google.com/load-balancing/docs/https/setting-up-https-serverless).
FAILOVER = OutlierDetection(
    base_ejection_time=180,
    interval=10,
    consecutive_errors=5,
    max_ejection_percent=50,
    enforcing_consecutive_errors=100,
)


@dataclass(frozen=True, kw_only=True)
class BackendDefaults:
    """What a load balancer sets for all its backends.

    Attributes:
        logging: whether requests are logged, and how many of them.
        cdn: whether responses are cached.
        security_policy: the Cloud Armor policy in front.
        project: the project.
    """

    logging: Logging = True
    cdn: Cdn | None = None
    security_policy: SecurityPolicyRef | None = None
    project: str | None = None


@dataclass(frozen=True, eq=False)
class CloudRunBackend:
    """A Cloud Run service behind a load balancer: its groups and its backend service.

    Refer to its parts through the load balancer, ``lb.backends["api"]``: they include what it sets
    for all its backends.

    Attributes:
        name: what the parts are named after: ``{name}-neg`` and ``{name}-backend``.
        service: the service, by declaration or name; with several regions and declarations, one
            for each region.
        regions: where the service runs; by default its own region, or the stack's. With several,
            the nearest region answers, and one that fails is skipped.
        logging: instead of the load balancer's.
        cdn: instead of the load balancer's.
        iap: Identity-Aware Proxy in front.
        tag: the tag of a revision to send to.
        group_name: the name of its group; with several regions, each region is appended.
        backend_name: the name of its backend service.
        options: further fields of the `BackendService`.
    """

    name: str
    service: RunServiceRef | Mapping[str, RunServiceRef]
    regions: Sequence[str] = field(default=(), kw_only=True)
    logging: Logging | None = field(default=None, kw_only=True)
    cdn: Cdn | None = field(default=None, kw_only=True)
    iap: Iap | None = field(default=None, kw_only=True)
    tag: str | None = field(default=None, kw_only=True)
    group_name: str = field(default="", kw_only=True)
    backend_name: str = field(default="", kw_only=True)
    options: Mapping[str, object] = field(default_factory=dict, kw_only=True)
    defaults: BackendDefaults = field(default_factory=BackendDefaults, kw_only=True, repr=False)

    def within(self, defaults: BackendDefaults) -> "CloudRunBackend":
        """Adopt what the load balancer sets for all backends."""
        return replace(self, defaults=defaults)

    @functools.cached_property
    def groups(self) -> tuple[RegionNetworkEndpointGroup, ...]:
        """Its network endpoint groups, one a region."""
        base = self.group_name or f"{self.name}-neg"
        places = self.places()
        return tuple(
            RegionNetworkEndpointGroup(
                base if len(places) == 1 else f"{base}-{region}",
                project=self.defaults.project,
                region=region,
                cloud_run=NegCloudRun(service=service, tag=self.tag),
            )
            for region, service in places
        )

    def places(self) -> list[tuple[str | None, Ref]]:
        """List the regions with the service in each."""
        if isinstance(self.service, Mapping):
            return list(self.service.items())
        own = getattr(self.service, "location", None)
        return [(region, self.service) for region in self.regions or (own,)]

    @functools.cached_property
    def backend_service(self) -> BackendService:
        """Its backend service."""
        cdn = self.defaults.cdn if self.cdn is None else self.cdn
        service = BackendService(
            self.backend_name or f"{self.name}-backend",
            project=self.defaults.project,
            protocol="HTTP",
            backends=tuple(Backend(group=group) for group in self.groups),
            log_config=log_config(self.defaults.logging if self.logging is None else self.logging),
            security_policy=self.defaults.security_policy,
            enable_cdn=None if cdn is None else bool(cdn),
            cdn_policy=cdn if isinstance(cdn, CdnPolicy) else None,
            iap=self.iap,
            outlier_detection=FAILOVER if len(self.groups) > 1 else None,
        )
        return replace(service, **self.options) if self.options else service  # type: ignore[arg-type] # checked as any declaration is

    def resources(self) -> tuple[Resource, ...]:
        """List its parts."""
        return (*self.groups, self.backend_service)


Target: TypeAlias = CloudRunBackend | BackendService | BackendBucket | str


def log_config(logging: Logging) -> LogConfig:
    """Build the logging configuration: all requests, none, or a share."""
    if isinstance(logging, LogConfig):
        return logging
    if isinstance(logging, bool):
        return LogConfig(enable=logging, sample_rate=1.0 if logging else None)
    return LogConfig(enable=logging > 0, sample_rate=float(logging))
