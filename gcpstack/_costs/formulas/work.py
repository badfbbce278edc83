"""Messages, schedules, queues, logs and watching."""

from collections.abc import Iterator
from decimal import Decimal

from gcpstack._core.json import get
from gcpstack._costs.model import SECONDS, Metered, Subject
from gcpstack._costs.usage import Usage
from gcpstack._costs.world import KIB_A_GIB, World, at, number, seconds

#: Where an uptime check asks from, unless regions are chosen
#: (https://cloud.google.com/monitoring/uptime-checks): all of them.
_CHECKERS = 6
_USUAL_RETENTION = 30
#: An integer's point takes 8 bytes, and a log-based metric has one a minute for each series
#: (https://cloud.google.com/stackdriver/pricing).
_SERIES_MIB = SECONDS / 60 * 8 / 1024**2


def topic(subject: Subject, usage: Usage, world: World) -> Iterator[Metered]:
    """Count what is published; a dead-letter topic is assumed to stay empty."""
    if _dead_letters(subject, world):
        return
    volume = _volume(usage)
    yield Metered("messages.throughput", volume)
    kept = seconds(at(subject, "messageRetentionDuration", "0s"))
    yield Metered("messages.kept", volume * kept / SECONDS)


def subscription(subject: Subject, usage: Usage, world: World) -> Iterator[Metered]:
    """Count what is delivered: as much as is published."""
    for found in world.of("pubsub.Topic"):
        if any(found is one for one in _topics(subject, world)) and _dead_letters(found, world):
            return
    yield Metered("messages.throughput", _volume(usage))


def _topics(subject: Subject, world: World) -> Iterator[Subject]:
    name = at(subject, "topic")
    for found in world.of("pubsub.Topic"):
        if getattr(name, "to", None) == found.address or str(name).endswith(
            f"/{found.address.name}"
        ):
            yield found


def _dead_letters(subject: Subject, world: World) -> bool:
    for other in world.of("pubsub.Subscription"):
        name = at(other, "deadLetterPolicy.deadLetterTopic")
        if getattr(name, "to", None) == subject.address or str(name).endswith(
            f"/{subject.address.name}"
        ):
            return True
    return False


def _volume(usage: Usage) -> Decimal:
    """Each message counts for at least a kB, says https://cloud.google.com/pubsub/pricing."""
    return usage.messages * max(usage.message_kib, Decimal(1)) / KIB_A_GIB


def scheduled(subject: Subject, usage: Usage, world: World) -> Iterator[Metered]:  # noqa: ARG001 # a formula's form
    """Count a job of Cloud Scheduler: that it is there, paused or not."""
    yield Metered("scheduler.job", Decimal(1))


def queue(subject: Subject, usage: Usage, world: World) -> Iterator[Metered]:  # noqa: ARG001 # a formula's form
    """Count a task twice: its making and its dispatch."""
    yield Metered("tasks.operations", usage.tasks * 2)


def secret(subject: Subject, usage: Usage, world: World) -> Iterator[Metered]:  # noqa: ARG001 # a formula's form
    """Count the notifications of a rotation; what it holds counts as versions."""
    period = seconds(at(subject, "rotation.rotationPeriod", "0s"))
    if period:
        yield Metered("secrets.rotations", SECONDS / period)


def log_bucket(subject: Subject, usage: Usage, world: World) -> Iterator[Metered]:  # noqa: ARG001 # a formula's form
    """Count what is kept for longer than the month that is paid with the taking in."""
    days = number(at(subject, "retentionDays"), _USUAL_RETENTION)
    longer = max(days - _USUAL_RETENTION, Decimal(0)) / _USUAL_RETENTION
    yield Metered("logs.kept", usage.log_gib * longer)


def metric(subject: Subject, usage: Usage, world: World) -> Iterator[Metered]:  # noqa: ARG001 # a formula's form
    """Count a log-based metric as one series."""
    if usage.log_gib:
        yield Metered("metrics.samples", _SERIES_MIB)


def uptime(subject: Subject, usage: Usage, world: World) -> Iterator[Metered]:  # noqa: ARG001 # a formula's form
    """Count the executions of an uptime check, from each place."""
    period = seconds(at(subject, "period", "60s")) or Decimal(60)
    chosen = get(subject.body, ("selectedRegions",))
    places = len(chosen) if isinstance(chosen, list | tuple) and chosen else _CHECKERS
    yield Metered("uptime.executions", SECONDS / period * places)


def certificate(subject: Subject, usage: Usage, world: World) -> Iterator[Metered]:  # noqa: ARG001 # a formula's form
    """Count a certificate of Certificate Manager."""
    yield Metered("certificates", Decimal(1))


FORMULAS = {
    "pubsub.Topic": topic,
    "pubsub.Subscription": subscription,
    "cloudscheduler.Job": scheduled,
    "cloudtasks.Queue": queue,
    "secretmanager.Secret": secret,
    "logging.BucketConfig": log_bucket,
    "logging.Metric": metric,
    "monitoring.UptimeCheckConfig": uptime,
    "certificatemanager.Certificate": certificate,
}
