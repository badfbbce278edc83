"""Health checks, global and regional (https://cloud.google.com/compute/docs/reference/rest/v1/healthChecks)."""

from gcpstack.emulator.core.call import Call
from gcpstack.emulator.core.locations import REGIONS
from gcpstack.emulator.core.model import Body, Kind
from gcpstack.emulator.dialects.compute import COMPUTE
from gcpstack.emulator.services.compute.words import missing, wrong

PORTS = {"TCP": 80, "SSL": 443, "HTTP": 80, "HTTPS": 443, "HTTP2": 443, "GRPC": None}
FIELDS = {
    "TCP": "tcpHealthCheck",
    "SSL": "sslHealthCheck",
    "HTTP": "httpHealthCheck",
    "HTTPS": "httpsHealthCheck",
    "HTTP2": "http2HealthCheck",
    "GRPC": "grpcHealthCheck",
    "GRPC_WITH_TLS": "grpcTlsHealthCheck",
}
WEB = ("HTTP", "HTTPS", "HTTP2")
RANGES = {
    "checkIntervalSec": (1, 300),
    "timeoutSec": (1, 300),
    "healthyThreshold": (1, 10),
    "unhealthyThreshold": (1, 10),
}
LAST_PORT = 65535
SOURCES = 3
SLOWEST = 30


def _validate(call: Call, body: Body, _old: Body | None) -> None:
    for name, (low, high) in RANGES.items():
        if not low <= body[name] <= high:
            raise wrong(name, body[name], f"Must be between {low} and {high}.")
    if body["timeoutSec"] > body["checkIntervalSec"]:
        hint = "TimeoutSec should be less than checkIntervalSec."
        raise wrong("timeoutSec", body["timeoutSec"], hint)
    kind = body["type"]
    unfit = [name for other, name in FIELDS.items() if name in body and other != kind]
    if unfit:
        hint = f"Only the settings of a health check of type {kind} can be set."
        raise wrong(unfit[0], hint=hint)
    _check_port(body.get(FIELDS[kind], {}), FIELDS[kind], kind)
    _check_regions(call, body)


def _check_port(settings: Body, field: str, kind: str) -> None:
    how, port = settings.get("portSpecification"), settings.get("port")
    if port is not None and not 1 <= port <= LAST_PORT:
        raise wrong(f"{field}.port", port, f"Must be between 1 and {LAST_PORT}.")
    if how == "USE_SERVING_PORT" and port is not None:
        hint = "Port cannot be set with the port specification USE_SERVING_PORT."
        raise wrong(f"{field}.port", port, hint)
    if kind.startswith("GRPC") and port is None and how is None:
        raise missing(f"{field}.port")
    if kind in WEB and not settings.get("requestPath", "/").startswith("/"):
        raise wrong(f"{field}.requestPath", settings["requestPath"], "A path must start with /.")


def _check_regions(call: Call, body: Body) -> None:
    """Probes from chosen regions (https://cloud.google.com/compute/docs/reference/rest/v1/healthChecks)."""
    chosen = body.get("sourceRegions")
    if not chosen:
        return
    unknown = [region for region in chosen if region not in REGIONS]
    if unknown:
        raise wrong("sourceRegions", unknown[0], "Unknown region.")
    if len(chosen) != SOURCES:
        raise wrong("sourceRegions", len(chosen), f"Exactly {SOURCES} regions must be specified.")
    if call.location != "global":
        raise wrong("sourceRegions", hint="Only global health checks can have source regions.")
    if body["type"] not in ("TCP", "HTTP", "HTTPS"):
        hint = "Source regions are only supported for the types TCP, HTTP and HTTPS."
        raise wrong("type", body["type"], hint)
    settings, field = body.get(FIELDS[body["type"]], {}), FIELDS[body["type"]]
    if body["type"] == "TCP" and settings.get("request"):
        hint = "The request is not supported with source regions."
        raise wrong(f"{field}.request", settings["request"], hint)
    if settings.get("proxyHeader", "NONE") != "NONE":
        hint = "The proxy header is not supported with source regions."
        raise wrong(f"{field}.proxyHeader", settings["proxyHeader"], hint)
    if body["checkIntervalSec"] < SLOWEST:
        hint = f"Must be at least {SLOWEST} with source regions."
        raise wrong("checkIntervalSec", body["checkIntervalSec"], hint)


def _type(_call: Call, body: Body) -> str:
    return next((kind for kind, name in FIELDS.items() if name in body), "TCP")


def _settings(_call: Call, body: Body) -> None:
    """The protocol's own settings get their defaults where Google fills them in."""
    field = FIELDS[body["type"]]
    settings = dict(body.get(field) or {})
    port = PORTS.get(body["type"])
    if port and "portSpecification" not in settings:
        settings.setdefault("port", port)
    if body["type"] in PORTS and body["type"] != "GRPC":
        settings.setdefault("proxyHeader", "NONE")
    if body["type"] in WEB:
        settings.setdefault("requestPath", "/")
    body[field] = settings


HEALTH_CHECKS = Kind(
    name="healthChecks",
    resources=("healthChecks", "regionHealthChecks"),
    schema="HealthCheck",
    dialect=COMPUTE,
    latency="compute.HealthCheck",
    defaults={
        "type": _type,
        "checkIntervalSec": 5,
        "timeoutSec": 5,
        "healthyThreshold": 2,
        "unhealthyThreshold": 2,
    },
    validate=_validate,
    on_create=_settings,
    on_update=lambda call, body, _old: _settings(call, body),
)
