"""The command's entry: whatever happens ends in one clear message and a right exit status."""

import functools
import os
import sys
import traceback
from collections.abc import Sequence
from typing import TYPE_CHECKING

from gcpstack._cli.parser import parse
from gcpstack.exceptions import AdapterBug, DeclarationError, GcpstackError

if TYPE_CHECKING:
    from gcpstack._stack.stack import Stack

_REPORT = "This is a fault in gcpstack: please report it with what --debug shows."


def entry() -> None:
    """Run the command as a program."""
    sys.exit(main())


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; gives the exit status."""
    given = None if arguments is None else list(arguments)
    return _guarded(functools.partial(_main, given), given)


def run(stack: "Stack", arguments: Sequence[str] | None = None) -> int:
    """Run a stack as ``python FILE [plan|apply|destroy|status] [flags]`` does.

    Args:
        stack: the stack, or the function of the environment that makes it.
        arguments: the arguments; those of the program if not given.

    Returns:
        The exit status.
    """
    given = None if arguments is None else list(arguments)
    return _guarded(functools.partial(_run_stack, stack, given), given)


def _main(arguments: list[str] | None) -> int:
    options = parse(arguments)
    if options.version:
        return _version()
    if options.command == "emulator":
        from gcpstack._cli.local import serve  # noqa: PLC0415 # help must not wait for it

        serve(
            host=options.host,
            port=options.port,
            grpc_port=options.grpc_port,
            state=options.state,
            latency=options.latency,
            seed=options.seed,
        )
        return 0
    from gcpstack._cli import commands  # noqa: PLC0415 # help must not wait for it
    from gcpstack._cli.load import load_stack  # noqa: PLC0415 # the same

    return commands.run(options, lambda: load_stack(options.file, options.env))


def _run_stack(stack: "Stack", arguments: list[str] | None) -> int:
    options = parse(arguments, with_file=False)
    if options.version:
        return _version()
    from gcpstack._cli import commands  # noqa: PLC0415 # help must not wait for it
    from gcpstack._cli.load import taken  # noqa: PLC0415 # the same

    return commands.run(options, lambda: taken(stack, sys.argv[0], options.env))


def _version() -> int:
    from importlib.metadata import version  # noqa: PLC0415 # help must not wait for it

    print(f"gcpstack {version('gcpstack')}")
    return 0


def _guarded(run_it: "functools.partial[int]", arguments: list[str] | None) -> int:
    debug = "--debug" in (sys.argv[1:] if arguments is None else arguments)
    try:
        return run_it()
    except KeyboardInterrupt:
        sys.stderr.write("\nStopped at once. The next apply finishes what was under way.\n")
        return 130
    except BrokenPipeError:
        # Whoever read the output has gone; nothing can be told any more.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except BaseExceptionGroup as group:
        for error in _members(group):
            _tell(error, debug=debug)
        return 1
    except Exception as error:  # noqa: BLE001 # the last line of defence
        _tell(error, debug=debug)
        return 1


def _members(group: BaseExceptionGroup[BaseException]) -> list[BaseException]:
    out: list[BaseException] = []
    for error in group.exceptions:
        out += _members(error) if isinstance(error, BaseExceptionGroup) else [error]
    return out


def _tell(error: BaseException, *, debug: bool) -> None:
    known = isinstance(error, GcpstackError)
    if debug and (not known or isinstance(error, AdapterBug)):
        traceback.print_exception(error)
    if isinstance(error, DeclarationError):
        sys.stderr.write(f"error: {error.message}\n")
    elif isinstance(error, GcpstackError):
        words = str(error).removesuffix(error.remedy).strip()
        sys.stderr.write(f"error: {words}\n")
        if error.remedy:
            sys.stderr.write(f"  {error.remedy}\n")
    else:
        sys.stderr.write(f"error: {type(error).__name__}: {error}\n  {_REPORT}\n")


__all__ = ["entry", "main", "run"]
