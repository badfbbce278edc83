"""Linked BigQuery datasets of log buckets (https://cloud.google.com/logging/docs/analyze/query-linked-dataset)."""

from typing import Any

from gcpstack.emulator.core.call import Call
from gcpstack.emulator.core.errors import failed_precondition
from gcpstack.emulator.core.locations import REGIONS
from gcpstack.emulator.core.model import Body, Kind
from gcpstack.emulator.core.serve import ask
from gcpstack.emulator.core.store import Obj
from gcpstack.emulator.core.world import World
from gcpstack.emulator.dialects.aip import AIP
from gcpstack.emulator.services.logging.buckets import BUCKETS
from gcpstack.emulator.services.logging.common import SERVICE, check_text, resources

_DATASETS = "/bigquery.googleapis.com/bigquery/v2/projects/{}/datasets"
_MULTI_REGIONS = {"eu": "EU", "us": "US"}
_STATES = {True: "OPERATION_STATE_SUCCEEDED", False: "OPERATION_STATE_SCHEDULED"}


def metadata(world: World, operation: Any) -> Body:
    """The metadata of an operation on a link or on a bucket: when it ran, and the request."""
    link = operation.kind == "links"
    told: Body = {
        "@type": f"type.googleapis.com/google.logging.v2.{'Link' if link else 'Bucket'}Metadata",
        "startTime": world.stamp(operation.started),
        "state": _STATES[operation.ended is not None],
    }
    if operation.ended is not None:
        told["endTime"] = world.stamp(operation.ended)
    name = str(operation.target)
    if not link:
        told[f"{operation.verb}BucketRequest"] = operation.extra["request"]
    elif operation.verb == "create":
        parent, _, name = name.rpartition("/links/")
        told["createLinkRequest"] = {"linkId": name, "parent": parent}
    else:
        told["deleteLinkRequest"] = {"name": name}
    return told


def _check(call: Call, body: Body, _old: Body | None) -> None:
    check_text(body)
    bucket = call.need(call.path.rpartition("/")[0], BUCKETS)
    if bucket.body.get("lifecycleState") != "ACTIVE":
        raise failed_precondition(f"Bucket `{bucket.id}` is not active.")
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
    if call.project:
        _make_dataset(call, link)


def _make_dataset(call: Call, link: str) -> None:
    """The dataset that queries are made of, with a view for each view of the bucket."""
    reference = {"projectId": call.project, "datasetId": link}
    place = call.location if call.location in REGIONS else _MULTI_REGIONS.get(call.location, "US")
    ask(
        call.world,
        "POST",
        _DATASETS.format(call.project),
        {"datasetReference": reference, "location": place},
    )
    bucket = call.path.rpartition("/")[0]
    for view in call.world.state.page(SERVICE, f"{bucket}/views"):
        table = {
            "tableReference": {**reference, "tableId": view.id.replace(".", "_")},
            "view": {"query": f"SELECT * FROM `{view.name}`", "useLegacySql": False},  # noqa: S608 # told, never run
        }
        ask(call.world, "POST", f"{_DATASETS.format(call.project)}/{link}/tables", table)


def _on_delete(call: Call, obj: Obj) -> None:
    dataset = f"{_DATASETS.format(call.project)}/{obj.id}"
    if call.world.find("bigquery", dataset.partition("/v2/")[2]) is not None:
        ask(call.world, "DELETE", dataset, query="deleteContents=true")


LINKS = Kind(
    name="links",
    resources=resources("locations.buckets.links"),
    schema="Link",
    dialect=AIP,
    id_param="linkId",
    id_pattern=r"[A-Za-z0-9_]{1,100}",
    lro=("create", "delete"),
    output_only=("createTime", "lifecycleState"),
    not_found="{name} does not exist",
    already_exists="{name} already exists",
    validate=_check,
    on_create=_on_create,
    on_delete=_on_delete,
)
