"""Cloud Logging (https://cloud.google.com/logging/docs/reference/v2/rest)."""

from gcpstack.emulator.core.model import Handler, Lro, Service
from gcpstack.emulator.core.world import World
from gcpstack.emulator.services.logging import (
    buckets,
    entries,
    links,
    metrics,
    rpcs,
    saved,
    settings,
    sinks,
)
from gcpstack.emulator.services.logging.common import PARENTS


def _provision(world: World, project: str) -> None:
    """Every project begins with two buckets, the sinks that fill them, and a log scope."""
    buckets.provision(world, project)
    sinks.provision(world, project)
    saved.provision(world, project)


def _of_each(method: str, handler: Handler) -> dict[str, Handler]:
    """A method under every kind of parent, and under any."""
    return {method: handler, **{f"{parent}.{method}": handler for parent in PARENTS}}


SERVICE = Service(
    name="logging",
    title="Cloud Logging API",
    versions=("v2",),
    kinds=(
        buckets.BUCKETS,
        buckets.VIEWS,
        links.LINKS,
        metrics.METRICS,
        saved.LOG_SCOPES,
        saved.SAVED_QUERIES,
        sinks.EXCLUSIONS,
        sinks.SINKS,
    ),
    methods={
        "entries.write": entries.write,
        "entries.list": entries.list_entries,
        **_of_each("logs.list", entries.list_logs),
        **_of_each("logs.delete", entries.delete_log),
        **_of_each("locations.buckets.views.logs.list", entries.list_logs),
        **_of_each("locations.recentQueries.list", saved.no_recent),
        **_of_each("getSettings", settings.get),
        **_of_each("getCmekSettings", settings.get_cmek),
        **_of_each("updateSettings", settings.update),
        **_of_each("updateCmekSettings", settings.update_cmek),
    },
    events={"purge": buckets.purge},
    lro=Lro(metadata=links.metadata, parent="{location}", number=True, types="google.logging.v2"),
    locations=True,
    client="google.cloud.logging_v2",
    grpc=rpcs.RPCS,
    provision=_provision,
)
