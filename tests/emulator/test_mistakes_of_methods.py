"""Mistakes that every method refuses alike: one row for each method of each service, made from Google's own documents."""

from collections.abc import Iterator
from functools import cache
from typing import Any, NamedTuple

import pytest

from gcpstack.emulator import ManualClock
from gcpstack.emulator.core.discovery import Api, Field, Method
from gcpstack.emulator.core.google import Google
from gcpstack.emulator.core.model import Kind, Service
from tests.emulator.conftest import Send, sender

PLACES = {
    "projects": "demo-proj", "regions": "us-central1", "locations": "us-central1", "zones": "us-central1-a",
}  # fmt: skip
OF_THE_PROJECT = ("project", "projectId", "projectsId")
# What is there without being made: the project itself, and the places and images that Google offers.
ALWAYS_THERE = ("projects", "regions", "zones")
OVERSIZED = b'{"a":"' + b"x" * 10_500_000 + b'"}'


@pytest.fixture(scope="module")
def send() -> Iterator[Send]:
    """Calls into one world for all rows: a refused call leaves nothing behind."""
    world = Google(clock=ManualClock())
    yield sender(world)
    assert not [obj for obj in world.state.objects.values() if "none-such" in obj.name]
    world.close()


class Served(NamedTuple):
    """A method with a handler, and what it belongs to."""

    service: Service
    api: Api
    method: Method
    kind: Kind | None

    @property
    def url(self) -> str:
        """Its address, where nothing is but the project and the places."""
        at = {start: name for name, (start, _) in self.method.spans.items()}
        steps: list[str] = []
        for index, segment in enumerate(self.method.segments):
            above = steps[-1] if steps else ""
            known = (
                "demo-proj" if at.get(index) in OF_THE_PROJECT else PLACES.get(above, "none-such")
            )
            steps.append(segment.literal or known)
        verb = f":{self.method.verb}" if self.method.verb else ""
        return f"https://{self.service.name}.googleapis.com/{'/'.join(steps)}{verb}"


@cache
def served() -> tuple[Served, ...]:
    """Every method with a handler, in the usual version of its service."""
    world = Google(clock=ManualClock())
    found = []
    for service in sorted(world.registry.all(), key=lambda one: one.name):
        api = world.catalogue.api(service.name, service.versions[0])
        if api is None:
            continue
        for method in api.methods.values():
            handler, kind = world.registry.handler(service, api.version, method)
            if handler is not None and not method.upload:
                found.append(Served(service, api, method, kind))
    return tuple(found)


def methods(*names: str, body: bool = False) -> list[Any]:
    """The methods of some names (of any, where none is given) that take a body, if they must."""
    return [
        pytest.param(one, id=one.method.id)
        for one in served()
        if (not names or (one.kind is not None and one.method.name in names))
        and (one.method.request or not body)
    ]


def refused(
    send: Send, one: Served, query: str = "", body: Any = None
) -> tuple[int, dict[str, Any]]:
    """Make the call; gives the HTTP status and the error."""
    answer = send(one.method.http, one.url + query, body)
    error: dict[str, Any] = answer.json()["error"]
    assert error["code"] == answer.status
    assert ("errors" in error) == (one.service.style != "aip")
    return answer.status, error


@pytest.mark.parametrize("one", methods("insert", "create", "update", "patch", body=True))
def test_an_unknown_field(send: Send, one: Served) -> None:
    code, error = refused(send, one, body={"nope": 1})
    assert (code, error["status"]) == (400, "INVALID_ARGUMENT")
    assert error["message"].startswith('Invalid JSON payload received. Unknown name "nope"')
    assert error["message"].endswith("Cannot find field.")
    assert error["details"][0]["@type"] == "type.googleapis.com/google.rpc.BadRequest"


def _fields(one: Served) -> Iterator[Field]:
    fields = one.api.schemas[one.method.request].fields.values()
    return (field for field in fields if not field.read_only and field.name not in one.method.spans)


def _with_enum() -> list[Any]:
    rows = []
    for row in methods("insert", "create", "update", "patch", body=True):
        field = next((field for field in _fields(row.values[0]) if field.enum), None)
        if field is not None:
            rows.append(pytest.param(row.values[0], field.name, id=str(row.id)))
    return rows


@pytest.mark.parametrize(("one", "field"), _with_enum())
def test_a_word_that_an_enum_does_not_know(send: Send, one: Served, field: str) -> None:
    code, error = refused(send, one, body={field: "NO_SUCH_WORD"})
    assert (code, error["status"]) == (400, "INVALID_ARGUMENT")
    assert "Invalid value" in error["message"]
    assert "NO_SUCH_WORD" in error["message"]


def _with_object() -> list[Any]:
    rows = []
    for row in methods("insert", "create", "update", "patch", body=True):
        found = [field for field in _fields(row.values[0]) if field.type == "object"]
        if found:
            rows.append(pytest.param(row.values[0], found[0].name, id=str(row.id)))
    return rows


@pytest.mark.parametrize(("one", "field"), _with_object())
def test_a_list_where_a_message_belongs(send: Send, one: Served, field: str) -> None:
    code, error = refused(send, one, body={field: [1]})
    assert (code, error["status"]) == (400, "INVALID_ARGUMENT")
    assert "Invalid value" in error["message"]


@pytest.mark.parametrize(
    "one",
    [row for row in methods("get", "delete") if row.values[0].method.resource not in ALWAYS_THERE],
)
def test_a_resource_that_is_not_there(send: Send, one: Served) -> None:
    code, error = refused(send, one)
    assert code == 404
    assert error["message"]
    if one.service.style == "aip":
        assert error["status"] == "NOT_FOUND"
    else:
        assert error["errors"][0]["domain"] == "global"


def _lists(parameter: str) -> list[Any]:
    return [
        row
        for row in methods("list")
        if parameter in row.values[0].method.query
        and row.values[0].method.resource not in ALWAYS_THERE
        and not row.values[0].method.resource.endswith("perations")
        and "/demo-proj/" in row.values[0].url
        and "none-such" not in row.values[0].url
    ]


@pytest.mark.parametrize("one", _lists("pageToken"))
def test_a_page_token_of_nobody(send: Send, one: Served) -> None:
    code, error = refused(send, one, "?pageToken=!!!")
    assert code == 400
    assert "page token" in error["message"].lower()


@pytest.mark.parametrize("one", _lists("filter"))
def test_a_filter_that_breaks_off(send: Send, one: Served) -> None:
    code, error = refused(send, one, "?filter=a%3D(")
    assert code == 400
    assert "filter" in error["message"].lower()


@pytest.mark.parametrize(
    "one", [row for row in methods("get") if row.values[0].service.strict_query]
)
def test_an_unknown_parameter(send: Send, one: Served) -> None:
    code, error = refused(send, one, "?nope=1")
    assert (code, error["status"]) == (400, "INVALID_ARGUMENT")
    assert 'Unknown name "nope": Cannot bind query parameter.' in error["message"]


def _first_of_each_service() -> list[Any]:
    found: dict[str, Served] = {}
    for row in methods("insert", "create", body=True):
        found.setdefault(row.values[0].service.name, row.values[0])
    return [pytest.param(one, id=name) for name, one in found.items()]


@pytest.mark.parametrize(
    "raw",
    [b"{", b'{"a" 1}', b"[1]", b'"text"', OVERSIZED],
    ids=["open", "colon", "list", "text", "oversized"],
)
@pytest.mark.parametrize("one", _first_of_each_service())
def test_a_body_that_is_no_message(send: Send, one: Served, raw: bytes) -> None:
    code, error = refused(send, one, body=raw)
    assert (code, error["status"]) == (400, "INVALID_ARGUMENT")


@pytest.mark.parametrize("one", _first_of_each_service())
def test_a_path_that_is_none(send: Send, one: Served) -> None:
    answer = send("DELETE", f"https://{one.service.name}.googleapis.com/v0/nothing")
    assert answer.status == 404
    assert b"That\xe2\x80\x99s an error." in answer.body


def _of_a_project(one: Served) -> bool:
    steps = [segment.literal for segment in one.method.segments[len(one.api.prefix) :]]
    return one.kind is not None and "projects" in steps[:2] and "/projects/demo-proj/" in one.url


@pytest.mark.parametrize("one", [row for row in methods("list") if _of_a_project(row.values[0])])
def test_a_project_that_cannot_be(send: Send, one: Served) -> None:
    answer = send("GET", one.url.replace("demo-proj", "A!"))
    error = answer.json()["error"]
    if one.service.name == "compute":
        assert (answer.status, error["message"]) == (
            404,
            "The resource 'projects/A!' was not found",
        )
    else:
        assert (answer.status, error["message"]) == (
            403,
            "Permission denied on resource project A!.",
        )
