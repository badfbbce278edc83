"""Random walks: a declaration is changed again and again, and each time is as if made from nothing.

A walk is a list of numbers: each turns a step on or off. Hypothesis makes up the walks from a seed,
and cuts one that goes wrong down to the steps that matter.
"""

import dataclasses
import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from gcpstack import Action, Stack
from gcpstack._core.facets import Facet, field_table
from gcpstack._core.resource import Resource
from gcpstack._engine.plan import Plan
from gcpstack.exceptions import ConsentRequired, DeclarationError, GcpstackError
from tests.resources.lives import LIVES

from .fields import ALONE
from .lab import Lab
from .stacks import Shipped
from .sweep import differences, forget, outcome
from .together import ONWARD, TOGETHER

#: Turns that are no step: the declaration goes from the stack or comes back; the memory is lost.
GONE, FORGOTTEN = -1, -2
_LONGEST = 5

#: What Google makes up, beside what `lab.masked` knows: names of successors, marks, addresses and blocks
#: of them, proofs.
_MADE_UP = re.compile(
    r"(?<=[a-z0-9])-[0-9a-f]{8}(?![0-9a-z-])|[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[#0-9a-f]+"
    r"|(?:fd20|2600):[0-9a-f:]+|(?<=uptimeCheckConfigs/)[a-z-]+|(?<=:version_)\d+"
    r"|(?<=\.)\d+(?=\.authorize\.certificatemanager\.goog)|(?<=#)/2[89]$"
)
#: What is history, or stands in every project that was asked for.
_HISTORY = re.compile(
    r"eventarc/.*/triggers/.*-(\d{6}|#)$|artifactregistry/.*/repositories/gcf-artifacts"
    r"|storage/b/gcf-v2-|run/.*/executions/|pubsub/.*/subscriptions/eventarc-"
    r"|compute/projects/[^/]+$|cloudbuild/.*/builds/|compute/.*/routes/"
    r"|sqladmin/.*/backupRuns/|compute/.*/(networks|subnetworks)/default$"
    r"|compute/.*/firewalls/default-[a-z-]+$|iam/.*/serviceAccounts/.*-compute@"
)
#: What is the same as nothing: Google shows it once it was set, or always.
_NOTHING: Mapping[str, object] = {
    "storageClass": "STANDARD",
    "rpo": "DEFAULT",
    "ipVersion": "IPV4",
    "addressType": "EXTERNAL",
    "enableFlowLogs": False,
    "cpuIdle": True,
    "eventDataContentType": "application/json",
    "routingMode": "REGIONAL",
    "bgpBestPathSelectionMode": "LEGACY",
}
#: Blocks that are nothing while they are switched off, each with its switch.
_SWITCHES = {
    "logConfig": "enable",
    "autoclass": "enabled",
    "connectionPoolConfig": "connectionPoolingEnabled",
}
_VERSION = re.compile(r"/versions/\d+$")
#: What Google derives from the fields beside it at its own time.
_DERIVED = {
    "eventType", "toggleTime", "effectiveTime", "gceZone", "port", "revisionId", "subscription",
    "executionCount", "latestCreatedExecution", "Content-Type",
}  # fmt: skip


class Refused(Exception):
    """Google, or gcpstack beforehand, says no: there is no such step from here."""


@dataclass(frozen=True)
class Ground:
    """Where a walk goes.

    Attributes:
        name: what is declared.
        make: declares it, with some steps turned on, and others of which only that is left which
            stays with Google once it is declared no more.
        steps: how many there are.
        onward: steps that are never turned off again.
        staying: steps of which something stays: what can't change in place.
        comes_and_goes: whether all of it may go, and be made again.
    """

    name: str
    make: Callable[[frozenset[int], frozenset[int]], Stack]
    steps: int
    onward: frozenset[int] = frozenset()
    staying: frozenset[int] = frozenset()
    comes_and_goes: bool = True


@dataclass(frozen=True)
class Path:
    """The fields of one resource that change.

    Attributes:
        base: how it is declared first.
        steps: fields that change together, each time with their values.
        onward: fields that never go back.
    """

    base: Resource
    steps: Sequence[Mapping[str, Any]]
    onward: frozenset[str] = frozenset()

    @property
    def ground(self) -> Ground:
        """Walk there."""
        numbered = list(enumerate(self.steps))
        kind = self.base.KIND
        return Ground(
            name=kind.name,
            make=self._stack,
            steps=len(numbered),
            onward=frozenset(number for number, step in numbered if self.onward & step.keys()),
            staying=frozenset(number for number, step in numbered if self._staying(step)),
            comes_and_goes=not kind.reserved_days and not kind.keeps,
        )

    def _staying(self, step: Mapping[str, Any]) -> dict[str, Any]:
        fixed = {f.name for f in field_table(type(self.base)) if f.facets & Facet.IMMUTABLE}
        return {
            name: value
            for name, value in step.items()
            if name in fixed and getattr(self.base, name) is None
        }

    def declared(self, on: frozenset[int], left: frozenset[int] = frozenset()) -> Resource:
        """Declare it with some steps turned on, the later ones over the earlier ones."""
        fields: dict[str, Any] = {}
        for number in sorted(left):
            fields |= self._staying(self.steps[number])
        for number in sorted(on):
            fields |= self.steps[number]
        return dataclasses.replace(self.base, **fields)

    def _stack(self, on: frozenset[int], left: frozenset[int]) -> Stack:
        stack = Stack("walk", enable_apis=False)
        stack.add(self.declared(on, left))
        return stack


def over_edits(shipped: Shipped) -> Ground:
    """Walk over the edits of a stack that ships."""
    edits = [*shipped.update.items(), *shipped.replace.items(), *shipped.prune.items()]

    def make(on: frozenset[int], left: frozenset[int]) -> Stack:
        assert not left
        try:
            return shipped.stack(dict(edits[number] for number in sorted(on)))
        except AssertionError as error:  # one edit took away what another one changes
            raise Refused from error

    return Ground(shipped.name, make, len(edits), comes_and_goes=False)


def paths() -> Iterator[Path]:
    """Give a path for every life, with every field that is known to change."""
    for life in LIVES:
        kind = life.base.KIND.name
        given = ({**life.changes, **life.fixed}, ALONE.get(kind, {}))
        alone = [{name: value} for fields in given for name, value in fields.items()]
        onward = life.onward | ONWARD.get(kind, frozenset())
        yield Path(life.base, [*alone, *TOGETHER.get(kind, ())], onward)


def take(ground: Ground, number: int, many: int, *, plain: bool = True) -> Counter[str]:
    """Take walks from a seed: each step on and off again (if *plain*), then many at random.

    Returns:
        How many walks there were, and how many turns of them led somewhere.

    Raises:
        AssertionError: with the shortest walk that shows what goes wrong.
    """
    walk = Walk(ground)
    counts: Counter[str] = Counter()

    def go(turns: Sequence[int], *, strict: bool = False) -> None:
        counts["walks"] += 1
        try:
            counts["turns"] += walk.go(turns, strict=strict)
        except Exception as error:
            told = f"{ground.name} {list(turns)}: {_told(error)}"
            raise AssertionError(told) from error

    def wander(turns: Sequence[int]) -> None:
        go(turns)

    for step in range(ground.steps) if plain else ():
        go((step, step), strict=True)
    turns = st.lists(st.integers(FORGOTTEN, ground.steps - 1), min_size=2, max_size=_LONGEST)
    if many:
        seed(number)(_quickly(many)(given(turns=turns)(wander)))()
    return counts


def _told(error: BaseException) -> str:
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return f"{type(error).__name__}: {error}"


def _quickly(many: int) -> settings:
    """Take so many examples, remember none, and cut down the one that fails."""
    return settings(
        max_examples=many,
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
        phases=(Phase.generate, Phase.shrink),
        print_blob=False,
    )


class Walk:
    """Somebody who changes a declaration in one world, and makes it from nothing in another."""

    def __init__(self, ground: Ground) -> None:
        self.ground = ground
        self.lab, self.other = Lab(), Lab()
        self.empty, self.void = self.lab.save(), self.other.save()
        self._known: dict[tuple[frozenset[int], frozenset[int]], dict[str, object] | None] = {}

    def go(self, turns: Sequence[int], *, strict: bool = True) -> int:
        """Take some turns; tell how many led somewhere.

        Args:
            turns: the walk.
            strict: whether Google must take every turn that gcpstack does not refuse beforehand.
                Where several steps stand side by side, a walk ends where it says no.

        Raises:
            AssertionError: what is left differs from what is made from nothing.
            GcpstackError: Google refused a turn.
        """
        ground = self.ground
        self.lab.restore(self.empty)
        on: frozenset[int] = frozenset()
        left: frozenset[int] = frozenset()
        there, taken = False, 0
        for turn in (None, *turns):
            if turn == FORGOTTEN:
                if there:
                    forget(self.lab)
                    apply(self.lab, ground.make(on, frozenset()))
                    self._compare(on, left)
            elif turn == GONE and there:
                if ground.comes_and_goes:
                    apply(self.lab, Stack("walk", enable_apis=False))
                    there, left = False, frozenset()
            else:
                wanted = (on if turn in (None, GONE) else on ^ {turn}) | ground.onward & on
                stays = (left | ground.staying & on) - wanted
                if self._from_nothing(wanted, stays) is None:
                    continue
                try:
                    made = apply(self.lab, ground.make(wanted, frozenset()))
                except Refused:  # there is no way from here, and it was told before
                    continue
                except (GcpstackError, ExceptionGroup):
                    if strict:
                        raise
                    return taken
                on, there, taken = wanted, True, taken + 1
                left = frozenset() if made else stays
                self._compare(on, left)
        return taken

    def _compare(self, on: frozenset[int], left: frozenset[int]) -> None:
        found, expected = comparable(self.lab), self._from_nothing(on, left) or {}
        for name, bodies in found.items():
            if "/sslCertificates/" in name and isinstance(bodies, list):
                # The old one stays in service until the new one works.
                wanted = expected.get(name)
                found[name] = [one for one in bodies if isinstance(wanted, list) and one in wanted]
        assert found == expected, differences(found, expected)

    def _from_nothing(self, on: frozenset[int], left: frozenset[int]) -> dict[str, object] | None:
        """Tell what a fresh deployment leaves; None where there is no such thing."""
        key = (on, left)
        if key not in self._known:
            self.other.restore(self.void)
            try:
                apply(self.other, self.ground.make(on, left))
            except (Refused, GcpstackError, ExceptionGroup):
                self._known[key] = None
            else:
                self._known[key] = comparable(self.other)
        return self._known[key]


def apply(lab: Lab, stack: Stack) -> bool:
    """Apply with consent; then nothing is left to do. Tell whether something was made anew.

    Raises:
        Refused: gcpstack says no before anything is touched.
        GcpstackError: Google says no.
        AssertionError: something is left to do.
    """
    consents: frozenset[str] = frozenset()
    try:
        plan = lab.plan(stack)
    except DeclarationError as error:
        raise Refused(str(error)) from error
    if any(isinstance(problem, ConsentRequired) for problem in plan.problems):
        consents = frozenset(str(change.address) for change in plan.changes)
    others = [problem for problem in plan.problems if not isinstance(problem, ConsentRequired)]
    if others:
        raise Refused(str(others[0])) from others[0]
    done = lab.apply(stack, consents=consents)
    done.outcome.raise_failed()
    lab.line.google.log.clear()
    again = lab.apply(stack)
    assert again.plan.empty, _differing(again.plan)
    assert lab.line.mutations() == []
    anew = (Action.CREATE, Action.REPLACE)
    return any(change.action in anew for change in done.plan.changes)


def _differing(plan: Plan) -> list[tuple[str, object]]:
    return [(str(change.address), change.diff) for change in plan.changes if change.mutates]


def comparable(lab: Lab) -> dict[str, object]:
    """Tell what is there in a form in which a changed world and a new one are equal."""
    out: dict[str, Any] = {}
    for name, bodies in outcome(lab).items():
        if _VERSION.search(name):
            out[_VERSION.sub("", _named(name))] = "a value"
        elif not _HISTORY.match(name):
            out.setdefault(_named(name), []).append(_plain(bodies))
    return out


def _named(name: str) -> str:
    return _MADE_UP.sub("", name)


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        rows = {_named(key): _plain(item) for key, item in value.items() if key not in _DERIVED}
        if not rows.get("enableCdn"):
            rows.pop("cdnPolicy", None)  # Google keeps it while it is of no use
        return {key: item for key, item in rows.items() if not _is_nothing(key, item)}
    if isinstance(value, list):
        rows = [_plain(item) for item in value]
        if all(isinstance(row, str) for row in rows):
            return list(dict.fromkeys(rows))  # an old one and its successor have one name here
        return [row for row in rows if not (isinstance(row, dict) and _legacy(row.get("role")))]
    return _MADE_UP.sub("", value) if isinstance(value, str) else value


def _is_nothing(key: str, item: Any) -> bool:
    if isinstance(item, dict):
        return not item or (key in _SWITCHES and not item.get(_SWITCHES[key]))
    return item in (None, "", []) or item == _NOTHING.get(key)


def _legacy(role: Any) -> bool:
    return isinstance(role, str) and role.startswith("roles/storage.legacy")
