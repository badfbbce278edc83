"""Short ways to Cloud SQL for its tests."""

from typing import Any

from tests.emulator.conftest import Send

HOST = "https://sqladmin.googleapis.com/sql/v1beta4"
ROOT = f"{HOST}/projects/demo-proj"
ALL, DB = f"{ROOT}/instances", f"{ROOT}/instances/db"
COMPUTE = "https://compute.googleapis.com/compute/v1/projects/demo-proj/global"
CONNECTIONS = (
    "https://servicenetworking.googleapis.com/v1/services/servicenetworking.googleapis.com"
    "/connections"
)
VPC = "projects/demo-proj/global/networks/vpc"
SMALL = "db-custom-1-3840"
BUSY = "another operation was already in progress"
GONE = "instance does not exist"


def wish(name: str = "db", version: str = "POSTGRES_15", **settings: Any) -> dict:
    """The body of an insert."""
    return {
        "name": name,
        "databaseVersion": version,
        "region": "us-central1",
        "settings": {"tier": SMALL, **settings},
    }


def make(send: Send, name: str = "db", version: str = "POSTGRES_15", **settings: Any) -> dict:
    """An instance, as it is read after its insert."""
    answer = send("POST", ALL, wish(name, version, **settings))
    assert answer.status == 200, answer.json()
    return read(send, name)


def read(send: Send, name: str = "db") -> dict:
    return send("GET", f"{ALL}/{name}").json()


def patch(send: Send, body: dict, name: str = "db") -> Any:
    return send("PATCH", f"{ALL}/{name}", body)


def operation(send: Send, started: dict) -> dict:
    return send("GET", f"{ROOT}/operations/{started['name']}").json()


def names(send: Send, collection: str) -> list[str]:
    """What a collection lists."""
    return [one["name"] for one in send("GET", collection).json().get("items", [])]


def network(send: Send, *, peered: bool) -> None:
    """A network, with or without private services access."""
    send("POST", f"{COMPUTE}/networks", {"name": "vpc", "autoCreateSubnetworks": False})
    if peered:
        body = {
            "name": "range-1",
            "purpose": "VPC_PEERING",
            "addressType": "INTERNAL",
            "address": "10.99.0.0",
            "prefixLength": 16,
            "network": VPC,
        }
        assert send("POST", f"{COMPUTE}/addresses", body).status == 200
        body = {"network": VPC, "reservedPeeringRanges": ["range-1"]}
        assert send("POST", CONNECTIONS, body).status == 200
