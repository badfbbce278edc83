"""Secrets over time: what is due, a new value with all that follows from it, the old ones put away."""

import json
import os
import pathlib
import re
import threading
import uuid
from datetime import UTC, datetime, timedelta

import pytest

from gcpstack import CloudRunApp, CloudRunService, Generated, SecretValue, Stack, compose
from gcpstack import resources as r
from gcpstack._adapters.gapic import Api
from gcpstack._cli.main import main
from gcpstack._core.ports import Target
from gcpstack._core.refs import Address
from gcpstack._inventory.keeper import LEASE
from gcpstack._operations import secrets as operations
from gcpstack._operations.secret_states import Rotation, SecretState, Version, chosen, secret_states
from gcpstack.emulator.core.latency import Latency
from gcpstack.exceptions import ApplyFailed, ConsentRequired, InventoryLocked, SettingsError
from gcpstack.resources.kinds import SECRET
from tests.cli.bench import Bench
from tests.reliability.lab import PROJECT, Lab
from tests.reliability.test_bad_input import World

NOW = datetime(2026, 11, 21, tzinfo=UTC)
_BRINGS_UP = re.compile(r"PATCH .*/services/reader-\d")
WEB = Address("run.Service", "us-central1/web-app")


def stands(*ages, states=None, period=None, stale=(), gone=False):
    """A secret whose versions are so many days old, the newest first."""
    states = states or ["ENABLED"] * len(ages)
    versions = tuple(
        Version(len(ages) - at, state, NOW - timedelta(days=age))
        for at, (age, state) in enumerate(zip(ages, states, strict=True))
    )
    return SecretState(
        address=Address("secretmanager.Secret", "s"),
        target=Target(SECRET, {"project": "p", "name": "s"}),
        versions=versions,
        period=timedelta(days=period) if period else None,
        stale=stale,
        now=NOW,
        latest=Version(len(ages) + 1, "DESTROYED", NOW) if gone else next(iter(versions), None),
    )


@pytest.mark.parametrize(
    ("which", "rotation"),
    [
        (stands(), Rotation.EMPTY),
        (stands(1, states=["DISABLED"]), Rotation.EMPTY),
        (stands(500), Rotation.NEVER),
        (stands(10, period=90), Rotation.FRESH),
        (stands(80, period=90), Rotation.FRESH),
        (stands(82, period=90), Rotation.DUE),
        (stands(90, period=90), Rotation.OVERDUE),
        (stands(1, 200, period=90), Rotation.FRESH),
        (stands(1, 200, period=90, states=["DISABLED", "ENABLED"]), Rotation.SHUT),
        (stands(200, period=90, gone=True), Rotation.SHUT),
        (stands(1, 200, period=90, states=["ENABLED", "DISABLED"]), Rotation.FRESH),
    ],
)
def test_how_a_secret_stands(which, rotation):
    """By the age of its newest enabled version."""
    assert which.rotation is rotation


@pytest.mark.parametrize(
    ("which", "old"),
    [
        (stands(2, 10, 20), [2, 1]),
        (stands(0.5, 10), []),  # the grace of the old value is not over
        (stands(2, 10, stale=(WEB,)), []),  # somebody runs with it
        (stands(2, 10, states=["DISABLED", "ENABLED"]), []),
        (stands(2, 10, 20, states=["DISABLED", "ENABLED", "ENABLED"]), []),  # one to go back to
        (stands(10, 20, gone=True), []),
        (stands(), []),
    ],
)
def test_what_may_be_put_away(which, old):
    """What a newer version replaced a day ago, and nobody uses."""
    assert [item.number for item in which.old(timedelta(hours=24))] == old


def app(password, value=None):
    """A service that gets a URL which a made-up password is a part of."""
    stack = Stack("app", region="us-central1")
    stack.add(SecretValue("db-password", password))
    url = stack.add(
        SecretValue("db-url", compose("postgres://app:{p}@db/app", p=password), allow_delete=True)
    )
    secrets = {"DATABASE_URL": url}
    if value is not None:
        secrets["KEY"] = stack.add(SecretValue("key", value))
    template = CloudRunService("web-app", image="us-docker.pkg.dev/cloudrun/container/hello")
    stack.add(CloudRunApp(template, secrets=secrets))
    return stack


class Rotating:
    """An applied stack, in one process on a virtual clock."""

    def __init__(self, latency=0.02):
        self.password = Generated()
        self.stack = app(self.password)
        self.lab = Lab(latency)
        self.lab.apply(self.stack)
        self.lab.line.clock.advance(60)
        self.first = self.values()

    def rotate(self, seed=0):
        return operations.rotate(
            self.lab.session(self.stack, seed=seed), "db-password", None, lambda text: None
        )

    def values(self):
        """What the newest versions hold, and how many there are."""
        api = Api(self.lab.clients, "google.cloud.secretmanager_v1", "SecretManagerServiceClient")
        out = {}
        for name in ("db-password", "db-url"):
            parent = f"projects/{PROJECT}/secrets/{name}"
            request = {"parent": parent}
            listed = api.pages(
                "list_secret_versions", "ListSecretVersionsRequest", request, "versions"
            )
            request = {"name": f"{parent}/versions/latest"}
            answer = api.call("access_secret_version", "AccessSecretVersionRequest", request)
            out[name] = (len(listed), bytes(answer.payload.data).decode())
        return out

    def over(self):
        """Whether a rotation has come to its end."""
        plan = self.lab.plan(self.stack)
        found = secret_states(self.lab.session(self.stack), plan)
        new = self.values()["db-password"] != self.first["db-password"]
        return new and plan.empty and not any(item.stale for item in found)

    def finished(self):
        """One further version of each, alike, used by the service; nothing left to do."""
        now = self.values()
        assert {name: found[0] for name, found in now.items()} == {"db-password": 2, "db-url": 2}
        assert now["db-password"][1] != self.first["db-password"][1]
        assert now["db-url"][1] == f"postgres://app:{now['db-password'][1]}@db/app"
        plan = self.lab.plan(self.stack)
        assert plan.empty
        found = secret_states(self.lab.session(self.stack), plan)
        assert [item.stale for item in found] == [(), ()]


def test_a_new_value_reaches_everything_that_uses_it():
    """The password, the URL composed with it, the service that reads the URL."""
    place = Rotating()
    (rolled,) = place.rotate()
    assert rolled == WEB
    place.finished()
    assert operations.roll(place.lab.session(place.stack)) == []


def test_the_lease_is_held_while_services_come_up():
    """However long it takes: nobody else may change the stack meanwhile."""
    place = Rotating(latency=20.0)
    session = place.lab.session(place.stack)
    looked = []

    def boundary(when, what):
        if session.keeper.snapshot.lease is not None and "storage" not in what:
            session.keeper.still_held()
            looked.append(session.clock.monotonic())

    place.lab.line.boundary = boundary
    operations.rotate(session, "db-password", None, lambda text: None)
    assert looked[-1] - looked[0] > LEASE.total_seconds()
    place.lab.undisturbed()
    place.finished()


def readers(count, value, rollout=None):
    """Services that read one secret and don't need each other."""
    stack = Stack("readers", region="us-central1")
    secret = stack.add(SecretValue("key", value))
    for number in range(count):
        template = CloudRunService(
            f"reader-{number}", image="us-docker.pkg.dev/cloudrun/container/hello", rollout=rollout
        )
        stack.add(CloudRunApp(template, secrets={"KEY": secret}))
    return stack


def test_services_come_up_side_by_side_once_one_is_up():
    """The first shows that the new value is good; the others have all begun before one is up again."""
    lab, value = Lab(), Generated()
    stack = readers(3, value)
    lab.apply(stack)
    lab.line.clock.advance(60)
    lab.line.calls.clear()
    lab.line.google.latency = Latency(20.0)
    rolled = operations.rotate(lab.session(stack), "key", None, lambda text: None)
    assert len(rolled) == 3
    begun = [at for at, call in enumerate(lab.line.calls) if _BRINGS_UP.match(call)]
    polled = [at for at, call in enumerate(lab.line.calls) if "/operations/" in call]
    assert len(begun) == 3
    assert [at for at in polled if begun[0] < at < begun[1]], "the first was not waited for"
    assert [at for at in polled if at > begun[-1]], "the others were not waited for"
    assert not [at for at in polled if begun[1] < at < begun[2]]


def test_a_value_that_the_first_service_can_not_start_with_goes_no_further():
    """The others are not touched, and the same command brings all of them up once it is mended."""
    lab = Lab()
    stack = readers(3, "first")
    lab.apply(stack)
    lab.line.clock.advance(60)
    stack = readers(3, "second")
    lab.apply(stack)
    lab.line.google.faults.set([{"method": "run.*.services.patch", "fault": "403"}])
    with pytest.raises(ApplyFailed) as caught:
        operations.roll(lab.session(stack))
    assert len(caught.value.exceptions) == 1
    lab.undisturbed()
    assert len(operations.roll(lab.session(stack))) == 3


def pins(value):
    """A service that names versions of secrets by their numbers, and a secret with an alias."""
    stack = Stack("pins", region="us-central1")
    kept = {name: r.Secret(name) for name in ("env", "file", "free", "both")}
    kept["named"] = r.Secret("named", version_aliases={"prod": 1} if value != "1" else {})
    for secret in kept.values():
        stack.add(secret)
        stack.add(r.SecretVersion(secret, value=value))
    files = r.SecretVolume(secret=kept["file"], items=[r.SecretItem(path="k", version="1")])
    stack.add(
        CloudRunService(
            "web",
            image="us-docker.pkg.dev/cloudrun/container/hello",
            secret_env={
                "KEY": r.SecretEnv(secret=kept["env"], version="1"),
                "NEW": kept["both"],
                "OLD": r.SecretEnv(secret=kept["both"], version="2"),
            },
            volumes=[r.Volume(name="keys", secret=files)],
            volume_mounts=[r.VolumeMount(name="keys", mount_path="/keys")],
            depends_on=list(kept.values()),
        )
        if value == "3"
        else kept["env"]
    )
    return stack


def test_what_is_pinned_is_not_put_away():
    """By its number, in an environment or in files, or by an alias; the other old ones are."""
    lab = Lab()
    for value in ("1", "2", "3"):
        lab.apply(pins(value))
        lab.line.clock.advance(60)

    session = lab.session(pins("3"))
    found = secret_states(session, session.plan())
    done = operations.retire(session, found, timedelta(0), destroy=False)
    assert {(item.target.ids["name"], version.number) for item, version, _ in done} == {
        ("env", 2),
        ("file", 2),
        ("named", 2),
        ("free", 1),
        ("free", 2),
        ("both", 1),
    }
    (env,) = (item for item in found if item.target.ids["name"] == "env")
    assert env.to_json()["pinned"] == [1]


def test_a_rotation_that_dies_is_finished_by_the_same_command():
    """At every boundary of it; no secret gets a third version."""
    place = Rotating()
    lab = place.lab
    moments = lab.keep_moments()
    place.rotate()
    # Where nothing was changed between two boundaries, the next run finds the same.
    left = [moment for at, moment in enumerate(moments) if moment is not moments[at - 1]]
    assert len(left) >= 8
    for moment in left:
        lab.restore(moment)
        lab.undisturbed()
        if not place.over():  # else it died after all was done
            place.rotate(seed=1)
        place.finished()


@pytest.mark.parametrize(
    ("value", "status", "words"),
    [(None, 1, "1 secret: 1 without a version."), ("hunter2", 0, "1 secret: 0 overdue.")],
)
def test_a_secret_without_a_version_is_told(value, status, words):
    """Whoever reads it would not come up: that is for somebody to mend."""
    lab, stack = Lab(), Stack("shop", project=PROJECT, region="us-central1", enable_apis=False)
    secret = stack.add(r.Secret("key"))
    if value:
        stack.add(r.SecretVersion(secret, value=value))
    lab.apply(stack).outcome.raise_failed()

    said = Bench(world=World(lab)).run(stack, "secrets", "status")

    assert (said.status, said.err) == (status, "")
    assert words in said.out


@pytest.fixture
def place(gcp_emulator, tmp_path):
    project = f"sec-{uuid.uuid4().hex[:12]}"
    file = tmp_path / "app.py"
    file.write_text(
        "from gcpstack import FromEnv, Generated\n"
        "from tests.operations.test_secrets import app\n"
        'stack = app(Generated(), FromEnv("KEY"))\n'
    )
    return [str(file), "--project", project, "--endpoint", gcp_emulator.endpoint]


def told(capsys, *arguments):
    capsys.readouterr()
    status = main(list(arguments))
    said = capsys.readouterr()
    return status, said.out + said.err


def test_a_rotation_waits_for_nobody_and_disturbs_nobody():
    """While another run holds the lease, no version is added."""
    place = Rotating()
    before = place.values()
    other = place.lab.session(place.stack)
    other.plan()
    with other.leased(), pytest.raises(InventoryLocked):
        place.rotate()
    assert place.values() == before
    place.rotate()
    place.finished()


def test_nothing_is_put_away_beside_another_run():
    """While another run holds the lease, the old versions stay as they are."""
    place = Rotating()
    place.rotate()
    session, other = place.lab.session(place.stack), place.lab.session(place.stack)
    found = secret_states(session, session.plan())
    other.plan()
    with other.leased():
        session.plan()
        with pytest.raises(InventoryLocked, match="has been changing this stack"):
            operations.retire(session, found, timedelta(0), destroy=False)
    again = place.lab.session(place.stack)
    found = secret_states(again, again.plan())
    assert len(operations.retire(again, found, timedelta(0), destroy=False)) == 2


class TestCommand:
    def test_the_whole_story(self, place, capsys, monkeypatch):
        """Status, a rotation, one of a value from outside, the old ones disabled and destroyed."""
        monkeypatch.setenv("KEY", "the first key")
        assert main(["apply", *place, "--yes"]) == 0
        status, text = told(capsys, "secrets", "status", *place)
        assert (status, text.count("never rotated")) == (0, 3)

        file, *rest = place
        status, text = told(capsys, "secrets", "rotate", file, "db-password", *rest, "--yes")
        assert status == 0
        assert "db-password has a new version." in text
        assert "Restarted run.Service/us-central1/web-app" in text

        status, text = told(capsys, "secrets", "rotate", file, "key", *rest, "--yes")
        assert status == 1
        assert "comes from outside" in text

        monkeypatch.setenv("OTHER", "the second key")
        other = ("secrets", "rotate", file, "key", *rest, "--yes", "--from-env", "OTHER")
        status, text = told(capsys, *other)
        assert (status, "declares another value for key" in text) == (1, True)
        assert "second" not in text

        monkeypatch.setenv("KEY", "the second key")
        status, text = told(
            capsys, "secrets", "rotate", file, "key", *rest, "--yes", "--from-env", "KEY"
        )
        assert status == 0, text
        assert "second" not in text

        retire = ("secrets", "retire", *place, "--yes")
        status, text = told(capsys, *retire)
        assert (status, "nothing to retire or destroy" in text) == (0, True)
        status, text = told(capsys, *retire, "--grace", "0")
        assert (status, text.count("disabled")) == (0, 3)
        destroy = ("secrets", "destroy", file, "key", *rest, "--yes", "--grace", "0")
        status, text = told(capsys, *destroy)
        assert status == 1
        assert "--allow-delete secretmanager.Secret/key" in text
        status, text = told(capsys, *destroy, "--allow-delete", "secretmanager.Secret/key")
        assert (status, text) == (0, "key: version 1 destroyed.\n")

        status, text = told(capsys, "secrets", "status", *place, "--json")
        rows = {row["secret"]: row for row in json.loads(text)["secrets"]}
        assert rows["key"]["versions"] == [{"number": 2, "state": "ENABLED"}]
        assert rows["db-url"]["versions"][1] == {"number": 1, "state": "DISABLED"}
        assert rows["db-url"]["users"] == ["run.Service/us-central1/web-app"]

    def test_somebody_else_adds_a_version(self, place, capsys, monkeypatch, gcp_emulator):
        """Status tells which service runs with the old one; `roll` brings it up."""
        monkeypatch.setenv("KEY", "the first key")
        assert main(["apply", *place, "--yes"]) == 0
        monkeypatch.setenv("KEY", "the second key")
        assert main(["apply", *place, "--yes"]) == 0
        status, text = told(capsys, "secrets", "status", *place)
        assert status == 1
        assert "Started before its newest version: run.Service/us-central1/web-app." in text
        status, text = told(capsys, "secrets", "roll", *place, "--yes")
        assert (status, "Restarted" in text) == (0, True)
        assert told(capsys, "secrets", "status", *place)[0] == 0

    def test_what_is_wrong_is_said(self, place, capsys, monkeypatch):
        """No secret named, one that is none, other changes to make, nobody to ask."""
        monkeypatch.setenv("KEY", "the first key")
        file, *rest = place
        status, text = told(capsys, "secrets", "rotate", *place, "--yes")
        assert (status, "No SECRET is named" in text) == (1, True)
        status, text = told(capsys, "secrets", "rotate", file, "other", *rest, "--yes")
        assert (status, "There are: db-password, db-url, key." in text) == (1, True)
        status, text = told(capsys, "secrets", "rotate", file, "db-password", *rest, "--yes")
        assert (status, "Apply them first" in text) == (1, True)
        status, text = told(capsys, "secrets", "rotate", file, "db-password", *rest)
        assert (status, "Add --yes" in text) == (1, True)
        status, text = told(capsys, "secrets", "rotate", file, "key", *rest, "--from-env", "NONE")
        assert (status, "NONE is not set" in text) == (1, True)
        monkeypatch.setenv("NONE", "")
        status, text = told(
            capsys, "secrets", "rotate", file, "key", *rest, "--yes", "--from-env", "NONE"
        )
        assert (status, "The new value is empty." in text) == (1, True)
        endless = ("secrets", "retire", file, *rest, "--yes", "--grace", "9" * 12)
        status, text = told(capsys, *endless)
        assert (status, "is more than 1000000" in text) == (1, True)
        status, text = told(capsys, "secrets", "burn", *place)
        assert (status, "invalid choice: 'burn'" in text) == (1, True)

    def test_what_stands_in_for_a_value_from_outside_is_not_made_up(self, place, capsys):
        """A key that somebody added is not replaced by something that opens nothing."""
        file, *rest = place
        code = pathlib.Path(file)
        stands_in = 'Generated(), Generated(initial="to be added")'
        code.write_text(code.read_text().replace('Generated(), FromEnv("KEY")', stands_in))
        assert main(["apply", *place, "--yes"]) == 0

        rotate = ("secrets", "rotate", file, "key", *rest, "--yes")
        status, text = told(capsys, *rotate)
        assert (status, "comes from outside" in text) == (1, True)
        added = code.with_name("key.txt")
        added.write_text("the real key")
        status, text = told(capsys, *rotate, "--from-file", str(added))
        assert (status, "key has a new version." in text) == (0, True)
        assert told(capsys, "plan", *place, "--detailed-exitcode")[0] == 0

    @pytest.mark.skipif(os.name != "posix", reason="named pipes of POSIX")
    def test_a_value_may_come_through_a_pipe(self, place, capsys, tmp_path):
        """As from a password manager: a pipe gives what it holds once, and that is the value."""
        file, *rest = place
        code = pathlib.Path(file)
        stands_in = 'Generated(), Generated(initial="to be added")'
        code.write_text(code.read_text().replace('Generated(), FromEnv("KEY")', stands_in))
        assert main(["apply", *place, "--yes"]) == 0
        pipe = tmp_path / "pipe"
        os.mkfifo(pipe)
        writer = threading.Thread(target=pipe.write_bytes, args=(b"the real key",))
        writer.start()

        status, text = told(
            capsys, "secrets", "rotate", file, "key", *rest, "--yes", "--from-file", str(pipe)
        )

        writer.join(30)
        assert (status, "key has a new version." in text) == (0, True)


def test_consent_is_needed_before_anything_is_destroyed():
    """And for each secret by its name."""
    place = Rotating()
    place.rotate()
    session = place.lab.session(place.stack)
    found = secret_states(session, session.plan())
    assert len(operations.retire(session, found, timedelta(0), destroy=False)) == 2
    found = secret_states(session, session.plan())
    with pytest.raises(ConsentRequired, match="db-password"):
        operations.retire(session, found, timedelta(0), destroy=True)
    with pytest.raises(SettingsError, match="no secret 'other'"):
        chosen(found, "other")
