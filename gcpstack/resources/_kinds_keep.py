"""The kinds of documents, keys and files, as data.

`gcpstack.resources.kinds` lists them with all others.
"""

from gcpstack._core.kinds import Kind
from gcpstack.resources import _conditions as conditions
from gcpstack.resources._outputs import NAME

_FIRESTORE = "firestore.googleapis.com"
_DATABASE = "projects/{project}/databases/"
_GROUP = _DATABASE + "{database}/collectionGroups/{collection}/"
FIRESTORE_DATABASE = Kind(
    name="firestore.Database",
    api=_FIRESTORE,
    path=_DATABASE + "{name}",
    title="Firestore database",
    protected=True,
    outputs={
        **NAME,
        "uid": ("uid",),
        "key_prefix": ("keyPrefix",),
        "earliest_version_time": ("earliestVersionTime",),
        "version_retention_period": ("versionRetentionPeriod",),
        "create_time": ("createTime",),
    },
    known={"name": _DATABASE + "{name}"},
    # https://cloud.google.com/firestore/docs/manage-databases#delete_protection
    guard=("deleteProtectionState",),
    guarded="DELETE_PROTECTION_ENABLED",
    # https://cloud.google.com/firestore/docs/manage-databases#delete_a_database: five minutes.
    frees=360.0,
)
FIRESTORE_BACKUP_SCHEDULE = Kind(
    name="firestore.BackupSchedule",
    api=_FIRESTORE,
    # Google chooses its id; a database has one daily and one weekly schedule at most.
    path=_DATABASE + "{database}/backupSchedules/{name}",
    title="backup schedule",
    within="firestore.Database",
    server_assigned=True,
    outputs=NAME,
)
FIRESTORE_INDEX = Kind(
    name="firestore.Index",
    api=_FIRESTORE,
    # Google chooses its id; no two indexes of a collection have the same fields.
    path=_GROUP + "indexes/{name:raw}",
    title="Firestore index",
    within="firestore.Database",
    server_assigned=True,
    outputs={**NAME, "state": ("state",)},
    condition=conditions.built("state"),
)
FIRESTORE_FIELD = Kind(
    name="firestore.Field",
    api=_FIRESTORE,
    path=_GROUP + "fields/{name:raw}",
    title="Firestore field",
    within="firestore.Database",
    outputs={**NAME, "ttl_state": ("ttlConfig", "state")},
    condition=conditions.built("ttlConfig", "state"),
)
