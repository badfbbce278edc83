"""What is assumed about use: how many requests, how large, how much is kept. A month's, throughout."""

import dataclasses
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal, InvalidOperation
from fnmatch import fnmatchcase

from gcpstack._core.refs import Address
from gcpstack.exceptions import DeclarationError, Problem

_SCALE = {"": 1, "k": 1_000, "M": 1_000_000, "G": 1_000_000_000}


@dataclasses.dataclass(frozen=True, kw_only=True)
class Usage:
    """How much a stack is used in a month; each number is for one resource, not for all together.

    Attributes:
        requests: that a Cloud Run service, a function or a load balancer's backend answers.
        seconds: that one request takes.
        concurrency: requests that an instance works on at once; a service's own limit caps it.
        request_kib, response_kib: the size of one request and of its answer.
        executions: of a job that no schedule starts, and of a function that an event starts.
        job_seconds: that one task of a job runs.
        stored_gib: what a bucket, a database or a dataset holds.
        operations: reads of a bucket or database; a tenth as many writes are counted, and a
            hundredth as many deletions.
        image_gib: what a repository of images holds.
        builds: of images, and `build_minutes` that one takes.
        messages: that a topic takes, each of `message_kib`.
        accesses: of each secret.
        log_gib: that each service, function, job and load balancer's backend writes to the logs.
        nat_gib: that goes through each NAT gateway, for `nat_machines` on average.
        mirrored_gib: that each intrusion detection endpoint looks at.
        dns_queries: for each zone.
        key_operations: with each key.
        tasks: that a queue dispatches.
        cached: the part of a CDN's answers that come from its cache, 0 to 1.
    """

    requests: Decimal = Decimal(1000000)
    seconds: Decimal = Decimal("0.2")
    concurrency: Decimal = Decimal(10)
    request_kib: Decimal = Decimal(1)
    response_kib: Decimal = Decimal(10)
    executions: Decimal = Decimal(1000)
    job_seconds: Decimal = Decimal(60)
    stored_gib: Decimal = Decimal(10)
    operations: Decimal = Decimal(100000)
    image_gib: Decimal = Decimal(10)
    builds: Decimal = Decimal(20)
    build_minutes: Decimal = Decimal(5)
    messages: Decimal = Decimal(1000000)
    message_kib: Decimal = Decimal(1)
    accesses: Decimal = Decimal(1000)
    log_gib: Decimal = Decimal(1)
    nat_gib: Decimal = Decimal(10)
    nat_machines: Decimal = Decimal(2)
    mirrored_gib: Decimal = Decimal(100)
    dns_queries: Decimal = Decimal(1000000)
    key_operations: Decimal = Decimal(10000)
    tasks: Decimal = Decimal(100000)
    cached: Decimal = Decimal("0.8")


NAMES = tuple(field.name for field in dataclasses.fields(Usage))
#: Nothing is used; what shapes a request or a build stays, for there are none.
IDLE = Usage(
    **{
        name: Decimal(0)
        for name in (
            "requests",
            "executions",
            "stored_gib",
            "operations",
            "image_gib",
            "builds",
            "messages",
            "accesses",
            "log_gib",
            "nat_gib",
            "nat_machines",
            "mirrored_gib",
            "dns_queries",
            "key_operations",
            "tasks",
        )
    }
)


@dataclasses.dataclass(frozen=True, slots=True)
class Assumptions:
    """The use of every resource.

    Attributes:
        usual: of each, unless said otherwise.
        own: changes for some: a pattern of addresses, and what differs there.
        given: the names in `usual` that were declared, and are no defaults.
    """

    usual: Usage = dataclasses.field(default_factory=Usage)
    own: tuple[tuple[str, Mapping[str, Decimal]], ...] = ()
    given: frozenset[str] = frozenset()

    def of(self, address: Address) -> Usage:
        """Return what is assumed of one resource; what is given later wins."""
        found = self.usual
        for pattern, changes in self.own:
            if _fits(pattern, address):
                found = dataclasses.replace(found, **changes)
        return found

    def unused(self, addresses: Iterable[Address]) -> Iterator[str]:
        """List the patterns that fit none of these addresses."""
        known = list(addresses)
        for pattern in dict.fromkeys(pattern for pattern, _ in self.own):
            if not any(_fits(pattern, address) for address in known):
                yield pattern


def _fits(pattern: str, address: Address) -> bool:
    return any(
        fnmatchcase(name, pattern)
        for name in (str(address), address.name, address.name.rsplit("/", 1)[-1])
    )


def assumptions(
    given: Iterable[str],
    file: str = "",
    text: str | None = None,
    declared: Iterable[tuple[str, Mapping[str, object]]] = (),
) -> Assumptions:
    """Read what is assumed: what a stack declares, then the file, then the flags.

    Args:
        given: as ``requests=2M``, or ``NAME:requests=2M`` for the resources of a name or address, in
            which ``*`` stands for anything.
        file: what to call the file in messages.
        text: its text: a JSON object of numbers by name; an object of them by name or address, under
            ``"resources"``.
        declared: pairs of whom it is about, in the same form or empty, and numbers by name.

    Raises:
        DeclarationError: with everything that is wrong.
    """
    problems: list[Problem] = []
    rows: list[tuple[str, str, str, object]] = [
        (f"the stack's expect(): {name}", pattern, name, value)
        for pattern, numbers in declared
        for name, value in numbers.items()
    ]
    if text is not None:
        rows += _from_file(file, text, problems)
    for word in given:
        left, equals, written = word.rpartition("=")
        pattern, _, name = left.rpartition(":")
        if not equals:
            problems.append(
                Problem(f"--usage {word}", "is no NAME=NUMBER.", "Write it as --usage requests=2M.")
            )
        else:
            rows.append((f"--usage {word}", pattern, name, written))
    usual: dict[str, Decimal] = {}
    own: dict[str, dict[str, Decimal]] = {}
    for place, pattern, name, value in rows:
        number = _checked(place, name, value, problems)
        if number is not None:
            (own.setdefault(pattern, {}) if pattern else usual)[name] = number
    if problems:
        raise DeclarationError(problems)
    return Assumptions(Usage(**usual), tuple(own.items()), frozenset(usual))


def _from_file(
    file: str, text: str, problems: list[Problem]
) -> Iterator[tuple[str, str, str, object]]:
    try:
        body = json.loads(text, parse_float=Decimal)
    except ValueError as error:
        problems.append(Problem(file, f"is not valid JSON: {error}.", "Correct it."))
        return
    nested = body.pop("resources", {}) if isinstance(body, dict) else None
    if not isinstance(body, dict) or not isinstance(nested, dict):
        problems.append(
            Problem(file, "is not a JSON object of numbers.", 'Write it as {"requests": 2000000}.')
        )
        return
    for name, value in body.items():
        yield f"{file}: {name}", "", name, value
    for pattern, changes in nested.items():
        if isinstance(changes, dict):
            for name, value in changes.items():
                yield f"{file}: resources.{pattern}.{name}", pattern, name, value
        else:
            problems.append(
                Problem(
                    f"{file}: resources.{pattern}",
                    "is not an object of numbers.",
                    'Write it as {"requests": 2000000}.',
                )
            )


def _checked(place: str, name: str, value: object, problems: list[Problem]) -> Decimal | None:
    if name not in NAMES:
        problems.append(
            Problem(place, f"there is no {name!r} to assume.", f"There are: {', '.join(NAMES)}.")
        )
        return None
    number = _number(value)
    if number is None:
        problems.append(
            Problem(place, "must be a number of 0 or more.", "Write it as 2000000, 2M or 0.5.")
        )
    elif name == "concurrency" and number < 1:
        problems.append(Problem(place, "is below one request at once.", "Write 1 or more."))
    elif name == "cached" and number > 1:
        problems.append(Problem(place, "is more than all of them.", "Write 0 to 1."))
    else:
        return number
    return None


def _number(value: object) -> Decimal | None:
    if isinstance(value, bool) or not isinstance(value, str | int | float | Decimal):
        return None
    text = value if isinstance(value, str) else f"{Decimal(str(value)):f}"
    found = re.fullmatch(r"(\d+(?:\.\d+)?|\.\d+)([kMG]?)", text.strip().replace("_", ""))
    if not found:
        return None
    try:
        return Decimal(found[1]) * _SCALE[found[2]]
    except InvalidOperation:
        return None
