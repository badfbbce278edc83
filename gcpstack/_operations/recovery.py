"""Whether what has to come back would: the age of the newest backups, against what is promised."""

import dataclasses
import functools
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from gcpstack._adapters import backups
from gcpstack._adapters.backups import Backup
from gcpstack._core.component import components
from gcpstack._core.json import Body, get
from gcpstack._core.kinds import Health
from gcpstack._core.ports import Target
from gcpstack._core.refs import Address
from gcpstack._core.resource import Declared
from gcpstack._stack.result import Report
from gcpstack._stack.session import Session
from gcpstack.components._protection import PROTECTIONS, Aim, words
from gcpstack.components.recovery import Recovery
from gcpstack.exceptions import CloudError


@dataclass(frozen=True, slots=True)
class RecoveryState:
    """How well one piece of data meets its promise.

    Attributes:
        address: its name within the stack.
        health: whether the promise is kept.
        label: that in a word.
        told: that in a sentence.
        remedy: what to do; may be empty.
        taken: the moment of the newest backup; None where there is none.
        loss: how many seconds of work may be lost.
        restore: how many seconds it usually takes to come back.
        aim: the promise.
    """

    address: Address
    health: Health
    label: str
    told: str
    aim: Aim
    remedy: str = ""
    taken: datetime | None = None
    loss: float | None = None
    restore: float = 0.0

    def to_json(self) -> dict[str, object]:
        """Write it as the command's ``--json`` does."""
        return {
            "address": str(self.address),
            "ok": self.health is not Health.FAILED,
            "state": self.label,
            "detail": self.told,
            "remedy": self.remedy,
            "newest_backup": self.taken.isoformat() if self.taken else None,
            "loss_seconds": self.loss,
            "rpo_seconds": self.aim.rpo,
            "usual_restore_seconds": self.restore,
            "rto_seconds": self.aim.rto,
        }


def promises(session: Session) -> dict[Address, Aim]:
    """Return what is promised of which data; where two promise something, both have to be kept."""
    out: dict[Address, Aim] = {}
    for item in components(session.stack.items, session.scope):
        if not isinstance(item, Recovery):
            continue
        for data in item.of:
            address, aim = data.address_in(session.scope), item.aim
            other = out.get(address)
            if other is not None:
                aim = dataclasses.replace(
                    aim, rpo=min(aim.rpo, other.rpo), rto=min(aim.rto, other.rto)
                )
            out[address] = aim
    return out


def examine(session: Session) -> list[RecoveryState]:
    """Return the state of all data that something is promised of.

    Raises:
        GcpstackError: what is live could not be read.
    """
    stack = {item.address: item for item in session.compiled.declared}
    now = session.clock.now()
    out = []
    for address, aim in promises(session).items():
        declared = stack[address]
        live = observed(session, declared)
        backup = newest(session, declared, live) if live is not None else None
        out.append(judge(declared, stack, aim, live, backup, now))
    return out


def observed(session: Session, declared: Declared) -> Body | None:
    """Read an object; None where it is not there."""
    target = Target(declared.kind, declared.ids)
    adapter = session.adapter_for(declared.kind)
    found = session.caller(declared.kind.api, functools.partial(adapter.get, target))
    return None if found is None else found.body


def newest(session: Session, declared: Declared, live: Body) -> Backup | None:
    """Find the newest backup of an object."""
    target = Target(declared.kind, declared.ids)
    read = functools.partial(backups.newest, session.clients, target, live)
    return session.caller(declared.kind.api, read)


def judge(  # noqa: PLR0917 # what is declared, promised, live, and when
    declared: Declared,
    stack: Mapping[Address, Declared],
    aim: Aim,
    live: Body | None,
    backup: Backup | None,
    now: datetime,
) -> RecoveryState:
    """Hold what is live against what is promised. Pure.

    Args:
        declared: the data.
        stack: every declaration.
        aim: the promise.
        live: its body; None where it does not exist yet.
        backup: its newest backup.
        now: the time.
    """
    known = PROTECTIONS[declared.kind.name]
    base = RecoveryState(
        declared.address,
        Health.PENDING,
        "ABSENT",
        "it does not exist yet",
        aim,
        remedy="Apply the stack.",
        loss=known.loss(declared, stack),
        restore=known.restore,
    )
    if live is None:
        return base
    base = dataclasses.replace(base, remedy="")
    period = known.period(declared, stack)
    if not period:
        return _versions(base, live)
    late = timedelta(seconds=period + known.slack)
    if backup is not None:
        return _aged(base, backup, now, period, late)
    made = backups.moment(live.get("createTime"))
    if made is not None and now - made <= late:
        due = (made + late).strftime("%Y-%m-%d %H:%M UTC")
        told = f"it has no backup yet: the first comes by {due}"
        return dataclasses.replace(base, label="NO BACKUP YET", told=told)
    return dataclasses.replace(
        base,
        health=Health.FAILED,
        label="NO BACKUP",
        told="it has no backup, though it has been there for longer than one takes to come",
        remedy="Check that nothing disabled its backups, and apply the stack; make one by hand now.",
    )


def _versions(base: RecoveryState, live: Body) -> RecoveryState:
    """A bucket keeps its old versions in place."""
    if get(live, ("versioning", "enabled")):
        told = "every version is kept: nothing that is overwritten is lost"
        return dataclasses.replace(base, health=Health.READY, label="VERSIONED", told=told)
    return dataclasses.replace(
        base,
        health=Health.FAILED,
        label="NOT VERSIONED",
        told="it keeps no versions: what is overwritten is lost",
        remedy="Apply the stack.",
    )


def _aged(
    base: RecoveryState, backup: Backup, now: datetime, period: float, late: timedelta
) -> RecoveryState:
    age = max((now - backup.taken).total_seconds(), 0.0)
    loss = base.loss if base.loss is not None else period
    some = "any moment since then" if loss < period else "that moment"
    told = (
        f"its newest backup is {words(age)} old, and {some} can be restored, usually within "
        f"{words(base.restore)}"
    )
    if now - backup.taken <= late:
        return dataclasses.replace(
            base, health=Health.READY, label="BACKED UP", told=told, taken=backup.taken
        )
    return dataclasses.replace(
        base,
        health=Health.FAILED,
        label="BACKUP TOO OLD",
        told=f"its newest backup is {words(age)} old: one comes every {words(period)}",
        remedy="Check its operations for failed backups; make one by hand now.",
        taken=backup.taken,
    )


def explained(session: Session, report: Report) -> Report:
    """Add to a report how what has to come back would.

    Args:
        session: the stack.
        report: the state of its resources.
    """
    wanted = promises(session)
    rows = {row.address for row in report.rows if row.exists}
    if not wanted.keys() & rows:
        return report
    try:
        found = {item.address: item for item in examine(session)}
    except CloudError as error:  # the current state is reported even so
        lost = f"whether it would come back could not be read: {error.message}"
        return dataclasses.replace(
            report,
            rows=tuple(
                dataclasses.replace(row, detail=(*row.detail, lost))
                if row.address in wanted
                else row
                for row in report.rows
            ),
        )
    out = []
    for row in report.rows:
        item = found.get(row.address)
        if item is None or not row.exists:
            out.append(row)
            continue
        told = ". ".join(part for part in (item.told, item.remedy.removesuffix(".")) if part)
        bad = item.health is Health.FAILED and row.health is Health.READY
        out.append(
            dataclasses.replace(
                row,
                detail=(*row.detail, told),
                health=Health.FAILED if bad else row.health,
                label=item.label if bad else row.label,
            )
        )
    return dataclasses.replace(report, rows=tuple(out))
