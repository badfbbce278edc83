"""Health checks, global and regional (https://cloud.google.com/compute/docs/reference/rest/v1/healthChecks)."""

from gcpstack.emulator.core.call import Call
from gcpstack.emulator.core.errors import invalid
from gcpstack.emulator.core.model import Body, Kind
from gcpstack.emulator.dialects.compute import COMPUTE

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


def _validate(_call: Call, body: Body, _old: Body | None) -> None:
    if body["timeoutSec"] > body["checkIntervalSec"]:
        raise invalid(
            f"Invalid value for field 'resource.timeoutSec': '{body['timeoutSec']}'. "
            "TimeoutSec should be less than checkIntervalSec."
        )
    wrong = [name for kind, name in FIELDS.items() if name in body and kind != body.get("type")]
    if wrong:
        raise invalid(
            f"Invalid value for field 'resource.{wrong[0]}': ''. "
            f"Only the settings of a health check of type {body.get('type')} can be set."
        )


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
    label="health_check",
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
