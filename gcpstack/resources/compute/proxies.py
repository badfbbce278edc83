"""Target proxies: where a load balancer ends HTTP and TLS."""

from collections.abc import Iterator, Sequence
from typing import ClassVar, Literal

from gcpstack._core.facets import Facet, identity, required, scope, spec
from gcpstack._core.refs import compose
from gcpstack._core.resource import As, Resource, Scope, resource
from gcpstack.resources import _checks as checks
from gcpstack.resources import _encode as encode
from gcpstack.resources import kinds
from gcpstack.resources._base import Declaration
from gcpstack.resources._checks import RFC1035, Finding, NameRule
from gcpstack.resources._types import (
    CertificateMapRef,
    CertificateRef,
    Seconds,
    SslPolicyRef,
    Text,
    UrlMapRef,
)

_FIXED = Facet.IMMUTABLE
_MOST_CERTIFICATES = 15
_MAP_PATH = r"(//[^/]+/)?projects/[^/]+/locations/global/certificateMaps/[^/]+"


def _keep_alive(value: object) -> Iterator[Finding]:
    """https://cloud.google.com/load-balancing/docs/https#timeout-keepalive-client."""
    if value is not None:
        yield from checks.duration("http_keep_alive_timeout", value, 5, 1200)


def _map(value: object) -> object:
    """Name a certificate map by its full name, as proxies do."""
    api = "//certificatemanager.googleapis.com/"
    if isinstance(value, Resource):
        return compose(f"{api}{{it}}", it=As(value, "path"))
    return f"{api}{value}" if isinstance(value, str) and value.startswith("projects/") else value


@resource(kinds.TARGET_HTTP_PROXY)
class TargetHttpProxy(Declaration):
    """Where a load balancer takes plain HTTP.

    https://cloud.google.com/load-balancing/docs/target-proxies

    Attributes:
        name: its name.
        url_map: where requests go.
        project: its project; the stack's if not given.
        description: a note.
        http_keep_alive_timeout: how long an idle connection is kept, 5 to 1200 s; 610 s is
            Google's default.
        proxy_bind: for Traffic Director only.
    """

    NAMES: ClassVar[NameRule | None] = RFC1035

    name: str = identity(kw_only=False)
    project: str | None = scope()
    url_map: UrlMapRef = required(like="link")
    description: Text | None = spec(_FIXED)
    http_keep_alive_timeout: Seconds | None = spec(
        _FIXED, wire="httpKeepAliveTimeoutSec", encode=encode.whole_seconds
    )
    proxy_bind: bool | None = spec(_FIXED)

    def findings(self, scope: Scope) -> Iterator[Finding]:
        """Check the time."""
        yield from _keep_alive(self.http_keep_alive_timeout)


@resource(kinds.TARGET_HTTPS_PROXY)
class TargetHttpsProxy(Declaration):
    """Where a load balancer takes HTTPS.

    https://cloud.google.com/load-balancing/docs/target-proxies

    Attributes:
        name: its name.
        url_map: where requests go.
        project: its project; the stack's if not given.
        description: a note.
        ssl_certificates: 1 to 15 certificates; the first is the default one.
        certificate_map: a `CertificateMap` instead, or its path.
        ssl_policy: which TLS versions and ciphers.
        quic_override: whether HTTP/3 is offered: NONE leaves it to Google.
        tls_early_data: whether 0-RTT data is taken.
        server_tls_policy: whether clients must show certificates.
        http_keep_alive_timeout: how long an idle connection is kept, 5 to 1200 s; 610 s is
            Google's default.
        proxy_bind: for Traffic Director only.
    """

    NAMES: ClassVar[NameRule | None] = RFC1035

    name: str = identity(kw_only=False)
    project: str | None = scope()
    url_map: UrlMapRef = required(like="link")
    description: Text | None = spec(_FIXED)
    ssl_certificates: Sequence[CertificateRef] | None = spec(like="link")
    certificate_map: CertificateMapRef | None = spec(like="link", encode=_map)
    ssl_policy: SslPolicyRef | None = spec(like="link")
    quic_override: Literal["NONE", "ENABLE", "DISABLE"] | None = spec()
    tls_early_data: Literal["STRICT", "PERMISSIVE", "UNRESTRICTED", "DISABLED"] | None = spec(
        _FIXED
    )
    server_tls_policy: Text | None = spec(like="link")
    http_keep_alive_timeout: Seconds | None = spec(
        _FIXED, wire="httpKeepAliveTimeoutSec", encode=encode.whole_seconds
    )
    proxy_bind: bool | None = spec(_FIXED)

    def findings(self, scope: Scope) -> Iterator[Finding]:
        """Check that there are certificates, from one place, and not too many.

        https://cloud.google.com/load-balancing/docs/quotas#ssl_certificates
        """
        yield from _keep_alive(self.http_keep_alive_timeout)
        yield from checks.exactly_one(self, "ssl_certificates", "certificate_map")
        yield from checks.pattern(
            "certificate_map", self.certificate_map, _MAP_PATH, "the path of a certificate map"
        )
        if self.ssl_certificates is not None:
            if not self.ssl_certificates:
                yield Finding("ssl_certificates", "is empty", "Name at least one.")
            yield from checks.longest(
                "ssl_certificates", self.ssl_certificates, _MOST_CERTIFICATES, "certificates"
            )
            yield from checks.distinct("ssl_certificates", self.ssl_certificates)
