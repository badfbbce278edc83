"""The real gcloud does what the documents of both stacks say; gcpstack adopts what it made."""

import pytest

from gcpstack._engine.plan import Action
from tests.emulator import gcloud as real

from .stacks import live, load

pytestmark = real.MARKS

ATP = """
services enable run.googleapis.com cloudbuild.googleapis.com containerregistry.googleapis.com sqladmin.googleapis.com redis.googleapis.com secretmanager.googleapis.com
sql instances create atp-postgres --database-version=POSTGRES_14 --tier=db-custom-2-4096 --region=us-central1
redis instances create atp-redis --size=1 --region=us-central1
secrets create atp-database-secret --data-file=-
secrets create atp-redis-secret --data-file=-
secrets create atp-auth-secret --data-file=-
secrets create atp-oidc-secret --data-file=-
secrets create atp-provider-secrets --data-file=-
secrets create atp-encryption-secret --data-file=-
run services replace {folder}/router-service.yaml --region=us-central1
run services replace {folder}/memory-gateway.yaml --region=us-central1
secrets versions add atp-oidc-secret --data-file={folder}/oidc-config.json
"""

#: What the document says of its services; all else is an addition.
TOLD = {
    "concurrency",
    "containers[0].cpu",
    "containers[0].cpu_idle",
    "containers[0].image",
    "containers[0].memory",
    "containers[0].port",
    "max_instances",
    "min_instances",
    "timeout",
}
SERVICE = """\
apiVersion: serving.knative.dev/v1
kind: Service
metadata:
  name: {name}
spec:
  template:
    metadata:
      annotations:
        autoscaling.knative.dev/minScale: "1"
        autoscaling.knative.dev/maxScale: "{most}"
        run.googleapis.com/cpu-throttling: "false"
    spec:
      containerConcurrency: {concurrency}
      timeoutSeconds: 300
      containers:
      - image: us-central1-docker.pkg.dev/{project}/atp/{image}:latest
        ports:
        - containerPort: {port}
        resources:
          limits:
            cpu: "{cpu}"
            memory: {memory}
"""

EAILI5 = """
services enable sqladmin.googleapis.com redis.googleapis.com secretmanager.googleapis.com
sql instances create eaili5-db --database-version=POSTGRES_15 --tier=db-f1-micro --region=us-central1 --storage-size=10 --storage-type=SSD --storage-auto-increase --backup-start-time=03:00 --retained-backups-count=7 --backup-location=us-central1 --maintenance-window-day=SUN --maintenance-window-hour=3
sql databases create eaili5 --instance=eaili5-db
sql backups list --instance=eaili5-db
redis instances create eaili5-redis --size=1 --region=us-central1 --redis-version=redis_7_0 --tier=basic
secrets create openai-api-key --data-file=-
secrets create walletconnect-project-id --data-file=-
"""


@pytest.fixture
def run(emulated, tmp_path, gcloud_program):
    """Runs gcloud's commands, one after the other."""
    project = emulated.settings.project
    gcloud = real.Gcloud(emulated.endpoint, tmp_path / "config", project, gcloud_program)

    def run(commands):
        for line in commands.strip().format(folder=tmp_path).splitlines():
            gcloud.must(line)

    return run


def adopted(plan, kinds):
    """The fields that an adoption changes, by the resource that gcloud made."""
    made = [
        change
        for change in plan.changes
        if change.kind.name in kinds and change.action is not Action.CREATE
    ]
    assert {change.action for change in made} == {Action.ADOPT}
    return {
        str(change.address): {diff.name: (diff.before, diff.after) for diff in change.diff}
        for change in made
    }


def test_atp(emulated, run, tmp_path, monkeypatch):
    """The database, the cache, the secrets and the services are taken over as they are."""
    monkeypatch.setenv("ATP_NETWORK", "default")  # which the document's commands use
    project = emulated.settings.project
    router = {"cpu": 2, "memory": "4Gi", "concurrency": 1000, "port": 8080, "most": 10}
    gateway = {"cpu": 1, "memory": "2Gi", "concurrency": 500, "port": 8000, "most": 5}
    for file, name, image, facts in (
        ("router-service", "atp-router-service", "atp-router", router),
        ("memory-gateway", "atp-memory-gateway", "atp-memory-gateway", gateway),
    ):
        text = SERVICE.format(name=name, image=image, project=project, **facts)
        (tmp_path / f"{file}.yaml").write_text(text)
    (tmp_path / "oidc-config.json").write_text('{"client_id": "from-gcloud"}')
    run(ATP)

    staging = load("atp")("staging")
    changed = adopted(
        emulated.plan(staging),
        {"sql.DatabaseInstance", "redis.Instance", "secretmanager.Secret", "run.Service"},
    )
    assert changed.pop("sql.DatabaseInstance/atp-postgres").keys() == {
        "backups.enabled",
        "backups.start_time",
        "backups.point_in_time_recovery",
        "network.public_ip",
        "network.private_network",
    }
    assert changed.pop("redis.Instance/us-central1/atp-redis").keys() == {
        "persistence_mode",
        "rdb_snapshot_period",
    }
    services = [fields for name, fields in changed.items() if name.startswith("run.Service/")]
    assert len(services) == 2
    for fields in services:
        assert not TOLD & fields.keys()
    secrets = [fields for name, fields in changed.items() if name.startswith("secretmanager.")]
    assert secrets == [{}] * 6

    emulated.converge(staging)
    versions = [name.split("/secrets/")[1] for name in live(emulated, "/versions/")]
    # What somebody put into a secret stays; a URL is what it is composed of.
    assert sorted(name for name in versions if "oidc" in name or "auth" in name) == [
        "atp-auth-secret/versions/1",
        "atp-oidc-secret/versions/1",
        "atp-oidc-secret/versions/2",
    ]
    assert "atp-redis-secret/versions/2" in versions


def test_eaili5(emulated, run, tmp_path, monkeypatch):
    """The database and the cache are as the document makes them, but for the address."""
    monkeypatch.setenv("EAILI5_DOMAIN", "gcloud.example.com")
    run(EAILI5)
    staging = load("eaili5")("staging")
    changed = adopted(
        emulated.plan(staging),
        {"sql.DatabaseInstance", "sql.Database", "redis.Instance", "secretmanager.Secret"},
    )

    assert {name: set(fields) for name, fields in changed.items()} == {
        "sql.DatabaseInstance/eaili5-db": {"network.public_ip", "network.private_network"},
        "sql.Database/eaili5-db/eaili5": set(),
        "redis.Instance/us-central1/eaili5-redis": set(),
        "secretmanager.Secret/openai-api-key": {"topics", "rotation_period"},
        "secretmanager.Secret/walletconnect-project-id": set(),
    }
    emulated.converge(staging)
