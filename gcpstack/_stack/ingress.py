"""Services that are closed only once their load balancer answers: looked at before each plan."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from gcpstack._core.component import Narrowing
from gcpstack._core.json import get
from gcpstack._core.ports import Observed
from gcpstack._core.refs import Address
from gcpstack._core.resource import Declared
from gcpstack._engine.plan import Action, Change, Plan
from gcpstack._engine.standing import Observations
from gcpstack._stack.compiled import Compiled

#: Asks a load balancer at its address for a host and path: the status, or what is wrong.
Knock = Callable[[str, str, str], tuple[int, str]]
_ERROR = 500


@dataclass(frozen=True, slots=True)
class Settled:
    """What a plan is made of.

    Attributes:
        declared: the declarations; services that must stay open declare no ingress.
        notes: what people should know of each.
        advice: what they should know of each before it is created.
    """

    declared: tuple[Declared, ...]
    notes: Mapping[Address, str] = field(default_factory=dict)
    advice: Mapping[Address, str] = field(default_factory=dict)

    def noted(self, plan: Plan) -> Plan:
        """Add the notes to a plan."""
        return replace(plan, changes=tuple(map(self._noted, plan.changes)))

    def _noted(self, change: Change) -> Change:
        found = [self.notes[change.address]] if change.address in self.notes else []
        if change.action is Action.CREATE and change.address in self.advice:
            found.append(self.advice[change.address])
        return replace(change, notes=(*change.notes, *found)) if found else change


def narrowed(compiled: Compiled, observations: Observations, knock: Knock) -> Settled:
    """Decide which services are closed.

    Args:
        compiled: the stack.
        observations: what is live.
        knock: asks a load balancer.
    """
    wanted = {one.service: one for one in compiled.narrowings}
    out, notes = [], dict[Address, str]()
    for item in compiled.declared:
        one = wanted.get(item.address)
        if one is None:
            out.append(item)
            continue
        ready, note = _verified(one, observations, knock)
        if note:
            notes[item.address] = note
        out.append(replace(item, body={**item.body, "ingress": one.ingress}) if ready else item)
    return Settled(tuple(out), notes, compiled.advice)


def _verified(one: Narrowing, observations: Observations, knock: Knock) -> tuple[bool, str]:
    service, address = _live(observations, one.service), _live(observations, one.address)
    if service is not None and service.body.get("ingress") == one.ingress:
        return True, ""
    url = f"https://{one.host}{one.path}"
    where = str(get(address.body, ("address",)) or "") if address is not None else ""
    if service is None or not where:
        return False, f"its ingress stays open until {url} answers through the load balancer"
    status, problem = knock(where, one.host, one.path)
    if problem or not status or status >= _ERROR:
        why = problem or f"it answers {status}"
        return False, (
            f"its ingress stays open: {url} does not work through {where} yet ({why}); "
            "`gcpstack doctor FILE` tells what a domain lacks"
        )
    return True, f"{url} answers {status} through {where}: direct access can go"


def _live(observations: Observations, address: Address) -> Observed | None:
    return next(iter(observations.get(address, {}).values()), None)
