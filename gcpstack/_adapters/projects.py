"""Projects that are there: read for what is told of them, never made, changed or deleted.

https://cloud.google.com/resource-manager/reference/rest/v3/projects
"""

from collections.abc import Sequence

from gcpstack._adapters.clients import Clients
from gcpstack._adapters.rest import Collection
from gcpstack._core.json import Body, Path
from gcpstack._core.ports import Edit, Finished, Observed, Operation, Step, Target
from gcpstack.exceptions import NotFound


class Projects:
    """The adapter of ``resourcemanager.Project``."""

    lists = False

    def __init__(self, clients: Clients) -> None:
        """Serve the kind.

        Args:
            clients: makes the clients.
        """
        self._projects = Collection(clients, "cloudresourcemanager", "v3", "projects")

    def get(self, target: Target) -> Observed | None:
        """Read one; None where there is none."""
        try:
            body = self._projects.call("get", {"name": f"projects/{target.ids['name']}"})
        except NotFound:
            return None
        number = str(body.get("name", "")).rsplit("/", 1)[-1]
        return Observed({**body, "number": number}, target.path)

    def list(self, target: Target) -> Sequence[Observed]:
        """List the one that is meant."""
        found = self.get(target)
        return [found] if found else []

    def create(self, target: Target, body: Body, request_id: str) -> Operation:
        """Refuse: projects are made elsewhere.

        Raises:
            NotFound: always.
        """
        raise NotFound(
            f"There is no project {target.ids['name']}.",
            remedy="Create it, or correct its id; gcpstack makes no projects.",
        )

    def update(self, edit: Edit) -> Sequence[Step]:
        """List nothing: nothing of it is declared."""
        return []

    def delete(self, target: Target, live: Body, request_id: str) -> Operation:
        """Leave it alone."""
        return Finished()

    def resume(self, target: Target, name: str) -> Operation:
        """Say that nothing is under way."""
        return Finished()

    def reveal(self, target: Target, path: Path) -> str | None:
        """It holds no write-only value."""
        return None


def adapter(clients: Clients, kind: str, stack: str) -> Projects:  # noqa: ARG001 # no marks here
    """Make the adapter."""
    return Projects(clients)
