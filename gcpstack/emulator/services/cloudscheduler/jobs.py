"""Jobs. They have their times, but send nothing: nothing leaves this computer."""

import base64
from urllib.parse import urlsplit

from gcpstack.emulator.core import appengine
from gcpstack.emulator.core.call import Call
from gcpstack.emulator.core.clock import parse_rfc3339, seconds_of
from gcpstack.emulator.core.errors import failed_precondition, invalid
from gcpstack.emulator.core.model import Body, Kind, Reference
from gcpstack.emulator.core.store import Obj
from gcpstack.emulator.core.world import World
from gcpstack.emulator.dialects import aip, standard
from gcpstack.emulator.dialects.aip import AIP
from gcpstack.emulator.services.cloudscheduler import cron

TARGETS = ("httpTarget", "pubsubTarget", "appEngineHttpTarget")
NAME_FORM = (
    'Job name must be formatted: "projects/<PROJECT_ID>/locations/<LOCATION_ID>/jobs/<JOB_ID>".'
)
# https://cloud.google.com/scheduler/docs/reference/rest/v1/projects.locations.jobs#AppEngineHttpTarget
APP_AGENT = "AppEngine-Google; (+http://code.google.com/appengine)"
SCOPE = "https://www.googleapis.com/auth/cloud-platform"
WITH_BODY = {"httpTarget": ("POST", "PUT", "PATCH"), "appEngineHttpTarget": ("POST", "PUT")}
DEADLINES = {"httpTarget": (15, 1800), "appEngineHttpTarget": (15, 24 * 3600 + 15)}
REFUSED_HEADERS = ("x-google-", "x-appengine-", "content-length")
LONGEST_DESCRIPTION = 500
MOST_RETRIES = 5


def _target(call: Call, body: Body, old: Body | None) -> str:
    """The one target; in an update a new kind of target replaces the old one."""
    if old is not None and any(name in call.body for name in TARGETS):
        for name in set(TARGETS) - set(call.body):
            body.pop(name, None)
    found = [name for name in TARGETS if name in body]
    if len(found) != 1:
        raise invalid("Job must have exactly one target.", field="job.target")
    return found[0]


def _validate(call: Call, body: Body, old: Body | None) -> None:
    try:
        cron.parse(body.get("schedule", ""), body["timeZone"])
    except cron.ScheduleError:
        raise invalid("Schedule or time zone is invalid.", field="job.schedule") from None
    if len(body.get("description", "")) > LONGEST_DESCRIPTION:
        raise invalid(
            f"Job.description must not contain more than {LONGEST_DESCRIPTION} characters."
        )
    if not 0 <= body["retryConfig"].get("retryCount", 0) <= MOST_RETRIES:
        raise invalid(f"RetryConfig.retry_count must be between 0 and {MOST_RETRIES}.")
    target = _target(call, body, old)
    _CHECKS.get(target, _check_http)(body[target], target)
    deadline = body.get("attemptDeadline")
    if deadline is not None and target in DEADLINES:
        low, high = DEADLINES[target]
        if not low <= seconds_of(deadline) <= high:
            raise invalid(
                f"Job.attemptDeadline must be between [{low}s, {high}s].",
                field="job.attempt_deadline",
            )


def _check_http(target: Body, kind: str) -> None:
    if kind == "httpTarget" and not target.get("uri", "").startswith(("http://", "https://")):
        raise invalid(
            'HttpTarget.uri must start with "http://" or "https://".', field="job.http_target.uri"
        )
    if target.get("body") and target["httpMethod"] not in WITH_BODY[kind]:
        raise invalid(f"HTTP body is only allowed for {', '.join(WITH_BODY[kind])}.")
    for name in target.get("headers", {}):
        if name.lower().startswith(REFUSED_HEADERS):
            raise invalid(f"The header '{name}' cannot be set.", field=f"job.{kind}.headers")
    if "oauthToken" in target and "oidcToken" in target:
        raise invalid("Only one of oauth_token and oidc_token can be set.")


def _check_pubsub(target: Body, _kind: str) -> None:
    if not target.get("topicName"):
        raise invalid("PubsubTarget.topic_name is required.", field="job.pubsub_target.topic_name")
    if not (target.get("data") or target.get("attributes")):
        raise invalid(
            "Pubsub message must contain either non-empty data, or at least one attribute."
        )


_CHECKS = {"pubsubTarget": _check_pubsub}


def _complete(call: Call, body: Body, _old: Body | None = None) -> None:
    """What the server adds to a target."""
    body["userUpdateTime"] = call.world.stamp()
    http = body.get("httpTarget")
    if http is not None:
        body["httpTarget"] = _http(http)
    app = body.get("appEngineHttpTarget")
    if app is not None:
        body["appEngineHttpTarget"] = _app(call, app)


def _app(call: Call, target: Body) -> Body:
    """The host follows from what of the app is meant; App Engine's own agent calls it."""
    headers = {"User-Agent": APP_AGENT, **target.get("headers", {})}
    if base64.b64decode(target.get("body", "")):
        headers.setdefault("Content-Type", "application/octet-stream")
    routing = appengine.routed(call.project, target.get("appEngineRouting", {}))
    return {**target, "headers": headers, "appEngineRouting": routing}


def _http(target: Body) -> Body:
    uri = target["uri"]
    if not urlsplit(uri).path:
        uri += "/"
    told = {**target, "uri": uri}
    told["headers"] = {"User-Agent": "Google-Cloud-Scheduler", **target.get("headers", {})}
    if base64.b64decode(target.get("body", "")):
        told["headers"].setdefault("Content-Type", "application/octet-stream")
    if "oidcToken" in target:
        told["oidcToken"] = {"audience": uri, **target["oidcToken"]}
    if "oauthToken" in target:
        told["oauthToken"] = {"scope": SCOPE, **target["oauthToken"]}
    return told


def _deadline(_call: Call, body: Body) -> str | None:
    return "180s" if "httpTarget" in body else None


def _create(call: Call) -> Body:
    name = call.world.canonical(call.body.get("name", ""))
    parent, _, ident = name.rpartition("/")
    if parent != call.path or not standard.check_id(JOBS, ident):
        raise invalid(NAME_FORM, field="job.name")
    aip.check_parent(call, call.path)
    return aip.make(call, JOBS, name)


def _turn(call: Call, state: str, before: str) -> Body:
    job = call.need()
    if job.body["state"] != before:
        raise failed_precondition(f"Job is in state {job.body['state']}; it must be {before}.")
    meta = {**job.meta, "since": call.world.now()}
    return call.world.show(
        call.world.state.put(job.but(body={**job.body, "state": state}, meta=meta))
    )


def _run(call: Call) -> Body:
    """``run``: an attempt now, whatever the state."""
    job = call.need()
    body = {**job.body, "lastAttemptTime": call.world.stamp()}
    return call.world.show(call.world.state.put(job.but(body=body)))


def _view(world: World, obj: Obj, body: Body) -> Body:
    """The next and the last time, by the schedule, of a job that is not paused."""
    if body["state"] != "ENABLED":
        return body
    schedule = cron.parse(body["schedule"], body["timeZone"])
    since = obj.meta.get("since", obj.meta.get("created", world.now()))
    upcoming, last = schedule.after(world.now()), schedule.last(world.now())
    if upcoming is not None:
        body["scheduleTime"] = world.stamp(upcoming)
    forced = parse_rfc3339(body["lastAttemptTime"]) if "lastAttemptTime" in body else 0.0
    if last is not None and last > max(since, forced):
        body["lastAttemptTime"] = world.stamp(last)
    return body


JOBS = Kind(
    name="jobs",
    resources=("projects.locations.jobs",),
    schema="Job",
    dialect=AIP,
    id_pattern=r"[A-Za-z0-9_-]{1,500}",
    not_found="Job not found.",
    already_exists="Job already exists.",
    defaults={
        "timeZone": "UTC",
        "state": "ENABLED",
        "httpTarget.httpMethod": "POST",
        "appEngineHttpTarget.httpMethod": "POST",
        "appEngineHttpTarget.relativeUri": "/",
        "attemptDeadline": _deadline,
        "retryConfig": {},
        "retryConfig.maxRetryDuration": "0s",
        "retryConfig.minBackoffDuration": "5s",
        "retryConfig.maxBackoffDuration": "3600s",
        "retryConfig.maxDoublings": 5,
    },
    output_only=("state", "lastAttemptTime", "userUpdateTime"),
    refs=(Reference(path="pubsubTarget.topicName", to=("pubsub.topics",), in_use=False),),
    validate=_validate,
    on_create=_complete,
    on_update=_complete,
    view=_view,
    methods={
        "create": _create,
        "pause": lambda call: _turn(call, "PAUSED", "ENABLED"),
        "resume": lambda call: _turn(call, "ENABLED", "PAUSED"),
        "run": _run,
    },
)
