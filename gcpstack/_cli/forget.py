"""``forget``: let go of resources without deleting them."""

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING

from rich.text import Text

from gcpstack._cli.argparser import UsageError
from gcpstack._cli.parser import StackOptions
from gcpstack._cli.render.layout import count, wrapped
from gcpstack._core.resource import Declared
from gcpstack._operations.forgetting import Forgotten, forget, owned

if TYPE_CHECKING:
    from gcpstack._cli.commands import Job

_NOTHING = "The stack owns nothing."


def check(options: StackOptions, _declared: Callable[[], Sequence[Declared]]) -> None:
    """Look at the words alone.

    Raises:
        UsageError: neither addresses nor ``--all`` are given, or both.
    """
    if bool(options.given["addresses"]) == options.given["all"]:
        raise UsageError(
            "either addresses or --all tell what to let go of.",
            remedy="Name an ADDRESS, such as pubsub.Topic/news; `gcpstack status` shows each.",
        )


def run(job: "Job") -> int:
    """Show what would be let go, ask, and write it down; return the exit status."""
    names = job.options.given["addresses"]
    with job.output.busy("Reading what the stack owns"):
        found = owned(job.session, names)
    if found:
        job.output.note("\n".join(f"  {item.address}" for item in found))
        if not job.confirmed(
            f"Let go of {count(len(found), 'resource')}, without deleting anything?"
        ):
            return 1
        found = forget(job.session, [str(item.address) for item in found])
    body = {"ok": True, "forgotten": [item.to_json() for item in found]}
    job.output.answer(list(lines(found, job.output.width)), body)
    return 0


def lines(found: Sequence[Forgotten], width: int) -> Iterator[Text]:
    """Write what was let go, and what comes of it.

    Args:
        found: the resources.
        width: of the terminal.
    """
    if not found:
        yield Text(_NOTHING)
        return
    yield Text(
        f"Forgot {count(len(found), 'resource')}. Nothing was deleted: a stack that declares one takes it over.",
        "bold green",
    )
    again = [str(item.address) for item in found if item.declared]
    if again:
        words = f"Still declared here, and taken over again by the next apply: {', '.join(again)}."
        yield from wrapped(words, width, "  ", style="yellow")
    marked = [str(item.address) for item in found if item.marked]
    if marked:
        words = (
            "Found by a mark of this stack alone, so that another stack makes its own: "
            f"{', '.join(marked)}. Delete the old one by hand once that is there."
        )
        yield from wrapped(words, width, "  ", style="yellow")
