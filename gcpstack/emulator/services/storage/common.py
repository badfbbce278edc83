"""What the kinds of Cloud Storage share: times, etags, links, preconditions, 204s."""

import base64
from typing import Any
from urllib.parse import quote

from gcpstack.emulator.core.call import Call
from gcpstack.emulator.core.clock import rfc3339
from gcpstack.emulator.core.enums import EnumTable
from gcpstack.emulator.core.errors import ApiError, not_found
from gcpstack.emulator.core.jsontext import refuse
from gcpstack.emulator.core.model import Body, Dialect
from gcpstack.emulator.core.recorded import PLACEHOLDER
from gcpstack.emulator.core.schema import Checker
from gcpstack.emulator.core.store import Obj
from gcpstack.emulator.core.wire import Response
from gcpstack.emulator.core.world import World

ROOT = "https://www.googleapis.com/storage/v1/"
DOWNLOAD = "https://storage.googleapis.com/download/storage/v1/"
NO_CONTENT = 204
UNMET = "At least one of the pre-conditions you specified did not hold."

STORAGE = Dialect(name="storage", methods={}, keep_nulls=("patch",))


def stamp(world: World, seconds: float | None = None) -> str:
    """A time as Cloud Storage tells it: milliseconds."""
    text = rfc3339(world.now() if seconds is None else seconds)
    return f"{text.partition('.')[0]}.{text.partition('.')[2][:3]}Z"


def new_generation(world: World) -> str:
    """Generations are microseconds, and always grow."""
    last: int = world.state.record("counter", "storage generation", 0)
    fresh = max(int(world.now() * 1_000_000), last + 1)
    world.state.set_record("counter", "storage generation", fresh)
    return str(fresh)


def etag(*numbers: int | str) -> str:
    """The etag of a version: its numbers as protobuf in base64, ``CAE=`` for the first of a bucket."""
    raw = bytearray()
    for field, number in enumerate(map(int, numbers), 1):
        raw.append(field << 3)
        while number > 0x7F:  # noqa: PLR2004 # seven bits a byte
            raw.append(number & 0x7F | 0x80)
            number >>= 7  # noqa: PLW2901 # what is left of it
        raw.append(number)
    return base64.b64encode(bytes(raw)).decode()


def encoded(name: str) -> str:
    """A name as one step of a path."""
    return quote(name, safe="")


def link(*steps: str) -> str:
    """The link of a resource, by the steps of its path."""
    return ROOT + "/".join(step if "${" in step else encoded(step) for step in steps)


def bucket_of(call: Call, parameter: str = "bucket") -> Obj:
    """The bucket that the path names; Cloud Storage's 404 otherwise."""
    obj = call.find(f"b/{call.params[parameter]}")
    if obj is None:
        raise not_found("The specified bucket does not exist.")
    return obj


def gone() -> Response:
    """The answer of a deletion: nothing."""
    return Response(NO_CONTENT)


def unmet(words: str = UNMET) -> ApiError:
    """412 conditionNotMet (https://cloud.google.com/storage/docs/request-preconditions)."""
    return ApiError(412, words, reason="conditionNotMet", location=("header", "If-Match"))


def check(call: Call, field: str, current: int, prefix: str = "if") -> None:
    """Hold the preconditions on a field against its current value; 0 where nothing is.

    Args:
        call: the call with its query.
        field: ``Generation`` or ``Metageneration``.
        current: its value now.
        prefix: ``ifSource`` for those on the source of a copy.
    """
    wanted = call.query.get(f"{prefix}{field}Match")
    if wanted is not None and not PLACEHOLDER.fullmatch(str(wanted)) and int(wanted) != current:
        raise unmet()
    excluded = call.query.get(f"{prefix}{field}NotMatch")
    if excluded is not None and int(excluded) == current:
        if call.request.method == "GET":
            raise ApiError(304, "Not Modified", reason="notModified")
        raise unmet()


def check_both(call: Call, obj: Obj | None, prefix: str = "if") -> None:
    """Hold all preconditions against an object, or against there being none."""
    body = obj.body if obj else {"generation": 0, "metageneration": 0}
    check(call, "Generation", int(body["generation"]), prefix)
    if obj is not None:
        check(call, "Metageneration", int(body["metageneration"]), prefix)


def checked(call: Call, schema: str, sent: Any) -> Body:
    """A body that came inside another one, checked as bodies are."""
    if not isinstance(sent, dict):
        raise refuse([("", "Root element must be a message.")])
    numbers = EnumTable(call.api, "", {}).numbers
    checker = Checker(call.api, compute_words=False, keep_nulls=False, numbers=numbers)
    clean = checker.clean(call.api.schemas[schema], sent, "")
    if checker.problems:
        raise refuse(checker.problems)
    return clean


def header(call: Call, name: str) -> str:
    """A header of the request by its lower-case name."""
    return next((text for key, text in call.request.headers.items() if key.lower() == name), "")


def wants_full(call: Call, *, default: bool) -> bool:
    """Whether access lists and owner are told."""
    projection = call.query.get("projection")
    return default if projection is None else projection == "full"
