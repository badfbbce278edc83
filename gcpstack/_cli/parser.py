"""The command's arguments."""

import argparse
import difflib
import re
import sys
from collections.abc import Iterator
from typing import NoReturn

from gcpstack.exceptions import SettingsError

_PROG = "gcpstack"
_STACK_COMMANDS = {
    "plan": "show what an apply would do; changes nothing",
    "apply": "bring the stack to its declared form",
    "destroy": "delete everything that the stack made or took over",
    "status": "tell how every resource stands",
}
_EPILOG = """\
A stack file is a Python file with a module-level `stack`, or a function `stack(env)`.
Exit status: 0 done, 1 something is wrong; with plan --detailed-exitcode also 2: there are changes.
"""


class Parser(argparse.ArgumentParser):
    """An argument parser that ends with status 1, and guesses what was meant."""

    def error(self, message: str) -> NoReturn:
        """Refuse the arguments."""
        raise SettingsError(message[:1].upper() + message[1:] + ".", remedy=self._remedy(message))

    def _remedy(self, message: str) -> str:
        known = list(_words(self))
        for word in re.findall(r"--[\w-]+|'[\w-]+'", message):
            close = difflib.get_close_matches(word.strip("'"), known, 1)
            if close and close[0] != word:
                return f"Did you mean {close[0]}? `{self.prog} --help` lists what there is."
        return f"`{self.prog} --help` lists what there is."


def _words(parser: argparse.ArgumentParser) -> Iterator[str]:
    """List every flag and command of a parser and of those below it."""
    for action in parser._actions:
        yield from action.option_strings
        yield from action.choices or ()
        if isinstance(action, argparse._SubParsersAction):
            for sub in action.choices.values():
                yield from _words(sub)


def stack_parser(commands: "argparse._SubParsersAction[Parser]", *, with_file: bool) -> None:
    """Add the commands that run a stack."""
    for name, text in _STACK_COMMANDS.items():
        sub = commands.add_parser(name, help=text, description=text[:1].upper() + text[1:] + ".")
        if with_file:
            sub.add_argument("file", metavar="FILE", help="the stack file")
        _place(sub)
        if name == "plan":
            sub.add_argument(
                "--detailed-exitcode", action="store_true", help="exit 2 where there are changes"
            )
            sub.add_argument("--destroy", action="store_true", help="plan a destroy instead")
        if name in {"apply", "destroy"}:
            sub.add_argument("--yes", action="store_true", help="do not ask first")
        if name in {"plan", "apply", "destroy"}:
            sub.add_argument(
                "--allow-delete",
                metavar="ADDRESS",
                action="append",
                default=[],
                help="consent that this protected resource is deleted or replaced; may be repeated",
            )


def _place(sub: argparse.ArgumentParser) -> None:
    where = sub.add_argument_group("where")
    where.add_argument("--project", metavar="P", help="the project; else the stack's own")
    where.add_argument("--region", metavar="R", help="the region of what names none")
    where.add_argument("--env", metavar="NAME", help="given to the file's stack(env)")
    target = where.add_mutually_exclusive_group()
    target.add_argument("--endpoint", metavar="URL", help="http://HOST:PORT that stands for Google")
    target.add_argument(
        "--local", action="store_true", help="an emulator whose state is kept in .gcpstack/"
    )
    where.add_argument("--transport", choices=("rest", "grpc"), default="rest", help="see the docs")
    where.add_argument("--inventory", metavar="gs://BUCKET", help="the bucket of the inventories")
    _emulation(sub.add_argument_group("with --local"))
    out = sub.add_argument_group("output")
    out.add_argument("--json", action="store_true", help="for programs")
    out.add_argument("--no-color", action="store_true", help="plain text")
    out.add_argument("--debug", action="store_true", help="tracebacks of gcpstack's own faults")


def _emulation(group: argparse._ArgumentGroup) -> None:
    group.add_argument(
        "--latency",
        type=latency,
        default="none",
        metavar="none|typical|FACTOR",
        help="how long operations take",
    )
    group.add_argument("--seed", type=int, default=0, metavar="N", help="makes ids repeat")


def latency(text: str) -> str | float:
    """Read a latency: ``none``, ``typical`` or a factor.

    Raises:
        ArgumentTypeError: it is none of these.
    """
    if text in {"none", "typical"}:
        return text
    try:
        factor = float(text)
    except ValueError:
        factor = -1.0
    if not 0 <= factor < float("inf"):
        raise argparse.ArgumentTypeError(f"{text!r} is neither none, typical nor a factor")
    return factor


def _port(text: str) -> int:
    if not text.isdigit() or int(text) > 65535:  # noqa: PLR2004 # the greatest port
        raise argparse.ArgumentTypeError(f"{text!r} is no port")
    return int(text)


def make_parser(*, with_file: bool = True, prog: str = _PROG) -> Parser:
    """Make the parser of the command; without FILE for a stack file that runs itself."""
    parser = Parser(
        prog=prog,
        description="Converge a declared Google Cloud stack through Google's own client libraries.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="store_true", help="tell the version")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", parser_class=Parser)
    stack_parser(commands, with_file=with_file)
    if with_file:
        text = "serve an emulator of Google Cloud until stopped"
        sub = commands.add_parser("emulator", help=text, description=text[:1].upper() + text[1:])
        sub.add_argument("--host", default="127.0.0.1", help="the address to listen on")
        sub.add_argument("--port", type=_port, default=8470, help="for HTTP")
        sub.add_argument("--grpc-port", type=_port, default=8471, help="for gRPC")
        sub.add_argument("--state", metavar="FILE", help="keep everything in this file")
        sub.add_argument("--debug", action="store_true", help=argparse.SUPPRESS)
        _emulation(sub.add_argument_group("behaviour"))
    return parser


def parse(arguments: list[str] | None = None, *, with_file: bool = True) -> argparse.Namespace:
    """Read the arguments.

    Raises:
        SettingsError: they are wrong.
    """
    prog = _PROG if with_file else f"python {sys.argv[0]}"
    given = sys.argv[1:] if arguments is None else arguments
    parser = make_parser(with_file=with_file, prog=prog)
    if not given and not with_file:
        given = ["plan"]
    options = parser.parse_args(given)
    if options.command is None and not options.version:
        parser.print_help()
        raise SystemExit(1)
    return options
