"""The commands beside plan, apply, destroy and status, as data.

Each says its words and flags here, with the standard library only, so that ``--help`` answers at
once; what it does stands in a module of its own, which is loaded when it runs.
"""

import argparse
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from gcpstack._cli import values


@dataclass(frozen=True, slots=True, kw_only=True)
class Verb:
    """A command for a stack.

    Attributes:
        summary: what it does, for the help.
        run: ``module:function``; it is given a `gcpstack._cli.commands.Job`, and gives the exit
            status.
        add: adds its own words and flags to the parser; the options have them in ``given``.
        words: its own words after FILE, for the usage.
        changes: it may change something, and has ``--yes``.
        streams: with ``--json`` it tells events, one a line.
    """

    summary: str
    run: str
    add: Callable[[argparse.ArgumentParser], None] = lambda _parser: None
    words: str = ""
    changes: bool = False
    streams: bool = False


def _doctor(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--wait",
        metavar="SECONDS",
        type=values.seconds,
        default=0.0,
        help="look again until all domains work, but no longer than this",
    )


#: Each command by its name, in the order of the help.
VERBS: Mapping[str, Verb] = {
    "doctor": Verb(
        summary="tell why a domain has no certificate yet, and which record to set",
        run="gcpstack._cli.doctoring:doctor",
        add=_doctor,
    ),
    "rollback": Verb(
        summary="undo what an apply that failed or was stopped did",
        run="gcpstack._cli.rollback:run",
        changes=True,
        streams=True,
    ),
}
#: The commands that tell events, one a line, with ``--json``.
STREAMING = frozenset({"apply", "destroy"} | {name for name, verb in VERBS.items() if verb.streams})
