"""The kinds of names and certificates, as data.

`gcpstack.resources.kinds` lists them with all others.
"""

from gcpstack._core.kinds import Kind, Replacement
from gcpstack.resources import _conditions_edge as conditions
from gcpstack.resources import _refused_changes_edge as refused_changes
from gcpstack.resources._outputs import NAME

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
    refuses=refused_changes.dns_zone,
    vacated=True,
)
DNS_RECORD_SET = Kind(
    name="dns.RecordSet",
    api="dns.googleapis.com",
    # Name and type make one segment, so that all record sets of a zone are read by one call.
    path="projects/{project}/managedZones/{zone}/rrsets/{name:raw},{type}",
    title="DNS record set",
    # A CNAME stands alone: what is there beside it goes first.
    displaces=refused_changes.dns_record,
)

_CERTIFICATES = "certificatemanager.googleapis.com"
_PLACE = "projects/{project}/locations/{location}/"
_MAP = "projects/{project}/locations/global/certificateMaps/"
DNS_AUTHORIZATION = Kind(
    name="certificatemanager.DnsAuthorization",
    api=_CERTIFICATES,
    path=_PLACE + "dnsAuthorizations/{name}",
    title="DNS authorization",
    replace=Replacement.SUCCESSOR,
    outputs={
        "record_name": ("dnsResourceRecord", "name"),
        "record_type": ("dnsResourceRecord", "type"),
        "record_data": ("dnsResourceRecord", "data"),
    },
)
CERTIFICATE = Kind(
    name="certificatemanager.Certificate",
    api=_CERTIFICATES,
    path=_PLACE + "certificates/{name}",
    title="certificate",
    replace=Replacement.SUCCESSOR,
    retire_after_ready=True,
    outputs={
        **NAME,
        "state": ("managed", "state"),
        "expire_time": ("expireTime",),
        "domains": ("sanDnsnames",),
    },
    condition=conditions.certificate,
)
CERTIFICATE_MAP = Kind(
    name="certificatemanager.CertificateMap",
    api=_CERTIFICATES,
    path=_MAP + "{name}",
    title="certificate map",
    outputs=NAME,
)
CERTIFICATE_MAP_ENTRY = Kind(
    name="certificatemanager.CertificateMapEntry",
    api=_CERTIFICATES,
    path=_MAP + "{certificate_map}/certificateMapEntries/{name}",
    title="certificate map entry",
    # A map has one entry for a host (https://cloud.google.com/certificate-manager/docs/map-entries).
    exclusive=(("hostname",), ("matcher",)),
    replace=Replacement.SUCCESSOR,
    outputs={**NAME, "state": ("state",)},
)
