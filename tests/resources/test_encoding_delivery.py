"""What jobs, triggers, budgets, audit logs and domain mappings become on the wire, to the letter."""

from datetime import date

import pytest

from gcpstack import resources as r
from gcpstack._core.refs import Address, Composed, Link, OutputOf
from gcpstack._core.resource import Encoder

from .schema import violations
from .tables import SCOPE, labelled, the_problem

ACCOUNT = "0A1B2C-3D4E5F-6A7B8C"
KEY = r.SecretVersion(r.Secret("KEY"), value="x")
RUNNER = r.ServiceAccount("shop-runner")
BUILDER = r.ServiceAccount("builder")
STEP = r.BuildStep(image="gcr.io/cloud-builders/docker", args=["build", "."])
MAIN = r.GitHubEvents(owner="octo", name="shop", push=r.PushEvent(branch="^main$"))
PUSHED = {"owner": "octo", "name": "shop", "push": {"branch": "^main$"}}


def trigger(**fields):
    return r.BuildTrigger("deploy", **{"github": MAIN, "filename": "cloudbuild.yaml", **fields})


def built(**fields):
    return trigger(filename=None, build=r.Build(**{"steps": [STEP], **fields}))


def budget(**fields):
    return r.Budget("shop", **{"billing_account": ACCOUNT, "amount": 1000, **fields})


def job(**fields):
    return r.CloudRunJob("batch", **{"containers": [r.Container(image="i")], **fields})


DB = r.SqlInstance("db", database_version="POSTGRES_15", tier="db-custom-2-7680")
HALF = r.BudgetThreshold(percent=0.5)
CASES = [
    (
        trigger(included_files=["src/**"], substitutions={"_ENV": "prod"}),
        {
            "name": "deploy",
            "github": PUSHED,
            "filename": "cloudbuild.yaml",
            "includedFiles": ["src/**"],
            "substitutions": {"_ENV": "prod"},
        },
    ),
    (
        built(
            steps=[
                STEP,
                r.BuildStep(
                    image="alpine",
                    id="say",
                    script="echo $WHO",
                    env={"WHO": "us", "MAIL": BUILDER.output("email")},
                    secret_env=["TOKEN"],
                    wait_for=["-"],
                    timeout="5m",
                ),
            ],
            images=["us-docker.pkg.dev/p/shop/api"],
            secrets={"TOKEN": KEY},
            timeout=1200,
            machine_type="E2_HIGHCPU_8",
            disk_size_gb=200,
            logging="CLOUD_LOGGING_ONLY",
        ),
        {
            "name": "deploy",
            "github": PUSHED,
            "build": {
                "steps": [
                    {"name": "gcr.io/cloud-builders/docker", "args": ["build", "."]},
                    {
                        "name": "alpine",
                        "id": "say",
                        "script": "echo $WHO",
                        "env": [
                            "WHO=us",
                            Composed(
                                (
                                    "MAIL=",
                                    OutputOf(Address("iam.ServiceAccount", "builder"), ("email",)),
                                )
                            ),
                        ],
                        "secretEnv": ["TOKEN"],
                        "waitFor": ["-"],
                        "timeout": "300s",
                    },
                ],
                "images": ["us-docker.pkg.dev/p/shop/api"],
                "timeout": "1200s",
                "availableSecrets": {
                    "secretManager": [
                        {
                            "env": "TOKEN",
                            "versionName": Link(Address("secretmanager.SecretVersion", "KEY")),
                        }
                    ]
                },
                "options": {
                    "machineType": "E2_HIGHCPU_8",
                    "diskSizeGb": "200",
                    "logging": "CLOUD_LOGGING_ONLY",
                },
            },
        },
    ),
    (
        r.BuildTrigger(
            "nightly",
            location="us-central1",
            topic=r.Topic("nights"),
            source=r.GitSource(
                uri="https://github.com/octo/shop", ref="refs/heads/main", repo_type="GITHUB"
            ),
            file=r.GitFile(path="nightly.yaml", repo_type="GITHUB"),
            service_account=BUILDER,
            approval_required=True,
            filter="_KIND == 'full'",
        ),
        {
            "name": "nightly",
            "pubsubConfig": {"topic": Link(Address("pubsub.Topic", "nights"))},
            "sourceToBuild": {
                "uri": "https://github.com/octo/shop",
                "ref": "refs/heads/main",
                "repoType": "GITHUB",
            },
            "gitFileSource": {"path": "nightly.yaml", "repoType": "GITHUB"},
            "serviceAccount": Link(Address("iam.ServiceAccount", "builder"), "full_name"),
            "approvalConfig": {"approvalRequired": True},
            "filter": "_KIND == 'full'",
        },
    ),
    (
        budget(amount=99.5, currency="EUR", projects=["demo-proj"], thresholds=[HALF]),
        {
            "displayName": "shop",
            "amount": {
                "specifiedAmount": {"units": "99", "nanos": 500_000_000, "currencyCode": "EUR"}
            },
            "budgetFilter": {"projects": ["projects/demo-proj"]},
            "thresholdRules": [{"thresholdPercent": 0.5}],
        },
    ),
    (
        budget(
            amount=None,
            last_period=True,
            start=date(2030, 1, 1),
            labels={"team": "web"},
            topic=r.Topic("costs"),
            thresholds=[r.BudgetThreshold(percent=1, basis="FORECASTED_SPEND")],
        ),
        {
            "displayName": "shop",
            "amount": {"lastPeriodAmount": {}},
            "budgetFilter": {
                "labels": {"team": ["web"]},
                "customPeriod": {"startDate": {"year": 2030, "month": 1, "day": 1}},
            },
            "notificationsRule": {
                "schemaVersion": "1.0",
                "pubsubTopic": Link(Address("pubsub.Topic", "costs")),
            },
            "thresholdRules": [{"thresholdPercent": 1, "spendBasis": "FORECASTED_SPEND"}],
        },
    ),
    (job(), {"template": {"template": {"containers": [{"image": "i"}]}}}),
    (
        job(
            containers=[
                r.Container(
                    image="i",
                    memory="1Gi",
                    volume_mounts=[r.VolumeMount(name="sql", mount_path="/cloudsql")],
                )
            ],
            volumes=[r.Volume(name="sql", cloud_sql_instances=[DB, "p:r:other"])],
            tasks=10,
            parallelism=2,
            retries=0,
            timeout="1h",
            service_account=RUNNER,
            network_interfaces=[r.NetworkInterface(network=r.Network("vpc"), tags=["jobs"])],
            vpc_egress="all-traffic",
            execution_labels={"team": "web"},
        ),
        {
            "template": {
                "taskCount": 10,
                "parallelism": 2,
                "labels": {"team": "web"},
                "template": {
                    "containers": [
                        {
                            "image": "i",
                            "resources": {"limits": {"memory": "1Gi"}},
                            "volumeMounts": [{"name": "sql", "mountPath": "/cloudsql"}],
                        }
                    ],
                    "volumes": [
                        {
                            "name": "sql",
                            "cloudSqlInstance": {
                                "instances": [
                                    Link(
                                        Address("sql.DatabaseInstance", "db"),
                                        "connection_name",
                                        spread=True,
                                    ),
                                    "p:r:other",
                                ]
                            },
                        }
                    ],
                    "maxRetries": 0,
                    "timeout": "3600s",
                    "serviceAccount": Link(Address("iam.ServiceAccount", "shop-runner"), "email"),
                    "vpcAccess": {
                        "networkInterfaces": [
                            {
                                "network": Link(Address("compute.Network", "vpc"), "name"),
                                "tags": ["jobs"],
                            }
                        ],
                        "egress": "ALL_TRAFFIC",
                    },
                },
            }
        },
    ),
    (r.ProjectAuditLog("allServices", log_type="DATA_READ"), {}),
    (
        r.ProjectAuditLog(
            "run.googleapis.com", log_type="DATA_WRITE", exempted_members=["user:a@example.com"]
        ),
        {"exemptedMembers": ["user:a@example.com"]},
    ),
    (
        r.CloudRunDomainMapping(
            "www.example.com", service=r.CloudRunService("api", image="i"), labels={"a": "b"}
        ),
        {
            "spec": {"routeName": Link(Address("run.Service", "us-central1/api"), "name")},
            "metadata": {"labels": {"a": "b"}},
        },
    ),
]


@pytest.mark.parametrize(("item", "body"), labelled(CASES))
def test_the_body_is_google_s(item, body):
    """No more, no less, and nothing that Google has no field for."""
    assert list(item.problems(SCOPE)) == []
    found = Encoder(SCOPE).declared(item).body

    assert found == body
    assert violations(item.KIND.name, found) == []


PUSH_AND_PULL = r.GitHubEvents(
    owner="o",
    name="n",
    push=r.PushEvent(branch="x"),
    pull_request=r.PullRequestEvent(branch="x"),
)


def worker(**fields):
    return job(containers=[r.Container(**{"image": "i", **fields})])


PROBLEMS = [
    (job(containers=[]), "containers: is empty"),
    (job(tasks=0), "tasks: 0 is not within 1 to 10000 tasks"),
    (job(tasks=5, parallelism=6), "parallelism: 6 is not within 0 to 5 tasks"),
    (job(retries=11), "retries: 11 is not within 0 to 10"),
    (job(timeout="8d"), "timeout: 691200 is not within 1 to 604800 seconds"),
    (job(vpc_egress="all-traffic"), "vpc_egress: needs vpc_connector or network_interfaces"),
    (
        worker(readiness_probe=r.Probe.http("/up")),
        r"containers\[0\].readiness_probe: is for services: a job takes no requests",
    ),
    (worker(liveness_probe=r.Probe.http("/up")), "liveness_probe: is for services"),
    (worker(cpu_idle=True), "cpu_idle: is for services"),
    (worker(memory="128Mi"), "memory: is 512Mi at least in the second generation"),
    (
        worker(volume_mounts=[r.VolumeMount(name="data", mount_path="/data")]),
        "volume_mounts: there is no volume 'data'",
    ),
    (
        job(volumes=[r.Volume(name="sql", cloud_sql_instances=["db"])]),
        r"cloud_sql_instances\[0\]: 'db' is not a connection name, as 'PROJECT:REGION:INSTANCE'",
    ),
    (
        r.BuildTrigger("my_trigger", github=MAIN, filename="f"),
        "name: 'my_trigger' is not a valid name",
    ),
    (trigger(location="mars"), "location: 'mars' is not a region"),
    (trigger(filename=None), "one of build, filename, file is needed"),
    (trigger(github=None), "nothing starts it"),
    (trigger(topic="projects/p/topics/t"), "github and topic exclude each other"),
    (trigger(github=PUSH_AND_PULL), "push and pull_request exclude each other"),
    (
        trigger(github=r.GitHubEvents(owner="o", name="n", push=r.PushEvent())),
        "github.push: one of branch, tag is needed",
    ),
    (trigger(filter="x"), "filter: needs topic or webhook_secret"),
    (trigger(substitutions={"ENV": "x"}), "'ENV' is not a valid name: an underscore"),
    (
        trigger(github=None, source=r.GitSource(uri="u", ref="main")),
        "source.ref: 'main' is not a ref",
    ),
    (
        trigger(
            filename=None, service_account=BUILDER, build=r.Build(steps=[STEP], logging="LEGACY")
        ),
        "build.logging: is needed with a service account of one's own",
    ),
    (built(steps=[]), "build.steps: is empty"),
    (built(timeout="25h"), "build.timeout: 90000 is not within 1 to 86400"),
    (
        built(steps=[r.BuildStep(image="a", wait_for=["first"])]),
        r"steps\[0\].wait_for: no step 'first' stands before it",
    ),
    (
        built(steps=[r.BuildStep(image="a", secret_env=["TOKEN"])]),
        r"steps\[0\].secret_env: 'TOKEN' is not in secrets",
    ),
    (
        built(steps=[r.BuildStep(image="a", args=["x"], script="y")]),
        "script and args exclude each other",
    ),
    (built(artifacts=["*.jar"]), "artifacts: and artifacts_location go together"),
    (budget(billing_account="my account"), "billing_account: 'my account' is not the id"),
    (r.Budget("x" * 61, billing_account=ACCOUNT, amount=1), "name: has 61 characters, 60 at most"),
    (budget(amount=0), "amount: 0 is not more than 0"),
    (budget(amount=None), "one of amount, last_period is needed"),
    (
        budget(thresholds=[r.BudgetThreshold(percent=90)]),
        r"percent: 90 is 9000 percent of the budget. Write 0.9 for 90 percent",
    ),
    (
        budget(channels=["projects/p/notificationChannels/1"]),
        "thresholds: is empty: nobody would ever be told",
    ),
    (budget(credit_types=["X"]), "credit_types: and credits='INCLUDE_SPECIFIED_CREDITS' go"),
    (budget(end=date(2030, 1, 1)), "end: needs start"),
    (
        budget(start=date(2030, 1, 2), end=date(2030, 1, 1)),
        "end: 2030-01-01 is before 2030-01-02",
    ),
    (budget(project_recipients=True, thresholds=[HALF]), "needs exactly one project"),
    (r.ProjectAuditLog("run", log_type="DATA_READ"), "service: 'run' is not an API"),
    (
        r.ProjectAuditLog("allServices", log_type="DATA_READ", exempted_members=["a@b.c"]),
        r"exempted_members\[0\]: 'a@b.c' is not an IAM principal. Write 'user:a@b.c'",
    ),
    (
        r.CloudRunDomainMapping("https://example.com", service="api"),
        "name: 'https://example.com' is a URL",
    ),
    (
        r.CloudRunDomainMapping("example.com", service="api", location="europe-west9"),
        "location: domain mappings are not offered in europe-west9. Use a LoadBalancer",
    ),
    (
        r.TopicIamMember("events", role="pubsub.publisher", member="allUsers"),
        "role: 'pubsub.publisher' is not a role. Write 'roles/pubsub.publisher'",
    ),
    (
        r.ServiceAccountIamMember("deployer", role="roles/x", member="allUsers"),
        "member: 'allUsers' can't be granted a role here",
    ),
]


@pytest.mark.parametrize(("item", "words"), labelled(PROBLEMS))
def test_the_check_fires(item, words):
    """Once, at its place."""
    the_problem(item, words)
