"""The pure parts: paths, filters, masks, the store's journal, the timeline."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gcpstack.emulator import ManualClock
from gcpstack.emulator.core import control, filters, paths
from gcpstack.emulator.core.crc32c import crc32c
from gcpstack.emulator.core.discovery import Catalogue
from gcpstack.emulator.core.errors import ApiError
from gcpstack.emulator.core.google import Google
from gcpstack.emulator.core.model import Service
from gcpstack.emulator.core.paging import Page
from gcpstack.emulator.core.store import Obj, State
from gcpstack.emulator.core.wire import Request
from tests.emulator.conftest import sender

BODY = {
    "name": "web-1",
    "size": 10,
    "labels": {"env": "prod"},
    "enabled": True,
    "zones": ["a", "b"],
    "userLabels": {"k": "v"},
}


@pytest.mark.parametrize(
    ("text", "hit"),
    [
        ('name = "web-1"', True),
        ("name=web-*", True),
        ("name:web", True),
        ("name eq web-[0-9]", True),
        ("name ne web-.*", False),
        (r'name eq ".*\bweb\b.*"', True),
        ("size > 9 AND size <= 10", True),
        ("size > 9 size < 10", False),
        ("labels.env=prod", True),
        ("labels.env:*", True),
        ("labels.team:*", False),
        ('user_labels.k = "v"', True),
        ('user_labels="k"', False),
        ("NOT labels.env=prod", False),
        ("-labels.env=dev", True),
        ("name=x OR enabled=true", True),
        ("(name=x OR size=10) AND (zones:a)", True),
        ("missing != x", True),
        ('name:("x" OR "web")', True),
        ('name:("web" AND 1)', True),
        ('name=("x" OR "web")', False),
        ('size=(9 OR 10) AND name:"web"', True),
    ],
)
def test_filters(text: str, hit: bool) -> None:
    assert filters.matcher(text)(BODY) is hit


@pytest.mark.parametrize("text", ["name =", "(name=x", "= 3", "name=x)"])
def test_filters_that_cannot_be_read(text: str) -> None:
    with pytest.raises(ApiError):
        filters.matcher(text)(BODY)


JSON = st.recursive(
    st.integers() | st.text(max_size=3),
    lambda inner: (
        st.lists(inner, max_size=2)
        | st.dictionaries(st.text(min_size=1, max_size=2), inner, max_size=3)
    ),
    max_leaves=8,
)


@given(
    st.dictionaries(st.text(min_size=1, max_size=2), JSON, max_size=3),
    st.dictionaries(st.text(min_size=1, max_size=2), JSON, max_size=3),
)
def test_a_merge_patch_takes_effect_once(target: dict, patch: dict) -> None:
    once = paths.merge_patch(target, patch)
    assert paths.merge_patch(once, patch) == once


def test_paths() -> None:
    body = {"a": {"b": [{"c": 1}, {"c": 2}, {}]}}
    assert list(paths.values(body, "a.b[].c")) == [1, 2]
    paths.put(body, "x.y", 3)
    assert paths.get(body, "x.y") == 3
    assert paths.remove(body, "x.y") == 3


def _object(name: str, **body: object) -> Obj:
    return Obj("s", "k", name, dict(body))


def test_undo_brings_everything_back() -> None:
    state = State()
    state.put(_object("p/k/a", v=1))
    state.take_changes()
    state.put(_object("p/k/a", v=2))
    state.put(Obj("s", "k", "p/k/b", {}, {}, (("s", "p/k/a", "ref"),)))
    state.set_record("r", "x", 1)
    state.add_event(5, "s/e", {})
    state.undo()
    assert [(obj.name, obj.body) for obj in state.page("s", "p/k")] == [("p/k/a", {"v": 1})]
    assert state.record("r", "x") is None
    assert state.users("s", "p/k/a") == []
    assert state.pop_due(10) is None


def test_events_come_in_order() -> None:
    state = State()
    for due in (3.0, 1.0, 2.0):
        state.add_event(due, "s/e", {"due": due})
    came = []
    while (event := state.pop_due(2.5)) is not None:
        came.append(event.due)
    assert came == [1.0, 2.0]
    assert state.next_due() == 3.0


@given(st.sets(st.integers(0, 99), max_size=30), st.integers(1, 7))
def test_pages_give_each_object_once(ids: set[int], size: int) -> None:
    state = State()
    for number in ids:
        state.put(_object(f"p/k/{number:02}"))
    seen, token = [], ""
    while True:
        page = Page(state, "s", ["p/k"], "k", size=size, page_token=token)
        seen += [obj.id for obj in page.items]
        token = page.next_token
        if not token:
            break
    assert seen == sorted(f"{number:02}" for number in ids)


def test_crc32c() -> None:
    assert crc32c(b"123456789") == 0xE3069283


@pytest.mark.parametrize("size", [0, 511, 512, 513, 4096, 5003])
def test_crc32c_of_long_data_is_what_bit_by_bit_gives(size: int) -> None:
    data = bytes(number * number % 251 for number in range(size))
    crc = 0xFFFFFFFF
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = crc >> 1 ^ (0x82F63B78 if crc & 1 else 0)
    assert crc32c(data) == crc ^ 0xFFFFFFFF


@pytest.mark.parametrize(
    ("api", "http", "path", "method", "params"),
    [
        ("compute.v1", "POST", "compute/v1/projects/p/global/addresses/a/setLabels", "compute.globalAddresses.setLabels", {"project": "p", "resource": "a"}),
        ("secretmanager.v1", "POST", "v1/projects/p/secrets/s:addVersion", "secretmanager.projects.secrets.addVersion", {"parent": "projects/p/secrets/s"}),
        ("secretmanager.v1", "GET", "v1/projects/p/secrets/s/versions/1:access", "secretmanager.projects.secrets.versions.access", {"name": "projects/p/secrets/s/versions/1"}),
        ("cloudresourcemanager.v1", "GET", "v1/operations/a/b", "cloudresourcemanager.operations.get", {"name": "operations/a/b"}),
        ("storage.v1", "GET", "storage/v1/b/x/o/a%2Fb", "storage.objects.get", {"bucket": "x", "object": "a/b"}),
        ("storage.v1", "POST", "upload/storage/v1/b/x/o", "storage.objects.insert", {"bucket": "x"}),
        ("run.v1", "GET", "apis/serving.knative.dev/v1/namespaces/p/services/s", "run.namespaces.services.get", {"name": "namespaces/p/services/s"}),
        ("compute.v1", "GET", "compute/v1/projects/p/nowhere", None, {}),
    ],
)  # fmt: skip
def test_methods_are_found_by_path(
    api: str, http: str, path: str, method: str | None, params: dict
) -> None:
    found = Catalogue().api(*api.split("."))
    assert found is not None
    match = found.match(http, path.split("/"))
    assert (match.method.id if match else None, match.params if match else {}) == (method, params)


def _broken(*_: object) -> None:
    message = "made to fail"
    raise RuntimeError(message)


def test_a_service_that_fails_stops_nobody_else(capsys: pytest.CaptureFixture[str]) -> None:
    """Neither its handlers, nor what it lets happen later, nor what it does by itself."""
    failing = Service(
        name="redis",
        methods={"projects.locations.list": _broken},
        events={"later": _broken},
        react=_broken,
    )
    world = Google((failing,), clock=ManualClock())
    send = sender(world)
    url = "https://redis.googleapis.com/v1/projects/demo-proj/locations"
    assert send("GET", url).json()["error"]["status"] == "INTERNAL"
    world.later(5, "redis", "later", {})
    world.commit()
    world.advance(10)
    assert world.state.next_due() is None
    assert len(control.answer(world, Request("GET", "/_emulator/problems")).json()) >= 3
    assert send("GET", url).status == 500
    assert "made to fail" in capsys.readouterr().err
