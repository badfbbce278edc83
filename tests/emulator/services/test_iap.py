"""Identity-Aware Proxy: settings, who may come in, the consent screen with its clients, tunnels."""

from hashlib import sha256
from typing import Any

import pytest

from gcpstack.emulator import Emulator
from gcpstack.emulator.core.google import Google
from gcpstack.emulator.core.wire import Request
from tests.emulator.conftest import Send
from tests.emulator.services.clients import discovery
from tests.emulator.services.mistakes import Mistake, refuse

HOST = "https://iap.googleapis.com/v1"
PROJECT = f"{HOST}/projects/demo-proj"
SETTINGS = f"{PROJECT}:iapSettings"
WEB = f"{PROJECT}/iap_web"
COMPUTE = "https://compute.googleapis.com/compute/v1/projects/demo-proj"
RUN = "https://run.googleapis.com/v2/projects/demo-proj/locations/us-central1/services"
GROUPS = f"{PROJECT}/iap_tunnel/locations/us-central1/destGroups"
ADA = {"role": "roles/iap.httpsResourceAccessor", "members": ["user:ada@example.com"]}
REAUTH = {"method": "LOGIN", "maxAge": "300s", "policyType": "MINIMUM"}
BRAND = {"applicationTitle": "Aster", "supportEmail": "ops@example.com"}


@pytest.fixture
def number(world: Google) -> str:
    return world.number_of("demo-proj")


@pytest.fixture
def backend(send: Send) -> str:
    """The number of a backend service called web."""
    send("POST", f"{COMPUTE}/global/backendServices", {"name": "web"})
    found: str = send("GET", f"{COMPUTE}/global/backendServices/web").json()["id"]
    return found


# -- settings


def test_settings_are_there_from_the_start(send: Send, number: str) -> None:
    assert send("GET", SETTINGS).json() == {"name": f"projects/{number}"}
    assert send("GET", f"{WEB}:iapSettings").json() == {"name": f"projects/{number}/iap_web"}


@pytest.mark.parametrize("prefix", ["iapSettings.", "iap_settings.", ""])
def test_the_mask_tells_what_changes(send: Send, number: str, prefix: str) -> None:
    mask = ",".join(
        prefix + path
        for path in (
            "accessSettings.corsSettings.allowHttpOptions",
            "applicationSettings.cookieDomain",
        )
    )
    body = {
        "accessSettings": {"corsSettings": {"allowHttpOptions": False}, "reauthSettings": REAUTH},
        "applicationSettings": {"cookieDomain": "example.com"},
    }
    changed = send("PATCH", f"{SETTINGS}?updateMask={mask}", body).json()
    assert changed == {
        "name": f"projects/{number}",
        "accessSettings": {"corsSettings": {"allowHttpOptions": False}},
        "applicationSettings": {"cookieDomain": "example.com"},
    }
    assert send("GET", SETTINGS).json() == changed


def test_an_update_without_a_mask_replaces_everything(send: Send, number: str) -> None:
    send("PATCH", SETTINGS, {"accessSettings": {"reauthSettings": REAUTH}})
    send("PATCH", SETTINGS, {"applicationSettings": {"cookieDomain": "example.com"}})
    assert "accessSettings" not in send("GET", SETTINGS).json()
    assert send("PATCH", SETTINGS, {"name": "projects/demo-proj"}).json() == {
        "name": f"projects/{number}"
    }


def test_secrets_are_told_by_their_digest(send: Send) -> None:
    oauth = {"clientId": "one", "clientSecret": "hush"}
    body = {
        "accessSettings": {"oauthSettings": oauth, "workforceIdentitySettings": {"oauth2": oauth}}
    }
    told = {"clientId": "one", "clientSecretSha256": sha256(b"hush").hexdigest()}
    found = send("PATCH", SETTINGS, body).json()["accessSettings"]
    assert found == {"oauthSettings": told, "workforceIdentitySettings": {"oauth2": told}}


def test_a_project_by_number_has_the_same_settings(send: Send, number: str) -> None:
    send(
        "PATCH",
        f"{HOST}/projects/{number}:iapSettings",
        {"applicationSettings": {"cookieDomain": "x"}},
    )
    assert send("GET", SETTINGS).json()["applicationSettings"] == {"cookieDomain": "x"}


def test_settings_of_a_backend_service_by_name_and_number(send: Send, backend: str) -> None:
    body = {"applicationSettings": {"csmSettings": {"rctokenAud": "mesh"}}}
    send("PATCH", f"{WEB}/compute/services/{backend}:iapSettings", body)
    found = send("GET", f"{WEB}/compute/services/web:iapSettings").json()
    assert found["applicationSettings"] == body["applicationSettings"]


def test_an_organization_has_settings(send: Send) -> None:
    url = f"{HOST}/organizations/123:iapSettings"
    domains = {"allowedDomainsSettings": {"enable": True, "domains": ["example.com"]}}
    assert send("PATCH", url, {"accessSettings": domains}).json() == {
        "name": "organizations/123",
        "accessSettings": domains,
    }


def test_expressions_are_checked(send: Send) -> None:
    url = f"{WEB}:validateAttributeExpression?expression="
    assert send("POST", f"{url}attributes.saml_attributes").json() == {}
    assert send("POST", f"{url}attributes.saml_attributes.filter(").status == 400


# -- policies


@pytest.mark.parametrize("service", ["web", "NUMBER"])
def test_who_may_come_to_a_backend_service(send: Send, backend: str, service: str) -> None:
    url = f"{WEB}/compute/services/{service.replace('NUMBER', backend)}"
    written = send("POST", f"{url}:setIamPolicy", {"policy": {"bindings": [ADA]}}).json()
    assert written["bindings"] == [ADA]
    assert send("POST", f"{WEB}/compute/services/web:getIamPolicy", {}).json() == written
    stale = send("POST", f"{url}:setIamPolicy", {"policy": {"etag": "BwAAAAAAAAA="}})
    assert (stale.status, stale.json()["error"]["status"]) == (409, "ABORTED")
    asked = {"permissions": ["iap.webServiceVersions.accessViaIAP"]}
    assert send("POST", f"{url}:testIamPermissions", asked).json() == asked


def test_a_policy_goes_with_its_backend_service(send: Send, backend: str) -> None:
    url = f"{WEB}/compute/services/web"
    send("POST", f"{url}:setIamPolicy", {"policy": {"bindings": [ADA]}})
    send("DELETE", f"{COMPUTE}/global/backendServices/web")
    assert send("POST", f"{url}:getIamPolicy", {}).status == 404
    send("POST", f"{COMPUTE}/global/backendServices", {"name": "web"})
    assert "bindings" not in send("POST", f"{url}:getIamPolicy", {}).json()
    assert backend != send("GET", f"{COMPUTE}/global/backendServices/web").json()["id"]


def test_policies_of_regional_services_and_cloud_run(send: Send) -> None:
    region = f"{COMPUTE}/regions/us-central1/backendServices"
    body = {"name": "web", "loadBalancingScheme": "EXTERNAL_MANAGED", "protocol": "HTTP"}
    assert send("POST", region, body).status == 200
    template = {"containers": [{"image": "gcr.io/demo-proj/api"}]}
    send("POST", f"{RUN}?serviceId=api", {"template": template})
    for path in (
        "",
        "/compute",
        "/compute-us-central1",
        "/compute-us-central1/services/web",
        "/cloud_run-us-central1/services/api",
        "/appengine-demo-proj/services/default",
    ):
        url = f"{WEB}{path}"
        assert send("POST", f"{url}:setIamPolicy", {"policy": {"bindings": [ADA]}}).status == 200
        assert send("POST", f"{url}:getIamPolicy", {}).json()["bindings"] == [ADA]


# -- the consent screen


def test_a_brand_with_its_clients(send: Send, number: str) -> None:
    brand = send("POST", f"{PROJECT}/brands", BRAND).json()
    assert brand == {**BRAND, "name": f"projects/{number}/brands/{number}", "orgInternalOnly": True}
    assert send("POST", f"{PROJECT}/brands", BRAND).status == 409
    assert send("GET", f"{PROJECT}/brands").json() == {"brands": [brand]}
    clients = f"{HOST}/{brand['name']}/identityAwareProxyClients"
    client = send("POST", clients, {"displayName": "web"}).json()
    assert client["name"].startswith(f"{brand['name']}/identityAwareProxyClients/{number}-")
    assert send("GET", clients).json() == {"identityAwareProxyClients": [client]}
    fresh = send("POST", f"{HOST}/{client['name']}:resetSecret", {}).json()
    assert fresh["secret"] != client["secret"]
    assert send("GET", f"{HOST}/{client['name']}").json() == fresh
    assert send("DELETE", f"{HOST}/{client['name']}").json() == {}
    assert send("GET", clients).json() == {}


def test_secrets_of_clients_are_not_shown(send: Send, world: Google) -> None:
    brand = send("POST", f"{PROJECT}/brands", BRAND).json()
    made = send("POST", f"{HOST}/{brand['name']}/identityAwareProxyClients", {}).json()
    shown = world.handle(Request("GET", "/_emulator/resources")).json()
    stored = made["name"].replace(world.number_of("demo-proj"), "demo-proj", 1)
    assert shown[f"//iap.googleapis.com/{stored}"] == {"name": made["name"]}


# -- tunnels


def test_a_group_of_destinations(send: Send, number: str) -> None:
    body = {"cidrs": ["10.1.0.0/16"], "fqdns": ["*.internal.example.com"]}
    made = send("POST", f"{GROUPS}?tunnelDestGroupId=inside", body).json()
    name = f"projects/{number}/iap_tunnel/locations/us-central1/destGroups/inside"
    assert made == {**body, "name": name}
    send("PATCH", f"{GROUPS}/inside?updateMask=cidrs", {"cidrs": ["10.2.0.0/16"]})
    assert send("GET", GROUPS).json() == {"tunnelDestGroups": [{**made, "cidrs": ["10.2.0.0/16"]}]}
    written = send("POST", f"{GROUPS}/inside:setIamPolicy", {"policy": {"bindings": [ADA]}})
    assert written.json()["bindings"] == [ADA]
    assert send("DELETE", f"{GROUPS}/inside").json() == {}
    assert send("POST", f"{GROUPS}/inside:getIamPolicy", {}).status == 404


def test_googles_client(emulator: Emulator) -> None:
    iap = discovery(emulator, "iap", "v1")
    mask = "iapSettings.accessSettings.reauthSettings"
    body = {"accessSettings": {"reauthSettings": REAUTH}}
    changed = (
        iap.v1().updateIapSettings(name="projects/demo-proj", updateMask=mask, body=body).execute()
    )
    assert changed["accessSettings"] == {"reauthSettings": REAUTH}
    name = "projects/demo-proj/iap_web"
    iap.v1().setIamPolicy(resource=name, body={"policy": {"bindings": [ADA]}}).execute()
    assert iap.v1().getIamPolicy(resource=name, body={}).execute()["bindings"] == [ADA]


WRONG = "INVALID_ARGUMENT"


def access(**settings: Any) -> dict[str, Any]:
    return {"accessSettings": settings}


MISTAKES = [
    Mistake("GET", f"{PROJECT}/elsewhere:iapSettings", None, 400, WRONG, "invalid argument"),
    Mistake("GET", f"{WEB}/compute/services/none:iapSettings", None, 404, "NOT_FOUND", "not found"),
    Mistake("PATCH", f"{SETTINGS}?updateMask=iapSettings.nope", {}, 400, WRONG, "nope"),
    Mistake("PATCH", SETTINGS, {"colour": 1}, 400, WRONG, 'Unknown name "colour"'),
    Mistake("PATCH", SETTINGS, access(reauthSettings={"method": "LOGIN"}), 400, WRONG, "maxAge"),
    Mistake("PATCH", SETTINGS, access(reauthSettings={**REAUTH, "method": "MAGIC"}), 400, WRONG, "method"),
    Mistake("PATCH", SETTINGS, access(reauthSettings={**REAUTH, "maxAge": "5m"}), 400, WRONG, "max_age"),
    Mistake("PATCH", f"{SETTINGS}?updateMask=iapSettings.accessSettings.reauthSettings.maxAge", {}, 400, WRONG, "set together"),
    Mistake("PATCH", SETTINGS, access(allowedDomainsSettings={"enable": True}), 400, WRONG, "none are listed"),
    Mistake("PATCH", SETTINGS, access(workforceIdentitySettings={"workforcePools": ["a", "b"]}), 400, WRONG, "Only one"),
    Mistake("POST", f"{PROJECT}:getIamPolicy", {}, 400, WRONG, "invalid argument"),
    Mistake("POST", f"{WEB}/compute/services/none:setIamPolicy", {"policy": {}}, 404, "NOT_FOUND", "not found"),
    Mistake("POST", f"{WEB}:setIamPolicy", {"policy": {"bindings": [{"role": "r", "members": ["ada"]}]}}, 400, WRONG, "Invalid member"),
    Mistake("POST", f"{WEB}/cloud_run-us-central1/services/none:getIamPolicy", {}, 404, "NOT_FOUND", "not found"),
    Mistake("POST", f"{PROJECT}/brands", {"applicationTitle": "x"}, 400, WRONG, "supportEmail"),
    Mistake("POST", f"{PROJECT}/brands", {**BRAND, "supportEmail": "ops"}, 400, WRONG, "support email"),
    Mistake("GET", f"{PROJECT}/brands/1", None, 404, "NOT_FOUND", "not found"),
    Mistake("POST", f"{PROJECT}/brands/1/identityAwareProxyClients", {}, 404, "NOT_FOUND", "not found"),
    Mistake("POST", f"{GROUPS}?tunnelDestGroupId=One", {}, 400, WRONG, "One"),
    Mistake("POST", f"{GROUPS}?tunnelDestGroupId=inside", {"cidrs": ["10.0.0.1/8"]}, 400, WRONG, "CIDR"),
    Mistake("POST", f"{GROUPS}?tunnelDestGroupId=inside", {"fqdns": ["a b"]}, 400, WRONG, "FQDN"),
    Mistake("POST", f"{GROUPS.replace('us-central1', 'mars')}?tunnelDestGroupId=inside", {}, 403, "PERMISSION_DENIED", "mars"),
    Mistake("GET", f"{GROUPS}/none", None, 404, "NOT_FOUND", "not found"),
]  # fmt: skip


@pytest.mark.parametrize("mistake", MISTAKES)
def test_mistakes(send: Send, mistake: Mistake) -> None:
    refuse(send, mistake)
