"""The whole of the reliability checks: ``python -m tests.reliability [--seeds N] [--stack NAME]``.

Every boundary of every scenario of every stack that ships, and many storms, on all processors.
Prints a table in Markdown, and every point that failed with what it takes to repeat it; the exit
status is 1 if any did.
"""

import argparse
import itertools
import multiprocessing
import sys
import time
from collections import Counter
from collections.abc import Iterator

from . import storms, sweep
from .lab import Lab
from .stacks import SHIPPED

#: A share of the work that one process takes at a time.
_PIECE = 40

Job = tuple[str, str, str, range]
Told = tuple[Job, int, list[str]]


def jobs(stacks: list[str], seeds: int) -> Iterator[Job]:
    """List all work: what to do, to which scenario of which stack, at which points."""
    for name, action in itertools.product(stacks, sweep.ACTIONS):
        for check in ("crash", "late"):
            if check == "late" and action not in ("create", "update", "destroy"):
                continue
            share = SHIPPED[name].share
            total = sweep.case(Lab(), SHIPPED[name], action).boundaries
            for first in range(0, total, _PIECE * share):
                yield check, name, action, range(first, min(first + _PIECE * share, total), share)
        share = seeds // (len(stacks) * len(sweep.ACTIONS)) + 1
        for first in range(0, share, _PIECE):
            yield "storm", name, action, range(first, min(first + _PIECE, share))


def work(job: Job) -> Told:
    """Do a share of the work; tell how many points passed, and which failed."""
    check, name, action, points = job
    lab = Lab()
    here = sweep.case(lab, SHIPPED[name], action)
    passed, failed = 0, []
    for point in points:
        try:
            if check == "crash":
                assert sweep.die(lab, here, point), "there is no such boundary"
            elif check == "late":
                changed = sweep.wake_late(lab, here, point)
                assert changed <= 1, f"{changed} calls changed something after the lease had ended"
            else:
                storms.weather(lab, here, point)
        except Exception as error:  # noqa: BLE001 # whatever it is, it is told with its point
            failed.append(f"{check} {name} {action} {point}: {_told(error)}")
        else:
            passed += 1
        lab.undisturbed()
    return job, passed, failed


def _told(error: BaseException) -> str:
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return f"{type(error).__name__}: {error}"[:600]


def main() -> int:
    """Run everything."""
    parser = argparse.ArgumentParser(prog="python -m tests.reliability", description=__doc__)
    parser.add_argument("--stack", choices=SHIPPED, action="append", help="only this stack")
    parser.add_argument("--seeds", type=int, default=1000, help="how many storms (default 1000)")
    parser.add_argument("--processes", type=int, default=None, help="default: one a processor")
    asked = parser.parse_args()
    began = time.monotonic()
    passed: Counter[tuple[str, str]] = Counter()
    failures: list[str] = []
    todo = list(jobs(asked.stack or list(SHIPPED), asked.seeds))
    with multiprocessing.get_context("spawn").Pool(asked.processes) as pool:
        for (check, name, _, _), good, bad in pool.imap_unordered(work, todo):
            passed[check, name] += good
            failures += bad
            for line in bad:
                sys.stderr.write(f"{line}\n")
    _print_all(passed, failures, time.monotonic() - began)
    return 1 if failures else 0


def _print_all(passed: Counter[tuple[str, str]], failures: list[str], seconds: float) -> None:
    """Print the table."""
    total = sum(passed.values()) + len(failures)
    rows = [f"| {check} | {name} | {good:,} |" for (check, name), good in sorted(passed.items())]
    head = ["| check | stack | points that passed |", "| --- | --- | ---: |"]
    told = f"{len(failures)} of {total:,} failed, in {seconds / 60:.1f} minutes."
    sys.stdout.write("\n".join([*head, *rows, "", told, ""]))
