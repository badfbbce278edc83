"""The ATP platform: a router and a memory gateway on Cloud Run, with their database and cache.

Two Cloud Run services behind one HTTPS load balancer, in three regions in production: what fails in
one is left out. They reach Cloud SQL and Redis by private addresses, through a connector in each
region of a network of their own. Each has a service account of its own, which may read the secrets
that it is given and no other; the connection strings are composed from what Google assigns, and kept in secrets.

Run it as ``gcpstack plan scripts/atp.py --env staging`` or
``python scripts/atp.py plan --env staging``. The environments differ in size alone:

==============  ============================================  ====================================
``dev``         one region, no instance while idle            may be deleted without further consent
``staging``     one region, one instance at rest              may be deleted without further consent
``production``  three regions, up to 1000 instances           data is kept unless it is named
==============  ============================================  ====================================

Variables of the process that runs it:

===========================  =====================================================================
``ATP_TAG``                  the tag of the images; ``latest`` by default
``ATP_SOURCE``               a checkout of the platform: the images are built from it, by Cloud
                             Build, and tagged with its git commit
``ATP_DOMAIN``               the domain; ``atp.example.com`` by default, below ``staging.`` and the
                             like outside production
``ATP_NETWORK``              a network that is there already, such as ``default``; else one of its own
``ATP_OIDC_CONFIG``          the OIDC configuration as JSON, for the secret ``atp-oidc-secret``
``ATP_PROVIDER_KEYS``        the API keys of the providers as JSON, for ``atp-provider-secrets``
``ATP_ALERT_EMAIL``          who is told
``ATP_BILLING_ACCOUNT``      the billing account: makes the budget
``ATP_BUDGET``               how much a month may cost, in the account's currency; 1000 by default
===========================  =====================================================================

The two JSON documents may also be added later, as new versions of their secrets: they stay.
"""

import dataclasses
import os

from gcpstack import (
    PROJECT,
    Armor,
    ArtifactRepository,
    Budget,
    BudgetThreshold,
    CdnPolicy,
    CleanupPolicy,
    CloudRunAlerts,
    CloudRunApp,
    CloudRunService,
    Composed,
    ContainerImage,
    EnabledService,
    FromEnv,
    Generated,
    GlobalAddress,
    LoadBalancer,
    Network,
    NotificationChannel,
    PrivateServiceConnection,
    Probe,
    RateLimitOptions,
    RedisInstance,
    RetryPolicy,
    RouteAction,
    SecretValue,
    SqlBackups,
    SqlDatabase,
    SqlInstance,
    SqlNetwork,
    SqlUser,
    Stack,
    UptimeAlert,
    VpcConnector,
    compose,
    run,
)

REGION = "us-central1"
#: Each region and the range of its connector: a /28 that nothing else in the network uses.
CONNECTORS = {
    "us-central1": "10.8.0.0/28",
    "europe-west1": "10.8.0.16/28",
    "asia-southeast1": "10.8.0.32/28",
}


@dataclasses.dataclass(frozen=True)
class Size:
    """What an environment has of everything.

    Attributes:
        regions: where the services run.
        least: instances of each service that are always there, in each region.
        router: the most instances of the router.
        gateway: the most of the memory gateway.
        tier: the machine of the database.
        keep: whether its data is kept unless somebody names it.
        domain: what stands before the domain.
    """

    regions: tuple[str, ...] = (REGION,)
    least: int = 1
    router: int = 10
    gateway: int = 5
    tier: str = "db-f1-micro"
    keep: bool = False
    domain: str = ""


SIZES = {
    "dev": Size(least=0, domain="dev."),
    "staging": Size(tier="db-custom-2-4096", domain="staging."),
    "production": Size(
        regions=tuple(CONNECTORS), router=1000, gateway=500, tier="db-custom-2-4096", keep=True
    ),
}


def given(name: str) -> FromEnv | Generated:
    """Take a secret from a variable; where that is not set, somebody adds the real one later."""
    return FromEnv(name) if name in os.environ else Generated(initial="{}")


def image(images: ArtifactRepository, name: str, dockerfile: str) -> ContainerImage | Composed:
    """Name an image, or have it built where there is a source."""
    source = os.environ.get("ATP_SOURCE")
    if source:
        return ContainerImage(
            name, repository=images, context=source, dockerfile=f"deploy/docker/{dockerfile}"
        )
    tag = os.environ.get("ATP_TAG", "latest")
    registry = f"{REGION}-docker.pkg.dev/{{project}}/{images.name}"
    return compose(f"{registry}/{name}:{tag}", project=PROJECT)


def stack(env: str) -> Stack:
    """Declare the platform for ``dev``, ``staging`` or ``production``."""
    size = SIZES[env]
    free = not size.keep
    made = Stack("atp", region=REGION)
    # The document names it, though images are in Artifact Registry now.
    made.add(EnabledService("containerregistry.googleapis.com"))

    # Private addresses: Google's side of the database and the cache, and the services' way there.
    there = os.environ.get("ATP_NETWORK")
    network = there or Network("atp")
    path = f"projects/{{project}}/global/networks/{there}"
    link = compose(path, project=PROJECT) if there else network
    services_range = GlobalAddress(
        "atp-services",
        address_type="INTERNAL",
        purpose="VPC_PEERING",
        prefix_length=16,
        network=link,
    )
    peering = PrivateServiceConnection(network, ranges=[services_range])
    connectors = {
        region: VpcConnector(
            "atp-connector",
            location=region,
            network=network,
            ip_cidr_range=CONNECTORS[region],
            min_instances=2,
            max_instances=3,
        )
        for region in size.regions
    }

    database = made.add(
        SqlInstance(
            "atp-postgres",
            database_version="POSTGRES_14",
            tier=size.tier,
            backups=SqlBackups(enabled=True, start_time="03:00", point_in_time_recovery=True),
            network=SqlNetwork(public_ip=False, private_network=link),
            allow_delete=free,
            depends_on=[peering],
        )
    )
    atp = made.add(SqlDatabase("atp", instance=database, allow_delete=free))
    password = Generated()
    password_kept = made.add(SecretValue("atp-database-password", password, allow_delete=free))
    user = made.add(SqlUser("atp", instance=database, password=password))
    redis = made.add(
        RedisInstance(
            "atp-redis",
            tier="BASIC",
            memory_size_gb=1,
            authorized_network=link,
            persistence_mode="RDB",
            rdb_snapshot_period="TWENTY_FOUR_HOURS",
            allow_delete=free,
        )
    )

    # Six secrets. Cloud Run hands a secret over whole: variables that name one value of several get
    # the JSON document that holds it.
    database_url = SecretValue(
        "atp-database-secret",
        compose(
            "postgresql://{user}:{password}@{host}:5432/{database}",
            user=user.name,
            password=password,
            host=database.output("private_ip_address"),
            database=atp.name,
        ),
        allow_delete=free,
    )
    redis_url = SecretValue(
        "atp-redis-secret",
        compose("redis://{host}:{port}/0", host=redis.output("host"), port=redis.output("port")),
        allow_delete=free,
    )
    auth = SecretValue("atp-auth-secret", Generated(length=64), allow_delete=free)
    oidc = SecretValue("atp-oidc-secret", given("ATP_OIDC_CONFIG"), allow_delete=free)
    providers = SecretValue("atp-provider-secrets", given("ATP_PROVIDER_KEYS"), allow_delete=free)
    encryption = SecretValue("atp-encryption-secret", Generated(length=32), allow_delete=free)
    for secret in (database_url, redis_url, auth, oidc, providers, encryption):
        made.add(secret)

    images = made.add(
        ArtifactRepository(
            "atp",
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
        name: str, source: ContainerImage | Composed, port: int, **fields: object
    ) -> CloudRunService:
        """Declare what both services have in common.

        That they run as user 1000, on a file system that is read-only, is up to their images.
        """
        return CloudRunService(
            name,
            image=source,
            port=port,
            cpu_idle=False,
            startup_cpu_boost=True,
            min_instances=size.least,
            timeout=300,
            ingress="all",
            vpc_egress="private-ranges-only",
            startup_probe=Probe.http("/health", period=10, timeout=5, failure_threshold=24),
            liveness_probe=Probe.http("/health", period=30, timeout=5, failure_threshold=3),
            readiness_probe=Probe.http("/ready", period=10, timeout=5, failure_threshold=3),
            depends_on=[images],
            **fields,  # type: ignore[arg-type] # checked as any declaration is
        )

    places = {region: {"vpc_connector": connector} for region, connector in connectors.items()}
    router = made.add(
        CloudRunApp(
            service(
                "atp-router-service",
                image(images, "atp-router", "router-service.Dockerfile"),
                8080,
                cpu=2,
                memory="4Gi",
                concurrency=1000,
                max_instances=size.router,
                env={"LOG_LEVEL": "INFO"},
            ),
            account="atp-router",
            secrets={
                "DATABASE_URL": database_url,
                "REDIS_URL": redis_url,
                "JWT_SECRET_KEY": auth,
                "OIDC_CLIENT_ID": oidc,
                "OIDC_CLIENT_SECRET": oidc,
                "OPENAI_API_KEY": providers,
                "ANTHROPIC_API_KEY": providers,
                "GOOGLE_AI_API_KEY": providers,
            },
            regions=places,
            invokers=["allUsers"],
        )
    )
    gateway = made.add(
        CloudRunApp(
            service(
                "atp-memory-gateway",
                image(images, "atp-memory-gateway", "memory-gateway.Dockerfile"),
                8000,
                cpu=1,
                memory="2Gi",
                concurrency=500,
                max_instances=size.gateway,
                env={
                    "LOG_LEVEL": "INFO",
                    "PII_DETECTION_ENABLED": "true",
                    "AUDIT_LOG_ENABLED": "true",
                },
            ),
            secrets={
                "DATABASE_URL": database_url,
                "REDIS_URL": redis_url,
                "ENCRYPTION_KEY": encryption,
            },
            regions=places,
            invokers=["allUsers"],
        )
    )

    domain = size.domain + os.environ.get("ATP_DOMAIN", "atp.example.com")
    # Serverless backends take no timeout of their own: the routes have it.
    patience = RouteAction(
        timeout=30, retry_policy=RetryPolicy(retry_conditions=["5xx"], num_retries=2)
    )
    balancer = made.add(
        LoadBalancer(
            "atp",
            hosts=[domain],
            default=router.backend("atp-router"),
            routes={"/memory/*": gateway.backend("atp-memory-gateway", cdn=False)},
            cdn=CdnPolicy(cache_mode="CACHE_ALL_STATIC", default_ttl=3600),
            armor=Armor(
                rate_limit=RateLimitOptions(count=1200, interval=60, enforce_on_key="IP"),
                adaptive_protection=size.keep,
            ),
            route_action=patience,
        )
    )

    email = os.environ.get("ATP_ALERT_EMAIL")
    channels = [made.add(NotificationChannel.email("atp-on-call", email))] if email else []
    made.add(
        CloudRunAlerts(
            "atp",
            [router.template.name, gateway.template.name],
            error_rate=0.05,
            latency=2,
            channels=channels,
        )
    )
    made.add(UptimeAlert("atp-health", domain, path="/health", channels=channels))
    account = os.environ.get("ATP_BILLING_ACCOUNT")
    if account:
        made.add(
            Budget(
                f"atp-{env}",
                billing_account=account,
                amount=float(os.environ.get("ATP_BUDGET", "1000")),
                thresholds=[BudgetThreshold(percent=share) for share in (0.5, 0.9, 1.0)],
                projects=[compose("projects/{project}", project=PROJECT)],
                channels=channels or None,
            )
        )

    made.output("url", f"https://{domain}")
    made.output("address", balancer.address.output("address"))
    made.output("dns_records", [record.line for record in balancer.dns_records()])
    made.output("router", router.service(REGION).output("uri"))
    made.output("memory_gateway", gateway.service(REGION).output("uri"))
    made.output("database", database.output("connection_name"))
    made.output("password_secret", password_kept.name)
    return made


if __name__ == "__main__":
    run(stack)
