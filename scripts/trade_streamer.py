"""Trade Streamer: a trading dashboard, its scans and its orders, alike in two regions.

The dashboard's files come from a bucket behind Cloud CDN, with a content security policy and HSTS.
Its API, the scans and the orders run on Cloud Run in each region, behind a load balancer of their
own with Cloud Armor; Cloud DNS leads everybody to the nearest one that answers. People sign in with
Google, and only those of the allowed domains get through. Feeds, guards and exits are jobs that a
scheduler starts. What lasts is in Firestore, which is in several regions by itself, and in a bucket
that keeps every version; what goes out goes through addresses that stay, to the providers alone.

One definition makes every environment: run it as ``gcpstack plan scripts/trade_streamer.py --env dev``
or ``python scripts/trade_streamer.py plan --env dev``, each in a project of its own.

===========  ===========================================  ========================================
``dev``      services sleep while nobody looks             may be deleted without further consent
``staging``  services sleep while nobody looks             may be deleted without further consent
``prod``     one instance of each at rest in each region   data is kept unless it is named
===========  ===========================================  ========================================

Variables of the process that runs it:

===============================  =================================================================
``TRADE_STREAMER_TAG``           the tag of the images; ``latest`` by default
``TRADE_STREAMER_DOMAIN``        the domain; ``trade-streamer.example.com`` by default, below ``dev.``
                                 and ``staging.`` outside production
``TRADE_STREAMER_PROVIDERS``     the ranges of the providers, as JSON by name: nothing else can be
                                 reached from here. Until it is set, ranges for documentation stand
                                 there, which lead nowhere
``TRADE_STREAMER_ETRADE``        the OAuth credentials of E*TRADE and the keys of FMP and of the AI
``TRADE_STREAMER_FMP``           providers. What is not set here is added later, as a new version of
``TRADE_STREAMER_AI``            its secret: it stays
``TRADE_STREAMER_ALERT_EMAIL``   who is told
===============================  =================================================================
"""

import dataclasses
import json
import os
import pathlib

from gcpstack import (
    PROJECT,
    Allowed,
    Armor,
    ArtifactRepository,
    Bucket,
    BucketIamMember,
    CleanupPolicy,
    CloudRunAlerts,
    CloudRunApp,
    CloudRunBackend,
    CloudRunService,
    Composed,
    DnsLocated,
    DnsRecordSet,
    DnsSec,
    DnsTargets,
    DnsZone,
    EventPipeline,
    FirestoreBackupSchedule,
    FirestoreDatabase,
    FirestoreField,
    FirestoreIndex,
    FirestoreIndexField,
    FromEnv,
    Generated,
    HealthCheck,
    HttpHealthCheck,
    Iap,
    LifecycleRule,
    LoadBalancer,
    NotificationChannel,
    PrivateNetwork,
    Probe,
    RateLimitOptions,
    Replica,
    SecretTopic,
    SecretValue,
    ServiceAgent,
    Stack,
    Topic,
    TopicIamMember,
    UptimeAlert,
    compose,
    run,
)

HERE = pathlib.Path(__file__).parent
#: Where Firestore is: in several regions of the United States.
MULTI_REGION = "nam5"
#: The regions that are alike, and the range of the private subnetwork of each.
REGIONS = {"us-central1": "10.60.0.0/20", "europe-west4": "10.60.16.0/20"}
REGION = next(iter(REGIONS))
#: Whom orders and scans may reach (RFC 5737: ranges for documentation).
PROVIDERS = {
    "etrade": ["192.0.2.0/24"],
    "fmp": ["198.51.100.0/24"],
    "yahoo": ["203.0.113.0/24"],
}
DAY = 86_400


@dataclasses.dataclass(frozen=True)
class Size:
    """What an environment has of everything.

    Attributes:
        least: instances of each service that are always there, in each region.
        most: instances of each service at most, in each region.
        keep: whether its data is kept unless somebody names it.
        domain: what stands before the domain.
    """

    least: int = 0
    most: int = 2
    keep: bool = False
    domain: str = ""


SIZES = {
    "dev": Size(domain="dev."),
    "staging": Size(domain="staging."),
    "prod": Size(least=1, most=20, keep=True),
}


def given(name: str) -> FromEnv | Generated:
    """Take a secret from a variable; where that is not set, somebody adds the real one later."""
    return FromEnv(name) if name in os.environ else Generated(initial="{}")


def image(name: str) -> Composed:
    """Name an image of the environment's project."""
    tag = os.environ.get("TRADE_STREAMER_TAG", "latest")
    return compose(
        f"{REGION}-docker.pkg.dev/{{project}}/trade-streamer/{name}:{tag}", project=PROJECT
    )


def stack(env: str) -> Stack:
    """Declare the system for ``dev``, ``staging`` or ``prod``."""
    size = SIZES[env]
    free = not size.keep
    made = Stack("trade-streamer", region=REGION)
    domain = size.domain + os.environ.get("TRADE_STREAMER_DOMAIN", "trade-streamer.example.com")
    providers = json.loads(os.environ.get("TRADE_STREAMER_PROVIDERS") or json.dumps(PROVIDERS))

    # Private subnetworks: no machine has a public address, and only the providers can be reached.
    network = made.add(
        PrivateNetwork(
            "trade-streamer",
            subnets=REGIONS,
            egress=[Allowed(name, ranges) for name, ranges in providers.items()],
            flow_logs=0.5,
        )
    )

    # Scans, portfolios, tracked ideas, cooldowns and the audit trail. What is only of use for a
    # while goes by itself: the field says when.
    database = made.add(
        FirestoreDatabase(
            "trade-streamer",
            location=MULTI_REGION,
            point_in_time_recovery=True,
            delete_protection=size.keep,
            allow_delete=free,
        )
    )
    made.add(FirestoreBackupSchedule("daily", database=database, retention="14d"))
    made.add(FirestoreBackupSchedule("weekly", database=database, retention="98d", day="SUNDAY"))
    for collection in ("scans", "cooldowns", "cache"):
        made.add(
            FirestoreField(
                "expireAt", collection=collection, database=database, ttl=True, indexes=[]
            )
        )
    made.add(
        FirestoreIndex(
            "scans",
            database=database,
            fields=[
                FirestoreIndexField(field_path="symbol", order="ASCENDING"),
                FirestoreIndexField(field_path="score", order="DESCENDING"),
            ],
        )
    )

    # Orders, reports and snapshots: every version is kept, and the stale ones where that is cheap.
    # NAM4 is two regions by itself.
    records = made.add(
        Bucket(
            compose("{project}-trade-streamer-records", project=PROJECT),
            location="NAM4",
            uniform_access=True,
            public_access_prevention="enforced",
            versioning=True,
            retention_period=f"{7 * 365}d" if size.keep else None,
            lifecycle_rules=[
                LifecycleRule(
                    action="SetStorageClass",
                    storage_class="COLDLINE",
                    age=90,
                    matches_prefix=["scans/"],
                ),
                LifecycleRule(action="Delete", num_newer_versions=5, days_since_noncurrent_time=30),
            ],
            allow_delete=free,
        )
    )

    # Keys of others, kept in both regions; somebody is reminded to rotate them.
    reminders = made.add(Topic("trade-rotation"))
    tells = TopicIamMember(
        reminders,
        role="roles/pubsub.publisher",
        member=ServiceAgent("secretmanager.googleapis.com").output("member"),
    )

    def secret(name: str, variable: str, period: str) -> SecretValue:
        """Declare a secret of both regions."""
        return made.add(
            SecretValue(
                name,
                given(f"TRADE_STREAMER_{variable}"),
                allow_delete=free,
                options={
                    "replicas": [Replica(location=region) for region in REGIONS],
                    "rotation_period": period,
                    "topics": [SecretTopic(name=reminders)],
                    "depends_on": [tells],
                },
            )
        )

    etrade = secret("trade-etrade-oauth", "ETRADE", "30d")
    fmp = secret("trade-fmp-key", "FMP", "90d")
    ai = secret("trade-ai-keys", "AI", "90d")

    images = made.add(
        ArtifactRepository(
            "trade-streamer",
            location=REGION,
            format="DOCKER",
            cleanup_policies=[
                CleanupPolicy(name="keep-ten", action="KEEP", keep_count=10),
                CleanupPolicy(name="drop-old", action="DELETE", older_than="90d"),
            ],
            allow_delete=free,
        )
    )

    def service(
        name: str, secrets: dict[str, SecretValue], invokers: list[str], **fields: object
    ) -> CloudRunApp:
        """Declare a service of both regions, with an identity of its own."""
        return made.add(
            CloudRunApp(
                CloudRunService(
                    f"trade-{name}",
                    image=image(name),
                    port=8080,
                    cpu=1,
                    memory="1Gi",
                    concurrency=80,
                    min_instances=size.least,
                    max_instances=size.most,
                    timeout=60,
                    execution_environment="gen2",
                    vpc_egress="all-traffic",
                    env={"DATABASE": database.name, "RECORDS": records.name, "ENVIRONMENT": env},
                    startup_probe=Probe.http("/healthz", period=5, failure_threshold=24),
                    depends_on=[images],
                    **fields,  # type: ignore[arg-type] # checked as any declaration is
                ),
                secrets=secrets,
                regions={
                    region: {"network_interfaces": [network.interface(region, tags=[name])]}
                    for region in REGIONS
                },
                roles=["roles/datastore.user", "roles/cloudtrace.agent"],
                invokers=invokers,
            )
        )

    behind = {"ingress": "internal-and-cloud-load-balancing"}
    ui = service("ui", {}, ["allUsers"], **behind)
    scan = service("scan", {"FMP_KEY": fmp, "AI_KEYS": ai}, ["allUsers"], **behind)
    # Orders are nobody's to place but the services'; the broker's credentials are theirs alone.
    orders = service("orders", {"ETRADE_OAUTH": etrade}, [], ingress="internal")
    for app in (scan, orders):
        made.add(
            BucketIamMember(records, role="roles/storage.objectCreator", member=app.service_account)
        )

    # Events between them; whoever can't take one gets it again, and then it is a dead letter.
    slower = {"minimum_backoff": "10s", "maximum_backoff": "10m"}
    made.add(
        EventPipeline(
            "trade-scans",
            subscribers={"ui": slower},
            publishers=[scan.service_account],
            pullers={"ui": [ui.service_account]},
        )
    )
    made.add(
        EventPipeline(
            "trade-orders",
            subscribers={
                "broker": {**slower, "enable_message_ordering": True},
                "canary": {"filter": 'attributes.canary = "true"'},
            },
            publishers=[ui.service_account, scan.service_account],
            pullers={"broker": [orders.service_account]},
        )
    )

    # One load balancer a region, alike; DNS leads to the nearest whose page is there.
    armor = Armor(
        rate_limit=RateLimitOptions(count=300, interval=60, enforce_on_key="IP"),
        adaptive_protection=size.keep,
    ).policy("trade-streamer-armor")
    balancers = {
        region: made.add(
            LoadBalancer(
                f"trade-{region}",
                hosts=[domain],
                default=CloudRunBackend(
                    f"trade-ui-{region}", ui.service(region), iap=Iap(enabled=True)
                ),
                routes={
                    "/scan/*": CloudRunBackend(
                        f"trade-scan-{region}", scan.service(region), iap=Iap(enabled=True)
                    )
                },
                armor=armor,
            )
        )
        for region in REGIONS
    }
    zone = made.add(
        DnsZone("trade-streamer", dns_name=domain, dnssec=DnsSec(state="on"), logging=True)
    )
    made.add(
        DnsRecordSet(
            domain,
            zone=zone,
            type="A",
            ttl=60,
            geo=[
                DnsLocated(
                    location=region,
                    targets=DnsTargets(external_endpoints=[balancer.address.output("address")]),
                )
                for region, balancer in balancers.items()
            ],
            health_check=HealthCheck(
                "trade-streamer",
                check_interval=30,
                source_regions=["us-central1", "europe-west1", "asia-southeast1"],
                https=HttpHealthCheck(port=443, host=domain, request_path="/"),
            ),
        )
    )

    email = os.environ.get("TRADE_STREAMER_ALERT_EMAIL")
    channels = [made.add(NotificationChannel.email("trade-on-call", email))] if email else []
    names = [app.template.name for app in (ui, scan, orders)]
    made.add(CloudRunAlerts("trade", names, error_rate=0.01, latency=1, channels=channels))
    made.add(UptimeAlert("trade-ui", domain, path="/", channels=channels))

    made.output("url", f"https://{domain}")
    made.output("name_servers", zone.output("name_servers"))
    for region, balancer in balancers.items():
        made.output(f"address in {region}", balancer.address.output("address"))
    made.output("database", database.output("name"))
    made.output(
        "addresses of the way out",
        [item.output("address") for items in network.addresses.values() for item in items],
    )
    return made


if __name__ == "__main__":
    run(stack)
