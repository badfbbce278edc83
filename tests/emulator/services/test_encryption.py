"""Keys of Cloud KMS that other services encrypt with: as their agents, who must be granted them."""

from collections.abc import Callable
from typing import Any, NamedTuple

import pytest

from gcpstack.emulator.core import agents
from gcpstack.emulator.core.google import Google
from tests.emulator.conftest import Send

PROJECT = "projects/demo-proj"
KMS = f"https://cloudkms.googleapis.com/v1/{PROJECT}/locations"
ROLE = "roles/cloudkms.cryptoKeyEncrypterDecrypter"
AGENTS = "https://serviceusage.googleapis.com/v1beta1/projects/demo-proj/services"
#: The domain of the agents that don't follow the rule: https://cloud.google.com/iam/docs/service-agents.
DOMAINS = {
    "sqladmin": "gcp-sa-cloud-sql",
    "redis": "cloud-redis",
    "run": "serverless-robot-prod",
    "pubsub": "gcp-sa-pubsub",
    "secretmanager": "gcp-sa-secretmanager",
}


def ring_of(place: str) -> str:
    return f"{PROJECT}/locations/{place}/keyRings/r"


def key_of(place: str) -> str:
    return f"{ring_of(place)}/cryptoKeys/k"


class Use(NamedTuple):
    """What encrypts with a key."""

    api: str
    place: str
    method: str
    url: str
    body: Callable[[str], dict[str, Any]]
    status: int = 200
    text: str = "denied"


INSTANCE = {
    "name": "db",
    "region": "us-central1",
    "databaseVersion": "POSTGRES_15",
    "settings": {"tier": "db-f1-micro"},
}
REGION = f"{PROJECT}/locations/us-central1"
SECRET = f"https://secretmanager.googleapis.com/v1/{PROJECT}/secrets"
IMAGE = {"image": "us-docker.pkg.dev/cloudrun/container/hello"}


def _automatic(key: str) -> dict[str, Any]:
    return {"replication": {"automatic": {"customerManagedEncryption": {"kmsKeyName": key}}}}


def _replica(key: str) -> dict[str, Any]:
    replica = {"location": "us-east1", "customerManagedEncryption": {"kmsKeyName": key}}
    return {"replication": {"userManaged": {"replicas": [replica]}}}


USES = [
    Use(
        "storage", "us", "POST", "https://storage.googleapis.com/storage/v1/b?project=demo-proj",
        lambda key: {"name": "shelf-1", "location": "US", "encryption": {"defaultKmsKeyName": key}},
        403, "Permission denied on Cloud KMS key",
    ),
    Use(
        "pubsub", "global", "PUT", f"https://pubsub.googleapis.com/v1/{PROJECT}/topics/events",
        lambda key: {"kmsKeyName": key}, 400, "was granted the Cloud KMS CryptoKey Encrypter/Decrypter",
    ),
    Use("secretmanager", "global", "POST", f"{SECRET}?secretId=s", _automatic, 400),
    Use("secretmanager", "us-east1", "POST", f"{SECRET}?secretId=s", _replica, 400),
    Use(
        "sqladmin", "us-central1", "POST", f"https://sqladmin.googleapis.com/sql/v1beta4/{PROJECT}/instances",
        lambda key: {**INSTANCE, "diskEncryptionConfiguration": {"kmsKeyName": key}}, 400, "may not use the KMS key",
    ),
    Use(
        "artifactregistry", "us-central1", "POST",
        f"https://artifactregistry.googleapis.com/v1/{REGION}/repositories?repositoryId=images",
        lambda key: {"format": "DOCKER", "kmsKeyName": key}, text="Permission denied on Cloud KMS key",
    ),
    Use(
        "redis", "us-central1", "POST", f"https://redis.googleapis.com/v1/{REGION}/instances?instanceId=cache",
        lambda key: {"memorySizeGb": 1, "customerManagedKey": key},
    ),
    Use(
        "firestore", "us", "POST", f"https://firestore.googleapis.com/v1/{PROJECT}/databases?databaseId=orders",
        lambda key: {"type": "FIRESTORE_NATIVE", "locationId": "nam5", "cmekConfig": {"kmsKeyName": key}},
    ),
    Use(
        "run", "us-central1", "POST", f"https://run.googleapis.com/v2/{REGION}/services?serviceId=web",
        lambda key: {"template": {"containers": [IMAGE], "encryptionKey": key}},
        text="does not have permission to encrypt",
    ),
    Use(
        "run", "us-central1", "POST", f"https://run.googleapis.com/v2/{REGION}/jobs?jobId=batch",
        lambda key: {"template": {"template": {"containers": [IMAGE], "encryptionKey": key}}},
        text="does not have permission to encrypt",
    ),
]  # fmt: skip


def make_key(send: Send, place: str) -> str:
    send("POST", f"{KMS}/{place}/keyRings?keyRingId=r")
    made = send(
        "POST",
        f"{KMS}/{place}/keyRings/r/cryptoKeys?cryptoKeyId=k",
        {"purpose": "ENCRYPT_DECRYPT"},
    )
    return str(made.json()["name"])


def grant(send: Send, name: str, agent: str, role: str = ROLE) -> None:
    policy = {"bindings": [{"role": role, "members": [f"serviceAccount:{agent}"]}]}
    url = f"https://cloudkms.googleapis.com/v1/{name}:setIamPolicy"
    assert send("POST", url, {"policy": policy}).status == 200


def begun(send: Send, use: Use, key: str) -> dict[str, Any]:
    """Create what encrypts; tells the error, of the call or of its operation."""
    answer = send(use.method, use.url, use.body(key))
    told = answer.json()
    assert answer.status == (200 if "error" not in told or told.get("done") else use.status)
    host = use.url.split("/")[2]
    if "/operations/" in str(told.get("name", "")) and not told.get("done"):
        told = send("GET", f"https://{host}/v1/{told['name']}").json()
    error: dict[str, Any] = told.get("error", {})
    return error


@pytest.mark.parametrize("use", USES, ids=lambda use: "-".join((use.api, use.place, use.url[-6:])))
@pytest.mark.parametrize("role", ["", "roles/cloudkms.viewer"])
def test_the_agent_must_be_granted_the_key(send: Send, world: Google, use: Use, role: str) -> None:
    key = make_key(send, use.place)
    if role:
        grant(send, key, agents.email(world, use.api, "demo-proj"), role)
    else:
        grant(send, key, "somebody@else.iam.gserviceaccount.com")
    assert use.text in begun(send, use, key)["message"]


@pytest.mark.parametrize("use", USES, ids=lambda use: "-".join((use.api, use.place, use.url[-6:])))
@pytest.mark.parametrize("holder", [key_of, ring_of])
def test_a_grant_on_the_key_or_its_ring_is_enough(
    send: Send, world: Google, use: Use, holder: Callable[[str], str]
) -> None:
    key, agent = make_key(send, use.place), agents.email(world, use.api, "demo-proj")
    grant(send, holder(use.place), agent)
    assert begun(send, use, key) == {}


def test_a_grant_on_the_project_is_enough_but_editors_cannot_encrypt(
    send: Send, world: Google
) -> None:
    topic, key = USES[1], make_key(send, "global")
    member = f"serviceAccount:{agents.email(world, 'pubsub', 'demo-proj')}"
    url = f"https://cloudresourcemanager.googleapis.com/v3/{PROJECT}:setIamPolicy"
    editors = {"bindings": [{"role": "roles/editor", "members": [member]}]}
    assert send("POST", url, {"policy": editors}).status == 200
    assert begun(send, topic, key)["status"] == "FAILED_PRECONDITION"
    given = {"bindings": [{"role": ROLE, "members": [member]}]}
    assert send("POST", url, {"policy": given}).status == 200
    assert begun(send, topic, key) == {}


def test_a_key_whose_version_is_disabled_encrypts_nothing(send: Send, world: Google) -> None:
    topic, key = USES[1], make_key(send, "global")
    grant(send, key, agents.email(world, "pubsub", "demo-proj"))
    version = f"https://cloudkms.googleapis.com/v1/{key}/cryptoKeyVersions/1"
    assert send("PATCH", f"{version}?updateMask=state", {"state": "DISABLED"}).status == 200
    assert "CryptoKey" in begun(send, topic, key)["message"]
    assert send("PATCH", f"{version}?updateMask=state", {"state": "ENABLED"}).status == 200
    assert begun(send, topic, key) == {}


def test_a_secret_takes_a_key_next_to_its_data(send: Send, world: Google) -> None:
    key = make_key(send, "us-east1")
    grant(send, key, agents.email(world, "secretmanager", "demo-proj"))
    error = send("POST", f"{SECRET}?secretId=s", _automatic(key)).json()["error"]
    assert (error["code"], "in location [global]" in error["message"]) == (400, True)
    far = _replica(key.replace("us-east1", "us-west1"))
    error = send("POST", f"{SECRET}?secretId=s", far).json()["error"]
    assert (error["code"], "in location [us-east1]" in error["message"]) == (400, True)


def test_a_version_is_encrypted_when_it_is_added(send: Send, world: Google) -> None:
    key, agent = make_key(send, "global"), agents.email(world, "secretmanager", "demo-proj")
    grant(send, key, agent)
    assert send("POST", f"{SECRET}?secretId=s", _automatic(key)).status == 200
    grant(send, key, agent, "roles/cloudkms.viewer")
    error = send("POST", f"{SECRET}/s:addVersion", {"payload": {"data": "YQ=="}}).json()["error"]
    assert error["status"] == "FAILED_PRECONDITION"


def test_a_table_is_encrypted_and_its_dataset_is_not(send: Send, world: Google) -> None:
    key, url = (
        make_key(send, "us"),
        f"https://bigquery.googleapis.com/bigquery/v2/{PROJECT}/datasets",
    )
    dataset = {
        "datasetReference": {"datasetId": "d"},
        "location": "US",
        "defaultEncryptionConfiguration": {"kmsKeyName": key},
    }
    assert send("POST", url, dataset).status == 200
    table = {"tableReference": {"projectId": "demo-proj", "datasetId": "d", "tableId": "t"}}
    error = send("POST", f"{url}/d/tables", table).json()["error"]
    assert (error["code"], "Encrypter/Decrypter role" in error["message"]) == (403, True)
    grant(send, key, agents.email(world, "bigquery", "demo-proj"))
    made = send("POST", f"{url}/d/tables", table).json()
    assert made["encryptionConfiguration"] == {"kmsKeyName": key}


def test_an_object_is_encrypted_with_the_key_of_the_bucket_s_project(
    send: Send, world: Google
) -> None:
    key, url = make_key(send, "us"), "https://storage.googleapis.com/storage/v1/b"
    assert send("POST", f"{url}?project=demo-proj", {"name": "shelf-1"}).status == 200
    upload = "https://storage.googleapis.com/upload/storage/v1/b/shelf-1/o?uploadType=media&name=a"
    assert send("POST", f"{upload}&kmsKeyName={key}", b"a").status == 403
    assert send("PATCH", f"{url}/shelf-1", {"encryption": {"defaultKmsKeyName": key}}).status == 403
    grant(send, key, agents.email(world, "storage", "demo-proj"))
    assert send("POST", f"{upload}&kmsKeyName={key}", b"a").status == 200
    assert send("PATCH", f"{url}/shelf-1", {"encryption": {"defaultKmsKeyName": key}}).status == 200


@pytest.mark.parametrize(("api", "domain"), DOMAINS.items())
def test_an_agent_is_told_by_its_address(send: Send, world: Google, api: str, domain: str) -> None:
    answer = send("POST", f"{AGENTS}/{api}.googleapis.com:generateServiceIdentity").json()
    number = world.number_of("demo-proj")
    assert answer["response"]["email"] == f"service-{number}@{domain}.iam.gserviceaccount.com"


def test_a_topic_that_the_agent_may_not_publish_to_is_told_at_once(
    send: Send, world: Google
) -> None:
    topic = f"{PROJECT}/topics/due"
    body = {"replication": {"automatic": {}}, "topics": [{"name": topic}]}
    wrong = {**body, "topics": [{"name": "due"}]}
    assert send("POST", f"{SECRET}?secretId=s", wrong).status == 400
    for _ in "missing", "not granted":
        error = send("POST", f"{SECRET}?secretId=s", body).json()["error"]
        assert (error["status"], "pubsub.topics.publish" in error["message"]) == (
            "FAILED_PRECONDITION",
            True,
        )
        assert send("PUT", f"https://pubsub.googleapis.com/v1/{topic}", {}).status in (200, 409)
    member = f"serviceAccount:{agents.email(world, 'secretmanager', 'demo-proj')}"
    policy = {"bindings": [{"role": "roles/pubsub.publisher", "members": [member]}]}
    url = f"https://pubsub.googleapis.com/v1/{topic}:setIamPolicy"
    assert send("POST", url, {"policy": policy}).status == 200
    assert send("POST", f"{SECRET}?secretId=s", body).status == 200


@pytest.mark.parametrize(
    ("permissions", "status"), [(["useToEncrypt"], 400), (["useToEncrypt", "useToDecrypt"], 200)]
)
def test_a_custom_role_is_as_good_as_what_it_holds(
    send: Send, world: Google, permissions: list[str], status: int
) -> None:
    key = make_key(send, "global")
    held = [f"cloudkms.cryptoKeyVersions.{name}" for name in permissions]
    role = {"roleId": "sealer", "role": {"title": "Sealer", "includedPermissions": held}}
    made = send("POST", f"https://iam.googleapis.com/v1/{PROJECT}/roles", role).json()
    grant(send, key, agents.email(world, "pubsub", "demo-proj"), made["name"])
    topic = USES[1]
    assert send(topic.method, topic.url, topic.body(key)).status == status
