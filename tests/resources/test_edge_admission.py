"""Binary Authorization: on the wire, what is wrong with it, and the policy that is always there."""

import pytest

from gcpstack import Action, Stack
from gcpstack import resources as r
from gcpstack._core.normal import same
from gcpstack._core.refs import Address, Link
from gcpstack._core.resource import Encoder
from tests.adapters.cases_edge import PUBLIC_KEY

from .schema import violations
from .tables import SCOPE, compiled, labelled, the_problem

NOTE = r.AttestationNote("qa", human_readable_name="QA")
ATTESTOR = r.Attestor("checked", note=NOTE)
DENY = r.AdmissionRule(evaluation_mode="ALWAYS_DENY")
BLOCK = "ENFORCED_BLOCK_AND_AUDIT_LOG"


def policy(**fields):
    return r.BinaryAuthorizationPolicy(**{"default_rule": DENY, **fields})


def key(**fields):
    return r.Attestor("checked", note=NOTE, public_keys=[r.AttestorKey(**fields)])


ENCODED = [
    (
        r.AttestationNote("qa", human_readable_name="QA", short_description="s"),
        {"attestation": {"hint": {"humanReadableName": "QA"}}, "shortDescription": "s"},
    ),
    (
        key(pem=PUBLIC_KEY, algorithm="ECDSA_P256_SHA256", id="ni:a", comment="c"),
        {
            "userOwnedGrafeasNote": {
                "noteReference": Link(Address("containeranalysis.Note", "qa")),
                "publicKeys": [
                    {
                        "id": "ni:a",
                        "comment": "c",
                        "pkixPublicKey": {
                            "publicKeyPem": PUBLIC_KEY,
                            "signatureAlgorithm": "ECDSA_P256_SHA256",
                        },
                    }
                ],
            }
        },
    ),
    (
        policy(
            default_rule=r.AdmissionRule(
                evaluation_mode="REQUIRE_ATTESTATION", attestors=[ATTESTOR]
            ),
            allowlist=["gcr.io/shop/*"],
            cluster_rules={"us-central1.shop": DENY},
            global_policy_evaluation_mode="ENABLE",
            description="d",
        ),
        {
            "description": "d",
            "defaultAdmissionRule": {
                "evaluationMode": "REQUIRE_ATTESTATION",
                "enforcementMode": BLOCK,
                "requireAttestationsBy": [
                    Link(Address("binaryauthorization.Attestor", "checked"), spread=True)
                ],
            },
            "admissionWhitelistPatterns": [{"namePattern": "gcr.io/shop/*"}],
            "clusterAdmissionRules": {
                "us-central1.shop": {
                    "evaluationMode": "ALWAYS_DENY",
                    "enforcementMode": BLOCK,
                }
            },
            "globalPolicyEvaluationMode": "ENABLE",
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


WRONG = [
    (r.AttestationNote("q a", human_readable_name="x"), "'q a' is not a valid name"),
    (r.Attestor("a b", note=NOTE), "'a b' is not a valid name"),
    (
        r.AttestationNoteIamMember(NOTE, role="roles/viewer", member="allUsers"),
        "'allUsers' can't be granted a role here",
    ),
    (
        r.AttestorIamMember("a b", role="roles/viewer", member="user:a@b.c"),
        "attestor: 'a b' is not a valid name",
    ),
    (r.Attestor("a", note="projects/p/x"), "is not a note, as projects/P/notes/N"),
    (key(), "one of pem, pgp is needed"),
    (key(pem=PUBLIC_KEY), "pem and algorithm go together"),
    (key(pem="x", algorithm="ML_DSA_65"), "'x' is not a public key in PEM form"),
    (key(pgp="x", id="y"), "id: is not for PGP keys"),
    (
        policy(default_rule=r.AdmissionRule(evaluation_mode="REQUIRE_ATTESTATION")),
        "default_rule.attestors: and evaluation_mode='REQUIRE_ATTESTATION' go together",
    ),
    (
        policy(default_rule=r.AdmissionRule(evaluation_mode="ALWAYS_ALLOW", attestors=[ATTESTOR])),
        "default_rule.attestors: and evaluation_mode=",
    ),
    (policy(allowlist=["*/shop"]), r"allowlist\[0\]: '\*/shop' is not a pattern of images"),
    (policy(allowlist=["a/b", "a/b"]), r"allowlist\[1\]: 'a/b' stands there twice"),
    (policy(cluster_rules={"shop": DENY}), r"cluster_rules\['shop'\]: is not a cluster"),
]


@pytest.mark.parametrize(("item", "words"), labelled(WRONG))
def test_mistakes_are_told_at_plan_time(item, words):
    the_problem(item, words)


def test_two_names_of_one_algorithm_are_no_difference():
    assert same("EC_SIGN_P256_SHA256", "ECDSA_P256_SHA256", "signature")
    assert same("RSA_SIGN_PSS_2048_SHA256", "RSA_PSS_2048_SHA256", "signature")
    assert not same("RSA_SIGN_PKCS1_2048_SHA256", "RSA_PSS_2048_SHA256", "signature")


def with_policy(*items):
    stack = Stack("shop", enable_apis=False)
    for item in items:
        stack.add(item)
    return stack


def test_a_policy_is_taken_over_and_given_back(gcp_settings):
    """It is there from the start; without the declaration, everything is allowed again."""
    stack = with_policy(policy(allowlist=["gcr.io/shop/*"]))
    (change,) = stack.plan(gcp_settings).changes
    assert change.action is Action.ADOPT
    stack.apply(gcp_settings)
    assert stack.plan(gcp_settings).empty

    with_policy().apply(gcp_settings)
    first = r.AdmissionRule(evaluation_mode="ALWAYS_ALLOW")
    (again,) = with_policy(policy(default_rule=first)).plan(gcp_settings).changes
    assert again.diff == ()
    assert "admissionWhitelistPatterns" not in again.live.body


@pytest.mark.parametrize("of", [r.CloudRunService, r.CloudRunJob])
def test_what_asks_the_policy_comes_after_it(of):
    """What is deployed at the same time is judged by it already."""
    containers = [r.Container(image="i")]
    made = compiled(policy(), of("api", containers=containers, binary_authorization_default=True))
    (asks,) = [one for one in made.declared if one.kind.name.startswith("run.")]

    assert Address("binaryauthorization.Policy", "policy") in asks.depends_on


def test_what_does_not_ask_it_does_not_wait_for_it():
    made = compiled(policy(), r.CloudRunService("api", image="i"))
    (other,) = [one for one in made.declared if one.kind.name.startswith("run.")]

    assert Address("binaryauthorization.Policy", "policy") not in other.depends_on
