"""Cloud CDN: how answers are cached. For backend services and backend buckets alike."""

from collections.abc import Iterator, Sequence
from typing import Literal

from gcpstack._core.facets import Facet, block, required, spec
from gcpstack.resources import _checks as checks
from gcpstack.resources import _encode as encode
from gcpstack.resources._base import Part
from gcpstack.resources._checks import Finding
from gcpstack.resources._types import Seconds

_YEAR = 31_622_400
_WEEK = 604_800
_HALF_HOUR = 1_800


@block
class CacheKeyPolicy(Part):
    """What tells two cached answers apart.

    https://cloud.google.com/cdn/docs/caching#cache-keys

    Attributes:
        include_host: the host.
        include_protocol: http or https.
        include_query_string: the query string.
        query_string_whitelist: only these query parameters.
        query_string_blacklist: all query parameters but these.
        include_http_headers: these request headers.
        include_named_cookies: these cookies.
    """

    include_host: bool | None = spec()
    include_protocol: bool | None = spec()
    include_query_string: bool | None = spec()
    query_string_whitelist: Sequence[str] | None = spec(Facet.UNORDERED)
    query_string_blacklist: Sequence[str] | None = spec(Facet.UNORDERED)
    include_http_headers: Sequence[str] | None = spec(Facet.UNORDERED)
    include_named_cookies: Sequence[str] | None = spec(Facet.UNORDERED)

    def findings(self) -> Iterator[Finding]:
        """The two lists of query parameters exclude each other."""
        yield from checks.at_most_one(self, "query_string_whitelist", "query_string_blacklist")


@block
class BucketCacheKeyPolicy(Part):
    """What tells two cached answers of a backend bucket apart.

    Attributes:
        query_string_whitelist: these query parameters.
        include_http_headers: these request headers.
    """

    query_string_whitelist: Sequence[str] | None = spec(Facet.UNORDERED)
    include_http_headers: Sequence[str] | None = spec(Facet.UNORDERED)


@block
class NegativeCaching(Part):
    """How long an error or redirect is cached.

    Attributes:
        code: the HTTP status: 300, 301, 302, 307, 308, 404, 405, 410, 421, 451 or 501.
        ttl: how long, up to 1800 s.
    """

    code: int = required()
    ttl: Seconds | None = spec(encode=encode.whole_seconds)

    def findings(self) -> Iterator[Finding]:
        """Check the status (https://cloud.google.com/cdn/docs/using-negative-caching)."""
        allowed = (300, 301, 302, 307, 308, 404, 405, 410, 421, 451, 501)
        if self.code not in allowed:
            yield Finding("code", f"{self.code} is not one of {', '.join(map(str, allowed))}")
        yield from checks.duration("ttl", self.ttl, 0, _HALF_HOUR)


@block
class BypassCacheHeader(Part):
    """A request header that makes a request bypass the cache.

    Attributes:
        header_name: the header.
    """

    header_name: str = required()


@block
class CachePolicy(Part):
    """How answers are cached.

    https://cloud.google.com/cdn/docs/caching. Times are in seconds.

    Attributes:
        cache_mode: CACHE_ALL_STATIC (Google's default), USE_ORIGIN_HEADERS or FORCE_CACHE_ALL.
        default_ttl: for answers that don't say how long, up to a year and to max_ttl.
        max_ttl: at most, up to a year; for CACHE_ALL_STATIC only.
        client_ttl: at most in clients, up to a year.
        negative_caching: whether errors and redirects are cached.
        negative_caching_policy: for how long, by status; one for each status.
        serve_while_stale: how long an outdated answer is given while a new one is fetched, up to
            a week.
        request_coalescing: whether equal requests at one time become one.
        bypass_cache_on_request_headers: headers that bypass the cache; 5 at most.
        signed_url_cache_max_age_sec: how long answers to signed URLs count as fresh.
    """

    cache_mode: Literal["CACHE_ALL_STATIC", "FORCE_CACHE_ALL", "USE_ORIGIN_HEADERS"] | None = spec()
    default_ttl: Seconds | None = spec(encode=encode.whole_seconds)
    max_ttl: Seconds | None = spec(encode=encode.whole_seconds)
    client_ttl: Seconds | None = spec(encode=encode.whole_seconds)
    negative_caching: bool | None = spec()
    negative_caching_policy: Sequence[NegativeCaching] | None = spec(Facet.UNORDERED, key="code")
    serve_while_stale: Seconds | None = spec(encode=encode.whole_seconds)
    request_coalescing: bool | None = spec()
    bypass_cache_on_request_headers: Sequence[BypassCacheHeader] | None = spec(
        Facet.UNORDERED, key="headerName"
    )
    signed_url_cache_max_age_sec: int | None = spec(encode=encode.text)

    def findings(self) -> Iterator[Finding]:
        """Check the times, and which of them the cache mode takes."""
        yield from checks.duration("default_ttl", self.default_ttl, 0, _YEAR)
        yield from checks.duration("max_ttl", self.max_ttl, 0, _YEAR)
        yield from checks.duration("client_ttl", self.client_ttl, 0, _YEAR)
        yield from checks.duration("serve_while_stale", self.serve_while_stale, 0, _WEEK)
        yield from checks.longest(
            "bypass_cache_on_request_headers",
            self.bypass_cache_on_request_headers or (),
            5,
            "headers",
        )
        codes = [item.code for item in self.negative_caching_policy or ()]
        yield from checks.distinct("negative_caching_policy", codes)
        if self.cache_mode == "USE_ORIGIN_HEADERS":
            for field in ("default_ttl", "max_ttl", "client_ttl"):
                if getattr(self, field) is not None:
                    yield Finding(field, "does not go with cache_mode='USE_ORIGIN_HEADERS'")
        longest, usual = checks.seconds(self.max_ttl), checks.seconds(self.default_ttl)
        if longest is not None and usual is not None and usual > longest:
            yield Finding("default_ttl", f"{usual:g} s is longer than max_ttl, {longest:g} s")
        if self.cache_mode == "FORCE_CACHE_ALL" and self.max_ttl is not None:
            yield Finding("max_ttl", "does not go with cache_mode='FORCE_CACHE_ALL'")
        if self.negative_caching_policy and not self.negative_caching:
            yield Finding("negative_caching_policy", "needs negative_caching=True")


@block
class CdnPolicy(CachePolicy):
    """How answers of a backend service are cached: see `CachePolicy`.

    Attributes:
        cache_key_policy: what tells two answers apart.
    """

    cache_key_policy: CacheKeyPolicy | None = spec()


@block
class BucketCdnPolicy(CachePolicy):
    """How answers of a backend bucket are cached: see `CachePolicy`.

    Attributes:
        cache_key_policy: what tells two answers apart.
    """

    cache_key_policy: BucketCacheKeyPolicy | None = spec()
