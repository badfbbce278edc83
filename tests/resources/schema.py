"""Holds JSON bodies against Google's schemas, as the discovery documents give them."""

import functools
import json
import typing
from collections.abc import Iterator, Mapping
from pathlib import Path

import googleapiclient

from gcpstack._core.refs import Composed, Link, OutputOf, Sensitive

_DOCUMENTS = Path(googleapiclient.__file__).parent / "discovery_cache" / "documents"
_PLACEHOLDERS = Link | OutputOf | Composed | Sensitive

#: The document and schema of each kind's body.
SCHEMAS = {
    "cloudkms.CryptoKey": ("cloudkms.v1", "CryptoKey"),
    "cloudkms.KeyRing": ("cloudkms.v1", "KeyRing"),
    "compute.GlobalAddress": ("compute.v1", "Address"),
    "compute.RegionNetworkEndpointGroup": ("compute.v1", "NetworkEndpointGroup"),
    "compute.BackendService": ("compute.v1", "BackendService"),
    "compute.Address": ("compute.v1", "Address"),
    "compute.BackendBucket": ("compute.v1", "BackendBucket"),
    "compute.UrlMap": ("compute.v1", "UrlMap"),
    "compute.ManagedSslCertificate": ("compute.v1", "SslCertificate"),
    "compute.SslPolicy": ("compute.v1", "SslPolicy"),
    "compute.TargetHttpProxy": ("compute.v1", "TargetHttpProxy"),
    "compute.TargetHttpsProxy": ("compute.v1", "TargetHttpsProxy"),
    "compute.GlobalForwardingRule": ("compute.v1", "ForwardingRule"),
    "compute.SecurityPolicy": ("compute.v1", "SecurityPolicy"),
    "compute.HealthCheck": ("compute.v1", "HealthCheck"),
    "run.WorkerPool": ("run.v2", "GoogleCloudRunV2WorkerPool"),
    "run.Job": ("run.v2", "GoogleCloudRunV2Job"),
    "run.Service": ("run.v2", "GoogleCloudRunV2Service"),
    "compute.Firewall": ("compute.v1", "Firewall"),
    "compute.Network": ("compute.v1", "Network"),
    "compute.Router": ("compute.v1", "Router"),
    "compute.Subnetwork": ("compute.v1", "Subnetwork"),
    "servicenetworking.Connection": ("servicenetworking.v1", "Connection"),
    "vpcaccess.Connector": ("vpcaccess.v1", "Connector"),
    "artifactregistry.Repository": ("artifactregistry.v1", "Repository"),
    "logging.BucketConfig": ("logging.v2", "LogBucket"),
    "firestore.BackupSchedule": ("firestore.v1", "GoogleFirestoreAdminV1BackupSchedule"),
    "firestore.Database": ("firestore.v1", "GoogleFirestoreAdminV1Database"),
    "firestore.Field": ("firestore.v1", "GoogleFirestoreAdminV1Field"),
    "firestore.Index": ("firestore.v1", "GoogleFirestoreAdminV1Index"),
    "iam.ProjectCustomRole": ("iam.v1", "Role"),
    "pubsub.Subscription": ("pubsub.v1", "Subscription"),
    "pubsub.Topic": ("pubsub.v1", "Topic"),
    "sql.Database": ("sqladmin.v1", "Database"),
    "sql.DatabaseInstance": ("sqladmin.v1", "DatabaseInstance"),
    "sql.User": ("sqladmin.v1", "User"),
    "billingbudgets.Budget": (
        "billingbudgets.v1",
        "GoogleCloudBillingBudgetsV1Budget",
    ),
    "cloudbuild.BuildTrigger": ("cloudbuild.v1", "BuildTrigger"),
    "resourcemanager.ProjectAuditLog": ("cloudresourcemanager.v3", "AuditLogConfig"),
    "run.DomainMapping": ("run.v1", "DomainMapping"),
    "cloudfunctions.Function": ("cloudfunctions.v2", "Function"),
    "cloudscheduler.Job": ("cloudscheduler.v1", "Job"),
    "cloudtasks.Queue": ("cloudtasks.v2", "Queue"),
    "eventarc.Trigger": ("eventarc.v1", "Trigger"),
    "pubsub.Schema": ("pubsub.v1", "Schema"),
    "redis.Instance": ("redis.v1", "Instance"),
    "secretmanager.Secret": ("secretmanager.v1", "Secret"),
    # A version is made by a request that holds its payload.
    "secretmanager.SecretVersion": ("secretmanager.v1", "AddSecretVersionRequest"),
    "monitoring.UptimeCheckConfig": ("monitoring.v3", "UptimeCheckConfig"),
    "monitoring.AlertPolicy": ("monitoring.v3", "AlertPolicy"),
    "monitoring.Dashboard": ("monitoring.v1", "Dashboard"),
    "monitoring.NotificationChannel": ("monitoring.v3", "NotificationChannel"),
    "monitoring.Service": ("monitoring.v3", "Service"),
    "monitoring.Slo": ("monitoring.v3", "ServiceLevelObjective"),
    "logging.Exclusion": ("logging.v2", "LogExclusion"),
    "logging.LinkedDataset": ("logging.v2", "Link"),
    "logging.LogView": ("logging.v2", "LogView"),
    "logging.Metric": ("logging.v2", "LogMetric"),
    "logging.ProjectSink": ("logging.v2", "LogSink"),
    "bigquery.Dataset": ("bigquery.v2", "Dataset"),
    "storage.Bucket": ("storage.v1", "Bucket"),
    "storage.BucketObject": ("storage.v1", "Object"),
    "storage.Notification": ("storage.v1", "Notification"),
    "serviceusage.Service": ("serviceusage.v1", "GoogleApiServiceusageV1Service"),
    "iam.ServiceAccount": ("iam.v1", "ServiceAccount"),
    "certificatemanager.Certificate": ("certificatemanager.v1", "Certificate"),
    "certificatemanager.CertificateMap": ("certificatemanager.v1", "CertificateMap"),
    "certificatemanager.CertificateMapEntry": ("certificatemanager.v1", "CertificateMapEntry"),
    "certificatemanager.DnsAuthorization": ("certificatemanager.v1", "DnsAuthorization"),
    "iap.Settings": ("iap.v1", "IapSettings"),
    "iam.WorkloadIdentityPool": ("iam.v1", "WorkloadIdentityPool"),
    "iam.WorkloadIdentityPoolProvider": ("iam.v1", "WorkloadIdentityPoolProvider"),
    "binaryauthorization.Attestor": ("binaryauthorization.v1", "Attestor"),
    "binaryauthorization.Policy": ("binaryauthorization.v1", "Policy"),
    "containeranalysis.Note": ("containeranalysis.v1", "Note"),
    "accesscontextmanager.AccessLevel": ("accesscontextmanager.v1", "AccessLevel"),
    "accesscontextmanager.AccessPolicy": ("accesscontextmanager.v1", "AccessPolicy"),
    "accesscontextmanager.ServicePerimeter": ("accesscontextmanager.v1", "ServicePerimeter"),
    "ids.Endpoint": ("ids.v1", "Endpoint"),
    "compute.PacketMirroring": ("compute.v1", "PacketMirroring"),
    "dns.ManagedZone": ("dns.v1", "ManagedZone"),
    "dns.RecordSet": ("dns.v1", "ResourceRecordSet"),
}


@functools.cache
def document(name: str) -> Mapping[str, typing.Any]:
    return json.loads((_DOCUMENTS / f"{name}.json").read_text())["schemas"]


#: Read-only for the schema, but settable: by verbs of their own.
SWITCHED = {
    "cloudfunctions.Function": {
        f"{name}: no such field" for name in ("baseImageUpdates", "source", "vpcEgress")
    },
    "cloudscheduler.Job": {"paused: no such field"},
    "cloudtasks.Queue": {"paused: no such field"},
    "iam.ServiceAccount": {"disabled: is read-only"},
    "secretmanager.SecretVersion": {"state: no such field"},
    "storage.BucketObject": {"content: no such field"},
}


def violations(kind: str, body: Mapping[str, object]) -> list[str]:
    """List every place where a body does not fit the schema of its kind."""
    name, schema = SCHEMAS[kind]
    return list(_object(document(name), document(name)[schema], body, ""))


def _object(
    schemas: Mapping[str, typing.Any],
    schema: Mapping[str, typing.Any],
    value: Mapping[str, object],
    place: str,
) -> Iterator[str]:
    fields = schema.get("properties", {})
    rest = schema.get("additionalProperties")
    for key, inner in value.items():
        here = f"{place}.{key}" if place else key
        if key in fields:
            if fields[key].get("readOnly"):
                yield f"{here}: is read-only"
            yield from _value(schemas, fields[key], inner, here)
        elif rest is not None:
            yield from _value(schemas, rest, inner, here)
        else:
            yield f"{here}: no such field"


def _value(  # noqa: PLR0912 # one branch a type
    schemas: Mapping[str, typing.Any], schema: Mapping[str, typing.Any], value: object, place: str
) -> Iterator[str]:
    if "$ref" in schema:
        schema = schemas[schema["$ref"]]
    kind = schema.get("type")
    if kind == "any":
        return
    if isinstance(value, Sensitive):
        value = value.value
    if isinstance(value, _PLACEHOLDERS) or callable(value):
        if kind != "string":
            yield f"{place}: a reference stands where {kind} is wanted"
    elif kind == "object":
        if isinstance(value, dict):
            yield from _object(schemas, schema, value, place)
        else:
            yield f"{place}: {value!r} is not an object"
    elif kind == "array":
        if not isinstance(value, list):
            yield f"{place}: {value!r} is not an array"
            return
        for index, inner in enumerate(value):
            yield from _value(schemas, schema["items"], inner, f"{place}[{index}]")
    elif not _scalar(kind, value):
        yield f"{place}: {value!r} is not a {kind}"
    elif "enum" in schema and value not in schema["enum"]:
        yield f"{place}: {value!r} is not one of {schema['enum']}"


def _scalar(kind: str | None, value: object) -> bool:
    if kind == "boolean":
        return isinstance(value, bool)
    if kind == "integer":
        return isinstance(value, int) and not isinstance(value, bool)
    if kind == "number":
        return isinstance(value, int | float) and not isinstance(value, bool)
    return kind == "string" and isinstance(value, str | bytes)
