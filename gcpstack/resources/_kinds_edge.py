"""The kinds of names and certificates, as data.

`gcpstack.resources.kinds` lists them with all others.
"""

from gcpstack._core.kinds import Kind
from gcpstack.resources import _moves_edge as moves

DNS_ZONE = Kind(
    name="dns.ManagedZone",
    api="dns.googleapis.com",
    path="projects/{project}/managedZones/{name}",
    title="DNS zone",
    outputs={
        "dns_name": ("dnsName",),
        "name_servers": ("nameServers",),
        "id": ("id",),
    },
    refuses=moves.dns_zone,
)
DNS_RECORD_SET = Kind(
    name="dns.RecordSet",
    api="dns.googleapis.com",
    # Name and type make one segment, so that all record sets of a zone are read by one call.
    path="projects/{project}/managedZones/{zone}/rrsets/{name:raw},{type}",
    title="DNS record set",
)
