"""Cloud SQL: instances with networks, replicas and clones."""

import pytest

from gcpstack.emulator.core.google import Google
from tests.emulator.conftest import Send
from tests.emulator.services.mistakes import Mistake, refuse
from tests.emulator.services.sql import (
    ALL,
    COMPUTE,
    CONNECTIONS,
    DB,
    GONE,
    SMALL,
    VPC,
    make,
    names,
    network,
    read,
    wish,
)  # fmt: skip

BACKED = {"enabled": True}


# -- private networks --------------------------------------------------------------------------

PRIVATE = {"ipv4Enabled": False, "privateNetwork": VPC}


def test_a_private_address_is_out_of_the_reserved_range(send: Send) -> None:
    network(send, peered=True)
    got = make(send, ipConfiguration=PRIVATE)
    (address,) = got["ipAddresses"]
    assert address["type"] == "PRIVATE"
    assert address["ipAddress"].startswith("10.99.0.")
    assert got["settings"]["ipConfiguration"]["privateNetwork"] == VPC


@pytest.mark.parametrize(
    ("there", "strict", "suffix"),
    [
        (False, False, "NETWORK_NOT_FOUND"),
        (True, False, "NETWORK_NOT_PEERED"),
        (True, True, "SERVICE_NETWORKING_NOT_ENABLED"),
    ],
)
def test_a_failed_insert_costs_the_name(
    send: Send, world: Google, there: bool, strict: bool, suffix: str
) -> None:
    if there:
        network(send, peered=False)
    world.state.set_record("enabled", "demo-proj/sqladmin.googleapis.com", True)
    world.strict_apis = strict
    body = wish(ipConfiguration=PRIVATE)
    words = f"Incorrect Service Networking config for instance: demo-proj:db:{suffix}."
    refuse(send, Mistake("POST", ALL, body, 400, "invalid", words))
    refuse(send, Mistake("GET", DB, None, 404, "instanceDoesNotExist", GONE))
    refuse(send, Mistake("POST", ALL, wish(), 409, "instanceAlreadyExists", "one week"))


def test_a_connection_stays_while_an_instance_uses_it(send: Send, world: Google) -> None:
    network(send, peered=True)
    make(send, ipConfiguration=PRIVATE)
    url = f"{CONNECTIONS}/servicenetworking-googleapis-com"
    body = {"consumerNetwork": f"projects/{world.number_of('demo-proj')}/global/networks/vpc"}
    started = send("POST", url, body).json()
    done = send("GET", f"https://servicenetworking.googleapis.com/v1/{started['name']}").json()
    assert "still using this connection" in done["error"]["message"]
    assert send("DELETE", f"{COMPUTE}/networks/vpc").status == 400


def test_a_private_network_stays(send: Send) -> None:
    network(send, peered=True)
    make(send, ipConfiguration=PRIVATE)
    away = {"settings": {"ipConfiguration": {"ipv4Enabled": True, "privateNetwork": None}}}
    words = "Private network cannot be removed"
    refuse(send, Mistake("PATCH", DB, away, 400, "invalid", words))


# -- replicas and clones -----------------------------------------------------------------------


@pytest.fixture
def replica(send: Send) -> dict:
    make(send, backupConfiguration=BACKED)
    body = {"name": "replica", "region": "us-east1", "masterInstanceName": "db"}
    started = send("POST", ALL, body).json()
    assert started["operationType"] == "CREATE_REPLICA"
    return read(send, "replica")


def test_a_replica(send: Send, replica: dict) -> None:
    assert replica["instanceType"] == "READ_REPLICA_INSTANCE"
    assert replica["masterInstanceName"] == "demo-proj:db"
    assert replica["databaseVersion"] == "POSTGRES_15"
    assert replica["settings"]["tier"] == SMALL
    assert replica["settings"]["backupConfiguration"]["enabled"] is False
    assert read(send)["replicaNames"] == ["replica"]


def test_a_primary_outlives_its_replicas(send: Send, replica: dict) -> None:
    words = "has replicas that must be deleted first: replica"
    refuse(send, Mistake("DELETE", DB, None, 400, "invalid", words))
    send("DELETE", f"{ALL}/{replica['name']}")
    assert "replicaNames" not in read(send)
    assert send("DELETE", DB).status == 200


def test_a_promoted_replica_stands_alone(send: Send, replica: dict) -> None:
    started = send("POST", f"{ALL}/{replica['name']}/promoteReplica").json()
    assert started["operationType"] == "PROMOTE_REPLICA"
    got = read(send, "replica")
    assert got["instanceType"] == "CLOUD_SQL_INSTANCE"
    assert "masterInstanceName" not in got
    assert "replicaNames" not in read(send)
    assert names(send, f"{ALL}/replica/databases") == ["postgres"]


REPLICA_MISTAKES = [
    ({"masterInstanceName": "none"}, 404, "instanceDoesNotExist", GONE),
    ({"masterInstanceName": "plain"}, 400, "invalid", "Backups must be enabled on the primary"),
    (
        {"masterInstanceName": "db", "databaseVersion": "MYSQL_8_0"},
        400,
        "invalid",
        "must have the database version of its primary",
    ),
    (
        {"masterInstanceName": "db", "settings": {"backupConfiguration": BACKED}},
        400,
        "invalid",
        "Backups cannot be enabled on a read replica",
    ),
]


@pytest.mark.parametrize(("body", "code", "reason", "words"), REPLICA_MISTAKES)
def test_replicas_that_are_refused(
    send: Send, body: dict, code: int, reason: str, words: str
) -> None:
    make(send, "plain")
    make(send, backupConfiguration=BACKED)
    refuse(send, Mistake("POST", ALL, {"name": "replica", **body}, code, reason, words))


def test_a_clone_has_the_databases(send: Send) -> None:
    make(send, userLabels={"a": "b"})
    send("POST", f"{DB}/databases", {"name": "app"})
    body = {"cloneContext": {"destinationInstanceName": "two"}}
    assert send("POST", f"{DB}/clone", body).json()["operationType"] == "CLONE"
    assert names(send, f"{ALL}/two/databases") == ["app", "postgres"]
    assert read(send, "two")["settings"]["userLabels"] == {"a": "b"}
    assert read(send, "two")["connectionName"] == "demo-proj:us-central1:two"
    refuse(send, Mistake("POST", f"{DB}/clone", body, 409, "instanceAlreadyExists", "exists"))
