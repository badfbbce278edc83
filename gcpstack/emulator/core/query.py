"""Query parameters: typed by the discovery document, unknown ones refused as Google does."""

from typing import Any
from urllib.parse import parse_qsl

from gcpstack.emulator.core.discovery import Api, Field, Method
from gcpstack.emulator.core.errors import ApiError, bad_request
from gcpstack.emulator.core.paths import camel
from gcpstack.emulator.core.schema import INT_RANGE

# Parameters of every Google API beside the documented ones
# (https://cloud.google.com/apis/docs/system-parameters).
SYSTEM = frozenset(
    f"{dollar}{name}"
    for dollar in ("", "$")
    for name in (
        "alt", "fields", "key", "prettyPrint", "quotaUser", "userProject", "callback", "access_token",
        "oauth_token", "uploadType", "upload_protocol", "upload_id", "userIp", "trace", "apiVersion",
        ".xgafv", "outputDefaults", "ct", "req", "unique", "httpMethod", "bearer_token", "pp",
    )
)  # fmt: skip
PAGE_SIZES = frozenset({"pageSize", "maxResults"})
# What Google's clients send and Google takes although no document tells it.
LEFT_OUT = frozenset({("compute", "returnPartialSuccess")})


def parse(api: Api, method: Method, text: str, *, strict: bool) -> dict[str, Any]:
    """The parameters by JSON name; repeated ones as lists."""
    out: dict[str, Any] = {}
    for name, value in parse_qsl(text, keep_blank_values=True):
        found = (
            method.query.get(name) or method.query.get(camel(name)) or _of_body(api, method, name)
        )
        if found is not None:
            _keep(out, found, value)
        elif name in SYSTEM or name in api.common or (api.name, name) in LEFT_OUT:
            out[name] = value
        elif strict:
            raise _unknown(name)
    return out


def _of_body(api: Api, method: Method, name: str) -> Field | None:
    """A plain field of the request message: Google takes it from the query too."""
    if not method.request.endswith("Request"):
        return None
    found = api.schemas[method.request].find(name)
    return found if found is not None and found.type not in ("object", "map", "array") else None


def _keep(out: dict[str, Any], found: Field, text: str) -> None:
    value = _typed(found, text)
    if found.name in PAGE_SIZES and value < 0:
        raise _bad(found, text, f"TYPE_{(found.format or 'int32').upper()}")
    if found.repeated:
        out.setdefault(found.name, []).append(value)
    else:
        out[found.name] = value


def _typed(found: Field, text: str) -> Any:
    if found.type == "boolean":
        if text.lower() not in ("true", "false", "1", "0", ""):
            raise _bad(found, text, "TYPE_BOOL")
        return text.lower() in ("true", "1")
    if found.type == "integer":
        kind = found.format if found.format in INT_RANGE else "int32"
        try:
            value = int(text or 0)
        except ValueError:
            raise _bad(found, text, f"TYPE_{kind.upper()}") from None
        low, high = INT_RANGE[kind]
        if value > high or value < min(low, -high):  # Compute words the negative ones itself
            raise _bad(found, text, f"TYPE_{kind.upper()}")
        return value
    if found.enum and text and text not in found.enum and not text.isdigit():
        raise _bad(found, text, f"TYPE_ENUM of {found.name}")
    return text


def _bad(found: Field, text: str, kind: str) -> ApiError:
    message = f"Invalid value at '{found.name}' ({kind}), \"{text}\""
    details = [bad_request([(found.name, message)])]
    return ApiError(400, message, reason="invalid", details=details, show_status=True)


def _unknown(name: str) -> ApiError:
    message = (
        f'Invalid JSON payload received. Unknown name "{name}": Cannot bind query parameter. '
        f"Field '{name}' could not be found in request message."
    )
    return ApiError(
        400, message, reason="invalid", details=[bad_request([("", message)])], show_status=True
    )
