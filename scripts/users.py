"""Users of a host: requests over TLS at a steady rate, whether earlier ones are answered or not, or a crowd.

It runs as a process of its own beside what it measures, reads one JSON object from its input, says
``began`` once the first request is out, goes on until its input ends, and writes what came of every
request as JSON. The time that an answer took counts from the moment at which its request was due, so
whatever holds this process up shows too. Nothing is sent twice: who closes a connection under a
request loses it.
"""

import asyncio
import itertools
import json
import ssl
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field
from typing import Any

import httptools

#: Seconds that an answer may take, and that the last ones are waited for.
PATIENCE = 60.0
#: As many requests may be open at once; any more are lost, and counted so.
MOST = 2000
#: Between two looks at what is due, in seconds.
TICK = 0.002


@dataclass(frozen=True)
class Load:
    """What is asked, and how often.

    Attributes:
        host: whom the requests are for; the certificate has to be its own.
        place: ``ADDRESS:PORT``, where it is reached.
        paths: asked for in turn.
        rate: requests a second.
        authority: the certificate of whom the servers' certificates come from, as PEM; nothing for plain HTTP.
        fresh: each request comes on a connection of its own.
        crowd: so many users ask, each anew once answered, instead of at a rate; 0 for a rate.
    """

    host: str
    place: str
    paths: list[str]
    rate: float
    authority: str = ""
    fresh: bool = False
    crowd: int = 0


@dataclass(slots=True)
class Answer:
    """What came of one request.

    Attributes:
        due: when it was due, in seconds since the epoch.
        sent: how many seconds later it went out.
        took: how many seconds later it was answered.
        status: of the answer; 0 for none at all.
        by: the revision that answered, where the answer names it.
        shook: it shook hands anew.
        error: what kept it from being answered.
    """

    due: float
    sent: float = 0.0
    took: float = 0.0
    status: int = 0
    by: str = ""
    shook: bool = False
    error: str = ""


class Connection(asyncio.Protocol):
    """One connection, with one request at a time."""

    def __init__(self, left: Callable[["Connection"], None]) -> None:
        """Tell *left* when an answer is complete and the connection may be used again."""
        self._left = left
        self._transport: asyncio.Transport | None = None
        self._parser: Any = None
        self._body = b""
        self._done: asyncio.Future[tuple[int, bytes]] | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """It is open, hands shaken."""
        assert isinstance(transport, asyncio.Transport)  # noqa: S101 # what protocols get
        self._transport = transport

    def ask(self, request: bytes) -> "asyncio.Future[tuple[int, bytes]]":
        """Send a request; its status and body come later."""
        self._parser, self._body = httptools.HttpResponseParser(self), b""
        self._done = asyncio.get_running_loop().create_future()
        if self._transport is None or self._transport.is_closing():
            self._done.set_exception(ConnectionResetError("the connection was closed"))
        else:
            self._transport.write(request)
        return self._done

    def data_received(self, data: bytes) -> None:
        """Read a piece of the answer."""
        try:
            if self._parser is not None:
                self._parser.feed_data(data)
        except httptools.HttpParserError as error:
            self.connection_lost(error)
            self.close()

    def on_body(self, body: bytes) -> None:
        """Keep a piece of the body."""
        self._body += body

    def on_message_complete(self) -> None:
        """Hand the answer over."""
        again = self._parser.should_keep_alive()
        status = int(self._parser.get_status_code())
        if self._done is not None and not self._done.done():
            self._done.set_result((status, self._body))
        if again:
            self._left(self)
        else:
            self.close()

    def connection_lost(self, exc: Exception | None) -> None:
        """Tell whoever waits for an answer that there will be none."""
        if self._done is not None and not self._done.done():
            self._done.set_exception(exc or ConnectionResetError("the connection was closed"))

    @property
    def open(self) -> bool:
        """Whether it can be used."""
        return self._transport is not None and not self._transport.is_closing()

    def close(self) -> None:
        """Close it."""
        if self._transport is not None:
            self._transport.close()


@dataclass
class Users:
    """Everybody who asks.

    Attributes:
        load: what and how often.
        answers: what came of it so far.
    """

    load: Load
    answers: list[Answer] = field(default_factory=list)
    _idle: list[Connection] = field(default_factory=list)
    _open: set["asyncio.Task[None]"] = field(default_factory=set)

    def __post_init__(self) -> None:
        """Trust nobody but the authority."""
        self._context: ssl.SSLContext | None = None
        if self.load.authority:
            self._context = ssl.create_default_context(cadata=self.load.authority)

    async def run(self, ended: asyncio.Event, began: Callable[[], None]) -> None:
        """Ask until it is over, then wait for the last answers."""
        if self.load.crowd:
            numbers = itertools.count()
            began()
            await asyncio.gather(*(self._asking(ended, numbers) for _ in range(self.load.crowd)))
            return
        first, clock = time.time(), time.perf_counter()
        number, told = 0, False
        while not ended.is_set():
            elapsed = time.perf_counter() - clock
            while number / self.load.rate <= elapsed:
                self._begin(first + number / self.load.rate, number)
                number += 1
            if number and not told:
                began()
                told = True
            await asyncio.sleep(TICK)
        if self._open:
            await asyncio.wait(self._open, timeout=PATIENCE)
        for task in self._open:
            task.cancel()

    async def _asking(self, ended: asyncio.Event, numbers: Iterator[int]) -> None:
        """Be one of a crowd: ask, and ask again once answered."""
        for number in numbers:
            if ended.is_set():
                return
            answer = Answer(time.time())
            self.answers.append(answer)
            await self._one(answer, self._request(number))

    def _begin(self, due: float, number: int) -> None:
        answer = Answer(due)
        self.answers.append(answer)
        if len(self._open) >= MOST:
            answer.error = f"{MOST} requests are open already"
            return
        task = asyncio.create_task(self._one(answer, self._request(number)))
        self._open.add(task)
        task.add_done_callback(self._open.discard)

    def _request(self, number: int) -> bytes:
        # Not one client, whose rate Cloud Armor would limit, but many.
        who = f"198.18.{number // 250 % 250}.{number % 250}"
        path = self.load.paths[number % len(self.load.paths)]
        return (
            f"GET {path} HTTP/1.1\r\nhost: {self.load.host}\r\nx-emulated-client: {who}\r\n\r\n"
        ).encode()

    async def _one(self, answer: Answer, request: bytes) -> None:
        try:
            connection = await self._connection(answer)
            answer.sent = time.time() - answer.due
            status, body = await asyncio.wait_for(connection.ask(request), PATIENCE)
        except (OSError, TimeoutError, httptools.HttpParserError) as error:
            answer.error = repr(error)
        else:
            answer.status, answer.by = status, _revision(body)
            if self.load.fresh:
                connection.close()
        answer.took = time.time() - answer.due

    async def _connection(self, answer: Answer) -> Connection:
        """One that is open and idle, or another."""
        while self._idle:
            connection = self._idle.pop()
            if connection.open:
                return connection
        answer.shook = True
        address, _, port = self.load.place.rpartition(":")
        _, made = await asyncio.wait_for(
            asyncio.get_running_loop().create_connection(
                lambda: Connection(self._left),
                address,
                int(port),
                ssl=self._context,
                server_hostname=self.load.host if self._context else None,
            ),
            PATIENCE,
        )
        return made

    def _left(self, connection: Connection) -> None:
        if not self.load.fresh:
            self._idle.append(connection)


def _revision(body: bytes) -> str:
    """The revision that an answer of a declared behaviour names."""
    return body.partition(b'"revision": "')[2].partition(b'"')[0].decode()


async def main() -> None:
    """Do what the input says until it ends."""
    loop, ended = asyncio.get_running_loop(), asyncio.Event()
    users = Users(Load(**json.loads(sys.stdin.readline())))
    loop.add_reader(sys.stdin, lambda: None if sys.stdin.readline() else ended.set())
    await users.run(ended, lambda: print("began", flush=True))
    print(json.dumps([asdict(one) for one in users.answers]))


if __name__ == "__main__":
    asyncio.run(main())
