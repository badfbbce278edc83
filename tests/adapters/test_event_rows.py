"""What is peculiar to schedules: what Google puts in by itself follows what it follows from."""

from typing import Any

import pytest

from gcpstack._core.json import clone_body, get
from gcpstack._core.ports import Edit
from gcpstack.exceptions import FailedPrecondition, InvalidRequest
from tests.adapters.test_contract import Bench, Running


def changed(bench: Bench, field: str, value: dict[str, Any], *gone: str) -> dict[str, Any]:
    """Change a target, by its declaration alone, and read it back."""
    live = bench.adapter.get(bench.target)
    assert live is not None
    merged = {**clone_body(live.body), field: {**(get(live.body, (field,)) or {}), **value}}  # type: ignore[dict-item] # a mapping, or nothing
    paths = ((field,), *((one,) for one in gone))
    desired = {field: value}
    (step,) = bench.adapter.update(Edit(bench.target, live.body, desired, merged, paths))
    bench.finish(step.call())
    after = bench.adapter.get(bench.target)
    assert after is not None
    return after.body


def bench_of(endpoint: str) -> Bench:
    bench = Bench(endpoint, "cloudscheduler.Job", "rest")
    account = {"serviceAccountEmail": f"caller@{bench.project}.iam.gserviceaccount.com"}
    bench.finish(
        bench.for_kind(bench.at("iam.ServiceAccount", {"name": "caller"}).kind).create(
            bench.at("iam.ServiceAccount", {"name": "caller"}), {}, ""
        )
    )
    bench.body["httpTarget"] = {"uri": "https://example.com/a", "oidcToken": account}
    bench.create()
    return bench


def test_an_audience_that_was_never_given_follows_the_address(gcp_emulator: Running) -> None:
    bench = bench_of(gcp_emulator.endpoint)
    token = bench.body["httpTarget"]["oidcToken"]  # type: ignore[index] # a mapping
    target = {"uri": "https://example.com/b", "oidcToken": token}
    body = changed(bench, "httpTarget", target)
    assert body["httpTarget"]["oidcToken"]["audience"] == "https://example.com/b"
    given = {**target, "oidcToken": {**token, "audience": "https://kept.example.com"}}
    changed(bench, "httpTarget", given)
    body = changed(bench, "httpTarget", {**given, "uri": "https://example.com/c"})
    assert body["httpTarget"]["oidcToken"]["audience"] == "https://kept.example.com"


def test_one_token_takes_the_place_of_the_other(gcp_emulator: Running) -> None:
    bench = bench_of(gcp_emulator.endpoint)
    token = bench.body["httpTarget"]["oidcToken"]  # type: ignore[index] # a mapping
    uri = "https://run.googleapis.com/v2/x"
    body = changed(bench, "httpTarget", {"uri": uri, "oauthToken": token})
    assert body["httpTarget"]["oauthToken"]["serviceAccountEmail"] == token["serviceAccountEmail"]
    assert "oidcToken" not in body["httpTarget"]


def test_one_target_takes_the_place_of_the_other(gcp_emulator: Running) -> None:
    bench = bench_of(gcp_emulator.endpoint)
    body = changed(bench, "appEngineHttpTarget", {"relativeUri": "/x"}, "httpTarget")
    assert "httpTarget" not in body
    assert body["appEngineHttpTarget"]["relativeUri"] == "/x"


def test_a_name_that_is_kept_is_told_with_what_to_do(gcp_emulator: Running) -> None:
    bench = Bench(gcp_emulator.endpoint, "cloudtasks.Queue", "rest")
    live = bench.create()
    bench.finish(bench.adapter.delete(bench.target, live.body, ""))
    with pytest.raises(FailedPrecondition, match=r"another name, or wait.* up to 3 days"):
        bench.create()
    bench.body["rateLimits"] = {"maxDispatchesPerSecond": 1000}
    bench.target = bench.at("cloudtasks.Queue", {"location": "us-central1", "name": "other"})
    with pytest.raises(InvalidRequest):
        bench.create()
