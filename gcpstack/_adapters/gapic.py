"""Calls of the google-cloud-* libraries with plain JSON in and out.

Every request and answer of these libraries is a protobuf message with a JSON form
(https://protobuf.dev/programming-guides/json/): the same that Google's REST APIs speak. Working in
that form lets one adapter serve every kind.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from gcpstack._adapters.clients import Clients
from gcpstack._adapters.errors import fitting, translated, unreadable
from gcpstack._adapters.transport import load
from gcpstack._core import fence
from gcpstack._core.json import Body

#: Seconds that one call may take; retries and deadlines are the engine's.
TIMEOUT = 60.0


#: Deletes answer nothing; elsewhere gRPC ended well without a message, or in its midst.
_NO_MESSAGE = "it has no whole message"


def to_json(message: Any) -> Body:
    """Write a message in Google's JSON form.

    Raises:
        Unreadable: it has none, or there is no message.
    """
    if message is None:
        raise unreadable(_NO_MESSAGE)
    raw = type(message).pb(message) if hasattr(type(message), "pb") else message
    with translated():
        body: Body = load("google.protobuf.json_format").MessageToDict(raw)
    return body


def operation_json(answer: Any) -> Body:
    """Write a ``google.longrunning.Operation`` in JSON form.

    Args:
        answer: the message, or the future that libraries wrap it in.

    Raises:
        Unreadable: there is none, or what it holds has no such form.
    """
    raw = getattr(answer, "operation", answer)
    if raw is None:
        raise unreadable(_NO_MESSAGE)
    if isinstance(raw, bytes):
        # The libraries' gRPC transports leave the answer of ``wait_operation`` as it came.
        with translated():
            raw = load("google.longrunning.operations_pb2").Operation.FromString(raw)
    body: Body = {"name": raw.name, "done": raw.done}
    if raw.HasField("error"):
        held = [(item.type_url, _unpacked(item)) for item in raw.error.details]
        details = [{"@type": kind, **more} for kind, more in held if more]
        body["error"] = {"code": raw.error.code, "message": raw.error.message, "details": details}
    if raw.HasField("response"):
        body["response"] = _unpacked(raw.response)
    return body


def begun_json(answer: Any) -> Body:
    """Write in JSON form what an operation says of what it makes; nothing where it says nothing."""
    raw = getattr(answer, "operation", answer)
    return (_unpacked(raw.metadata) or {}) if raw.HasField("metadata") else {}


def _unpacked(held: Any) -> Body | None:
    """Read a packed message; None where its type is not loaded."""
    load("google.rpc.error_details_pb2")  # registers what errors carry
    pool = load("google.protobuf.descriptor_pool").Default()
    try:
        descriptor = pool.FindMessageTypeByName(held.TypeName())
    except KeyError:
        return None
    message = load("google.protobuf.message_factory").GetMessageClass(descriptor)()
    with translated():
        held.Unpack(message)
    return to_json(message)


def from_json(message: Any, body: Mapping[str, object]) -> Any:
    """Read a message of a class from its JSON form.

    Raises:
        ParseError: the body has a field that the message lacks, or one of another type.
    """
    made = message()
    raw = message.pb(made) if hasattr(message, "pb") else made
    load("google.protobuf.json_format").ParseDict(body, raw)
    return made


@dataclass(frozen=True, slots=True)
class Api:
    """One client class, called by method names with JSON.

    Attributes:
        clients: makes the client.
        module: the library's module, such as ``google.cloud.run_v2``.
        client: the name of the client's class in it.
    """

    clients: Clients
    module: str
    client: str

    @property
    def raw(self) -> Any:
        """The client itself."""
        return self.clients.gapic(self.module, self.client)

    def call(
        self,
        method: str,
        request: str,
        body: Mapping[str, object],
        *,
        hide: Sequence[str] = (),
        timeout: float = TIMEOUT,
    ) -> Any:
        """Call a method once.

        Args:
            method: its Python name, such as ``create_service``.
            request: the name of its request's class.
            body: the request in JSON form.
            hide: the secrets in it.
            timeout: seconds it may take.

        Returns:
            What the library returned: a message, a pager, or None.
        """
        client = self.raw
        message = getattr(load(self.module), request)
        with fitting(hide=hide):
            asked = from_json(message, body)
        fence.passed()
        with translated(hide=hide):
            return getattr(client, method)(request=asked, retry=None, timeout=timeout)

    def json(
        self,
        method: str,
        request: str,
        body: Mapping[str, object],
        *,
        hide: Sequence[str] = (),
        timeout: float = TIMEOUT,
    ) -> Body:
        """Call a method that answers with a message; give it in JSON form.

        Raises:
            CloudError: Google refused, or what it answered is not a whole message.
        """
        answer = self.call(method, request, body, hide=hide, timeout=timeout)
        if answer is None and method.startswith("delete"):
            return {}
        with translated(hide=hide):
            return to_json(answer)

    def mixin(self, method: str, request: Mapping[str, object], *, timeout: float = TIMEOUT) -> Any:
        """Call a method that every client has, such as ``get_operation``, with a plain request."""
        client = self.raw
        with translated():
            return getattr(client, method)(dict(request), retry=None, timeout=timeout)

    def pages(
        self, method: str, request: str, body: Mapping[str, object], field: str
    ) -> list[Body]:
        """Read every page of a list.

        Args:
            method: the list method.
            request: the name of its request's class.
            body: the request in JSON form.
            field: where the items stand in a page, in JSON form.
        """
        pager = self.call(method, request, body)
        out: list[Body] = []
        with translated():
            for page in pager.pages:
                found = to_json(page).get(field)
                out.extend(found if isinstance(found, list) else ())
        return out
