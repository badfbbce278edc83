"""Work on data that dies at any boundary is ended by the same command, and is begun once."""

import dataclasses
import json
import re
from collections.abc import Callable
from dataclasses import dataclass

import pytest

from gcpstack import (
    Bucket,
    BucketIamMember,
    FirestoreDatabase,
    RedisInstance,
    SqlBackups,
    SqlDatabase,
    SqlInstance,
    Stack,
)
from gcpstack._operations import backups, transfers
from tests.reliability.lab import PROJECT, Lab, masked

SQL = "sql.DatabaseInstance/orders"
#: What a command does, in the words of the command.
Act = Callable[..., object]


def sql():
    stack = Stack("keep", project=PROJECT, region="us-central1", enable_apis=False)
    instance = stack.add(
        SqlInstance(
            "orders",
            database_version="POSTGRES_16",
            tier="db-custom-1-3840",
            edition="ENTERPRISE",
            backups=SqlBackups(enabled=True, point_in_time_recovery=True),
        )
    )
    stack.add(SqlDatabase("shop", instance=instance))
    return stack


def make(session, change):
    backups.make(session, change)


def restore(**more) -> Act:
    given = {"backup": None, "at": None, "to": None, **more}
    return lambda session, change: backups.restore(session, change, **given)


def place_of(name: str) -> str:
    return f"gs://{PROJECT}-kept/{name}"


def files():
    stack = Stack("keep", project=PROJECT, region="us-central1", enable_apis=False)
    cache = stack.add(RedisInstance("cache", tier="BASIC", memory_size_gb=1))
    bucket = stack.add(Bucket(f"{PROJECT}-kept", location="US", versioning=True))
    member = cache.output("persistence_iam_identity")
    stack.add(BucketIamMember(bucket, role="roles/storage.objectAdmin", member=member))
    stack.add(FirestoreDatabase("carts", location="nam5"))
    return stack


def export(name):
    return lambda session, change: transfers.export(session, change, place_of(name))


def import_(name):
    return lambda session, change: transfers.import_(session, change, place_of(name))


class Desk:
    """An applied stack, and commands on its data, each in a process of its own."""

    def __init__(
        self, stack: Stack, address: str, kinds=backups.KINDS, latency: float = 0.02
    ) -> None:
        self.stack, self.address, self.kinds = stack, address, kinds
        self.lab = Lab(latency)
        self.lab.apply(stack).outcome.raise_failed()
        self.lab.line.clock.advance(60)

    def run(self, act: Act):
        """Do what the command does."""
        consenting = dataclasses.replace(self.lab.settings, consents=(self.address,))
        session = self.lab.session(self.stack, consenting)
        [change] = backups.data(session.plan(), self.address, kinds=self.kinds)
        with session.leased():
            return act(session, change)

    def begun(self) -> list[str]:
        """The operations that exist, whatever they are of."""
        objects = self.lab.line.google.state.objects.values()
        return sorted(obj.name for obj in objects if obj.kind == "operations")

    def notes(self):
        session = self.lab.session(self.stack)
        session.plan()
        return session.keeper.snapshot.tasks


@dataclass(frozen=True)
class Work:
    """One command, and what must be there for it."""

    desk: Callable[[], Desk]
    act: Act
    before: tuple[Act, ...] = ()


def desk():
    return Desk(sql(), SQL)


def cache():
    return Desk(files(), "redis.Instance/us-central1/cache", transfers.KINDS)


def carts():
    return Desk(files(), "firestore.Database/carts", transfers.KINDS)


WORKS = {
    "redis-export": Work(cache, export("now.rdb")),
    "redis-import": Work(cache, import_("then.rdb"), (export("then.rdb"),)),
    "firestore-export": Work(carts, export("night")),
    "firestore-export-unnamed": Work(carts, export("")),
    "firestore-import": Work(carts, import_("night"), (export("night"),)),
    "sql-make": Work(desk, make),
    "sql-make-another": Work(desk, make, (make,)),
    "sql-restore": Work(desk, restore(), (make,)),
}


#: The folder that Firestore names after the time, in the names of objects.
_NAMED_BY_TIME = re.compile(r"#(?:%3A\d\d)+(?:\.\d+)?Z?")


def alike(lab):
    """What exists, but for the moment at which it came."""
    return json.loads(_NAMED_BY_TIME.sub("#", json.dumps(lab.live(), sort_keys=True)))


@pytest.mark.parametrize("name", WORKS)
def test_what_dies_is_ended_by_the_same_command(name):
    """At every boundary of it: one operation, the same end, and no note stays."""
    work = WORKS[name]
    place = work.desk()
    lab = place.lab
    for act in work.before:
        place.run(act)
    there = len(place.begun())
    moments = lab.keep_moments()
    told = place.run(work.act)
    lab.undisturbed()
    end = alike(lab)
    assert len(place.begun()) == there + 1
    # Where nothing was changed between two boundaries, the next run finds the same.
    left = [moment for at, moment in enumerate(moments) if moment is not moments[at - 1]]
    assert len(left) >= 5
    noted = 0
    for moment in left:
        lab.restore(moment)
        lab.undisturbed()
        if len(place.begun()) > there and not place.notes():
            continue  # it died after all was done
        noted += bool(place.notes())
        assert masked(str(place.run(work.act))) == masked(str(told))
        assert len(place.begun()) == there + 1
        assert not lab.unfinished()
        assert not place.notes()
        assert alike(lab) == end
    assert noted >= 3


def test_another_command_waits_for_what_is_under_way():
    """Instead of being refused by Google; the note of the first is gone."""
    place = Desk(sql(), SQL, latency=1.0)
    place.run(make)
    moments = place.lab.keep_moments()
    place.run(make)
    last = len(place.begun())
    died = 0
    for moment in moments:
        place.lab.restore(moment)
        place.lab.undisturbed()
        if not place.lab.unfinished():
            continue
        died += 1
        place.run(restore())
        assert not place.notes()
        assert len(place.begun()) == last + 1
    assert died
