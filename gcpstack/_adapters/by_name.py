"""Objects whose id Google chooses and which carry no labels: found by a name that they show."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from gcpstack._adapters.clients import Clients
from gcpstack._adapters.discovery import Discovery, Row
from gcpstack._adapters.rest import Collection
from gcpstack._core.json import Body, Path, clone_body, get, put
from gcpstack._core.ports import Edit, Finished, Observed, Operation, Step, Target
from gcpstack.exceptions import AlreadyExists, CloudError


@dataclass(frozen=True, kw_only=True)
class Named:
    """One kind.

    Attributes:
        row: how it is called.
        shown: the field that holds the name which the declaration gives, or what makes it of a body.
        view: what is made of a live object's body, given a lookup of project ids by number.
    """

    row: Row
    shown: str | Callable[[Body], str]
    view: Callable[[Body, Callable[[str], str]], Body] = lambda body, _: body


_BUDGET_PROJECTS: Path = ("budgetFilter", "projects")


def _budget(body: Body, project: Callable[[str], str]) -> Body:
    """Return projects by their ids: Google answers with their numbers."""
    listed = get(body, _BUDGET_PROJECTS)
    if not isinstance(listed, list):
        return body
    told = clone_body(body)
    put(told, _BUDGET_PROJECTS, [project(str(item)) for item in listed])
    return told


KINDS: Mapping[str, Named] = {
    # https://cloud.google.com/billing/docs/reference/budget/rest/v1/billingAccounts.budgets
    "billingbudgets.Budget": Named(
        row=Row(
            api="billingbudgets",
            version="v1",
            collection="billingAccounts.budgets",
            one={"name": "{path}"},
            parent={"parent": "billingAccounts/{billing_account}"},
            body=lambda _, body: body,
            one_of=(
                frozenset({"calendarPeriod", "customPeriod"}),
                frozenset({"specifiedAmount", "lastPeriodAmount"}),
            ),
            style="mask",
            items="budgets",
            list_params={"pageSize": 100},
        ),
        shown="displayName",
        view=_budget,
    ),
    # https://cloud.google.com/build/docs/api/reference/rest/v1/projects.locations.triggers: a change
    # without a mask is a change of everything.
    "cloudbuild.BuildTrigger": Named(
        row=Row(
            api="cloudbuild",
            version="v1",
            collection="projects.locations.triggers",
            one={"name": "{path}"},
            writes={"resourceName": "{path}"},
            parent={"parent": "projects/{project}/locations/{location}"},
            body=lambda _, body: body,
            style="mask",
            items="triggers",
            list_params={"pageSize": 100},
            key=lambda body: str(body.get("id", "")),
        ),
        shown="name",
    ),
}


class ByName:
    """The adapter of one kind."""

    lists = True

    def __init__(self, clients: Clients, named: Named) -> None:
        """Serve a kind.

        Args:
            clients: makes the clients.
            named: what is peculiar to the kind.
        """
        self._inner = Discovery(clients, named.row)
        self._named = named
        self._projects = Collection(clients, "cloudresourcemanager", "v3", "projects")
        self._ids: dict[str, str] = {}

    def get(self, target: Target) -> Observed | None:
        """Read one object; None where it does not exist."""
        if not target.assigned:
            return self._search(target)
        found = self._inner.get(target)
        return self._told(target, found) if found else None

    def list(self, target: Target) -> Sequence[Observed]:
        """Read every object of the collection that *target* stands in."""
        found = self._inner.list(replace(target, assigned=""))
        return [self._told(target, one) for one in found]

    def create(self, target: Target, body: Body, request_id: str) -> Operation:
        """Begin to make the object.

        Raises:
            AlreadyExists: an object of this name exists.
        """
        if self._search(target) is not None:
            raise AlreadyExists(f"{target.kind.title} {target.ids['name']} exists")
        return self._inner.create(target, body, request_id)

    def update(self, edit: Edit) -> Sequence[Step]:
        """List the calls."""
        return self._inner.update(edit)

    def delete(self, target: Target, live: Body, request_id: str) -> Operation:
        """Begin to delete the object; done at once where it is gone already."""
        if not target.assigned:
            found = self._search(target)
            if found is None:
                return Finished()
            target = replace(target, assigned=found.path)
        return self._inner.delete(target, live, request_id)

    def resume(self, target: Target, name: str) -> Operation:
        """Take up an operation that another process began."""
        return self._inner.resume(target, name)

    def reveal(self, target: Target, path: Path) -> str | None:
        """These kinds give no write-only value back."""
        return None

    def _search(self, target: Target) -> Observed | None:
        path = replace(target, assigned="").path
        return next((one for one in self.list(target) if one.alias == path), None)

    def _told(self, target: Target, found: Observed) -> Observed:
        shown = self._named.shown
        name = str(found.body.get(shown, "")) if isinstance(shown, str) else shown(found.body)
        alias = replace(target, ids={**target.ids, "name": name}, assigned="").path
        return replace(found, body=self._named.view(found.body, self._project), alias=alias)

    def _project(self, name: str) -> str:
        """Return the id of a project that is named by its number, if we may see it."""
        if name not in self._ids:
            try:
                found = self._projects.call("get", {"name": name})
            except CloudError:
                found = {}
            self._ids[name] = f"projects/{found['projectId']}" if found.get("projectId") else name
        return self._ids[name]


def adapter(clients: Clients, kind: str, stack: str) -> ByName:  # noqa: ARG001 # no marks here
    """Make the adapter of a kind."""
    return ByName(clients, KINDS[kind])
