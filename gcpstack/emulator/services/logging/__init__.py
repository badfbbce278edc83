"""Cloud Logging (https://cloud.google.com/logging/docs/reference/v2/rest)."""

from gcpstack.emulator.core.model import Lro, Service
from gcpstack.emulator.core.world import World
from gcpstack.emulator.services.logging import buckets, entries, links, metrics, settings, sinks
from gcpstack.emulator.services.logging.common import PARENTS


def _provision(world: World, project: str) -> None:
    """Every project begins with two buckets and the sinks that fill them."""
    buckets.provision(world, project)
    sinks.provision(world, project)


SERVICE = Service(
    name="logging",
    title="Cloud Logging API",
    versions=("v2",),
    kinds=(
        buckets.BUCKETS,
        buckets.VIEWS,
        links.LINKS,
        metrics.METRICS,
        sinks.EXCLUSIONS,
        sinks.SINKS,
    ),
    methods={
        "entries.write": entries.write,
        "entries.list": entries.list_entries,
        **{f"{parent}.logs.list": entries.list_logs for parent in PARENTS},
        **{f"{parent}.logs.delete": entries.delete_log for parent in PARENTS},
        **{f"{parent}.getSettings": settings.get for parent in (*PARENTS, "v2")},
        **{f"{parent}.getCmekSettings": settings.get_cmek for parent in (*PARENTS, "v2")},
    },
    events={"purge": buckets.purge},
    lro=Lro(metadata=links.metadata, parent="{location}", number=True, types="google.logging.v2"),
    locations=True,
    provision=_provision,
)
