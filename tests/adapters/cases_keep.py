"""Cases of documents, keys and files."""

from collections.abc import Mapping

from tests.adapters.cases import REGION, Case, named

DATABASE = (
    "firestore.Database",
    named("orders"),
    {"locationId": REGION, "type": "FIRESTORE_NATIVE"},
)
IN_ORDERS = {"database": "orders"}
ASCENDING = {"queryScope": "COLLECTION", "fields": [{"order": "ASCENDING"}]}

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
}
