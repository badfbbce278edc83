"""Certificates, their proofs and maps: on the wire, what is wrong with them, and in which order."""

import pytest

from gcpstack import Stack
from gcpstack import resources as r
from gcpstack._core.kinds import Health
from gcpstack._core.refs import Address, Composed, Link, Sensitive
from gcpstack._core.resource import Encoder
from gcpstack.resources import _conditions_edge as conditions

from .certificates import self_signed
from .schema import violations
from .tables import SCOPE, compiled, labelled, the_problem, told_together

PEM, KEY = self_signed("example.com")
AUTH = r.DnsAuthorization("auth", domain="example.com")
ZONE = r.DnsZone("zone", dns_name="example.com")
RECORD = r.DnsRecordSet(
    AUTH.output("record_name"), zone=ZONE, type="CNAME", rrdatas=[AUTH.output("record_data")]
)
MAP = r.CertificateMap("map")
URLS = r.UrlMap("urls", default_service=r.BackendService("web"))


def cert(**fields):
    return r.Certificate("cert", **fields)


def proved(*domains, **fields):
    return cert(domains=list(domains), dns_authorizations=[AUTH], **fields)


def entry(*certificates, **fields):
    given = {"hostname": "example.com"} if "matcher" not in fields else {}
    return r.CertificateMapEntry(
        "entry", certificate_map=MAP, certificates=list(certificates), **{**given, **fields}
    )


def proxy(**fields):
    return r.TargetHttpsProxy("proxy", url_map=URLS, **fields)


CERT = proved("example.com", "*.example.com")
LINK = Link(Address("certificatemanager.DnsAuthorization", "global/auth"), spread=True)
ENCODED = [
    (
        r.DnsAuthorization("a", domain="example.com", type="FIXED_RECORD", labels={"a": "b"}),
        {"domain": "example.com", "type": "FIXED_RECORD", "labels": {"a": "b"}},
    ),
    (
        CERT,
        {
            "managed": {
                "domains": ["example.com", "*.example.com"],
                "dnsAuthorizations": [LINK],
            }
        },
    ),
    (
        cert(pem_certificate=PEM, pem_private_key=KEY, certificate_scope="EDGE_CACHE"),
        {
            "scope": "EDGE_CACHE",
            "selfManaged": {"pemCertificate": Sensitive(PEM), "pemPrivateKey": Sensitive(KEY)},
        },
    ),
    (
        cert(
            domains=["a.example.com"],
            issuance_config="projects/p/locations/global/certificateIssuanceConfigs/c",
        ),
        {
            "managed": {
                "domains": ["a.example.com"],
                "issuanceConfig": "projects/p/locations/global/certificateIssuanceConfigs/c",
            }
        },
    ),
    (r.CertificateMap("map", description="d"), {"description": "d"}),
    (
        entry(CERT, matcher="PRIMARY"),
        {
            "matcher": "PRIMARY",
            "certificates": [
                Link(Address("certificatemanager.Certificate", "global/cert"), spread=True)
            ],
        },
    ),
    (
        proxy(certificate_map=MAP),
        {
            "urlMap": Link(Address("compute.UrlMap", "urls")),
            "certificateMap": Composed(
                (
                    "//certificatemanager.googleapis.com/",
                    Link(Address("certificatemanager.CertificateMap", "map")),
                )
            ),
        },
    ),
    (
        proxy(certificate_map="projects/p/locations/global/certificateMaps/m"),
        {
            "urlMap": Link(Address("compute.UrlMap", "urls")),
            "certificateMap": "//certificatemanager.googleapis.com/projects/p/locations/global/"
            "certificateMaps/m",
        },
    ),
]


@pytest.mark.parametrize(("item", "wire"), labelled(ENCODED))
def test_declarations_become_this_json(item, wire):
    """To the letter, and right by Google's schema."""
    assert list(item.problems(SCOPE)) == []
    made = Encoder(SCOPE).declared(item)

    assert made.body == wire
    assert violations(item.KIND.name, made.body) == []


REGIONAL = r.DnsAuthorization("auth", domain="example.com", location="us-central1")
WRONG = [
    (r.DnsAuthorization("a", domain="*.example.com"), "can't be a wildcard. Write 'example.com'"),
    (r.DnsAuthorization("a", domain="https://a.b"), "is a URL"),
    (
        r.DnsAuthorization("a", domain="example.com", location="us-central1", type="FIXED_RECORD"),
        "type: is PER_PROJECT_RECORD in a region. Leave it out",
    ),
    (
        cert(
            pem_certificate=PEM,
            pem_private_key=KEY,
            location="us-central1",
            certificate_scope="EDGE_CACHE",
        ),
        "certificate_scope: EDGE_CACHE is for global ones only",
    ),
    (cert(), "one of domains, pem_certificate is needed"),
    (cert(domains=[]), "domains: is empty"),
    (cert(domains=["*.example.com"]), r"domains\[0\]: a wildcard needs dns_authorizations"),
    (cert(domains=["a b"]), r"domains\[0\]: 'a b' is not a host name"),
    (cert(domains=["a.b", "A.b."]), r"domains\[1\]: 'a.b' stands there twice"),
    (
        cert(domains=[f"{n}.example.com" for n in range(6)]),
        "domains: has 6 domains, 5 at most",
    ),
    (proved("example.org"), r"domains\[0\]: no authorization is for example.org"),
    (
        cert(domains=["example.com"], dns_authorizations=[REGIONAL]),
        "dns_authorizations: auth is in us-central1, not in global",
    ),
    (
        cert(domains=["example.com"], location="us-central1"),
        "dns_authorizations: is needed for regional certificates",
    ),
    (cert(pem_certificate=PEM), "pem_certificate: needs pem_private_key"),
    (cert(domains=["a.b"], pem_private_key=KEY), "pem_private_key: needs pem_certificate"),
    (
        cert(pem_certificate="x", pem_private_key=KEY),
        "pem_certificate: is not a certificate in PEM form",
    ),
    (
        cert(pem_certificate=PEM, pem_private_key=Sensitive("x")),
        "pem_private_key: is not a private key in PEM form",
    ),
    (
        cert(pem_certificate=PEM, pem_private_key=r.FromFile("/nowhere/key.pem")),
        "pem_private_key: The file /nowhere/key.pem can't be read",
    ),
    (
        proved("example.com", issuance_config="projects/p/x/y/z/c"),
        "dns_authorizations and issuance_config exclude each other",
    ),
    (
        entry(CERT, matcher="PRIMARY", hostname="example.com"),
        "hostname and matcher exclude each other",
    ),
    (entry(), "certificates: is empty"),
    (entry(*[f"projects/p/c/{n}" for n in range(5)]), "5 certificates, 4 at most"),
    (entry(CERT, hostname="example.org"), "cert is not for example.org, but for"),
    (
        entry(proved("example.com", certificate_scope="ALL_REGIONS")),
        r"certificates\[0\]: cert is for no map",
    ),
    (proxy(certificate_map="map"), "certificate_map: 'map' is not the path of a certificate map"),
]


@pytest.mark.parametrize(("item", "words"), labelled(WRONG))
def test_mistakes_are_told_at_plan_time(item, words):
    the_problem(item, words)


def test_a_wildcard_is_for_the_hosts_below_it():
    assert list(entry(CERT, hostname="www.example.com").problems(SCOPE)) == []


def test_a_key_is_never_shown():
    """Not in the declaration, not in what is wrong with it."""
    item = cert(pem_certificate="nonsense", pem_private_key=KEY)
    shown = repr(item) + "".join(map(str, item.problems(SCOPE)))

    assert "PRIVATE KEY" not in shown


def test_a_map_without_entries_is_told():
    assert "has no entry: no certificate would be shown" in told_together(
        MAP, proxy(certificate_map=MAP)
    )
    assert told_together(entry(CERT), proxy(certificate_map=MAP)) == ""


def of(stack, kind):
    (found,) = [one for one in stack.declared if one.kind.name == kind]
    return found


def test_certificates_come_before_the_traffic_that_they_serve():
    """After the records that prove them, and active before anything is served."""
    stack = compiled(entry(CERT), proxy(certificate_map=MAP), RECORD)
    certificate = of(stack, "certificatemanager.Certificate")

    assert certificate.waited_for
    assert of(stack, "dns.RecordSet").address in certificate.depends_on
    assert (
        of(stack, "certificatemanager.CertificateMapEntry").address
        in of(stack, "compute.TargetHttpsProxy").depends_on
    )


def test_a_certificate_whose_records_are_made_elsewhere_is_not_waited_for():
    """It would never be active within the same apply."""
    assert not of(compiled(entry(CERT)), "certificatemanager.Certificate").waited_for


def whole(*more):
    stack = Stack("shop", enable_apis=False)
    for item in (entry(CERT), proxy(certificate_map=MAP), *more):
        stack.add(item)
    return stack


def test_one_apply_proves_a_domain_and_serves_it(gcp_settings):
    """With its record in the zone; a second plan is empty."""
    stack = whole(RECORD)
    stack.apply(gcp_settings)
    plan = stack.plan(gcp_settings)

    assert plan.empty
    (live,) = [
        one.live.body for one in plan.changes if one.kind.name == "certificatemanager.Certificate"
    ]
    assert live["managed"]["state"] == "ACTIVE"


def test_other_domains_are_served_by_a_successor_within_one_apply(gcp_settings):
    """It is active before the map shows it; then the old certificate goes."""
    whole(RECORD).apply(gcp_settings)
    more = proved("example.com")
    stack = Stack("shop", enable_apis=False)
    for item in (entry(more), proxy(certificate_map=MAP), RECORD):
        stack.add(item)
    stack.apply(gcp_settings)

    assert stack.plan(gcp_settings).empty


def test_another_key_is_sent_and_one_that_is_sent_is_no_difference(gcp_settings):
    stack = Stack("shop", enable_apis=False)
    stack.add(cert(pem_certificate=PEM, pem_private_key=KEY))
    stack.apply(gcp_settings)

    assert stack.plan(gcp_settings).empty
    fresh, key = self_signed("example.com")
    other = Stack("shop", enable_apis=False)
    other.add(cert(pem_certificate=fresh, pem_private_key=key))
    (change,) = other.plan(gcp_settings).changes
    assert {diff.name for diff in change.diff} == {"pem_certificate", "pem_private_key"}
    assert key not in str(change.diff)
    other.apply(gcp_settings)
    assert other.plan(gcp_settings).empty


ATTEMPT = {
    "domain": "example.com",
    "state": "FAILED",
    "failureReason": "CONFIG",
    "troubleshooting": {
        "cname": {"name": "_acme-challenge.example.com.", "expectedData": "x.authorize.goog."}
    },
}


@pytest.mark.parametrize(
    ("body", "health", "words"),
    [
        ({}, Health.READY, ""),
        ({"managed": {"state": "ACTIVE"}}, Health.READY, ""),
        ({"managed": {"state": "FAILED"}}, Health.FAILED, ""),
        (
            {"managed": {"state": "PROVISIONING", "authorizationAttemptInfo": [ATTEMPT]}},
            Health.PENDING,
            "record needed: _acme-challenge.example.com. CNAME x.authorize.goog.",
        ),
        (
            {"managed": {"authorizationAttemptInfo": [{"domain": "a.b", "state": "AUTHORIZING"}]}},
            Health.PENDING,
            "a.b: AUTHORIZING",
        ),
    ],
)
def test_a_certificate_tells_how_it_fares(body, health, words):
    found = conditions.certificate(body)

    assert found.health is health
    assert words in " ".join(found.detail)


def test_an_entry_of_another_name_takes_the_place_of_one_for_the_same_host(gcp_settings):
    """A map has one entry for a host: the old one goes first."""
    one, other = (
        entry(CERT),
        r.CertificateMapEntry(
            "renamed", certificate_map=MAP, hostname="example.com", certificates=[CERT]
        ),
    )
    for item in (one, other):
        stack = Stack("shop", enable_apis=False)
        stack.add(item)
        stack.apply(gcp_settings)

    assert stack.plan(gcp_settings).empty
