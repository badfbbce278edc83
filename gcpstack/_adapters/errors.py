"""What Google's libraries raise, as gcpstack's errors: one boundary for all of them.

Exceptions are recognised by the qualified names of their classes, so that nothing of Google's has
to be loaded to translate an error of the standard library.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager

from gcpstack import exceptions as ours
from gcpstack._adapters.error_classes import classify
from gcpstack._adapters.error_facts import Facts, from_call, from_http, from_rpc
from gcpstack._adapters.transport import load
from gcpstack._adapters.unreached import chain_names, channel, first_line, lost

_LOGIN = (
    "Run `gcloud auth application-default login`, or point GOOGLE_APPLICATION_CREDENTIALS to a key."
)

_SERVICE_USER = (
    "Ask for roles/serviceusage.serviceUsageConsumer on the project that calls are charged to."
)


def _enabling(facts: Facts) -> str:
    service = facts.metadata("service") or _service_named(facts.message)
    if not service:
        return "Enable the API, then wait a few minutes."
    return f'Run `gcloud services enable {service}`, or declare EnabledService("{service}").'


def _permission(facts: Facts) -> str:
    if "USER_PROJECT_DENIED" in facts.reasons:
        return _SERVICE_USER
    needed = facts.metadata("permission")
    return f"Ask for a role with {needed}." if needed else ""


def _nothing(_: Facts) -> str:
    return ""


def _service_named(message: str) -> str:
    match = re.search(r"/apis/api/([a-z0-9.-]+)/", message)
    return match[1] if match else ""


_REMEDIES: Mapping[type[ours.CloudError], Callable[[Facts], str]] = {
    ours.ApiDisabled: _enabling,
    ours.PermissionDenied: _permission,
    ours.QuotaExceeded: lambda _: (
        "Ask for more quota at https://console.cloud.google.com/iam-admin/quotas."
    ),
    ours.Unauthenticated: lambda _: _LOGIN,
}


def error_of(facts: Facts) -> ours.CloudError:
    """Make the error for what Google said."""
    found = classify(facts)
    return found(
        facts.message or f"Google answered {facts.code or facts.status}",
        code=facts.code,
        reason=facts.reason,
        remedy=_REMEDIES.get(found, _nothing)(facts),
        retry_after=facts.retry_after,
    )


#: What an operation's error may be beside "failed": what a caller acts on differently.
_OPERATION = frozenset(
    {
        ours.AlreadyExists,
        ours.ApiDisabled,
        ours.Conflict,
        ours.NotFound,
        ours.OperationInProgress,
        ours.PermissionDenied,
        ours.QuotaExceeded,
        ours.RateLimited,
    }
)
_IN_USE = frozenset({"RESOURCE_IN_USE_BY_ANOTHER_RESOURCE", "resourceInUseByAnotherResource"})
#: How Service Networking says that a producer has not yet let go of a network.
_STILL_USED = re.compile(r"still using this connection")


def operation_error(facts: Facts) -> ours.CloudError:
    """Make the error for an operation that was accepted and then failed."""
    found = classify(facts)
    in_use = _IN_USE & set(facts.reasons) or _STILL_USED.search(facts.message)
    if found in _OPERATION or facts.status == "UNAVAILABLE" or in_use:
        return error_of(facts)
    return ours.OperationFailed(
        facts.message or "the operation failed and Google gave no cause",
        code=facts.code,
        reason=facts.reason,
    )


def translate(exc: BaseException, *, hide: Iterable[str] = ()) -> ours.GcpstackError:
    """Say in gcpstack's words what a library raised.

    Args:
        exc: the exception.
        hide: secret values of the request, which an answer might repeat.
    """
    if isinstance(exc, ours.GcpstackError):
        return exc
    return _hidden(_dispatch(exc), hide)


def _hidden(error: ours.GcpstackError, hide: Iterable[str]) -> ours.GcpstackError:
    for secret in hide:
        if secret and secret in error.message:
            error.message = error.message.replace(secret, "(sensitive)")
            error.args = (error.message,)
    return error


@contextmanager
def translated(*, hide: Iterable[str] = ()) -> Iterator[None]:
    """Let only gcpstack's errors out.

    Args:
        hide: secret values of the request: taken out of messages, and the library's exception is
            not kept as the cause, since it may hold the request.
    """
    secrets = tuple(hide)
    try:
        yield
    except Exception as exc:  # a boundary: whatever a library raises
        if isinstance(exc, ours.GcpstackError):
            raise
        raise translate(exc, hide=secrets) from (None if secrets else exc)


@contextmanager
def fitting(*, hide: Iterable[str] = ()) -> Iterator[None]:
    """Let only gcpstack's errors out where a request is put into the form that a library takes.

    Args:
        hide: secret values of the request, as for `translated`.
    """
    secrets = tuple(hide)
    try:
        yield
    except load("google.protobuf.json_format").Error as exc:
        text = f"the client library refuses the fields: {first_line(exc)}"
        raise _hidden(ours.InvalidRequest(text), secrets) from (None if secrets else exc)


def _dispatch(exc: BaseException) -> ours.GcpstackError:
    for cls in type(exc).__mro__:
        reader = _READERS.get(f"{cls.__module__}.{cls.__qualname__}")
        if reader is not None:
            return reader(exc)
    return unreadable(f"{type(exc).__name__}: {str(exc)[:300]}")


def unreadable(why: object) -> ours.Unreadable:
    """Make the error for an answer that no Google would give, and tell why it is none."""
    return ours.Unreadable(
        f"the answer can't be read: {why}", remedy="A proxy in between may have changed it."
    )


def _api_core(exc: BaseException) -> ours.GcpstackError:
    answered = isinstance(getattr(getattr(exc, "response", None), "content", None), bytes)
    status = getattr(getattr(exc, "grpc_status_code", None), "name", "")
    nowhere = None if answered else _nowhere(status, str(getattr(exc, "message", exc)))
    return nowhere or error_of(from_call(exc))


def _nowhere(status: str, message: str) -> ours.CloudError | None:
    """Return the error of a gRPC call that reached nobody; None where somebody answered.

    Google too writes of names and networks, but not as UNAVAILABLE.
    """
    error = channel(message) if status == "UNAVAILABLE" else None
    if isinstance(error, ours.Unauthenticated):
        error.remedy = _LOGIN
    return error


def _http_error(exc: BaseException) -> ours.GcpstackError:
    resp = getattr(exc, "resp", {})
    code = int(getattr(resp, "status", 0))
    return error_of(from_http(code, getattr(exc, "content", b""), resp))


def _grpc(exc: BaseException) -> ours.GcpstackError:
    code, details = getattr(exc, "code", None), getattr(exc, "details", None)
    status = code().name if callable(code) and code() is not None else "UNKNOWN"
    message = str(details() if callable(details) else exc)
    return _nowhere(status, message) or error_of(from_rpc(status, message))


def _exhausted(exc: BaseException) -> ours.GcpstackError:
    cause = getattr(exc, "cause", None)
    if isinstance(cause, Exception):
        return translate(cause)
    return ours.Unavailable(f"the call was retried without success: {exc}")


def _unauthenticated(exc: BaseException) -> ours.GcpstackError:
    if "google.auth.exceptions.TransportError" in chain_names(exc):
        return lost(exc)
    if getattr(exc, "retryable", False):
        return ours.Unavailable(f"no token could be fetched: {exc}")
    return ours.Unauthenticated(f"no usable credentials: {first_line(exc)}", remedy=_LOGIN)


def _bad_url(exc: BaseException) -> ours.GcpstackError:
    return ours.SettingsError(f"not a usable address: {first_line(exc)}")


def _garbled(exc: BaseException) -> ours.GcpstackError:
    return unreadable(first_line(exc))


def _setup(exc: BaseException) -> ours.GcpstackError:
    return ours.SettingsError(f"the client can't be set up: {first_line(exc)}")


_READERS: Mapping[str, Callable[[BaseException], ours.GcpstackError]] = {
    "builtins.OSError": lost,
    "builtins.EOFError": lost,
    "google.api_core.exceptions.AsyncRestUnsupportedParameterError": _setup,
    "google.api_core.exceptions.ClientError": _api_core,
    "google.api_core.exceptions.DuplicateCredentialArgs": _setup,
    "google.api_core.exceptions.GoogleAPICallError": _api_core,
    "google.api_core.exceptions.GoogleAPIError": _setup,
    "google.api_core.exceptions.RetryError": _exhausted,
    "google.auth.exceptions.GoogleAuthError": _unauthenticated,
    "google.auth.exceptions.TransportError": lost,
    "google.auth.exceptions.MutualTLSChannelError": _setup,
    "google.protobuf.json_format.Error": _garbled,
    "google.protobuf.message.DecodeError": _garbled,
    "googleapiclient.errors.Error": _setup,
    "googleapiclient.errors.HttpError": _http_error,
    "grpc.RpcError": _grpc,
    "grpc.FutureTimeoutError": lost,
    "http.client.HTTPException": lost,
    "httplib2.error.HttpLib2Error": lost,
    "requests.exceptions.InvalidURL": _bad_url,
    "requests.exceptions.InvalidSchema": _bad_url,
    "requests.exceptions.MissingSchema": _bad_url,
    "requests.exceptions.RequestException": lost,
    "urllib3.exceptions.HTTPError": lost,
}
