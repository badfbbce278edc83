"""Errors as people and programs are told of them. Pure."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from gcpstack.exceptions import (
    AdapterBug,
    CloudError,
    ConsentRequired,
    GcpstackError,
    OwnershipError,
    Problem,
)

REPORT = "This is a fault in gcpstack: please report it, with what --debug shows."


@dataclass(frozen=True, slots=True)
class Failure:
    """One thing that went wrong, or several that are the same.

    Attributes:
        message: what went wrong.
        remedy: what to do about it; may be empty.
        reason: Google's machine-readable reason, if there is one.
        addresses: the resources that it happened to.
        problems: the single mistakes of a declaration.
        fault: it is gcpstack's own fault.
    """

    message: str
    remedy: str = ""
    reason: str = ""
    addresses: tuple[str, ...] = ()
    problems: tuple[Problem, ...] = ()
    fault: bool = False

    def to_json(self) -> dict[str, object]:
        """Write it for programs; what is empty is left out."""
        problems = [
            {"place": item.place, "message": item.message, "remedy": item.remedy}
            | ({"line": item.line} if item.line else {})
            for item in self.problems
        ]
        body: dict[str, object] = {
            "message": self.message,
            "remedy": self.remedy,
            "reason": self.reason,
            "addresses": list(self.addresses),
            "problems": problems,
        }
        return {key: value for key, value in body.items() if value}


def failures(errors: Iterable[BaseException]) -> list[Failure]:
    """List what went wrong; what went wrong in the same way many times comes once."""
    out: dict[tuple[str, str, str], Failure] = {}
    singles = [single for error in errors for single in _singles(error)]
    asked = [one for one in singles if isinstance(one, ConsentRequired) and one.address]
    if len(asked) > 1:
        out["", "", ""] = _consents(asked)
        singles = [one for one in singles if one not in asked]
    for owner, owned in _owners(singles).items():
        out[owner, "", ""] = _owned(owner, owned)
        singles = [one for one in singles if one not in owned]
    for single in singles:
        found = _failure(single)
        key = (found.message, found.remedy, found.reason)
        known = out.get(key)
        if known is not None:
            addresses = dict.fromkeys((*known.addresses, *found.addresses))
            found = Failure(*key, addresses=tuple(addresses), problems=known.problems)
        out[key] = found
    return list(out.values())


def _consents(asked: Sequence[ConsentRequired]) -> Failure:
    """Ask once for everything that would be lost, with the flags to copy."""
    addresses = {one.address for one in asked}
    named = dict.fromkeys(one.address for one in asked if one.holder not in addresses)
    flags = " ".join(f"--allow-delete {address}" for address in named)
    return Failure(
        f"{len(addresses)} resources hold data and would be lost",
        f"To allow it, add {flags}, or allow_delete=True to their declarations and apply that first.",
        problems=tuple(Problem(one.address, f"would be {one.loss}.") for one in asked),
    )


def _owners(singles: Iterable[BaseException]) -> dict[str, list[OwnershipError]]:
    """Sort what other stacks own by the stack, where one owns several."""
    out: dict[str, list[OwnershipError]] = {}
    for one in singles:
        if isinstance(one, OwnershipError) and one.address:
            out.setdefault(one.owner, []).append(one)
    return {owner: owned for owner, owned in out.items() if len(owned) > 1}


def _owned(owner: str, owned: Sequence[OwnershipError]) -> Failure:
    """Return once what another stack owns, with the command that moves it."""
    addresses = [one.address for one in owned]
    return Failure(
        f"the stack {owner!r} owns {len(owned)} of these resources: {', '.join(addresses)}.",
        "Give them other names here. To move them here, remove them from that stack's file and run "
        f"`gcpstack forget FILE {' '.join(addresses)}` with it.",
    )


def _singles(error: BaseException) -> Iterator[BaseException]:
    if isinstance(error, BaseExceptionGroup):
        for inner in error.exceptions:
            yield from _singles(inner)
    else:
        yield error


def _failure(error: BaseException) -> Failure:
    if not isinstance(error, GcpstackError):
        return Failure(f"{type(error).__name__}: {error}", REPORT, fault=True)
    if isinstance(error, CloudError):
        address = (f"{error.verb} {error.address}" if error.verb else error.address) or ""
        reason = error.reason if error.reason not in error.message else ""
        return Failure(error.message, error.remedy, reason, (address,) if address else ())
    problems = getattr(error, "problems", ())
    if problems:
        count = len(problems)
        head = f"{count} problem{'s' if count > 1 else ''} in the declaration"
        return Failure(head, error.remedy, problems=tuple(problems))
    fault = isinstance(error, AdapterBug)
    return Failure(error.message, error.remedy or (REPORT if fault else ""), fault=fault)
