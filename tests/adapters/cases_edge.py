"""Names, certificates and identities: one case a kind."""

from tests.adapters.cases import VPC, Case, G, named

URL = "https://www.googleapis.com/compute/v1/"
ZONE = ("dns.ManagedZone", named("zone"), {"dnsName": "example.com."})

EDGE = {
    "dns.ManagedZone": Case(
        {
            "dnsName": "example.com.",
            "visibility": "private",
            "description": "before",
            "privateVisibilityConfig": {"networks": [{"networkUrl": URL + G + "networks/vpc"}]},
        },
        needs=(VPC,),
        changes={
            "description": "after",
            "labels": {"team": "web"},
            "forwardingConfig": {"targetNameServers": [{"ipv4Address": "10.0.0.53"}]},
        },
    ),
    "dns.RecordSet": Case(
        {"ttl": 300, "rrdatas": ["192.0.2.1"]},
        ids={"zone": "zone", "name": "www.example.com.", "type": "A"},
        needs=(ZONE,),
        changes={"ttl": 60, "rrdatas": ["192.0.2.1", "192.0.2.2"]},
    ),
}
