"""Names, certificates and identities: one case a kind."""

from tests.adapters.cases import RUN, USER, VPC, Case, G, P, backend, named, reserved

URL = "https://www.googleapis.com/compute/v1/"
ZONE = ("dns.ManagedZone", named("zone"), {"dnsName": "example.com."})

AUTHORIZATION = (
    "certificatemanager.DnsAuthorization",
    {"location": "global", "name": "proof"},
    {"domain": "example.com"},
)
CERTIFICATE = (
    "certificatemanager.Certificate",
    {"location": "global", "name": "cert"},
    {"managed": {"domains": ["example.com"]}},
)
MAP = ("certificatemanager.CertificateMap", named("map"), {})
MANAGER = P + "locations/global/"
#: An organization's policy; what is in it is named by the number that Google gives it.
POLICY = (
    "accesscontextmanager.AccessPolicy",
    {"organization": "123456789012", "name": "{project}"},
    {},
)
NOTES = {"description": "after", "labels": {"team": "web"}}

NOTE = (
    "containeranalysis.Note",
    named("qa"),
    {"attestation": {"hint": {"humanReadableName": "qa"}}},
)
PUBLIC_KEY = """-----BEGIN PUBLIC KEY-----
MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEUpzKj0fbnGRbl0kCF3QBKtSPvbZd
s0oAwaVNEQ8W5ZGhWmJAd4kIJM2bLHGMkZ7vY0wUmAwV1WGTx1SMcQOlWg==
-----END PUBLIC KEY-----
"""

CONNECTION = (
    "servicenetworking.Connection",
    {"network": "vpc", "service": "servicenetworking.googleapis.com"},
    {"network": G + "networks/vpc", "reservedPeeringRanges": ["services"]},
)

EDGE = {
    "certificatemanager.Certificate": Case(
        {
            "managed": {
                "domains": ["example.com", "*.example.com"],
                "dnsAuthorizations": [MANAGER + "dnsAuthorizations/proof"],
            }
        },
        ids={"location": "global", "name": "thing-one"},
        needs=(AUTHORIZATION,),
        changes=NOTES,
    ),
    "certificatemanager.CertificateMap": Case({"description": "before"}, changes=NOTES),
    "certificatemanager.CertificateMapEntry": Case(
        {"hostname": "example.com", "certificates": [MANAGER + "certificates/cert"]},
        ids={"certificate_map": "map", "name": "thing-one"},
        needs=(CERTIFICATE, MAP),
        changes=NOTES,
    ),
    "certificatemanager.DnsAuthorization": Case(
        {"domain": "example.com"},
        ids={"location": "global", "name": "thing-one"},
        changes=NOTES,
    ),
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
    "iap.CloudRunServiceIamMember": Case(
        {},
        ids={
            "location": "us-central1",
            "service": "api",
            "role": "roles/iap.httpsResourceAccessor",
            "member": USER,
        },
        needs=(RUN,),
        again=False,
    ),
    "iap.Settings": Case(
        {"applicationSettings": {"cookieDomain": "example.com"}},
        ids={"resource": "iap_web/compute/services/web"},
        needs=(backend("web"),),
        changes={
            "applicationSettings.cookieDomain": "example.org",
            "accessSettings.corsSettings": {"allowHttpOptions": True},
        },
        again=False,
    ),
    "iap.WebBackendServiceIamMember": Case(
        {},
        ids={
            "backend_service": "web",
            "role": "roles/iap.httpsResourceAccessor",
            "member": USER,
        },
        needs=(backend("web"),),
        again=False,
    ),
    "iam.WorkloadIdentityPool": Case(
        {"displayName": "One"},
        changes={"displayName": "Two", "description": "after", "disabled": True},
        fills=frozenset({"state"}),
    ),
    "iam.WorkloadIdentityPoolProvider": Case(
        {
            "oidc": {"issuerUri": "https://id.example.com"},
            "attributeMapping": {"google.subject": "assertion.sub"},
        },
        ids={"pool": "pool", "name": "thing-one"},
        needs=(("iam.WorkloadIdentityPool", named("pool"), {}),),
        changes={
            "displayName": "Two",
            "attributeCondition": "assertion.sub != ''",
            "oidc.allowedAudiences": ["a"],
        },
    ),
    "binaryauthorization.Attestor": Case(
        {"userOwnedGrafeasNote": {"noteReference": P + "notes/qa"}},
        needs=(NOTE,),
        changes={
            "description": "after",
            "userOwnedGrafeasNote.publicKeys": [
                {
                    "pkixPublicKey": {
                        "publicKeyPem": PUBLIC_KEY,
                        "signatureAlgorithm": "ECDSA_P256_SHA256",
                    }
                }
            ],
        },
    ),
    "containeranalysis.Note": Case(
        {"attestation": {"hint": {"humanReadableName": "qa"}}},
        changes={"shortDescription": "after", "longDescription": "at length"},
    ),
    "accesscontextmanager.AccessPolicy": Case(
        {}, ids={"organization": "123456789012", "name": "{project}"}
    ),
    "accesscontextmanager.AccessLevel": Case(
        {
            "title": "Office",
            "basic": {"conditions": [{"ipSubnetworks": ["192.0.2.0/24"]}]},
        },
        ids={"policy": "{policy}", "name": "office"},
        needs=(POLICY,),
        changes={
            "title": "The office",
            "description": "where we are",
            "basic": {"conditions": [{"regions": ["CH"]}], "combiningFunction": "OR"},
        },
    ),
    "accesscontextmanager.ServicePerimeter": Case(
        {
            "title": "Shop",
            "status": {"restrictedServices": ["bigquery.googleapis.com"]},
        },
        ids={"policy": "{policy}", "name": "shop"},
        needs=(POLICY,),
        changes={
            "title": "The shop",
            "description": "what we sell",
            "status": {"restrictedServices": ["storage.googleapis.com"]},
        },
    ),
    "compute.PacketMirroring": Case(
        {
            "network": {"url": G + "networks/vpc"},
            "collectorIlb": {"url": "projects/t-tp/regions/us-central1/forwardingRules/ids"},
            "mirroredResources": {"tags": ["web"]},
        },
        ids={"region": "us-central1", "name": "thing-one"},
        needs=(VPC,),
        changes={
            "priority": 900,
            "enable": "FALSE",
            "filter.direction": "INGRESS",
            "mirroredResources.tags": ["web", "api"],
        },
    ),
    "ids.Endpoint": Case(
        {"network": G + "networks/vpc", "severity": "LOW"},
        ids={"zone": "us-central1-a", "name": "thing-one"},
        needs=(VPC, reserved("services"), CONNECTION),
        changes={"labels": {"team": "web"}, "threatExceptions": ["123"]},
    ),
    "binaryauthorization.AttestorIamMember": Case(
        {},
        ids={
            "attestor": "built",
            "role": "roles/binaryauthorization.attestorsVerifier",
            "member": USER,
        },
        needs=(
            NOTE,
            (
                "binaryauthorization.Attestor",
                named("built"),
                {"userOwnedGrafeasNote": {"noteReference": P + "notes/qa"}},
            ),
        ),
        again=False,
    ),
    "containeranalysis.NoteIamMember": Case(
        {},
        ids={
            "note": "qa",
            "role": "roles/containeranalysis.notes.attacher",
            "member": USER,
        },
        needs=(NOTE,),
        again=False,
    ),
}
