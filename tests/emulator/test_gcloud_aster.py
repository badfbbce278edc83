"""The operators' document for the load balancer, command by command, with the real gcloud.

Two of its commands need a word: ``add-path-matcher`` without a host takes every host, and the rule for
port 80 points at a proxy that the document never makes.
"""

import json
import pathlib

import pytest

from gcpstack.emulator import Emulator
from gcpstack.emulator.core.wire import Request
from tests.emulator.gcloud import MARKS, Gcloud

pytestmark = MARKS

BEFORE = """
addresses create aster-static-ip --global --ip-version=IPV4
network-endpoint-groups create trader-neg --region=us-central1 --network-endpoint-type=serverless --cloud-run-service=cloud-trader
network-endpoint-groups create orchestrator-neg --region=us-central1 --network-endpoint-type=serverless --cloud-run-service=wallet-orchestrator
backend-services create trader-backend --load-balancing-scheme=EXTERNAL_MANAGED --protocol=HTTP --global
backend-services add-backend trader-backend --global --network-endpoint-group=trader-neg --network-endpoint-group-region=us-central1
backend-services create orchestrator-backend --load-balancing-scheme=EXTERNAL_MANAGED --protocol=HTTP --global
backend-services add-backend orchestrator-backend --global --network-endpoint-group=orchestrator-neg --network-endpoint-group-region=us-central1
url-maps create aster-url-map --default-service=trader-backend
url-maps add-path-matcher aster-url-map --path-matcher-name=aster-matcher --default-service=trader-backend --backend-service-path-rules="/orchestrator/*=orchestrator-backend"
url-maps add-host-rule aster-url-map --hosts=trader.aia.studio --path-matcher-name=aster-matcher
ssl-certificates create aster-cert --domains=trader.aia.studio,api.trader.aia.studio
target-https-proxies create aster-https-proxy --ssl-certificates=aster-cert --url-map=aster-url-map
forwarding-rules create aster-https-forwarding --load-balancing-scheme=EXTERNAL_MANAGED --address=aster-static-ip --global --target-https-proxy=aster-https-proxy --ports=443
"""
FORGOTTEN = "target-http-proxies create aster-http-proxy --url-map=aster-url-map --global"
PORT_80 = (
    "forwarding-rules create aster-http-forwarding --load-balancing-scheme=EXTERNAL_MANAGED "
    "--address=aster-static-ip --global --target-http-proxy=aster-http-proxy --ports=80"
)
AFTERWARDS = """
security-policies create aster-armor
security-policies rules create 1000 --security-policy=aster-armor --src-ip-ranges=9.9.9.0/24 --action=deny-403
backend-services update trader-backend --security-policy=aster-armor --global
"""
DOWN = """
forwarding-rules delete aster-https-forwarding aster-http-forwarding --global
target-https-proxies delete aster-https-proxy
target-http-proxies delete aster-http-proxy --global
ssl-certificates delete aster-cert
url-maps delete aster-url-map --global
backend-services delete trader-backend orchestrator-backend --global
network-endpoint-groups delete trader-neg --region=us-central1
network-endpoint-groups delete orchestrator-neg --region=us-central1
security-policies delete aster-armor
addresses delete aster-static-ip --global
"""


@pytest.fixture
def gcloud(emulator: Emulator, tmp_path: pathlib.Path, gcloud_program: str) -> Gcloud:
    return Gcloud(emulator.endpoint, tmp_path / "config", "demo-proj", gcloud_program)


def say(emulator: Emulator, records: dict[str, list[str]]) -> None:
    emulator.handle(Request("PUT", "/_emulator/dns", body=json.dumps(records).encode()))


def test_the_document(emulator: Emulator, gcloud: Gcloud) -> None:
    for line in BEFORE.strip().splitlines():
        gcloud.must(f"compute {line}")
    refused = gcloud.run(f"compute {PORT_80}")
    assert refused.returncode == 1
    assert "targetHttpProxies/aster-http-proxy' was not found" in refused.stderr
    gcloud.must(f"compute {FORGOTTEN}")
    gcloud.must(f"compute {PORT_80}")
    for line in AFTERWARDS.strip().splitlines():
        gcloud.must(f"compute {line}")
    address = _read_back(gcloud)
    _watch_the_certificate(emulator, gcloud, address)
    again = gcloud.run("compute addresses create aster-static-ip --global")
    assert (again.returncode, "already exists" in again.stderr) == (1, True)
    busy = gcloud.run("compute backend-services delete trader-backend --global")
    assert (busy.returncode, "is already being used by" in busy.stderr) == (1, True)
    for line in DOWN.strip().splitlines():
        gcloud.must(f"compute {line}")
    left = {name for _, name in emulator.world.state.objects if "aster" in name or "trader" in name}
    assert left == set()


def _read_back(gcloud: Gcloud) -> str:
    """What was made, as gcloud tells it; gives the address."""
    address = gcloud.must(
        "compute addresses describe aster-static-ip --global --format='value(address)'"
    ).strip()
    rules = gcloud.json("compute forwarding-rules list --global")
    assert {(rule["IPAddress"], rule["portRange"]) for rule in rules} == {
        (address, "443-443"),
        (address, "80-80"),
    }
    url_map = gcloud.json("compute url-maps describe aster-url-map --global")
    assert [rule["hosts"] for rule in url_map["hostRules"]] == [["*"], ["trader.aia.studio"]]
    groups = gcloud.json("compute network-endpoint-groups list")
    assert {group["cloudRun"]["service"] for group in groups} == {
        "cloud-trader",
        "wallet-orchestrator",
    }
    service = gcloud.json("compute backend-services describe trader-backend --global")
    assert service["securityPolicy"].endswith("/aster-armor")
    assert service["backends"][0]["group"].endswith("/trader-neg")
    health = gcloud.must("compute backend-services get-health trader-backend --global")
    assert "trader-neg" in health
    return address


def _watch_the_certificate(emulator: Emulator, gcloud: Gcloud, address: str) -> None:
    """It tells which name does not lead here, and is active once both do."""
    command = "compute ssl-certificates describe aster-cert --global"
    names = ["trader.aia.studio", "api.trader.aia.studio"]
    say(emulator, {names[0]: [address]})
    managed = gcloud.json(command)["managed"]
    assert managed["status"] == "PROVISIONING"
    assert managed["domainStatus"] == {names[0]: "ACTIVE", names[1]: "FAILED_NOT_VISIBLE"}
    say(emulator, {names[1]: [address]})
    assert gcloud.json(command)["managed"]["status"] == "ACTIVE"
