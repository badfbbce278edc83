"""Every plan-time check of the other kinds fires, and says where and what."""

import pytest

from gcpstack import resources as r

from .tables import labelled, the_problem

UP = r.HttpCheck(path="/")
KMS = "projects/p/locations/global/keyRings/r/cryptoKeys/k"
FILTER = 'metric.type="m"'


def service(**fields):
    return r.CloudRunService("api", **{"image": "i", **fields})


def uptime(check=UP, **fields):
    return r.UptimeCheckConfig("up", **{"host": "a.com", "http_check": check, **fields})


def alert(*conditions, **fields):
    return r.AlertPolicy("alert", conditions=list(conditions), **fields)


def above(**fields):
    return r.Condition.above("c", 1.0, **{"filter": FILTER, **fields})


def dataset(**fields):
    return r.BigQueryDataset("logs", **fields)


def bucket(**fields):
    return r.Bucket("shop-files", **fields)


def two(first=None, second=None, **fields):
    side = r.Container(name="side", image="i", **(second or {}))
    return service(port=80, containers=[side], **(first or {}), **fields)


HALF = {"cpu": "400m", "memory": "200Mi"}
TOGETHER = [
    (two({"cpu": 6}, {"cpu": 4}), "containers: have 10 CPUs in all, 8 at most"),
    (
        two({"memory": "32Gi", "cpu": 7}, {"memory": "1Gi"}),
        "containers: have 33Gi in all, 32Gi at most",
    ),
    (
        two({"cpu": 4, "memory": "8Gi"}, {"cpu": 4, "memory": "17Gi"}),
        r"containers\[0\].memory: 17Gi does not go with 4 CPU: 2Gi to 16Gi",
    ),
    (two(HALF, HALF, concurrency=80), "concurrency: is 1 where all containers together have less"),
    (
        two({"memory": "128Mi"}, {"memory": "128Mi"}, execution_environment="gen2"),
        "containers: have 512Mi in all at least in the second generation",
    ),
]
RUN = [
    (r.CloudRunService("a" * 50, image="i"), "name: .* is not a valid name: 1 to 49"),
    (r.CloudRunService("api", image="i", location="mars"), "location: 'mars' is not a region"),
    (r.CloudRunService("api"), "image: is missing"),
    (service(image=""), "image: is empty"),
    (
        r.CloudRunService("api", port=1, containers=[r.Container(image="i")]),
        "port: is for the main container, which needs an image",
    ),
    (
        service(
            execution_environment="gen1",
            volumes=[r.Volume(name="f", gcs=r.BucketVolume(bucket="files"))],
        ),
        r"volumes\[0\]: needs execution_environment='gen2'",
    ),
    (
        service(
            volumes=[r.Volume(name="k", secret=r.SecretVolume(secret="KEY"))],
            volume_mounts=[r.VolumeMount(name="k", mount_path="/k", sub_path="a")],
        ),
        "volume_mounts: of 'k' has a sub_path, which secrets have not",
    ),
    (
        service(
            port=80, containers=[r.Container(image="i", name=f"c{n}", cpu="0.1") for n in range(10)]
        ),
        "containers: has 11 containers, 10 at most",
    ),
    (service(port=0), "port: 0 is not within 1 to 65535"),
    (service(cpu="lots"), "cpu: 'lots' is not an amount of CPU"),
    (service(cpu=3), "cpu: 3 is not one of 1, 2, 4, 6, 8 or a fraction of 1"),
    (service(cpu="50m"), "cpu: 50m is less than 0.08"),
    (service(memory="lots"), "memory: 'lots' is not an amount of memory"),
    (service(memory="5Gi"), "memory: 5Gi does not go with 1 CPU: 128Mi to 4Gi. Use cpu='2'"),
    (service(cpu=4, memory="1Gi"), "memory: 1Gi does not go with 4 CPU: 2Gi to 16Gi"),
    (service(cpu=8, memory="64Gi"), "memory: 64Gi does not go with 8 CPU: 4Gi to 32Gi"),
    (service(cpu="400m", memory="1Gi", concurrency=1), "memory: 1Gi does not go with 400m CPU"),
    (service(memory="256Mi", execution_environment="gen2"), "memory: is 512Mi at least"),
    (service(cpu=0.5, concurrency=80), "concurrency: is 1 where a container has less than one"),
    (service(cpu=0.5, execution_environment="gen2"), "cpu: is 1 at least in the second"),
    (service(cpu=0.5, cpu_idle=False), "cpu_idle: can't be False with less than one CPU"),
    (service(concurrency=1001), "concurrency: 1001 is not within 1 to 1000"),
    (service(timeout="61m"), "timeout: 3660 is not within 1 to 3600 seconds"),
    (service(min_instances=3, max_instances=2), "min_instances: 3 is more than max_instances=2"),
    (service(max_instances=0), "max_instances: 0 is not within"),
    (service(scaling_mode="MANUAL"), "scaling_mode='MANUAL' and manual_instances go together"),
    (service(cpu_utilization=0.95), "cpu_utilization: 0.95 is not within 0.1 to 0.9"),
    (service(env={"PORT": "1"}), r"env\['PORT'\]: is set by Cloud Run itself"),
    (service(env={"A=B": "1"}), "is not a valid environment variable name"),
    (service(env={"A": "x" * 40_000}), r"env\['A'\]: has 40000 bytes, 32768 at most"),
    (service(env={"A": "x"}, secret_env={"A": "KEY"}), r"env\['A'\]: stands in secret_env too"),
    (service(env={"A": r.SecretEnv(secret="K", version="0")}), "version: '0' is not a version"),
    (service(startup_probe=r.Probe()), "startup_probe: one of http_get, tcp_socket, grpc is n"),
    (
        service(startup_probe=r.Probe.http(period=60, failure_threshold=10)),
        "startup_probe.failure_threshold: gives the container 600 s to start, 240 s at most",
    ),
    (service(liveness_probe=r.Probe.http(period=4000)), "period: 4000 is not within 1 to 3600"),
    (service(liveness_probe=r.Probe.tcp()), "liveness_probe.tcp_socket: is for startup probes"),
    (service(liveness_probe=r.Probe.http(timeout=20)), "timeout: 20 s is longer than the period"),
    (service(liveness_probe=r.Probe.http("up")), "http_get.path: 'up' is not a path"),
    (service(readiness_probe=r.Probe.http(initial_delay=5)), "initial_delay: is not for readine"),
    (service(revision="other-1"), "revision: must start with 'api-'"),
    (service(labels={"run.googleapis.com/x": ""}), "is not a label key"),
    (service(annotations={"run.googleapis.com/x": ""}), "is a name that Cloud Run keeps for its"),
    (service(traffic=[r.TrafficTarget(percent=90)]), "traffic: makes 90 percent, not 100"),
    (service(traffic=[r.TrafficTarget(percent=100, tag="V_1")]), "tag: 'V_1' is not a tag"),
    (
        service(traffic=[r.TrafficTarget(percent=100, type="LATEST", revision="api-1")]),
        "revision: does not go with type='LATEST'",
    ),
    (
        service(vpc_connector="c", network_interfaces=[r.NetworkInterface(network="n")]),
        "vpc_connector and network_interfaces exclude each other",
    ),
    (service(network_interfaces=[r.NetworkInterface()]), "one of network, subnetwork is needed"),
    (service(vpc_egress="all-traffic"), "vpc_egress: needs vpc_connector or network_interfaces"),
    (service(volume_mounts=[r.VolumeMount(name="v", mount_path="/v")]), "there is no volume 'v'"),
    (service(volumes=[r.Volume(name="v")]), "one of secret, cloud_sql_instances, empty_dir"),
    (
        service(port=8080, containers=[r.Container(image="j")]),
        r"containers\[0\].name: is needed where there are several containers",
    ),
    (
        service(containers=[r.Container(image="j", name="side")]),
        "port: is given by 0 of 2 containers, not by one",
    ),
    (
        service(port=1, containers=[r.Container(image="j", name="side", depends_on=["x"])]),
        r"containers\[0\].depends_on: there is no container 'x'",
    ),
    (service(multi_region=["us-nowhere1"]), r"multi_region\[0\]: 'us-nowhere1' is not a region"),
]

OTHER = [
    # Secrets
    (r.Secret("a/b"), "name: 'a/b' is not a valid name"),
    (r.Secret("K", replicas=[]), "replicas: is empty"),
    (
        r.Secret("K", replicas=[r.Replica(location="eu")]),
        r"replicas\[0\].location: 'eu' is not a reg",
    ),
    (
        r.Secret("K", replicas=[r.Replica(location="us-east1")], kms_key_name=KMS),
        "replicas and kms_key_name exclude each other",
    ),
    (r.Secret("K", expire_time="2030-01-01T00:00:00Z", ttl=60), "expire_time and ttl exclude each"),
    (r.Secret("K", next_rotation_time="2030-01-01T00:00:00Z"), "topics: is needed for rotation"),
    (
        r.Secret(
            "K",
            topics=[r.SecretTopic(name="projects/p/topics/t")],
            rotation_period=60,
            next_rotation_time="2030-01-01T00:00:00Z",
        ),
        "rotation_period: 60 is not within 3600",
    ),
    (
        r.Secret("K", topics=[r.SecretTopic(name="t")]),
        r"topics\[0\].name: 't' is not 'projects/P/topics",
    ),
    (r.SecretVersion("K", value="x" * 65_537), "value: has 65537 bytes, 65536 at most"),
    (r.SecretVersion("K", value="é" * 40_000), "value: has 80000 bytes"),
    (r.SecretVersion("K", value=""), "value: is empty"),
    (r.SecretVersion("K", value=r.FromFile("/nowhere/at/all")), "value: The file /nowhere"),
    (r.SecretVersion("K", value=r.FromEnv("SHOP_UNSET")), "value: The environment variable SHOP_U"),
    (r.SecretVersion("a b", value="x"), "secret: 'a b' is not a valid name"),
    # Grants
    (
        r.ProjectIamMember(role="viewer", member="user:a@b.c"),
        "role: 'viewer' is not a role. Write 'ro",
    ),
    (r.ProjectIamMember(role="a b", member="user:a@b.c"), "role: 'a b' is not a role"),
    (r.ProjectIamMember(role="roles/viewer", member="a@b.c"), "member: 'a@b.c' .* Write 'user:a@"),
    (
        r.ProjectIamMember(role="roles/viewer", member="x@p.iam.gserviceaccount.com"),
        "Write 'serviceAccount:x@p",
    ),
    (r.ProjectIamMember(role="roles/viewer", member="allUsers"), "'allUsers' can't be granted"),
    (
        r.BucketIamMember("B", role="roles/viewer", member="allUsers"),
        "bucket: 'B' is not a valid name",
    ),
    # Accounts and APIs
    (r.ServiceAccount("short"), "name: 'short' is not a valid name: 6 to 30"),
    (r.ServiceAccount("shop-runner", display_name="x" * 101), "display_name: has 101 bytes"),
    (r.EnabledService("run"), "name: 'run' is not a valid name: the DNS name of an API"),
    # Uptime checks
    (uptime(host=None), "one of host, monitored_resource, resource_group, synthetic_function"),
    (uptime(host="https://a.com"), "host: 'https://a.com' is a URL"),
    (uptime(tcp_check=r.TcpCheck(port=1)), "http_check and tcp_check exclude each other"),
    (uptime(None), "one of http_check, tcp_check is needed"),
    (uptime(period=120), "period: 120 s is not one of 60, 300, 600, 900"),
    (uptime(timeout=61), "timeout: 61 is not within 1 to 60 seconds"),
    (uptime(selected_regions=["EUROPE", "USA_IOWA"]), "selected_regions: hold 2 places"),
    (uptime(content_matchers=[r.ContentMatcher(content="a")] * 2), "content_matchers: has 2 match"),
    (
        uptime(content_matchers=[r.ContentMatcher(content="a", matcher="MATCHES_JSON_PATH")]),
        "a JSON matcher and json_path go together",
    ),
    (uptime(r.HttpCheck(path="up")), "http_check.path: 'up' is not a path"),
    (uptime(r.HttpCheck(request_method="POST")), "content_type: is needed with request_method"),
    (uptime(r.HttpCheck(body="x")), "http_check.body: needs request_method='POST'"),
    (uptime(r.HttpCheck(username="u")), "username and password go together"),
    (uptime(r.HttpCheck(validate_ssl=True)), "validate_ssl: has no effect without use_ssl"),
    (uptime(r.HttpCheck(pings=4)), "pings: 4 is not within 1 to 3"),
    (
        uptime(r.HttpCheck(accepted_response_status_codes=[r.StatusCode()])),
        "one of status_value, status_class is needed",
    ),
    (uptime(user_labels={"gcpstack": "x"}), r"user_labels\['gcpstack'\]: is the mark by which"),
    (uptime(user_labels={"Team": "x"}), r"user_labels\['Team'\]: is not a label key"),
    # Alerts
    (alert(), "conditions: is empty"),
    (
        alert(*(r.Condition.promql(f"c{n}", "x") for n in range(7))),
        "conditions: has 7 conditions, 6 at most",
    ),
    (alert(above(), above()), r"conditions\[1\]: 'c' stands there twice"),
    (alert(r.Condition(display_name="c")), r"conditions\[0\]: one of condition_threshold"),
    (alert(above(filter="x")), "filter: names no metric"),
    (alert(above(duration=90)), "duration: 90 s is not a whole number of minutes"),
    (
        alert(above(aggregations=[r.Aggregation(alignment_period=30)])),
        "alignment_period: 30 is not within 60",
    ),
    (
        alert(above(aggregations=[r.Aggregation(per_series_aligner="ALIGN_MEAN")])),
        "alignment_period: is needed with per_series_aligner",
    ),
    (
        alert(above(aggregations=[r.Aggregation(cross_series_reducer="REDUCE_SUM")])),
        "per_series_aligner: is needed with cross_series_reducer",
    ),
    (alert(above(trigger=r.Trigger())), "trigger: one of count, percent is needed"),
    (alert(r.Condition.absent("c", filter=FILTER, duration=60)), "duration: 60 is not within 120"),
    (
        alert(
            r.Condition(
                display_name="c",
                condition_prometheus_query_language=r.PromQuery(query="x", evaluation_interval=45),
            )
        ),
        "evaluation_interval: 45 s is not a multiple of 30 s",
    ),
    (
        alert(
            r.Condition(
                display_name="c",
                condition_sql=r.SqlQuery(query="x", every_hours=1, row_count=1),
            )
        ),
        "row_count and row_count_comparison go together",
    ),
    (alert(r.Condition.log_match("c", "x")), "notification_rate_limit: is needed with a log cond"),
    (
        alert(r.Condition.log_match("log", "x"), above(), notification_rate_limit=300),
        "conditions: a log condition stands alone",
    ),
    (alert(above(), notification_rate_limit=300), "notification_rate_limit: is only for policies"),
    (alert(above(), auto_close=60), "auto_close: 60 is not within 1800"),
    (alert(above(), notification_channels=["c"]), "'c' is a bare name"),
    (
        alert(above(), documentation=r.Documentation(content="x" * 8193)),
        "documentation.content: has 8193 characters",
    ),
    # Channels
    (r.NotificationChannel("c", type="email"), r"labels\['email_address'\]: is needed with type="),
    (r.NotificationChannel.email("c", "nobody"), "'nobody' is not an email address"),
    (
        r.NotificationChannel("c", type="slack", labels={"channel_name": "#a"}),
        r"secret_labels\['auth_token'\]: is needed",
    ),
    (r.NotificationChannel("c", type="x", labels={"password": "p"}), "is a secret. Put it into se"),
    (r.NotificationChannel("", type="x"), "name: is empty"),
    # Sinks
    (r.LogSink("a b", destination="storage.googleapis.com/b"), "name: 'a b' is not a valid name"),
    (r.LogSink("s", destination="gs://b"), "destination: 'gs://b' is not a destination"),
    (r.LogSink("s", destination=r.Secret("K")), "destination: refers to a secretmanager.Secret"),
    (
        r.LogSink("s", destination="storage.googleapis.com/b", use_partitioned_tables=True),
        "use_partitioned_tables: is for BigQuery destinations only",
    ),
    (
        r.LogSink(
            "s",
            destination="storage.googleapis.com/b",
            exclusions=[r.LogExclusion(name="x", filter="a")] * 2,
        ),
        r"exclusions\[1\]: 'x' stands there twice",
    ),
    # BigQuery
    (r.BigQueryDataset("a-b"), "name: 'a-b' is not a valid name"),
    (dataset(location="moon"), "location: 'moon' is not a region"),
    (dataset(default_table_expiration=60), "default_table_expiration: 60 is not within 3600"),
    (dataset(max_time_travel_hours=50), "max_time_travel_hours: 50 is not one of 48, 72"),
    (dataset(external_source="x"), "external_source and external_connection go together"),
    # Buckets
    (r.Bucket("My_Bucket"), "name: 'My_Bucket' is not a valid name"),
    (r.Bucket("10.0.0.1"), "name: '10.0.0.1' is not a valid name"),
    (r.Bucket("my-google-files"), "name: 'my-google-files' is not a valid name"),
    (bucket(location="moon"), "location: 'moon' is not a region"),
    (bucket(lifecycle_rules=[r.LifecycleRule(action="Delete")]), "has no condition"),
    (
        bucket(lifecycle_rules=[r.LifecycleRule(action="SetStorageClass", age=1)]),
        "action='SetStorageClass' and storage_class go together",
    ),
    (
        bucket(lifecycle_rules=[r.LifecycleRule(action="Delete", created_before="1.1.2030")]),
        "created_before: '1.1.2030' is not a day",
    ),
    (bucket(soft_delete_retention="1d"), "soft_delete_retention: 86400 is not within 604800"),
    (bucket(hierarchical_namespace=True), "hierarchical_namespace: needs uniform_access=True"),
    (bucket(autoclass_terminal_class="ARCHIVE"), "autoclass_terminal_class: needs autoclass"),
    (bucket(autoclass=True, storage_class="NEARLINE"), "storage_class: is STANDARD with autoclass"),
    (bucket(ip_filter=r.IpFilter(mode="Enabled", public_ranges=["x"])), "'x' is not an IP range"),
]


@pytest.mark.parametrize(("item", "words"), labelled([*RUN, *TOGETHER, *OTHER]))
def test_the_check_fires(item, words):
    """One slip, one problem, with its place."""
    the_problem(item, words)
