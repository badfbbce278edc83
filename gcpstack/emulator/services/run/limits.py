"""What a container may ask for (https://cloud.google.com/run/docs/configuring/services/cpu, …/memory-limits)."""

import re

from gcpstack.emulator.core.errors import ApiError, invalid
from gcpstack.emulator.core.model import Body

WHOLE_CPUS = (1, 2, 4, 6, 8)
LEAST_CPU = 0.08
LARGEST_CONCURRENCY = 1000
LONGEST_TIMEOUT = 3600
MIB = 1024.0**2
UNITS = {
    "": 1.0, "k": 1e3, "M": 1e6, "G": 1e9, "Ki": 1024.0, "Mi": MIB, "Gi": 1024.0**3,
}  # fmt: skip
# CPU up to -> least and most memory in MiB.
MEMORY = (
    (0.5, 128, 512), (1.0, 128, 1024), (1.01, 128, 4096), (2, 128, 8192), (4, 2048, 16384),
    (6, 4096, 24576), (8, 4096, 32768),
)  # fmt: skip
LEAST_GEN2 = 512


def cpus(text: str) -> float:
    """CPUs of ``2``, ``0.5`` or ``500m``; refuses what is none."""
    found = re.fullmatch(r"(\d+(?:\.\d+)?)(m?)", text)
    if not found:
        raise invalid(f"Invalid value specified for cpu: '{text}'.", field="resources.limits")
    return float(found[1]) / (1000 if found[2] else 1)


def mebibytes(text: str) -> float:
    """The memory of ``512Mi`` or ``2G``; refuses what is none."""
    found = re.fullmatch(r"(\d+(?:\.\d+)?)(Ki|Mi|Gi|k|M|G)?", text)
    if not found:
        raise invalid(f"Invalid value specified for memory: '{text}'.", field="resources.limits")
    return float(found[1]) * UNITS[found[2] or ""] / MIB


def check(template: Body, *, least_cpu: float = LEAST_CPU) -> None:
    """Refuse limits that Cloud Run doesn't offer.

    Args:
        template: of a revision or task.
        least_cpu: jobs and worker pools need a whole CPU.
    """
    asked = [
        (container.get("resources") or {}).get("limits") or {}
        for container in template.get("containers", ())
    ]
    total = sum(cpus(str(entry.get("cpu", "1"))) for entry in asked)
    if len(asked) == 1:
        if total not in WHOLE_CPUS and not LEAST_CPU <= total < 1:
            raise _cpu(f"The value must be between {LEAST_CPU} and 1, or 1, 2, 4, 6 or 8.")
        if total < least_cpu:
            raise _cpu("Total cpu < 1 is not supported here.")
    sizes = [mebibytes(str(entry.get("memory", "512Mi"))) for entry in asked]
    for entry, size in zip(asked, sizes, strict=True):
        _memory(cpus(str(entry.get("cpu", "1"))), size)
    gen2 = template.get("executionEnvironment") == "EXECUTION_ENVIRONMENT_GEN2"
    if gen2 and sizes and sum(sizes) < LEAST_GEN2:
        raise invalid(
            "Invalid value specified for container memory. Total memory < 512 Mi is not supported "
            "with gen2 execution environment.",
            field="resources.limits.memory",
        )
    if total < 1:
        _fraction(template)
    _numbers(template)


def _cpu(words: str) -> ApiError:
    return invalid(f"Invalid value specified for cpu. {words}", field="resources.limits.cpu")


def _fraction(template: Body) -> None:
    if int(template.get("maxInstanceRequestConcurrency") or 1) > 1:
        raise _cpu("Total cpu < 1 is not supported with concurrency > 1.")
    if template.get("executionEnvironment") == "EXECUTION_ENVIRONMENT_GEN2":
        raise _cpu("Total cpu < 1 is not supported with gen2 execution environment.")
    for container in template["containers"]:
        resources = container.get("resources")
        if resources and "limits" in resources and not resources.get("cpuIdle"):
            raise _cpu("Total cpu < 1 is not supported with cpu always allocated (unthrottled).")


def _memory(cpu: float, size: float) -> None:
    row = next((row for row in MEMORY if (cpu < row[0] or cpu == row[0] > 1)), MEMORY[-1])
    least, most = row[1], row[2]
    if not least <= size <= most:
        raise invalid(
            f"Invalid value specified for container memory. For {cpu} CPU, memory must be between "
            f"{least}Mi and {most}Mi inclusive.",
            field="resources.limits.memory",
        )


def _numbers(template: Body) -> None:
    concurrency = int(template.get("maxInstanceRequestConcurrency") or 0)
    if not 0 <= concurrency <= LARGEST_CONCURRENCY:
        text = f"maxInstanceRequestConcurrency must be between 0 and {LARGEST_CONCURRENCY}."
        raise invalid(text, field="max_instance_request_concurrency")
    scaling = template.get("scaling") or {}
    least, most = (
        int(scaling.get("minInstanceCount") or 0),
        int(scaling.get("maxInstanceCount") or 0),
    )
    if least < 0 or (most and least > most):
        raise invalid(
            f"minInstanceCount ({least}) must not exceed maxInstanceCount ({most}).",
            field="scaling",
        )


def check_timeout(text: str, most: int = LONGEST_TIMEOUT) -> None:
    """Refuse a request timeout that is too long."""
    if not 0 <= float(text.rstrip("s")) <= most:
        raise invalid(f"The timeout must be between 0s and {most}s, got {text}.", field="timeout")
