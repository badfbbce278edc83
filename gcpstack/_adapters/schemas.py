"""Checks declared JSON against Google's own schemas, which come with google-api-python-client.

Fields with a Python name are checked by their declarations. What a declaration adds in Google's
JSON form is checked here, so that a misspelt field is refused before anything is touched.
"""

import difflib
import functools
import json
from collections.abc import Iterator, Mapping
from typing import Any

from gcpstack._adapters.transport import load
from gcpstack._core.json import Path, dotted
from gcpstack._core.refs import Composed, Link, OutputOf, Sensitive
from gcpstack._core.resource import Declared
from gcpstack.exceptions import Problem

#: Kind -> API, version and schema of its body.
SCHEMAS: Mapping[str, tuple[str, str, str]] = {
    "accesscontextmanager.AccessLevel": ("accesscontextmanager", "v1", "AccessLevel"),
    "accesscontextmanager.AccessPolicy": ("accesscontextmanager", "v1", "AccessPolicy"),
    "accesscontextmanager.ServicePerimeter": ("accesscontextmanager", "v1", "ServicePerimeter"),
    "artifactregistry.Repository": ("artifactregistry", "v1", "Repository"),
    "bigquery.Dataset": ("bigquery", "v2", "Dataset"),
    "billingbudgets.Budget": ("billingbudgets", "v1", "GoogleCloudBillingBudgetsV1Budget"),
    "binaryauthorization.Attestor": ("binaryauthorization", "v1", "Attestor"),
    "binaryauthorization.Policy": ("binaryauthorization", "v1", "Policy"),
    "certificatemanager.Certificate": ("certificatemanager", "v1", "Certificate"),
    "certificatemanager.CertificateMap": ("certificatemanager", "v1", "CertificateMap"),
    "certificatemanager.CertificateMapEntry": ("certificatemanager", "v1", "CertificateMapEntry"),
    "certificatemanager.DnsAuthorization": ("certificatemanager", "v1", "DnsAuthorization"),
    "cloudbuild.BuildTrigger": ("cloudbuild", "v1", "BuildTrigger"),
    "compute.Address": ("compute", "v1", "Address"),
    "cloudfunctions.Function": ("cloudfunctions", "v2", "Function"),
    "cloudkms.CryptoKey": ("cloudkms", "v1", "CryptoKey"),
    "cloudkms.KeyRing": ("cloudkms", "v1", "KeyRing"),
    "cloudscheduler.Job": ("cloudscheduler", "v1", "Job"),
    "cloudtasks.Queue": ("cloudtasks", "v2", "Queue"),
    "compute.PacketMirroring": ("compute", "v1", "PacketMirroring"),
    "eventarc.Trigger": ("eventarc", "v1", "Trigger"),
    "ids.Endpoint": ("ids", "v1", "Endpoint"),
    "pubsub.Schema": ("pubsub", "v1", "Schema"),
    "compute.BackendBucket": ("compute", "v1", "BackendBucket"),
    "compute.BackendService": ("compute", "v1", "BackendService"),
    "compute.Firewall": ("compute", "v1", "Firewall"),
    "compute.GlobalAddress": ("compute", "v1", "Address"),
    "compute.GlobalForwardingRule": ("compute", "v1", "ForwardingRule"),
    "compute.HealthCheck": ("compute", "v1", "HealthCheck"),
    "compute.ManagedSslCertificate": ("compute", "v1", "SslCertificate"),
    "compute.Network": ("compute", "v1", "Network"),
    "compute.RegionNetworkEndpointGroup": ("compute", "v1", "NetworkEndpointGroup"),
    "compute.Router": ("compute", "v1", "Router"),
    "compute.SecurityPolicy": ("compute", "v1", "SecurityPolicy"),
    "compute.SslPolicy": ("compute", "v1", "SslPolicy"),
    "compute.Subnetwork": ("compute", "v1", "Subnetwork"),
    "compute.TargetHttpProxy": ("compute", "v1", "TargetHttpProxy"),
    "compute.TargetHttpsProxy": ("compute", "v1", "TargetHttpsProxy"),
    "compute.UrlMap": ("compute", "v1", "UrlMap"),
    "containeranalysis.Note": ("containeranalysis", "v1", "Note"),
    "dns.ManagedZone": ("dns", "v1", "ManagedZone"),
    "dns.RecordSet": ("dns", "v1", "ResourceRecordSet"),
    "firestore.BackupSchedule": ("firestore", "v1", "GoogleFirestoreAdminV1BackupSchedule"),
    "firestore.Database": ("firestore", "v1", "GoogleFirestoreAdminV1Database"),
    "firestore.Field": ("firestore", "v1", "GoogleFirestoreAdminV1Field"),
    "firestore.Index": ("firestore", "v1", "GoogleFirestoreAdminV1Index"),
    "iam.ProjectCustomRole": ("iam", "v1", "Role"),
    "iam.ServiceAccount": ("iam", "v1", "ServiceAccount"),
    "iam.WorkloadIdentityPool": ("iam", "v1", "WorkloadIdentityPool"),
    "iam.WorkloadIdentityPoolProvider": ("iam", "v1", "WorkloadIdentityPoolProvider"),
    "iap.Settings": ("iap", "v1", "IapSettings"),
    "logging.BucketConfig": ("logging", "v2", "LogBucket"),
    "logging.Exclusion": ("logging", "v2", "LogExclusion"),
    "logging.LinkedDataset": ("logging", "v2", "Link"),
    "logging.LogView": ("logging", "v2", "LogView"),
    "logging.Metric": ("logging", "v2", "LogMetric"),
    "logging.ProjectSink": ("logging", "v2", "LogSink"),
    "monitoring.AlertPolicy": ("monitoring", "v3", "AlertPolicy"),
    "monitoring.Dashboard": ("monitoring", "v1", "Dashboard"),
    "monitoring.NotificationChannel": ("monitoring", "v3", "NotificationChannel"),
    "monitoring.Service": ("monitoring", "v3", "Service"),
    "monitoring.Slo": ("monitoring", "v3", "ServiceLevelObjective"),
    "monitoring.UptimeCheckConfig": ("monitoring", "v3", "UptimeCheckConfig"),
    "pubsub.Subscription": ("pubsub", "v1", "Subscription"),
    "pubsub.Topic": ("pubsub", "v1", "Topic"),
    "redis.Instance": ("redis", "v1", "Instance"),
    "run.DomainMapping": ("run", "v1", "DomainMapping"),
    "run.Job": ("run", "v2", "GoogleCloudRunV2Job"),
    "run.Service": ("run", "v2", "GoogleCloudRunV2Service"),
    "run.WorkerPool": ("run", "v2", "GoogleCloudRunV2WorkerPool"),
    "secretmanager.Secret": ("secretmanager", "v1", "Secret"),
    "servicenetworking.Connection": ("servicenetworking", "v1", "Connection"),
    "sql.Database": ("sqladmin", "v1", "Database"),
    "sql.DatabaseInstance": ("sqladmin", "v1", "DatabaseInstance"),
    "sql.User": ("sqladmin", "v1", "User"),
    "storage.Bucket": ("storage", "v1", "Bucket"),
    "storage.BucketObject": ("storage", "v1", "Object"),
    "storage.Notification": ("storage", "v1", "Notification"),
    "vpcaccess.Connector": ("vpcaccess", "v1", "Connector"),
}

#: Fields that an adapter puts elsewhere before Google sees them.
OURS: Mapping[str, frozenset[str]] = {
    "cloudfunctions.Function": frozenset({"baseImageUpdates", "source", "vpcEgress"}),
    "cloudscheduler.Job": frozenset({"paused"}),
    "cloudtasks.Queue": frozenset({"paused"}),
}

_LATER = (Link, OutputOf, Composed, Sensitive)
_TYPES: Mapping[str, tuple[type, ...]] = {
    "string": (str,),
    "boolean": (bool,),
    "integer": (int,),
    "number": (int, float),
    "array": (list,),
    "object": (dict,),
}


def problems(declared: Declared) -> Iterator[Problem]:
    """Check a declaration's body, if it holds fields that only Google's schema knows."""
    if not declared.extended:
        return
    place = str(declared.address)
    if declared.kind.name not in SCHEMAS:
        yield Problem(f"{place}: extra", "this kind takes no further fields.", "Remove them.")
        return
    api, version, name = SCHEMAS[declared.kind.name]
    checker = _Checker(_schemas(api, version))
    ours = OURS.get(declared.kind.name, frozenset())
    body = {key: value for key, value in declared.body.items() if key not in ours}
    for path, message, remedy in checker.value(body, {"$ref": name}, ()):
        yield Problem(f"{place}: {dotted(path)}", message, remedy)


def property_missing(kind: str, path: Path) -> tuple[str | int, list[str]] | None:
    """Find the first step of a path that Google's schema doesn't have, and the names it has there.

    Args:
        kind: the kind's name.
        path: a way into its live objects.

    Returns:
        None where the whole path is there, or nothing is known of it.
    """
    if kind not in SCHEMAS:
        return None
    api, version, name = SCHEMAS[kind]
    schemas = _schemas(api, version)
    schema: Mapping[str, Any] = schemas[name]
    for step in path:
        schema = schemas[schema["$ref"]] if "$ref" in schema else schema
        if schema.get("type") == "array" and isinstance(step, int):
            schema = schema.get("items", {})
            continue
        known = schema.get("properties")
        if known is None or "additionalProperties" in schema:
            return None
        if step not in known:
            return step, list(known)
        schema = known[step]
    return None


@functools.cache
def _schemas(api: str, version: str) -> Mapping[str, Any]:
    document = json.loads(load("googleapiclient.discovery_cache").get_static_doc(api, version))
    found: Mapping[str, Any] = document["schemas"]
    return found


_Finding = tuple[Path, str, str]


class _Checker:
    """Walks a body and its schema in parallel."""

    def __init__(self, schemas: Mapping[str, Any]) -> None:
        self._schemas = schemas

    def value(self, value: object, schema: Mapping[str, Any], path: Path) -> Iterator[_Finding]:
        if isinstance(value, _LATER):
            return
        if "$ref" in schema:
            schema = self._schemas[schema["$ref"]]
        kind = schema.get("type", "any")
        if kind != "any" and not self._fits(value, kind, schema):
            yield path, f"Google expects {kind} here, not {value!r}.", ""
        elif isinstance(value, dict):
            yield from self._object(value, schema, path)
        elif isinstance(value, list):
            for index, item in enumerate(value):
                yield from self.value(item, schema.get("items", {}), (*path, index))
        elif "enum" in schema and value not in schema["enum"]:
            allowed = ", ".join(one for one in schema["enum"] if not one.endswith("UNSPECIFIED"))
            yield path, f"{value!r} is not one of Google's values.", f"Use one of {allowed}."

    def _fits(self, value: object, kind: str, schema: Mapping[str, Any]) -> bool:
        if isinstance(value, bool) and kind != "boolean":
            return False
        if kind == "string" and "int" in schema.get("format", "") and isinstance(value, int):
            return True
        return isinstance(value, _TYPES[kind])

    def _object(
        self, value: dict[str, object], schema: Mapping[str, Any], path: Path
    ) -> Iterator[_Finding]:
        known = schema.get("properties", {})
        free = schema.get("additionalProperties")
        for name, inner in value.items():
            if name in known:
                yield from self.value(inner, known[name], (*path, name))
            elif free is not None:
                yield from self.value(inner, free, (*path, name))
            elif known:
                close = difflib.get_close_matches(name, known, 1)
                remedy = f"Did you mean {close[0]}?" if close else ""
                yield (*path, name), "Google has no such field.", remedy
