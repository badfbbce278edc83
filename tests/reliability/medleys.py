"""Random changes of random stacks: however an apply goes, what is left is as if made from nothing.

A run dies somewhere, and the same or something else is asked for next; the inventory is lost; somebody
changes and deletes what is ours. Everything follows from a seed.
"""

import contextlib
import json
import random
import re
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from gcpstack import Action
from gcpstack.exceptions import ConsentRequired, GcpstackError, PlanError

from . import walks
from .lab import Killed, Lab
from .mixtures import Mixture, declared, spoilt, turned
from .sweep import differences, forget
from .wire import INVENTORY

_WAYS = ("plain", "plain", "killed", "killed", "given up", "forgotten", "spoilt")
#: A run of such a stack has about so many boundaries.
_BOUNDARIES = 80
_MOST_TURNS = 3
_NEW = (Action.CREATE, Action.REPLACE)
#: What is there once it was first asked for, or for ever.
_STAYS = re.compile(r"logging/.*/(_Default|_Required)(/|$)|cloudkms/")
#: Which database is the first of its project; buckets that Google and gcpstack make for themselves.
_CHANCE = re.compile(rf"freeTier$|.*(gcf-v2-|{INVENTORY})")
_NUMBER = re.compile(r"(?<=notificationConfigs/)\d+")


@dataclass
class Medley:
    """One stack that changes, beside a project in which each form of it is made from nothing."""

    seed: int
    lab: Lab = field(default_factory=Lab)
    other: Lab = field(default_factory=Lab)
    told: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Begin with nothing."""
        self.rng = random.Random(self.seed)
        self.void = self.other.save()
        self.mixture: Mixture = ()
        self.parts = 0

    def turn(self) -> bool:
        """Change the stack and apply it in some way, as `go` does."""
        mixture = self.mixture
        for _ in range(self.rng.randint(1, _MOST_TURNS)):
            self.parts += 1
            mixture = turned(mixture, self.rng, self.parts)
        return self.go(mixture, self.rng.choice(_WAYS))

    def go(self, mixture: Mixture, way: str) -> bool:
        """Apply a form of the stack; tell whether there was a way.

        Raises:
            AssertionError: what is left differs from what is made from nothing.
            GcpstackError: Google refuses what it takes where it is made from nothing.
        """
        expected = self.from_nothing(mixture)
        if mixture == self.mixture or expected is None:
            return False
        before = self.lab.save()
        self.told.append(f"{way}: {'; '.join(map(str, mixture))}")
        if way in ("killed", "given up"):
            self._die(mixture)
        if way == "given up":
            changed = turned(mixture, self.rng, self.parts)
            if (wanted := self.from_nothing(changed)) is not None:
                mixture, expected = changed, wanted
        elif way == "spoilt":
            self._spoil()
        try:
            walks.apply(self.lab, declared(mixture))
        except walks.Refused:  # there is no way from here, and it was told before
            self.lab.restore(before)
            return False
        if way == "forgotten":
            forget(self.lab)
            walks.apply(self.lab, declared(mixture))
        self.mixture = mixture
        self._compare(expected)
        return True

    def end(self) -> None:
        """Destroy the stack, unless Google protects some of it; then nothing is left to do.

        Raises:
            AssertionError: something is.
        """
        stack = declared(self.mixture)
        plan = self.lab.plan(stack, destroy=True)
        if any(type(problem) is PlanError for problem in plan.problems):
            return
        consents = frozenset(str(change.address) for change in plan.changes)
        self.lab.apply(stack, destroy=True, consents=consents).outcome.raise_failed()
        self.lab.line.google.log.clear()
        assert self.lab.apply(stack, destroy=True).plan.empty
        assert self.lab.line.mutations() == []

    def from_nothing(self, mixture: Mixture) -> dict[str, Any] | None:
        """Tell what a fresh deployment leaves; None where there is no such thing."""
        self.other.restore(self.void)
        try:
            walks.apply(self.other, declared(mixture))
        except (walks.Refused, GcpstackError, ExceptionGroup):
            return None
        return comparable(self.other)

    def _die(self, mixture: Mixture) -> None:
        """Apply, and die on the way."""
        stack = declared(mixture)
        plan = self.lab.plan(stack)
        if all(isinstance(problem, ConsentRequired) for problem in plan.problems):
            self.lab.kill_at(self.rng.randint(0, _BOUNDARIES))
            consents = frozenset(str(change.address) for change in plan.changes)
            with contextlib.suppress(Killed):
                self.lab.apply(stack, consents=consents)
            self.lab.undisturbed()

    def _spoil(self) -> None:
        """Let somebody else change what is there: the inventory knows nothing of it."""
        state, before = self.lab.line.google.state, self.lab.save()
        kept = {name: obj for name, obj in state.objects.items() if INVENTORY in name[1]}
        stack = declared(spoilt(self.mixture, self.rng))
        try:
            if any(change.action in _NEW for change in self.lab.plan(stack).changes):
                return  # what somebody else makes is theirs
            walks.apply(self.lab, stack)
        except (walks.Refused, GcpstackError, ExceptionGroup):
            self.lab.restore(before)
            return
        for name in [one for one in state.objects if INVENTORY in one[1] and one not in kept]:
            state.delete(*name)
        for obj in kept.values():
            state.put(obj)
        state.take_changes()

    def _compare(self, expected: dict[str, Any]) -> None:
        found = comparable(self.lab)
        for name, bodies in found.items():
            if "ertificates/" in name:  # the old one stays in service until the new one works
                found[name] = [one for one in bodies if one in expected.get(name, ())]
        assert found == expected, differences(found, expected)


def comparable(lab: Lab) -> dict[str, Any]:
    """Tell what is there, without what was deleted and can be brought back."""
    objects = lab.line.google.state.objects.items()
    gone = {walks._named("/".join(name)) for name, obj in objects if _deleted(obj)}
    out: dict[str, Any] = {}
    for name, bodies in walks.comparable(lab).items():
        stands = name not in gone and not any(name.startswith(f"{one}/") for one in gone)
        if stands and not _STAYS.match(name):
            plain = json.loads(_NUMBER.sub("", json.dumps(bodies)), object_hook=_without_order)
            out[_NUMBER.sub("", name)] = plain
    return out


def _without_order(body: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in body.items() if not _CHANCE.match(key)}


def _deleted(obj: Any) -> bool:
    marked = obj.body.get("deleted") or any("delete" in key and obj.meta[key] for key in obj.meta)
    return marked or "DELETE_REQUESTED" in (obj.body.get("state"), obj.body.get("lifecycleState"))


def play(seed: int, turns: int) -> Counter[str]:
    """Change one stack so many times, and destroy it.

    Raises:
        AssertionError: with what was declared last, and what went wrong.
    """
    medley = Medley(seed)
    counts: Counter[str] = Counter()
    try:
        for _ in range(turns):
            counts["turns"] += medley.turn()
        medley.end()
    except Exception as error:
        last = "\n".join(medley.told[-2:])
        raise AssertionError(f"medley {seed}: {walks._told(error)}\n{last}") from error
    counts["medleys"] += 1
    return counts
