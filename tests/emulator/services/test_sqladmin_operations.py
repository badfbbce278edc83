"""Cloud SQL: one operation at a time."""

import pytest

from gcpstack.emulator.core.google import Google
from gcpstack.emulator.core.latency import Latency
from tests.emulator.conftest import Send
from tests.emulator.services.mistakes import Mistake, refuse
from tests.emulator.services.sql import (
    ALL,
    BUSY,
    DB,
    ROOT,
    SMALL,
    make,
    names,
    operation,
    patch,
    read,
    wish,
)  # fmt: skip

HOUR, DAY, WEEK = 3600, 86400, 7 * 86400
BACKED = {"enabled": True}


def test_an_operation_is_told_before_it_runs(send: Send, world: Google) -> None:
    begun = world.stamp()
    world.latency = Latency(1)
    started = send("POST", ALL, wish()).json()
    assert started == {
        "kind": "sql#operation",
        "name": started["name"],
        "operationType": "CREATE",
        "status": "PENDING",
        "insertTime": begun,
        "targetId": "db",
        "targetLink": DB,
        "targetProject": "demo-proj",
        "selfLink": f"{ROOT}/operations/{started['name']}",
        "user": world.user,
    }
    assert operation(send, started)["status"] == "RUNNING"
    assert read(send)["state"] == "PENDING_CREATE"
    assert "ipAddresses" not in read(send)
    world.advance(HOUR)
    done = operation(send, started)
    assert (done["status"], done["startTime"]) == ("DONE", begun)
    assert done["endTime"] > begun
    assert read(send)["state"] == "RUNNABLE"


def test_operations_of_an_instance_the_newest_first(send: Send, world: Google) -> None:
    make(send)
    make(send, "other")
    world.advance(1)
    patch(send, {"settings": {"activationPolicy": "NEVER"}})
    found = send("GET", f"{ROOT}/operations?instance=db").json()["items"]
    assert [one["operationType"] for one in found] == ["UPDATE", "CREATE"]
    assert len(send("GET", f"{ROOT}/operations").json()["items"]) == 3
    assert len(send("GET", f"{ROOT}/operations?maxResults=1").json()["items"]) == 1


BUSY_CALLS = [
    ("PATCH", DB, {"settings": {"activationPolicy": "NEVER"}}),
    ("PUT", DB, {"settings": {"tier": SMALL, "settingsVersion": "123"}}),
    ("DELETE", DB, None),
    ("POST", f"{DB}/restart", None),
    ("POST", f"{DB}/failover", {}),
    ("POST", f"{DB}/clone", {"cloneContext": {"destinationInstanceName": "two"}}),
    ("POST", f"{DB}/promoteReplica", None),
    ("POST", f"{DB}/restoreBackup", {}),
    ("POST", f"{DB}/import", {}),
    ("POST", f"{DB}/resetSslConfig", None),
    ("POST", f"{DB}/users", {"name": "u"}),
    ("PUT", f"{DB}/users?name=postgres", {"password": "x"}),
    ("DELETE", f"{DB}/users?name=postgres", None),
    ("POST", f"{DB}/databases", {"name": "d"}),
    ("PATCH", f"{DB}/databases/postgres", {"charset": "UTF8"}),
    ("DELETE", f"{DB}/databases/postgres", None),
    ("POST", f"{DB}/backupRuns", {}),
    ("POST", f"{DB}/sslCerts", {"commonName": "c"}),
    ("POST", ALL, {**wish("replica"), "masterInstanceName": "db"}),
]


@pytest.mark.parametrize(("method", "url", "body"), BUSY_CALLS)
def test_one_operation_at_a_time(
    send: Send, world: Google, method: str, url: str, body: dict | None
) -> None:
    make(send, backupConfiguration=BACKED)
    world.latency = Latency(1)
    patch(send, {"settings": {"userLabels": {"a": "b"}}})
    refuse(send, Mistake(method, url, body, 409, "operationInProgress", BUSY))


def test_a_replica_locks_its_primary_until_it_is_there(send: Send, world: Google) -> None:
    make(send, backupConfiguration=BACKED)
    world.latency = Latency(1)
    send("POST", ALL, {**wish("replica"), "masterInstanceName": "db"})
    label = {"settings": {"userLabels": {"a": "b"}}}
    refuse(send, Mistake("PATCH", DB, label, 409, "operationInProgress", BUSY))
    world.advance(HOUR)
    assert patch(send, label).status == 200


def test_reading_goes_on_while_an_operation_runs(send: Send, world: Google) -> None:
    make(send)
    world.latency = Latency(1)
    patch(send, {"settings": {"userLabels": {"a": "b"}}})
    assert read(send)["settings"]["userLabels"] == {"a": "b"}
    assert names(send, f"{DB}/databases") == ["postgres"]


def test_only_imports_can_be_cancelled(send: Send) -> None:
    started = send("POST", ALL, wish()).json()
    url = f"{ROOT}/operations/{started['name']}/cancel"
    refuse(send, Mistake("POST", url, None, 400, "invalid", "Only import and export"))


def test_old_operations_are_forgotten(send: Send, world: Google) -> None:
    started = send("POST", ALL, wish()).json()
    world.advance(15 * DAY)
    url = f"{ROOT}/operations/{started['name']}"
    refuse(send, Mistake("GET", url, None, 404, "operationDoesNotExist", "operation does not"))
