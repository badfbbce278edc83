"""What takes effect later than it is told: grants, APIs, firewall rules, private connections."""

import pathlib

import pytest
import requests

from gcpstack.emulator import Emulator, ManualClock
from gcpstack.emulator.core import control, iam
from gcpstack.emulator.core.google import Google
from tests.emulator.conftest import Send, sender

PROJECT = "projects/demo-proj"
NETWORK = f"{PROJECT}/global/networks/vpc"
NETWORKS = f"https://compute.googleapis.com/compute/v1/{PROJECT}/global/networks"
FIREWALLS = NETWORKS.replace("networks", "firewalls")
CONNECTOR = f"https://vpcaccess.googleapis.com/v1/{PROJECT}/locations/us-central1/connectors"
SECRETS = f"https://secretmanager.googleapis.com/v1/{PROJECT}/secrets"
RUN = "https://run.googleapis.com/v2"
SERVICES = f"{RUN}/{PROJECT}/locations/us-central1/services"
ACCOUNT = "account-1@demo-proj.iam.gserviceaccount.com"
READER = {"role": "roles/secretmanager.secretAccessor", "members": [f"serviceAccount:{ACCOUNT}"]}
HOUR = 3600.0


@pytest.fixture
def world() -> Google:
    return Google(clock=ManualClock(), latency="typical")


@pytest.fixture
def secret(world: Google, send: Send) -> str:
    """A secret that nobody may read, and an account that would like to."""
    accounts = f"https://iam.googleapis.com/v1/{PROJECT}/serviceAccounts"
    assert send("POST", accounts, {"accountId": "account-1"}).status == 200
    send("POST", f"{SECRETS}?secretId=s", {"replication": {"automatic": {}}})
    send("POST", f"{SECRETS}/s:addVersion", {"payload": {"data": "aGk="}})
    world.advance(HOUR)
    return f"{SECRETS}/s"


def grant(send: Send, secret: str, *bindings: dict) -> None:
    assert (
        send("POST", f"{secret}:setIamPolicy", {"policy": {"bindings": list(bindings)}}).status
        == 200
    )


def deploys(world: Google, send: Send, name: str) -> bool:
    """Whether a service that reads the secret can be deployed now; takes no time of the clock's own."""
    world.latency.factor, factor = 0.0, world.latency.factor
    env = [{"name": "S", "valueSource": {"secretKeyRef": {"secret": "s", "version": "latest"}}}]
    template = {
        "serviceAccount": ACCOUNT,
        "containers": [{"image": "us-docker.pkg.dev/cloudrun/container/hello", "env": env}],
    }
    operation = send("POST", f"{SERVICES}?serviceId={name}", {"template": template}).json()
    done = send("GET", f"{RUN}/{operation['name']}").json()
    world.latency.factor = factor
    return "error" not in done


def test_a_grant_takes_effect_after_a_while(world: Google, send: Send, secret: str) -> None:
    grant(send, secret, READER)
    assert send("GET", f"{secret}:getIamPolicy").json()["bindings"] == [READER]
    assert not deploys(world, send, "early")
    world.advance(119)
    assert not deploys(world, send, "still-early")
    world.advance(1)
    assert deploys(world, send, "late")


def test_a_withdrawn_grant_works_for_a_while(world: Google, send: Send, secret: str) -> None:
    grant(send, secret, READER)
    world.advance(HOUR)
    grant(send, secret)
    assert deploys(world, send, "early")
    world.advance(120)
    assert not deploys(world, send, "late")


def test_each_change_of_a_policy_has_its_own_time(world: Google, send: Send, secret: str) -> None:
    """A second change does not hold up the first."""
    viewer = {"role": "roles/viewer", "members": ["user:a@example.com"]}
    grant(send, secret, READER)
    world.advance(60)
    grant(send, secret, READER, viewer)
    world.advance(30)
    grant(send, secret)
    assert not deploys(world, send, "a")
    world.advance(30)
    assert deploys(world, send, "b")
    world.advance(60)
    assert deploys(world, send, "c")
    world.advance(30)
    assert not deploys(world, send, "d")


def test_without_latency_a_grant_works_at_once(world: Google, send: Send, secret: str) -> None:
    world.latency.factor = 0.0
    grant(send, secret, READER)
    assert deploys(world, send, "a")


def test_a_grant_on_its_way_survives_the_process(tmp_path: pathlib.Path) -> None:
    file, clock = str(tmp_path / "s.db"), ManualClock()
    world = Google(clock=clock, latency="typical", state_file=file)
    send = sender(world)
    send("POST", f"{SECRETS}?secretId=s", {"replication": {"automatic": {}}})
    send("POST", f"{SECRETS}/s:addVersion", {"payload": {"data": "aGk="}})
    grant(send, f"{SECRETS}/s", {**READER, "members": ["user:a@example.com"]})
    world.close()
    world = Google(clock=ManualClock(), latency="typical", state_file=file)
    key = f"secretmanager/{PROJECT}/secrets/s"
    assert "bindings" not in iam.effective(world, key)
    world.advance(120)
    assert "bindings" in iam.effective(world, key)
    sender(world)("DELETE", f"{SECRETS}/s")
    assert iam.effective(world, key) == {}
    world.close()


def made_connector(world: Google, send: Send) -> None:
    send("POST", NETWORKS, {"name": "vpc", "autoCreateSubnetworks": False})
    world.advance(HOUR)
    body = {"network": "vpc", "ipCidrRange": "10.8.0.0/28", "maxInstances": 3}
    assert send("POST", f"{CONNECTOR}?connectorId=my-conn", body).status == 200
    world.advance(HOUR)


def rules(send: Send) -> list[str]:
    found = [item["name"] for item in send("GET", FIREWALLS).json().get("items", ())]
    return [name for name in found if name.startswith("aet-")]


def test_the_firewall_rules_of_a_connector_outlast_it(world: Google, send: Send) -> None:
    made_connector(world, send)
    ours = ["aet-uscentral1-my--conn-earfw", "aet-uscentral1-my--conn-egrfw"]
    assert rules(send) == ours
    send("DELETE", f"{CONNECTOR}/my-conn")
    while send("GET", f"{CONNECTOR}/my-conn").status == 200:
        world.advance(1)
    assert rules(send) == ours
    error = send("DELETE", f"{NETWORKS}/vpc").json()["error"]["errors"][0]
    assert error["reason"] == "resourceInUseByAnotherResource"
    assert "aet-uscentral1-my--conn" in error["message"]
    world.advance(60)
    assert rules(send) == []
    assert send("DELETE", f"{NETWORKS}/vpc").status == 200


def test_without_latency_they_go_with_it(world: Google, send: Send) -> None:
    world.latency.factor = 0.0
    made_connector(world, send)
    assert len(rules(send)) == 2
    assert not [name for name in control.resources(world) if "aet-" in name]
    send("DELETE", f"{CONNECTOR}/my-conn")
    assert rules(send) == []
    assert send("DELETE", f"{NETWORKS}/vpc").status == 200


def test_a_producer_lets_go_of_a_network_late(world: Google, send: Send) -> None:
    peering = "https://servicenetworking.googleapis.com/v1/services/servicenetworking.googleapis.com/connections"
    instances = f"https://sqladmin.googleapis.com/v1/{PROJECT}/instances"
    address = NETWORKS.replace("networks", "addresses")
    send("POST", NETWORKS, {"name": "vpc", "autoCreateSubnetworks": False})
    world.advance(HOUR)
    block = {
        "purpose": "VPC_PEERING",
        "addressType": "INTERNAL",
        "prefixLength": 16,
        "network": NETWORK,
    }
    send("POST", address, {"name": "block", **block})
    world.advance(HOUR)
    network = NETWORK.replace("demo-proj", world.number_of("demo-proj"))
    assert (
        send("POST", peering, {"network": network, "reservedPeeringRanges": ["block"]}).status
        == 200
    )
    world.advance(HOUR)
    private = {"privateNetwork": NETWORK, "ipv4Enabled": False}
    settings = {"tier": "db-custom-2-4096", "ipConfiguration": private}
    wish = {
        "name": "db",
        "databaseVersion": "POSTGRES_15",
        "region": "us-central1",
        "settings": settings,
    }
    assert send("POST", instances, wish).status == 200
    world.advance(HOUR)
    send("DELETE", f"{instances}/db")
    while send("GET", f"{instances}/db").status == 200:
        world.advance(1)

    def leave() -> dict:
        name = peering.replace("/connections", "/connections/servicenetworking-googleapis-com")
        begun = send("POST", name, {"consumerNetwork": network}).json()
        world.advance(300)
        done: dict = send(
            "GET", f"https://servicenetworking.googleapis.com/v1/{begun['name']}"
        ).json()
        return done

    assert "Producer services" in leave()["error"]["message"]
    world.advance(900)
    assert "error" not in leave()


def test_apis_that_must_be_enabled_over_the_control_api() -> None:
    with Emulator(clock=ManualClock(), latency="typical", grpc_port=None) as emulator:

        def put(body: object) -> int:
            return requests.put(
                f"{emulator.endpoint}/_emulator/apis", json=body, timeout=10
            ).status_code

        def answer() -> int:
            place = f"{emulator.endpoint}/redis.googleapis.com/v1/{PROJECT}/locations/us-central1"
            return requests.get(f"{place}/instances", timeout=10).status_code

        assert answer() == 200
        assert put({"strict": True}) == 200
        assert answer() == 403
        usage = f"{emulator.endpoint}/serviceusage.googleapis.com/v1/{PROJECT}/services"
        requests.post(f"{usage}/redis.googleapis.com:enable", json={}, timeout=10)
        moved = {"advance": 27}
        requests.post(f"{emulator.endpoint}/_emulator/clock", json=moved, timeout=10)
        assert answer() == 403
        requests.post(f"{emulator.endpoint}/_emulator/clock", json=moved, timeout=10)
        requests.post(f"{emulator.endpoint}/_emulator/clock", json=moved, timeout=10)
        assert answer() == 200
        assert [put(body) for body in (None, {}, {"strict": 1}, [])] == [400] * 4
        assert put({"strict": False}) == 200
