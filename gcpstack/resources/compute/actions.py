"""What a URL map does with a request: send it on, rewrite it, redirect it."""

from collections.abc import Iterator, Sequence
from typing import Literal

from gcpstack._core.facets import Facet, block, required, spec
from gcpstack.resources import _checks as checks
from gcpstack.resources import _encode as encode
from gcpstack.resources._base import Part
from gcpstack.resources._checks import Finding
from gcpstack.resources._types import BackendRef, Seconds, Text

_LONGEST_REDIRECT = 1024


@block
class Header(Part):
    """A header to add.

    Attributes:
        header_name: its name.
        header_value: its value.
        replace: whether it replaces one that is there; else it is added beside it.
    """

    header_name: str = required()
    header_value: Text = required()
    replace: bool | None = spec()


@block
class HeaderAction(Part):
    """Headers to add and remove.

    https://cloud.google.com/load-balancing/docs/https/custom-headers-global

    Attributes:
        request_headers_to_add: added to requests.
        request_headers_to_remove: removed from requests.
        response_headers_to_add: added to answers.
        response_headers_to_remove: removed from answers.
    """

    request_headers_to_add: Sequence[Header] | None = spec()
    request_headers_to_remove: Sequence[str] | None = spec()
    response_headers_to_add: Sequence[Header] | None = spec()
    response_headers_to_remove: Sequence[str] | None = spec()


@block
class UrlRedirect(Part):
    """An answer that sends the client elsewhere.

    https://cloud.google.com/load-balancing/docs/https/setting-up-global-http-https-redirect

    Attributes:
        https_redirect: whether to the same URL with https.
        host_redirect: the host to go to.
        path_redirect: the path to go to.
        prefix_redirect: what replaces the matched prefix of the path.
        redirect_response_code: MOVED_PERMANENTLY_DEFAULT (301, Google's default), FOUND (302),
            SEE_OTHER (303), TEMPORARY_REDIRECT (307) or PERMANENT_REDIRECT (308).
        strip_query: whether the query is dropped; always sent, since Google insists on it.
    """

    https_redirect: bool | None = spec()
    host_redirect: Text | None = spec()
    path_redirect: Text | None = spec()
    prefix_redirect: Text | None = spec()
    redirect_response_code: (
        Literal[
            "MOVED_PERMANENTLY_DEFAULT",
            "FOUND",
            "SEE_OTHER",
            "TEMPORARY_REDIRECT",
            "PERMANENT_REDIRECT",
        ]
        | None
    ) = spec()
    strip_query: bool = spec(default=False)

    def findings(self) -> Iterator[Finding]:
        """Check the host, the paths, and that it goes anywhere at all."""
        yield from checks.at_most_one(self, "path_redirect", "prefix_redirect")
        yield from checks.host("host_redirect", self.host_redirect)
        for field in ("path_redirect", "prefix_redirect"):
            yield from checks.pattern(
                field, getattr(self, field), r"/.*", "a path: it starts with '/'"
            )
            yield from checks.longest(field, getattr(self, field) or "", _LONGEST_REDIRECT)
        goals = (self.host_redirect, self.path_redirect, self.prefix_redirect)
        if not self.https_redirect and not any(goals):
            yield Finding("", "redirects nowhere", "Give https_redirect, a host or a path.")


@block
class UrlRewrite(Part):
    """Changes a request before it is sent on.

    Attributes:
        host_rewrite: the new host.
        path_prefix_rewrite: what replaces the matched prefix of the path.
        path_template_rewrite: a new path made of the parts of a path template.
    """

    host_rewrite: Text | None = spec()
    path_prefix_rewrite: Text | None = spec()
    path_template_rewrite: Text | None = spec()

    def findings(self) -> Iterator[Finding]:
        """Two rewrites of the path exclude each other.

        https://cloud.google.com/compute/docs/reference/rest/v1/urlMaps
        """
        yield from checks.at_most_one(self, "path_prefix_rewrite", "path_template_rewrite")
        yield from checks.host("host_rewrite", self.host_rewrite)


@block
class WeightedBackendService(Part):
    """A share of the traffic.

    Attributes:
        backend_service: where it goes.
        weight: its weight among its siblings, 0 to 1000.
        header_action: headers changed for it.
    """

    backend_service: BackendRef = required(like="link")
    weight: int | None = spec()
    header_action: HeaderAction | None = spec()

    def findings(self) -> Iterator[Finding]:
        """https://cloud.google.com/compute/docs/reference/rest/v1/urlMaps."""
        yield from checks.within("weight", self.weight, 0, 1000)


@block
class RetryPolicy(Part):
    """When a request is sent again.

    Attributes:
        retry_conditions: which failures, such as ``5xx`` and ``gateway-error``.
        num_retries: how often, at least 1.
        per_try_timeout: how long one try may take.
    """

    retry_conditions: Sequence[str] | None = spec()
    num_retries: int | None = spec()
    per_try_timeout: Seconds | None = spec(encode=encode.span)

    def findings(self) -> Iterator[Finding]:
        """One retry at least.

        https://cloud.google.com/compute/docs/reference/rest/v1/urlMaps
        """
        yield from checks.within("num_retries", self.num_retries, 1, 2_147_483_647)


@block
class RequestMirrorPolicy(Part):
    """Sends a copy of each request to another service and forgets the answer.

    Attributes:
        backend_service: where the copies go.
        mirror_percent: the share of requests, in percent.
    """

    backend_service: BackendRef = required(like="link")
    mirror_percent: float | None = spec()

    def findings(self) -> Iterator[Finding]:
        """A share in percent.

        https://cloud.google.com/compute/docs/reference/rest/v1/urlMaps
        """
        yield from checks.within("mirror_percent", self.mirror_percent, 0, 100, "percent")


@block
class CorsPolicy(Part):
    """Which pages of other origins may read answers.

    Attributes:
        allow_origins: these origins.
        allow_origin_regexes: origins that match.
        allow_methods: these methods.
        allow_headers: these request headers.
        expose_headers: these headers of the answer.
        max_age: how long a browser remembers it, in seconds.
        allow_credentials: whether cookies go along.
        disabled: whether all this is off.
    """

    allow_origins: Sequence[str] | None = spec()
    allow_origin_regexes: Sequence[str] | None = spec()
    allow_methods: Sequence[str] | None = spec()
    allow_headers: Sequence[str] | None = spec()
    expose_headers: Sequence[str] | None = spec()
    max_age: Seconds | None = spec(encode=encode.whole_seconds)
    allow_credentials: bool | None = spec()
    disabled: bool | None = spec()


@block
class FaultInjection(Part):
    """Fails or delays a share of the requests on purpose.

    Attributes:
        abort_status: the HTTP status of requests that fail, 200 to 599.
        abort_percentage: their share, in percent.
        delay: how long others are held back.
        delay_percentage: their share, in percent.
    """

    abort_status: int | None = spec(wire="abort.httpStatus")
    abort_percentage: float | None = spec(wire="abort.percentage")
    delay: Seconds | None = spec(wire="delay.fixedDelay", encode=encode.span)
    delay_percentage: float | None = spec(wire="delay.percentage")

    def findings(self) -> Iterator[Finding]:
        """A status and shares in percent.

        https://cloud.google.com/compute/docs/reference/rest/v1/urlMaps
        """
        yield from checks.within("abort_status", self.abort_status, 200, 599)
        for field in ("abort_percentage", "delay_percentage"):
            yield from checks.within(field, getattr(self, field), 0, 100, "percent")


@block
class RouteNegativeCaching(Part):
    """How long an error or redirect is cached on a route.

    Attributes:
        code: the HTTP status.
        ttl: how long.
    """

    code: int = required()
    ttl: Seconds | None = spec(encode=encode.span)


@block
class RouteCacheKeyPolicy(Part):
    """What tells two cached answers of a route apart.

    Attributes:
        include_host: the host.
        include_protocol: http or https.
        include_query_string: the query string.
        included_query_parameters: only these query parameters.
        excluded_query_parameters: all query parameters but these.
        included_header_names: these request headers.
        included_cookie_names: these cookies.
    """

    include_host: bool | None = spec()
    include_protocol: bool | None = spec()
    include_query_string: bool | None = spec()
    included_query_parameters: Sequence[str] | None = spec(Facet.UNORDERED)
    excluded_query_parameters: Sequence[str] | None = spec(Facet.UNORDERED)
    included_header_names: Sequence[str] | None = spec(Facet.UNORDERED)
    included_cookie_names: Sequence[str] | None = spec(Facet.UNORDERED)

    def findings(self) -> Iterator[Finding]:
        """The two lists of query parameters exclude each other.

        https://cloud.google.com/compute/docs/reference/rest/v1/urlMaps
        """
        yield from checks.at_most_one(
            self, "included_query_parameters", "excluded_query_parameters"
        )


@block
class RouteCachePolicy(Part):
    """How answers of a route are cached; see `CdnPolicy`.

    Attributes:
        cache_mode: which answers.
        default_ttl: for answers that don't say how long.
        max_ttl: at most.
        client_ttl: at most in clients.
        serve_while_stale: how long an outdated answer is given.
        request_coalescing: whether equal requests at one time become one.
        negative_caching: whether errors and redirects are cached.
        negative_caching_policy: for how long, by status.
        cache_bypass_request_header_names: headers that bypass the cache.
        cache_key_policy: what tells two answers apart.
    """

    cache_mode: (
        Literal["USE_ORIGIN_HEADERS", "FORCE_CACHE_ALL", "CACHE_ALL_STATIC", "BYPASS_CACHE"] | None
    ) = spec()
    default_ttl: Seconds | None = spec(encode=encode.span)
    max_ttl: Seconds | None = spec(encode=encode.span)
    client_ttl: Seconds | None = spec(encode=encode.span)
    serve_while_stale: Seconds | None = spec(encode=encode.span)
    request_coalescing: bool | None = spec()
    negative_caching: bool | None = spec()
    negative_caching_policy: Sequence[RouteNegativeCaching] | None = spec(
        Facet.UNORDERED, key="code"
    )
    cache_bypass_request_header_names: Sequence[str] | None = spec(Facet.UNORDERED)
    cache_key_policy: RouteCacheKeyPolicy | None = spec()


@block
class RouteAction(Part):
    """What is done with a request beyond choosing one service.

    https://cloud.google.com/load-balancing/docs/https/traffic-management-global

    Attributes:
        weighted_backend_services: services that share the traffic.
        url_rewrite: changes the request.
        timeout: how long the answer may take, retries included.
        max_stream_duration: how long a stream may last.
        retry_policy: when it is sent again.
        request_mirror_policy: where a copy goes.
        cors_policy: which other origins may read answers.
        fault_injection_policy: fails or delays some on purpose.
        cache_policy: how answers are cached.
    """

    weighted_backend_services: Sequence[WeightedBackendService] | None = spec(
        Facet.UNORDERED, key="backendService"
    )
    url_rewrite: UrlRewrite | None = spec()
    timeout: Seconds | None = spec(encode=encode.span)
    max_stream_duration: Seconds | None = spec(encode=encode.span)
    retry_policy: RetryPolicy | None = spec()
    request_mirror_policy: RequestMirrorPolicy | None = spec()
    cors_policy: CorsPolicy | None = spec()
    fault_injection_policy: FaultInjection | None = spec()
    cache_policy: RouteCachePolicy | None = spec()
