"""Private connections to Google's services: peerings without a name, found by their network.

https://cloud.google.com/service-infrastructure/docs/service-networking/reference/rest/v1/services.connections:
there is no method that reads one; a network is named by the number of its project.
"""

from collections.abc import Sequence

from gcpstack._adapters import operations
from gcpstack._adapters.clients import Clients
from gcpstack._adapters.rest import Collection
from gcpstack._core.json import Body, Path
from gcpstack._core.ports import Edit, Finished, Observed, Operation, Step, Target
from gcpstack.exceptions import AlreadyExists, NotFound

_PEERING = "servicenetworking-googleapis-com"


class Connections:
    """The adapter."""

    lists = False

    def __init__(self, clients: Clients) -> None:
        """Serve the kind.

        Args:
            clients: makes the clients.
        """
        self._clients = clients
        self._connections = Collection(clients, "servicenetworking", "v1", "services.connections")
        self._projects = Collection(clients, "cloudresourcemanager", "v3", "projects")
        self._numbers: dict[str, str] = {}

    def get(self, target: Target) -> Observed | None:
        """Read the connection; None where there is none, or not even the network."""
        params = {"parent": _parent(target), "network": self._network(target)}
        try:
            found = self._connections.call("list", params).get("connections")
        except NotFound:
            return None
        for body in found if isinstance(found, list) else ():
            if body.get("service") in (None, _parent(target)):
                return Observed(body, target.path)
        return None

    def list(self, target: Target) -> Sequence[Observed]:
        """Read the connections of the network: one at most."""
        found = self.get(target)
        return [found] if found else []

    def create(self, target: Target, body: Body, request_id: str) -> Operation:
        """Begin to make the connection.

        Raises:
            AlreadyExists: there is one; Google itself would take the call for a success.
        """
        if self.get(target) is not None:
            raise AlreadyExists(f"the network {target.ids['network']} has a connection")
        params: Body = {
            "parent": _parent(target),
            "body": {**body, "network": self._network(target)},
        }
        return self._operation(self._connections.call("create", params))

    def update(self, edit: Edit) -> Sequence[Step]:
        """List the one call: the ranges are all that can change."""
        return [Step("update", lambda: self._change(edit))] if edit.changed else []

    def delete(self, target: Target, live: Body, request_id: str) -> Operation:
        """Begin to delete the connection; done at once where it is gone already."""
        if self.get(target) is None:
            return Finished()
        params: Body = {
            "name": f"{_parent(target)}/connections/{live.get('peering') or _PEERING}",
            "body": {"consumerNetwork": self._network(target)},
        }
        try:
            return self._operation(self._connections.call("deleteConnection", params))
        except NotFound:
            return Finished()

    def resume(self, target: Target, name: str) -> Operation:
        """Take up an operation that another process began."""
        return operations.resume(self._clients, name)

    def reveal(self, target: Target, path: Path) -> str | None:
        """There is no write-only value."""
        return None

    def _change(self, edit: Edit) -> Operation:
        params: Body = {
            "name": f"{_parent(edit.target)}/connections/-",
            "updateMask": "reservedPeeringRanges",
            # Without it, Google refuses to take away a range in use even if others replace it.
            "force": True,
            "body": {
                "network": self._network(edit.target),
                "reservedPeeringRanges": edit.merged.get("reservedPeeringRanges", []),
            },
        }
        return self._operation(self._connections.call("patch", params))

    def _network(self, target: Target) -> str:
        project = target.ids["project"]
        if project not in self._numbers:
            found = self._projects.call("get", {"name": f"projects/{project}"})
            self._numbers[project] = str(found["name"])
        return f"{self._numbers[project]}/global/networks/{target.ids['network']}"

    def _operation(self, answer: Body) -> Operation:
        return operations.longrunning(self._clients, "servicenetworking", answer)


def _parent(target: Target) -> str:
    return f"services/{target.ids['service']}"


def adapter(clients: Clients, kind: str, stack: str) -> Connections:  # noqa: ARG001 # one kind
    """Make the adapter."""
    return Connections(clients)
