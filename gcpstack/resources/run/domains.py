"""Domains of one's own for Cloud Run services, without a load balancer."""

from collections.abc import Iterator
from typing import Literal, Self

from gcpstack._core.facets import Facet, identity, required, scope, spec
from gcpstack._core.resource import Scope, resource
from gcpstack.resources import _checks as checks
from gcpstack.resources import _kinds_data as kinds
from gcpstack.resources._base import Declaration
from gcpstack.resources._checks import Finding
from gcpstack.resources._types import Labels, RunServiceRef
from gcpstack.resources.grants import beside

_FIXED = Facet.IMMUTABLE
_REGIONS = frozenset(
    {
        "asia-east1",
        "asia-northeast1",
        "asia-southeast1",
        "europe-north1",
        "europe-west1",
        "europe-west4",
        "us-central1",
        "us-east1",
        "us-east4",
        "us-west1",
    }
)


@resource(kinds.RUN_DOMAIN_MAPPING)
class CloudRunDomainMapping(Declaration):
    """A domain that leads to a Cloud Run service, with a certificate of Google's.

    https://cloud.google.com/run/docs/mapping-custom-domains. The domain must be verified for whoever
    makes the mapping, and its records must be created: they are the output ``resource_records``. A
    load balancer can do the same in every region.

    Outputs: ``resource_records``, ``conditions``, ``mapped_service``.

    Attributes:
        name: the domain, such as ``www.example.com``.
        service: the service. Can't change.
        project: its project; the stack's if not given.
        location: its region; that of the declared service, or the stack's, if not given.
        certificate_mode: AUTOMATIC (Google's default), or NONE for no certificate. Can't change.
        force_override: whether the domain is taken from another mapping. Can't change.
        labels: labels. Can't change.
        annotations: further metadata. Can't change.
    """

    name: str = identity(kw_only=False)
    service: RunServiceRef = required(_FIXED, wire="spec.routeName", link="name", like="last")
    project: str | None = scope()
    location: str | None = scope()
    certificate_mode: Literal["AUTOMATIC", "NONE"] | None = spec(
        _FIXED, wire="spec.certificateMode"
    )
    force_override: bool | None = spec(_FIXED, wire="spec.forceOverride")
    labels: Labels | None = spec(_FIXED, wire="metadata.labels")
    annotations: Labels | None = spec(_FIXED, wire="metadata.annotations")

    def located(self, scope: Scope) -> Self:
        """Stand where the service stands."""
        return beside(self, self.service, "location", scope)

    def findings(self, scope: Scope) -> Iterator[Finding]:
        """Check the domain, the region and the service.

        https://cloud.google.com/run/docs/mapping-custom-domains#limitations
        """
        yield from checks.host("name", self.name)
        yield from checks.name("service", self.service, checks.RUN_SERVICE)
        here = self.located(scope).location
        if here in checks.REGIONS and here not in _REGIONS:
            yield Finding(
                "location",
                f"domain mappings are not offered in {here}",
                "Use a LoadBalancer, or one of " + ", ".join(sorted(_REGIONS)) + ".",
            )
