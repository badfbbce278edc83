"""The Aster stack: the names and settings of its document."""

import runpy

import pytest

from gcpstack._core.resource import Scope
from gcpstack._stack.compiled import compile_stack
from tests.conventions import ROOT
from tests.resources.schema import SCHEMAS, SWITCHED, violations

SCOPE = Scope("demo-proj", "us-central1", "aster")


@pytest.fixture
def aster(monkeypatch):
    """Compile the stack under an environment of settings."""

    def load(**settings):
        for name, value in settings.items():
            monkeypatch.setenv(f"ASTER_{name}", value)
        stack = runpy.run_path(str(ROOT / "scripts" / "aster.py"))["stack"]
        compiled = compile_stack(
            stack.name, stack.items, stack.outputs, SCOPE, enable_apis=False, check=lambda _: ()
        )
        return {str(item.address): item for item in compiled.declared}, compiled.outputs

    return load


def test_it_holds_what_the_document_says(aster):
    """Name by name."""
    declared, outputs = aster()

    assert set(declared) == {
        "bigquery.Dataset/aster_lb_logs",
        "bigquery.DatasetIamMember/aster_lb_logs/roles/bigquery.dataEditor/<logging.ProjectSink/aster-lb-logs.writerIdentity>",
        "compute.BackendService/orchestrator-backend",
        "compute.BackendService/trader-backend",
        "compute.GlobalAddress/aster-static-ip",
        "compute.GlobalForwardingRule/aster-http-forwarding",
        "compute.GlobalForwardingRule/aster-https-forwarding",
        "compute.ManagedSslCertificate/aster-cert",
        "compute.RegionNetworkEndpointGroup/us-central1/orchestrator-neg",
        "compute.RegionNetworkEndpointGroup/us-central1/trader-neg",
        "compute.SecurityPolicy/aster-armor",
        "compute.TargetHttpProxy/aster-http-proxy",
        "compute.TargetHttpsProxy/aster-https-proxy",
        "compute.UrlMap/aster-redirect-map",
        "compute.UrlMap/aster-url-map",
        "logging.ProjectSink/aster-lb-logs",
        "monitoring.AlertPolicy/aster-latency",
        "monitoring.UptimeCheckConfig/aster-healthz",
        "secretmanager.Secret/ASTER_STATIC_IP",
        "secretmanager.SecretVersion/ASTER_STATIC_IP",
    }
    assert set(outputs) == {"address", "url", "dns_records", "certificate"}


def test_its_settings_are_the_document_s(aster):
    """Groups, protocol, logging, hosts, paths, ports and the secret."""
    declared, _ = aster()
    backend = declared["compute.BackendService/trader-backend"].body
    url_map = declared["compute.UrlMap/aster-url-map"].body
    (host,), (matcher,) = url_map["hostRules"], url_map["pathMatchers"]
    routes = {
        path: rule["service"].to.name for rule in matcher["pathRules"] for path in rule["paths"]
    }
    version = declared["secretmanager.SecretVersion/ASTER_STATIC_IP"].body["payload"]["data"]

    assert declared["compute.RegionNetworkEndpointGroup/us-central1/trader-neg"].body == {
        "networkEndpointType": "SERVERLESS",
        "cloudRun": {"service": "cloud-trader"},
    }
    assert (backend["loadBalancingScheme"], backend["protocol"]) == ("EXTERNAL_MANAGED", "HTTP")
    assert backend["logConfig"]["enable"] is True
    assert host == {"hosts": ["trader.aia.studio"], "pathMatcher": "aster-matcher"}
    assert routes == {
        "/orchestrator/*": "orchestrator-backend",
        "/api/*": "trader-backend",
        "/metrics": "trader-backend",
    }
    assert matcher["defaultService"].to.name == "trader-backend"
    assert declared["compute.ManagedSslCertificate/aster-cert"].body["managed"]["domains"] == [
        "trader.aia.studio",
        "api.trader.aia.studio",
    ]
    assert declared["compute.UrlMap/aster-redirect-map"].body["defaultUrlRedirect"]["httpsRedirect"]
    assert version.value.of.name == "aster-static-ip"


def test_it_fits_google_s_schemas(aster):
    """Every body of it."""
    declared, _ = aster(ALERT_EMAIL="ops@example.com", TRADER_IMAGE="gcr.io/p/trader:1")
    found = {
        address: set(violations(item.kind.name, item.body)) - SWITCHED.get(item.kind.name, set())
        for address, item in declared.items()
        if item.kind.name in SCHEMAS
    }

    assert {address: texts for address, texts in found.items() if texts} == {}


def test_the_services_are_others_unless_their_images_are_named(aster):
    """Then they are part of the stack, open to the load balancer, and can be narrowed to it."""
    declared, _ = aster(TRADER_IMAGE="i", INGRESS="internal-and-cloud-load-balancing")
    address = "run.Service/us-central1/cloud-trader"
    group = declared["compute.RegionNetworkEndpointGroup/us-central1/trader-neg"]

    assert declared[address].body["ingress"] == "INGRESS_TRAFFIC_INTERNAL_LOAD_BALANCER"
    assert str(group.body["cloudRun"]["service"].to) == address
    assert "run.Service/us-central1/wallet-orchestrator" not in declared
    assert "run.ServiceIamMember/us-central1/cloud-trader/roles/run.invoker/allUsers" in declared


def test_armor_is_optional(aster):
    """Off, or with the addresses to refuse."""
    without, _ = aster(ARMOR="off")
    blocking, _ = aster(ARMOR="on", BLOCK="203.0.113.0/24, 198.51.100.7")
    rules = blocking["compute.SecurityPolicy/aster-armor"].body["rules"]

    assert "compute.SecurityPolicy/aster-armor" not in without
    assert "securityPolicy" not in without["compute.BackendService/trader-backend"].body
    assert rules[0]["match"]["config"]["srcIpRanges"] == ["203.0.113.0/24", "198.51.100.7"]
