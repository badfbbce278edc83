"""Audit logs: elements of a project's policy, each a service's type of log.

https://cloud.google.com/resource-manager/reference/rest/Shared.Types/AuditConfig
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from gcpstack._adapters.clients import Clients
from gcpstack._adapters.members import rewritten
from gcpstack._adapters.policies import ROWS, IamPolicies
from gcpstack._core.json import Body, Path
from gcpstack._core.ports import Edit, Finished, Observed, Operation, Step, Target
from gcpstack.exceptions import NotFound

#: Without a mask, a write leaves audit configurations as they are.
_MASK = "auditConfigs,bindings,etag"
_MEMBERS = "exemptedMembers"


class AuditLogs:
    """The adapter of ``resourcemanager.ProjectAuditLog``."""

    lists = True

    def __init__(self, clients: Clients) -> None:
        """Serve the kind.

        Args:
            clients: makes the clients.
        """
        self._policies = IamPolicies(clients, ROWS["resourcemanager.ProjectIamMember"])

    def get(self, target: Target) -> Observed | None:
        """Find the type of log; None where it is not written, or no such project."""
        return next((one for one in self.list(target) if one.path == target.path), None)

    def list(self, target: Target) -> Sequence[Observed]:
        """Read every type of log of the project, by one call."""
        try:
            policy = self._policies.read(target.ids)
        except NotFound:
            return []
        return [
            Observed(
                {_MEMBERS: log[_MEMBERS]} if log.get(_MEMBERS) else {},
                replace(
                    target,
                    ids={
                        **target.ids,
                        "service": str(config.get("service")),
                        "log_type": str(log.get("logType")),
                    },
                ).path,
            )
            for config in _configs(policy)
            for log in config.get("auditLogConfigs") or ()
        ]

    def create(self, target: Target, body: Body, request_id: str) -> Operation:
        """Have the log written; done already where it is."""
        return self._change(target, lambda policy: _put(policy, target.ids, body))

    def update(self, edit: Edit) -> Sequence[Step]:
        """List the one call."""
        if not edit.changed:
            return []
        return [Step("update", lambda: self.create(edit.target, edit.merged, ""))]

    def delete(self, target: Target, live: Body, request_id: str) -> Operation:
        """Have the log written no more; done already where it isn't, or the project is gone."""
        try:
            return self._change(target, lambda policy: _drop(policy, target.ids))
        except NotFound:
            return Finished()

    def resume(self, target: Target, name: str) -> Operation:
        """Say that nothing is under way: policies have no operations."""
        return Finished()

    def reveal(self, target: Target, path: Path) -> str | None:
        """Audit logs hold no write-only value."""
        return None

    def _change(self, target: Target, change: Callable[[Body], bool]) -> Operation:
        rewritten(
            lambda: self._policies.read(target.ids),
            change,
            lambda policy: self._policies.write(target.ids, policy, mask=_MASK),
        )
        return Finished()


def _configs(policy: Body) -> Iterator[dict[str, Any]]:
    found = policy.get("auditConfigs")
    yield from found if isinstance(found, list) else ()


def _drop(policy: Body, ids: Mapping[str, str]) -> bool:
    """Take a type of log out, and the service with it if it was the last."""
    found = False
    for config in _configs(policy):
        if config.get("service") == ids["service"]:
            logs = config.get("auditLogConfigs") or ()
            left = [log for log in logs if log.get("logType") != ids["log_type"]]
            found = found or len(left) != len(logs)
            config["auditLogConfigs"] = left
    policy["auditConfigs"] = [one for one in _configs(policy) if one["auditLogConfigs"]]
    return found


def _put(policy: Body, ids: Mapping[str, str], body: Body) -> bool:
    """Put a type of log in, in place of the one that is there."""
    log: Body = {"logType": ids["log_type"]}
    if body.get(_MEMBERS):
        log[_MEMBERS] = body[_MEMBERS]
    for config in _configs(policy):
        if config.get("service") == ids["service"]:
            logs = config.get("auditLogConfigs") or []
            if log in logs:
                return False
            config["auditLogConfigs"] = [
                *(one for one in logs if one.get("logType") != ids["log_type"]),
                log,
            ]
            return True
    policy["auditConfigs"] = [
        *_configs(policy),
        {"service": ids["service"], "auditLogConfigs": [log]},
    ]
    return True


def adapter(clients: Clients, kind: str, stack: str) -> AuditLogs:  # noqa: ARG001 # one kind
    """Make the adapter."""
    return AuditLogs(clients)
