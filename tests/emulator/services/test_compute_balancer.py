"""A whole load balancer through Google's own clients, until its certificate is active."""

import urllib.request
from typing import Any

import pytest
from google.api_core.client_options import ClientOptions
from google.api_core.exceptions import BadRequest, Conflict, NotFound, PreconditionFailed
from google.auth.credentials import AnonymousCredentials
from google.cloud import compute_v1
from googleapiclient.errors import HttpError

from gcpstack.emulator import Emulator
from tests.emulator.services.balancing import LINK
from tests.emulator.services.clients import discovery

PROJECT, REGION = "demo-proj", "us-central1"
HOST = "trader.aia.studio"


class Clients:
    """Google's Compute clients, made when used."""

    def __init__(self, endpoint: str) -> None:
        self._options = ClientOptions(api_endpoint=f"{endpoint}/compute.googleapis.com")

    def __getattr__(self, name: str) -> Any:
        kind = getattr(compute_v1, f"{name}Client")
        return kind(
            credentials=AnonymousCredentials(),  # type: ignore[no-untyped-call]
            client_options=self._options,
        )


@pytest.fixture
def google(emulator: Emulator) -> Clients:
    return Clients(emulator.endpoint)


def done(google: Clients, operation: compute_v1.Operation) -> None:
    """Wait for an operation as its scope asks."""
    where: dict[str, str] = {"project": PROJECT, "operation": operation.name}
    if operation.region:
        ended = google.RegionOperations.wait(region=REGION, **where)
    else:
        ended = google.GlobalOperations.wait(**where)
    assert ended.status == compute_v1.Operation.Status.DONE
    assert not ended.error.errors


def build(google: Clients) -> str:
    """Make the balancer in front of two Cloud Run services; gives its address."""
    done(
        google,
        google.GlobalAddresses.insert_unary(project=PROJECT, address_resource={"name": "ip"}),
    )
    for name in ("trader", "orchestrator"):
        done(
            google,
            google.RegionNetworkEndpointGroups.insert_unary(
                project=PROJECT,
                region=REGION,
                network_endpoint_group_resource={
                    "name": f"{name}-neg",
                    "network_endpoint_type": "SERVERLESS",
                    "cloud_run": {"service": name},
                },
            ),
        )
        done(
            google,
            google.BackendServices.insert_unary(
                project=PROJECT,
                backend_service_resource={
                    "name": f"{name}-backend",
                    "load_balancing_scheme": "EXTERNAL_MANAGED",
                    "protocol": "HTTP",
                    "log_config": {"enable": True, "sample_rate": 1.0},
                    "backends": [
                        {"group": f"{LINK}/regions/{REGION}/networkEndpointGroups/{name}-neg"}
                    ],
                },
            ),
        )
    trader, orchestrator = (
        f"{LINK}/global/backendServices/{name}-backend" for name in ("trader", "orchestrator")
    )
    done(
        google,
        google.UrlMaps.insert_unary(
            project=PROJECT,
            url_map_resource={
                "name": "map",
                "default_service": trader,
                "host_rules": [{"hosts": [HOST], "path_matcher": "paths"}],
                "path_matchers": [
                    {
                        "name": "paths",
                        "default_service": trader,
                        "path_rules": [{"paths": ["/orchestrator/*"], "service": orchestrator}],
                    }
                ],
                "tests": [{"host": HOST, "path": "/orchestrator/a", "service": orchestrator}],
            },
        ),
    )
    done(
        google,
        google.SslCertificates.insert_unary(
            project=PROJECT,
            ssl_certificate_resource={
                "name": "cert",
                "type_": "MANAGED",
                "managed": {"domains": [HOST]},
            },
        ),
    )
    done(
        google,
        google.TargetHttpsProxies.insert_unary(
            project=PROJECT,
            target_https_proxy_resource={
                "name": "proxy",
                "url_map": f"{LINK}/global/urlMaps/map",
                "ssl_certificates": [f"{LINK}/global/sslCertificates/cert"],
            },
        ),
    )
    done(
        google,
        google.GlobalForwardingRules.insert_unary(
            project=PROJECT,
            forwarding_rule_resource={
                "name": "rule",
                "I_p_address": f"{LINK}/global/addresses/ip",
                "load_balancing_scheme": "EXTERNAL_MANAGED",
                "port_range": "443",
                "target": f"{LINK}/global/targetHttpsProxies/proxy",
            },
        ),
    )
    return str(google.GlobalAddresses.get(project=PROJECT, address="ip").address)


def say(emulator: Emulator, records: str) -> None:
    """Put records into the emulated DNS."""
    url = f"{emulator.endpoint}/_emulator/dns"
    request = urllib.request.Request(url, data=records.encode(), method="PUT")
    with urllib.request.urlopen(request) as answer:
        assert answer.status == 200


def test_a_balancer_until_its_certificate_is_active(emulator: Emulator, google: Clients) -> None:
    address = build(google)
    rule = google.GlobalForwardingRules.get(project=PROJECT, forwarding_rule="rule")
    assert (rule.I_p_address, rule.port_range) == (address, "443-443")
    reserved = google.GlobalAddresses.get(project=PROJECT, address="ip")
    assert (reserved.status, list(reserved.users)) == ("IN_USE", [rule.self_link])
    found = google.SslCertificates.get(project=PROJECT, ssl_certificate="cert")
    assert dict(found.managed.domain_status) == {HOST: "FAILED_NOT_VISIBLE"}
    say(emulator, f'{{"{HOST}": ["{address}"]}}')
    found = google.SslCertificates.get(project=PROJECT, ssl_certificate="cert")
    assert (found.managed.status, dict(found.managed.domain_status)) == ("ACTIVE", {HOST: "ACTIVE"})


def test_it_comes_down_from_the_front(google: Clients) -> None:
    build(google)
    with pytest.raises(BadRequest, match="already being used by"):
        google.UrlMaps.delete_unary(project=PROJECT, url_map="map")
    done(google, google.GlobalForwardingRules.delete_unary(project=PROJECT, forwarding_rule="rule"))
    done(
        google, google.TargetHttpsProxies.delete_unary(project=PROJECT, target_https_proxy="proxy")
    )
    done(google, google.SslCertificates.delete_unary(project=PROJECT, ssl_certificate="cert"))
    done(google, google.UrlMaps.delete_unary(project=PROJECT, url_map="map"))
    for name in ("trader", "orchestrator"):
        done(
            google,
            google.BackendServices.delete_unary(project=PROJECT, backend_service=f"{name}-backend"),
        )
        done(
            google,
            google.RegionNetworkEndpointGroups.delete_unary(
                project=PROJECT, region=REGION, network_endpoint_group=f"{name}-neg"
            ),
        )
    done(google, google.GlobalAddresses.delete_unary(project=PROJECT, address="ip"))
    with pytest.raises(NotFound):
        google.UrlMaps.get(project=PROJECT, url_map="map")


def test_what_clients_are_told_of_mistakes(google: Clients) -> None:
    build(google)
    with pytest.raises(Conflict, match="already exists"):
        google.GlobalAddresses.insert_unary(project=PROJECT, address_resource={"name": "ip"})
    service = google.BackendServices.get(project=PROJECT, backend_service="trader-backend")
    stale = {"description": "x", "fingerprint": "AAAAAAAAAAA="}
    with pytest.raises(PreconditionFailed, match=r"Invalid fingerprint\."):
        google.BackendServices.patch_unary(
            project=PROJECT, backend_service="trader-backend", backend_service_resource=stale
        )
    fresh = {"timeout_sec": 60, "fingerprint": service.fingerprint}
    with pytest.raises(BadRequest, match="Timeout sec is not supported"):
        google.BackendServices.patch_unary(
            project=PROJECT, backend_service="trader-backend", backend_service_resource=fresh
        )


def test_armor_through_the_client(google: Clients) -> None:
    build(google)
    policies = google.SecurityPolicies
    done(google, policies.insert_unary(project=PROJECT, security_policy_resource={"name": "armor"}))
    rule = {
        "priority": 100,
        "action": "throttle",
        "match": {"versioned_expr": "SRC_IPS_V1", "config": {"src_ip_ranges": ["*"]}},
        "rate_limit_options": {
            "exceed_action": "deny(429)",
            "rate_limit_threshold": {"count": 100, "interval_sec": 60},
        },
    }
    done(
        google,
        policies.add_rule_unary(
            project=PROJECT, security_policy="armor", security_policy_rule_resource=rule
        ),
    )
    told = policies.get_rule(
        request={"project": PROJECT, "security_policy": "armor", "priority": 100}
    )
    assert told.rate_limit_options.conform_action == "allow"
    reference = {"security_policy": f"{LINK}/global/securityPolicies/armor"}
    done(
        google,
        google.BackendServices.set_security_policy_unary(
            project=PROJECT,
            backend_service="trader-backend",
            security_policy_reference_resource=reference,
        ),
    )
    service = google.BackendServices.get(project=PROJECT, backend_service="trader-backend")
    assert service.security_policy.endswith("/securityPolicies/armor")
    with pytest.raises(BadRequest, match="does not contain a rule at priority 7"):
        policies.get_rule(request={"project": PROJECT, "security_policy": "armor", "priority": 7})


def test_the_discovery_client_sees_the_same(emulator: Emulator, google: Clients) -> None:
    build(google)
    with discovery(emulator, "compute", "v1", "compute/v1/") as compute:
        items = compute.forwardingRules().aggregatedList(project=PROJECT).execute()["items"]
        assert [rule["name"] for rule in items["global"]["forwardingRules"]] == ["rule"]
        body = {"sslCertificates": ["global/sslCertificates/none"]}
        call = compute.targetHttpsProxies().setSslCertificates(
            project=PROJECT, targetHttpsProxy="proxy", body=body
        )
        with pytest.raises(HttpError) as caught:
            call.execute()
    assert caught.value.status_code == 404
    assert "global/sslCertificates/none' was not found" in str(caught.value)
