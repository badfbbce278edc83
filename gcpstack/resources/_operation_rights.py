"""Which permissions each command takes beside those of an apply, by the kinds that it works on.

The names are those of https://cloud.google.com/iam/docs/permissions-reference. Every command reads what
is live first, as a plan does; what is listed here comes on top.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

SQL, FIRESTORE, REDIS = "sql.DatabaseInstance", "firestore.Database", "redis.Instance"
BUCKET, RUN, SECRET = "storage.Bucket", "run.Service", "secretmanager.Secret"

_LOGS = ("logging.logEntries.list",)
_SERIES = ("monitoring.timeSeries.list",)
#: https://cloud.google.com/firestore/docs/manage-data/export-import#required_permissions
_FIRESTORE_FILES = ("datastore.operations.get", "datastore.operations.list")
#: https://cloud.google.com/memorystore/docs/redis/about-importing-exporting
_REDIS_FILES = ("redis.operations.get", "redis.operations.list")
_FILES = ("storage.buckets.get", "storage.objects.get", "storage.objects.list")
#: https://cloud.google.com/sql/docs/postgres/iam-permissions
_RUNS = ("cloudsql.backupRuns.get", "cloudsql.backupRuns.list")
#: https://cloud.google.com/firestore/docs/backups#required_roles
_COPIES = ("datastore.backups.get", "datastore.backups.list")
#: Whoever changes a service acts as its account: https://cloud.google.com/run/docs/reference/iam/roles
_TRAFFIC = (
    "run.services.update", "run.operations.get", "run.revisions.get", "run.revisions.list",
    "iam.serviceAccounts.actAs",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Operation:
    """What a command takes.

    Attributes:
        kinds: the permissions by the kind that it works on; an empty kind stands for the project.
        writes: it holds the stack's lease, and so writes the inventory.
    """

    kinds: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    writes: bool = False


#: What looks at a rollout, and puts old revisions away, where a service declares one.
ROLLOUT = (*_SERIES, "run.revisions.delete", "run.revisions.get", "run.revisions.list")

OPERATIONS: Mapping[str, Operation] = {
    "plan": Operation(),
    "doctor": Operation(),
    "forget": Operation(writes=True),
    "drift": Operation({"": _LOGS}),
    "logs": Operation({RUN: _LOGS, "run.Job": _LOGS, "cloudfunctions.Function": _LOGS}),
    "metrics": Operation({RUN: _SERIES}),
    # Services that let nobody in without a token: https://cloud.google.com/run/docs/authenticating/overview
    "health": Operation({RUN: ("run.routes.invoke",)}),
    "rollout": Operation({RUN: ("run.revisions.list",)}),
    "rollout --resume": Operation({RUN: _TRAFFIC}, writes=True),
    "rollback": Operation({RUN: _TRAFFIC}, writes=True),
    "recover": Operation({SQL: _RUNS, FIRESTORE: _COPIES}),
    "recover --rehearse": Operation(
        {
            SQL: (
                *_RUNS, "cloudsql.instances.create", "cloudsql.instances.restoreBackup",
                "cloudsql.instances.delete", "cloudsql.databases.list",
            ),
            FIRESTORE: (
                *_COPIES, "datastore.backups.restoreDatabase", "datastore.databases.create",
                "datastore.databases.delete", "datastore.operations.get",
            ),
        },
        writes=True,
    ),
    "backups list": Operation(
        {SQL: _RUNS, FIRESTORE: _COPIES, BUCKET: ("storage.objects.list",)}
    ),
    "backups make": Operation({SQL: (*_RUNS, "cloudsql.backupRuns.create")}, writes=True),
    "backups restore": Operation(
        {
            SQL: (*_RUNS, "cloudsql.instances.restoreBackup", "cloudsql.instances.clone"),
            FIRESTORE: (
                *_COPIES, "datastore.backups.restoreDatabase", "datastore.databases.create",
                *_FIRESTORE_FILES,
            ),
            BUCKET: (*_FILES, "storage.objects.create", "storage.objects.delete"),
        },
        writes=True,
    ),
    "backups export": Operation(
        {
            FIRESTORE: ("datastore.databases.export", *_FIRESTORE_FILES, *_FILES),
            REDIS: ("redis.instances.export", *_REDIS_FILES, *_FILES),
        },
        writes=True,
    ),
    "backups import": Operation(
        {
            FIRESTORE: ("datastore.databases.import", *_FIRESTORE_FILES, *_FILES),
            REDIS: ("redis.instances.import", *_REDIS_FILES, *_FILES),
        },
        writes=True,
    ),
    "secrets status": Operation(
        {SECRET: ("secretmanager.versions.list",), RUN: ("run.revisions.get",)}
    ),
    "secrets roll": Operation(
        {SECRET: ("secretmanager.versions.list",), RUN: (*_TRAFFIC, "run.revisions.delete", *_SERIES)},
        writes=True,
    ),
    "secrets retire": Operation(
        {
            SECRET: ("secretmanager.versions.list", "secretmanager.versions.disable"),
            RUN: ("run.revisions.get",),
        },
        writes=True,
    ),
    "secrets destroy": Operation(
        {
            SECRET: ("secretmanager.versions.list", "secretmanager.versions.destroy"),
            RUN: ("run.revisions.get",),
        },
        writes=True,
    ),
}  # fmt: skip

#: Commands that take what another takes: a rotation is an apply of the secret and of what uses it.
ALIKE: Mapping[str, str] = {
    "apply": "apply",
    "destroy": "apply",
    "secrets rotate": "apply",
    "status": "plan",
}
