"""What happens while a stack converges: one frozen class for each event. Nothing here prints."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from gcpstack._core.refs import Address


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened.

    Attributes:
        at: seconds since the run began.
    """

    at: float


@dataclass(frozen=True, slots=True)
class RunStarted(Event):
    """The run started, with `total` tasks to do."""

    stack: str
    total: int


@dataclass(frozen=True, slots=True)
class TaskStarted(Event):
    """Work on a resource started; `action` says what is done to it, such as ``create``."""

    address: Address
    action: str
    title: str


@dataclass(frozen=True, slots=True)
class TaskWaiting(Event):
    """The task waits for an operation, or for Google to catch up."""

    address: Address
    reason: str


@dataclass(frozen=True, slots=True)
class TaskRetried(Event):
    """A call failed and is repeated after `pause` seconds."""

    address: Address
    reason: str
    pause: float


@dataclass(frozen=True, slots=True)
class TaskFinished(Event):
    """The task is done, after `seconds`."""

    address: Address
    action: str
    seconds: float


@dataclass(frozen=True, slots=True)
class TaskFailed(Event):
    """The task failed; `error` says why and what to do."""

    address: Address
    action: str
    seconds: float
    error: str


@dataclass(frozen=True, slots=True)
class TaskSkipped(Event):
    """The task was not started: something that it needs failed, or the run was stopped."""

    address: Address
    action: str
    reason: str


@dataclass(frozen=True, slots=True)
class TaskParked(Event):
    """The run was stopped while the task's operation goes on at Google; the next apply resumes it."""

    address: Address
    action: str
    operation: str


@dataclass(frozen=True, slots=True)
class Noted(Event):
    """Something worth knowing."""

    address: Address | None
    text: str


@dataclass(frozen=True, slots=True)
class TrafficDivided(Event):
    """The traffic of a service was divided anew; `shares` has percentages by revision."""

    address: Address
    shares: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class RunFinished(Event):
    """The run ended.

    Attributes:
        ok: whether everything that was planned is done.
        outputs: the stack's outputs; secrets are left out.
        counts: how many tasks ended in each way.
        seconds: how long the run took.
        critical_path: the chain of tasks that took the longest, with the seconds of each.
    """

    ok: bool
    outputs: Mapping[str, object] = field(default_factory=dict)
    counts: Mapping[str, int] = field(default_factory=dict)
    seconds: float = 0.0
    critical_path: tuple[tuple[str, float], ...] = ()
