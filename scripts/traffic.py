"""Requests through the emulated load balancer while releases go out: what is lost, and for how long.

An emulator runs in a process of its own, the real command applies ``scripts/aster.py`` to it, and
meanwhile 200 requests a second come in over TLS at its load balancer's port. Good releases must lose
none; a bad one is taken back by itself. ``--write`` puts the figures into docs/operations.md.

    python scripts/traffic.py [--rate 200] [--bake 8] [--write]
"""

import argparse
import asyncio
import contextlib
import itertools
import os
import pathlib
import re
import ssl
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import httpx

HERE = pathlib.Path(__file__).resolve().parent
PAGE = HERE.parent / "docs" / "operations.md"
HOST = "trader.aia.studio"
PROJECT = "traffic-project"
IMAGE = "us-central1-docker.pkg.dev/elsewhere/aster/trader"
PATHS = ("/api/quotes", "/", "/metrics", "/orchestrator/wallets")
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
        answers: when each was sent (seconds of the run), its status (0 for none at all), how
            long it took, and who answered.
        errors: what kept requests from being answered.
    """

    answers: list[tuple[float, int, float, str]] = field(default_factory=list)
    errors: set[str] = field(default_factory=set)

    @property
    def lost(self) -> int:
        """How many were answered by an error of the server, or not at all."""
        return sum(status == 0 or status >= 500 for _, status, _, _ in self.answers)  # noqa: PLR2004 # of HTTP

    @property
    def rate(self) -> float:
        """How many a second came in, on a computer that may not be able to send what was asked."""
        sent = [at for at, _, _, _ in self.answers]
        return len(sent) / max(max(sent) - min(sent), 1.0) if sent else 0.0

    def slow(self, share: float = 0.95) -> float:
        """Seconds within which so many were answered."""
        took = sorted(seconds for _, _, seconds, _ in self.answers)
        return took[min(int(len(took) * share), len(took) - 1)] if took else 0.0

    def touched(self, old: set[str]) -> tuple[int, float]:
        """How many did not go to the revisions of before, and from the first to the last of them."""
        new = sorted(at for at, status, _, by in self.answers if by not in old or status >= 500)  # noqa: PLR2004 # of HTTP
        return len(new), (new[-1] - new[0]) if new else 0.0


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
        rate = f"{self.seen.rate:.0f}"
        return f"| {self.what} | {total} | {rate} | {share} | {self.seen.slow() * 1000:.0f} ms | {back} | {self.wanted} |"


class Lab:
    """An emulator, the command, and users."""

    def __init__(self, endpoint: str, rate: int, bake: float, folder: pathlib.Path) -> None:
        self.endpoint = endpoint
        self.rate = rate
        self.bake = bake
        self.folder = folder
        self.images = itertools.count(1)
        self.image = f"{IMAGE}:{next(self.images)}"
        self.certificates = ssl.create_default_context(cadata=self.told()["certificateAuthority"])

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
        said, _ = await process.communicate()
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
    async def users(self, host: str, name: str, *, fresh: bool = False) -> AsyncIterator[Seen]:
        """Send requests for as long as the context lasts; with *fresh*, each on a new connection."""
        seen, ended = Seen(), asyncio.Event()
        limits = httpx.Limits(max_connections=400, max_keepalive_connections=0 if fresh else 100)
        async with httpx.AsyncClient(
            verify=self.certificates, limits=limits, timeout=60, trust_env=False
        ) as client:
            place = self.local(name)
            loader = asyncio.create_task(self._load(client, place, host, seen, ended))
            await asyncio.sleep(1)
            try:
                yield seen
                await asyncio.sleep(1)
            finally:
                ended.set()
                await loader

    async def _load(
        self, client: httpx.AsyncClient, place: str, host: str, seen: Seen, ended: asyncio.Event
    ) -> None:
        """Send so many a second, whether earlier ones are answered or not."""
        began = time.perf_counter()
        open_: set[asyncio.Task[None]] = set()
        for number in itertools.count():
            if ended.is_set():
                break
            task = asyncio.create_task(self._one(client, (place, host), seen, number, began))
            open_.add(task)
            task.add_done_callback(open_.discard)
            await asyncio.sleep(max(0.0, began + (number + 1) / self.rate - time.perf_counter()))
        await asyncio.gather(*open_)

    async def _one(
        self,
        client: httpx.AsyncClient,
        where: tuple[str, str],
        seen: Seen,
        number: int,
        began: float,
    ) -> None:
        place, host = where
        asked = time.perf_counter()
        by, status = "", 0
        # Not one client, whose rate Cloud Armor would limit, but many.
        who = f"198.18.{number // 250 % 250}.{number % 250}"
        try:
            answer = await client.get(
                f"https://{place}{PATHS[number % len(PATHS)]}",
                headers={"host": host, "x-emulated-client": who},
                extensions={"sni_hostname": host},
            )
        except httpx.HTTPError as error:
            seen.errors.add(repr(error))
        else:
            status = answer.status_code
            found = re.search(r'"revision": "([^"]*)"', answer.text)
            by = found[1] if found else ""
        now = time.perf_counter()
        seen.answers.append((asked - began, status, now - asked, by))

    def next_image(self, **behaviour: Any) -> str:
        """Name a new version, which behaves so."""
        image = f"{IMAGE}:{next(self.images)}"
        self.control("behaviours", {image: behaviour or None})
        return image


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
        await asyncio.sleep(1)
        old = {by for _, status, _, by in seen.answers if status == 200}  # noqa: PLR2004 # OK
        status, said = await lab.aster(lab.next_image(**behaviour), "canary")
    asked, back = seen.touched(old)
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
    lab.rate, before = max(lab.rate // 4, 1), lab.rate
    lab.lead("pair.example.com", "more.example.com")
    names = "pair.example.com,more.example.com"
    try:
        async with lab.users("pair.example.com", "pair", fresh=True) as seen:
            for _ in range(2):  # the successor becomes ACTIVE; then the predecessor goes
                status, said = await lab.apply(pair, PAIR_DOMAINS=names)
                if status:
                    print(said)
    finally:
        lab.rate = before
    what = "a domain added to the certificate, each request on a new connection"
    return Row(what, seen, "no handshake fails", ok=not seen.lost)


async def run(lab: Lab) -> list[Row]:
    """Every scenario, one after the other."""
    pair = lab.folder / "pair.py"
    pair.write_text(PAIR)
    for status, said in (await lab.aster(lab.image, "canary"), await lab.apply(pair)):
        if status:
            print(said)
            raise SystemExit(1)
    lab.lead(HOST, f"api.{HOST}")
    lab.lead("pair.example.com")
    rows = [
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
        f"Aimed at {lab.rate} requests a second, a quarter where each shakes hands anew; steps of {lab.bake:g} s:\n\n"
        "| while | requests | a second | lost | 95 of 100 within | taken back after | wanted |\n"
        "| --- | ---: | ---: | ---: | ---: | ---: | --- |\n"
    )
    return head + "".join(f"{row.line()}\n" for row in rows)


def main() -> int:
    """Run everything; 1 if anything was lost that must not be."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--rate", type=int, default=200, help="requests a second")
    parser.add_argument("--bake", type=float, default=8.0, help="seconds of a step")
    parser.add_argument("--write", action="store_true", help="write docs/operations.md")
    asked = parser.parse_args()
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
            rows = asyncio.run(run(lab))
        finally:
            emulator.terminate()
    text = table(rows, lab)
    print(text)
    for row in rows:
        if not row.ok:
            print(f"not as wanted: {row.what}: {sorted(row.seen.errors)[:3]}")
    if asked.write:
        page = PAGE.read_text()
        marks = r"(<!-- figures -->\n).*?(<!-- end -->)"
        PAGE.write_text(
            re.sub(marks, lambda found: f"{found[1]}\n{text}\n{found[2]}", page, flags=re.DOTALL)
        )
    return 0 if all(row.ok for row in rows) else 1


if __name__ == "__main__":
    raise SystemExit(main())
