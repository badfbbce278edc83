"""Faults on demand and quotas, over HTTP and gRPC: what strikes, when, and what is left behind."""

from collections.abc import Iterator
from typing import Any

import grpc
import pytest
import requests
from google.api_core import exceptions
from google.cloud import secretmanager_v1
from google.cloud.secretmanager_v1.services.secret_manager_service.transports import (
    SecretManagerServiceGrpcTransport,
)

from gcpstack.emulator import Emulator, ManualClock
from gcpstack.emulator.core.google import Google
from gcpstack.emulator.core.wire import Hold, Request
from tests.emulator.conftest import Send, sender

PROJECT = "projects/demo-proj"
COMPUTE = f"https://compute.googleapis.com/compute/v1/{PROJECT}"
ADDRESSES = f"{COMPUTE}/global/addresses"
SECRETS = f"https://secretmanager.googleapis.com/v1/{PROJECT}/secrets"
SECRET = {"replication": {"automatic": {}}}


@pytest.fixture
def emulator() -> Iterator[Emulator]:
    """One of our own, whose clock stands still."""
    with Emulator(clock=ManualClock(1_700_000_010.0)) as running:
        yield running


@pytest.fixture
def secrets(channel: grpc.Channel) -> secretmanager_v1.SecretManagerServiceClient:
    return secretmanager_v1.SecretManagerServiceClient(
        transport=SecretManagerServiceGrpcTransport(channel=channel)
    )


def names(send: Send, url: str = ADDRESSES) -> list[str]:
    return [item["name"] for item in send("GET", url).json().get("items", ())]


@pytest.mark.parametrize("code", [500, 502, 503, 504])
@pytest.mark.parametrize(("when", "left"), [("before", []), ("after", ["a"])])
def test_an_error_before_or_after_the_work_is_done(
    world: Google, send: Send, code: int, when: str, left: list[str]
) -> None:
    world.faults.set([{"method": "*.insert", "fault": str(code), "when": when, "nth": 1}])
    assert send("POST", ADDRESSES, {"name": "a"}).status == code
    assert names(send) == left


def test_the_nth_call_and_no_other(world: Google, send: Send) -> None:
    world.faults.set([{"method": "*.get", "fault": "503", "nth": 2}])
    send("POST", ADDRESSES, {"name": "a"})
    assert [send("GET", f"{ADDRESSES}/a").status for _ in range(4)] == [200, 503, 200, 200]


def test_a_share_of_the_calls_is_the_same_for_one_seed() -> None:
    def struck(seed: int) -> list[int]:
        world = Google(clock=ManualClock(), seed=seed)
        world.faults.set([{"method": "*.list", "fault": "429", "rate": 0.3}])
        return [sender(world)("GET", ADDRESSES).status for _ in range(200)]

    assert struck(1) == struck(1) != struck(2)
    assert 40 < struck(1).count(429) < 80


def test_at_most_so_many(world: Google, send: Send) -> None:
    world.faults.set([{"fault": "500", "times": 2}])
    assert [send("GET", ADDRESSES).status for _ in range(4)] == [500, 500, 200, 200]


def test_the_first_rule_that_strikes_is_the_one(world: Google, send: Send) -> None:
    world.faults.set([{"method": "*.get", "fault": "500"}, {"fault": "503"}])
    assert send("GET", ADDRESSES).status == 503
    assert send("GET", f"{ADDRESSES}/a").status == 500


def test_the_limit_of_a_minute_is_refilled_with_the_next(world: Google, send: Send) -> None:
    """Compute's windows begin with each whole minute, whenever the first call came."""
    world.clock.advance(60 - world.now() % 60 + 50)
    world.faults.set([{"method": "compute.*", "fault": "rateLimit", "limit": 2}])
    answers = [send("GET", ADDRESSES) for _ in range(3)]
    assert [answer.status for answer in answers] == [200, 200, 403]
    assert answers[2].json()["error"]["errors"][0]["reason"] == "rateLimitExceeded"
    world.advance(9)
    assert send("GET", ADDRESSES).status == 403
    world.advance(1)
    assert send("GET", ADDRESSES).status == 200


def test_a_delay_before_or_after(world: Google) -> None:
    path = ADDRESSES.removeprefix("https:/")
    for when, there in (("before", 404), ("after", 200)):
        world.faults.set([{"method": "*.insert", "fault": "delay", "seconds": 5, "when": when}])
        held = world.handle(Request("POST", path, body=f'{{"name": "x-{when}"}}'.encode()))
        assert isinstance(held, Hold)
        assert held.until == world.now() + 5
        assert sender(world)("GET", f"{ADDRESSES}/x-{when}").status == there
        world.advance(5)
        done = held.resume()
        assert not isinstance(done, Hold)
        assert done.status == 200
        assert sender(world)("GET", f"{ADDRESSES}/x-{when}").status == 200


def test_lists_lag_behind(world: Google, send: Send) -> None:
    for name in ("a", "b"):
        send("POST", ADDRESSES, {"name": name})
    send("DELETE", f"{ADDRESSES}/a")
    methods = ("*.list", "*.aggregatedList")
    world.faults.set([{"method": name, "fault": "stale", "times": 1} for name in methods])
    assert names(send) == ["a"]
    everywhere = send("GET", f"{COMPUTE}/aggregated/addresses").json()["items"]["global"]
    assert [item["name"] for item in everywhere["addresses"]] == ["a"]
    assert names(send) == ["b"]


def test_only_recent_changes_are_hidden(world: Google, send: Send) -> None:
    send("POST", ADDRESSES, {"name": "old"})
    world.advance(10)
    send("POST", ADDRESSES, {"name": "new"})
    world.faults.set([{"fault": "stale", "seconds": 5}])
    assert names(send) == ["old"]
    world.advance(5)
    assert names(send) == ["new", "old"]


def test_a_policy_lags_behind(world: Google, send: Send) -> None:
    send("POST", f"{SECRETS}?secretId=s", SECRET)
    policy = {"bindings": [{"role": "roles/viewer", "members": ["user:a@example.com"]}]}
    send("POST", f"{SECRETS}/s:setIamPolicy", {"policy": policy})
    world.faults.set([{"method": "*.getIamPolicy", "fault": "stale", "times": 1}])
    assert "bindings" not in send("GET", f"{SECRETS}/s:getIamPolicy").json()
    assert "bindings" in send("GET", f"{SECRETS}/s:getIamPolicy").json()


def test_a_change_is_never_stale(world: Google, send: Send) -> None:
    send("POST", ADDRESSES, {"name": "a"})
    world.faults.set([{"fault": "stale"}])
    assert send("POST", ADDRESSES, {"name": "a"}).status == 409


@pytest.mark.parametrize(
    "rules",
    [
        {}, "x", [1], [{"fault": "fire"}], [{"method": "*"}], [{"fault": "503", "nth": "1"}], [{"fault": "503", "rate": 2}],
        [{"fault": "503", "times": -1}], [{"fault": "503", "when": "never"}], [{"fault": "503", "seen": 1}],
        [{"fault": "delay", "seconds": "3"}], [{"fault": "503", "method": 3}],
    ],
)  # fmt: skip
def test_rules_that_are_none(emulator: Emulator, rules: Any) -> None:
    answer = requests.put(f"{emulator.endpoint}/_emulator/faults", json=rules, timeout=10)
    assert (answer.status_code, "fault" in answer.json()["error"]["message"]) == (400, True)
    assert emulator.world.faults.rules == []


def test_one_dropped_call_drops_its_batch(emulator: Emulator) -> None:
    emulator.world.faults.set([{"method": "*.insert", "fault": "reset_after"}])
    body = (
        "--b\r\nContent-Type: application/http\r\nContent-ID: <1>\r\n\r\n"
        f"POST /compute/v1/{PROJECT}/global/addresses HTTP/1.1\r\nContent-Type: application/json\r\n\r\n"
        '{"name": "a"}\r\n--b--\r\n'
    )
    with pytest.raises(requests.ConnectionError):
        requests.post(
            f"{emulator.endpoint}/compute.googleapis.com/batch/compute/v1",
            data=body,
            headers={"Content-Type": "multipart/mixed; boundary=b"},
            timeout=10,
        )
    emulator.world.faults.set([])
    assert names(sender(emulator.world)) == ["a"]  # type: ignore[arg-type]


# -- gRPC ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        ("500", exceptions.InternalServerError),
        ("502", exceptions.ServiceUnavailable),
        ("503", exceptions.ServiceUnavailable),
        ("504", exceptions.DeadlineExceeded),
        ("429", exceptions.ResourceExhausted),
        ("rateLimit", exceptions.ResourceExhausted),
        ("reset_before", exceptions.ServiceUnavailable),
        ("reset_after", exceptions.ServiceUnavailable),
    ],
)
def test_faults_over_grpc(
    emulator: Emulator,
    secrets: secretmanager_v1.SecretManagerServiceClient,
    fault: str,
    error: type[Exception],
) -> None:
    emulator.world.faults.set([{"method": "*.secrets.create", "fault": fault, "nth": 1}])
    with pytest.raises(error):
        secrets.create_secret(parent=PROJECT, secret_id="s", secret=SECRET, retry=None)
    found = [secret.name.rpartition("/")[2] for secret in secrets.list_secrets(parent=PROJECT)]
    assert found == (["s"] if fault == "reset_after" else [])


def test_stale_reads_over_grpc(
    emulator: Emulator, secrets: secretmanager_v1.SecretManagerServiceClient
) -> None:
    made = secrets.create_secret(parent=PROJECT, secret_id="s", secret=SECRET)
    emulator.world.faults.set([{"method": "*.get", "fault": "stale", "times": 1}])
    with pytest.raises(exceptions.NotFound):
        secrets.get_secret(name=made.name)
    assert secrets.get_secret(name=made.name).name == made.name


def test_a_delay_over_grpc_outlasts_the_client(
    emulator: Emulator, secrets: secretmanager_v1.SecretManagerServiceClient
) -> None:
    """The clock stands still, so the answer never comes; what was asked for was done all the same."""
    rule = {"method": "*.secrets.create", "fault": "delay", "when": "after", "seconds": 60}
    emulator.world.faults.set([rule])
    with pytest.raises(exceptions.DeadlineExceeded):
        secrets.create_secret(parent=PROJECT, secret_id="s", secret=SECRET, retry=None, timeout=0.3)
    assert secrets.get_secret(name=f"{PROJECT}/secrets/s")


# -- quotas --------------------------------------------------------------------------------------


def test_quotas_are_off_until_asked_for(send: Send) -> None:
    url = f"https://redis.googleapis.com/v1/{PROJECT}/locations/us-central1/instances"
    assert {send("GET", url).status for _ in range(70)} == {200}


def test_calls_of_a_minute(world: Google, send: Send) -> None:
    """Redis takes 60 calls a minute of a project; another project has its own."""
    world.quotas.set(True)
    url = f"https://redis.googleapis.com/v1/{PROJECT}/locations/us-central1/instances"
    assert {send("GET", url).status for _ in range(60)} == {200}
    refused = send("GET", url)
    error = refused.json()["error"]
    assert (refused.status, error["status"]) == (429, "RESOURCE_EXHAUSTED")
    (info,) = error["details"]
    assert info["reason"] == "RATE_LIMIT_EXCEEDED"
    assert info["metadata"] == {
        "service": "redis.googleapis.com",
        "consumer": f"projects/{world.number_of('demo-proj')}",
        "quota_metric": "redis.googleapis.com/default_requests",
        "quota_limit": "DefaultRequestsPerMinutePerProject",
        "quota_limit_value": "60",
    }
    assert send("GET", url.replace("demo-proj", "other-proj")).status == 200
    world.advance(60)
    assert send("GET", url).status == 200


def test_cloud_sql_counts_in_slices(world: Google, send: Send) -> None:
    """180 calls a minute, but no more than 30 of them in ten seconds."""
    world.quotas.set(True)
    url = f"https://sqladmin.googleapis.com/v1/{PROJECT}/instances"
    assert [send("GET", url).status for _ in range(31)] == [200] * 30 + [429]
    assert send("GET", url).json()["error"]["errors"][0]["reason"] == "rateLimitExceeded"
    world.advance(10)
    assert send("GET", url).status == 200


def test_reads_and_writes_apart(world: Google, send: Send) -> None:
    metrics = ("compute.googleapis.com/default", "compute.googleapis.com/read_requests")
    world.quotas.set({"rates": dict(zip(metrics, (1, 2), strict=True))})
    assert [send("POST", ADDRESSES, {"name": name}).status for name in "ab"] == [200, 403]
    assert [send("GET", ADDRESSES).status for _ in range(3)] == [200, 200, 403]
    regional = ADDRESSES.replace("global", "regions/us-central1")
    assert send("GET", regional).status == 200  # each region has reads of its own
    operations = ADDRESSES.replace("addresses", "operations")
    assert send("GET", operations).status == 200  # operations are counted apart


def test_more_than_a_project_may_hold(world: Google, send: Send) -> None:
    world.quotas.set({"counts": {"compute.addresses": 1, "secretmanager.secrets": 1}})
    assert send("POST", ADDRESSES, {"name": "a"}).status == 200
    refused = send("POST", ADDRESSES, {"name": "b"})
    error = refused.json()["error"]
    assert (refused.status, error["errors"][0]["reason"]) == (403, "quotaExceeded")
    assert error["message"] == "Quota 'ADDRESSES' exceeded.  Limit: 1.0 globally."
    assert names(send) == ["a"]
    assert (
        send("POST", ADDRESSES.replace("global", "regions/us-central1"), {"name": "b"}).status
        == 200
    )
    assert send("POST", f"{SECRETS}?secretId=a", SECRET).status == 200
    refused = send("POST", f"{SECRETS}?secretId=b", SECRET)
    assert (refused.status, refused.json()["error"]["status"]) == (429, "RESOURCE_EXHAUSTED")
    send("DELETE", f"{SECRETS}/a")
    assert send("POST", f"{SECRETS}?secretId=b", SECRET).status == 200


def test_quotas_over_the_control_api_and_grpc(
    emulator: Emulator, secrets: secretmanager_v1.SecretManagerServiceClient
) -> None:
    control = f"{emulator.endpoint}/_emulator/quotas"
    metric = "secretmanager.googleapis.com/read_requests"
    told = requests.put(control, json={"rates": {metric: 1}}, timeout=10).json()
    assert told["enabled"] is True
    assert [row["value"] for row in told["rates"] if row["metric"] == metric] == [1]
    assert list(secrets.list_secrets(parent=PROJECT)) == []
    with pytest.raises(exceptions.ResourceExhausted) as caught:
        secrets.list_secrets(parent=PROJECT, retry=None)
    assert caught.value.reason == "RATE_LIMIT_EXCEEDED"
    assert requests.put(control, json=False, timeout=10).json()["enabled"] is False
    assert list(secrets.list_secrets(parent=PROJECT)) == []
    for wrong in (
        3,
        {"rates": {"x": 1}},
        {"counts": {"x": 1}},
        {"limits": {}},
        {"rates": {metric: []}},
    ):
        assert requests.put(control, json=wrong, timeout=10).status_code == 400
    assert requests.get(control, timeout=10).json()["enabled"] is False
