"""What gcpstack knows of a kind of Google object, as data."""

import enum
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from gcpstack._core.json import Path, get
from gcpstack._core.names import PathTemplate, template
from gcpstack._core.traffic import ReadTraffic


class Replacement(enum.Enum):
    """How an object that can't change in place is replaced."""

    #: A successor of another name is made, users move over, the old one goes: no downtime.
    SUCCESSOR = "successor"
    #: The object is deleted and created again under the same name.
    RECREATE = "recreate"


class Health(enum.Enum):
    """Whether an object works."""

    READY = "ready"
    PENDING = "pending"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Condition:
    """The state of a live object, for people.

    Attributes:
        health: whether it works.
        label: Google's word for its state, such as ``ACTIVE``.
        detail: the cause, and how to fix it, where that is known.
    """

    health: Health
    label: str
    detail: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Refusal:
    """A change that Google would refuse, known before it is asked.

    Attributes:
        path: the field.
        message: why.
        remedy: what to do instead; may be empty.
    """

    path: Path
    message: str
    remedy: str = ""


READY = Condition(Health.READY, "READY")

_PENDING = frozenset(
    {"PROVISIONING", "PENDING", "CREATING", "UPDATING", "RESERVING", "PENDING_CREATE", "DEPLOYING"}
)
_FAILED = frozenset({"FAILED", "ERROR", "PROVISIONING_FAILED", "PROVISIONING_FAILED_PERMANENTLY"})


def by_status(*path: str) -> Callable[[Mapping[str, object]], Condition]:
    """Read the condition from a status field."""

    def read(body: Mapping[str, object]) -> Condition:
        label = str(get(body, path) or "READY")
        if label in _PENDING:
            return Condition(Health.PENDING, label)
        if label in _FAILED:
            return Condition(Health.FAILED, label)
        return Condition(Health.READY, label)

    return read


def always_ready(_: Mapping[str, object]) -> Condition:
    """Treat every object that exists as ready."""
    return READY


def never_refused(
    live: Mapping[str, object],  # noqa: ARG001 # the callable's form
    desired: Mapping[str, object],  # noqa: ARG001 # the callable's form
) -> Iterable[Refusal]:
    """Refuse no change."""
    return ()


def never_displaced(new: Mapping[str, str], old: Mapping[str, str]) -> bool:  # noqa: ARG001 # the callable's form
    """Let any two objects with different names exist side by side."""
    return False


def never_occupied(_: Mapping[str, object]) -> bool:
    """Let no contents prevent a deletion."""
    return False


@dataclass(frozen=True, kw_only=True)
class Kind:
    """A kind of Google object.

    Attributes:
        name: ``service.Kind``, such as ``compute.UrlMap``.
        api: the API that serves it, such as ``compute.googleapis.com``.
        path: the template of its relative resource name; its variables are the identity.
        title: its name for people, such as ``URL map``.
        replace: how it is replaced when it can't change in place.
        protected: it holds data: it is never deleted or replaced without a consent that names it.
        server_assigned: Google chooses its id; the stack finds its own object by a mark in it.
        keeps: it is left alone on destroy, such as an enabled API that others may use.
        outputs: values that Google assigns, by their Python names.
        forms: further forms in which others link to it, each a path into its live body.
        known: outputs that follow from the identity, as templates over it, and so are known before
            the object exists, such as a service account's email.
        serialize: a template over its identity; mutations for which it gives the same text run one
            at a time.
        exclusive: wire fields whose value no two live objects may share: if it stays the same, the
            old object is deleted before the new one is created.
        displaces: tells from the new identity and the old one whether the same holds for them.
        condition: reads the state of the live object.
        retire_after_ready: a predecessor stays in service until the successor is ready.
        propagates: others see it only some time after it is made, such as a grant.
        refuses: finds the changes that Google would refuse, from the live body and the declared
            one; fields to unset are None in the latter.
        guards: fields that make Google refuse to delete it, each with the value that does.
        redo: if it failed to become ready, the same declaration can be sent again to retry.
        lingers: how long Google may hold it after its last user is gone, in seconds.
        reserved_days: how long its name can't be used again after it is deleted.
        within: the kind of its container, which must exist or be declared.
        occupied: tells from a live body whether its contents prevent its deletion.
        vacated: Google deletes it only when it is empty: if it is replaced, its contents are
            deleted first and created again afterwards.
        held: Google refuses to delete one that another object refers to, so that it can't be deleted
            and created again while that is so.
        frees: for how many seconds the name of a deleted one may stay taken; an apply waits for it.
        irreversible: wire fields that can't be changed once they have a certain value, such as a
            lock, with that value; setting it needs a consent of its own.
        lasting: Google never releases its name: what can't change can't be replaced either.
        debris: an interrupted creation may leave parts that no read shows; a delete removes them.
        additive: it is one element of a larger object (a member of an IAM binding) and has no fields.
        traffic: reads how the traffic of a live object is divided, if it has any.
        worldwide: its name is unique across all projects.
        apis: further APIs that must be enabled before it works.
    """

    name: str
    api: str
    path: str
    title: str
    replace: Replacement = Replacement.RECREATE
    protected: bool = False
    server_assigned: bool = False
    keeps: bool = False
    outputs: Mapping[str, Path] = field(default_factory=dict)
    forms: Mapping[str, Path] = field(default_factory=dict)
    known: Mapping[str, str] = field(default_factory=dict)
    serialize: str = ""
    exclusive: tuple[Path, ...] = ()
    displaces: Callable[[Mapping[str, str], Mapping[str, str]], bool] = never_displaced
    condition: Callable[[Mapping[str, object]], Condition] = always_ready
    retire_after_ready: bool = False
    propagates: bool = False
    refuses: Callable[[Mapping[str, object], Mapping[str, object]], Iterable[Refusal]] = (
        never_refused
    )
    guards: Mapping[Path, object] = field(default_factory=dict)
    redo: bool = False
    lingers: float = 0.0
    reserved_days: int = 0
    within: str = ""
    occupied: Callable[[Mapping[str, object]], bool] = never_occupied
    vacated: bool = False
    held: bool = False
    frees: float = 0.0
    irreversible: Mapping[Path, object] = field(default_factory=dict)
    lasting: bool = False
    debris: bool = False
    additive: bool = False
    apis: tuple[str, ...] = ()
    traffic: ReadTraffic | None = None
    worldwide: bool = False

    @property
    def template(self) -> PathTemplate:
        """The compiled path."""
        return template(self.path)

    @property
    def service(self) -> str:
        """The short name of the API: ``compute``."""
        return self.api.removesuffix(".googleapis.com")

    def address_name(self, ids: Mapping[str, str]) -> str:
        """Name an object within its stack: its identity without the project."""
        return "/".join(ids[name] for name in self.template.variables if name != "project")
