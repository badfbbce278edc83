"""Lives of documents, keys and files."""

from gcpstack import resources as r

from .lives import REGION, USER, Life

ORDERS = r.FirestoreDatabase("orders")
BY_STATE = [
    r.FirestoreIndexField(field_path="state", order="ASCENDING"),
    r.FirestoreIndexField(field_path="made", order="DESCENDING"),
]
UP = r.FirestoreFieldIndex(order="ASCENDING")
GROUP = r.FirestoreFieldIndex(array_config="CONTAINS", query_scope="COLLECTION_GROUP")
RING = r.KmsKeyRing("ring", location=REGION)
ENCRYPT = "roles/cloudkms.cryptoKeyEncrypterDecrypter"

KEEP = [
    Life(
        r.FirestoreDatabase("main", location="nam5"),
        changes={
            "point_in_time_recovery": True,
            "concurrency_mode": "OPTIMISTIC",
            "app_engine_integration_mode": "ENABLED",
        },
        fixed={"location": "eur3", "edition": "ENTERPRISE"},
    ),
    Life(
        r.FirestoreBackupSchedule("weekly", database=ORDERS, retention="7d", day="SUNDAY"),
        changes={"retention": "14d"},
        fixed={"day": "MONDAY"},
    ),
    Life(
        r.FirestoreIndex("items", database=ORDERS, fields=BY_STATE),
        fixed={"density": "DENSE"},
    ),
    Life(
        r.FirestoreField(
            "expires",
            collection="items",
            database=ORDERS,
            indexes=[],
            ttl=True,
            allow_indexed_ttl=True,
        ),
        changes={"ttl": None, "indexes": [UP, GROUP]},
    ),
    Life(r.KmsKeyRing("ring", location=REGION)),
    Life(
        r.KmsCryptoKey("data", key_ring=RING, labels={"team": "web"}),
        changes={
            "labels": {"team": "api"},
            "rotation_period": "90d",
            "allowed_access_reasons": ["CUSTOMER_INITIATED_ACCESS", "GOOGLE_INITIATED_SERVICE"],
        },
        fixed={
            "protection_level": "HSM",
            "destroy_scheduled_duration": "1d",
            "import_only": True,
        },
    ),
    Life(r.KmsKeyRingIamMember(RING, role=ENCRYPT, member=USER)),
    Life(r.KmsCryptoKeyIamMember(r.KmsCryptoKey("data", key_ring=RING), role=ENCRYPT, member=USER)),
]
