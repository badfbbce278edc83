"""Cloud Storage's JSON API (https://cloud.google.com/storage/docs/json_api/v1)."""

from gcpstack.emulator.core.model import Service
from gcpstack.emulator.services.storage import acl, buckets, notifications, objects

SERVICE = Service(
    name="storage",
    title="Google Cloud Storage JSON API",
    style="v1",
    kinds=(buckets.BUCKETS, objects.OBJECTS, acl.BUCKET_ACL, notifications.NOTIFICATIONS),
    not_found="The specified bucket does not exist.",
    strict_query=False,
)
