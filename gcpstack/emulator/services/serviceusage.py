"""Service Usage: which APIs a project has enabled (https://cloud.google.com/service-usage/docs/reference/rest).

``enabled`` records, which ``strict_apis`` goes by, follow the state that the API tells after the time
that an enabled API takes until it answers.
"""

from typing import Any

from gcpstack.emulator.core import agents, lro
from gcpstack.emulator.core.call import Call
from gcpstack.emulator.core.errors import ApiError, error_info, failed_precondition, invalid
from gcpstack.emulator.core.lro import Running
from gcpstack.emulator.core.model import Body, Lro, Service
from gcpstack.emulator.core.paging import place, token
from gcpstack.emulator.core.world import World

HOST = ".googleapis.com"
MOST_ENABLED = 20
MOST_READ = 30
DEFAULT_PAGE, LARGEST_PAGE = 50, 200
TYPES = "type.googleapis.com/google.api.serviceusage"

# APIs that a new project has from the start
# (https://cloud.google.com/service-usage/docs/enabled-service#default).
FROM_START = (
    "analyticshub", "bigquery", "bigqueryconnection", "bigquerydatapolicy", "bigquerymigration",
    "bigqueryreservation", "bigquerystorage", "cloudapis", "cloudtrace", "dataform", "dataplex",
    "datastore", "logging", "monitoring", "servicemanagement", "serviceusage", "sql-component", "storage",
    "storage-api", "storage-component",
)  # fmt: skip

# Names of APIs without a discovery document of their own.
OTHERS = {
    "bigquerystorage": "BigQuery Storage API",
    "bigquerymigration": "BigQuery Migration API",
    "cloudaicompanion": "Gemini for Google Cloud API",
    "cloudapis": "Google Cloud APIs",
    "clouderrorreporting": "Error Reporting API",
    "containerregistry": "Container Registry API",
    "containerscanning": "Container Scanning API",
    "generativelanguage": "Generative Language API",
    "networktopology": "Network Topology API",
    "servicedirectory": "Service Directory API",
    "sql-component": "Cloud SQL",
    "storage-api": "Google Cloud Storage JSON API",
    "storage-component": "Cloud Storage",
}

# What enabling an API enables with it; the needed ones refuse to go alone.
NEEDS = {
    "compute": ("oslogin",),
    "container": ("compute",),
    "containerregistry": ("pubsub", "storage-api"),
    "run": ("artifactregistry",),
}


def _catalogue(world: World) -> dict[str, str]:
    """Every API that can be enabled, with its title."""
    return world.catalogue.titles() | OTHERS


def _key(project: str, api: str) -> str:
    return f"{project}/{api}"


def _enabled(world: World, project: str, api: str) -> bool:
    state: str = world.state.record("serviceusage", _key(project, api), "DISABLED")
    return state == "ENABLED"


def _short(world: World, text: str) -> str:
    """The API that a host name means; refuses one that Google doesn't have."""
    api = text.removesuffix(HOST)
    if not text.endswith(HOST) or api not in _catalogue(world):
        raise _unknown([text])
    return api


def _unknown(names: list[str]) -> ApiError:
    told = ", ".join(names)
    failure = {
        "@type": "type.googleapis.com/google.rpc.PreconditionFailure",
        "violations": [{"type": "googleapis.com", "subject": "110002"}],
    }
    info = error_info("SERVICE_CONFIG_NOT_FOUND_OR_PERMISSION_DENIED", services=told)
    info["domain"] = "serviceusage.googleapis.com"
    return ApiError(
        403, f"Not found or permission denied for service(s): {told}.", details=[failure, info]
    )


def _told(world: World, project: str, api: str, *, config: bool = True) -> Body:
    """A service of a project as it is told."""
    parent = f"projects/{world.number_of(project)}"
    body: Body = {
        "name": f"{parent}/services/{api}{HOST}",
        "parent": parent,
        "state": "ENABLED" if _enabled(world, project, api) else "DISABLED",
    }
    if config:
        title = _catalogue(world)[api] or f"{api} API"
        body["config"] = {
            "name": f"{api}{HOST}",
            "title": title,
            "documentation": {},
            "quota": {},
            "authentication": {},
            "usage": {"requirements": ["serviceusage.googleapis.com/tos/cloud"]},
            "monitoring": {},
        }
    return body


def _get(call: Call) -> Body:
    return _told(call.world, call.project, _short(call.world, call.name.rsplit("/", 1)[-1]))


def _batch_get(call: Call) -> Body:
    names = call.query.get("names") or []
    if len(names) > MOST_READ:
        raise invalid(f"A single request can get a maximum of {MOST_READ} services at a time.")
    apis = [_short(call.world, name.rsplit("/", 1)[-1]) for name in names]
    return {"services": [_told(call.world, call.project, api) for api in apis]}


def _list(call: Call) -> Body:
    world, project = call.world, call.project
    wanted = str(call.query.get("filter", "")).replace(" ", "")
    if wanted not in ("", "state:ENABLED", "state:DISABLED"):
        raise invalid(f"Invalid filter '{wanted}': use state:ENABLED or state:DISABLED.")
    size = min(int(call.query.get("pageSize") or DEFAULT_PAGE), LARGEST_PAGE)
    start = place(call.query, 0)
    names = [
        api
        for api in sorted(_catalogue(world))
        if not wanted or _enabled(world, project, api) == (wanted == "state:ENABLED")
    ]
    answer: Body = {}
    if names[start : start + size]:
        answer["services"] = [_told(world, project, api) for api in names[start : start + size]]
    if names[start + size :]:
        answer["nextPageToken"] = token(start + size)
    return answer


# -- changes


def _with_needs(apis: list[str]) -> list[str]:
    """The APIs and all that they need, each once."""
    found: dict[str, None] = {}
    todo = list(apis)
    while todo:
        api = todo.pop(0)
        if api not in found:
            found[api] = None
            todo += NEEDS.get(api, ())
    return list(found)


def _begin(call: Call, apis: list[str], state: str, verb: str) -> float:
    """Let the APIs take on a state when the operation ends; returns its seconds."""
    world, project = call.world, call.project
    for api in apis:
        busy = world.state.record("serviceusage.busy", _key(project, api), 0.0)
        if busy > world.now():
            raise failed_precondition("Another activation or deactivation is in progress.")
    seconds = world.latency.seconds("serviceusage.Service", verb)
    payload = {"project": project, "apis": apis, "state": state}
    if seconds <= 0:
        _set(world, payload)
        return 0.0
    for api in apis:
        world.state.set_record("serviceusage.busy", _key(project, api), world.now() + seconds)
    world.later(seconds, "serviceusage", "set", payload)
    return seconds


def _set(world: World, payload: Body) -> None:
    for api in payload["apis"]:
        told = payload["state"] if payload["state"] == "ENABLED" else None
        world.state.set_record("serviceusage", _key(payload["project"], api), told)
        world.state.set_record("serviceusage.busy", _key(payload["project"], api), None)
    seconds = world.latency.event("api_enabled_usable")
    if seconds > 0:
        world.later(seconds, "serviceusage", "usable", payload)
    else:
        _usable(world, payload)


def _usable(world: World, payload: Body) -> None:
    """What was told takes effect: the API answers, or refuses."""
    for api in payload["apis"]:
        on = _enabled(world, payload["project"], api)
        world.state.set_record("enabled", f"{payload['project']}/{api}{HOST}", on or None)


def _done(response: Body) -> Body:
    """The operation of a change that there was nothing to do for."""
    return {"name": "operations/noop.DONE_OPERATION", "done": True, "response": response}


def _answer(call: Call, kind: str, apis: list[str]) -> Body:
    """What an operation tells at its end: the services as they will be."""
    state = "DISABLED" if kind == "DisableService" else "ENABLED"
    services = [
        {**_told(call.world, call.project, api, config=False), "state": state} for api in apis
    ]
    many = kind.startswith("Batch")
    shown: Body = {"services": services} if many else {"service": services[0]}
    return {"@type": f"{TYPES}.v1.{kind}Response", **shown}


def _enable(call: Call) -> Body:
    return _turn_on(call, [call.name.rsplit("/", 1)[-1]], "EnableService")


def _batch_enable(call: Call) -> Body:
    names = call.body.get("serviceIds") or []
    if not names:
        raise invalid("No services were given to enable.", field="service_ids")
    if len(names) > MOST_ENABLED:
        text = f"A single request can enable a maximum of {MOST_ENABLED} services at a time."
        raise invalid(text, field="service_ids")
    return _turn_on(call, names, "BatchEnableServices")


def _turn_on(call: Call, names: list[str], kind: str) -> Body:
    world = call.world
    known = _catalogue(world)
    strange = [name for name in names if name.removesuffix(HOST) not in known or HOST not in name]
    if strange:
        raise _unknown(strange)
    apis = [_short(world, name) for name in names]
    response = _answer(call, kind, apis)
    if all(_enabled(world, call.project, api) for api in apis):
        return _done(response)
    new = [api for api in _with_needs(apis) if not _enabled(world, call.project, api)]
    seconds = _begin(call, new, "ENABLED", "create")
    target = f"projects/{call.project}"
    return lro.start(call, "enable", target, seconds=seconds, response=response)


def _disable(call: Call) -> Body:
    world, project = call.world, call.project
    api = _short(world, call.name.rsplit("/", 1)[-1])
    if not _enabled(world, project, api):
        raise failed_precondition(f"The service {api}{HOST} is not enabled for this project.")
    users = [
        name
        for name in sorted(_catalogue(world))
        if _enabled(world, project, name) and api in _with_needs([name])[1:]
    ]
    if users and not call.body.get("disableDependentServices"):
        told = ",".join(f"{name}{HOST}" for name in users)
        raise failed_precondition(
            f"The service {api}{HOST} is depended on by the following active service(s): {told}; "
            "Please specify disable_dependent_services=true if you want to proceed with disabling all services."
        )
    response = _answer(call, "DisableService", [api])
    seconds = _begin(call, [api, *users], "DISABLED", "delete")
    return lro.start(call, "disable", f"projects/{project}", seconds=seconds, response=response)


def _identity(call: Call) -> Body:
    """``generateServiceIdentity``: the agent that acts for an API in a project; made at once."""
    api = _short(call.world, call.name.rsplit("/", 1)[-1])
    email = agents.email(call.world, api, call.project)
    record = call.world.state.record("service identity", email) or call.world.ids.number(21)
    call.world.state.set_record("service identity", email, record)
    response = {"@type": f"{TYPES}.v1beta1.ServiceIdentity", "email": email, "uniqueId": record}
    return {
        "name": f"operations/finished.{_new_id(call.world)}",
        "done": True,
        "response": response,
    }


# -- operations


def _new_id(world: World) -> str:
    return f"acat.p2-{world.ids.number(12)}-{world.ids.uuid()}"


def _metadata(_world: World, running: Running) -> Body | None:
    """Told at the end only; that of a single API is empty."""
    if running.ended is None:
        return None
    if running.method.endswith("batchEnable"):
        return {"@type": f"{TYPES}.v1.OperationMetadata"}
    return {"@type": "type.googleapis.com/google.protobuf.Empty", "value": {}}


def _provision(world: World, project: str) -> None:
    payload: dict[str, Any] = {"project": project, "apis": list(FROM_START), "state": "ENABLED"}
    for api in FROM_START:
        world.state.set_record("serviceusage", _key(project, api), "ENABLED")
    _usable(world, payload)


SERVICE = Service(
    name="serviceusage",
    title="Service Usage API",
    versions=("v1", "v1beta1"),
    methods={
        "services.get": _get,
        "services.batchGet": _batch_get,
        "services.list": _list,
        "services.enable": _enable,
        "services.batchEnable": _batch_enable,
        "services.disable": _disable,
        "services.generateServiceIdentity": _identity,
    },
    events={"set": _set, "usable": _usable},
    lro=Lro(metadata=_metadata, parent="", new_id=_new_id),
    provision=_provision,
)
