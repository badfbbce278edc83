"""Cloud Monitoring (https://cloud.google.com/monitoring/api/ref_v3/rest)."""

import base64

from gcpstack.emulator.core.call import Call
from gcpstack.emulator.core.errors import failed_precondition, invalid
from gcpstack.emulator.core.model import Body, Kind, Reference, Rpc, Service
from gcpstack.emulator.core.store import Obj
from gcpstack.emulator.core.world import World
from gcpstack.emulator.dialects import aip
from gcpstack.emulator.dialects.aip import AIP

MOST_CONDITIONS = 6
STARS = "******"


def _total(_call: Call, answer: Body, count: int) -> None:
    answer["totalSize"] = count


def _patch(call: Call) -> Body:
    """Without a mask the whole resource is replaced."""
    if not call.query.get("updateMask"):
        call.query["updateMask"] = "*"
    return aip.patch(call)


def _record(call: Call) -> Body:
    return {"mutateTime": call.world.stamp(), "mutatedBy": call.world.user}


def _check_policy(_call: Call, body: Body, _old: Body | None) -> None:
    if not 1 <= len(body.get("conditions", ())) <= MOST_CONDITIONS:
        raise invalid(
            "Field alert_policy.conditions must have between 1 and 6 conditions.",
            field="alert_policy.conditions",
        )
    if not body.get("combiner"):
        raise invalid("Field alert_policy.combiner is required.", field="alert_policy.combiner")


def _name_conditions(call: Call, body: Body) -> None:
    """Google names the conditions of a policy; those that come back with their name keep it."""
    for condition in body["conditions"]:
        if not str(condition.get("name", "")).startswith(body["name"] + "/conditions/"):
            condition["name"] = f"{body['name']}/conditions/{call.world.ids.number()}"


def _create_policy(call: Call, body: Body) -> None:
    _name_conditions(call, body)
    body["creationRecord"] = body["mutationRecord"] = _record(call)


def _update_policy(call: Call, body: Body, _old: Body) -> None:
    _name_conditions(call, body)
    body["mutationRecord"] = _record(call)


def _create_channel(call: Call, body: Body) -> None:
    body["creationRecord"] = {"mutateTime": call.world.stamp()}
    body["mutationRecords"] = [{"mutateTime": call.world.stamp()}]


def _update_channel(call: Call, body: Body, _old: Body) -> None:
    body["mutationRecords"] = [{"mutateTime": call.world.stamp()}]


POLICIES = Kind(
    name="alertPolicies",
    resources=("projects.alertPolicies",),
    schema="AlertPolicy",
    dialect=AIP,
    id_server=lambda call: call.world.ids.number(),
    output_only=("creationRecord", "mutationRecord"),
    defaults={"enabled": True},
    refs=(Reference(path="notificationChannels[]", to=("notificationChannels",)),),
    validate=_check_policy,
    on_create=_create_policy,
    on_update=_update_policy,
    list_extra=_total,
    methods={"patch": _patch},
)
CHANNELS = Kind(
    name="notificationChannels",
    resources=("projects.notificationChannels",),
    schema="NotificationChannel",
    dialect=AIP,
    id_server=lambda call: call.world.ids.number(),
    output_only=("creationRecord", "mutationRecords"),
    required=("type",),
    immutable=("type",),
    defaults={"enabled": True},
    on_create=_create_channel,
    on_update=_update_channel,
    list_extra=_total,
    methods={"patch": _patch},
)

PERIODS = ("60s", "300s", "600s", "900s")
LONGEST_TIMEOUT = 60.0
FEWEST_REGIONS = 3


def _check_uptime(_call: Call, body: Body, _old: Body | None) -> None:
    """Hold the rules of https://cloud.google.com/monitoring/api/ref_v3/rest/v3/projects.uptimeCheckConfigs."""
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
    regions = body.get("selectedRegions", [])
    if regions and "USA" not in regions and len(regions) < FEWEST_REGIONS:
        raise invalid("At least three regions must be selected.", field="selected_regions")


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
        body["httpCheck"] = filled


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
    list_extra=_total,
    methods={"patch": _patch},
    secret=("httpCheck.authInfo.password",),
)  # fmt: skip

_V3 = "google.monitoring.v3"


def _crud(service: str, noun: str, plural: str, path: str, field: str) -> tuple[Rpc, ...]:
    name = f"{_V3}.{service}"
    return (
        Rpc(name, f"List{plural}", f"{path}.list"),
        Rpc(name, f"Get{noun}", f"{path}.get"),
        Rpc(name, f"Create{noun}", f"{path}.create", body=field),
        Rpc(name, f"Update{noun}", f"{path}.patch", body=field),
        Rpc(name, f"Delete{noun}", f"{path}.delete"),
    )


SERVICE = Service(
    name="monitoring",
    title="Cloud Monitoring API",
    versions=("v3",),
    kinds=(POLICIES, CHANNELS, UPTIME),
    client="google.cloud.monitoring_v3",
    grpc=(
        *_crud("AlertPolicyService", "AlertPolicy", "AlertPolicies", "projects.alertPolicies", "alert_policy"),
        *_crud(
            "NotificationChannelService", "NotificationChannel", "NotificationChannels",
            "projects.notificationChannels", "notification_channel",
        ),
        *_crud(
            "UptimeCheckService", "UptimeCheckConfig", "UptimeCheckConfigs",
            "projects.uptimeCheckConfigs", "uptime_check_config",
        ),
    ),
)  # fmt: skip
