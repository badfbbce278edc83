"""An emulated Google that Google's own clients reach without a socket, on a virtual clock.

Everything runs in one thread: a call is answered before it returns, an answer that Google would
hold lets the virtual time pass instead. What a run does is therefore the same every time, and each
call is a boundary at which something may go wrong.
"""

import datetime as dt
import io
import re
from collections.abc import Callable
from email.utils import formatdate
from urllib.parse import urlsplit

import grpc
import requests
from requests.adapters import BaseAdapter
from requests.structures import CaseInsensitiveDict

from gcpstack._adapters.clients import Clients
from gcpstack.emulator.core.google import Google
from gcpstack.emulator.core.store import Event, State
from gcpstack.emulator.core.wire import Hold, Request, Response
from gcpstack.emulator.server.grpc import OPERATIONS, Handler
from gcpstack.emulator.server.transcode import Transcoder, error_status
from gcpstack.testing import FakeClock

ENDPOINT = "http://emulated"
#: What the names of inventories' buckets end in.
INVENTORY = "-gcpstack"
#: The longest that an answer is held: other work of the same thread must get its turn.
_LONGEST_HOLD = 0.5

#: Methods that change nothing.
_READ = re.compile(r"get|list|search|lookup|aggregatedList|wait$|access$|testIamPermissions$")

Boundary = Callable[[str, str], None]
Saved = tuple[dict[tuple[str, str], object], dict[tuple[str, str], object], list[Event], float]


class Clock(FakeClock):
    """Virtual time that can be taken back, so that the same begins at the same instant."""

    def rewind(self, seconds: float) -> None:
        """Stand where *seconds* had passed."""
        self._seconds = seconds


class WorldClock:
    """The emulator's view of a run's virtual clock."""

    manual = False

    def __init__(self, clock: FakeClock) -> None:
        self.clock = clock

    def now(self) -> float:
        return self.clock.now().timestamp()

    def advance(self, seconds: float) -> None:
        self.clock.advance(seconds)

    def rewind(self) -> None:
        """Go on: it is the runs' own time."""


class Refused(grpc.RpcError, grpc.Call):
    """A gRPC call that failed."""

    def __init__(self, code: grpc.StatusCode, message: str, packed: bytes = b"") -> None:
        super().__init__(message)
        self._code, self._message, self._packed = code, message, packed

    def code(self):
        return self._code

    def details(self):
        return self._message

    def trailing_metadata(self):
        return (("grpc-status-details-bin", self._packed),) if self._packed else ()

    def initial_metadata(self):
        return ()

    def is_active(self):
        return False

    def time_remaining(self):
        return None

    def cancel(self):
        return False

    def add_callback(self, callback):
        return False

    def result(self, timeout=None):
        raise self

    def exception(self, timeout=None):
        return self


class Answered(Refused):
    """A gRPC call that succeeded."""

    def __init__(self) -> None:
        super().__init__(grpc.StatusCode.OK, "")


class Line:
    """Carries calls into one emulated Google."""

    def __init__(self, latency: float = 0.02) -> None:
        self.clock = Clock(dt.datetime(2026, 1, 1, 12, tzinfo=dt.UTC))
        self.google = Google(clock=WorldClock(self.clock), latency=latency)
        self.google.info |= {"grpc": "emulated"}
        #: Is told of each call, before it is sent and after it was answered; may raise.
        self.boundary: Boundary = lambda when, what: None
        self.calls: list[str] = []
        #: Answers in Google's place, where it has an answer.
        self.instead: Callable[[Request], Response | None] = lambda request: None
        #: Tells whether the answer to a call that was made is lost.
        self.loses: Callable[[str], bool] = lambda what: False
        self._coders: dict[str, Transcoder] = {}

    def clients(self, project: str, channel: grpc.Channel | None = None) -> Clients:
        """Google's clients, talking over this line.

        Args:
            project: whose.
            channel: carries what goes over gRPC in this line's place, and then everything does that can.
        """
        return Clients(
            project,
            endpoint=ENDPOINT,
            connections=_Http(self),
            channel=channel or _Channel(self),
            transport="rest" if channel is None else "grpc",
        )

    # -- calls

    def send(self, request: Request) -> Response:
        """Make one call."""
        what = f"{request.method} {request.path}"
        if request.path == "/":  # who are you?
            return self._settled(request)
        self.calls.append(what)
        self.boundary("before", what)
        answer = self._settled(request)
        self.boundary("after", what)
        return Response(0, drop=True) if self.loses(what) else answer

    def _settled(self, request: Request) -> Response:
        result = self.instead(request) or self.google.handle(request)
        while isinstance(result, Hold):
            left = result.until - self.google.now()
            if left > 0:
                self.clock.sleep(min(left, _LONGEST_HOLD))
            if left > _LONGEST_HOLD and request.path.endswith(":wait"):
                # A wait may end early: it tells how the operation stands.
                path = request.path.removesuffix(":wait")
                result = self.google.handle(Request("GET", path, headers=request.headers))
            else:
                result = result.resume()
        return result

    def coder(self, path: str, raw: bytes) -> Transcoder:
        """What turns one gRPC method into HTTP; of an operation, the request tells whose it is."""
        if path.startswith(f"/{OPERATIONS}/"):
            found = Handler(self.google, None)._operation(path.rsplit("/", 1)[-1], raw)
            if found is None:
                raise Refused(grpc.StatusCode.NOT_FOUND, "Operation not found.")
            return found
        if path not in self._coders:
            service, row = self.google.registry.rpcs()[path]
            self._coders[path] = Transcoder(self.google, service, row)
        return self._coders[path]

    def mutations(self) -> list[str]:
        """The mutating calls until now, but for those of the inventory's own bucket."""
        methods = [row["method"] for row in self.google.log.rows() if INVENTORY not in row["path"]]
        return [name for name in methods if not _READ.match(name.rsplit(".", 1)[-1])]

    # -- the whole world

    def save(self) -> Saved:
        """Keep everything that exists."""
        state, passed = self.google.state, self.clock.monotonic()
        return dict(state.objects), dict(state.records), list(state.events.values()), passed

    def restore(self, saved: Saved) -> None:
        """Bring back what was kept, and the time."""
        objects, records, events, passed = saved
        self.google.reset()
        self.clock.rewind(passed)
        state: State = self.google.state
        for obj in objects.values():
            state.put(obj)
        state.records.update(records)
        for event in events:
            state.restore_event(event)
        state.take_changes()
        names = {key: name for (space, key), name in records.items() if space == "project"}
        self.google._projects.update(names)

    @property
    def now(self) -> float:
        """The time of day, in seconds since the epoch."""
        return self.google.now()


class _Http(BaseAdapter):
    """HTTP without sockets, for requests."""

    def __init__(self, line: Line) -> None:
        super().__init__()
        self.line = line

    def send(self, request, **_):
        parts = urlsplit(request.url)
        body = request.body or b""
        asked = Request(
            request.method,
            parts.path or "/",
            parts.query,
            {key.lower(): value for key, value in request.headers.items()},
            body.encode() if isinstance(body, str) else body,
        )
        given = self.line.send(asked)
        if given.drop:
            raise requests.exceptions.ConnectionError("connection reset by peer", request=request)
        answer = requests.Response()
        answer.status_code = given.status
        date = formatdate(self.line.now, usegmt=True)
        answer.headers = CaseInsensitiveDict({**given.headers, "Date": date})
        answer.raw = io.BytesIO(given.body)
        answer._content = given.body
        answer.url, answer.request, answer.encoding = request.url, request, "utf-8"
        return answer

    def close(self) -> None:
        """Nothing is open."""


class _Channel(grpc.Channel):
    """gRPC without sockets."""

    def __init__(self, line: Line) -> None:
        self.line = line

    def unary_unary(self, method, request_serializer=None, response_deserializer=None, *_, **__):
        return _Method(self.line, method, request_serializer, response_deserializer)

    def unary_stream(self, *_, **__):
        raise AssertionError("no call of ours streams")

    stream_unary = stream_stream = unary_stream

    def subscribe(self, callback, try_to_connect=False):
        """The state never changes."""

    def unsubscribe(self, callback):
        """The state never changes."""

    def close(self):
        """Nothing is open."""


class _Method(grpc.UnaryUnaryMultiCallable):
    """One gRPC method."""

    def __init__(self, line: Line, path: str, write, read) -> None:
        self.line, self.path, self.write, self.read = line, path, write, read

    def __call__(self, request, *args, **more):
        return self.with_call(request, *args, **more)[0]

    def with_call(self, request, *_, **__):
        raw = self.write(request)
        coder = self.line.coder(self.path, raw)
        given = self.line.send(coder.to_http(coder.request_type.FromString(raw)))
        if given.drop:
            raise Refused(grpc.StatusCode.UNAVAILABLE, "connection reset by peer")
        if given.status != 200:
            code, message, packed = error_status(given)
            status = next(item for item in grpc.StatusCode if item.value[0] == code)
            raise Refused(status, message, packed)
        return self.read(coder.to_message(given).SerializeToString()), Answered()

    def future(self, *_, **__):
        raise AssertionError("no call of ours is a future")
