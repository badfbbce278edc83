"""Google's operations: one class that asks, one judge for each of their forms.

The name of an operation is ``SERVICE:PATH``; with it another process goes on waiting:
``compute:projects/p/regions/r/operations/o``, ``run:projects/p/locations/l/operations/o``,
``sqladmin:projects/p/operations/o``, ``dns:projects/p/managedZones/z/changes/17``.

The forms: https://cloud.google.com/compute/docs/reference/rest/v1/globalOperations,
https://google.aip.dev/151, https://cloud.google.com/sql/docs/mysql/admin-api/rest/v1/operations,
https://cloud.google.com/dns/docs/reference/rest/v1/changes.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from gcpstack._adapters import gapic, rest
from gcpstack._adapters.clients import Clients
from gcpstack._adapters.error_facts import from_compute_operation, from_payload
from gcpstack._adapters.errors import operation_error, unreadable
from gcpstack._adapters.transport import READ, load
from gcpstack._core.json import Body
from gcpstack._core.ports import Done, Failed, Finished, Operation, Pending
from gcpstack.exceptions import AdapterBug, NotFound, Unreadable

State = Pending | Done | Failed
Read = Callable[[bool], Body]
Judge = Callable[[Mapping[str, Any]], State]

#: Compute holds a ``wait`` for two minutes at most, Cloud Run as long as it is asked to.
_HELD = 120.0


def judge_compute(body: Mapping[str, Any]) -> State:
    """Judge an operation of Compute or Cloud SQL."""
    if body.get("status") != "DONE":
        percent = body.get("progress")
        return Pending(
            detail=str(body.get("statusMessage") or body.get("status") or ""),
            percent=percent if isinstance(percent, int) else None,
        )
    if body.get("error") or int(body.get("httpErrorStatusCode") or 0) >= 400:  # noqa: PLR2004 # HTTP
        return Failed(operation_error(from_compute_operation(body)))
    return Done()


def judge_longrunning(body: Mapping[str, Any]) -> State:
    """Judge a ``google.longrunning.Operation``."""
    if not body.get("done"):
        return Pending()
    error = body.get("error")
    if error:
        return Failed(operation_error(from_payload(error)))
    response = body.get("response")
    if not isinstance(response, Mapping):
        return Done()
    found = {key: value for key, value in response.items() if key != "@type"}
    return Done(found or None)


def judge_dns(body: Mapping[str, Any]) -> State:
    """Judge a change of a managed zone."""
    return Done() if body.get("status") == "done" else Pending(detail=str(body.get("status", "")))


class PolledOperation:
    """An operation that is asked how it stands."""

    def __init__(
        self, name: str, read: Read, judge: Judge, *, blocks: bool, first: Body | None = None
    ) -> None:
        """Begin to follow an operation.

        Args:
            name: what `resume` takes.
            read: reads it; told whether to wait for its end.
            judge: tells how it stands.
            blocks: whether reading can wait.
            first: what the call that began it answered; it may be done already.
        """
        self._name = name
        self._read = read
        self._judge = judge
        self._blocks = blocks
        self._first = first

    @property
    def name(self) -> str:
        """What a later process needs to go on waiting."""
        return self._name

    @property
    def blocks(self) -> bool:
        """Whether `poll` with a wait returns when the operation ends."""
        return self._blocks

    def poll(self, *, wait: bool = False) -> State:
        """Ask how it stands.

        An operation that Google has forgotten is over: its outcome shows in the object.
        """
        first, self._first = self._first, None
        if first is not None:
            state = self._judge(first)
            if not isinstance(state, Pending):
                return state
        try:
            return self._judge(self._read(wait and self._blocks))
        except NotFound:
            return Done(forgotten=True)


class ChainedOperation:
    """An operation that is over only when something else was done after it."""

    def __init__(self, inner: Operation, then: Callable[[Done], Done]) -> None:
        """Follow an operation.

        Args:
            inner: the operation.
            then: what is done once it has ended well; tells what came of it all.
        """
        self._inner = inner
        self._then = then

    @property
    def name(self) -> str:
        """What a later process needs to go on waiting."""
        return self._inner.name

    @property
    def blocks(self) -> bool:
        """Whether `poll` with a wait returns when the operation ends."""
        return self._inner.blocks

    def poll(self, *, wait: bool = False) -> State:
        """Ask how it stands; go on where it has ended well."""
        state = self._inner.poll(wait=wait)
        return self._then(state) if isinstance(state, Done) else state


def _told(answer: Body, field: str = "name") -> str:
    """Return the name of the operation that a call answered with.

    Raises:
        Unreadable: it has none: what came back is not an operation.
    """
    name = answer.get(field)
    if not isinstance(name, str) or not name:
        raise unreadable("it is not an operation")
    return name


# --- Compute -------------------------------------------------------------------------------------

_COMPUTE = re.compile(
    r"projects/(?P<project>[^/]+)/(?:global|(?P<scope>regions|zones)/(?P<place>[^/]+))"
    r"/operations/(?P<operation>[^/]+)"
)
_SCOPES = {None: "Global", "regions": "Region", "zones": "Zone"}


def compute(clients: Clients, project: str, answer: Body) -> Operation:
    """Follow the operation that a Compute call answered with."""
    place = ""
    for scope in ("region", "zone"):
        if answer.get(scope):
            place = f"{scope}s/{str(answer[scope]).rsplit('/', 1)[-1]}"
    path = f"projects/{project}/{place or 'global'}/operations/{_told(answer)}"
    return _compute(clients, path, answer)


def _compute(clients: Clients, path: str, first: Body | None = None) -> Operation:
    match = _COMPUTE.fullmatch(path)
    if match is None:
        raise AdapterBug(f"not an operation of Compute: {path!r}")
    noun = f"{_SCOPES[match['scope']]}Operation"
    api = gapic.Api(clients, "google.cloud.compute_v1", f"{noun}sClient")
    request = {"project": match["project"], "operation": match["operation"]}
    if match["scope"]:
        request[match["scope"][:-1]] = match["place"]

    def read(wait: bool) -> Body:
        method = "wait" if wait else "get"
        timeout = _HELD + gapic.TIMEOUT if wait else gapic.TIMEOUT
        return api.json(method, f"{method.title()}{noun}Request", request, timeout=timeout)

    return PolledOperation(f"compute:{path}", read, judge_compute, blocks=True, first=first)


# --- google.longrunning --------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Typed:
    """Where a google-cloud-* library reads operations.

    Attributes:
        module: the library.
        client: one of its clients.
        waits: whether the API has ``operations.wait``.
    """

    module: str
    client: str
    waits: bool = False


_TYPED: Mapping[str, Typed] = {
    "redis": Typed("google.cloud.redis_v1", "CloudRedisClient"),
    "run": Typed("google.cloud.run_v2", "ServicesClient", waits=True),
}

#: Service -> version and collection of its operations in google-api-python-client.
_LISTED: Mapping[str, tuple[str, str]] = {
    "accesscontextmanager": ("v1", "operations"),
    "artifactregistry": ("v1", "projects.locations.operations"),
    "cloudbuild": ("v1", "operations"),
    "certificatemanager": ("v1", "projects.locations.operations"),
    "cloudfunctions": ("v2", "projects.locations.operations"),
    "cloudresourcemanager": ("v3", "operations"),
    "eventarc": ("v1", "projects.locations.operations"),
    "firestore": ("v1", "projects.databases.operations"),
    # Those of pools and of what is in them, each in a collection of its own: the name tells.
    "iam": ("v1", ""),
    "ids": ("v1", "projects.locations.operations"),
    "logging": ("v2", "projects.locations.operations"),
    "redis": ("v1", "projects.locations.operations"),
    "run": ("v2", "projects.locations.operations"),
    "servicenetworking": ("v1", "operations"),
    "serviceusage": ("v1", "operations"),
    "vpcaccess": ("v1", "projects.locations.operations"),
}


def longrunning(clients: Clients, service: str, answer: Body) -> Operation:
    """Follow the operation that a call answered with."""
    return _longrunning(clients, service, _told(answer), answer)


def _longrunning(clients: Clients, service: str, path: str, first: Body | None = None) -> Operation:
    typed = _TYPED.get(service)
    name = f"{service}:{path}"
    if typed is not None:
        return PolledOperation(
            name, _typed_reader(clients, typed, service, path), judge_longrunning,
            blocks=typed.waits, first=first,
        )  # fmt: skip
    if service not in _LISTED:
        raise AdapterBug(f"nothing is known of the operations of {service}")
    listed = _listed(clients, service, path)
    return PolledOperation(
        name,
        lambda _: listed.call("get", {"name": path}),
        judge_longrunning,
        blocks=False,
        first=first,
    )


def _listed(clients: Clients, service: str, path: str) -> rest.Collection:
    version, collection = _LISTED[service]
    named = ".".join(path.split("/")[::2])
    return rest.Collection(clients, service, version, collection or named)


def _typed_reader(clients: Clients, typed: Typed, service: str, path: str) -> Read:
    api = gapic.Api(clients, typed.module, typed.client)

    newer = False

    def read(wait: bool) -> Body:
        nonlocal newer
        try:
            if not newer:
                return typed_read(wait)
        except Unreadable as error:
            # Over REST, the libraries read operations strictly: one whose object has a field that is
            # newer than the library can't be read so, however often it is asked for.
            if not isinstance(error.__cause__, load("google.protobuf.json_format").ParseError):
                raise
            newer = True
        listed = _listed(clients, service, path)
        if wait:
            held = int(READ) - 10  # over before the connection is given up
            return listed.call("wait", {"name": path, "body": {"timeout": f"{held}s"}})
        return listed.call("get", {"name": path})

    def typed_read(wait: bool) -> Body:
        if not wait:
            return gapic.operation_json(api.mixin("get_operation", {"name": path}))
        request = {"name": path, "timeout": {"seconds": int(_HELD)}}
        return gapic.operation_json(
            api.mixin("wait_operation", request, timeout=_HELD + gapic.TIMEOUT)
        )

    return read


# --- Cloud SQL and Cloud DNS ---------------------------------------------------------------------

_SQL = re.compile(r"projects/(?P<project>[^/]+)/operations/(?P<operation>[^/]+)")
_DNS = re.compile(
    r"projects/(?P<project>[^/]+)/managedZones/(?P<managedZone>[^/]+)/changes/(?P<changeId>[^/]+)"
)


def sql(clients: Clients, project: str, answer: Body) -> Operation:
    """Follow the operation that a Cloud SQL call answered with."""
    return _by_ids(clients, "sqladmin", f"projects/{project}/operations/{_told(answer)}", answer)


def dns(clients: Clients, zone: str, answer: Body) -> Operation:
    """Follow a change of a managed zone, given by its path."""
    return _by_ids(clients, "dns", f"{zone}/changes/{_told(answer, 'id')}", answer)


_BY_IDS: Mapping[str, tuple[re.Pattern[str], str, str, Judge]] = {
    "dns": (_DNS, "v1", "changes", judge_dns),
    "sqladmin": (_SQL, "v1", "operations", judge_compute),
}


def _by_ids(clients: Clients, service: str, path: str, first: Body | None = None) -> Operation:
    pattern, version, collection, judge = _BY_IDS[service]
    match = pattern.fullmatch(path)
    if match is None:
        raise AdapterBug(f"not an operation of {service}: {path!r}")
    listed = rest.Collection(clients, service, version, collection)
    ids = match.groupdict()
    return PolledOperation(
        f"{service}:{path}",
        lambda _: listed.call("get", ids),
        judge,
        blocks=False,
        first=first,
    )


def followed(clients: Clients, service: str, project: str, answer: Body) -> Operation:
    """Follow the operation that a call of Cloud SQL or of an API of AIP-151 answered with."""
    if service == "sqladmin":
        return sql(clients, project, answer)
    return longrunning(clients, service, answer)


def resume(clients: Clients, name: str) -> Operation:
    """Take up an operation by the name that another process stored.

    Raises:
        AdapterBug: the name is of no operation.
    """
    service, colon, path = name.partition(":")
    if not name:
        return Finished()
    if not colon or not path:
        raise AdapterBug(f"not the name of an operation: {name!r}")
    if service == "compute":
        return _compute(clients, path)
    if service in _BY_IDS:
        return _by_ids(clients, service, path)
    return _longrunning(clients, service, path)
