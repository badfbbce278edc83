"""The kinds of documents, keys and files, as data.

`gcpstack.resources.kinds` lists them with all others.
"""

from gcpstack._core.kinds import Kind
from gcpstack.resources import _conditions as conditions
from gcpstack.resources import _refused_changes as refused_changes
from gcpstack.resources._kinds_access import granted
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
    guards={("deleteProtectionState",): "DELETE_PROTECTION_ENABLED"},
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

_KMS = "cloudkms.googleapis.com"
_RING = "projects/{project}/locations/{location}/keyRings/"
_KEY = _RING + "{key_ring}/cryptoKeys/"
# Google deletes neither rings nor keys, and their names stay taken: a key goes with its versions
# (https://cloud.google.com/kms/docs/faq#cannot_delete).
KMS_KEY_RING = Kind(
    name="cloudkms.KeyRing",
    api=_KMS,
    path=_RING + "{name}",
    title="key ring",
    keeps=True,
    lasting=True,
    outputs={**NAME, "create_time": ("createTime",)},
    known={"name": _RING + "{name}"},
)
KMS_CRYPTO_KEY = Kind(
    name="cloudkms.CryptoKey",
    api=_KMS,
    path=_KEY + "{name}",
    title="KMS key",
    protected=True,
    lasting=True,
    within="cloudkms.KeyRing",
    outputs={
        **NAME,
        "primary": ("primary", "name"),
        "primary_state": ("primary", "state"),
        "next_rotation_time": ("nextRotationTime",),
        "create_time": ("createTime",),
    },
    known={"name": _KEY + "{name}"},
    condition=conditions.key,
)
KMS_KEY_RING_IAM_MEMBER = granted(
    "cloudkms.KeyRingIamMember", _KMS, _RING + "{key_ring}", "key ring"
)
KMS_CRYPTO_KEY_IAM_MEMBER = granted("cloudkms.CryptoKeyIamMember", _KMS, _KEY + "{key}", "KMS key")

_STORAGE = "storage.googleapis.com"
_BUCKET = "projects/{project}/buckets/{bucket}/"
BUCKET_OBJECT = Kind(
    name="storage.BucketObject",
    api=_STORAGE,
    path=_BUCKET + "objects/{name:raw}",
    title="object",
    worldwide=True,
    within="storage.Bucket",
    outputs={
        "url": ("url",),
        "media_link": ("mediaLink",),
        "self_link": ("selfLink",),
        "generation": ("generation",),
        "md5_hash": ("md5Hash",),
        "crc32c": ("crc32c",),
        "size": ("size",),
    },
    known={"url": "gs://{bucket}/{name}"},
    refuses=refused_changes.bucket_object,
    # https://cloud.google.com/storage/docs/object-holds
    guards={("eventBasedHold",): True, ("temporaryHold",): True},
    # https://cloud.google.com/storage/docs/object-lock
    irreversible={("retention", "mode"): "Locked"},
)
NOTIFICATION = Kind(
    name="storage.Notification",
    api=_STORAGE,
    # Google chooses its id.
    path=_BUCKET + "notificationConfigs/{name:raw}",
    title="bucket notification",
    worldwide=True,
    server_assigned=True,
    within="storage.Bucket",
    outputs={"id": ("id",)},
)
