"""Groups behind a balancer: network endpoint groups, instance groups with their instances."""

from typing import Any

import pytest

from gcpstack.emulator.core.google import Google
from gcpstack.emulator.core.latency import Latency
from tests.emulator.conftest import Send
from tests.emulator.services.balancing import (
    GLOBAL,
    LINK,
    REGION,
    ROOT,
    ZONE,
    call,
    make,
    neg,
    read,
    refusal,
    service,
)

SERVERLESS = {"networkEndpointType": "SERVERLESS", "cloudRun": {"service": "s"}}


def test_a_serverless_group(send: Send) -> None:
    """The service that it names need not be there."""
    operation = call(send, "POST", f"{REGION}/networkEndpointGroups", {"name": "n", **SERVERLESS})
    assert operation["operationType"] == "compute.regionNetworkEndpointGroups.insert"
    assert operation["region"] == f"{LINK}/regions/us-central1"
    told = read(send, f"{REGION}/networkEndpointGroups/n")
    assert (told["size"], told["cloudRun"]) == (0, {"service": "s"})
    assert not {"network", "defaultPort"} & told.keys()


@pytest.mark.parametrize(
    "fields",
    [
        {"networkEndpointType": "INTERNET_FQDN_PORT"},
        {
            "networkEndpointType": "PRIVATE_SERVICE_CONNECT",
            "pscTargetService": "us-central1-cloudkms.googleapis.com",
        },
    ],
)
def test_regional_groups_for_what_is_outside_are_in_a_network(
    send: Send, fields: dict[str, Any]
) -> None:
    body = {"name": "n", "network": "global/networks/default", **fields}
    told = make(send, f"{REGION}/networkEndpointGroups", body)
    assert told["network"] == f"{LINK}/global/networks/default"


def test_a_used_group_stays(send: Send) -> None:
    service(send, backends=[{"group": neg(send)}])
    assert refusal(send, "DELETE", f"{REGION}/networkEndpointGroups/neg") == (
        400,
        "resourceInUseByAnotherResource",
        (
            "The network_endpoint_group resource 'projects/demo-proj/regions/us-central1/"
            "networkEndpointGroups/neg' is already being used by "
            "'projects/demo-proj/global/backendServices/svc'"
        ),
    )


MISTAKES: list[tuple[str, dict[str, Any], str]] = [
    (REGION, {}, "Required field 'networkEndpointType'"),
    (REGION, {"networkEndpointType": "SERVERLESS"}, "Exactly one of cloudRun"),
    (REGION, {**SERVERLESS, "appEngine": {}}, "Exactly one of cloudRun"),
    (REGION, {**SERVERLESS, "cloudRun": {"service": "s", "urlMask": "m"}}, "service or urlMask"),
    (REGION, {**SERVERLESS, "cloudRun": {}}, "service or urlMask"),
    (REGION, {"networkEndpointType": "SERVERLESS", "cloudFunction": {}}, "function or urlMask"),
    (REGION, {**SERVERLESS, "network": "global/networks/default"}, "resource.network"),
    (REGION, {**SERVERLESS, "subnetwork": "regions/us-central1/subnetworks/default"}, "resource.subnetwork"),
    (REGION, {**SERVERLESS, "defaultPort": 80}, "resource.defaultPort"),
    (REGION, {"networkEndpointType": "GCE_VM_IP_PORT"}, "not supported"),
    (REGION, {"networkEndpointType": "PRIVATE_SERVICE_CONNECT"}, "Required field 'pscTargetService'"),
    (REGION, {"networkEndpointType": "SERVERFUL"}, "resource.networkEndpointType"),
    (GLOBAL, SERVERLESS, "not supported"),
    (GLOBAL, {"networkEndpointType": "INTERNET_FQDN_PORT", "cloudRun": {"service": "s"}}, "type SERVERLESS"),
    (ZONE, {"networkEndpointType": "INTERNET_IP_PORT"}, "not supported"),
    (ZONE, {"networkEndpointType": "GCE_VM_IP_PORT", "network": "global/networks/no"}, "was not found"),
    (f"{ROOT}/regions/mars-1", SERVERLESS, "Unknown region"),
    (REGION, {**SERVERLESS, "name": "UP"}, "resource.name"),
    (REGION, {**SERVERLESS, "cloudRan": {}}, 'Unknown name "cloudRan"'),
]  # fmt: skip


@pytest.mark.parametrize(("scope", "fields", "words"), MISTAKES)
def test_mistakes(send: Send, scope: str, fields: dict[str, Any], words: str) -> None:
    status, _, message = refusal(
        send, "POST", f"{scope}/networkEndpointGroups", {"name": "n", **fields}
    )
    assert status in (400, 404)
    assert words in message


@pytest.mark.parametrize(
    ("scope", "kind", "one", "resource"),
    [
        (
            GLOBAL,
            "INTERNET_FQDN_PORT",
            {"fqdn": "a.example.com", "port": 443},
            "globalNetworkEndpointGroups",
        ),
        (
            GLOBAL,
            "INTERNET_IP_PORT",
            {"ipAddress": "1.2.3.4", "port": 443},
            "globalNetworkEndpointGroups",
        ),
        (
            ZONE,
            "NON_GCP_PRIVATE_IP_PORT",
            {"ipAddress": "10.0.0.1", "port": 80},
            "networkEndpointGroups",
        ),
        (ZONE, "GCE_VM_IP_PORT", {"instance": "i", "port": 80}, "networkEndpointGroups"),
    ],
)
def test_endpoints_are_attached_and_detached(
    send: Send, scope: str, kind: str, one: dict[str, Any], resource: str
) -> None:
    base = f"{scope}/networkEndpointGroups"
    make(send, base, {"name": "n", "networkEndpointType": kind})
    other = {**one, "port": 8080}
    body = {"networkEndpoints": [one, other]}
    operation = call(send, "POST", f"{base}/n/attachNetworkEndpoints", body)
    assert operation["operationType"] == f"compute.{resource}.attachNetworkEndpoints"
    call(send, "POST", f"{base}/n/attachNetworkEndpoints", {"networkEndpoints": [one]})
    assert read(send, f"{base}/n")["size"] == 2
    listed = call(send, "POST", f"{base}/n/listNetworkEndpoints", {} if scope == ZONE else None)
    assert [item["networkEndpoint"] for item in listed["items"]] == [one, other]
    call(send, "POST", f"{base}/n/detachNetworkEndpoints", {"networkEndpoints": [one]})
    assert read(send, f"{base}/n")["size"] == 1
    gone = refusal(send, "POST", f"{base}/n/detachNetworkEndpoints", {"networkEndpoints": [one]})
    assert "not attached" in gone[2]


def test_endpoints_take_the_default_port(send: Send) -> None:
    base = f"{ZONE}/networkEndpointGroups"
    told = make(
        send, base, {"name": "n", "networkEndpointType": "GCE_VM_IP_PORT", "defaultPort": 90}
    )
    assert told["network"] == f"{LINK}/global/networks/default"
    call(
        send, "POST", f"{base}/n/attachNetworkEndpoints", {"networkEndpoints": [{"instance": "i"}]}
    )
    shown = call(send, "POST", f"{base}/n/listNetworkEndpoints", {"healthStatus": "SHOW"})["items"]
    assert shown == [{"networkEndpoint": {"instance": "i", "port": 90}, "healths": []}]


def test_endpoints_that_cannot_be(send: Send) -> None:
    neg(send)
    url = f"{REGION}/networkEndpointGroups/neg/attachNetworkEndpoints"
    assert "SERVERLESS" in refusal(send, "POST", url, {"networkEndpoints": [{"fqdn": "a"}]})[2]
    base = f"{GLOBAL}/networkEndpointGroups"
    make(send, base, {"name": "n", "networkEndpointType": "INTERNET_FQDN_PORT"})
    attach = f"{base}/n/attachNetworkEndpoints"
    assert "Required field 'networkEndpoints'" in refusal(send, "POST", attach, {})[2]
    lost = refusal(send, "POST", attach, {"networkEndpoints": [{"port": 1}]})
    assert "networkEndpoints[0].fqdn" in lost[2]


def test_groups_of_every_scope_are_listed_together(send: Send) -> None:
    neg(send)
    make(send, f"{ZONE}/networkEndpointGroups", {"name": "z", "networkEndpointType": "GCE_VM_IP"})
    items = call(send, "GET", f"{ROOT}/aggregated/networkEndpointGroups")["items"]
    assert [item["name"] for item in items["regions/us-central1"]["networkEndpointGroups"]] == [
        "neg"
    ]
    assert [item["name"] for item in items["zones/us-central1-a"]["networkEndpointGroups"]] == ["z"]


def machine(send: Send, name: str = "vm", **fields: Any) -> str:
    body = {
        "name": name,
        "machineType": "zones/us-central1-a/machineTypes/e2-small",
        "disks": [{"boot": True}],
        "networkInterfaces": [{"network": "global/networks/default"}],
        **fields,
    }
    link: str = make(send, f"{ZONE}/instances", body)["selfLink"]
    return link


def members(send: Send, name: str = "g", state: str = "ALL") -> list[dict[str, Any]]:
    told = call(
        send, "POST", f"{ZONE}/instanceGroups/{name}/listInstances", {"instanceState": state}
    )
    found: list[dict[str, Any]] = told.get("items", [])
    return found


def test_instances_join_and_leave_a_group(send: Send) -> None:
    first, second = machine(send, "one"), machine(send, "two")
    base = f"{ZONE}/instanceGroups"
    ports = [{"name": "http", "port": 8080}]
    told = make(
        send, base, {"name": "g", "namedPorts": ports, "network": f"{LINK}/global/networks/default"}
    )
    assert (told["size"], told["network"]) == (0, f"{LINK}/global/networks/default")
    both = {"instances": [{"instance": first}, {"instance": second}]}
    call(send, "POST", f"{base}/g/addInstances", both)
    assert read(send, f"{base}/g")["size"] == 2
    assert members(send) == [
        {"instance": link, "status": "RUNNING", "namedPorts": ports} for link in (first, second)
    ]
    assert "already a member" in refusal(send, "POST", f"{base}/g/addInstances", both)[2]
    call(send, "POST", f"{base}/g/removeInstances", {"instances": [{"instance": first}]})
    call(send, "DELETE", f"{ZONE}/instances/two")
    assert (members(send), read(send, f"{base}/g")["size"]) == ([], 0)


def test_named_ports_are_guarded(send: Send) -> None:
    base = f"{ZONE}/instanceGroups"
    seen = make(send, base, {"name": "g"})["fingerprint"]
    body = {"namedPorts": [{"name": "http", "port": 80}], "fingerprint": seen}
    call(send, "POST", f"{base}/g/setNamedPorts", body)
    assert read(send, f"{base}/g")["namedPorts"] == body["namedPorts"]
    assert refusal(send, "POST", f"{base}/g/setNamedPorts", body)[:2] == (412, "conditionNotMet")
    wrong = {"namedPorts": [{"name": "http", "port": 0}]}
    assert "namedPorts[0].port" in refusal(send, "POST", f"{base}/g/setNamedPorts", wrong)[2]


def test_machine_mistakes(send: Send) -> None:
    base = f"{ZONE}/instances"
    assert refusal(send, "POST", base, {"name": "vm"})[1] == "required"
    machine(send, deletionProtection=True)
    assert refusal(send, "DELETE", f"{base}/vm")[0] == 400
    make(send, f"{ZONE}/instanceGroups", {"name": "g"})
    add = f"{ZONE}/instanceGroups/g/addInstances"
    lost = {"instances": [{"instance": f"{LINK}/zones/us-central1-a/instances/none"}]}
    assert refusal(send, "POST", add, lost)[0] == 404
    assert "Required field 'instances'" in refusal(send, "POST", add, {})[2]
    leave = f"{ZONE}/instanceGroups/g/removeInstances"
    vm = {"instances": [{"instance": f"{LINK}/zones/us-central1-a/instances/vm"}]}
    assert "not a member" in refusal(send, "POST", leave, vm)[2]


def test_public_images_by_family(send: Send) -> None:
    url = "https://compute.googleapis.com/compute/v1/projects/debian-cloud/global/images/family"
    told = call(send, "GET", f"{url}/debian-12")
    assert (told["family"], told["status"]) == ("debian-12", "READY")
    assert refusal(send, "GET", f"{url}/windows-95")[0] == 404
    assert refusal(send, "GET", f"{GLOBAL}/images/none")[0] == 404


def test_zonal_operations_are_waited_for(send: Send, world: Google) -> None:
    world.latency = Latency("typical")
    started = world.now()
    operation = call(send, "POST", f"{ZONE}/instanceGroups", {"name": "g"})
    assert (operation["status"], operation["zone"]) == ("RUNNING", f"{LINK}/zones/us-central1-a")
    done = call(send, "POST", f"{ZONE}/operations/{operation['name']}/wait")
    assert done["status"] == "DONE"
    assert world.now() > started
