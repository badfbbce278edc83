"""Runs of whole stacks on an emulated Google, deterministic down to the call."""

import contextvars
import dataclasses
import itertools
import json
import re
from collections.abc import Callable, Iterable, Mapping

from gcpstack import Settings, Stack
from gcpstack._engine.plan import Plan
from gcpstack._engine.scheduler import Inline
from gcpstack._stack.result import Result
from gcpstack._stack.session import Session
from gcpstack.emulator.core.latency import Latency

from .wire import ENDPOINT, Line, Saved

PROJECT = "reliable-project"
#: Longer than a lease: the next run begins once a dead one's has ended.
_LATER = 90.0


class Killed(BaseException):
    """The process is gone."""


class Lab:
    """One project of an emulated Google, and the runs that change it."""

    def __init__(self, latency: float = 0.02) -> None:
        self.latency = latency
        self.line = Line(latency)
        self.clients = self.line.clients(PROJECT)
        self.settings = Settings(project=PROJECT, region="us-central1", endpoint=ENDPOINT)
        #: Is told what the runs tell.
        self.on_event: Callable[[object], None] = lambda event: None
        #: States to begin from, by what was applied.
        self.begun: dict[str, Saved] = {}

    def session(self, stack: Stack, settings: Settings | None = None, seed: int = 0) -> Session:
        """Begin a new process, as far as the stack can tell."""
        return Session(
            stack,
            settings or self.settings,
            self.on_event,
            clients=self.clients,
            clock=self.line.clock,
            executor=Inline(),
            seed=seed,
        )

    def plan(self, stack: Stack, *, destroy: bool = False) -> Plan:
        return self.session(stack).plan(destroy=destroy)

    def apply(self, stack: Stack, *, destroy: bool = False, seed: int = 0, **settings) -> Result:
        """Run once: what the command does, in one process."""
        session = self.session(stack, dataclasses.replace(self.settings, **settings), seed)
        session.prepare()
        return session.apply(session.plan(destroy=destroy))

    def kill_at(self, number: int) -> Callable[[], bool]:
        """Let the process die at the *number*-th boundary from now; tell whether it did."""
        seen = 0

        def boundary(when: str, what: str) -> None:
            nonlocal seen
            seen += 1
            if seen > number:  # a dead process calls nobody
                raise Killed(f"{when} {what}")

        self.line.boundary = boundary
        return lambda: seen > number

    def interrupt_at(self, number: int, action: Callable[[str], None]) -> None:
        """Let something else happen at the *number*-th boundary from now, while a run stands still."""
        seen = 0

        def boundary(when: str, what: str) -> None:
            nonlocal seen
            seen += 1
            if seen == number + 1:
                # Somebody else does it: the fence of the run that stands still is not theirs.
                contextvars.Context().run(action, f"{when} {what}")

        self.line.boundary = boundary

    def lose_answer(self, number: int) -> None:
        """Let Google do what the *number*-th call from now asks for, and the answer be lost."""
        count = itertools.count()
        self.line.loses = lambda what: next(count) == number

    def keep_moments(self) -> list[Saved]:
        """Keep what exists at each boundary from now on; one value where nothing changed."""
        moments: list[Saved] = []

        def boundary(when: str, what: str) -> None:
            now = self.save()
            moments.append(moments[-1] if moments and moments[-1] == now else now)

        self.line.boundary = boundary
        return moments

    def undisturbed(self) -> None:
        """From now on everything works."""
        self.line.boundary = lambda when, what: None
        self.line.instead = lambda request: None
        self.line.loses = lambda what: False
        self.line.google.faults.set([])
        self.line.google.latency = Latency(self.latency)
        self.line.clock.advance(_LATER)

    # -- what is there

    def save(self) -> Saved:
        return self.line.save()

    def restore(self, saved: Saved) -> None:
        self.line.restore(saved)

    def live(self) -> dict[str, list]:
        """Everything that exists, without what no two runs share: see `normalised`.

        Objects whose names differ by chance alone stand side by side, so that a doubled one shows.
        """
        out: dict[str, list] = {}
        for (service, name), obj in self.line.google.state.objects.items():
            if kept(obj):
                key = masked(f"{service}/{name}")
                out[key] = [*out.get(key, ()), normalised(obj.body)]
        for found in out.values():
            found.sort(key=lambda body: json.dumps(body, sort_keys=True))
        return dict(sorted(out.items()))

    def unfinished(self) -> list[str]:
        """The operations that are under way."""
        objects = self.line.google.state.objects.values()
        return [
            obj.name
            for obj in objects
            if obj.kind == "operations" and not (obj.meta.get("done") or self._over(obj.meta))
        ]

    def _over(self, meta: Mapping[str, float]) -> bool:
        return meta.get("due", 0.0) <= self.line.now

    def policies(self) -> dict[str, object]:
        """Every IAM policy that somebody set."""
        rows = self.line.google.state.records.items()
        told = {key: _unordered(value) for (space, key), value in rows if space == "iam" and value}
        return {key: value for key, value in told.items() if value.keys() - {"version", "etag"}}


def kept(obj) -> bool:
    """Tell whether an object counts: neither history nor the inventory itself."""
    # A function is built anew whenever it is deployed: what was uploaded, and every image, stays.
    marks = ("/softDeleted/", "deleted/", "/gcf-artifacts/packages/", "b/gcf-v2-")
    made_by_time = ("backups", "builds", "operations", "revisions")
    history = obj.kind in made_by_time or any(mark in obj.name for mark in marks)
    return not history and f"{PROJECT}-gcpstack" not in obj.name


def _unordered(policy: Mapping[str, object]) -> dict[str, object]:
    """Sort who is bound to what, and what is logged: the order means nothing."""
    out = dict(policy)
    for name, inner in (("bindings", "members"), ("auditConfigs", "auditLogConfigs")):
        if isinstance(rows := policy.get(name), list):
            found = [{**row, inner: _sorted(row.get(inner, ()))} for row in rows]
            out[name] = _sorted(found)
    return out


def _sorted(values: Iterable[object]) -> list[object]:
    return sorted(values, key=lambda value: json.dumps(value, sort_keys=True))


_DROPPED = {
    "creationTimestamp", "createTime", "updateTime", "fingerprint", "etag", "id", "uid", "generation",
    "creationRecord", "mutationRecord", "timeCreated", "updated", "creationTime", "lastModifiedTime",
    "lastModifiedBy", "labelFingerprint", "selfLinkWithId", "metageneration", "revision",
    "observedGeneration", "latestReadyRevision", "client.knative.dev/nonce", "settingsVersion", "latestCreatedRevision", "lastTransitionTime",
}  # fmt: skip
_CHANCE = re.compile(
    r"(?<=-)\d{5}-[a-z0-9]{3}\b"  # a revision
    r"|\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b"  # a build
    r"|(?<=-)\d{6}\b|(?<=-sub-)\d+\b"  # a trigger of a function, and its subscription
    r"|\bt[0-9a-f]{15,16}-tp\b"  # a project of Google's own
    r"|\bCICA[0-9A-Za-z_-]+"  # an index
    r"|(?<=:version_)\d+\b"  # an image of a function
    r"|\b[0-9a-f]{11,}\b|\d{9,}|\d+\.\d+\.\d+\.\d+|\d{4}-\d\d-\d\dT[\d:.]+Z?"
)


def normalised(value):
    """A state in which two runs that ended alike are equal.

    Times, etags, and what Google makes up by chance are dropped or masked.
    """
    if isinstance(value, dict):
        rows = [(masked(key), normalised(item)) for key, item in value.items()]
        kept = [row for row in rows if row[0] not in _DROPPED and row[1] != {}]
        return dict(sorted(kept, key=lambda row: (row[0], json.dumps(row[1], sort_keys=True))))
    if isinstance(value, list):
        return [normalised(item) for item in value]
    return masked(value) if isinstance(value, str) else value


def masked(text: str) -> str:
    """Mask what Google makes up in a text."""
    return _CHANCE.sub("#", text)


class World:
    """The emulated Google of a lab, for a bench."""

    def __init__(self, lab):
        self.lab = lab
        self.clock = lab.line.clock

    def session(self, stack, settings, on_event):
        settings = dataclasses.replace(settings, endpoint=self.lab.settings.endpoint)
        made = self.lab.session(stack, settings)
        made._on_event = on_event
        return made
