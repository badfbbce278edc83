"""The vocabulary in which a service is declared: services, kinds, references, dialects."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from gcpstack.emulator.core.errors import Style

Body = dict[str, Any]
Handler = Callable[[Any], Any]
"""Answers one method: a JSON body, a ``Response``, or a ``Hold``. Problems are raised as ``ApiError``."""


@dataclass(frozen=True, kw_only=True)
class Reference:
    """A field that names other resources.

    Attributes:
        path: the field, ``backends[].group``.
        to: the kinds it may name: ``networks``, or ``compute.networks`` from another service.
        must_exist: refuse a name that does not exist.
        in_use: the target can't be deleted while it is named here.
        as_sent: keep the client's spelling instead of the full link.
        literals: values that name no resource and are left alone.
    """

    path: str
    to: tuple[str, ...] = ()
    must_exist: bool = True
    in_use: bool = True
    as_sent: bool = False
    literals: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class States:
    """A field that tells how far a resource is, by what is being done to it."""

    field: str = "state"
    create: str = "CREATING"
    update: str = "UPDATING"
    delete: str = "DELETING"
    ready: str = "READY"


@dataclass(frozen=True, kw_only=True)
class Kind:
    """One kind of resource.

    Attributes:
        name: the collection id, unique in the service: ``addresses``.
        resources: the discovery resources whose methods it answers, ``("addresses", "globalAddresses")``.
        schema: the discovery schema of the resource.
        dialect: the family whose standard methods it follows.
        versions: the API versions it answers in; all of the service's by default.
        methods: handlers by method name, beside or instead of the dialect's.

        id_pattern: the name rule, a regular expression.
        id_param: the query parameter that carries the id on create.
        id_server: makes the id when Google assigns it.
        number: names are told with the project's number instead of its id.

        required: fields that create demands.
        immutable: fields that no update may change.
        output_only: fields ignored on input beyond those that the schema marks.
        defaults: values by path for what create leaves out, in order; a callable gets the call and the
            body. A nested default applies where its parent exists: give the parent ``{}`` first to make it.
        refs: fields that name other resources.
        uses: what a body uses without naming it, ``(call, body)`` -> references as the store keeps them.
        masks: the paths an update mask may hold; any field by default.

        etag: the field of the etag, or ``""``.
        stale: the status that refuses an etag of another version.
        fingerprint: the field of the fingerprint, or ``""``.
        check_fingerprint: update and patch demand the current fingerprint.

        protection: a boolean field that forbids deletion.
        non_empty: children forbid deletion (otherwise they go with the resource).
        tombstone: seconds for which a deleted name can't be used again.
        soft_delete: seconds for which a deleted resource can be brought back.

        latency: the key of ``latencies.json``; ``SERVICE.Schema`` by default.
        states: the field that tells progress.
        lro: create, update and delete answer a long-running operation; or the verbs that do.
        lro_omits: fields that a read tells but an operation's response does not.
        types: the prefix of its message types in operations, where it isn't the service's.

        key: the path of the key of Cloud KMS that the service's agent encrypts with; where it may not,
            the creation's operation fails.
        key_refused: in these words; as Cloud KMS says it by default.

        validate: refuses a body: ``(call, new, old or None)``.
        on_create: completes a new body: ``(call, body)``.
        on_update: completes a changed body: ``(call, body, old)``.
        on_delete: runs before a resource goes: ``(call, obj)``.
        on_ready: completes a body when its create or update has finished: ``(world, obj, body)``.
        view: makes what a read tells from what is stored: ``(world, obj, body) -> body``.
        secret: fields that ``/_emulator/resources`` hides.

        label: how in-use messages call it.
        not_found: the 404's words, with ``{name}`` and ``{id}``.
        already_exists: the 409's words, with ``{name}`` and ``{id}``.
        list_key: the field of the list answer; the first repeated field of the schema by default.
        list_extra: adds to a list answer: ``(call, answer, count of all)``.
        operation_types: Compute's ``operationType`` by verb where it is not the verb; a callable gets the
            call and the resource.
    """

    name: str
    resources: tuple[str, ...]
    schema: str
    dialect: "Dialect"
    versions: tuple[str, ...] = ()
    methods: Mapping[str, Handler] = field(default_factory=dict)

    id_pattern: str = ""
    id_param: str = ""
    id_server: Callable[..., str] | None = None
    number: bool = False

    required: tuple[str, ...] = ()
    immutable: tuple[str, ...] = ()
    output_only: tuple[str, ...] = ()
    defaults: Mapping[str, Any] = field(default_factory=dict)
    refs: tuple[Reference, ...] = ()
    uses: Callable[..., tuple[tuple[str, str, str], ...]] | None = None
    masks: tuple[str, ...] = ()

    etag: str = ""
    stale: Literal["ABORTED", "FAILED_PRECONDITION"] = "ABORTED"
    fingerprint: str = ""
    check_fingerprint: bool = False

    protection: str = ""
    non_empty: bool = False
    tombstone: float = 0
    soft_delete: float = 0

    latency: str = ""
    states: States | None = None
    lro: bool | tuple[str, ...] = False
    lro_omits: tuple[str, ...] = ()
    types: str = ""

    key: str = ""
    key_refused: str = ""

    validate: Callable[..., None] | None = None
    on_create: Callable[..., None] | None = None
    on_update: Callable[..., None] | None = None
    on_delete: Callable[..., None] | None = None
    on_ready: Callable[..., None] | None = None
    view: Callable[..., Body] | None = None
    secret: tuple[str, ...] = ()

    label: str = ""
    not_found: str = ""
    already_exists: str = ""
    list_key: str = ""
    list_extra: Callable[..., None] | None = None
    operation_types: Mapping[str, str | Callable[..., str]] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Dialect:
    """A family of APIs: its standard methods by discovery name.

    Attributes:
        name: for messages.
        methods: handlers; each finds its kind in ``call.kind``.
        keep_nulls: methods whose bodies keep explicit nulls (merge patches).
        events: what the dialect lets happen later, as ``Service.events``.
    """

    name: str
    methods: Mapping[str, Handler]
    keep_nulls: tuple[str, ...] = ()
    events: Mapping[str, Callable[..., None]] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Lro:
    """How a service shows its long-running operations.

    Attributes:
        metadata: makes the metadata: ``(world, operation)`` with a ``core.lro.Running``.
        parent: of the operation's name; ``{location}`` is the resource's ``projects/P/locations/L``,
            ``{project}`` its ``projects/P``, ``""`` gives a bare ``operations/ID``; a callable makes all that
            stands before the id from the resource's name.
        number: operations are told with the project's number instead of its id.
        done_false: tell ``done: false`` while it runs; most APIs leave it out.
        types: the prefix of message types, ``google.cloud.redis.v1``.
        new_id: makes the operation's id.
        deleted: a deletion answers the resource as it was, not Empty.
    """

    metadata: Callable[..., Body | None]
    parent: str | Callable[[str], str] = "{location}"
    number: bool = False
    done_false: bool = False
    types: str = ""
    new_id: Callable[..., str] | None = None
    deleted: bool = False


@dataclass(frozen=True)
class Rpc:
    """One row of the gRPC table: an RPC and the discovery method that it is over HTTP.

    Attributes:
        service: ``google.monitoring.v3.AlertPolicyService``.
        rpc: ``CreateAlertPolicy``.
        method: the discovery method without the API's name, ``projects.alertPolicies.create``.
        body: the request field that is the HTTP body, ``*`` for the whole request, ``""`` for none.
        request: full name of the request message; ``<package>.<rpc>Request`` by default.
        response: full name of the answer's message; found from the discovery document by default.
        version: the API's version; the first of the service by default.
    """

    service: str
    rpc: str
    method: str
    body: str = ""
    request: str = ""
    response: str = ""
    version: str = ""


@dataclass(frozen=True, kw_only=True)
class Service:
    """One API of Google: what a module of ``gcpstack.emulator.services`` exports as ``SERVICE``.

    Attributes:
        name: the first label of the host, ``redis``.
        title: as the "API has not been used" message tells it.
        style: of error bodies.
        versions: those served, the usual first.
        kinds: its resources.
        methods: handlers by discovery method without the API's name (``projects.locations.list``),
            with the version before it where versions differ (``v3:projects.get``).
        events: what ``world.later(seconds, "NAME", payload)`` runs: ``(world, payload)``.
        react: does what follows by itself from a change, such as issuing a certificate once its name resolves:
            ``(world, changed)`` with the changed rows as (table, service or space, name), None the first time.
        lro: how its long-running operations look.
        locations: it answers ``projects.locations.list`` and ``get``.
        grpc: its RPCs.
        client: the installed client's module, ``google.cloud.redis_v1``.
        enum_numbers: enum numbers by ``Schema.field`` where no installed client tells them.
        not_found, already_exists: words for kinds that have none of their own.
        strict_query: unknown query parameters are refused.
        body_root: the name that errors give the body; by default the resource's proto field.
        provision: makes what every project has from the start, when a project is first seen: ``(world, project)``.
        controls: calls of the emulator's own, ``POST /_emulator/SERVICE/NAME``: ``(world, body) -> answer``.
    """

    name: str
    title: str = ""
    style: Style = "aip"
    versions: tuple[str, ...] = ("v1",)
    kinds: tuple[Kind, ...] = ()
    methods: Mapping[str, Handler] = field(default_factory=dict)
    events: Mapping[str, Callable[..., None]] = field(default_factory=dict)
    react: Callable[..., None] | None = None
    lro: Lro | None = None
    locations: bool = False
    grpc: tuple[Rpc, ...] = ()
    client: str = ""
    enum_numbers: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    not_found: str = "Requested entity was not found."
    already_exists: str = "Requested entity already exists"
    strict_query: bool = True
    body_root: str = ""
    provision: Callable[..., None] | None = None
    controls: Mapping[str, Callable[..., Any]] = field(default_factory=dict)
