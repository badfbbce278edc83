"""Cloud Run and functions: instances that serve, instances that wait, requests and what goes out.

https://cloud.google.com/run/pricing: with request-based billing an instance is paid for while it
works on a request, and at a lower price while it waits as one of the least instances; with
instance-based billing, and in jobs, it is paid for from its start to its end.
"""

import dataclasses
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal

from gcpstack._core.json import get
from gcpstack._core.refs import Link
from gcpstack._costs.formulas.schedules import firings
from gcpstack._costs.model import NOTHING, SECONDS, Metered, Subject
from gcpstack._costs.usage import Usage
from gcpstack._costs.world import KIB_A_GIB, World, at, cpus, gib, number, rows

#: Cloud Run's default of requests at once for each instance
#: (https://cloud.google.com/run/docs/about-concurrency).
_CONCURRENCY = 80
#: The vCPUs that a function of so many MiB has by default
#: (https://cloud.google.com/run/docs/configuring/services/cpu).
_FUNCTION_CPUS = (
    (128, "0.0833"),
    (256, "0.1666"),
    (512, "0.3333"),
    (1024, "0.5833"),
    (2048, "1"),
    (8192, "2"),
    (16384, "4"),
)
_LARGEST = Decimal(8)


def service(subject: Subject, usage: Usage, world: World) -> Iterator[Metered]:
    """Count a service; what it sends through a load balancer is counted there."""
    template = at(subject, "template", {})
    containers = rows(get(template, ("containers",)))
    cpu, memory = _size(containers)
    least = max(
        number(get(template, ("scaling", "minInstanceCount"))),
        number(at(subject, "scaling.minInstanceCount")),
        number(at(subject, "scaling.manualInstanceCount")),
    )
    yield from _gpus(subject, "template", containers)
    yield from _instances(
        subject.ids["location"],
        usage,
        cpu=cpu,
        memory=memory,
        at_once=number(get(template, ("maxInstanceRequestConcurrency",)), _CONCURRENCY),
        least=least,
        always=_always(containers),
    )
    yield Metered("logs.taken_in", usage.log_gib)
    if not any(
        _leads_to(group, subject) for group in world.of("compute.RegionNetworkEndpointGroup")
    ):
        yield Metered("internet.out", usage.requests * usage.response_kib / KIB_A_GIB)


def _always(containers: Sequence[Mapping[str, object]]) -> bool:
    """Return whether the CPU is on all the time.

    It idles by default, but where resources are set it does so only if they say it; and Google leaves
    out what is false:
    https://cloud.google.com/run/docs/reference/rest/v2/Container#ResourceRequirements
    """
    main = next((one for one in containers if one.get("ports")), next(iter(containers), {}))
    return main.get("resources") is not None and get(main, ("resources", "cpuIdle")) is not True


def _leads_to(group: Subject, service: Subject) -> bool:
    """Return whether an endpoint group is a service's: it names it, or links to it."""
    named = at(group, "cloudRun.service")
    if isinstance(named, Link):
        return named.to == service.address
    return (group.ids.get("region"), named) == (service.ids["location"], service.ids["name"])


def _gpus(subject: Subject, template: str, containers: Sequence[object]) -> Iterator[Metered]:
    """Tell of GPUs, which no price here covers."""
    asked = any(get(one, ("resources", "limits", "nvidia.com/gpu")) for one in containers)
    if asked or at(subject, f"{template}.nodeSelector.accelerator") is not None:
        yield Metered("GPUs of Cloud Run", Decimal(1), subject.ids["location"])


def _size(containers: Sequence[object]) -> tuple[Decimal, Decimal]:
    """Add up the vCPUs and GiB of an instance's containers."""
    limits = [get(one, ("resources", "limits"), {}) for one in containers]
    cpu = sum((cpus(get(one, ("cpu",)), "1") for one in limits), NOTHING)
    return cpu, sum((gib(get(one, ("memory",)), "512Mi") for one in limits), NOTHING)


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
        return
    waited = max(kept - busy, NOTHING)
    yield Metered("run.cpu.idle", cpu * waited, place)
    yield Metered("run.memory.idle", memory * waited, place)
    yield Metered("run.cpu.request", cpu * busy, place)
    yield Metered("run.memory.request", memory * busy, place)
    yield Metered("run.requests", usage.requests)


def job(subject: Subject, usage: Usage, world: World) -> Iterator[Metered]:
    """Count a job: as often as schedules start it, else as often as is assumed."""
    place, name = subject.ids["location"], subject.ids["name"]
    runs = _started(subject, usage, world, f"locations/{place}/jobs/{name}:run")
    tasks = number(at(subject, "template.taskCount"), 1)
    containers = rows(at(subject, "template.template.containers"))
    cpu, memory = _size(containers)
    yield from _gpus(subject, "template.template", containers)
    # A task is paid for at least a minute, says the pricing page.
    lived = runs * tasks * (max(usage.job_seconds, Decimal(60)) if runs else NOTHING)
    yield Metered("run.cpu.instance", cpu * lived, place)
    yield Metered("run.memory.instance", memory * lived, place)
    yield Metered("logs.taken_in", usage.log_gib)


def _started(subject: Subject, usage: Usage, world: World, text: str) -> Decimal:
    """Count the runs: schedules are there even if nobody uses the stack."""
    jobs = list(world.referring("cloudscheduler.Job", subject, text))
    if not jobs:
        return usage.executions
    running = [
        found for found in jobs if not at(found, "paused") and at(found, "state") != "PAUSED"
    ]
    counted = [firings(str(at(found, "schedule", ""))) for found in running]
    return sum((usage.executions if one is None else one for one in counted), NOTHING)


def function(subject: Subject, usage: Usage, world: World) -> Iterator[Metered]:
    """Count a function, which is a service with request-based billing."""
    place = subject.ids["location"]
    memory = gib(str(at(subject, "serviceConfig.availableMemory", "256Mi")), "256Mi")
    mib = memory * 1024
    usual = next((Decimal(cpu) for most, cpu in _FUNCTION_CPUS if mib <= most), _LARGEST)
    cpu = cpus(at(subject, "serviceConfig.availableCpu"), str(usual))
    requests = usage.requests
    # What is live is called by its URL: that of the service behind it, as gcpstack does, or its own.
    url = str(at(subject, "serviceConfig.uri") or at(subject, "url", ""))
    if at(subject, "eventTrigger") is not None:
        requests = usage.executions
    elif any(world.referring("cloudscheduler.Job", subject, url)):
        requests = _started(subject, usage, world, url)
    yield from _instances(
        place,
        dataclasses.replace(usage, requests=requests),
        cpu=cpu,
        memory=memory,
        at_once=number(at(subject, "serviceConfig.maxInstanceRequestConcurrency"), 1),
        least=number(at(subject, "serviceConfig.minInstanceCount")),
        always=False,
    )
    yield Metered("logs.taken_in", usage.log_gib)
    if at(subject, "eventTrigger") is None:
        yield Metered("internet.out", requests * usage.response_kib / KIB_A_GIB)


def image(subject: Subject, usage: Usage, world: World) -> Iterator[Metered]:  # noqa: ARG001 # a formula's form
    """Count the builds of an image or of a trigger."""
    yield Metered("builds.minutes", usage.builds * usage.build_minutes)


FORMULAS = {
    "run.Service": service,
    "run.Job": job,
    "cloudfunctions.Function": function,
    "artifactregistry.Image": image,
    "cloudbuild.BuildTrigger": image,
}
