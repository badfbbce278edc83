"""Notification channels and their types (https://cloud.google.com/monitoring/api/ref_v3/rest/v3/projects.notificationChannels)."""

from typing import Any, NamedTuple

from gcpstack.emulator.core.call import Call
from gcpstack.emulator.core.clock import parse_rfc3339
from gcpstack.emulator.core.errors import invalid, not_found
from gcpstack.emulator.core.model import Body, Kind
from gcpstack.emulator.core.store import Obj
from gcpstack.emulator.core.world import World
from gcpstack.emulator.dialects.aip import AIP
from gcpstack.emulator.services.monitoring.common import number, replace, total

STARS = "**********"
SENSITIVE = ("auth_token", "password", "service_key")
CODE_LIFETIME = 3600.0


class Type(NamedTuple):
    """A type of channel: its name for people, its labels, and whether its owner has to confirm it."""

    title: str
    labels: tuple[str, ...]
    verified: bool = False


# https://cloud.google.com/monitoring/support/notification-options
TYPES = {
    "email": Type("Email", ("email_address",)),
    "google_chat": Type("Google Chat", ("space",)),
    "pagerduty": Type("PagerDuty", ("service_key",)),
    "pubsub": Type("Cloud Pub/Sub", ("topic",)),
    "slack": Type("Slack", ("auth_token", "channel_name")),
    "sms": Type("SMS", ("number",), verified=True),
    "webhook_basicauth": Type("Webhook with Basic Authentication", ("password", "url", "username")),
    "webhook_tokenauth": Type("Webhook with Token Authentication", ("url",)),
}
OPTIONAL = {"slack": ("team",)}


def _check(_call: Call, body: Body, _old: Body | None) -> None:
    known = TYPES.get(body["type"])
    if known is None:
        raise invalid(
            f'Field "notification_channel.type" had an invalid value of "{body["type"]}": '
            "Unrecognized channel type.",
            field="notification_channel.type",
        )
    labels = {**body.get("labels", {}), **body.get("sensitiveLabels", {})}
    missing = [name for name in known.labels if not labels.get(name)]
    if missing:
        raise invalid(
            f'Field "notification_channel.labels[\'{missing[0]}\']" had an invalid value of "": '
            "The label is required.",
            field="notification_channel.labels",
        )
    unknown = set(labels) - set(known.labels) - set(OPTIONAL.get(body["type"], ()))
    if unknown:
        raise invalid(
            f'Field "notification_channel.labels" has the label "{min(unknown)}", which is not a label of '
            f'the channel type "{body["type"]}".',
            field="notification_channel.labels",
        )


def _create(call: Call, body: Body) -> None:
    body["creationRecord"] = {"mutateTime": call.world.stamp()}
    body["mutationRecords"] = [{"mutateTime": call.world.stamp()}]
    if TYPES[body["type"]].verified:
        body["verificationStatus"] = "UNVERIFIED"


def _update(call: Call, body: Body, old: Body) -> None:
    """A secret that comes back as it was told, in stars, stays what it was."""
    labels = body.get("labels", {})
    kept = {
        name: old["labels"][name]
        for name in SENSITIVE
        if labels.get(name) == STARS and name in old.get("labels", {})
    }
    if kept:
        body["labels"] = {**labels, **kept}
    if TYPES[body["type"]].verified and body.get("labels") != old.get("labels"):
        body["verificationStatus"] = "UNVERIFIED"
    body["mutationRecords"] = [{"mutateTime": call.world.stamp()}]


def _view(_world: World, _obj: Obj, body: Body) -> Body:
    labels = body.get("labels", {})
    if any(name in labels for name in SENSITIVE):
        told = {name: STARS if name in SENSITIVE else value for name, value in labels.items()}
        body["labels"] = told
    return body


def _leave_policies(call: Call, obj: Obj) -> None:
    """A channel that goes by force leaves the policies that name it."""
    state = call.world.state
    for user, _ in state.users(obj.service, obj.name):
        left = [name for name in user.body.get("notificationChannels", ()) if name != obj.name]
        refs = tuple(ref for ref in user.refs if ref[1] != obj.name)
        state.put(user.but(body={**user.body, "notificationChannels": left}, refs=refs))


def _send_code(call: Call) -> Body:
    obj = call.need()
    _verifiable(obj)
    call.world.state.put(obj.but(meta={**obj.meta, "code": call.world.ids.number(6)}))
    return {}


def _verifiable(obj: Obj) -> None:
    if not TYPES[obj.body["type"]].verified:
        raise invalid("The channel is of a type that does not require verification.")


def _get_code(call: Call) -> Body:
    """A code with which copies of a verified channel are verified too."""
    obj = call.need()
    if obj.body.get("verificationStatus") != "VERIFIED":
        raise invalid("The channel is not verified.")
    code = f"G-{call.world.ids.number(6)}"
    expires = call.sent.get("expireTime") or call.world.stamp(call.world.now() + CODE_LIFETIME)
    key = f"{code} {obj.body['labels']}"
    call.world.state.set_record("monitoring code", key, parse_rfc3339(expires))
    return {"code": code, "expireTime": expires}


def _verify(call: Call) -> Body:
    obj = call.need()
    _verifiable(obj)
    code = call.body.get("code", "")
    until = call.world.state.record("monitoring code", f"{code} {obj.body['labels']}", 0.0)
    if until < call.world.now() and (not code or code != obj.meta.get("code")):
        raise invalid("The verification code is not valid.", field="code")
    body = {**obj.body, "verificationStatus": "VERIFIED"}
    return call.world.show(call.world.state.put(obj.but(body=body)))


CHANNELS = Kind(
    name="notificationChannels",
    resources=("projects.notificationChannels",),
    schema="NotificationChannel",
    dialect=AIP,
    id_server=number,
    output_only=("creationRecord", "mutationRecords", "verificationStatus"),
    required=("type",),
    immutable=("type",),
    defaults={"enabled": True},
    validate=_check,
    on_create=_create,
    on_update=_update,
    on_delete=_leave_policies,
    view=_view,
    list_extra=total,
    methods={
        "patch": replace,
        "sendVerificationCode": _send_code,
        "getVerificationCode": _get_code,
        "verify": _verify,
    },
    secret=tuple(f"labels.{name}" for name in SENSITIVE),
)


def _descriptor(project: str, name: str) -> Body:
    known = TYPES[name]
    labels = [{"key": key} for key in sorted((*known.labels, *OPTIONAL.get(name, ())))]
    return {
        "name": f"projects/{project}/notificationChannelDescriptors/{name}",
        "type": name,
        "displayName": known.title,
        "labels": labels,
        "launchStage": "GA",
    }


def _list_types(call: Call) -> Body:
    return {"channelDescriptors": [_descriptor(call.project, name) for name in TYPES]}


def _get_type(call: Call) -> Body:
    name = call.name.rpartition("/")[2]
    if name not in TYPES:
        raise not_found(f"Could not find descriptor for channel type '{name}'.")
    return _descriptor(call.project, name)


METHODS: dict[str, Any] = {
    "projects.notificationChannelDescriptors.list": _list_types,
    "projects.notificationChannelDescriptors.get": _get_type,
}
