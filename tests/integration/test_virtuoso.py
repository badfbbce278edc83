"""The Virtuoso stack: what its parts may do, where events end, and what is left of it."""

import pytest

from gcpstack import ApplyFailed, ConsentRequired

from .stacks import (
    actions,
    live,
    load,
    mounted_secrets,
    readable_secrets,
    whole_life,
)

CERTIFICATE = "compute.ManagedSslCertificate"


def staging():
    return load("virtuoso")("staging")


def pubsub(place, name):
    """An object of Pub/Sub, as it is live."""
    return place.control(
        "GET", f"/pubsub.googleapis.com/v1/projects/{place.settings.project}/{name}"
    )


class TestVirtuoso:
    def test_the_whole_life(self, place):
        """Plan, apply, nothing more to do, status, destroy: nothing is left."""
        result = whole_life(place, staging, pending=[CERTIFICATE])

        [record] = result.outputs["dns_records"]
        assert record.startswith("staging.virtuoso.example.com. 300 IN A ")

    def test_production_keeps_its_data(self, emulated):
        """In two regions; a destroy is refused before anything is touched."""
        production = load("virtuoso")("production")
        emulated.converge(production)
        emulated.forget_calls()

        with pytest.raises(ConsentRequired):
            production.destroy(emulated.settings)
        assert [call for call in emulated.mutations() if not call.startswith("storage.")] == []
        places = {name.split("/")[6] for name in live(emulated, "/subnetworks/virtuoso-")}
        assert places == {"us-central1", "us-east1"}

    def test_a_part_reads_what_it_is_given_and_nothing_else(self, emulated):
        """The policies of the secrets name exactly the accounts of what mounts them."""
        emulated.apply(staging())

        assert readable_secrets(emulated) == mounted_secrets(emulated)

    def test_dead_letters_wait(self, emulated):
        """Of every subscription, in one that never expires; Pub/Sub may bring them there."""
        emulated.apply(staging())
        project = emulated.settings.project
        subscriptions = {
            name.rsplit("/", 1)[-1]: body
            for name, body in live(emulated, "/subscriptions/virtuoso-").items()
        }
        waiting = {name for name in subscriptions if name.endswith("-dead-letters")}
        others = {name for name in subscriptions if not name.startswith("eventarc-")} - waiting

        assert others
        for name in others:
            topic = subscriptions[name]["deadLetterPolicy"]["deadLetterTopic"].rsplit("/", 1)[-1]
            assert topic in waiting
            assert subscriptions[topic]["topic"] == f"projects/{project}/topics/{topic}"
            assert "ttl" not in subscriptions[topic]["expirationPolicy"]
            [binding] = pubsub(emulated, f"topics/{topic}:getIamPolicy")["bindings"]
            assert binding["role"] == "roles/pubsub.publisher"
            assert binding["members"][0].endswith("@gcp-sa-pubsub.iam.gserviceaccount.com")

    def test_another_tag_makes_a_new_revision_and_nothing_else(self, place, monkeypatch):
        """A rollout is an update of the service; the old tag takes it back."""
        place.converge(staging())
        api = "run.Service/us-central1/virtuoso-api"
        monkeypatch.setenv("VIRTUOSO_TAG", "v2")

        assert actions(place.plan(staging())) == {api: "update"}
        place.converge(staging())
        monkeypatch.delenv("VIRTUOSO_TAG")
        assert actions(place.plan(staging())) == {api: "update"}
        place.converge(staging())

    def test_an_image_that_is_not_there_is_told_at_once(self, emulated, monkeypatch):
        """However new the account is that reads it; the right tag goes on from there."""
        monkeypatch.setenv("VIRTUOSO_TAG", "missing")
        emulated.forget_calls()
        with pytest.raises(ApplyFailed) as told:
            emulated.apply(staging())
        [failure] = told.value.exceptions
        assert "api:missing' not found" in str(failure)
        assert [call for call in emulated.mutations() if ".services.create" in call] == [
            "run.projects.locations.services.create"
        ]
        monkeypatch.delenv("VIRTUOSO_TAG")
        emulated.converge(staging())

    def test_drift_is_put_back(self, place):
        """What somebody opens by hand shows with its field, and is closed."""
        place.converge(staging())
        path = f"/storage.googleapis.com/storage/v1/b/{place.settings.project}-virtuoso-artifacts"
        opened = {"iamConfiguration": {"publicAccessPrevention": "inherited"}}
        place.control("PATCH", path, opened)
        [change] = [change for change in place.plan(staging()).changes if change.diff]

        assert [(diff.name, diff.after) for diff in change.diff] == [
            ("public_access_prevention", "enforced")
        ]
        place.converge(staging())
