"""Pub/Sub (https://cloud.google.com/pubsub/docs/reference/rest)."""

from gcpstack.emulator.core.model import Service
from gcpstack.emulator.services.pubsub import messages
from gcpstack.emulator.services.pubsub.schemas import SCHEMAS
from gcpstack.emulator.services.pubsub.snapshots import EVENTS, SNAPSHOTS
from gcpstack.emulator.services.pubsub.subscriptions import SUBSCRIPTIONS
from gcpstack.emulator.services.pubsub.topics import TOPICS, list_snapshots, list_subscriptions

SERVICE = Service(
    name="pubsub",
    title="Cloud Pub/Sub API",
    kinds=(TOPICS, SUBSCRIPTIONS, SNAPSHOTS, SCHEMAS),
    methods={
        "projects.topics.publish": messages.publish,
        "projects.topics.subscriptions.list": list_subscriptions,
        "projects.topics.snapshots.list": list_snapshots,
        "projects.subscriptions.pull": messages.pull,
        "projects.subscriptions.acknowledge": messages.acknowledge,
        "projects.subscriptions.modifyAckDeadline": messages.modify_deadline,
        "projects.subscriptions.seek": messages.seek,
    },
    events=EVENTS,
)
