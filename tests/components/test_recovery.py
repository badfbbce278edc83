"""What can't come back as promised is told at plan time."""

from datetime import timedelta

import pytest

from gcpstack import DeclarationError, Recovery, Stack
from gcpstack import resources as r
from gcpstack._core.resource import Scope
from gcpstack._stack.compiled import compile_stack

SCOPE = Scope("demo-proj", "us-central1", "demo")
SQL = {"database_version": "POSTGRES_15", "tier": "db-custom-2-7680", "edition": "ENTERPRISE"}
LOGGED = r.SqlBackups(enabled=True, point_in_time_recovery=True)


def sql(**fields):
    given = {**SQL, "deletion_protection": True, "backups": LOGGED}
    return r.SqlInstance("db", **{**given, **fields})


def firestore(**fields):
    given = {"location": "nam5", "delete_protection": True}
    return r.FirestoreDatabase("orders", **{**given, **fields})


def schedule(database, name="daily", **fields):
    return r.FirestoreBackupSchedule(name, database=database, retention="7d", **fields)


def redis(period="ONE_HOUR", **fields):
    given = {"tier": "BASIC", "memory_size_gb": 1}
    if period:
        given |= {"persistence_mode": "RDB", "rdb_snapshot_period": period}
    return r.RedisInstance("cache", **{**given, **fields})


def bucket(**fields):
    return r.Bucket("shop-files-1", **{"location": "US", "versioning": True, **fields})


def told(*items, of=None, **fields):
    """Compile a stack that promises something; tell what it can't keep."""
    aim = {"rpo": "24h", "rto": "1h", **fields}
    promise = Recovery([items[0]] if of is None else of, **aim)
    try:
        compile_stack("demo", [*items, promise], {}, SCOPE, enable_apis=False, check=lambda _: ())
    except DeclarationError as error:
        return [str(problem) for problem in error.problems]
    return []


WEEKLY = {"name": "weekly", "day": "SUNDAY"}
FIRESTORE = firestore()
READABLE = firestore(point_in_time_recovery=True)
REPLICA = r.SqlInstance("copy", **SQL, master_instance=sql())

MISSED = [
    (
        [sql(backups=None)],
        {},
        "sql.DatabaseInstance/db: is never backed up. Declare backups=SqlBackups(enabled=True",
    ),
    (
        [sql(backups=r.SqlBackups(enabled=True))],
        {"rpo": "1h"},
        "db: loses up to 24 h, where the RPO is 1 h. Declare point_in_time_recovery=True",
    ),
    ([sql()], {"rpo": 60}, "loses up to 5 min, where the RPO is 1 min"),
    ([sql(deletion_protection=None)], {}, "db: has no delete protection. Declare deletion_prot"),
    ([sql()], {"rto": "10m"}, "usually takes 12 min to come back, where the RTO is 10 min"),
    ([REPLICA], {"delete_protection": False}, "copy: is a read replica"),
    (
        [sql(backups=r.SqlBackups(enabled=True, location="us-central1"), region="us-central1")],
        {"survives_region": True},
        "keeps its backups in us-central1, where it stands itself",
    ),
    ([FIRESTORE], {}, "firestore.Database/orders: is never backed up. Declare FirestoreBackupSch"),
    ([FIRESTORE, schedule(FIRESTORE, **WEEKLY)], {}, "orders: loses up to 168 h, where the RPO"),
    ([FIRESTORE, schedule(FIRESTORE)], {"rpo": "12h"}, "loses up to 24 h, where the RPO is 12 h"),
    ([redis(None)], {}, "keeps no snapshots: what it holds is lost when it fails"),
    ([redis("TWELVE_HOURS")], {"rpo": "6h"}, "cache: loses up to 12 h, where the RPO is 6 h"),
    ([redis()], {"survives_region": True}, "and its snapshots stand in us-central1 alone"),
    ([bucket(versioning=None)], {}, "storage.Bucket/shop-files-1: keeps no versions"),
    (
        [bucket(location="us-central1")],
        {"survives_region": True},
        "shop-files-1: stands in us-central1 alone",
    ),
    (
        [bucket()],
        {"survives_region": True, "rpo": "1h"},
        "is copied to its other region within 12 h, not 1 h",
    ),
    ([r.Topic("news")], {}, "Recovery: of[0]: pubsub.Topic/news is nothing that is backed up"),
    ([sql()], {"rpo": "soon"}, "Recovery: rpo: 'soon' is not a span of time. Write it as '24h'"),
    ([sql()], {"rto": 0}, "Recovery: rto: 0 is not a span of time"),
    ([sql()], {"of": []}, "Recovery: of: is empty"),
]


@pytest.mark.parametrize(("items", "fields", "words"), MISSED, ids=range(len(MISSED)))
def test_what_cannot_be_kept_is_told(items, fields, words):
    """Alone, at the declaration, with what to write instead."""
    found = told(*items, **fields)

    assert len(found) == 1, found
    assert words in found[0]


KEPT = [
    ([sql(backups=r.SqlBackups(enabled=True))], {}),
    ([sql()], {"rpo": "5m", "survives_region": True}),
    ([sql(deletion_protection=None)], {"delete_protection": False}),
    ([FIRESTORE, schedule(FIRESTORE)], {"survives_region": True}),
    ([READABLE, schedule(READABLE, **WEEKLY)], {"rpo": timedelta(minutes=5)}),
    ([redis()], {"rpo": "1h"}),
    ([bucket()], {"rpo": "12h", "survives_region": True}),
    ([bucket(location="NAM4", turbo_replication=True)], {"rpo": "15m", "survives_region": True}),
]


@pytest.mark.parametrize(("items", "fields"), KEPT, ids=range(len(KEPT)))
def test_what_can_be_kept_passes(items, fields):
    """Nothing is said."""
    assert told(*items, **fields) == []


def test_it_makes_nothing_of_its_own(gcp_settings):
    """The plan of a stack is the same with and without the promise, which brings its data along."""
    stack = Stack("shop", enable_apis=False)
    files = r.Bucket(f"{gcp_settings.project}-files", location="US", versioning=True)
    stack.add(Recovery([files], rpo="24h", rto="1h"))

    assert [change.kind.name for change in stack.plan(gcp_settings).changes] == ["storage.Bucket"]
