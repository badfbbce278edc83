"""Executions: what runs is waited for, and what has run is not run again."""

import pytest

from gcpstack._adapters import gapic
from gcpstack._core.json import Body
from gcpstack._core.ports import Done
from gcpstack.exceptions import InvalidRequest
from tests.adapters.test_contract import Bench, Running, request_id


@pytest.fixture(params=["rest", "grpc"])
def bench(request: pytest.FixtureRequest, gcp_emulator: Running) -> Bench:
    made = Bench(gcp_emulator.endpoint, "run.Execution", request.param)
    made.prepare()
    return made


def executions(bench: Bench) -> list[Body]:
    api = gapic.Api(bench.clients, "google.cloud.run_v2", "ExecutionsClient")
    parent = bench.target.path.rsplit("/executions/", 1)[0]
    return api.pages("list_executions", "ListExecutionsRequest", {"parent": parent}, "executions")


def test_what_has_run_is_not_run_again(bench: Bench) -> None:
    """The call that was made twice, after an answer that got lost, finds the first."""
    for _ in range(3):
        bench.finish(bench.adapter.create(bench.target, bench.body, request_id()))
    assert len(executions(bench)) == 1
    live = bench.adapter.get(bench.target)
    assert live is not None
    assert live.body["execution"] == executions(bench)[0]["name"]
    assert live.body["succeeded"] is True


def test_another_process_waits_for_it(bench: Bench) -> None:
    """By the name of the execution; one that is gone is over."""
    begun = bench.adapter.create(bench.target, bench.body, request_id())
    assert begun.name == f"execution:{executions(bench)[0]['name']}"
    bench.finish(bench.adapter.resume(bench.target, begun.name))
    gone = bench.adapter.resume(bench.target, f"{begun.name}-x")
    assert gone.poll() == Done()
    with pytest.raises(InvalidRequest, match=r"is not an execution"):
        bench.adapter.resume(bench.target, "run:projects/p/locations/l/operations/o")


def test_nothing_is_deleted(bench: Bench) -> None:
    """It goes with its job."""
    live = bench.create()
    assert isinstance(bench.adapter.delete(bench.target, live.body, "").poll(), Done)
    assert len(executions(bench)) == 1
    assert bench.adapter.reveal(bench.target, ("template",)) is None
