"""From a request to an answer: routing, faults, checks, the handler, and the API's way of telling it."""

import json
import re
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from gcpstack.emulator.core import (
    batch,
    control,
    faults,
    limits,
    partial,
    permitted,
    query,
    routing,
    stale,
)
from gcpstack.emulator.core.access import check_project
from gcpstack.emulator.core.call import Call
from gcpstack.emulator.core.discovery import Api, Match, Method
from gcpstack.emulator.core.enums import EnumTable
from gcpstack.emulator.core.errors import ApiError, Style
from gcpstack.emulator.core.jsontext import parse_json, refuse
from gcpstack.emulator.core.model import Kind, Service
from gcpstack.emulator.core.paths import snake, strip_nulls
from gcpstack.emulator.core.proto import settle, speaks_of_nothing
from gcpstack.emulator.core.schema import Checker
from gcpstack.emulator.core.wire import Hold, Request, Response, Result, json_response

if TYPE_CHECKING:
    from gcpstack.emulator.core.world import World

LARGEST_BODY = 10 * 1024 * 1024
USUAL_DELAY = 1.0
SCHEMA_PREFIX = re.compile(r"^Google[A-Z]\w*?V\d+((alpha|beta)\d)?(?=[A-Z])")


def serve(world: "World", request: Request) -> Result:
    """Answer one call."""
    where = routing.address(request)
    if where is None and routing.is_dns(request):
        from gcpstack.emulator.core import doh  # noqa: PLC0415 # few ask, and its library loads long

        return doh.answer(world, request)
    if where is None:
        return control.answer(world, request)
    if where.segments[:1] == ["batch"]:
        return _batch(world, request, where.service)
    override = request.headers.get("x-http-method-override")
    if override:
        request = Request(
            override,
            request.path,
            request.query or request.body.decode(errors="replace"),
            request.headers,
        )
    return _Serving(world, request, where).run()


def ask(
    world: "World", method: str, path: str, body: Any = None, *, query: str = "", kind: str = ""
) -> Any:
    """Make a call on behalf of a service, as a part of the call or event under way.

    It is checked and handled as any other, but strikes no fault, stands in no log and commits nothing.

    Args:
        world: what answers.
        method: of HTTP.
        path: ``/run.googleapis.com/v2/projects/…``.
        body: JSON, or the bytes of an upload.
        query: the query string.
        kind: the content type of an upload.

    Raises:
        ApiError: as the handler says.
    """
    raw = b"" if body is None else body if isinstance(body, bytes) else json.dumps(body).encode()
    request = Request(method, path, query, {"content-type": kind} if kind else {}, raw)
    where = routing.address(request)
    if where is None:
        message = f"{path} is the path of no API"
        raise LookupError(message)
    return _Serving(world, request, where).inner()


class _Serving:
    """One call on its way; ``run`` may be followed by ``resume`` when the answer has to wait."""

    def __init__(self, world: "World", request: Request, where: routing.Address) -> None:
        self.world = world
        self.request = request
        self.where = where
        self.started = time.perf_counter()
        self.start = world.now()
        self.service = world.registry.service(where.service)
        self.api: Api | None = None
        self.method: Method | None = None
        self.fault: faults.Fault | None = None

    def run(self) -> Result:
        """Route, fault, handle."""
        self.api, segments = routing.find_api(self.world, self.where.service, self.where.segments)
        match = self.api.match(self.request.method, segments) if self.api else None
        if self.api is None or match is None:
            return self._finish(_no_such_page(self.request))
        self.method = match.method
        world = self.world
        self.fault = world.faults.pick(self.method.id, self.request.method, self.start)
        if self.fault and self.fault.fault == "delay" and self.fault.when == "before":
            until = world.now() + _pause(self.fault)
            return Hold(
                until, self._locked(lambda: self._attempt(lambda: self._handle(match, segments)))
            )
        return self._attempt(lambda: self._handle(match, segments))

    def inner(self) -> Any:
        """Route and handle within a call that is under way."""
        self.api, segments = routing.find_api(self.world, self.where.service, self.where.segments)
        match = self.api.match(self.request.method, segments) if self.api else None
        if self.api is None or match is None:
            message = f"no method of {self.where.service} answers {self.request.method} {self.request.path}"
            raise LookupError(message)
        self.method = match.method
        if self.service is None:
            raise _unserved(match.method)
        handler, kind = self.world.registry.handler(self.service, self.api.version, match.method)
        if handler is None:
            raise _unserved(match.method)
        call = self._call(self.service, self.api, match, kind, routing.base_of(self.api, segments))
        if call.project:
            self.world.first_sight(call.service, call.project)
        return handler(call)

    def _locked(self, action: Callable[[], Result]) -> Callable[[], Result]:
        """The action as a later call into the world: under its lock, what is due first, committed after."""

        def later() -> Result:
            with self.world.entered():
                return action()

        return later

    def _attempt(self, action: Callable[[], Any]) -> Result:
        """Run a handler; whatever goes wrong undoes what it did and becomes the API's error."""
        world, style = self.world, self.service.style if self.service else "aip"
        world.commit()
        try:
            self._strike("before")
            value = action()
            if isinstance(value, Hold):
                again = value.resume
                return Hold(value.until, self._locked(lambda: self._attempt(again)))
            response = value if isinstance(value, Response) else self._told(value)
        except ApiError as error:
            world.undo()
            return self._finish(json_response(error.code, error.body(style)))
        except Exception as error:  # noqa: BLE001 # answered as Google answers its own faults
            world.undo()
            world.problem()
            internal = ApiError(500, f"Internal error encountered: {error!r}")
            return self._finish(json_response(500, internal.body(style)))
        return self._kept(response, style)

    def _kept(self, response: Response, style: Style) -> Result:
        """The answer to what was done, or the fault that strikes after it."""
        fault, world = self.fault, self.world
        if fault is None or fault.when != "after":
            return self._finish(response)
        world.commit()
        try:
            self._strike("after")
        except ApiError as error:
            response = json_response(error.code, error.body(style))
        if fault.fault == "delay":
            return Hold(world.now() + _pause(fault), lambda: self._finish(response))
        return self._finish(response)

    def _strike(self, when: str) -> None:
        fault = self.fault
        if fault is None or fault.when != when:
            return
        if fault.fault == "reset_before":
            raise ApiError(503, "connection reset")
        error = faults.error_of(fault.fault, self.where.service)
        if error:
            raise error

    def _handle(self, match: Match, segments: list[str]) -> Any:
        if self.service is None or self.api is None:
            raise _unserved(match.method)
        handler, kind = self.world.registry.handler(self.service, self.api.version, match.method)
        if handler is None:
            raise _unserved(match.method)
        call = self._call(self.service, self.api, match, kind, routing.base_of(self.api, segments))
        check_project(call)
        permitted.check(call)
        limits.spend(call)
        if self.fault and self.fault.fault == "stale":
            return stale.answer(call, lambda: handler(call), self.fault.seconds)
        answer = handler(call)
        limits.check_made(call)
        return answer

    def _call(self, service: Service, api: Api, match: Match, kind: Kind | None, base: int) -> Call:
        method, world = match.method, self.world
        parsed = query.parse(api, method, self.request.query, strict=service.strict_query)
        sent, body = self._body(service, api, method, kind)
        path = world.canonical("/".join(match.segments[base:])).split("/")
        drift = len(match.segments) - base - len(path)
        last = min(method.last, len(match.segments)) - base - drift
        return Call(
            world, service, api, match, parsed, body, sent, self.request, self.where.region, kind,
            path, max(last, 0),
        )  # fmt: skip

    def _body(
        self, service: Service, api: Api, method: Method, kind: Kind | None
    ) -> tuple[dict[str, Any], dict[str, Any]]:
        raw = self.request.body
        if len(raw) > LARGEST_BODY and not method.upload:
            text = f"Request payload size exceeds the limit: {LARGEST_BODY} bytes."
            raise ApiError(400, text, reason="badRequest", show_status=True)
        if not raw or not method.request or method.upload:
            return {}, {}
        sent = parse_json(raw)
        if sent is None:
            return {}, {}
        if not isinstance(sent, dict):
            raise refuse(
                [
                    (
                        "",
                        'Invalid JSON payload received. Unknown name "": Root element must be a message.',
                    )
                ]
            )
        schema = api.schemas[method.request]
        # The whole request message may be sent, with what the path already says.
        given = {
            key: value for key, value in sent.items() if key not in method.spans or schema.find(key)
        }
        compute = service.name == "compute"
        table = enums(self.world, service, api)
        nulls = bool(kind and method.name in kind.dialect.keep_nulls)
        checker = Checker(
            api,
            compute_words=compute,
            keep_nulls=nulls,
            numbers=table.numbers,
        )
        root = service.body_root or ("resource" if compute else body_root(method.request))
        clean = checker.clean(schema, given, root)
        if checker.problems:
            raise refuse(checker.problems)
        if kind and method.request == kind.schema and service.client and speaks_of_nothing(clean):
            message = table.message(kind.schema)
            if message is not None:
                settle(message, clean)
        return sent if nulls else strip_nulls(sent), clean

    def _told(self, value: Any) -> Response:
        """The answer as the client asked for it: enums by number, only some fields."""
        text = self.request.query
        if not text or self.api is None or self.method is None or self.service is None:
            return json_response(200, value)
        if "enum-encoding" in text and "enum-encoding%3Dint" in text.replace("=int", "%3Dint"):
            schema = self.api.schemas.get(self.method.response)
            value = enums(self.world, self.service, self.api).encode(schema, value)
        return json_response(200, partial.select(value, text) if "fields=" in text else value)

    def _finish(self, response: Response) -> Response:
        fault = self.fault.fault if self.fault else ""
        if fault in ("reset_before", "reset_after"):
            response = Response(0, drop=True)
        self.world.log.add(
            self.where.service,
            self.method.id if self.method else "",
            f"{self.request.method} {self.request.path}",
            status=response.status,
            start=self.start,
            seconds=time.perf_counter() - self.started,
        )
        return response


def _pause(fault: faults.Fault) -> float:
    return USUAL_DELAY if fault.seconds is None else fault.seconds


def body_root(schema: str) -> str:
    """What errors call a body: nothing for a request message, else the resource's proto field."""
    return "" if schema.endswith("Request") else snake(SCHEMA_PREFIX.sub("", schema))


def enums(world: "World", service: Service, api: Api) -> EnumTable:
    """The enum numbers of an API, made once."""
    key = (api.name, api.version)
    if key not in world.enums:
        world.enums[key] = EnumTable(api, service.client, service.enum_numbers)
    table: EnumTable = world.enums[key]
    return table


def _unserved(method: Method) -> ApiError:
    return ApiError(501, f"{method.id} is not implemented by the emulator.")


def _no_such_page(request: Request) -> Response:
    """The page that Google's front end answers for a path no API has."""
    html = (
        "<!DOCTYPE html>\n<html lang=en>\n<title>Error 404 (Not Found)!!1</title>\n"
        f"<p><b>404.</b> <ins>That’s an error.</ins>\n<p>The requested URL <code>{request.path}</code> "  # noqa: RUF001 # Google's own words
        "was not found on this server. <ins>That’s all we know.</ins>\n"  # noqa: RUF001 # Google's own words
    )
    return Response(404, html.encode(), {"Content-Type": "text/html; charset=UTF-8"})


def _batch(world: "World", request: Request, service: str) -> Result:
    """Answer every call of a batch; the answer waits for the slowest."""
    declared = world.registry.service(service)
    try:
        calls = batch.read(request, f"{service}{routing.SUFFIX}", LARGEST_BODY)
    except ApiError as error:
        style = declared.style if declared else "aip"
        return json_response(error.code, error.body(style))
    results: list[tuple[str, Result]] = [(name, serve(world, inner)) for name, inner in calls]

    def settle() -> Result:
        waiting = []
        for index, (name, result) in enumerate(results):
            if isinstance(result, Hold) and result.until <= world.now():
                results[index] = (name, result.resume())
            held = results[index][1]
            if isinstance(held, Hold):
                waiting.append(held.until)
        if waiting:
            return Hold(max(waiting), settle)
        answers = [(name, answer) for name, answer in results if isinstance(answer, Response)]
        dropped = [answer for _, answer in answers if answer.drop]
        return dropped[0] if dropped else batch.response(answers)

    return settle()
