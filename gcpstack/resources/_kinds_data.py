"""The kinds of databases, messages and artifacts, as data.

`gcpstack.resources.kinds` lists them with all others.
"""

from gcpstack._core.kinds import Kind, by_status
from gcpstack.resources import _conditions as conditions
from gcpstack.resources import _refused_changes as refused_changes
from gcpstack.resources._outputs import NAME

REDIS_INSTANCE = Kind(
    name="redis.Instance",
    api="redis.googleapis.com",
    path="projects/{project}/locations/{location}/instances/{name}",
    title="Redis instance",
    protected=True,
    outputs={
        **NAME,
        "host": ("host",),
        "port": ("port",),
        "read_endpoint": ("readEndpoint",),
        "read_endpoint_port": ("readEndpointPort",),
        "current_location_id": ("currentLocationId",),
        "persistence_iam_identity": ("persistenceIamIdentity",),
        "server_ca_certs": ("serverCaCerts",),
        "effective_reserved_ip_range": ("reservedIpRange",),
        "redis_version": ("redisVersion",),
        "state": ("state",),
    },
    condition=by_status("state"),
    refuses=refused_changes.redis,
)
ARTIFACT_REPOSITORY = Kind(
    name="artifactregistry.Repository",
    api="artifactregistry.googleapis.com",
    path="projects/{project}/locations/{location}/repositories/{name}",
    title="Artifact Registry repository",
    protected=True,
    outputs={**NAME, "registry_uri": ("registryUri",)},
)
IMAGE = Kind(
    name="artifactregistry.Image",
    # It is built there; reading it needs Artifact Registry, whose repository it stands in.
    api="cloudbuild.googleapis.com",
    path="projects/{project}/locations/{location}/repositories/{repository}/packages/{name:raw}/tags/{tag}",
    title="container image",
    keeps=True,
    outputs={"reference": ("reference",), "digest": ("digest",), "uri": ("uri",)},
    forms={"reference": ("reference",)},
)
LOG_BUCKET = Kind(
    name="logging.BucketConfig",
    api="logging.googleapis.com",
    path="projects/{project}/locations/{location}/buckets/{name}",
    title="log bucket",
    outputs={**NAME, "lifecycle_state": ("lifecycleState",)},
    refuses=refused_changes.log_bucket,
    irreversible={("locked",): True},
)
CUSTOM_ROLE = Kind(
    name="iam.ProjectCustomRole",
    api="iam.googleapis.com",
    path="projects/{project}/roles/{name}",
    title="custom role",
    outputs=NAME,
    known={"name": "projects/{project}/roles/{name}"},
    propagates=True,
)
TOPIC = Kind(
    name="pubsub.Topic",
    api="pubsub.googleapis.com",
    path="projects/{project}/topics/{name}",
    title="Pub/Sub topic",
    outputs={**NAME, "state": ("state",)},
    known={"name": "projects/{project}/topics/{name}"},
)
SUBSCRIPTION = Kind(
    name="pubsub.Subscription",
    api="pubsub.googleapis.com",
    path="projects/{project}/subscriptions/{name}",
    title="Pub/Sub subscription",
    outputs={**NAME, "state": ("state",)},
    known={"name": "projects/{project}/subscriptions/{name}"},
)
BUILD_TRIGGER = Kind(
    name="cloudbuild.BuildTrigger",
    api="cloudbuild.googleapis.com",
    path="projects/{project}/locations/{location}/triggers/{name}",
    title="build trigger",
    server_assigned=True,
    outputs={"name": ("resourceName",), "trigger_id": ("id",)},
)
BUDGET = Kind(
    name="billingbudgets.Budget",
    api="billingbudgets.googleapis.com",
    path="billingAccounts/{billing_account}/budgets/{name}",
    title="budget",
    server_assigned=True,
    outputs=NAME,
)
RUN_JOB = Kind(
    name="run.Job",
    api="run.googleapis.com",
    path="projects/{project}/locations/{location}/jobs/{name}",
    title="Cloud Run job",
    outputs={
        **NAME,
        "execution_count": ("executionCount",),
        "latest_execution": ("latestCreatedExecution", "name"),
    },
    condition=conditions.run_service,
    # Google looks whether it may read its secrets when it is written.
    redo=True,
)
RUN_DOMAIN_MAPPING = Kind(
    name="run.DomainMapping",
    api="run.googleapis.com",
    path="projects/{project}/locations/{location}/domainmappings/{name}",
    title="domain mapping",
    outputs={
        "resource_records": ("status", "resourceRecords"),
        "conditions": ("status", "conditions"),
        "mapped_service": ("status", "mappedRouteName"),
    },
    condition=conditions.domain_mapping,
)

_SQL = "projects/{project}/instances/"
# One instance does one thing at a time: 409 operationInProgress
# (https://cloud.google.com/sql/docs/troubleshooting).
SQL_INSTANCE = Kind(
    name="sql.DatabaseInstance",
    api="sqladmin.googleapis.com",
    path=_SQL + "{name}",
    title="Cloud SQL instance",
    protected=True,
    outputs={
        "self_link": ("selfLink",),
        "connection_name": ("connectionName",),
        "private_ip_address": ("privateIpAddress",),
        "public_ip_address": ("publicIpAddress",),
        "dns_name": ("dnsName",),
        "service_account_email": ("serviceAccountEmailAddress",),
        "server_ca_cert": ("serverCaCert", "cert"),
        "state": ("state",),
    },
    forms={"connection_name": ("connectionName",)},
    serialize="sql/{project}/{name}",
    condition=by_status("state"),
    refuses=refused_changes.sql_instance,
    # https://cloud.google.com/sql/docs/postgres/deletion-protection
    guards={("settings", "deletionProtectionEnabled"): True},
    # https://cloud.google.com/sql/docs/postgres/delete-instance
    reserved_days=7,
)
SQL_DATABASE = Kind(
    name="sql.Database",
    api="sqladmin.googleapis.com",
    path=_SQL + "{instance}/databases/{name}",
    title="database",
    protected=True,
    outputs={"self_link": ("selfLink",)},
    serialize="sql/{project}/{instance}",
)
SQL_USER = Kind(
    name="sql.User",
    api="sqladmin.googleapis.com",
    path=_SQL + "{instance}/users/{account:raw}",
    title="database user",
    serialize="sql/{project}/{instance}",
)
SQL_IMPORT = Kind(
    name="sql.Import",
    api="sqladmin.googleapis.com",
    path=_SQL + "{instance}/databases/{database}/imports/{bucket}/{name}",
    title="database import",
    debris=True,
    serialize="sql/{project}/{instance}",
)
