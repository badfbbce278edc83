"""Workload identity federation: on the wire, what is wrong with it, and what comes back."""

import pytest

from gcpstack import Action, Stack
from gcpstack import resources as r
from gcpstack._core.refs import Address, Composed, OutputOf
from gcpstack._core.resource import Encoder
from gcpstack.resources import _refused_changes_edge as refused_changes

from .schema import violations
from .tables import SCOPE, labelled, the_problem, told_together

POOL = r.WorkloadIdentityPool("builds")
GITHUB = r.WorkloadIdentityProvider.github("github", pool=POOL, owner="octo", repository="shop")
SUBJECT = {"google.subject": "assertion.sub"}


def provider(**fields):
    given = {"pool": POOL, "attribute_mapping": SUBJECT}
    sources = {"aws_account_id", "saml_metadata_xml", "trust_store"}
    if not sources & fields.keys():
        given["issuer_uri"] = "https://id.example.com"
    return r.WorkloadIdentityProvider("ours", **{**given, **fields})


ENCODED = [
    (
        r.WorkloadIdentityPool(
            "builds", display_name="CI", description="d", disabled=True, mode="TRUST_DOMAIN"
        ),
        {"displayName": "CI", "description": "d", "disabled": True, "mode": "TRUST_DOMAIN"},
    ),
    (
        GITHUB,
        {
            "oidc": {"issuerUri": "https://token.actions.githubusercontent.com"},
            "attributeMapping": {
                "google.subject": "assertion.sub",
                "attribute.actor": "assertion.actor",
                "attribute.ref": "assertion.ref",
                "attribute.repository": "assertion.repository",
                "attribute.repository_owner": "assertion.repository_owner",
            },
            "attributeCondition": "assertion.repository == 'octo/shop'",
        },
    ),
    (
        provider(allowed_audiences=["a"], jwks_json='{"keys": []}'),
        {
            "attributeMapping": SUBJECT,
            "oidc": {
                "issuerUri": "https://id.example.com",
                "allowedAudiences": ["a"],
                "jwksJson": '{"keys": []}',
            },
        },
    ),
    (
        provider(aws_account_id="123456789012", attribute_mapping=None),
        {"aws": {"accountId": "123456789012"}},
    ),
    (
        provider(saml_metadata_xml="<x/>"),
        {"attributeMapping": SUBJECT, "saml": {"idpMetadataXml": "<x/>"}},
    ),
    (
        provider(trust_store=r.TrustStore(trust_anchors=["pem"], intermediate_cas=["more"])),
        {
            "attributeMapping": SUBJECT,
            "x509": {
                "trustStore": {
                    "trustAnchors": [{"pemCertificate": "pem"}],
                    "intermediateCas": [{"pemCertificate": "more"}],
                }
            },
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


NAME = OutputOf(Address("iam.WorkloadIdentityPool", "builds"), ("name",))


@pytest.mark.parametrize(
    ("principal", "before", "after"),
    [
        (POOL.principals(), "principalSet", "/*"),
        (
            POOL.principals("repository", "octo/shop"),
            "principalSet",
            "/attribute.repository/octo/shop",
        ),
        (POOL.principals("group", "admins"), "principalSet", "/group/admins"),
        (POOL.principal("ada"), "principal", "/subject/ada"),
    ],
)
def test_principals_are_named_as_grants_do(principal, before, after):
    """With the pool's full name, which holds the project's number."""
    grant = r.ServiceAccountIamMember(
        r.ServiceAccount("deployer"), role="roles/iam.workloadIdentityUser", member=principal
    )
    made = Encoder(SCOPE).declared(grant)

    assert made.late["member"] == Composed((f"{before}://iam.googleapis.com/", NAME, after))


WRONG = [
    (r.WorkloadIdentityPool("gcp-builds"), "'gcp-builds' is not a valid name"),
    (r.WorkloadIdentityPool("ci"), "'ci' is not a valid name: 4 to 32"),
    (
        r.WorkloadIdentityPool("builds", display_name="x" * 33),
        "display_name: has 33 characters, 32",
    ),
    (provider(aws_account_id="1" * 12, issuer_uri="https://a.b"), "exclude each other"),
    (
        provider(allowed_audiences=[f"a{number}" for number in range(11)]),
        "allowed_audiences: has 11 audiences, 10 at most",
    ),
    (provider(allowed_audiences=["a" * 257]), r"allowed_audiences\[0\]: has 257 characters, 256"),
    (
        provider(saml_metadata_xml="x" * 128_001),
        "saml_metadata_xml: has 128001 characters, 128000 at most",
    ),
    (provider(issuer_uri="http://a.b"), "'http://a.b' is not an https address"),
    (provider(aws_account_id="12"), "'12' is not 12 digits"),
    (provider(issuer_uri=None), "one of issuer_uri, aws_account_id"),
    (provider(attribute_mapping={"attribute.a": "assertion.a"}), "does not map google.subject"),
    (provider(attribute_mapping=None), "does not map google.subject"),
    (
        provider(attribute_mapping={**SUBJECT, "subject": "x"}),
        r"attribute_mapping\['subject'\]: is not one of",
    ),
    (provider(jwks_json="x"), "jwks_json: is not a set of keys in JSON form"),
    (provider(aws_account_id="1" * 12, allowed_audiences=["a"]), "needs issuer_uri"),
    (provider(pool="Pool"), "pool: 'Pool' is not a valid name"),
    (
        provider(issuer_uri="https://token.actions.githubusercontent.com"),
        "attribute_condition: is needed: anybody gets tokens",
    ),
    (
        provider(issuer_uri="https://gitlab.com/", attribute_condition="true"),
        "attribute_condition: is needed: anybody gets tokens",
    ),
]


@pytest.mark.parametrize(("item", "words"), labelled(WRONG))
def test_mistakes_are_told_at_plan_time(item, words):
    the_problem(item, words)


@pytest.mark.parametrize(
    ("live", "desired", "refused"),
    [
        ({}, {"mode": "TRUST_DOMAIN"}, True),
        ({}, {"mode": "FEDERATION_ONLY"}, False),
        ({"mode": "TRUST_DOMAIN"}, {"mode": "TRUST_DOMAIN"}, False),
        ({"mode": "TRUST_DOMAIN"}, {}, False),
    ],
)
def test_a_pool_stays_what_it_is(live, desired, refused):
    assert bool(list(refused_changes.workload_pool(live, desired))) is refused


def whole(**fields):
    """GitHub Actions of one repository deploy as a service account."""
    pool = r.WorkloadIdentityPool("builds", **fields)
    stack = Stack("shop", enable_apis=False)
    account = r.ServiceAccount("deployer")
    stack.add(
        r.WorkloadIdentityProvider.github("github", pool=pool, owner="octo", repository="shop")
    )
    stack.add(
        r.ServiceAccountIamMember(
            account,
            role="roles/iam.workloadIdentityUser",
            member=pool.principals("repository", "octo/shop"),
        )
    )
    return stack


def test_a_pool_comes_back_under_its_name(gcp_settings):
    """Deleted, it keeps its name for 30 days: declared again, it is brought back, and changed."""
    whole().apply(gcp_settings)
    assert whole().plan(gcp_settings).empty
    Stack("shop", enable_apis=False).apply(gcp_settings)
    plan = whole().plan(gcp_settings)
    assert {change.action for change in plan.changes} == {Action.CREATE}

    whole(display_name="CI").apply(gcp_settings)
    again = whole(display_name="CI").plan(gcp_settings)
    assert again.empty, [(str(one.address), one.diff) for one in again.changes]


def test_a_provider_may_be_of_a_pool_that_is_made_elsewhere():
    assert told_together(provider(pool="elsewhere")) == ""
