"""Names, certificates and identities: one life a kind."""

from gcpstack import resources as r

from .lives import OTHER, VPC, Life

ZONE = r.DnsZone("zone", dns_name="example.com")

EDGE = [
    Life(
        r.DnsZone("inside", dns_name="shop.internal", visibility="private", networks=[VPC]),
        changes={
            "description": "x",
            "labels": {"team": "web"},
            "networks": [VPC, OTHER],
            "forwarding": [r.DnsNameServer(ipv4_address="10.0.0.53", forwarding_path="private")],
            "peering_network": OTHER,
        },
        fixed={"dns_name": "other.internal"},
    ),
    Life(
        r.DnsRecordSet(
            "www.Example.com",
            zone=ZONE,
            type="AAAA",
            rrdatas=["2001:DB8::1", "2001:db8:0:0:0:0:0:2"],
        ),
        changes={
            "ttl": 60,
            "rrdatas": ["2001:db8::3"],
        },
    ),
]
