"""Where resources stand: what links and outputs resolve to while a plan is made or carried out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from gcpstack._core.json import Path, get
from gcpstack._core.names import template
from gcpstack._core.ports import Observed, Target
from gcpstack._core.refs import UNKNOWN, Address, Link, OutputOf
from gcpstack._core.resource import Declared
from gcpstack._engine.names import candidates, moved
from gcpstack._inventory.model import Snapshot

#: The live objects among the candidates of each address, by relative resource name.
Observations = Mapping[Address, Mapping[str, Observed]]


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a resource stands while the plan is made: what links and outputs resolve to."""

    target: Target
    live: Observed | None
    stable: bool
    kept: tuple[Target, ...] = ()


def lookup_in(standing: Mapping[Address, Standing], found: Link | OutputOf) -> object:
    """Resolve one placeholder as far as it is known."""
    here = standing.get(found.to if isinstance(found, Link) else found.of)
    if here is None:
        return UNKNOWN
    if isinstance(found, OutputOf):
        return _output(here, found.path)
    return _link(here, found)


def _output(here: Standing, path: Path) -> object:
    known = here.target.kind.known.get(".".join(map(str, path)))
    if known is not None:
        return template(known).format(here.target.ids)
    value = get(here.live.body, path) if here.live is not None else None
    return UNKNOWN if value is None else value


def _link(here: Standing, found: Link) -> object:
    if found.form in here.target.kind.known:
        return template(here.target.kind.known[found.form]).format(here.target.ids)
    if found.form in here.target.kind.forms:
        return _output(here, here.target.kind.forms[found.form])
    if here.target.kind.server_assigned and here.live is None:
        return UNKNOWN
    names = [here.live.path if here.live is not None else here.target.path]
    if found.spread:
        names += [kept.path for kept in here.kept]
    if found.form == "name":
        names = [name.rsplit("/", 1)[-1] for name in names]
    return names if found.spread else names[0]


def standing_of(
    declared: Sequence[Declared], observations: Observations, snapshot: Snapshot
) -> dict[Address, Standing]:
    """Return where the resources stand by what is live alone, before there is a plan."""
    out: dict[Address, Standing] = {}
    for item in declared:
        found = observations.get(item.address, {})
        record = snapshot.records.get(item.address)
        gone = {target.path for target in moved(item, record)}
        targets = [one for one in candidates(item, record) if one.path not in gone]
        live = next((target for target in targets if target.path in found), None)
        if live is not None:
            out[item.address] = Standing(live, found[live.path], True)
    return out
