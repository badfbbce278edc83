"""Backend services and buckets: what Google fills in, refuses, and does in methods of their own."""

import base64
import hashlib
from typing import Any

import pytest

from tests.emulator.conftest import Send
from tests.emulator.services.balancing import (
    GLOBAL,
    LINK,
    REGION,
    ZONE,
    call,
    make,
    neg,
    read,
    refusal,
    service,
    url_map,
)

SERVICES = f"{GLOBAL}/backendServices"
NOTHING = hashlib.sha256(b"").hexdigest()
KEY = base64.urlsafe_b64encode(bytes(16)).decode()


def test_google_fills_in(send: Send) -> None:
    body = make(send, SERVICES, {"name": "b", "protocol": "HTTP"})
    assert {key: body[key] for key in ("loadBalancingScheme", "sessionAffinity", "timeoutSec")} == {
        "loadBalancingScheme": "EXTERNAL",
        "sessionAffinity": "NONE",
        "timeoutSec": 30,
    }
    assert (body["port"], body["portName"], body["description"]) == (80, "http", "")
    assert (body["affinityCookieTtlSec"], body["connectionDraining"]) == (
        0,
        {"drainingTimeoutSec": 0},
    )
    assert body["iap"] == {
        "enabled": False,
        "oauth2ClientId": "",
        "oauth2ClientSecretSha256": NOTHING,
    }


def test_connection_protocols_have_no_port(send: Send) -> None:
    body = make(send, SERVICES, {"name": "b", "protocol": "TCP"})
    assert not {"port", "portName"} & body.keys()


@pytest.mark.parametrize("given", [{"enable": False}, {"enable": False, "sampleRate": None}])
def test_logging_is_turned_off_by_that_alone(send: Send, given: dict[str, Any]) -> None:
    service(send, logConfig={"enable": True})
    call(send, "PATCH", f"{SERVICES}/svc", {"logConfig": given})
    assert read(send, f"{SERVICES}/svc")["logConfig"] == {"enable": False}


def test_logging_and_caching_get_their_settings(send: Send) -> None:
    link = service(send, enableCDN=True, logConfig={"enable": True})
    body = read(send, f"{SERVICES}/svc")
    assert body["selfLink"] == link
    assert body["logConfig"] == {
        "enable": True,
        "sampleRate": 1,
        "optionalMode": "EXCLUDE_ALL_OPTIONAL",
    }
    policy = body["cdnPolicy"]
    assert (policy["cacheMode"], policy["defaultTtl"], policy["maxTtl"]) == (
        "CACHE_ALL_STATIC",
        3600,
        86400,
    )
    assert policy["cacheKeyPolicy"] == {
        "includeHost": True,
        "includeProtocol": True,
        "includeQueryString": True,
    }


def test_a_serverless_backend_is_told_with_its_mode(send: Send) -> None:
    service(send, backends=[{"group": neg(send)}])
    assert read(send, f"{SERVICES}/svc")["backends"] == [
        {
            "group": f"{LINK}/regions/us-central1/networkEndpointGroups/neg",
            "balancingMode": "UTILIZATION",
            "capacityScaler": 1,
        }
    ]


def test_the_secret_of_the_proxy_is_told_as_its_hash(send: Send) -> None:
    secret = {"enabled": True, "oauth2ClientId": "me", "oauth2ClientSecret": "hush"}
    service(send, iap=secret)
    told = read(send, f"{SERVICES}/svc")
    hashed = hashlib.sha256(b"hush").hexdigest()
    assert told["iap"] == {
        "enabled": True,
        "oauth2ClientId": "me",
        "oauth2ClientSecretSha256": hashed,
    }
    call(send, "PATCH", f"{SERVICES}/svc", {"description": "x", "fingerprint": told["fingerprint"]})
    assert read(send, f"{SERVICES}/svc")["iap"]["oauth2ClientSecretSha256"] == hashed


SERVERLESS: list[tuple[dict[str, Any], str, str]] = [
    ({"timeoutSec": 300}, "resource.timeoutSec': '300'. Timeout sec is not supported for a backend service with Serverless network endpoint groups.", "invalid"),
    ({"portName": "https"}, "resource.portName': 'https'. Port name is not supported for a backend service with Serverless network endpoint groups.", "invalid"),
    ({"healthChecks": ["global/healthChecks/h"]}, "A backend service cannot have a healthcheck with Serverless network endpoint group backends.", "invalid"),
]  # fmt: skip


@pytest.mark.parametrize(("fields", "words", "reason"), SERVERLESS)
def test_a_serverless_group_forbids(
    send: Send, fields: dict[str, Any], words: str, reason: str
) -> None:
    """At insert, and when the group is attached later."""
    make(send, f"{GLOBAL}/healthChecks", {"name": "h"})
    group = neg(send)
    scheme = {"loadBalancingScheme": "EXTERNAL_MANAGED"}
    at_once = {"name": "a", "backends": [{"group": group}], **scheme, **fields}
    status, why, message = refusal(send, "POST", SERVICES, at_once)
    assert (status, why) == (400, reason)
    assert words in message
    made = make(send, SERVICES, {"name": "b", **scheme, **fields})
    later = {"backends": [{"group": group}], "fingerprint": made["fingerprint"]}
    assert words in refusal(send, "PATCH", f"{SERVICES}/b", later)[2]


def test_the_default_timeout_is_let_through(send: Send) -> None:
    service(send, backends=[{"group": neg(send)}], timeoutSec=30, portName="http")
    assert read(send, f"{SERVICES}/svc")["timeoutSec"] == 30


def test_null_takes_the_port_name_away(send: Send) -> None:
    group = neg(send)
    made = make(
        send,
        SERVICES,
        {"name": "b", "loadBalancingScheme": "EXTERNAL_MANAGED", "portName": "https"},
    )
    body = {"backends": [{"group": group}], "portName": None, "fingerprint": made["fingerprint"]}
    call(send, "PATCH", f"{SERVICES}/b", body)
    assert "portName" not in read(send, f"{SERVICES}/b")


def backends(*groups: str, **fields: Any) -> dict[str, Any]:
    return {
        "name": "b",
        "loadBalancingScheme": "EXTERNAL_MANAGED",
        "backends": [{"group": group, **fields} for group in groups],
    }


def test_one_serverless_group_a_region(send: Send) -> None:
    groups = [neg(send, "one"), neg(send, "two"), neg(send, "far", "europe-west1")]
    assert "per region" in refusal(send, "POST", SERVICES, backends(*groups[:2]))[2]
    assert send("POST", SERVICES, backends(groups[0], groups[2])).status == 200


def test_backends_are_of_one_type(send: Send) -> None:
    internet = {"name": "i", "networkEndpointType": "INTERNET_FQDN_PORT"}
    other = make(send, f"{GLOBAL}/networkEndpointGroups", internet)["selfLink"]
    machines = make(send, f"{ZONE}/instanceGroups", {"name": "g"})["selfLink"]
    assert "same type" in refusal(send, "POST", SERVICES, backends(neg(send), other))[2]
    assert (
        "cannot be mixed" in refusal(send, "POST", SERVICES, backends(neg(send, "n2"), machines))[2]
    )


def test_machines_need_a_health_check(send: Send) -> None:
    group = make(send, f"{ZONE}/instanceGroups", {"name": "g"})["selfLink"]
    assert refusal(send, "POST", SERVICES, backends(group))[2].startswith(
        "Invalid value for field 'resource.healthChecks'"
    )
    make(send, f"{GLOBAL}/healthChecks", {"name": "h"})
    body = {**backends(group), "healthChecks": ["global/healthChecks/h"]}
    told = make(send, SERVICES, body)
    assert told["healthChecks"] == [f"{LINK}/global/healthChecks/h"]
    assert told["backends"][0]["maxUtilization"] == 0.8


MISTAKES: list[tuple[dict[str, Any], str]] = [
    ({"timeoutSec": 0}, "resource.timeoutSec"),
    ({"affinityCookieTtlSec": 1209601}, "resource.affinityCookieTtlSec"),
    ({"logConfig": {"enable": True, "sampleRate": 2}}, "resource.logConfig.sampleRate"),
    ({"logConfig": {"enable": True, "optionalFields": ["x"]}}, "resource.logConfig.optionalFields"),
    ({"backends": [{}]}, "resource.backends[0].group"),
    ({"backends": [{"group": "neg"}]}, "The URL is malformed"),
    ({"healthChecks": ["global/healthChecks/a", "global/healthChecks/h"]}, "At most one health check"),
    ({"enableCDN": True, "iap": {"enabled": True}}, "IAP and Cloud CDN"),
    ({"enableCDN": True, "loadBalancingScheme": "INTERNAL_MANAGED"}, "resource.enableCDN"),
    ({"outlierDetection": {"consecutiveErrors": 5}, "loadBalancingScheme": "EXTERNAL"}, "Outlier detection is not supported."),
    ({"sessionAffinity": "STRONG_COOKIE_AFFINITY"}, "resource.strongSessionAffinityCookie"),
    ({"cdnPolicy": {"cacheMode": "USE_ORIGIN_HEADERS", "clientTtl": 0}}, "resource.cdnPolicy.clientTtl"),
    ({"cdnPolicy": {"cacheMode": "FORCE_CACHE_ALL", "maxTtl": 5}}, "resource.cdnPolicy.maxTtl"),
    ({"cdnPolicy": {"defaultTtl": 90000}}, "resource.cdnPolicy.defaultTtl"),
    ({"cdnPolicy": {"defaultTtl": -1}}, "resource.cdnPolicy.defaultTtl"),
    ({"cdnPolicy": {"negativeCachingPolicy": [{"code": 404}]}}, "negativeCachingPolicy"),
    ({"externalManagedMigrationState": "PREPARE", "loadBalancingScheme": "INTERNAL_MANAGED"}, "externalManagedMigrationState"),
    ({"logConfig": {"enable": False, "sampleRate": 0.5}}, "logConfig.sampleRate"),
    ({"logConfig": {"optionalMode": "CUSTOM"}}, "logConfig.optionalMode"),
    ({"protocol": "HTTP/2"}, "resource.protocol"),
    ({"loadBalancingScheme": "EXTERNAL_UNMANAGED"}, "resource.loadBalancingScheme"),
    ({"backendz": []}, 'Unknown name "backendz"'),
    ({"timeoutSec": "soon"}, "resource.timeoutSec"),
]  # fmt: skip


@pytest.mark.parametrize(("fields", "words"), MISTAKES)
def test_mistakes(send: Send, fields: dict[str, Any], words: str) -> None:
    for name in ("a", "h"):
        make(send, f"{GLOBAL}/healthChecks", {"name": name})
    body = {"name": "b", "loadBalancingScheme": "EXTERNAL_MANAGED", **fields}
    status, _, message = refusal(send, "POST", SERVICES, body)
    assert status == 400
    assert words in message
    assert send("GET", f"{SERVICES}/b").status == 404


CAPACITY: list[tuple[dict[str, Any], str]] = [
    ({"capacityScaler": 0.05}, "capacityScaler"),
    ({"capacityScaler": 1.5}, "capacityScaler"),
    ({"capacityScaler": 0}, "only backend"),
    ({"maxUtilization": 0.5}, "not supported for network endpoint groups"),
    ({"balancingMode": "CONNECTION", "maxRate": 5}, "maxRate"),
    ({"balancingMode": "RATE", "maxConnections": 5}, "maxConnections"),
]


@pytest.mark.parametrize(("fields", "words"), CAPACITY)
def test_capacity(send: Send, fields: dict[str, Any], words: str) -> None:
    status, _, message = refusal(send, "POST", SERVICES, backends(neg(send), **fields))
    assert status == 400
    assert words in message


def test_a_drained_backend_needs_another(send: Send) -> None:
    body = backends(neg(send), neg(send, "far", "europe-west1"))
    body["backends"][0]["capacityScaler"] = 0
    assert make(send, SERVICES, body)["backends"][0]["capacityScaler"] == 0


@pytest.mark.parametrize("field", ["capacityScaler", "maxUtilization", "maxRate", "maxConnections"])
def test_passthrough_balancers_count_nothing(send: Send, field: str) -> None:
    group = make(send, f"{ZONE}/instanceGroups", {"name": "g"})["selfLink"]
    make(send, f"{REGION}/healthChecks", {"name": "h"})
    body: dict[str, Any] = {
        "name": "b",
        "loadBalancingScheme": "INTERNAL",
        "healthChecks": ["regions/us-central1/healthChecks/h"],
        "backends": [{"group": group, "balancingMode": "CONNECTION", field: 1}],
    }
    assert field in refusal(send, "POST", f"{REGION}/backendServices", body)[2]
    del body["backends"][0][field]
    told = make(send, f"{REGION}/backendServices", body)["backends"]
    assert told == [{"group": group, "balancingMode": "CONNECTION"}]


def test_a_stale_fingerprint_is_refused(send: Send) -> None:
    service(send)
    seen = read(send, f"{SERVICES}/svc")["fingerprint"]
    call(send, "PATCH", f"{SERVICES}/svc", {"description": "1", "fingerprint": seen})
    refused = refusal(send, "PATCH", f"{SERVICES}/svc", {"description": "2", "fingerprint": seen})
    assert refused[:2] == (412, "conditionNotMet")


def test_put_replaces_and_patch_merges(send: Send) -> None:
    service(send, description="x", timeoutSec=60, connectionDraining={"drainingTimeoutSec": 10})
    seen = read(send, f"{SERVICES}/svc")
    call(send, "PATCH", f"{SERVICES}/svc", {"timeoutSec": 90, "fingerprint": seen["fingerprint"]})
    merged = read(send, f"{SERVICES}/svc")
    assert (merged["timeoutSec"], merged["description"]) == (90, "x")
    body = {
        "name": "svc",
        "loadBalancingScheme": "EXTERNAL_MANAGED",
        "fingerprint": merged["fingerprint"],
    }
    call(send, "PUT", f"{SERVICES}/svc", body)
    replaced = read(send, f"{SERVICES}/svc")
    assert (replaced["timeoutSec"], replaced["description"]) == (30, "")
    assert replaced["id"] == seen["id"]


def test_the_scheme_only_changes_by_migration(send: Send) -> None:
    make(send, SERVICES, {"name": "b", "loadBalancingScheme": "EXTERNAL"})

    def patch(**fields: Any) -> int:
        seen = read(send, f"{SERVICES}/b")["fingerprint"]
        return send("PATCH", f"{SERVICES}/b", {**fields, "fingerprint": seen}).status

    assert patch(loadBalancingScheme="EXTERNAL_MANAGED") == 400
    assert patch(externalManagedMigrationState="PREPARE") == 200
    assert patch(loadBalancingScheme="EXTERNAL_MANAGED") == 400
    assert patch(externalManagedMigrationState="TEST_ALL_TRAFFIC") == 200
    assert patch(loadBalancingScheme="EXTERNAL_MANAGED") == 200
    assert patch(loadBalancingScheme="INTERNAL_MANAGED") == 400


def policy(send: Send, name: str, kind: str) -> str:
    link: str = make(send, f"{GLOBAL}/securityPolicies", {"name": name, "type": kind})["selfLink"]
    return link


def test_policies_are_set_by_verbs_alone(send: Send) -> None:
    armor, edge = policy(send, "p", "CLOUD_ARMOR"), policy(send, "e", "CLOUD_ARMOR_EDGE")
    service(send, securityPolicy=armor)
    before = read(send, f"{SERVICES}/svc")
    assert "securityPolicy" not in before
    call(send, "POST", f"{SERVICES}/svc/setSecurityPolicy", {"securityPolicy": armor})
    call(send, "POST", f"{SERVICES}/svc/setEdgeSecurityPolicy", {"securityPolicy": edge})
    after = read(send, f"{SERVICES}/svc")
    assert (after["securityPolicy"], after["edgeSecurityPolicy"]) == (armor, edge)
    assert after["fingerprint"] != before["fingerprint"]
    used = refusal(send, "DELETE", f"{GLOBAL}/securityPolicies/p")
    assert used[:2] == (400, "resourceInUseByAnotherResource")
    assert "The security_policy resource" in used[2]
    body = {
        "name": "svc",
        "loadBalancingScheme": "EXTERNAL_MANAGED",
        "fingerprint": after["fingerprint"],
    }
    call(send, "PUT", f"{SERVICES}/svc", body)
    assert read(send, f"{SERVICES}/svc")["securityPolicy"] == armor
    call(send, "POST", f"{SERVICES}/svc/setSecurityPolicy", {})
    assert "securityPolicy" not in read(send, f"{SERVICES}/svc")


def test_a_policy_of_the_wrong_type_is_refused(send: Send) -> None:
    service(send)
    edge = policy(send, "e", "CLOUD_ARMOR_EDGE")
    refused = refusal(send, "POST", f"{SERVICES}/svc/setSecurityPolicy", {"securityPolicy": edge})
    assert "CLOUD_ARMOR_EDGE" in refused[2]
    unknown = {"securityPolicy": "global/securityPolicies/none"}
    assert refusal(send, "POST", f"{SERVICES}/svc/setSecurityPolicy", unknown)[0] == 404


@pytest.mark.parametrize("collection", ["backendServices", "backendBuckets"])
def test_signed_url_keys(send: Send, collection: str) -> None:
    base = f"{GLOBAL}/{collection}"
    make(
        send,
        base,
        {"name": "x", **({} if collection == "backendServices" else {"bucketName": "b"})},
    )
    for name in ("one", "two", "three"):
        call(send, "POST", f"{base}/x/addSignedUrlKey", {"keyName": name, "keyValue": KEY})
    add = f"{base}/x/addSignedUrlKey"
    assert "At most 3" in refusal(send, "POST", add, {"keyName": "four", "keyValue": KEY})[2]
    assert "already exists" in refusal(send, "POST", add, {"keyName": "one", "keyValue": KEY})[2]
    assert "128 bits" in refusal(send, "POST", add, {"keyName": "k", "keyValue": "short"})[2]
    call(send, "POST", f"{base}/x/deleteSignedUrlKey?keyName=two")
    told = read(send, f"{base}/x")
    assert told["cdnPolicy"]["signedUrlKeyNames"] == ["one", "three"]
    assert KEY not in str(told)
    refused = refusal(send, "POST", f"{base}/x/deleteSignedUrlKey?keyName=two")
    assert "no key" in refused[2]
    for name in ("one", "three"):
        call(send, "POST", f"{base}/x/deleteSignedUrlKey?keyName={name}")
    assert "signedUrlKeyNames" not in read(send, f"{base}/x")["cdnPolicy"]


def test_health_is_asked_for_a_backend(send: Send) -> None:
    zonal = {"name": "z", "networkEndpointType": "GCE_VM_IP_PORT", "defaultPort": 8080}
    group = make(send, f"{ZONE}/networkEndpointGroups", zonal)["selfLink"]
    make(send, f"{GLOBAL}/healthChecks", {"name": "h"})
    service(send, backends=[{"group": group}], healthChecks=["global/healthChecks/h"])
    asked = f"{SERVICES}/svc/getHealth"
    assert call(send, "POST", asked, {"group": group}) == {
        "kind": "compute#backendServiceGroupHealth"
    }
    endpoint = {"instance": f"{LINK}/zones/us-central1-a/instances/i", "ipAddress": "10.0.0.2"}
    call(
        send,
        "POST",
        f"{ZONE}/networkEndpointGroups/z/attachNetworkEndpoints",
        {"networkEndpoints": [endpoint]},
    )
    assert call(send, "POST", asked, {"group": group})["healthStatus"] == [
        {"healthState": "HEALTHY", "port": 8080, **endpoint}
    ]
    assert "not a backend" in refusal(send, "POST", asked, {"group": neg(send)})[2]


def test_a_used_service_tells_by_whom(send: Send) -> None:
    link = service(send)
    assert "usedBy" not in read(send, f"{SERVICES}/svc")
    user = url_map(send, "m", defaultService=link)
    assert read(send, f"{SERVICES}/svc")["usedBy"] == [{"reference": user}]
    refused = refusal(send, "DELETE", f"{SERVICES}/svc")
    assert refused == (
        400,
        "resourceInUseByAnotherResource",
        (
            "The backend_service resource 'projects/demo-proj/global/backendServices/svc' is already "
            "being used by 'projects/demo-proj/global/urlMaps/m'"
        ),
    )


def test_buckets(send: Send) -> None:
    base = f"{GLOBAL}/backendBuckets"
    assert refusal(send, "POST", base, {"name": "x"})[1] == "required"
    made = make(send, base, {"name": "x", "bucketName": "elsewhere", "enableCdn": True})
    assert (made["description"], made["cdnPolicy"]["cacheMode"]) == ("", "CACHE_ALL_STATIC")
    assert "cacheKeyPolicy" not in made["cdnPolicy"]
    call(send, "PATCH", f"{base}/x", {"enableCdn": False, "description": "y"})
    assert read(send, f"{base}/x")["description"] == "y"
    call(send, "PUT", f"{base}/x", {"name": "x", "bucketName": "other"})
    assert "cdnPolicy" not in read(send, f"{base}/x")
    edge = policy(send, "e", "CLOUD_ARMOR_EDGE")
    call(send, "POST", f"{base}/x/setEdgeSecurityPolicy", {"securityPolicy": edge})
    assert read(send, f"{base}/x")["edgeSecurityPolicy"] == edge
    bad = {"securityPolicy": policy(send, "p", "CLOUD_ARMOR")}
    assert refusal(send, "POST", f"{base}/x/setEdgeSecurityPolicy", bad)[0] == 400
