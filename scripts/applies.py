"""Measures how long each shipped stack takes to apply, and on demand writes that into the documentation.

``python scripts/applies.py [--write] [STACK …]`` starts ``gcpstack emulator --latency 0.05`` in a process of
its own, where everything takes a twentieth of what it usually takes at Google, and applies each
stack to a project of its own. What is measured is the time from the first change to the last, beside
the critical path: the chain of changes, each after the one it needs, that nothing can shorten. A
stack that takes more than 1.15 times its critical path makes the exit status 1.
"""

import argparse
import importlib.util
import os
import platform
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from gcpstack import Settings, Stack
from gcpstack.events import Event, RunFinished, RunStarted

HERE = Path(__file__).parent
PAGE = HERE.parent / "docs" / "performance.md"
FACTOR, MARK = 0.05, 1.15
ENDPOINT = re.compile(r"http://[\w.]+:\d+")
#: Each stack with the environment that is measured.
STACKS = {
    "aster": "",
    "atp": "staging",
    "eaili5": "staging",
    "virtuoso": "staging",
    "trade_streamer": "staging",
}


@dataclass(frozen=True, slots=True)
class Measured:
    """How one stack was applied.

    Attributes:
        name: the stack's.
        changes: how many were made.
        seconds: how long that took.
        critical: how long its longest chain took.
        last: what stands at the end of that chain.
        longest: what took the most time in it.
    """

    name: str
    changes: int
    seconds: float
    critical: float
    last: str
    longest: str

    @property
    def ratio(self) -> float:
        """How much longer it took than it had to."""
        return self.seconds / self.critical

    def row(self) -> str:
        """Write it as a row of a table."""
        return (
            f"| `{self.name}.py` | {self.changes} | {self.seconds:.1f} s | {self.critical:.1f} s "
            f"| {self.ratio:.2f} | `{self.longest}` |"
        )


@contextmanager
def emulator() -> Iterator[str]:
    """Serve an emulated Google Cloud that takes its time; gives its endpoint."""
    command = [
        *(sys.executable, "-m", "gcpstack", "emulator"),
        *("--port", "0", "--grpc-port", "0", "--latency", str(FACTOR)),
    ]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:  # noqa: S603 # our own command
        try:
            line = process.stdout.readline() if process.stdout else ""
            found = ENDPOINT.search(line)
            if found is None:
                raise RuntimeError(f"the emulator did not start: {line}")
            yield found[0]
        finally:
            process.terminate()


def made(name: str, env: str) -> Stack:
    """Run a script, and make its stack."""
    spec = importlib.util.spec_from_file_location(name, HERE / f"{name}.py")
    if spec is None or spec.loader is None:
        raise RuntimeError(f"scripts/{name}.py can't be loaded")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module  # a dataclass looks its module up by name
    spec.loader.exec_module(module)
    found: Stack | Callable[[str], Stack] = module.stack
    return found if isinstance(found, Stack) else found(env)


def measure(name: str, endpoint: str) -> Measured:
    """Apply a stack to a project of its own."""
    seen: list[Event] = []
    project = f"applies-{name.replace('_', '-')}"
    settings = Settings(project=project, region="us-central1", endpoint=endpoint)
    made(name, STACKS[name]).apply(settings, on_event=seen.append)
    [begun] = [event for event in seen if isinstance(event, RunStarted)]
    [ended] = [event for event in seen if isinstance(event, RunFinished)]
    path = ended.critical_path
    return Measured(
        name=name,
        changes=begun.total,
        seconds=ended.seconds,
        critical=sum(seconds for _, seconds in path),
        last=path[-1][0],
        longest=max(path, key=lambda step: step[1])[0].split("/", 1)[0],
    )


def report(rows: list[Measured]) -> str:
    """Write the page of the documentation."""
    table = "\n".join(row.row() for row in rows)
    return f"""\
# Performance

<!-- Written by `python scripts/applies.py --write`. -->

Each shipped stack, applied to an empty project of an emulator in which everything takes a twentieth of
what it usually takes at Google. The critical path is the longest chain of changes, each after the
one it needs: nothing can take less. Everything else goes on beside it, so that the whole should take
hardly more; the mark is {MARK} times as long. Starting, planning and saving what was done are not
in these figures. {os.cpu_count()} cores, Python {platform.python_version()}, on a machine that did other work as well.

| stack | changes | time | critical path | ratio | longest step |
| --- | ---: | ---: | ---: | ---: | --- |
{table}

How long the emulator itself takes: [the emulator's performance](emulator/performance.md).
"""


def main() -> int:
    """Measure, tell, and write where that is asked for."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--write", action="store_true", help=f"write {PAGE.name}")
    parser.add_argument("stacks", nargs="*", metavar="STACK", help=", ".join(STACKS))
    options = parser.parse_args()
    unknown = sorted(set(options.stacks) - set(STACKS))
    if unknown:
        parser.error(f"there is no stack {unknown[0]!r}; choose of {', '.join(STACKS)}")
    with emulator() as endpoint:
        rows = [measure(name, endpoint) for name in options.stacks or STACKS]
    print(report(rows))
    if options.write:
        PAGE.write_text(report(rows))
    missed = [row.name for row in rows if row.ratio > MARK]
    if missed:
        print(f"Missed: {', '.join(missed)}", file=sys.stderr)
    return bool(missed)


if __name__ == "__main__":
    sys.exit(main())
