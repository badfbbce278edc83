"""Virtuoso: an API that runs tests, and the functions, queues and events around it.

A load balancer with Cloud Armor stands in front of the API on Cloud Run. What takes time goes through
queues and events, and a message that nobody can take waits as a dead letter. The API lives in a
private network, reaches others from addresses that stay, and may do only what it needs. Its
logs go to BigQuery, sampled where there are many; objectives, alerts, a dashboard and uptime checks
tell how it does.

Run it as ``gcpstack plan scripts/virtuoso.py --env staging`` or
``python scripts/virtuoso.py plan --env staging``. The environments differ in size, and in whether
data may go without further consent:

==============  ============================================  ====================================
``dev``         one region, few instances                     may be deleted without further consent
``staging``     one region, few instances                     may be deleted without further consent
``production``  two regions, up to 100 instances in each      data is kept unless it is named
==============  ============================================  ====================================

Variables of the process that runs it:

=============================  ===================================================================
``VIRTUOSO_TAG``               the tag of the API's image; ``latest`` by default
``VIRTUOSO_DOMAIN``            the domain; ``virtuoso.example.com`` by default, below ``staging.`` and
                               the like outside production
``VIRTUOSO_ALERT_EMAIL``       who is told
``VIRTUOSO_SLACK_CHANNEL``     the Slack channel that is told too, such as ``#virtuoso``,
``VIRTUOSO_SLACK_TOKEN``       with the token of the app that posts there
``VIRTUOSO_GITHUB``            the repository that may deploy: ``virtuoso/api`` by default
``VIRTUOSO_API_KEYS``          the SHA-256 of every API key as JSON, by whose it is; and
``VIRTUOSO_OAUTH``             the OAuth client as JSON. What is not set here is added later, as a
                               new version of its secret: it stays
=============================  ===================================================================
"""

import dataclasses
import os

from virtuoso_guard import Guard
from virtuoso_watch import Watch
from virtuoso_work import Work

from gcpstack import (
    PROJECT,
    Armor,
    ArtifactRepository,
    Bucket,
    BucketIamMember,
    CleanupPolicy,
    CloudRunApp,
    CloudRunService,
    EncryptionKey,
    EventPipeline,
    FirestoreBackupSchedule,
    FirestoreDatabase,
    FirestoreIndex,
    FirestoreIndexField,
    FromEnv,
    Generated,
    LifecycleRule,
    LoadBalancer,
    PrivateNetwork,
    Probe,
    RateLimitOptions,
    Recovery,
    SecretTopic,
    SecretValue,
    SecurityPolicyRule,
    ServiceAgent,
    SslPolicy,
    Stack,
    Topic,
    TopicIamMember,
    compose,
    run,
)

REGION = "us-central1"
#: The range of the private subnetwork of each region.
SUBNETS = {"us-central1": "10.40.0.0/20", "us-east1": "10.40.16.0/20"}


@dataclasses.dataclass(frozen=True)
class Size:
    """What an environment has of everything.

    Attributes:
        regions: where the API runs.
        most: instances of the API at most, in each region.
        keep: whether its data is kept unless somebody names it.
        domain: what stands before the domain.
    """

    regions: tuple[str, ...] = (REGION,)
    most: int = 4
    keep: bool = False
    domain: str = ""


SIZES = {
    "dev": Size(domain="dev."),
    "staging": Size(domain="staging."),
    "production": Size(regions=tuple(SUBNETS), most=100, keep=True),
}


def given(name: str) -> FromEnv | Generated:
    """Take a secret from a variable; where that is not set, somebody adds the real one later."""
    return FromEnv(name) if name in os.environ else Generated(initial="{}")


def stack(env: str) -> Stack:
    """Declare the system for ``dev``, ``staging`` or ``production``."""
    size = SIZES[env]
    free = not size.keep
    made = Stack("virtuoso", region=REGION)
    domain = size.domain + os.environ.get("VIRTUOSO_DOMAIN", "virtuoso.example.com")

    # Private subnetworks; the way out is Cloud NAT, the way in the load balancer.
    network = made.add(
        PrivateNetwork(
            "virtuoso",
            subnets={region: SUBNETS[region] for region in size.regions},
            flow_logs=0.1,
        )
    )

    # What is kept is encrypted with a key of ours. Sessions, results and preferences are backed up
    # every day, and any minute of the last week can be read.
    key = made.add(
        EncryptionKey(
            "virtuoso",
            users=["storage", "firestore", "bigquery"],
            location="us",
            allow_delete=free,
        )
    )
    database = made.add(
        FirestoreDatabase(
            "(default)",
            location="nam5",
            point_in_time_recovery=True,
            delete_protection=size.keep,
            kms_key_name=key.key,
            allow_delete=free,
        )
    )
    made.add(FirestoreBackupSchedule("daily", database=database, retention="14d"))
    made.add(
        FirestoreIndex(
            "results",
            database=database,
            fields=[
                FirestoreIndexField(field_path="session", order="ASCENDING"),
                FirestoreIndexField(field_path="finished", order="DESCENDING"),
            ],
        )
    )

    # Artifacts stay for a month where they are read, and go after a year; who needs an old version
    # finds it for a week. They are in several regions by their place.
    artifacts = made.add(
        Bucket(
            compose("{project}-virtuoso-artifacts", project=PROJECT),
            location="US",
            uniform_access=True,
            public_access_prevention="enforced",
            versioning=True,
            kms_key_name=key.key,
            lifecycle_rules=[
                LifecycleRule(action="SetStorageClass", storage_class="NEARLINE", age=30),
                LifecycleRule(action="Delete", age=365),
                LifecycleRule(action="Delete", days_since_noncurrent_time=7),
                LifecycleRule(action="AbortIncompleteMultipartUpload", age=1),
            ],
            allow_delete=free,
        )
    )
    # Secrets that somebody is reminded to rotate.
    reminders = made.add(Topic("virtuoso-rotation"))
    tells = TopicIamMember(
        reminders,
        role="roles/pubsub.publisher",
        member=ServiceAgent("secretmanager.googleapis.com").output("member"),
    )

    def secret(name: str, value: FromEnv | Generated) -> SecretValue:
        """Declare a secret that is rotated every 90 days."""
        rotated = {
            "rotation_period": "90d",
            "topics": [SecretTopic(name=reminders)],
            "depends_on": [tells],
        }
        return made.add(SecretValue(name, value, allow_delete=free, options=rotated))

    api_keys = secret("virtuoso-api-keys", given("VIRTUOSO_API_KEYS"))
    oauth = secret("virtuoso-oauth", given("VIRTUOSO_OAUTH"))
    encryption = secret("virtuoso-encryption-key", Generated(length=32))
    webhooks = secret("virtuoso-webhook-secret", Generated(length=32))

    images = made.add(
        ArtifactRepository(
            "virtuoso",
            location=REGION,
            format="DOCKER",
            cleanup_policies=[
                CleanupPolicy(name="keep-ten", action="KEEP", keep_count=10),
                CleanupPolicy(name="drop-old", action="DELETE", older_than="90d"),
            ],
            allow_delete=free,
        )
    )
    tag = os.environ.get("VIRTUOSO_TAG", "latest")
    image = compose(f"{REGION}-docker.pkg.dev/{{project}}/virtuoso/api:{tag}", project=PROJECT)
    api = made.add(
        CloudRunApp(
            CloudRunService(
                "virtuoso-api",
                image=image,
                port=8080,
                cpu=2,
                memory="2Gi",
                concurrency=1000,
                min_instances=0,
                max_instances=size.most,
                timeout=300,
                startup_cpu_boost=True,
                execution_environment="gen2",
                ingress="internal-and-cloud-load-balancing",
                vpc_egress="all-traffic",
                env={
                    "ARTIFACTS": artifacts.name,
                    "ALLOWED_ORIGINS": f"https://{domain}",
                    "TRACE_SAMPLE_RATE": "0.1",
                },
                startup_probe=Probe.http("/health", period=5, failure_threshold=24),
                liveness_probe=Probe.http("/health", period=30),
                binary_authorization_default=True,
                depends_on=[images],
            ),
            secrets={"API_KEYS": api_keys, "OAUTH_CLIENT": oauth, "ENCRYPTION_KEY": encryption},
            regions={
                region: {"network_interfaces": [network.interface(region, tags=["virtuoso-api"])]}
                for region in size.regions
            },
            roles=["roles/datastore.user", "roles/cloudtrace.agent"],
            invokers=["allUsers"],
        )
    )
    me = api.service_account
    made.add(BucketIamMember(artifacts, role="roles/storage.objectUser", member=me))

    # Events: what tests do, how they stand, and whom to tell. Whoever can't take a message gets it
    # again, slower each time; then it is a dead letter.
    again = {"minimum_backoff": "10s", "maximum_backoff": "10m", "ack_deadline": 60}
    pipelines = {
        topic: made.add(
            EventPipeline(
                topic,
                subscribers=dict.fromkeys(subscribers, again),
                publishers=[me],
                pullers={"api": [me]} if "api" in subscribers else {},
            )
        )
        for topic, subscribers in (
            ("virtuoso-test-events", ["api"]),
            ("virtuoso-status", ["api", "dashboard"]),
            ("virtuoso-notifications", ["mail", "chat"]),
        )
    }

    work = made.add(
        Work(
            api=me,
            url=f"https://{domain}",
            events=pipelines["virtuoso-test-events"].topic,
            status=pipelines["virtuoso-status"].topic,
            api_keys=api_keys,
            webhooks=webhooks,
            most=size.most,
        )
    )
    guard = made.add(Guard(images, api))

    balancer = made.add(
        LoadBalancer(
            "virtuoso",
            hosts=[domain],
            default=api.backend("virtuoso-api"),
            routes={
                "/auth/validate": work.apps["auth_validator"].backend("virtuoso-auth-validator"),
                "/webhooks/*": work.apps["webhook"].backend("virtuoso-webhook"),
            },
            ssl_policy=SslPolicy("virtuoso-tls", profile="RESTRICTED", min_tls_version="TLS_1_2"),
            armor=Armor(
                rules=[
                    SecurityPolicyRule(
                        priority=2000 + number,
                        action="deny(403)",
                        expression=f"evaluatePreconfiguredWaf('{rules}', {{'sensitivity': 1}})",
                        description=rules,
                    )
                    for number, rules in enumerate(("sqli-v33-stable", "xss-v33-stable"))
                ],
                rate_limit=RateLimitOptions(count=600, interval=60, enforce_on_key="IP"),
                adaptive_protection=size.keep,
            ),
        )
    )

    made.add(Watch(domain, api.service(REGION), work.functions, key.key, free))

    # At most a day's work may be lost, and an hour may pass until all is back.
    made.add(Recovery([database, artifacts], rpo="24h", rto="1h", delete_protection=size.keep))

    made.output("provider", guard.deployer.provider.output("name"))
    made.output("url", f"https://{domain}")
    made.output("address", balancer.address.output("address"))
    made.output("dns_records", [record.line for record in balancer.dns_records()])
    made.output("api", api.service(REGION).output("uri"))
    for name, pipeline in pipelines.items():
        made.output(f"dead letters of {name}", pipeline.dead_letter_subscription.output("name"))
    made.output(
        "addresses",
        [item.output("address") for items in network.addresses.values() for item in items],
    )
    return made


if __name__ == "__main__":
    run(stack)
