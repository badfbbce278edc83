"""Cloud Functions: from the upload of a source to a service that runs it."""

from pathlib import Path
from typing import Any

import pytest
import requests

from gcpstack.emulator import Emulator, ManualClock
from gcpstack.emulator.core.google import Google
from gcpstack.emulator.core.latency import Latency
from tests.emulator.conftest import Send, sender
from tests.emulator.services.archives import upload, zipped
from tests.emulator.services.clients import discovery
from tests.emulator.services.mistakes import Mistake, refuse
from tests.emulator.services.publishing import let_storage_publish

HOST = "https://cloudfunctions.googleapis.com/v2"
PARENT = "projects/demo-proj/locations/us-central1"
PLACE = f"{HOST}/{PARENT}"
FUNCTIONS = f"{PLACE}/functions"
RUN = "https://run.googleapis.com/v2"
PYTHON = {"main.py": "def hello(request):\n    return 'hello'\n"}
TOPIC = "projects/demo-proj/topics/events"
PUBLISHED = "google.cloud.pubsub.topic.v1.messagePublished"


def declared(source: dict[str, str], **more: Any) -> dict[str, Any]:
    """A function of a Python source."""
    build = {"runtime": "python312", "entryPoint": "hello", "source": {"storageSource": source}}
    return {"buildConfig": {**build, **more.pop("build", {})}, **more}


@pytest.fixture
def source(send: Send) -> dict[str, str]:
    return upload(send, "hello.zip", zipped(PYTHON))


def finish(send: Send, answer: Any) -> dict[str, Any]:
    """An operation at its end."""
    assert answer.status == 200, answer.json()
    done = send("GET", f"{HOST}/{answer.json()['name']}").json()
    assert done["done"]
    return done


def create(send: Send, body: dict[str, Any], name: str = "hello") -> dict[str, Any]:
    return finish(send, send("POST", f"{FUNCTIONS}?functionId={name}", body))


def stages(operation: dict[str, Any]) -> dict[str, str]:
    return {stage["name"]: stage["state"] for stage in operation["metadata"]["stages"]}


def test_a_function_runs_as_a_service(send: Send, world: Google, source: dict[str, str]) -> None:
    done = create(send, declared(source, labels={"team": "a"}))
    made = send("GET", f"{FUNCTIONS}/hello").json()
    assert done["response"] == {
        "@type": "type.googleapis.com/google.cloud.functions.v2.Function", **made
    }  # fmt: skip
    assert made["state"] == "ACTIVE"
    assert made["url"] == "https://us-central1-demo-proj.cloudfunctions.net/hello"
    assert made["serviceConfig"]["service"] == f"{PARENT}/services/hello"
    service = send("GET", f"{RUN}/{PARENT}/services/hello").json()
    assert made["serviceConfig"]["uri"] == service["uri"]
    assert service["latestReadyRevision"].endswith(f"/{made['serviceConfig']['revision']}")
    assert service["labels"] == {"team": "a", "goog-managed-by": "cloudfunctions"}
    [container] = service["template"]["containers"]
    assert container["resources"]["limits"] == {"cpu": "0.1666", "memory": "256Mi"}
    assert send("GET", FUNCTIONS).json() == {"functions": [made]}


def test_what_the_server_fills_in(send: Send, world: Google, source: dict[str, str]) -> None:
    made = create(send, declared(source))["response"]
    number = world.number_of("demo-proj")
    account = f"{number}-compute@developer.gserviceaccount.com"
    config = made["serviceConfig"]
    assert {key: config[key] for key in config if key not in ("service", "uri", "revision")} == {
        "timeoutSeconds": 60,
        "availableMemory": "256M",
        "availableCpu": "0.1666",
        "maxInstanceCount": 100,
        "maxInstanceRequestConcurrency": 1,
        "ingressSettings": "ALLOW_ALL",
        "serviceAccountEmail": account,
        "allTrafficOnLatestRevision": True,
        "environmentVariables": {"LOG_EXECUTION_ID": "true"},
    }
    build = made["buildConfig"]
    assert build["dockerRepository"] == f"{PARENT}/repositories/gcf-artifacts"
    assert build["dockerRegistry"] == "ARTIFACT_REGISTRY"
    assert build["serviceAccount"] == f"projects/demo-proj/serviceAccounts/{account}"
    assert build["automaticUpdatePolicy"] == {}
    assert made["environment"] == "GEN_2"


def test_what_is_unspecified_has_its_default(send: Send, source: dict[str, str]) -> None:
    config = {"ingressSettings": "INGRESS_SETTINGS_UNSPECIFIED", "availableMemory": ""}
    made = create(send, declared(source, serviceConfig=config))["response"]["serviceConfig"]
    assert (made["ingressSettings"], made["availableMemory"]) == ("ALLOW_ALL", "256M")


def test_the_source_is_copied_and_not_read_back(
    send: Send, world: Google, source: dict[str, str]
) -> None:
    build = create(send, declared(source))["response"]["buildConfig"]
    where = build["source"]["storageSource"]
    assert where["bucket"] == f"gcf-v2-sources-{world.number_of('demo-proj')}-us-central1"
    assert where["object"] == "hello/function-source.zip"
    assert build["sourceProvenance"]["resolvedStorageSource"]["generation"].isdigit()
    told = send("POST", f"{FUNCTIONS}/hello:generateDownloadUrl", {}).json()["downloadUrl"]
    assert send("GET", told.replace("http:", "https:")).body == zipped(PYTHON)


def test_the_build_is_told(send: Send, source: dict[str, str]) -> None:
    done = create(send, declared(source))
    build = send("GET", f"https://cloudbuild.googleapis.com/v1/{done['metadata']['buildName']}")
    assert build.json()["status"] == "SUCCESS"
    assert done["response"]["buildConfig"]["build"] == build.json()["name"]
    repository = f"https://artifactregistry.googleapis.com/v1/{PARENT}/repositories/gcf-artifacts"
    assert send("GET", repository).json()["format"] == "DOCKER"


def test_it_takes_its_time(send: Send, world: Google, source: dict[str, str]) -> None:
    world.latency = Latency(1)
    started = send("POST", f"{FUNCTIONS}?functionId=hello", declared(source)).json()
    url = f"{HOST}/{started['name']}"
    assert started["metadata"]["operationType"] == "CREATE_FUNCTION"
    assert started["metadata"]["requestResource"]["buildConfig"]["runtime"] == "python312"
    assert stages(started) == {"BUILD": "IN_PROGRESS", "SERVICE": "NOT_STARTED"}
    assert send("GET", f"{FUNCTIONS}/hello").json()["state"] == "DEPLOYING"
    assert send("GET", f"{RUN}/{PARENT}/services/hello").status == 404
    busy = send("PATCH", f"{FUNCTIONS}/hello?updateMask=description", {"description": "x"})
    assert busy.json()["error"]["status"] == "ABORTED"
    world.advance(70)
    assert send("GET", f"{RUN}/{PARENT}/services/hello").json()["reconciling"]
    assert "done" not in send("GET", url).json()
    world.advance(60)
    done = send("GET", url).json()
    assert set(stages(done).values()) == {"COMPLETE"}
    assert done["response"]["state"] == "ACTIVE"


def test_a_deployment_survives_the_process(tmp_path: Path) -> None:
    path, clock = str(tmp_path / "state"), ManualClock()
    first = Google(clock=clock, state_file=path, latency=1)
    send = sender(first)
    source = upload(send, "hello.zip", zipped(PYTHON))
    name = send("POST", f"{FUNCTIONS}?functionId=hello", declared(source)).json()["name"]
    first.close()
    second = Google(clock=clock, state_file=path, latency=1)
    second.advance(120)
    done = sender(second)("GET", f"{HOST}/{name}").json()
    assert done["response"]["state"] == "ACTIVE"
    second.close()


# -- uploads


def test_a_source_is_uploaded_by_put(emulator: Emulator) -> None:
    with discovery(emulator, "cloudfunctions", "v2") as client, requests.Session() as web:
        places = client.projects().locations()
        functions = places.functions()
        place = functions.generateUploadUrl(parent=PARENT, body={}).execute()
        headers = {"content-type": "application/zip"}
        answer = web.put(place["uploadUrl"], zipped(PYTHON), headers=headers, timeout=10)
        assert answer.status_code == 200
        body = declared(place["storageSource"])
        operation = functions.create(parent=PARENT, functionId="hello", body=body).execute()
        done = places.operations().get(name=operation["name"]).execute()
        assert done["response"]["state"] == "ACTIVE"
        name = f"{PARENT}/functions/hello"
        url = functions.generateDownloadUrl(name=name, body={}).execute()["downloadUrl"]
        assert web.get(url, timeout=10).content == zipped(PYTHON)
        made = {key: value for key, value in done["response"].items() if key != "@type"}
        assert functions.get(name=name).execute() == made
        functions.delete(name=name).execute()
        assert functions.list(parent=PARENT).execute() == {}


# -- failures


SOURCES = {
    "no main file": (
        "python312", {"app.py": "def hello(r): ..."}, "missing main.py and GOOGLE_FUNCTION_SOURCE not specified",
    ),
    "no entry point": ("python312", {"main.py": "def other(r): ..."}, "Function 'hello' is not defined"),
    "no index.js": ("nodejs22", {"readme.md": ""}, "function.js does not exist"),
    "the main of package.json": ("nodejs22", {"package.json": '{"main": "lib/x.js"}'}, "lib/x.js does not exist"),
    "a broken package.json": ("nodejs22", {"package.json": "{"}, "unmarshalling package.json"),
    "no Go file": ("go124", {"go.mod": "module x"}, "no Go files"),
    "no pom.xml": ("java21", {"Hello.java": "class hello"}, "neither pom.xml"),
    "no app.rb": ("ruby34", {"main.rb": ""}, "app.rb"),
    "no index.php": ("php84", {"main.php": ""}, "index.php"),
    "no project": ("dotnet8", {"Function.cs": ""}, "no project file"),
}  # fmt: skip


@pytest.mark.parametrize("case", SOURCES)
def test_a_build_that_fails(send: Send, case: str) -> None:
    runtime, files, words = SOURCES[case]
    where = upload(send, "case.zip", zipped(files))
    done = create(send, declared(where, build={"runtime": runtime}))
    assert done["error"]["code"] == 3
    assert done["error"]["message"].startswith("Build failed with status: FAILURE and message: ")
    assert words in done["error"]["message"]
    made = send("GET", f"{FUNCTIONS}/hello").json()
    assert made["state"] == "FAILED"
    assert words in made["stateMessages"][0]["message"]
    build = send("GET", f"https://cloudbuild.googleapis.com/v1/{done['metadata']['buildName']}")
    assert build.json()["status"] == "FAILURE"
    assert send("GET", f"{RUN}/{PARENT}/services/hello").status == 404


WORKING = {
    "python313": {"main.py": "def hello(r): ..."},
    "nodejs22": {"package.json": '{"main": "lib/x.js"}', "lib/x.js": "exports.hello = () => 1"},
    "nodejs20": {"index.js": "functions.http('hello', x)"},
    "go124": {"go.mod": "module x", "f.go": 'functions.HTTP("hello", x)'},
    "java21": {"pom.xml": "<project/>", "src/main/java/Hello.java": "class hello {}"},
    "ruby34": {"app.rb": 'FunctionsFramework.http "hello"'},
    "php84": {"index.php": "function hello() {}"},
    "dotnet8": {"x.csproj": "<Project/>", "Function.cs": "class hello {}"},
}


@pytest.mark.parametrize("runtime", WORKING)
def test_a_source_that_builds(send: Send, runtime: str) -> None:
    where = upload(send, "case.zip", zipped(WORKING[runtime]))
    assert create(send, declared(where, build={"runtime": runtime}))["response"]["state"]


def test_a_source_that_is_not_there(send: Send, source: dict[str, str]) -> None:
    done = create(send, declared({**source, "object": "no.zip"}))
    assert done["error"]["code"] == 13
    assert "failed to download archive gs://sources-demo/no.zip" in done["error"]["message"]
    assert send("GET", f"{FUNCTIONS}/hello").json()["state"] == "FAILED"


def test_a_service_that_does_not_start(send: Send, source: dict[str, str]) -> None:
    secret = {"key": "PASSWORD", "projectId": "demo-proj", "secret": "no", "version": "1"}
    done = create(send, declared(source, serviceConfig={"secretEnvironmentVariables": [secret]}))
    assert done["error"]["message"].startswith("Could not create or update Cloud Run service hello")
    assert "was not found" in done["error"]["message"]
    assert stages(done)["BUILD"] == "COMPLETE"
    failed = {row["name"] for row in done["metadata"]["stages"] if "stateMessages" in row}
    assert failed == {"SERVICE"}
    assert send("GET", f"{FUNCTIONS}/hello").json()["state"] == "FAILED"


def test_no_events_are_sent_to_what_does_not_serve(send: Send, source: dict[str, str]) -> None:
    secret = {"key": "PASSWORD", "projectId": "demo-proj", "secret": "no", "version": "1"}
    config = {"secretEnvironmentVariables": [secret]}
    create(send, declared(source, serviceConfig=config, eventTrigger={"eventType": PUBLISHED}))
    triggers = f"https://eventarc.googleapis.com/v1/{PARENT}/triggers"
    assert send("GET", triggers).json() == {}


def test_a_name_that_is_taken_is_told_by_the_operation(send: Send, source: dict[str, str]) -> None:
    create(send, declared(source))
    assert create(send, declared(source))["error"]["code"] == 6
    assert send("GET", f"{FUNCTIONS}/hello").json()["state"] == "ACTIVE"


def test_the_name_of_a_service_that_is_somebody_elses(send: Send, source: dict[str, str]) -> None:
    body = {"template": {"containers": [{"image": "gcr.io/demo-proj/web"}]}}
    send("POST", f"{RUN}/{PARENT}/services?serviceId=hello", body)
    done = create(send, declared(source))
    assert done["error"]["code"] == 6
    assert "A Cloud Run service with this name already exists" in done["error"]["message"]
    service = send("GET", f"{RUN}/{PARENT}/services/hello").json()
    assert service["template"]["containers"][0]["image"] == "gcr.io/demo-proj/web"
    assert "service" not in send("GET", f"{FUNCTIONS}/hello").json()["serviceConfig"]


def test_a_failed_update_leaves_what_serves(send: Send, source: dict[str, str]) -> None:
    revision = create(send, declared(source))["response"]["serviceConfig"]["revision"]
    upload(send, "hello.zip", zipped({"main.py": ""}))
    done = finish(send, send("PATCH", f"{FUNCTIONS}/hello", declared(source)))
    assert done["error"]["code"] == 3
    made = send("GET", f"{FUNCTIONS}/hello").json()
    assert made["state"] == "ACTIVE"
    assert made["stateMessages"][0]["severity"] == "ERROR"
    assert made["serviceConfig"]["revision"] == revision
    upload(send, "hello.zip", zipped(PYTHON))
    done = finish(send, send("PATCH", f"{FUNCTIONS}/hello", declared(source)))
    assert "stateMessages" not in done["response"]
    assert done["response"]["serviceConfig"]["revision"] != revision


# -- changes


def test_a_change_of_the_service_builds_nothing(send: Send, source: dict[str, str]) -> None:
    before = create(send, declared(source))["response"]
    mask = "serviceConfig.availableMemory,serviceConfig.availableCpu"
    body = {"serviceConfig": {"availableMemory": "1Gi"}}
    done = finish(send, send("PATCH", f"{FUNCTIONS}/hello?updateMask={mask}", body))
    after = done["response"]
    assert stages(done) == {"SERVICE": "COMPLETE"}
    assert after["buildConfig"] == before["buildConfig"]
    assert after["serviceConfig"]["availableCpu"] == "0.5833"
    assert after["serviceConfig"]["revision"].startswith("hello-00002-")
    service = send("GET", f"{RUN}/{PARENT}/services/hello").json()
    limits = service["template"]["containers"][0]["resources"]["limits"]
    assert limits == {"cpu": "0.5833", "memory": "1024Mi"}


def test_new_code_is_built(send: Send, source: dict[str, str]) -> None:
    before = create(send, declared(source))["response"]
    fresh = upload(send, "new.zip", zipped({"main.py": "def hello(r): return 2"}))
    mask = "buildConfig.source"
    done = finish(send, send("PATCH", f"{FUNCTIONS}/hello?updateMask={mask}", declared(fresh)))
    after = done["response"]
    assert after["buildConfig"]["build"] != before["buildConfig"]["build"]
    image = send("GET", f"{RUN}/{PARENT}/services/hello").json()["template"]["containers"][0]
    assert image["image"].endswith(":version_2")


def test_without_a_mask_everything_is_replaced(send: Send, source: dict[str, str]) -> None:
    create(send, declared(source, description="old", serviceConfig={"timeoutSeconds": 90}))
    after = finish(send, send("PATCH", f"{FUNCTIONS}/hello", declared(source)))["response"]
    assert "description" not in after
    assert after["serviceConfig"]["timeoutSeconds"] == 60
    assert after["createTime"] <= after["updateTime"]


def test_what_is_made_for_a_function_goes_with_it(send: Send, source: dict[str, str]) -> None:
    create(send, declared(source))
    done = finish(send, send("DELETE", f"{FUNCTIONS}/hello"))
    assert done["metadata"]["operationType"] == "DELETE_FUNCTION"
    assert send("GET", f"{FUNCTIONS}/hello").status == 404
    assert send("GET", f"{RUN}/{PARENT}/services/hello").status == 404
    assert create(send, declared(source))["response"]["state"] == "ACTIVE"


def test_the_service_of_a_name_with_capitals(send: Send, source: dict[str, str]) -> None:
    made = create(send, declared(source), "Hello_World")["response"]
    assert made["serviceConfig"]["service"] == f"{PARENT}/services/hello-world"


# -- events


def triggered(send: Send, source: dict[str, str], **trigger: Any) -> dict[str, Any]:
    body = declared(source, eventTrigger=trigger)
    done = create(send, body)
    assert "response" in done, done["error"]
    return done


def test_messages_reach_a_function(send: Send, world: Google, source: dict[str, str]) -> None:
    send("PUT", f"https://pubsub.googleapis.com/v1/{TOPIC}", {})
    done = triggered(send, source, eventType=PUBLISHED, pubsubTopic=TOPIC)
    trigger = done["response"]["eventTrigger"]
    number = world.number_of("demo-proj")
    assert trigger["triggerRegion"] == "us-central1"
    assert trigger["retryPolicy"] == "RETRY_POLICY_DO_NOT_RETRY"
    assert trigger["serviceAccountEmail"] == f"{number}-compute@developer.gserviceaccount.com"
    assert stages(done)["TRIGGER"] == "COMPLETE"
    made = send("GET", f"https://eventarc.googleapis.com/v1/{trigger['trigger']}").json()
    assert made["destination"] == {"cloudFunction": f"{PARENT}/functions/hello"}
    way = made["transport"]["pubsub"]
    assert way["topic"] == TOPIC
    url = f"https://pubsub.googleapis.com/v1/{way['subscription']}"
    subscription = send("GET", url).json()
    uri = done["response"]["serviceConfig"]["uri"]
    assert subscription["pushConfig"]["pushEndpoint"] == f"{uri}/"
    finish(send, send("DELETE", f"{FUNCTIONS}/hello"))
    assert send("GET", url).status == 404
    assert send("GET", f"https://pubsub.googleapis.com/v1/{TOPIC}").status == 200


def test_a_topic_is_made_where_none_is_given(send: Send, source: dict[str, str]) -> None:
    trigger = triggered(send, source, eventType=PUBLISHED)["response"]["eventTrigger"]
    assert send("GET", f"https://pubsub.googleapis.com/v1/{trigger['pubsubTopic']}").status == 200


def test_objects_of_a_bucket_reach_a_function(send: Send, source: dict[str, str]) -> None:
    let_storage_publish(send)
    storage = "https://storage.googleapis.com/storage/v1/b"
    send("POST", f"{storage}?project=demo-proj", {"name": "inbox-demo", "location": "US-EAST1"})
    filters = [{"attribute": "bucket", "value": "inbox-demo"}]
    kind = "google.cloud.storage.object.v1.finalized"
    trigger = triggered(send, source, eventType=kind, eventFilters=filters)["response"][
        "eventTrigger"
    ]
    assert trigger["triggerRegion"] == "us-east1"
    assert trigger["trigger"].startswith("projects/demo-proj/locations/us-east1/triggers/hello-")
    [note] = send("GET", f"{storage}/inbox-demo/notificationConfigs").json()["items"]
    assert note["event_types"] == ["OBJECT_FINALIZE"]


def test_a_changed_trigger_is_made_anew(send: Send, source: dict[str, str]) -> None:
    for short in ("events", "others"):
        topic = f"projects/demo-proj/topics/{short}"
        send("PUT", f"https://pubsub.googleapis.com/v1/{topic}", {})
    done = triggered(send, source, eventType=PUBLISHED, pubsubTopic=TOPIC)
    first = done["response"]["eventTrigger"]
    body = {"eventTrigger": {**first, "pubsubTopic": "projects/demo-proj/topics/others"}}
    done = finish(send, send("PATCH", f"{FUNCTIONS}/hello?updateMask=eventTrigger", body))
    second = done["response"]["eventTrigger"]
    assert second["trigger"] != first["trigger"]
    assert send("GET", f"https://eventarc.googleapis.com/v1/{first['trigger']}").status == 404


# -- mistakes


SOURCE = {"bucket": "b", "object": "o"}
BODY = declared(SOURCE)
MISTAKES = [
    ({"buildConfig": {"source": BODY["buildConfig"]["source"]}}, "Runtime field cannot be empty"),
    (declared(SOURCE, build={"runtime": "cobol1"}), "Runtime cobol1 is not supported"),
    ({"buildConfig": {"runtime": "python312"}}, "source of the function must be specified"),
    (declared({"bucket": "b"}), "bucket and the object"),
    ({**BODY, "environment": "GEN_1"}, "1st generation"),
    ({**BODY, "environment": "GEN_9"}, "Invalid value at"),
    ({**BODY, "serviceConfig": {"availableMemory": "64Mi"}}, "Memory must be between"),
    ({**BODY, "serviceConfig": {"availableMemory": "much"}}, "Invalid memory value"),
    ({**BODY, "serviceConfig": {"timeoutSeconds": 3601}}, "between 1 and 3600"),
    ({**BODY, "serviceConfig": {"timeoutSeconds": 600}, "eventTrigger": {"eventType": PUBLISHED}}, "between 1 and 540"),
    ({**BODY, "serviceConfig": {"minInstanceCount": 5, "maxInstanceCount": 2}}, "must not exceed"),
    ({**BODY, "serviceConfig": {"environmentVariables": {"K_SERVICE": "x"}}}, "reserved by the system"),
    ({**BODY, "serviceConfig": {"vpcConnectorEgressSettings": "ALL_TRAFFIC"}}, "needs a vpc_connector"),
    ({**BODY, "serviceConfig": {"secretEnvironmentVariables": [{"key": "A"}]}}, "needs a key, a secret"),
    ({**BODY, "kmsKeyName": "projects/p/locations/l/keyRings/r/cryptoKeys/k"}, "docker_repository"),
    ({**BODY, "eventTrigger": {}}, "event_type must be specified"),
    ({**BODY, "eventTrigger": {"eventType": "x.y", "pubsubTopic": TOPIC}}, "only valid for events of the type"),
    ({**BODY, "eventTrigger": {"eventType": PUBLISHED, "pubsubTopic": TOPIC}}, "was not found"),
    (
        {**BODY, "eventTrigger": {"eventType": "x.y", "eventFilters": [{"attribute": "bucket", "value": "no-bucket"}]}},
        "The bucket no-bucket was not found",
    ),
    ({**BODY, "entryPoint": "x"}, 'Unknown name "entryPoint"'),
    (declared(SOURCE, build={"dockerRepository": "gcr.io/x"}), "Invalid Docker repository"),
    ({**BODY, "serviceConfig": {"availableCpu": "many"}}, "Invalid CPU value"),
    ({**BODY, "serviceConfig": {"secretVolumes": [{"secret": "s"}]}}, "needs a mount path and a secret"),
    (
        {**BODY, "serviceConfig": {"secretVolumes": [{"secret": "s", "mountPath": "/m", "versions": [{"path": "p"}]}]}},
        "needs a path and a version",
    ),
    ({**BODY, "eventTrigger": {"eventType": "x.y", "eventFilters": [{"value": "b"}]}}, "needs an attribute"),
]  # fmt: skip


@pytest.mark.parametrize(("body", "words"), MISTAKES, ids=range(len(MISTAKES)))
def test_a_mistake(send: Send, body: dict[str, Any], words: str) -> None:
    url = f"{FUNCTIONS}?functionId=hello"
    refuse(send, Mistake("POST", url, body, 400, "INVALID_ARGUMENT", words))


OTHERS = [
    Mistake("POST", FUNCTIONS, BODY, 400, "INVALID_ARGUMENT", "functionId"),
    Mistake("POST", f"{FUNCTIONS}?functionId=-x", BODY, 400, "INVALID_ARGUMENT", "Invalid resource id"),
    Mistake("GET", f"{FUNCTIONS}/no", None, 404, "NOT_FOUND", "functions/no' was not found"),
    Mistake("DELETE", f"{FUNCTIONS}/no", None, 404, "NOT_FOUND", "not found"),
    Mistake("PATCH", f"{FUNCTIONS}/no", BODY, 404, "NOT_FOUND", "not found"),
    Mistake("POST", f"{FUNCTIONS.replace('us-central1', 'mars')}?functionId=x", BODY, 403, "PERMISSION_DENIED", "mars"),
    Mistake(
        "POST", f"{FUNCTIONS}?functionId=x",
        {**BODY, "serviceConfig": {"serviceAccountEmail": "no@demo-proj.iam.gserviceaccount.com"}},
        403, "PERMISSION_DENIED", "iam.serviceaccounts.actAs",
    ),
]  # fmt: skip


@pytest.mark.parametrize("mistake", OTHERS, ids=range(len(OTHERS)))
def test_another_mistake(send: Send, mistake: Mistake) -> None:
    refuse(send, mistake)


def test_mistakes_in_a_patch(send: Send, source: dict[str, str]) -> None:
    create(send, declared(source))
    url = f"{FUNCTIONS}/hello?updateMask="
    for mask, body, words in (
        ("nothing", {}, "field mask"),
        ("state", {}, "field mask"),
        ("eventTrigger", {"eventTrigger": {"eventType": PUBLISHED}}, "trigger type"),
        ("buildConfig.runtime", {"buildConfig": {"runtime": "x1"}}, "not supported"),
    ):
        refuse(send, Mistake("PATCH", url + mask, body, 400, "INVALID_ARGUMENT", words))


# -- the rest


def test_runtimes(send: Send) -> None:
    rows = send("GET", f"{PLACE}/runtimes?filter=environment=GEN_2").json()["runtimes"]
    names = {row["name"]: row for row in rows}
    assert names["python312"] == {
        "name": "python312", "displayName": "Python 3.12", "stage": "GA", "environment": "GEN_2"
    }  # fmt: skip
    assert names["nodejs18"]["stage"] == "DEPRECATED"


def test_locations(send: Send) -> None:
    url = f"{HOST}/projects/demo-proj/locations"
    assert {"us-central1"} <= {row["locationId"] for row in send("GET", url).json()["locations"]}


def test_who_may_call_it(send: Send, source: dict[str, str]) -> None:
    create(send, declared(source))
    binding = {"role": "roles/cloudfunctions.invoker", "members": ["allUsers"]}
    url = f"{FUNCTIONS}/hello"
    policy = send("POST", f"{url}:setIamPolicy", {"policy": {"bindings": [binding]}}).json()
    assert send("GET", f"{url}:getIamPolicy").json() == policy
    assert send("GET", f"{FUNCTIONS}/no:getIamPolicy").status == 404
