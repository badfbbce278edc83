"""Which adapter serves which kind: an explicit table; each row's module is loaded when needed."""

import importlib
import threading
from collections.abc import Mapping

from gcpstack._adapters.clients import Clients
from gcpstack._core.kinds import Kind
from gcpstack._core.ports import Adapter, AdapterFor
from gcpstack.exceptions import AdapterBug

#: Kind -> the module that has a function ``adapter(clients, kind name, stack)`` for it.
TABLE: Mapping[str, str] = {
    "accesscontextmanager.AccessLevel": "discovery_rows_security",
    "accesscontextmanager.AccessPolicy": "discovery_rows_security",
    "accesscontextmanager.ServicePerimeter": "discovery_rows_security",
    "artifactregistry.Image": "images",
    "artifactregistry.Repository": "discovery_rows",
    "artifactregistry.RepositoryIamMember": "policies",
    "bigquery.Dataset": "discovery_rows",
    "bigquery.DatasetIamMember": "policies",
    "billingbudgets.Budget": "by_name",
    "binaryauthorization.Attestor": "discovery_rows_security",
    "binaryauthorization.AttestorIamMember": "policies",
    "binaryauthorization.Policy": "discovery_rows_security",
    "certificatemanager.Certificate": "discovery_rows_edge",
    "certificatemanager.CertificateMap": "discovery_rows_edge",
    "certificatemanager.CertificateMapEntry": "discovery_rows_edge",
    "certificatemanager.DnsAuthorization": "discovery_rows_edge",
    "cloudbuild.BuildTrigger": "by_name",
    "compute.Address": "compute_rows",
    "cloudfunctions.Function": "functions",
    "cloudkms.CryptoKey": "kms_rows",
    "cloudkms.CryptoKeyIamMember": "policies",
    "cloudkms.KeyRing": "kms_rows",
    "cloudkms.KeyRingIamMember": "policies",
    "cloudscheduler.Job": "discovery_rows_events",
    "cloudtasks.Queue": "discovery_rows_events",
    "cloudtasks.QueueIamMember": "policies",
    "compute.BackendBucket": "compute_rows",
    "compute.BackendService": "compute_rows",
    "compute.Firewall": "compute_rows",
    "compute.GlobalAddress": "compute_rows",
    "compute.GlobalForwardingRule": "compute_rows",
    "compute.HealthCheck": "compute_rows",
    "compute.ManagedSslCertificate": "compute_rows",
    "compute.Network": "compute_rows",
    "compute.PacketMirroring": "compute_rows",
    "compute.RegionNetworkEndpointGroup": "compute_rows",
    "compute.Router": "compute_rows",
    "compute.SecurityPolicy": "compute_rows",
    "compute.SslPolicy": "compute_rows",
    "compute.Subnetwork": "compute_rows",
    "compute.SubnetworkIamMember": "policies",
    "compute.TargetHttpProxy": "compute_rows",
    "compute.TargetHttpsProxy": "compute_rows",
    "compute.UrlMap": "compute_rows",
    "containeranalysis.Note": "discovery_rows_security",
    "containeranalysis.NoteIamMember": "policies",
    "dns.ManagedZone": "discovery_rows_edge",
    "dns.RecordSet": "discovery_rows_edge",
    "firestore.BackupSchedule": "firestore_rows",
    "firestore.Database": "firestore_rows",
    "firestore.Field": "firestore_rows",
    "firestore.Index": "firestore_rows",
    "eventarc.Trigger": "discovery_rows_events",
    "iam.ProjectCustomRole": "discovery_rows",
    "iam.ServiceAccount": "discovery_rows",
    "iam.ServiceAccountIamMember": "policies",
    "iam.WorkloadIdentityPool": "discovery_rows_security",
    "iam.WorkloadIdentityPoolProvider": "discovery_rows_security",
    "iap.CloudRunServiceIamMember": "policies",
    "iap.Settings": "discovery_rows_security",
    "iap.WebBackendServiceIamMember": "policies",
    "ids.Endpoint": "discovery_rows_security",
    "logging.BucketConfig": "discovery_rows",
    "logging.Exclusion": "discovery_rows_monitoring",
    "logging.LinkedDataset": "discovery_rows_monitoring",
    "logging.LogView": "discovery_rows_monitoring",
    "logging.Metric": "discovery_rows_monitoring",
    "logging.ProjectSink": "discovery_rows",
    "monitoring.AlertPolicy": "aip_rows",
    "monitoring.Dashboard": "discovery_rows_monitoring",
    "monitoring.NotificationChannel": "aip_rows",
    "monitoring.Service": "aip_rows",
    "monitoring.Slo": "aip_rows",
    "monitoring.UptimeCheckConfig": "aip_rows",
    "pubsub.Schema": "discovery_rows_events",
    "pubsub.Subscription": "discovery_rows",
    "pubsub.SubscriptionIamMember": "policies",
    "pubsub.Topic": "discovery_rows",
    "pubsub.TopicIamMember": "policies",
    "redis.Instance": "aip_rows",
    "resourcemanager.Project": "projects",
    "resourcemanager.ProjectAuditLog": "audit_logs",
    "resourcemanager.ProjectIamMember": "policies",
    "run.DomainMapping": "discovery_rows",
    "run.Execution": "executions",
    "run.Job": "aip_rows",
    "run.JobIamMember": "policies",
    "run.Service": "run_services",
    "run.ServiceIamMember": "policies",
    "run.WorkerPool": "aip_rows",
    "secretmanager.Secret": "aip_rows",
    "secretmanager.SecretIamMember": "policies",
    "secretmanager.SecretVersion": "secret_versions",
    "servicenetworking.Connection": "service_networking",
    "serviceusage.Service": "discovery_rows",
    "serviceusage.ServiceAgent": "service_agents",
    "sql.Database": "sql_rows",
    "sql.DatabaseInstance": "sql_rows",
    "sql.Import": "sql_imports",
    "sql.User": "sql_rows",
    "storage.Bucket": "storage_rows",
    "storage.BucketIamMember": "policies",
    "storage.BucketObject": "storage_rows",
    "storage.Notification": "storage_rows",
    "vpcaccess.Connector": "discovery_rows",
}


def adapters(clients: Clients, *, stack: str = "") -> AdapterFor:
    """Give each kind its adapter; one kind's adapter is made once.

    Args:
        clients: makes the clients.
        stack: the stack whose marks tell which objects are ours, where Google chooses the ids.

    Raises:
        AdapterBug: when asked for a kind that the table lacks.
    """
    made: dict[str, Adapter] = {}
    lock = threading.Lock()

    def adapter_for(kind: Kind) -> Adapter:
        with lock:
            if kind.name not in made:
                made[kind.name] = _make(clients, kind, stack)
            return made[kind.name]

    return adapter_for


def _make(clients: Clients, kind: Kind, stack: str) -> Adapter:
    module = TABLE.get(kind.name)
    if module is None:
        raise AdapterBug(f"no adapter serves the kind {kind.name}")
    rows = importlib.import_module(f"gcpstack._adapters.{module}")
    adapter: Adapter = rows.adapter(clients, kind.name, stack)
    return adapter
