"""Errors as Google words them, rendered in each API's own style.

Two families exist. The older APIs answer ``errors[]`` with a reason and no ``status``; the newer ones
follow https://cloud.google.com/apis/design/errors with a canonical ``status`` and typed ``details``.
"""

from collections.abc import Sequence
from typing import Any, Literal

Style = Literal["v1", "both", "aip"]

# HTTP code -> the canonical status it usually means (https://cloud.google.com/apis/design/errors).
STATUS_OF_CODE = {
    400: "INVALID_ARGUMENT",
    401: "UNAUTHENTICATED",
    403: "PERMISSION_DENIED",
    404: "NOT_FOUND",
    405: "UNIMPLEMENTED",
    409: "ALREADY_EXISTS",
    411: "INVALID_ARGUMENT",
    412: "FAILED_PRECONDITION",
    413: "INVALID_ARGUMENT",
    416: "OUT_OF_RANGE",
    429: "RESOURCE_EXHAUSTED",
    499: "CANCELLED",
    500: "INTERNAL",
    501: "UNIMPLEMENTED",
    502: "UNAVAILABLE",
    503: "UNAVAILABLE",
    504: "DEADLINE_EXCEEDED",
}

# Canonical status -> gRPC code (https://github.com/googleapis/googleapis/blob/master/google/rpc/code.proto).
GRPC_OF_STATUS = {
    "CANCELLED": 1,
    "UNKNOWN": 2,
    "INVALID_ARGUMENT": 3,
    "DEADLINE_EXCEEDED": 4,
    "NOT_FOUND": 5,
    "ALREADY_EXISTS": 6,
    "PERMISSION_DENIED": 7,
    "RESOURCE_EXHAUSTED": 8,
    "FAILED_PRECONDITION": 9,
    "ABORTED": 10,
    "OUT_OF_RANGE": 11,
    "UNIMPLEMENTED": 12,
    "INTERNAL": 13,
    "UNAVAILABLE": 14,
    "DATA_LOSS": 15,
    "UNAUTHENTICATED": 16,
}

# Canonical status -> the reason the older style gives when the API names no special one.
REASON_OF_STATUS = {
    "INVALID_ARGUMENT": "badRequest",
    "FAILED_PRECONDITION": "failedPrecondition",
    "OUT_OF_RANGE": "badRequest",
    "UNAUTHENTICATED": "authError",
    "PERMISSION_DENIED": "forbidden",
    "NOT_FOUND": "notFound",
    "ALREADY_EXISTS": "alreadyExists",
    "ABORTED": "aborted",
    "RESOURCE_EXHAUSTED": "rateLimitExceeded",
    "INTERNAL": "internalError",
    "UNIMPLEMENTED": "notImplemented",
    "UNAVAILABLE": "backendError",
    "DEADLINE_EXCEEDED": "backendError",
}


class ApiError(Exception):
    """An answer other than success; raise it anywhere while a call is handled.

    Args:
        code: the HTTP status.
        message: Google's words.
        reason: the older style's reason; by default the usual one for the status.
        status: the canonical status; by default the usual one for the code.
        details: typed details, each with its ``@type``.
        show_status: the older style tells ``status`` too (answers of the schema check).
        location: the older style's ``location`` (a header or a parameter) with its type.
    """

    def __init__(
        self,
        code: int,
        message: str,
        *,
        reason: str = "",
        status: str = "",
        details: Sequence[dict[str, Any]] = (),
        show_status: bool = False,
        location: tuple[str, str] | None = None,
    ) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.status = status or STATUS_OF_CODE.get(code, "UNKNOWN")
        self.reason = reason or REASON_OF_STATUS.get(self.status, "unknown")
        self.details = list(details)
        self.show_status = show_status
        self.location = location

    @property
    def grpc_code(self) -> int:
        """The number of the canonical status."""
        return GRPC_OF_STATUS.get(self.status, 2)

    def body(self, style: Style) -> dict[str, Any]:
        """The JSON body in the style of an API."""
        error: dict[str, Any] = {"code": self.code, "message": self.message}
        if style != "aip":
            entry = {"message": self.message, "domain": "global", "reason": self.reason}
            if self.location:
                entry["locationType"], entry["location"] = self.location
            error["errors"] = [entry]
        if style != "v1" or self.show_status:
            error["status"] = self.status
        if self.details:
            error["details"] = self.details
        return {"error": error}

    def as_status(self) -> dict[str, Any]:
        """The ``google.rpc.Status`` of a long-running operation that failed."""
        status: dict[str, Any] = {"code": self.grpc_code, "message": self.message}
        if self.details:
            status["details"] = self.details
        return status


def invalid(message: str, *, reason: str = "invalid", field: str = "") -> ApiError:
    """400 INVALID_ARGUMENT, naming the field where one is known."""
    details = [bad_request([(field, message)])] if field else []
    return ApiError(400, message, reason=reason, details=details)


def failed_precondition(message: str, *, reason: str = "failedPrecondition") -> ApiError:
    """400 FAILED_PRECONDITION: the state of the system forbids the call."""
    return ApiError(400, message, reason=reason, status="FAILED_PRECONDITION")


def not_found(message: str, *, reason: str = "notFound") -> ApiError:
    """404 NOT_FOUND."""
    return ApiError(404, message, reason=reason)


def already_exists(message: str, *, reason: str = "alreadyExists") -> ApiError:
    """409 ALREADY_EXISTS."""
    return ApiError(409, message, reason=reason)


def aborted(message: str) -> ApiError:
    """409 ABORTED: someone else wrote in between."""
    return ApiError(409, message, status="ABORTED", reason="aborted")


def condition_not_met(message: str) -> ApiError:
    """412 conditionNotMet: a fingerprint or a precondition did not match."""
    return ApiError(412, message, reason="conditionNotMet", location=("header", "If-Match"))


def bad_request(violations: Sequence[tuple[str, str]]) -> dict[str, Any]:
    """The ``google.rpc.BadRequest`` detail for (field, description) pairs."""
    return {
        "@type": "type.googleapis.com/google.rpc.BadRequest",
        "fieldViolations": [
            {"field": field, "description": text} if field else {"description": text}
            for field, text in violations
        ],
    }


def error_info(reason: str, **metadata: str) -> dict[str, Any]:
    """The ``google.rpc.ErrorInfo`` detail of the googleapis.com domain."""
    return {
        "@type": "type.googleapis.com/google.rpc.ErrorInfo",
        "reason": reason,
        "domain": "googleapis.com",
        "metadata": metadata,
    }
