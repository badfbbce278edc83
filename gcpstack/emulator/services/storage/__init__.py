"""Cloud Storage's JSON API (https://cloud.google.com/storage/docs/json_api/v1)."""

from gcpstack.emulator.core.model import Service
from gcpstack.emulator.services.storage import (
    acl,
    buckets,
    folders,
    keys,
    media,
    notifications,
    objects,
)

SERVICE = Service(
    name="storage",
    title="Google Cloud Storage JSON API",
    style="v1",
    kinds=(
        buckets.BUCKETS,
        objects.OBJECTS,
        *acl.KINDS,
        *folders.KINDS,
        notifications.NOTIFICATIONS,
        keys.HMAC_KEYS,
    ),
    methods={"projects.serviceAccount.get": keys.agent},
    events={"purge": buckets.purge, "upload.forget": media.forget},
    not_found="The specified bucket does not exist.",
    strict_query=False,
)
