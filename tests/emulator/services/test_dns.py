"""Cloud DNS: zones, record sets by changes and one by one, policies."""

import pytest

from gcpstack.emulator import Emulator
from gcpstack.emulator.core import dns
from gcpstack.emulator.core.google import Google
from gcpstack.emulator.core.latency import Latency
from tests.emulator.conftest import Send
from tests.emulator.services.clients import discovery
from tests.emulator.services.mistakes import Mistake, refuse

ROOT = "https://dns.googleapis.com/dns/v1/projects/demo-proj"
ZONES = f"{ROOT}/managedZones"
ZONE = f"{ZONES}/zone"
NETWORK = "https://www.googleapis.com/compute/v1/projects/demo-proj/global/networks/default"
BODY = {"name": "zone", "dnsName": "example.com.", "description": "a zone"}
WWW = {"name": "www.example.com.", "type": "A", "ttl": 300, "rrdatas": ["192.0.2.1"]}


@pytest.fixture
def zone(send: Send) -> dict:
    return send("POST", ZONES, BODY).json()


def change(send: Send, additions: list[dict] = (), deletions: list[dict] = ()) -> dict:
    body = {"additions": list(additions), "deletions": list(deletions)}
    return send("POST", f"{ZONE}/changes", {k: v for k, v in body.items() if v}).json()


def names(send: Send, query: str = "") -> list[str]:
    told = send("GET", f"{ZONE}/rrsets{query}").json()
    return [f"{one['name']} {one['type']}" for one in told.get("rrsets", [])]


def test_a_public_zone(send: Send, zone: dict, world: Google) -> None:
    assert zone.pop("id").isdigit()
    servers = zone.pop("nameServers")
    assert zone == {
        "kind": "dns#managedZone",
        "name": "zone",
        "dnsName": "example.com.",
        "description": "a zone",
        "visibility": "public",
        "creationTime": world.stamp(),
        "cloudLoggingConfig": {"kind": "dns#managedZoneCloudLoggingConfig"},
    }
    assert len(servers) == 4
    told = send("GET", f"{ZONE}/rrsets").json()["rrsets"]
    assert [(one["type"], one["ttl"]) for one in told] == [("NS", 21600), ("SOA", 21600)]
    assert told[0]["rrdatas"] == servers
    assert told[1]["rrdatas"][0].startswith(f"{servers[0]} cloud-dns-hostmaster.google.com. 1 ")


@pytest.mark.parametrize(("said", "status"), [({"description": ""}, 200), ({}, 400)])
def test_a_zone_is_described_if_with_nothing(send: Send, said: dict[str, str], status: int) -> None:
    """``gcloud dns managed-zones create`` sends an empty description where none is given."""
    sent = {"name": "bare", "dnsName": "bare.example.", **said}
    assert send("POST", f"{ROOT}/managedZones", sent).status == status


def test_a_private_zone(send: Send) -> None:
    networks = {"networks": [{"networkUrl": NETWORK}]}
    body = {**BODY, "visibility": "private", "privateVisibilityConfig": networks}
    told = send("POST", ZONES, body).json()
    assert told["privateVisibilityConfig"] == networks
    assert told["nameServers"] == ["ns-gcp-private.googledomains.com."]


def test_a_signed_zone(send: Send) -> None:
    told = send("POST", ZONES, {**BODY, "dnssecConfig": {"state": "on"}}).json()
    assert told["dnssecConfig"]["nonExistence"] == "nsec3"
    kinds = [spec["keyType"] for spec in told["dnssecConfig"]["defaultKeySpecs"]]
    assert kinds == ["keySigning", "zoneSigning"]


def test_changes_of_a_zone_answer_an_operation(send: Send, zone: dict) -> None:
    told = send("PATCH", ZONE, {"description": "new", "labels": {"a": "b"}}).json()
    assert (told["kind"], told["status"], told["type"]) == ("dns#operation", "done", "UPDATE")
    assert told["zoneContext"]["oldValue"]["description"] == "a zone"
    assert told["zoneContext"]["newValue"]["labels"] == {"a": "b"}
    assert send("GET", f"{ZONE}/operations/{told['id']}").json() == told
    assert send("GET", f"{ZONE}/operations").json()["operations"] == [told]
    send("PUT", ZONE, {**BODY, "description": "newer"})
    got = send("GET", ZONE).json()
    assert got["description"] == "newer"
    assert "labels" not in got
    assert got["nameServers"] == zone["nameServers"]
    send("PATCH", ZONE, {"description": "x", "labels": {"a": "1", "b": "2"}})
    send("PATCH", ZONE, {"labels": {"a": None}})
    assert send("GET", ZONE).json()["labels"] == {"b": "2"}


def test_zones_by_their_name(send: Send, zone: dict) -> None:
    send("POST", ZONES, {**BODY, "name": "other", "dnsName": "example.org."})
    assert len(send("GET", ZONES).json()["managedZones"]) == 2
    (found,) = send("GET", f"{ZONES}?dnsName=example.com.").json()["managedZones"]
    assert found["name"] == "zone"


def test_a_change_adds_and_removes_at_once(send: Send, zone: dict) -> None:
    first = change(send, [WWW])
    assert first["status"] == "done"
    assert first["additions"] == [WWW]
    newer = {**WWW, "rrdatas": ["192.0.2.2"]}
    second = change(send, [newer], [WWW])
    assert send("GET", f"{ZONE}/changes/{second['id']}").json() == second
    (told,) = send("GET", f"{ZONE}/rrsets?name=www.example.com.&type=A").json()["rrsets"]
    assert told == {"kind": "dns#resourceRecordSet", **newer}
    ids = [one["id"] for one in send("GET", f"{ZONE}/changes").json()["changes"]]
    assert ids == [first["id"], second["id"]]
    back = send("GET", f"{ZONE}/changes?sortBy=changeSequence&sortOrder=descending").json()[
        "changes"
    ]
    assert [one["id"] for one in back] == ids[::-1]


def test_a_change_that_fails_leaves_nothing_behind(send: Send, zone: dict) -> None:
    wrong = {**WWW, "name": "www.example.org."}
    assert send("POST", f"{ZONE}/changes", {"additions": [WWW, wrong]}).status == 400
    assert len(names(send)) == 2


def test_a_change_takes_its_time(send: Send, zone: dict, world: Google) -> None:
    world.latency = Latency(1)
    told = change(send, [WWW])
    assert told["status"] == "pending"
    world.advance(60)
    assert send("GET", f"{ZONE}/changes/{told['id']}").json()["status"] == "done"


def test_deletions_must_match_exactly(send: Send, zone: dict) -> None:
    change(send, [WWW])
    answer = send("POST", f"{ZONE}/changes", {"deletions": [{**WWW, "ttl": 60}]})
    assert answer.status == 412
    assert (
        "Precondition not met for 'entity.change.deletions[0]'" in answer.json()["error"]["message"]
    )


def test_the_apex_stays(send: Send, zone: dict) -> None:
    apex = {"name": "example.com.", "type": "NS", "ttl": 21600, "rrdatas": zone["nameServers"]}
    answer = send("POST", f"{ZONE}/changes", {"deletions": [apex]})
    assert answer.json()["error"]["errors"][0]["reason"] == "invalidZoneApex"
    again = send("POST", f"{ZONE}/changes", {"additions": [apex]})
    assert again.status == 409
    assert "named 'example.com. (NS)' already exists" in again.json()["error"]["message"]
    shorter = {**apex, "ttl": 300}
    assert change(send, [shorter], [apex])["status"] == "done"


def test_a_zone_with_records_stays(send: Send, zone: dict) -> None:
    change(send, [WWW])
    answer = send("DELETE", ZONE).json()["error"]
    assert answer["errors"][0]["reason"] == "containerNotEmpty"
    assert (
        answer["message"] == "The resource named 'zone' cannot be deleted because it is not empty"
    )
    change(send, deletions=[WWW])
    assert send("DELETE", ZONE).status == 200
    assert send("GET", ZONE).status == 404
    assert send("POST", ZONES, BODY).status == 200


def test_record_sets_one_by_one(send: Send, zone: dict) -> None:
    told = send("POST", f"{ZONE}/rrsets", WWW).json()
    assert told == {"kind": "dns#resourceRecordSet", **WWW}
    url = f"{ZONE}/rrsets/www.example.com./A"
    assert send("GET", url).json() == told
    assert send("PATCH", url, {"ttl": 60}).json() == {**told, "ttl": 60}
    assert send("DELETE", url).json() == {}
    assert send("GET", url).status == 404


def test_record_sets_in_pages(send: Send, zone: dict) -> None:
    change(send, [{**WWW, "name": f"h{n}.example.com."} for n in range(5)])
    first = send("GET", f"{ZONE}/rrsets?maxResults=4").json()
    rest = send("GET", f"{ZONE}/rrsets?maxResults=4&pageToken={first['nextPageToken']}").json()
    assert len(first["rrsets"]) == 4
    assert len(rest["rrsets"]) == 3
    assert "nextPageToken" not in rest


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ('"v=spf1 -all"', '"v=spf1 -all"'),
        ("v=spf1 -all", '"v=spf1" "-all"'),
        (f'"{"x" * 300}"', f'"{"x" * 255}" "{"x" * 45}"'),
    ],
)
def test_texts_are_quoted_and_split(send: Send, zone: dict, sent: str, kept: str) -> None:
    told = send("POST", f"{ZONE}/rrsets", {**WWW, "type": "TXT", "rrdatas": [sent]}).json()
    assert told["rrdatas"] == [kept]


def test_geographic_answers(send: Send, zone: dict) -> None:
    items = [
        {"location": "us-east1", "rrdatas": ["192.0.2.1"]},
        {"location": "us-west1", "rrdatas": ["192.0.2.2"]},
    ]
    body = {
        "name": "www.example.com.",
        "type": "A",
        "ttl": 5,
        "routingPolicy": {"geo": {"items": items}},
    }
    assert change(send, [body])["additions"] == [body]
    plain = {**WWW, "ttl": 5}
    send("PATCH", f"{ZONE}/rrsets/www.example.com./A", {"rrdatas": ["192.0.2.9"]})
    told = send("GET", f"{ZONE}/rrsets/www.example.com./A").json()
    assert told == {"kind": "dns#resourceRecordSet", **plain, "rrdatas": ["192.0.2.9"]}


def test_the_emulated_internet_sees_public_zones(send: Send, zone: dict, world: Google) -> None:
    alias = {
        "name": "app.example.com.",
        "type": "CNAME",
        "ttl": 300,
        "rrdatas": ["www.example.com."],
    }
    change(send, [WWW, alias])
    assert dns.addresses(world, "app.example.com") == ["192.0.2.1"]
    send(
        "POST", ZONES, {**BODY, "name": "inside", "dnsName": "corp.test.", "visibility": "private"}
    )
    send("POST", f"{ZONES}/inside/rrsets", {**WWW, "name": "www.corp.test."})
    assert dns.addresses(world, "www.corp.test") == []


def test_policies_are_detached_before_they_go(send: Send) -> None:
    url = f"{ROOT}/policies"
    networks = [{"networkUrl": NETWORK}]
    told = send(
        "POST", url, {"name": "inbound", "enableInboundForwarding": True, "networks": networks}
    ).json()
    assert told["kind"] == "dns#policy"
    assert told["networks"] == [{"kind": "dns#policyNetwork", "networkUrl": NETWORK}]
    again = send("POST", url, {"name": "other", "networks": networks})
    assert again.json()["error"]["status"] == "ALREADY_EXISTS"
    assert (
        send("DELETE", f"{url}/inbound").json()["error"]["errors"][0]["reason"] == "resourceInUse"
    )
    patched = send("PATCH", f"{url}/inbound", {"networks": None, "enableLogging": True}).json()
    assert patched["policy"]["enableLogging"] is True
    assert send("DELETE", f"{url}/inbound").status == 200
    assert send("GET", url).json() == {"kind": "dns#policiesListResponse"}


def test_response_policies_and_their_rules(send: Send) -> None:
    url = f"{ROOT}/responsePolicies"
    send("POST", url, {"responsePolicyName": "rp", "description": "x"})
    data = {
        "localDatas": [{"name": "a.example.com.", "type": "A", "ttl": 5, "rrdatas": ["192.0.2.1"]}]
    }
    rule = {"ruleName": "rule", "dnsName": "a.example.com.", "localData": data}
    told = send("POST", f"{url}/rp/rules", rule).json()
    assert told["kind"] == "dns#responsePolicyRule"
    assert len(send("GET", f"{url}/rp/rules").json()["responsePolicyRules"]) == 1
    patched = send("PATCH", f"{url}/rp/rules/rule", {"dnsName": "b.example.com."}).json()
    assert patched["responsePolicyRule"]["dnsName"] == "b.example.com."
    assert send("POST", f"{url}/none/rules", rule).status == 404
    assert send("DELETE", f"{url}/rp").status == 200
    assert send("GET", f"{url}/rp/rules/rule").status == 404


def test_quotas_and_policies_of_zones(send: Send, zone: dict) -> None:
    assert send("GET", ROOT).json()["quota"]["resourceRecordsPerRrset"] == 100
    binding = {"role": "roles/dns.admin", "members": ["user:a@example.com"]}
    told = send("POST", f"{ZONE}:setIamPolicy", {"policy": {"bindings": [binding]}}).json()
    assert told["bindings"] == [binding]
    assert send("POST", f"{ZONE}:getIamPolicy", {}).json() == told


RRSETS = f"{ZONE}/rrsets"
MISTAKES = [
    ("GET", f"{ZONES}/none", None, 404, "NOT_FOUND", "The 'parameters.managedZone' resource named 'none' does not exist."),
    ("POST", ZONES, BODY, 409, "ALREADY_EXISTS", "The resource 'entity.managedZone' named 'zone' already exists"),
    ("POST", ZONES, {**BODY, "name": "Zone"}, 400, "INVALID_ARGUMENT", "entity.managedZone.name"),
    ("POST", ZONES, {**BODY, "name": "z2", "dnsName": "example.com"}, 400, "INVALID_ARGUMENT", "entity.managedZone.dnsName"),
    ("POST", ZONES, {"name": "z2", "description": "x"}, 400, "INVALID_ARGUMENT", "'entity.managedZone.dnsName' parameter is required"),
    ("POST", ZONES, {**BODY, "name": "z2", "visibility": "secret"}, 400, "INVALID_ARGUMENT", "visibility"),
    ("POST", ZONES, {**BODY, "name": "z2", "zone": 1}, 400, "INVALID_ARGUMENT", 'Unknown name "zone"'),
    (
        "POST", ZONES,
        {
            **BODY, "name": "z2", "visibility": "private",
            "privateVisibilityConfig": {"networks": [{"networkUrl": NETWORK.replace("default", "none")}]},
        },
        404, "NOT_FOUND", "projects/demo-proj/global/networks/none",
    ),
    ("PATCH", ZONE, {"dnsName": "other.com."}, 400, "INVALID_ARGUMENT", "entity.managedZone.dnsName"),
    ("PATCH", ZONE, {"visibility": "private"}, 400, "INVALID_ARGUMENT", "entity.managedZone.visibility"),
    ("POST", f"{ZONES}/none/changes", {"additions": [WWW]}, 404, "NOT_FOUND", "none"),
    ("POST", f"{ZONE}/changes", {}, 400, "INVALID_ARGUMENT", "entity.change"),
    ("POST", f"{ZONE}/changes", {"deletions": [WWW]}, 404, "NOT_FOUND", "named 'www.example.com. (A)' does not exist"),
    ("GET", f"{ZONE}/changes/99", None, 404, "NOT_FOUND", "'99' does not exist"),
    ("POST", RRSETS, {**WWW, "name": "www.example.com"}, 400, "INVALID_ARGUMENT", "entity.resourceRecordSet.name"),
    ("POST", RRSETS, {**WWW, "name": "www.example.org."}, 400, "INVALID_ARGUMENT", "entity.resourceRecordSet.name"),
    ("POST", RRSETS, {**WWW, "type": "B"}, 400, "INVALID_ARGUMENT", "entity.resourceRecordSet.type"),
    ("POST", RRSETS, {**WWW, "ttl": -1}, 400, "INVALID_ARGUMENT", "ttl"),
    ("POST", RRSETS, {**WWW, "rrdatas": ["300.1.1.1"]}, 400, "INVALID_ARGUMENT", "rrdata[0]': '300.1.1.1'"),
    ("POST", RRSETS, {**WWW, "type": "AAAA"}, 400, "INVALID_ARGUMENT", "rrdata[0]"),
    ("POST", RRSETS, {**WWW, "type": "CNAME", "rrdatas": ["other"]}, 400, "INVALID_ARGUMENT", "rrdata[0]"),
    ("POST", RRSETS, {**WWW, "type": "MX", "rrdatas": ["mail.example.com."]}, 400, "INVALID_ARGUMENT", "rrdata[0]"),
    ("POST", RRSETS, {**WWW, "type": "SRV", "rrdatas": ["1 2 x."]}, 400, "INVALID_ARGUMENT", "rrdata[0]"),
    ("POST", RRSETS, {**WWW, "type": "CAA", "rrdatas": ["issue"]}, 400, "INVALID_ARGUMENT", "rrdata[0]"),
    ("POST", RRSETS, {**WWW, "rrdatas": []}, 400, "INVALID_ARGUMENT", "one of rrdatas and routingPolicy"),
    ("POST", RRSETS, {**WWW, "routingPolicy": {"geo": {}}}, 400, "INVALID_ARGUMENT", "one of rrdatas and routingPolicy"),
    (
        "POST", RRSETS,
        {
            "name": "www.example.com.", "type": "A", "ttl": 5,
            "routingPolicy": {"geo": {"items": [{"location": "us-east1", "rrdatas": ["192.0.2.1"]}] * 2}},
        },
        400, "INVALID_ARGUMENT", "locations must be unique",
    ),
    (
        "POST", RRSETS,
        {"name": "w.example.com.", "type": "A", "ttl": 5, "routingPolicy": {"geo": {"items": []}, "wrr": {"items": []}}},
        400, "INVALID_ARGUMENT", "exactly one of geo, wrr",
    ),
    ("POST", RRSETS, {**WWW, "name": "alias.example.com."}, 400, "INVALID_ARGUMENT", "either one CNAME"),
    ("POST", RRSETS, {**WWW, "name": "many.example.com.", "rrdatas": ["192.0.2.1"] * 101}, 403, "PERMISSION_DENIED", "Quota"),
    ("GET", f"{RRSETS}?type=A", None, 400, "INVALID_ARGUMENT", "parameters.name"),
    ("GET", f"{RRSETS}/none.example.com./A", None, 404, "NOT_FOUND", "named 'none.example.com. (A)'"),
    ("DELETE", f"{RRSETS}/example.com./SOA", None, 400, "INVALID_ARGUMENT", "at the apex"),
    ("DELETE", f"{ROOT}/policies/none", None, 404, "NOT_FOUND", "none"),
    ("GET", f"{ZONE}/dnsKeys", None, 501, "UNIMPLEMENTED", "dnsKeys.list"),
]  # fmt: skip


@pytest.mark.parametrize("mistake", MISTAKES)
def test_mistakes(send: Send, zone: dict, mistake: tuple) -> None:
    alias = {
        "name": "alias.example.com.",
        "type": "CNAME",
        "ttl": 300,
        "rrdatas": ["x.example.com."],
    }
    change(send, [alias])
    refuse(send, Mistake(*mistake))


def test_googles_client_works_against_it(emulator: Emulator) -> None:
    with discovery(emulator, "dns", "v1") as client:
        zone = client.managedZones().create(project="demo-proj", body=BODY).execute()
        target = {"project": "demo-proj", "managedZone": zone["name"]}
        made = client.changes().create(**target, body={"additions": [WWW]}).execute()
        assert client.changes().get(**target, changeId=made["id"]).execute()["status"] == "done"
        listed = client.resourceRecordSets().list(**target, name=WWW["name"], type="A").execute()
    assert listed["rrsets"][0]["rrdatas"] == WWW["rrdatas"]
