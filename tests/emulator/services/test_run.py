"""Cloud Run v2: deployments, revisions, traffic, readiness, limits, jobs."""

from typing import Any

import grpc
import pytest
from google.api_core.exceptions import FailedPrecondition
from google.cloud import run_v2
from google.cloud.run_v2.services.jobs.transports import JobsGrpcTransport
from google.cloud.run_v2.services.services.transports import ServicesGrpcTransport

from gcpstack.emulator.core.google import Google
from gcpstack.emulator.core.latency import Latency
from tests.emulator.conftest import Send

ROOT = "https://run.googleapis.com/v2"
PLACE = "projects/demo-proj/locations/us-central1"
SERVICES = f"{ROOT}/{PLACE}/services"
JOBS = f"{ROOT}/{PLACE}/jobs"
POOLS = f"{ROOT}/{PLACE}/workerPools"
IMAGE = "gcr.io/demo-proj/web:v1"
SECRETS = "https://secretmanager.googleapis.com/v1/projects/demo-proj/secrets"
LATEST = {"type": "TRAFFIC_TARGET_ALLOCATION_TYPE_LATEST"}
RUN: Any = run_v2
PINNED = {"type": "TRAFFIC_TARGET_ALLOCATION_TYPE_REVISION"}


def service(image: str = IMAGE, **template: Any) -> dict[str, Any]:
    return {"template": {"containers": [{"image": image}], **template}}


def done(send: Send, operation: dict[str, Any]) -> dict[str, Any]:
    answer: dict[str, Any] = send("GET", f"{ROOT}/{operation['name']}").json()
    assert answer["done"] is True
    return answer


def deploy(send: Send, body: dict[str, Any], name: str = "web") -> dict[str, Any]:
    """Create a service and return it as it is then."""
    created = send("POST", f"{SERVICES}?serviceId={name}", body)
    assert created.status == 200, created.json()
    answer: dict[str, Any] = send("GET", f"{SERVICES}/{name}").json()
    return answer


def test_create_fills_in_what_google_does(send: Send, world: Google) -> None:
    found = deploy(send, service())
    template = found["template"]
    container = template["containers"][0]
    number = world.number_of("demo-proj")
    assert container["resources"] == {
        "limits": {"cpu": "1000m", "memory": "512Mi"},
        "cpuIdle": True,
    }
    assert container["ports"] == [{"name": "http1", "containerPort": 8080}]
    assert container["startupProbe"] == {
        "timeoutSeconds": 240,
        "periodSeconds": 240,
        "failureThreshold": 1,
        "tcpSocket": {"port": 8080},
    }
    assert template["timeout"] == "300s"
    assert template["maxInstanceRequestConcurrency"] == 80
    assert template["scaling"] == {"maxInstanceCount": 100}
    assert template["serviceAccount"] == f"{number}-compute@developer.gserviceaccount.com"
    assert found["ingress"] == "INGRESS_TRAFFIC_ALL"
    assert found["launchStage"] == "GA"
    assert found["traffic"] == [{**LATEST, "percent": 100}]
    assert found["uri"].startswith("https://web-")
    assert found["uri"].endswith("-uc.a.run.app")
    assert f"https://web-{number}.us-central1.run.app" in found["urls"]


def test_resources_without_idle_cpu_keep_it_always_on(send: Send) -> None:
    resources = {"limits": {"cpu": "2", "memory": "1Gi"}, "cpuIdle": False}
    body = service(containers=[{"image": IMAGE, "resources": resources}])
    container = deploy(send, body)["template"]["containers"][0]
    assert container["resources"] == {"limits": {"cpu": "2", "memory": "1Gi"}}


def test_partial_probes_are_completed(send: Send) -> None:
    probe = {"httpGet": {"path": "/health"}}
    ports = [{"containerPort": 8000}]
    body = service(containers=[{"image": IMAGE, "ports": ports, "livenessProbe": probe}])
    container = deploy(send, body)["template"]["containers"][0]
    assert container["livenessProbe"] == {
        "timeoutSeconds": 1,
        "periodSeconds": 10,
        "failureThreshold": 3,
        "httpGet": {"path": "/health", "port": 8000},
    }
    assert container["startupProbe"]["tcpSocket"] == {"port": 8000}


def test_the_operation_tells_the_service(send: Send) -> None:
    operation = send("POST", f"{SERVICES}?serviceId=web", service()).json()
    assert operation["metadata"]["@type"] == "type.googleapis.com/google.cloud.run.v2.Service"
    assert operation["metadata"]["reconciling"] is True
    assert operation["name"].startswith(f"{PLACE}/operations/")
    waited = send("POST", f"{ROOT}/{operation['name']}:wait", {}).json()
    assert waited["response"]["terminalCondition"]["state"] == "CONDITION_SUCCEEDED"
    assert {entry["type"] for entry in waited["response"]["conditions"]} == {
        "RoutesReady",
        "ConfigurationsReady",
    }


def test_a_deployment_takes_its_time(send: Send, world: Google) -> None:
    world.latency = Latency("typical")
    operation = send("POST", f"{SERVICES}?serviceId=web", service()).json()
    early = send("GET", f"{SERVICES}/web").json()
    assert early["reconciling"] is True
    assert "observedGeneration" not in early
    world.advance(60)
    late = send("GET", f"{SERVICES}/web").json()
    assert late["observedGeneration"] == late["generation"] == "1"
    assert "reconciling" not in late
    assert done(send, operation)["response"]["uid"] == late["uid"]


def test_a_changed_template_makes_a_revision(send: Send) -> None:
    first = deploy(send, service())
    send("PATCH", f"{SERVICES}/web", service("gcr.io/demo-proj/web:v2"))
    second = send("GET", f"{SERVICES}/web").json()
    names = [
        text.rsplit("/", 1)[-1]
        for text in (first["latestReadyRevision"], second["latestReadyRevision"])
    ]
    assert names[0].startswith("web-00001-")
    assert names[1].startswith("web-00002-")
    listed = send("GET", f"{SERVICES}/web/revisions").json()["revisions"]
    assert [entry["name"].rsplit("/", 1)[-1] for entry in listed] == names
    assert "@sha256:" in listed[0]["containers"][0]["image"]


@pytest.mark.parametrize(
    "change",
    [
        {"ingress": "INGRESS_TRAFFIC_INTERNAL_LOAD_BALANCER"},
        {"labels": {"team": "web"}},
        {"invokerIamDisabled": True},
        {"scaling": {"minInstanceCount": 1}},
        {"traffic": [{**LATEST, "percent": 100, "tag": "green"}]},
    ],
    ids=lambda change: next(iter(change)),
)
def test_what_makes_no_revision(send: Send, change: dict[str, Any]) -> None:
    first = deploy(send, service())
    send("PATCH", f"{SERVICES}/web", {**service(), **change})
    second = send("GET", f"{SERVICES}/web").json()
    assert second["latestReadyRevision"] == first["latestReadyRevision"]
    assert second["generation"] == "2"
    for key, value in change.items():
        assert second[key] == value


def test_nothing_changed_makes_nothing_unless_forced(send: Send) -> None:
    first = deploy(send, service())
    send("PATCH", f"{SERVICES}/web", service())
    same = send("GET", f"{SERVICES}/web").json()
    assert (same["generation"], same["etag"]) == (first["generation"], first["etag"])
    send("PATCH", f"{SERVICES}/web?forceNewRevision=true", service())
    forced = send("GET", f"{SERVICES}/web").json()
    assert forced["latestReadyRevision"] != first["latestReadyRevision"]


def test_patch_without_a_mask_replaces(send: Send) -> None:
    deploy(send, {**service(), "labels": {"a": "b"}, "ingress": "INGRESS_TRAFFIC_INTERNAL_ONLY"})
    send("PATCH", f"{SERVICES}/web", service())
    found = send("GET", f"{SERVICES}/web").json()
    assert "labels" not in found
    assert found["ingress"] == "INGRESS_TRAFFIC_ALL"


def test_patch_with_a_mask_changes_only_that(send: Send) -> None:
    deploy(send, {**service(), "labels": {"a": "b"}})
    send(
        "PATCH", f"{SERVICES}/web?updateMask=ingress", {"ingress": "INGRESS_TRAFFIC_INTERNAL_ONLY"}
    )
    found = send("GET", f"{SERVICES}/web").json()
    assert found["labels"] == {"a": "b"}
    assert found["ingress"] == "INGRESS_TRAFFIC_INTERNAL_ONLY"


def test_allow_missing_and_validate_only(send: Send) -> None:
    tried = send("POST", f"{SERVICES}?serviceId=web&validateOnly=true", service()).json()
    assert tried["done"] is True
    assert send("GET", f"{SERVICES}/web").status == 404
    send("PATCH", f"{SERVICES}/web?allowMissing=true", service())
    assert send("GET", f"{SERVICES}/web").status == 200


def test_named_revisions(send: Send) -> None:
    found = deploy(send, service(revision="web-blue"))
    assert found["latestReadyRevision"].endswith("/revisions/web-blue")
    again = send(
        "PATCH", f"{SERVICES}/web", service("gcr.io/demo-proj/web:v2", revision="web-blue")
    )
    assert again.status == 409
    assert "with different configuration already exists" in again.json()["error"]["message"]
    wrong = send("PATCH", f"{SERVICES}/web", service(revision="green"))
    assert wrong.status == 400
    assert (
        "must be prefixed by the name of the enclosing Service" in wrong.json()["error"]["message"]
    )


def test_canary_and_rollback(send: Send) -> None:
    deploy(send, service(revision="web-blue"))
    split = [
        {**PINNED, "revision": "web-blue", "percent": 90},
        {**PINNED, "revision": "web-green", "percent": 10, "tag": "green"},
    ]
    body = {**service("gcr.io/demo-proj/web:v2", revision="web-green"), "traffic": split}
    send("PATCH", f"{SERVICES}/web", body)
    found = send("GET", f"{SERVICES}/web").json()
    statuses = found["trafficStatuses"]
    assert [entry["percent"] for entry in statuses] == [90, 10]
    assert statuses[1]["uri"] == found["uri"].replace("https://", "https://green---")
    back = {"traffic": [{**PINNED, "revision": "web-blue", "percent": 100}]}
    send("PATCH", f"{SERVICES}/web?updateMask=traffic", back)
    assert send("GET", f"{SERVICES}/web").json()["traffic"] == back["traffic"]
    gone = send("DELETE", f"{SERVICES}/web/revisions/web-blue")
    assert gone.status == 400
    assert gone.json()["error"]["status"] == "FAILED_PRECONDITION"


@pytest.mark.parametrize(
    ("traffic", "words"),
    [
        ([{**LATEST, "percent": 90}], "add up to 100"),
        ([{**PINNED, "revision": "web-nope", "percent": 100}], "not found"),
        ([{**PINNED, "percent": 100}], "a revision goes with"),
        (
            [{**LATEST, "percent": 50, "tag": "a"}, {**LATEST, "percent": 50, "tag": "a"}],
            "given twice",
        ),
    ],
)
def test_wrong_traffic(send: Send, traffic: list[dict[str, Any]], words: str) -> None:
    deploy(send, service())
    answer = send("PATCH", f"{SERVICES}/web?updateMask=traffic", {"traffic": traffic})
    assert answer.status == 400
    assert words in answer.json()["error"]["message"]


@pytest.mark.parametrize(
    ("image", "code", "reason"),
    [
        ("gcr.io/demo-proj/web:missing", 5, ("reason", "CONTAINER_MISSING")),
        ("gcr.io/demo-proj/web:crash", 9, ("revisionReason", "HEALTH_CHECK_CONTAINER_ERROR")),
    ],
)
def test_a_failed_deployment_leaves_traffic_where_it_was(
    send: Send, image: str, code: int, reason: tuple[str, str]
) -> None:
    good = deploy(send, service())
    operation = send("PATCH", f"{SERVICES}/web", service(image)).json()
    ended = done(send, operation)
    assert ended["error"]["code"] == code
    assert "is not ready and cannot serve traffic" in ended["error"]["message"]
    found = send("GET", f"{SERVICES}/web").json()
    assert found["terminalCondition"]["state"] == "CONDITION_FAILED"
    assert found["terminalCondition"][reason[0]] == reason[1]
    assert found["latestReadyRevision"] == good["latestReadyRevision"]
    assert found["latestCreatedRevision"] != good["latestCreatedRevision"]
    routes = next(entry for entry in found["conditions"] if entry["type"] == "RoutesReady")
    assert routes["state"] == "CONDITION_SUCCEEDED"


def secret_env(version: str = "latest") -> dict[str, Any]:
    ref = {"secret": "token", "version": version}
    env = [{"name": "TOKEN", "valueSource": {"secretKeyRef": ref}}]
    return service(containers=[{"image": IMAGE, "env": env}])


def test_secrets_must_be_there_and_readable(send: Send, world: Google) -> None:
    missing = send("POST", f"{SERVICES}?serviceId=web", secret_env()).json()
    assert "was not found" in done(send, missing)["error"]["message"]
    send("POST", f"{SECRETS}?secretId=token", {"replication": {"automatic": {}}})
    send("POST", f"{SECRETS}/token:addVersion", {"payload": {"data": "eA=="}})
    refused = done(send, send("PATCH", f"{SERVICES}/web", secret_env()).json())
    assert refused["error"]["code"] == 7
    assert "Permission denied on secret" in refused["error"]["message"]
    assert "roles/secretmanager.secretAccessor" in refused["error"]["message"]
    found = send("GET", f"{SERVICES}/web").json()
    assert found["terminalCondition"]["reason"] == "SECRETS_ACCESS_CHECK_FAILED"
    account = f"serviceAccount:{world.number_of('demo-proj')}-compute@developer.gserviceaccount.com"
    binding = {"role": "roles/secretmanager.secretAccessor", "members": [account]}
    send("POST", f"{SECRETS}/token:setIamPolicy", {"policy": {"bindings": [binding]}})
    assert "response" in done(send, send("PATCH", f"{SERVICES}/web", secret_env()).json())


def test_a_grant_on_the_project_reaches_its_secrets(send: Send) -> None:
    send("POST", f"{SECRETS}?secretId=token", {"replication": {"automatic": {}}})
    send("POST", f"{SECRETS}/token:addVersion", {"payload": {"data": "eA=="}})
    project = "https://cloudresourcemanager.googleapis.com/v1/projects/demo-proj"
    number = send("GET", project).json()["projectNumber"]
    binding = {
        "role": "roles/secretmanager.secretAccessor",
        "members": [f"serviceAccount:{number}-compute@developer.gserviceaccount.com"],
    }
    send("POST", f"{project}:setIamPolicy", {"policy": {"bindings": [binding]}})
    operation = send("POST", f"{SERVICES}?serviceId=web", secret_env("1")).json()
    assert "response" in done(send, operation)


def limits(cpu: str, memory: str, **more: Any) -> dict[str, Any]:
    idle = more.pop("cpuIdle", True)
    resources = {"limits": {"cpu": cpu, "memory": memory}, "cpuIdle": idle}
    return service(containers=[{"image": IMAGE, "resources": resources}], **more)


def container(**fields: Any) -> dict[str, Any]:
    return service(containers=[{"image": IMAGE, **fields}])


TCP = {"tcpSocket": {"port": 8080}}


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({"template": {"containers": []}}, "at least one container"),
        (service(""), "image must be specified"),
        (limits("3", "1Gi"), "Invalid value specified for cpu"),
        (limits("0.05", "256Mi"), "Invalid value specified for cpu"),
        (limits("x", "1Gi"), "Invalid value specified for cpu"),
        (limits("1", "8Gi"), "memory must be between 128Mi and 4096Mi"),
        (limits("4", "1Gi"), "memory must be between 2048Mi"),
        (limits("0.4", "1Gi"), "memory must be between"),
        (
            limits("500m", "512Mi", maxInstanceRequestConcurrency=80),
            "not supported with concurrency > 1",
        ),
        (limits("0.5", "512Mi", cpuIdle=False), "always allocated"),
        (limits("0.5", "512Mi", executionEnvironment="EXECUTION_ENVIRONMENT_GEN2"), "gen2"),
        (service(maxInstanceRequestConcurrency=1001), "between 0 and 1000"),
        (service(timeout="3601s"), "between 0s and 3600s"),
        (service(scaling={"minInstanceCount": 5, "maxInstanceCount": 2}), "must not exceed"),
        (
            service(
                executionEnvironment="EXECUTION_ENVIRONMENT_GEN1",
                volumes=[{"name": "f", "gcs": {"bucket": "b"}}],
            ),
            "Network file systems",
        ),
        (service(containers=[{"image": IMAGE}] * 11), "At most 10 containers"),
        (container(livenessProbe=TCP), "does not support TCP socket in liveness probe"),
        (container(startupProbe={**TCP, "grpc": {}}), "exactly one of"),
        (
            container(startupProbe={**TCP, "timeoutSeconds": 20, "periodSeconds": 10}),
            "at most periodSeconds",
        ),
        (
            container(startupProbe={**TCP, "periodSeconds": 100, "failureThreshold": 3}),
            "at most 240",
        ),
        (container(livenessProbe={"httpGet": {}, "initialDelaySeconds": 3601}), "at most 3600"),
        (container(env=[{"name": "PORT", "value": "1"}]), "is reserved"),
        (container(env=[{"name": "A", "value": "1"}, {"name": "A", "value": "2"}]), "given twice"),
        (container(volumeMounts=[{"name": "v", "mountPath": "/v"}]), "No volume is named"),
        (service(volumes=[{"name": "v"}]), "exactly one source"),
        (
            service(vpcAccess={"connector": "c", "networkInterfaces": [{"network": "default"}]}),
            "together",
        ),
        (service(vpcAccess={"networkInterfaces": [{}]}), "needs a network"),
        (service(containers=[{"image": IMAGE}, {"image": IMAGE}]), "exactly one container"),
        ({**service(), "labels": {"run.googleapis.com/x": "y"}}, "System labels"),
        ({**service(), "annotations": {"serving.knative.dev/x": "y"}}, "System annotations"),
        ({**service(), "colour": "red"}, "Unknown name"),
        ({**service(), "ingress": "EVERYONE"}, "Invalid value at"),
    ],
)
def test_mistakes(send: Send, body: dict[str, Any], words: str) -> None:
    answer = send("POST", f"{SERVICES}?serviceId=web", body)
    assert answer.status == 400
    assert words in answer.json()["error"]["message"]


@pytest.mark.parametrize("name", ["Web", "1web", "web-", "w" * 50, "a_b", ""])
def test_wrong_names(send: Send, name: str) -> None:
    assert send("POST", f"{SERVICES}?serviceId={name}", service()).status == 400


def test_missing_and_duplicate(send: Send) -> None:
    missing = send("GET", f"{SERVICES}/web").json()["error"]
    assert missing["message"] == (
        "Resource 'web' of kind 'SERVICE' in region 'us-central1' in project 'demo-proj' does not exist."
    )
    deploy(send, service())
    assert send("POST", f"{SERVICES}?serviceId=web", service()).status == 409


def test_a_stale_etag_is_refused(send: Send) -> None:
    first = deploy(send, service())
    send("PATCH", f"{SERVICES}/web", {**service(), "description": "x"})
    answer = send("PATCH", f"{SERVICES}/web", {**service(), "etag": first["etag"]})
    assert answer.status == 409
    assert answer.json()["error"]["status"] == "ABORTED"
    assert "was specified but current version is" in answer.json()["error"]["message"]
    assert send("DELETE", f"{SERVICES}/web?etag=%22AAAA%22").status == 409


def test_delete_takes_the_revisions(send: Send) -> None:
    deploy(send, service())
    ended = done(send, send("DELETE", f"{SERVICES}/web").json())
    assert ended["response"]["@type"].endswith("run.v2.Service")
    assert "deleteTime" in ended["metadata"]
    assert send("GET", f"{SERVICES}/web").status == 404
    assert send("GET", f"{SERVICES}/web/revisions").status == 404


def test_a_name_is_taken_while_its_service_goes(send: Send, world: Google) -> None:
    deploy(send, service())
    world.latency = Latency("typical")
    send("DELETE", f"{SERVICES}/web")
    assert send("POST", f"{SERVICES}?serviceId=web", service()).status == 409
    world.advance(60)
    assert send("POST", f"{SERVICES}?serviceId=web", service()).status == 200


def test_policies(send: Send) -> None:
    deploy(send, service())
    binding = {"role": "roles/run.invoker", "members": ["allUsers"]}
    send("POST", f"{SERVICES}/web:setIamPolicy", {"policy": {"bindings": [binding]}})
    policy = send("GET", f"{SERVICES}/web:getIamPolicy?options.requestedPolicyVersion=3").json()
    assert policy["bindings"] == [binding]
    stale = {"policy": {"etag": "AAAA", "bindings": []}}
    assert send("POST", f"{SERVICES}/web:setIamPolicy", stale).status == 409


def test_a_network_in_use_can_not_go(send: Send) -> None:
    networks = "https://compute.googleapis.com/compute/v1/projects/demo-proj/global/networks"
    send("POST", networks, {"name": "net", "autoCreateSubnetworks": True})
    found = deploy(send, service(vpcAccess={"networkInterfaces": [{"network": "net"}]}))
    access = found["template"]["vpcAccess"]
    assert access["egress"] == "PRIVATE_RANGES_ONLY"
    assert access["networkInterfaces"] == [{"network": "net", "subnetwork": "net"}]
    refused = send("DELETE", f"{networks}/net").json()["error"]
    assert refused["errors"][0]["reason"] == "resourceInUseByAnotherResource"


def test_a_network_that_is_not_there(send: Send) -> None:
    body = service(vpcAccess={"networkInterfaces": [{"network": "nope"}]})
    operation = send("POST", f"{SERVICES}?serviceId=web", body).json()
    assert done(send, operation)["error"]["code"] == 5
    condition = send("GET", f"{SERVICES}/web").json()["terminalCondition"]
    assert condition["reason"] == "VPC_NETWORK_NOT_FOUND"


def test_worker_pools(send: Send) -> None:
    body = {"template": {"containers": [{"image": IMAGE}]}, "scaling": {"manualInstanceCount": 0}}
    operation = send("POST", f"{POOLS}?workerPoolId=pool", body).json()
    assert done(send, operation)["response"]["@type"].endswith("run.v2.WorkerPool")
    found = send("GET", f"{POOLS}/pool").json()
    assert found["instanceSplits"] == [
        {"type": "INSTANCE_SPLIT_ALLOCATION_TYPE_LATEST", "percent": 100}
    ]
    assert found["scaling"] == {"manualInstanceCount": 0}
    assert "ports" not in found["template"]["containers"][0]
    assert "uri" not in found
    assert len(send("GET", f"{POOLS}/pool/revisions").json()["revisions"]) == 1
    ports = {"template": {"containers": [{"image": IMAGE, "ports": [{"containerPort": 1}]}]}}
    assert send("PATCH", f"{POOLS}/pool", ports).status == 400
    small = {
        "template": {"containers": [{"image": IMAGE, "resources": {"limits": {"cpu": "0.5"}}}]}
    }
    assert send("PATCH", f"{POOLS}/pool", small).status == 400


def job(image: str = IMAGE, **outer: Any) -> dict[str, Any]:
    return {"template": {"template": {"containers": [{"image": image}]}, **outer}}


def test_jobs_run(send: Send) -> None:
    send("POST", f"{JOBS}?jobId=nightly", job(taskCount=2))
    found = send("GET", f"{JOBS}/nightly").json()
    task = found["template"]["template"]
    assert (task["maxRetries"], task["timeout"]) == (3, "600s")
    overrides = {"containerOverrides": [{"env": [{"name": "DAY", "value": "1"}]}], "taskCount": 3}
    operation = send("POST", f"{JOBS}/nightly:run", {"overrides": overrides}).json()
    execution = done(send, operation)["response"]
    assert execution["succeededCount"] == 3
    assert execution["template"]["containers"][0]["env"] == [{"name": "DAY", "value": "1"}]
    tasks = send("GET", f"{ROOT}/{execution['name']}/tasks").json()["tasks"]
    assert [entry.get("index", 0) for entry in tasks] == [0, 1, 2]
    after = send("GET", f"{JOBS}/nightly").json()
    assert after["executionCount"] == 1
    assert after["latestCreatedExecution"]["completionStatus"] == "EXECUTION_SUCCEEDED"


def test_a_job_that_fails(send: Send) -> None:
    send("POST", f"{JOBS}?jobId=nightly", job("gcr.io/demo-proj/job:crash"))
    ended = done(send, send("POST", f"{JOBS}/nightly:run", {}).json())
    assert "has failed to complete" in ended["error"]["message"]
    found = send("GET", f"{JOBS}/nightly/executions").json()["executions"][0]
    assert found["failedCount"] == 1
    assert found["retriedCount"] == 3
    assert found["conditions"][0]["executionReason"] == "NON_ZERO_EXIT_CODE"


def test_an_execution_can_be_cancelled(send: Send, world: Google) -> None:
    send("POST", f"{JOBS}?jobId=nightly", job())
    world.latency = Latency("typical")
    operation = send("POST", f"{JOBS}/nightly:run", {}).json()
    name = operation["metadata"]["name"]
    assert send("GET", f"{ROOT}/{name}").json()["runningCount"] == 1
    send("POST", f"{ROOT}/{name}:cancel", {})
    world.advance(60)
    found = send("GET", f"{ROOT}/{name}").json()
    assert found["cancelledCount"] == 1
    assert found["conditions"][0]["executionReason"] == "CANCELLED"
    assert send("POST", f"{ROOT}/{name}:cancel", {}).status == 400


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (job(taskCount=10001), "taskCount"),
        (
            {"template": {"template": {"containers": [{"image": IMAGE}], "maxRetries": 11}}},
            "maxRetries",
        ),
        ({"template": {}}, "at least one container"),
    ],
)
def test_wrong_jobs(send: Send, body: dict[str, Any], words: str) -> None:
    answer = send("POST", f"{JOBS}?jobId=nightly", body)
    assert answer.status == 400
    assert words in answer.json()["error"]["message"]


@pytest.fixture
def client(channel: grpc.Channel) -> Any:
    return RUN.ServicesClient(transport=ServicesGrpcTransport(channel=channel))


def message(image: str) -> Any:
    return RUN.Service(template=RUN.RevisionTemplate(containers=[RUN.Container(image=image)]))


def test_googles_client_over_grpc(client: Any) -> None:
    with pytest.raises(FailedPrecondition, match="is not ready and cannot serve traffic"):
        client.create_service(parent=PLACE, service=message("x:crash"), service_id="web").result(
            timeout=5
        )
    found = client.get_service(name=f"{PLACE}/services/web")
    reason = RUN.Condition.RevisionReason.HEALTH_CHECK_CONTAINER_ERROR
    assert found.terminal_condition.revision_reason == reason
    found.template.containers[0].image = "x:v2"
    updated = client.update_service(service=found).result(timeout=5)
    assert updated.generation == 2
    everywhere = client.list_services(parent="projects/demo-proj/locations/-")
    assert [entry.name for entry in everywhere] == [updated.name]
    deleted = client.delete_service(name=updated.name).result(timeout=5)
    assert deleted.name == updated.name


def test_jobs_over_grpc(channel: grpc.Channel, emulator: object) -> None:
    client = RUN.JobsClient(transport=JobsGrpcTransport(channel=channel))
    task = RUN.TaskTemplate(containers=[RUN.Container(image="x")])
    made = RUN.Job(template=RUN.ExecutionTemplate(template=task))
    name = client.create_job(parent=PLACE, job=made, job_id="nightly").result(timeout=5).name
    assert client.run_job(name=name).result(timeout=5).succeeded_count == 1
