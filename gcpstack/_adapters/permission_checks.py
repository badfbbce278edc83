"""What the caller may do, as Google's testIamPermissions tell it.

https://cloud.google.com/resource-manager/reference/rest/v3/projects/testIamPermissions
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from gcpstack._adapters.clients import Clients
from gcpstack._adapters.errors import translated
from gcpstack._core.ports import Target
from gcpstack.exceptions import InvalidRequest

#: As many permissions as one call takes.
_MOST = 100

Ask = Callable[[list[str]], Any]

#: The collections whose objects tell for themselves, by kind: API, version, path.
_OWN: Mapping[str, tuple[str, str, str]] = {
    "artifactregistry.Repository": ("artifactregistry", "v1", "projects.locations.repositories"),
    "iam.ServiceAccount": ("iam", "v1", "projects.serviceAccounts"),
    "pubsub.Subscription": ("pubsub", "v1", "projects.subscriptions"),
    "pubsub.Topic": ("pubsub", "v1", "projects.topics"),
    "run.Job": ("run", "v2", "projects.locations.jobs"),
    "run.Service": ("run", "v2", "projects.locations.services"),
    "secretmanager.Secret": ("secretmanager", "v1", "projects.secrets"),
}


def in_project(clients: Clients, project: str, names: Iterable[str]) -> set[str]:
    """Return which permissions the caller has in a project; those that can't be tested there count.

    Raises:
        CloudError: Google does not say.
    """
    projects = clients.collection("cloudresourcemanager", "v3", "projects")
    return _tested(
        lambda asked: projects.testIamPermissions(
            resource=f"projects/{project}", body={"permissions": asked}
        ),
        names,
    )


def on_object(clients: Clients, target: Target, names: Iterable[str]) -> set[str]:
    """Tell which permissions the caller has on an object that exists; none where its API can't say.

    Raises:
        CloudError: Google does not say.
    """
    if target.kind.name == "storage.Bucket":
        buckets = clients.collection("storage", "v1", "buckets")
        bucket = target.path.rsplit("/", 1)[-1]
        return _tested(
            lambda asked: buckets.testIamPermissions(bucket=bucket, permissions=asked), names
        )
    own = _OWN.get(target.kind.name)
    if own is None:
        return set()
    collection = clients.collection(*own)
    return _tested(
        lambda asked: collection.testIamPermissions(
            resource=target.path, body={"permissions": asked}
        ),
        names,
    )


def _tested(ask: Ask, names: Iterable[str]) -> set[str]:
    """Ask in calls that are small enough; what the resource knows nothing of counts as held."""
    left, out = sorted(names), set[str]()
    while left:
        asked, left = left[:_MOST], left[_MOST:]
        try:
            with translated():
                out |= set(ask(asked).execute().get("permissions", ()))
        except InvalidRequest as error:
            strange = [name for name in asked if name in error.message] or asked
            out |= set(strange)
            left = [name for name in asked if name not in strange] + left
    return out
