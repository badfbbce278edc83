"""Requests that Google takes, a few for each kind, by service and in an order in which they work.

A path that begins with a slash names its host. ``P`` stands for ``projects/demo-proj``, ``L`` for its ``locations/us-central1``.
"""

from typing import Any

from gcpstack.emulator.core.ids import number_of

P = "projects/demo-proj"
L = f"{P}/locations/us-central1"
COMPUTE = f"compute/v1/{P}"
G = f"{COMPUTE}/global"
R = f"{COMPUTE}/regions/us-central1"
CONTAINER = {"image": "us-docker.pkg.dev/cloudrun/container/hello"}
HTTP_CHECK = {"type": "HTTP", "httpHealthCheck": {"port": 80, "requestPath": "/"}}
CONDITION = {
    "displayName": "c",
    "conditionThreshold": {
        "filter": 'metric.type="x" AND resource.type="global"', "comparison": "COMPARISON_GT", "duration": "60s",
        "aggregations": [{"alignmentPeriod": "60s", "perSeriesAligner": "ALIGN_RATE"}],
    },
}  # fmt: skip
KEY = f"{L}/keyRings/aa-1/cryptoKeys/aa-1"
ZONE = f"dns/v1/{P}/managedZones/aa-1"
BUCKET = "storage/v1/b/aa-1"
ENV = [
    {"name": "A", "value": "b"},
    {"name": "S", "valueSource": {"secretKeyRef": {"secret": "aa-1", "version": "latest"}}},
]
SLI = {"basicSli": {"latency": {"threshold": "0.3s"}}}

ALLOW = {"evaluationMode": "ALWAYS_ALLOW", "enforcementMode": "DRYRUN_AUDIT_LOG_ONLY"}
PUBLIC = "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n"

Good = tuple[str, str, Any]

NUMBERED = f"projects/{number_of('demo-proj')}/global/networks/default"
# A network that producers may use, as several services need one.
PEERED: tuple[Good, ...] = (
    ("POST", f"/compute.googleapis.com/{G}/addresses", {"name": "block", "purpose": "VPC_PEERING", "addressType": "INTERNAL", "prefixLength": 16, "network": "global/networks/default"}),
    ("POST", "/servicenetworking.googleapis.com/v1/services/servicenetworking.googleapis.com/connections", {"network": NUMBERED, "reservedPeeringRanges": ["block"]}),
)  # fmt: skip

REQUESTS: dict[str, tuple[Good, ...]] = {
    "compute": (
        ("POST", f"{G}/networks", {"name": "aa-1", "autoCreateSubnetworks": False, "routingConfig": {"routingMode": "REGIONAL"}}),
        ("POST", f"{R}/subnetworks", {"name": "aa-1", "network": "global/networks/aa-1", "ipCidrRange": "10.0.0.0/24", "secondaryIpRanges": [{"rangeName": "r", "ipCidrRange": "10.1.0.0/24"}]}),
        ("POST", f"{G}/firewalls", {"name": "aa-1", "network": "global/networks/aa-1", "sourceRanges": ["10.0.0.0/8"], "allowed": [{"IPProtocol": "tcp", "ports": ["80", "443-445"]}]}),
        ("POST", f"{G}/firewallPolicies", {"name": "aa-1"}),
        ("POST", f"{G}/firewallPolicies/aa-1/addRule", {"priority": 7, "action": "allow", "direction": "INGRESS", "match": {"srcIpRanges": ["10.0.0.0/8"], "layer4Configs": [{"ipProtocol": "tcp", "ports": ["22"]}]}}),
        ("POST", f"{R}/vpnGateways", {"name": "aa-1", "network": "global/networks/aa-1"}),
        ("POST", f"{G}/externalVpnGateways", {"name": "aa-1", "interfaces": [{"id": 0, "ipAddress": "198.51.100.7"}]}),
        ("POST", f"{G}/httpHealthChecks", {"name": "aa-1"}),
        ("POST", f"{R}/targetPools", {"name": "aa-1", "healthChecks": ["global/httpHealthChecks/aa-1"]}),
        ("POST", f"{R}/routers", {"name": "aa-1", "network": "global/networks/aa-1", "nats": [{"name": "nat", "natIpAllocateOption": "AUTO_ONLY", "sourceSubnetworkIpRangesToNat": "ALL_SUBNETWORKS_ALL_IP_RANGES"}]}),
        ("POST", f"{R}/vpnTunnels", {"name": "aa-1", "vpnGateway": "regions/us-central1/vpnGateways/aa-1", "peerExternalGateway": "global/externalVpnGateways/aa-1", "router": "regions/us-central1/routers/aa-1", "sharedSecret": "sesame"}),
        ("POST", f"{G}/routes", {"name": "aa-1", "network": "global/networks/aa-1", "destRange": "192.168.0.0/16", "nextHopGateway": "global/gateways/default-internet-gateway", "priority": 900}),
        ("POST", f"{G}/addresses", {"name": "aa-1", "ipVersion": "IPV4", "labels": {"a": "b"}}),
        ("POST", f"{R}/addresses", {"name": "aa-1", "addressType": "EXTERNAL"}),
        ("POST", f"{G}/healthChecks", {"name": "aa-1", **HTTP_CHECK}),
        ("POST", f"{G}/securityPolicies", {"name": "aa-1", "rules": [{"priority": 2147483647, "action": "allow", "match": {"versionedExpr": "SRC_IPS_V1", "config": {"srcIpRanges": ["*"]}}}]}),
        ("POST", f"{G}/securityPolicies/aa-1/addRule", {"priority": 1000, "action": "deny(403)", "match": {"versionedExpr": "SRC_IPS_V1", "config": {"srcIpRanges": ["10.0.0.0/8"]}}}),
        ("POST", f"{R}/networkEndpointGroups", {"name": "aa-1", "networkEndpointType": "SERVERLESS", "cloudRun": {"service": "web"}}),
        ("POST", f"{G}/backendServices", {"name": "aa-1", "protocol": "HTTP", "loadBalancingScheme": "EXTERNAL_MANAGED", "backends": [{"group": "regions/us-central1/networkEndpointGroups/aa-1"}], "logConfig": {"enable": True, "sampleRate": 1}}),
        ("POST", f"{G}/backendBuckets", {"name": "aa-1", "bucketName": "aa-1", "enableCdn": True}),
        ("POST", f"{G}/urlMaps", {"name": "aa-1", "defaultService": "global/backendServices/aa-1", "hostRules": [{"hosts": ["a.example.com"], "pathMatcher": "m"}], "pathMatchers": [{"name": "m", "defaultService": "global/backendServices/aa-1", "pathRules": [{"paths": ["/x", "/y/*"], "service": "global/backendBuckets/aa-1"}]}]}),
        ("POST", f"{G}/sslCertificates", {"name": "aa-1", "type": "MANAGED", "managed": {"domains": ["a.example.com"]}}),
        ("POST", f"{G}/sslPolicies", {"name": "aa-1", "profile": "MODERN", "minTlsVersion": "TLS_1_2"}),
        ("POST", f"{G}/targetHttpsProxies", {"name": "aa-1", "urlMap": "global/urlMaps/aa-1", "sslCertificates": ["global/sslCertificates/aa-1"], "sslPolicy": "global/sslPolicies/aa-1"}),
        ("POST", f"{G}/targetHttpProxies", {"name": "aa-1", "urlMap": "global/urlMaps/aa-1"}),
        ("POST", f"{G}/forwardingRules", {"name": "aa-1", "IPAddress": "global/addresses/aa-1", "IPProtocol": "TCP", "portRange": "443", "target": "global/targetHttpsProxies/aa-1", "loadBalancingScheme": "EXTERNAL_MANAGED"}),
    ),
    "secretmanager": (
        ("POST", f"v1/{P}/secrets?secretId=aa-1", {"replication": {"automatic": {}}, "labels": {"a": "b"}}),
        ("POST", f"v1/{P}/secrets/aa-1:addVersion", {"payload": {"data": "aGk="}}),
        ("POST", f"v1/{P}/secrets/aa-1:setIamPolicy", {"policy": {"bindings": [{"role": "roles/viewer", "members": ["user:a@example.com"]}]}}),
        ("PATCH", f"v1/{P}/secrets/aa-1?updateMask=labels,versionAliases", {"labels": {"a": "c"}, "versionAliases": {"x": "1"}}),
    ),
    "redis": (
        ("POST", f"v1/{L}/instances?instanceId=aa-1", {"memorySizeGb": 1, "tier": "STANDARD_HA", "redisConfigs": {"maxmemory-policy": "allkeys-lru"}}),
        ("PATCH", f"v1/{L}/instances/aa-1?updateMask=memorySizeGb", {"memorySizeGb": 2}),
    ),
    "run": (
        ("POST", f"v2/{L}/services?serviceId=aa-1", {"template": {"containers": [{**CONTAINER, "env": [ENV[0]], "ports": [{"containerPort": 8080}], "resources": {"limits": {"cpu": "1", "memory": "512Mi"}}}], "scaling": {"maxInstanceCount": 3}, "timeout": "60s"}, "traffic": [{"type": "TRAFFIC_TARGET_ALLOCATION_TYPE_LATEST", "percent": 100}]}),
        ("POST", f"v2/{L}/jobs?jobId=aa-1", {"template": {"template": {"containers": [CONTAINER], "maxRetries": 1}}}),
        ("POST", f"v2/{L}/jobs/aa-1:run", {}),
        ("PATCH", f"v2/{L}/services/aa-1", {"template": {"containers": [{**CONTAINER, "env": [ENV[0]]}]}}),
        ("POST", f"v2/{L}/services/aa-1:setIamPolicy", {"policy": {"bindings": [{"role": "roles/run.invoker", "members": ["allUsers"]}]}}),
    ),
    "sqladmin": (
        ("POST", f"v1/{P}/instances", {"name": "aa-1", "databaseVersion": "POSTGRES_15", "region": "us-central1", "settings": {"tier": "db-custom-2-4096", "backupConfiguration": {"enabled": True, "startTime": "03:00"}, "databaseFlags": [{"name": "max_connections", "value": "100"}]}}),
        ("POST", f"v1/{P}/instances/aa-1/databases", {"name": "aa-1"}),
        ("POST", f"v1/{P}/instances/aa-1/users", {"name": "aa-1", "password": "x"}),
        ("POST", f"v1/{P}/instances/aa-1/backupRuns", {"description": "x"}),
    ),
    "storage": (
        ("POST", "storage/v1/b?project=demo-proj", {"name": "aa-1", "location": "US", "versioning": {"enabled": True}, "lifecycle": {"rule": [{"action": {"type": "Delete"}, "condition": {"age": 30}}]}}),
        ("POST", f"upload/{BUCKET}/o?uploadType=media&name=aa-1", {"a": 1}),
        ("PUT", f"{BUCKET}/iam", {"bindings": [{"role": "roles/storage.objectViewer", "members": ["user:a@example.com"]}]}),
        ("PATCH", BUCKET, {"labels": {"a": "b"}, "cors": [{"origin": ["*"], "method": ["GET"], "maxAgeSeconds": 60}]}),
    ),
    "bigquery": (
        ("POST", f"bigquery/v2/{P}/datasets", {"datasetReference": {"datasetId": "aa_1"}, "location": "US"}),
        ("POST", f"bigquery/v2/{P}/datasets/aa_1/tables", {"tableReference": {"tableId": "aa_1"}, "schema": {"fields": [{"name": "a", "type": "STRING"}]}}),
        ("PATCH", f"bigquery/v2/{P}/datasets/aa_1", {"description": "x"}),
    ),
    "dns": (
        ("POST", f"dns/v1/{P}/managedZones", {"name": "aa-1", "dnsName": "example.com.", "description": "x"}),
        ("POST", f"{ZONE}/changes", {"additions": [{"name": "a.example.com.", "type": "A", "ttl": 300, "rrdatas": ["1.2.3.4"]}]}),
        ("POST", f"{ZONE}/rrsets", {"name": "b.example.com.", "type": "A", "ttl": 60, "routingPolicy": {"geo": {"items": [{"location": "us-central1", "rrdatas": ["1.2.3.4"]}]}}}),
        ("POST", f"dns/v1/{P}/policies", {"name": "aa-1", "enableInboundForwarding": True}),
    ),
    "pubsub": (
        ("PUT", f"v1/{P}/topics/aa-1", {"labels": {"a": "b"}, "messageRetentionDuration": "600s"}),
        ("PUT", f"v1/{P}/subscriptions/aa-1", {"topic": f"{P}/topics/aa-1", "ackDeadlineSeconds": 20, "filter": 'attributes.a = "b"', "retryPolicy": {"minimumBackoff": "10s", "maximumBackoff": "600s"}}),
        ("POST", f"v1/{P}/topics/aa-1:publish", {"messages": [{"data": "aGk=", "attributes": {"a": "b"}}]}),
        ("POST", f"v1/{P}/subscriptions/aa-1:pull", {"maxMessages": 10}),
        ("PUT", f"v1/{P}/snapshots/aa-1", {"subscription": f"{P}/subscriptions/aa-1"}),
    ),
    "cloudkms": (
        ("POST", f"v1/{L}/keyRings?keyRingId=aa-1", {}),
        ("POST", f"v1/{L}/keyRings/aa-1/cryptoKeys?cryptoKeyId=aa-1", {"purpose": "ENCRYPT_DECRYPT", "rotationPeriod": "7776000s", "nextRotationTime": "2030-01-01T00:00:00Z"}),
        ("POST", f"v1/{KEY}/cryptoKeyVersions", {}),
    ),
    "iam": (
        ("POST", f"v1/{P}/serviceAccounts", {"accountId": "account-1", "serviceAccount": {"displayName": "x"}}),
        ("POST", f"v1/{P}/roles", {"roleId": "aa_1", "role": {"title": "x", "includedPermissions": ["run.services.get"], "stage": "GA"}}),
        ("POST", f"v1/{P}/locations/global/workloadIdentityPools?workloadIdentityPoolId=aa-1", {"displayName": "x"}),
        ("POST", f"v1/{P}/locations/global/workloadIdentityPools/aa-1/providers?workloadIdentityPoolProviderId=aa-1", {"attributeMapping": {"google.subject": "assertion.sub"}, "oidc": {"issuerUri": "https://example.com"}}),
    ),
    "logging": (
        ("POST", f"v2/{P}/sinks?uniqueWriterIdentity=true", {"name": "aa-1", "destination": "storage.googleapis.com/aa-1", "filter": "severity>=ERROR"}),
        ("POST", f"v2/{P}/metrics", {"name": "aa-1", "filter": "severity>=ERROR", "metricDescriptor": {"metricKind": "DELTA", "valueType": "INT64"}}),
        ("POST", f"v2/{P}/exclusions", {"name": "aa-1", "filter": "severity<ERROR"}),
        ("POST", f"v2/{P}/locations/global/buckets?bucketId=aa-1", {"retentionDays": 60}),
        ("POST", f"v2/{P}/locations/global/buckets/aa-1/views?viewId=aa-1", {"filter": 'SOURCE("projects/demo-proj")'}),
    ),
    "monitoring": (
        ("POST", f"v3/{P}/notificationChannels", {"type": "email", "labels": {"email_address": "a@example.com"}}),
        ("POST", f"v3/{P}/alertPolicies", {"displayName": "aa-1", "combiner": "OR", "conditions": [CONDITION]}),
        ("POST", f"v3/{P}/uptimeCheckConfigs", {"displayName": "aa-1", "monitoredResource": {"type": "uptime_url", "labels": {"host": "example.com", "project_id": "demo-proj"}}, "httpCheck": {"path": "/", "port": 443, "useSsl": True}, "period": "60s", "timeout": "10s"}),
        ("POST", f"v3/{P}/groups", {"displayName": "aa-1", "filter": 'resource.type="global"'}),
        ("POST", f"v3/{P}/services?serviceId=aa-1", {"displayName": "x", "custom": {}}),
        ("POST", f"v3/{P}/services/aa-1/serviceLevelObjectives?serviceLevelObjectiveId=aa-1", {"goal": 0.99, "rollingPeriod": "86400s", "serviceLevelIndicator": {"requestBased": {"goodTotalRatio": {"goodServiceFilter": 'metric.type="a"', "totalServiceFilter": 'metric.type="b"'}}}}),
        ("POST", f"v1/{P}/dashboards", {"displayName": "x", "gridLayout": {"columns": "2", "widgets": [{"title": "t", "text": {"content": "x"}}]}}),
    ),
    "cloudtasks": (
        ("POST", f"v2/{L}/queues", {"name": f"{L}/queues/aa-1", "rateLimits": {"maxDispatchesPerSecond": 5}, "retryConfig": {"maxAttempts": 3, "minBackoff": "1s"}}),
        ("POST", f"v2/{L}/queues/aa-1/tasks", {"task": {"httpRequest": {"url": "https://example.com", "httpMethod": "POST", "body": "aGk="}}}),
    ),
    "cloudscheduler": (
        ("POST", f"v1/{L}/jobs", {"name": f"{L}/jobs/aa-1", "schedule": "*/5 * * * *", "timeZone": "Etc/UTC", "httpTarget": {"uri": "https://example.com/", "httpMethod": "POST"}}),
        ("POST", f"v1/{L}/jobs/aa-1:pause", {}),
    ),
    "vpcaccess": (
        ("POST", f"v1/{L}/connectors?connectorId=aa-1", {"network": "default", "ipCidrRange": "10.8.0.0/28", "minInstances": 2, "maxInstances": 3}),
    ),
    "firestore": (
        ("POST", f"v1/{P}/databases?databaseId=aa-1-db", {"type": "FIRESTORE_NATIVE", "locationId": "nam5"}),
        ("POST", f"v1/{P}/databases/aa-1-db/collectionGroups/c/indexes", {"queryScope": "COLLECTION", "fields": [{"fieldPath": "a", "order": "ASCENDING"}, {"fieldPath": "b", "order": "DESCENDING"}]}),
        ("POST", f"v1/{P}/databases/aa-1-db/backupSchedules", {"retention": "604800s", "dailyRecurrence": {}}),
    ),
    "certificatemanager": (
        ("POST", f"v1/{P}/locations/global/dnsAuthorizations?dnsAuthorizationId=aa-1", {"domain": "example.com"}),
        ("POST", f"v1/{P}/locations/global/certificates?certificateId=aa-1", {"managed": {"domains": ["example.com"], "dnsAuthorizations": [f"{P}/locations/global/dnsAuthorizations/aa-1"]}}),
        ("POST", f"v1/{P}/locations/global/certificateMaps?certificateMapId=aa-1", {"description": "x"}),
        ("POST", f"v1/{P}/locations/global/certificateMaps/aa-1/certificateMapEntries?certificateMapEntryId=aa-1", {"hostname": "example.com", "certificates": [f"{P}/locations/global/certificates/aa-1"]}),
    ),
    "cloudresourcemanager": (
        ("POST", "v3/projects", {"projectId": "another-proj", "displayName": "another", "parent": "folders/12"}),
        ("POST", f"v3/{P}:setIamPolicy", {"policy": {"bindings": [{"role": "roles/viewer", "members": ["user:a@example.com"]}]}}),
        ("POST", "v3/liens", {"parent": P, "restrictions": ["resourcemanager.projects.delete"], "reason": "x", "origin": "y"}),
    ),
    "serviceusage": (
        ("POST", f"v1/{P}/services/run.googleapis.com:enable", {}),
        ("POST", f"v1/{P}/services:batchEnable", {"serviceIds": ["redis.googleapis.com", "sqladmin.googleapis.com"]}),
        ("POST", f"v1/{P}/services/run.googleapis.com:disable", {"disableDependentServices": True}),
    ),
    "servicenetworking": (*PEERED, ("GET", f"v1/services/servicenetworking.googleapis.com/connections?network={NUMBERED}", None)),
    "artifactregistry": (
        ("POST", f"v1/{L}/repositories?repositoryId=aa-1", {"format": "DOCKER", "cleanupPolicies": {"k": {"id": "k", "action": "KEEP", "mostRecentVersions": {"keepCount": 10}}}}),
    ),
    "cloudbuild": (
        ("POST", f"v1/{P}/builds", {"steps": [{"name": "gcr.io/cloud-builders/docker", "args": ["build", "."]}]}),
        ("POST", f"v1/{P}/triggers", {"name": "aa-1", "github": {"owner": "o", "name": "n", "push": {"branch": "^main$"}}, "filename": "cloudbuild.yaml"}),
    ),
    "cloudfunctions": (
        (
            "POST", f"v2/{L}/functions?functionId=aa-1",
            {"buildConfig": {"runtime": "python312", "source": {"storageSource": {"bucket": "aa-1", "object": "aa-1"}}}},
        ),
    ),
    "eventarc": (
        (
            "POST", f"v1/{L}/triggers?triggerId=aa-1",
            {
                "eventFilters": [{"attribute": "type", "value": "google.cloud.pubsub.topic.v1.messagePublished"}],
                "destination": {"httpEndpoint": {"uri": "http://10.0.0.2/"}},
            },
        ),
    ),
    "iap": (
        ("PATCH", f"v1/{P}/iap_web:iapSettings", {"accessSettings": {"reauthSettings": {"method": "LOGIN", "maxAge": "300s", "policyType": "MINIMUM"}, "oauthSettings": {"clientSecret": "x"}}}),
        ("POST", f"v1/{P}/iap_web:setIamPolicy", {"policy": {"bindings": [{"role": "roles/viewer", "members": ["user:a@example.com"]}]}}),
        ("POST", f"v1/{P}/brands", {"applicationTitle": "a", "supportEmail": "a@example.com"}),
        ("POST", f"v1/{P}/iap_tunnel/locations/us-central1/destGroups?tunnelDestGroupId=aaaa", {"cidrs": ["10.0.0.0/8"], "fqdns": ["a.example.com"]}),
    ),
    "ids": (
        *PEERED,
        ("POST", f"v1/{P}/locations/us-central1-a/endpoints?endpointId=aa-1", {"network": f"{P}/global/networks/default", "severity": "INFORMATIONAL"}),
    ),
    "billingbudgets": (
        ("POST", "v1/billingAccounts/012345-567890-ABCDEF/budgets", {"displayName": "aa-1", "amount": {"specifiedAmount": {"currencyCode": "USD", "units": "100"}}, "thresholdRules": [{"thresholdPercent": 0.5}]}),
    ),
    "binaryauthorization": (
        ("PUT", f"v1/{P}/policy", {"defaultAdmissionRule": ALLOW, "clusterAdmissionRules": {"us-central1-a.b": {**ALLOW, "evaluationMode": "ALWAYS_DENY"}}}),
        ("POST", f"v1/{P}/attestors?attestorId=aa-1", {"userOwnedGrafeasNote": {"noteReference": f"{P}/notes/aa-1", "publicKeys": [{"pkixPublicKey": {"publicKeyPem": PUBLIC, "signatureAlgorithm": "ECDSA_P256_SHA256"}}]}}),
        ("POST", f"v1/{P}/platforms/gke/policies?policyId=aa-1", {"gkePolicy": {}}),
    ),
    "accesscontextmanager": (
        ("POST", "v1/accessPolicies", {"parent": "organizations/34", "title": "a"}),
        ("POST", "v1/organizations/34/gcpUserAccessBindings", {"groupKey": "a"}),
    ),
}  # fmt: skip


def whole(service: str, url: str) -> tuple[str, str]:
    """The path of a request with its host, and its query."""
    path, _, query = url.partition("?")
    return path if path.startswith("/") else f"/{service}.googleapis.com/{path}", query
