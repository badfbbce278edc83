"""The whole of the reliability checks: ``python -m tests.reliability [--seeds N] [--stack NAME]``.

Every boundary of the scenarios of the stacks that ship, but for the largest two, of which a share
is run unless ``--whole`` is given; many storms and many walks, on all processors. Prints a table in
Markdown, and every point that failed with what it takes to repeat it; the exit status is 1 if any
did.
"""

import argparse
import functools
import gc
import itertools
import multiprocessing
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator

from . import rollback, rollouts, storms, sweep, walks
from .lab import Lab
from .stacks import SHIPPED

#: Into how many shares the work on one scenario is cut, for as many processes to take them.
_PARTS = 4
#: How many random walks go over the edits of a stack, and how many at least over a kind's fields.
_ROUNDS, _FEWEST = 12, 4
#: The one point in so many at which a process of a big stack wakes up late.
_SPARSE = 3
#: The one in so many of the crash points and late wakings of the largest stacks: one costs several times
#: what one of the others does.
_LARGEST = {"virtuoso": 3, "trade_streamer": 6}

#: What to check, in which scenario of which stack, which share of its points, and how many there are.
Job = tuple[str, str, str, int, int]
#: Points that passed (by what they are counted as), and what failed.
Told = tuple[Job, Counter[str], list[str]]


def jobs(stacks: list[str], seeds: int, many: int, *, whole: bool = False) -> Iterator[Job]:
    """List all work: the checks of one scenario after another, so that a process can keep it."""
    share = seeds // (len(stacks) * len(sweep.ACTIONS)) + 1
    for name, action in itertools.product(stacks, sweep.ACTIONS):
        for part in range(_PARTS):
            yield "crash", name, action, part, every("crash", name, whole=whole)
            if action in ("create", "update", "destroy"):
                yield "late", name, action, part, every("late", name, whole=whole)
            yield "storm", name, action, part, share
    if "aster" in stacks:
        for way, fate in rollouts.SCENARIOS:
            yield "rollout", way, fate, 0, 0
    for name in stacks:
        for action in rollback.BROKEN.get(name, ()):
            yield "rollback", name, action, 0, 0
        yield "walk", "stacks", name, 0, _ROUNDS
    paths = list(walks.paths())
    steps = sum(len(path.steps) for path in paths)
    for number, path in enumerate(paths):
        each = max(_FEWEST, (many - steps) * len(path.steps) // max(steps, 1))
        yield "walk", "kinds", path.base.KIND.name, number, each


def every(check: str, name: str, *, whole: bool) -> int:
    """Tell which share of a stack's points is run: the one in so many."""
    if whole:
        return 1
    sparse = _SPARSE if check == "late" and SHIPPED[name].big else 1
    return sparse * _LARGEST.get(name, 1)


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
    check, name, action, part, share = job
    if check == "rollback":
        yield from rollback.points(_lab(), name, action)
        return
    if check == "rollout":
        yield from rollouts.points(_lab(), name, action)
        return
    lab, here = _lab(), _case(name, action)
    if check == "crash":
        # Between two boundaries at which the same exists there is one and the same to go on from.
        alike = [list(group) for _, group in itertools.groupby(enumerate(here.moments), _which)]
        for group in alike[::share][part::_PARTS]:
            number, moment = group[0]
            yield number, len(group), functools.partial(sweep.go_on, lab, moment, here)
    elif check == "late":
        # To stand still after an answer, or before the next call, is the same.
        for number in range(0, here.boundaries, 2 * share)[part::_PARTS]:
            yield number, 1, functools.partial(_late, lab, here, number)
    else:
        for seed in range(share)[part::_PARTS]:
            yield seed, 1, functools.partial(storms.weather, lab, here, seed)


def _which(row: tuple[int, object]) -> int:
    return id(row[1])


def _late(lab: Lab, here: sweep.Case, number: int) -> None:
    changed = sweep.wake_late(lab, here, number)
    assert changed <= 1, f"{changed} calls changed something after the lease had ended"


def work(job: Job) -> Told:
    """Do a share of the work; tell how many points passed, and which failed."""
    if job[0] == "walk":
        return _walk(job)
    passed: Counter[str] = Counter()
    failed: list[str] = []
    for number, stands_for, point in _points(job):
        try:
            point()
        except Exception as error:  # noqa: BLE001 # whatever it is, it is told with its point
            failed.append(f"{' '.join(job[:3])} {number}: {_told(error)}")
        else:
            passed["points"] += stands_for
            passed["runs"] += 1
        _lab().undisturbed()
    return job, passed, failed


def _walk(job: Job) -> Told:
    _, over, name, number, many = job
    if over == "stacks":
        ground = walks.over_edits(SHIPPED[name])
    else:
        ground = list(walks.paths())[number].ground
    try:
        counts = walks.take(ground, number, many)
    except AssertionError as error:
        return job, Counter(), [f"walk {over} {_told(error)}"]
    return job, Counter(points=counts["walks"], runs=counts["turns"]), []


def _told(error: BaseException) -> str:
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return f"{type(error).__name__}: {error}"[:600]


def main() -> int:
    """Run everything."""
    parser = argparse.ArgumentParser(prog="python -m tests.reliability", description=__doc__)
    parser.add_argument("--stack", choices=SHIPPED, action="append", help="only this stack")
    parser.add_argument("--seeds", type=int, default=1000, help="how many storms (default 1000)")
    parser.add_argument("--walks", type=int, default=1000, help="how many walks (default 1000)")
    parser.add_argument("--processes", type=int, default=None, help="default: one a processor")
    parser.add_argument("--whole", action="store_true", help="leave no crash or late waking out")
    asked = parser.parse_args()
    began = time.monotonic()
    passed: dict[tuple[str, str], Counter[str]] = {}
    failures: list[str] = []
    todo = list(jobs(asked.stack or list(SHIPPED), asked.seeds, asked.walks, whole=asked.whole))
    with multiprocessing.get_context("spawn").Pool(asked.processes) as pool:
        for (check, name, *_), good, bad in pool.imap_unordered(work, todo):
            passed.setdefault((check, name), Counter()).update(good)
            failures += bad
            for line in bad:
                sys.stderr.write(f"{line}\n")
    _print_all(passed, failures, time.monotonic() - began, whole=asked.whole)
    return 1 if failures else 0


def _print_all(
    passed: dict[tuple[str, str], Counter[str]],
    failures: list[str],
    seconds: float,
    *,
    whole: bool,
) -> None:
    """Print the table."""
    rows = [
        f"| {check} | {name} | {_share(check, name, whole=whole)} "
        f"| {good['points']:,} | {good['runs']:,} |"
        for (check, name), good in sorted(passed.items())
    ]
    points = sum(good["points"] for good in passed.values())
    head = [
        "| check | of | share | points that passed | runs |",
        "| --- | --- | --- | ---: | ---: |",
    ]
    told = (
        f"{points:,} points passed and {len(failures)} runs failed, in {seconds / 60:.1f} minutes."
    )
    sys.stdout.write("\n".join([*head, *rows, "", told, ""]))


def _share(check: str, name: str, *, whole: bool) -> str:
    """Tell how much of a check's points was run."""
    if check not in ("crash", "late"):
        return "a sample"
    share = every(check, name, whole=whole)
    return "all" if share == 1 else f"one in {share}"
