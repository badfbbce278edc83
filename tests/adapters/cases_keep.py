"""Cases of documents, keys and files."""

from collections.abc import Mapping

from gcpstack._core.refs import Sensitive
from tests.adapters.cases import BUCKET, REGION, TOPIC, Case, grant, named

DATABASE = (
    "firestore.Database",
    named("orders"),
    {"locationId": REGION, "type": "FIRESTORE_NATIVE"},
)
IN_ORDERS = {"database": "orders"}
ASCENDING = {"queryScope": "COLLECTION", "fields": [{"order": "ASCENDING"}]}

RING = ("cloudkms.KeyRing", {"location": REGION, "name": "ring"}, {})
IN_RING = {"location": REGION, "key_ring": "ring"}
KEY = ("cloudkms.CryptoKey", {**IN_RING, "name": "key"}, {"purpose": "ENCRYPT_DECRYPT"})
ENCRYPT = "roles/cloudkms.cryptoKeyEncrypterDecrypter"

#: Cloud Storage publishes as its agent, which may not by itself.
PUBLISHER = (
    "pubsub.TopicIamMember",
    {"topic": "events", "role": "roles/pubsub.publisher", "member": "allUsers"},
    {},
)

KEEP: Mapping[str, Case] = {
    "firestore.Database": Case(
        {"locationId": "nam5", "type": "FIRESTORE_NATIVE"},
        changes={
            "pointInTimeRecoveryEnablement": "POINT_IN_TIME_RECOVERY_ENABLED",
            "concurrencyMode": "OPTIMISTIC",
            "appEngineIntegrationMode": "ENABLED",
        },
        fills=frozenset({"versionRetentionPeriod"}),
    ),
    "firestore.BackupSchedule": Case(
        {"dailyRecurrence": {}, "retention": "604800s"},
        ids={**IN_ORDERS, "name": "daily"},
        needs=(DATABASE,),
        changes={"retention": "1209600s"},
    ),
    "firestore.Index": Case(
        {
            "queryScope": "COLLECTION",
            "fields": [
                {"fieldPath": "state", "order": "ASCENDING"},
                {"fieldPath": "made", "order": "DESCENDING"},
            ],
        },
        ids={**IN_ORDERS, "collection": "items", "name": "state:asc,made:desc"},
        needs=(DATABASE,),
    ),
    "firestore.Field": Case(
        {"ttlConfig": {}},
        ids={**IN_ORDERS, "collection": "items", "name": "expires"},
        needs=(DATABASE,),
        changes={"indexConfig.indexes": [ASCENDING]},
        again=False,
    ),
    "cloudkms.KeyRing": Case({}, ids={"location": REGION, "name": "thing-one"}, deletes=False),
    "cloudkms.CryptoKey": Case(
        {"purpose": "ENCRYPT_DECRYPT", "labels": {"team": "web"}},
        ids={**IN_RING, "name": "thing-one"},
        needs=(RING,),
        changes={
            "labels": {"team": "api"},
            "rotationPeriod": "7776000s",
        },
        fills=frozenset({"nextRotationTime"}),
    ),
    "cloudkms.KeyRingIamMember": grant(IN_RING, ENCRYPT, RING),
    "cloudkms.CryptoKeyIamMember": grant({**IN_RING, "key": "key"}, ENCRYPT, RING, KEY),
    "storage.Bucket": Case(
        {"location": "US", "labels": {"team": "web"}, "retentionPolicy": {"retentionPeriod": "60"}},
        ids=named("{project}-thing-one"),
        changes={
            "versioning.enabled": True,
            "labels.team": None,
            "lifecycle.rule": [{"action": {"type": "Delete"}, "condition": {"age": 30}}],
            "iamConfiguration.uniformBucketLevelAccess.enabled": True,
            "softDeletePolicy.retentionDurationSeconds": "1209600",
            "rpo": "ASYNC_TURBO",
            "retentionPolicy": None,
        },
    ),
    "storage.BucketObject": Case(
        {"content": Sensitive("hello"), "contentType": "text/plain", "metadata": {"a": "b"}},
        ids={"bucket": "{project}-contract", "name": "docs/thing one.txt"},
        needs=(BUCKET,),
        changes={
            "cacheControl": "no-cache",
            "contentType": "text/html",
            "metadata": {"a": "c"},
        },
    ),
    "storage.Notification": Case(
        {"topic": "projects/{project}/topics/events", "payload_format": "NONE"},
        ids={"bucket": "{project}-contract", "name": "events"},
        needs=(BUCKET, TOPIC, PUBLISHER),
    ),
}
