"""What Google said in an error, read from each of the forms in which it says so.

The forms: JSON bodies of the older APIs (``errors[]`` with a reason) and of the newer ones
(``status`` and typed ``details``), gRPC statuses, ``google.rpc.Status`` within an operation, pages
of HTML from a proxy, and nothing at all.
"""

import html
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

#: No message grows longer than this; a proxy's page may.
LONGEST = 1500

# Canonical codes: https://github.com/googleapis/googleapis/blob/master/google/rpc/code.proto
RPC = (
    "OK",
    "CANCELLED",
    "UNKNOWN",
    "INVALID_ARGUMENT",
    "DEADLINE_EXCEEDED",
    "NOT_FOUND",
    "ALREADY_EXISTS",
    "PERMISSION_DENIED",
    "RESOURCE_EXHAUSTED",
    "FAILED_PRECONDITION",
    "ABORTED",
    "OUT_OF_RANGE",
    "UNIMPLEMENTED",
    "INTERNAL",
    "UNAVAILABLE",
    "DATA_LOSS",
    "UNAUTHENTICATED",
)

#: The HTTP status that the canonical status is told with.
HTTP_OF: Mapping[str, int] = {
    "OK": 200,
    "CANCELLED": 499,
    "UNKNOWN": 500,
    "INVALID_ARGUMENT": 400,
    "DEADLINE_EXCEEDED": 504,
    "NOT_FOUND": 404,
    "ALREADY_EXISTS": 409,
    "PERMISSION_DENIED": 403,
    "RESOURCE_EXHAUSTED": 429,
    "FAILED_PRECONDITION": 400,
    "ABORTED": 409,
    "OUT_OF_RANGE": 400,
    "UNIMPLEMENTED": 501,
    "INTERNAL": 500,
    "UNAVAILABLE": 503,
    "DATA_LOSS": 500,
    "UNAUTHENTICATED": 401,
}


@dataclass(frozen=True, slots=True)
class Facts:
    """An error as Google told it.

    Attributes:
        message: Google's words; never the request's body.
        code: the HTTP status, or 0.
        status: the canonical status, or nothing.
        reasons: machine-readable reasons, the most telling first.
        details: typed details, each with its ``@type``.
        retry_after: seconds that Google asked to wait, if it did.
    """

    message: str
    code: int = 0
    status: str = ""
    reasons: tuple[str, ...] = ()
    details: tuple[Mapping[str, Any], ...] = ()
    retry_after: float | None = None

    @property
    def reason(self) -> str:
        """The most telling reason, else the status."""
        return self.reasons[0] if self.reasons else self.status

    @property
    def hard_quota(self) -> bool:
        """Whether the details name a limit on how much there may be, not on how often."""
        return any(str(item.get("@type", "")).endswith("QuotaFailure") for item in self.details)

    def metadata(self, key: str) -> str:
        """Look into the metadata of the ErrorInfo details."""
        for item in self.details:
            held = item.get("metadata") or item.get("metadatas")
            if isinstance(held, Mapping) and held.get(key):
                return str(held[key])
        return ""


def from_http(code: int, content: bytes | str, headers: Mapping[str, str] | None = None) -> Facts:
    """Read the answer of an HTTP call."""
    text = content.decode("utf-8", "replace") if isinstance(content, bytes) else content
    after = _seconds((headers or {}).get("Retry-After") or (headers or {}).get("retry-after"))
    payload = read_payload(text)
    if payload is None:
        return Facts(f"HTTP {code}: {plain_text(text)}", code=code, retry_after=after)
    return from_payload(payload, code=code, retry_after=after)


def read_payload(text: str) -> Mapping[str, Any] | None:
    """Find the error object in a body; None where the body is something else."""
    try:
        data = json.loads(text)
    except ValueError:
        return None
    if isinstance(data, list) and data:
        data = data[0]
    if not isinstance(data, Mapping):
        return None
    error = data.get("error")
    if isinstance(error, Mapping):
        return error
    if isinstance(error, str):  # OAuth's form: https://www.rfc-editor.org/rfc/rfc6749#section-5.2
        return {"message": f"{error}: {data.get('error_description', '')}".strip(": ")}
    return None


def from_payload(
    error: Mapping[str, Any], *, code: int = 0, retry_after: float | None = None
) -> Facts:
    """Read Google's JSON error object, or a ``google.rpc.Status`` in JSON form."""
    details = tuple(item for item in _list(error.get("details")) if isinstance(item, Mapping))
    entries = [item for item in _list(error.get("errors")) if isinstance(item, Mapping)]
    reasons = [str(item["reason"]) for item in details if item.get("reason")]
    reasons += [str(item["reason"]) for item in entries if item.get("reason")]
    told = error.get("code")
    number = told if isinstance(told, int) else 0
    status = str(error.get("status") or "")
    if not status and 0 < number < len(RPC):
        status, number = RPC[number], HTTP_OF[RPC[number]]
    return Facts(
        message=_short(_words(str(error.get("message") or ""))),
        code=code or number or HTTP_OF.get(status, 0),
        status=status,
        reasons=tuple(dict.fromkeys(reasons)),
        details=details,
        retry_after=retry_after or _retry_delay(details),
    )


def from_rpc(status: str, message: str) -> Facts:
    """Read a gRPC status."""
    return from_payload({"status": status, "message": message})


def from_call(exc: BaseException) -> Facts:
    """Read an exception of google-api-core, whichever transport it came from."""
    response = getattr(exc, "response", None)
    content = getattr(response, "content", None)
    code = int(getattr(exc, "code", None) or 0)
    if isinstance(content, bytes):
        return from_http(code, content, getattr(response, "headers", None))
    rpc = getattr(exc, "grpc_status_code", None)
    told = {
        "message": getattr(exc, "message", str(exc)),
        "status": getattr(rpc, "name", ""),
    }
    plain = [item for item in map(_as_mapping, getattr(exc, "details", ())) if item is not None]
    entries = [item for item in getattr(exc, "errors", ()) if isinstance(item, Mapping)]
    return from_payload({**told, "details": plain, "errors": entries}, code=code)


def from_compute_operation(body: Mapping[str, Any]) -> Facts:
    """Read the error of a Compute or Cloud SQL operation.

    https://cloud.google.com/compute/docs/reference/rest/v1/globalOperations
    """
    error = body.get("error")
    entries = [
        item
        for item in _list(error.get("errors") if isinstance(error, Mapping) else None)
        if isinstance(item, Mapping)
    ]
    reasons, details, messages = [], [], []
    for item in entries:
        for detail in _list(item.get("errorDetails")):
            info = detail.get("errorInfo") if isinstance(detail, Mapping) else None
            if isinstance(info, Mapping):
                details.append(info)
                reasons.append(str(info.get("reason") or ""))
        reasons.append(str(item.get("code") or ""))
        messages.append(str(item.get("message") or item.get("code") or ""))
    code = body.get("httpErrorStatusCode")
    message = "; ".join(text for text in messages if text) or str(
        body.get("httpErrorMessage") or ""
    )
    return Facts(
        message=_short(message),
        code=code if isinstance(code, int) else 0,
        reasons=tuple(dict.fromkeys(reason for reason in reasons if reason)),
        details=tuple(details),
    )


def plain_text(text: str) -> str:
    """Say in a line what a body holds that is not JSON."""
    if not text.strip():
        return "an empty answer"
    if "<" in text[:200]:
        title = re.search(r"<title[^>]*>(.*?)</title>", text[:20000], re.IGNORECASE | re.DOTALL)
        told = html.unescape(re.sub(r"\s+", " ", title[1]).strip()) if title else ""
        return f"a page of HTML{f' titled {told[:200]!r}' if told else ''}, not an API's answer"
    return " ".join(text[:300].split())


def _words(text: str) -> str:
    """Return the message of an error; what a proxy put in its place is named instead."""
    return plain_text(text) if re.match(r"\s*<(?:!doctype|html)\b", text, re.IGNORECASE) else text


def _short(text: str) -> str:
    return text if len(text) <= LONGEST else f"{text[:LONGEST]} …"


def _list(value: object) -> Sequence[Any]:
    return value if isinstance(value, list | tuple) else ()


def _seconds(text: object) -> float | None:
    match = re.fullmatch(r"\s*(\d{1,6}(?:\.\d+)?)s?\s*", str(text)) if text is not None else None
    return float(match[1]) if match else None


def _retry_delay(details: Iterable[Mapping[str, Any]]) -> float | None:
    for item in details:
        found = _seconds(item.get("retryDelay"))
        if found:
            return found
    return None


def _as_mapping(detail: object) -> Mapping[str, Any] | None:
    """Bring a typed detail to its JSON form; it is a protobuf message on gRPC."""
    if isinstance(detail, Mapping):
        return detail
    descriptor = getattr(detail, "DESCRIPTOR", None)
    if descriptor is None:
        return None
    out: dict[str, Any] = {"@type": f"type.googleapis.com/{descriptor.full_name}"}
    for field, value in detail.ListFields():  # type: ignore[attr-defined] # a protobuf message
        out[field.json_name] = _json_value(value)
    return out


def _json_value(value: Any) -> Any:
    if hasattr(value, "ToJsonString"):  # Duration, Timestamp
        try:
            return value.ToJsonString()
        except ValueError:  # beyond what either can say
            return ""
    if hasattr(value, "items"):  # a map
        return {str(key): str(inner) for key, inner in value.items()}
    return value if isinstance(value, str | int | float | bool) else str(value)
