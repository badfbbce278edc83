"""The EAILI5 mini app: a frontend and a backend on Cloud Run, with their database and cache.

The frontend sleeps while nobody looks; the backend has one instance at rest, for its WebSockets, and
reaches Cloud SQL through its socket and Redis through the default network. Each answers under a
domain of its own, and as an identity of its own that may read the secrets it is given and no other.

Run it as ``gcpstack plan scripts/eaili5.py --env staging`` or
``python scripts/eaili5.py plan --env staging``; the environments are ``dev``, ``staging`` and
``production``, and the first two may be deleted without further consent. Variables of the process
that runs it:

==============================  ==================================================================
``EAILI5_TAG``                  the tag of the images; ``latest`` by default
``EAILI5_SOURCE``               a checkout of the app: the images are built from its folders
                                ``frontend`` and ``backend``, by Cloud Build, and tagged with its
                                git commit
``EAILI5_DOMAIN``               the domain; ``explainailikeimfive.com`` by default
``EAILI5_OPENAI_API_KEY``       the API keys and the like, for the secrets of the same names in
``EAILI5_TAVILY_API_KEY``       lower case. What is not set here is added later, as a new version
``EAILI5_BITQUERY_API_KEY``     of its secret: it stays
``EAILI5_WALLETCONNECT_PROJECT_ID``
``EAILI5_ALERT_EMAIL``          who is told
==============================  ==================================================================
"""

import dataclasses
import os
import pathlib
from collections.abc import Iterator

from gcpstack import (
    PROJECT,
    ArtifactRepository,
    Bucket,
    BucketIamMember,
    CleanupPolicy,
    CloudRunAlerts,
    CloudRunApp,
    CloudRunDomainMapping,
    CloudRunService,
    Component,
    Composed,
    ContainerImage,
    FromEnv,
    FromFile,
    Generated,
    GlobalAddress,
    LogBucket,
    NetworkInterface,
    NotificationChannel,
    PrivateServiceConnection,
    Probe,
    ProjectAuditLog,
    RedisInstance,
    Resource,
    Scope,
    SecretTopic,
    SecretValue,
    ServiceAgent,
    SqlBackups,
    SqlDatabase,
    SqlImport,
    SqlInstance,
    SqlMaintenanceWindow,
    SqlNetwork,
    SqlUser,
    Stack,
    Topic,
    TopicIamMember,
    UptimeAlert,
    Volume,
    VolumeMount,
    compose,
    run,
)

HERE = pathlib.Path(__file__).parent
REGION = "us-central1"
NETWORK = compose("projects/{project}/global/networks/default", project=PROJECT)
SUNDAY = 7
USER = "eaili5"


@dataclasses.dataclass(frozen=True)
class Size:
    """What an environment has of everything.

    Attributes:
        host: the first label of its domains.
        least: instances of the backend that are always there.
        most: instances of each service at most.
        keep: whether its data is kept unless somebody names it.
    """

    host: str
    least: int = 0
    most: int = 2
    keep: bool = False


SIZES = {
    "dev": Size("base-dev"),
    "staging": Size("base-staging", least=1),
    "production": Size("base", least=1, most=10, keep=True),
}


@dataclasses.dataclass(frozen=True, eq=False)
class Schema(Component):
    """The tables of the database: a file in a bucket of its own, imported as the app's user.

    Attributes:
        database: the database.
        user: who owns the tables.
    """

    database: SqlDatabase
    user: SqlUser

    def expand(self, scope: Scope) -> Iterator[Resource]:
        """List the bucket, what lets the instance read it, and the import."""
        files = Bucket(f"{scope.project}-eaili5-sql", location=REGION, allow_delete=True)
        instance = self.database.instance
        reader = compose(
            "serviceAccount:{email}",
            email=instance.output("service_account_email"),  # type: ignore[union-attr] # it is declared
        )
        grant = BucketIamMember(files, role="roles/storage.objectViewer", member=reader)
        yield files
        yield grant
        yield SqlImport(
            "schema.sql",
            database=self.database,
            bucket=files,
            content=FromFile(HERE / "eaili5_schema.sql"),
            user=USER,
            depends_on=[grant, self.user],
        )


def given(name: str) -> FromEnv | Generated:
    """Take a secret from a variable; where that is not set, somebody adds the real one later."""
    variable = "EAILI5_" + name.upper().replace("-", "_")
    return FromEnv(variable) if variable in os.environ else Generated(initial="to be added")


def stack(env: str) -> Stack:
    """Declare the app for ``dev``, ``staging`` or ``production``."""
    size = SIZES[env]
    free = not size.keep
    made = Stack("eaili5", region=REGION)
    domain = os.environ.get("EAILI5_DOMAIN", "explainailikeimfive.com")
    frontend_host, backend_host = f"{size.host}.{domain}", f"{size.host}-api.{domain}"

    # The database has no public address: Google's side of it is reached through a peering.
    services_range = GlobalAddress(
        "eaili5-services",
        address_type="INTERNAL",
        purpose="VPC_PEERING",
        prefix_length=20,
        network=NETWORK,
    )
    peering = PrivateServiceConnection("default", ranges=[services_range])
    database = made.add(
        SqlInstance(
            "eaili5-db",
            database_version="POSTGRES_15",
            tier="db-f1-micro",
            disk_size_gb=10,
            disk_type="PD_SSD",
            disk_autoresize=True,
            backups=SqlBackups(enabled=True, start_time="03:00", retained=7, location=REGION),
            maintenance_window=SqlMaintenanceWindow(day=SUNDAY, hour=3),
            network=SqlNetwork(public_ip=False, private_network=NETWORK),
            allow_delete=free,
            depends_on=[peering],
        )
    )
    app_database = made.add(SqlDatabase("eaili5", instance=database, allow_delete=free))
    password = Generated()
    made.add(SecretValue("database-password", password, allow_delete=free))
    user = made.add(SqlUser(USER, instance=database, password=password))
    made.add(Schema(app_database, user))
    redis = made.add(
        RedisInstance(
            "eaili5-redis",
            tier="BASIC",
            memory_size_gb=1,
            redis_version="REDIS_7_0",
            authorized_network=NETWORK,
            allow_delete=free,
        )
    )

    # Whoever listens to the topic is reminded when a rotation is due.
    reminders = made.add(Topic("secret-rotation"))
    agent = ServiceAgent("secretmanager.googleapis.com").output("member")
    tells = TopicIamMember(reminders, role="roles/pubsub.publisher", member=agent)

    def rotated(days: int) -> dict[str, object]:
        """Have somebody reminded every so many days."""
        topics = [SecretTopic(name=reminders)]
        return {"rotation_period": f"{days}d", "topics": topics, "depends_on": [tells]}

    def secret(name: str, value: object, options: dict[str, object] | None = None) -> SecretValue:
        """Declare one of the six secrets."""
        return made.add(SecretValue(name, value, allow_delete=free, options=options or {}))  # type: ignore[arg-type] # checked as any declaration is

    openai, tavily, bitquery = (
        secret(name, given(name), rotated(90))
        for name in ("openai-api-key", "tavily-api-key", "bitquery-api-key")
    )
    database_url = secret(
        "database-url",
        compose(
            "postgresql://{user}:{password}@/{database}?host=/cloudsql/{instance}",
            user=user.name,
            password=password,
            database=app_database.name,
            instance=database.output("connection_name"),
        ),
        rotated(180),
    )
    redis_url = secret(
        "redis-url",
        compose("redis://{host}:{port}/0", host=redis.output("host"), port=redis.output("port")),
    )
    walletconnect = secret("walletconnect-project-id", given("walletconnect-project-id"))
    for log_type in ("ADMIN_READ", "DATA_READ", "DATA_WRITE"):
        made.add(ProjectAuditLog("secretmanager.googleapis.com", log_type=log_type))

    images = made.add(
        ArtifactRepository(
            "eaili5",
            location=REGION,
            format="DOCKER",
            cleanup_policies=[
                CleanupPolicy(name="keep-ten", action="KEEP", keep_count=10),
                CleanupPolicy(name="drop-others", action="DELETE", tag_state="ANY"),
            ],
            allow_delete=free,
        )
    )

    def image(part: str) -> ContainerImage | Composed:
        """Name an image, or have it built where there is a source."""
        name, source = f"eaili5-base-{part}", os.environ.get("EAILI5_SOURCE")
        if source:
            return ContainerImage(name, repository=images, context=pathlib.Path(source) / part)
        tag = os.environ.get("EAILI5_TAG", "latest")
        registry = f"{REGION}-docker.pkg.dev/{{project}}/{images.name}"
        return compose(f"{registry}/{name}:{tag}", project=PROJECT)

    frontend = made.add(
        CloudRunApp(
            CloudRunService(
                "eaili5-base-frontend",
                image=image("frontend"),
                port=80,
                cpu=1,
                memory="512Mi",
                concurrency=100,
                min_instances=0,
                max_instances=size.most,
                env={"API_URL": f"https://{backend_host}"},
                startup_probe=Probe.http("/", period=5, failure_threshold=12),
                depends_on=[images],
            ),
            secrets={"WALLETCONNECT_PROJECT_ID": walletconnect},
            invokers=["allUsers"],
        )
    )
    backend = made.add(
        CloudRunApp(
            CloudRunService(
                "eaili5-base-backend",
                image=image("backend"),
                port=8000,
                cpu=2,
                memory="2Gi",
                cpu_idle=True,
                concurrency=80,
                min_instances=size.least,
                max_instances=size.most,
                # A WebSocket is one long request, and comes back to its instance.
                timeout=3600,
                session_affinity=True,
                execution_environment="gen2",
                env={"ALLOWED_ORIGINS": f"https://{frontend_host}"},
                network_interfaces=[NetworkInterface(network="default", subnetwork="default")],
                vpc_egress="private-ranges-only",
                volumes=[
                    Volume(
                        name="cloudsql", cloud_sql_instances=[database.output("connection_name")]
                    )
                ],
                volume_mounts=[VolumeMount(name="cloudsql", mount_path="/cloudsql")],
                startup_probe=Probe.http("/health", period=10, failure_threshold=12),
                liveness_probe=Probe.http("/health", period=30),
                depends_on=[images],
            ),
            secrets={
                "OPENAI_API_KEY": openai,
                "TAVILY_API_KEY": tavily,
                "BITQUERY_API_KEY": bitquery,
                "DATABASE_URL": database_url,
                "REDIS_URL": redis_url,
            },
            roles=["roles/cloudsql.client"],
            invokers=["allUsers"],
        )
    )
    mappings = [
        made.add(CloudRunDomainMapping(host, service=app.service()))
        for host, app in ((frontend_host, frontend), (backend_host, backend))
    ]

    made.add(LogBucket("_Default", retention_days=30))
    email = os.environ.get("EAILI5_ALERT_EMAIL")
    channels = [made.add(NotificationChannel.email("eaili5-on-call", email))] if email else []
    made.add(
        CloudRunAlerts(
            "eaili5",
            [frontend.template.name, backend.template.name],
            error_rate=0.05,
            latency=0.5,
            duration=300,
            channels=channels,
        )
    )
    made.add(UptimeAlert("eaili5-api", backend_host, path="/health", channels=channels))

    made.output("frontend", f"https://{frontend_host}")
    made.output("backend", f"https://{backend_host}")
    for host, mapping in zip((frontend_host, backend_host), mappings, strict=True):
        made.output(f"dns_records of {host}", mapping.output("resource_records"))
    made.output("database", database.output("connection_name"))
    return made


if __name__ == "__main__":
    run(stack)
