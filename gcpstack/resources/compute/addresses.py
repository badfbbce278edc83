"""Global addresses."""

from collections.abc import Iterator
from typing import ClassVar, Literal

from gcpstack._core.facets import Facet, identity, scope, spec
from gcpstack._core.resource import Scope, resource
from gcpstack.resources import _checks as checks
from gcpstack.resources import kinds
from gcpstack.resources._base import Declaration
from gcpstack.resources._checks import RFC1035, Finding, NameRule
from gcpstack.resources._types import Labels, NetworkRef, Text

_FIXED = Facet.IMMUTABLE


@resource(kinds.GLOBAL_ADDRESS)
class GlobalAddress(Declaration):
    """A static anycast IP address, for global load balancers.

    https://cloud.google.com/compute/docs/reference/rest/v1/globalAddresses. Nothing but the labels
    can change in place: another description gives another address.

    Outputs: ``address`` (the IP), ``self_link``, ``status``, ``id``.

    Attributes:
        name: its name.
        project: its project; the stack's if not given.
        description: a note.
        address: a certain IP to reserve; Google chooses one if not given.
        ip_version: IPV4 (Google's default) or IPV6.
        address_type: EXTERNAL (Google's default) or INTERNAL.
        purpose: what an internal address is for.
        prefix_length: the size of an internal range, in bits.
        network: the network of an internal address or range.
        labels: labels.
    """

    NAMES: ClassVar[NameRule | None] = RFC1035

    name: str = identity(kw_only=False)
    project: str | None = scope()
    description: Text | None = spec(_FIXED)
    address: Text | None = spec(_FIXED)
    ip_version: Literal["IPV4", "IPV6"] | None = spec(_FIXED, like="or_ipv4")
    address_type: Literal["EXTERNAL", "INTERNAL"] | None = spec(_FIXED, like="or_external")
    purpose: Literal["VPC_PEERING", "PRIVATE_SERVICE_CONNECT"] | None = spec(_FIXED)
    prefix_length: int | None = spec(_FIXED)
    network: NetworkRef | None = spec(_FIXED, like="link")
    labels: Labels | None = spec()

    def findings(self, scope: Scope) -> Iterator[Finding]:  # noqa: ARG002 # the hook's form
        """Check the IP and what belongs to internal ranges only."""
        yield from checks.ip("address", self.address)
        if self.prefix_length is not None:
            yield from checks.within("prefix_length", self.prefix_length, 8, 96, "bits")
        if self.address_type != "INTERNAL":
            for field in ("purpose", "prefix_length", "network"):
                if getattr(self, field) is not None:
                    yield Finding(
                        field,
                        "is for internal addresses only",
                        "Add address_type='INTERNAL', or leave it out.",
                    )
