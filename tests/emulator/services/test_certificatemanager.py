"""Certificate Manager: certificates issued by emulated DNS, maps and what may not go."""

import datetime as dt
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from gcpstack.emulator import Emulator
from gcpstack.emulator.core import dns
from gcpstack.emulator.core.google import Google
from gcpstack.emulator.core.latency import Latency
from gcpstack.emulator.core.store import Obj
from tests.emulator.conftest import Send
from tests.emulator.services.clients import discovery
from tests.emulator.services.mistakes import Mistake, refuse

HOST = "https://certificatemanager.googleapis.com/v1"
GLOBAL = "projects/demo-proj/locations/global"
PLACE = f"{HOST}/{GLOBAL}"
REGIONAL = f"{HOST}/projects/demo-proj/locations/us-central1"
AUTHORIZATION = f"{GLOBAL}/dnsAuthorizations/auth"
MANAGED = {
    "managed": {"domains": ["example.com", "*.example.com"], "dnsAuthorizations": [AUTHORIZATION]}
}
PLAIN = {"managed": {"domains": ["example.com"]}}


def create(send: Send, kind: str, name: str, body: Any) -> dict[str, Any]:
    collection, _, field = kind.rpartition("/")
    url = f"{PLACE}/{collection + '/' if collection else ''}{field}"
    param = {
        "certificates": "certificateId",
        "certificateMaps": "certificateMapId",
        "certificateMapEntries": "certificateMapEntryId",
        "dnsAuthorizations": "dnsAuthorizationId",
        "trustConfigs": "trustConfigId",
        "certificateIssuanceConfigs": "certificateIssuanceConfigId",
    }[field]
    answer = send("POST", f"{url}?{param}={name}", body)
    assert answer.status == 200, answer.json()
    done = send("GET", f"{HOST}/{answer.json()['name']}").json()
    assert done["done"] is True
    return send("GET", f"{url}/{name}").json()


def serve(world: Google, certificate_map: str, ports: str = "443-443") -> None:
    """A load balancer as the compute service keeps one."""
    proxy = "projects/demo-proj/global/targetHttpsProxies/web"
    used = ("certificatemanager", certificate_map, "certificateMap")
    world.state.put(Obj("compute", "targetHttpsProxies", proxy, {}, refs=(used,)))
    rule = "projects/demo-proj/global/forwardingRules/web"
    body = {"IPAddress": "34.1.2.3", "portRange": ports}
    world.state.put(
        Obj("compute", "forwardingRules", rule, body, refs=(("compute", proxy, "target"),))
    )


def self_signed(name: str = "example.com") -> tuple[str, str]:
    """A certificate with its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    start = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
    names = x509.SubjectAlternativeName([x509.DNSName(name)])
    built = (
        x509.CertificateBuilder(subject, subject, key.public_key(), x509.random_serial_number())
        .not_valid_before(start)
        .not_valid_after(start + dt.timedelta(days=90))
        .add_extension(names, critical=False)
        .sign(key, hashes.SHA256())
    )
    form = (serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    private = key.private_bytes(serialization.Encoding.PEM, *form)
    return built.public_bytes(serialization.Encoding.PEM).decode(), private.decode()


# -- issuance ------------------------------------------------------------------------------------


def test_a_record_in_the_dns_brings_the_certificate(send: Send, world: Google) -> None:
    auth = create(send, "dnsAuthorizations", "auth", {"domain": "example.com"})
    record = auth["dnsResourceRecord"]
    assert auth["type"] == "FIXED_RECORD"
    assert record["name"] == "_acme-challenge.example.com."
    assert record["data"].endswith(".authorize.certificatemanager.goog.")
    create(send, "certificates", "cert", MANAGED)
    waiting = send("GET", f"{PLACE}/certificates/cert").json()["managed"]
    assert waiting["state"] == "PROVISIONING"
    assert waiting["provisioningIssue"]["reason"] == "AUTHORIZATION_ISSUE"
    attempt = waiting["authorizationAttemptInfo"][0]
    assert (attempt["state"], attempt["failureReason"]) == ("FAILED", "CONFIG")
    assert attempt["troubleshooting"] == {
        "issues": ["CNAME_MISMATCH"],
        "cname": {"name": record["name"], "expectedData": record["data"]},
    }
    dns.put(world, record["name"], ["other.example."])
    send("GET", f"{PLACE}/certificates/cert")
    world.advance(0)
    wrong = send("GET", f"{PLACE}/certificates/cert").json()["managed"]
    cname = wrong["authorizationAttemptInfo"][0]["troubleshooting"]["cname"]
    assert cname["resolvedData"] == ["other.example."]
    dns.put(world, record["name"], [record["data"]])
    world.advance(0)
    issued = send("GET", f"{PLACE}/certificates/cert").json()
    assert issued["managed"]["state"] == "ACTIVE"
    assert "provisioningIssue" not in issued["managed"]
    assert issued["sanDnsnames"] == ["example.com", "*.example.com"]
    assert issued["expireTime"] > issued["createTime"]


def test_without_records_it_has_to_be_served(send: Send, world: Google) -> None:
    create(send, "certificates", "cert", PLAIN)

    def issues() -> list[str]:
        world.advance(0)
        managed = send("GET", f"{PLACE}/certificates/cert").json()["managed"]
        info = managed["authorizationAttemptInfo"][0]
        return info.get("troubleshooting", {}).get("issues", [info["state"]])

    assert issues() == ["CERTIFICATE_NOT_ATTACHED"]
    create(send, "certificateMaps", "map", {})
    entry = {"hostname": "example.com", "certificates": [f"{GLOBAL}/certificates/cert"]}
    create(send, "certificateMaps/map/certificateMapEntries", "entry", entry)
    serve(world, f"{GLOBAL}/certificateMaps/map", "8443-8443")
    assert issues() == ["NO_RESOLVED_IPS"]
    dns.put(world, "example.com", ["34.1.2.3"])
    assert issues() == ["RESOLVED_TO_SERVING_ON_ALT_PORTS"]
    serve(world, f"{GLOBAL}/certificateMaps/map")
    dns.put(world, "example.com", ["203.0.113.9"])
    assert issues() == ["RESOLVED_TO_NOT_SERVING"]
    dns.put(world, "example.com", ["34.1.2.3"])
    assert issues() == ["AUTHORIZED"]
    assert send("GET", f"{PLACE}/certificates/cert").json()["managed"]["state"] == "ACTIVE"
    shown = send("GET", f"{PLACE}/certificateMaps/map").json()
    assert shown["gclbTargets"] == [
        {
            "targetHttpsProxy": "//compute.googleapis.com/projects/demo-proj/global/targetHttpsProxies/web",
            "ipConfigs": [{"ipAddress": "34.1.2.3", "ports": [443]}],
        }
    ]


def test_issuing_takes_its_time(send: Send, world: Google) -> None:
    auth = create(send, "dnsAuthorizations", "auth", {"domain": "example.com"})
    record = auth["dnsResourceRecord"]
    dns.put(world, record["name"], [record["data"]])
    world.latency = Latency(1)
    send("POST", f"{PLACE}/certificates?certificateId=cert", MANAGED)
    world.advance(60)
    fresh = send("GET", f"{PLACE}/certificates/cert").json()["managed"]
    assert fresh["state"] == "PROVISIONING"
    assert fresh["authorizationAttemptInfo"][0] == {"domain": "example.com", "state": "AUTHORIZING"}
    world.advance(7200)
    assert send("GET", f"{PLACE}/certificates/cert").json()["managed"]["state"] == "ACTIVE"


def test_a_private_authority_asks_no_dns(send: Send) -> None:
    authority = {
        "certificateAuthorityServiceConfig": {"caPool": "projects/p/locations/l/caPools/c"}
    }
    config = {
        "certificateAuthorityConfig": authority, "lifetime": "1814400s",
        "rotationWindowPercentage": 50, "keyAlgorithm": "ECDSA_P256",
    }  # fmt: skip
    create(send, "certificateIssuanceConfigs", "ca", config)
    managed = {
        "domains": ["*.internal"],
        "issuanceConfig": f"{GLOBAL}/certificateIssuanceConfigs/ca",
    }
    create(send, "certificates", "cert", {"managed": managed, "scope": "ALL_REGIONS"})
    assert send("GET", f"{PLACE}/certificates/cert").json()["managed"]["state"] == "ACTIVE"
    assert send("DELETE", f"{PLACE}/certificateIssuanceConfigs/ca").status == 400


def test_ones_own_certificate_tells_what_it_holds(send: Send, world: Google) -> None:
    pem, key = self_signed()
    body = {"selfManaged": {"pemCertificate": pem, "pemPrivateKey": key}}
    got = create(send, "certificates", "own", body)
    assert got["selfManaged"] == {}
    assert got["pemCertificate"] == pem
    assert got["sanDnsnames"] == ["example.com"]
    assert got["expireTime"] == "2026-04-01T00:00:00Z"
    assert "PRIVATE KEY" not in str(world.state.objects)
    other, other_key = self_signed("b.example.com")
    url = f"{PLACE}/certificates/own?updateMask=selfManaged"
    new = {"selfManaged": {"pemCertificate": other, "pemPrivateKey": other_key}}
    assert send("PATCH", url, new).status == 200
    assert send("GET", f"{PLACE}/certificates/own").json()["sanDnsnames"] == ["b.example.com"]
    mixed = {"selfManaged": {"pemCertificate": other, "pemPrivateKey": key}}
    assert "does not match" in send("PATCH", url, mixed).json()["error"]["message"]


def test_a_regional_authorization_has_a_record_of_its_project(send: Send) -> None:
    body = {"domain": "example.com"}
    started = send("POST", f"{REGIONAL}/dnsAuthorizations?dnsAuthorizationId=a", body).json()
    auth = send("GET", f"{HOST}/{started['name']}").json()["response"]
    assert auth["type"] == "PER_PROJECT_RECORD"
    assert auth["dnsResourceRecord"]["name"].startswith("_acme-challenge_")


# -- through Google's client ---------------------------------------------------------------------


def test_maps_through_googles_client(emulator: Emulator) -> None:
    places = discovery(emulator, "certificatemanager", "v1").projects().locations()
    maps = places.certificateMaps()
    body = {"description": "d", "labels": {"a": "b"}}
    started = maps.create(parent=GLOBAL, certificateMapId="m", body=body).execute()
    assert started["metadata"]["verb"] == "create"
    done = places.operations().get(name=started["name"]).execute()
    assert done["response"]["description"] == "d"
    name = f"{GLOBAL}/certificateMaps/m"
    maps.patch(name=name, updateMask="description", body={"description": "e"}).execute()
    got = maps.get(name=name).execute()
    assert (got["description"], got["labels"]) == ("e", {"a": "b"})
    assert len(maps.list(parent=GLOBAL).execute()["certificateMaps"]) == 1
    maps.delete(name=name).execute()
    assert maps.list(parent=GLOBAL).execute() == {}


# -- in use --------------------------------------------------------------------------------------


def test_what_is_used_stays(send: Send) -> None:
    create(send, "dnsAuthorizations", "auth", {"domain": "example.com"})
    create(send, "certificates", "cert", MANAGED)
    create(send, "certificateMaps", "map", {})
    entry = {"matcher": "PRIMARY", "certificates": [f"{GLOBAL}/certificates/cert"]}
    create(send, "certificateMaps/map/certificateMapEntries", "entry", entry)
    used = send("GET", f"{PLACE}/certificates/cert").json()["usedBy"]
    assert used[0]["name"].endswith("/certificateMaps/map/certificateMapEntries/entry")
    ways = ["dnsAuthorizations/auth", "certificates/cert", "certificateMaps/map"]
    for way in ways:
        error = send("DELETE", f"{PLACE}/{way}").json()["error"]
        assert error["status"] == "FAILED_PRECONDITION"
    for way in ["certificateMaps/map/certificateMapEntries/entry", *reversed(ways)]:
        assert send("DELETE", f"{PLACE}/{way}").status == 200, way


# -- mistakes ------------------------------------------------------------------------------------

INVALID = "INVALID_ARGUMENT"
CERTIFICATE = f"{PLACE}/certificates?certificateId=c"
ENTRY = f"{PLACE}/certificateMaps/map/certificateMapEntries?certificateMapEntryId=e"
USED = [f"{GLOBAL}/certificates/plain"]

MISTAKES = {
    "missing certificate": Mistake(
        "GET", f"{PLACE}/certificates/x", None, 404, "NOT_FOUND", f"Resource '{GLOBAL}/certificates/x' was not found",
    ),
    "no type": Mistake("POST", CERTIFICATE, {}, 400, INVALID, "Exactly one of managed"),
    "no domain": Mistake("POST", CERTIFICATE, {"managed": {}}, 400, INVALID, "domain is required"),
    "wildcard without a record": Mistake(
        "POST", CERTIFICATE, {"managed": {"domains": ["*.example.com"]}}, 400, INVALID, "Wildcard domains",
    ),
    "too many domains": Mistake(
        "POST", CERTIFICATE, {"managed": {"domains": [f"a{n}.example.com" for n in range(6)]}}, 400, INVALID, "At most 5",
    ),
    "domain without its record": Mistake(
        "POST", CERTIFICATE, {"managed": {"domains": ["b.com"], "dnsAuthorizations": [AUTHORIZATION]}},
        400, INVALID, "no DNS authorization for the domain b.com",
    ),
    "missing authorization": Mistake(
        "POST", CERTIFICATE, {"managed": {"domains": ["b.com"], "dnsAuthorizations": [f"{GLOBAL}/dnsAuthorizations/x"]}},
        404, "NOT_FOUND", "dnsAuthorizations/x",
    ),
    "scope of a region": Mistake(
        "POST", f"{REGIONAL}/certificates?certificateId=c", {**PLAIN, "scope": "EDGE_CACHE"}, 400, INVALID, "EDGE_CACHE",
    ),
    "regional without a record": Mistake(
        "POST", f"{REGIONAL}/certificates?certificateId=c", PLAIN, 400, INVALID, "need DNS authorizations",
    ),
    "bad enum": Mistake("POST", CERTIFICATE, {**PLAIN, "scope": "MOON"}, 400, INVALID, "scope"),
    "unknown field": Mistake("POST", CERTIFICATE, {**PLAIN, "nope": 1}, 400, INVALID, "nope"),
    "no PEM": Mistake("POST", CERTIFICATE, {"selfManaged": {"pemCertificate": "x"}}, 400, INVALID, "could not be parsed"),
    "duplicate": Mistake(
        "POST", f"{PLACE}/certificates?certificateId=plain", PLAIN, 409, "ALREADY_EXISTS", "already exists",
    ),
    "immutable domains": Mistake(
        "PATCH", f"{PLACE}/certificates/plain?updateMask=managed", MANAGED, 400, INVALID, "managed",
    ),
    "bad name": Mistake("POST", f"{PLACE}/certificates?certificateId=Bad_", PLAIN, 400, INVALID, "Bad_"),
    "two matches": Mistake(
        "POST", ENTRY, {"hostname": "a.com", "matcher": "PRIMARY", "certificates": USED}, 400, INVALID, "Exactly one of hostname",
    ),
    "five certificates": Mistake("POST", ENTRY, {"hostname": "a.com", "certificates": USED * 5}, 400, INVALID, "between 1 and 4"),
    "bad hostname": Mistake("POST", ENTRY, {"hostname": "a b", "certificates": USED}, 400, INVALID, "Invalid hostname"),
    "entry of a missing certificate": Mistake(
        "POST", ENTRY, {"hostname": "a.com", "certificates": [f"{GLOBAL}/certificates/x"]}, 404, "NOT_FOUND", "certificates/x",
    ),
    "second entry for a hostname": Mistake(
        "POST", ENTRY, {"hostname": "taken.com", "certificates": USED}, 409, "ALREADY_EXISTS", "entry for taken.com",
    ),
    "entry of a missing map": Mistake(
        "POST", f"{PLACE}/certificateMaps/x/certificateMapEntries?certificateMapEntryId=e",
        {"hostname": "a.com", "certificates": USED}, 404, "NOT_FOUND", "certificateMaps/x",
    ),
    "bad domain": Mistake(
        "POST", f"{PLACE}/dnsAuthorizations?dnsAuthorizationId=d", {"domain": "no domain"}, 400, INVALID, "Invalid domain",
    ),
    "second authorization of a domain": Mistake(
        "POST", f"{PLACE}/dnsAuthorizations?dnsAuthorizationId=d", {"domain": "example.com"},
        409, "ALREADY_EXISTS", "already authorized",
    ),
    "fixed record in a region": Mistake(
        "POST", f"{REGIONAL}/dnsAuthorizations?dnsAuthorizationId=d", {"domain": "a.com", "type": "FIXED_RECORD"},
        400, INVALID, "FIXED_RECORD",
    ),
    "short lifetime": Mistake(
        "POST", f"{PLACE}/certificateIssuanceConfigs?certificateIssuanceConfigId=i",
        {
            "certificateAuthorityConfig": {"certificateAuthorityServiceConfig": {"caPool": "p"}},
            "lifetime": "60s", "rotationWindowPercentage": 5, "keyAlgorithm": "RSA_2048",
        },
        400, INVALID, "lifetime",
    ),
    "stale etag": Mistake(
        "PATCH", f"{PLACE}/trustConfigs/t?updateMask=description", {"etag": "old"}, 409, "ABORTED", "etag",
    ),
}  # fmt: skip


@pytest.mark.parametrize("mistake", MISTAKES.values(), ids=MISTAKES)
def test_mistakes(send: Send, mistake: Mistake) -> None:
    create(send, "dnsAuthorizations", "auth", {"domain": "example.com"})
    create(send, "certificates", "plain", PLAIN)
    create(send, "certificateMaps", "map", {})
    entry = {"hostname": "taken.com", "certificates": USED}
    create(send, "certificateMaps/map/certificateMapEntries", "taken", entry)
    create(send, "trustConfigs", "t", {})
    refuse(send, mistake)
