"""BigQuery datasets and tables (https://cloud.google.com/bigquery/docs/reference/rest/v2)."""

from gcpstack.emulator.core import agents
from gcpstack.emulator.core.call import Call
from gcpstack.emulator.core.model import Body, Service
from gcpstack.emulator.services.bigquery import datasets, tables


def _account(call: Call) -> Body:
    """``projects.getServiceAccount``: the account that uses keys."""
    email = agents.email(call.world, "bigquery", call.project)
    return {"kind": "bigquery#getServiceAccountResponse", "email": email}


SERVICE = Service(
    name="bigquery",
    title="BigQuery API",
    style="both",
    versions=("v2",),
    kinds=(datasets.DATASETS, tables.TABLES),
    methods={"projects.getServiceAccount": _account},
    events=tables.EVENTS,
    strict_query=False,
)
