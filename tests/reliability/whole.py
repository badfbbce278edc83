"""The whole of the reliability checks: ``python -m tests.reliability [--seeds N] [--stack NAME]``.

Every boundary of the scenarios of the stacks that ship, but for the largest two, of which a share
is run unless ``--whole`` is given; many storms and many walks, on all processors. Which share it is
changes from day to day; ``--offset`` brings one back. Prints a table in Markdown, and every point
that failed with what it takes to repeat it; the exit status is 1 if any did.
"""

import argparse
import datetime as dt
import functools
import gc
import itertools
import multiprocessing
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from . import medleys, rollback, rollouts, storms, sweep, walks
from .lab import Lab
from .stacks import SHIPPED

#: Into how many shares the work on one scenario is cut, for as many processes to take them.
_PARTS = 4
#: How many random walks go over the edits of a stack, and how many at least over a kind's fields.
_ROUNDS, _FEWEST = 12, 4
#: Of the largest stacks only this share of the late wakings, rollbacks and walks of the others.
_RARER = 3
#: The one point in so many at which a process of a big stack wakes up late.
_SPARSE = 3
#: Of the answers that may be lost, half as many are as there are late wakings.
_SPARSER = 2
#: The one in so many of the crash points and late wakings of the largest stacks: one costs several times
#: what one of the others does.
_LARGEST = {"virtuoso": 5, "trade_streamer": 10}
#: How many storms go over the other stacks for each that goes over one of the largest.
_STORMY = 3
#: How often a stack that is made up changes.
_TURNS = 7
#: What is checked.
CHECKS = ("crash", "late", "lost", "storm", "rollback", "rollout", "walk", "medley")
#: Of which scenarios late wakings and lost answers are checked.
_PLAIN = ("create", "update", "destroy")


@dataclass(frozen=True)
class Job:
    """What to check.

    Attributes:
        check: one of `CHECKS`.
        name: the stack, or what is rolled out or walked over.
        action: the scenario.
        part: which part of the scenario's points, or the number of the walk.
        share: the one in so many of its points; of storms and walks, how many.
        offset: which share.
        point: of its points this alone.
    """

    check: str
    name: str
    action: str
    part: int = 0
    share: int = 1
    offset: int = 0
    point: int | None = None

    def __str__(self) -> str:
        return f"--check {self.check} --stack {self.name} --action '{self.action}'"


@dataclass(frozen=True)
class Asked:
    """What part of everything is asked for.

    Attributes:
        stacks: of which stacks.
        seeds: how many storms.
        walks: how many walks.
        medleys: how many stacks that are made up.
        checks: what is checked.
        actions: in which scenarios; none for all.
        share: the one in so many of the points; None for what is usual of each stack.
        offset: which share.
        point: this point alone.
    """

    stacks: Sequence[str]
    seeds: int
    walks: int
    medleys: int
    checks: Sequence[str] = CHECKS
    actions: Sequence[str] = ()
    share: int | None = None
    offset: int = 0
    point: int | None = None

    def every(self, check: str, name: str) -> int:
        """Tell which share of a stack's points is run: the one in so many."""
        if self.point is not None:
            return 1
        if self.share is not None:
            return self.share
        sparse = _SPARSE if check in ("late", "lost") and SHIPPED[name].big else 1
        fewer = _SPARSER if check == "lost" else 1
        rarer = _RARER if check in ("late", "lost") and name in _LARGEST else 1
        return sparse * fewer * rarer * _LARGEST.get(name, 1)

    def includes(self, job: Job) -> bool:
        """Tell whether a job is part of it."""
        return job.check in self.checks and (not self.actions or job.action in self.actions)


#: Points that passed (by what they are counted as), and what failed.
Told = tuple[Job, Counter[str], list[str]]


def jobs(asked: Asked) -> Iterator[Job]:
    """List all work: the checks of one scenario after another, so that a process can keep it."""
    yield from filter(asked.includes, itertools.chain(_scenarios(asked), _others(asked)))


def _scenarios(asked: Asked) -> Iterator[Job]:
    weights = {name: 1 if name in _LARGEST else _STORMY for name in asked.stacks}
    storms_each = asked.seeds // (sum(weights.values()) * len(sweep.ACTIONS)) + 1
    for name, action in itertools.product(asked.stacks, sweep.ACTIONS):
        for part in range(_PARTS):
            for check in ("crash", "late", "lost"):
                if check == "crash" or action in _PLAIN:
                    share = asked.every(check, name)
                    yield Job(check, name, action, part, share, asked.offset, asked.point)
            seeds = storms_each * weights[name]
            yield Job("storm", name, action, part, seeds, point=asked.point)


def _others(asked: Asked) -> Iterator[Job]:
    if "aster" in asked.stacks:
        for way, fate in rollouts.SCENARIOS:
            yield Job("rollout", way, fate, point=asked.point)
    for name in asked.stacks:
        for action in rollback.BROKEN.get(name, ()):
            rarer = _RARER if name in _LARGEST else 1
            share = asked.share or rarer * (rollback.SPARSE if SHIPPED[name].big else 1)
            share = 1 if asked.point is not None else share
            yield Job("rollback", name, action, 0, share, asked.offset, asked.point)
        rounds = _ROUNDS // _RARER if name in _LARGEST else _ROUNDS
        yield Job("walk", "stacks", name, 0, rounds)
    paths = list(walks.paths())
    steps = sum(len(path.steps) for path in paths)
    for number in range(asked.medleys) if asked.point is None else [asked.point]:
        yield Job("medley", "kinds", "change", number, _TURNS)
    for number, path in enumerate(paths):
        each = max(_FEWEST, (asked.walks - steps) * len(path.steps) // max(steps, 1))
        yield Job("walk", "kinds", path.base.KIND.name, number, each)


@functools.cache
def _lab() -> Lab:
    """The one emulated project of this process."""
    return Lab()


@functools.lru_cache(maxsize=3)
def _case(name: str, action: str) -> sweep.Case:
    found = sweep.case(_lab(), SHIPPED[name], action)
    gc.collect()
    gc.freeze()  # clients, documents and what is kept are not looked through again and again
    return found


def _points(job: Job) -> Iterator[tuple[int, int, Callable[[], None]]]:
    """List the points of a job: each with its number, for how many it stands, and what to do."""
    if job.check == "rollback":
        yield from rollback.points(_lab(), job.name, job.action, job.share, job.offset)
        return
    if job.check == "rollout":
        yield from rollouts.points(_lab(), job.name, job.action)
        return
    lab, here = _lab(), _case(job.name, job.action)
    first = job.offset % job.share
    if job.check == "crash":
        # Between two boundaries at which the same exists there is one and the same to go on from.
        alike = [list(group) for _, group in itertools.groupby(enumerate(here.moments), _which)]
        for group in alike[first :: job.share][job.part :: _PARTS]:
            number, moment = group[0]
            yield number, len(group), functools.partial(sweep.go_on, lab, moment, here)
    elif job.check == "late":
        # To stand still after an answer, or before the next call, is the same.
        for number in range(2 * first, here.boundaries, 2 * job.share)[job.part :: _PARTS]:
            yield number, 1, functools.partial(_late, lab, here, number)
    elif job.check == "lost":
        for number in sweep.changing(here)[first :: job.share][job.part :: _PARTS]:
            yield number, 1, functools.partial(sweep.lose, lab, here, number)
    else:
        seeds = range(job.share) if job.point is None else [job.point]
        for seed in seeds[job.part :: _PARTS]:
            yield seed, 1, functools.partial(storms.weather, lab, here, seed)


def _which(row: tuple[int, object]) -> int:
    return id(row[1])


def _late(lab: Lab, here: sweep.Case, number: int) -> None:
    changed = sweep.wake_late(lab, here, number)
    assert changed <= 1, f"{changed} calls changed something after the lease had ended"


def work(job: Job) -> Told:
    """Do a share of the work; tell how many points passed, in what time, and which failed."""
    began = time.process_time()
    job, passed, failed = {"walk": _walk, "medley": _medley}.get(job.check, _done)(job)
    passed["milliseconds"] += round(1000 * (time.process_time() - began))
    return job, passed, failed


def _done(job: Job) -> Told:
    passed: Counter[str] = Counter()
    failed: list[str] = []
    try:
        for number, stands_for, point in _points(job):
            if job.point not in (None, number):
                continue
            _lab().undisturbed()
            try:
                point()
            except Exception as error:  # noqa: BLE001 # whatever it is, it is told with its point
                failed.append(f"{job} --point {number}: {_told(error)}")
            else:
                passed["points"] += stands_for
                passed["runs"] += 1
    except Exception as error:  # noqa: BLE001 # nothing was disturbed, and yet it failed
        failed.append(f"{job}: {_told(error)}")
    _lab().undisturbed()
    return job, passed, failed


def _walk(job: Job) -> Told:
    if job.name == "stacks":
        ground = walks.over_edits(SHIPPED[job.action])
    else:
        ground = list(walks.paths())[job.part].ground
    try:
        counts = walks.take(ground, job.part, job.share)
    except AssertionError as error:
        return job, Counter(), [f"walk {job.name} {_told(error)}"]
    return job, Counter(points=counts["walks"], runs=counts["turns"]), []


def _medley(job: Job) -> Told:
    try:
        counts = medleys.play(job.part, job.share)
    except AssertionError as error:
        return job, Counter(), [f"{job} --point {job.part}: {error}"[:2000]]
    return job, Counter(points=counts["turns"], runs=counts["turns"]), []


def _told(error: BaseException) -> str:
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return f"{type(error).__name__}: {error}"[:600]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run everything, or a part of it; give the exit status."""
    asked, processes = _asked(arguments)
    began = time.monotonic()
    passed: dict[tuple[str, str], Counter[str]] = {}
    failures: list[str] = []
    for job, good, bad in _worked(list(jobs(asked)), processes):
        passed.setdefault((job.check, job.name), Counter()).update(good)
        failures += bad
        for line in bad:
            sys.stderr.write(f"{line}\n")
    _print_all(asked, passed, failures, time.monotonic() - began)
    return 1 if failures or not any(good["points"] for good in passed.values()) else 0


def _asked(arguments: Sequence[str] | None) -> tuple[Asked, int | None]:
    """Read the command line: what is asked for, and how many processes do it."""
    parser = argparse.ArgumentParser(prog="python -m tests.reliability", description=__doc__)
    parser.add_argument("--stack", choices=SHIPPED, action="append", help="only this stack")
    parser.add_argument("--check", choices=CHECKS, action="append", help="only this check")
    parser.add_argument("--action", action="append", default=[], help="only this scenario")
    parser.add_argument("--point", type=int, help="only this point of each scenario, by its number")
    parser.add_argument("--seeds", type=int, default=1000, help="how many storms (default 1000)")
    parser.add_argument("--walks", type=int, default=1000, help="how many walks (default 1000)")
    parser.add_argument("--medleys", type=int, default=100, help="how many medleys (default 100)")
    parser.add_argument("--processes", type=int, default=None, help="default: one a processor")
    parser.add_argument("--every", type=int, help="the one point in so many, of every stack")
    parser.add_argument("--whole", action="store_true", help="the same as --every 1")
    today = dt.datetime.now(dt.UTC).date().toordinal()
    parser.add_argument(
        "--offset", type=int, default=today, help="which share of the points (default: today's)"
    )
    given = parser.parse_args(arguments)
    asked = Asked(
        given.stack or list(SHIPPED),
        given.seeds,
        given.walks,
        given.medleys,
        given.check or CHECKS,
        given.action,
        1 if given.whole else given.every,
        given.offset,
        given.point,
    )
    return asked, given.processes


def _worked(todo: Iterable[Job], processes: int | None) -> Iterator[Told]:
    """Do the work, in as many processes as are asked for; one is this very process."""
    if processes == 1:
        yield from map(work, todo)
        return
    with multiprocessing.get_context("spawn").Pool(processes) as pool:
        yield from pool.imap_unordered(work, todo)


def _print_all(
    asked: Asked,
    passed: dict[tuple[str, str], Counter[str]],
    failures: list[str],
    seconds: float,
) -> None:
    """Print the table."""
    rows = [
        f"| {check} | {name} | {_share(asked, check, name)} "
        f"| {good['points']:,} | {good['runs']:,} | {good['milliseconds'] / 1000:,.0f} |"
        for (check, name), good in sorted(passed.items())
    ]
    points = sum(good["points"] for good in passed.values())
    head = [
        "| check | of | share | points that passed | runs | processor seconds |",
        "| --- | --- | --- | ---: | ---: | ---: |",
    ]
    busy = sum(good["milliseconds"] for good in passed.values()) / 60_000
    told = (
        f"{points:,} points passed and {len(failures)} runs failed, in {seconds / 60:.1f} minutes, "
        f"{busy:.1f} of a processor. "
        f"--offset {asked.offset} runs the same share again."
    )
    sys.stdout.write("\n".join([*head, *rows, "", told, ""]))


def _share(asked: Asked, check: str, name: str) -> str:
    """Tell how much of a check's points was run."""
    if check not in ("crash", "late", "lost"):
        return "a sample"
    share = asked.every(check, name)
    return "all" if share == 1 else f"one in {share}, from {asked.offset % share}"
