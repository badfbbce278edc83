"""One case a kind: a body to make, what it needs first, and each change that its API takes."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from gcpstack._core.marks import mark
from gcpstack._core.refs import Sensitive
from tests.adapters.cases_events import EVENTS

STACK = "contract"
P = "projects/{project}/"
G = P + "global/"
REGION = "us-central1"


@dataclass(frozen=True)
class Case:
    """How one kind is put to the test. Texts may hold ``{project}``
    and ``{policy}``, the number of an access policy that it needs.

    Attributes:
        body: what to create.
        ids: the identity beside the project.
        needs: what must exist first: kind -> its identity and body.
        changes: dotted path -> the value it is changed to, one at a time; None unsets.
        fills: what Google fills in beside a change.
        deletes: whether a delete makes it go.
        again: whether creating it again is refused; otherwise it changes nothing.
    """

    body: dict[str, Any]
    ids: dict[str, str] = field(default_factory=lambda: {"name": "thing-one"})
    needs: tuple[tuple[str, dict[str, str], dict[str, Any]], ...] = ()
    changes: Mapping[str, Any] = field(default_factory=dict)
    fills: frozenset[str] = frozenset()
    deletes: bool = True
    again: bool = True


def named(name: str) -> dict[str, str]:
    return {"name": name}


def neg(name: str) -> tuple[str, dict[str, str], dict[str, Any]]:
    body = {"networkEndpointType": "SERVERLESS", "cloudRun": {"service": "api"}}
    return ("compute.RegionNetworkEndpointGroup", {"name": name, "region": REGION}, body)


def backend(name: str) -> tuple[str, dict[str, str], dict[str, Any]]:
    body = {"loadBalancingScheme": "EXTERNAL_MANAGED", "protocol": "HTTP"}
    return ("compute.BackendService", named(name), body)


def policy(name: str, **more: Any) -> tuple[str, dict[str, str], dict[str, Any]]:
    return ("compute.SecurityPolicy", named(name), more)


def url_map(name: str) -> tuple[str, dict[str, str], dict[str, Any]]:
    return ("compute.UrlMap", named(name), {"defaultService": G + "backendServices/b"})


def certificate(name: str) -> tuple[str, dict[str, str], dict[str, Any]]:
    body = {"type": "MANAGED", "managed": {"domains": [f"{name}.example.com"]}}
    return ("compute.ManagedSslCertificate", named(name), body)


def http_proxy(name: str) -> tuple[str, dict[str, str], dict[str, Any]]:
    return ("compute.TargetHttpProxy", named(name), {"urlMap": G + "urlMaps/m"})


CONTAINER = {"image": "us-docker.pkg.dev/cloudrun/container/hello"}
RUN = (
    "run.Service",
    {"location": REGION, "name": "api"},
    {"template": {"containers": [CONTAINER]}},
)
SECRET = ("secretmanager.Secret", named("pass"), {"replication": {"automatic": {}}})
DATASET = ("bigquery.Dataset", named("logs"), {"location": "US"})
BUCKET = (
    "storage.Bucket",
    named("{project}-contract"),
    {"location": "US", "iamConfiguration": {"uniformBucketLevelAccess": {"enabled": True}}},
)
SINK = {
    "destination": "bigquery.googleapis.com/projects/{project}/datasets/logs",
    "filter": "severity>=ERROR",
}
USER = "user:ada@example.com"

TOPIC = ("pubsub.Topic", named("events"), {})
SQL = (
    "sql.DatabaseInstance",
    named("db"),
    {
        "databaseVersion": "POSTGRES_15",
        "region": REGION,
        "settings": {"tier": "db-custom-2-7680", "edition": "ENTERPRISE"},
    },
)
VPC = ("compute.Network", named("vpc"), {"autoCreateSubnetworks": False})


def reserved(name: str) -> tuple[str, dict[str, str], dict[str, Any]]:
    body = {
        "addressType": "INTERNAL",
        "purpose": "VPC_PEERING",
        "prefixLength": 20,
        "network": G + "networks/vpc",
    }
    return ("compute.GlobalAddress", named(name), body)


ACCOUNT = ("iam.ServiceAccount", named("runner"), {})
REPOSITORY = (
    "artifactregistry.Repository",
    {"location": REGION, "name": "images"},
    {"format": "DOCKER"},
)
SUBSCRIPTION = ("pubsub.Subscription", named("worker"), {"topic": P + "topics/events"})


def grant(on: dict[str, str], role: str, *needs: Any) -> Case:
    """A case of a grant: it has no fields, and granting again changes nothing."""
    return Case({}, ids={**on, "role": role, "member": USER}, needs=needs, again=False)


BUILD = {
    "steps": [{"name": "gcr.io/cloud-builders/docker", "args": ["build", "."]}],
    "timeout": "600s",
}

NAT = {
    "name": "nat",
    "natIpAllocateOption": "AUTO_ONLY",
    "sourceSubnetworkIpRangesToNat": "ALL_SUBNETWORKS_ALL_IP_RANGES",
}
RULE = {
    "priority": 1000,
    "action": "deny(403)",
    "match": {"versionedExpr": "SRC_IPS_V1", "config": {"srcIpRanges": ["203.0.113.0/24"]}},
}
OTHER_RULE = {**RULE, "priority": 2000, "action": "allow"}
LAST_RULE = {
    "priority": 2147483647,
    "action": "allow",
    "match": {"versionedExpr": "SRC_IPS_V1", "config": {"srcIpRanges": ["*"]}},
}


def condition(seconds: str) -> dict[str, Any]:
    return {
        "displayName": "slow",
        "conditionThreshold": {
            "filter": 'resource.type = "cloud_run_revision" AND '
            'metric.type = "run.googleapis.com/request_latencies"',
            "comparison": "COMPARISON_GT",
            "thresholdValue": 2000,
            "duration": seconds,
        },
    }


CASES: Mapping[str, Case] = {
    "compute.BackendBucket": Case(
        {"bucketName": "some-bucket", "enableCdn": False},
        needs=(policy("edge", type="CLOUD_ARMOR_EDGE"),),
        fills=frozenset({"cdnPolicy"}),
        changes={
            "enableCdn": True,
            "description": "assets",
            "edgeSecurityPolicy": G + "securityPolicies/edge",
        },
    ),
    "compute.BackendService": Case(
        {
            "loadBalancingScheme": "EXTERNAL_MANAGED",
            "protocol": "HTTP",
            "backends": [{"group": P + f"regions/{REGION}/networkEndpointGroups/n"}],
            "description": "before",
        },
        needs=(neg("n"), neg("n2"), policy("armor")),
        fills=frozenset({"cdnPolicy"}),
        changes={
            "logConfig": {"enable": True, "sampleRate": 1.0},
            "description": None,
            "backends": [],
            "enableCDN": True,
            "securityPolicy": G + "securityPolicies/armor",
        },
    ),
    "compute.Address": Case(
        {"description": "out", "networkTier": "PREMIUM"},
        ids={"name": "thing-one", "region": REGION},
        changes={"labels": {"team": "web"}},
    ),
    "compute.GlobalAddress": Case({"description": "front"}, changes={"labels": {"team": "web"}}),
    "compute.GlobalForwardingRule": Case(
        {
            "loadBalancingScheme": "EXTERNAL_MANAGED",
            "target": G + "targetHttpProxies/x",
            "portRange": "80-80",
            "IPProtocol": "TCP",
        },
        needs=(backend("b"), url_map("m"), http_proxy("x"), http_proxy("y")),
        changes={"target": G + "targetHttpProxies/y", "labels": {"team": "web"}},
    ),
    "compute.HealthCheck": Case(
        {"type": "HTTP", "httpHealthCheck": {"port": 80, "requestPath": "/old"}},
        changes={
            "checkIntervalSec": 7,
            "httpHealthCheck.requestPath": "/new",
            "description": "pulse",
        },
    ),
    "compute.ManagedSslCertificate": Case(
        {"type": "MANAGED", "managed": {"domains": ["one.example.com", "two.example.com"]}}
    ),
    "compute.Network": Case(
        {"autoCreateSubnetworks": False, "mtu": 1460},
        changes={"routingConfig": {"routingMode": "GLOBAL"}, "mtu": 1500},
    ),
    "compute.Subnetwork": Case(
        {"network": G + "networks/vpc", "ipCidrRange": "10.10.0.0/24"},
        ids={"name": "thing-one", "region": REGION},
        needs=(VPC,),
        fills=frozenset({"gatewayAddress", "enableFlowLogs", "purpose"}),
        changes={
            "ipCidrRange": "10.10.0.0/20",
            "privateIpGoogleAccess": True,
            "secondaryIpRanges": [{"rangeName": "pods", "ipCidrRange": "10.20.0.0/20"}],
            "logConfig": {"enable": True, "flowSampling": 0.25},
        },
    ),
    "compute.Firewall": Case(
        {
            "network": G + "networks/vpc",
            "allowed": [{"IPProtocol": "tcp", "ports": ["443"]}],
            "sourceRanges": ["10.0.0.0/8"],
            "description": "before",
        },
        needs=(VPC,),
        changes={
            "allowed": [{"IPProtocol": "tcp", "ports": ["443", "8000-8999"]}],
            "priority": 900,
            "sourceRanges": ["10.0.0.0/8", "192.168.0.0/16"],
            "description": None,
            "targetTags": ["web"],
            "logConfig.enable": True,
            "disabled": True,
        },
    ),
    "compute.Router": Case(
        {"network": G + "networks/vpc", "nats": [NAT]},
        ids={"name": "thing-one", "region": REGION},
        needs=(VPC,),
        changes={
            "description": "out",
            "nats": [{**NAT, "minPortsPerVm": 128}],
            "bgp": {"asn": 64514},
        },
    ),
    "compute.RegionNetworkEndpointGroup": Case(
        {"networkEndpointType": "SERVERLESS", "cloudRun": {"service": "api"}},
        ids={"name": "thing-one", "region": REGION},
    ),
    "compute.SecurityPolicy": Case(
        {"type": "CLOUD_ARMOR", "description": "before", "rules": [RULE, LAST_RULE]},
        changes={
            "description": "after",
            "labels": {"team": "web"},
            "rules": [{**RULE, "action": "deny(404)"}, OTHER_RULE, LAST_RULE],
        },
    ),
    "compute.SslPolicy": Case(
        {
            "profile": "CUSTOM",
            "minTlsVersion": "TLS_1_2",
            "customFeatures": ["TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256"],
        },
        changes={
            "minTlsVersion": "TLS_1_1",
            "customFeatures": ["TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384"],
        },
    ),
    "compute.TargetHttpProxy": Case(
        {"urlMap": G + "urlMaps/m"},
        needs=(backend("b"), url_map("m"), url_map("m2")),
        changes={"urlMap": G + "urlMaps/m2"},
    ),
    "compute.TargetHttpsProxy": Case(
        {"urlMap": G + "urlMaps/m", "sslCertificates": [G + "sslCertificates/c"]},
        needs=(
            backend("b"),
            url_map("m"),
            url_map("m2"),
            certificate("c"),
            certificate("c2"),
            ("compute.SslPolicy", named("modern"), {"profile": "MODERN"}),
        ),
        changes={
            "urlMap": G + "urlMaps/m2",
            "sslCertificates": [G + "sslCertificates/c", G + "sslCertificates/c2"],
            "sslPolicy": G + "sslPolicies/modern",
            "quicOverride": "ENABLE",
        },
    ),
    "compute.UrlMap": Case(
        {
            "defaultService": G + "backendServices/b",
            "hostRules": [{"hosts": ["a.example.com"], "pathMatcher": "p"}],
            "pathMatchers": [{"name": "p", "defaultService": G + "backendServices/b"}],
        },
        needs=(backend("b"), backend("b2")),
        changes={
            "defaultService": G + "backendServices/b2",
            "description": "routes",
            "hostRules": [{"hosts": ["a.example.com", "b.example.com"], "pathMatcher": "p"}],
        },
    ),
    "pubsub.Subscription": Case(
        {"topic": P + "topics/events", "labels": {"team": "web"}},
        needs=(TOPIC,),
        changes={
            "ackDeadlineSeconds": 60,
            "messageRetentionDuration": "86400s",
            "labels": {"team": "api"},
            "pushConfig": {"pushEndpoint": "https://a.example.com/push"},
            "retryPolicy": {"minimumBackoff": "5s", "maximumBackoff": "60s"},
            "expirationPolicy.ttl": "",
            "deadLetterPolicy": {
                "deadLetterTopic": P + "topics/events",
                "maxDeliveryAttempts": 7,
            },
        },
    ),
    "pubsub.Topic": Case(
        {"labels": {"team": "web"}},
        changes={
            "messageRetentionDuration": "86400s",
            "labels": {"team": "api"},
            "messageStoragePolicy": {"allowedPersistenceRegions": [REGION]},
        },
    ),
    "redis.Instance": Case(
        {"tier": "STANDARD_HA", "memorySizeGb": 5, "redisVersion": "REDIS_6_X"},
        ids={"location": REGION, "name": "thing-one"},
        changes={
            "memorySizeGb": 6,
            "redisVersion": "REDIS_7_2",
            "displayName": "cache",
            "labels": {"team": "web"},
            "authEnabled": True,
            "redisConfigs": {"maxmemory-policy": "allkeys-lru"},
            "persistenceConfig": {"persistenceMode": "RDB", "rdbSnapshotPeriod": "SIX_HOURS"},
            "maintenancePolicy": {
                "weeklyMaintenanceWindow": [{"day": "SUNDAY", "startTime": {"hours": 3}}]
            },
        },
    ),
    "servicenetworking.Connection": Case(
        {"reservedPeeringRanges": ["services"]},
        ids={"network": "vpc", "service": "servicenetworking.googleapis.com"},
        needs=(VPC, reserved("services"), reserved("more")),
        changes={"reservedPeeringRanges": ["services", "more"]},
    ),
    "sql.DatabaseInstance": Case(
        {
            "databaseVersion": "POSTGRES_15",
            "region": REGION,
            "settings": {
                "tier": "db-custom-2-7680",
                "edition": "ENTERPRISE",
                "userLabels": {"team": "web"},
                "backupConfiguration": {"enabled": True, "startTime": "03:00"},
            },
        },
        changes={
            "settings.tier": "db-custom-4-15360",
            "settings.userLabels": {"team": "api"},
            "settings.databaseFlags": [{"name": "max_connections", "value": "200"}],
            "settings.backupConfiguration.pointInTimeRecoveryEnabled": True,
            "settings.availabilityType": "REGIONAL",
            "settings.ipConfiguration.sslMode": "ENCRYPTED_ONLY",
            "settings.insightsConfig": {"queryInsightsEnabled": True},
            "settings.maintenanceWindow": {"day": 7, "hour": 3},
            "settings.dataDiskSizeGb": "20",
            "databaseVersion": "POSTGRES_16",
        },
        fills=frozenset(
            {
                "databaseInstalledVersion",
                "maintenanceVersion",
                "secondaryGceZone",
                "settings",
                "upgradableDatabaseVersions",
            }
        ),
    ),
    "sql.Database": Case({}, ids={"instance": "db", "name": "app"}, needs=(SQL,)),
    "sql.Import": Case(
        {"content": Sensitive("create table a (b int)"), "importUser": "app"},
        ids={
            "instance": "db",
            "database": "app",
            "bucket": "{project}-contract",
            "name": "schema.sql",
        },
        needs=(SQL, ("sql.Database", {"instance": "db", "name": "app"}, {}), BUCKET),
        changes={"importUser": "owner"},
        again=False,
    ),
    "sql.User": Case(
        {"name": "app", "password": Sensitive("hunter2")},
        ids={"instance": "db", "account": "app"},
        needs=(SQL,),
    ),
    "vpcaccess.Connector": Case(
        {
            "network": "vpc",
            "ipCidrRange": "10.8.0.0/28",
            "minInstances": 2,
            "maxInstances": 3,
        },
        ids={"location": REGION, "name": "thing-one"},
        needs=(VPC,),
        # Throughput follows from the machines.
        fills=frozenset({"maxThroughput"}),
        changes={"maxInstances": 4, "machineType": "e2-standard-4"},
    ),
    "run.Job": Case(
        {"template": {"template": {"containers": [CONTAINER]}}},
        ids={"location": REGION, "name": "thing-one"},
        changes={
            "template.taskCount": 3,
            "template.template.maxRetries": 1,
            "template.template.timeout": "1200s",
            "labels": {"team": "web"},
        },
    ),
    "run.JobIamMember": grant(
        {"location": REGION, "job": "batch"},
        "roles/run.invoker",
        (
            "run.Job",
            {"location": REGION, "name": "batch"},
            {"template": {"template": {"containers": [CONTAINER]}}},
        ),
    ),
    "run.Service": Case(
        {"template": {"containers": [CONTAINER]}, "ingress": "INGRESS_TRAFFIC_ALL"},
        ids={"location": REGION, "name": "thing-one"},
        changes={
            "ingress": "INGRESS_TRAFFIC_INTERNAL_LOAD_BALANCER",
            "template.maxInstanceRequestConcurrency": 10,
            "template.timeout": "60s",
            "labels": {"team": "web"},
            "description": "hello",
        },
    ),
    "run.ServiceIamMember": Case(
        {},
        ids={
            "location": REGION,
            "service": "api",
            "role": "roles/run.invoker",
            "member": "allUsers",
        },
        needs=(RUN,),
        again=False,
    ),
    "secretmanager.Secret": Case(
        {"replication": {"automatic": {}}, "labels": {"team": "web"}},
        changes={"labels": {"team": "api"}, "annotations": {"note": "kept"}, "labels.team": None},
    ),
    "secretmanager.SecretVersion": Case(
        {"payload": {"data": Sensitive("hunter2")}},
        ids={"secret": "pass"},
        needs=(SECRET,),
        again=False,
    ),
    "secretmanager.SecretIamMember": Case(
        {},
        ids={"secret": "pass", "role": "roles/secretmanager.secretAccessor", "member": USER},
        needs=(SECRET,),
        again=False,
    ),
    "monitoring.UptimeCheckConfig": Case(
        {
            "displayName": "healthz",
            "monitoredResource": {
                "type": "uptime_url",
                "labels": {"project_id": "{project}", "host": "a.example.com"},
            },
            "httpCheck": {"path": "/healthz", "port": 443, "useSsl": True},
            "period": "60s",
            "timeout": "10s",
            "userLabels": mark(STACK, "thing-one"),
        },
        changes={
            "period": "300s",
            "timeout": "5s",
            "displayName": "pulse",
            "httpCheck.path": "/up",
        },
    ),
    "monitoring.AlertPolicy": Case(
        {
            "displayName": "latency",
            "combiner": "OR",
            "conditions": [condition("300s")],
            "userLabels": mark(STACK, "thing-one"),
        },
        changes={
            "displayName": "slowness",
            "enabled": False,
            "documentation": {"content": "Look at the logs.", "mimeType": "text/markdown"},
            "conditions": [condition("600s")],
        },
    ),
    "monitoring.NotificationChannel": Case(
        {
            "displayName": "on call",
            "type": "email",
            "labels": {"email_address": "ops@example.com"},
            "userLabels": mark(STACK, "thing-one"),
        },
        changes={
            "displayName": "crew",
            "description": "who is on call",
            "enabled": False,
            "labels.email_address": "crew@example.com",
        },
    ),
    "logging.ProjectSink": Case(
        SINK,
        needs=(DATASET,),
        changes={"filter": "severity>=WARNING", "description": "errors", "disabled": True},
    ),
    "artifactregistry.Image": Case(
        {"build": {"context": str(Path(__file__).parent / "context")}},
        ids={"location": REGION, "repository": "images", "name": "team/app", "tag": "v1"},
        needs=(
            (
                "artifactregistry.Repository",
                {"location": REGION, "name": "images"},
                {"format": "DOCKER"},
            ),
        ),
    ),
    "artifactregistry.Repository": Case(
        {
            "format": "DOCKER",
            "description": "before",
            "cleanupPolicies": {
                "old": {"id": "old", "action": "DELETE", "condition": {"olderThan": "2592000s"}},
                "few": {"id": "few", "action": "KEEP", "mostRecentVersions": {"keepCount": 5}},
            },
        },
        ids={"location": REGION, "name": "thing-one"},
        changes={
            "description": None,
            "labels": {"team": "web"},
            "dockerConfig": {"immutableTags": True},
            "cleanupPolicyDryRun": True,
            "cleanupPolicies": {
                "few": {"id": "few", "action": "KEEP", "mostRecentVersions": {"keepCount": 9}}
            },
        },
    ),
    "artifactregistry.RepositoryIamMember": grant(
        {"location": REGION, "repository": "images"},
        "roles/artifactregistry.reader",
        REPOSITORY,
    ),
    "billingbudgets.Budget": Case(
        {
            "displayName": "thing-one",
            "amount": {"specifiedAmount": {"units": "1000"}},
            "thresholdRules": [{"thresholdPercent": 0.5}],
            "budgetFilter": {"projects": [P.rstrip("/")]},
        },
        ids={"billing_account": "0A1B2C-3D4E5F-6A7B8C", "name": "thing-one"},
        changes={
            "amount.specifiedAmount.units": "2000",
            "thresholdRules": [{"thresholdPercent": 0.9, "spendBasis": "FORECASTED_SPEND"}],
            "notificationsRule": {"disableDefaultIamRecipients": True},
        },
    ),
    "cloudbuild.BuildTrigger": Case(
        {
            "name": "thing-one",
            "build": BUILD,
            "github": {"owner": "octo", "name": "shop", "push": {"branch": "^main$"}},
            "description": "before",
        },
        ids={"location": "global", "name": "thing-one"},
        changes={
            "build": {**BUILD, "images": ["gcr.io/p/shop"]},
            "description": None,
            "disabled": True,
            "substitutions": {"_ENV": "prod"},
            "includedFiles": ["src/**"],
            "github.push.branch": "^release$",
        },
    ),
    "compute.SubnetworkIamMember": grant(
        {"region": REGION, "subnetwork": "apps"},
        "roles/compute.networkUser",
        VPC,
        (
            "compute.Subnetwork",
            {"region": REGION, "name": "apps"},
            {"network": G + "networks/vpc", "ipCidrRange": "10.10.0.0/24"},
        ),
    ),
    "iam.ServiceAccountIamMember": grant(
        {"service_account": "runner"}, "roles/iam.serviceAccountUser", ACCOUNT
    ),
    "pubsub.SubscriptionIamMember": grant(
        {"subscription": "worker"}, "roles/pubsub.subscriber", TOPIC, SUBSCRIPTION
    ),
    "pubsub.TopicIamMember": grant({"topic": "events"}, "roles/pubsub.publisher", TOPIC),
    "resourcemanager.ProjectAuditLog": Case(
        {"exemptedMembers": [USER]},
        ids={"service": "storage.googleapis.com", "log_type": "DATA_READ"},
        changes={"exemptedMembers": [USER, "user:bea@example.com"]},
        again=False,
    ),
    "run.DomainMapping": Case(
        {"spec": {"routeName": "api"}, "metadata": {"annotations": {"note": "kept"}}},
        ids={"location": REGION, "name": "www.example.com"},
        needs=(RUN,),
    ),
    "logging.BucketConfig": Case(
        {"retentionDays": 90, "description": "before"},
        ids={"location": "global", "name": "thing-one"},
        changes={
            "retentionDays": 365,
            "description": None,
            "indexConfigs": [{"fieldPath": "jsonPayload.status", "type": "INDEX_TYPE_STRING"}],
            "analyticsEnabled": True,
        },
    ),
    "iam.ProjectCustomRole": Case(
        {"title": "Deployer", "includedPermissions": ["run.services.get"], "stage": "GA"},
        ids=named("thing.one"),
        changes={
            "title": "Runner",
            "description": "deploys",
            "includedPermissions": ["run.services.get", "run.services.update"],
            "stage": "DEPRECATED",
        },
    ),
    "bigquery.Dataset": Case(
        {"location": "US", "friendlyName": "Logs"},
        ids=named("thing_one"),
        changes={
            "friendlyName": None,
            "labels": {"team": "web"},
            "defaultTableExpirationMs": "3600000",
        },
    ),
    "bigquery.DatasetIamMember": Case(
        {},
        ids={"dataset": "logs", "role": "roles/bigquery.dataEditor", "member": USER},
        needs=(DATASET,),
        again=False,
    ),
    "storage.BucketIamMember": Case(
        {},
        ids={"bucket": "{project}-contract", "role": "roles/storage.objectViewer", "member": USER},
        needs=(BUCKET,),
        again=False,
    ),
    "serviceusage.Service": Case(
        {}, ids=named("pubsub.googleapis.com"), deletes=False, again=False
    ),
    "resourcemanager.ProjectIamMember": Case(
        {},
        ids={"role": "roles/logging.logWriter", "member": USER},
        again=False,
    ),
    "iam.ServiceAccount": Case(
        {"displayName": "One", "description": "before"},
        changes={"displayName": "Two", "description": None, "disabled": True},
    ),
}

CASES |= {kind: Case(**fields) for kind, fields in EVENTS.items()}


def filled(value: Any, **names: str) -> Any:
    """Fill the holes of every text."""
    if isinstance(value, str):
        for name, text in names.items():
            value = value.replace(f"{{{name}}}", text)
        return value
    if isinstance(value, dict):
        return {key: filled(inner, **names) for key, inner in value.items()}
    if isinstance(value, list):
        return [filled(inner, **names) for inner in value]
    return value
