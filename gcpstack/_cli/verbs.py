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
        offline: it looks at the declaration alone, and is given a `gcpstack._cli.commands.OfflineJob`.
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
        help="look again until all domains work, for at most this long, such as 90 or 1h",
    )


def _secrets(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "secret", metavar="SECRET", nargs="?", help="a secret; all of them by default"
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
        help="retire, destroy: how long an old value stays usable; 24 by default",
    )


def _recover(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--rehearse",
        action="store_true",
        help="restore the newest backups into new instances, check them, and delete them",
    )


def _service(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "service",
        metavar="SERVICE",
        nargs="?",
        default="",
        help="a Cloud Run service; all by default",
    )
    parser.add_argument(
        "--resume",
        action="store_true",
        help="let the next apply move the traffic on again after a rollback",
    )


def _back(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "service",
        metavar="SERVICE",
        nargs="?",
        default="",
        help="a Cloud Run service whose traffic returns to an earlier revision",
    )
    parser.add_argument(
        "--to", metavar="REVISION", help="the revision; by default the last good one"
    )
    parser.add_argument(
        "--without-lease",
        action="store_true",
        help="with SERVICE: move its traffic at once, even while an apply is running",
    )


def _one(parser: argparse.ArgumentParser, what: str = "a Cloud Run service") -> None:
    parser.add_argument("service", metavar="SERVICE", nargs="?", help=f"{what}; all by default")


def _since(parser: argparse.ArgumentParser, default: str) -> None:
    parser.add_argument(
        "--since",
        metavar="SPAN",
        type=values.span,
        default=values.span(default),
        help=f"how far back, such as 15m, 6h or 7d; {default} by default",
    )


def _logs(parser: argparse.ArgumentParser) -> None:
    _one(parser, "a Cloud Run service or job, or a function")
    _since(parser, "1h")
    parser.add_argument(
        "--severity",
        choices=("DEFAULT", "DEBUG", "INFO", "NOTICE", "WARNING", "ERROR", "CRITICAL"),
        default="DEFAULT",
        help="the lowest severity to show",
    )
    parser.add_argument(
        "--limit",
        metavar="N",
        type=values.amount,
        default=50,
        help="how many entries; 50 by default",
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
        help="the path to request, such as /healthz; / by default",
    )


def _backups(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "data",
        metavar="NAME",
        nargs="?",
        help="an instance, database or bucket; list: all but buckets by default",
    )
    chosen = parser.add_mutually_exclusive_group()
    chosen.add_argument("--backup", metavar="ID", help="restore: the backup; by default the newest")
    chosen.add_argument(
        "--at",
        metavar="TIME",
        type=values.moment,
        help="restore: the data as of this time, such as 2026-11-21T09:30:00Z",
    )
    parser.add_argument(
        "--to", metavar="NEW", help="restore: into this new one, instead of overwriting NAME"
    )
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
        help="list, restore: an object of a bucket; list: or a prefix of names",
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
        f"{text!r} is not a command whose permissions are known; "
        f"{hint} are: {', '.join(forms or names)}"
    )


def _permissions(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--for",
        dest="command_for",
        metavar="COMMAND",
        type=_permitted,
        default="apply",
        help="the command, such as plan, logs or 'backups make'; apply by default",
    )


def _forget(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "addresses",
        metavar="ADDRESS",
        nargs="*",
        type=values.address,
        help="a resource to let go of, such as pubsub.Topic/news",
    )
    parser.add_argument(
        "--all", action="store_true", help="let go of everything that the stack owns"
    )


def _costs(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--usage",
        metavar="WHAT",
        action="append",
        default=[],
        help="expected use: requests=2M, or NAME:requests=2M for one resource, or a JSON file of "
        "these; may be repeated",
    )
    parser.add_argument(
        "--live-prices",
        action="store_true",
        help="read today's list prices from Google's Cloud Billing Catalog; needs credentials",
    )
    parser.add_argument(
        "--difference",
        action="store_true",
        help="read what is live, and show how the next apply changes the costs",
    )
    parser.add_argument(
        "--envs",
        metavar="NAMES",
        type=values.envs,
        default=(),
        help="compare the totals of these environments, such as dev,staging,production",
    )


#: Each command by its name, in the order of the help.
VERBS: Mapping[str, Verb] = {
    "doctor": Verb(
        summary="explain why a domain has no certificate yet, and which DNS record to set",
        run="gcpstack._cli.doctor:doctor",
        add=_doctor,
    ),
    "costs": Verb(
        summary="estimate what the stack costs a month, idle and under its expected use",
        run="gcpstack._cli.costs:run",
        add=_costs,
        offline=True,
    ),
    "permissions": Verb(
        summary="list the permissions and roles that apply, or another command, needs",
        run="gcpstack._cli.permissions:run",
        add=_permissions,
    ),
    "recover": Verb(
        summary="check that what a Recovery names could be restored, and rehearse it",
        run="gcpstack._cli.recover:recover",
        forms=("--rehearse",),
        add=_recover,
        changes=True,
    ),
    "rollout": Verb(
        summary="show how a service's traffic is split between its revisions",
        run="gcpstack._cli.rollouts:rollout",
        check="gcpstack._cli.rollouts:check",
        forms=("--resume",),
        add=_service,
        words="[SERVICE]",
    ),
    "rollback": Verb(
        summary="undo what a failed apply did; with SERVICE, return to an earlier revision",
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
            "restore": "bring back the data of a backup, of a time, or of an object's version",
            "export": "write the data of Redis or Firestore to a bucket",
            "import": "read it back, over what is there",
        },
        changes=True,
    ),
    "forget": Verb(
        summary="let go of resources without deleting them, so that another stack can own them",
        run="gcpstack._cli.forget:run",
        check="gcpstack._cli.forget:check",
        add=_forget,
        words="[ADDRESS ...]",
        changes=True,
    ),
    "drift": Verb(
        summary="show what differs from the declaration, and who changed it",
        run="gcpstack._cli.queries:drift",
        add=lambda parser: _since(parser, "7d"),
    ),
    "logs": Verb(
        summary="show what Cloud Run services and jobs, and functions log",
        run="gcpstack._cli.queries:logs",
        add=_logs,
        words="[SERVICE]",
    ),
    "metrics": Verb(
        summary="show the services' requests, errors and latency",
        run="gcpstack._cli.queries:metrics",
        add=_metrics,
        words="[SERVICE]",
    ),
    "health": Verb(
        summary="ask the services themselves whether they are healthy",
        run="gcpstack._cli.queries:health",
        add=_health,
        words="[SERVICE]",
    ),
    "secrets": Verb(
        summary="show which secrets are due for rotation, rotate one, retire old versions",
        run="gcpstack._cli.secrets:secrets",
        check="gcpstack._cli.secrets:check",
        add=_secrets,
        words="[SECRET]",
        actions={
            "status": "which are due, overdue, or still used in an old version",
            "rotate": "give SECRET a new value, and bring it to everything that uses it",
            "roll": "restart the services that started before the newest version",
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
