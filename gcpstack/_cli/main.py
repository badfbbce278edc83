"""The command's entry: whatever happens ends in one clear message and a right exit status."""

import contextlib
import dataclasses
import gc
import json
import logging
import os
import shutil
import sys
import textwrap
import traceback
import warnings
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, NoReturn

from gcpstack._cli.parser import EmulatorOptions, StackOptions, parse
from gcpstack._cli.sanitize import escaped, sanitized
from gcpstack._cli.verbs import STREAMING, VERBS
from gcpstack.exceptions import GcpstackError, Interrupted

if TYPE_CHECKING:
    from gcpstack._cli.load import Source
    from gcpstack._cli.output import JsonOutput, TextOutput
    from gcpstack._cli.signals import Signals
    from gcpstack._stack.stack import Stack

#: Wider than any line.
_ENDLESS = 1_000_000


def entry() -> NoReturn:
    """Run the command as a program."""
    # Most of what a short process makes stays until its end: Google's libraries, plans, answers.
    # Looking it through for garbage every 700 objects takes a sixth of the processor's time.
    gc.set_threshold(20_000)
    _open_streams()
    _hush()
    sys.exit(main())


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; return the exit status.

    Args:
        arguments: the words after ``gcpstack``; those of the process if not given.
    """
    given = list(sys.argv[1:] if arguments is None else arguments)
    return _command(given, "gcpstack", None)


def run(stack: "Source", arguments: Sequence[str] | None = None) -> NoReturn:
    """Let a stack file be run as a script: ``python FILE [plan|apply|destroy|status] [flags]``.

    It ends the process, with the exit status of the command; ``plan`` is the default.

        if __name__ == "__main__":
            run(stack)

    Args:
        stack: the stack, or the function that makes it for an environment.
        arguments: the words after the file; those of the process if not given.

    Raises:
        SystemExit: always.
    """
    _open_streams()
    _hush()
    given = list(sys.argv[1:] if arguments is None else arguments)
    sys.exit(_command(given, f"python {sys.argv[0]}", stack))


def _open_streams() -> None:
    """Stand in for standard streams that are closed: Python has None for them."""
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, mode, encoding="utf-8"))  # noqa: PTH123, SIM115 # for as long as the process lasts


def _hush() -> None:
    """Keep Google's libraries from talking to people; -W and --debug let them."""
    if not sys.warnoptions and "--debug" not in sys.argv:
        warnings.simplefilter("ignore")
        logging.getLogger().addHandler(logging.NullHandler())


def _command(arguments: list[str], prog: str, stack: "Source | None") -> int:
    try:
        options = parse(arguments, prog=prog, of_script=stack is not None)
    except GcpstackError as error:
        _misused(error, arguments)
        return 1
    except SystemExit as ended:  # --help, --version
        return int(ended.code or 0)
    if isinstance(options, EmulatorOptions):
        return _emulator(options)
    return _stack(options, stack)


def _misused(error: GcpstackError, arguments: Sequence[str]) -> None:
    """Tell of a wrong command line, without the output's help: nothing heavy is loaded for that."""
    if "--json" in arguments:
        found = {"message": error.message, "remedy": error.remedy}
        body = {"ok": False, "error": f"{error.message}\n  {error.remedy}", "errors": [found]}
        if STREAMING.intersection((arguments[0], " ".join(arguments[:2]))):
            body = {"event": "finished", **body}
        with contextlib.suppress(OSError):
            sys.stdout.write(f"{escaped(json.dumps(body, ensure_ascii=False))}\n")
    lines = [*_wrapped(f"error: {error.message}", ""), *_wrapped(error.remedy, "  ")]
    sys.stderr.write(sanitized("".join(f"{line}\n" for line in lines)))


def _wrapped(text: str, first: str) -> list[str]:
    """Break a text for the terminal; in a pipe or a file its lines stay whole."""
    width = shutil.get_terminal_size().columns if sys.stderr.isatty() else _ENDLESS
    return textwrap.wrap(
        text,
        max(width, 20),
        initial_indent=first,
        subsequent_indent="  ",
        break_long_words=False,
        break_on_hyphens=False,
    )


def _emulator(options: EmulatorOptions) -> int:
    from gcpstack._cli.local import serve  # noqa: PLC0415 # help must not wait for it
    from gcpstack._cli.output import outputs  # noqa: PLC0415 # the same
    from gcpstack._cli.signals import Signals  # noqa: PLC0415 # the same

    output = outputs(json_wanted=False, streams=False, color=True, now=lambda: 0.0)
    with Signals() as signals:
        return _guarded(lambda: serve(options, signals), output, signals, debug=options.debug)


def _stack(options: StackOptions, stack: "Source | None") -> int:
    from gcpstack._cli import commands  # noqa: PLC0415 # help must not wait for it
    from gcpstack._cli.output import outputs  # noqa: PLC0415 # the same
    from gcpstack._cli.prompt import ask  # noqa: PLC0415 # the same
    from gcpstack._cli.signals import Signals  # noqa: PLC0415 # the same
    from gcpstack._core.clock import SystemClock  # noqa: PLC0415 # the same

    clock = SystemClock()
    output = outputs(
        json_wanted=options.json,
        streams=f"{options.command} {options.given.get('action', '')}".strip() in STREAMING,
        color=options.color,
        now=clock.monotonic,
    )
    with Signals() as signals:
        around = commands.CommandContext(
            connect=lambda stack, settings, listener: stack.session(settings, on_event=listener),
            ask=ask if sys.stdin.isatty() and sys.stdout.isatty() else None,
            clock=clock,
            signals=signals,
        )

        def load(env: str | None = options.env) -> "Stack":
            return _load(dataclasses.replace(options, env=env), stack)

        return _guarded(
            lambda: commands.run(options, load, output, around),
            output,
            signals,
            debug=options.debug,
            goes_on=_changes(options.command),
        )


def _changes(command: str) -> bool:
    """Tell whether a command may leave something to go on with."""
    return VERBS[command].changes if command in VERBS else command in ("apply", "destroy")


def _load(options: StackOptions, stack: "Source | None") -> "Stack":
    from gcpstack._cli.load import load_file, make_stack  # noqa: PLC0415 # help must not wait

    # What the file prints is for people; with --json, standard output is for programs.
    aside = contextlib.redirect_stdout(sys.stderr) if options.json else contextlib.nullcontext()
    with aside:
        if stack is not None:
            return make_stack(stack, options.env, sys.argv[0])
        return make_stack(load_file(options.file), options.env, options.file)


def _guarded(
    command: Callable[[], int],
    output: "TextOutput | JsonOutput",
    signals: "Signals",
    *,
    debug: bool,
    goes_on: bool = True,
) -> int:
    """Run a command; whatever it raises is told in words."""
    from gcpstack._cli.failures import failures  # noqa: PLC0415 # help must not wait for it
    from gcpstack._cli.signals import Undecided  # noqa: PLC0415 # the same

    try:
        return command()
    except Undecided:
        output.close()
        output.note("Nothing was changed.")
        return signals.status
    except (KeyboardInterrupt, Interrupted):
        output.close()
        output.failed((), stopped=True, goes_on=goes_on)
        return signals.status
    except Exception as error:  # noqa: BLE001 # the last line of defence
        output.close()
        if debug:
            sys.stderr.write(sanitized("".join(traceback.format_exception(error))))
        output.failed(failures([error]), stopped=bool(signals.received))
        return signals.status if signals.received else 1
    finally:
        output.close()
