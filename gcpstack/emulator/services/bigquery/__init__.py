"""BigQuery datasets and tables (https://cloud.google.com/bigquery/docs/reference/rest/v2)."""

from gcpstack.emulator.core.model import Service
from gcpstack.emulator.services.bigquery import datasets, tables

SERVICE = Service(
    name="bigquery",
    title="BigQuery API",
    style="both",
    versions=("v2",),
    kinds=(datasets.DATASETS, tables.TABLES),
    events=tables.EVENTS,
    strict_query=False,
)
