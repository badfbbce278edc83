"""``gcpstack permissions``: what whoever applies the stack has to be allowed."""

from collections.abc import Iterator

from rich.text import Text

from gcpstack._cli.commands import Job
from gcpstack._stack.permits import Permits


def run(job: Job) -> int:
    """List them; gives the exit status."""
    found = job.session.permissions()
    job.output.answer(_lines(found, verbose=job.options.verbose), found.to_json())
    return 0


def _lines(found: Permits, *, verbose: bool) -> Iterator[Text]:
    """Write the roles with what each is there for, then the permissions."""
    yield Text("Roles that hold what applying this stack takes:", "bold")
    width = max(map(len, found.roles), default=0)
    for role, names in found.roles.items():
        count = f"{len(names)} permission{'s' if len(names) > 1 else ''}"
        yield Text.assemble("  ", role.ljust(width), (f"  {count}", "dim"))
    yield Text()
    yield Text(f"{len(found.permissions)} permissions, for a role of your own:", "bold")
    for name in sorted(found.permissions):
        line = Text(f"  {name}")
        if verbose:
            line.append(f"  {', '.join(found.permissions[name]) or 'the inventory'}", "dim")
        yield line
