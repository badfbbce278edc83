"""Database users that take turns: refusals on the way, from one user to two, adopted, made and destroyed."""

import json
import re
from dataclasses import replace

import pytest

from gcpstack import SqlLogin
from gcpstack import resources as r
from gcpstack._operations import backups
from gcpstack._operations import secrets as operations
from gcpstack.exceptions import CloudError
from gcpstack.resources.kinds import ALL
from tests.operations.logins import SECRET, Place, boundaries, pair, shut_out, single
from tests.reliability.lab import PROJECT

USER = ALL["sql.User"]


@pytest.mark.parametrize(
    "rule",
    [
        {"method": "sql.users.update", "fault": "403"},
        {"method": "secretmanager.projects.secrets.addVersion", "fault": "403"},
    ],
    ids=lambda rule: f"{rule['method']} {rule['fault']}",
)
def test_what_is_refused_shuts_nobody_out(rule):
    """Nobody is told of a password that was not set; the same command goes on once it may."""
    place = Place(pair())
    before = place.held()
    place.lab.line.google.faults.set([rule])
    with pytest.raises(CloudError) as refused:
        place.rotate()
    place.lab.undisturbed()
    assert place.held() == before
    assert place.gets_in(before[1])
    assert not re.search(r"\w{32}", str(refused.value))
    assert place.lab.plan(place.stack).empty
    assert shut_out(place) == []


@pytest.mark.parametrize("fault", ["reset_before", "reset_after", "503"])
@pytest.mark.parametrize(
    "method", ["sql.users.update", "secretmanager.projects.secrets.addVersion"]
)
def test_what_is_lost_on_the_way_is_done_once(method, fault):
    """One version more, and nobody is shut out."""
    place = Place(pair())
    place.lab.line.google.faults.set([{"method": method, "fault": fault, "nth": 1}])
    assert shut_out(place) == []
    assert len(place.held()) == 2
    assert place.lab.plan(place.stack).empty


class TestFromOneUserToTwo:
    def test_the_single_user_becomes_one_of_them(self):
        """Its password stays, the service is left alone, and the second user is made."""
        place = Place(single())
        before, held = place.newest(), place.serving()
        place.stack = pair()
        plan = place.lab.plan(place.stack)
        actions = {str(change.address): change.action for change in plan.changes if change.mutates}
        assert actions == {
            "sql.User/db/app-two": "create",
            "secretmanager.Secret/database-password": "delete",
            "secretmanager.SecretVersion/database-password": "delete",
        }
        place.lab.apply(place.stack).outcome.raise_failed()
        assert (place.newest(), place.serving()) == (before, held)
        assert place.gets_in(before)
        place.lab.line.clock.advance(60)
        assert shut_out(place) == []

    def test_or_stays_until_it_is_removed(self):
        """Where both have new names: whoever holds its password gets in as long as it is declared."""
        place = Place(single())
        before = place.newest()
        kept = single()
        place.stack = pair(users=("app-one", "app-two"))
        (user,) = (item for item in kept.items if isinstance(item, r.SqlUser))
        (password,) = (
            item for item in kept.items if getattr(item, "name", "") == "database-password"
        )
        for item in (user, password):
            place.stack.add(item)
        place.lab.apply(place.stack).outcome.raise_failed()
        assert place.newest().startswith("postgresql://app-one:")
        assert place.gets_in(before)
        assert place.gets_in(place.newest())
        operations.roll(place.session())
        assert place.serving() == 2

        place.stack = pair(users=("app-one", "app-two"))
        place.lab.apply(place.stack).outcome.raise_failed()
        assert not place.gets_in(before)
        assert place.gets_in(place.newest())
        assert place.lab.plan(place.stack).empty


def test_each_login_has_its_own_users():
    """The rotation of one leaves the other as it is."""
    stack = pair()
    (first,) = (item for item in stack.items if isinstance(item, SqlLogin))
    users = ("report", "report-two")
    stack.add(SqlLogin("report-login", instance=first.instance, users=users))
    place = Place(stack)
    before = place.held("report-login")
    assert shut_out(place) == []
    assert place.held("report-login") == before
    place.rotated = "report-login"
    place.rotate()
    held = [json.loads(text)["username"] for text in place.held("report-login").values()]
    assert held == ["report", "report-two"]
    assert len(place.held()) == 2
    assert place.lab.plan(place.stack).empty


@pytest.mark.parametrize("made", [pair, single])
def test_a_restored_backup_brings_its_passwords_back(made):
    """The next apply sets those that the newest versions name."""
    place = Place(made())
    session = place.session()
    (database,) = backups.data(session.plan())
    with session.leased():
        backups.make(session, database)
    place.rotated = SECRET if made is pair else "database-password"
    for _ in range(2):
        place.lab.line.clock.advance(60)
        place.rotate()
    place.lab.undisturbed()

    consents = (str(database.address),)
    session = place.lab.session(place.stack, replace(place.lab.settings, consents=consents))
    (database,) = backups.data(session.plan())
    with session.leased():
        backups.restore(session, database, backup=None, at=None, to=None)
    assert not place.gets_in(place.newest())
    assert place.gets_in(place.held()[1])
    plan = place.lab.plan(place.stack)
    changed = {str(c.address): [diff.name for diff in c.diff] for c in plan.changes if c.mutates}
    assert changed == {"sql.User/db/app": ["password"]}

    place.lab.apply(place.stack).outcome.raise_failed()
    assert place.gets_in(place.newest())
    assert place.lab.plan(place.stack).empty


class TestTheirLife:
    def test_users_that_were_there_are_taken_over(self):
        """The first gets the password that the secret names; the other one is left alone."""
        place = Place(pair())
        place.rotate()
        texts = place.held()
        bucket = f"{PROJECT}-gcpstack"
        state = place.lab.line.google.state
        for service, name in [key for key in state.objects if bucket in key[1]]:
            state.delete(service, name)
        plan = place.lab.plan(place.stack)
        users = {str(c.address): c.action for c in plan.changes if c.kind is USER}
        assert users == {"sql.User/db/app": "adopt", "sql.User/db/app-two": "adopt"}
        place.lab.apply(place.stack).outcome.raise_failed()
        assert place.held() == texts
        assert all(map(place.gets_in, texts.values()))
        assert place.lab.plan(place.stack).empty

    def test_nothing_of_them_is_left(self):
        """After a destroy; it dies at no boundary without the next one ending it."""
        place = Place(pair())
        moments = place.lab.keep_moments()
        place.lab.apply(place.stack, destroy=True).outcome.raise_failed()
        for moment in boundaries(moments)[::3]:
            place.lab.restore(moment)
            place.lab.undisturbed()
            place.lab.apply(place.stack, destroy=True).outcome.raise_failed()
            names = [obj.name for obj in place.lab.line.google.state.objects.values()]
            assert not [name for name in names if "/users/" in name or "/secrets/" in name]

    def test_a_first_apply_that_dies_is_finished(self):
        """At every boundary: the version names a user whom it lets in."""
        place = Place(pair())
        lab = place.lab
        lab.line.google.reset()
        moments = lab.keep_moments()
        lab.apply(place.stack).outcome.raise_failed()
        for moment in boundaries(moments)[::2]:
            lab.restore(moment)
            lab.undisturbed()
            lab.apply(place.stack).outcome.raise_failed()
            assert len(place.held()) == 1
            assert place.gets_in(place.newest())
            assert lab.plan(place.stack).empty
