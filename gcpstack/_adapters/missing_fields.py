"""Fields that Google's APIs have and Google's own libraries don't, yet.

A google-cloud-* library sends only the fields that it was made with. One that it lacks is told
before anything is touched, not when the call is made.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from gcpstack._adapters.aip_rows import ROWS
from gcpstack._adapters.transport import load
from gcpstack._core.json import MISSING, get
from gcpstack._core.resource import Declared
from gcpstack.exceptions import Problem

#: The fields to look at, by kind: no library is loaded for a declaration without them.
LATE: Mapping[str, tuple[str, ...]] = {
    "monitoring.UptimeCheckConfig": ("disabled", "logCheckFailures"),
    "run.Service": (
        "template.scaling.concurrencyUtilization",
        "template.scaling.cpuUtilization",
    ),
}


def problems(declared: Declared) -> Iterator[Problem]:
    """Find declared fields that the installed library can't send."""
    for dotted in LATE.get(declared.kind.name, ()):
        path = tuple(dotted.split("."))
        if get(declared.body, path, MISSING) is MISSING or has(declared.kind.name, path):
            continue
        library = ROWS[declared.kind.name].module.rsplit("_", 1)[0].replace(".", "-")
        yield Problem(
            f"{declared.address}: {declared.table.python_name(path)}",
            f"is not known to the installed {library}.",
            f"Leave it out, or install a version of {library} that has it.",
        )


def has(kind: str, path: tuple[str, ...]) -> bool:
    """Return whether the library of a kind has a field, by its place in Google's JSON."""
    row = ROWS[kind]
    message: Any = getattr(load(row.module), row.noun).pb().DESCRIPTOR
    for step in path:
        field = next((one for one in message.fields if one.json_name == step), None)
        if field is None:
            return False
        message = field.message_type
        if message is None or message.GetOptions().map_entry:
            return True  # the keys of a mapping are the user's
    return True
