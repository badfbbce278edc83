"""Facets and fields, held against per-field facts of Google's APIs."""

import functools
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from gcpstack._core.facets import Facet, FieldTable, field_table

from . import facts_edge, left_out_events
from .kinds import CLASSES, GRANTS

ROOT = Path(__file__).parents[2]
#: Where the facts are, if they stand beside the checkout.
FACTS = next(iter(ROOT.parent.glob("*/reference/fields.json")), None)
NAMES = {
    "cloudbuild.BuildTrigger": "cloudbuild.Trigger",
    "monitoring.Service": "monitoring.GenericService",
    "cloudkms.CryptoKey": "kms.CryptoKey",
    "cloudkms.KeyRing": "kms.KeyRing",
    "run.Job": "cloudrunv2.Job",
    "run.DomainMapping": "cloudrun.DomainMapping",
    "run.Service": "cloudrunv2.Service",
    **facts_edge.NAMES,
}
#: Elements of a policy and actions, of which the facts know nothing.
NO_FACTS = {
    "artifactregistry.Image",
    "resourcemanager.ProjectAuditLog",
    "serviceusage.ServiceAgent",
    "sql.Import",
    "storage.Notification",
    *facts_edge.NO_FACTS,
}
NO_FACTS |= left_out_events.NO_FACTS
KINDS = sorted(CLASSES.keys() - GRANTS - NO_FACTS)

MYSQL_REPLICA = [
    f"replicaConfiguration.mysqlReplicaConfiguration.{name}"
    for name in (
        "caCertificate",
        "clientCertificate",
        "clientKey",
        "connectRetryInterval",
        "dumpFilePath",
        "masterHeartbeatPeriod",
        "password",
        "sslCipher",
        "username",
        "verifyServerCertificate",
    )
]
#: Fields that are not declared, each with its reason.
LEFT_OUT = {
    "bigquery.Dataset": {
        "access": "grants are declared one by one, as DatasetIamMember",
        "datasetReference": "follows from the identity",
    },
    "billingbudgets.Budget": {
        "displayName": "part of the identity",
        "notificationsRule.schemaVersion": "there is one",
    },
    "cloudbuild.BuildTrigger": {
        "bitbucketServerTriggerConfig": "Bitbucket Server is past its end of life",
        "build.artifacts.images": "the same as images",
        "build.artifacts.mavenArtifacts": "rare: given as extra",
        "build.artifacts.npmPackages": "rare: given as extra",
        "build.artifacts.objects.timing.endTime": "Google's to fill in",
        "build.artifacts.objects.timing.startTime": "Google's to fill in",
        "build.artifacts.pythonPackages": "rare: given as extra",
        "build.options.logStreamingOption": "rare: given as extra",
        "build.options.secretEnv": "for secrets that are encrypted in the file",
        "build.options.sourceProvenanceHash": "rare: given as extra",
        "build.options.volumes": "given to the steps that share them",
        "build.options.workerPool": "deprecated: it is a pool's name",
        "build.secrets": "encrypted in the file: superseded by secrets",
        "build.source": "what is built follows from the event",
        "build.steps.timing": "Google's to fill in",
        "gitFileSource.bitbucketServerConfig": "Bitbucket Server is past its end of life",
        "gitFileSource.githubEnterpriseConfig": "rare: given as extra",
        "pubsubConfig.serviceAccountEmail": "Google's to fill in",
        "sourceToBuild.bitbucketServerConfig": "Bitbucket Server is past its end of life",
        "sourceToBuild.githubEnterpriseConfig": "rare: given as extra",
        "triggerTemplate": "Cloud Source Repositories take no new customers",
    },
    "cloudkms.KeyRing": {"location": "part of the identity"},
    "compute.BackendBucket": {"params": "never answered, so it could not be compared"},
    "compute.BackendService": {
        "backends.maxInFlightRequests": "beta",
        "backends.maxInFlightRequestsPerEndpoint": "beta",
        "backends.maxInFlightRequestsPerInstance": "beta",
        "backends.trafficDuration": "beta",
        "circuitBreakers.connectTimeout": "not in v1",
        "dynamicForwarding": "beta",
        "networkPassThroughLbTrafficPolicy": "for passthrough load balancers only",
        "params": "never answered, so it could not be compared",
    },
    "compute.GlobalForwardingRule": {
        "allowPscGlobalAccess": "beta",
        "noAutomateDnsZone": "never answered, so it could not be compared",
    },
    "compute.Firewall": {"params": "never answered, so it could not be compared"},
    "compute.Network": {
        "params": "never answered, so it could not be compared",
        "routingConfig.deleteBgpAlwaysCompareMed": "no field of Google's",
    },
    "compute.RegionNetworkEndpointGroup": {
        "pscData": "its one input is never answered",
        "serverlessDeployment": "beta",
    },
    "compute.Router": {
        "md5AuthenticationKeys": "belongs to BGP peers, which VPNs and interconnects bring",
        "params": "never answered, so it could not be compared",
    },
    "compute.Subnetwork": {
        "params": "never answered, so it could not be compared",
        "secondaryIpRanges.ipCollection": "beta",
        "secondaryIpRanges.ipVersion": "beta",
    },
    "compute.TargetHttpsProxy": {"certificateManagerCertificates": "regional proxies only"},
    "compute.UrlMap": {
        "pathMatchers.routeRules.httpFilterConfigs": "beta",
        "pathMatchers.routeRules.httpFilterMetadata": "beta",
    },
    "firestore.BackupSchedule": {
        "dailyRecurrence": "follows from the name",
    },
    "firestore.Database": {"tags": "never answered, so it could not be compared"},
    "firestore.Field": {
        "indexConfig.indexes.arrayConfig": "stands within fields, in Google's schema",
        "indexConfig.indexes.order": "stands within fields, in Google's schema",
    },
    "firestore.Index": {
        "collection": "part of the identity",
        "database": "part of the identity",
        "fields.searchConfig": "rare: given as extra",
    },
    "logging.Metric": {"metricDescriptor.metricKind": "DELTA is all there is"},
    "logging.ProjectSink": {
        "customWriterIdentity (query param)": "the sink has a writer of its own",
        "uniqueWriterIdentity (query param)": "always true",
    },
    "monitoring.AlertPolicy": {
        "conditions.conditionSql.daily.executionTime.nanos": "schedules are by the minute",
        "conditions.conditionSql.daily.executionTime.seconds": "schedules are by the minute",
    },
    "monitoring.Dashboard": {"(whole body)": "declared field by field, or given as extra"},
    "monitoring.NotificationChannel": {"sensitiveLabels": "they are labels at Google"},
    "pubsub.Subscription": {
        "cloudStorageConfig.textConfig": "follows from the absence of avro",
        "messageTransforms.aiInference": "rare: given as extra",
        "tags": "never answered, so it could not be compared",
    },
    "pubsub.Topic": {
        "ingestionDataSourceSettings": "rare: given as extra",
        "messageTransforms.aiInference": "rare: given as extra",
        "tags": "never answered, so it could not be compared",
    },
    "redis.Instance": {
        "maintenancePolicy.weeklyMaintenanceWindow.startTime.nanos": "windows start on a minute",
        "maintenancePolicy.weeklyMaintenanceWindow.startTime.seconds": "windows start on a minute",
    },
    "run.DomainMapping": {
        "metadata.namespace": "the project",
        "status.resourceRecords": "Google's to fill in",
    },
    "run.Job": {
        "client": "says who called, changes with every caller",
        "clientVersion": "says who called, changes with every caller",
        "runExecutionToken": "a deed, not a setting",
        "startExecutionToken": "a deed, not a setting",
        "tags": "never answered, so it could not be compared",
    },
    "run.Service": {
        "client": "says who called, changes with every caller",
        "clientVersion": "says who called, changes with every caller",
        "tags": "never answered, so it could not be compared",
        "template.containers.readinessProbe.successThreshold": "not in v2",
        "template.containers.sandboxLauncher": "preview",
        "template.containers.sourceCode": "beta",
        "template.sandboxes": "preview",
    },
    "secretmanager.Secret": {"tags": "never answered, so it could not be compared"},
    "servicenetworking.Connection": {
        "(url parent services/{service})": "part of the identity",
        "network": "part of the identity",
    },
    "serviceusage.Service": {"disableDependentServices (disable request)": "nothing is disabled"},
    "sql.Database": {"instance": "part of the identity"},
    "sql.DatabaseInstance": {
        "includeReplicasForMajorVersionUpgrade": "never answered, so it could not be compared",
        "replicaConfiguration.failoverTarget": "of a kind of failover that is no more",
        **dict.fromkeys(MYSQL_REPLICA, "for replicas of servers elsewhere"),
        "replicaNames": "follows from the replicas",
        "replicationCluster.psaWriteEndpoint": "Google's to fill in",
        "settings.backupConfiguration.backupRetentionSettings.retentionUnit": "COUNT is all there is",
        "settings.locationPreference.followGaeApplication": "deprecated",
        "sqlNetworkArchitecture (bool -> NEW_NETWORK_ARCHITECTURE)": "a move, not a setting",
        "switchTransactionLogsToCloudStorageEnabled": "a move, not a setting",
    },
    "sql.User": {"instance": "part of the identity"},
    "storage.BucketObject": {
        "bucket": "part of the identity",
        "contexts": "rare: given as extra",
    },
    **facts_edge.LEFT_OUT,
}
NAMES |= left_out_events.NAMES
LEFT_OUT |= left_out_events.LEFT_OUT
#: Fields that can't change at Google, but are no reason to replace anything here.
CHANGEABLE = {
    ("secretmanager.SecretVersion", "payload.data"): "another value adds a version",
    **left_out_events.CHANGEABLE,
    ("compute.Network", "autoCreateSubnetworks"): "an automatic network becomes a custom one",
    (
        "secretmanager.Secret",
        "replication.automatic.customerManagedEncryption.kmsKeyName",
    ): "it encrypts what comes",
    (
        "secretmanager.Secret",
        "replication.userManaged.replicas.customerManagedEncryption.kmsKeyName",
    ): "it encrypts what comes",
    ("storage.BucketObject", "cacheControl"): "it is patched",
    ("storage.BucketObject", "contentDisposition"): "it is patched",
    ("storage.BucketObject", "contentEncoding"): "it is patched",
    ("storage.BucketObject", "contentLanguage"): "it is patched",
    ("storage.BucketObject", "contentType"): "it is patched",
    ("storage.BucketObject", "kmsKeyName"): "it goes up again",
    ("storage.BucketObject", "metadata"): "it is patched",
    ("storage.BucketObject", "storageClass"): "it goes up again",
}
#: Fields that replace an object here although the facts don't say so.
STRICTER = {
    ("monitoring.UptimeCheckConfig", "tcpCheck.port"): "a check of a page becomes none of a port",
    ("compute.Firewall", "network"): "Google refuses to change it",
    ("compute.HealthCheck", "type"): "the facts replace it by a rule of their own",
    ("sql.DatabaseInstance", "settings.dataDiskType"): "Google refuses to change it",
    ("sql.DatabaseInstance", "masterInstanceName"): "a replica is promoted, not moved",
    ("monitoring.NotificationChannel", "type"): "Google refuses to change it",
    ("logging.Metric", "metricDescriptor.valueType"): "Google refuses to change it",
    **facts_edge.STRICTER,
}
#: Fields that the facts fill in and Google's schema takes.
SETTABLE = {("compute.HealthCheck", "type"), *facts_edge.SETTABLE}

pytestmark = pytest.mark.skipif(
    FACTS is None, reason="no reference/fields.json beside the checkout"
)


@functools.cache
def facts(kind):
    return json.loads(FACTS.read_text())[NAMES.get(kind, kind)]["fields"]


def declared(cls, prefix=()) -> Iterator[tuple[str, ...]]:
    """Walk the wire paths of every declared field."""
    for item in field_table(cls):
        if item.facets & (Facet.META | Facet.IDENTITY):
            continue
        path = (*prefix, *item.wire)
        yield path
        if item.block is not None and len(path) < 12:
            yield from declared(item.block, path)


IDENTITY = {
    "bucketId (query param)",
    "name",
    "region",
    "project",
    "secretId",
    "accountId",
    "(url)",
    "projectId",
    "roleId",
}


def is_identity(kind, path, fact):
    return bool(fact.get("url_param")) or path in IDENTITY


def steps(path):
    return tuple(path.split("."))


@pytest.mark.parametrize("kind", KINDS)
def test_what_cannot_change_is_immutable(kind):
    """Every field that forces a new object has the facet."""
    table, paths = FieldTable(CLASSES[kind]), set(declared(CLASSES[kind]))
    wrong = [
        path
        for path, fact in facts(kind).items()
        if fact.get("force_new")
        and not is_identity(kind, path, fact)
        and (kind, path) not in CHANGEABLE
        and steps(path) in paths
        and not table.at(steps(path)).facets & Facet.IMMUTABLE
    ]

    assert wrong == []


@pytest.mark.parametrize("kind", KINDS)
def test_what_can_change_is_not_immutable(kind):
    """No field replaces an object that could be updated."""
    table, known = FieldTable(CLASSES[kind]), facts(kind)
    wrong = [
        path
        for path in map(".".join, declared(CLASSES[kind]))
        if table.at(steps(path)).facets & Facet.IMMUTABLE
        and path in known
        and (kind, path) not in STRICTER
        and not known[path].get("force_new")
    ]

    assert wrong == []


@pytest.mark.parametrize("kind", KINDS)
def test_no_output_is_declared(kind):
    """What Google fills in is not a field of a declaration."""
    known = facts(kind)
    wrong = [
        path
        for path in map(".".join, declared(CLASSES[kind]))
        if known.get(path, {}).get("output") and (kind, path) not in SETTABLE
    ]

    assert wrong == []


@pytest.mark.parametrize("kind", KINDS)
def test_every_field_is_declared_or_left_out_for_a_reason(kind):
    """Complete, but for what is listed; and nothing is listed in vain."""
    missing = {
        path
        for path, fact in facts(kind).items()
        if not fact.get("output")
        and not is_identity(kind, path, fact)
        and not covered(kind, steps(path))
    }
    left_out = LEFT_OUT.get(kind, {})
    unexplained = {
        path for path in missing if not any(f"{path}.".startswith(f"{p}.") for p in left_out)
    }

    assert unexplained == set()
    assert set(left_out) - missing == set()


def covered(kind, path):
    """Tell whether a field stands for a place: by itself, by a part of it, or encoded whole."""
    for wire, encoded in wires(kind):
        if wire[: len(path)] == path or (encoded and path[: len(wire)] == wire):
            return True
    return False


@functools.cache
def wires(kind):
    table = FieldTable(CLASSES[kind])
    return tuple((path, table.at(path).encode is not None) for path in declared(CLASSES[kind]))
