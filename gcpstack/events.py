"""The events of a run, as ``on_event`` of `Stack.apply`, `Stack.destroy` and `Stack.session` gets them."""

from gcpstack._engine.events import (
    Event,
    Noted,
    RunFinished,
    RunStarted,
    TaskFailed,
    TaskFinished,
    TaskParked,
    TaskRetried,
    TaskSkipped,
    TaskStarted,
    TaskWaiting,
    TrafficDivided,
)

__all__ = [
    "Event",
    "Noted",
    "RunFinished",
    "RunStarted",
    "TaskFailed",
    "TaskFinished",
    "TaskParked",
    "TaskRetried",
    "TaskSkipped",
    "TaskStarted",
    "TaskWaiting",
    "TrafficDivided",
]
