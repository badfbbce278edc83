"""plan, apply, destroy and status."""

import argparse
import contextlib
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from types import FrameType

from gcpstack._cli.local import PROJECT, embedded
from gcpstack._cli.output import JsonOutput, Output, TextOutput
from gcpstack._core.clock import SystemClock
from gcpstack._engine.plan import Plan
from gcpstack._stack.session import Session
from gcpstack._stack.stack import Settings, Stack
from gcpstack.exceptions import GcpstackError, SettingsError, StalePlan

CHANGES = 2
#: After so many seconds at the prompt, the world is looked at again before anything is done.
_FRESH = 5.0
_GO_ON = "Run the same command again: it goes on where this one stopped."

Load = Callable[[], Stack]


def run(options: argparse.Namespace, load: Load) -> int:
    """Run one command on a stack; gives the exit status."""
    clock = SystemClock()
    streams = options.command in {"apply", "destroy"}
    output: Output = (
        JsonOutput(streams=streams)
        if options.json
        else TextOutput(color=not options.no_color, now=clock.monotonic)
    )
    try:
        with _endpoint(options) as endpoint, output:
            stack = load()
            with Session(stack, _settings(options, stack, endpoint), output.event) as session:
                return _COMMANDS[options.command](options, session, output, clock.monotonic)
    except BaseException as error:
        output.failed(describe(error))
        raise


def describe(error: BaseException) -> str:
    """Write an error as one text; a group's members one a line."""
    if isinstance(error, BaseExceptionGroup):
        return "\n".join(describe(inner) for inner in error.exceptions)
    return str(error) or type(error).__name__


@contextlib.contextmanager
def _endpoint(options: argparse.Namespace) -> Iterator[str | None]:
    if not options.local:
        yield options.endpoint
        return
    with embedded(options.latency, options.seed) as endpoint:
        yield endpoint


def _settings(options: argparse.Namespace, stack: Stack, endpoint: str | None) -> Settings:
    project = options.project
    if options.local and not (project or stack.project):
        project = PROJECT
    return Settings(
        project=project,
        region=options.region,
        env=options.env,
        endpoint=endpoint,
        transport=options.transport,
        inventory=options.inventory,
        consents=tuple(getattr(options, "allow_delete", ())),
    )


def _plan(
    options: argparse.Namespace, session: Session, output: Output, _: Callable[[], float]
) -> int:
    plan = session.plan(destroy=options.destroy)
    output.plan(plan)
    if plan.problems:
        return 1
    return CHANGES if options.detailed_exitcode and not plan.empty else 0


def _status(
    _: argparse.Namespace, session: Session, output: Output, __: Callable[[], float]
) -> int:
    output.report(session.status())
    return 0


def _change(
    options: argparse.Namespace, session: Session, output: Output, now: Callable[[], float]
) -> int:
    """Plan, ask, apply."""
    destroy = options.command == "destroy"
    with _stoppable(session) as stopped:
        session.prepare()
        plan = session.plan(destroy=destroy)
        output.plan(plan)
        if plan.problems:
            output.failed(describe(plan.problems[0]))
            return 1
        if not plan.empty and not options.yes:
            plan = _confirmed(options, session, plan, now)
        result = session.apply(plan)
        if not destroy:
            output.report(result.report, trouble_only=True)
    if stopped:
        return 128 + stopped[0]
    return 0 if result.outcome.ok else 1


def _confirmed(
    options: argparse.Namespace, session: Session, plan: Plan, now: Callable[[], float]
) -> Plan:
    """Ask; then make sure that the answer is about the world as it is.

    Raises:
        SettingsError: nobody can be asked, or the answer is no.
        StalePlan: the world changed while the question stood.
    """
    if options.json or not sys.stdin.isatty():
        raise SettingsError(
            "There are changes, and nobody to ask.", remedy="Add --yes to make them."
        )
    asked = now()
    answer = input("Make these changes? [y/N] ").strip().lower()
    if answer not in {"y", "yes"}:
        raise SettingsError("Nothing was changed.")
    if now() - asked < _FRESH:
        return plan
    again = session.plan(destroy=options.command == "destroy")
    if again.signature != plan.signature:
        raise StalePlan(
            "The world changed while the question stood; nothing was done.", remedy="Run it again."
        )
    return again


@contextlib.contextmanager
def _stoppable(session: Session) -> Iterator[list[int]]:
    """Let the first Ctrl-C or SIGTERM stop the run in good order, the second end it at once."""
    stopped: list[int] = []
    if threading.current_thread() is not threading.main_thread():
        yield stopped
        return

    def handle(number: int, _: FrameType | None) -> None:
        if stopped:
            raise KeyboardInterrupt
        stopped.append(number)
        sys.stderr.write("\nStopping; once more stops at once. What is under way is recorded.\n")
        session.stop()

    old = {number: signal.signal(number, handle) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield stopped
    except GcpstackError:
        if not stopped:
            raise
        sys.stderr.write(f"{_GO_ON}\n")
        raise SystemExit(128 + stopped[0]) from None
    finally:
        for number, handler in old.items():
            signal.signal(number, handler)
    if stopped:
        sys.stderr.write(f"{_GO_ON}\n")


_COMMANDS = {"plan": _plan, "apply": _change, "destroy": _change, "status": _status}

__all__ = ["CHANGES", "describe", "run"]
