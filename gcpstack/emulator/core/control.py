"""The emulator's own address space: ``/`` and ``/_emulator/…``."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

from gcpstack.emulator.core import dns, images, overview
from gcpstack.emulator.core.errors import ApiError
from gcpstack.emulator.core.jsontext import parse_json
from gcpstack.emulator.core.latency import Latency
from gcpstack.emulator.core.wire import Request, Response, json_response

if TYPE_CHECKING:
    from gcpstack.emulator.core.world import World

LONGEST_STEP = 3650 * 86400.0
LAST_MOMENT = 200_000_000_000.0  # before the last year that timestamps can tell


def answer(world: "World", request: Request) -> Response:
    """Answer a control call; 404 lists what there is."""
    key = (request.method, request.path.rstrip("/") or "/")
    if key == ("GET", "/") and "text/html" in request.headers.get("accept", ""):
        return overview.page()
    if key in ASKED:
        return _ask(world, request, ASKED[key])
    more = world.controls.get(key)
    handler = ROUTES.get(key) if more is None else lambda _world, body: more(body)
    handler = handler or _of_service(world, *key)
    if handler is None:
        known = sorted(" ".join(key) for key in (*ROUTES, *ASKED, *world.controls))
        return json_response(
            404, {"error": {"code": 404, "message": "no such control call", "known": known}}
        )
    try:
        body = parse_json(request.body) if request.body else None
        return json_response(200, handler(world, body))
    except (ApiError, ValueError, TypeError, LookupError, AttributeError) as error:
        return json_response(400, {"error": {"code": 400, "message": str(error)}})


def _of_service(world: "World", method: str, path: str) -> Callable[["World", Any], Any] | None:
    """Find a call that a service answers: ``POST /_emulator/SERVICE/NAME``."""
    _, _, rest = path.partition("/_emulator/")
    name, _, control = rest.partition("/")
    service = world.registry.service(name) if method == "POST" and control else None
    return service.controls.get(control) if service else None


def _ask(
    world: "World", request: Request, handler: Callable[["World", dict[str, str]], Any]
) -> Response:
    """Answer a control call with a query."""
    try:
        return json_response(200, handler(world, dict(parse_qsl(request.query))))
    except KeyError as error:
        message = f"there is no {error.args[0]}"
        return json_response(404, {"error": {"code": 404, "message": message}})


def _overview(world: "World", query: dict[str, str]) -> Any:
    scope = {key: query[key] for key in ("after", "service", "kind") if key in query}
    return overview.overview(world, **scope)


def _resource(world: "World", query: dict[str, str]) -> Any:
    return overview.find(world, query.get("name", ""))


def _info(world: "World", _body: Any) -> Any:
    return world.info


def _requests(world: "World", _body: Any) -> Any:
    return world.log.rows()


def _clear_requests(world: "World", _body: Any) -> Any:
    world.log.clear()
    return {}


def resources(world: "World") -> dict[str, Any]:
    """Every resource by full name, secrets and what Google gives with others left out."""
    return {
        overview.full(obj.service, obj.name): overview.shown(world, obj)
        for obj in overview.listed(world)
    }


def _resources(world: "World", _body: Any) -> Any:
    return resources(world)


def _reset(world: "World", _body: Any) -> Any:
    world.reset()
    return {}


def _faults(world: "World", body: Any) -> Any:
    world.faults.set([] if body is None else body)
    return {"faults": len(world.faults.rules)}


def _quotas(world: "World", body: Any) -> Any:
    world.quotas.set(body)
    return _show_quotas(world, body)


def _apis(world: "World", body: Any) -> Any:
    if not isinstance(body["strict"], bool):
        raise ValueError("strict is true or false")  # noqa: TRY004 # one error for all that is wrong
    world.strict_apis = body["strict"]
    return {"strict": world.strict_apis}


def _permissions(world: "World", body: Any) -> Any:
    world.permissions.set(body)
    return {"allowed": world.permissions.allowed, "denied": world.permissions.denied}


def _problems(world: "World", _body: Any) -> Any:
    return list(world.problems)


def _show_quotas(world: "World", _body: Any) -> Any:
    return world.quotas.told()


def _latency(world: "World", body: Any) -> Any:
    setting = body.get("latency", body.get("factor")) if isinstance(body, dict) else body
    world.latency = Latency("none" if setting is None else setting)
    return {"latency": world.latency.setting}


def _clock(world: "World", body: Any) -> Any:
    seconds = float(body["advance"])
    if not 0 <= seconds <= LONGEST_STEP or world.now() + seconds > LAST_MOMENT:
        raise ValueError(f"the time moves forward, at most {LONGEST_STEP:.0f} seconds at once")
    world.advance(seconds)
    return {"now": world.stamp()}


def _dns(world: "World", body: Any) -> Any:
    with world.entered():
        for name, values in body.items():
            found = [values] if isinstance(values, str) else values
            if not isinstance(found, list) or not all(isinstance(item, str) for item in found):
                raise ValueError(f"a name has a list of addresses, not {values!r}")
            dns.put(world, name, found)
    return {"records": len(body)}


def _images(world: "World", body: Any) -> Any:
    """Push images, each with what tells it from another under the same name."""
    with world.entered():
        for name in body:
            if not images.NAME.fullmatch(name):
                raise ValueError(f"{name!r} is not the name of an image")
        return {name: images.push(world, name, content) for name, content in body.items()}


def _show_clock(world: "World", _body: Any) -> Any:
    return {"now": world.stamp(), "nextEvent": world.state.next_due()}


ROUTES: dict[tuple[str, str], Callable[["World", Any], Any]] = {
    ("GET", "/"): _info,
    ("GET", "/_emulator/requests"): _requests,
    ("DELETE", "/_emulator/requests"): _clear_requests,
    ("GET", "/_emulator/resources"): _resources,
    ("POST", "/_emulator/reset"): _reset,
    ("PUT", "/_emulator/faults"): _faults,
    ("PUT", "/_emulator/latency"): _latency,
    ("GET", "/_emulator/problems"): _problems,
    ("PUT", "/_emulator/apis"): _apis,
    ("PUT", "/_emulator/permissions"): _permissions,
    ("GET", "/_emulator/quotas"): _show_quotas,
    ("PUT", "/_emulator/quotas"): _quotas,
    ("POST", "/_emulator/clock"): _clock,
    ("GET", "/_emulator/clock"): _show_clock,
    ("PUT", "/_emulator/dns"): _dns,
    ("PUT", "/_emulator/images"): _images,
}
ASKED: dict[tuple[str, str], Callable[["World", dict[str, str]], Any]] = {
    ("GET", "/_emulator/overview"): _overview,
    ("GET", "/_emulator/resource"): _resource,
}
