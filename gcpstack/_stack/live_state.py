"""Reads what a session has to know before it can plan: live objects, other stacks, secrets."""

import functools
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import TypeVar

from gcpstack._core.json import Path
from gcpstack._core.kinds import Health
from gcpstack._core.ports import AdapterFor, Observed, Target
from gcpstack._core.refs import Address
from gcpstack._core.resource import Declared
from gcpstack._engine.late_identities import behind, completed, sources
from gcpstack._engine.names import candidates, identified
from gcpstack._engine.observe import Observer, Wanted
from gcpstack._engine.retry import Caller
from gcpstack._engine.scheduler import Scheduler
from gcpstack._engine.standing import Observations, Standing, lookup_in, standing_of
from gcpstack._inventory.keeper import Keeper
from gcpstack._inventory.model import Record, Snapshot
from gcpstack._stack.generated import PAYLOAD
from gcpstack._stack.reporting import secret_paths, wanted_record
from gcpstack.exceptions import InventoryError, SettingsError
from gcpstack.resources.kinds import ALL as KINDS

T = TypeVar("T")


class LiveState:
    """Reads; changes nothing."""

    def __init__(
        self,
        adapters: AdapterFor,
        caller: Caller,
        keeper: Keeper,
        scheduler: Callable[[], Scheduler],
    ) -> None:
        """Take what it reads with.

        Args:
            adapters: speak to Google.
            caller: makes the calls.
            keeper: holds the inventory, which is loaded by then.
            scheduler: makes what runs reads in parallel.
        """
        self._adapters = adapters
        self._caller = caller
        self._keeper = keeper
        self._scheduler = scheduler

    def read(
        self, wanted: Iterable[Wanted], declared: Sequence[Declared]
    ) -> dict[Address, dict[str, Observed]]:
        """Read objects by their names.

        Args:
            wanted: the objects.
            declared: the declarations, for the APIs that they enable.
        """
        observer = Observer(self._adapters, self._caller, self._scheduler, _enabling(declared))
        return observer.observe(wanted)

    def observe(
        self, declared: Sequence[Declared], snapshot: Snapshot
    ) -> dict[Address, dict[str, Observed]]:
        """Read what is live; identities that hang on other objects are read in a second round.

        Args:
            declared: the declarations.
            snapshot: what the inventory remembers, as `informed` completes it.
        """
        records = snapshot.records
        for record in records.values():
            _whole(record)
        first = [
            Wanted(item.address, tuple(candidates(item, records.get(item.address))))
            for item in declared
        ]
        gone = set(records) - {item.address for item in declared}
        first += [wanted_record(records[address]) for address in gone]
        out = self.read(first, declared)
        late = [item for item in declared if item.late]
        if late:
            standing = standing_of(declared, out, snapshot)
            known = [identified(item, functools.partial(lookup_in, standing)) for item in late]
            second = [
                Wanted(item.address, tuple(candidates(item, records.get(item.address))))
                for item in known
            ]
            for address, found in self.read(second, declared).items():
                out[address].update(found)
        return out

    def informed(self, snapshot: Snapshot, declared: Sequence[Declared]) -> Snapshot:
        """Fill in identities that a run which was cut off had learned, and not yet written down.

        It may have made the objects, and whoever no longer declares them knows their names from
        nowhere else: what they come from is written down with each intent, and is read again.

        Args:
            snapshot: what the inventory remembers.
            declared: the declarations.
        """
        by_address = {item.address: item for item in declared}
        while sought := sources(snapshot):
            targets = {
                address: behind(snapshot, KINDS, address, by_address.get(address))
                for address in sought
            }
            wanted = [Wanted(address, tuple(likely)) for address, likely in targets.items()]
            found = completed(snapshot, targets, self.read(wanted, declared))
            if found == snapshot:
                break
            snapshot = found
        return snapshot

    def owned_elsewhere(self, declared: Sequence[Declared]) -> dict[str, str]:
        """Ask the project's other stacks what they own, if there is anything to take over."""
        records = self._keeper.snapshot.records
        if all(item.address in records for item in declared):
            return {}
        out = {}
        for other in self._call(self._keeper.store.others):
            for record in other.records.values():
                kind = KINDS.get(record.address.kind)
                if kind is not None and not kind.keeps:
                    out[Target(kind, record.ids).full_name] = other.stack
        return out

    def reveal(
        self, declared: Sequence[Declared], observations: Observations
    ) -> dict[tuple[str, Path], str]:
        """Read write-only values back from objects that no record tells of."""
        out: dict[tuple[str, Path], str] = {}
        for item in declared:
            record = self._keeper.snapshot.records.get(item.address)
            if record is not None and record.digests:
                continue
            for target_path in observations.get(item.address, {}):
                for path in secret_paths(item):
                    adapter = self._adapters(item.kind)
                    target = Target(item.kind, item.ids, target_path)
                    value = self._call(functools.partial(adapter.reveal, target, path))
                    if value is not None:
                        out[target_path, path] = value
        return out

    def kept(self, home: Declared, declared: Sequence[Declared]) -> str | None:
        """Read a generated value from the secret version that keeps it; None if there is none."""
        adapter = self._adapters(home.kind)
        target = Target(home.kind, home.ids)
        if not self.read([Wanted(home.address, (target,))], declared)[home.address]:
            return None
        held = self._caller(home.kind.api, functools.partial(adapter.reveal, target, PAYLOAD))
        if held is None:
            raise SettingsError(
                f"The generated value in the secret {home.ids['secret']} can't be read.",
                remedy="Ask for roles/secretmanager.secretAccessor on it.",
            )
        return held

    def again(self, standing: dict[Address, Standing]) -> None:
        """Read once more what was not ready when it was made: others may have moved it on."""
        for address, here in list(standing.items()):
            kind = here.target.kind
            if here.live is None or kind.condition(here.live.body).health is Health.READY:
                continue
            adapter = self._adapters(kind)
            live = self._caller(kind.api, functools.partial(adapter.get, here.target))
            if live is not None:
                standing[address] = replace(here, live=live)

    def _call(self, call: Callable[[], T]) -> T:
        return self._caller("storage.googleapis.com", call)


def _enabling(declared: Sequence[Declared]) -> set[str]:
    return {item.ids["name"] for item in declared if item.kind.name == "serviceusage.Service"}


def _whole(record: Record) -> None:
    """Make sure that what is remembered says where its object is.

    Raises:
        InventoryError: the identity lacks a part.
    """
    kind = KINDS.get(record.address.kind)
    if kind is None or kind.server_assigned or record.late:
        return
    for ids in (record.ids, *(relic.ids for relic in record.relics)):
        missing = [name for name in kind.template.variables if name not in ids]
        if missing:
            raise InventoryError(
                f"The inventory remembers {record.address} without its {', '.join(missing)}.",
                remedy="Restore an earlier version of its object, or delete it: the next apply adopts "
                "what it finds by name.",
            )
