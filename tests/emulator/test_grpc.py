"""The gRPC table against Google's own installed clients: every RPC, its messages, and its HTTP form."""

import importlib
import inspect
import pkgutil
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import grpc
import pytest
from google.api_core import exceptions
from google.auth.credentials import AnonymousCredentials
from google.cloud import monitoring_v3, redis_v1, run_v2, secretmanager_v1
from google.cloud.redis_v1.services.cloud_redis.transports import CloudRedisGrpcTransport
from google.cloud.run_v2.services.services.transports import ServicesGrpcTransport
from google.cloud.secretmanager_v1.services.secret_manager_service.transports import (
    SecretManagerServiceGrpcTransport,
)

from gcpstack.emulator import Emulator
from gcpstack.emulator.core.google import Google
from gcpstack.emulator.server.transcode import Transcoder

PACKAGES = (monitoring_v3, redis_v1, run_v2, secretmanager_v1)
SHARED = ("/google.longrunning.Operations/", "/google.cloud.location.Locations/")
PARENT = "projects/demo-proj/locations/us-central1"


@dataclass(frozen=True)
class Call:
    """One RPC as a client makes it.

    Attributes:
        path: ``/google.cloud.redis.v1.CloudRedis/GetInstance``.
        request: full name of the request message.
        response: full name of the answer's message.
        http: the HTTP forms that the client would use: method, path template, body field.
    """

    path: str
    request: str
    response: str
    http: tuple[tuple[str, str, str], ...]


class Recorder(grpc.Channel):
    """A channel that only notes what is asked of it."""

    def __init__(self) -> None:
        self.calls: dict[str, tuple[Any, Any]] = {}

    def unary_unary(
        self,
        method: str,
        request_serializer: Any = None,
        response_deserializer: Any = None,
        *_: Any,
        **__: Any,
    ) -> Any:  # type: ignore[override]
        self.calls[method] = (request_serializer, response_deserializer)

    def unary_stream(self, *_: Any, **__: Any) -> Any:
        raise AssertionError("no stream is served")

    stream_unary = stream_stream = unary_stream

    def subscribe(self, *_: Any, **__: Any) -> None: ...

    def unsubscribe(self, *_: Any, **__: Any) -> None: ...

    def close(self) -> None: ...


def _message(function: Any) -> str:
    """The message that a serialiser or a deserialiser belongs to."""
    owner = getattr(function, "__self__", None) or getattr(function, "__objclass__", None)
    plain = owner.pb() if hasattr(owner, "pb") else owner
    return str(plain.DESCRIPTOR.full_name) if hasattr(plain, "DESCRIPTOR") else ""


def _http(transports: Any) -> dict[str, tuple[tuple[str, str, str], ...]]:
    """The HTTP forms of each RPC, where the client speaks HTTP as well."""
    try:
        module = importlib.import_module(f"{transports.__name__}.rest_base")
    except ImportError:
        return {}
    base = next(
        item
        for name, item in vars(module).items()
        if name.endswith("RestTransport") and name.startswith("_Base")
    )
    return {
        name.removeprefix("_Base"): tuple(
            (option["method"].upper(), option["uri"], option.get("body", ""))
            for option in form._get_http_options()
        )
        for name, form in vars(base).items()
        if hasattr(form, "_get_http_options")
    }


def calls() -> Iterator[Call]:
    """Every RPC of the installed clients."""
    for package in PACKAGES:
        services = importlib.import_module(f"{package.__name__}.services")
        for module in pkgutil.iter_modules(services.__path__):
            transports = importlib.import_module(f"{services.__name__}.{module.name}.transports")
            kind = next(
                item for name, item in vars(transports).items() if name.endswith("GrpcTransport")
            )
            recorder, http = Recorder(), _http(transports)
            transport = kind(channel=recorder, credentials=AnonymousCredentials())
            transport._logged_channel = recorder
            transport._stubs.clear()
            for name, member in inspect.getmembers(kind):
                if isinstance(member, property) and name not in (
                    "kind",
                    "grpc_channel",
                    "operations_client",
                ):
                    getattr(transport, name)
            for path, (serializer, deserializer) in recorder.calls.items():
                if not path.startswith(SHARED):
                    forms = http.get(path.rpartition("/")[2], ())
                    yield Call(path, _message(serializer), _message(deserializer), forms)


CALLS = sorted(calls(), key=lambda call: call.path)
WORLD = Google()
TABLE = WORLD.registry.rpcs()


def _served(call: Call) -> bool:
    """Whether the HTTP form of an RPC is answered."""
    service = call.path.split(".")[2 if "google.cloud" in call.path else 1]
    declared = WORLD.registry.service(service)
    assert declared is not None
    for http, template, _ in call.http:
        path = re.sub(
            r"\{\w+(?:\.\w+)*=([^}]*)\}", lambda found: found[1].replace("*", "x"), template
        )
        version = path.split("/")[1]
        api = WORLD.catalogue.api(service, version)
        match = api.match(http, path.strip("/").split("/")) if api else None
        if api and match and WORLD.registry.handler(declared, version, match.method)[0]:
            return True
    return False


@pytest.mark.parametrize("call", CALLS, ids=lambda call: call.path.rpartition(".")[2])
def test_an_rpc_of_a_client(call: Call) -> None:
    """It is served where its HTTP form is, with the client's messages, path and body."""
    if call.path not in TABLE:
        assert not _served(call), f"{call.path} is served over HTTP alone"
        return
    service, row = TABLE[call.path]
    coder = Transcoder(WORLD, service, row)
    if call.request:  # functions of plain protobuf messages don't tell whose they are
        assert coder.request_type.DESCRIPTOR.full_name == call.request
    if call.response:
        assert coder.response_type.DESCRIPTOR.full_name == call.response
    if call.http:
        assert coder._method.http in {http for http, _, _ in call.http}
        assert row.body in {body for _, _, body in call.http}


def test_the_clients_are_asked_for_all_they_have() -> None:
    served = [call for call in CALLS if call.path in TABLE]
    assert len(CALLS) > 100
    assert len(served) > 0.85 * len(CALLS)


def test_locations_and_operations_are_those_of_the_http_api(
    emulator: Emulator, channel: grpc.Channel
) -> None:
    client = redis_v1.CloudRedisClient(transport=CloudRedisGrpcTransport(channel=channel))
    found = client.list_locations({"name": "projects/demo-proj"})
    assert "us-central1" in {location.location_id for location in found.locations}
    assert client.get_location({"name": PARENT}).name == PARENT
    made = client.create_instance(parent=PARENT, instance_id="r1", instance={"memory_size_gb": 1})
    name = made.operation.name
    assert client.get_operation({"name": name}).done
    assert [item.name for item in client.list_operations({"name": PARENT}).operations] == [name]
    client.delete_operation({"name": name})
    with pytest.raises(exceptions.NotFound):
        client.get_operation({"name": name})
    with pytest.raises(exceptions.NotFound):
        client.get_operation({"name": "operations/none"})


@pytest.mark.parametrize("first", ["run", "logging", "compute", "redis", "secretmanager"])
def test_locations_are_told_whichever_service_was_asked_first(first: str) -> None:
    with Emulator() as emulator, grpc.insecure_channel(emulator.grpc_address) as channel:
        emulator.world.registry.service(first)
        client = redis_v1.CloudRedisClient(transport=CloudRedisGrpcTransport(channel=channel))
        assert client.get_location({"name": PARENT}).location_id == "us-central1"


def test_a_service_of_cloud_run_over_grpc(emulator: Emulator, channel: grpc.Channel) -> None:
    client = run_v2.ServicesClient(transport=ServicesGrpcTransport(channel=channel))
    container = {
        "image": "us-docker.pkg.dev/cloudrun/container/hello",
        "env": [{"name": "A", "value": "b"}],
    }
    wish = {"template": {"containers": [container], "timeout": "60s"}, "labels": {"a": "b"}}
    made = client.create_service(parent=PARENT, service_id="web", service=wish).result(timeout=10)
    assert (made.name, made.template.timeout.seconds) == (f"{PARENT}/services/web", 60)
    made.template.containers[0].env[0].value = "c"
    changed = client.update_service(service=made, update_mask={"paths": ["template"]}).result(
        timeout=10
    )
    assert changed.latest_ready_revision != made.latest_ready_revision
    with pytest.raises(exceptions.Aborted):
        client.update_service(service=made).result(timeout=10)
    assert [item.name for item in client.list_services(parent=PARENT)] == [made.name]
    client.delete_service(name=made.name).result(timeout=10)
    with pytest.raises(exceptions.NotFound):
        client.get_service(name=made.name)


def test_errors_keep_their_details(emulator: Emulator, channel: grpc.Channel) -> None:
    client = secretmanager_v1.SecretManagerServiceClient(
        transport=SecretManagerServiceGrpcTransport(channel=channel)
    )
    with pytest.raises(exceptions.NotFound) as missing:
        client.get_secret(name="projects/demo-proj/secrets/none")
    assert "none" in missing.value.message
    with pytest.raises(exceptions.InvalidArgument):
        client.create_secret(parent="projects/demo-proj", secret_id="s", secret={})
    with pytest.raises(exceptions.NotFound):
        client.get_secret(name="no name at all")
    emulator.world.strict_apis = True
    try:
        with pytest.raises(exceptions.PermissionDenied) as disabled:
            client.list_secrets(parent="projects/demo-proj")
    finally:
        emulator.world.strict_apis = False
    assert disabled.value.reason == "SERVICE_DISABLED"
    assert disabled.value.metadata["service"] == "secretmanager.googleapis.com"


def _filled(kind: Any, text: str) -> Any:
    """A request with one text in all its own text fields, and enums that nobody knows."""
    message = kind()
    for field in kind.DESCRIPTOR.fields:
        if (
            not field.is_repeated
            and field.cpp_type == field.CPPTYPE_STRING
            and field.type == field.TYPE_STRING
        ):
            setattr(message, field.name, text)
        elif not field.is_repeated and field.cpp_type == field.CPPTYPE_ENUM:
            setattr(message, field.name, 99)
    return message


def _code(call: Any, raw: bytes) -> grpc.StatusCode:
    """How a call ends."""
    try:
        return call(raw, timeout=10)[1].code()  # type: ignore[no-any-return]
    except grpc.RpcError as error:
        return error.code()  # type: ignore[attr-defined, no-any-return]


@pytest.mark.parametrize(
    "text", ["", "x", "projects/demo-proj", f"{PARENT}/things/x", "%2f/?#\n", "🦆" * 50]
)
def test_no_message_is_too_strange(emulator: Emulator, channel: grpc.Channel, text: str) -> None:
    """Each is answered or refused as Google refuses, never by a failure of the server's own."""
    for call in CALLS:
        if call.path in TABLE:
            kind = Transcoder(WORLD, *TABLE[call.path]).request_type
            raw = _filled(kind, text).SerializeToString()
            answer = channel.unary_unary(call.path).with_call
            code = _code(answer, raw)
            assert code not in (grpc.StatusCode.UNKNOWN, grpc.StatusCode.INTERNAL), call.path
    assert not emulator.world.problems
