"""Cloud Monitoring (https://cloud.google.com/monitoring/api/ref_v3/rest)."""

from gcpstack.emulator.core.call import Call
from gcpstack.emulator.core.errors import invalid
from gcpstack.emulator.core.model import Body, Kind, Reference, Rpc, Service
from gcpstack.emulator.dialects import aip
from gcpstack.emulator.dialects.aip import AIP

MOST_CONDITIONS = 6


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
    kinds=(POLICIES, CHANNELS),
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
