"""Pages of lists: what a page token holds, and one walk that serves every kind of list."""

import base64
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any, TypeVar, cast

from gcpstack.emulator.core.errors import ApiError
from gcpstack.emulator.core.filters import matcher, sort
from gcpstack.emulator.core.store import Obj, State

USUAL_PAGE = 100
LARGEST_PAGE = 100_000
T = TypeVar("T")


def token(value: Any) -> str:
    """An opaque page token."""
    return base64.urlsafe_b64encode(json.dumps(value, separators=(",", ":")).encode()).decode()


def read_token(text: str, *, field: str = "pageToken") -> Any:
    """What a token holds; the 400 of a token that is none of ours."""
    try:
        return json.loads(base64.urlsafe_b64decode(text.encode()))
    except (ValueError, RecursionError):
        raise _malformed(text, field) from None


def _malformed(text: str, field: str) -> ApiError:
    message = f"Invalid value for field '{field}': '{text}'. Malformed page token."
    return ApiError(400, message, reason="invalid")


def place(query: Mapping[str, Any], first: T) -> T:
    """Where a page begins, by ``pageToken``; the 400 of a token that no list of this kind gave out.

    Args:
        query: the parameters.
        first: where the first page begins; a place is of the same shape.
    """
    text = query.get("pageToken")
    if not text:
        return first
    value = read_token(str(text))
    if _shape(value) != _shape(first) or (isinstance(value, int) and value < 0):
        raise _malformed(str(text), "pageToken")
    return cast("T", value)


def _shape(value: Any) -> Any:
    return [type(item) for item in value] if isinstance(value, list) else type(value)


def cut(items: Sequence[Any], query: Mapping[str, Any], key: str) -> dict[str, Any]:
    """One page of a plain sequence as a list answer tells it under a key, by ``pageSize`` and ``pageToken``."""
    start = place(query, 0)
    end = start + (max(int(query.get("pageSize") or 0), 0) or USUAL_PAGE)
    answer: dict[str, Any] = {key: list(items[start:end])} if items[start:end] else {}
    if end < len(items):
        answer["nextPageToken"] = token(end)
    return answer


def walk(state: State, service: str, collections: Iterable[str], after: str = "") -> Iterator[Obj]:
    """The objects of several collections by full name, from just after a name."""
    after_collection, _, after_id = after.rpartition("/")
    for collection in collections:
        if collection == after_collection:
            yield from state.page(service, collection, after_id)
        elif collection > after_collection:
            yield from state.page(service, collection)


class Page:
    """One page of a list.

    Args:
        state: the memory.
        service: whose objects.
        collections: the collections to list, in order.
        kind: only objects of this kind.
        size: how many at most.
        page_token: where the page begins.
        where: the filter.
        order: the order; by name when empty.
        body_of: what filter and order look at, when it isn't the stored body.
    """

    def __init__(
        self,
        state: State,
        service: str,
        collections: list[str],
        kind: str,
        *,
        size: int,
        page_token: str = "",
        where: str = "",
        order: str = "",
        body_of: Any = None,
    ) -> None:
        body_of = body_of or (lambda obj: obj.body)
        keep = matcher(where) if where else None

        def wanted(after: str) -> Iterator[Obj]:
            for obj in walk(state, service, collections, after):
                if obj.kind == kind and (keep is None or keep(body_of(obj))):
                    yield obj

        if size < 0:
            raise ApiError(400, "The page size must not be negative.", reason="invalid")
        size = min(size, LARGEST_PAGE)
        place = read_token(page_token) if page_token else None
        if order:
            every = sort(list(wanted("")), order, body_of)
            start = max(place, 0) if isinstance(place, int) else 0
            found = every[start : start + size + 1]
        else:
            start = 0
            found = list(islice(wanted(place if isinstance(place, str) else ""), size + 1))
        self.items: list[Obj] = found[:size]
        self.next_token = ""
        if len(found) > size > 0:
            self.next_token = token(start + size if order else self.items[-1].name)
