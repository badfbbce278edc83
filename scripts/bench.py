"""Measures the emulator under load, and on demand writes what it measured into the documentation.

``python scripts/bench.py [--write]`` starts ``gcpstack emulator`` in a process of its own, fills one project
with 10,000 addresses, reads and lists them, lets 16 clients read and create at once, kills it, and starts
it again from its state file. A figure that misses its mark makes the exit status 1.
"""

import argparse
import contextlib
import http.client
import json
import multiprocessing
import os
import platform
import re
import signal
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

PAGE = Path(__file__).parents[1] / "docs" / "emulator" / "performance.md"
ADDRESSES = "/compute.googleapis.com/compute/v1/projects/demo-proj/global/addresses"
OPERATIONS = ADDRESSES.replace("addresses", "operations")
CLIENTS, PROCESSES = 16, 2
MANY = 10_000
ENDPOINT = re.compile(r"http://[\w.]+:(\d+)")


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured figure with the mark that it has to meet.

    Attributes:
        what: was measured.
        value: in the unit.
        unit: of value and mark.
        mark: the least value, or the most where ``most`` is set; None for a figure that is only told.
        most: the mark is an upper bound.
    """

    what: str
    value: float
    unit: str
    mark: float | None = None
    most: bool = True

    @property
    def met(self) -> bool:
        """Whether the value is on the right side of its mark."""
        if self.mark is None:
            return True
        return self.value <= self.mark if self.most else self.value >= self.mark

    def row(self) -> str:
        """The figure as a row of a table."""
        digits = 0 if self.value >= 100 else 2  # noqa: PLR2004
        value = f"{self.value:,.{digits}f} {self.unit}"
        bound = "at most" if self.most else "at least"
        mark = "" if self.mark is None else f"{bound} {self.mark:,g} {self.unit}"
        return f"| {self.what} | {value} | {mark} |"


class Client:
    """One connection that stays open, as Google's clients keep theirs."""

    def __init__(self, port: int) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)

    def call(self, method: str, path: str, body: Any = None) -> Any:
        """Make a call and give its JSON; ``RuntimeError`` where it is refused."""
        raw = None if body is None else json.dumps(body)
        self._connection.request(method, path, raw)
        answer = self._connection.getresponse()
        content = answer.read()
        if answer.status != http.HTTPStatus.OK:
            raise RuntimeError(f"{method} {path}: {answer.status} {content[:300]!r}")
        return json.loads(content)

    def create(self, name: str) -> None:
        """Create an address and wait for its operation."""
        operation = self.call("POST", ADDRESSES, {"name": name})
        told = self.call("POST", f"{OPERATIONS}/{operation['name']}/wait")
        if told["status"] != "DONE":
            raise RuntimeError(f"{name}: {told}")

    def close(self) -> None:
        """Hang up."""
        self._connection.close()


@contextlib.contextmanager
def serving(state: Path | None = None) -> Iterator[tuple[Client, subprocess.Popen[str], float]]:
    """An emulator in a process of its own: a client, the process, and the seconds until it answered."""
    command = [sys.executable, "-m", "gcpstack", "emulator", "--port", "0", "--grpc-port", "0"]
    if state is not None:
        command += ["--state", str(state)]
    begun = time.perf_counter()
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:  # noqa: S603 # our own command
        try:
            line = process.stdout.readline() if process.stdout else ""
            found = ENDPOINT.search(line)
            if found is None:
                raise RuntimeError(f"the emulator did not start: {line}")
            client = Client(int(found[1]))
            client.call("GET", "/")
            yield client, process, time.perf_counter() - begun
            client.close()
        finally:
            process.send_signal(signal.SIGKILL)


def port_of(client: Client) -> int:
    """The port to which a client is connected."""
    return client._connection.port


def memory(process: subprocess.Popen[str]) -> float:
    """The most megabytes that a process ever held."""
    for line in Path(f"/proc/{process.pid}/status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) / 1024
    return 0.0


def seconds(action: Callable[[], object], times: int = 200) -> float:
    """The median duration of an action."""
    took = []
    for _ in range(times):
        begun = time.perf_counter()
        action()
        took.append(time.perf_counter() - begun)
    return statistics.median(took)


def crowd(port: int, work: str, first: int, count: int) -> float:
    """Calls a second when all clients work at once: ``get`` or ``create``, *count* in all."""
    each = count // CLIENTS
    barrier = multiprocessing.Barrier(PROCESSES + 1)
    spans = [(first + number * each * (CLIENTS // PROCESSES), each) for number in range(PROCESSES)]
    workers = [
        multiprocessing.Process(target=_process, args=(port, work, *span, barrier))
        for span in spans
    ]
    for worker in workers:
        worker.start()
    barrier.wait()
    begun = time.perf_counter()
    for worker in workers:
        worker.join()
    took = time.perf_counter() - begun
    if any(worker.exitcode for worker in workers):
        raise RuntimeError(f"a client failed at {work}")
    return each * CLIENTS / took


def _process(port: int, work: str, first: int, each: int, barrier: Any) -> None:
    """Several clients in one process, each a thread with a connection of its own."""
    failed: list[BaseException] = []

    def run(start: int) -> None:
        client = Client(port)
        try:
            for number in range(start, start + each):
                if work == "get":
                    client.call("GET", f"{ADDRESSES}/a{number % 1000}")
                else:
                    client.create(f"a{number}")
        except (OSError, RuntimeError, http.client.HTTPException) as error:
            failed.append(error)

    starts = [first + number * each for number in range(CLIENTS // PROCESSES)]
    threads = [threading.Thread(target=run, args=(start,)) for start in starts]
    barrier.wait()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failed:
        print(failed[0], file=sys.stderr)
        os._exit(1)


def _fill(client: Client, first: int, last: int) -> None:
    for number in range(first, last):
        client.call("POST", ADDRESSES, {"name": f"a{number}"})


def growth() -> list[Figure]:
    """What the number of objects costs: reads, lists, memory."""
    figures = []
    took: dict[int, tuple[float, float]] = {}
    with serving() as (client, process, _):
        figures.append(Figure("memory at the start", memory(process), "MB"))
        made = 0
        for size in (100, 1000, MANY):
            _fill(client, made, size)
            made = size
            got = seconds(lambda: client.call("GET", f"{ADDRESSES}/a50"))
            listed = seconds(lambda: client.call("GET", f"{ADDRESSES}?maxResults=100"))
            took[size] = (got, listed)
            figures.append(Figure(f"get, of {size:,} objects", got * 1000, "ms"))
            figures.append(Figure(f"list a page of 100, of {size:,} objects", listed * 1000, "ms"))
        for index, what in enumerate(("get", "list")):
            ratio = took[MANY][index] / took[100][index]
            figures.append(Figure(f"{what}: of {MANY:,} to of 100", ratio, "times", 1.5))
        figures.append(Figure(f"memory with {MANY:,} objects", memory(process), "MB", 300))
    return figures


def throughput(state: Path | None) -> list[Figure]:
    """How many calls a second 16 clients get done, with and without a state file."""
    kept = ", kept on file" if state else ""
    with serving(state) as (client, process, _):
        port = port_of(client)
        _fill(client, 0, 1000)
        gets = max(crowd(port, "get", 0, 8000) for _ in range(2))
        creates = max(crowd(port, "create", 10_000 * run, 3200) for run in (1, 2))
        peak = memory(process)
    return [
        Figure(f"gets by {CLIENTS} clients{kept}", gets, "a second", 500, most=False),
        Figure(f"creates with their operations{kept}", creates, "a second", 150, most=False),
        Figure(f"memory after that{kept}", peak, "MB", 300),
    ]


def survival(folder: Path) -> list[Figure]:
    """Kill the emulator while clients create; start it again: what was acknowledged must be there."""
    state = folder / "survival.db"
    acknowledged: list[str] = []
    with serving(state) as (client, process, _):
        _fill(client, 0, MANY)
        acknowledged += [f"a{number}" for number in range(MANY)]
        threads = [
            threading.Thread(target=_until_cut_off, args=(port_of(client), number, acknowledged))
            for number in range(4)
        ]
        for thread in threads:
            thread.start()
        while len(acknowledged) < MANY + 500:
            time.sleep(0.01)  # noqa: TID251 # the clients work meanwhile
        process.send_signal(signal.SIGKILL)
        for thread in threads:
            thread.join()
    with serving(state) as (client, _, started):
        found: set[str] = set()
        token = ""
        while True:
            answer = client.call("GET", f"{ADDRESSES}?maxResults=500&pageToken={token}")
            found.update(item["name"] for item in answer["items"])
            token = answer.get("nextPageToken", "")
            if not token:
                break
    lost = len(set(acknowledged) - found)
    return [
        Figure(f"acknowledged of {len(acknowledged):,}, and lost when killed", lost, "objects", 0),
        Figure(f"start with {MANY:,} objects on file", started, "s", 5),
    ]


def _until_cut_off(port: int, number: int, acknowledged: list[str]) -> None:
    client = Client(port)
    with contextlib.suppress(OSError, http.client.HTTPException):
        for count in range(MANY):
            name = f"k{number}-{count}"
            client.call("POST", ADDRESSES, {"name": name})
            acknowledged.append(name)


def starts() -> Figure:
    """From the command to the first answer."""
    took = []
    for _ in range(3):
        with serving() as (_, _, started):
            took.append(started)
    return Figure("start until the first answer", statistics.median(took), "s", 2)


def report(figures: list[Figure], loads: tuple[float, float]) -> str:
    """The page of the documentation."""
    rows = "\n".join(figure.row() for figure in figures)
    return f"""\
# Performance

<!-- Written by `nox -s bench -- --write`. -->

One emulator in a process of its own, clients in others, over loopback: {os.cpu_count()} cores, Python
{platform.python_version()}. The machine did other work as well: its load was {loads[0]:.1f} before and {loads[1]:.1f} after. Figures
of a busy machine are lower than they could be, and ratios hold.

| figure | measured | mark |
| --- | ---: | ---: |
{rows}

The objects are Compute addresses in one project. A create is an `insert` and the `wait` of its operation. The
figures of the clients hold whatever they cost themselves: they are written in Python too.
"""


def main() -> int:
    """Measure, tell, and write where that is asked for."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--write", action="store_true", help=f"write {PAGE.name}")
    write = parser.parse_args().write
    before = os.getloadavg()[0]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        figures = [
            starts(),
            *growth(),
            *throughput(None),
            *throughput(folder / "throughput.db"),
            *survival(folder),
        ]
    text = report(figures, (before, os.getloadavg()[0]))
    print(text)
    if write:
        PAGE.write_text(text)
    missed = [figure.what for figure in figures if not figure.met]
    if missed:
        print(f"Missed: {'; '.join(missed)}", file=sys.stderr)
    return bool(missed)


if __name__ == "__main__":
    sys.exit(main())
