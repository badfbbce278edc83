"""How the traffic of a stack's services goes, and the way back to an earlier revision.

Traffic is moved under the stack's lease. A way back must be open while an apply is under way too, so it
can do without: Google refuses what was written in between, and a run that finds the traffic moved leaves
it so (docs/decisions/0010-traffic-moves-under-the-lease.md).
"""

import contextlib
import difflib
import functools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import cast

from gcpstack._core.json import Body
from gcpstack._core.ports import Observed, Step, Target
from gcpstack._core.refs import Address
from gcpstack._core.resource import Declared
from gcpstack._core.rollouts import Stages
from gcpstack._core.traffic import PINNED, WHOLE, Revision, RolloutState, Share, Traffic
from gcpstack._engine.calls import Asker, Context, Sub
from gcpstack._engine.errands import Errand, sent
from gcpstack._engine.staging import divided, unfinished
from gcpstack._inventory.model import Lease
from gcpstack._stack.session import Session
from gcpstack.exceptions import (
    AdapterBug,
    CloudError,
    Conflict,
    GcpstackError,
    InventoryError,
    SettingsError,
    StalePlan,
)

_NONE = "The stack declares no Cloud Run services."
_INVENTORY = "storage.googleapis.com"
#: Where a service stands that has a revision to go back to, or has gone there.
_BACK = (RolloutState.RUNNING, RolloutState.REJECTED, RolloutState.PINNED)
#: How traffic is divided; None gives all of it to the newest revision, now and later.
Shares = Sequence[Share] | None


@dataclass(frozen=True, slots=True)
class Release:
    """One service in one region.

    Attributes:
        address: its address.
        target: the service.
        live: its body.
        traffic: how its traffic goes.
        revisions: its revisions, the newest first.
        staged: its changes reach users by a rollout.
    """

    address: Address
    target: Target
    live: Body
    traffic: Traffic
    revisions: tuple[Revision, ...]
    staged: bool

    @property
    def settled(self) -> bool:
        """Whether no rollout and no rollback is under way."""
        return self.traffic.stand is RolloutState.SETTLED

    @property
    def serving(self) -> tuple[str, str]:
        """The service's name, and the image of the revision with the most traffic."""
        images = {one.name: one.image for one in self.revisions}
        return self.target.ids["name"], images.get(self.traffic.stable, "")

    @property
    def words(self) -> str:
        """Say where it stands."""
        note = divided(None, self.traffic) if self.traffic.stand is RolloutState.PINNED else ""
        return note or unfinished(self.traffic) or "all traffic goes to the newest revision"

    def to_json(self) -> dict[str, object]:
        """Write it for programs."""
        return {
            "address": str(self.address),
            "state": self.traffic.stand.value,
            "traffic": [
                {"revision": one.revision, "percent": one.percent, "tag": one.tag}
                for one in self.traffic.shares
            ],
            "revisions": [
                {"name": one.name, "created": one.created, "image": one.image, "ready": one.ready}
                for one in self.revisions
            ],
        }


def services(declared: Iterable[Declared], service: str = "") -> dict[Address, Declared]:
    """Choose the declarations of a service, in every region where the stack has it.

    Args:
        declared: the stack's.
        service: the service's name, or the address of one of them; nothing for all.

    Raises:
        SettingsError: the stack has no such service.
    """
    named = {item.address: item for item in declared if item.kind.traffic is not None}
    wanted = {
        address: item
        for address, item in named.items()
        if service in ("", str(address), item.ids["name"])
    }
    if not wanted:
        names = sorted({item.ids["name"] for item in named.values()})
        near = difflib.get_close_matches(service, names, n=1)
        known = f"There are: {', '.join(names)}." if names else ""
        raise SettingsError(
            f"The stack has no service {service!r}." if service else _NONE,
            remedy=f"Did you mean {near[0]}?" if near else known,
        )
    return wanted


def releases(session: Session, service: str) -> list[Release]:
    """Read the traffic of a service, in every region where the stack has it.

    Args:
        session: the stack.
        service: the service's name, or the address of one of them; nothing for all.

    Raises:
        SettingsError: the stack has no such service, or it does not exist yet.
    """
    wanted = services(session.compiled.declared, service)
    targets = {address: Target(item.kind, item.ids) for address, item in wanted.items()}
    read = {
        address: session.caller(
            target.kind.api,
            functools.partial(session.adapter_for(target.kind).get, target),
        )
        for address, target in targets.items()
    }
    live = {address: here for address, here in read.items() if here is not None}
    if not live:
        raise SettingsError("No service of the stack exists yet.", remedy="Apply the stack first.")
    return [
        _release(
            session, address, targets[address], here, staged=wanted[address].strategy is not None
        )
        for address, here in live.items()
    ]


def _release(
    session: Session, address: Address, target: Target, here: Observed, *, staged: bool
) -> Release:
    read = target.kind.traffic
    if read is None:
        raise AdapterBug(f"{target.kind.name} tells no traffic.")
    stages = _stages(session, target)
    found = session.caller(target.kind.api, lambda: stages.revisions(target))
    return Release(address, target, here.body, read(here.body), tuple(found), staged)


def _stages(session: Session, target: Target) -> Stages:
    return cast(Stages, session.adapter_for(target.kind))


def earlier(release: Release, to: str = "") -> Revision:
    """Choose the revision to go back to.

    Args:
        release: the service.
        to: its name; if not given, the one that a rollout is replacing, the one that somebody went
            back to already, or the last that runs something else than the one with the traffic.

    Raises:
        SettingsError: there is none, or it never came up.
    """
    by_name = {one.name: one for one in release.revisions}
    service = release.target.ids["name"]
    if to:
        if to not in by_name:
            near = difflib.get_close_matches(to, by_name, n=1)
            known = f"There are: {', '.join(list(by_name)[:5])}."
            raise SettingsError(
                f"{service} has no revision {to!r}.",
                remedy=f"Did you mean {near[0]}?" if near else known,
            )
        if not by_name[to].ready:
            raise SettingsError(f"The revision {to} never came up.", remedy="Choose another one.")
        return by_name[to]
    traffic = release.traffic
    if traffic.stand in _BACK and traffic.stable in by_name:
        return by_name[traffic.stable]
    serving = by_name[traffic.stable].content if traffic.stable in by_name else None
    names = list(by_name)
    after = names.index(traffic.stable) + 1 if traffic.stable in by_name else 0
    for name in names[after:]:
        if by_name[name].ready and by_name[name].content != serving:
            return by_name[name]
    raise SettingsError(
        f"{service} has no earlier revision that came up and runs anything else.",
        remedy="Name one with --to REVISION.",
    )


def ways_back(found: Sequence[Release], to: str = "") -> list[tuple[Release, Revision]]:
    """Choose where each region of a service goes back to; one that a rollout has not reached stays.

    Args:
        found: the service, by its regions.
        to: see `earlier`.

    Raises:
        SettingsError: see `earlier`.
    """
    old = {
        (one.target.ids["name"], revision.image)
        for one in found
        if one.traffic.stand in (RolloutState.RUNNING, RolloutState.REJECTED)
        for revision in one.revisions
        if revision.name == one.traffic.stable
    }
    return [
        (one, earlier(one, to)) for one in found if to or not (one.settled and one.serving in old)
    ]


def go_back(
    session: Session,
    chosen: Sequence[tuple[Release, Revision]],
    *,
    leased: bool = True,
    otherwise: str = "",
) -> None:
    """Give all traffic to earlier revisions; it stays there until a new revision is declared.

    Args:
        session: the stack.
        chosen: the services, and the revision of each.
        leased: hold the stack's lease; without it, traffic is moved beside a run that holds it.
        otherwise: what else can be done, for people, where the lease can't be had.

    Raises:
        InventoryLocked: another run holds the lease.
        InventoryError: the inventory can't be read or written.
        StalePlan: a service was changed after it was read.
        CloudError: Google refused it.
    """
    todo = [
        (one, (Share(revision.name, WHOLE, PINNED),))
        for one, revision in chosen
        if one.traffic.percent(revision.name) < WHOLE
        or one.traffic.stand is not RolloutState.PINNED
    ]
    _divide(session, todo, leased=leased, otherwise=otherwise)


def let_go(session: Session, found: Sequence[Release]) -> None:
    """End what a rollback began: the next apply brings the newest revisions to the users again.

    Raises:
        InventoryLocked: another run holds the lease.
        StalePlan: a service was changed after it was read.
        CloudError: Google refused it.
    """
    todo: list[tuple[Release, Shares]] = [
        (one, (Share(one.traffic.stable, WHOLE),) if one.staged else None)
        for one in found
        if one.traffic.stand is RolloutState.PINNED
    ]
    _divide(session, todo, leased=True)


def _divide(
    session: Session,
    todo: Sequence[tuple[Release, Shares]],
    *,
    leased: bool,
    otherwise: str = "",
) -> None:
    """Divide the traffic of services, in parallel."""
    if not todo:
        return

    def errands(context: Context) -> Iterator[Errand]:
        for release, shares in todo:
            step = _stages(session, release.target).divide(release.target, release.live, shares)
            ask = Asker(context, release.address, release.target.kind)
            yield release.address, _moved(ask, release.target, step, leased=leased)

    with _lease(session, otherwise) if leased else contextlib.nullcontext():
        for error in session.run_errands(errands, leased=leased):
            raise error


@contextlib.contextmanager
def _lease(session: Session, otherwise: str) -> Iterator[None]:
    """Hold the lease; where it can't be had, tell what else can be done."""
    with contextlib.ExitStack() as held:
        try:
            held.enter_context(session.leased(fresh=True))
        except (CloudError, InventoryError) as error:
            error.remedy = f"{error.remedy} {otherwise}".strip()
            raise
        yield


def _moved(ask: Asker, target: Target, step: Step, *, leased: bool) -> Sub[None]:
    try:
        yield from sent(ask, target, step, leased=leased)
    except Conflict as error:
        raise StalePlan(
            f"{ask.address} was changed after its traffic was read; its traffic is left so.",
            remedy="Run the command again and check where the traffic goes.",
        ) from error


def holder(session: Session) -> Lease | None:
    """Return who changes the stack at this moment; nobody where that can't be known."""
    with contextlib.suppress(GcpstackError):
        session.caller(_INVENTORY, session.keeper.load)
        return session.keeper.holder
    return None


def picture(release: Release) -> Mapping[str, tuple[int, str]]:
    """Return percent and tag of every revision that has any, by name; the newest last."""
    order = {one.name: index for index, one in enumerate(release.revisions)}
    shares = sorted(release.traffic.shares, key=lambda one: -order.get(one.revision, 0))
    out: dict[str, tuple[int, str]] = {}
    for share in shares:
        percent, tag = out.get(share.revision, (0, ""))
        out[share.revision] = (percent + share.percent, tag or share.tag)
    return out
