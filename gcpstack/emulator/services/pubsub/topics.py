"""Topics (https://cloud.google.com/pubsub/docs/reference/rest/v1/projects.topics)."""

from gcpstack.emulator.core import encryption
from gcpstack.emulator.core.call import Call
from gcpstack.emulator.core.errors import failed_precondition
from gcpstack.emulator.core.model import Body, Kind, Reference
from gcpstack.emulator.core.paging import cut
from gcpstack.emulator.services.pubsub import common

RETENTION = (600, 31 * 86400)
INGESTION = ("awsKinesis", "cloudStorage", "azureEventHubs", "awsMsk", "confluentCloud")


def _validate(call: Call, body: Body, old: Body | None) -> None:
    key = body.get("kmsKeyName", "")
    if key != (old or {}).get("kmsKeyName", ""):
        _check_key(call, key)
    common.check_span(body, "messageRetentionDuration", *RETENTION)
    settings = body.get("schemaSettings")
    if settings is not None and not (settings.get("schema") and settings.get("encoding")):
        raise common.bad_argument("schema_settings")
    if sum(source in body.get("ingestionDataSourceSettings", {}) for source in INGESTION) > 1:
        raise common.bad_argument("ingestion_data_source_settings")


def _check_key(call: Call, key: str) -> None:
    """https://cloud.google.com/pubsub/docs/encryption: Pub/Sub's agent encrypts."""
    agent = encryption.refused(call, key)
    if agent:
        raise failed_precondition(
            "Cloud Pub/Sub did not have the necessary permissions configured to support this operation. "
            f"Please verify that the service account {agent} was granted the Cloud KMS CryptoKey "
            f"Encrypter/Decrypter role for the project containing the CryptoKey resource {key}."
        )


def _ingesting(_call: Call, body: Body, _old: Body | None = None) -> None:
    """A topic that is fed from elsewhere tells how that goes."""
    settings = body.get("ingestionDataSourceSettings", {})
    sources = [source for source in INGESTION if source in settings]
    body.pop("state", None)
    if sources:
        fed = {source: {**settings[source], "state": "ACTIVE"} for source in sources}
        body["ingestionDataSourceSettings"] = {**settings, **fed}
        body["state"] = "ACTIVE"


def _delete(call: Call) -> Body:
    """Subscriptions and snapshots outlive their topic."""
    topic = call.need()
    common.replace_users(call, topic, "topic", common.DELETED_TOPIC)
    call.world.forget(topic)
    return {}


def _attached(call: Call, kind: str) -> list[str]:
    topic = call.need(call.name, TOPICS)
    users = call.world.state.users(topic.service, topic.name)
    return sorted(user.name for user, path in users if user.kind == kind and path == "topic")


def list_subscriptions(call: Call) -> Body:
    """``topics.subscriptions.list``: the names of a topic's subscriptions."""
    return cut(_attached(call, "subscriptions"), call.query, "subscriptions")


def list_snapshots(call: Call) -> Body:
    """``topics.snapshots.list``: the names of a topic's snapshots."""
    return cut(_attached(call, "snapshots"), call.query, "snapshots")


TOPICS = Kind(
    name="topics",
    resources=("projects.topics",),
    schema="Topic",
    dialect=common.DIALECT,
    id_pattern=common.ID,
    not_found=common.NOT_FOUND,
    already_exists=common.ALREADY_EXISTS,
    immutable=("tags",),
    output_only=("satisfiesPzs",),
    refs=(
        Reference(path="schemaSettings.schema", to=("schemas",)),
        Reference(path="kmsKeyName", to=("cloudkms.cryptoKeys",), in_use=False),
    ),
    validate=_validate,
    on_create=_ingesting,
    on_update=_ingesting,
    methods={"delete": _delete},
)
