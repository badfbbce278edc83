"""Database users that take turns: whoever holds a version gets in, at every moment of a rotation."""

import logging
import re

import pytest

from gcpstack import CloudRunApp, SettingsError
from gcpstack import resources as r
from gcpstack._adapters.gapic import Api
from gcpstack._core.ports import Target
from gcpstack._core.refs import Sensitive
from gcpstack._operations import secrets as operations
from gcpstack._operations.secret_states import secret_states
from gcpstack.exceptions import InventoryLocked
from gcpstack.resources.kinds import SECRET_VERSION
from tests.operations.logins import IMAGE, SECRET, Place, boundaries, pair, shut_out, single
from tests.reliability.lab import PROJECT


@pytest.mark.parametrize("version", ["POSTGRES_15", "MYSQL_8_0"])
def test_nobody_is_shut_out(version):
    """The running service, whoever starts meanwhile, and what still drains: for many rotations."""
    place = Place(pair(version=version))
    for number in range(1, 4):
        assert shut_out(place) == []
        assert len(place.held()) == number + 1
        assert place.serving() == number + 1
        assert place.lab.plan(place.stack).empty


def test_a_single_user_shuts_somebody_out():
    """The same probe tells."""
    gaps = shut_out(Place(single(), rotated="database-password"))
    assert any(gap.startswith("the running service") for gap in gaps)
    assert any(gap.startswith("who started before, at the end") for gap in gaps)


def test_the_password_comes_before_the_version():
    """And the one user is changed alone, by one call."""
    place = Place(pair())
    place.lab.line.calls.clear()
    place.lab.line.google.log.clear()
    place.rotate()
    changes = [name for name in place.lab.line.mutations() if not name.startswith("run.")]
    assert changes == [
        "sql.users.update",
        "secretmanager.projects.secrets.addVersion",
    ]


def over(place):
    """Whether a rotation has come to its end."""
    plan = place.lab.plan(place.stack)
    found = secret_states(place.session(), plan)
    return len(place.held()) == 2 and plan.empty and not any(item.stale for item in found)


def finished(place):
    """One further version, which the service holds; nothing left to do, or to undo."""
    assert [text.split(":")[1] for text in place.held().values()] == ["//app", "//app-two"]
    assert all(map(place.gets_in, place.held().values()))
    assert place.serving() == 2
    assert over(place)
    place.lab.line.google.log.clear()
    assert place.lab.apply(place.stack).plan.empty
    assert place.lab.line.mutations() == []


def test_a_rotation_that_dies_is_finished_by_the_same_command():
    """At every boundary; there is no third version, and nobody is shut out meanwhile."""
    place = Place(pair())
    moments = place.lab.keep_moments()
    place.rotate()
    left = boundaries(moments)
    assert len(left) >= 8
    for moment in left:
        place.lab.restore(moment)
        place.lab.undisturbed()
        assert place.gets_in(place.held()[place.serving()])
        assert place.gets_in(place.newest())
        if not over(place):  # else it died after all was done
            place.rotate(seed=1)
        finished(place)


def test_a_rotation_that_nobody_reads_is_finished_too():
    """Whoever reads the secret is no part of the stack."""
    place = Place(pair(read=False))
    moments = place.lab.keep_moments()
    place.rotate()
    for moment in boundaries(moments):
        place.lab.restore(moment)
        place.lab.undisturbed()
        begun = len(place.held())
        place.rotate(seed=1)
        texts = place.held()
        assert begun <= len(texts) <= 3  # where it had ended already, this is another one
        assert all(map(place.gets_in, list(texts.values())[-2:]))
        assert place.lab.plan(place.stack).empty


def test_an_apply_after_a_rotation_that_died_shuts_nobody_out():
    """It does what it finds; the next rotation ends what was begun."""
    place = Place(pair())
    moments = place.lab.keep_moments()
    place.rotate()
    for moment in boundaries(moments):
        place.lab.restore(moment)
        place.lab.undisturbed()
        serving = place.held()[place.serving()]
        place.lab.apply(place.stack).outcome.raise_failed()
        assert place.lab.plan(place.stack).empty
        assert place.gets_in(serving)
        assert place.gets_in(place.newest())


def test_the_last_user_is_put_to_rest_with_the_old_versions():
    """At every boundary: a version that was put away lets nobody in, and the one in use does."""
    place = Place(pair())
    place.rotate()
    texts = list(place.held().values())
    place.lab.undisturbed()
    moments = place.lab.keep_moments()
    assert [(version.number, what) for _, version, what in place.retire()] == [(1, "disabled")]
    for moment in boundaries(moments):
        place.lab.restore(moment)
        place.lab.undisturbed()
        place.retire()
        assert place.held() == {1: None, 2: texts[1]}
        assert [place.gets_in(text) for text in texts] == [False, True]
        assert place.lab.plan(place.stack).empty
    assert place.retire() == []
    assert shut_out(place) == []


def test_a_version_that_is_brought_back_lets_in_again():
    """Its user was put to rest: the next apply gives it the password that the version names."""
    place = Place(pair())
    first = place.newest()
    place.rotate()
    place.lab.undisturbed()
    place.retire()
    api = Api(place.lab.clients, "google.cloud.secretmanager_v1", "SecretManagerServiceClient")
    name = f"projects/{PROJECT}/secrets/{SECRET}/versions"
    api.json("enable_secret_version", "EnableSecretVersionRequest", {"name": f"{name}/1"})
    api.json("disable_secret_version", "DisableSecretVersionRequest", {"name": f"{name}/2"})
    assert not place.gets_in(first)

    place.lab.apply(place.stack).outcome.raise_failed()
    assert place.newest() == first
    assert place.gets_in(first)
    assert place.lab.plan(place.stack).empty


def test_a_version_that_somebody_adds_is_taken_over():
    """The user that it names gets its password."""
    place = Place(pair())
    text = place.newest().replace("app:", "app-two:")
    session = place.session()
    target = Target(SECRET_VERSION, {"project": PROJECT, "secret": SECRET})
    body = {"payload": {"data": Sensitive(text)}}
    session.adapter_for(SECRET_VERSION).create(target, body, "")
    assert not place.gets_in(text)

    place.lab.apply(place.stack).outcome.raise_failed()
    assert place.gets_in(text)
    assert place.newest() == text
    assert place.lab.plan(place.stack).empty


def pinned(number):
    """A second service, which reads a version by its number."""
    stack = pair()
    secret = r.SecretEnv(secret=SECRET, version=number)
    template = r.CloudRunService("pinned", image=IMAGE)
    stack.add(CloudRunApp(template, secrets={"DATABASE_URL": secret}))
    return stack


def test_whoever_reads_a_version_by_its_number_is_not_shut_out():
    """The rotation that would do it is refused before anything is touched; nor is its user put to rest."""
    place = Place(pair())
    place.rotate()
    place.lab.line.clock.advance(60)
    place.stack = pinned("1")
    place.lab.apply(place.stack).outcome.raise_failed()
    texts = place.held()
    place.lab.line.google.log.clear()
    with pytest.raises(SettingsError, match=r"Version 1 of database-url is read by its number"):
        place.rotate()
    assert place.lab.line.mutations() == []
    place.retire()
    assert place.held() == texts
    assert all(map(place.gets_in, texts.values()))


def test_beside_another_run_no_password_is_changed():
    """The lease comes first."""
    place = Place(pair())
    before = place.newest()
    other = place.session()
    other.plan()
    with other.leased(), pytest.raises(InventoryLocked):
        place.rotate()
    assert place.held() == {1: before}
    assert place.gets_in(before)


def test_a_password_from_outside_is_refused():
    """A version names a user too."""
    place = Place(pair())
    with pytest.raises(SettingsError, match="names one of two users that take turns") as refused:
        operations.rotate(place.session(), SECRET, "hunter2", lambda text: None)
    assert "hunter2" not in str(refused.value)
    assert len(place.held()) == 1


def test_another_form_is_refused(caplog):
    """Nobody could tell who is on; the text is told nowhere."""
    place = Place(pair())
    text = place.newest()
    other = pair(text='{"user": "{user}", "key": "{password}", "at": "{instance}"}')
    with pytest.raises(SettingsError, match="in another form") as refused:
        place.lab.plan(other)
    assert text.split(":")[2][:32] not in str(refused.value) + caplog.text


def test_around_the_login_the_text_may_change():
    """User and password stay; the next version holds the new text."""
    place = Place(pair())
    before = place.newest()
    place.stack = pair(text="postgres://{user}:{password}@/app?host=/x/{instance}&sslmode=off")
    place.lab.apply(place.stack).outcome.raise_failed()
    assert (
        place.newest()
        == before.replace("postgresql://", "postgres://").replace("/cloudsql/", "/x/")
        + "&sslmode=off"
    )
    assert place.gets_in(place.newest())
    place.lab.line.clock.advance(60)
    operations.roll(place.session())
    assert shut_out(place) == []


def test_both_users_have_the_same_roles():
    """Also after they change; passwords stay."""
    place = Place(pair())
    place.rotate()
    texts = place.held()
    place.stack = pair(database_roles=["reader", "writer"])
    place.lab.apply(place.stack).outcome.raise_failed()
    objects = place.lab.line.google.state.objects.values()
    users = [obj.body for obj in objects if obj.kind == "users" and "app" in obj.body["name"]]
    assert [sorted(user["databaseRoles"]) for user in users] == [["reader", "writer"]] * 2
    assert place.held() == texts
    assert all(map(place.gets_in, texts.values()))
    assert place.lab.plan(place.stack).empty


def test_no_password_is_told(caplog):
    """Not in a plan, an event, a log line, the inventory, or what a command says."""
    caplog.set_level(logging.DEBUG)
    place = Place(pair())
    told, texts = [], set(place.held().values())
    place.lab.on_event = place.tell = told.append
    for work in (place.rotate, place.retire):
        told += [place.lab.plan(place.stack), work(), place.lab.plan(place.stack)]
        texts |= {text for text in place.held().values() if text}
        place.lab.undisturbed()
    state = place.lab.line.google.state.objects.items()
    told += [obj for (_, name), obj in state if f"{PROJECT}-gcpstack" in name]
    told += place.lab.line.calls
    passwords = {re.search(r":(\w{32})@", text)[1] for text in texts}
    assert len(passwords) == 2
    everything = f"{told} {caplog.text}"
    assert "The database user app-two has a new password; app keeps its own." in everything
    assert "The database user app has a password that nobody knows." in everything
    assert not [password for password in passwords if password in everything]
