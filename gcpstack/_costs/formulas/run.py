"""Cloud Run and functions: instances that serve, instances that wait, requests and what goes out.

https://cloud.google.com/run/pricing: with request-based billing an instance is paid for while it
works on a request, and at a lower price while it waits as one of the least instances; with
instance-based billing it is paid for from its start to its end.
"""

from collections.abc import Iterator
from decimal import Decimal

from gcpstack._core.json import get
from gcpstack._costs.model import NOTHING, SECONDS, Metered, Subject
from gcpstack._costs.usage import Usage
from gcpstack._costs.world import KIB_A_GIB, World, at, cpus, gib, number, rows

#: Cloud Run's default of requests at once for each instance
#: (https://cloud.google.com/run/docs/about-concurrency).
_CONCURRENCY = 80


def service(subject: Subject, usage: Usage, world: World) -> Iterator[Metered]:  # noqa: ARG001 # a formula's form
    """Count a service."""
    template = at(subject, "template", {})
    containers = rows(get(template, ("containers",)))
    cpu = sum((cpus(get(one, ("resources", "limits", "cpu")), "1") for one in containers), NOTHING)
    memory = sum(
        (gib(get(one, ("resources", "limits", "memory")), "512Mi") for one in containers), NOTHING
    )
    # cpuIdle is true by default where limits are not set, and false where they are set without it;
    # what Google stores says it plainly.
    always = any(get(one, ("resources", "cpuIdle")) is False for one in containers)
    least = max(
        number(get(template, ("scaling", "minInstanceCount"))),
        number(at(subject, "scaling.minInstanceCount")),
    )
    at_once = number(get(template, ("maxInstanceRequestConcurrency",)), _CONCURRENCY)
    yield from _instances(
        subject.ids["location"],
        usage,
        cpu=cpu,
        memory=memory,
        at_once=at_once,
        least=least,
        always=always,
    )


def _instances(
    place: str,
    usage: Usage,
    *,
    cpu: Decimal,
    memory: Decimal,
    at_once: Decimal,
    least: Decimal,
    always: bool,
) -> Iterator[Metered]:
    busy = usage.requests * usage.seconds / min(usage.concurrency, max(at_once, Decimal(1)))
    kept = least * SECONDS
    if always:
        lived = max(busy, kept)
        yield Metered("run.cpu.instance", cpu * lived, place)
        yield Metered("run.memory.instance", memory * lived, place)
    else:
        waited = max(kept - busy, NOTHING)
        yield Metered("run.cpu.idle", cpu * waited, place)
        yield Metered("run.memory.idle", memory * waited, place)
        yield Metered("run.cpu.request", cpu * busy, place)
        yield Metered("run.memory.request", memory * busy, place)
        yield Metered("run.requests", usage.requests, place)
    yield Metered("internet.out", usage.requests * usage.response_kib / KIB_A_GIB, place)


FORMULAS = {"run.Service": service}
