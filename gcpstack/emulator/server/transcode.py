"""gRPC calls as HTTP calls and back, for any RPC of the table.

The rules are https://google.aip.dev/127: the path takes fields of the request, one field or all of it
is the body, what is left becomes query parameters.
"""

import importlib
import json
from typing import Any
from urllib.parse import quote, urlencode

from gcpstack.emulator.core.discovery import Api, Method
from gcpstack.emulator.core.enums import installed
from gcpstack.emulator.core.errors import GRPC_OF_STATUS, STATUS_OF_CODE
from gcpstack.emulator.core.google import Google
from gcpstack.emulator.core.model import Rpc, Service
from gcpstack.emulator.core.paths import camel
from gcpstack.emulator.core.serve import SCHEMA_PREFIX
from gcpstack.emulator.core.wire import Request, Response

WELL_KNOWN = {
    "Empty": "google.protobuf.Empty",
    "Operation": "google.longrunning.Operation",
    "Policy": "google.iam.v1.Policy",
    "ListOperationsResponse": "google.longrunning.ListOperationsResponse",
}
MODULES = (
    "google.cloud.location.locations_pb2",
    "google.longrunning.operations_pb2",
    "google.protobuf.empty_pb2",
    "google.rpc.error_details_pb2",
    "google.rpc.status_pb2",
)
ROW_MODULES = {"google.iam.v1": ("google.iam.v1.iam_policy_pb2", "google.iam.v1.policy_pb2")}


class Transcoder:
    """One RPC: its message types and its HTTP method."""

    def __init__(self, world: Google, service: Service, row: Rpc) -> None:
        self._world = world
        self._row = row
        version = row.version or service.versions[0]
        api = world.catalogue.api(service.name, version)
        if api is None:
            message = f"no discovery document of {service.name} {version}"
            raise LookupError(message)
        self._host = f"{service.name}.googleapis.com"
        self._method = _find(api, row.method)
        package = row.service.rpartition(".")[0]
        for module in (*MODULES, *ROW_MODULES["google.iam.v1"]):
            importlib.import_module(module)
        if service.client and installed(service.client):
            importlib.import_module(f"{service.client}.types")
        self.request_type = message_type(row.request or f"{package}.{row.rpc}Request")
        self.response_type = message_type(row.response or _response(package, self._method))

    def to_http(self, message: Any) -> Request:
        """The HTTP request of a request message."""
        fields = _protobuf("json_format").MessageToDict(message)
        body: Any = None
        field = camel(self._row.body)
        if self._row.body == "*":
            body = dict(fields)
        elif self._row.body:
            body = fields.pop(field, {})
        path = self._path(fields, body)
        left = {} if self._row.body == "*" else fields
        query = urlencode(list(_flat(left)))
        raw = b"" if body is None else json.dumps(body).encode()
        return Request(self._method.http, path, query, {}, raw)

    def _path(self, fields: dict[str, Any], body: Any) -> str:
        steps = [segment.literal or "*" for segment in self._method.segments]
        for name, (start, length) in self._method.spans.items():
            value = fields.pop(name, None)
            if value is None and isinstance(body, dict):
                value = body.get(name, "") if self._row.body != "*" else _taken(body, name)
            parts = str(value).split("/")
            steps[start : start + length if length else None] = parts + [""] * (length - len(parts))
        path = "/".join(quote(step, safe="-_.~@") for step in steps)
        verb = f":{self._method.verb}" if self._method.verb else ""
        return f"/{self._host}/{path}{verb}"

    def to_message(self, response: Response) -> Any:
        """The response message of an HTTP answer."""
        return parse(response.json() or {}, self.response_type)


def _taken(body: dict[str, Any], name: str) -> Any:
    """What a request says of a path parameter: itself, or in the resource that it holds."""
    if name in body:
        return body.pop(name)
    held = (inner for inner in body.values() if isinstance(inner, dict) and name in inner)
    return next(held, {}).get(name, "")


def _protobuf(module: str) -> Any:
    """A module of protobuf, imported when the first gRPC call needs it."""
    return importlib.import_module(f"google.protobuf.{module}")


def _find(api: Api, short: str) -> Method:
    return next(
        method for method in api.methods.values() if f"{method.resource}.{method.name}" == short
    )


def _response(package: str, method: Method) -> str:
    name = SCHEMA_PREFIX.sub(
        "",
        method.response.removeprefix("GoogleProtobuf")
        .removeprefix("GoogleLongrunning")
        .removeprefix("GoogleIamV1"),
    )
    return WELL_KNOWN.get(name, f"{package}.{name}")


def message_type(name: str) -> Any:
    """The class of a message by its full name."""
    pool = _protobuf("descriptor_pool").Default()
    return _protobuf("message_factory").GetMessageClass(pool.FindMessageTypeByName(name))


def parse(body: Any, kind: Any) -> Any:
    """A message from JSON; what the installed client does not know is left out."""
    return _protobuf("json_format").ParseDict(body, kind(), ignore_unknown_fields=True)


def _flat(fields: dict[str, Any], prefix: str = "") -> Any:
    for key, value in fields.items():
        name = f"{prefix}{key}"
        if isinstance(value, dict):
            yield from _flat(value, name + ".")
        elif isinstance(value, list):
            yield from ((name, _text(item)) for item in value)
        else:
            yield name, _text(value)


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def error_status(response: Response) -> tuple[int, str, bytes]:
    """GRPC code, message and the serialised google.rpc.Status of an error answer."""
    try:
        error = response.json()["error"]
    except (ValueError, KeyError, TypeError):
        missing = response.status == 404  # noqa: PLR2004 # the page that tells so is no JSON
        error = {
            "code": response.status or 503,
            "message": "Requested entity was not found."
            if missing
            else "The service is currently unavailable.",
        }
    status = error.get("status") or STATUS_OF_CODE.get(error["code"], "UNKNOWN")
    code = GRPC_OF_STATUS.get(status, 2)
    body = {"code": code, "message": error["message"], "details": error.get("details", [])}
    importlib.import_module("google.rpc.error_details_pb2")
    importlib.import_module("google.rpc.status_pb2")
    packed: bytes = parse(body, message_type("google.rpc.Status")).SerializeToString()
    return code, error["message"], packed
