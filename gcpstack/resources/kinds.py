"""Every kind that gcpstack knows, as data. Loading this module loads no declaration."""

from collections.abc import Mapping

from gcpstack._core.kinds import Kind, Replacement, by_status
from gcpstack.resources import _conditions as conditions
from gcpstack.resources import (
    _kinds_access,
    _kinds_data,
    _kinds_edge,
    _kinds_events,
    _kinds_intrusion,
    _kinds_monitoring,
    _kinds_network,
    _kinds_perimeters,
    _kinds_security,
    _kinds_storage,
)
from gcpstack.resources import _refused_changes as refused_changes
from gcpstack.resources import _refused_changes_network as network_changes
from gcpstack.resources._kinds_access import GRANT as _GRANT
from gcpstack.resources._outputs import NAME, SELF
from gcpstack.resources._traffic import traffic

_COMPUTE = "compute.googleapis.com"

GLOBAL_ADDRESS = Kind(
    name="compute.GlobalAddress",
    api=_COMPUTE,
    path="projects/{project}/global/addresses/{name}",
    title="global address",
    replace=Replacement.SUCCESSOR,
    outputs={**SELF, "address": ("address",), "status": ("status",)},
    condition=by_status("status"),
)
REGION_NEG = Kind(
    name="compute.RegionNetworkEndpointGroup",
    api=_COMPUTE,
    path="projects/{project}/regions/{region}/networkEndpointGroups/{name}",
    title="network endpoint group",
    replace=Replacement.SUCCESSOR,
    outputs=SELF,
)
BACKEND_SERVICE = Kind(
    name="compute.BackendService",
    api=_COMPUTE,
    path="projects/{project}/global/backendServices/{name}",
    title="backend service",
    replace=Replacement.SUCCESSOR,
    outputs=SELF,
    refuses=network_changes.backend_service,
)
BACKEND_BUCKET = Kind(
    name="compute.BackendBucket",
    api=_COMPUTE,
    path="projects/{project}/global/backendBuckets/{name}",
    title="backend bucket",
    replace=Replacement.SUCCESSOR,
    outputs=SELF,
)
URL_MAP = Kind(
    name="compute.UrlMap",
    api=_COMPUTE,
    path="projects/{project}/global/urlMaps/{name}",
    title="URL map",
    replace=Replacement.SUCCESSOR,
    outputs=SELF,
)
MANAGED_SSL_CERTIFICATE = Kind(
    name="compute.ManagedSslCertificate",
    api=_COMPUTE,
    path="projects/{project}/global/sslCertificates/{name}",
    title="managed certificate",
    replace=Replacement.SUCCESSOR,
    retire_after_ready=True,
    outputs={
        **SELF,
        "status": ("managed", "status"),
        "domain_status": ("managed", "domainStatus"),
        "expire_time": ("expireTime",),
    },
    condition=conditions.certificate,
)
SSL_POLICY = Kind(
    name="compute.SslPolicy",
    api=_COMPUTE,
    path="projects/{project}/global/sslPolicies/{name}",
    title="SSL policy",
    replace=Replacement.SUCCESSOR,
    outputs={**SELF, "enabled_features": ("enabledFeatures",)},
)
TARGET_HTTP_PROXY = Kind(
    name="compute.TargetHttpProxy",
    api=_COMPUTE,
    path="projects/{project}/global/targetHttpProxies/{name}",
    title="target HTTP proxy",
    replace=Replacement.SUCCESSOR,
    outputs=SELF,
)
TARGET_HTTPS_PROXY = Kind(
    name="compute.TargetHttpsProxy",
    api=_COMPUTE,
    path="projects/{project}/global/targetHttpsProxies/{name}",
    title="target HTTPS proxy",
    replace=Replacement.SUCCESSOR,
    outputs=SELF,
)
GLOBAL_FORWARDING_RULE = Kind(
    name="compute.GlobalForwardingRule",
    api=_COMPUTE,
    path="projects/{project}/global/forwardingRules/{name}",
    title="forwarding rule",
    outputs={**SELF, "ip_address": ("IPAddress",)},
    # Two rules may not share an address and port
    # (https://cloud.google.com/load-balancing/docs/forwarding-rule-concepts).
    exclusive=(("IPAddress",), ("portRange",)),
    refuses=network_changes.forwarding_rule,
)
SECURITY_POLICY = Kind(
    name="compute.SecurityPolicy",
    api=_COMPUTE,
    path="projects/{project}/global/securityPolicies/{name}",
    title="Cloud Armor policy",
    replace=Replacement.SUCCESSOR,
    outputs=SELF,
    # Every rule is written by a call of its own, each changing the policy's fingerprint.
    serialize="securityPolicies/{project}/{name}",
)
HEALTH_CHECK = Kind(
    name="compute.HealthCheck",
    api=_COMPUTE,
    path="projects/{project}/global/healthChecks/{name}",
    title="health check",
    replace=Replacement.SUCCESSOR,
    outputs=SELF,
)

_RUN_SERVICE = "projects/{project}/locations/{location}/services/"
RUN_SERVICE = Kind(
    name="run.Service",
    api="run.googleapis.com",
    path=_RUN_SERVICE + "{name}",
    title="Cloud Run service",
    outputs={
        **NAME,
        "uri": ("uri",),
        "url": ("uri",),
        "urls": ("urls",),
        "latest_ready_revision": ("latestReadyRevision",),
        "latest_created_revision": ("latestCreatedRevision",),
    },
    condition=conditions.run_service,
    redo=True,
    traffic=traffic,
)
RUN_SERVICE_IAM_MEMBER = Kind(
    name="run.ServiceIamMember",
    api="run.googleapis.com",
    path=_RUN_SERVICE + "{service}/" + _GRANT,
    title="grant on a Cloud Run service",
    serialize="iam/" + _RUN_SERVICE + "{service}",
    additive=True,
    propagates=True,
)

_SECRET = "projects/{project}/secrets/"  # noqa: S105 # a path
SECRET = Kind(
    name="secretmanager.Secret",
    api="secretmanager.googleapis.com",
    path=_SECRET + "{name}",
    title="secret",
    protected=True,
    outputs=NAME,
)
SECRET_VERSION = Kind(
    name="secretmanager.SecretVersion",
    api="secretmanager.googleapis.com",
    # One declaration stands for the secret's newest version: a changed value adds a version.
    path=_SECRET + "{secret}/versions/latest",
    title="secret version",
    protected=True,
    outputs={**NAME, "state": ("state",)},
)
SECRET_IAM_MEMBER = Kind(
    name="secretmanager.SecretIamMember",
    api="secretmanager.googleapis.com",
    path=_SECRET + "{secret}/" + _GRANT,
    title="grant on a secret",
    serialize="iam/" + _SECRET + "{secret}",
    additive=True,
    propagates=True,
)

_MONITORING = "monitoring.googleapis.com"
# Google asks for one write at a time in a project: concurrent edits are refused with a 409
# (https://cloud.google.com/monitoring/api/ref_v3/rest/v3/projects.alertPolicies/create).
UPTIME_CHECK_CONFIG = Kind(
    name="monitoring.UptimeCheckConfig",
    api=_MONITORING,
    path="projects/{project}/uptimeCheckConfigs/{name}",
    title="uptime check",
    server_assigned=True,
    # An alert policy that watches it keeps it from being deleted.
    replace=Replacement.SUCCESSOR,
    outputs=NAME,
    serialize="uptimeCheckConfigs/{project}",
)
ALERT_POLICY = Kind(
    name="monitoring.AlertPolicy",
    api=_MONITORING,
    path="projects/{project}/alertPolicies/{name}",
    title="alert policy",
    server_assigned=True,
    outputs=NAME,
    serialize="alertPolicies/{project}",
)
NOTIFICATION_CHANNEL = Kind(
    name="monitoring.NotificationChannel",
    api=_MONITORING,
    path="projects/{project}/notificationChannels/{name}",
    title="notification channel",
    server_assigned=True,
    # An alert policy that tells it keeps it from being deleted.
    replace=Replacement.SUCCESSOR,
    outputs={**NAME, "verification_status": ("verificationStatus",)},
    condition=conditions.channel,
    serialize="notificationChannels/{project}",
)

PROJECT_SINK = Kind(
    name="logging.ProjectSink",
    api="logging.googleapis.com",
    path="projects/{project}/sinks/{name}",
    title="log sink",
    outputs={"writer_identity": ("writerIdentity",)},
)

DATASET = Kind(
    name="bigquery.Dataset",
    api="bigquery.googleapis.com",
    path="projects/{project}/datasets/{name}",
    title="BigQuery dataset",
    protected=True,
    outputs=SELF,
)
DATASET_IAM_MEMBER = Kind(
    name="bigquery.DatasetIamMember",
    api="bigquery.googleapis.com",
    path="projects/{project}/datasets/{dataset}/" + _GRANT,
    title="grant on a BigQuery dataset",
    serialize="iam/projects/{project}/datasets/{dataset}",
    additive=True,
    propagates=True,
)

BUCKET = Kind(
    name="storage.Bucket",
    api="storage.googleapis.com",
    path="projects/{project}/buckets/{name}",
    title="bucket",
    # https://cloud.google.com/storage/docs/buckets#naming
    worldwide=True,
    protected=True,
    outputs={"self_link": ("selfLink",), "project_number": ("projectNumber",), "url": ("url",)},
    known={"url": "gs://{name}"},
    refuses=refused_changes.bucket,
    irreversible={("retentionPolicy", "isLocked"): True},
)
BUCKET_IAM_MEMBER = Kind(
    name="storage.BucketIamMember",
    api="storage.googleapis.com",
    path="projects/{project}/buckets/{bucket}/" + _GRANT,
    title="grant on a bucket",
    worldwide=True,
    serialize="iam/buckets/{bucket}",
    additive=True,
    propagates=True,
)

SERVICE = Kind(
    name="serviceusage.Service",
    api="serviceusage.googleapis.com",
    path="projects/{project}/services/{name}",
    title="enabled API",
    keeps=True,
    propagates=True,
    condition=conditions.api,
)

PROJECT_IAM_MEMBER = Kind(
    name="resourcemanager.ProjectIamMember",
    api="cloudresourcemanager.googleapis.com",
    path="projects/{project}/" + _GRANT,
    title="grant on the project",
    serialize="iam/projects/{project}",
    additive=True,
    propagates=True,
)
SERVICE_ACCOUNT = Kind(
    name="iam.ServiceAccount",
    api="iam.googleapis.com",
    path="projects/{project}/serviceAccounts/{name}",
    title="service account",
    outputs={
        **NAME,
        "email": ("email",),
        "member": ("member",),
        "unique_id": ("uniqueId",),
    },
    forms={"email": ("email",)},
    known={
        "email": "{name}@{project}.iam.gserviceaccount.com",
        "member": "serviceAccount:{name}@{project}.iam.gserviceaccount.com",
        "full_name": "projects/{project}/serviceAccounts/{name}@{project}.iam.gserviceaccount.com",
    },
    propagates=True,
)

_PARTS = (
    _kinds_access,
    _kinds_data,
    _kinds_edge,
    _kinds_security,
    _kinds_intrusion,
    _kinds_perimeters,
    _kinds_events,
    _kinds_storage,
    _kinds_network,
    _kinds_monitoring,
)
#: Every kind by its name.
ALL: Mapping[str, Kind] = {
    value.name: value
    for held in (globals(), *map(vars, _PARTS))
    for value in list(held.values())
    if isinstance(value, Kind)
}
