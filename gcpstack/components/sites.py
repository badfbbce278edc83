"""A static site: its files, where they are kept, and what a load balancer serves them with."""

import functools
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from gcpstack._core.component import Component, Item
from gcpstack._core.facets import Block
from gcpstack._core.refs import PROJECT, compose
from gcpstack._core.resource import Resource, Scope
from gcpstack.components._parts import Overrides, overridden, override_problems
from gcpstack.components.files import BucketFolder
from gcpstack.exceptions import Problem
from gcpstack.resources._types import Seconds, Text
from gcpstack.resources.buckets import Bucket
from gcpstack.resources.compute.backend_buckets import BackendBucket
from gcpstack.resources.compute.cdn import BucketCdnPolicy
from gcpstack.resources.grants import BucketIamMember

#: Two years, as browsers' lists of preloaded hosts want it (https://hstspreload.org).
_HSTS = "max-age=63072000; includeSubDomains; preload"
#: Only what the site itself serves runs, and nobody frames it.
CSP = "default-src 'self'; object-src 'none'; base-uri 'self'; frame-ancestors 'none'"

_PARTS: Mapping[str, type[Resource | Block]] = {
    "bucket": Bucket,
    "backend": BackendBucket,
    "cdn_policy": BucketCdnPolicy,
}


@dataclass(frozen=True, eq=False)
class StaticSite(Component):
    """A static site: a folder of public files, behind Cloud CDN.

    https://cloud.google.com/cdn/docs/setting-up-cdn-with-bucket. The files go into a bucket, and a
    backend bucket serves them from caches near the user, compressed, with security headers: a content
    security policy, HSTS, and no content sniffing.

    Give it to a `LoadBalancer`: ``default=site.backend``.

    Attributes:
        name: what its parts are named after: the backend bucket ``{name}-site``.
        folder: the folder on this machine.
        bucket_name: the bucket's name; the project's and ``-{name}-site`` if not given.
        location: where the files are kept.
        csp: the Content-Security-Policy; only the site's own files if not given.
        headers: further headers of every answer, or others instead of the usual ones.
        main_page: the page of folders.
        not_found_page: the page of errors.
        max_age: how long a browser may cache files for which nothing else is set.
        cache_control: how long files may be cached, by pattern, as `BucketFolder` takes it.
        allow_delete: consents that the bucket may be deleted, since the files are in the folder.
        overrides: further fields of the parts, by part: ``{"bucket": {"versioning": True}}``.
        project: the project; the stack's if not given.
    """

    name: str
    folder: str | os.PathLike[str] = field(kw_only=True)
    bucket_name: Text | None = field(default=None, kw_only=True)
    location: str = field(default="US", kw_only=True)
    csp: str = field(default=CSP, kw_only=True)
    headers: Mapping[str, str] = field(default_factory=dict, kw_only=True)
    main_page: str = field(default="index.html", kw_only=True)
    not_found_page: str | None = field(default=None, kw_only=True)
    max_age: Seconds = field(default="1h", kw_only=True)
    cache_control: Mapping[str, str] = field(default_factory=dict, kw_only=True)
    allow_delete: bool = field(default=False, kw_only=True)
    overrides: Overrides = field(default_factory=dict, kw_only=True)
    project: str | None = field(default=None, kw_only=True)

    @functools.cached_property
    def bucket(self) -> Bucket:
        """The bucket of its files."""
        named = self.bucket_name or compose(
            f"{{project}}-{self.name}-site", project=self.project or PROJECT
        )
        made = Bucket(
            named,
            project=self.project,
            location=self.location,
            uniform_access=True,
            website_main_page=self.main_page,
            website_not_found_page=self.not_found_page,
            allow_delete=self.allow_delete,
        )
        return overridden(made, self.overrides.get("bucket", {}))

    @functools.cached_property
    def files(self) -> BucketFolder:
        """Its files."""
        return BucketFolder(
            self.folder, bucket=self.bucket, cache_control=self.cache_control, project=self.project
        )

    @functools.cached_property
    def readers(self) -> BucketIamMember:
        """The grant that makes them public: caches are filled without an identity."""
        return BucketIamMember(
            self.bucket, role="roles/storage.objectViewer", member="allUsers", project=self.project
        )

    @property
    def response_headers(self) -> tuple[str, ...]:
        """The headers of every answer."""
        usual = {
            "Content-Security-Policy": self.csp,
            "Strict-Transport-Security": _HSTS,
            "X-Content-Type-Options": "nosniff",
            "Referrer-Policy": "strict-origin-when-cross-origin",
        }
        given = {name.lower(): (name, value) for name, value in {**usual, **self.headers}.items()}
        return tuple(f"{name}: {value}" for name, value in given.values() if value)

    @functools.cached_property
    def backend(self) -> BackendBucket:
        """What a load balancer serves: ``{name}-site``."""
        policy = BucketCdnPolicy(
            cache_mode="CACHE_ALL_STATIC",
            default_ttl=self.max_age,
            client_ttl=self.max_age,
            serve_while_stale="1d",
            negative_caching=True,
        )
        made = BackendBucket(
            f"{self.name}-site",
            bucket_name=self.bucket,
            project=self.project,
            enable_cdn=True,
            cdn_policy=overridden(policy, self.overrides.get("cdn_policy", {})),
            compression_mode="AUTOMATIC",
            custom_response_headers=self.response_headers,
        )
        return overridden(made, self.overrides.get("backend", {}))

    def expand(self, scope: Scope) -> Iterator[Item]:
        """List the parts, each after what it needs."""
        yield self.bucket
        yield self.readers
        yield self.files
        yield self.backend

    def problems(self, scope: Scope) -> Iterator[Problem]:
        """Check what no part can check by itself."""
        place = f"StaticSite/{self.name}"
        yield from override_problems(place, self.overrides, _PARTS)
        for page, name in (("main_page", self.main_page), ("not_found_page", self.not_found_page)):
            if self.files.files and name and name not in self.files.files:
                yield Problem(f"{place}: {page}", f"{name!r} is not in the folder.")
        # https://cloud.google.com/load-balancing/docs/custom-headers
        for name, value in self.headers.items():
            if not name.replace("-", "").isalnum() or "\n" in value:
                yield Problem(
                    f"{place}: headers[{name!r}]", "is not a header.", "Write 'Name': 'value'."
                )
