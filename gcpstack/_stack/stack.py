"""A stack: what is declared together, planned together and converged together."""

import dataclasses
import inspect
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Literal, TypeVar

from gcpstack._core.component import Component, Item
from gcpstack._core.resource import Resource, Scope
from gcpstack._core.timeouts import Timeouts
from gcpstack._engine.events import Event
from gcpstack._engine.plan import Plan
from gcpstack._stack.result import Report, Result
from gcpstack.exceptions import SettingsError

if TYPE_CHECKING:
    from gcpstack._stack.session import Session

T = TypeVar("T", bound=Item)

Listener = Callable[[Event], None]


def _no_item(value: object) -> str:
    """Say what was added that is nothing to declare."""
    if isinstance(value, type) and issubclass(value, Resource | Component):
        return (
            f"the class {value.__name__} is added, not one of its kind; write {value.__name__}(…)"
        )
    if isinstance(value, list | tuple | set | frozenset | dict):
        return f"stack.add takes one resource or component, not a {type(value).__name__}; add each by itself"
    found = "None" if value is None else f"a value of type {type(value).__name__}"
    return f"stack.add takes a resource or a component, not {found}"


def _silent(event: Event) -> None:
    """Listen to nothing."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class Settings:
    """Where and how a stack is run. What is None comes from the stack or the environment.

    Attributes:
        project: the project id; by default the stack's, then that of the credentials.
        region: the default region; by default the stack's.
        env: the environment, such as ``staging``; each has an inventory of its own.
        endpoint: sends every call for ``https://NAME.googleapis.com/PATH`` to
            ``ENDPOINT/NAME.googleapis.com/PATH``, without credentials.
        transport: ``rest``, or ``grpc`` for the clients that speak both.
        inventory: the bucket that holds the inventories, as ``gs://BUCKET``; by default
            ``gs://PROJECT-gcpstack``.
        consents: addresses of protected objects that may be deleted or replaced.
        workers: how many calls are made at once, at most.
        impersonate: the email of a service account to act as, with tokens that last an hour; the
            caller needs ``roles/iam.serviceAccountTokenCreator`` on it.
        timeout: seconds after which a run starts nothing more, and fails.
        check_permissions: check that the caller may do all that is planned before anything is changed.
    """

    project: str | None = None
    region: str | None = None
    env: str | None = None
    endpoint: str | None = None
    transport: Literal["rest", "grpc"] = "rest"
    inventory: str | None = None
    consents: Iterable[str] = ()
    workers: int = 32
    impersonate: str | None = None
    timeout: float | None = None
    check_permissions: bool = True


class Stack:
    """Resources and components that belong together.

    `apply` makes everything that was added live as declared, and deletes what an earlier version of
    the stack declared and this one no longer does.

    The errors that each method names are in `gcpstack.exceptions`.
    """

    def __init__(
        self,
        name: str,
        *,
        project: str | None = None,
        region: str | None = None,
        enable_apis: bool = True,
        timeouts: Mapping[type[Resource], Timeouts] | None = None,
    ) -> None:
        """Start an empty stack.

        Args:
            name: the name of the stack, unique within the project.
            project: the project id, unless the settings of a run name another.
            region: the region of every regional resource that names none.
            enable_apis: enable every API that the stack uses, before anything else.
            timeouts: how long Google may take with the resources of a kind, by the class that
                declares it; the timeouts of a single declaration take precedence.
        """
        self.name = name
        self.project = project
        self.region = region
        self.enable_apis = enable_apis
        self.timeouts = timeouts or {}
        self._items: list[Item] = []
        self._lines: list[str] = []
        self._outputs: dict[str, object] = {}
        self._expected: list[tuple[str, dict[str, float | str]]] = []

    def add(self, item: T) -> T:
        """Declare a resource or component, and return it so that others can refer to it.

        Raises:
            TypeError: it is neither.
        """
        if not isinstance(item, Resource | Component):
            raise TypeError(_no_item(item))
        self._items.append(item)
        caller = frame.f_back if (frame := inspect.currentframe()) else None
        line = f"{caller.f_code.co_filename}:{caller.f_lineno}" if caller else ""
        self._lines.append(line)
        return item

    def output(self, name: str, value: object) -> None:
        """Show a value after each run; it may be the output of a resource."""
        self._outputs[name] = value

    def expect(self, of: str = "", /, **numbers: float | str) -> None:
        """State the expected use in a month. Only `gcpstack costs` looks at it.

        Args:
            of: the resources that it is about: a name or an address, in which ``*`` matches
                anything; empty for all of them.
            numbers: the quantities that `gcpstack costs` lists at its end, such as
                ``requests=2_000_000`` or ``requests="2M"``.
        """
        self._expected.append((of, numbers))

    @property
    def expected(self) -> tuple[tuple[str, Mapping[str, float | str]], ...]:
        """The expected use, as it was stated."""
        return tuple(self._expected)

    @property
    def added(self) -> tuple[tuple[Item, str], ...]:
        """Everything that was added, with the ``FILE:LINE`` that added it."""
        return tuple(zip(self._items, self._lines, strict=True))

    @property
    def items(self) -> tuple[Item, ...]:
        """Everything that was added."""
        return tuple(self._items)

    @property
    def outputs(self) -> Mapping[str, object]:
        """The outputs as they were declared."""
        return dict(self._outputs)

    def scope(self, settings: Settings) -> Scope:
        """Decide the project and region of a run.

        Raises:
            SettingsError: no project is named anywhere.
        """
        project = settings.project or self.project
        if not project:
            raise SettingsError(
                "No project is named.",
                remedy="Give --project PROJECT, or project= to the Stack, or run `gcloud config set project PROJECT`.",
            )
        return Scope(project, settings.region or self.region or "", self.scope_name(settings.env))

    def scope_name(self, env: str | None) -> str:
        """Name the inventory: each environment of a stack has its own."""
        return f"{self.name}.{env}" if env else self.name

    def plan(self, settings: Settings | None = None) -> Plan:
        """Work out what an apply would do; change nothing.

        Raises:
            DeclarationError: the declaration is wrong.
            SettingsError: no project, or no credentials.
            ApplyFailed: the live state can't be read.
        """
        with self.session(settings) as session:
            return session.plan()

    def apply(
        self, settings: Settings | None = None, *, on_event: Listener | None = None
    ) -> Result:
        """Create, update and delete resources until everything is as declared.

        Args:
            settings: where and how the stack is run.
            on_event: is called with each event of `gcpstack.events`, one at a time, from any thread.

        Raises:
            PlanError: protected data would be lost, or another stack owns something.
            InventoryLocked: another run is under way.
            ApplyFailed: something failed; everything that does not depend on it is done.
        """
        with self.session(settings, on_event=on_event) as session:
            session.prepare()
            result = session.apply(session.plan())
            result.outcome.raise_failed()
            return result

    def destroy(
        self, settings: Settings | None = None, *, on_event: Listener | None = None
    ) -> Result:
        """Delete everything that the stack owns; takes and raises what `apply` does."""
        with self.session(settings, on_event=on_event) as session:
            session.prepare()
            result = session.apply(session.plan(destroy=True))
            result.outcome.raise_failed()
            return result

    def status(self, settings: Settings | None = None) -> Report:
        """Report the state of every resource; raises what `plan` does."""
        with self.session(settings) as session:
            return session.status()

    def session(
        self, settings: Settings | None = None, *, on_event: Listener | None = None
    ) -> "Session":
        """Connect to Google, for several steps that share one connection: a context manager."""
        from gcpstack._stack.session import Session  # noqa: PLC0415 # brings the adapters in

        return Session(self, settings or Settings(), on_event or _silent)
