"""Grants: one role of one member, in the policy of one object.

A policy is one value that many people write: it is read, changed and written back with its etag,
and done again from the start where somebody wrote in between
(https://cloud.google.com/iam/docs/reference/rest/v1/Policy). Other members, roles and conditional
bindings stay as they are.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Protocol

from gcpstack._adapters.clients import Clients
from gcpstack._core.json import Body, Path, clone_body
from gcpstack._core.ports import Edit, Finished, Observed, Operation, Step, Target
from gcpstack.exceptions import Conflict, NotFound

#: How often a change is tried again right away where somebody wrote in between.
_ATTEMPTS = 6

Grant = tuple[str, str]
Change = Callable[[Body, Grant], bool]


class Policies(Protocol):
    """Where the policies of one kind of object are, and what they look like."""

    def read(self, ids: Mapping[str, str]) -> Body:
        """Read the policy of an object."""

    def write(self, ids: Mapping[str, str], policy: Body) -> None:
        """Write it back, if nobody wrote in between.

        Raises:
            Conflict: somebody did.
        """

    def grants(self, policy: Body) -> Iterator[Grant]:
        """List the unconditional grants, as role and member."""

    def add(self, policy: Body, grant: Grant) -> None:
        """Put a grant in."""

    def remove(self, policy: Body, grant: Grant) -> None:
        """Take a grant out."""


class Members:
    """The adapter of one kind of grant."""

    lists = True

    def __init__(self, clients: Clients, policies: Policies) -> None:
        """Serve a kind.

        Args:
            clients: makes the clients.
            policies: reads and writes the policies.
        """
        self._clients = clients
        self._policies = policies

    def get(self, target: Target) -> Observed | None:
        """Find the grant; None where there is none, or no such object."""
        try:
            policy = self._policies.read(target.ids)
        except NotFound:
            return None
        found = _find(self._policies.grants(policy), _grant(target))
        return Observed(_body(found), target.path) if found else None

    def list(self, target: Target) -> Sequence[Observed]:
        """Read every grant on the object, by one call."""
        try:
            policy = self._policies.read(target.ids)
        except NotFound:
            return []
        return [
            Observed(
                _body((role, member)),
                replace(target, ids={**target.ids, "role": role, "member": member}).path,
            )
            for role, member in dict.fromkeys(self._policies.grants(policy))
        ]

    def create(self, target: Target, body: Body, request_id: str) -> Operation:
        """Grant; done already where it is granted."""
        return self._change(target, self._policies.add, wanted=True)

    def update(self, edit: Edit) -> Sequence[Step]:
        """List nothing: a grant is there or not."""
        return []

    def delete(self, target: Target, live: Body, request_id: str) -> Operation:
        """Revoke; done already where it isn't granted, or the object is gone."""
        try:
            return self._change(target, self._policies.remove, wanted=False)
        except NotFound:
            return Finished()

    def resume(self, target: Target, name: str) -> Operation:
        """Say that nothing is under way: policies have no operations."""
        return Finished()

    def reveal(self, target: Target, path: Path) -> str | None:
        """Grants hold no write-only value."""
        return None

    def _change(
        self, target: Target, change: Callable[[Body, Grant], None], *, wanted: bool
    ) -> Operation:
        grant = _grant(target)

        def put(policy: Body) -> bool:
            found = _find(self._policies.grants(policy), grant)
            if (found is not None) is wanted:
                return False
            change(policy, found or grant)
            return True

        rewritten(
            lambda: self._policies.read(target.ids),
            put,
            lambda policy: self._policies.write(target.ids, policy),
        )
        return Finished(_body(grant))


def rewritten(
    read: Callable[[], Body], change: Callable[[Body], bool], write: Callable[[Body], None]
) -> None:
    """Read a policy, change it and write it back; from the start where somebody wrote in between.

    Args:
        read: reads it.
        change: changes a copy in place; tells whether there was anything to change.
        write: writes it back.

    Raises:
        Conflict: somebody wrote in between, each time.
    """
    for attempt in range(_ATTEMPTS):
        policy = clone_body(read())
        if not change(policy):
            return
        try:
            write(policy)
        except Conflict:
            if attempt == _ATTEMPTS - 1:
                raise
        else:
            return


def _grant(target: Target) -> Grant:
    return target.ids["role"], target.ids["member"]


def _body(grant: Grant) -> Body:
    return {"role": grant[0], "member": grant[1]}


def _find(grants: Iterator[Grant], wanted: Grant) -> Grant | None:
    """Find a grant as it is spelled there: Google writes members' addresses in lower case."""
    role, member = wanted
    return next(
        ((one, who) for one, who in grants if one == role and who.lower() == member.lower()), None
    )
