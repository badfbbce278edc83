"""What differs from the declaration, and who changed it: from Google's audit logs.

https://cloud.google.com/logging/docs/audit
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import quote

from gcpstack._core.json import Body, get
from gcpstack._engine.plan import Action, Change, Plan
from gcpstack._operations.log_entries import log_entries
from gcpstack._stack.session import Session
from gcpstack.resources.kinds import SECRET_VERSION

_LOG = quote("cloudaudit.googleapis.com/activity", safe="")
#: How the path of a secret's newest version ends.
_LATEST = "/versions/latest"
#: So many names are asked for in one query: Logging takes 20,000 characters.
_NAMES = 50
#: Words in the names of methods that change nothing.
_READS = ("get", "list", "testiampermissions", "aggregatedlist", "search")


@dataclass(frozen=True, slots=True)
class AuditedChange:
    """A change that somebody made.

    Attributes:
        at: when.
        who: the account.
        method: what was called.
    """

    at: str
    who: str
    method: str


@dataclass(frozen=True, slots=True)
class Drift:
    """A resource that is not as declared.

    Attributes:
        change: what an apply would do to it.
        deeds: who changed it, the newest first; none where the logs tell of nobody.
    """

    change: Change
    deeds: tuple[AuditedChange, ...] = ()

    def to_json(self) -> dict[str, object]:
        """Return it as JSON; secret values are hidden as in plans."""
        return {
            **self.change.to_json(),
            "changed_by": [
                {"at": deed.at, "who": deed.who, "method": deed.method} for deed in self.deeds
            ],
        }


def drift(session: Session, plan: Plan, seconds: float) -> list[Drift]:
    """Return what differs, and who changed it.

    Args:
        session: the stack.
        plan: a plan of it.
        seconds: how far back the logs are read.

    Raises:
        GcpstackError: the logs can't be read.
    """
    missing = {change.address for change in absent(session, plan)}
    changed = [
        change
        for change in plan.changes
        if change.mutates and change.action is not Action.DELETE and change.address not in missing
    ]
    entries = _entries(session, [_path(change) for change in changed], seconds)
    return [Drift(change, tuple(_deeds(change, entries))) for change in changed]


def absent(session: Session, plan: Plan) -> list[Change]:
    """List what was never made: it is no drift, an apply makes it.

    Of what Google makes by itself and reads nothing back of, only the inventory knows whether it was.

    Args:
        session: the stack.
        plan: a plan of it.
    """
    owned = session.keeper.snapshot.records
    return [
        change
        for change in plan.changes
        if change.address not in owned
        and (
            (change.action is Action.CREATE and change.live is None)
            or (change.diff and all(diff.sensitive for diff in change.diff))
        )
    ]


def _path(change: Change) -> str:
    """Name what the log tells of: of a secret's newest version, the secret."""
    path = (change.live.path if change.live else change.target.path).removeprefix("//")
    return path.removesuffix(_LATEST)


def _entries(session: Session, paths: Sequence[str], seconds: float) -> list[Body]:
    """Read the log of administrators' activity, the newest first."""
    names = sorted({path.rsplit("/", 1)[-1] for path in paths})
    out: list[Body] = []
    for start in range(0, len(names), _NAMES):
        some = " OR ".join(f'"{name}"' for name in names[start : start + _NAMES])
        query = (
            f'logName="projects/{session.scope.project}/logs/{_LOG}" '
            f"AND protoPayload.resourceName:({some})"
        )
        out += log_entries(session, query, seconds)
    return out


def _deeds(change: Change, entries: Sequence[Body]) -> list[AuditedChange]:
    """Pick the entries that are about one object."""
    path = _path(change)
    tail = path.split("/", 2)[-1] if path.startswith("projects/") else path
    out = []
    for entry in entries:
        payload = entry.get("protoPayload")
        if not isinstance(payload, Mapping):
            continue
        method = str(payload.get("methodName", ""))
        name = str(payload.get("resourceName", ""))
        if method.rsplit(".", 1)[-1].lower().startswith(_READS):
            continue
        # Numbers and ids of a project both stand in these names: what follows them is compared.
        # Versions have numbers there: which was the newest at the time, nobody knows by now.
        if change.kind is SECRET_VERSION:
            name = name.partition("/versions/")[0]
        if name == path or name.endswith(f"/{tail}"):
            who = str(get(payload, ("authenticationInfo", "principalEmail")) or "somebody")
            out.append(AuditedChange(str(entry.get("timestamp", "")), who, method))
    return out
