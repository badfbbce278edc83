"""Which Google object an address refers to: names of successors, and the live candidates."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import replace

from gcpstack._core.facets import Facet, FieldTable
from gcpstack._core.json import Body, Path
from gcpstack._core.kinds import Kind, Replacement
from gcpstack._core.ports import Target
from gcpstack._core.refs import (
    UNKNOWN,
    Composed,
    Link,
    Lookup,
    OutputOf,
    Sensitive,
    resolve,
)
from gcpstack._core.resource import Declared
from gcpstack._inventory.model import Record, Relic

_LONGEST = 63
_DIGITS = 8


def declared_target(declared: Declared) -> Target:
    """Name the object as the declaration does."""
    return Target(declared.kind, declared.ids)


def successor_target(declared: Declared) -> Target:
    """Name the successor: the declared name and a hash of what can't change in place.

    The name follows from the content alone, so that a run that was cut off is found again without
    any memory.
    """
    fixed = _immutable(declared.body, declared.table, ())
    text = json.dumps(fixed, sort_keys=True, default=_stable)
    mark = hashlib.sha256(text.encode()).hexdigest()[:_DIGITS]
    key = declared.kind.template.variables[-1]
    base = declared.ids[key][: _LONGEST - _DIGITS - 1].rstrip("-")
    return Target(declared.kind, {**declared.ids, key: f"{base}-{mark}"})


def _immutable(body: Mapping[str, object], table: FieldTable, path: Path) -> Body:
    out: Body = {}
    for key, value in body.items():
        here = (*path, key)
        if table.at(here).facets & Facet.IMMUTABLE:
            out[key] = value
        elif isinstance(value, Mapping):
            inner = _immutable(value, table, here)
            if inner:
                out[key] = inner
    return out


def _stable(value: object) -> object:
    """Write a placeholder so that the hash does not depend on what it resolves to."""
    if isinstance(value, Link):
        return str(value.to)
    if isinstance(value, OutputOf):
        return str(value)
    if isinstance(value, Composed):
        return list(value.parts)
    if isinstance(value, Sensitive):
        return "sensitive"
    return str(value)


def record_target(declared_or_kind: Target, record: Record) -> Target:
    """Name the object that the inventory records."""
    assigned = record.path if declared_or_kind.kind.server_assigned else ""
    return Target(declared_or_kind.kind, record.ids, assigned)


def relic_target(kind: Kind, relic: Relic) -> Target:
    """Name a predecessor that the inventory records."""
    return Target(kind, relic.ids, relic.path if kind.server_assigned else "")


def identified(declared: Declared, lookup: Lookup) -> Declared:
    """Fill in the parts of the identity that come from other resources, as far as they are known."""
    if not declared.late:
        return declared
    ids, late = dict(declared.ids), {}
    for name, value in declared.late.items():
        found = resolve(value, lookup)
        if found is UNKNOWN:
            late[name] = value
        else:
            ids[name] = str(found)
    return replace(declared, ids=ids, late=late)


def moved(declared: Declared, record: Record | None) -> list[Target]:
    """List the objects that were recorded under an identity which the declaration gave up.

    They stand in another project, or have a name that another resource gave them.
    """
    if record is None or declared.late:
        return []
    here = declared_target(declared)
    known = [record_target(here, record), *(relic_target(here.kind, one) for one in record.relics)]
    return [old for old in known if renamed(old, here)]


def renamed(before: Target, after: Target) -> bool:
    """Return whether a target is another object only because its identity has changed.

    A successor has a name of its own, and where Google chooses the name, it is no part of the
    identity; nor is the project where a name is one in the whole world.
    """
    kind = before.kind
    own = kind.server_assigned or kind.replace is Replacement.SUCCESSOR
    free = {kind.template.variables[-1]} if own else set()
    free |= {"project"} if kind.worldwide else set()
    names = set(kind.template.variables) - free
    return any(before.ids.get(name) != after.ids.get(name) for name in names)


def candidates(declared: Declared, record: Record | None) -> list[Target]:
    """List the objects that a declaration may refer to, the likeliest first."""
    base = declared_target(declared)
    out = [] if declared.late else [base]
    if record is not None and not record.late:  # nobody knows where it would be
        remembered = record_target(base, record)
        gone = not declared.late and renamed(remembered, base)
        out = [*out, remembered] if gone else [remembered, *out]
    if declared.kind.replace is Replacement.SUCCESSOR:
        out.append(successor_target(declared))
    if record is not None:
        out += [relic_target(declared.kind, relic) for relic in record.relics]
    seen: dict[str, Target] = {}
    for target in out:
        seen.setdefault(target.path, target)
    return list(seen.values())


def own_names(declared: Declared) -> set[str]:
    """Names that only this declaration gives: they are ours even where nothing is recorded."""
    if declared.kind.replace is not Replacement.SUCCESSOR:
        return set()
    return {declared_target(declared).path, successor_target(declared).path}
