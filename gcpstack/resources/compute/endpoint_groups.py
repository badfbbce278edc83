"""Network endpoint groups of a region: what a load balancer sends to."""

from collections.abc import Iterator
from typing import ClassVar, Literal

from gcpstack._core.facets import Facet, block, identity, scope, spec
from gcpstack._core.resource import Scope, resource
from gcpstack.resources import _checks as checks
from gcpstack.resources import kinds
from gcpstack.resources._base import Declaration, Part
from gcpstack.resources._checks import RFC1035, Finding, NameRule
from gcpstack.resources._types import NetworkRef, RunServiceRef, SubnetworkRef, Text

_FIXED = Facet.IMMUTABLE
_TARGETS = ("cloud_run", "app_engine", "cloud_function")


@block
class NegCloudRun(Part):
    """A Cloud Run service behind the group; or several, told apart by a URL mask.

    Attributes:
        service: the service: its declaration or its name. It need not exist yet.
        tag: the tag of a revision, for traffic to that only.
        url_mask: reads service and tag from the URL, such as ``<tag>.domain.com/<service>``
            (https://cloud.google.com/load-balancing/docs/negs/serverless-neg-concepts#url_masks).
    """

    service: RunServiceRef | None = spec(link="name")
    tag: Text | None = spec()
    url_mask: Text | None = spec()

    def findings(self) -> Iterator[Finding]:
        """A service and a mask exclude each other."""
        yield from checks.exactly_one(self, "service", "url_mask")


@block
class NegAppEngine(Part):
    """An App Engine service behind the group; the default service if nothing is given.

    Attributes:
        service: the service.
        version: its version.
        url_mask: reads service and version from the URL.
    """

    service: Text | None = spec()
    version: Text | None = spec()
    url_mask: Text | None = spec()


@block
class NegCloudFunction(Part):
    """A first-generation Cloud Function behind the group.

    Attributes:
        function: the function.
        url_mask: reads the function from the URL.
    """

    function: Text | None = spec()
    url_mask: Text | None = spec()

    def findings(self) -> Iterator[Finding]:
        """A function and a mask exclude each other.

        https://cloud.google.com/compute/docs/reference/rest/v1/regionNetworkEndpointGroups
        """
        yield from checks.exactly_one(self, "function", "url_mask")


@resource(kinds.REGION_NEG)
class RegionNetworkEndpointGroup(Declaration):
    """A serverless network endpoint group, or another one of a region.

    https://cloud.google.com/compute/docs/reference/rest/v1/regionNetworkEndpointGroups. Nothing of
    it can change in place: a successor takes over without downtime. Its region must be that of the
    Cloud Run service.

    Attributes:
        name: its name.
        project: its project; the stack's if not given.
        region: its region; the stack's if not given.
        description: a note.
        network_endpoint_type: what it holds; SERVERLESS if not given.
        cloud_run: the Cloud Run service behind it.
        app_engine: the App Engine service behind it.
        cloud_function: the Cloud Function behind it.
        psc_target_service: the service attachment or Google API behind a Private Service Connect
            group.
        network: the network of a group that is not serverless.
        subnetwork: the subnetwork of a group that is not serverless.
    """

    NAMES: ClassVar[NameRule | None] = RFC1035

    name: str = identity(kw_only=False)
    project: str | None = scope()
    region: str | None = scope()
    description: Text | None = spec(_FIXED)
    network_endpoint_type: Literal[
        "SERVERLESS",
        "PRIVATE_SERVICE_CONNECT",
        "INTERNET_IP_PORT",
        "INTERNET_FQDN_PORT",
        "GCE_VM_IP_PORTMAP",
    ] = spec(_FIXED, default="SERVERLESS")
    cloud_run: NegCloudRun | None = spec(_FIXED)
    app_engine: NegAppEngine | None = spec(_FIXED)
    cloud_function: NegCloudFunction | None = spec(_FIXED)
    psc_target_service: Text | None = spec(_FIXED, like="link")
    network: NetworkRef | None = spec(_FIXED, like="link")
    subnetwork: SubnetworkRef | None = spec(_FIXED, like="link")

    def findings(self, scope: Scope) -> Iterator[Finding]:
        """Check that a serverless group has one target and nothing of the other types.

        https://cloud.google.com/load-balancing/docs/negs/serverless-neg-concepts
        """
        if self.network_endpoint_type == "SERVERLESS":
            yield from checks.exactly_one(self, *_TARGETS)
            foreign: tuple[str, ...] = (
                "network",
                "subnetwork",
                "psc_target_service",
            )
        else:
            foreign = _TARGETS
        for field in foreign:
            if getattr(self, field) is not None:
                yield Finding(field, f"is not for a group of the type {self.network_endpoint_type}")
