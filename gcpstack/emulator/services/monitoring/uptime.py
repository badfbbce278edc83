"""Uptime checks (https://cloud.google.com/monitoring/api/ref_v3/rest/v3/projects.uptimeCheckConfigs)."""

import base64

from gcpstack.emulator.core.call import Call
from gcpstack.emulator.core.errors import failed_precondition, invalid
from gcpstack.emulator.core.model import Body, Kind
from gcpstack.emulator.core.store import Obj
from gcpstack.emulator.core.world import World
from gcpstack.emulator.dialects.aip import AIP
from gcpstack.emulator.services.monitoring.common import replace, total

STARS = "******"
PERIODS = ("60s", "300s", "600s", "900s")
LONGEST_TIMEOUT = 60.0
FEWEST_REGIONS = 3


def _check_uptime(_call: Call, body: Body, _old: Body | None) -> None:
    """Hold the rules of the page above."""
    if not body.get("displayName"):
        raise invalid("Field display_name is required.", field="display_name")
    if (
        sum(field in body for field in ("monitoredResource", "resourceGroup", "syntheticMonitor"))
        != 1
    ):
        raise invalid("Exactly one resource must be set.", field="resource")
    if "syntheticMonitor" not in body and ("httpCheck" in body) == ("tcpCheck" in body):
        raise invalid(
            "Exactly one of http_check and tcp_check must be set.", field="check_request_type"
        )
    if body["period"] not in PERIODS:
        raise invalid(f"Invalid period: {body['period']}", field="period")
    timeout = float(str(body["timeout"]).rstrip("s"))
    if not 1 <= timeout <= LONGEST_TIMEOUT:
        raise invalid(f"Invalid timeout: {body['timeout']}", field="timeout")
    _check_http(body.get("httpCheck", {}))
    regions = body.get("selectedRegions", [])
    if regions and "USA" not in regions and len(regions) < FEWEST_REGIONS:
        raise invalid("At least three regions must be selected.", field="selected_regions")


def _check_http(http: Body) -> None:
    """What is sent is told as what it is, once."""
    headers = {name.lower(): value for name, value in http.get("headers", {}).items()}
    posts = http.get("requestMethod") == "POST"
    if posts != (http.get("contentType", "TYPE_UNSPECIFIED") != "TYPE_UNSPECIFIED"):
        raise invalid(
            "content_type must be set for POST requests, and for no others.",
            field="http_check.content_type",
        )
    if posts and "content-type" in headers:
        raise invalid(
            "The header Content-Type cannot be set for POST requests.", field="http_check.headers"
        )
    if http.get("body") and not posts:
        raise invalid("A body can only be set for POST requests.", field="http_check.body")
    size = len(base64.b64decode(http.get("body", "")))
    if headers.get("content-length", str(size)) != str(size):
        raise invalid(
            "The header Content-Length must be the length of the body.", field="http_check.headers"
        )


def _uptime_id(call: Call) -> str:
    """The id begins with what the display name says."""
    words = "".join(
        c if c.isalnum() else "-" for c in str(call.body.get("displayName", "")).lower()
    )
    return f"{words.strip('-')[:40]}-{call.world.ids.hex(11)}" if words else call.world.ids.hex(16)


def _create_uptime(call: Call, body: Body) -> None:
    body.setdefault("checkerType", "STATIC_IP_CHECKERS")
    labels = body.get("monitoredResource", {}).get("labels")
    if labels is not None:
        body["monitoredResource"]["labels"] = {
            **labels,
            "project_id": labels.get("project_id", call.project),
        }
    http = body.get("httpCheck")
    if http is not None:
        secure = http.get("useSsl")
        filled = {"requestMethod": "GET", "path": "/", "port": 443 if secure else 80, **http}
        filled["path"] = f"/{str(filled['path']).removeprefix('/')}"
        body["httpCheck"] = {name: value for name, value in filled.items() if value is not False}


def _update_uptime(call: Call, body: Body, _old: Body) -> None:
    _create_uptime(call, body)


def _mask_uptime(_world: World, _obj: Obj, body: Body) -> Body:
    """Passwords, and headers where that is asked for, are told as stars."""
    http = body.get("httpCheck")
    if http is None:
        return body
    http = dict(http)
    if "password" in http.get("authInfo", {}):
        http["authInfo"] = {**http["authInfo"], "password": STARS}
    headers = dict(http.get("headers", {}))
    if http.get("body"):
        size = len(base64.b64decode(http["body"]))
        headers.setdefault("Content-Length", str(size))
    if headers:
        http["headers"] = dict.fromkeys(headers, STARS) if http.get("maskHeaders") else headers
    return {**body, "httpCheck": http}


def _refuse_watched(call: Call, obj: Obj) -> None:
    """A check that an alert policy reads can't go."""
    for policy in call.world.state.page("monitoring", f"{obj.parent}/alertPolicies"):
        if obj.id in str(policy.body.get("conditions")):
            raise failed_precondition(
                f"Cannot delete check {obj.id}. One or more alerting policies is using it. Delete the alerting policies first."
            )


UPTIME = Kind(
    name="uptimeCheckConfigs",
    resources=("projects.uptimeCheckConfigs",),
    schema="UptimeCheckConfig",
    dialect=AIP,
    id_server=_uptime_id,
    not_found="Config not found for check {id}",
    immutable=("monitoredResource.type", "resourceGroup", "syntheticMonitor", "checkerType", "httpCheck.requestMethod"),
    defaults={"period": "60s", "timeout": "10s"},
    validate=_check_uptime,
    on_create=_create_uptime,
    on_update=_update_uptime,
    on_delete=_refuse_watched,
    view=_mask_uptime,
    list_extra=total,
    methods={"patch": replace},
    secret=("httpCheck.authInfo.password",),
)  # fmt: skip
