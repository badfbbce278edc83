"""Where somebody disabled or destroyed the newest version of a secret: ``latest`` gives nothing then.

https://cloud.google.com/secret-manager/docs/disable-secret-version
"""

import json

import pytest

from gcpstack import CloudRunApp, CloudRunJob, CloudRunService, Generated, SecretValue, Stack
from gcpstack import resources as r
from gcpstack._adapters.gapic import Api
from gcpstack._engine.plan import Action
from gcpstack._operations import secrets as operations
from gcpstack._operations.drift import drift
from gcpstack._operations.secret_states import Rotation, secret_states
from gcpstack.exceptions import ApplyFailed
from tests.cli.bench import Bench
from tests.reliability.lab import PROJECT, Lab
from tests.reliability.test_bad_input import World

SECRET = f"projects/{PROJECT}/secrets/key"
VERSION = "secretmanager.SecretVersion/key"


def app(value):
    """A service that reads the latest version of a secret."""
    stack = Stack("app", project=PROJECT, region="us-central1")
    secret = stack.add(SecretValue("key", value))
    template = CloudRunService("web-app", image="us-docker.pkg.dev/cloudrun/container/hello")
    stack.add(CloudRunApp(template, secrets={"KEY": secret}))
    return stack


class Kept:
    """A world where that stack is applied, twice, with two values."""

    def __init__(self):
        self.lab = Lab()
        self.api = Api(
            self.lab.clients, "google.cloud.secretmanager_v1", "SecretManagerServiceClient"
        )
        for value in ("first", "second"):
            self.stack = app(value)
            self.lab.apply(self.stack).outcome.raise_failed()
            self.lab.line.clock.advance(60)

    def turn(self, verb, number):
        """Enable, disable or destroy a version, as by hand."""
        request = f"{verb.capitalize()}SecretVersionRequest"
        self.api.json(f"{verb}_secret_version", request, {"name": f"{SECRET}/versions/{number}"})

    def latest(self):
        """What a service that starts now would get."""
        answer = self.api.call(
            "access_secret_version",
            "AccessSecretVersionRequest",
            {"name": f"{SECRET}/versions/latest"},
        )
        return bytes(answer.payload.data).decode()

    def standing(self, stack=None):
        """How the secret stands."""
        session = self.lab.session(stack or self.stack)
        (found,) = secret_states(session, session.plan())
        return session, found


@pytest.fixture
def kept():
    return Kept()


@pytest.mark.parametrize("verb", ["disable", "destroy"])
def test_an_apply_adds_the_declared_value_once_more(kept, verb):
    """The plan says what is amiss, whoever reads latest gets a value again, and nothing is left."""
    kept.turn(verb, 2)
    (change,) = [change for change in kept.lab.plan(kept.stack).changes if change.mutates]
    assert (str(change.address), change.action) == (VERSION, Action.UPDATE)
    (field,) = change.diff
    assert (field.path, field.before, field.after) == (
        ("state",),
        "DISABLED" if verb == "disable" else "DESTROYED",
        "ENABLED",
    )

    kept.lab.apply(kept.stack).outcome.raise_failed()

    assert kept.latest() == "second"
    assert kept.lab.plan(kept.stack).empty


def test_a_value_that_was_made_up_is_the_one_that_can_still_be_read(kept):
    """And the secret is readable again, with everything else that is made of it."""
    made = Generated()
    stack = app(made)
    kept.turn("disable", 2)
    kept.lab.apply(stack).outcome.raise_failed()
    assert kept.latest() == "first"
    assert kept.lab.plan(stack).empty


def test_an_old_version_that_is_enabled_is_no_matter(kept):
    """The newest is what counts, for Google as for us."""
    kept.turn("disable", 1)
    kept.turn("enable", 1)
    assert kept.lab.plan(kept.stack).empty
    _, found = kept.standing()
    assert found.rotation is Rotation.NEVER
    assert kept.latest() == "second"


def test_drift_tells_of_it(kept):
    kept.turn("disable", 2)
    session = kept.lab.session(kept.stack)
    (found,) = drift(session, session.plan(), 400 * 86400)
    assert str(found.change.address) == VERSION
    assert found.deeds[0].method == "secretmanager.projects.secrets.versions.disable"


def test_status_tells_who_gets_nothing_and_what_mends_it(kept):
    kept.turn("disable", 2)
    said = Bench(world=World(kept.lab)).run(kept.stack, "secrets", "status")
    text = " ".join(said.out.split())
    assert said.status == 1
    assert "key latest not enabled" in text
    assert (
        "run.Service/us-central1/web-app: reading latest gives no value: version 2 is disabled."
        in text
    )
    assert "secrets rotate FILE key" in text
    assert "1 secret: 1 whose latest version is not enabled." in text
    said = Bench(world=World(kept.lab)).run(kept.stack, "secrets", "status", "--json")
    (row,) = json.loads(said.out)["secrets"]
    assert row["latest"] == {"number": 2, "state": "DISABLED"}
    assert row["refused"] == ["run.Service/us-central1/web-app"]
    assert row["version"] == 1


def test_a_rotation_adds_a_new_value_not_the_old_one(kept):
    """Whoever disabled a version that leaked wants another value, and no further rotation after it."""
    stack = app(Generated())
    kept.turn("disable", 2)
    said = []
    operations.rotate(kept.lab.session(stack), "key", None, said.append)
    assert said[0] == "key has a new version."
    assert kept.latest() not in ("first", "second")
    _, found = kept.standing(stack)
    assert found.rotation is Rotation.NEVER
    assert found.newest.number == 3


def test_a_service_that_would_not_come_up_is_left_alone(kept):
    """Its old revision goes on as long as it has instances; a new one would fail at Google."""
    stack = app("second")
    outside = Stack("app", project=PROJECT, region="us-central1")
    for item in stack.items:
        outside.add(item)
    kept.api.json(
        "add_secret_version",
        "AddSecretVersionRequest",
        {"parent": SECRET, "payload": {"data": "dGhpcmQ="}},
    )
    kept.lab.line.clock.advance(60)
    kept.api.json(
        "add_secret_version",
        "AddSecretVersionRequest",
        {"parent": SECRET, "payload": {"data": "Zm91cnRo"}},
    )
    kept.turn("disable", 4)
    with pytest.raises(ApplyFailed) as caught:
        operations.roll(kept.lab.session(outside))
    (error,) = caught.value.exceptions
    assert (
        "would not come up: it reads the latest version of key, but version 4 is disabled"
        in str(error)
    )


def test_a_secret_whose_versions_come_from_elsewhere(kept):
    """The stack declares no value: what reads it is told of all the same."""
    stack = Stack("jobs", project=PROJECT, region="us-central1", enable_apis=False)
    secret = stack.add(r.Secret("other"))
    kept.lab.apply(stack).outcome.raise_failed()
    parent = f"projects/{PROJECT}/secrets/other"
    for data in ("b25l", "dHdv"):
        kept.api.json(
            "add_secret_version",
            "AddSecretVersionRequest",
            {"parent": parent, "payload": {"data": data}},
        )
    kept.api.json(
        "disable_secret_version", "DisableSecretVersionRequest", {"name": f"{parent}/versions/2"}
    )
    one = r.Container(image="gcr.io/p/work", env={"KEY": r.SecretEnv(secret=secret)})
    stack.add(CloudRunJob("work", containers=[one]))
    _, found = kept.standing(stack)
    assert found.shut
    assert [str(user) for user in found.refused] == ["run.Job/us-central1/work"]
