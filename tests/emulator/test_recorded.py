"""What a recorded request's placeholders stand for."""

from tests.emulator.conftest import Send

ROOT = "https://compute.googleapis.com/compute/v1/projects/demo-proj"
REGION = f"{ROOT}/regions/us-central1"


def test_what_is_deleted_by_a_placeholder_is_what_nothing_uses(send: Send) -> None:
    used, free = "${addressID}", "${addressID}~2"
    for _ in range(2):
        assert send("POST", f"{REGION}/addresses", {"name": used}).status == 200
    router = {
        "name": "r",
        "network": "global/networks/default",
        "nats": [
            {
                "name": "n",
                "natIpAllocateOption": "MANUAL_ONLY",
                "sourceSubnetworkIpRangesToNat": "ALL_SUBNETWORKS_ALL_IP_RANGES",
                "natIps": [f"projects/demo-proj/regions/us-central1/addresses/{free}"],
            }
        ],
    }
    assert send("POST", f"{REGION}/routers", router).status == 200
    assert send("DELETE", f"{REGION}/addresses/{used}").status == 200
    left = send("GET", f"{REGION}/addresses").json()["items"]
    assert [(one["name"], one["status"]) for one in left] == [(free, "IN_USE")]
    assert send("DELETE", f"{REGION}/addresses/{used}").status == 400
