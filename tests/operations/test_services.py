"""Answers about services: what they log, how they do, whether they are well, who changed what."""

import json
import uuid

import pytest
import requests

from gcpstack._cli.main import main
from tests.operations.shop import FILE

SERVICE = "run.Service/us-central1/web"


class Shop:
    """An applied stack at an emulated Google."""

    def __init__(self, endpoint, file):
        self.endpoint = endpoint
        self.project = f"ans-{uuid.uuid4().hex[:12]}"
        self.file = file
        file.write_text(FILE)
        self.where = ["--project", self.project, "--endpoint", endpoint]

    def run(self, capsys, command, *arguments):
        capsys.readouterr()
        status = main([command, str(self.file), *arguments, *self.where])
        said = capsys.readouterr()
        return status, said.out + said.err

    def json(self, capsys, command, *arguments):
        status, text = self.run(capsys, command, *arguments, "--json")
        return status, json.loads(text)

    def call(self, method, service, path, body):
        url = f"{self.endpoint}/{service}.googleapis.com/{path}"
        answer = requests.request(method, url, json=body, timeout=30)
        assert answer.ok, answer.text
        return answer.json()


@pytest.fixture
def shop(gcp_emulator, tmp_path, capsys):
    made = Shop(gcp_emulator.endpoint, tmp_path / "shop.py")
    assert made.run(capsys, "apply", "--yes")[0] == 0
    return made


def entry(severity="INFO", service="web", **payload):
    labels = {"service_name": service, "location": "us-central1"}
    return {
        "severity": severity,
        "resource": {"type": "cloud_run_revision", "labels": labels},
        **payload,
    }


def test_logs(shop, capsys):
    """Of the stack's services alone, as text and as JSON, from a severity on."""
    assert "Nothing was logged" in shop.run(capsys, "logs")[1]
    lines = [
        entry(textPayload="it\nbegins"),
        entry("ERROR", jsonPayload={"message": "no database"}),
        entry("WARNING", httpRequest={"requestMethod": "GET", "requestUrl": "/x", "status": 404}),
        entry("ERROR", service="another", textPayload="not ours"),
    ]
    name = f"projects/{shop.project}/logs/run.googleapis.com%2Fstdout"
    shop.call("POST", "logging", "v2/entries:write", {"logName": name, "entries": lines})

    status, text = shop.run(capsys, "logs", "web")
    assert status == 0
    assert [line.split("  ", 2)[2].split(None, 1)[1] for line in text.splitlines()] == [
        "it begins",
        "no database",
        "GET /x 404",
    ]
    _, told = shop.json(capsys, "logs", "--severity", "ERROR", "--since", "15m")
    assert [item["jsonPayload"] for item in told["entries"]] == [{"message": "no database"}]
    assert len(shop.json(capsys, "logs", "--limit", "1")[1]["entries"]) == 1


def test_what_was_never_made_is_no_drift(shop, capsys):
    """After a destroy everything is to be made, and nothing is as declared."""
    assert shop.run(capsys, "destroy", "--yes")[0] == 0
    status, text = shop.run(capsys, "drift")
    assert status == 0
    assert "not made yet: an apply makes them." in text
    assert "as declared" not in text
    assert SERVICE in shop.json(capsys, "drift")[1]["absent"]


def test_health_and_metrics(shop, capsys):
    """The service answers; what it was asked shows in its figures."""
    _, told = shop.json(capsys, "metrics")
    assert told["services"][0]["requests"] == 0
    for _ in range(3):
        status, told = shop.json(capsys, "health", "web", "--path", "healthz")
        (row,) = told["services"]
        assert (status, row["ok"], row["status"]) == (0, True, 200), row
        assert row["url"].endswith("/healthz")
    _, told = shop.json(capsys, "metrics", "web", "--since", "15m")
    (row,) = told["services"]
    assert row["by_class"] == {"2xx": 3}
    assert row["requests_per_second"] == round(3 / 900, 3)
    assert row["latency_ms"].keys() == {"p50", "p95", "p99"}
    status, text = shop.run(capsys, "metrics")
    assert status == 0
    assert "0.00%" in text


def test_drift_and_who(shop, capsys):
    """Nothing; then what somebody changed, with the call that did it."""
    status, told = shop.json(capsys, "drift")
    assert (status, told) == (0, {"ok": True, "drift": [], "absent": []})
    path = f"compute/v1/projects/{shop.project}/global/backendServices/shop-web-backend"
    backend = requests.get(f"{shop.endpoint}/compute.googleapis.com/{path}", timeout=30).json()
    change = {"fingerprint": backend["fingerprint"], "logConfig": {"enable": False}}
    shop.call("PATCH", "compute", path, change)

    status, told = shop.json(capsys, "drift")
    assert status == 1
    (row,) = told["drift"]
    assert row["address"] == "compute.BackendService/shop-web-backend"
    assert row["changed_by"][0]["method"] == "compute.backendServices.patch"
    assert row["changed_by"][0]["who"]
    status, text = shop.run(capsys, "drift", "--since", "1h")
    assert status == 1
    assert "log_config.enable should be True, but is False" in text
    assert "compute.backendServices.patch" in text


def test_what_is_gone(shop, capsys):
    """It is drift too."""
    path = f"v2/projects/{shop.project}/locations/us-central1/services/web"
    shop.call("DELETE", "run", path, None)
    status, text = shop.run(capsys, "drift")
    assert status == 1
    assert "it is gone" in text
    assert "run.projects.locations.services.delete" in text


def test_a_service_that_is_not_well(shop, capsys):
    """Its status is told, and the exit status is 1."""
    control = f"{shop.endpoint}/_emulator/behaviours"
    image = "us-docker.pkg.dev/cloudrun/container/hello"
    assert requests.put(control, json={image: {"status": 503}}, timeout=30).ok
    status, text = shop.run(capsys, "health")
    assert status == 1
    assert "it answers 503" in text
    _, told = shop.json(capsys, "metrics")
    assert told["services"][0]["error_rate"] == 1.0
    assert requests.put(control, json={image: None}, timeout=30).ok


WORK = """
from gcpstack import CloudFunction, CloudRunJob, Container, Stack

stack = Stack("work", region="us-central1")
image = "us-docker.pkg.dev/cloudrun/container/hello"
stack.add(CloudRunJob("migrate", containers=[Container(image=image)]))
stack.add(CloudFunction("resize", runtime="python313", entry_point="resize", source="source"))
"""


def test_what_functions_and_jobs_log(gcp_emulator, tmp_path, capsys):
    """A function logs as the service that it runs as, a job under its own name."""
    (tmp_path / "source").mkdir()
    (tmp_path / "source" / "main.py").write_text("def resize(request):\n    return 'ok'\n")
    work = Shop(gcp_emulator.endpoint, tmp_path / "work.py")
    work.file.write_text(WORK.replace('"source")', f'"{tmp_path / "source"}")'))
    status, text = work.run(capsys, "apply", "--yes")
    assert status == 0, text
    labels = {"job_name": "migrate", "location": "us-central1"}
    job = {"severity": "INFO", "resource": {"type": "cloud_run_job", "labels": labels}}
    lines = [
        {**job, "textPayload": "migrated"},
        entry(service="resize", textPayload="resized"),
        entry(service="another", textPayload="not ours"),
    ]
    name = f"projects/{work.project}/logs/run.googleapis.com%2Fstdout"
    work.call("POST", "logging", "v2/entries:write", {"logName": name, "entries": lines})

    _, text = work.run(capsys, "logs")
    _, of_job = work.run(capsys, "logs", "migrate")
    assert "resize" in text
    assert "resized" in text
    assert "migrated" in text
    assert "not ours" not in text
    assert "resized" not in of_job
    assert "migrated" in of_job
    assert "There are: resize, migrate." in work.run(capsys, "logs", "other")[1]
    assert "The stack has no Cloud Run services." in work.run(capsys, "health")[1]


def test_a_service_that_lets_nobody_in(shop, capsys):
    """Which grant it takes; a load balancer brings no token of its own."""
    path = f"run.googleapis.com/v2/projects/{shop.project}/locations/us-central1/services/web:setIamPolicy"
    before = shop.call("GET", "run", path.partition("/")[2].replace("setIam", "getIam"), None)
    shop.call("POST", "run", path.partition("/")[2], {"policy": {"bindings": []}})
    status, text = shop.run(capsys, "health")
    _, told = shop.json(capsys, "health")
    shop.call("POST", "run", path.partition("/")[2], {"policy": {"bindings": before["bindings"]}})

    assert status == 1
    assert "it answers 403" in text
    assert "role='roles/run.invoker', member='allUsers'" in text
    assert "roles/run.invoker" in told["services"][0]["remedy"]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["logs", "other"], "There are: web."),
        (["metrics", "other"], "has no service 'other'"),
        (["logs", "--since", "soon"], "'soon' is not a span of time"),
        (["logs", "--since", "0m"], "'0m' is not a span of time"),
        (["logs", "--limit", "0"], "not a number from 1 to 1000"),
        (["logs", "--severity", "LOUD"], "invalid choice: 'LOUD'"),
    ],
)
def test_what_is_wrong_is_said(shop, capsys, words, said):
    """In one message, with the remedy."""
    status, text = shop.run(capsys, words[0], *words[1:])
    assert status == 1
    assert said in text
