"""Cloud Run's Knative API: the requests of gcloud, over the same services as v2."""

from typing import Any

import pytest

from gcpstack.emulator.core.google import Google
from gcpstack.emulator.core.latency import Latency
from tests.emulator.conftest import Send

HOST = "https://us-central1-run.googleapis.com"
KNATIVE = f"{HOST}/apis/serving.knative.dev/v1/namespaces/demo-proj"
SERVICES = f"{KNATIVE}/services"
JOBS = f"{HOST}/apis/run.googleapis.com/v1/namespaces/demo-proj"
DOMAINS = f"{HOST}/apis/domains.cloudrun.com/v1/namespaces/demo-proj/domainmappings"
V2 = "https://run.googleapis.com/v2/projects/demo-proj/locations/us-central1"
IMAGE = "gcr.io/demo-proj/web:v1"
RUN = "run.googleapis.com/"


def knative(name: str = "web", image: str = IMAGE, **annotations: str) -> dict[str, Any]:
    return {
        "apiVersion": "serving.knative.dev/v1",
        "kind": "Service",
        "metadata": {"name": name, "namespace": "demo-proj"},
        "spec": {
            "template": {
                "metadata": {"annotations": annotations},
                "spec": {"containers": [{"image": image}]},
            }
        },
    }


ROUTER = {
    "apiVersion": "serving.knative.dev/v1",
    "kind": "Service",
    "metadata": {
        "name": "router",
        "annotations": {f"{RUN}ingress": "internal-and-cloud-load-balancing", "team": "core"},
        "labels": {"env": "prod"},
    },
    "spec": {
        "template": {
            "metadata": {
                "annotations": {
                    "autoscaling.knative.dev/maxScale": "1000",
                    "autoscaling.knative.dev/minScale": "1",
                    f"{RUN}cpu-throttling": "false",
                    f"{RUN}startup-cpu-boost": "true",
                    f"{RUN}execution-environment": "gen2",
                    f"{RUN}cloudsql-instances": "demo-proj:us-central1:db",
                    f"{RUN}network-interfaces": '[{"network":"default"}]',
                    f"{RUN}vpc-access-egress": "private-ranges-only",
                },
                "labels": {"client.knative.dev/nonce": "abc"},
            },
            "spec": {
                "containerConcurrency": 1000,
                "timeoutSeconds": 300,
                "containers": [
                    {
                        "image": IMAGE,
                        "ports": [{"containerPort": 8080}],
                        "env": [{"name": "A", "value": "b"}],
                        "resources": {"limits": {"cpu": "2", "memory": "4Gi"}},
                        "livenessProbe": {"httpGet": {"path": "/health"}},
                        "volumeMounts": [{"name": "tmp", "mountPath": "/scratch"}],
                    }
                ],
                "volumes": [{"name": "tmp", "emptyDir": {"medium": "Memory", "sizeLimit": "64Mi"}}],
            },
        },
    },
}


@pytest.fixture(autouse=True)
def network(send: Send) -> None:
    networks = "https://compute.googleapis.com/compute/v1/projects/demo-proj/global/networks"
    send("POST", networks, {"name": "default", "autoCreateSubnetworks": True})


def test_a_yaml_file_is_a_v2_service(send: Send) -> None:
    created = send("POST", SERVICES, ROUTER)
    assert created.status == 200, created.json()
    found = send("GET", f"{V2}/services/router").json()
    template = found["template"]
    container = template["containers"][0]
    assert found["ingress"] == "INGRESS_TRAFFIC_INTERNAL_LOAD_BALANCER"
    assert (found["labels"], found["annotations"]) == ({"env": "prod"}, {"team": "core"})
    assert template["scaling"] == {"minInstanceCount": 1, "maxInstanceCount": 1000}
    assert template["executionEnvironment"] == "EXECUTION_ENVIRONMENT_GEN2"
    assert template["vpcAccess"]["networkInterfaces"] == [
        {"network": "default", "subnetwork": "default"}
    ]
    assert template["maxInstanceRequestConcurrency"] == 1000
    assert container["resources"] == {
        "limits": {"cpu": "2", "memory": "4Gi"},
        "startupCpuBoost": True,
    }
    assert {"name": "cloudsql", "mountPath": "/cloudsql"} in container["volumeMounts"]
    assert template["volumes"][1]["cloudSqlInstance"] == {"instances": ["demo-proj:us-central1:db"]}
    assert template["volumes"][0]["emptyDir"] == {"medium": "MEMORY", "sizeLimit": "64Mi"}


def test_what_was_sent_comes_back(send: Send) -> None:
    send("POST", SERVICES, ROUTER)
    found = send("GET", f"{SERVICES}/router").json()
    sent = ROUTER["spec"]["template"]  # type: ignore[index]
    template = found["spec"]["template"]
    for key, value in sent["metadata"]["annotations"].items():
        told = template["metadata"]["annotations"][key]
        assert told == value or "network-interfaces" in key
    assert template["metadata"]["labels"] == sent["metadata"]["labels"]
    container, given = template["spec"]["containers"][0], sent["spec"]["containers"][0]
    for key in ("image", "env", "resources", "volumeMounts"):
        assert container[key] == given[key]
    assert template["spec"]["volumes"] == sent["spec"]["volumes"]
    assert found["spec"]["traffic"] == [{"percent": 100, "latestRevision": True}]


def test_status_tells_what_gcloud_waits_for(send: Send, world: Google) -> None:
    send("POST", SERVICES, knative())
    found = send("GET", f"{SERVICES}/web").json()
    status = found["status"]
    assert [entry["type"] for entry in status["conditions"]] == [
        "Ready",
        "ConfigurationsReady",
        "RoutesReady",
    ]
    assert {entry["status"] for entry in status["conditions"]} == {"True"}
    assert status["observedGeneration"] == found["metadata"]["generation"] == 1
    assert found["metadata"]["namespace"] == world.number_of("demo-proj")
    assert found["metadata"]["labels"] == {"cloud.googleapis.com/location": "us-central1"}
    assert status["url"] == status["address"]["url"]
    assert status["traffic"][0]["revisionName"] == status["latestReadyRevisionName"]


def test_pending_then_ready(send: Send, world: Google) -> None:
    world.latency = Latency("typical")
    created = send("POST", SERVICES, knative()).json()
    assert {entry["status"] for entry in created["status"]["conditions"]} == {"Unknown"}
    world.advance(60)
    found = send("GET", f"{SERVICES}/web").json()
    assert found["status"]["conditions"][0]["status"] == "True"


def test_a_failed_deployment_tells_why(send: Send) -> None:
    send("POST", SERVICES, knative(image="gcr.io/demo-proj/web:crash"))
    ready = send("GET", f"{SERVICES}/web").json()["status"]["conditions"][0]
    assert ready["status"] == "False"
    assert ready["reason"] == "HealthCheckContainerError"
    assert "failed to start and listen on the port" in ready["message"]


def test_replace_and_conflict(send: Send) -> None:
    first = send("POST", SERVICES, knative()).json()
    second = send("PUT", f"{SERVICES}/web", {**first, "spec": knative(image="x:2")["spec"]})
    assert second.status == 200
    assert second.json()["metadata"]["generation"] == 2
    stale = send("PUT", f"{SERVICES}/web", first)
    assert stale.status == 409
    assert stale.json()["error"]["status"] == "ABORTED"


def test_dry_run_changes_nothing(send: Send) -> None:
    tried = send("POST", f"{SERVICES}?dryRun=all", knative())
    assert tried.json()["spec"]["template"]["spec"]["containerConcurrency"] == 80
    assert send("GET", f"{SERVICES}/web").status == 404


def test_revisions_by_label_and_traffic_by_name(send: Send) -> None:
    send("POST", SERVICES, knative())
    found = send("GET", f"{SERVICES}/web").json()
    first = found["status"]["latestReadyRevisionName"]
    found["spec"]["template"]["spec"]["containers"][0]["image"] = "x:2"
    send("PUT", f"{SERVICES}/web", found)
    send("POST", SERVICES, knative("other"))
    query = "labelSelector=serving.knative.dev/service%20%3D%20web"
    listed = send("GET", f"{KNATIVE}/revisions?{query}").json()["items"]
    assert len(listed) == 2
    assert listed[1]["metadata"]["name"] == first
    found = send("GET", f"{SERVICES}/web").json()
    found["spec"]["traffic"] = [{"revisionName": first, "percent": 100, "tag": "old"}]
    send("PUT", f"{SERVICES}/web", found)
    status = send("GET", f"{SERVICES}/web").json()["status"]
    assert status["traffic"][0]["revisionName"] == first
    assert "old---web" in status["traffic"][0]["url"]
    old = send("GET", f"{KNATIVE}/revisions/{first}").json()
    active = next(entry for entry in old["status"]["conditions"] if entry["type"] == "Active")
    assert active["status"] == "True"
    assert send("DELETE", f"{KNATIVE}/revisions/{first}").status == 400


@pytest.mark.parametrize(
    ("selector", "names"),
    [
        ("env=prod", ["a"]),
        ("env!=prod", ["b"]),
        ("env in (prod,dev)", ["a", "b"]),
        ("env notin (prod)", ["b"]),
        ("env", ["a", "b"]),
        ("!env", []),
        ("env=prod,tier=x", []),
    ],
)
def test_label_selectors(send: Send, selector: str, names: list[str]) -> None:
    for name, env in (("a", "prod"), ("b", "dev")):
        body = knative(name)
        body["metadata"]["labels"] = {"env": env}
        send("POST", SERVICES, body)
    query = selector.replace(" ", "%20").replace("=", "%3D").replace("!", "%21")
    found = send("GET", f"{SERVICES}?labelSelector={query}").json().get("items", [])
    assert [entry["metadata"]["name"] for entry in found] == names


def test_pages(send: Send) -> None:
    for name in "abc":
        send("POST", SERVICES, knative(name))
    first = send("GET", f"{SERVICES}?limit=2").json()
    rest = send("GET", f"{SERVICES}?limit=2&continue={first['metadata']['continue']}").json()
    names = [entry["metadata"]["name"] for entry in (*first["items"], *rest["items"])]
    assert names == ["a", "b", "c"]
    assert "continue" not in rest["metadata"]


def test_regions_are_apart_and_listed_together(send: Send) -> None:
    send("POST", SERVICES, knative())
    send("POST", SERVICES.replace("us-central1", "europe-west1"), knative())
    everywhere = send(
        "GET", "https://run.googleapis.com/v1/projects/demo-proj/locations/-/services"
    )
    regions = [
        entry["metadata"]["labels"]["cloud.googleapis.com/location"]
        for entry in everywhere.json()["items"]
    ]
    assert regions == ["europe-west1", "us-central1"]
    nowhere = send("GET", SERVICES.replace("us-central1-", "") + "/web")
    assert nowhere.status == 400
    assert "regional endpoint" in nowhere.json()["error"]["message"]


def test_policy_of_v1_is_that_of_v2(send: Send) -> None:
    send("POST", SERVICES, knative())
    path = "projects/demo-proj/locations/us-central1/services/web"
    binding = {"role": "roles/run.invoker", "members": ["allUsers"]}
    send(
        "POST",
        f"https://run.googleapis.com/v1/{path}:setIamPolicy",
        {"policy": {"bindings": [binding]}},
    )
    policy = send("GET", f"https://run.googleapis.com/v2/{path}:getIamPolicy").json()
    assert policy["bindings"] == [binding]


def test_delete(send: Send) -> None:
    send("POST", SERVICES, knative())
    gone = send("DELETE", f"{SERVICES}/web").json()
    assert (gone["kind"], gone["status"]) == ("Status", "Success")
    assert send("GET", f"{SERVICES}/web").status == 404
    assert send("GET", f"{V2}/services/web").status == 404


def test_configurations_and_routes(send: Send) -> None:
    send("POST", SERVICES, knative())
    configuration = send("GET", f"{KNATIVE}/configurations/web").json()
    route = send("GET", f"{KNATIVE}/routes/web").json()
    assert configuration["status"]["latestReadyRevisionName"].startswith("web-00001-")
    assert route["status"]["traffic"][0]["percent"] == 100
    assert send("GET", f"{KNATIVE}/routes").json()["kind"] == "RouteList"


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (knative("Web"), "metadata.name"),
        (
            {**knative(), "metadata": {"name": "web", "namespace": "other-proj"}},
            "metadata.namespace",
        ),
        ({**knative(), "spec": {"template": {"spec": {}}}}, "at least one container"),
        ({**knative(), "colour": 1}, "Unknown name"),
    ],
)
def test_mistakes(send: Send, body: dict[str, Any], words: str) -> None:
    answer = send("POST", SERVICES, body)
    assert answer.status == 400
    assert words in answer.json()["error"]["message"]


def job() -> dict[str, Any]:
    task = {"spec": {"containers": [{"image": IMAGE}], "maxRetries": 0}}
    execution = {"metadata": {"annotations": {}}, "spec": {"taskCount": 2, "template": task}}
    return {
        "apiVersion": "run.googleapis.com/v1",
        "kind": "Job",
        "metadata": {"name": "nightly", "namespace": "demo-proj"},
        "spec": {"template": execution},
    }


def test_jobs(send: Send) -> None:
    created = send("POST", f"{JOBS}/jobs", job()).json()
    spec = created["spec"]["template"]["spec"]
    assert (spec["taskCount"], spec["template"]["spec"]["maxRetries"]) == (2, 0)
    execution = send("POST", f"{JOBS}/jobs/nightly:run", {}).json()
    name = execution["metadata"]["name"]
    assert execution["metadata"]["labels"]["run.googleapis.com/job"] == "nightly"
    found = send("GET", f"{JOBS}/executions/{name}").json()
    assert found["status"]["succeededCount"] == 2
    tasks = send("GET", f"{JOBS}/tasks?labelSelector=run.googleapis.com/execution%3D{name}").json()
    assert len(tasks["items"]) == 2
    changed = {**created, "spec": job()["spec"]}
    changed["spec"]["template"]["spec"]["taskCount"] = 3
    changed["metadata"].pop("resourceVersion")
    assert send("PUT", f"{JOBS}/jobs/nightly", changed).status == 200
    told = send("GET", f"{V2}/jobs/nightly").json()["template"]
    assert told["taskCount"] == 3
    assert send("DELETE", f"{JOBS}/executions/{name}").json()["status"] == "Success"
    assert send("DELETE", f"{JOBS}/jobs/nightly").json()["status"] == "Success"
    assert send("GET", f"{JOBS}/jobs").json().get("items") is None


def mapping(domain: str = "www.example.com", **spec: Any) -> dict[str, Any]:
    return {"metadata": {"name": domain}, "spec": {"routeName": "web", **spec}}


def ready(send: Send, domain: str = "www.example.com") -> dict[str, Any]:
    conditions = send("GET", f"{DOMAINS}/{domain}").json()["status"]["conditions"]
    found: dict[str, Any] = next(entry for entry in conditions if entry["type"] == "Ready")
    return found


def test_a_domain_waits_for_its_dns(send: Send) -> None:
    send("POST", SERVICES, knative())
    created = send("POST", DOMAINS, mapping()).json()
    record = created["status"]["resourceRecords"]
    assert record == [{"type": "CNAME", "name": "www", "rrdata": "ghs.googlehosted.com."}]
    assert ready(send)["reason"] == "CertificatePending"
    zones = "https://dns.googleapis.com/dns/v1/projects/demo-proj/managedZones"
    send("POST", zones, {"name": "z", "dnsName": "example.com.", "description": "z"})
    entry = {
        "name": "www.example.com.",
        "type": "CNAME",
        "ttl": 60,
        "rrdatas": ["ghs.googlehosted.com."],
    }
    assert send("POST", f"{zones}/z/rrsets", entry).status == 200
    assert ready(send)["status"] == "True"
    verified = send("GET", f"{HOST}/v1/projects/demo-proj/authorizeddomains").json()["domains"]
    assert {"id": "example.com", "name": "example.com"} in verified


def test_an_apex_needs_addresses(send: Send) -> None:
    created = send("POST", DOMAINS, mapping("example.co.uk")).json()
    kinds = [entry["type"] for entry in created["status"]["resourceRecords"]]
    assert kinds == ["A"] * 4 + ["AAAA"] * 4
    assert ready(send, "example.co.uk")["reason"] == "RouteMissing"


def test_a_domain_is_mapped_once(send: Send) -> None:
    send("POST", DOMAINS, mapping())
    assert send("POST", DOMAINS, mapping()).status == 409
    elsewhere = DOMAINS.replace("us-central1", "europe-west1")
    assert send("POST", elsewhere, mapping()).status == 409
    assert send("POST", elsewhere, mapping(forceOverride=True)).status == 200
    assert send("GET", f"{DOMAINS}/www.example.com").status == 404
    assert send("DELETE", f"{elsewhere}/www.example.com").json()["status"] == "Success"
    assert send("POST", DOMAINS, mapping("nodots")).status == 400
    assert send("POST", DOMAINS, {"metadata": {"name": "a.example.com"}, "spec": {}}).status == 400
