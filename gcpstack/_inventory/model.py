"""The inventory as values: records of what a stack owns, and the lease of who may change it."""

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from gcpstack._core.json import Path
from gcpstack._core.refs import Address


class Phase(enum.StrEnum):
    """What is under way with a resource."""

    STABLE = "stable"
    CREATING = "creating"
    UPDATING = "updating"
    DELETING = "deleting"


@dataclass(frozen=True, slots=True)
class Relic:
    """A predecessor that is still there after its successor took over its address.

    Attributes:
        path: its relative resource name.
        ids: its identity.
    """

    path: str
    ids: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Record:
    """What is remembered of one resource.

    Attributes:
        address: its name within the stack.
        ids: the identity of the Google object behind it; a successor's differs from the declared.
        path: its relative resource name; empty until Google has chosen it.
        phase: what was about to be done last.
        operation: the operation under way, if any.
        request_id: the request id of the call under way.
        declared: the wire paths that were declared last.
        digests: a keyed hash of each write-only value, by its dotted path.
        depends_on: what it needs; a delete walks this in reverse.
        allow_delete: the declaration consented to its deletion.
        adopted: it was there before the stack took it over.
        relics: predecessors that are still to be deleted.
        late: the parts of the identity that were not known when this was written, and where they
            come from; `ids` holds a stand-in for each.
    """

    address: Address
    ids: Mapping[str, str]
    path: str = ""
    phase: Phase = Phase.STABLE
    operation: str = ""
    request_id: str = ""
    declared: tuple[Path, ...] = ()
    digests: Mapping[str, str] = field(default_factory=dict)
    depends_on: frozenset[Address] = frozenset()
    allow_delete: bool = False
    adopted: bool = False
    relics: tuple[Relic, ...] = ()
    late: Mapping[str, object] = field(default_factory=dict)


class Deed(enum.StrEnum):
    """What a run that has not ended well yet does to a resource."""

    #: Makes it: it was not there.
    MADE = "made"
    #: Takes over what was there before.
    TAKEN = "taken"
    CHANGED = "changed"
    REPLACED = "replaced"
    #: Has deleted it.
    DELETED = "deleted"


@dataclass(frozen=True, slots=True)
class Undo:
    """What is needed to undo what a run does to a resource.

    Attributes:
        deed: what it does.
        record: what was remembered of the resource before; None where nothing was.
        fields: the values before of the fields that it changes, the earliest change first; None
            where there was no value. Secrets are not among them.
        lost: the names of changed fields whose values are secrets.
        owned: the stack owned it before.
        made: the identities of the successors that it makes.
    """

    deed: Deed
    record: Record | None = None
    fields: tuple[tuple[Path, object], ...] = ()
    lost: tuple[str, ...] = ()
    owned: bool = True
    made: tuple[Mapping[str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """Work on data that was begun and is not known to have ended: a backup, a restore, a transfer.

    Attributes:
        verb: the command.
        params: its parameters; no secret is among them.
        since: when it was noted, before the call.
        service: the API that it runs at; empty where the call itself does all.
        kinds: what the API calls such an operation.
        targets: what the operation is on, as the API names it.
        after: when the last such operation before it began, by Google's clock; empty if there was none.
        operation: its name, once it is known.
        told: what is to be told at the end.
    """

    verb: str
    params: Mapping[str, str]
    since: datetime
    service: str = ""
    kinds: tuple[str, ...] = ()
    targets: tuple[str, ...] = ()
    after: str = ""
    operation: str = ""
    told: str = ""


@dataclass(frozen=True, slots=True)
class Lease:
    """The right to change the stack, for a while.

    Attributes:
        token: tells one run from every other.
        holder: who runs it, for people: user, host and process.
        since: when it began.
        until: when it ends unless it is renewed.
        host: the machine it runs on.
        pid: its process there.
    """

    token: str
    holder: str
    since: datetime
    until: datetime
    host: str = ""
    pid: int = 0


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The whole inventory at one generation.

    Attributes:
        stack: the name of the stack.
        generation: what a save must match; 0 where nothing is stored yet.
        key: the key of the digests, in hexadecimal.
        lease: who holds the right to change it.
        records: one for each resource.
        undo: how to undo what the runs since the last that ended well have done.
        tasks: the work under way on the data of a resource, one at a time.
        last: the lease of the run that gave it back last, for whoever finds its own lost.
        age: how long ago it was saved when it was read, in seconds by the store's clock; None
            where the store does not say. It is no part of what is saved.
    """

    stack: str
    generation: int = 0
    key: str = ""
    lease: Lease | None = None
    records: Mapping[Address, Record] = field(default_factory=dict)
    undo: Mapping[Address, Undo] = field(default_factory=dict)
    tasks: Mapping[Address, Task] = field(default_factory=dict)
    last: Lease | None = None
    age: float | None = None
