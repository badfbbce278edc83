"""How values are told back that were sent in another spelling: times, enums and paths."""

from typing import Any

import pytest

from tests.emulator.conftest import Send

PROJECT = "projects/demo-proj"
SECRETS = f"https://secretmanager.googleapis.com/v1/{PROJECT}/secrets"
MONITORING = f"https://monitoring.googleapis.com/v3/{PROJECT}"


@pytest.mark.parametrize(
    ("sent", "told"),
    [
        ("2099-01-01T00:00:00Z", "2099-01-01T00:00:00Z"),
        ("2099-01-01t00:00:00z", "2099-01-01T00:00:00Z"),
        ("2099-01-01T02:00:00+02:00", "2099-01-01T00:00:00Z"),
        ("2098-12-31T18:30:00-05:30", "2099-01-01T00:00:00Z"),
        ("2099-01-01T00:00:00.5Z", "2099-01-01T00:00:00.500Z"),
        ("2099-01-01T01:00:00.123450+01:00", "2099-01-01T00:00:00.123450Z"),
        ("2099-01-01T00:00:00.000Z", "2099-01-01T00:00:00Z"),
        ("9999-12-31T23:59:59-01:00", "9999-12-31T23:59:59-01:00"),
    ],
)
def test_times_are_told_in_utc(send: Send, sent: str, told: str) -> None:
    body = {"replication": {"automatic": {}}, "expireTime": sent}
    assert send("POST", f"{SECRETS}?secretId=one", body).status == 200
    assert send("GET", f"{SECRETS}/one").json()["expireTime"] == told


def policy(**aggregation: str) -> dict[str, Any]:
    condition = {
        "displayName": "c",
        "conditionThreshold": {
            "filter": 'metric.type="a" AND resource.type="global"',
            "comparison": "COMPARISON_GT",
            "duration": "60s",
            "aggregations": [{"alignmentPeriod": "60s", **aggregation}],
        },
    }
    return {"displayName": "p", "combiner": "OR", "conditions": [condition]}


@pytest.mark.parametrize(
    ("sent", "told"),
    [
        ({"crossSeriesReducer": "REDUCE_NONE", "perSeriesAligner": "ALIGN_NONE"}, {}),
        ({"crossSeriesReducer": "REDUCE_SUM"}, {"crossSeriesReducer": "REDUCE_SUM"}),
    ],
)
def test_the_zero_of_an_enum_is_not_told(
    send: Send, sent: dict[str, str], told: dict[str, str]
) -> None:
    made = send("POST", f"{MONITORING}/alertPolicies", policy(**sent)).json()
    found = send("GET", f"https://monitoring.googleapis.com/v3/{made['name']}").json()
    aggregation = found["conditions"][0]["conditionThreshold"]["aggregations"][0]
    assert aggregation == {"alignmentPeriod": "60s", **told}


@pytest.mark.parametrize(
    ("sent", "told"), [("healthz", "/healthz"), ("/healthz", "/healthz"), ("", "/")]
)
def test_the_path_of_an_uptime_check_begins_with_a_slash(send: Send, sent: str, told: str) -> None:
    check = {
        "displayName": "u",
        "monitoredResource": {"type": "uptime_url", "labels": {"host": "example.com"}},
        "httpCheck": {"path": sent},
    }
    made = send("POST", f"{MONITORING}/uptimeCheckConfigs", check).json()
    assert made["httpCheck"]["path"] == told
