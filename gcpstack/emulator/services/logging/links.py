"""Linked BigQuery datasets of log buckets (https://cloud.google.com/logging/docs/analyze/query-linked-dataset)."""

from typing import Any

from gcpstack.emulator.core.call import Call
from gcpstack.emulator.core.errors import failed_precondition
from gcpstack.emulator.core.model import Body, Kind
from gcpstack.emulator.core.world import World
from gcpstack.emulator.dialects.aip import AIP

_STATES = {True: "OPERATION_STATE_SUCCEEDED", False: "OPERATION_STATE_SCHEDULED"}


def metadata(world: World, operation: Any) -> Body:
    """The metadata of a link's operation, or of a bucket's."""
    name = str(operation.target)
    parent, _, link = name.rpartition("/links/")
    told: Body = {
        "@type": "type.googleapis.com/google.logging.v2.LinkMetadata",
        "startTime": world.stamp(operation.started),
        "state": _STATES[bool(operation.ended)],
    }
    if operation.ended:
        told["endTime"] = world.stamp(operation.ended)
    if operation.verb == "create":
        told["createLinkRequest"] = {"linkId": link, "parent": parent}
    else:
        told["deleteLinkRequest"] = {"name": name}
    return told


def _check(call: Call, _body: Body, _old: Body | None) -> None:
    bucket = call.need(call.path.rpartition("/")[0], None)
    if not bucket.body.get("analyticsEnabled"):
        raise failed_precondition(
            "Log Analytics must be enabled on the bucket before a dataset can be linked."
        )


def _on_create(call: Call, body: Body) -> None:
    link = body["name"].rsplit("/", 1)[-1]
    body["bigqueryDataset"] = {
        "datasetId": f"bigquery.googleapis.com/projects/{call.project}/datasets/{link}"
    }
    body["createTime"] = call.world.stamp()
    body["lifecycleState"] = "ACTIVE"


LINKS = Kind(
    name="links",
    resources=(
        "projects.locations.buckets.links", "organizations.locations.buckets.links",
        "folders.locations.buckets.links", "billingAccounts.locations.buckets.links", "locations.buckets.links",
    ),
    schema="Link",
    dialect=AIP,
    id_param="linkId",
    lro=("create", "delete"),
    not_found="{name} does not exist",
    validate=_check,
    on_create=_on_create,
)  # fmt: skip
