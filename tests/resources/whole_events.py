"""Functions, schedules, queues and jobs with everything named: see `tests.resources.test_whole`."""

from gcpstack import resources as r

from .lives_events import API, AVRO, HANDLER, HELLO, IMAGE, KEY, MAY_READ, RUNNER, VALUE

AGENT = r.ServiceAgent("pubsub.googleapis.com").output("member")
STORAGE = r.ServiceAgent("storage.googleapis.com").output("member")
FILES = r.Bucket("shop-files-1", location="US", uniform_access=True)
VPC = r.Network("vpc")
APPS = r.Subnetwork("apps", network=VPC, ip_cidr_range="10.10.0.0/24")
CONNECTOR = r.VpcConnector("con", network=VPC, ip_cidr_range="10.8.0.0/28", max_instances=3)
JOB = r.CloudRunJob(
    "migrate",
    containers=[
        r.Container(
            image=IMAGE,
            args=["up"],
            env={"A": "b", "KEY": r.SecretEnv(secret=KEY)},
            cpu=2,
            memory="1024Mi",
            volume_mounts=[r.VolumeMount(name="tmp", mount_path="/tmp/work")],  # noqa: S108 # in a container
        )
    ],
    volumes=[r.Volume(name="tmp", empty_dir=r.EmptyDir(medium="MEMORY", size_limit="64Mi"))],
    tasks=3,
    parallelism=2,
    retries=1,
    timeout="1h",
    service_account=RUNNER,
    network_interfaces=[r.NetworkInterface(network=VPC, subnetwork=APPS, tags=["b", "a"])],
    vpc_egress="private-ranges-only",
    execution_labels={"a": "b"},
)
FUNCTION = r.CloudFunction(
    "whole-function",
    runtime="python313",
    source=HELLO,
    entry_point="hello",
    description="d",
    build_env={"A": "b"},
    base_image_updates="automatic",
    memory="2Gi",
    cpu=1,
    timeout="10m",
    concurrency=20,
    min_instances=1,
    max_instances=5,
    env={"C": "d", "LOG_EXECUTION_ID": "true"},
    secret_env={"KEY": KEY},
    secret_volumes=[
        r.FunctionSecretVolume(secret=KEY, mount_path="/keys", versions={"key": "latest"})
    ],
    service_account=RUNNER,
    ingress="internal-and-cloud-load-balancing",
    vpc_connector=CONNECTOR,
    vpc_egress="all-traffic",
    latest_traffic=True,
    labels={"team": "web"},
)
DIRECT = r.CloudFunction(
    "direct-function",
    runtime="nodejs22",
    source=r.FunctionArchive(bucket=FILES, object="code.zip"),
    network_interfaces=[r.NetworkInterface(network=VPC, subnetwork=APPS)],
    vpc_egress="private-ranges-only",
)
STARTED = r.CloudFunction(
    "started-function",
    runtime="python313",
    source=HANDLER,
    entry_point="handle",
    trigger=r.FunctionTrigger(
        event_type="google.cloud.storage.object.v1.finalized",
        filters=[r.EventFilter(attribute="bucket", value=FILES)],
        retry=True,
        service_account=RUNNER,
        region="us",
    ),
)

#: By what they are tried together with.
WHOLE = {
    "functions": [FUNCTION, MAY_READ, VALUE],
    "events": [
        STARTED,
        r.CloudRunServiceIamMember(STARTED, role="roles/run.invoker", member=RUNNER),
        r.ProjectIamMember(role="roles/eventarc.eventReceiver", member=RUNNER),
        r.ProjectIamMember(role="roles/pubsub.publisher", member=STORAGE),
        r.EventarcTrigger(
            "whole-trigger",
            filters=[
                r.EventFilter(attribute="type", value="google.cloud.audit.log.v1.written"),
                r.EventFilter(attribute="serviceName", value="storage.googleapis.com"),
            ],
            service=API,
            path="/audit",
            service_account=RUNNER,
            content_type="application/json",
            labels={"a": "b"},
        ),
        r.CloudRunServiceIamMember(API, role="roles/run.invoker", member=RUNNER),
    ],
    "executions": [
        r.CloudRunExecution(JOB),
        MAY_READ,
        VALUE,
        r.CloudRunWorkerPool(
            "whole-workers",
            containers=JOB.containers,
            volumes=JOB.volumes,
            instances=2,
            service_account=RUNNER,
            splits=[r.InstanceSplit(percent=100)],
            revision_labels={"a": "b"},
            labels={"c": "d"},
        ),
    ],
    "schedules": [
        r.SchedulerJob(
            "whole-job",
            schedule="every monday 09:00",
            time_zone="Europe/Berlin",
            http=r.ScheduledCall(
                uri=API.output("uri"),
                method="PATCH",
                body="hi",
                headers={"X-Team": "web", "Content-Type": "text/plain"},
                oidc_service_account=RUNNER,
                oidc_audience=API.output("uri"),
            ),
            description="d",
            paused=True,
            attempt_deadline="10m",
            retries=3,
            max_retry_duration="1h",
            min_backoff="7s",
            max_backoff="15m",
            max_doublings=2,
        ),
        r.CloudRunServiceIamMember(API, role="roles/run.invoker", member=RUNNER),
        r.TaskQueue(
            "whole-queue",
            max_dispatches_per_second=2.5,
            max_concurrent_dispatches=3,
            max_attempts=5,
            max_retry_duration=0,
            min_backoff=0.25,
            max_backoff="1h",
            max_doublings=3,
            http=r.QueueTarget(
                host="example.com",
                scheme="HTTPS",
                path="/x",
                query="a=b",
                headers={"B": "2", "A": "1"},
                oidc_service_account=RUNNER,
            ),
            log_sampling=1,
            paused=True,
        ),
    ],
    "schemas": [
        r.Topic(
            "typed",
            schema=r.PubSubSchema("orders", definition=AVRO + "\n"),
            schema_encoding="JSON",
        ),
        r.Subscription(
            "typed-rows",
            topic=r.Topic(
                "typed",
                schema=r.PubSubSchema("orders", definition=AVRO + "\n"),
                schema_encoding="JSON",
            ),
            cloud_storage=r.StorageDelivery(bucket=FILES, avro=True, avro_use_topic_schema=True),
        ),
        r.BucketIamMember(FILES, role="roles/storage.admin", member=AGENT),
    ],
}
