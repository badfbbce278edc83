"""Backend buckets: static files behind a load balancer."""

from collections.abc import Iterator, Sequence
from typing import ClassVar, Literal

from gcpstack._core.facets import Facet, identity, required, scope, spec
from gcpstack._core.resource import Scope, resource
from gcpstack.resources import _checks as checks
from gcpstack.resources import kinds
from gcpstack.resources._base import Declaration
from gcpstack.resources._checks import BUCKET, RFC1035, Finding, NameRule
from gcpstack.resources._types import BucketRef, SecurityPolicyRef, Text
from gcpstack.resources.compute._headers import headers
from gcpstack.resources.compute.cdn import BucketCdnPolicy


@resource(kinds.BACKEND_BUCKET)
class BackendBucket(Declaration):
    """A bucket that a load balancer serves.

    https://cloud.google.com/compute/docs/reference/rest/v1/backendBuckets

    Attributes:
        name: its name.
        bucket_name: the bucket: its declaration or its name.
        project: its project; the stack's if not given.
        description: a note.
        enable_cdn: whether answers are cached.
        cdn_policy: how.
        compression_mode: whether answers are compressed.
        custom_response_headers: headers added to answers, as ``Name: value``, such as a
            Content-Security-Policy.
        edge_security_policy: the Cloud Armor policy in front of the cache.
        load_balancing_scheme: INTERNAL_MANAGED for internal load balancers.
    """

    NAMES: ClassVar[NameRule | None] = RFC1035

    name: str = identity(kw_only=False)
    project: str | None = scope()
    bucket_name: BucketRef = required(link="name")
    description: Text | None = spec()
    enable_cdn: bool | None = spec()
    cdn_policy: BucketCdnPolicy | None = spec()
    compression_mode: Literal["AUTOMATIC", "DISABLED"] | None = spec()
    custom_response_headers: Sequence[Text] | None = spec(Facet.UNORDERED)
    edge_security_policy: SecurityPolicyRef | None = spec(like="link")
    load_balancing_scheme: Literal["INTERNAL_MANAGED"] | None = spec()

    def findings(self, scope: Scope) -> Iterator[Finding]:
        """Check the bucket's name, the headers, and that caching is on where it is described.

        https://cloud.google.com/load-balancing/docs/backend-service#backend_buckets
        """
        yield from checks.name("bucket_name", self.bucket_name, BUCKET)
        yield from headers("custom_response_headers", self.custom_response_headers)
        if self.load_balancing_scheme is not None and self.enable_cdn:
            yield Finding("enable_cdn", "is for external load balancers alone")
        if self.cdn_policy is not None and self.enable_cdn is not True:
            yield Finding("cdn_policy", "has no effect without enable_cdn=True")
