"""Target pools, target instances and the legacy health checks that pools know."""

from typing import Any

import pytest

from tests.emulator.conftest import Send

PROJECT = "projects/demo-proj"
ROOT = f"https://compute.googleapis.com/compute/v1/{PROJECT}"
LINK = f"https://www.googleapis.com/compute/v1/{PROJECT}"
REGION, ZONE = "regions/us-central1", "zones/us-central1-a"
POOL = f"{ROOT}/{REGION}/targetPools/pool"
MACHINE = f"{PROJECT}/{ZONE}/instances/machine"


def make(send: Send, collection: str, name: str, **fields: Any) -> dict[str, Any]:
    """Make a resource; what is then told of it."""
    answer = send("POST", f"{ROOT}/{collection}", {"name": name, **fields})
    assert answer.status == 200, answer.json()
    told: dict[str, Any] = send("GET", f"{ROOT}/{collection}/{name}").json()
    return told


@pytest.fixture
def pool(send: Send) -> dict[str, Any]:
    make(send, "global/httpHealthChecks", "check")
    checks = [f"{PROJECT}/global/httpHealthChecks/check"]
    return make(send, f"{REGION}/targetPools", "pool", healthChecks=checks)


@pytest.mark.parametrize(("kind", "port"), [("httpHealthChecks", 80), ("httpsHealthChecks", 443)])
def test_a_legacy_check_has_defaults(send: Send, kind: str, port: int) -> None:
    check = make(send, f"global/{kind}", "check", host="example.com")
    assert (check["port"], check["requestPath"], check["host"]) == (port, "/", "example.com")
    assert (check["checkIntervalSec"], check["timeoutSec"]) == (5, 5)
    slower = send("PATCH", f"{ROOT}/global/{kind}/check", {"checkIntervalSec": 30})
    assert slower.status == 200
    assert send("GET", f"{ROOT}/global/{kind}/check").json()["checkIntervalSec"] == 30


@pytest.mark.parametrize(
    "fields", [{"port": 70000}, {"timeoutSec": 6}, {"requestPath": "x"}, {"checkIntervalSec": 301}]
)
def test_legacy_checks_that_cannot_be_are_refused(send: Send, fields: dict[str, Any]) -> None:
    sent = {"name": "check", **fields}
    assert send("POST", f"{ROOT}/global/httpHealthChecks", sent).status == 400


def test_instances_come_and_go(send: Send, pool: dict[str, Any]) -> None:
    assert pool["sessionAffinity"] == "NONE"
    sent = {"instances": [{"instance": MACHINE}]}
    added = send("POST", f"{POOL}/addInstance", sent).json()
    assert added["operationType"] == "addInstance"
    assert send("GET", POOL).json()["instances"] == [f"{LINK}/{ZONE}/instances/machine"]
    health = send("POST", f"{POOL}/getHealth", {"instance": MACHINE}).json()
    assert health["healthStatus"][0]["healthState"] == "HEALTHY"
    assert send("POST", f"{POOL}/removeInstance", sent).status == 200
    assert "instances" not in send("GET", POOL).json()
    assert send("POST", f"{POOL}/removeInstance", sent).status == 400
    assert send("POST", f"{POOL}/getHealth", {"instance": MACHINE}).status == 400
    assert send("POST", f"{POOL}/addInstance", {}).status == 400


def test_a_check_of_a_pool_stays_while_it_is_used(send: Send, pool: dict[str, Any]) -> None:
    assert pool["healthChecks"] == [f"{LINK}/global/httpHealthChecks/check"]
    check = f"{ROOT}/global/httpHealthChecks/check"
    assert send("DELETE", check).status == 400
    link = {"healthChecks": [{"healthCheck": f"{PROJECT}/global/httpHealthChecks/check"}]}
    assert send("POST", f"{POOL}/removeHealthCheck", link).status == 200
    assert send("DELETE", check).status == 200


@pytest.mark.usefixtures("pool")
def test_another_pool_takes_over(send: Send) -> None:
    make(send, f"{REGION}/targetPools", "spare")
    target = {"target": f"{PROJECT}/{REGION}/targetPools/spare"}
    assert send("POST", f"{POOL}/setBackup?failoverRatio=0.5", target).status == 200
    told = send("GET", POOL).json()
    assert (told["backupPool"], told["failoverRatio"]) == (
        f"{LINK}/{REGION}/targetPools/spare",
        0.5,
    )
    assert send("DELETE", f"{ROOT}/{REGION}/targetPools/spare").status == 400
    assert send("POST", f"{POOL}/setBackup", {}).status == 200
    assert "backupPool" not in send("GET", POOL).json()


@pytest.mark.usefixtures("pool")
def test_a_forwarding_rule_leads_to_a_pool(send: Send) -> None:
    target = f"{PROJECT}/{REGION}/targetPools/pool"
    rule = make(send, f"{REGION}/forwardingRules", "rule", target=target, portRange="80")
    assert rule["target"] == f"{LINK}/{REGION}/targetPools/pool"
    assert send("DELETE", POOL).status == 400


@pytest.mark.parametrize(
    "fields", [{"sessionAffinity": "GENERATED_COOKIE"}, {"failoverRatio": 0.5}]
)
def test_pools_that_cannot_be_are_refused(send: Send, fields: dict[str, Any]) -> None:
    sent = {"name": "pool", **fields}
    assert send("POST", f"{ROOT}/{REGION}/targetPools", sent).status == 400


def test_a_target_instance_is_of_a_machine(send: Send) -> None:
    wanted = f"{ROOT}/{ZONE}/targetInstances"
    assert send("POST", wanted, {"name": "one", "instance": MACHINE}).status == 404
    make(
        send,
        f"{ZONE}/instances",
        "machine",
        machineType=f"{ZONE}/machineTypes/e2-small",
        disks=[{"boot": True}],
        networkInterfaces=[{"network": "global/networks/default"}],
    )
    one = make(send, f"{ZONE}/targetInstances", "one", instance=MACHINE)
    assert (one["natPolicy"], one["instance"]) == ("NO_NAT", f"{LINK}/{ZONE}/instances/machine")
    assert send("DELETE", f"{ROOT}/{ZONE}/instances/machine").status == 400
