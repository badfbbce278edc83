"""The engine's ports: what an adapter, an operation and an inventory store must do."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol, runtime_checkable

from gcpstack._core.json import Body, Path
from gcpstack._core.kinds import Kind
from gcpstack.exceptions import CloudError


@dataclass(frozen=True, slots=True)
class Target:
    """One Google object.

    Attributes:
        kind: its kind.
        ids: its identity: the variables of the kind's path.
        assigned: its relative name, where Google chose the id and it is known.
    """

    kind: Kind
    ids: Mapping[str, str]
    assigned: str = ""

    @property
    def path(self) -> str:
        """The relative resource name: ``projects/p/global/addresses/a``."""
        return self.assigned or self.kind.template.format(self.ids)

    @property
    def parent(self) -> str:
        """The relative name of the collection that holds it."""
        return self.kind.template.parent.format(self.ids)

    @property
    def full_name(self) -> str:
        """The full resource name: ``//compute.googleapis.com/projects/p/...``."""
        return f"//{self.kind.api}/{self.path}"


@dataclass(frozen=True, slots=True)
class Observed:
    """A live object.

    Attributes:
        body: its fields in Google's JSON form.
        path: its relative resource name.
        settled: False while it is still being created.
        alias: the path that the declared identity gives, where Google chose the id.
    """

    body: Body
    path: str
    settled: bool = True
    alias: str = ""


@dataclass(frozen=True, slots=True)
class Edit:
    """A change to a live object.

    Attributes:
        target: the object.
        live: its body as observed; carries the etag or fingerprint.
        desired: the declared fields, resolved.
        merged: the live body with the declared fields put over it and the unset ones removed.
        changed: the wire paths that differ, those to unset included.
        unset: the paths to unset.
        request_id: makes the call idempotent where the API knows request ids.
        again: nothing differs; the object failed to become ready, and its creation is retried.
    """

    target: Target
    live: Body
    desired: Body
    merged: Body
    changed: tuple[Path, ...]
    unset: tuple[Path, ...] = ()
    request_id: str = ""
    again: bool = False

    def touches(self, *prefixes: str) -> bool:
        """Return whether a changed path starts with one of these dotted wire paths."""
        wanted = [tuple(prefix.split(".")) for prefix in prefixes]
        return any(path[: len(want)] == want for path in self.changed for want in wanted)


@dataclass(frozen=True, slots=True)
class Pending:
    """Not done yet.

    Attributes:
        detail: what Google says about it; may be empty.
        percent: how far it is, where Google tells.
    """

    detail: str = ""
    percent: int | None = None


@dataclass(frozen=True, slots=True)
class Done:
    """Done.

    Attributes:
        body: the object, where the answer held it.
        forgotten: nobody knows how it ended: Google has no such operation (any more, or yet).
    """

    body: Body | None = None
    forgotten: bool = False


@dataclass(frozen=True, slots=True)
class Failed:
    """Ended in an error."""

    error: CloudError


class Operation(Protocol):
    """A long-running operation at Google."""

    @property
    def name(self) -> str:
        """What a later process needs to go on waiting; empty where there is nothing to wait for."""

    @property
    def blocks(self) -> bool:
        """Whether `poll` with a wait returns when the operation ends (Compute's ``wait``)."""

    def poll(self, *, wait: bool = False) -> Pending | Done | Failed:
        """Ask for its state; with *wait*, let Google delay the answer until it is done."""


@dataclass(frozen=True, slots=True)
class Finished:
    """An operation that was done when the call returned."""

    body: Body | None = None
    name: str = ""
    blocks: bool = False

    def poll(self, *, wait: bool = False) -> Done:
        """Say that it is done."""
        return Done(self.body)


@dataclass(frozen=True, slots=True)
class Step:
    """One mutating call of an update.

    Attributes:
        title: what it does, such as ``set labels``.
        call: makes the call; must be safe to repeat.
    """

    title: str
    call: Callable[[], Operation]


class TooMany(Exception):
    """A collection holds so many objects that each is better read by itself."""


class Adapter(Protocol):
    """Speaks to Google for one kind. No verb waits; all are safe to repeat."""

    #: Whether `list` can observe all objects of a collection in one call.
    lists: bool

    def get(self, target: Target) -> Observed | None:
        """Read one object; None where it does not exist."""

    def list(self, target: Target) -> Sequence[Observed]:
        """Read every object of the collection that *target* is in.

        Raises:
            TooMany: there are so many that each is better read by itself.
        """

    def create(self, target: Target, body: Body, request_id: str) -> Operation:
        """Start the creation of the object.

        Raises:
            AlreadyExists: it exists.
        """

    def update(self, edit: Edit) -> Sequence[Step]:
        """List the calls that bring the object to the declared form."""

    def delete(self, target: Target, live: Body, request_id: str) -> Operation:
        """Start the deletion of the object; done at once if it does not exist."""

    def resume(self, target: Target, name: str) -> Operation:
        """Resume an operation that another process started."""

    def reveal(self, target: Target, path: Path) -> str | None:
        """Read a write-only value back for a comparison in memory; None where Google won't."""


@runtime_checkable
class Foresees(Protocol):
    """A further port of an adapter: why an object can't be created, known before anything is changed."""

    def obstacle(self, target: Target) -> str:
        """Return what prevents a creation; empty if nothing does."""


@runtime_checkable
class Holds(Protocol):
    """A further port of an adapter: what is deleted along with an object."""

    def holds(self, target: Target) -> str:
        """Return what is deleted with it, such as ``3 objects (1.2 MB)``; empty if nothing is."""


AdapterFor = Callable[[Kind], Adapter]


@dataclass(frozen=True, slots=True)
class UsualDurations:
    """How long a kind's verbs usually take, in seconds."""

    create: float = 1.0
    update: float = 1.0
    delete: float = 1.0
    deadline: float = 1200.0
    extra: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class StoredObject:
    """A text object in a bucket, at one generation.

    Attributes:
        text: what is in it.
        generation: which one it is.
        age: how long it has existed at least, in seconds by Google's clock; None if Google does not
            say.
    """

    text: str
    generation: int
    age: float | None = None


class Objects(Protocol):
    """Small text objects that are replaced by compare-and-swap."""

    @property
    def where(self) -> str:
        """Name the place, for people, such as ``gs://bucket``."""

    def read(self, name: str) -> StoredObject | None:
        """Read an object; None where it, or the bucket, does not exist."""

    def write(self, name: str, text: str, *, if_generation: int) -> int:
        """Write an object, making the bucket if need be.

        Args:
            name: the object's name.
            text: its new content.
            if_generation: the generation that must be there now; 0 for none.

        Returns:
            The new generation.

        Raises:
            Conflict: another generation is there.
        """

    def delete(self, name: str, *, if_generation: int) -> None:
        """Delete an object, and the bucket if it was made for this and is empty.

        Raises:
            Conflict: another generation is there.
        """

    def tidy(self) -> None:
        """Delete the bucket if it was made for this and is empty."""

    def names(self, prefix: str) -> Sequence[str]:
        """List the names of the objects that begin with *prefix*."""
