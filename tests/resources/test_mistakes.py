"""What newcomers get wrong is told at plan time, in words that help; each rule says its source."""

import ast
import re
from pathlib import Path

import pytest

import gcpstack.resources
from gcpstack import Settings, Stack
from gcpstack import resources as r
from gcpstack._adapters import schemas
from gcpstack._stack.compiled import compile_stack
from gcpstack.exceptions import DeclarationError

SETTINGS = Settings(project="demo-proj", region="us-central1")
VPC = r.Network("vpc")
KEY = r.Secret("KEY")
RUNNER = r.ServiceAccount("shop-runner")
REDIS = {"tier": "STANDARD_HA", "memory_size_gb": 5}
SQL = {"database_version": "POSTGRES_15", "tier": "db-custom-2-7680", "edition": "ENTERPRISE"}


def run(**fields):
    return r.CloudRunService("api", **{"image": "i", **fields})


def sql(**fields):
    return r.SqlInstance("db", **{**SQL, **fields})


def redis(**fields):
    return r.RedisInstance("cache", **{**REDIS, **fields})


def probe(**fields):
    return r.Probe.http("/up", **fields)


#: What somebody writes, and what is said.
MISTAKES = [
    # Cloud Run
    (run(cpu=1, memory="8Gi"), "8Gi does not go with 1 CPU: 128Mi to 4Gi. Use cpu='2' or more"),
    (run(cpu=4, memory="512Mi"), "512Mi does not go with 4 CPU: 2Gi to 16Gi"),
    (run(cpu=3), "3 is not one of 1, 2, 4, 6, 8 or a fraction of 1"),
    (run(cpu="0.05"), "0.05 is less than 0.08"),
    (run(cpu="500m", concurrency=80), "is 1 where a container has less than one CPU"),
    (run(cpu="500m", concurrency=1, cpu_idle=False), "can't be False with less than one CPU"),
    (
        run(memory="512M", execution_environment="gen2"),
        "is 512Mi at least in the second generation",
    ),
    (run(memory="2GB"), "'2GB' is not an amount of memory. Write '512Mi' or '2Gi'"),
    (run(cpu="two"), "'two' is not an amount of CPU. Write '1', '2' or '500m'"),
    (run(concurrency=2000), "concurrency: 2000 is not within 1 to 1000 requests"),
    (run(concurrency=0), "concurrency: 0 is not within 1 to 1000 requests"),
    (run(min_instances=5, max_instances=2), "min_instances: 5 is more than max_instances=2"),
    (run(max_instances=0), "max_instances: 0 is not within 1 to"),
    (run(timeout=7200), "timeout: 7200 is not within 1 to 3600 seconds"),
    (run(timeout="5 minutes"), "timeout: '5 minutes' is not a span of time"),
    (run(port="8080"), "port: expected int or ContainerPort, got str"),
    (run(port=80800), "port: 80800 is not within 1 to 65535"),
    (run(env={"PORT": "80"}), "is set by Cloud Run itself. Leave it out"),
    (run(env={"DEBUG": True}), "expected str or SecretEnv, got bool"),
    (run(env={"KEY": "x"}, secret_env={"KEY": "KEY"}), "stands in secret_env too. Keep one"),
    (run(ingress="private"), "ingress: 'private' is not one of all, internal"),
    (run(location="us-central"), "'us-central' is not a region of Google Cloud"),
    (run(location="us-central1-a"), "'us-central1-a' is not a region of Google Cloud"),
    (run(liveness_probe=r.Probe.tcp(80)), "tcp_socket: is for startup probes only"),
    (
        run(startup_probe=probe(period=60, failure_threshold=10)),
        "gives the container 600 s to start",
    ),
    (run(liveness_probe=probe(period=5, timeout=10)), "10 s is longer than the period of 5 s"),
    (run(readiness_probe=probe(initial_delay=5)), "initial_delay: is not for readiness probes"),
    (run(liveness_probe=r.Probe.http("up")), "'up' is not a path: it starts with '/'"),
    (
        r.CloudRunJob(
            "batch", containers=[r.Container(image="i", readiness_probe=r.Probe.http("/up"))]
        ),
        "readiness_probe: is for services: a job takes no requests",
    ),
    (run(traffic=[r.TrafficTarget(percent=50)]), "traffic: makes 50 percent, not 100"),
    (run(vpc_egress="all-traffic"), "vpc_egress: needs vpc_connector or network_interfaces"),
    (run(image=None), "image: is missing"),
    (run(image=""), "image: is empty"),
    (run(labels={"Team": "web"}), "is not a label key: a lower-case letter"),
    (run(revision="v2"), "revision: must start with 'api-'"),
    (
        run(port=80, containers=[r.Container(image="log")]),
        "name: is needed where there are several",
    ),
    (
        run(volume_mounts=[r.VolumeMount(name="data", mount_path="/data")]),
        "volume_mounts: there is no volume 'data'",
    ),
    (r.CloudRunService("My_API", image="i"), "'My_API' is not a valid name: 1 to 49.*Use 'my-api'"),
    (
        r.CloudRunServiceIamMember("api", role="run.invoker", member="allUsers"),
        "'run.invoker' is not a role. Write 'roles/run.invoker'",
    ),
    (
        r.CloudRunServiceIamMember("api", role="roles/run.invoker", member="a@example.com"),
        "'a@example.com' is not an IAM principal. Write 'user:a@example.com'",
    ),
    (
        run(service_account=RUNNER, secret_env={"KEY": KEY}),
        "reads the secret KEY, which its servic",
    ),
    # Cloud SQL
    (sql(tier="db-f1-micro", edition="ENTERPRISE_PLUS"), "'db-f1-micro' is not for the edition"),
    (
        sql(tier="db-custom-2-7680", edition=None, database_version="POSTGRES_16"),
        "Google's default",
    ),
    (sql(tier="db-perf-optimized-N-2"), "needs edition='ENTERPRISE_PLUS'"),
    (sql(tier="db-custom-3-11520"), "3 CPUs are neither 1 nor an even number"),
    (sql(tier="db-custom-2-5000"), "5000 MB is not a multiple of 256 MB"),
    (sql(tier="db-custom-2-65536"), "65536 MB does not go with 2 CPUs"),
    (
        sql(tier="n1-standard-1"),
        "'n1-standard-1' is not a machine type. Write it as 'db-custom-2-7680'",
    ),
    (sql(database_version="15"), "'15' is not a version, as 'POSTGRES_16'"),
    (sql(disk_size_gb=5), "disk_size_gb: 5 is not within 10 to 65536 GB"),
    (sql(availability="REGIONAL"), "backups: is needed with availability='REGIONAL'"),
    (sql(region="europe"), "region: 'europe' is not a region"),
    (sql(zone="us-east1-b"), "zone: 'us-east1-b' is not a zone of us-central1"),
    (
        sql(network=r.SqlNetwork(private_network=VPC, public_ip=False)),
        "needs private services access to the network before it",
    ),
    (r.SqlDatabase("postgres/app", instance="db"), "'postgres/app' holds a slash"),
    (r.SqlDatabase("template1", instance="db"), "'template1' is the database system's own"),
    (
        r.SqlUser("a@p.iam.gserviceaccount.com", instance=sql(), type="CLOUD_IAM_SERVICE_ACCOUNT"),
        "is too long for PostgreSQL. Use 'a@p.iam'",
    ),
    (
        r.SqlUser("a@p.iam", instance="db", type="CLOUD_IAM_SERVICE_ACCOUNT", password="x"),
        "password: does not go with type='CLOUD_IAM_SERVICE_ACCOUNT'",
    ),
    # Redis
    (redis(memory_size_gb=500), "memory_size_gb: 500 is not within 1 to 300 GiB"),
    (redis(redis_version="7.2"), "'7.2' is not a version, as 'REDIS_7_2'"),
    (redis(tier="BASIC", replica_count=2), "replica_count: needs tier='STANDARD_HA'"),
    (redis(rdb_snapshot_period="ONE_HOUR"), "rdb_snapshot_period: needs persistence_mode='RDB'"),
    (redis(tier="HA"), "tier: 'HA' is not one of BASIC, STANDARD_HA"),
    # secrets
    (r.Secret("my key"), "'my key' is not a valid name: 1 to 255"),
    (r.SecretVersion("KEY", value=""), "value: is empty"),
    (r.SecretVersion("KEY", value="x" * 70_000), "value: has 70000 bytes, 65536 at most"),
    (r.SecretVersion("KEY", value=r.FromEnv("NOT_SET")), "variable NOT_SET is not set. Set it"),
    (r.Secret("KEY", rotation_period="30d"), "topics: is needed for rotation"),
    (
        r.SecretIamMember("KEY", role="roles/viewer", member="allUsers"),
        "'allUsers' can't be granted a role here",
    ),
    # networks
    (
        r.VpcConnector("con", network=VPC, ip_cidr_range="10.8.0.0/24", max_instances=3),
        "'10.8.0.0/24' is not a /28",
    ),
    (
        r.VpcConnector(
            "con", network=VPC, ip_cidr_range="10.8.0.0/28", min_instances=5, max_instances=4
        ),
        "min_instances: 5 is not less than max_instances=4",
    ),
    (
        r.VpcConnector("con", network=VPC, ip_cidr_range="10.8.0.1/28", max_instances=3),
        "has host bits set. Use '10.8.0.0/28'",
    ),
    (r.Subnetwork("apps", network="vpc", ip_cidr_range="10.0.0.0/24"), "'vpc' is a bare name"),
    (r.Subnetwork("apps", network=KEY, ip_cidr_range="10.0.0.0/24"), "refers to a secretmanager"),
    (r.Firewall("web", network=VPC), "one of allowed, denied is needed"),
    (r.Network("vpc", mtu=100), "mtu: 100 is not within 1300 to 8896 bytes"),
    # identities, logs, budgets, builds
    (r.ServiceAccount("api"), "'api' is not a valid name: 6 to 30 lower-case letters"),
    (r.ProjectIamMember(role="roles/viewer", member="allUsers"), "can't be granted a role here"),
    (
        r.CustomRole("x", title="X", permissions=["run.services.get"]),
        "'x' is not a valid name: 3 to 64",
    ),
    (r.CustomRole("xyz", title="X", permissions=["get"]), "'get' is not a permission, as 'run."),
    (r.LogSink("errors", destination="my-bucket"), "destination"),
    (
        r.ServiceAgent("compute.googleapis.com"),
        "'compute.googleapis.com' is not one of artifactreg",
    ),
    (r.EnabledService("run"), "'run' is not a valid name: the DNS name of an API"),
    (r.Bucket("My Bucket"), "'My Bucket' is not a valid name"),
    (
        r.Budget(
            "b",
            billing_account="0A1B2C-3D4E5F-6A7B8C",
            amount=1,
            thresholds=[r.BudgetThreshold(percent=90)],
        ),
        "90 is 9000 percent of the budget. Write 0.9 for 90 percent",
    ),
    (r.BuildTrigger("deploy", filename="cloudbuild.yaml"), "nothing starts it"),
    # anything
    (run(timeout=None, labels=["a"]), "labels: expected mapping of str to str, got list"),
    (run(extra={"ingres": "x"}), "Google has no such field. Did you mean ingress?"),
    (run(project="My Project"), "'My Project' is not a project id"),
]


def problems(item):
    stack = Stack("shop", enable_apis=False)
    stack.add(item)
    try:
        compile_stack(
            "shop",
            stack.items,
            {},
            stack.scope(SETTINGS),
            enable_apis=False,
            check=schemas.problems,
        )
    except DeclarationError as error:
        return [str(problem) for problem in error.problems]
    return []


@pytest.mark.parametrize(
    ("item", "words"), [pytest.param(*case, id=str(n)) for n, case in enumerate(MISTAKES)]
)
def test_a_mistake_is_told(item, words):
    """By its place, before anything is touched."""
    found = problems(item)

    assert len(found) == 1, found
    assert found[0].startswith(f"{item.KIND.name}/")
    assert re.search(words, found[0]), found


def test_no_project_has_its_own_mistake():
    """There are many of them."""
    assert len(MISTAKES) >= 80


# --- where the rules are from --------------------------------------------------------------------

#: Checks of Python's types, and the tools that the rules are made of.
TOOLS = {"_base.py", "_checks.py", "_typecheck.py", "rdata.py", "yaml_nodes.py"}
#: Halves of rules: the rule itself says the source.
HALVES = {"_refused_changes.py:_grows", "_refused_changes.py:_stays_on"}
SOURCE = re.compile(r"https://|RFC \d")
FOUND = {"Finding", "Problem", "Refusal"}


def tells(node):
    """Whether a function says that something is wrong."""
    for call in ast.walk(node):
        if isinstance(call, ast.Call):
            name = call.func
            if isinstance(name, ast.Name) and name.id in FOUND:
                return True
            if isinstance(name, ast.Attribute) and getattr(name.value, "id", "") == "checks":
                return True
    return False


def rules():
    """Walk the rules: each function that tells of something, with the docstrings around it."""
    root = Path(gcpstack.resources.__file__).parent
    for file in sorted(root.rglob("*.py")):
        if file.name in TOOLS:
            continue
        tree = ast.parse(file.read_text(encoding="utf-8"))
        for outer in ast.walk(tree):
            for node in ast.iter_child_nodes(outer):
                if isinstance(node, ast.FunctionDef) and tells(node):
                    docs = [ast.get_docstring(node) or ""]
                    if isinstance(outer, ast.ClassDef):
                        docs.append(ast.get_docstring(outer) or "")
                    yield f"{file.relative_to(root)}:{node.name}", node.lineno, docs


def test_each_rule_says_where_it_is_from():
    """In its docstring, or in that of the class it stands in."""
    found = list(rules())
    sourceless = [
        (place, line)
        for place, line, docs in found
        if place not in HALVES and not any(map(SOURCE.search, docs))
    ]

    assert len(found) > 150
    assert sourceless == []
