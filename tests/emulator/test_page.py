"""The page for people, and the control calls that it asks."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
import requests

from gcpstack.emulator import Emulator
from gcpstack.emulator.core.google import Google
from gcpstack.emulator.core.latency import Latency
from tests.emulator.browser import FOUND, Browser
from tests.emulator.conftest import Send

COMPUTE = "https://compute.googleapis.com/compute/v1/projects/demo-proj"
RUN = "https://run.googleapis.com/v2/projects/demo-proj/locations/us-central1/services"
SECRETS = "https://secretmanager.googleapis.com/v1/projects/demo-proj/secrets"
ADDRESS = "//compute.googleapis.com/projects/demo-proj/global/addresses/front"
RULE = "//compute.googleapis.com/projects/demo-proj/regions/us-central1/subnetworks/sub"
NETWORK = "//compute.googleapis.com/projects/demo-proj/global/networks/net"


def overview(send: Send, after: str = "") -> dict[str, Any]:
    told: dict[str, Any] = send("GET", f"_emulator/overview?after={after}").json()
    return told


def subnetwork(send: Send) -> None:
    send("POST", f"{COMPUTE}/global/networks", {"name": "net", "autoCreateSubnetworks": False})
    body = {"name": "sub", "network": "global/networks/net", "ipCidrRange": "10.0.0.0/24"}
    send("POST", f"{COMPUTE}/regions/us-central1/subnetworks", body)


# -- the document


def test_a_browser_gets_a_page_and_everybody_else_json(emulator: Emulator) -> None:
    page = requests.get(emulator.endpoint, headers={"Accept": "text/html,*/*;q=0.8"}, timeout=10)
    assert page.headers["content-type"] == "text/html; charset=UTF-8"
    assert page.text.startswith("<!doctype html>")
    for accept in ("*/*", "application/json"):
        told = requests.get(emulator.endpoint, headers={"Accept": accept}, timeout=10)
        assert told.json()["ready"] is True


def test_the_page_asks_nobody_else(emulator: Emulator) -> None:
    page = requests.get(emulator.endpoint, headers={"Accept": "text/html"}, timeout=10)
    policy = page.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "connect-src 'self'" in policy
    outside = re.findall(r"(?:src|href)=\"(?!data:)[^\"]*\"|@import|url\((?!data:)", page.text)
    assert outside == []


# -- what it asks for


def test_what_exists_by_service(send: Send) -> None:
    send("POST", f"{COMPUTE}/global/addresses", {"name": "front"})
    send("POST", f"{SECRETS}?secretId=key", {"replication": {"automatic": {}}})
    told = overview(send)
    counts = {row["name"]: row["count"] for row in told["services"]}
    assert counts["secretmanager"] == 1
    assert ADDRESS in {row["name"] for row in told["resources"]}
    assert told["total"]["resources"] == sum(counts.values())


def test_links_between_what_uses_each_other(send: Send) -> None:
    subnetwork(send)
    [row] = [row for row in overview(send)["resources"] if row["name"] == RULE]
    assert row["uses"] == [NETWORK]
    told = send("GET", f"_emulator/resource?name={NETWORK}").json()
    assert RULE in told["usedBy"]
    assert told["body"]["name"] == "net"


def test_links_to_accounts_and_secrets(send: Send) -> None:
    send("POST", f"{SECRETS}?secretId=key", {"replication": {"automatic": {}}})
    iam = "https://iam.googleapis.com/v1/projects/demo-proj/serviceAccounts"
    send("POST", iam, {"accountId": "runner"})
    account = "runner@demo-proj.iam.gserviceaccount.com"
    secret = {"secretKeyRef": {"secret": "projects/demo-proj/secrets/key", "version": "latest"}}
    container = {"image": "gcr.io/p/web", "env": [{"name": "KEY", "valueSource": secret}]}
    send("POST", f"{RUN}?serviceId=web", {"template": {"containers": [container], "serviceAccount": account}})  # fmt: skip
    rows = {row["name"]: row for row in overview(send)["resources"]}
    web = rows["//run.googleapis.com/projects/demo-proj/locations/us-central1/services/web"]
    assert f"//iam.googleapis.com/projects/demo-proj/serviceAccounts/{account}" in web["uses"]
    assert "//secretmanager.googleapis.com/projects/demo-proj/secrets/key" in web["uses"]


def test_one_service_or_kind_alone(send: Send) -> None:
    send("POST", f"{COMPUTE}/global/addresses", {"name": "front"})
    send("POST", f"{SECRETS}?secretId=key", {"replication": {"automatic": {}}})
    told = send("GET", "_emulator/overview?service=secretmanager").json()
    assert {row["service"] for row in told["resources"]} == {"secretmanager"}
    assert {"compute", "secretmanager"} <= {row["name"] for row in told["services"]}
    told = send("GET", "_emulator/overview?service=compute&kind=addresses").json()
    assert [row["name"] for row in told["resources"]] == [ADDRESS]
    assert told["matching"] == 1


def test_nothing_is_told_again_until_something_changes(send: Send) -> None:
    first = overview(send)
    same = overview(send, first["mark"])
    assert same["mark"] == first["mark"]
    assert "resources" not in same
    send("POST", f"{COMPUTE}/global/addresses", {"name": "front"})
    assert overview(send, first["mark"])["total"]["resources"] > first["total"]["resources"]


def test_operations_under_way(send: Send, world: Google) -> None:
    world.latency = Latency(1)
    send("POST", f"{COMPUTE}/global/addresses", {"name": "front"})
    [operation] = overview(send)["operations"]
    assert operation["verb"] == "insert"
    assert operation["target"] == ADDRESS
    assert operation["left"] > 0
    [row] = [row for row in overview(send)["resources"] if row["name"] == ADDRESS]
    assert row["pending"] == "insert"
    world.advance(60)
    assert overview(send)["operations"] == []


def test_the_last_calls_come_first(send: Send) -> None:
    send("GET", f"{COMPUTE}/global/addresses")
    send("GET", f"{COMPUTE}/global/addresses/no")
    calls = overview(send)["requests"]
    assert [(row["method"], row["status"]) for row in calls] == [
        ("compute.globalAddresses.get", 404), ("compute.globalAddresses.list", 200)
    ]  # fmt: skip
    assert overview(send)["total"]["requests"] == 2


def test_secrets_stay_secret(send: Send) -> None:
    send("POST", f"{SECRETS}?secretId=key", {"replication": {"automatic": {}}})
    send("POST", f"{SECRETS}/key:addVersion", {"payload": {"data": "aHVudGVyMg=="}})
    text = json.dumps(overview(send))
    for row in overview(send)["resources"]:
        text += json.dumps(send("GET", f"_emulator/resource?name={row['name']}").json())
    assert "aHVudGVyMg" not in text
    assert "hunter2" not in text


def test_a_resource_that_is_not_there(send: Send) -> None:
    answer = send("GET", f"_emulator/resource?name={ADDRESS}")
    assert answer.status == 404
    assert ADDRESS in answer.json()["error"]["message"]


# -- in a browser


@pytest.fixture
def browser(tmp_path: Path) -> Iterator[Browser]:
    if FOUND is None:
        pytest.skip("Debian's chromium is not installed")
    with Browser(tmp_path / "browser") as started:
        yield started


def through(emulator: Emulator, method: str, url: str, body: Any = None) -> None:
    target = url.replace("https:/", emulator.endpoint)
    assert requests.request(method, target, json=body, timeout=10).status_code == 200


def shows(text: str) -> str:
    """A condition: the list shows a text."""
    return f"document.querySelector('#view').innerText.includes({json.dumps(text)})"


@pytest.mark.timeout(90)
def test_a_browser_follows_what_happens(browser: Browser, emulator: Emulator) -> None:
    browser.open(emulator.endpoint)
    browser.wait("document.querySelector('#live').textContent === 'live'")
    browser.wait(shows("Nothing exists yet"))
    through(emulator, "POST", f"{SECRETS}?secretId=key", {"replication": {"automatic": {}}})
    browser.wait(shows("secretmanager · secrets (1)"))
    assert browser.evaluate("document.querySelector('nav').innerText.includes('Secret Manager')")
    through(emulator, "DELETE", f"{SECRETS}/key")
    browser.wait(shows("Nothing exists yet"))


@pytest.mark.timeout(90)
def test_a_browser_shows_operations_and_calls(browser: Browser) -> None:
    with Emulator(latency=50) as own:
        through(own, "POST", f"{COMPUTE}/global/addresses", {"name": "front"})
        browser.open(own.endpoint)
        browser.wait("document.querySelector('#n-operations').textContent === '1'")
        assert browser.wait("document.querySelector('.row .pill.busy').textContent") == "insert"
        browser.evaluate("document.querySelector('[data-tab=operations]').click()")
        browser.wait(shows("insert front"))
        browser.evaluate("document.querySelector('[data-tab=requests]').click()")
        browser.wait(shows("compute.globalAddresses.insert"))
        own.world.advance(3600)
        browser.wait("document.querySelector('#n-operations').textContent === '0'")


@pytest.mark.timeout(90)
def test_a_browser_shows_one_service(browser: Browser, emulator: Emulator) -> None:
    through(emulator, "POST", f"{SECRETS}?secretId=key", {"replication": {"automatic": {}}})
    through(emulator, "POST", f"{COMPUTE}/global/addresses", {"name": "front"})
    browser.open(emulator.endpoint)
    browser.wait(f"{shows('front')} && {shows('secrets')}")
    browser.evaluate("document.querySelector('nav [title^=Secret]').click()")
    browser.wait(f"{shows('secrets')} && !{shows('front')}")
    through(emulator, "POST", f"{SECRETS}?secretId=other", {"replication": {"automatic": {}}})
    browser.wait(shows("other"))
    browser.evaluate("document.querySelector('nav button').click()")
    browser.wait(shows("front"))


@pytest.mark.timeout(90)
def test_a_browser_follows_links(browser: Browser, emulator: Emulator) -> None:
    body = {"name": "net", "autoCreateSubnetworks": False}
    through(emulator, "POST", f"{COMPUTE}/global/networks", body)
    body = {"name": "sub", "network": "global/networks/net", "ipCidrRange": "10.0.0.0/24"}
    through(emulator, "POST", f"{COMPUTE}/regions/us-central1/subnetworks", body)
    browser.open(f"{emulator.endpoint}#{quote(RULE, safe='')}")
    detail = "document.querySelector('#detail')"
    browser.wait(f"{detail}.innerText.includes('10.0.0.0/24')")
    browser.evaluate(f"{detail}.querySelector('.link').click()")
    browser.wait(f"{detail}.querySelector('h2').textContent === 'net'")
    browser.wait(f"{detail}.innerText.includes('Used by')")
    browser.evaluate("location.hash = ''")
    browser.wait(f"{detail}.hidden")


@pytest.mark.timeout(90)
def test_what_a_client_names_is_text_to_a_browser(browser: Browser, emulator: Emulator) -> None:
    evil = "<img src=x onerror=document.title='gotcha'>"
    labels = {"description": evil, "name": "front"}
    through(emulator, "POST", f"{COMPUTE}/global/addresses", labels)
    browser.open(f"{emulator.endpoint}#{quote(ADDRESS, safe='')}")
    browser.wait("document.querySelector('#detail').innerText.includes('onerror')")
    assert browser.evaluate("document.title") == "gcpstack emulator"
    assert browser.evaluate("document.querySelectorAll('img').length") == 0


@pytest.mark.timeout(90)
def test_it_is_light_and_dark(browser: Browser, emulator: Emulator) -> None:
    seen = []
    for scheme in ("light", "dark"):
        browser.prefer(scheme)
        browser.open(emulator.endpoint)
        browser.wait("document.querySelector('#live').textContent === 'live'")
        color = browser.evaluate("getComputedStyle(document.body).backgroundColor")
        seen.append(sum(map(int, re.findall(r"\d+", color))))
    light, dark = seen
    assert dark < 100
    assert light > 600


@pytest.mark.timeout(90)
def test_a_browser_tells_when_it_is_left_alone(browser: Browser) -> None:
    with Emulator() as short:
        browser.open(short.endpoint)
        browser.wait("document.querySelector('#live').textContent === 'live'")
    browser.wait("document.querySelector('#live').textContent === 'not reached'")
