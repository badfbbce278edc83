"""One contract for every kind: each verb does what it says, through Google's own clients."""

import contextlib
import uuid
from collections.abc import Iterator
from typing import Any, Protocol

import pytest

from gcpstack import exceptions as ours
from gcpstack._adapters.clients import Clients
from gcpstack._adapters.registry import TABLE, adapters
from gcpstack._core.json import Body, Path, clone_body, drop, get, put
from gcpstack._core.names import relative
from gcpstack._core.normal import empty, same
from gcpstack._core.ports import Adapter, Done, Edit, Failed, Observed, Operation, Target
from gcpstack._core.refs import Sensitive
from gcpstack.resources import kinds
from tests.adapters.cases import CASES as FIRST
from tests.adapters.cases import STACK, Case, filled
from tests.adapters.cases_edge import EDGE
from tests.adapters.cases_keep import KEEP
from tests.adapters.cases_watch import WATCH

CASES = {
    **FIRST,
    **EDGE,
    **KEEP,
    **WATCH,
}


class Running(Protocol):
    endpoint: str


#: How often an operation is asked after before the test gives up on it.
_POLLS = 200


class Bench:
    """One kind in a project of its own."""

    def __init__(self, endpoint: str, kind: str, transport: Any) -> None:
        self.kind = kind
        self.case: Case = CASES[kind]
        self.project = f"p-{uuid.uuid4().hex[:12]}"
        self.clients = Clients(self.project, endpoint=endpoint, transport=transport)
        self.for_kind = adapters(self.clients, stack=STACK)
        self.adapter: Adapter = self.for_kind(kinds.ALL[kind])
        self.marks = {"project": self.project, "policy": "1"}
        self._name()

    def _name(self) -> None:
        self.target = self.at(self.kind, self.case.ids)
        self.body: Body = filled(self.case.body, **self.marks)

    def at(self, kind: str, ids: dict[str, str]) -> Target:
        return Target(kinds.ALL[kind], filled({"project": self.project, **ids}, **self.marks))

    def prepare(self) -> None:
        for kind, ids, body in self.case.needs:
            made, adapter = filled(body, **self.marks), self.for_kind(kinds.ALL[kind])
            target = self.at(kind, ids)
            self.finish(adapter.create(target, made, request_id()))
            if kind == "accesscontextmanager.AccessPolicy":  # what is in it is named by its number
                found = adapter.get(target)
                assert found is not None
                self.marks["policy"] = str(found.body["name"]).rsplit("/", 1)[-1]
        self._name()

    def finish(self, operation: Operation) -> Done:
        for _ in range(_POLLS):
            state = operation.poll(wait=operation.blocks)
            if isinstance(state, Done):
                return state
            if isinstance(state, Failed):
                raise state.error
        raise AssertionError("the operation does not end")

    def create(self) -> Observed:
        self.finish(self.adapter.create(self.target, self.body, request_id()))
        found = self.adapter.get(self.target)
        assert found is not None
        return found

    def listed(self) -> Observed | None:
        for found in self.adapter.list(self.target):
            if self.target.path in {found.path, found.alias}:
                return found
        return None

    def edit(self, live: Observed, path: Path, value: Any) -> Edit:
        merged = clone_body(live.body)
        desired: Body = {}
        if value is None:
            drop(merged, path)
        else:
            put(merged, path, value)
            put(desired, path, value)
        return Edit(
            target=Target(self.target.kind, self.target.ids, live.path),
            live=live.body,
            desired=desired,
            merged=merged,
            changed=(path,),
            unset=(path,) if value is None else (),
            request_id=request_id(),
        )


def request_id() -> str:
    return str(uuid.uuid4())


def covers(live: Any, wanted: Any) -> bool:
    """Everything wanted is live, however Google spells it."""
    if isinstance(wanted, dict):
        held = live if isinstance(live, dict) else {}
        return all(covers(held.get(key), value) for key, value in wanted.items())
    if isinstance(wanted, list):
        held = live or []
        return len(held) == len(wanted) and all(
            any(covers(one, item) for one in held) for item in wanted
        )
    if isinstance(wanted, str) and wanted.startswith("projects/"):
        return isinstance(live, str) and relative(live) == wanted
    return same(live, wanted)


#: Libraries that speak both.
_BOTH = {"aip_rows", "executions", "secret_versions"}
WAYS = [
    pytest.param((kind, way), id=f"{kind}-{way}")
    for kind in sorted(CASES)
    for way in ("rest", "grpc")
    if way == "rest" or TABLE[kind] in _BOTH
]


@pytest.fixture(params=WAYS)
def bare(request: pytest.FixtureRequest, gcp_emulator: Running) -> Iterator[Bench]:
    """Nothing is there, not even what would hold the object."""
    kind, transport = request.param
    made = Bench(gcp_emulator.endpoint, kind, transport)
    yield made
    made.clients.close()


@pytest.fixture
def bench(bare: Bench) -> Bench:
    bare.prepare()
    return bare


#: What Google makes by itself is never absent: it has tests of its own.
ALWAYS_THERE = {
    "binaryauthorization.Policy",
    "resourcemanager.Project",
    "serviceusage.ServiceAgent",
}


def test_every_kind_has_a_case() -> None:
    assert set(CASES) == set(TABLE) - ALWAYS_THERE


def test_what_nothing_holds_is_absent(bare: Bench) -> None:
    assert bare.adapter.get(bare.target) is None
    assert bare.listed() is None
    assert isinstance(bare.adapter.delete(bare.target, {}, request_id()).poll(), Done)


def test_what_is_absent_is_none(bench: Bench) -> None:
    assert bench.adapter.get(bench.target) is None
    assert bench.listed() is None


def test_a_deletion_of_what_is_absent_is_done_at_once(bench: Bench) -> None:
    assert isinstance(bench.adapter.delete(bench.target, {}, request_id()).poll(), Done)


def test_what_is_made_can_be_read_and_listed(bench: Bench) -> None:
    live = bench.create()
    assert live.settled
    hidden = {key for key, value in bench.body.items() if isinstance(value, Sensitive)}
    wanted = {
        k: v for k, v in bench.body.items() if k not in {"build", "payload", "source", *hidden}
    }
    if not bench.target.kind.additive:
        assert covers(live.body, wanted)
    if bench.target.kind.server_assigned:
        assert live.path != bench.target.path
        assert live.alias == bench.target.path
    else:
        assert live.path == bench.target.path
    listed = bench.listed()
    assert listed is not None
    assert listed.path == live.path
    if bench.adapter.lists and not bench.target.kind.additive:
        assert covers(listed.body, wanted)


def test_making_it_again_is_refused_or_changes_nothing(bench: Bench) -> None:
    before = bench.create()
    if bench.case.again:
        with pytest.raises(ours.AlreadyExists):
            bench.finish(bench.adapter.create(bench.target, bench.body, request_id()))
    else:
        bench.finish(bench.adapter.create(bench.target, bench.body, request_id()))
    after = bench.adapter.get(bench.target)
    assert after is not None
    assert moved(before.body, after.body) == set()


def test_each_change_arrives_alone(bench: Bench) -> None:
    """Every field that its API can change takes its new value, and nothing else moves."""
    bench.create()
    for dotted, wanted in bench.case.changes.items():
        path: Path = tuple(dotted.split("."))
        value = filled(wanted, project=bench.project)
        live = bench.adapter.get(bench.target)
        assert live is not None
        steps = bench.adapter.update(bench.edit(live, path, value))
        assert steps, dotted
        for step in steps:
            bench.finish(step.call())
        after = bench.adapter.get(bench.target)
        assert after is not None
        seen = get(after.body, path)
        assert empty(seen) if value is None else covers(seen, value), (dotted, seen)
        assert moved(live.body, after.body) <= {path[0], *bench.case.fills}, dotted


#: What Google itself moves when an object changes.
_MOVING = {
    "conditions",
    "customFeatures",
    "enabledFeatures",
    "etag",
    "fingerprint",
    "generation",
    "labelFingerprint",
    "lastModifiedTime",
    "lastModifier",
    "latestCreatedRevision",
    "latestReadyRevision",
    "metageneration",
    "modifyTime",
    "mutationRecord",
    "mutationRecords",
    "observedGeneration",
    "softDeletePolicy",
    "status",
    "terminalCondition",
    "trafficStatuses",
    "updateTime",
    "updated",
    "verificationStatus",
}


def moved(before: Body, after: Body) -> set[str]:
    keys = {*before, *after} - _MOVING
    return {key for key in keys if not same_json(before.get(key), after.get(key))}


def same_json(left: object, right: object) -> bool:
    return left == right or (empty(left) and empty(right))


def test_no_change_makes_no_call(bench: Bench) -> None:
    live = bench.create()
    edit = Edit(bench.target, live.body, {}, live.body, ())
    assert list(bench.adapter.update(edit)) == []


def test_what_is_deleted_is_gone_and_a_second_deletion_is_done(bench: Bench) -> None:
    live = bench.create()
    target = Target(bench.target.kind, bench.target.ids, live.path)
    bench.finish(bench.adapter.delete(target, live.body, request_id()))
    if bench.case.deletes:
        assert bench.adapter.get(bench.target) is None
    bench.finish(bench.adapter.delete(target, live.body, request_id()))


def test_a_repeated_call_with_the_same_request_id_makes_one_object(bench: Bench) -> None:
    """An answer that got lost: the engine makes the call again."""
    again = request_id()
    bench.finish(bench.adapter.create(bench.target, bench.body, again))
    with contextlib.suppress(ours.AlreadyExists):
        bench.finish(bench.adapter.create(bench.target, bench.body, again))
    found = bench.adapter.list(bench.target)
    mine = [one for one in found if bench.target.path in {one.path, one.alias}]
    assert len(mine) == 1


def test_its_operations_can_be_taken_up_by_another_process(bench: Bench) -> None:
    operation = bench.adapter.create(bench.target, bench.body, request_id())
    other = adapters(
        Clients(bench.project, endpoint=bench.clients.endpoint, transport=bench.clients.transport),
        stack=STACK,
    )(bench.target.kind)
    bench.finish(other.resume(bench.target, operation.name))
    assert other.get(bench.target) is not None
