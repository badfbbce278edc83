"""Cloud Logging (https://cloud.google.com/logging/docs/reference/v2/rest)."""

from gcpstack.emulator.core.model import Lro, Service
from gcpstack.emulator.services.logging import buckets, config, entries, links

SERVICE = Service(
    name="logging",
    title="Cloud Logging API",
    versions=("v2",),
    kinds=(
        buckets.BUCKETS,
        buckets.VIEWS,
        config.EXCLUSIONS,
        config.METRICS,
        config.SINKS,
        links.LINKS,
    ),
    methods={
        "entries.write": entries.write,
        "entries.list": entries.list_entries,
        "projects.logs.list": entries.list_logs,
        "projects.logs.delete": entries.delete_log,
    },
    lro=Lro(metadata=links.metadata, parent="{location}"),
    locations=True,
    provision=config.provision,
)
