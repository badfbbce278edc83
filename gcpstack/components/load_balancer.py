"""The global external Application Load Balancer, as one thing."""

import functools
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, TypeVar

from gcpstack._core.component import Component
from gcpstack._core.resource import Resource, Scope
from gcpstack.components._parts import Overrides, overridden, override_problems
from gcpstack.components.armor import Armor
from gcpstack.components.backends import (
    BackendDefaults,
    Cdn,
    CloudRunBackend,
    Logging,
    Target,
)
from gcpstack.components.dns import DnsRecord
from gcpstack.exceptions import Problem
from gcpstack.resources._types import (
    CertificateMapRef,
    CertificateRef,
    Ref,
    SecurityPolicyRef,
    SslPolicyRef,
)
from gcpstack.resources.compute.actions import RouteAction, UrlRedirect
from gcpstack.resources.compute.addresses import GlobalAddress
from gcpstack.resources.compute.armor import SecurityPolicy
from gcpstack.resources.compute.backends import BackendService
from gcpstack.resources.compute.certificates import ManagedSslCertificate
from gcpstack.resources.compute.forwarding import GlobalForwardingRule
from gcpstack.resources.compute.proxies import TargetHttpProxy, TargetHttpsProxy
from gcpstack.resources.compute.routing import HostRule, PathMatcher, PathRule
from gcpstack.resources.compute.url_maps import UrlMap

Version = Literal["IPV4", "IPV6"]
R = TypeVar("R", bound=Resource)
_RECORDS: Mapping[Version, Literal["A", "AAAA"]] = {"IPV4": "A", "IPV6": "AAAA"}


@dataclass(frozen=True, kw_only=True)
class LoadBalancerNames:
    """Names of the parts, where they should be other than derived from the load balancer's.

    Attributes:
        address: the IPv4 address; ``{name}-static-ip``.
        address_ipv6: the IPv6 address; ``{name}-static-ipv6``.
        url_map: the URL map; ``{name}-url-map``.
        path_matcher: its path matcher; ``{name}-matcher``.
        redirect_map: the URL map that redirects to HTTPS; ``{name}-redirect-map``.
        certificate: the managed certificate; ``{name}-cert``.
        https_proxy: the target HTTPS proxy; ``{name}-https-proxy``.
        http_proxy: the target HTTP proxy; ``{name}-http-proxy``.
        https_forwarding: the forwarding rule of port 443; ``{name}-https-forwarding``.
        http_forwarding: the forwarding rule of port 80; ``{name}-http-forwarding``.
        security_policy: the Cloud Armor policy; ``{name}-armor``.
    """

    address: str = ""
    address_ipv6: str = ""
    url_map: str = ""
    path_matcher: str = ""
    redirect_map: str = ""
    certificate: str = ""
    https_proxy: str = ""
    http_proxy: str = ""
    https_forwarding: str = ""
    http_forwarding: str = ""
    security_policy: str = ""


_SUFFIXES = {
    "address": "static-ip",
    "address_ipv6": "static-ipv6",
    "url_map": "url-map",
    "path_matcher": "matcher",
    "redirect_map": "redirect-map",
    "certificate": "cert",
    "https_proxy": "https-proxy",
    "http_proxy": "http-proxy",
    "https_forwarding": "https-forwarding",
    "http_forwarding": "http-forwarding",
    "security_policy": "armor",
}
#: The class of each part, for the fields that may be overridden.
_PARTS: Mapping[str, type[Resource]] = {
    "address": GlobalAddress,
    "address_ipv6": GlobalAddress,
    "url_map": UrlMap,
    "redirect_map": UrlMap,
    "certificate": ManagedSslCertificate,
    "https_proxy": TargetHttpsProxy,
    "http_proxy": TargetHttpProxy,
    "https_forwarding": GlobalForwardingRule,
    "http_forwarding": GlobalForwardingRule,
    "security_policy": SecurityPolicy,
}


@dataclass(frozen=True, eq=False)
class LoadBalancer(Component):
    """A global external HTTPS load balancer in front of Cloud Run services and buckets.

    https://cloud.google.com/load-balancing/docs/https. It makes an address, a group and a backend
    service for each Cloud Run backend, a URL map, a managed certificate, the proxies and the
    forwarding rules. Every part is a property, to refer to.

    Attributes:
        name: what its parts are named after.
        default: where requests go that no route takes.
        hosts: the hosts that the routes are for; all if not given.
        routes: where paths go: ``/metrics`` is one path, ``/api/*`` is all below it.
        route_action: what is done with every request on its way, such as a timeout or retries:
            serverless backends have neither of their own.
        domains: the domains of the managed certificate; the hosts if not given. An empty list
            makes none.
        certificates: further certificates.
        certificate_map: a map of Certificate Manager instead of all these.
        ssl_policy: which TLS versions and ciphers.
        redirect_http: whether port 80 sends the client to HTTPS; else it serves as port 443 does.
        http: whether port 80 is served at all.
        ipv6: whether there is an IPv6 address too.
        logging: whether requests are logged, or which share of them.
        cdn: whether answers are cached, and how.
        armor: who may call, and how often; or a Cloud Armor policy.
        names: names of the parts, where they should be others.
        overrides: further fields of the parts, by part: ``{"https_proxy": {"quic_override":
            "ENABLE"}}``.
        project: the project; the stack's if not given.
    """

    name: str
    default: Target = field(kw_only=True)
    hosts: Sequence[str] = field(default=(), kw_only=True)
    routes: Mapping[str, Target] = field(default_factory=dict, kw_only=True)
    route_action: RouteAction | None = field(default=None, kw_only=True)
    domains: Sequence[str] | None = field(default=None, kw_only=True)
    certificates: Sequence[CertificateRef] = field(default=(), kw_only=True)
    certificate_map: CertificateMapRef | None = field(default=None, kw_only=True)
    ssl_policy: SslPolicyRef | None = field(default=None, kw_only=True)
    redirect_http: bool = field(default=True, kw_only=True)
    http: bool = field(default=True, kw_only=True)
    ipv6: bool = field(default=False, kw_only=True)
    logging: Logging = field(default=True, kw_only=True)
    cdn: Cdn | None = field(default=None, kw_only=True)
    armor: Armor | SecurityPolicyRef | None = field(default=None, kw_only=True)
    names: LoadBalancerNames = field(default_factory=LoadBalancerNames, kw_only=True)
    overrides: Overrides = field(default_factory=dict, kw_only=True)
    project: str | None = field(default=None, kw_only=True)

    def expand(self, scope: Scope) -> Iterator[Resource]:
        """List the parts, each after what it needs."""
        yield from self.addresses.values()
        if isinstance(self.security_policy, Resource):
            yield self.security_policy
        for backend in self._cloud_run.values():
            yield from backend.resources()
        for target in self._targets():
            if isinstance(target, Resource):
                yield target
        yield self.url_map
        for part in (self.certificate, self.https_proxy, self.redirect_map, self.http_proxy):
            if part is not None:
                yield part
        yield from self.forwarding_rules

    @functools.cached_property
    def addresses(self) -> Mapping[Version, GlobalAddress]:
        """The addresses, by IP version."""
        out: dict[Version, GlobalAddress] = {"IPV4": self.address}
        if self.ipv6:
            out["IPV6"] = self._part(
                "address_ipv6", GlobalAddress, ip_version="IPV6", project=self.project
            )
        return out

    @functools.cached_property
    def address(self) -> GlobalAddress:
        """The static IPv4 address."""
        return self._part("address", GlobalAddress, ip_version="IPV4", project=self.project)

    @functools.cached_property
    def security_policy(self) -> Ref | None:
        """The Cloud Armor policy in front of the backends."""
        if not isinstance(self.armor, Armor):
            return self.armor
        return self._overridden(
            "security_policy", self.armor.policy(self._name("security_policy"), self.project)
        )

    @functools.cached_property
    def backends(self) -> Mapping[str, BackendService]:
        """The backend services of the Cloud Run backends, by the backends' names."""
        return {name: backend.backend_service for name, backend in self._cloud_run.items()}

    @functools.cached_property
    def _cloud_run(self) -> Mapping[str, CloudRunBackend]:
        defaults = BackendDefaults(
            logging=self.logging,
            cdn=self.cdn,
            security_policy=self.security_policy,
            project=self.project,
        )
        return {
            target.name: target.within(defaults)
            for target in self._targets()
            if isinstance(target, CloudRunBackend)
        }

    def _targets(self) -> Sequence[Target]:
        return tuple(
            {id(target): target for target in (self.default, *self.routes.values())}.values()
        )

    def _goal(self, target: Target) -> Ref:
        if isinstance(target, CloudRunBackend):
            return self.backends[target.name]
        return target

    @functools.cached_property
    def url_map(self) -> UrlMap:
        """The URL map: hosts and routes."""
        default = self._goal(self.default)
        if not self.routes and not self.hosts:
            return self._part(
                "url_map",
                UrlMap,
                default_service=default,
                default_route_action=self.route_action,
                project=self.project,
            )
        matcher = self._name("path_matcher")
        return self._part(
            "url_map",
            UrlMap,
            project=self.project,
            default_service=default,
            default_route_action=self.route_action,
            host_rules=(HostRule(hosts=tuple(self.hosts) or ("*",), path_matcher=matcher),),
            path_matchers=(
                PathMatcher(
                    name=matcher,
                    default_service=default,
                    default_route_action=self.route_action,
                    path_rules=self._path_rules(),
                ),
            ),
        )

    def _path_rules(self) -> tuple[PathRule, ...]:
        """Write one rule for all paths that go to one place."""
        paths: dict[Ref, list[str]] = {}
        for path, target in self.routes.items():
            paths.setdefault(self._goal(target), []).append(path)
        return tuple(
            PathRule(paths=tuple(found), service=goal, route_action=self.route_action)
            for goal, found in paths.items()
        )

    @property
    def certificate_domains(self) -> tuple[str, ...]:
        """The domains of the managed certificate."""
        if self.domains is not None or self.certificate_map is not None:
            return tuple(self.domains or ())
        return tuple(host for host in self.hosts if not host.startswith("*"))

    @functools.cached_property
    def certificate(self) -> ManagedSslCertificate | None:
        """The managed certificate; None where there are no domains."""
        if not self.certificate_domains:
            return None
        return self._part(
            "certificate",
            ManagedSslCertificate,
            domains=self.certificate_domains,
            project=self.project,
        )

    @functools.cached_property
    def https_proxy(self) -> TargetHttpsProxy | None:
        """The target HTTPS proxy; None where there is no certificate."""
        certificates = (
            *(() if self.certificate is None else (self.certificate,)),
            *self.certificates,
        )
        if not certificates and self.certificate_map is None:
            return None
        return self._part(
            "https_proxy",
            TargetHttpsProxy,
            url_map=self.url_map,
            ssl_certificates=certificates or None,
            certificate_map=self.certificate_map,
            ssl_policy=self.ssl_policy,
            project=self.project,
        )

    @functools.cached_property
    def redirect_map(self) -> UrlMap | None:
        """The URL map that sends clients to HTTPS; None where port 80 serves as 443 does."""
        if not self.http or not self.redirect_http or self.https_proxy is None:
            return None
        redirect = UrlRedirect(
            https_redirect=True, redirect_response_code="MOVED_PERMANENTLY_DEFAULT"
        )
        return self._part(
            "redirect_map", UrlMap, default_url_redirect=redirect, project=self.project
        )

    @functools.cached_property
    def http_proxy(self) -> TargetHttpProxy | None:
        """The target HTTP proxy; None where port 80 is not served."""
        if not self.http:
            return None
        return self._part(
            "http_proxy",
            TargetHttpProxy,
            url_map=self.redirect_map or self.url_map,
            project=self.project,
        )

    @functools.cached_property
    def https_forwarding(self) -> GlobalForwardingRule | None:
        """The forwarding rule of port 443, for IPv4."""
        return self._forwarding("https_forwarding", self.https_proxy, 443, "IPV4")

    @functools.cached_property
    def http_forwarding(self) -> GlobalForwardingRule | None:
        """The forwarding rule of port 80, for IPv4."""
        return self._forwarding("http_forwarding", self.http_proxy, 80, "IPV4")

    @functools.cached_property
    def forwarding_rules(self) -> tuple[GlobalForwardingRule, ...]:
        """All forwarding rules."""
        rules = [self.https_forwarding, self.http_forwarding]
        if self.ipv6:
            rules += [
                self._forwarding("https_forwarding", self.https_proxy, 443, "IPV6"),
                self._forwarding("http_forwarding", self.http_proxy, 80, "IPV6"),
            ]
        return tuple(rule for rule in rules if rule is not None)

    def _forwarding(
        self, part: str, target: Ref | None, port: int, version: Version
    ) -> GlobalForwardingRule | None:
        if target is None:
            return None
        rule = GlobalForwardingRule(
            self._name(part) + ("-ipv6" if version == "IPV6" else ""),
            target=target,
            port_range=port,
            ip_address=self.addresses[version],
            project=self.project,
        )
        return self._overridden(part, rule)

    def dns_records(self, ttl: int = 300) -> tuple[DnsRecord, ...]:
        """Return which A and AAAA records lead the domains and hosts here.

        Args:
            ttl: how long they may be remembered, in seconds.
        """
        named = (host for host in self.hosts if not host.startswith("*"))
        return tuple(
            DnsRecord(name, _RECORDS[version], address.output("address"), ttl)
            for name in dict.fromkeys((*self.certificate_domains, *named))
            for version, address in self.addresses.items()
        )

    def problems(self, scope: Scope) -> Iterator[Problem]:
        """Check what no part can check by itself."""
        place = f"LoadBalancer/{self.name}"
        yield from override_problems(place, self.overrides, _PARTS)
        if self.domains and not self.certificates and self.certificate_map is None:
            for host in self.hosts:
                if not host.startswith("*") and host not in self.domains:
                    yield Problem(
                        f"{place}: hosts",
                        f"no certificate covers {host!r}.",
                        "Add it to domains, or give certificates.",
                    )
        names = [t.name for t in self._targets() if isinstance(t, CloudRunBackend)]
        for name in {name for name in names if names.count(name) > 1}:
            yield Problem(place, f"two backends are named {name!r}.", "Rename one of them.")
        if not self.http and self.https_proxy is None:
            yield Problem(place, "serves nothing.", "Give domains or certificates, or http=True.")

    def _name(self, part: str) -> str:
        return str(getattr(self.names, part)) or f"{self.name}-{_SUFFIXES[part]}"

    def _part(self, part: str, cls: Callable[..., R], **fields: object) -> R:
        return self._overridden(part, cls(self._name(part), **fields))

    def _overridden(self, part: str, item: R) -> R:
        return overridden(item, self.overrides.get(part, {}))
