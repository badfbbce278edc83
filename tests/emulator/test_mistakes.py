"""Calls that Google refuses, service by service, each with its answer; a refused call leaves nothing behind.

The words are those of recorded answers and of Google's pages; services have tables of their own beside.
"""

from collections.abc import Iterator
from typing import Any

import pytest

from gcpstack.emulator.core.google import Google
from tests.emulator.conftest import Send
from tests.emulator.scene import (
    ACCESS,
    BINARIES,
    BUDGETS,
    BUILD,
    CERTIFICATES,
    CHECK,
    COMPUTE,
    DATABASE,
    DATASETS,
    DNS,
    ENDPOINTS,
    EVENTS,
    FIRESTORE,
    FUNCTIONS,
    GOOGLE,
    IAM,
    IMAGE,
    JOBS,
    KMS,
    LOGS,
    MONITORING,
    PEERING,
    POLICY,
    PROJECTS,
    PUBSUB,
    REDIS,
    REPOSITORIES,
    RUN,
    SECRETS,
    SQL,
    STORAGE,
    TASKS,
    USAGE,
    VPC,
    ZERO,
    G,
    L,
    P,
    R,
    scene,
)
from tests.emulator.services.mistakes import Mistake, refuse

BAD = "INVALID_ARGUMENT"
PRE = "FAILED_PRECONDITION"
NONE = "NOT_FOUND"
TAKEN = "ALREADY_EXISTS"
INUSE = "resourceInUseByAnotherResource"
STALE = "AAAAAAAAAAA="
Row = tuple[str, str, Any, int, str, str]

ON_COMPUTE: tuple[Row, ...] = (
    # duplicates
    *[("POST", f"{G}/{c}", b, 409, "alreadyExists", f"The resource '{P}/global/{c}/") for c, b in [
        ("networks", {"name": "net", "autoCreateSubnetworks": False}), ("firewalls", {"name": "wall", "network": "global/networks/net", "allowed": [{"IPProtocol": "tcp"}]}),
        ("addresses", {"name": "ip"}), ("healthChecks", {"name": "health", "type": "TCP", "tcpHealthCheck": {"port": 1}}), ("securityPolicies", {"name": "armor"}),
        ("backendServices", {"name": "back"}), ("urlMaps", {"name": "map", "defaultService": "global/backendServices/back"}), ("sslPolicies", {"name": "tls"}),
        ("sslCertificates", {"name": "cert", "type": "MANAGED", "managed": {"domains": ["b.example.com"]}}),
        ("targetHttpsProxies", {"name": "proxy", "urlMap": "global/urlMaps/map", "sslCertificates": ["global/sslCertificates/cert"]}),
    ]],
    ("POST", f"{R}/subnetworks", {"name": "sub", "network": "global/networks/net", "ipCidrRange": "10.9.0.0/24"}, 409, "alreadyExists", "already exists"),
    ("POST", f"{R}/routers", {"name": "router", "network": "global/networks/net"}, 409, "alreadyExists", "already exists"),
    # names
    *[("POST", f"{G}/{c}", {"name": "Bad_Name"}, 400, "invalid", "Must be a match of regex") for c in ("networks", "addresses", "healthChecks", "securityPolicies", "backendServices", "urlMaps", "sslPolicies", "sslCertificates", "targetHttpsProxies", "forwardingRules", "firewalls", "backendBuckets", "routes")],
    *[("POST", f"{R}/{c}", {"name": "1x"}, 400, "invalid", "Must be a match of regex") for c in ("subnetworks", "routers", "networkEndpointGroups", "addresses")],
    # required
    *[("POST", f"{G}/{c}", {}, 400, "invalid", "Invalid value for field 'resource.name': ''.") for c in ("networks", "addresses", "backendServices", "urlMaps", "sslPolicies")],
    # missing references
    ("POST", f"{R}/subnetworks", {"name": "new", "network": "global/networks/none", "ipCidrRange": "10.9.0.0/24"}, 404, "notFound", f"The resource '{P}/global/networks/none' was not found"),
    ("POST", f"{G}/firewalls", {"name": "new", "network": "global/networks/none", "allowed": [{"IPProtocol": "tcp"}]}, 404, "notFound", "global/networks/none"),
    ("POST", f"{G}/backendServices", {"name": "new", "healthChecks": ["global/healthChecks/none"]}, 404, "notFound", "global/healthChecks/none"),
    ("POST", f"{G}/backendServices", {"name": "new", "backends": [{"group": f"{R}/networkEndpointGroups/none"}]}, 404, "notFound", "networkEndpointGroups/none"),
    ("POST", f"{G}/urlMaps", {"name": "new", "defaultService": "global/backendServices/none"}, 404, "notFound", "global/backendServices/none"),
    ("POST", f"{G}/targetHttpsProxies", {"name": "new", "urlMap": "global/urlMaps/none", "sslCertificates": ["global/sslCertificates/cert"]}, 404, "notFound", "global/urlMaps/none"),
    ("POST", f"{G}/targetHttpsProxies", {"name": "new", "urlMap": "global/urlMaps/map", "sslCertificates": ["global/sslCertificates/none"]}, 404, "notFound", "global/sslCertificates/none"),
    ("POST", f"{G}/forwardingRules", {"name": "new", "target": f"{G}/targetHttpsProxies/none", "portRange": "443", "loadBalancingScheme": "EXTERNAL_MANAGED"}, 404, "notFound", "targetHttpsProxies/none"),
    # in use
    ("DELETE", f"{G}/networks/net", None, 400, INUSE, "already being used by"),
    ("DELETE", f"{G}/addresses/ip", None, 400, INUSE, "already being used by"),
    ("DELETE", f"{G}/backendServices/back", None, 400, INUSE, f"is already being used by '{P}/global/urlMaps/map'"),
    ("DELETE", f"{G}/urlMaps/map", None, 400, INUSE, f"is already being used by '{P}/global/targetHttpsProxies/proxy'"),
    ("DELETE", f"{G}/sslCertificates/cert", None, 400, INUSE, f"The ssl_certificate resource '{P}/global/sslCertificates/cert' is already being used by"),
    ("DELETE", f"{G}/sslPolicies/tls", None, 400, INUSE, "is already being used by"),
    ("DELETE", f"{G}/targetHttpsProxies/proxy", None, 400, INUSE, f"is already being used by '{P}/global/forwardingRules/rule'"),
    ("DELETE", f"{R}/networkEndpointGroups/neg", None, 400, INUSE, f"is already being used by '{P}/global/backendServices/back'"),
    # fingerprints
    ("PATCH", f"{G}/backendServices/back", {"fingerprint": STALE}, 412, "conditionNotMet", "Invalid fingerprint."),
    ("PATCH", f"{G}/urlMaps/map", {"fingerprint": STALE}, 412, "conditionNotMet", "Invalid fingerprint."),
    ("PATCH", f"{G}/targetHttpsProxies/proxy", {"fingerprint": STALE}, 412, "conditionNotMet", "Invalid fingerprint."),
    ("PATCH", f"{G}/securityPolicies/armor", {"fingerprint": STALE}, 412, "conditionNotMet", "Invalid fingerprint."),
    ("PATCH", f"{G}/sslPolicies/tls", {"fingerprint": STALE, "profile": "COMPATIBLE"}, 412, "conditionNotMet", "Invalid fingerprint."),
    ("PATCH", f"{R}/subnetworks/sub", {"fingerprint": STALE, "enableFlowLogs": True}, 412, "conditionNotMet", "Invalid fingerprint."),
    ("POST", f"{G}/addresses/ip/setLabels", {"labelFingerprint": STALE, "labels": {}}, 412, "conditionNotMet", "Labels fingerprint either invalid or resource labels have changed"),
    # places
    ("GET", f"{COMPUTE}/regions/moon-1/addresses", None, 400, "invalid", "Unknown region"),
    ("GET", f"{COMPUTE}/zones/moon-1-a/instances", None, 400, "invalid", "Unknown zone"),
    ("POST", f"{R.replace('us-central1','moon-1')}/addresses", {"name": "a"}, 400, "invalid", "Unknown region"),
    ("GET", f"{COMPUTE.replace('demo-proj','A!')}/global/networks", None, 404, "notFound", "was not found"),
    # values
    ("POST", f"{G}/addresses", {"name": "new", "addressType": "FOO"}, 400, BAD, "Invalid value for field 'resource.addressType': 'FOO'"),
    ("POST", f"{R}/subnetworks", {"name": "new", "network": "global/networks/net", "ipCidrRange": "10.0.0.0/24"}, 400, "invalid", "conflicts with existing subnetwork"),
    ("POST", f"{R}/subnetworks", {"name": "new", "network": "global/networks/net", "ipCidrRange": "x"}, 400, "invalid", "ipCidrRange"),
    ("GET", f"{G}/networks?filter=a%20eq", None, 400, "invalid", "filter"),
    ("GET", f"{G}/networks?maxResults=0x", None, 400, BAD, "'maxResults' (TYPE_UINT32)"),
    ("GET", f"{G}/networks?maxResults=501", None, 400, "invalid", "Value must be in the range [0, 500]"),
    ("GET", f"{G}/networks?orderBy=a%20b%20c", None, 400, "invalid", "orderBy"),
    ("DELETE", f"{G}/networks/none", None, 404, "notFound", f"The resource '{P}/global/networks/none' was not found"),
)  # fmt: skip

ELSEWHERE: tuple[Row, ...] = (
    # run
    ("POST", f"{RUN}/services?serviceId=web", {"template": {"containers": [IMAGE]}}, 409, TAKEN, "already exists"),
    ("POST", f"{RUN}/services?serviceId=Web", {"template": {"containers": [IMAGE]}}, 400, BAD, "Invalid resource id 'Web'"),
    ("POST", f"{RUN}/services?serviceId=new", {}, 400, BAD, "template"),
    ("POST", f"{RUN}/services?serviceId=new", {"template": {"containers": [{}]}}, 400, BAD, "image"),
    ("POST", f"{RUN}/services", {"template": {"containers": [IMAGE]}}, 400, BAD, "serviceId is required"),
    ("POST", f"{RUN}/services?serviceId=new", {"template": {"containers": [IMAGE], "scaling": {"minInstanceCount": 5, "maxInstanceCount": 2}}}, 400, BAD, "min"),
    ("POST", f"{RUN}/services?serviceId=new", {"template": {"containers": [IMAGE], "timeout": "4000s"}}, 400, BAD, "timeout"),
    ("POST", f"{RUN}/services?serviceId=new", {"template": {"containers": [{**IMAGE, "ports": [{"containerPort": 99999}]}]}}, 400, BAD, "between 1 and 65535"),
    ("POST", f"{RUN}/services?serviceId=new", {"template": {"containers": [{**IMAGE, "env": [{"name": "PORT", "value": "1"}]}]}}, 400, BAD, "PORT"),
    ("PATCH", f"{RUN}/services/web", {"etag": '"stale"', "template": {"containers": [IMAGE]}}, 409, "ABORTED", "version"),
    ("PATCH", f"{RUN}/services/none", {"template": {"containers": [IMAGE]}}, 404, NONE, "Resource 'none' of kind 'SERVICE' in region"),
    ("DELETE", f"{RUN}/services/web?etag=stale", None, 409, "ABORTED", "version 'stale' was specified but current version is"),
    ("POST", f"{RUN}/jobs?jobId=batch", {"template": {"template": {"containers": [IMAGE]}}}, 409, TAKEN, "already exists"),
    ("POST", f"{RUN}/jobs/none:run", {}, 404, NONE, "Resource 'none' of kind 'JOB' in region"),
    ("POST", f"{RUN}/services/web:setIamPolicy", {"policy": {"etag": "BwAAAAAAAAA=", "bindings": []}}, 409, "ABORTED", "concurrent policy changes"),
    ("POST", f"{RUN}/services/web:setIamPolicy", {"policy": {"bindings": [{"role": "roles/run.invoker", "members": ["bob"]}]}}, 400, BAD, "bob"),
    # secrets
    ("POST", f"{SECRETS}?secretId=token", {"replication": {"automatic": {}}}, 409, TAKEN, "already exists"),
    ("POST", f"{SECRETS}?secretId=new", {}, 400, BAD, "replication"),
    ("POST", f"{SECRETS}?secretId=a%20b", {"replication": {"automatic": {}}}, 400, BAD, "Invalid resource id 'a b'"),
    ("POST", SECRETS, {"replication": {"automatic": {}}}, 400, BAD, "secret"),
    ("GET", f"{SECRETS}/none", None, 404, NONE, "secrets/none] not found"),
    ("GET", f"{SECRETS}/token/versions/9", None, 404, NONE, "versions/9"),
    ("PATCH", f"{SECRETS}/token", {"labels": {"a": "b"}}, 400, BAD, "mask"),
    ("PATCH", f"{SECRETS}/token?updateMask=nope", {}, 400, BAD, "nope"),
    ("PATCH", f"{SECRETS}/token?updateMask=replication", {"replication": {"userManaged": {"replicas": [{"location": "us-east1"}]}}}, 400, BAD, "replication"),
    ("PATCH", f"{SECRETS}/token?updateMask=labels", {"labels": {"a": "b"}, "etag": '"stale"'}, 400, PRE, "etag"),
    ("DELETE", f"{SECRETS}/token?etag=%22stale%22", None, 400, PRE, "etag"),
    ("POST", f"{SECRETS}/token:addVersion", {"payload": {"data": "aGk=", "dataCrc32c": "1"}}, 400, BAD, "checksum does not match"),
    ("POST", f"{SECRETS}/token:addVersion", {"payload": {"data": "?"}}, 400, BAD, "data"),
    ("POST", f"{SECRETS}?secretId=new", {"replication": {"automatic": {}}, "rotation": {"rotationPeriod": "60s"}}, 400, BAD, "rotation"),
    # redis
    ("POST", f"{REDIS}?instanceId=cache", {"memorySizeGb": 1}, 409, TAKEN, "already exists"),
    ("POST", f"{REDIS}?instanceId=new", {}, 400, BAD, "memory"),
    ("POST", f"{REDIS}?instanceId=NEW", {"memorySizeGb": 1}, 400, BAD, "Invalid resource id 'NEW'"),
    ("POST", f"{REDIS}?instanceId=new", {"memorySizeGb": 1, "tier": "GOLD"}, 400, BAD, "instance.tier"),
    ("POST", f"{REDIS}?instanceId=new", {"memorySizeGb": 1, "authorizedNetwork": f"{P}/global/networks/none"}, 404, NONE, "not found"),
    ("PATCH", f"{REDIS}/cache?updateMask=tier", {"tier": "BASIC"}, 400, BAD, "tier"),
    ("PATCH", f"{REDIS}/cache?updateMask=nope", {}, 400, BAD, "nope"),
    ("GET", f"{REDIS}/none", None, 404, NONE, f"Resource '{L}/instances/none' was not found"),
    # sql
    ("POST", SQL, DATABASE, 409, "instanceAlreadyExists", "already exists"),
    ("GET", f"{SQL}/none", None, 404, "instanceDoesNotExist", "The Cloud SQL instance does not exist."),
    ("POST", f"{SQL}/main/databases", {"name": "app"}, 400, "invalid", "exists"),
    ("POST", f"{SQL}/none/databases", {"name": "app"}, 404, "instanceDoesNotExist", "does not exist"),
    ("PUT", f"{SQL}/main", {**DATABASE, "settings": {**DATABASE["settings"], "settingsVersion": "0"}}, 412, "staleData", "Condition does not match."),
    ("PATCH", f"{SQL}/main", {"region": "us-east1"}, 400, "invalid", "region"),
    ("PATCH", f"{SQL}/main", {"databaseVersion": "POSTGRES_12"}, 400, "invalid", "Cannot upgrade from POSTGRES_15 to POSTGRES_12."),
    ("DELETE", f"{SQL}/main/users?name=none", None, 404, "notFound", "The user none does not exist."),
    # storage
    ("POST", f"{STORAGE}?project=demo-proj", {"name": "shelf-demo"}, 409, "conflict", "you already own it"),
    ("POST", f"{STORAGE}?project=other-proj", {"name": "shelf-demo"}, 409, "conflict", "The bucket namespace is shared by all users"),
    ("POST", STORAGE, {"name": "new-demo"}, 400, "required", "project"),
    ("POST", f"{STORAGE}?project=demo-proj", {"name": "No"}, 400, "invalid", "bucket"),
    ("POST", f"{STORAGE}?project=demo-proj", {"name": "goog-x"}, 400, "invalid", "Invalid bucket name: 'goog-x'"),
    ("POST", f"{STORAGE}?project=demo-proj", {"name": "new-demo", "location": "MOON"}, 400, "invalid", "The specified location constraint is not valid."),
    ("POST", f"{STORAGE}?project=demo-proj", {"name": "new-demo", "storageClass": "X"}, 400, "invalid", "X"),
    ("GET", f"{STORAGE}/none-demo", None, 404, "notFound", "The specified bucket does not exist."),
    ("GET", f"{STORAGE}/shelf-demo/o/none", None, 404, "notFound", "No such object: shelf-demo/none"),
    ("DELETE", f"{STORAGE}/shelf-demo", None, 409, "conflict", "The bucket you tried to delete is not empty."),
    ("PATCH", f"{STORAGE}/shelf-demo?ifMetagenerationMatch=99", {}, 412, "conditionNotMet", "At least one of the pre-conditions you specified did not hold."),
    ("PATCH", f"{STORAGE}/shelf-demo", {"location": "EU"}, 400, "invalid", "location"),
    ("PUT", f"{STORAGE}/shelf-demo/iam", {"etag": "CAE0", "bindings": []}, 412, "conditionNotMet", "pre-conditions you specified did not hold"),
    ("DELETE", f"{STORAGE}/shelf-demo/o/note?ifGenerationMatch=1", None, 412, "conditionNotMet", "pre-conditions you specified did not hold"),
    # pubsub
    ("PUT", f"{PUBSUB}/topics/news", {}, 409, TAKEN, "Resource already exists in the project (resource=news)."),
    ("PUT", f"{PUBSUB}/topics/goog-x", {}, 400, BAD, "goog"),
    ("PUT", f"{PUBSUB}/topics/1", {}, 400, BAD, "Invalid resource name given (name=projects/demo-proj/topics/1)."),
    ("GET", f"{PUBSUB}/topics/none", None, 404, NONE, "Resource not found (resource=none)."),
    ("PUT", f"{PUBSUB}/subscriptions/new", {"topic": f"{P}/topics/none"}, 404, NONE, "Resource not found (resource=none)."),
    ("PUT", f"{PUBSUB}/subscriptions/new", {"topic": f"{P}/topics/news", "ackDeadlineSeconds": 5}, 400, BAD, "ack"),
    ("PUT", f"{PUBSUB}/subscriptions/new", {"topic": f"{P}/topics/news", "messageRetentionDuration": "60s"}, 400, BAD, "(argument=messageRetentionDuration)"),
    ("PATCH", f"{PUBSUB}/subscriptions/reader", {"subscription": {"filter": 'attributes.a = "b"'}, "updateMask": "filter"}, 400, BAD, "filter"),
    ("PATCH", f"{PUBSUB}/topics/news", {"topic": {}, "updateMask": "nope"}, 400, BAD, "nope"),
    ("PATCH", f"{PUBSUB}/topics/news", {"topic": {}}, 400, BAD, "mask"),
    ("POST", f"{PUBSUB}/topics/none:publish", {"messages": [{"data": "aGk="}]}, 404, NONE, "Resource not found (resource=none)."),
    ("POST", f"{PUBSUB}/topics/news:publish", {"messages": [{}]}, 400, BAD, "One or more messages in the publish request is empty."),
    # iam
    ("POST", f"{IAM}/serviceAccounts", {"accountId": "robot-1"}, 409, TAKEN, "Service account robot-1 already exists within project projects/demo-proj."),
    ("POST", f"{IAM}/serviceAccounts", {"accountId": "x"}, 400, BAD, "does not have a length between 6 and 30"),
    ("GET", f"{IAM}/serviceAccounts/none@demo-proj.iam.gserviceaccount.com", None, 404, NONE, "Unknown service account"),
    ("POST", f"{IAM}/roles", {"roleId": "viewer2", "role": {"title": "x"}}, 409, TAKEN, "already exists"),
    ("POST", f"{IAM}/roles", {"roleId": "a-b", "role": {"title": "x"}}, 400, BAD, "a-b"),
    ("GET", f"{IAM}/roles/none", None, 404, NONE, "projects/demo-proj/roles/none"),
    ("PATCH", f"{IAM}/roles/viewer2", {"title": "y", "etag": "BwAAAAAAAAA="}, 409, "ABORTED", "concurrent"),
    # dns
    ("POST", DNS, {"name": "zone", "dnsName": "b.com.", "description": "x"}, 409, TAKEN, "zone"),
    ("POST", DNS, {"name": "new", "dnsName": "b.com", "description": "x"}, 400, BAD, "b.com"),
    ("DELETE", f"{DNS}/zone", None, 400, PRE, "zone"),
    ("POST", f"{DNS}/zone/changes", {"additions": [{"name": "a.example.com.", "type": "A", "ttl": 60, "rrdatas": ["192.0.2.9"]}]}, 409, TAKEN, "already exists"),
    ("POST", f"{DNS}/zone/changes", {"deletions": [{"name": "a.example.com.", "type": "A", "ttl": 61, "rrdatas": ["192.0.2.1"]}]}, 412, PRE, "Precondition not met for 'entity.change.deletions[0]'"),
    ("POST", f"{DNS}/zone/changes", {"deletions": [{"name": "b.example.com.", "type": "A", "ttl": 61, "rrdatas": ["192.0.2.1"]}]}, 404, NONE, "b.example.com."),
    ("POST", f"{DNS}/zone/changes", {}, 400, BAD, "The 'entity.change' parameter is required but was missing."),
    ("POST", f"{DNS}/zone/rrsets", {"name": "x.other.com.", "type": "A", "ttl": 60, "rrdatas": ["192.0.2.1"]}, 400, BAD, "Invalid value for 'entity.resourceRecordSet.name': 'x.other.com.'"),
    ("POST", f"{DNS}/zone/rrsets", {"name": "x.example.com.", "type": "A", "ttl": 60, "rrdatas": ["x"]}, 400, BAD, "rrdata"),
    ("GET", f"{DNS}/none", None, 404, NONE, "The 'parameters.managedZone' resource named 'none' does not exist."),
    # kms
    ("POST", f"{KMS}?keyRingId=ring", {}, 409, TAKEN, "already exists"),
    ("POST", f"{KMS}/ring/cryptoKeys?cryptoKeyId=key", {"purpose": "ENCRYPT_DECRYPT"}, 409, TAKEN, "already exists"),
    ("POST", f"{KMS}/none/cryptoKeys?cryptoKeyId=key", {"purpose": "ENCRYPT_DECRYPT"}, 404, NONE, "keyRings/none not found."),
    ("POST", f"{KMS}/ring/cryptoKeys?cryptoKeyId=new", {"purpose": "ENCRYPT_DECRYPT", "rotationPeriod": "86400s"}, 400, BAD, "next_rotation_time"),
    ("POST", f"{KMS}/ring/cryptoKeys?cryptoKeyId=a!", {"purpose": "ENCRYPT_DECRYPT"}, 400, BAD, "a!"),
    ("PATCH", f"{KMS}/ring/cryptoKeys/key?updateMask=purpose", {"purpose": "MAC"}, 400, BAD, "purpose"),
    ("GET", f"{KMS}/ring/cryptoKeys/none", None, 404, NONE, "cryptoKeys/none not found."),
    # tasks, scheduler
    ("POST", TASKS, {"name": f"{L}/queues/errands"}, 409, TAKEN, "Queue already exists"),
    ("POST", TASKS, {"name": f"{L}/queues/a_b"}, 400, BAD, "Queue name must be formatted"),
    ("GET", f"{TASKS}/none", None, 404, NONE, "Requested entity was not found."),
    ("POST", f"{TASKS}/none/tasks", {"task": {"httpRequest": {"url": "https://e.com"}}}, 404, NONE, "Queue does not exist."),
    ("POST", f"{TASKS}/errands/tasks", {"task": {}}, 400, BAD, "Task must have one of"),
    ("POST", JOBS, {"name": f"{L}/jobs/tick", "schedule": "* * * * *", "httpTarget": {"uri": "https://e.com"}}, 409, TAKEN, "already exists"),
    ("POST", JOBS, {"name": f"{L}/jobs/new", "schedule": "nope", "httpTarget": {"uri": "https://e.com"}}, 400, BAD, "Schedule"),
    ("POST", JOBS, {"name": f"{L}/jobs/new", "schedule": "* * * * *"}, 400, BAD, "target"),
    ("POST", JOBS, {"name": f"{L}/jobs/new", "schedule": "* * * * *", "timeZone": "Moon/Base", "httpTarget": {"uri": "https://e.com"}}, 400, BAD, "Schedule or time zone is invalid."),
    ("POST", JOBS, {"name": f"{L}/jobs/new", "schedule": "* * * * *", "attemptDeadline": "5s", "httpTarget": {"uri": "https://e.com"}}, 400, BAD, "between [15s, 1800s]"),
    ("POST", JOBS, {"name": f"{L}/jobs/new", "schedule": "* * * * *", "httpTarget": {"uri": "https://e.com", "httpMethod": "GET", "body": "aGk="}}, 400, BAD, "body"),
    ("POST", f"{JOBS}/tick:resume", {}, 400, PRE, "it must be PAUSED"),
    # monitoring
    ("POST", f"{MONITORING}/alertPolicies", {**POLICY, "conditions": []}, 400, BAD, "condition"),
    ("POST", f"{MONITORING}/alertPolicies", {**POLICY, "combiner": "XOR"}, 400, BAD, "combiner"),
    ("POST", f"{MONITORING}/alertPolicies", {**POLICY, "notificationChannels": [f"{P}/notificationChannels/1"]}, 404, NONE, "not found"),
    ("GET", f"{MONITORING}/alertPolicies/none", None, 404, NONE, "Requested entity was not found."),
    ("POST", f"{MONITORING}/uptimeCheckConfigs", {**CHECK, "period": "61s"}, 400, BAD, "period"),
    ("POST", f"{MONITORING}/uptimeCheckConfigs", {**CHECK, "timeout": "61s"}, 400, BAD, "timeout"),
    ("POST", f"{MONITORING}/uptimeCheckConfigs", {**CHECK, "selectedRegions": ["EUROPE"]}, 400, BAD, "three"),
    ("POST", f"{MONITORING}/notificationChannels", {"type": "pigeon"}, 400, BAD, "pigeon"),
    ("POST", f"{MONITORING}/notificationChannels", {"type": "email"}, 400, BAD, "email_address"),
    # firestore
    ("POST", f"{FIRESTORE}?databaseId=main-db", {"type": "FIRESTORE_NATIVE", "locationId": "nam5"}, 409, TAKEN, "exists"),
    ("POST", f"{FIRESTORE}?databaseId=ab", {"type": "FIRESTORE_NATIVE", "locationId": "nam5"}, 400, BAD, "Invalid database_id 'ab'"),
    ("POST", f"{FIRESTORE}?databaseId=new-db", {"type": "FIRESTORE_NATIVE", "locationId": "moon"}, 400, BAD, "moon"),
    ("POST", f"{FIRESTORE}?databaseId=new-db", {"type": "FIRESTORE_NATIVE"}, 400, BAD, "location"),
    ("GET", f"{FIRESTORE}/none-db", None, 404, NONE, "none-db"),
    ("PATCH", f"{FIRESTORE}/main-db?updateMask=locationId", {"locationId": "eur3"}, 400, BAD, "locationId is immutable"),
    ("DELETE", f"{FIRESTORE}/main-db?etag=stale", None, 409, "ABORTED", "does not match the current etag"),
    # certificates
    ("POST", f"{CERTIFICATES}/certificateMaps?certificateMapId=certs", {}, 409, TAKEN, "already exists"),
    ("DELETE", f"{CERTIFICATES}/certificateMaps/certs", None, 400, PRE, "still contains resources"),
    ("DELETE", f"{CERTIFICATES}/certificates/cert", None, 400, PRE, "is in use by"),
    ("DELETE", f"{CERTIFICATES}/dnsAuthorizations/auth", None, 400, PRE, "is in use by"),
    ("POST", f"{CERTIFICATES}/certificates?certificateId=new", {"managed": {"domains": ["x.com"], "dnsAuthorizations": [f"{ZERO}/dnsAuthorizations/none"]}}, 404, NONE, "dnsAuthorizations/none' was not found"),
    ("POST", f"{CERTIFICATES}/certificates?certificateId=new", {}, 400, BAD, "Exactly one of managed, self_managed and managed_identity"),
    ("PATCH", f"{CERTIFICATES}/certificates/cert?updateMask=managed", {"managed": {"domains": ["b.com"]}}, 400, BAD, "managed"),
    ("GET", f"{CERTIFICATES}/certificates/none", None, 404, NONE, "certificates/none' was not found"),
    # vpc
    ("POST", f"{VPC}?connectorId=bridge", {"network": "net", "ipCidrRange": "10.9.0.0/28"}, 409, TAKEN, "already exists"),
    ("POST", f"{VPC}?connectorId=new", {"network": "net", "ipCidrRange": "10.9.0.0/24"}, 400, BAD, "/28"),
    ("POST", f"{VPC}?connectorId=new", {"network": "net", "ipCidrRange": "10.9.0.0/28", "minInstances": 5, "maxInstances": 3}, 400, BAD, "minInstances must be lower than maxInstances"),
    ("GET", f"{VPC}/none", None, 404, NONE, "The connector is not found."),
    # projects, usage
    ("GET", f"{PROJECTS}/projects/Bad!", None, 403, "PERMISSION_DENIED", "Bad!"),
    ("POST", f"{PROJECTS}/projects", {"projectId": "x"}, 400, BAD, "project_id contains invalid characters"),
    ("POST", f"{USAGE}/nope:enable", {}, 403, "PERMISSION_DENIED", "Not found or permission denied for service(s): nope."),
    ("POST", f"{USAGE}:batchEnable", {"serviceIds": [f"s{n}.googleapis.com" for n in range(21)]}, 400, BAD, "20"),
    ("POST", f"{USAGE}/redis.googleapis.com:disable", {}, 400, PRE, "redis.googleapis.com"),
    # artifacts
    ("POST", f"{REPOSITORIES}?repositoryId=images", {"format": "DOCKER"}, 409, TAKEN, "already exists"),
    ("POST", f"{REPOSITORIES}?repositoryId=New", {"format": "DOCKER"}, 400, BAD, "Invalid resource id 'New'"),
    ("POST", f"{REPOSITORIES}?repositoryId=new", {}, 400, BAD, "format"),
    ("PATCH", f"{REPOSITORIES}/images?updateMask=format", {"format": "NPM"}, 400, BAD, "format"),
    ("GET", f"{REPOSITORIES}/none", None, 404, NONE, "Requested entity was not found."),
    # peering
    ("POST", PEERING, {"network": f"{P}/global/networks/none", "reservedPeeringRanges": ["r"]}, 400, PRE, "networks/none was not found"),
    ("POST", PEERING, {"network": f"{P}/global/networks/net", "reservedPeeringRanges": ["none"]}, 400, PRE, "The allocated range 'none' was not found"),
    # logging, bigquery
    ("POST", f"{LOGS}/sinks", {"name": "sink", "destination": f"pubsub.{GOOGLE}/{P}/topics/news"}, 409, TAKEN, "Sink sink already exists"),
    ("DELETE", f"{LOGS}/sinks/_Required", None, 400, BAD, "_Required"),
    ("DELETE", f"{DATASETS}/sales", None, 400, BAD, "is still in use"),
    ("PATCH", f"{DATASETS}/sales", {"location": "EU"}, 400, BAD, "location"),
)  # fmt: skip


SURROUNDINGS: tuple[Row, ...] = (
    ("GET", f"{BUDGETS}/none", None, 404, NONE, "Requested entity was not found."),
    ("POST", BUDGETS, {"displayName": "x"}, 400, BAD, "Exactly one kind of budget amount"),
    ("POST", BUDGETS, {"amount": {"specifiedAmount": {"units": "1"}, "lastPeriodAmount": {}}}, 400, BAD, "Exactly one kind"),
    ("POST", BUDGETS, {"displayName": "x" * 61, "amount": {"lastPeriodAmount": {}}}, 400, BAD, "60 characters"),
    ("POST", BUDGETS, {"amount": {"lastPeriodAmount": {}}, "thresholdRules": [{"thresholdPercent": -1}]}, 400, BAD, "negative"),
    ("POST", f"{BUILD}/builds", {}, 400, BAD, "no build steps specified"),
    ("POST", f"{BUILD}/builds", {"steps": [{}]}, 400, BAD, "build step 0 must specify name"),
    ("GET", f"{BUILD}/builds/none", None, 404, NONE, "Requested entity was not found."),
    ("POST", f"{BUILD}/triggers", {"name": "t"}, 400, BAD, "event source"),
    ("POST", f"{BUILD}/triggers", {"name": "Bad Name", "github": {"owner": "o"}, "filename": "f"}, 400, BAD, "Bad Name"),
    ("POST", f"{BUILD}/triggers/none:run", {}, 404, NONE, "Requested entity was not found."),
    ("POST", f"{FUNCTIONS}?functionId=f", {}, 400, BAD, "Runtime field cannot be empty."),
    ("POST", f"{FUNCTIONS}?functionId=F!", {}, 400, BAD, "Invalid resource id 'F!'"),
    ("POST", f"{FUNCTIONS}?functionId=f", {"buildConfig": {"runtime": "cobol", "entryPoint": "m"}}, 400, BAD, "cobol"),
    ("GET", f"{FUNCTIONS}/none", None, 404, NONE, "functions/none' was not found"),
    ("POST", f"{ENDPOINTS}?endpointId=e", {}, 400, BAD, "Missing required field: network"),
    ("GET", f"{ENDPOINTS}/none", None, 404, NONE, "endpoints/none' was not found"),
    ("PUT", f"{BINARIES}/policy", {}, 400, BAD, "default admission rule must be set"),
    (
        "PUT", f"{BINARIES}/policy",
        {"defaultAdmissionRule": {"evaluationMode": "REQUIRE_ATTESTATION", "enforcementMode": "ENFORCED_BLOCK_AND_AUDIT_LOG"}},
        400, BAD, "requireAttestationsBy",
    ),
    ("POST", f"{BINARIES}/attestors?attestorId=a", {}, 400, BAD, "Invalid note reference ''"),
    ("GET", f"{BINARIES}/attestors/none", None, 404, NONE, "Requested entity was not found."),
    ("POST", ACCESS, {"title": "x"}, 400, BAD, "Invalid parent ''"),
    ("GET", f"{ACCESS}/9", None, 404, NONE, "accessPolicies/9' was not found"),
    ("POST", f"{ACCESS}/9/accessLevels", {"name": "accessPolicies/9/accessLevels/a"}, 404, NONE, "accessPolicies/9"),
    ("POST", f"{EVENTS}?triggerId=t", {}, 400, BAD, "Missing required field: destination"),
    ("GET", f"{EVENTS}/none", None, 404, NONE, "triggers/none' was not found"),
)  # fmt: skip


@pytest.fixture(scope="module")
def standing() -> Iterator[tuple[Google, Send]]:
    world, send = scene()
    yield world, send
    world.close()


@pytest.mark.parametrize("row", [*ON_COMPUTE, *ELSEWHERE, *SURROUNDINGS])
def test_a_mistake_is_refused_and_leaves_nothing_behind(
    standing: tuple[Google, Send], row: Row
) -> None:
    world, send = standing
    before = dict(world.state.objects)
    refuse(send, Mistake(*row))
    assert world.state.objects == before
