"""What containers do in this world: how the container of an image answers, kept with everything else.

Nothing of an image runs here. What its container does is told by image name: it answers slowly, with
errors, never starts, breaks under load. Cloud Run asks whether it would start, the data plane how it answers.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import TYPE_CHECKING, Any

from gcpstack.emulator.core import images

if TYPE_CHECKING:
    from gcpstack.emulator.core.world import World

SPACE = "image.behaviour"  # of the records: an image as it was named -> its behaviour
WHOLE = 100
LONGEST = 3600.0


@dataclass(frozen=True, kw_only=True)
class Behaviour:
    """How the container of an image behaves.

    Attributes:
        status: of its answers.
        body: the text of its answers; by default JSON that names the revision and the path.
        headers: further headers of its answers.
        seconds: how long an answer takes.
        errors: the share of answers that are errors instead, 0 to 1.
        error_status: of those.
        paths: the status of the answers at some paths, such as the one that a probe asks.
        ready: whether the container ever listens on its port.
        starts_in: seconds until it does.
        crash_after: after so many answers of an instance the container ends; a new one takes its place.
        breaks_at: once so many percent of the traffic go to its revision, every answer is an error.
    """

    status: int = 200
    body: str | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    seconds: float = 0.0
    errors: float = 0.0
    error_status: int = 500
    paths: Mapping[str, int] = field(default_factory=dict)
    ready: bool = True
    starts_in: float = 0.0
    crash_after: int = 0
    breaks_at: int = 0

    def status_of(self, path: str, count: int, share: float) -> int:
        """The status of one answer.

        Args:
            path: the path that was asked for.
            count: how many the revision answered before; errors come evenly spread.
            share: percent of the service's traffic that goes to the revision.
        """
        if path in self.paths:
            return self.paths[path]
        broken = bool(self.breaks_at) and share >= self.breaks_at
        if broken or int((count + 1) * self.errors) > int(count * self.errors):
            return self.error_status
        return self.status


def parse(body: Any) -> Behaviour:
    """Read a behaviour from JSON; ValueError names what is wrong."""
    if not isinstance(body, dict):
        raise ValueError(f"a behaviour is an object, not {body!r}")  # noqa: TRY004 # one error for all that is wrong
    known = {one.name: one.default for one in fields(Behaviour)}
    for name, value in body.items():
        if name not in known:
            raise ValueError(f"a behaviour has no {name!r}; there are: {', '.join(known)}")
        _check(name, value)
    return Behaviour(**body)


def _check(name: str, value: Any) -> None:
    """Refuse a value that means nothing."""
    if name in ("headers", "paths"):
        wanted: type = str if name == "headers" else int
        if not isinstance(value, dict) or not all(type(one) is wanted for one in value.values()):
            raise ValueError(f"{name} maps names to values of type {wanted.__name__}")
        statuses = list(value.values()) if name == "paths" else []
    elif name == "ready":
        if not isinstance(value, bool):
            raise ValueError("ready is true or false")
        return
    elif name == "body":
        if not isinstance(value, str | None):
            raise ValueError("body is a text")
        return
    else:
        statuses = [value] if name in ("status", "error_status") else []
        _check_number(name, value)
    if not all(isinstance(one, int) and 200 <= one <= 599 for one in statuses):  # noqa: PLR2004 # of HTTP
        raise ValueError(f"{name}: a status is a number from 200 to 599")


def _check_number(name: str, value: Any) -> None:
    most = {"errors": 1, "breaks_at": WHOLE, "seconds": LONGEST, "starts_in": LONGEST}
    number = isinstance(value, int | float) and not isinstance(value, bool)
    if not number or not 0 <= value <= most.get(name, 1e9):
        raise ValueError(f"{name}: not a number from 0 to {most.get(name, 1e9):g}: {value!r}")


def bind(world: "World", image: str, body: Any) -> None:
    """Say how the container of an image behaves; None forgets it."""
    if not images.NAME.fullmatch(image):
        raise ValueError(f"{image!r} is not the name of an image")
    if body is not None:
        parse(body)
    world.state.set_record(SPACE, image, body)


def of(world: "World", image: str) -> Behaviour:
    """How the container of an image behaves: by its full name, or by its name without tag or digest."""
    stem = images.split(image)[0]
    body = world.state.record(SPACE, image) or world.state.record(SPACE, stem)
    return Behaviour(**body) if body else Behaviour()
