"""Brings up the services that run with old values of secrets, as each says that changes reach its users.

A value may be wrong, so it never meets all services at once: one service that declares no rollout goes
first, and the others follow once it is up. Those that declare a rollout are brought up by it, region
after region, where its gate takes back what does badly
(docs/decisions/0014-new-values-reach-services-in-turn.md).
"""

from collections.abc import Iterator, Sequence

from gcpstack._core.refs import Address
from gcpstack._engine.calls import Context, Sub
from gcpstack._engine.errands import Errand
from gcpstack._engine.plan import Change, Plan
from gcpstack._engine.restart import bring_up, held_fast
from gcpstack._operations.secret_states import OPEN, SecretState
from gcpstack._stack.session import Session
from gcpstack.exceptions import ApplyFailed, GcpstackError

#: Services that are brought up one after the other.
_Turn = Sequence[Change]


def renew(session: Session, plan: Plan, found: Sequence[SecretState]) -> list[Address]:
    """Bring up the services that serve with a value that is not the newest.

    Args:
        session: the stack.
        plan: a plan of it.
        found: the secrets that count.

    Returns:
        The services that were brought up.

    Raises:
        InventoryLocked: another run holds the lease.
        ApplyFailed: some did not come up, would not be reached by their traffic, or the lease was
            lost: with every error.
    """
    stale = {address for item in found for address in item.stale}
    behind = {address for item in found for address in item.behind}
    chosen = [change for change in plan.changes if change.address in stale]
    shut = {address: item for item in found for address in item.refused}
    failed = [
        _unstartable(change, shut[change.address]) for change in chosen if change.address in shut
    ]
    chosen = [change for change in chosen if change.address not in shut]
    failed += [_left(change, why) for change in chosen if (why := held_fast(change))]
    able = [change for change in chosen if not held_fast(change)]
    if able:
        with session.leased():
            for wave in _waves(able):
                errors = session.run_errands(
                    lambda context, wave=wave: _errands(context, wave, behind)  # type: ignore[misc] # mypy infers no default
                )
                failed += errors
                if errors:  # the rest goes on with the old value
                    break
    if failed:
        raise ApplyFailed("not everything came up again", tuple(failed))
    return [change.address for change in able]


def _unstartable(change: Change, secret: SecretState) -> GcpstackError:
    name = secret.target.ids["name"]
    return GcpstackError(
        f"{change.address} would not come up: it reads the latest version of {name}, "
        f"but {secret.why_shut}.",
        remedy=OPEN.format(name=name),
    )


def _left(change: Change, why: str) -> GcpstackError:
    service = change.target.ids["name"]
    return GcpstackError(
        f"{change.address} still serves with an old value: {why}.",
        remedy=f"Let `gcpstack rollout FILE {service} --resume` and an apply move it on, or the "
        "declaration of its traffic, and run `secrets roll` again.",
    )


def _waves(chosen: Sequence[Change]) -> Iterator[list[_Turn]]:
    """Yield, one by one, what is done in parallel."""
    plain = [change for change in chosen if not _staged(change)]
    if plain:
        yield [plain[:1]]
    regions: dict[str, list[Change]] = {}
    for change in chosen:
        if _staged(change):
            regions.setdefault(str(change.target.ids["name"]), []).append(change)
    rest: list[_Turn] = [*([change] for change in plain[1:]), *regions.values()]
    if rest:
        yield rest


def _staged(change: Change) -> bool:
    return change.declared is not None and change.declared.strategy is not None


def _errands(context: Context, wave: Sequence[_Turn], behind: set[Address]) -> Iterator[Errand]:
    for turn in wave:
        yield turn[0].address, _in_turn(context, turn, behind)


def _in_turn(context: Context, turn: _Turn, behind: set[Address]) -> Sub[None]:
    for change in turn:
        yield from bring_up(context, change, again=change.address in behind)
