"""Certificates: self-managed ones are read, managed ones are issued once their names resolve."""

import datetime as dt
import json
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from gcpstack.emulator import ManualClock
from gcpstack.emulator.core import dns
from gcpstack.emulator.core.google import Google
from gcpstack.emulator.core.latency import Latency
from gcpstack.emulator.core.store import Obj
from gcpstack.emulator.core.wire import Request, Response
from tests.emulator.conftest import Send, sender
from tests.emulator.services.balancing import (
    GLOBAL,
    REGION,
    call,
    certificate,
    https_proxy,
    make,
    read,
    refusal,
    rule,
)

CERTIFICATES = f"{GLOBAL}/sslCertificates"
EXPIRES = dt.datetime(2031, 5, 6, 7, 8, 9, tzinfo=dt.UTC)


def self_signed(*names: str) -> tuple[str, str]:
    """A certificate and its key, as PEM."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "test")])
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(EXPIRES - dt.timedelta(days=9))
        .not_valid_after(EXPIRES)
    )
    if names:
        found = x509.SubjectAlternativeName([x509.DNSName(name) for name in names])
        builder = builder.add_extension(found, critical=False)
    made = builder.sign(key, hashes.SHA256())
    pem = serialization.Encoding.PEM
    private = key.private_bytes(
        pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return made.public_bytes(pem).decode(), private.decode()


def put_dns(world: Google, records: dict[str, Any]) -> None:
    """Say what names resolve to, through the emulator's own control call."""
    body = json.dumps(records).encode()
    answer = world.handle(Request("PUT", "/_emulator/dns", body=body))
    assert isinstance(answer, Response)
    assert answer.status == 200


def managed(send: Send, name: str = "cert") -> dict[str, Any]:
    found: dict[str, Any] = read(send, f"{CERTIFICATES}/{name}")["managed"]
    return found


def served(send: Send, *domains: str, port: str = "443") -> str:
    """A managed certificate behind a forwarding rule; gives the rule's address."""
    made = rule(send, https_proxy(send, [certificate(send, *domains)]), port=port)
    return str(made["IPAddress"])


def test_a_certificate_begins_provisioning(send: Send) -> None:
    certificate(send, "a.example.com", "b.example.com")
    assert managed(send) == {
        "domains": ["a.example.com", "b.example.com"],
        "status": "PROVISIONING",
        "domainStatus": {"a.example.com": "PROVISIONING", "b.example.com": "PROVISIONING"},
    }
    assert "expireTime" not in read(send, f"{CERTIFICATES}/cert")


def test_without_a_rule_it_goes_on_provisioning(send: Send, world: Google) -> None:
    put_dns(world, {"a.example.com": ["34.1.2.3"]})
    https_proxy(send, [certificate(send, "a.example.com")])
    assert managed(send)["domainStatus"] == {"a.example.com": "PROVISIONING"}


def test_a_rule_on_another_port_does_not_count(send: Send, world: Google) -> None:
    address = served(send, "a.example.com", port="8443")
    put_dns(world, {"a.example.com": [address]})
    assert managed(send)["status"] == "PROVISIONING"


def test_a_name_that_resolves_elsewhere_is_not_visible(send: Send, world: Google) -> None:
    address = served(send, "a.example.com", "b.example.com", "c.example.com")
    put_dns(world, {"a.example.com": [address], "b.example.com": ["1.2.3.4"]})
    assert managed(send) == {
        "domains": ["a.example.com", "b.example.com", "c.example.com"],
        "status": "PROVISIONING",
        "domainStatus": {
            "a.example.com": "ACTIVE",
            "b.example.com": "FAILED_NOT_VISIBLE",
            "c.example.com": "FAILED_NOT_VISIBLE",
        },
    }


def test_a_second_address_makes_a_name_not_visible(send: Send, world: Google) -> None:
    address = served(send, "a.example.com")
    put_dns(world, {"a.example.com": [address, "1.2.3.4"]})
    assert managed(send)["domainStatus"] == {"a.example.com": "FAILED_NOT_VISIBLE"}


def test_once_all_names_resolve_it_is_active_and_stays(send: Send, world: Google) -> None:
    address = served(send, "a.example.com", "B.example.com.")
    put_dns(
        world,
        {
            "a.example.com": "alias.example.com",
            "alias.example.com": [address],
            "b.example.com": address,
        },
    )
    told = read(send, f"{CERTIFICATES}/cert")
    assert (told["managed"]["status"], set(told["managed"]["domainStatus"].values())) == (
        "ACTIVE",
        {"ACTIVE"},
    )
    assert told["subjectAlternativeNames"] == told["managed"]["domains"]
    assert told["expireTime"]
    put_dns(world, {"a.example.com": [], "b.example.com": []})
    assert managed(send)["status"] == "ACTIVE"


def zone_record(world: Google, kind: str, value: str, visibility: str = "public") -> None:
    """A record as Cloud DNS keeps it."""
    zone = "projects/demo-proj/managedZones/z"
    with world.entered():
        world.state.put(Obj("dns", "managedZones", zone, {"visibility": visibility}))
        body = {"name": "a.example.com.", "type": kind, "rrdatas": [value]}
        world.state.put(Obj("dns", "resourceRecordSets", f"{zone}/rrsets/a.example.com.", body))


def test_the_zones_of_cloud_dns_count(send: Send, world: Google) -> None:
    address = served(send, "a.example.com")
    zone_record(world, "A", address, "private")
    assert managed(send)["domainStatus"] == {"a.example.com": "FAILED_NOT_VISIBLE"}
    zone_record(world, "A", address)
    assert managed(send)["status"] == "ACTIVE"


def test_names_resolve_by_wildcards_and_policies(world: Google) -> None:
    zone = "projects/demo-proj/managedZones/z"
    policy = {
        "geo": {
            "items": [{"location": "us-east1", "rrdatas": ["1.1.1.1"]}, {"rrdatas": ["2.2.2.2"]}]
        }
    }
    rows: dict[str, dict[str, Any]] = {
        "*.example.com.": {"type": "CNAME", "rrdatas": ["geo.example.org."]},
        "geo.example.org.": {"type": "A", "routingPolicy": policy},
        "loop.example.org.": {"type": "CNAME", "rrdatas": ["loop.example.org."]},
        "text.example.org.": {"type": "TXT", "rrdatas": ['"3.3.3.3"']},
    }
    for name, body in rows.items():
        found = Obj("dns", "resourceRecordSets", f"{zone}/rrsets/{name}", {"name": name, **body})
        world.state.put(found)
    assert dns.addresses(world, "WWW.example.com") == ["1.1.1.1", "2.2.2.2"]
    assert dns.addresses(world, "loop.example.org") == []
    assert dns.addresses(world, "text.example.org") == []


def test_issuing_takes_its_time(world: Google, send: Send) -> None:
    address = served(send, "a.example.com")
    world.latency = Latency("typical")
    put_dns(world, {"a.example.com": [address]})
    assert managed(send)["status"] == "PROVISIONING"
    world.advance(1199)
    assert managed(send)["status"] == "PROVISIONING"
    world.advance(2)
    assert managed(send)["status"] == "ACTIVE"


def test_a_change_meanwhile_starts_the_wait_again(world: Google, send: Send) -> None:
    address = served(send, "a.example.com")
    world.latency = Latency("typical")
    put_dns(world, {"a.example.com": [address]})
    world.advance(1000)
    put_dns(world, {"a.example.com": ["1.2.3.4"]})
    world.advance(1000)
    assert managed(send)["domainStatus"] == {"a.example.com": "FAILED_NOT_VISIBLE"}
    put_dns(world, {"a.example.com": [address]})
    world.advance(1201)
    assert managed(send)["status"] == "ACTIVE"


def test_detached_it_is_provisioning_again(send: Send, world: Google) -> None:
    served(send, "a.example.com")
    assert managed(send)["domainStatus"] == {"a.example.com": "FAILED_NOT_VISIBLE"}
    call(send, "DELETE", f"{GLOBAL}/forwardingRules/rule")
    assert managed(send)["domainStatus"] == {"a.example.com": "PROVISIONING"}


def test_a_wait_survives_the_process(tmp_path: Any) -> None:
    file, clock = str(tmp_path / "state"), ManualClock()
    first = Google(clock=clock, state_file=file, latency="typical")
    send = sender(first)
    first.latency = Latency("none")
    address = served(send, "a.example.com")
    first.latency = Latency("typical")
    put_dns(first, {"a.example.com": [address]})
    first.close()
    second = Google(clock=ManualClock(clock.now()), state_file=file, latency="typical")
    second.advance(1300)
    assert managed(sender(second))["status"] == "ACTIVE"
    second.close()


def test_a_used_certificate_stays(send: Send) -> None:
    served(send, "a.example.com")
    status, reason, message = refusal(send, "DELETE", f"{CERTIFICATES}/cert")
    assert (status, reason) == (400, "resourceInUseByAnotherResource")
    assert message.startswith(
        "The ssl_certificate resource 'projects/demo-proj/global/sslCertificates/cert'"
    )


def test_nothing_of_a_certificate_can_be_changed(send: Send) -> None:
    certificate(send, "a.example.com")
    assert (
        send("PATCH", f"{CERTIFICATES}/cert", {"managed": {"domains": ["b.example.com"]}}).status
        == 404
    )


def test_a_self_managed_certificate_is_read_and_its_key_kept_secret(
    send: Send, world: Google
) -> None:
    pem, key = self_signed("a.example.com", "*.example.org")
    told = make(send, CERTIFICATES, {"name": "c", "certificate": pem, "privateKey": key})
    assert (told["type"], told["certificate"], told["selfManaged"]) == (
        "SELF_MANAGED",
        pem,
        {"certificate": pem},
    )
    assert told["subjectAlternativeNames"] == ["a.example.com", "*.example.org"]
    assert dt.datetime.fromisoformat(told["expireTime"]) == EXPIRES
    assert "PRIVATE KEY" not in str(world.state.objects)


def test_the_nested_form_is_the_same(send: Send) -> None:
    pem, key = self_signed()
    nested = {"type": "SELF_MANAGED", "selfManaged": {"certificate": pem, "privateKey": key}}
    told = make(send, f"{REGION}/sslCertificates", {"name": "c", **nested})
    assert (told["certificate"], told["selfManaged"]) == (pem, {"certificate": pem})
    assert "subjectAlternativeNames" not in told


PEM, PRIVATE = self_signed()
OTHER = self_signed()[1]
MANY = [f"d{number}.example.com" for number in range(101)]


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({}, "Required field 'certificate'"),
        ({"certificate": PEM}, "Required field 'privateKey'"),
        (
            {"certificate": "nonsense", "privateKey": PRIVATE},
            "The SSL certificate could not be parsed.",
        ),
        ({"certificate": PEM, "privateKey": "nonsense"}, "The SSL key could not be parsed."),
        ({"certificate": PEM, "privateKey": OTHER}, "do not match"),
        ({"type": "MANAGED"}, "Required field 'managed.domains'"),
        ({"type": "MANAGED", "managed": {"domains": []}}, "Required field 'managed.domains'"),
        ({"managed": {"domains": ["*.example.com"]}}, "Invalid domain name specified."),
        ({"managed": {"domains": ["localhost"]}}, "Invalid domain name specified."),
        ({"managed": {"domains": ["a b.com"]}}, "Invalid domain name specified."),
        ({"managed": {"domains": ["a.com", "A.com."]}}, "Duplicate domains"),
        ({"managed": {"domains": MANY}}, "At most 100"),
        ({"managed": {"domains": ["a.com"]}, "certificate": PEM}, "managed SSL certificate"),
        ({"type": "SELF_MANAGED", "managed": {"domains": ["a.com"]}}, "need the type MANAGED"),
        ({"managed": {"domain": ["a.com"]}}, 'Unknown name "domain"'),
    ],
)
def test_mistakes(send: Send, body: dict[str, Any], words: str) -> None:
    status, _, message = refusal(send, "POST", CERTIFICATES, {"name": "c", **body})
    assert status == 400
    assert words in message


def test_managed_certificates_are_global(send: Send) -> None:
    body = {"name": "c", "managed": {"domains": ["a.example.com"]}}
    assert "global" in refusal(send, "POST", f"{REGION}/sslCertificates", body)[2]


def test_both_sorts_share_one_namespace(send: Send) -> None:
    certificate(send, "a.example.com")
    body = {"name": "cert", "certificate": PEM, "privateKey": PRIVATE}
    assert refusal(send, "POST", CERTIFICATES, body)[:2] == (409, "alreadyExists")


POLICIES = f"{GLOBAL}/sslPolicies"


def test_ssl_policies_tell_their_features(send: Send) -> None:
    told = make(send, POLICIES, {"name": "p"})
    assert (told["profile"], told["minTlsVersion"], len(told["enabledFeatures"])) == (
        "COMPATIBLE",
        "TLS_1_0",
        15,
    )
    body = {"profile": "RESTRICTED", "minTlsVersion": "TLS_1_2", "fingerprint": told["fingerprint"]}
    operation = call(send, "PATCH", f"{POLICIES}/p", body)
    assert operation["operationType"] == "compute.sslPolicies.patch"
    assert len(read(send, f"{POLICIES}/p")["enabledFeatures"]) == 6
    assert refusal(send, "PATCH", f"{POLICIES}/p", body)[:2] == (412, "conditionNotMet")
    features = call(send, "GET", f"{POLICIES}/listAvailableFeatures")["features"]
    assert (
        make(send, POLICIES, {"name": "c", "profile": "CUSTOM", "customFeatures": features[:2]})[
            "enabledFeatures"
        ]
        == features[:2]
    )


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({"profile": "MODERN", "minTlsVersion": "TLS_1_3"}, "resource.profile"),
        ({"profile": "FIPS_202205", "minTlsVersion": "TLS_1_1"}, "resource.profile"),
        ({"profile": "CUSTOM"}, "customFeatures"),
        (
            {"profile": "MODERN", "customFeatures": ["TLS_RSA_WITH_AES_128_CBC_SHA"]},
            "customFeatures",
        ),
        ({"profile": "CUSTOM", "customFeatures": ["TLS_NONE"]}, "Unknown SSL feature"),
        ({"profile": "OLD"}, "resource.profile"),
        ({"minTlsVersion": "SSL_3"}, "resource.minTlsVersion"),
    ],
)
def test_ssl_policy_mistakes(send: Send, body: dict[str, Any], words: str) -> None:
    status, _, message = refusal(send, "POST", POLICIES, {"name": "p", **body})
    assert status == 400
    assert words in message
