"""What keeps data: Cloud SQL, Redis, secrets, images."""

import re
from collections.abc import Iterator
from decimal import Decimal

from gcpstack._costs.model import HOURS, Metered, Subject
from gcpstack._costs.usage import Usage
from gcpstack._costs.world import World, at, number

#: The size classes of Memorystore, by their largest size in GB
#: (https://cloud.google.com/memorystore/docs/redis/pricing).
_CAPACITIES = ((4, "m1"), (10, "m2"), (35, "m3"), (100, "m4"))
_ENGINES = {"POSTGRES": "postgres", "MYSQL": "mysql"}


def sql(subject: Subject, usage: Usage, world: World) -> Iterator[Metered]:  # noqa: ARG001 # a formula's form
    """Count an instance of Cloud SQL: its machine, its disk, its address and its backups."""
    place = str(at(subject, "region", ""))
    engine = str(at(subject, "databaseVersion", "")).partition("_")[0]
    if engine not in _ENGINES:
        yield Metered(f"Cloud SQL for {engine or 'an engine that is not told'}", Decimal(1), place)
        return
    double = "ha" if at(subject, "settings.availabilityType") == "REGIONAL" else "zonal"
    tier = str(at(subject, "settings.tier", ""))
    # A stopped instance is paid for its disk, and for a public address that it keeps idle.
    hours = Decimal(0) if at(subject, "settings.activationPolicy") == "NEVER" else HOURS
    plus = at(subject, "settings.edition") == "ENTERPRISE_PLUS"
    custom = re.fullmatch(r"db-custom-(\d+)-(\d+)", tier)
    if custom and not plus:
        yield Metered(f"sql.cpu.{double}", Decimal(custom[1]) * hours, place)
        yield Metered(f"sql.memory.{double}", Decimal(custom[2]) / 1024 * hours, place)
    elif tier in ("db-f1-micro", "db-g1-small"):
        yield Metered(f"sql.{tier.removeprefix('db-')}.{double}", hours, place)
    else:
        yield Metered(f"the machine {tier or 'of the default tier'}", Decimal(1), place)
    disk = number(at(subject, "settings.dataDiskSizeGb"), 10)
    kind = "hdd" if at(subject, "settings.dataDiskType") == "PD_HDD" else "ssd"
    yield Metered(f"sql.{kind}.{double}", disk, place)
    if not hours and at(subject, "settings.ipConfiguration.ipv4Enabled", default=True):
        yield Metered("sql.address", HOURS, place)
    if at(subject, "settings.backupConfiguration.enabled"):
        yield Metered("sql.backup", usage.stored_gib, place)


def redis(subject: Subject, usage: Usage, world: World) -> Iterator[Metered]:  # noqa: ARG001 # a formula's form
    """Count an instance of Memorystore for Redis: each node is paid for by its size."""
    size = number(at(subject, "memorySizeGb"), 1)
    capacity = next((name for most, name in _CAPACITIES if size <= most), "m5")
    if at(subject, "tier", "BASIC") == "BASIC":
        meter, nodes = f"redis.basic.{capacity}", Decimal(1)
    elif at(subject, "readReplicasMode") == "READ_REPLICAS_ENABLED":
        nodes = number(at(subject, "replicaCount"), 2) + 1
        meter = f"redis.replicas.{capacity}"
    else:
        meter, nodes = f"redis.standard.{capacity}", Decimal(1)
    yield Metered(meter, size * nodes * HOURS, subject.ids["location"])


def secret_version(subject: Subject, usage: Usage, world: World) -> Iterator[Metered]:
    """Count a version of a secret; each place that holds it counts."""
    places = 1
    for secret in world.of("secretmanager.Secret"):
        if secret.address.name == subject.ids["secret"]:
            replicas = at(secret, "replication.userManaged.replicas", [])
            places = max(len(replicas), 1) if isinstance(replicas, list | tuple) else 1
    enabled = at(subject, "state", "ENABLED") != "DESTROYED"
    yield Metered("secrets.versions", Decimal(places if enabled else 0))
    yield Metered("secrets.accesses", usage.accesses)


def images(subject: Subject, usage: Usage, world: World) -> Iterator[Metered]:  # noqa: ARG001 # a formula's form
    """Count a repository by what it holds."""
    yield Metered("images.stored", usage.image_gib, subject.ids["location"])


FORMULAS = {
    "sql.DatabaseInstance": sql,
    "redis.Instance": redis,
    "secretmanager.SecretVersion": secret_version,
    "artifactregistry.Repository": images,
}
