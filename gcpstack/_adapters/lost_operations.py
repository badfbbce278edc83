"""Operations that were begun and whose names nobody kept: found in the lists of their services.

https://cloud.google.com/sql/docs/postgres/admin-api/rest/v1/operations/list,
https://cloud.google.com/memorystore/docs/redis/reference/rest/v1/projects.locations.operations/list,
https://cloud.google.com/firestore/docs/reference/rest/v1/projects.databases.operations/list
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from gcpstack._adapters.backups import moment
from gcpstack._adapters.clients import Clients
from gcpstack._adapters.rest import Collection
from gcpstack._core.json import Body
from gcpstack.exceptions import NotFound

_NEVER = datetime.fromtimestamp(0, UTC)


@dataclass(frozen=True, slots=True)
class _Row:
    """What a service tells of one operation.

    Attributes:
        kind: what it does, in the service's word.
        on: what it is on.
        began: when, as the service writes it.
        body: all of it.
    """

    kind: str
    on: str
    began: str
    body: Body


def newest(
    clients: Clients, service: str, kinds: Sequence[str], targets: Sequence[str]
) -> tuple[str, Body] | None:
    """Find the operation of some kinds on some targets that began last, and when it did.

    Args:
        clients: makes the clients.
        service: ``sqladmin``, ``redis`` or ``firestore``.
        kinds: the types of Cloud SQL, verbs of Redis, types of Firestore's metadata without package.
        targets: paths of what they are on.
    """
    list_on = _LISTS[service]
    rows = [row for target in targets for row in _there(clients, list_on, target)]
    found = [row for row in rows if row.kind in kinds and _local(row.on) in map(_local, targets)]
    last = max(found, key=lambda row: _moment(row.began), default=None)
    return (last.began, last.body) if last else None


def later(began: str, after: str) -> bool:
    """Return whether one moment of Google's is later than another.

    Every one is later than none, also one that Google does not tell.
    """
    return not after or _moment(began) > _moment(after)


def _moment(text: str) -> datetime:
    return moment(text) or _NEVER


def _local(path: str) -> str:
    """Drop the project, which may be told by its number."""
    return path.split("/", 2)[-1]


def _there(
    clients: Clients, list_on: Callable[[Clients, str], Iterable[_Row]], target: str
) -> list[_Row]:
    """List the operations on a target; none where it does not exist."""
    try:
        return list(list_on(clients, target))
    except NotFound:
        return []


def _sql(clients: Clients, target: str) -> Iterable[_Row]:
    _, project, _, instance = target.split("/")
    params = {"project": project, "instance": instance}
    for body in Collection(clients, "sqladmin", "v1", "operations").pages(params, "items"):
        on = f"projects/{body.get('targetProject')}/instances/{body.get('targetId')}"
        yield _Row(str(body.get("operationType")), on, str(body.get("insertTime")), body)


def _redis(clients: Clients, target: str) -> Iterable[_Row]:
    operations = Collection(clients, "redis", "v1", "projects.locations.operations")
    params = {"name": target.rsplit("/", 2)[0]}
    for body in operations.pages(params, "operations"):
        told = _metadata(body)
        yield _Row(
            str(told.get("verb")), str(told.get("target")), str(told.get("createTime")), body
        )


def _firestore(clients: Clients, target: str) -> Iterable[_Row]:
    operations = Collection(clients, "firestore", "v1", "projects.databases.operations")
    for body in operations.pages({"name": target}, "operations"):
        told = _metadata(body)
        kind = str(told.get("@type")).rsplit(".", 1)[-1]
        yield _Row(kind, target, str(told.get("startTime")), body)


def _metadata(body: Body) -> Mapping[str, object]:
    found = body.get("metadata")
    return found if isinstance(found, dict) else {}


_LISTS: Mapping[str, Callable[[Clients, str], Iterable[_Row]]] = {
    "firestore": _firestore,
    "redis": _redis,
    "sqladmin": _sql,
}
