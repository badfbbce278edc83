"""What resources of one stack demand of each other is told before anything is touched."""

import dataclasses
import re

import pytest

from gcpstack import Settings, Stack, compose
from gcpstack import resources as r
from gcpstack._adapters import schemas
from gcpstack._stack.compiled import compile_stack
from gcpstack.exceptions import DeclarationError

SETTINGS = Settings(project="demo-proj", region="us-central1")
VPC = r.Network("vpc")
AUTO = r.Network("auto", auto_create_subnetworks=True)
KEY = r.Secret("KEY")
RUNNER = r.ServiceAccount("shop-runner")
OTHER = r.ServiceAccount("other-runner")
READER = "roles/secretmanager.secretAccessor"
ROLE = r.CustomRole("reader", title="Reader", permissions=["secretmanager.versions.access"])
DB = r.SqlInstance(
    "db", database_version="POSTGRES_15", tier="db-custom-2-7680", edition="ENTERPRISE"
)
REPLICA = r.SqlInstance(
    "replica",
    database_version="POSTGRES_15",
    tier="db-custom-2-7680",
    edition="ENTERPRISE",
    master_instance=DB,
)
FILES = r.Bucket("shop-logs-1", location="US", uniform_access=True)
RESERVED = r.GlobalAddress(
    "services", address_type="INTERNAL", purpose="VPC_PEERING", prefix_length=20, network=VPC
)
PEERING = r.PrivateServiceConnection(VPC, ranges=[RESERVED])


def service(name="api", **fields):
    return r.CloudRunService(name, **{"image": "i", "service_account": RUNNER, **fields})


def connector(network=VPC, text="10.8.0.0/28", **fields):
    given = {"network": network, "ip_cidr_range": text, "max_instances": 3}
    return r.VpcConnector("con", **{**given, **fields})


def subnet(name="apps", text="10.8.0.0/24", network=VPC, **fields):
    return r.Subnetwork(name, network=network, ip_cidr_range=text, **fields)


def router(name, region="us-central1"):
    nat = r.RouterNat(
        name="nat",
        nat_ip_allocate_option="AUTO_ONLY",
        source_subnetwork_ip_ranges_to_nat="ALL_SUBNETWORKS_ALL_IP_RANGES",
    )
    return r.Router(name, network=VPC, nats=[nat], region=region)


def redis(**fields):
    given = {"tier": "BASIC", "memory_size_gb": 1, "authorized_network": VPC}
    return r.RedisInstance("cache", **{**given, **fields})


def sink(destination="storage.googleapis.com/shop-logs-1"):
    return r.LogSink("errors", destination=destination)


def accessor(secret=KEY, member=RUNNER, role=READER):
    return r.SecretIamMember(secret, role=role, member=member)


def private(**fields):
    return redis(tier="STANDARD_HA", connect_mode="PRIVATE_SERVICE_ACCESS", **fields)


READS = service(secret_env={"KEY": KEY})
MOUNTS = service(
    volumes=[r.Volume(name="keys", secret=r.SecretVolume(secret=KEY))],
    volume_mounts=[r.VolumeMount(name="keys", mount_path="/keys")],
)
SOCKET = service(
    volumes=[r.Volume(name="sql", cloud_sql_instances=[DB.output("connection_name")])],
    volume_mounts=[r.VolumeMount(name="sql", mount_path="/cloudsql")],
)
CLIENT = r.ProjectIamMember(role="roles/cloudsql.client", member=RUNNER)
PODS = [r.SecondaryRange(range_name="pods", ip_cidr_range="10.20.0.0/20")]

BATCH = r.CloudRunJob(
    "batch",
    containers=[r.Container(image="i", env={"KEY": r.SecretEnv(secret=KEY)})],
    service_account=RUNNER,
)

LOGS = r.BigQueryDataset("logs", location="US")
TOPIC = r.Topic("events")
SINK_TO_LOGS = r.LogSink("all", destination=LOGS)
W = SINK_TO_LOGS.output("writer_identity")
WRITTEN = [
    LOGS,
    SINK_TO_LOGS,
    r.BigQueryDatasetIamMember(LOGS, role="roles/bigquery.dataEditor", member=W),
]
OWN_SINK = r.LogSink(
    "_Default",
    destination=r.LogBucket("_Default"),
    exclusions=[r.LogExclusion(name="y", filter="b")],
)
TOLD = r.NotificationChannel.pubsub("told", TOPIC)
AGENT = r.ServiceAgent("monitoring.googleapis.com")

OLD = r.BackendService("old", load_balancing_scheme="EXTERNAL")
NEW = r.BackendService("new")
BOTH = r.UrlMap(
    "both",
    default_service=NEW,
    host_rules=[r.HostRule(hosts=["a.example.com"], path_matcher="old")],
    path_matchers=[r.PathMatcher(name="old", default_service=OLD)],
)
SPLIT = r.UrlMap(
    "split",
    default_route_action=r.RouteAction(
        weighted_backend_services=[r.WeightedBackendService(backend_service=OLD, weight=1)]
    ),
)
FRONT = r.GlobalForwardingRule(
    "front",
    target=r.TargetHttpProxy("plain", url_map=r.UrlMap("map", default_service=OLD)),
    port_range=80,
)

WRONG = [
    ([BOTH], "UrlMap/both: leads to services of several load balancers: old (EXTERNAL) and new"),
    ([SPLIT], "UrlMap/split: says weightedBackendServices, which the classic load balancer of old"),
    ([FRONT], "front: load_balancing_scheme: is EXTERNAL_MANAGED, that of old behind it EXTERNAL"),
    ([BATCH], "run.Job/us-central1/batch: reads the secret KEY, which its service account shop-r"),
    ([READS], "run.Service/us-central1/api: reads the secret KEY, which its service account shop-"),
    ([MOUNTS], "reads the secret KEY, which its service account shop-runner may not"),
    ([READS, accessor(member=OTHER)], "reads the secret KEY, which"),
    ([READS, accessor(secret=r.Secret("ANOTHER"))], "reads the secret KEY, which"),
    ([READS, accessor(role="roles/secretmanager.viewer")], "reads the secret KEY, which"),
    ([SOCKET], "connects to Cloud SQL, which its service account shop-runner may not"),
    (
        [subnet(), connector()],
        (
            "vpcaccess.Connector/us-central1/con: ip_cidr_range: 10.8.0.0/28 overlaps 10.8.0.0/24 of "
            "compute.Subnetwork/us-central1/apps. Give it a range of vpc that nothing else uses."
        ),
    ),
    ([subnet(), subnet("more", "10.8.0.128/25")], "10.8.0.128/25 overlaps 10.8.0.0/24"),
    (
        [subnet(text="10.9.0.0/24", secondary_ip_ranges=PODS), subnet("b", "10.20.8.0/24")],
        "10.20.8.0/24 overlaps 10.20.0.0/20",
    ),
    ([connector(AUTO, "10.128.0.0/28")], "10.128.0.0/28 overlaps 10.128.0.0/9 of compute.Netw"),
    ([connector("default", "10.130.0.0/28")], "overlaps 10.128.0.0/9 of the default network's"),
    ([subnet(), redis(reserved_ip_range="10.8.0.8/29")], "reserved_ip_range: 10.8.0.8/29 overlaps"),
    (
        [
            subnet(),
            r.GlobalAddress(
                "services",
                address_type="INTERNAL",
                purpose="VPC_PEERING",
                address="10.8.0.0",
                prefix_length=16,
                network=VPC,
            ),
        ],
        "overlaps 10.8.0.0/16 of compute.GlobalAddress/services",
    ),
    (
        [service(vpc_connector=connector(), location="us-east1")],
        "is in us-east1, but the VPC connector con in us-central1. Both must be in one region",
    ),
    (
        [
            r.RegionNetworkEndpointGroup(
                "neg", region="us-east1", cloud_run=r.NegCloudRun(service=service())
            )
        ],
        "is in us-east1, but the Cloud Run service api in us-central1",
    ),
    ([r.SqlDatabase("app", instance=REPLICA)], "is declared on replica, a read replica"),
    ([r.SqlUser("app", instance=REPLICA, password="x")], "is declared on replica, a read replica"),
    ([private()], "connect_mode: needs private services access to the network before it"),
    ([private(), PEERING], "connect_mode: needs private services access to the network before it"),
    ([router("a"), router("b")], "compute.Router/us-central1/b: its NAT serves every subnetwork"),
    (
        [FILES, sink()],
        "writes to the bucket shop-logs-1, which nobody allows it to: its logs would",
    ),
    (
        [
            r.BigQueryDataset("logs"),
            sink("bigquery.googleapis.com/projects/demo-proj/datasets/logs"),
        ],
        "writes to the BigQuery dataset logs, which nobody allows it to",
    ),
    (
        [LOGS, r.LogSink("all", destination=LOGS)],
        "would be dropped. Declare BigQueryDatasetIamMember(dataset, role='roles/bigquery.dataEdi",
    ),
    (
        [
            *WRITTEN[:2],
            r.BigQueryDatasetIamMember(LOGS, role="roles/bigquery.dataViewer", member=W),
        ],
        "writes to the BigQuery dataset logs, which nobody allows it to",
    ),
    (
        [r.LogSink("all", destination=TOPIC)],
        "writes to the Pub/Sub topic events, which nobody allows it to",
    ),
    ([TOLD], "publishes to the Pub/Sub topic events, which Monitoring's service agent may not"),
    (
        [r.ProjectLogExclusion("x", filter="a"), OWN_SINK],
        "_Default: exclusions: is declared beside ProjectLogExclusion",
    ),
    (
        [r.ProjectLogExclusion(f"x{n}", filter="a") for n in range(11)],
        "logging.Exclusion/x10: is one exclusion more than the 10 that a project may have",
    ),
]


def stack_of(items):
    stack = Stack("shop", enable_apis=False)
    for item in items:
        stack.add(item)
    return stack


def compiled(items):
    scope = stack_of(items).scope(SETTINGS)
    return compile_stack("shop", items, {}, scope, enable_apis=False, check=schemas.problems)


@pytest.mark.parametrize(
    ("items", "words"), [pytest.param(*c, id=str(n)) for n, c in enumerate(WRONG)]
)
def test_it_is_told(items, words):
    """Once, at its place."""
    with pytest.raises(DeclarationError) as refused:
        compiled(items)

    (problem,) = refused.value.problems
    assert re.search(re.escape(words), str(problem)), str(problem)


SINK = sink()
RIGHT = [
    [
        dataclasses.replace(FRONT, load_balancing_scheme="EXTERNAL"),
    ],
    [
        r.GlobalForwardingRule(
            "front",
            target=r.TargetHttpProxy("plain", url_map=r.UrlMap("map", default_service=NEW)),
            port_range=80,
        )
    ],
    [BATCH, accessor()],
    [READS, accessor()],
    [MOUNTS, accessor(role="roles/secretmanager.admin")],
    [READS, accessor(role=ROLE)],
    [READS, r.ProjectIamMember(role=READER, member=RUNNER)],
    [service(secret_env={"KEY": "KEY"})],
    [service(secret_env={"KEY": KEY}, service_account=None)],
    [service(secret_env={"KEY": KEY}, service_account="a@b.iam.gserviceaccount.com")],
    [SOCKET, CLIENT],
    [subnet(), connector(text="10.9.0.0/28")],
    [subnet(), connector(r.Network("another"))],
    [subnet(), subnet("more", "10.8.1.0/24")],
    [connector(AUTO, "10.8.0.0/28"), connector("default", "10.8.0.0/28", location="us-east1")],
    [service(vpc_connector=connector())],
    [r.SqlDatabase("app", instance=DB), REPLICA],
    [private(depends_on=[PEERING])],
    [router("a"), router("b", region="us-east1")],
    [
        FILES,
        SINK,
        r.BucketIamMember(
            FILES, role="roles/storage.objectCreator", member=SINK.output("writer_identity")
        ),
    ],
    [sink("storage.googleapis.com/managed-elsewhere")],
    WRITTEN,
    [*WRITTEN[:2], r.ProjectIamMember(role="roles/bigquery.dataEditor", member=W)],
    [r.LogSink("all", destination=r.LogBucket("kept"))],
    [TOLD, r.TopicIamMember(TOPIC, role="roles/pubsub.publisher", member=AGENT.output("member"))],
    [r.NotificationChannel.pubsub("told", "projects/demo-proj/topics/managed-elsewhere")],
    [r.ProjectLogExclusion(f"x{n}", filter="a") for n in range(10)],
    [OWN_SINK],
]


@pytest.mark.parametrize("items", [pytest.param(items, id=str(n)) for n, items in enumerate(RIGHT)])
def test_what_fits_together_passes(items):
    """No rule fires."""
    assert compiled(items).declared


def test_a_service_comes_after_what_its_account_is_granted():
    """It would be refused its secrets otherwise."""
    found = {str(item.address): item for item in compiled([READS, accessor(), CLIENT]).declared}
    needs = {str(need) for need in found["run.Service/us-central1/api"].depends_on}

    assert {one.split("/")[0] for one in needs} == {
        "iam.ServiceAccount",
        "resourcemanager.ProjectIamMember",
        "secretmanager.Secret",
        "secretmanager.SecretIamMember",
    }


def test_an_import_comes_after_the_instance_may_read_its_file():
    """And nothing else waits for that."""
    member = compose("serviceAccount:{email}", email=DB.output("service_account_email"))
    grant = r.BucketIamMember(FILES, role="roles/storage.objectViewer", member=member)
    schema = r.SqlImport(
        "schema.sql", database=r.SqlDatabase("app", instance=DB), bucket=FILES, content="x"
    )
    order = [item.kind.name for item in compiled([schema, grant]).declared]

    assert order.index("storage.BucketIamMember") < order.index("sql.Import")
