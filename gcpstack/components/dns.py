"""DNS records that somebody has to create."""

from dataclasses import dataclass
from typing import Literal

from gcpstack._core.refs import Composed, compose
from gcpstack._core.resource import Output, Resource
from gcpstack.resources.dns.records import DnsRecordSet


@dataclass(frozen=True)
class DnsRecord:
    """A record that points a domain to a load balancer.

    Attributes:
        name: the domain.
        type: A for IPv4, AAAA for IPv6.
        value: the address, known once it is reserved.
        ttl: how long it may be cached, in seconds.
    """

    name: str
    type: Literal["A", "AAAA"]
    value: Output
    ttl: int = 300

    @property
    def line(self) -> Composed:
        """Write it as a line of a zone file, such as ``example.com. 300 IN A 203.0.113.7``."""
        name = self.name.rstrip(".")
        return compose(f"{name}. {self.ttl} IN {self.type} {{value}}", value=self.value)

    def in_zone(self, zone: str | Resource) -> DnsRecordSet:
        """Make it a record of a zone of Cloud DNS: that zone's declaration, or its name."""
        return DnsRecordSet(
            self.name, zone=zone, type=self.type, ttl=self.ttl, rrdatas=[self.value]
        )
