"""Bad bodies and parameters are refused in Google's words, and good ones are made canonical."""

import pytest

from tests.emulator.conftest import Send

REDIS = "https://redis.googleapis.com/v1/projects/demo-proj/locations/us-central1/instances?instanceId=r1"
ADDRESSES = "https://compute.googleapis.com/compute/v1/projects/demo-proj/global/addresses"


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ({"memorySize": 1}, "Invalid JSON payload received. Unknown name \"memorySize\" at 'instance': Cannot find field."),
        ({"memorySizeGb": "x"}, "Invalid value at 'instance.memory_size_gb' (TYPE_INT32), \"x\""),
        ({"memorySizeGb": 2**31}, "Invalid value at 'instance.memory_size_gb' (TYPE_INT32), 2147483648"),
        ({"tier": "GOLD"}, "Invalid value at 'instance.tier' (type.googleapis.com/Instance.Tier), \"GOLD\""),
        ({"authEnabled": 3}, "Invalid value at 'instance.auth_enabled' (TYPE_BOOL), 3"),
        ({"persistenceConfig": []}, "Invalid value at 'instance.persistence_config' (type.googleapis.com/PersistenceConfig), []"),
        ({"labels": {"a": 1}}, "Invalid value at 'instance.labels[a]' (TYPE_STRING), 1"),
    ],
)  # fmt: skip
def test_a_bad_body_is_refused(send: Send, body: dict, message: str) -> None:
    answer = send("POST", REDIS, body)
    error = answer.json()["error"]
    assert (answer.status, error["message"], error["status"]) == (400, message, "INVALID_ARGUMENT")
    assert error["details"][0]["fieldViolations"][0]["description"] == message


def test_every_problem_is_told_at_once(send: Send) -> None:
    error = send("POST", REDIS, {"x": 1, "tier": "GOLD"}).json()["error"]
    assert len(error["details"][0]["fieldViolations"]) == 2
    assert len(error["message"].splitlines()) == 2


def test_compute_words_its_own_way(send: Send) -> None:
    error = send("POST", ADDRESSES, {"name": "a", "addressType": "FOO"}).json()["error"]
    assert error["message"].startswith("Invalid value for field 'resource.addressType': 'FOO'.")
    assert error["errors"][0]["reason"] == "invalid"


@pytest.mark.parametrize(
    ("raw", "words"),
    [
        (b"{", "Expected an object key or }."),
        (b"[1]", "Root element"),
        (b'{"a" 1}', "Expected"),
        (b'{"memorySizeGb": NaN}', "Expected a value."),
        (b'{"memorySizeGb": 1e999}', "Number exceeds the range of double."),
        (b'{"displayName": "\\ud800"}', "surrogate"),
        (b'{"displayName": "\xff"}', "Expected a value."),
        (b'{"a":' * 101 + b"1" + b"}" * 101, "Message too deep."),
        (b'{"a":' * 5000 + b"1" + b"}" * 5000, "Message too deep."),
        (b'{"a":' * 100 + b"1" + b"}" * 100, 'Unknown name "a"'),
        (b'{"a": "' + b"x" * 100_000, "Closing quote expected in string."),
    ],
    ids=[str(number) for number in range(11)],
)
def test_broken_json_is_refused(send: Send, raw: bytes, words: str) -> None:
    answer = send("POST", REDIS, raw)
    assert answer.status == 400
    assert words in answer.json()["error"]["message"]
    assert len(answer.body) < 2_000


def test_unknown_query_parameters_are_refused(send: Send) -> None:
    answer = send("GET", f"{ADDRESSES}?nonsense=1")
    assert answer.status == 400
    assert "Cannot bind query parameter" in answer.json()["error"]["message"]


def test_forms_of_one_value(send: Send) -> None:
    send(
        "POST",
        REDIS,
        {"memory_size_gb": "2", "tier": 3, "displayName": None, "state": "READY", "port": 99},
    )
    got = send("GET", REDIS.split("?", maxsplit=1)[0] + "/r1").json()
    assert (got["memorySizeGb"], got["tier"], got["port"]) == (2, "STANDARD_HA", 6379)
    assert "displayName" not in got
    numbers = send(
        "GET", REDIS.split("?", maxsplit=1)[0] + "/r1?$alt=json;enum-encoding=int"
    ).json()
    assert numbers["tier"] == 3


def test_bytes_are_checked(send: Send) -> None:
    base = "https://secretmanager.googleapis.com/v1/projects/demo-proj/secrets"
    send("POST", f"{base}?secretId=s", {"replication": {"automatic": {}}})
    assert send("POST", f"{base}/s:addVersion", {"payload": {"data": "*"}}).status == 400
    assert send("POST", f"{base}/s:addVersion", {"payload": {"data": "aGk"}}).status == 200
    got = send("GET", f"{base}/s/versions/latest:access").json()
    assert got["payload"]["data"] == "aGk="


def test_only_the_fields_asked_for(send: Send) -> None:
    send("POST", ADDRESSES, {"name": "a"})
    got = send("GET", f"{ADDRESSES}?fields=items(name,kind),nextPageToken").json()
    assert got == {"items": [{"name": "a", "kind": "compute#address"}]}
