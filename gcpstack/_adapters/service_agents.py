"""Service agents: the accounts that Google's services act as in a project.

https://cloud.google.com/iam/docs/create-service-agents. Google makes many of them by itself and
reads none back: what is told of one follows from the project's number, and making it again changes
nothing.
"""

from collections.abc import Mapping, Sequence

from gcpstack._adapters import operations
from gcpstack._adapters.clients import Clients
from gcpstack._adapters.rest import Collection
from gcpstack._core.json import Body, Path
from gcpstack._core.ports import Edit, Finished, Observed, Operation, Step, Target
from gcpstack.exceptions import InvalidRequest
from gcpstack.resources._agents import address

#: Where the APIs that make their agents by themselves tell them: version, collection and method.
_OWN: Mapping[str, tuple[str, str, str]] = {
    # https://cloud.google.com/bigquery/docs/reference/rest/v2/projects/getServiceAccount
    "bigquery": ("v2", "projects", "getServiceAccount"),
    # https://cloud.google.com/storage/docs/json_api/v1/projects/serviceAccount/get
    "storage": ("v1", "projects.serviceAccount", "get"),
}


class ServiceAgents:
    """The adapter of ``serviceusage.ServiceAgent``."""

    lists = False

    def __init__(self, clients: Clients) -> None:
        """Serve the kind.

        Args:
            clients: makes the clients.
        """
        self._clients = clients
        self._services = Collection(clients, "serviceusage", "v1", "services")
        self._identities = Collection(clients, "serviceusage", "v1beta1", "services")

    def get(self, target: Target) -> Observed | None:
        """Return the agent's address, by the number of the project."""
        name = target.ids["name"]
        told = self._services.call("get", {"name": _service(target)})
        number = str(told.get("name", "")).split("/")[1:2]
        email = address(_short(target), *number) if number else ""
        if not email:
            raise InvalidRequest(f"nothing is known of the agent of {name}")
        return Observed({"email": email, "member": f"serviceAccount:{email}"}, target.path)

    def list(self, target: Target) -> Sequence[Observed]:
        """Read the one that *target* stands for."""
        found = self.get(target)
        return [found] if found else []

    def create(self, target: Target, body: Body, request_id: str) -> Operation:
        """Have the agent made; nothing changes where it is there."""
        own = _OWN.get(_short(target))
        if own is not None:
            version, collection, method = own
            agents = Collection(self._clients, _short(target), version, collection)
            agents.call(method, {"projectId": target.ids["project"]})
            return Finished()
        answer = self._identities.call("generateServiceIdentity", {"parent": _service(target)})
        return operations.longrunning(self._clients, "serviceusage", answer)

    def update(self, edit: Edit) -> Sequence[Step]:
        """List the one call: it has never been asked for."""
        if not edit.changed:
            return []
        return [Step("make sure of it", lambda: self.create(edit.target, edit.merged, ""))]

    def delete(self, target: Target, live: Body, request_id: str) -> Operation:
        """Do nothing: an agent goes with its project."""
        return Finished()

    def resume(self, target: Target, name: str) -> Operation:
        """Take up an operation that another process began."""
        return operations.resume(self._clients, name)

    def reveal(self, target: Target, path: Path) -> str | None:
        """Nobody tells whether an agent was made."""
        return None


def _short(target: Target) -> str:
    return target.ids["name"].removesuffix(".googleapis.com")


def _service(target: Target) -> str:
    return f"projects/{target.ids['project']}/services/{target.ids['name']}"


def adapter(clients: Clients, kind: str, stack: str) -> ServiceAgents:  # noqa: ARG001 # one kind
    """Make the adapter."""
    return ServiceAgents(clients)
