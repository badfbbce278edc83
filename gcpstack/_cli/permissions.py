"""``gcpstack permissions``: what whoever applies the stack, or works on it otherwise, has to be allowed."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from rich.text import Text

from gcpstack._stack.permits import Permits
from gcpstack.resources._operation_rights import ALIKE

if TYPE_CHECKING:
    from gcpstack._cli.commands import Job


def run(job: "Job") -> int:
    """List them; return the exit status."""
    command = str(job.options.given.get("command_for", "apply"))
    found = job.session.permissions(ALIKE.get(command, command))
    told = "applying this stack" if command == "apply" else f"`{command}`"
    job.output.answer(_lines(found, told, verbose=job.options.verbose), found.to_json())
    return 0


def _lines(found: Permits, told: str, *, verbose: bool) -> Iterator[Text]:
    """Write the roles with what each is there for, then the permissions."""
    yield Text(f"Roles that {told} needs:", "bold")
    width = max(map(len, found.roles), default=0)
    for role, names in found.roles.items():
        count = f"{len(names)} permission{'s' if len(names) > 1 else ''}"
        yield Text.assemble("  ", role.ljust(width), (f"  {count}", "dim"))
    yield Text()
    yield Text(f"{len(found.permissions)} permissions, for a role of your own:", "bold")
    for name in sorted(found.permissions):
        line = Text(f"  {name}")
        if verbose:
            line.append(f"  {_users(found, name)}", "dim")
        yield line


def _users(found: Permits, name: str) -> str:
    kept = "the inventory" if name.startswith(("storage.", "resourcemanager.")) else "the project"
    return ", ".join(found.permissions[name]) or kept
