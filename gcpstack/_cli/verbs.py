"""The commands beside plan, apply, destroy and status, as data.

Each says its words and flags here, with the standard library only, so that ``--help`` answers at
once; what it does stands in a module of its own, which is loaded when it runs.
"""

import argparse
import difflib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from gcpstack._cli import values


@dataclass(frozen=True, slots=True, kw_only=True)
class Verb:
    """A command for a stack.

    Attributes:
        summary: what it does, for the help.
        run: ``module:function``; it is given a `gcpstack._cli.commands.Job`, and gives the exit
            status.
        check: ``module:function``; it is given the options, and what tells the stack's declared
            resources, and raises what is wrong with the words before anybody is connected to.
        add: adds its own words and flags to the parser; the options have them in ``given``.
        words: its own words after FILE, for the usage.
        actions: what it can be told to do, by the word before FILE; ``given["action"]``.
        forms: its forms beside the plain one that take permissions of their own.
        changes: it may change something, and has ``--yes``.
        offline: it looks at the declaration alone, and is given a `gcpstack._cli.commands.Desk`.
        streams: the actions that tell events with ``--json``, one a line; an empty word stands for
            a command without actions.
    """

    summary: str
    run: str
    check: str = ""
    add: Callable[[argparse.ArgumentParser], None] = lambda _parser: None
    words: str = ""
    actions: Mapping[str, str] = field(default_factory=dict)
    forms: tuple[str, ...] = ()
    changes: bool = False
    offline: bool = False
    streams: frozenset[str] = frozenset()


def _doctor(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--wait",
        metavar="SPAN",
        type=values.seconds,
        default=0.0,
        help="look again until all domains work, but no longer than this: 90, or 1h",
    )


def _secrets(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "secret", metavar="SECRET", nargs="?", help="which one; all of them if not given"
    )
    source = parser.add_mutually_exclusive_group()
    source.add_argument(
        "--from-env", metavar="NAME", help="rotate: the variable that holds the new value"
    )
    source.add_argument(
        "--from-file", metavar="PATH", help="rotate: the file that holds the new value"
    )
    parser.add_argument(
        "--grace",
        metavar="HOURS",
        type=values.number,
        default=24.0,
        help="retire, destroy: how long an old value stays usable; 24",
    )


def _recover(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--rehearse",
        action="store_true",
        help="restore the newest backups into something new, look at it, and delete it",
    )


def _service(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "service", metavar="SERVICE", nargs="?", default="", help="a Cloud Run service; else all"
    )
    parser.add_argument(
        "--resume",
        action="store_true",
        help="end what a rollback began: the next apply moves the traffic on",
    )


def _back(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "service",
        metavar="SERVICE",
        nargs="?",
        default="",
        help="a Cloud Run service whose traffic goes back to an earlier revision",
    )
    parser.add_argument(
        "--to", metavar="REVISION", help="that revision; else the last that was good"
    )
    parser.add_argument(
        "--without-lease",
        action="store_true",
        help="with SERVICE: move its traffic at once, also while an apply is under way",
    )


def _one(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "service", metavar="SERVICE", nargs="?", help="which Cloud Run service; all if not given"
    )


def _since(parser: argparse.ArgumentParser, default: str) -> None:
    parser.add_argument(
        "--since",
        metavar="SPAN",
        type=values.span,
        default=values.span(default),
        help=f"how far back, such as 15m, 6h or 7d; {default} by default",
    )


def _logs(parser: argparse.ArgumentParser) -> None:
    _one(parser)
    _since(parser, "1h")
    parser.add_argument(
        "--severity",
        choices=("DEFAULT", "DEBUG", "INFO", "NOTICE", "WARNING", "ERROR", "CRITICAL"),
        default="DEFAULT",
        help="the least severity",
    )
    parser.add_argument(
        "--limit", metavar="N", type=values.amount, default=50, help="how many entries; 50"
    )


def _metrics(parser: argparse.ArgumentParser) -> None:
    _one(parser)
    _since(parser, "1h")


def _health(parser: argparse.ArgumentParser) -> None:
    _one(parser)
    parser.add_argument(
        "--path",
        metavar="PATH",
        default="/",
        help="what to ask for, such as /healthz; / by default",
    )


def _backups(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "data",
        metavar="NAME",
        nargs="?",
        help="which instance, database or bucket; list: all but buckets if not given",
    )
    chosen = parser.add_mutually_exclusive_group()
    chosen.add_argument("--backup", metavar="ID", help="restore: which one; else the newest")
    chosen.add_argument(
        "--at",
        metavar="TIME",
        type=values.moment,
        help="restore: as it was at a moment, such as 2026-11-21T09:30:00Z",
    )
    parser.add_argument("--to", metavar="NEW", help="restore: into this one instead of overwriting")
    parser.add_argument(
        "--file",
        dest="place",
        metavar="gs://BUCKET/NAME",
        type=values.file,
        help="export, import: where the files are",
    )
    parser.add_argument(
        "--object",
        metavar="NAME",
        help="list, restore: an object of a bucket; list: or what the names begin with",
    )


def permitted() -> tuple[str, ...]:
    """List the commands that ``permissions --for`` knows: all that call Google of themselves."""
    out = ["plan", "apply", "destroy", "status"]
    for name, verb in VERBS.items():
        if not verb.offline and name != "permissions":
            plain = verb.actions or ("",)
            out += [f"{name} {form}".strip() for form in (*plain, *verb.forms)]
    return tuple(out)


def _permitted(text: str) -> str:
    """Read a command with its action, such as ``backups make``."""
    command = " ".join(text.split())
    names = permitted()
    if command in names:
        return command
    near = difflib.get_close_matches(command, names, 1)
    forms = [name for name in names if command and name.startswith(f"{command} ")]
    hint = f"did you mean {near[0]!r}? There" if near and not forms else "there"
    raise argparse.ArgumentTypeError(
        f"{text!r} is no command whose permissions are known; "
        f"{hint} are: {', '.join(forms or names)}"
    )


def _permissions(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--for",
        dest="command_for",
        metavar="COMMAND",
        type=_permitted,
        default="apply",
        help="such as plan, logs, 'backups make'; apply by default",
    )


def _costs(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--usage",
        metavar="WHAT",
        action="append",
        default=[],
        help="what is assumed: requests=2M, or NAME:requests=2M for one resource, or a JSON file of "
        "such; may be repeated",
    )
    parser.add_argument(
        "--live-prices",
        action="store_true",
        help="ask Google's Cloud Billing Catalog for today's list prices; takes credentials",
    )
    parser.add_argument(
        "--difference",
        action="store_true",
        help="read what is live, and tell by how much the next apply changes it",
    )
    parser.add_argument(
        "--envs",
        metavar="NAMES",
        type=values.envs,
        default=(),
        help="the sums of these environments side by side, such as dev,staging,production",
    )


#: Each command by its name, in the order of the help.
VERBS: Mapping[str, Verb] = {
    "doctor": Verb(
        summary="tell why a domain has no certificate yet, and which record to set",
        run="gcpstack._cli.doctoring:doctor",
        add=_doctor,
    ),
    "costs": Verb(
        summary="tell what a month of the stack costs: idle, and by its use",
        run="gcpstack._cli.costing:run",
        add=_costs,
        offline=True,
    ),
    "permissions": Verb(
        summary="list the permissions and roles that a command takes: apply, or another",
        run="gcpstack._cli.permitting:run",
        add=_permissions,
    ),
    "recover": Verb(
        summary="tell whether what a Recovery names would come back, and rehearse it",
        run="gcpstack._cli.recovering:recover",
        forms=("--rehearse",),
        add=_recover,
        changes=True,
    ),
    "rollout": Verb(
        summary="show how the traffic of a service goes",
        run="gcpstack._cli.rollouts:rollout",
        check="gcpstack._cli.rollouts:check",
        forms=("--resume",),
        add=_service,
        words="[SERVICE]",
    ),
    "rollback": Verb(
        summary="undo what a failed apply did; with SERVICE, go back to a revision",
        run="gcpstack._cli.rollback:run",
        check="gcpstack._cli.rollback:check",
        add=_back,
        words="[SERVICE]",
        changes=True,
        streams=frozenset({""}),
    ),
    "backups": Verb(
        summary="list backups, make or restore one; export and import data",
        run="gcpstack._cli.backups:backups",
        check="gcpstack._cli.backups:check",
        add=_backups,
        words="[NAME]",
        actions={
            "list": "what can be restored",
            "make": "make one now",
            "restore": "bring the data of a backup, of a moment, or of an object's version, back",
            "export": "write the data of Redis or Firestore to a bucket",
            "import": "read it from there, over what is there",
        },
        changes=True,
    ),
    "drift": Verb(
        summary="tell what differs from the declaration, and who changed it",
        run="gcpstack._cli.answers:drift",
        add=lambda parser: _since(parser, "7d"),
    ),
    "logs": Verb(
        summary="show what the Cloud Run services log",
        run="gcpstack._cli.answers:logs",
        add=_logs,
        words="[SERVICE]",
    ),
    "metrics": Verb(
        summary="tell the services' requests, errors and latency over some time",
        run="gcpstack._cli.answers:metrics",
        add=_metrics,
        words="[SERVICE]",
    ),
    "health": Verb(
        summary="ask the services themselves whether they are well",
        run="gcpstack._cli.answers:health",
        add=_health,
        words="[SERVICE]",
    ),
    "secrets": Verb(
        summary="tell which secrets are due, rotate one, put old versions away",
        run="gcpstack._cli.secrets:secrets",
        check="gcpstack._cli.secrets:check",
        add=_secrets,
        words="[SECRET]",
        actions={
            "status": "which are due, overdue, or used in an old version",
            "rotate": "a new value for SECRET, and everything that uses it",
            "roll": "bring up the services that started before the newest version",
            "retire": "disable the versions that newer ones replaced",
            "destroy": "destroy the versions that are disabled",
        },
        changes=True,
        streams=frozenset({"rotate"}),
    ),
}
#: The commands, with their actions, that tell events with ``--json``, one a line.
STREAMING = frozenset(
    {"apply", "destroy"}
    | {f"{name} {action}".strip() for name, verb in VERBS.items() for action in verb.streams}
)
