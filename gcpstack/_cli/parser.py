"""What the command understands. The standard library only, so that ``--help`` answers at once."""

import argparse
import difflib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, NoReturn

from gcpstack._cli import values
from gcpstack._cli.argparser import Parser, UsageError, parsed
from gcpstack._cli.verbs import VERBS

COMMANDS = {
    "plan": "show what apply would do; change nothing",
    "apply": "create, update and delete until everything is as declared",
    "destroy": "delete everything that the stack owns",
    "status": "show the state of every resource",
    **{name: verb.summary for name, verb in VERBS.items()},
    "emulator": "serve an emulated Google Cloud on this computer",
}
#: The commands that a stack file is run with.
FOR_STACKS = tuple(name for name in COMMANDS if name != "emulator")

_EPILOG = """\
exit status:
  0  done; for plan --detailed-exitcode: nothing to do
  1  something is wrong: the message says what to do about it
  2  plan --detailed-exitcode: there are changes
  130, 143  stopped by Ctrl-C or SIGTERM; run it again to go on
"""


@dataclass(frozen=True, kw_only=True)
class StackOptions:
    """What a command for a stack was asked.

    Attributes:
        command: which of them.
        file: the stack file; empty where the stack is given otherwise.
        project, region, env, endpoint, transport, inventory, consents: as in `Settings`.
        local: use an embedded emulator.
        latency: of the embedded emulator.
        seed: of the embedded emulator.
        json: print JSON for programs.
        yes: do not ask.
        color: colours may be used.
        detailed_exitcode: ``plan`` tells by its exit status whether there are changes.
        destroy: it is about a destroy.
        impersonate, timeout, check_permissions: as in `Settings`.
        rollback: ``apply`` undoes what it did if something fails.
        verbose: show every field, and what does not change.
        debug: show tracebacks.
        given: what the command's own flags say, by their names.
    """

    command: str
    file: str = ""
    project: str | None = None
    region: str | None = None
    env: str | None = None
    endpoint: str | None = None
    transport: Literal["rest", "grpc"] = "rest"
    inventory: str | None = None
    consents: tuple[str, ...] = ()
    local: bool = False
    latency: str = "none"
    seed: int = 0
    json: bool = False
    yes: bool = False
    color: bool = True
    detailed_exitcode: bool = False
    destroy: bool = False
    impersonate: str | None = None
    timeout: float | None = None
    check_permissions: bool = True
    rollback: bool = False
    verbose: bool = False
    debug: bool = False
    given: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class EmulatorOptions:
    """What ``emulator`` was asked.

    Attributes:
        host, port, grpc_port: where it serves; 0 takes any free port.
        state: the file that keeps everything; None keeps it in memory.
        latency: ``none``, ``typical``, or a factor on the typical durations.
        seed: makes identifiers repeat.
        debug: show tracebacks.
    """

    host: str = "127.0.0.1"
    port: int = 8470
    grpc_port: int = 8471
    state: str | None = None
    latency: str = "none"
    seed: int = 0
    debug: bool = False


Options = StackOptions | EmulatorOptions


def parse(argv: Sequence[str], *, prog: str, of_script: bool = False) -> Options:
    """Read the command line.

    Args:
        argv: the words after the program's name.
        prog: the program's name.
        of_script: the stack is given by a script: there is no FILE, and ``plan`` is understood.

    Raises:
        UsageError: it is wrong.
        SystemExit: ``--help`` or ``--version`` was all there was to do.
    """
    names = FOR_STACKS if of_script else tuple(COMMANDS)
    words = list(argv)
    if not words and not of_script:
        raise UsageError("no command is given.", remedy=f"See `{prog} --help`.")
    if not words or (of_script and words[0].startswith("-") and words[0] not in _TOP_FLAGS):
        words.insert(0, "plan")
    command, *rest = words
    if command in _TOP_FLAGS:
        _top(prog, names).parse_args([command])
    if command not in names:
        raise _unknown_command(command, prog, names)
    if command == "emulator":
        return _emulator(f"{prog} {command}", rest)
    return _stack(command, f"{prog} {command}", rest, of_script=of_script)


_TOP_FLAGS = ("-h", "--help", "--version")


def _top(prog: str, names: Iterable[str]) -> Parser:
    shown = _table({name: COMMANDS[name] for name in names})
    file = " FILE" if "emulator" in names else ""
    parser = Parser(
        prog,
        f"{prog} COMMAND{file} [flags]",
        f"Converge a Google Cloud stack that is declared in Python.\n\ncommands:\n{shown}",
        f"Run `{prog} COMMAND --help` for the flags of a command.\n\n{_EPILOG}",
    )
    parser.add_argument("--version", action=_Version, help="show the version and exit")
    return parser


def _table(rows: Mapping[str, str]) -> str:
    column = max(map(len, rows)) + 2
    return "\n".join(f"  {name:<{column}}{told}" for name, told in rows.items())


class _Version(argparse.Action):
    """Prints the version; it is looked up only then."""

    def __init__(self, option_strings: Sequence[str], dest: str, help: str) -> None:  # noqa: A002 # argparse's name
        super().__init__(option_strings, dest, nargs=0, help=help)

    def __call__(self, *_: object) -> NoReturn:
        import gcpstack  # noqa: PLC0415 # its metadata is read from disk

        print(f"gcpstack {gcpstack.__version__}")
        raise SystemExit(0)


def _unknown_command(command: str, prog: str, names: Sequence[str]) -> UsageError:
    if command.endswith(".py"):
        return UsageError(
            f"{command!r} is not a command.", remedy=f"Did you mean `{prog} plan {command}`?"
        )
    if command.startswith("-"):
        return UsageError(
            f"{command} comes before the command.", remedy=f"Write `{prog} COMMAND {command} …`."
        )
    near = difflib.get_close_matches(command, names, n=1)
    remedy = f"Did you mean `{near[0]}`?" if near else f"There are: {', '.join(names)}."
    return UsageError(f"{command!r} is not a command.", remedy=remedy)


def _stack(command: str, prog: str, argv: Sequence[str], *, of_script: bool) -> StackOptions:
    parser = _stack_parser(command, prog, of_script=of_script)
    found = vars(parsed(parser, argv, "FILE"))
    if not of_script and not found["file"]:
        parser.error("no stack FILE is given")
    emulated = {name: found.pop(name) for name in ("latency", "seed")}
    given = {name: value for name, value in emulated.items() if value is not None}
    if given and not found["local"]:
        parser.error(f"--{next(iter(given))} goes with --local")
    found["consents"] = tuple(found.get("consents", ()))
    found["destroy"] = command == "destroy" or found.get("destroy", False)
    known = {name: found.pop(name) for name in _SHARED if name in found}
    return StackOptions(command=command, **known, **given, given=found)


#: The names of the flags that every command may have.
_SHARED = frozenset(StackOptions.__dataclass_fields__) - {"command", "given"}


def _stack_parser(command: str, prog: str, *, of_script: bool) -> Parser:
    verb = VERBS.get(command)
    actions = verb.actions if verb else {}
    words = " ACTION" if actions else ""
    words += "" if of_script else " FILE"
    words += f" {verb.words}" if verb and verb.words else ""
    table = f"\n\nactions:\n{_table(actions)}" if actions else ""
    parser = Parser(prog, f"{prog}{words} [flags]", _sentence(command) + table, _EPILOG)
    if actions:
        told = f"what to do: {', '.join(actions)}"
        parser.add_argument("action", metavar="ACTION", choices=tuple(actions), help=told)
    if not of_script:
        parser.add_argument(
            "file", metavar="FILE", nargs="?", default="", help="the Python file with the stack"
        )
    if verb:
        verb.add(parser)
    where = parser.add_argument_group("where it runs")
    where.add_argument(
        "--project",
        metavar="ID",
        type=values.project,
        help="the project id; by default the stack's, then that of the credentials",
    )
    where.add_argument(
        "--region",
        metavar="NAME",
        type=values.region,
        help="the default region; by default the stack's",
    )
    where.add_argument(
        "--env",
        metavar="NAME",
        type=values.env,
        help="the environment, such as staging; passed to stack(env)",
    )
    where.add_argument(
        "--inventory",
        metavar="gs://BUCKET",
        type=values.bucket,
        help="the bucket that remembers what the stack owns",
    )
    where.add_argument(
        "--transport",
        choices=("rest", "grpc"),
        default="rest",
        help="the protocol, for the clients that speak both; rest by default",
    )
    where.add_argument(
        "--impersonate-service-account",
        dest="impersonate",
        metavar="EMAIL",
        type=values.account,
        help="act as this service account, with tokens that last an hour",
    )
    place = where.add_mutually_exclusive_group()
    place.add_argument("--endpoint", metavar="URL", help="call http://HOST:PORT instead of Google")
    place.add_argument(
        "--local",
        action="store_true",
        help="use an embedded emulator, with its state in .gcpstack/",
    )
    _emulation(where, default=None)
    _behaviour(parser, command)
    return parser


def _behaviour(parser: Parser, command: str) -> None:
    how = parser.add_argument_group("how it runs")
    how.add_argument("--json", action="store_true", help="print JSON, for programs")
    verb = VERBS.get(command)
    if verb is None or verb.changes:
        _consents(how)
    if command == "plan":
        how.add_argument(
            "--detailed-exitcode", action="store_true", help="exit with 2 if there are changes"
        )
        how.add_argument("--destroy", action="store_true", help="show what destroy would do")
    if command in ("apply", "destroy"):
        how.add_argument(
            "--no-permission-check",
            dest="check_permissions",
            action="store_false",
            help="skip the check that the caller may do all of it",
        )
        how.add_argument(
            "--timeout",
            metavar="SPAN",
            type=values.limit,
            help="after this time, such as 40m or 1800, start nothing more and fail; the next run goes on",
        )
    if command == "apply":
        how.add_argument(
            "--rollback", action="store_true", help="if something fails, undo what was done"
        )
    how.add_argument(
        "--verbose", "-v", action="store_true", help="show every field, and what does not change"
    )
    how.add_argument("--no-color", dest="color", action="store_false", help="print no colours")
    how.add_argument("--debug", action="store_true", help="show tracebacks of errors")


def _consents(how: argparse._ArgumentGroup) -> None:
    how.add_argument("--yes", "-y", action="store_true", help="do not ask before changing things")
    how.add_argument(
        "--allow-delete",
        dest="consents",
        metavar="ADDRESS",
        action="append",
        default=[],
        type=values.address,
        help="let this protected resource be deleted or replaced; may be repeated",
    )


def _emulator(prog: str, argv: Sequence[str]) -> EmulatorOptions:
    defaults = EmulatorOptions()
    parser = Parser(prog, f"{prog} [flags]", _sentence("emulator"))
    parser.add_argument("--host", default=defaults.host, help="the address to listen on")
    parser.add_argument(
        "--port",
        type=values.port,
        default=defaults.port,
        help="the port for HTTP; 0 for any free one",
    )
    parser.add_argument(
        "--grpc-port",
        metavar="PORT",
        type=values.port,
        default=defaults.grpc_port,
        help="the port for gRPC; 0 for any free one",
    )
    parser.add_argument(
        "--state", metavar="FILE", help="keep all state in this file; by default in memory"
    )
    _emulation(parser, default=defaults)
    parser.add_argument("--debug", action="store_true", help="show tracebacks of errors")
    return EmulatorOptions(**vars(parsed(parser, argv)))


def _emulation(
    group: argparse._ArgumentGroup | argparse.ArgumentParser, default: EmulatorOptions | None
) -> None:
    group.add_argument(
        "--latency",
        metavar="none|typical|FACTOR",
        type=values.latency,
        default=default and default.latency,
        help="how long the emulator's operations take; none by default",
    )
    group.add_argument(
        "--seed",
        metavar="N",
        type=int,
        default=default and default.seed,
        help="make the emulator's random choices repeatable",
    )


def _sentence(command: str) -> str:
    text = COMMANDS[command]
    return f"{text[0].upper()}{text[1:]}."
