"""Rehearses recovery: restores the newest backup into something new, looks at it, and deletes it."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TypeVar

from gcpstack._adapters.rehearsals import Rehearsal, rehearsal
from gcpstack._core.ports import Operation, Target
from gcpstack._core.refs import Address
from gcpstack._core.resource import Declared
from gcpstack._operations.recovery import newest, observed, promises
from gcpstack._operations.waits import finish, held
from gcpstack._stack.session import Session
from gcpstack.components._protection import PROTECTIONS, Aim, words
from gcpstack.exceptions import CloudError, NotFound

T = TypeVar("T")

#: Is told what is being done, and to what.
Told = Callable[[Address, str], None]


@dataclass(frozen=True, slots=True)
class Rehearsed:
    """How one rehearsal went.

    Attributes:
        address: the data.
        ok: whether it came back, and in time.
        told: that in a sentence.
        seconds: how long it took; None where nothing was restored.
        aim: what is promised.
        left: what could not be deleted again; the next rehearsal tries once more.
    """

    address: Address
    ok: bool
    told: str
    aim: Aim
    seconds: float | None = None
    left: str = ""

    def to_json(self) -> dict[str, object]:
        """Write it as the command's ``--json`` does."""
        return {
            "address": str(self.address),
            "ok": self.ok,
            "detail": self.told,
            "seconds": self.seconds,
            "rto_seconds": self.aim.rto,
            "left": self.left,
        }


def _nothing(address: Address, text: str) -> None:
    """Listen to nothing."""


def rehearse(session: Session, told: Told = _nothing) -> Iterator[Rehearsed]:
    """Rehearse the recovery of everything that something is promised of, one after the other.

    It holds the stack's lease: no apply changes the data meanwhile, nor does another rehearsal
    clear away what this one made.

    What is made carries a mark, and goes whatever happens; what a rehearsal that was cut off has
    left goes first. The data itself is only read.

    Args:
        session: the stack.
        told: is told what is being done.

    Raises:
        InventoryLocked: another run holds the lease.
        InventoryConflict: the lease was lost; what was made goes with the next rehearsal.
    """
    stack = {item.address: item for item in session.compiled.declared}
    with session.leased(fresh=True):
        for address, aim in promises(session).items():
            yield _one(session, stack[address], aim, told)


def _one(session: Session, declared: Declared, aim: Aim, told: Told) -> Rehearsed:
    how = rehearsal(session.clients, Target(declared.kind, declared.ids))
    if how is None:
        usual = PROTECTIONS[declared.kind.name].restore
        words_ = "comes back by itself" if usual else "keeps its versions in place"
        return Rehearsed(declared.address, True, f"{words_}: nothing to rehearse", aim)
    live = observed(session, declared)
    if live is None:
        return Rehearsed(declared.address, False, "does not exist yet", aim)
    backup = newest(session, declared, live)
    if backup is None:
        return Rehearsed(declared.address, False, "has no backup to restore", aim)
    run = _Run(session, declared, how, told)
    run.clear()
    name = how.name(session.clock.now().strftime("%Y%m%d%H%M%S"))
    began = session.clock.monotonic()
    problem = ""
    try:
        for step in how.steps(live, backup, name):
            told(declared.address, step.title)
            run.wait(run.call(step.call))
        lacking = run.call(lambda: how.missing(backup, name))
        if lacking:
            problem = f"came back without {', '.join(lacking)}"
    except CloudError as error:
        problem = f"did not come back: {error.message}"
    finally:
        took = session.clock.monotonic() - began
        left = run.remove(name)
    if problem:
        return Rehearsed(declared.address, False, problem, aim, took, left)
    late = took > aim.rto
    text = f"came back in {words(max(round(took), 1))}, of the {words(aim.rto)} that it may take"
    return Rehearsed(declared.address, not late, text, aim, took, left)


@dataclass(frozen=True, slots=True)
class _Run:
    """One rehearsal under way."""

    session: Session
    declared: Declared
    how: Rehearsal
    told: Told

    def call(self, call: Callable[[], T]) -> T:
        """Make a call while the lease is surely held."""
        return held(self.session, self.declared.kind, call)

    def wait(self, operation: Operation) -> None:
        """Wait until it ends.

        Raises:
            CloudError: it failed.
        """
        finish(self.session, self.declared.kind, operation)

    def clear(self) -> None:
        for name in self.call(self.how.leftovers):
            self.remove(name)

    def remove(self, name: str) -> str:
        """Delete what was made; names it where that can't be done."""
        self.told(self.declared.address, f"delete {name}")
        try:
            self.wait(self.call(lambda: self.how.remove(name)))
        except NotFound:
            return ""
        except CloudError as error:
            return f"{name}: {error.message}"
        return ""
