"""Requests through the emulated load balancer while releases go out: what is lost, and for how long.

An emulator runs in a process of its own, the real command applies ``scripts/aster.py`` to it, and
meanwhile 200 requests a second come in over TLS at its load balancer's port, from a third process
(``scripts/users.py``). Good releases must lose none; a bad one is taken back by itself. ``--write``
puts the figures into docs/operations.md.

    python scripts/traffic.py [--rate 200] [--bake 8] [--alone] [--write]
"""

import argparse
import asyncio
import contextlib
import itertools
import json
import os
import pathlib
import re
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import httpx
from users import Answer

HERE = pathlib.Path(__file__).resolve().parent
PAGE = HERE.parent / "docs" / "operations.md"
HOST = "trader.aia.studio"
PROJECT = "traffic-project"
IMAGE = "us-central1-docker.pkg.dev/elsewhere/aster/trader"
PATHS = ("/api/quotes", "/", "/metrics", "/orchestrator/wallets")
#: Of the answers, whose times are told.
SHARES = (0.5, 0.95, 0.99)
#: Seconds for which nothing happens, and how many users then ask without a rate.
_ALONE, _CROWD = 10.0, 32
#: Seconds that one run of the command may take.
LONGEST = 120.0
PAIR = """
import os
from gcpstack import CloudRunBackend, CloudRunService, CloudRunServiceIamMember, LoadBalancer, Stack

stack = Stack("pair", region="us-central1")
services = {}
for region in ("us-central1", "europe-west1"):
    one = CloudRunService("pair", location=region, image="us-docker.pkg.dev/cloudrun/container/hello")
    services[region] = stack.add(one)
    stack.add(CloudRunServiceIamMember(one, role="roles/run.invoker", member="allUsers"))
names = os.environ.get("PAIR_DOMAINS", "pair.example.com").split(",")
stack.add(
    LoadBalancer("pair", hosts=["pair.example.com"], domains=names, default=CloudRunBackend("pair", services))
)
"""


@dataclass
class Seen:
    """What came of the requests of one run.

    Attributes:
        answers: one for each request.
    """

    answers: list[Answer] = field(default_factory=list)

    @property
    def errors(self) -> list[str]:
        """What kept requests from being answered, each once."""
        return sorted({one.error for one in self.answers if one.error})

    @property
    def lost(self) -> int:
        """How many were answered by an error of the server, or not at all."""
        return sum(map(_lost, self.answers))

    @property
    def rate(self) -> float:
        """How many a second were answered, on a computer that may not manage what was asked."""
        ends = [one.due + one.took for one in self.answers if one.status]
        return len(ends) / max(max(ends) - self.answers[0].due, 1.0) if ends else 0.0

    def within(self, share: float) -> float:
        """Milliseconds within which so many were answered, from when they were due."""
        took = sorted(one.took * 1000 for one in self.answers)
        return took[min(int(len(took) * share), len(took) - 1)] if took else 0.0

    def before(self, moment: float) -> set[str]:
        """The revisions that answered well before a moment."""
        return {one.by for one in self.answers if one.due < moment and one.status == 200}  # noqa: PLR2004 # OK

    def touched(self, old: set[str]) -> tuple[int, float]:
        """How many did not go to the revisions of before, and from the first to the last of them."""
        new = sorted(one.due for one in self.answers if one.by not in old or _lost(one))
        return len(new), (new[-1] - new[0]) if new else 0.0


async def _ended(process: asyncio.subprocess.Process) -> None:
    """End a process, if it has not ended by itself."""
    if process.returncode is None:
        process.kill()
        await process.wait()


def _lost(one: Answer) -> bool:
    return one.status == 0 or one.status >= 500  # noqa: PLR2004 # of HTTP


@dataclass(frozen=True)
class Row:
    """One line of the table."""

    what: str
    seen: Seen
    wanted: str
    ok: bool
    back: float | None = None

    def line(self) -> str:
        """Write it."""
        total = len(self.seen.answers)
        share = f"{self.seen.lost} ({self.seen.lost / total:.1%})" if self.seen.lost else "0"
        back = "" if self.back is None else f"{self.back:.1f} s"
        times = " | ".join(f"{self.seen.within(one):.0f} ms" for one in SHARES)
        rate = f"{self.seen.rate:.0f}"
        return f"| {self.what} | {total} | {rate} | {share} | {times} | {back} | {self.wanted} |"


class Lab:
    """An emulator, the command, and users."""

    def __init__(self, endpoint: str, rate: int, bake: float, folder: pathlib.Path) -> None:
        self.endpoint = endpoint
        self.rate = rate
        self.bake = bake
        self.folder = folder
        self.images = itertools.count(1)
        self.image = f"{IMAGE}:{next(self.images)}"
        self.authority = self.told()["certificateAuthority"]

    def told(self) -> Any:
        """What listens where."""
        return httpx.get(f"{self.endpoint}/_emulator/dataplane", timeout=30).json()

    def control(self, path: str, body: Any) -> None:
        """Tell the emulator something."""
        url = f"{self.endpoint}/_emulator/{path}"
        httpx.put(url, json=body, timeout=30).raise_for_status()

    async def apply(self, file: pathlib.Path, **environment: str) -> tuple[int, str]:
        """Run the command; its status and what it said."""
        command = [sys.executable, "-c", "from gcpstack._cli.main import entry; entry()"]
        words = ["apply", str(file), "--yes", "--endpoint", self.endpoint, "--project", PROJECT]
        process = await asyncio.create_subprocess_exec(
            *command,
            *words,
            env={**os.environ, **environment},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
        try:
            said, _ = await asyncio.wait_for(process.communicate(), LONGEST)
        except TimeoutError:
            return 1, f"no end after {LONGEST:g} s"
        finally:
            await _ended(process)
        return process.returncode or 0, said.decode()

    async def aster(self, image: str, rollout: str) -> tuple[int, str]:
        """Apply scripts/aster.py with an image."""
        status, said = await self.apply(
            HERE / "aster.py",
            ASTER_TRADER_IMAGE=image,
            ASTER_ORCHESTRATOR_IMAGE=f"{IMAGE}:wallet",
            ASTER_ROLLOUT=rollout,
            ASTER_BAKE=f"{self.bake:g}s",
        )
        self.image = image if status == 0 else self.image
        return status, said

    def lead(self, host: str, *more: str) -> None:
        """Let domains lead to their load balancer; those of port 443 that have no others yet."""
        rules = [one for one in self.told()["listeners"] if one["port"] == 443]  # noqa: PLR2004 # HTTPS
        short = host.split(".", maxsplit=1)[0].replace("trader", "aster")
        address = next(one["address"] for one in rules if f"/{short}-" in one["forwardingRule"])
        self.control("dns", {name: [address] for name in (host, *more)})

    def local(self, name: str) -> str:
        """Where the HTTPS rule of a load balancer listens."""
        rules = self.told()["listeners"]
        return next(
            str(one["local"])
            for one in rules
            if one["scheme"] == "https" and f"/{name}-" in one["forwardingRule"]
        )

    @contextlib.asynccontextmanager
    async def users(
        self, host: str, name: str, *, fresh: bool = False, crowd: int = 0
    ) -> AsyncIterator[Seen]:
        """Send requests for as long as the context lasts; with *fresh*, each on a new connection.

        With *crowd*, so many users ask as fast as they are answered. What came of them is known at the end.
        """
        seen = Seen()
        load = {
            "host": host,
            "place": self.local(name),
            "paths": PATHS,
            "rate": self.rate,
            "authority": self.authority,
            "fresh": fresh,
            "crowd": crowd,
        }
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            str(HERE / "users.py"),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            limit=2**26,
        )
        if process.stdin is None or process.stdout is None:
            raise RuntimeError("users.py has no pipes")
        try:
            process.stdin.write(f"{json.dumps(load)}\n".encode())
            await asyncio.wait_for(process.stdout.readline(), LONGEST)
            await asyncio.sleep(1)
            yield seen
            await asyncio.sleep(1)
            process.stdin.close()  # they leave
            said = await asyncio.wait_for(process.stdout.read(), LONGEST)
            seen.answers += [Answer(**one) for one in json.loads(said)]
        finally:
            await _ended(process)

    def next_image(self, **behaviour: Any) -> str:
        """Name a new version, which behaves so."""
        image = f"{IMAGE}:{next(self.images)}"
        self.control("behaviours", {image: behaviour or None})
        return image


async def alone(lab: Lab, *, crowd: int = 0) -> Row:
    """Nothing happens: what the computer and the data plane answer by themselves."""
    async with lab.users(HOST, "aster", crowd=crowd) as seen:
        await asyncio.sleep(_ALONE)
    what = f"nothing: {crowd} users, each as fast as it is answered" if crowd else "nothing"
    return Row(what, seen, "for comparison", ok=not seen.lost)


async def good(lab: Lab, rollout: str, what: str) -> Row:
    """A good release takes over."""
    async with lab.users(HOST, "aster") as seen:
        status, said = await lab.aster(lab.next_image(), rollout)
    if status:
        print(said)
    return Row(what, seen, "none lost", ok=status == 0 and not seen.lost)


async def bad(lab: Lab, what: str, share: float, behaviour: Mapping[str, Any]) -> Row:
    """A bad release is taken back by itself."""
    async with lab.users(HOST, "aster") as seen:
        began = time.time()
        status, said = await lab.aster(lab.next_image(**behaviour), "canary")
    asked, back = seen.touched(seen.before(began))
    ok = status == 1 and "traffic" in said and seen.lost <= share * len(seen.answers)
    if not ok:
        print(said)
    wanted = f"at most {share:.0%} lost" if share else "none lost"
    in_time = back <= 2 * lab.bake + 1 if share == 0.25 else back <= lab.bake + 1  # noqa: PLR2004 # a second step
    return Row(what, seen, wanted, ok=ok and (in_time or not asked), back=back if asked else None)


async def failover(lab: Lab) -> Row:
    """The nearest of two regions is lost, and comes back."""
    async with lab.users("pair.example.com", "pair") as seen:
        await asyncio.sleep(2)
        lab.control("dataplane", {"down": ["us-central1"]})
        await asyncio.sleep(6)
        lab.control("dataplane", {"down": []})
        await asyncio.sleep(2)
    return Row("two regions, one lost and back", seen, "none lost", ok=not seen.lost)


async def domain(lab: Lab, pair: pathlib.Path) -> Row:
    """A domain is added to the certificate while every request shakes hands anew."""
    lab.lead("pair.example.com", "more.example.com")
    names = "pair.example.com,more.example.com"
    ended = True
    async with lab.users("pair.example.com", "pair", fresh=True) as seen:
        for _ in range(2):  # the successor becomes ACTIVE; then the predecessor goes
            status, said = await lab.apply(pair, PAIR_DOMAINS=names)
            ended = ended and not status
            if status:
                print(said)
    what = "a domain added to the certificate, each request on a new connection"
    return Row(what, seen, "no handshake fails", ok=ended and not seen.lost)


async def run(lab: Lab, *, only_alone: bool = False) -> list[Row]:
    """Every scenario, one after the other; or those alone in which nothing happens."""
    pair = lab.folder / "pair.py"
    pair.write_text(PAIR)
    for status, said in (await lab.aster(lab.image, "canary"), await lab.apply(pair)):
        if status:
            print(said)
            raise SystemExit(1)
    lab.lead(HOST, f"api.{HOST}")
    lab.lead("pair.example.com")
    rows = [await alone(lab), await alone(lab, crowd=_CROWD)]
    if only_alone:
        return rows
    rows += [
        await good(lab, "blue-green", "blue/green of `scripts/aster.py`"),
        await good(lab, "canary", "canary of `scripts/aster.py`, 5, 25, 50 %"),
        await failover(lab),
        await domain(lab, pair),
    ]
    for what, share, behaviour in (
        ("bad release: half of its answers are 500", 0.05, {"errors": 0.5, "paths": {"/": 200}}),
        ("bad release: answers take 3 s", 0.0, {"seconds": 3.0}),
        ("bad release: never listens", 0.0, {"ready": False}),
        ("bad release: breaks at 25 %", 0.25, {"breaks_at": 25, "error_status": 500}),
    ):
        rows.append(await bad(lab, what, share, behaviour))
        print(rows[-1].line())
    return rows


def table(rows: list[Row], lab: Lab) -> str:
    """The table of docs/operations.md."""
    head = (
        f"Aimed at {lab.rate} requests a second, steps of {lab.bake:g} s:\n\n"
        "| while | requests | answered a second | lost | half within | 95 % | 99 % | taken back after | wanted |\n"
        "| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | --- |\n"
    )
    return head + "".join(f"{row.line()}\n" for row in rows)


def main() -> int:
    """Run everything; 1 if anything was lost that must not be."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--rate", type=int, default=200, help="requests a second")
    parser.add_argument("--bake", type=float, default=8.0, help="seconds of a step")
    parser.add_argument("--write", action="store_true", help="write docs/operations.md")
    parser.add_argument("--alone", action="store_true", help="without releases: a minute's measure")
    asked = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # every process of ours ends with us
    words = ["emulator", "--port", "0", "--grpc-port", "0"]
    command = [sys.executable, "-c", "from gcpstack._cli.main import entry; entry()", *words]
    with (
        tempfile.TemporaryDirectory() as folder,
        subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as emulator,  # noqa: S603 # gcpstack itself
    ):
        try:
            said = emulator.stdout.readline() if emulator.stdout else ""
            endpoint = said.split()[2].rstrip(",")
            lab = Lab(endpoint, asked.rate, asked.bake, pathlib.Path(folder))
            rows = asyncio.run(run(lab, only_alone=asked.alone))
        finally:
            emulator.terminate()
            try:
                emulator.wait(10)
            except subprocess.TimeoutExpired:
                emulator.kill()
    text = table(rows, lab)
    print(text)
    for row in rows:
        if not row.ok:
            print(f"not as wanted: {row.what}: {row.seen.errors[:3]}")
    if asked.write and not asked.alone:
        page = PAGE.read_text()
        marks = r"(<!-- figures -->\n).*?(<!-- end -->)"
        PAGE.write_text(
            re.sub(marks, lambda found: f"{found[1]}\n{text}\n{found[2]}", page, flags=re.DOTALL)
        )
    return 0 if all(row.ok for row in rows) else 1


if __name__ == "__main__":
    raise SystemExit(main())
