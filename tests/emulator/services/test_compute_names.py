"""How Compute's resources are named, listed and shared, shown on backend services."""

from gcpstack.emulator.core.google import Google
from tests.emulator.conftest import Send
from tests.emulator.services.balancing import (
    GLOBAL,
    LINK,
    REGION,
    ROOT,
    call,
    make,
    read,
    refusal,
    service,
)

SERVICES = f"{GLOBAL}/backendServices"


def test_a_number_names_a_resource_too(send: Send) -> None:
    service(send)
    number = read(send, f"{SERVICES}/svc")["id"]
    assert read(send, f"{SERVICES}/{number}")["name"] == "svc"
    made = make(
        send,
        f"{GLOBAL}/urlMaps",
        {"name": "m", "defaultService": f"global/backendServices/{number}"},
    )
    assert made["defaultService"] == f"{LINK}/global/backendServices/svc"


def test_a_placeholder_of_a_recording_stands_for_the_newest(send: Send, world: Google) -> None:
    url = f"{SERVICES}/$%7BbackendServiceID%7D"
    assert send("GET", url).status == 404
    service(send, "one")
    world.advance(1)
    service(send, "two")
    assert read(send, url)["name"] == "two"


def test_an_empty_enum_is_none(send: Send) -> None:
    made = make(send, SERVICES, {"name": "b", "loadBalancingScheme": "", "protocol": "HTTP"})
    assert made["loadBalancingScheme"] == "EXTERNAL"


def test_lists_take_what_clients_send(send: Send) -> None:
    service(send)
    query = "includeAllScopes=True&maxResults=500&returnPartialSuccess=True"
    items = call(send, "GET", f"{ROOT}/aggregated/backendServices?{query}")["items"]
    assert len(items["global"]["backendServices"]) == 1
    assert send("GET", f"{SERVICES}?returnEverything=True").status == 400


def test_usable_and_aggregated_lists(send: Send) -> None:
    service(send)
    make(
        send, f"{REGION}/backendServices", {"name": "r", "loadBalancingScheme": "INTERNAL_MANAGED"}
    )
    usable = call(send, "GET", f"{SERVICES}/listUsable")
    assert [item["name"] for item in usable["items"]] == ["svc"]
    items = call(send, "GET", f"{ROOT}/aggregated/backendServices")["items"]
    assert [item["name"] for item in items["global"]["backendServices"]] == ["svc"]
    assert [item["name"] for item in items["regions/us-central1"]["backendServices"]] == ["r"]


def test_an_aggregated_list_may_tell_every_scope(send: Send) -> None:
    url = f"{ROOT}/aggregated/subnetworks"
    usual = call(send, "GET", url)["items"]
    assert "zones/us-central1-a" not in usual
    every = call(send, "GET", f"{url}?includeAllScopes=true")["items"]
    assert every["zones/us-central1-a"]["warning"]["code"] == "NO_RESULTS_ON_PAGE"
    assert usual.keys() < every.keys()


def test_a_pattern_keeps_its_backslashes(send: Send) -> None:
    service(send)
    pattern = "name+eq+%22.*%5Cbsvc%5Cb.*%22"
    found = call(send, "GET", f"{SERVICES}?filter={pattern}")
    assert [item["name"] for item in found["items"]] == ["svc"]


def test_an_empty_list_is_not_told(send: Send) -> None:
    service(send)
    call(send, "PATCH", f"{SERVICES}/svc", {"customRequestHeaders": [], "description": "x"})
    told = read(send, f"{SERVICES}/svc")
    assert told["description"] == "x"
    assert "customRequestHeaders" not in told


def test_policies_of_access(send: Send) -> None:
    service(send)
    url = f"{SERVICES}/svc"
    assert call(send, "GET", f"{url}/getIamPolicy") == {"etag": "ACAB"}
    binding = {"role": "roles/compute.viewer", "members": ["user:a@example.com"]}
    written = call(
        send, "POST", f"{url}/setIamPolicy", {"policy": {"bindings": [binding], "etag": "ACAB"}}
    )
    assert written["bindings"] == [binding]
    stale = {"policy": {"bindings": [], "etag": "ACAB"}}
    assert refusal(send, "POST", f"{url}/setIamPolicy", stale)[:2] == (409, "aborted")


def test_one_placeholder_may_stand_for_several(send: Send, world: Google) -> None:
    url = f"{SERVICES}/$%7BbackendServiceID%7D"
    for description in ("first", "second"):
        body = {"name": "${backendServiceID}", "description": description}
        assert send("POST", SERVICES, body).status == 200
        world.advance(1)
        assert read(send, url)["description"] == description
    call(send, "DELETE", url)
    assert read(send, url)["description"] == "first"
    call(send, "DELETE", url)
    assert send("GET", url).status == 404
