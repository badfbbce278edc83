"""Whatever Google's libraries raise arrives as one of gcpstack's errors, chosen by code and reason."""

import http.client
import inspect
import json
import socket
import ssl

import grpc
import httplib2
import pytest
import requests
import urllib3
from google.api_core import exceptions as core
from google.auth import exceptions as auth
from google.protobuf import json_format
from google.rpc import error_details_pb2
from googleapiclient import errors as discovery

from gcpstack import exceptions as ours
from gcpstack._adapters.error_facts import (
    LONGEST,
    from_http,
    from_payload,
    plain_text,
)
from gcpstack._adapters.errors import fitting, translate, translated


def http_error(code: int, content: str | bytes, **headers: str) -> discovery.HttpError:
    response = httplib2.Response({**headers, "status": str(code)})
    return discovery.HttpError(
        response, content if isinstance(content, bytes) else content.encode()
    )


def body(code: int, reason: str = "", status: str = "", message: str = "m", **more: object) -> str:
    error: dict[str, object] = {"code": code, "message": message, **more}
    if reason:
        error["errors"] = [{"reason": reason, "domain": "global", "message": message}]
    if status:
        error["status"] = status
    return json.dumps({"error": error})


def info(reason: str, **metadata: str) -> dict[str, object]:
    return {
        "@type": "type.googleapis.com/google.rpc.ErrorInfo",
        "reason": reason,
        "domain": "googleapis.com",
        "metadata": metadata,
    }


HARD = {
    "@type": "type.googleapis.com/google.rpc.QuotaFailure",
    "violations": [{"subject": "project:p", "description": "too many policies"}],
}

TOLD = [
    (400, body(400, "invalid"), ours.InvalidRequest),
    (400, body(400, "badRequest", "INVALID_ARGUMENT"), ours.InvalidRequest),
    (400, body(400, "", "FAILED_PRECONDITION"), ours.FailedPrecondition),
    (400, body(400, "resourceInUseByAnotherResource"), ours.FailedPrecondition),
    (400, body(400, "resourceNotReady"), ours.OperationInProgress),
    (400, body(400, "", "OUT_OF_RANGE"), ours.InvalidRequest),
    (
        400,
        body(400, "", "FAILED_PRECONDITION", "Another activation or deactivation is in progress"),
        ours.OperationInProgress,
    ),
    (
        400,
        body(400, "", "INVALID_ARGUMENT", "Service account a@b.c does not exist."),
        ours.Unavailable,
    ),
    (401, body(401, "authError", "UNAUTHENTICATED"), ours.Unauthenticated),
    (403, body(403, "forbidden"), ours.PermissionDenied),
    (403, body(403, "rateLimitExceeded"), ours.RateLimited),
    (403, body(403, "userRateLimitExceeded"), ours.RateLimited),
    (403, body(403, "quotaExceeded"), ours.QuotaExceeded),
    (403, body(403, "accessNotConfigured"), ours.ApiDisabled),
    (
        403,
        body(
            403,
            "",
            "PERMISSION_DENIED",
            details=[info("SERVICE_DISABLED", service="run.googleapis.com")],
        ),
        ours.ApiDisabled,
    ),
    (
        403,
        body(403, "", "PERMISSION_DENIED", details=[info("CONCURRENT_OPERATIONS_QUOTA_EXCEEDED")]),
        ours.RateLimited,
    ),
    (
        403,
        body(
            403,
            message="Quota exceeded for quota metric 'Q' and limit 'Q per minute' of service 'c'",
        ),
        ours.RateLimited,
    ),
    (404, body(404, "notFound"), ours.NotFound),
    (404, body(404, "instanceDoesNotExist"), ours.NotFound),
    (409, body(409, "alreadyExists"), ours.AlreadyExists),
    (409, body(409, "duplicate", "ALREADY_EXISTS"), ours.AlreadyExists),
    (409, body(409, "operationInProgress"), ours.OperationInProgress),
    (409, body(409, "", "ABORTED"), ours.Conflict),
    (409, body(409, "aborted", "ABORTED"), ours.Conflict),
    (
        409,
        body(409, "conflict", message="The bucket you tried to delete is not empty."),
        ours.FailedPrecondition,
    ),
    (
        409,
        body(409, "conflict", message="Your previous request succeeded and you already own it."),
        ours.AlreadyExists,
    ),
    (
        409,
        body(409, "", "", "too many concurrent edits to the project configuration"),
        ours.OperationInProgress,
    ),
    (410, body(410), ours.NotFound),
    (412, body(412, "conditionNotMet"), ours.Conflict),
    (412, body(412, "staleData"), ours.Conflict),
    (429, body(429, "rateLimitExceeded"), ours.RateLimited),
    (429, body(429, "", "RESOURCE_EXHAUSTED"), ours.RateLimited),
    (
        429,
        body(429, "", "RESOURCE_EXHAUSTED", details=[info("RATE_LIMIT_EXCEEDED"), HARD]),
        ours.RateLimited,
    ),
    (429, body(429, "", "RESOURCE_EXHAUSTED", details=[HARD]), ours.QuotaExceeded),
    (499, body(499, "", "CANCELLED"), ours.Unavailable),
    (500, body(500, "internalError"), ours.Unavailable),
    (500, body(500, "", "DATA_LOSS"), ours.CloudError),
    (501, body(501, "", "UNIMPLEMENTED"), ours.InvalidRequest),
    (502, "<html><title>502 Bad Gateway</title></html>", ours.Unavailable),
    (503, "", ours.Unavailable),
    (503, body(503, "backendError"), ours.Unavailable),
    (504, body(504, "", "DEADLINE_EXCEEDED"), ours.Unavailable),
    (404, "<!DOCTYPE html><title>Error 404 (Not Found)!!1</title>", ours.NotFound),
    (400, "[]", ours.InvalidRequest),
    (400, '"text"', ours.InvalidRequest),
    (400, '{"error": "invalid_grant", "error_description": "expired"}', ours.InvalidRequest),
    (302, "", ours.CloudError),
]


@pytest.mark.parametrize(("code", "content", "expected"), TOLD)
def test_answers_of_either_library_mean_the_same(
    code: int, content: str, expected: type[ours.CloudError]
) -> None:
    """The discovery client and the typed ones tell one refusal as one error."""
    response = requests.Response()
    response.status_code = code
    response._content = content.encode()
    request = requests.Request("GET", "http://localhost/x").prepare()
    response.request = request
    found = [translate(http_error(code, content))]
    if (
        content[:1] not in {"[", '"'} and "invalid_grant" not in content
    ):  # it can't read these itself
        found.append(translate(core.from_http_response(response)))
    for error in found:
        assert type(error) is expected
        assert isinstance(error, ours.CloudError)
        assert error.code == code
        assert error.message


def all_subclasses(cls: type) -> set[type]:
    return {cls, *(found for sub in cls.__subclasses__() for found in all_subclasses(sub))}


def test_every_exception_of_api_core_is_known() -> None:
    """No class of google.api_core falls through to the words for an unreadable answer."""
    classes = [
        found
        for _, found in inspect.getmembers(core, inspect.isclass)
        if issubclass(found, Exception) and found.__module__ == core.__name__
    ]
    assert len(classes) > 30
    for cls in classes:
        error = translate(
            cls("words", ValueError("cause")) if cls is core.RetryError else cls("words")
        )
        assert isinstance(error, ours.GcpstackError)
        if cls is not core.RetryError:
            assert "can't be read" not in str(error), cls


CANONICAL = {
    "CANCELLED": ours.Unavailable,
    "UNKNOWN": ours.Unavailable,
    "INVALID_ARGUMENT": ours.InvalidRequest,
    "DEADLINE_EXCEEDED": ours.Unavailable,
    "NOT_FOUND": ours.NotFound,
    "ALREADY_EXISTS": ours.AlreadyExists,
    "PERMISSION_DENIED": ours.PermissionDenied,
    "RESOURCE_EXHAUSTED": ours.RateLimited,
    "FAILED_PRECONDITION": ours.FailedPrecondition,
    "ABORTED": ours.Conflict,
    "OUT_OF_RANGE": ours.InvalidRequest,
    "UNIMPLEMENTED": ours.InvalidRequest,
    "INTERNAL": ours.Unavailable,
    "UNAVAILABLE": ours.Unavailable,
    "DATA_LOSS": ours.CloudError,
    "UNAUTHENTICATED": ours.Unauthenticated,
}


class Broken(grpc.RpcError):
    def __init__(self, code: grpc.StatusCode) -> None:
        super().__init__()
        self._code = code

    def code(self) -> grpc.StatusCode:
        return self._code

    def details(self) -> str:
        return "words"

    def trailing_metadata(self) -> tuple[()]:
        return ()


@pytest.mark.parametrize("status", list(grpc.StatusCode), ids=str)
def test_grpc_statuses(status: grpc.StatusCode) -> None:
    """A raw gRPC error and the exception that api-core makes of it give the same error."""
    if status is grpc.StatusCode.OK:
        return
    for exc in (Broken(status), core.from_grpc_status(status, "words")):
        error = translate(exc)
        assert type(error) is CANONICAL[status.name]
        assert "words" in str(error)


def test_grpc_details_are_read() -> None:
    """Typed details arrive as messages on gRPC; they decide as they do in JSON."""
    detail = error_details_pb2.ErrorInfo(
        reason="SERVICE_DISABLED",
        domain="googleapis.com",
        metadata={"service": "run.googleapis.com"},
    )
    exc = core.PermissionDenied("off", details=[detail])
    error = translate(exc)
    assert isinstance(error, ours.ApiDisabled)
    assert error.reason == "SERVICE_DISABLED"
    assert "gcloud services enable run.googleapis.com" in error.remedy
    retry = error_details_pb2.RetryInfo()
    retry.retry_delay.FromJsonString("7s")
    later = translate(core.ResourceExhausted("slow down", details=[retry]))
    assert isinstance(later, ours.RateLimited)
    assert later.retry_after == 7


@pytest.mark.parametrize(
    ("exc", "expected"),
    [
        (requests.ConnectionError("refused"), ours.Unreachable),
        (requests.ReadTimeout("slow"), ours.Unavailable),
        (requests.exceptions.ChunkedEncodingError("cut"), ours.Unavailable),
        (requests.exceptions.MissingSchema("no scheme"), ours.SettingsError),
        (urllib3.exceptions.ProtocolError("cut"), ours.Unreachable),
        (http.client.RemoteDisconnected("closed"), ours.Unreachable),
        (http.client.IncompleteRead(b""), ours.Unavailable),
        (httplib2.ServerNotFoundError("nowhere"), ours.Unreachable),
        (ConnectionResetError("reset"), ours.Unreachable),
        (TimeoutError("timed out"), ours.Unreachable),
        (socket.gaierror(-2, "Name or service not known"), ours.Unreachable),
        (ssl.SSLError("handshake"), ours.Unreachable),
        (ssl.SSLCertVerificationError("self signed"), ours.SettingsError),
        (
            requests.exceptions.SSLError(ssl.SSLCertVerificationError("self signed")),
            ours.SettingsError,
        ),
        (auth.DefaultCredentialsError("none"), ours.Unauthenticated),
        (auth.RefreshError("expired"), ours.Unauthenticated),
        (auth.RefreshError("flaky", retryable=True), ours.Unavailable),
        (auth.TransportError("no route"), ours.Unreachable),
        (auth.MutualTLSChannelError("bad certificate"), ours.SettingsError),
        (core.RetryError("gave up", core.NotFound("gone")), ours.NotFound),
        (json_format.ParseError("no such field"), ours.Unreadable),
        (discovery.InvalidJsonError("bad document"), ours.SettingsError),
        (json.JSONDecodeError("bad", "", 0), ours.Unreadable),
        (AttributeError("'list' object has no attribute 'get'"), ours.Unreadable),
        (ours.NotFound("already ours"), ours.NotFound),
    ],
)
def test_what_else_libraries_raise(exc: Exception, expected: type[Exception]) -> None:
    """Connections, credentials and unreadable answers have errors of their own."""
    error = translate(exc)
    assert type(error) is expected
    assert str(error)


def test_no_credentials_say_how_to_log_in() -> None:
    error = translate(auth.DefaultCredentialsError("Your default credentials were not found."))
    assert "gcloud auth application-default login" in str(error)


def test_the_cause_is_kept_and_ours_pass_through() -> None:
    with pytest.raises(ours.NotFound) as caught, translated():
        raise core.NotFound("gone")
    assert isinstance(caught.value.__cause__, core.NotFound)
    mine = ours.Conflict("mine")
    with pytest.raises(ours.Conflict) as again, translated():
        raise mine
    assert again.value is mine


def test_an_interrupt_is_none_of_our_business() -> None:
    with pytest.raises(KeyboardInterrupt), translated():
        raise KeyboardInterrupt


def test_secrets_of_the_request_are_taken_out() -> None:
    """An answer that repeats the value does not carry it on, and neither does the cause."""
    with pytest.raises(ours.InvalidRequest) as caught, translated(hide=["hunter2", ""]):
        raise core.InvalidArgument("bad value 'hunter2' at payload")
    assert "hunter2" not in str(caught.value)
    assert "hunter2" not in repr(caught.value)
    assert "(sensitive)" in str(caught.value)
    assert caught.value.__cause__ is None


def test_pages_and_floods_are_cut_short() -> None:
    assert plain_text("  ") == "an empty answer"
    assert "502 Bad Gateway" in plain_text("<html><title>502\n Bad Gateway</title>" + "x" * 10**6)
    flood = from_http(400, json.dumps({"error": {"message": "y" * 10**6}}))
    assert len(flood.message) < LONGEST + 10
    assert len(from_http(500, b"\xff" * 10**6).message) < LONGEST


def test_retry_after_is_heard() -> None:
    asked = translate(http_error(503, "", **{"retry-after": "12"}))
    assert isinstance(asked, ours.Unavailable)
    assert asked.retry_after == 12
    dated = translate(http_error(503, "", **{"retry-after": "Wed, 21 Oct 2026 07:28:00 GMT"}))
    assert isinstance(dated, ours.Unavailable)
    assert dated.retry_after is None


def test_a_missing_permission_is_named() -> None:
    details = [info("IAM_PERMISSION_DENIED", permission="run.services.create")]
    error = translate(http_error(403, body(403, "", "PERMISSION_DENIED", details=details)))
    assert "run.services.create" in str(error)


def test_a_refused_quota_project_says_which_role_is_missing() -> None:
    details = [info("USER_PROJECT_DENIED")]
    error = translate(http_error(403, body(403, "", "PERMISSION_DENIED", details=details)))
    assert isinstance(error, ours.PermissionDenied)
    assert "serviceUsageConsumer" in str(error)


def test_a_request_that_does_not_fit() -> None:
    """A field that the library lacks is the declaration's, and a secret in it stays one."""
    with pytest.raises(ours.InvalidRequest) as told, fitting(hide=["hush"]):
        raise json_format.ParseError("Failed to parse value field: hush.")
    assert "hush" not in str(told.value)
    assert told.value.__cause__ is None


def test_a_page_in_the_place_of_words() -> None:
    """A proxy's page is named, not printed."""
    told = from_payload({"code": 3, "message": "<!DOCTYPE html><title>No entry</title><p>Go away"})
    assert told.message == "a page of HTML titled 'No entry', not an API's answer"
