"""What the real gcloud makes is adopted: found by name, and nothing of it shows as a difference."""

import pytest

from gcpstack import Stack
from gcpstack import resources as r
from gcpstack._engine.plan import Action
from tests.emulator import gcloud as real

pytestmark = real.MARKS
REGION = "us-central1"
IMAGE = "us-docker.pkg.dev/cloudrun/container/hello"

#: Commands as operators write them, with what each must be adopted as.
COMMANDS = [
    "compute networks create vpc --subnet-mode=custom",
    "compute networks subnets create apps --network=vpc --region=us-central1 --range=10.10.0.0/24",
    "compute firewall-rules create web --network=vpc --allow=tcp:443 --source-ranges=10.0.0.0/8",
    "compute routers create out --network=vpc --region=us-central1",
    (
        "compute networks vpc-access connectors create con --region=us-central1 --network=vpc "
        "--range=10.8.0.0/28 --min-instances=2 --max-instances=3"
    ),
    (
        "sql instances create atp-postgres --database-version=POSTGRES_14 --tier=db-custom-2-4096 "
        "--region=us-central1 --edition=enterprise"
    ),
    "sql databases create app --instance=atp-postgres",
    "sql users create app --instance=atp-postgres --password=hunter22",
    "redis instances create atp-redis --size=1 --region=us-central1",
    "secrets create atp-auth-secret --data-file={file}",
    "iam service-accounts create shop-runner --display-name=Runner",
    "iam roles create lister --project={project} --title=Lister --permissions=run.services.list",
    (
        "secrets add-iam-policy-binding atp-auth-secret --role=roles/secretmanager.secretAccessor "
        "--member=serviceAccount:shop-runner@{project}.iam.gserviceaccount.com"
    ),
    "artifacts repositories create images --repository-format=docker --location=us-central1",
    "pubsub topics create events",
    "pubsub subscriptions create worker --topic=events --ack-deadline=60",
    "logging buckets create kept --location=global --retention-days=90",
    (
        "run deploy api --image=us-docker.pkg.dev/cloudrun/container/hello --region=us-central1 "
        "--memory=1Gi --cpu=1 --concurrency=40 --max-instances=5 --timeout=60 "
        "--service-account=shop-runner@{project}.iam.gserviceaccount.com --set-env-vars=A=b "
        "--set-secrets=KEY=atp-auth-secret:latest --no-allow-unauthenticated"
    ),
    (
        "run jobs create batch --image=us-docker.pkg.dev/cloudrun/container/hello "
        "--region=us-central1 --tasks=3 --max-retries=1"
    ),
]

VPC = r.Network("vpc")
DB = r.SqlInstance(
    "atp-postgres",
    database_version="POSTGRES_14",
    tier="db-custom-2-4096",
    edition="ENTERPRISE",
)
KEY = r.Secret("atp-auth-secret")
RUNNER = r.ServiceAccount("shop-runner", display_name="Runner")
EVENTS = r.Topic("events")
READS = r.SecretIamMember(KEY, role="roles/secretmanager.secretAccessor", member=RUNNER)
DECLARED = [
    VPC,
    r.Subnetwork("apps", network=VPC, ip_cidr_range="10.10.0.0/24"),
    r.Firewall(
        "web",
        network=VPC,
        allowed=[r.FirewallProtocol(protocol="tcp", ports=["443"])],
        source_ranges=["10.0.0.0/8"],
    ),
    r.Router("out", network=VPC),
    r.VpcConnector(
        "con", network=VPC, ip_cidr_range="10.8.0.0/28", min_instances=2, max_instances=3
    ),
    DB,
    r.SqlDatabase("app", instance=DB),
    r.SqlUser("app", instance=DB),
    r.RedisInstance("atp-redis", tier="BASIC", memory_size_gb=1),
    KEY,
    r.SecretVersion(KEY, value="a secret"),
    RUNNER,
    r.CustomRole("lister", title="Lister", permissions=["run.services.list"]),
    READS,
    r.ArtifactRepository("images", format="DOCKER"),
    EVENTS,
    r.Subscription("worker", topic=EVENTS, ack_deadline=60),
    r.LogBucket("kept", retention_days=90),
    r.CloudRunService(
        "api",
        image=IMAGE,
        memory="1Gi",
        cpu=1,
        concurrency=40,
        max_instances=5,
        timeout=60,
        service_account=RUNNER,
        env={"A": "b"},
        secret_env={"KEY": KEY},
    ),
    r.CloudRunJob("batch", containers=[r.Container(image=IMAGE)], tasks=3, retries=1),
]


@pytest.fixture
def gcloud(gcp_emulator, gcp_project, tmp_path, gcloud_program):
    return real.Gcloud(gcp_emulator.endpoint, tmp_path / "config", gcp_project, gcloud_program)


def test_what_gcloud_made_is_adopted(gcloud, gcp_settings, gcp_project, tmp_path):
    """Every object by its name, none with a difference; afterwards nothing is left to do."""
    file = tmp_path / "secret"
    file.write_text("a secret")
    for command in COMMANDS:
        gcloud.must(command.format(project=gcp_project, file=file))
    stack = Stack("shop", enable_apis=False)
    for item in DECLARED:
        stack.add(item)
    plan = stack.plan(gcp_settings)

    found = {str(one.address): one for one in plan.changes}
    assert {str(one.address) for one in plan.changes if one.action is not Action.ADOPT} == set()
    assert {name: one.diff for name, one in found.items() if one.diff} == {}
    stack.apply(gcp_settings)
    assert stack.plan(gcp_settings).empty
