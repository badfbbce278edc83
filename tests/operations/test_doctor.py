"""The doctor at an emulated Google: certificates, their balancer, the zone."""

import json
import uuid
from pathlib import Path

import pytest
import requests

from gcpstack import Settings, Stack
from gcpstack._adapters.public_dns import PublicDns
from gcpstack._cli.main import main
from gcpstack._operations.doctor import examine
from gcpstack.exceptions import CloudError
from tests.operations.shop import FILE, address_of

NAME = "shop.example.com"


@pytest.fixture
def place(gcp_emulator, tmp_path):
    project = f"doc-{uuid.uuid4().hex[:12]}"
    file = tmp_path / "shop.py"
    file.write_text(FILE)
    return [str(file), "--project", project, "--endpoint", gcp_emulator.endpoint]


def control(place, path, body):
    answer = requests.put(f"{place[-1]}/_emulator/{path}", json=body, timeout=30)
    assert answer.ok, answer.text


def answered(capsys, *arguments):
    capsys.readouterr()
    status = main([*arguments, "--json"])
    return status, json.loads(capsys.readouterr().out)


def test_from_nothing_to_a_certificate(place, capsys):
    """Absent, without a record, with a wrong one, forbidden by CAA, and at last active."""
    status, told = answered(capsys, "doctor", *place)
    assert (status, told["domains"][0]["outlook"]) == (1, "It does not exist yet: apply the stack.")

    assert main(["apply", *place, "--yes"]) == 0
    ip = address_of(place[-1], place[2])
    status, told = answered(capsys, "doctor", *place)
    (finding,) = told["domains"][0]["findings"]
    assert status == 1
    assert finding["cause"] == "there is no such name"
    assert finding["remedy"] == f"Create the A record for {NAME}: {ip}."

    control(place, "dns", {NAME: ["198.51.100.7"]})
    _, told = answered(capsys, "doctor", *place)
    assert "leads to 198.51.100.7" in told["domains"][0]["findings"][0]["cause"]
    assert told["domains"][0]["records"] == {"A": ["198.51.100.7"]}

    assert main(["doctor", *place, "--wait", "1"]) == 1
    waited = capsys.readouterr().out
    assert "Waiting until 20" in waited
    assert "Gave up waiting after " in waited

    control(place, "dns", {NAME: [ip]})
    status, told = answered(capsys, "doctor", *place, "--wait", "0")
    assert (status, told["ok"]) == (0, True)
    assert told["domains"][0]["status"] == "ACTIVE"
    control(place, "dns", {NAME: []})


def test_status_tells_the_cause(place, capsys):
    """Where a certificate is not ready, the record to set stands beside it."""
    assert main(["apply", *place, "--yes"]) == 0
    capsys.readouterr()
    assert main(["status", *place]) == 0
    told = capsys.readouterr().out
    assert f"{NAME}: there is no such name. Create the A record for {NAME}:" in told
    assert main(["doctor", *place, "--no-color"]) == 1
    told = capsys.readouterr().out
    assert "1 domain: 1 not working yet." in told


def test_zones_and_caa(gcp_emulator, capsys, place):
    """The emulated zones are what DNS says: aliases, CAA, names that are not."""
    endpoint, project = gcp_emulator.endpoint, place[2]
    zones = f"{endpoint}/dns.googleapis.com/dns/v1/projects/{project}/managedZones"
    zone = {"name": "z", "dnsName": f"{project}.test.", "description": "z"}
    assert requests.post(zones, json=zone, timeout=30).ok

    def put(name, kind, *values):
        body = {"name": f"{name}.", "type": kind, "ttl": 60, "rrdatas": list(values)}
        answer = requests.post(f"{zones}/z/rrsets", json=body, timeout=30)
        assert answer.ok, answer.text

    put(f"www.{project}.test", "CNAME", f"web.{project}.test.")
    put(f"web.{project}.test", "A", "203.0.113.9", "203.0.113.8")
    put(f"{project}.test", "CAA", '0 issue "digicert.com"')
    settings = Settings(project=project, region="us-central1", endpoint=endpoint)
    with Stack("names").session(settings) as session:
        dns = PublicDns(session.clients)
        found = dns.lookup(f"www.{project}.test", "A")
        assert found.values == ("203.0.113.8", "203.0.113.9")
        assert found.aliases == (f"web.{project}.test",)
        assert dns.lookup(f"{project}.test", "CAA").values == ('0 issue "digicert.com"',)
        nothing = dns.lookup(f"web.{project}.test", "AAAA")
        assert (nothing.values, nothing.exists) == ((), True)
        assert not dns.lookup(f"no.{project}.test", "A").exists
        assert examine(session) == []
        assert session.clients.plain.headers.get("authorization") is None


def test_the_authority_keeps_to_caa(gcp_emulator, place, capsys):
    """A certificate is not issued where the zone lets only others do it."""
    project = place[2]
    domain = f"shop.{project}.test"
    Path(place[0]).write_text(FILE.replace(NAME, domain), encoding="utf-8")
    zones = f"{place[-1]}/dns.googleapis.com/dns/v1/projects/{project}/managedZones"
    zone = {"name": "z", "dnsName": f"{project}.test.", "description": "z"}
    assert requests.post(zones, json=zone, timeout=30).ok
    assert main(["apply", *place, "--yes"]) == 0
    for name, kind, value in (
        (f"{project}.test", "CAA", '0 issue "digicert.com"'),
        (domain, "A", address_of(place[-1], project)),
    ):
        body = {"name": f"{name}.", "type": kind, "ttl": 60, "rrdatas": [value]}
        assert requests.post(f"{zones}/z/rrsets", json=body, timeout=30).ok
    status, told = answered(capsys, "doctor", *place)
    assert status == 1
    assert told["domains"][0]["status"] == "FAILED_CAA_FORBIDDEN"
    assert "let only digicert.com" in told["domains"][0]["findings"][0]["cause"]


def test_what_is_no_question(gcp_emulator):
    """Google answers 400, and so does the emulator."""
    url = f"{gcp_emulator.endpoint}/dns.google/dns-query"
    assert requests.post(url, data=b"\xff", timeout=30).status_code == 400
    assert requests.get(url, timeout=30).status_code == 400
    assert requests.get(url, params={"dns": "%%%"}, timeout=30).status_code == 400


def test_dns_that_does_not_answer(gcp_emulator):
    """It is told, with the name."""
    settings = Settings(project="my-project", region="us-central1", endpoint=gcp_emulator.endpoint)
    with Stack("names").session(settings) as session:
        session.clients.route = lambda url: f"{gcp_emulator.endpoint}/nowhere"
        with pytest.raises(CloudError, match="public DNS answered 404 for"):
            PublicDns(session.clients).lookup(NAME, "A")


def test_a_wrong_span_of_time(capsys):
    """A usage error, in words."""
    assert main(["doctor", "x.py", "--wait", "soon"]) == 1
    assert "'soon' is not a span of time such as 90s" in capsys.readouterr().err


def test_addresses_of_a_protocol_that_nobody_listens_to(place, capsys):
    """The record to delete is told; and once the load balancer speaks IPv6, the one to create."""
    assert main(["apply", *place, "--yes"]) == 0
    ip = address_of(place[-1], place[2])
    control(place, "dns", {NAME: [ip, "2001:db8::1"]})
    _, told = answered(capsys, "doctor", *place)
    (finding,) = told["domains"][0]["findings"]
    assert "leads to 2001:db8::1, but the load balancer has no IPv6 address" in finding["cause"]
    assert finding["remedy"].startswith("Delete the AAAA record")
    control(place, "dns", {NAME: []})


def test_a_port_that_leads_nowhere(place, capsys):
    """A certificate whose proxy has no port 443 stays unissued; that is told before any record."""
    assert main(["apply", *place, "--yes"]) == 0
    url = (
        f"{place[-1]}/compute.googleapis.com/compute/v1/projects/{place[2]}/global/forwardingRules"
    )
    rules = requests.get(url, timeout=30).json()["items"]
    name = next(rule["name"] for rule in rules if "443" in rule["portRange"])
    assert requests.delete(f"{url}/{name}", timeout=30).ok
    _, told = answered(capsys, "doctor", *place)
    finding = told["domains"][0]["findings"][0]
    assert finding["cause"] == "no forwarding rule leads port 443 to the certificate's proxy"
    assert finding["remedy"] == "Add what is missing to the stack, and apply it."
