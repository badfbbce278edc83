"""Cloud Build: builds, what comes of them, and triggers."""

import base64
import json
from typing import Any

import pytest

from gcpstack.emulator import Emulator
from gcpstack.emulator.core import images
from gcpstack.emulator.core.google import Google
from gcpstack.emulator.core.latency import Latency
from tests.emulator.conftest import Send
from tests.emulator.services.archives import tarred, upload, zipped
from tests.emulator.services.clients import discovery
from tests.emulator.services.mistakes import Mistake, refuse

HOST = "https://cloudbuild.googleapis.com/v1"
GLOBAL = f"{HOST}/projects/demo-proj"
PLACE = f"{HOST}/projects/demo-proj/locations/us-central1"
REPOSITORIES = "https://artifactregistry.googleapis.com/v1/projects/demo-proj/locations/us-central1/repositories"
IMAGE = "us-central1-docker.pkg.dev/demo-proj/apps/web"
DOCKER = {"name": "gcr.io/cloud-builders/docker", "args": ["build", "-t", f"{IMAGE}:v1", "."]}
STEP = {"name": "ubuntu", "script": "echo hello"}
BUILD = {"steps": [DOCKER], "images": [f"{IMAGE}:v1"]}
TRIGGER = {
    "name": "on-push",
    "github": {"owner": "acme", "name": "web", "push": {"branch": "^main$"}},
    "filename": "cloudbuild.yaml",
}


@pytest.fixture
def source(send: Send) -> dict[str, Any]:
    """A source with a Dockerfile, and the repository that images go to."""
    send("POST", f"{REPOSITORIES}?repositoryId=apps", {"format": "DOCKER"})
    return {"storageSource": upload(send, "web.zip", zipped({"Dockerfile": "FROM scratch"}))}


def build(send: Send, body: dict[str, Any], place: str = GLOBAL) -> dict[str, Any]:
    """Start a build and tell how it ended."""
    answer = send("POST", f"{place}/builds", body)
    assert answer.status == 200, answer.json()
    done = send("GET", f"{HOST}/{answer.json()['name']}").json()
    assert done["done"]
    ended = done["metadata"]["build"]
    assert (ended["status"] == "SUCCESS") == ("response" in done)
    return ended


def test_a_build_pushes_its_images(send: Send, world: Google, source: dict[str, Any]) -> None:
    ended = build(send, {**BUILD, "source": source})
    assert ended["status"] == "SUCCESS"
    assert ended["artifacts"] == {"images": [f"{IMAGE}:v1"]}
    [pushed] = ended["results"]["images"]
    assert pushed["name"] == f"{IMAGE}:v1"
    assert pushed["digest"] == images.digest_of(world, f"{IMAGE}:v1")
    assert ended["sourceProvenance"]["resolvedStorageSource"]["generation"].isdigit()
    assert set(ended["timing"]) == {"BUILD", "FETCHSOURCE", "PUSH"}
    assert ended["steps"][0]["status"] == "SUCCESS"


def test_what_the_server_completes(send: Send, world: Google) -> None:
    ended = build(send, {"steps": [STEP]})
    number = world.number_of("demo-proj")
    assert ended["name"] == f"projects/{number}/locations/global/builds/{ended['id']}"
    assert ended["timeout"] == "600s"
    assert ended["queueTtl"] == "3600s"
    assert ended["options"] == {"logging": "LEGACY"}
    assert ended["logsBucket"] == f"gs://{number}.cloudbuild-logs.googleusercontent.com"
    assert ended["serviceAccount"].endswith(f"/{number}-compute@developer.gserviceaccount.com")
    assert ended["logUrl"].endswith(f"/builds/{ended['id']}?project={number}")


def test_the_same_build_in_both_forms(send: Send) -> None:
    ended = build(send, {"steps": [STEP]})
    uid = ended["id"]
    assert send("GET", f"{GLOBAL}/builds/{uid}").json() == ended
    assert send("GET", f"{GLOBAL}/locations/global/builds/{uid}").json() == ended
    assert send("GET", f"{PLACE}/builds/{uid}").status == 404
    regional = build(send, {"steps": [STEP]}, PLACE)
    assert [row["id"] for row in send("GET", f"{PLACE}/builds").json()["builds"]] == [
        regional["id"]
    ]


def test_lists_are_newest_first_and_filtered(send: Send, world: Google) -> None:
    ids = []
    for tag in ("one", "two"):
        ids.append(build(send, {"steps": [STEP], "tags": [tag]})["id"])
        world.advance(1)
    listed = send("GET", f"{GLOBAL}/builds").json()["builds"]
    assert [row["id"] for row in listed] == ids[::-1]
    build(send, {"steps": [{**STEP, "script": "exit 1"}]})
    failed = send("GET", f'{GLOBAL}/builds?filter=status="FAILURE"').json()["builds"]
    assert [row["status"] for row in failed] == ["FAILURE"]


def test_a_build_takes_its_time(send: Send, world: Google) -> None:
    world.latency = Latency(1)
    answer = send("POST", f"{GLOBAL}/builds", {"steps": [STEP]}).json()
    assert "done" not in answer
    assert answer["metadata"]["build"]["status"] == "QUEUED"
    world.advance(10)
    [row] = send("GET", f"{GLOBAL}/builds").json()["builds"]
    assert row["status"] == "WORKING"
    assert "finishTime" not in row
    world.advance(60)
    row = send("GET", f"{GLOBAL}/builds/{row['id']}").json()
    assert row["status"] == "SUCCESS"
    assert row["startTime"] < row["finishTime"]


def test_builds_are_told_to_a_topic(send: Send, world: Google) -> None:
    pubsub = "https://pubsub.googleapis.com/v1/projects/demo-proj"
    send("PUT", f"{pubsub}/topics/cloud-builds", {})
    topic = {"topic": "projects/demo-proj/topics/cloud-builds"}
    send("PUT", f"{pubsub}/subscriptions/notes", topic)
    world.latency = Latency(1)
    send("POST", f"{GLOBAL}/builds", {"steps": [STEP]})
    world.advance(100)
    url = f"{pubsub}/subscriptions/notes:pull"
    received = send("POST", url, {"maxMessages": 10}).json()["receivedMessages"]
    messages = [row["message"] for row in received]
    told = {
        row["attributes"]["status"]: json.loads(base64.b64decode(row["data"])) for row in messages
    }
    assert set(told) == {"QUEUED", "WORKING", "SUCCESS"}
    assert told["SUCCESS"]["finishTime"]
    assert len({row["attributes"]["buildId"] for row in messages}) == 1


def test_it_can_be_cancelled_while_it_runs(send: Send, world: Google) -> None:
    world.latency = Latency(1)
    operation = send("POST", f"{GLOBAL}/builds", {"steps": [STEP]}).json()
    uid = operation["metadata"]["build"]["id"]
    assert send("POST", f"{GLOBAL}/builds/{uid}:cancel", {}).json()["status"] == "CANCELLED"
    done = send("GET", f"{HOST}/{operation['name']}").json()
    assert done["error"]["code"] == 1
    world.advance(100)
    assert send("GET", f"{GLOBAL}/builds/{uid}").json()["status"] == "CANCELLED"
    again = send("POST", f"{GLOBAL}/builds/{uid}:cancel", {})
    assert again.json()["error"]["status"] == "FAILED_PRECONDITION"


def test_a_retry_is_a_new_build(send: Send, source: dict[str, Any]) -> None:
    first = build(send, {**BUILD, "source": source, "tags": ["t"]})
    operation = send("POST", f"{GLOBAL}/builds/{first['id']}:retry", {}).json()
    second = send("GET", f"{HOST}/{operation['name']}").json()["metadata"]["build"]
    assert second["id"] != first["id"]
    assert second["status"] == "SUCCESS"
    assert second["tags"] == ["t"]
    assert second["source"]["storageSource"]["generation"].isdigit()


def test_the_digest_follows_the_content(send: Send, world: Google, source: dict[str, Any]) -> None:
    build(send, {**BUILD, "source": source})
    first = images.digest_of(world, f"{IMAGE}:v1")
    build(send, {**BUILD, "source": source})
    assert images.digest_of(world, f"{IMAGE}:v1") == first
    upload(send, "web.zip", zipped({"Dockerfile": "FROM busybox"}))
    build(send, {**BUILD, "source": source})
    assert images.digest_of(world, f"{IMAGE}:v1") != first


# -- failures


FAILURES = {
    "no Dockerfile": ({"main.py": ""}, BUILD, "USER_BUILD_STEP", "Dockerfile"),
    "a Dockerfile elsewhere": (
        {"Dockerfile": ""},
        {"steps": [{**DOCKER, "args": ["build", "-f", "prod/Dockerfile", "."]}]},
        "USER_BUILD_STEP",
        "lstat /workspace/prod/Dockerfile",
    ),
    "an image that no step made": (
        {"Dockerfile": ""},
        {"steps": [DOCKER], "images": [f"{IMAGE}:v2"]},
        "PUSH_IMAGE_NOT_FOUND",
        "does not exist locally",
    ),
    "a repository that is not there": (
        {"Dockerfile": ""},
        {
            "steps": [{**DOCKER, "args": ["build", "-t", f"{IMAGE}/x".replace("apps", "no"), "."]}],
            "images": [f"{IMAGE}/x".replace("apps", "no")],
        },
        "PUSH_FAILED",
        'Repository "no" not found',
    ),
    "a push without a build": (
        {"Dockerfile": ""},
        {"steps": [{**DOCKER, "args": ["push", f"{IMAGE}:v1"]}]},
        "USER_BUILD_STEP",
        "does not exist locally",
    ),
    "a script that fails": (
        {},
        {"steps": [STEP, {**STEP, "script": "echo no\nexit 3"}, STEP]},
        "USER_BUILD_STEP",
        'Build step 1 "ubuntu" failed: step exited with non-zero status: 3',
    ),
    "an image for a step that is missing": (
        {},
        {"steps": [{"name": "gcr.io/acme/tool:missing"}]},
        "USER_BUILD_STEP",
        "manifest for gcr.io/acme/tool:missing not found",
    ),
    "a secret that is not there": (
        {},
        {
            "steps": [{**STEP, "secretEnv": ["KEY"]}],
            "availableSecrets": {
                "secretManager": [
                    {"versionName": "projects/demo-proj/secrets/no/versions/1", "env": "KEY"}
                ]
            },
        },
        "USER_BUILD_STEP",
        "not found or has no versions",
    ),
}


@pytest.mark.parametrize("case", FAILURES)
def test_a_build_fails_for(send: Send, source: dict[str, Any], case: str) -> None:
    files, body, kind, words = FAILURES[case]
    where = upload(send, "case.tgz", tarred(files))
    ended = build(send, {**body, "source": {"storageSource": where}})
    assert ended["status"] == "FAILURE"
    assert ended["failureInfo"]["type"] == kind
    assert words in ended["failureInfo"]["detail"]


def test_steps_after_a_failed_one_do_not_run(send: Send) -> None:
    ended = build(send, {"steps": [{**STEP, "script": "exit 3"}, STEP]})
    assert [step["status"] for step in ended["steps"]] == ["FAILURE", "QUEUED"]
    assert ended["steps"][0]["exitCode"] == 3


@pytest.mark.parametrize("allowed", [{"allowFailure": True}, {"allowExitCodes": [3]}])
def test_a_step_may_be_allowed_to_fail(send: Send, allowed: dict[str, Any]) -> None:
    ended = build(send, {"steps": [{**STEP, "script": "exit 3", **allowed}, STEP]})
    assert ended["status"] == "SUCCESS"
    assert ended["steps"][0]["exitCode"] == 3


def test_a_source_that_goes_before_the_build_runs(
    send: Send, world: Google, source: dict[str, Any]
) -> None:
    world.latency = Latency(1)
    answer = send("POST", f"{GLOBAL}/builds", {**BUILD, "source": source}).json()
    send("DELETE", "https://storage.googleapis.com/storage/v1/b/sources-demo/o/web.zip")
    world.advance(100)
    ended = send("GET", f"{HOST}/{answer['name']}").json()["metadata"]["build"]
    assert ended["failureInfo"]["type"] == "FETCH_SOURCE_FAILED"


def test_a_source_that_is_no_archive(send: Send) -> None:
    where = upload(send, "text.zip", b"no archive")
    ended = build(send, {"steps": [STEP], "source": {"storageSource": where}})
    assert ended["failureInfo"]["type"] == "FETCH_SOURCE_FAILED"


# -- substitutions


def test_substitutions_are_replaced(send: Send) -> None:
    step = {"name": "ubuntu", "args": ["echo", "$_A-${_B}", "$PROJECT_ID", "$$HOME"]}
    ended = build(send, {"steps": [step], "substitutions": {"_A": "1", "_B": "2"}})
    assert ended["steps"][0]["args"] == ["echo", "1-2", "demo-proj", "$HOME"]
    assert ended["substitutions"] == {"_A": "1", "_B": "2"}


MISTAKES = [
    Mistake("POST", f"{GLOBAL}/builds", {}, 400, "INVALID_ARGUMENT", "no build steps specified"),
    Mistake("POST", f"{GLOBAL}/builds", {"step": []}, 400, "INVALID_ARGUMENT", "Unknown name"),
    Mistake(
        "POST", f"{GLOBAL}/builds", {"steps": [{"args": ["x"]}]}, 400, "INVALID_ARGUMENT", "must specify name"
    ),
    Mistake(
        "POST", f"{GLOBAL}/builds", {"steps": [{"name": "Bad Name"}]}, 400, "INVALID_ARGUMENT",
        "could not parse reference",
    ),
    Mistake(
        "POST", f"{GLOBAL}/builds", {"steps": [STEP], "images": ["gcr.io/p/web:"]}, 400, "INVALID_ARGUMENT",
        'invalid image name "gcr.io/p/web:"',
    ),
    Mistake(
        "POST", f"{GLOBAL}/builds", {"steps": [{**STEP, "args": ["x"]}]}, 400, "INVALID_ARGUMENT", "both script and args"
    ),
    Mistake(
        "POST", f"{GLOBAL}/builds", {"steps": [{**STEP, "waitFor": ["b"]}]}, 400, "INVALID_ARGUMENT", "waitFor"
    ),
    Mistake(
        "POST", f"{GLOBAL}/builds", {"steps": [{**STEP, "id": "a"}, {**STEP, "id": "a"}]}, 400, "INVALID_ARGUMENT",
        "not unique",
    ),
    Mistake(
        "POST", f"{GLOBAL}/builds", {"steps": [{**STEP, "env": ["A"]}]}, 400, "INVALID_ARGUMENT", "KEY=VALUE"
    ),
    Mistake(
        "POST", f"{GLOBAL}/builds", {"steps": [STEP], "timeout": "90000s"}, 400, "INVALID_ARGUMENT", "timeout must be"
    ),
    Mistake(
        "POST", f"{GLOBAL}/builds", {"steps": [STEP], "tags": ["no tag"]}, 400, "INVALID_ARGUMENT", "build tag"
    ),
    Mistake(
        "POST", f"{GLOBAL}/builds", {"steps": [STEP], "substitutions": {"X": "1"}}, 400, "INVALID_ARGUMENT",
        "does not respect format",
    ),
    Mistake(
        "POST", f"{GLOBAL}/builds", {"steps": [STEP], "substitutions": {"_X": "1"}}, 400, "INVALID_ARGUMENT",
        "is not matched in the template",
    ),
    Mistake(
        "POST", f"{GLOBAL}/builds", {"steps": [{"name": "ubuntu", "args": ["$HOME"]}]}, 400, "INVALID_ARGUMENT",
        'key in the template "HOME" is not a valid built-in substitution',
    ),
    Mistake(
        "POST", f"{GLOBAL}/builds", {"steps": [{"name": "ubuntu", "args": ["$_X"]}]}, 400, "INVALID_ARGUMENT",
        "is not matched in the substitution data",
    ),
    Mistake(
        "POST", f"{GLOBAL}/builds", {"steps": [{**STEP, "secretEnv": ["K"]}]}, 400, "INVALID_ARGUMENT",
        "without being defined",
    ),
    Mistake(
        "POST", f"{GLOBAL}/builds",
        {"steps": [STEP], "serviceAccount": "projects/other/serviceAccounts/x@developer.gserviceaccount.com"},
        400, "INVALID_ARGUMENT", "(c) use either CLOUD_LOGGING_ONLY / NONE",
    ),
    Mistake(
        "POST", f"{GLOBAL}/builds",
        {"steps": [STEP], "serviceAccount": "projects/demo-proj/serviceAccounts/no@demo-proj.iam.gserviceaccount.com"},
        403, "PERMISSION_DENIED", "iam.serviceaccounts.actAs",
    ),
    Mistake(
        "POST", f"{GLOBAL}/builds",
        {"steps": [STEP], "source": {"storageSource": {"bucket": "no-such-bucket", "object": "x"}}},
        404, "NOT_FOUND", "could not resolve source: googleapi: Error 404",
    ),
    Mistake("GET", f"{GLOBAL}/builds/no", None, 404, "NOT_FOUND", "not found"),
    Mistake("POST", f"{HOST}/projects/demo-proj/locations/mars/builds", {"steps": [STEP]}, 403, "PERMISSION_DENIED", "mars"),
    Mistake("POST", f"{PLACE}/triggers", {**TRIGGER, "name": "-x"}, 400, "INVALID_ARGUMENT", "invalid trigger name"),
    Mistake("POST", f"{PLACE}/triggers", {"filename": "x"}, 400, "INVALID_ARGUMENT", "one event source"),
    Mistake(
        "POST", f"{PLACE}/triggers", {**TRIGGER, "webhookConfig": {"secret": "x"}}, 400, "INVALID_ARGUMENT",
        "only one event source",
    ),
    Mistake(
        "POST", f"{PLACE}/triggers", {**TRIGGER, "build": {"steps": [STEP]}}, 400, "INVALID_ARGUMENT", "only one of build"
    ),
    Mistake(
        "POST", f"{PLACE}/triggers", {"name": "x", "github": TRIGGER["github"]}, 400, "INVALID_ARGUMENT", "build template"
    ),
    Mistake(
        "POST", f"{PLACE}/triggers", {**TRIGGER, "github": {"owner": "a", "name": "b"}}, 400, "INVALID_ARGUMENT",
        "one of push and pullRequest",
    ),
    Mistake(
        "POST", f"{PLACE}/triggers", {**TRIGGER, "github": {"push": {"branch": "("}}}, 400, "INVALID_ARGUMENT",
        "invalid regular expression",
    ),
    Mistake(
        "POST", f"{PLACE}/triggers",
        {"name": "x", "pubsubConfig": {"topic": "projects/demo-proj/topics/no"}, "filename": "x"},
        404, "NOT_FOUND", "Resource not found",
    ),
    Mistake("GET", f"{PLACE}/triggers/no", None, 404, "NOT_FOUND", "not found"),
]  # fmt: skip


@pytest.mark.parametrize("mistake", MISTAKES, ids=range(len(MISTAKES)))
def test_a_mistake(send: Send, mistake: Mistake) -> None:
    refuse(send, mistake)


# -- triggers


def test_a_trigger_has_an_id_of_the_server(send: Send) -> None:
    made = send("POST", f"{PLACE}/triggers", {**TRIGGER, "disabled": False}).json()
    assert made["resourceName"] == (
        f"projects/demo-proj/locations/us-central1/triggers/{made['id']}"
    )
    assert "disabled" not in made
    assert send("GET", f"{PLACE}/triggers/{made['id']}").json() == made
    assert send("GET", f"{PLACE}/triggers/on-push").json() == made
    assert send("GET", f"{PLACE}/triggers").json() == {"triggers": [made]}
    assert send("GET", f"{GLOBAL}/triggers").json() == {}


def test_names_are_unique_in_a_location(send: Send) -> None:
    send("POST", f"{PLACE}/triggers", TRIGGER)
    again = send("POST", f"{PLACE}/triggers", TRIGGER)
    assert again.json()["error"]["status"] == "ALREADY_EXISTS"
    assert send("POST", f"{GLOBAL}/triggers", TRIGGER).status == 200


def test_a_patch_replaces_unless_it_has_a_mask(send: Send) -> None:
    send("POST", f"{PLACE}/triggers", {**TRIGGER, "description": "old", "tags": ["a"]})
    masked = send("PATCH", f"{PLACE}/triggers/on-push?updateMask=tags", {"tags": ["b"]}).json()
    assert (masked["description"], masked["tags"]) == ("old", ["b"])
    whole = send("PATCH", f"{PLACE}/triggers/on-push", {**TRIGGER, "name": "renamed"}).json()
    assert whole["name"] == "renamed"
    assert "description" not in whole
    assert whole["id"] == masked["id"]
    wrong = send("PATCH", f"{PLACE}/triggers/renamed?updateMask=tag", {"tags": ["b"]})
    assert wrong.json()["error"]["status"] == "INVALID_ARGUMENT"


def test_what_a_repository_template_means(send: Send) -> None:
    body = {"name": "csr", "triggerTemplate": {"branchName": "main"}, "filename": "x.yaml"}
    made = send("POST", f"{PLACE}/triggers", body).json()
    assert made["triggerTemplate"] == {
        "branchName": "main", "projectId": "demo-proj", "repoName": "default"
    }  # fmt: skip


def test_a_trigger_of_messages_has_a_subscription(send: Send) -> None:
    topic = "projects/demo-proj/topics/pushes"
    send("PUT", f"https://pubsub.googleapis.com/v1/{topic}", {})
    body = {"name": "msg", "pubsubConfig": {"topic": topic}, "build": {"steps": [STEP]}}
    made = send("POST", f"{PLACE}/triggers", body).json()
    assert made["eventType"] == "PUBSUB"
    name = made["pubsubConfig"]["subscription"]
    assert name == "projects/demo-proj/subscriptions/gcb-msg"
    assert made["pubsubConfig"]["state"] == "OK"
    url = f"https://pubsub.googleapis.com/v1/{name}"
    assert send("GET", url).json()["topic"] == topic
    send("DELETE", url)
    got = send("GET", f"{PLACE}/triggers/msg").json()
    assert got["pubsubConfig"]["state"] == "SUBSCRIPTION_DELETED"


def test_a_deleted_trigger_takes_its_subscription_along(send: Send) -> None:
    topic = "projects/demo-proj/topics/pushes"
    send("PUT", f"https://pubsub.googleapis.com/v1/{topic}", {})
    body = {"name": "msg", "pubsubConfig": {"topic": topic}, "filename": "x"}
    send("POST", f"{PLACE}/triggers", body)
    assert send("DELETE", f"{PLACE}/triggers/msg").json() == {}
    url = "https://pubsub.googleapis.com/v1/projects/demo-proj/subscriptions/gcb-msg"
    assert send("GET", url).status == 404
    assert send("GET", f"{PLACE}/triggers/msg").status == 404


def test_a_secret_that_goes_is_told(send: Send) -> None:
    secrets = "https://secretmanager.googleapis.com/v1/projects/demo-proj/secrets"
    send("POST", f"{secrets}?secretId=hook", {"replication": {"automatic": {}}})
    secret = "projects/demo-proj/secrets/hook/versions/1"
    body = {"name": "hook", "webhookConfig": {"secret": secret}, "filename": "x"}
    made = send("POST", f"{PLACE}/triggers", body).json()
    assert made["webhookConfig"]["state"] == "OK"
    send("DELETE", f"{secrets}/hook")
    got = send("GET", f"{PLACE}/triggers/hook").json()
    assert got["webhookConfig"]["state"] == "SECRET_DELETED"


def test_a_run_of_a_trigger(send: Send) -> None:
    step = {"name": "ubuntu", "args": ["echo", "$BRANCH_NAME", "$REPO_FULL_NAME", "$_X", "$_NONE"]}
    body = {
        **{key: value for key, value in TRIGGER.items() if key != "filename"},
        "build": {"steps": [step]},
        "substitutions": {"_X": "declared"},
    }
    made = send("POST", f"{PLACE}/triggers", body).json()
    source = {"branchName": "main", "substitutions": {"_X": "given"}}
    operation = send("POST", f"{PLACE}/triggers/on-push:run", {"source": source}).json()
    built = send("GET", f"{HOST}/{operation['name']}").json()["metadata"]["build"]
    assert built["buildTriggerId"] == made["id"]
    assert built["steps"][0]["args"] == ["echo", "main", "acme/web", "given", ""]
    assert built["status"] == "SUCCESS"
    assert built["options"]["substitutionOption"] == "ALLOW_LOOSE"


def test_a_disabled_trigger_runs_nothing(send: Send) -> None:
    send("POST", f"{GLOBAL}/triggers", {**TRIGGER, "disabled": True})
    answer = send("POST", f"{GLOBAL}/triggers/on-push:run", {"branchName": "main"})
    assert answer.json()["error"]["status"] == "FAILED_PRECONDITION"


def held(send: Send) -> tuple[str, str]:
    """A build that waits for approval: its operation and its address."""
    send("POST", f"{PLACE}/triggers", {**TRIGGER, "approvalConfig": {"approvalRequired": True}})
    operation = send("POST", f"{PLACE}/triggers/on-push:run", {}).json()
    waiting = operation["metadata"]["build"]
    assert (waiting["status"], waiting["approval"]["state"]) == ("PENDING", "PENDING")
    return f"{HOST}/{operation['name']}", f"{PLACE}/builds/{waiting['id']}"


def test_a_build_may_need_approval(send: Send, world: Google) -> None:
    world.latency = Latency(1)
    operation, url = held(send)
    decision = {"approvalResult": {"decision": "APPROVED", "comment": "go"}}
    world.advance(3600)
    assert "done" not in send("GET", operation).json()
    assert send("POST", f"{url}:approve", decision).json()["metadata"]["build"]["id"]
    assert send("GET", url).json()["status"] == "QUEUED"
    world.advance(10)
    assert send("GET", url).json()["status"] == "WORKING"
    world.advance(60)
    done = send("GET", url).json()
    assert (done["status"], done["approval"]["state"]) == ("SUCCESS", "APPROVED")
    assert send("GET", operation).json()["response"]["status"] == "SUCCESS"
    again = send("POST", f"{url}:approve", decision)
    assert again.json()["error"]["status"] == "FAILED_PRECONDITION"


def test_a_build_may_be_rejected(send: Send) -> None:
    operation, url = held(send)
    empty = send("POST", f"{url}:approve", {})
    assert "decision" in empty.json()["error"]["message"]
    send("POST", f"{url}:approve", {"approvalResult": {"decision": "REJECTED"}})
    assert send("GET", url).json()["status"] == "CANCELLED"
    assert send("GET", operation).json()["error"]["code"] == 1


# -- the rest


def test_a_private_pool(send: Send) -> None:
    pool = f"{PLACE}/workerPools"
    operation = send("POST", f"{pool}?workerPoolId=mine", {"displayName": "Mine"}).json()
    done = send("GET", f"{HOST}/{operation['name']}").json()
    assert done["response"]["state"] == "RUNNING"
    assert "completeTime" in done["metadata"]
    config = done["response"]["privatePoolV1Config"]
    assert config["workerConfig"] == {"machineType": "e2-medium", "diskSizeGb": "100"}
    stale = send("DELETE", f"{pool}/mine?etag=old")
    assert stale.json()["error"]["status"] == "ABORTED"
    wrong = {"privatePoolV1Config": {"workerConfig": {"diskSizeGb": "5000"}}}
    refuse(
        send,
        Mistake(
            "PATCH", f"{pool}/mine?updateMask=privatePoolV1Config.workerConfig", wrong,
            400, "INVALID_ARGUMENT", "disk_size_gb",
        ),
    )  # fmt: skip
    send("DELETE", f"{pool}/mine")
    assert send("GET", f"{pool}/mine").status == 404


def test_the_default_account(send: Send, world: Google) -> None:
    told = send("GET", f"{PLACE}/defaultServiceAccount").json()
    number = world.number_of("demo-proj")
    assert told["name"] == "projects/demo-proj/locations/us-central1/defaultServiceAccount"
    assert told["serviceAccountEmail"].endswith(f"/{number}-compute@developer.gserviceaccount.com")


def test_googles_own_client(emulator: Emulator) -> None:
    with discovery(emulator, "cloudbuild", "v1") as client:
        builds = client.projects().builds()
        operation = builds.create(projectId="demo-proj", body={"steps": [STEP]}).execute()
        done = client.operations().get(name=operation["name"]).execute()
        assert done["response"]["status"] == "SUCCESS"
        assert builds.get(projectId="demo-proj", id=done["response"]["id"]).execute()["id"]
        parent = "projects/demo-proj/locations/us-central1"
        triggers = client.projects().locations().triggers()
        made = triggers.create(parent=parent, body=TRIGGER).execute()
        assert triggers.list(parent=parent).execute() == {"triggers": [made]}
        assert triggers.delete(name=made["resourceName"]).execute() == {}
