"""Reads what is live: by list where a collection holds several of ours, by get otherwise."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from gcpstack._core import marks
from gcpstack._core.kinds import Kind, Replacement
from gcpstack._core.ports import AdapterFor, Observed, Target, TooMany
from gcpstack._core.refs import Address
from gcpstack._engine.retry import Caller
from gcpstack._engine.scheduler import Call, Program, Scheduler
from gcpstack.exceptions import ApiDisabled, ApplyFailed, CloudError, GcpstackError

#: From how many objects in one collection on a list is cheaper than a get for each.
_MANY = 2


@dataclass(frozen=True, slots=True)
class Wanted:
    """An address, and the objects that it may refer to."""

    address: Address
    targets: tuple[Target, ...]


class Observer:
    """Reads many objects in parallel."""

    def __init__(
        self,
        adapters: AdapterFor,
        caller: Caller,
        scheduler: Callable[[], Scheduler],
        enabling: Iterable[str] = (),
    ) -> None:
        """Take what it reads with.

        Args:
            adapters: speak to Google.
            caller: makes the calls.
            scheduler: makes what runs them in parallel.
            enabling: APIs that the stack enables: while one is still disabled, nothing of it is.
        """
        self._adapters = adapters
        self._caller = caller
        self._scheduler = scheduler
        self._enabling = frozenset(enabling)
        self._errors: list[GcpstackError] = []

    def observe(self, wanted: Iterable[Wanted]) -> dict[Address, dict[str, Observed]]:
        """Read every wanted object.

        Returns:
            For each address the live objects by the path that was asked for.

        Raises:
            ApplyFailed: something could not be read; all such errors.
        """
        wanted = list(wanted)
        out: dict[Address, dict[str, Observed]] = {item.address: {} for item in wanted}
        self._errors = []
        scheduler = self._scheduler()
        for group in _groups(wanted).values():
            for program in self._programs(group, out):
                scheduler.spawn(program, on_end=self._ended)
        scheduler.run()
        if scheduler.stopping is not None:
            raise scheduler.stopping
        if self._errors:
            raise ApplyFailed("the live state can't be read", self._errors)
        return out

    def _programs(
        self, group: list[tuple[Address, Target]], out: dict[Address, dict[str, Observed]]
    ) -> Iterable[Program]:
        kind = group[0][1].kind
        several = len({target.path for _, target in group}) >= _MANY
        if self._adapters(kind).lists and (several or kind.replace is Replacement.SUCCESSOR):
            yield self._list(group, out)
        else:
            for address, target in group:
                yield self._get(address, target, out)

    def _list(
        self, group: list[tuple[Address, Target]], out: dict[Address, dict[str, Observed]]
    ) -> Program:
        first = group[0][1]
        adapter = self._adapters(first.kind)
        try:
            found = yield Call(lambda: self._read(first.kind, lambda: adapter.list(first)))
        except TooMany:
            for address, target in group:
                yield from self._get(address, target, out)
            return
        live: dict[str, Observed] = {}
        for item in found if isinstance(found, list | tuple) else ():
            live[item.path] = item
            if item.alias:
                live.setdefault(item.alias, item)
        for address, target in group:
            item = live.get(target.path) or live.get(_marked(target))
            if item is not None:
                out[address][target.path] = item

    def _get(
        self, address: Address, target: Target, out: dict[Address, dict[str, Observed]]
    ) -> Program:
        adapter = self._adapters(target.kind)
        found = yield Call(lambda: self._read(target.kind, lambda: adapter.get(target)))
        if isinstance(found, Observed):
            out[address][target.path] = found

    def _read(self, kind: Kind, call: Callable[[], object]) -> object:
        try:
            return self._caller(kind.api, call)
        except ApiDisabled:
            if kind.api in self._enabling:
                return None
            raise
        except CloudError as error:
            raise error.about(f"objects of kind {kind.name}", "reading") from error.__cause__

    def _ended(self, error: BaseException | None) -> None:
        if isinstance(error, GcpstackError):
            self._errors.append(error)
        elif error is not None:
            raise error


def _marked(target: Target) -> str:
    """Write the path as an object's mark tells it: marks hold names in the form of labels."""
    if not target.kind.server_assigned or target.assigned:
        return target.path
    last = target.kind.template.variables[-1]
    return target.kind.template.format({**target.ids, last: marks.slug(target.ids[last])})


def _groups(wanted: Iterable[Wanted]) -> Mapping[tuple[str, str], list[tuple[Address, Target]]]:
    """Sort what is wanted by kind and collection."""
    groups: dict[tuple[str, str], list[tuple[Address, Target]]] = {}
    for item in wanted:
        for target in item.targets:
            groups.setdefault((target.kind.name, target.parent), []).append((item.address, target))
    return groups
