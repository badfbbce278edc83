"""How CPU, memory and concurrency of a Cloud Run service go together.

https://cloud.google.com/run/docs/configuring/services/cpu,
https://cloud.google.com/run/docs/configuring/services/memory-limits
"""

from collections.abc import Iterator, Sequence
from decimal import Decimal

from gcpstack._core import normal
from gcpstack.resources import _checks as checks
from gcpstack.resources._checks import Finding
from gcpstack.resources.run.containers import Container, Volume

_MI = Decimal(2**20)
_GI = Decimal(2**30)
_HALF = Decimal("0.5")
_LEAST_CPU = Decimal("0.08")
#: CPUs, and the least and the most memory that goes with them.
_MEMORY = {
    Decimal(1): (128 * _MI, 4 * _GI),
    Decimal(2): (128 * _MI, 8 * _GI),
    Decimal(4): (2 * _GI, 16 * _GI),
    Decimal(6): (4 * _GI, 24 * _GI),
    Decimal(8): (4 * _GI, 32 * _GI),
}
_LEAST_GEN2 = 512 * _MI


def size_findings(
    place: str, container: Container, concurrency: object, *, gen2: bool
) -> Iterator[Finding]:
    """Check a container's CPU and memory, each alone and with the other.

    https://cloud.google.com/run/docs/configuring/services/cpu

    Args:
        place: where the container stands.
        container: the container.
        concurrency: requests that an instance takes at a time, if declared.
        gen2: whether the second generation is asked for.
    """
    cpu = _amount(container.cpu)
    memory = _amount(container.memory)
    if container.gpu is not None:
        # GPU instances have sizes of their own, and more of them every year.
        return
    if cpu is not None and cpu < 1:
        yield from _fraction(place, container, cpu, concurrency, gen2=gen2)
    elif cpu is not None and cpu not in _MEMORY:
        sizes = ", ".join(map(str, _MEMORY))
        yield Finding(f"{place}cpu", f"{container.cpu} is not one of {sizes} or a fraction of 1")
        return
    if memory is not None:
        yield from _memory(place, container, cpu or Decimal(1), memory)
        if gen2 and memory < _LEAST_GEN2:
            yield Finding(f"{place}memory", "is 512Mi at least in the second generation")


def total_findings(
    places: Sequence[str], containers: Sequence[Container], concurrency: object, *, gen2: bool
) -> Iterator[Finding]:
    """Check CPU and memory of several containers: what counts is what an instance has in all.

    https://cloud.google.com/run/docs/configuring/services/cpu,
    https://cloud.google.com/run/docs/configuring/services/memory-limits

    Args:
        places: where each container stands.
        containers: the containers.
        concurrency: requests that an instance takes at a time, if declared.
        gen2: whether the second generation is asked for.
    """
    if any(item.gpu is not None for item in containers):
        return
    cpu = sum((_amount(item.cpu) or Decimal(1) for item in containers), Decimal(0))
    memory = sum((_amount(item.memory) or _LEAST_GEN2 for item in containers), Decimal(0))
    most = max(_MEMORY)
    for index, item in enumerate(containers):
        own, held = _amount(item.cpu) or Decimal(1), _amount(item.memory)
        if held is not None and own <= most:
            yield from _memory(places[index], item, own, held)
    if cpu > most:
        yield Finding("containers", f"have {cpu} CPUs in all, {most} at most")
    if memory > _MEMORY[most][1]:
        yield Finding(
            "containers", f"have {_text(memory)} in all, {_text(_MEMORY[most][1])} at most"
        )
    if cpu < 1:
        if isinstance(concurrency, int) and concurrency > 1:
            yield Finding(
                "concurrency", "is 1 where all containers together have less than one CPU"
            )
        if gen2:
            yield Finding("containers", "have 1 CPU in all at least in the second generation")
    if gen2 and memory < _LEAST_GEN2:
        yield Finding("containers", "have 512Mi in all at least in the second generation")


def _amount(value: object) -> Decimal | None:
    found = normal.quantity(value) if value is not None else None
    return found if isinstance(found, Decimal) else None


def _fraction(
    place: str, container: Container, cpu: Decimal, concurrency: object, *, gen2: bool
) -> Iterator[Finding]:
    """https://cloud.google.com/run/docs/configuring/services/cpu#cpu-memory."""
    if cpu < _LEAST_CPU:
        yield Finding(f"{place}cpu", f"{container.cpu} is less than 0.08")
    if isinstance(concurrency, int) and concurrency > 1:
        yield Finding(
            "concurrency",
            f"is 1 where a container has less than one CPU, not {concurrency}",
            "Set concurrency=1, or cpu='1'.",
        )
    if gen2:
        yield Finding(f"{place}cpu", "is 1 at least in the second generation")
    if container.cpu_idle is False:
        yield Finding(f"{place}cpu_idle", "can't be False with less than one CPU")


def _row(cpu: Decimal) -> tuple[Decimal, Decimal]:
    """Return the least and the most memory that go with some CPU."""
    if cpu < _HALF:
        return 128 * _MI, 512 * _MI
    if cpu < 1:
        return 128 * _MI, _GI
    return next(row for most, row in _MEMORY.items() if cpu <= most)


def _memory(place: str, container: Container, cpu: Decimal, memory: Decimal) -> Iterator[Finding]:
    """https://cloud.google.com/run/docs/configuring/services/memory-limits#cpu-minimum."""
    low, high = _row(cpu)
    if not low <= memory <= high:
        enough = next((str(size) for size, (_, most) in _MEMORY.items() if memory <= most), "")
        remedy = f"Use cpu='{enough}' or more." if memory > high and enough else ""
        yield Finding(
            f"{place}memory",
            f"{container.memory} does not go with {container.cpu or 1} CPU: "
            f"{_text(low)} to {_text(high)}",
            remedy,
        )


def _text(amount: Decimal) -> str:
    return f"{amount // _GI}Gi" if amount >= _GI else f"{amount // _MI}Mi"


def links_findings(
    place: str, item: Container, containers: Sequence[Container], volumes: Sequence[Volume] | None
) -> Iterator[Finding]:
    """Check that a container's volumes and the containers before it are there.

    https://cloud.google.com/run/docs/deploying#sidecars,
    https://cloud.google.com/run/docs/reference/rest/v2/Container#volumemount

    Args:
        place: where the container stands.
        item: the container.
        containers: all of them.
        volumes: what they can mount.
    """
    known = {volume.name: volume for volume in volumes or ()}
    for mount in item.volume_mounts or ():
        if mount.name not in known:
            yield Finding(f"{place}volume_mounts", f"there is no volume {mount.name!r}")
        elif mount.sub_path is not None and known[mount.name].secret is not None:
            yield Finding(
                f"{place}volume_mounts",
                f"of {mount.name!r} has a sub_path, which secrets have not",
                "Name the files by items of the SecretVolume.",
            )
    for other in item.depends_on or ():
        if other not in [one.name for one in containers]:
            yield Finding(f"{place}depends_on", f"there is no container {other!r}")


def volume_findings(volumes: Sequence[Volume] | None, *, gen1: bool) -> Iterator[Finding]:
    """Check that file systems are mounted where there are any.

    https://cloud.google.com/run/docs/configuring/services/cloud-storage-volume-mounts,
    https://cloud.google.com/run/docs/configuring/services/nfs-volume-mounts

    Args:
        volumes: what containers can mount.
        gen1: whether the first generation is asked for.
    """
    for index, volume in enumerate(volumes or ()):
        if gen1 and (volume.gcs or volume.nfs):
            yield Finding(f"volumes[{index}]", "needs execution_environment='gen2'")


def unserved_findings(
    what: str,
    containers: Sequence[Container],
    volumes: Sequence[Volume] | None,
    serving: Sequence[str],
    *,
    gen2: bool,
) -> Iterator[Finding]:
    """Check the containers of what takes no requests.

    https://cloud.google.com/run/docs/create-jobs, https://cloud.google.com/run/docs/deploy-worker-pools

    Args:
        what: what it is, for people.
        containers: its containers.
        volumes: what they can mount.
        serving: fields of containers that it has no use for.
        gen2: whether the second generation is asked for.
    """
    if not containers:
        yield Finding("containers", "is empty")
    places = [f"containers[{index}]." for index in range(len(containers))]
    if len(places) > 1:
        yield from total_findings(places, containers, None, gen2=gen2)
    for place, item in zip(places, containers, strict=True):
        if len(places) == 1:
            yield from size_findings(place, item, None, gen2=gen2)
        yield from links_findings(place, item, containers, volumes)
        for field in serving:
            if getattr(item, field) is not None:
                yield Finding(f"{place}{field}", f"is for services: {what} takes no requests")
        if len(places) > 1 and not item.name:
            yield Finding(f"{place}name", "is needed where there are several containers")
    yield from checks.distinct("containers", [item.name for item in containers])
