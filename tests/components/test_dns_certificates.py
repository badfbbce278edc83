"""A certificate that is proved in its zone, and shown by a load balancer once it is active."""

import pytest

from gcpstack import CloudRunBackend, DnsCertificate, LoadBalancer, Stack
from gcpstack import resources as r
from gcpstack.exceptions import DeclarationError
from tests.resources.tables import SCOPE

ZONE = r.DnsZone("zone", dns_name="example.com")
WEB = r.CloudRunService("web", image="us-docker.pkg.dev/cloudrun/container/hello")


def certificate(*domains, **fields):
    return DnsCertificate("shop", domains=domains, **{"zone": ZONE, **fields})


def test_a_domain_and_its_wildcard_have_one_proof():
    made = certificate("example.com", "*.example.com", "www.example.com")

    assert [one.domain for one in made.authorizations] == ["example.com", "www.example.com"]
    assert [one.name for one in made.authorizations] == ["shop-example-com", "shop-www-example-com"]
    kinds = [item.KIND.name.split(".")[1] for item in made.expand(SCOPE)]
    assert kinds == [
        *["DnsAuthorization"] * 2,
        *["RecordSet"] * 2,
        "Certificate",
        "CertificateMap",
        "CertificateMapEntry",
    ]


def test_the_name_of_a_long_domain_is_one():
    (proof,) = certificate(f"{'a' * 60}.example.com").authorizations

    assert list(proof.problems(SCOPE)) == []


def test_parts_take_further_fields():
    made = certificate(
        "example.com", overrides={"record": {"ttl": 60}, "map": {"description": "d"}}
    )

    assert made.records[0].ttl == 60
    assert made.map.description == "d"


@pytest.mark.parametrize(
    ("made", "words"),
    [
        (certificate(), "DnsCertificate/shop: domains: is empty"),
        (certificate("shop.example.org"), "'shop.example.org' is not within example.com"),
        (certificate("notexample.com"), "'notexample.com' is not within example.com"),
        (certificate("a.example.com", overrides={"zone": {}}), "has no part 'zone'"),
    ],
)
def test_mistakes_are_told(made, words):
    assert any(words in str(problem) for problem in made.problems(SCOPE))


def test_domains_of_a_zone_that_is_made_elsewhere_may_be_any():
    made = certificate("example.com", "example.org", zone="zone")

    assert list(made.problems(SCOPE)) == []


def test_what_its_parts_refuse_is_told(gcp_settings):
    """Each at its own place."""
    with pytest.raises(DeclarationError, match="is not a host name"):
        whole(certificate("not a domain", zone="zone")).plan(gcp_settings)


def whole(made):
    stack = Stack("shop", enable_apis=False)
    stack.add(made)
    balancer = LoadBalancer("shop", default=CloudRunBackend("web", WEB), certificate_map=made.map)
    stack.add(balancer)
    return stack


def test_a_load_balancer_shows_it_once_it_is_active(gcp_settings):
    """In one apply; other domains in another; and it goes with all its parts."""
    for domains in (["example.com"], ["example.com", "*.example.com"]):
        stack = whole(certificate(*domains))
        stack.apply(gcp_settings)
        plan = stack.plan(gcp_settings)

        assert plan.empty, [(str(one.address), one.diff) for one in plan.changes if one.mutates]
    Stack("shop", enable_apis=False).apply(gcp_settings)
    assert Stack("shop", enable_apis=False).plan(gcp_settings).changes == ()
