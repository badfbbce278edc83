"""The way in to Trade Streamer: its site, certificates, load balancers and names."""

import dataclasses
import functools
import pathlib
from collections.abc import Iterator, Mapping, Sequence

from gcpstack import (
    Armor,
    Certificate,
    CertificateMap,
    CertificateMapEntry,
    CloudRunApp,
    CloudRunBackend,
    CloudRunServiceIamMember,
    Component,
    DnsAuthorization,
    DnsLocated,
    DnsRecordSet,
    DnsSec,
    DnsTargets,
    DnsZone,
    HealthCheck,
    HttpHealthCheck,
    Iap,
    IapBackendServiceIamMember,
    LoadBalancer,
    RateLimitOptions,
    Resource,
    Scope,
    ServiceAgent,
    StaticSite,
)

UI = pathlib.Path(__file__).parent / "trade_streamer_ui"


@dataclasses.dataclass(frozen=True, eq=False)
class Edge(Component):
    """One load balancer a region, alike; DNS leads to the nearest whose page is there.

    The dashboard is served from caches; its API asks everybody to sign in with Google, and lets
    those of some domains through.

    Attributes:
        domain: the domain.
        regions: the regions.
        ui: the dashboard's API.
        scan: the scans.
        people: the domains whose people get through.
        keep: whether the load balancers watch for attacks, and the site stays.
    """

    domain: str
    regions: Sequence[str]
    ui: CloudRunApp
    scan: CloudRunApp
    people: Sequence[str]
    keep: bool

    @functools.cached_property
    def zone(self) -> DnsZone:
        """The zone of the domain, signed."""
        return DnsZone(
            self.domain.replace(".", "-"),
            dns_name=self.domain,
            dnssec=DnsSec(state="on"),
            logging=True,
        )

    @functools.cached_property
    def site(self) -> StaticSite:
        """The dashboard's files: what is built has its hash in its name, the page is asked for anew."""
        return StaticSite(
            "trade-streamer",
            folder=UI,
            cache_control={"index.html": "no-cache", "assets/*": "public, max-age=3600"},
            allow_delete=True,
        )

    @functools.cached_property
    def proof(self) -> DnsAuthorization:
        """That the domain is ours: its certificate is there before anybody is led here."""
        return DnsAuthorization("trade-streamer", domain=self.domain)

    @functools.cached_property
    def certificates(self) -> CertificateMap:
        """Which certificate is shown: one for all load balancers."""
        return CertificateMap("trade-streamer")

    @functools.cached_property
    def balancers(self) -> Mapping[str, LoadBalancer]:
        """The load balancer of each region."""
        armor = Armor(
            rate_limit=RateLimitOptions(count=300, interval=60, enforce_on_key="IP"),
            adaptive_protection=self.keep,
        ).policy("trade-streamer-armor")
        return {
            region: LoadBalancer(
                f"trade-{region}",
                hosts=[self.domain],
                default=self.site.backend,
                routes={
                    "/api/*": self._guarded("ui", self.ui, region),
                    "/scan/*": self._guarded("scan", self.scan, region),
                },
                certificate_map=self.certificates,
                armor=armor,
            )
            for region in self.regions
        }

    def _guarded(self, name: str, app: CloudRunApp, region: str) -> CloudRunBackend:
        return CloudRunBackend(f"trade-{name}-{region}", app.service(region), iap=Iap(enabled=True))

    def expand(self, scope: Scope) -> Iterator[Resource | Component]:
        """List the parts, each after what it needs."""
        yield self.site
        yield self.zone
        yield from self._certified()
        yield from self.balancers.values()
        yield from self._people()
        yield self._nearest()

    def _certified(self) -> Iterator[Resource]:
        yield self.proof
        yield DnsRecordSet(
            self.proof.output("record_name"),
            zone=self.zone,
            type="CNAME",
            rrdatas=[self.proof.output("record_data")],
        )
        certificate = Certificate(
            "trade-streamer", domains=[self.domain], dns_authorizations=[self.proof]
        )
        yield certificate
        yield CertificateMapEntry(
            "trade-streamer",
            certificate_map=self.certificates,
            hostname=self.domain,
            certificates=[certificate],
        )

    def _people(self) -> Iterator[Resource]:
        """Let the proxy call the services, and the people of the domains pass the proxy."""
        agent = ServiceAgent("iap.googleapis.com").output("member")
        for app in (self.ui, self.scan):
            for service in app.services.values():
                yield CloudRunServiceIamMember(service, role="roles/run.invoker", member=agent)
        for balancer in self.balancers.values():
            for backend in balancer.backends.values():
                for domain in self.people:
                    yield IapBackendServiceIamMember(
                        backend,
                        role="roles/iap.httpsResourceAccessor",
                        member=f"domain:{domain}",
                    )

    def _nearest(self) -> DnsRecordSet:
        check = HealthCheck(
            "trade-streamer",
            check_interval=30,
            source_regions=["us-central1", "europe-west1", "asia-southeast1"],
            https=HttpHealthCheck(port=443, host=self.domain, request_path="/"),
        )
        return DnsRecordSet(
            self.domain,
            zone=self.zone,
            type="A",
            ttl=60,
            geo=[
                DnsLocated(
                    location=region,
                    targets=DnsTargets(external_endpoints=[balancer.address.output("address")]),
                )
                for region, balancer in self.balancers.items()
            ],
            health_check=check,
        )
