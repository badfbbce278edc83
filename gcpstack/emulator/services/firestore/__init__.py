"""Firestore: its administration, and plain reads and writes of documents.

https://cloud.google.com/firestore/docs/reference/rest
"""

from gcpstack.emulator.core.model import Lro, Service
from gcpstack.emulator.services.firestore import backups, documents, transfers
from gcpstack.emulator.services.firestore.common import TYPES
from gcpstack.emulator.services.firestore.databases import DATABASES, list_locations, location
from gcpstack.emulator.services.firestore.fields import FIELDS
from gcpstack.emulator.services.firestore.indexes import INDEXES
from gcpstack.emulator.services.firestore.progress import metadata

SERVICE = Service(
    name="firestore",
    title="Cloud Firestore API",
    kinds=(DATABASES, backups.SCHEDULES, backups.BACKUPS, FIELDS, INDEXES, documents.DOCUMENTS),
    methods={
        **{f"projects.databases.{name}": run for name, run in transfers.METHODS.items()},
        "projects.databases.restore": backups.restore,
        "projects.locations.get": location,
        "projects.locations.list": list_locations,
    },
    events={**backups.EVENTS, **transfers.EVENTS},
    lro=Lro(metadata=metadata, types=TYPES),
    locations=True,
)
