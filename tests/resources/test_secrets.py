"""Secrets: where they are kept, who is told of them, and what their versions are called."""

import dataclasses

import pytest

from gcpstack import Action, Settings, Stack
from gcpstack import resources as r
from gcpstack._core.facets import Facet, field_table
from gcpstack.exceptions import DeclarationError

from .tables import SCOPE, labelled, the_problem

KEY = "projects/p/locations/us-east1/keyRings/r/cryptoKeys/k"
TOPIC = r.Topic("due")
AGENT = r.ServiceAgent("secretmanager.googleapis.com")
PUBLISHER = r.TopicIamMember(TOPIC, role="roles/pubsub.publisher", member=AGENT.output("member"))
TOLD = r.Secret("KEY", topics=[r.SecretTopic(name=TOPIC)], rotation_period="30d")


def secret(**fields):
    return r.Secret("KEY", **fields)


PROBLEMS = [
    (
        secret(
            replicas=[
                r.Replica(location="us-east1", kms_key_name=KEY),
                r.Replica(location="us-west1"),
            ]
        ),
        r"replicas\[1\]: has no kms_key_name, but others have",
    ),
    (secret(version_aliases={"1st": 1}), r"version_aliases\['1st'\]: '1st' is not an alias"),
    (secret(version_aliases={"latest": 1}), "'latest' is not an alias"),
    (secret(version_aliases={"old": 0}), r"version_aliases\['old'\]: 0 is not a version"),
    (secret(version_destroy_ttl="1h"), "version_destroy_ttl: 3600 is not within 86400"),
    (secret(annotations={"-a": "b"}), r"annotations\['-a'\]: '-a' is not the key of an annotation"),
    (secret(ttl=0), "ttl: 0 is not within 1"),
]


@pytest.mark.parametrize(("item", "words"), labelled(PROBLEMS))
def test_the_check_fires(item, words):
    """One slip, one problem, with its place."""
    the_problem(item, words)


def test_what_is_right_is_let_through():
    """No check fires."""
    replicas = [r.Replica(location=place, kms_key_name=KEY) for place in ("us-east1", "us-west1")]
    aliases = {"newest": 1, "latest_but_one": 2}
    fine = secret(replicas=replicas, version_aliases=aliases, version_destroy_ttl="1d", ttl="30d")

    assert list(fine.problems(SCOPE)) == []


def stacked(*items):
    stack = Stack("shop", enable_apis=False)
    for item in items:
        stack.add(item)
    return stack


def test_who_is_told_can_be_told(gcp_settings):
    """Google refuses a topic that its agent may not publish to; the grant comes first."""
    offline = Settings(project="demo-proj", region="us-central1")
    wrong = dataclasses.replace(
        PUBLISHER, member=r.ServiceAgent("storage.googleapis.com").output("member")
    )
    for items in ([TOLD], [TOLD, wrong]):
        with pytest.raises(DeclarationError, match="the agent of secretmanager may not publish"):
            stacked(*items).plan(offline)
    stack = stacked(TOLD, PUBLISHER)
    (change,) = [
        one
        for one in stack.plan(gcp_settings).changes
        if one.address.kind == "secretmanager.Secret"
    ]

    assert PUBLISHER.address_in(stack.scope(gcp_settings)) in change.needs
    stack.apply(gcp_settings)
    assert stack.plan(gcp_settings).empty


def sealed(place, *names):
    """Give keys in a place, and what lets Secret Manager encrypt with them."""
    ring = r.KmsKeyRing("ring", location=place)
    keys = [r.KmsCryptoKey(name, key_ring=ring) for name in names]
    encrypter = "roles/cloudkms.cryptoKeyEncrypterDecrypter"
    return keys, r.KmsKeyRingIamMember(ring, role=encrypter, member=AGENT.output("member"))


@pytest.mark.parametrize("place", ["global", "us-east1"])
def test_a_secret_goes_over_to_another_key(gcp_settings, place):
    """In place: the key encrypts what is added from then on. It can be given up, too."""
    (one, two), grant = sealed(place, "one", "two")

    def stack(key):
        if place == "global":
            return stacked(secret(kms_key_name=key), grant, one, two)
        return stacked(
            secret(replicas=[r.Replica(location=place, kms_key_name=key)]), grant, one, two
        )

    stack(one).apply(gcp_settings)
    for key in (two, None, one):
        plan = stack(key).plan(gcp_settings)
        (change,) = [item for item in plan.changes if item.mutates]
        assert change.action is Action.UPDATE
        stack(key).apply(gcp_settings)
        assert stack(key).plan(gcp_settings).empty


def test_a_secret_stays_where_it_is():
    """Where it is kept can't change; only another secret can be elsewhere."""
    fixed = {item.name for item in field_table(r.Secret) if item.facets & Facet.IMMUTABLE}
    assert fixed == {"automatic", "replicas"}
