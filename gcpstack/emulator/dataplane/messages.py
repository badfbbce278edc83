"""Requests and answers on their way through the data plane."""

from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field, replace

# https://cloud.google.com/load-balancing/docs/https#headers
CLIENT = "x-emulated-client"  # the address that a client of the loopback device claims to have
Headers = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Asked:
    """A request from outside.

    Attributes:
        method: of HTTP.
        scheme: http or https.
        host: the host that was asked for, without a port.
        path: decoded as little as it came: percent-encoded.
        query: without the question mark.
        headers: names in lower case.
        body: the whole body.
        client: the client's address.
    """

    method: str
    scheme: str
    host: str
    path: str
    query: str = ""
    headers: Headers = ()
    body: bytes = b""
    client: str = "127.0.0.1"

    def header(self, name: str) -> str | None:
        """The first header of a name in lower case."""
        return next((value for key, value in self.headers if key == name), None)

    @property
    def url(self) -> str:
        """Path and query."""
        return self.path + (f"?{self.query}" if self.query else "")

    def with_headers(self, *more: tuple[str, str], without: Iterable[str] = ()) -> "Asked":
        """The request with other headers; those of the same names are replaced."""
        gone = {key for key, _ in more} | set(without)
        kept = tuple(pair for pair in self.headers if pair[0] not in gone)
        return replace(self, headers=(*kept, *more))


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer.

    Attributes:
        status: of HTTP.
        headers: names in lower case.
        body: the whole body.
        by: who answered, for logs and metrics: a revision's full name, or nothing.
    """

    status: int
    headers: Headers = ()
    body: bytes = b""
    by: str = ""

    def header(self, name: str) -> str | None:
        """The first header of a name in lower case."""
        return next((value for key, value in self.headers if key == name), None)

    def with_headers(self, *more: tuple[str, str], without: Iterable[str] = ()) -> "Answer":
        """The answer with other headers; those of the same names are replaced."""
        gone = {key for key, _ in more} | set(without)
        kept = tuple(pair for pair in self.headers if pair[0] not in gone)
        return replace(self, headers=(*kept, *more))


def told(status: int, text: str, *headers: tuple[str, str], by: str = "") -> Answer:
    """An answer in words."""
    body = f"{text}\n".encode()
    return Answer(status, (("content-type", "text/plain; charset=utf-8"), *headers), body, by)


def redirect(code: int, url: str) -> Answer:
    """An answer that sends the client elsewhere."""
    return Answer(code, (("location", url), ("content-type", "text/html; charset=UTF-8")))


Handler = Callable[[Asked], "Answer | Awaitable[Answer]"]
"""A container as a function: bound to an image, it answers in its place."""


@dataclass(slots=True)
class Turns:
    """Takes turns by weight, as evenly as can be, so that a split holds for short runs too."""

    owed: dict[str, float] = field(default_factory=dict)

    def pick(self, weights: dict[str, float]) -> str:
        """The next by weight; ``""`` when nothing weighs anything."""
        total = sum(weights.values())
        if total <= 0:
            return ""
        self.owed = {name: self.owed.get(name, 0.0) + share for name, share in weights.items()}
        chosen = max(self.owed, key=lambda name: (self.owed[name] > 0, self.owed[name]))
        self.owed[chosen] -= total
        return chosen
