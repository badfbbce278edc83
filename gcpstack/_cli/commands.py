"""What a command for a stack does: plan, apply, destroy and status here, the others in their modules."""

import contextlib
import dataclasses
import importlib
import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from gcpstack._cli.failures import failures
from gcpstack._cli.local import PROJECT, embedded
from gcpstack._cli.output import Output
from gcpstack._cli.parser import StackOptions
from gcpstack._cli.render.runs import RunSummary
from gcpstack._cli.signals import Signals, Undecided
from gcpstack._cli.verbs import VERBS, Verb
from gcpstack._core.clock import Clock
from gcpstack._core.resource import Declared
from gcpstack._engine import events
from gcpstack._engine.plan import Plan
from gcpstack._operations import doctor, recovery
from gcpstack._stack.checking import checked
from gcpstack._stack.result import Result
from gcpstack._stack.session import Session
from gcpstack._stack.stack import Listener, Settings, Stack
from gcpstack.exceptions import ApplyFailed, SettingsError, StalePlan

#: The exit status of ``plan --detailed-exitcode`` where there are changes.
CHANGES = 2
#: After so many seconds at the prompt, the world is looked at again before anything is done.
_FRESH = 5.0


@dataclass(frozen=True, slots=True, kw_only=True)
class CommandContext:
    """What a command takes from outside.

    Attributes:
        connect: opens the session of a stack.
        ask: puts a question and gives the answer; None where there is nobody to ask.
        clock: tells the time.
        signals: hears what stops the command.
    """

    connect: Callable[[Stack, Settings, Listener], Session]
    ask: Callable[[str], str] | None
    clock: Clock
    signals: Signals


def run(
    options: StackOptions, load: Callable[..., Stack], output: Output, around: CommandContext
) -> int:
    """Run one command on a stack; return the exit status.

    Args:
        options: what was asked.
        load: makes the stack; given the name of an environment, that one's.
        output: where to tell what happens.
        around: what it takes from outside.

    Raises:
        GcpstackError: it could not be done.
        ApplyFailed: parts of it failed.
        Stopped: a signal came before anything had begun.
    """
    verb = VERBS.get(options.command)
    if verb is not None and verb.offline:
        return _function(verb)(OfflineJob(options, load, output, around))
    stack = load()
    if verb is not None:
        _check(verb, options, stack)
    listener = EventForwarder(output)
    with (
        _endpoint(options) as endpoint,
        around.connect(stack, _settings(options, stack, endpoint), listener) as session,
    ):
        return Job(options, session, output, around, listener).run()


def _check(verb: Verb, options: StackOptions, stack: Stack) -> None:
    """Look at a command's words by the declaration alone: before credentials are asked for."""
    if not verb.check:
        return

    def declared() -> Sequence[Declared]:
        settings = _settings(options, stack, None)
        project = settings.project or stack.project or os.environ.get("GOOGLE_CLOUD_PROJECT")
        scope = stack.scope(dataclasses.replace(settings, project=project or PROJECT))
        return checked(stack, scope).declared

    _loaded(verb.check)(options, declared)


def _function(verb: Verb) -> Callable[[object], int]:
    found: Callable[[object], int] = _loaded(verb.run)
    return found


def _loaded(name: str) -> Any:
    module, _, function = name.partition(":")
    return getattr(importlib.import_module(module), function)


@contextlib.contextmanager
def _endpoint(options: StackOptions) -> Iterator[str | None]:
    if not options.local:
        yield options.endpoint
        return
    with embedded(options.latency, options.seed) as endpoint:
        yield endpoint


def _settings(options: StackOptions, stack: Stack, endpoint: str | None) -> Settings:
    project = options.project
    named = project or stack.project or os.environ.get("GOOGLE_CLOUD_PROJECT")
    if options.local and not named:
        project = PROJECT
    return Settings(
        project=project,
        region=options.region,
        env=options.env,
        endpoint=endpoint,
        transport=options.transport,
        inventory=options.inventory,
        consents=options.consents,
        impersonate=options.impersonate,
        timeout=options.timeout,
        check_permissions=options.check_permissions,
    )


class EventForwarder:
    """Hands events to the output; a fault in telling must not break what is told of."""

    def __init__(self, output: Output) -> None:
        self._output = output
        self.counts: dict[str, int] = {}
        self.retries = 0
        self.fault: Exception | None = None

    def __call__(self, event: events.Event) -> None:
        if isinstance(event, events.RunFinished):
            self.counts = dict(event.counts)
        self.retries += isinstance(event, events.TaskRetried)
        try:
            self._output.event(event)
        except Exception as error:  # noqa: BLE001 # told once the run is over
            self.fault = self.fault or error


@dataclass(frozen=True, slots=True)
class OfflineJob:
    """A command that looks at the declaration, and connects to nobody unless it is told to.

    Attributes:
        options: what was asked.
        load: makes the stack, of the environment that was asked for or of another.
        output: where to tell what was found.
        around: what it takes from outside.
    """

    options: StackOptions
    load: Callable[..., Stack]
    output: Output
    around: CommandContext

    @property
    def clock(self) -> Clock:
        """What tells the time."""
        return self.around.clock

    @contextlib.contextmanager
    def session(self, stack: Stack) -> Iterator[Session]:
        """Connect after all."""
        with (
            _endpoint(self.options) as endpoint,
            self.around.connect(
                stack, _settings(self.options, stack, endpoint), EventForwarder(self.output)
            ) as session,
        ):
            yield session

    @contextlib.contextmanager
    def reaching(self, stack: Stack) -> Iterator[Settings]:
        """Settle where Google is, with the embedded emulator running where it stands in."""
        with _endpoint(self.options) as endpoint:
            yield self.settings(stack, endpoint)

    def settings(self, stack: Stack, endpoint: str | None = None) -> Settings:
        """Settle where a stack stands; a project that nobody names has one for the time being."""
        found = _settings(self.options, stack, endpoint)
        named = found.project or stack.project or os.environ.get("GOOGLE_CLOUD_PROJECT")
        return dataclasses.replace(found, project=named or PROJECT)


@dataclass(frozen=True, slots=True)
class Job:
    """One command with all it needs.

    Attributes:
        options: what was asked.
        session: the stack, where it stands.
        output: where to tell what happens.
        around: what it takes from outside.
        listener: hears the session's events, and hands them to the output.
    """

    options: StackOptions
    session: Session
    output: Output
    around: CommandContext
    listener: EventForwarder

    def run(self) -> int:
        """Do it; return the exit status."""
        verb = VERBS.get(self.options.command)
        if verb is not None:
            return _function(verb)(self)
        if self.options.command == "plan":
            return self._plan()
        if self.options.command == "status":
            return self._status()
        return self._change()

    def confirmed(self, question: str) -> bool:
        """Ask, unless ``--yes`` has answered; say it where the answer is no."""
        if self.options.yes or self.agreed(question):
            return True
        self.output.note("Nothing was changed.")
        return False

    def _plan(self) -> int:
        plan = self._planned()
        if plan.problems:
            raise ApplyFailed("the plan can't be applied", plan.problems)
        return CHANGES if self.options.detailed_exitcode and not plan.empty else 0

    def _status(self) -> int:
        with self.output.busy("Reading what is live"):
            report = doctor.explained(self.session, self.session.status())
            report = recovery.explained(self.session, report)
        self.output.report(report)
        return 0

    def _planned(self, *, prepare: bool = False) -> Plan:
        with self.output.busy("Reading what is live"):
            if prepare:
                self.session.prepare()
            plan = self.session.plan(destroy=self.options.destroy)
        self.output.plan(plan, self.session.scope, verbose=self.options.verbose)
        return plan

    def _change(self) -> int:
        """Plan, ask, do it, and tell the state of everything afterwards."""
        plan = self._planned(prepare=True)
        if plan.problems:
            raise ApplyFailed("the plan can't be applied", plan.problems)
        with self.output.busy("Checking permissions"):
            self.session.permit(plan)
        if not plan.empty and not self.options.yes:
            agreed = self._agreed(plan)
            if agreed is None:
                self.output.note("Nothing was changed.")
                return 1
            plan = agreed
        rollback = self.options.rollback
        return self.told(lambda: self.session.apply(plan, rollback=rollback))

    def told(self, change: Callable[[], Result]) -> int:
        """Change something, so that it can be stopped, and tell how that ended.

        Args:
            change: does it.

        Raises:
            ApplyFailed: parts of it failed.
        """
        with self.around.signals.stopping(self._stop):
            result = change()
        if result.outcome.ok:
            told = recovery.explained(self.session, result.report)
            result = dataclasses.replace(result, report=told)
        self.output.close()
        counts, retries = self.listener.counts, self.listener.retries
        self.output.closing(RunSummary(result, counts, retries))
        if self.listener.fault is not None:
            raise self.listener.fault
        if self.around.signals.received and not result.outcome.ok:
            self.output.failed(failures(result.outcome.errors), stopped=True)
            return self.around.signals.status
        result.outcome.raise_failed()
        return 0

    def agreed(self, question: str) -> bool:
        """Ask whether to go on.

        Raises:
            SettingsError: there is nobody to ask.
            Undecided: a signal came instead of an answer.
        """
        if self.around.ask is None or self.options.json:
            raise SettingsError(
                "there are changes to make, but nobody to ask.", remedy="Add --yes to make them."
            )
        try:
            answer = self.around.ask(f"\n{question} [y/N] ")
        except KeyboardInterrupt as stop:
            self.output.note("")  # the question's line ends
            raise Undecided from stop
        return answer.strip().lower() in {"y", "yes"}

    def _stop(self) -> None:
        self.session.stop()
        self.output.stopping()

    def _agreed(self, plan: Plan) -> Plan | None:
        """Ask; then make sure that the answer is about the world as it is.

        Returns:
            The plan that was agreed to; None for a no.

        Raises:
            SettingsError: there is nobody to ask.
            StalePlan: the world changed while the question stood.
        """
        asked = self.around.clock.monotonic()
        if not self.agreed("Delete all this?" if self.options.destroy else "Make these changes?"):
            return None
        if self.around.clock.monotonic() - asked <= _FRESH:
            return plan
        with self.output.busy("Looking again"):
            again = self.session.plan(destroy=self.options.destroy)
        if again.signature != plan.signature:
            raise StalePlan(
                "what is live changed while you were asked; nothing was done.",
                remedy="Run the command again and look at the new plan.",
            )
        return again
