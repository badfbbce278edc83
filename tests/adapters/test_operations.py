"""Operations are followed to their end, in this process or in another one."""

from collections.abc import Callable
from typing import Any

import pytest
from google.cloud import run_v2  # an operation's answer is a message of this library
from google.longrunning import operations_pb2
from google.protobuf import any_pb2
from google.rpc import error_details_pb2, status_pb2

from gcpstack import exceptions as ours
from gcpstack._adapters import gapic, operations
from gcpstack._core.ports import Done, Failed, Pending
from tests.adapters.google import Asked, FakeGoogle, refusal

Script = Callable[[Asked], Any]

NAMES = {
    "compute:projects/p/global/operations/o": (
        "/compute.googleapis.com/compute/v1/projects/p/global/operations/o",
        True,
    ),
    "compute:projects/p/regions/r/operations/o": (
        "/compute.googleapis.com/compute/v1/projects/p/regions/r/operations/o",
        True,
    ),
    "compute:projects/p/zones/z/operations/o": (
        "/compute.googleapis.com/compute/v1/projects/p/zones/z/operations/o",
        True,
    ),
    "run:projects/p/locations/l/operations/o": (
        "/run.googleapis.com/v2/projects/p/locations/l/operations/o",
        True,
    ),
    "redis:projects/p/locations/l/operations/o": (
        "/redis.googleapis.com/v1/projects/p/locations/l/operations/o",
        False,
    ),
    "serviceusage:operations/o": ("/serviceusage.googleapis.com/v1/operations/o", False),
    "vpcaccess:projects/p/locations/l/operations/o": (
        "/vpcaccess.googleapis.com/v1/projects/p/locations/l/operations/o",
        False,
    ),
    "firestore:projects/p/databases/d/operations/o": (
        "/firestore.googleapis.com/v1/projects/p/databases/d/operations/o",
        False,
    ),
    "sqladmin:projects/p/operations/o": (
        "/sqladmin.googleapis.com/sql/v1beta4/projects/p/operations/o",
        False,
    ),
    "dns:projects/p/managedZones/z/changes/7": (
        "/dns.googleapis.com/dns/v1/projects/p/managedZones/z/changes/7",
        False,
    ),
}


def over(asked: Asked) -> dict[str, Any]:
    """Every form of being done at once."""
    if "dns." in asked.path:
        return {"status": "done", "id": "7"}
    if "longrunning" in asked.path or "compute" in asked.path or "sqladmin" in asked.path:
        return {"status": "DONE", "name": "o"}
    return {"done": True, "name": "o"}


@pytest.mark.parametrize(("name", "path", "blocks"), [(n, *rest) for n, rest in NAMES.items()])
def test_a_stored_name_is_enough_to_go_on(
    google: FakeGoogle, name: str, path: str, *, blocks: bool
) -> None:
    """Another process finds each kind of operation by its name alone."""
    google.script = over
    operation = operations.resume(google.clients(), name)
    assert operation.name == name
    assert operation.blocks is blocks
    assert isinstance(operation.poll(), Done)
    if "sqladmin" not in name:  # its path's version is the library's affair
        assert google.paths() == [f"GET {path}"]


@pytest.mark.parametrize("name", [n for n, (_, blocks) in NAMES.items() if blocks])
def test_google_may_hold_the_answer(google: FakeGoogle, name: str) -> None:
    google.script = over
    assert isinstance(operations.resume(google.clients(), name).poll(wait=True), Done)
    assert google.asked[0].method == "POST"
    assert google.asked[0].path.endswith(("/wait", ":wait"))


@pytest.mark.parametrize(
    "name",
    [
        "compute",
        "compute:",
        "compute:projects/p/operations/o",
        "sqladmin:projects/p/global/operations/o",
        "dns:projects/p/changes/1",
        "nobody:operations/o",
        ":operations/o",
    ],
)
def test_what_is_no_operation_is_refused(google: FakeGoogle, name: str) -> None:
    with pytest.raises(ours.AdapterBug):
        operations.resume(google.clients(), name).poll()


def test_an_operation_may_be_newer_than_the_library(google: FakeGoogle) -> None:
    """A field that Google has added since is no reason to lose sight of it."""
    service = {"@type": "type.googleapis.com/google.cloud.run.v2.Service", "fromTheFuture": 1}
    google.script = lambda _: {"name": "o", "done": True, "metadata": service, "response": service}
    operation = operations.resume(google.clients(), "run:projects/p/locations/l/operations/o")

    done = operation.poll(wait=True)
    assert isinstance(done, Done)
    assert done.body is not None
    assert done.body["fromTheFuture"] == 1
    # The library's way is not tried again; both wait at Google.
    operation.poll(wait=True)
    operation.poll()
    asked = "/run.googleapis.com/v2/projects/p/locations/l/operations/o"
    assert google.paths() == [f"POST {asked}:wait"] * 3 + [f"GET {asked}"]


def test_nothing_stored_is_nothing_to_wait_for(google: FakeGoogle) -> None:
    assert isinstance(operations.resume(google.clients(), "").poll(), Done)
    assert not google.asked


@pytest.mark.parametrize("name", list(NAMES))
def test_an_operation_that_google_forgot_is_over(google: FakeGoogle, name: str) -> None:
    google.script = lambda _: refusal(404, "notFound")
    assert isinstance(operations.resume(google.clients(), name).poll(), Done)


@pytest.mark.parametrize("name", list(NAMES))
def test_a_poll_that_fails_is_no_failed_operation(google: FakeGoogle, name: str) -> None:
    google.script = lambda _: refusal(503, "backendError")
    with pytest.raises(ours.Unavailable):
        operations.resume(google.clients(), name).poll()


@pytest.mark.parametrize(
    ("told", "place"),
    [
        ({"name": "o", "status": "RUNNING"}, "global"),
        (
            {"name": "o", "region": "https://www.googleapis.com/compute/v1/projects/p/regions/r"},
            "regions/r",
        ),
        (
            {"name": "o", "zone": "https://www.googleapis.com/compute/v1/projects/p/zones/z"},
            "zones/z",
        ),
    ],
)
def test_the_answer_of_a_compute_call_tells_where_its_operation_is(
    google: FakeGoogle, told: dict[str, Any], place: str
) -> None:
    operation = operations.compute(google.clients(), "p", told)
    assert operation.name == f"compute:projects/p/{place}/operations/o"


def test_a_call_that_was_done_at_once_is_not_asked_after(google: FakeGoogle) -> None:
    clients = google.clients()
    done = [
        operations.compute(clients, "p", {"name": "o", "status": "DONE"}),
        operations.longrunning(
            clients, "serviceusage", {"name": "operations/noop.DONE_OPERATION", "done": True}
        ),
        operations.sql(clients, "p", {"name": "o", "status": "DONE"}),
        operations.dns(clients, "projects/p/managedZones/z", {"id": "1", "status": "done"}),
    ]
    assert all(isinstance(operation.poll(), Done) for operation in done)
    assert not google.asked


def test_a_pending_first_answer_is_asked_after(google: FakeGoogle) -> None:
    google.script = lambda _: {
        "name": "o",
        "status": "RUNNING",
        "progress": 40,
        "statusMessage": "building",
    }
    operation = operations.compute(google.clients(), "p", {"name": "o", "status": "PENDING"})
    assert operation.poll() == Pending("building", 40)
    assert len(google.asked) == 1


JUDGED = [
    (operations.judge_compute, {"status": "PENDING"}, Pending("PENDING")),
    (operations.judge_compute, {}, Pending()),
    (operations.judge_compute, {"status": "DONE", "warnings": [{"code": "X"}]}, Done()),
    (operations.judge_longrunning, {}, Pending()),
    (operations.judge_longrunning, {"done": True}, Done()),
    (
        operations.judge_longrunning,
        {"done": True, "response": {"@type": "t", "a": 1}},
        Done({"a": 1}),
    ),
    (operations.judge_longrunning, {"done": True, "response": {"@type": "Empty"}}, Done()),
    (operations.judge_longrunning, {"done": True, "response": None}, Done()),
    (operations.judge_dns, {"status": "pending"}, Pending("pending")),
    (operations.judge_dns, {"status": "done"}, Done()),
]


@pytest.mark.parametrize(("judge", "body", "expected"), JUDGED)
def test_judges(judge: operations.Judge, body: dict[str, Any], expected: object) -> None:
    assert judge(body) == expected


def test_judges_tell_failures() -> None:
    quota = operations.judge_compute(
        {"status": "DONE", "error": {"errors": [{"code": "QUOTA_EXCEEDED", "message": "too many"}]}}
    )
    assert isinstance(quota, Failed)
    assert isinstance(quota.error, ours.QuotaExceeded)
    by_status = operations.judge_compute({"status": "DONE", "httpErrorStatusCode": 412})
    assert isinstance(by_status, Failed)
    running = operations.judge_longrunning(
        {"done": True, "error": {"code": 9, "message": "not ready"}}
    )
    assert isinstance(running, Failed)
    assert isinstance(running.error, ours.OperationFailed)
    assert "not ready" in str(running.error)


def packed(message: Any) -> any_pb2.Any:
    held = any_pb2.Any()
    held.Pack(message)
    return held


def test_typed_operations_give_their_json_form() -> None:
    """Packed answers and error details are unpacked; of unknown types nothing is told."""
    detail = error_details_pb2.ErrorInfo(
        reason="SERVICE_DISABLED", metadata={"service": "x.googleapis.com"}
    )
    failed = operations_pb2.Operation(
        name="o",
        done=True,
        error=status_pb2.Status(code=7, message="off", details=[packed(detail)]),
    )
    state = operations.judge_longrunning(gapic.operation_json(failed))
    assert isinstance(state, Failed)
    assert isinstance(state.error, ours.ApiDisabled)

    service = run_v2.Service.pb(run_v2.Service(name="s", uri="https://s"))
    done = operations_pb2.Operation(name="o", done=True, response=packed(service))
    assert operations.judge_longrunning(gapic.operation_json(done)) == Done(
        {"name": "s", "uri": "https://s"}
    )

    strange = any_pb2.Any(type_url="type.googleapis.com/of.nobody", value=b"\x01")
    unknown = operations_pb2.Operation(name="o", done=True, response=strange)
    assert operations.judge_longrunning(gapic.operation_json(unknown)) == Done()
