"""What keeps data and keys without a machine: Firestore, buckets, BigQuery, KMS."""

from collections.abc import Iterator
from decimal import Decimal

from gcpstack._costs.model import Metered, Subject
from gcpstack._costs.usage import Usage
from gcpstack._costs.world import World, at, rows

_WRITES, _DELETIONS = Decimal("0.1"), Decimal("0.01")
_MULTI = ("us", "eu", "asia")


def firestore(subject: Subject, usage: Usage, world: World) -> Iterator[Metered]:  # noqa: ARG001 # a formula's form
    """Count a database by what it holds and answers."""
    place = str(at(subject, "locationId", ""))
    if at(subject, "databaseEdition") == "ENTERPRISE":
        yield Metered("Firestore's Enterprise edition", Decimal(1))
        return
    yield Metered("firestore.stored", usage.stored_gib, place)
    yield Metered("firestore.reads", usage.operations, place)
    yield Metered("firestore.writes", usage.operations * _WRITES, place)
    yield Metered("firestore.deletions", usage.operations * _DELETIONS, place)
    if at(subject, "pointInTimeRecoveryEnablement") == "POINT_IN_TIME_RECOVERY_ENABLED":
        yield Metered("firestore.pitr", usage.stored_gib, place)


def firestore_backups(subject: Subject, usage: Usage, world: World) -> Iterator[Metered]:
    """Count the backups that a schedule keeps, each as large as the data."""
    place = ""
    for database in world.of("firestore.Database"):
        if database.address.name == subject.ids["database"]:
            place = str(at(database, "locationId", ""))
    every = 7 if at(subject, "weeklyRecurrence") is not None else 1
    kept = Decimal(str(at(subject, "retention", "0s")).removesuffix("s")) / 86400 / every
    yield Metered("firestore.backups", usage.stored_gib * kept, place)


def bucket(subject: Subject, usage: Usage, world: World) -> Iterator[Metered]:  # noqa: ARG001 # a formula's form
    """Count a bucket by what it holds and answers, in its default class."""
    place = str(at(subject, "location", "US")).lower()
    kind = str(at(subject, "storageClass", "STANDARD")).lower()
    where = "multi" if place in _MULTI else "regional"
    yield Metered(f"storage.{kind}", usage.stored_gib, place)
    if kind == "standard":
        yield Metered(f"storage.writes.{where}", usage.operations * _WRITES)
        yield Metered("storage.reads", usage.operations)
    elif usage.operations:
        yield Metered(f"operations of the class {kind.upper()}", Decimal(1))


def dataset(subject: Subject, usage: Usage, world: World) -> Iterator[Metered]:  # noqa: ARG001 # a formula's form
    """Count what a dataset holds; queries are paid for by whoever asks."""
    yield Metered("bigquery.stored", usage.stored_gib, str(at(subject, "location", "US")).lower())


def key(subject: Subject, usage: Usage, world: World) -> Iterator[Metered]:  # noqa: ARG001 # a formula's form
    """Count a key's one version that is made with it, and what is done with it."""
    level = str(at(subject, "versionTemplate.protectionLevel", "SOFTWARE")).lower()
    symmetric = at(subject, "purpose", "ENCRYPT_DECRYPT") == "ENCRYPT_DECRYPT"
    if level == "software" or (level == "hsm" and symmetric):
        yield Metered(f"keys.{level}", Decimal(1))
        yield Metered(f"keys.operations.{level}", usage.key_operations)
    else:
        yield Metered(f"a key that is kept in {level.upper()}", Decimal(1))


def zone(subject: Subject, usage: Usage, world: World) -> Iterator[Metered]:
    """Count a zone and its queries; those that a policy routes are dearer."""
    yield Metered("dns.zone", Decimal(1))
    records = [
        one for one in world.of("dns.RecordSet") if one.ids.get("zone") == subject.ids["name"]
    ]
    routed = any(at(one, "routingPolicy") is not None for one in records)
    yield Metered("dns.queries.routed" if routed else "dns.queries", usage.dns_queries)
    if any(_checked(one) for one in records):
        yield Metered("the health checks of Cloud DNS", Decimal(1))


def _checked(record: Subject) -> bool:
    items = rows(at(record, "routingPolicy.geo.items")) or rows(
        at(record, "routingPolicy.wrr.items")
    )
    return any(item.get("healthCheckedTargets") for item in items)


FORMULAS = {
    "firestore.Database": firestore,
    "firestore.BackupSchedule": firestore_backups,
    "storage.Bucket": bucket,
    "bigquery.Dataset": dataset,
    "cloudkms.CryptoKey": key,
    "dns.ManagedZone": zone,
}
