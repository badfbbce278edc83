"""The smaller parts of a Cloud Run service: traffic, ways into networks, builds from source."""

from collections.abc import Iterator, Sequence
from typing import Literal

from gcpstack._core.facets import Facet, block, spec
from gcpstack.resources import _checks as checks
from gcpstack.resources._base import Part
from gcpstack.resources._checks import Finding
from gcpstack.resources._types import Labels, NetworkRef, ServiceAccountRef, SubnetworkRef, Text

_TRAFFIC = "TRAFFIC_TARGET_ALLOCATION_TYPE_"
_WHOLE = 100
#: What goes into the network, and the generation of the machine, in Google's words.
EGRESS = {"all-traffic": "ALL_TRAFFIC", "private-ranges-only": "PRIVATE_RANGES_ONLY"}
GENERATION = {"gen1": "EXECUTION_ENVIRONMENT_GEN1", "gen2": "EXECUTION_ENVIRONMENT_GEN2"}
_TAG = r"[a-z]([-a-z0-9]{0,45}[a-z0-9])?"


@block
class TrafficTarget(Part):
    """A share of the traffic.

    https://cloud.google.com/run/docs/rollouts-rollbacks-traffic-migration

    Attributes:
        percent: the share; all shares make 100.
        revision: the revision that gets it; the newest that is ready if not given.
        tag: a name for a URL of its own.
        type: follows from whether a revision is given.
    """

    percent: int | None = spec()
    revision: Text | None = spec(like="last")
    tag: str | None = spec()
    type: Literal["LATEST", "REVISION"] | None = spec(encode=lambda value: _TRAFFIC + value)

    def findings(self) -> Iterator[Finding]:
        """Check the share and the tag."""
        yield from checks.within("percent", self.percent, 0, _WHOLE, "percent")
        yield from checks.pattern("tag", self.tag, _TAG, "a tag: lower-case letters, digits, '-'")
        if self.type == "LATEST" and self.revision is not None:
            yield Finding("revision", "does not go with type='LATEST'")


@block
class NetworkInterface(Part):
    """A direct way into a VPC network.

    https://cloud.google.com/run/docs/configuring/vpc-direct-vpc

    Attributes:
        network: the network,
        subnetwork: or the subnetwork, in the region of the service.
        tags: network tags for firewall rules.
    """

    network: NetworkRef | None = spec(like="last", link="near")
    subnetwork: SubnetworkRef | None = spec(like="last", link="near")
    tags: Sequence[str] | None = spec(Facet.UNORDERED)

    def findings(self) -> Iterator[Finding]:
        """Check that it leads somewhere."""
        if self.network is None and self.subnetwork is None:
            yield Finding("", "one of network, subnetwork is needed")


@block
class RunBuildConfig(Part):
    """How Google builds the image from source.

    Attributes:
        source_location: the source in Cloud Storage.
        function_target: the function to call, for functions.
        image_uri: where the image goes.
        base_image: the base image.
        enable_automatic_updates: whether it is kept up to date.
        worker_pool: the Cloud Build pool.
        environment_variables: the environment of the build.
        service_account: who builds.
    """

    source_location: Text | None = spec()
    function_target: Text | None = spec()
    image_uri: Text | None = spec()
    base_image: Text | None = spec()
    enable_automatic_updates: bool | None = spec()
    worker_pool: Text | None = spec()
    environment_variables: Labels | None = spec()
    service_account: ServiceAccountRef | None = spec(like="last", link="email")
