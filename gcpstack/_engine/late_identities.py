"""Completes records of a dead run whose identity depends on other resources' outputs. Pure."""

import functools
from collections.abc import Mapping, Sequence
from dataclasses import replace

from gcpstack._core.kinds import Kind, Replacement
from gcpstack._core.ports import Target
from gcpstack._core.refs import UNKNOWN, Address, Link, placeholders, resolve
from gcpstack._core.resource import Declared
from gcpstack._engine.names import candidates, record_target, relic_target, successor_target
from gcpstack._engine.standing import Observations, Standing, lookup_in
from gcpstack._inventory.model import Record, Snapshot


def sources(snapshot: Snapshot) -> list[Address]:
    """List the recorded resources whose outputs the identity of a record waits for."""
    found = {
        place.to if isinstance(place, Link) else place.of
        for record in snapshot.records.values()
        for place in placeholders(record.late)
    }
    return sorted(found & snapshot.records.keys())


def behind(
    snapshot: Snapshot, kinds: Mapping[str, Kind], address: Address, declared: Declared | None
) -> list[Target]:
    """List the objects that an address may refer to, whether it is still declared or not.

    A successor comes first: what waited for a name when it was begun had it from an object of that run.

    Args:
        snapshot: what the inventory remembers.
        kinds: every kind.
        address: a recorded resource.
        declared: its declaration, if it has one.
    """
    record = snapshot.records[address]
    if declared is not None:
        later = declared.kind.replace is Replacement.SUCCESSOR
        return [*([successor_target(declared)] if later else ()), *candidates(declared, record)]
    kind = kinds.get(address.kind)
    if kind is None:
        return []
    relics = [relic_target(kind, relic) for relic in record.relics]
    return [record_target(Target(kind, record.ids), record), *relics]


def completed(
    snapshot: Snapshot,
    targets: Mapping[Address, Sequence[Target]],
    observations: Observations,
) -> Snapshot:
    """Fill in what is known by now.

    Args:
        snapshot: what the inventory remembers.
        targets: the objects that may stand behind the `sources`, the likeliest first.
        observations: which of them are live.
    """
    standing: dict[Address, Standing] = {}
    for address, likely in targets.items():
        found = observations.get(address, {})
        live = next((target for target in likely if target.path in found), None)
        if live is not None:
            standing[address] = Standing(live, found[live.path], True)
    records = {
        address: _completed(record, standing) if record.late else record
        for address, record in snapshot.records.items()
    }
    return replace(snapshot, records=records)


def _completed(record: Record, standing: Mapping[Address, Standing]) -> Record:
    ids, late = dict(record.ids), {}
    for name, value in record.late.items():
        found = resolve(value, functools.partial(lookup_in, standing))
        if found is UNKNOWN:
            late[name] = value
        else:
            ids[name] = str(found)
    return replace(record, ids=ids, late=late)
