"""A small world with something of each service in it, for the tables of mistakes."""

from typing import Any

from gcpstack.emulator import ManualClock
from gcpstack.emulator.core.google import Google
from tests.emulator.conftest import Send, sender

P = "projects/demo-proj"
L = f"{P}/locations/us-central1"
ZERO = f"{P}/locations/global"
GOOGLE = "googleapis.com"
COMPUTE = f"https://compute.{GOOGLE}/compute/v1/{P}"
G, R = f"{COMPUTE}/global", f"{COMPUTE}/regions/us-central1"
RUN = f"https://run.{GOOGLE}/v2/{L}"
SECRETS = f"https://secretmanager.{GOOGLE}/v1/{P}/secrets"
REDIS = f"https://redis.{GOOGLE}/v1/{L}/instances"
SQL = f"https://sqladmin.{GOOGLE}/v1/{P}/instances"
STORAGE = f"https://storage.{GOOGLE}/storage/v1/b"
PUBSUB = f"https://pubsub.{GOOGLE}/v1/{P}"
IAM = f"https://iam.{GOOGLE}/v1/{P}"
DNS = f"https://dns.{GOOGLE}/dns/v1/{P}/managedZones"
KMS = f"https://cloudkms.{GOOGLE}/v1/{L}/keyRings"
TASKS = f"https://cloudtasks.{GOOGLE}/v2/{L}/queues"
JOBS = f"https://cloudscheduler.{GOOGLE}/v1/{L}/jobs"
MONITORING = f"https://monitoring.{GOOGLE}/v3/{P}"
FIRESTORE = f"https://firestore.{GOOGLE}/v1/{P}/databases"
CERTIFICATES = f"https://certificatemanager.{GOOGLE}/v1/{ZERO}"
VPC = f"https://vpcaccess.{GOOGLE}/v1/{L}/connectors"
PROJECTS = f"https://cloudresourcemanager.{GOOGLE}/v3"
USAGE = f"https://serviceusage.{GOOGLE}/v1/{P}/services"
REPOSITORIES = f"https://artifactregistry.{GOOGLE}/v1/{L}/repositories"
PEERING = f"https://servicenetworking.{GOOGLE}/v1/services/servicenetworking.{GOOGLE}/connections"
DATASETS = f"https://bigquery.{GOOGLE}/bigquery/v2/{P}/datasets"
LOGS = f"https://logging.{GOOGLE}/v2/{P}"
BUDGETS = f"https://billingbudgets.{GOOGLE}/v1/billingAccounts/012345-567890-ABCDEF/budgets"
BUILD = f"https://cloudbuild.{GOOGLE}/v1/{P}"
FUNCTIONS = f"https://cloudfunctions.{GOOGLE}/v2/{L}/functions"
ENDPOINTS = f"https://ids.{GOOGLE}/v1/{P}/locations/us-central1-a/endpoints"
BINARIES = f"https://binaryauthorization.{GOOGLE}/v1/{P}"
ACCESS = f"https://accesscontextmanager.{GOOGLE}/v1/accessPolicies"
EVENTS = f"https://eventarc.{GOOGLE}/v1/{L}/triggers"
IMAGE = {"image": "us-docker.pkg.dev/cloudrun/container/hello"}

OBJECT = f"https://storage.{GOOGLE}/upload/storage/v1/b/shelf-demo/o?uploadType=media&name=note"
POLICY: dict[str, Any] = {
    "displayName": "down",
    "combiner": "OR",
    "conditions": [{"displayName": "c", "conditionAbsent": {"filter": 'metric.type="a" AND resource.type="b"', "duration": "300s"}}],
}  # fmt: skip
CHECK: dict[str, Any] = {
    "displayName": "up",
    "monitoredResource": {"type": "uptime_url", "labels": {"host": "example.com", "project_id": "demo-proj"}},
    "httpCheck": {"path": "/"},
    "period": "60s",
    "timeout": "10s",
}  # fmt: skip
DATABASE: dict[str, Any] = {
    "name": "main",
    "databaseVersion": "POSTGRES_15",
    "region": "us-central1",
    "settings": {"tier": "db-custom-2-7680", "edition": "ENTERPRISE"},
}
ROWS: tuple[tuple[str, str, Any], ...] = (
    ("POST", f"{G}/networks", {"name": "net", "autoCreateSubnetworks": False}),
    ("POST", f"{R}/subnetworks", {"name": "sub", "network": "global/networks/net", "ipCidrRange": "10.0.0.0/24"}),
    ("POST", f"{G}/firewalls", {"name": "wall", "network": "global/networks/net", "allowed": [{"IPProtocol": "tcp"}]}),
    ("POST", f"{R}/routers", {"name": "router", "network": "global/networks/net"}),
    ("POST", f"{G}/addresses", {"name": "ip"}),
    ("POST", f"{G}/healthChecks", {"name": "health", "type": "HTTP", "httpHealthCheck": {"port": 80}}),
    ("POST", f"{G}/securityPolicies", {"name": "armor"}),
    ("POST", f"{R}/networkEndpointGroups", {"name": "neg", "networkEndpointType": "SERVERLESS", "cloudRun": {"service": "web"}}),
    (
        "POST", f"{G}/backendServices",
        {"name": "back", "protocol": "HTTP", "loadBalancingScheme": "EXTERNAL_MANAGED", "backends": [{"group": f"{R}/networkEndpointGroups/neg"}]},
    ),
    ("POST", f"{G}/urlMaps", {"name": "map", "defaultService": f"{G}/backendServices/back"}),
    ("POST", f"{G}/sslCertificates", {"name": "cert", "type": "MANAGED", "managed": {"domains": ["a.example.com"]}}),
    ("POST", f"{G}/sslPolicies", {"name": "tls", "profile": "MODERN"}),
    (
        "POST", f"{G}/targetHttpsProxies",
        {"name": "proxy", "urlMap": f"{G}/urlMaps/map", "sslCertificates": [f"{G}/sslCertificates/cert"], "sslPolicy": f"{G}/sslPolicies/tls"},
    ),
    (
        "POST", f"{G}/forwardingRules",
        {"name": "rule", "target": f"{G}/targetHttpsProxies/proxy", "portRange": "443", "IPAddress": f"{G}/addresses/ip", "loadBalancingScheme": "EXTERNAL_MANAGED"},
    ),
    ("POST", f"{RUN}/services?serviceId=web", {"template": {"containers": [IMAGE]}}),
    ("POST", f"{RUN}/jobs?jobId=batch", {"template": {"template": {"containers": [IMAGE]}}}),
    ("POST", f"{SECRETS}?secretId=token", {"replication": {"automatic": {}}}),
    ("POST", f"{SECRETS}/token:addVersion", {"payload": {"data": "aGk="}}),
    ("POST", f"{REDIS}?instanceId=cache", {"memorySizeGb": 1, "tier": "STANDARD_HA"}),
    ("POST", SQL, DATABASE),
    ("POST", f"{SQL}/main/databases", {"name": "app"}),
    ("POST", f"{SQL}/main/users", {"name": "app", "password": "secret"}),
    ("POST", f"{STORAGE}?project=demo-proj", {"name": "shelf-demo"}),
    ("POST", OBJECT, {"a": 1}),
    ("PUT", f"{PUBSUB}/topics/news", {}),
    ("PUT", f"{PUBSUB}/subscriptions/reader", {"topic": f"{P}/topics/news"}),
    ("POST", f"{IAM}/serviceAccounts", {"accountId": "robot-1"}),
    ("POST", f"{IAM}/roles", {"roleId": "viewer2", "role": {"title": "x", "includedPermissions": ["run.services.get"]}}),
    ("POST", DNS, {"name": "zone", "dnsName": "example.com.", "description": "x"}),
    ("POST", f"{DNS}/zone/rrsets", {"name": "a.example.com.", "type": "A", "ttl": 60, "rrdatas": ["192.0.2.1"]}),
    ("POST", f"{KMS}?keyRingId=ring", {}),
    ("POST", f"{KMS}/ring/cryptoKeys?cryptoKeyId=key", {"purpose": "ENCRYPT_DECRYPT"}),
    ("POST", TASKS, {"name": f"{L}/queues/errands"}),
    ("POST", JOBS, {"name": f"{L}/jobs/tick", "schedule": "* * * * *", "httpTarget": {"uri": "https://example.com/"}}),
    ("POST", f"{MONITORING}/alertPolicies", POLICY),
    ("POST", f"{MONITORING}/uptimeCheckConfigs", CHECK),
    ("POST", f"{FIRESTORE}?databaseId=main-db", {"type": "FIRESTORE_NATIVE", "locationId": "nam5"}),
    ("POST", f"{CERTIFICATES}/certificateMaps?certificateMapId=certs", {}),
    ("POST", f"{CERTIFICATES}/dnsAuthorizations?dnsAuthorizationId=auth", {"domain": "example.com"}),
    ("POST", f"{CERTIFICATES}/certificates?certificateId=cert", {"managed": {"domains": ["example.com"], "dnsAuthorizations": [f"{ZERO}/dnsAuthorizations/auth"]}}),
    (
        "POST", f"{CERTIFICATES}/certificateMaps/certs/certificateMapEntries?certificateMapEntryId=entry",
        {"hostname": "example.com", "certificates": [f"{ZERO}/certificates/cert"]},
    ),
    ("POST", f"{VPC}?connectorId=bridge", {"network": "net", "ipCidrRange": "10.8.0.0/28", "minInstances": 2, "maxInstances": 3}),
    ("POST", f"{REPOSITORIES}?repositoryId=images", {"format": "DOCKER"}),
    ("POST", DATASETS, {"datasetReference": {"datasetId": "sales"}}),
    ("POST", f"{DATASETS}/sales/tables", {"tableReference": {"tableId": "orders"}}),
    ("POST", f"{LOGS}/sinks", {"name": "sink", "destination": f"pubsub.{GOOGLE}/{P}/topics/news"}),
)  # fmt: skip


def scene() -> tuple[Google, Send]:
    """The world, with time enough gone by for all of it to be ready, and how to call it."""
    world = Google(clock=ManualClock())
    send = sender(world)
    for method, url, body in ROWS:
        answer = send(method, url, body)
        assert answer.status in (200, 201), (url, answer.body)
        world.advance(1)
    return world, send
