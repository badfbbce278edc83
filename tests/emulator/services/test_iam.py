"""IAM: service accounts and what becomes of them, keys, roles, pools, deny policies."""

import base64
import json
from typing import Any

import pytest
from cryptography import x509

from gcpstack.emulator import Emulator
from gcpstack.emulator.core.google import Google
from gcpstack.emulator.core.latency import Latency
from tests.emulator.conftest import Send
from tests.emulator.services.clients import discovery

V1 = "https://iam.googleapis.com/v1"
ACCOUNTS = f"{V1}/projects/demo-proj/serviceAccounts"
ROLES = f"{V1}/projects/demo-proj/roles"
POOLS = f"{V1}/projects/demo-proj/locations/global/workloadIdentityPools"
PROJECT = "https://cloudresourcemanager.googleapis.com/v1/projects/demo-proj"
EMAIL = "runner@demo-proj.iam.gserviceaccount.com"
DAY = 86400.0


def create(send: Send, short: str = "runner", **fields: str) -> dict[str, Any]:
    body: dict[str, Any] = send(
        "POST", ACCOUNTS, {"accountId": short, "serviceAccount": fields}
    ).json()
    return body


def grant(send: Send, member: str, role: str = "roles/run.invoker") -> Any:
    binding = {"role": role, "members": [member]}
    return send("POST", f"{PROJECT}:setIamPolicy", {"policy": {"bindings": [binding]}})


def members(send: Send) -> list[str]:
    policy = send("POST", f"{PROJECT}:getIamPolicy", {}).json()
    found: list[str] = policy["bindings"][0]["members"]
    return found


def test_accounts_through_the_discovery_client(emulator: Emulator) -> None:
    with discovery(emulator, "iam", "v1") as iam:
        accounts = iam.projects().serviceAccounts()
        body = {"accountId": "runner", "serviceAccount": {"displayName": "Runner"}}
        made = accounts.create(name="projects/demo-proj", body=body).execute()
        change = {
            "serviceAccount": {"displayName": "R2", "description": "d"},
            "updateMask": "displayName",
        }
        patched = accounts.patch(name=made["name"], body=change).execute()
        found = accounts.get(name=f"projects/-/serviceAccounts/{EMAIL}").execute()
        by_number = accounts.get(name=f"projects/-/serviceAccounts/{made['uniqueId']}").execute()
        listed = accounts.list(name="projects/demo-proj").execute()["accounts"]
    assert made["email"] == EMAIL
    assert len(made["uniqueId"]) == 21
    assert patched == {"name": made["name"], "displayName": "R2"}
    assert found["displayName"] == "R2"
    assert "description" not in found
    assert by_number == found == listed[0]


@pytest.mark.parametrize(
    ("short", "words"),
    [
        ("abc", "does not have a length between 6 and 30"),
        ("a" * 31, "does not have a length between 6 and 30"),
        ("Runner1", "must match the regular expression"),
        ("1runner", "must match the regular expression"),
        ("runner-", "must match the regular expression"),
    ],
)
def test_wrong_ids(send: Send, short: str, words: str) -> None:
    answer = send("POST", ACCOUNTS, {"accountId": short})
    assert answer.status == 400
    assert words in answer.json()["error"]["message"]


def test_missing_and_duplicate(send: Send) -> None:
    missing = send("GET", f"{ACCOUNTS}/{EMAIL}").json()["error"]
    assert (missing["message"], missing["status"]) == ("Unknown service account", "NOT_FOUND")
    assert missing["errors"][0]["reason"] == "notFound"
    create(send)
    again = send("POST", ACCOUNTS, {"accountId": "runner"})
    assert again.status == 409
    assert again.json()["error"]["message"] == (
        "Service account runner already exists within project projects/demo-proj."
    )


def test_disabled_and_enabled(send: Send) -> None:
    create(send)
    send("POST", f"{ACCOUNTS}/{EMAIL}:disable", {})
    assert send("GET", f"{ACCOUNTS}/{EMAIL}").json()["disabled"] is True
    send("POST", f"{ACCOUNTS}/{EMAIL}:enable", {})
    assert "disabled" not in send("GET", f"{ACCOUNTS}/{EMAIL}").json()


def test_the_same_address_again_is_another_account(send: Send) -> None:
    first = create(send)
    grant(send, f"serviceAccount:{EMAIL}")
    send("DELETE", f"{ACCOUNTS}/{EMAIL}")
    second = create(send)
    assert second["uniqueId"] != first["uniqueId"]
    assert members(send) == [f"deleted:serviceAccount:{EMAIL}?uid={first['uniqueId']}"]
    undelete = f"{V1}/projects/-/serviceAccounts/{first['uniqueId']}:undelete"
    assert send("POST", undelete, {}).status == 400
    send("DELETE", f"{ACCOUNTS}/{EMAIL}")
    restored = send("POST", undelete, {}).json()["restoredAccount"]
    assert restored["uniqueId"] == first["uniqueId"]
    assert members(send) == [f"serviceAccount:{EMAIL}"]


def test_a_deleted_account_is_gone_after_thirty_days(send: Send, world: Google) -> None:
    number = create(send)["uniqueId"]
    send("DELETE", f"{ACCOUNTS}/{EMAIL}")
    world.advance(31 * DAY)
    assert send("POST", f"{V1}/projects/-/serviceAccounts/{number}:undelete", {}).status == 404


def test_a_new_account_is_seen_after_a_while(send: Send, world: Google) -> None:
    world.latency = Latency("typical")
    create(send)
    assert send("GET", f"{ACCOUNTS}/{EMAIL}").status == 404
    early = grant(send, f"serviceAccount:{EMAIL}")
    assert early.status == 400
    assert early.json()["error"]["message"] == f"Service account {EMAIL} does not exist."
    world.advance(30)
    assert send("GET", f"{ACCOUNTS}/{EMAIL}").status == 200
    assert grant(send, f"serviceAccount:{EMAIL}").status == 200


@pytest.mark.parametrize(
    ("member", "status"),
    [
        (f"serviceAccount:{EMAIL}", 400),
        ("serviceAccount:service-1@gcp-sa-pubsub.iam.gserviceaccount.com", 200),
        ("serviceAccount:ci@another-project.iam.gserviceaccount.com", 200),
        ("user:Ann@Example.com", 200),
        ("ann@example.com", 400),
        (
            "principalSet://iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/p/*",
            200,
        ),
    ],
)
def test_members(send: Send, member: str, status: int) -> None:
    assert grant(send, member).status == status


def test_members_are_kept_in_lower_case(send: Send) -> None:
    grant(send, "user:Ann@Example.com")
    assert members(send) == ["user:ann@example.com"]


def test_policy_of_an_account(send: Send) -> None:
    create(send)
    binding = {"role": "roles/iam.serviceAccountUser", "members": ["user:a@example.com"]}
    url = f"{V1}/projects/-/serviceAccounts/{EMAIL}"
    first = send("POST", f"{url}:setIamPolicy", {"policy": {"bindings": [binding]}}).json()
    assert send("POST", f"{ACCOUNTS}/{EMAIL}:getIamPolicy", {}).json() == first
    send("POST", f"{url}:setIamPolicy", {"policy": {"bindings": []}})
    stale = send("POST", f"{url}:setIamPolicy", {"policy": {"etag": first["etag"], "bindings": []}})
    assert stale.status == 409
    assert stale.json()["error"]["status"] == "ABORTED"


def test_keys(send: Send) -> None:
    number = create(send)["uniqueId"]
    made = send("POST", f"{ACCOUNTS}/{EMAIL}/keys", {}).json()
    facts = json.loads(base64.b64decode(made["privateKeyData"]))
    assert (facts["client_email"], facts["client_id"]) == (EMAIL, number)
    assert "BEGIN PRIVATE KEY" in facts["private_key"]
    url = f"{V1}/{made['name']}"
    found = send("GET", f"{url}?publicKeyType=TYPE_RAW_PUBLIC_KEY").json()
    assert b"PUBLIC KEY" in base64.b64decode(found["publicKeyData"])
    found = send("GET", f"{url}?publicKeyType=TYPE_X509_PEM_FILE").json()
    certificate = x509.load_pem_x509_certificate(base64.b64decode(found["publicKeyData"]))
    assert certificate.subject.rfc4514_string().startswith("CN=")
    assert "publicKeyData" not in send("GET", f"{url}?publicKeyType=TYPE_NONE").json()
    assert "privateKeyData" not in found
    assert len(send("GET", f"{ACCOUNTS}/{EMAIL}/keys?keyTypes=USER_MANAGED").json()["keys"]) == 1
    assert send("GET", f"{ACCOUNTS}/{EMAIL}/keys?keyTypes=SYSTEM_MANAGED").json() == {}
    send("POST", f"{url}:disable", {})
    assert send("GET", url).json()["disabled"] is True
    send("DELETE", url)
    assert send("GET", url).status == 404


def test_an_account_holds_ten_keys(send: Send) -> None:
    create(send)
    small = {"keyAlgorithm": "KEY_ALG_RSA_1024"}
    for _ in range(10):
        assert send("POST", f"{ACCOUNTS}/{EMAIL}/keys", small).status == 200
    assert send("POST", f"{ACCOUNTS}/{EMAIL}/keys", small).status == 400


ROLE = {"title": "Deployer", "includedPermissions": ["run.services.get", "run.services.create"]}


def test_roles(send: Send) -> None:
    made = send("POST", ROLES, {"roleId": "deployer", "role": {**ROLE, "stage": "ALPHA"}}).json()
    assert made["name"] == "projects/demo-proj/roles/deployer"
    assert made["includedPermissions"] == ["run.services.create", "run.services.get"]
    assert "stage" not in made
    url = f"{ROLES}/deployer"
    change = {"title": "D", "etag": made["etag"]}
    changed = send("PATCH", f"{url}?updateMask=title", change).json()
    assert changed["includedPermissions"] == made["includedPermissions"]
    assert send("PATCH", f"{url}?updateMask=title", change).status == 409
    listed = send("GET", ROLES).json()["roles"]
    assert "includedPermissions" not in listed[0]
    assert "includedPermissions" in send("GET", f"{ROLES}?view=FULL").json()["roles"][0]


def test_a_deleted_role_blocks_its_name(send: Send, world: Google) -> None:
    send("POST", ROLES, {"roleId": "deployer", "role": ROLE})
    assert send("DELETE", f"{ROLES}/deployer").json()["deleted"] is True
    assert send("GET", f"{ROLES}/deployer").json()["deleted"] is True
    assert send("GET", ROLES).json() == {}
    assert len(send("GET", f"{ROLES}?showDeleted=true").json()["roles"]) == 1
    again = send("POST", ROLES, {"roleId": "deployer", "role": ROLE})
    assert again.status == 400
    assert "marked for deletion" in again.json()["error"]["message"]
    assert send("PATCH", f"{ROLES}/deployer", {"title": "x"}).status == 400
    assert "deleted" not in send("POST", f"{ROLES}/deployer:undelete", {}).json()
    assert send("POST", ROLES, {"roleId": "deployer", "role": ROLE}).status == 409
    send("DELETE", f"{ROLES}/deployer")
    world.advance(8 * DAY)
    assert send("GET", f"{ROLES}/deployer").status == 404


@pytest.mark.parametrize(
    "body",
    [
        {"roleId": "a b", "role": ROLE},
        {"roleId": "ab", "role": ROLE},
        {"roleId": "deployer", "role": {"includedPermissions": ["run"]}},
        {"roleId": "deployer", "role": {"stage": "NEVER"}},
        {"roleId": "deployer", "roles": {}},
    ],
)
def test_wrong_roles(send: Send, body: dict[str, Any]) -> None:
    assert send("POST", ROLES, body).status == 400


def test_googles_own_roles(send: Send) -> None:
    assert send("GET", f"{V1}/roles/run.invoker").json()["title"] == "Cloud Run Invoker"
    assert send("GET", f"{V1}/roles/nope.nope").status == 404
    assert send("GET", f"{V1}/roles").json()["roles"]


OIDC = {"oidc": {"issuerUri": "https://token.actions.githubusercontent.com"}}
MAPPING = {"attributeMapping": {"google.subject": "assertion.sub"}}
OCTO = {"attributeCondition": "assertion.repository_owner == 'octo'"}


def test_pools_and_providers(send: Send, world: Google) -> None:
    operation = send(
        "POST", f"{POOLS}?workloadIdentityPoolId=github", {"displayName": "GitHub"}
    ).json()
    assert send("GET", f"{V1}/{operation['name']}").json()["done"] is True
    found = send("GET", f"{POOLS}/github").json()
    assert found["state"] == "ACTIVE"
    assert found["name"].startswith(f"projects/{world.number_of('demo-proj')}/")
    providers = f"{POOLS}/github/providers?workloadIdentityPoolProviderId"
    assert send("POST", f"{providers}=main", {**OIDC, **MAPPING, **OCTO}).status == 200
    send("POST", f"{providers}=amazon", {"aws": {"accountId": "123456789012"}})
    amazon = send("GET", f"{POOLS}/github/providers/amazon").json()
    assert amazon["attributeMapping"]["google.subject"] == "assertion.arn"


def test_a_deleted_pool_can_be_read_and_blocks_its_name(send: Send, world: Google) -> None:
    send("POST", f"{POOLS}?workloadIdentityPoolId=github", {})
    send("DELETE", f"{POOLS}/github")
    gone = send("GET", f"{POOLS}/github").json()
    assert gone["state"] == "DELETED"
    assert "expireTime" in gone
    assert send("POST", f"{POOLS}?workloadIdentityPoolId=github", {}).status == 409
    assert send("GET", POOLS).json() == {}
    send("POST", f"{POOLS}/github:undelete", {})
    assert send("GET", f"{POOLS}/github").json()["state"] == "ACTIVE"
    send("DELETE", f"{POOLS}/github")
    world.advance(31 * DAY)
    assert send("GET", f"{POOLS}/github").status == 404


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({}, "Exactly one of"),
        ({**OIDC, "aws": {"accountId": "1"}}, "Exactly one of"),
        (OIDC, "google.subject"),
        ({**OIDC, **MAPPING}, "attribute condition must reference"),
        ({"oidc": {"issuerUri": "http://x"}, **MAPPING}, "https scheme"),
        ({**OIDC, **MAPPING, "displayName": "x" * 33}, "cannot exceed 32"),
    ],
)
def test_wrong_providers(send: Send, body: dict[str, Any], words: str) -> None:
    send("POST", f"{POOLS}?workloadIdentityPoolId=github", {})
    answer = send("POST", f"{POOLS}/github/providers?workloadIdentityPoolProviderId=main", body)
    assert answer.status == 400
    assert words in answer.json()["error"]["message"]


def test_a_pool_tells_only_that_it_is_disabled(send: Send) -> None:
    url = f"{POOLS}?workloadIdentityPoolId=github"
    assert send("POST", url, {"displayName": "", "disabled": False}).status == 200
    assert send("GET", f"{POOLS}/github").json().keys() == {"name", "state"}
    assert send("PATCH", f"{POOLS}/github?updateMask=disabled", {"disabled": True}).status == 200
    assert send("GET", f"{POOLS}/github").json()["disabled"] is True


def test_wrong_pools(send: Send) -> None:
    assert send("POST", f"{POOLS}?workloadIdentityPoolId=gcp-x", {}).status == 400
    assert (
        send("POST", f"{POOLS}/nope/providers?workloadIdentityPoolProviderId=main", {}).status
        == 404
    )


def test_deny_policies(send: Send, world: Google) -> None:
    parent = "cloudresourcemanager.googleapis.com%2Fprojects%2Fdemo-proj"
    base = f"https://iam.googleapis.com/v2/policies/{parent}/denypolicies"
    rule = {"denyRule": {"deniedPrincipals": ["principalSet://goog/public:all"]}}
    made = send("POST", f"{base}?policyId=none", {"displayName": "None", "rules": [rule]}).json()
    assert made["done"] is True
    name = made["response"]["name"]
    assert name.split("%2F")[2].startswith(world.number_of("demo-proj"))
    assert send("POST", f"{base}?policyId=none", {}).status == 409
    assert "rules" not in send("GET", base).json()["policies"][0]
    found = send("GET", f"{base}/none").json()
    assert found["rules"] == [rule]
    changed = send("PUT", f"{base}/none", {**found, "displayName": "Nobody"}).json()["response"]
    assert changed["displayName"] == "Nobody"
    assert send("PUT", f"{base}/none", found).status == 409
    assert "deleteTime" in send("DELETE", f"{base}/none").json()["response"]
    assert send("GET", f"{base}/none").status == 404
