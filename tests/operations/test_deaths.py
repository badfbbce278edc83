"""Work on data that dies at any boundary is ended by the same command, and is begun once."""

import dataclasses
import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

import pytest
import requests

from gcpstack import FirestoreBackupSchedule, FirestoreDatabase, Stack
from gcpstack._operations import backups, transfers, versions
from gcpstack.emulator.core.wire import Request
from gcpstack.exceptions import Conflict
from tests.operations.kept import CACHE, CARTS, SQL, add_cache, add_carts, add_orders
from tests.reliability.lab import PROJECT, Lab, masked

#: What a command does, in the words of the command.
Act = Callable[..., object]


def stack() -> Stack:
    return Stack("keep", project=PROJECT, region="us-central1", enable_apis=False)


def sql():
    made = stack()
    add_orders(made)
    return made


def make(session, change):
    backups.make(session, change)


def restore(**more) -> Act:
    given = {"backup": None, "at": None, "to": None, **more}
    return lambda session, change: backups.restore(session, change, **given)


def place_of(name: str) -> str:
    return f"gs://{PROJECT}-kept/{name}"


def files():
    made = stack()
    add_cache(made, f"{PROJECT}-kept", versioning=True)
    add_carts(made)
    return made


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
    return Desk(files(), CACHE, transfers.KINDS)


def carts():
    return Desk(files(), CARTS, transfers.KINDS)


def backed_up():
    """A database with backups that its schedule has made, from the newest to be restored elsewhere."""
    stack = files()
    [database] = [one for one in stack.items if isinstance(one, FirestoreDatabase)]
    stack.add(FirestoreBackupSchedule("daily", database=database, retention="7d"))
    place = Desk(stack, CARTS, transfers.KINDS)
    place.lab.line.clock.advance(2 * 86400)
    return place


def clone(session, change):
    """Restore a moment that lies in the life of the instance, the same one whenever it is asked."""
    made = datetime.fromisoformat(change.live.body["createTime"])
    act = restore(at=made + timedelta(seconds=30), to="orders-then")
    return act(session, change)


WORKS = {
    "redis-export": Work(cache, export("now.rdb")),
    "redis-import": Work(cache, import_("then.rdb"), (export("then.rdb"),)),
    "firestore-export": Work(carts, export("night")),
    "firestore-export-unnamed": Work(carts, export("")),
    "firestore-import": Work(carts, import_("night"), (export("night"),)),
    "sql-make": Work(desk, make),
    "sql-make-another": Work(desk, make, (make,)),
    "sql-restore": Work(desk, restore(), (make,)),
    "sql-clone": Work(desk, clone),
    "firestore-restore": Work(backed_up, restore(to="carts-then")),
}


#: The folder that Firestore names after the time, in the names of objects.
_NAMED_BY_TIME = re.compile(r"#(?:%3A\d\d)+(?:\.\d+)?Z?")


def alike(lab):
    """What exists, but for the moment at which it came."""
    return json.loads(_NAMED_BY_TIME.sub("#", json.dumps(lab.live(), sort_keys=True)))


class Page(Desk):
    """A bucket with three versions of a page."""

    def __init__(self, *texts: bytes) -> None:
        super().__init__(files(), f"storage.Bucket/{PROJECT}-kept", (versions.KIND,))
        for text in texts:
            self.write(text)

    def write(self, text: bytes) -> None:
        path = f"/storage.googleapis.com/upload/storage/v1/b/{PROJECT}-kept/o"
        request = Request("POST", path, "uploadType=media&name=page", {}, text)
        assert self.lab.line.google.handle(request).status == 200

    def content(self) -> bytes:
        path = f"/storage.googleapis.com/storage/v1/b/{PROJECT}-kept/o/page"
        return self.lab.line.google.handle(Request("GET", path, "alt=media")).body

    def kept(self) -> int:
        session = self.lab.session(self.stack)
        [change] = backups.data(session.plan(), self.address, kinds=self.kinds)
        return len(versions.versions(session, change, "page"))


def bring_back(session, change):
    what = versions.chosen(session, change, "page", None)
    return versions.restore(session, change, what)


def test_a_version_is_not_swapped_back():
    """A restore that dies after its copy is ended by the same command, at every boundary."""
    page = Page(b"one", b"two", b"three")
    lab, moments = page.lab, page.lab.keep_moments()
    page.run(bring_back)
    left = [moment for at, moment in enumerate(moments) if moment is not moments[at - 1]]
    swapped = 0
    for moment in left:
        lab.restore(moment)
        lab.undisturbed()
        if page.kept() == 3 and not page.notes():
            continue  # it died after all was done
        swapped += page.content() == b"two"
        page.run(bring_back)
        assert (page.content(), page.kept()) == (b"two", 3)
        assert not page.notes()
    assert swapped


def test_what_was_written_after_a_death_stays():
    """The next command refuses to overwrite it, and forgets what the dead one wanted."""
    page = Page(b"one", b"two", b"three")
    lab, moments = page.lab, page.lab.keep_moments()
    page.run(bring_back)
    noted = 0
    for moment in moments:
        lab.restore(moment)
        lab.undisturbed()
        if not page.notes():
            continue
        noted += 1
        page.write(b"another")
        with pytest.raises(Conflict, match="was changed meanwhile"):
            page.run(bring_back)
        assert page.content() == b"another"
        assert not page.notes()
    assert noted


def test_a_copy_whose_answer_is_lost_was_made():
    """Tried again, it is refused by its own condition; that is not a failure."""
    page = Page(b"one", b"two")
    lost = []

    def boundary(when, what):
        if when == "after" and "/rewriteTo/" in what and not lost:
            lost.append(what)
            raise requests.exceptions.ConnectionError("connection reset by peer")

    page.lab.line.boundary = boundary
    page.run(bring_back)
    assert lost
    assert (page.content(), page.kept()) == (b"one", 2)
    assert not page.notes()


@pytest.mark.parametrize("name", WORKS)
def test_what_dies_is_ended_by_the_same_command(name):
    """At every boundary of it: one operation, the same end, and no note stays."""
    work = WORKS[name]
    place = work.desk()
    lab = place.lab
    for act in work.before:
        place.run(act)
    there = set(place.begun())
    moments = lab.keep_moments()
    told = place.run(work.act)
    lab.undisturbed()
    end = alike(lab)
    assert len(set(place.begun()) - there) == 1
    # Where nothing was changed between two boundaries, the next run finds the same.
    left = [moment for at, moment in enumerate(moments) if moment is not moments[at - 1]]
    assert len(left) >= 5
    noted = 0
    for moment in left:
        lab.restore(moment)
        lab.undisturbed()
        if set(place.begun()) - there and not place.notes():
            continue  # it died after all was done
        noted += bool(place.notes())
        assert masked(str(place.run(work.act))) == masked(str(told))
        assert len(set(place.begun()) - there) == 1
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
    for moment in moments[::4]:  # most lie between two looks at the same operation
        place.lab.restore(moment)
        place.lab.undisturbed()
        if not place.lab.unfinished():
            continue
        died += 1
        place.run(restore())
        assert not place.notes()
        assert len(place.begun()) == last + 1
    assert died


def test_what_google_has_forgotten_holds_nobody_up():
    """The note of a run that died long ago; the operation is over, and in no list any more."""
    place = Desk(sql(), SQL, latency=1.0)
    place.run(make)
    moments = place.lab.keep_moments()
    place.run(make)
    state = place.lab.line.google.state
    for moment in moments:
        place.lab.restore(moment)
        place.lab.undisturbed()
        if any(task.operation for task in place.notes().values()):
            break
    else:
        raise AssertionError("no run died with an operation under way")
    for service, name in [key for key in state.objects if "/operations/" in key[1]]:
        state.delete(service, name)
    state.take_changes()

    place.run(restore())
    assert not place.notes()
