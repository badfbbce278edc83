"""Cloud Tasks (https://cloud.google.com/tasks/docs/reference/rest).

Tasks are kept but not sent: nothing leaves this computer.
"""

import base64

from gcpstack.emulator.core import appengine
from gcpstack.emulator.core.call import Call
from gcpstack.emulator.core.clock import parse_rfc3339, seconds_of
from gcpstack.emulator.core.errors import ApiError, already_exists, failed_precondition, invalid
from gcpstack.emulator.core.model import Body, Kind, Service
from gcpstack.emulator.core.store import Obj
from gcpstack.emulator.dialects import aip, standard
from gcpstack.emulator.dialects.aip import AIP

NAME = "cloudtasks"
DAY = 86400
TOMBSTONE = 3 * DAY
REMEMBERED = 3600  # a task's name can't be used again for an hour
SPAN = 30 * DAY
FASTEST, MOST_CONCURRENT = 500, 5000
LARGEST_TASK = 100 * 1024
DEADLINE = (15, 1800)
WITH_BODY = ("POST", "PUT", "PATCH")
SCOPE = "https://www.googleapis.com/auth/cloud-platform"
QUEUE_FORM = '"projects/<PROJECT_ID>/locations/<LOCATION_ID>/queues/<QUEUE_ID>"'
TASK_FORM = f'{QUEUE_FORM[:-1]}/tasks/<TASK_ID>"'
NO_QUEUE = "Queue does not exist. If you just created the queue, wait at least a minute for the queue to initialize."


# -- queues ------------------------------------------------------------------------------------


def _check_queue(_call: Call, body: Body, _old: Body | None) -> None:
    limits, retry = body["rateLimits"], body["retryConfig"]
    if not 0 < limits["maxDispatchesPerSecond"] <= FASTEST:
        raise invalid(
            f"Queue.rate_limits.max_dispatches_per_second must be greater than 0 and at most {FASTEST}."
        )
    if not 1 <= limits["maxConcurrentDispatches"] <= MOST_CONCURRENT:
        raise invalid(
            f"Queue.rate_limits.max_concurrent_dispatches must be between 1 and {MOST_CONCURRENT}."
        )
    if retry["maxAttempts"] < -1 or retry["maxAttempts"] == 0:
        raise invalid("Queue.retry_config.max_attempts must be -1 or greater than 0.")
    if seconds_of(retry["minBackoff"]) > seconds_of(retry["maxBackoff"]):
        raise invalid("Queue.retry_config.min_backoff must not be greater than max_backoff.")
    if retry["maxDoublings"] < 0:
        raise invalid("Queue.retry_config.max_doublings must not be negative.")
    if not 0 <= body.get("stackdriverLoggingConfig", {}).get("samplingRatio", 0) <= 1:
        raise invalid("Queue.stackdriver_logging_config.sampling_ratio must be between 0 and 1.")


def _complete(call: Call, body: Body, _old: Body | None = None) -> None:
    """The burst follows the rate; an app's host follows from what of it is meant."""
    app = body.get("appEngineRoutingOverride")
    if app and app.keys() - {"host"}:
        body["appEngineRoutingOverride"] = appengine.routed(call.project, app)
    else:  # a host alone is what is left where nothing is named any more
        body.pop("appEngineRoutingOverride", None)
    limits = body["rateLimits"]
    body["rateLimits"] = {
        **limits,
        "maxBurstSize": min(max(int(limits["maxDispatchesPerSecond"] / 5), 10), 100),
    }


def _make_queue(call: Call, name: str) -> Body:
    if not standard.check_id(QUEUES, name.rsplit("/", 1)[-1]):
        raise invalid(f"Queue name must be formatted: {QUEUE_FORM}", field="queue.name")
    if call.world.state.record("tombstone", f"{NAME}/{name}", 0.0) > call.world.now():
        raise failed_precondition(
            "The queue cannot be created because a queue with this name existed too recently."
        )
    aip.check_parent(call, name.rpartition("/")[0])
    return aip.make(call, QUEUES, name)


def _create_queue(call: Call) -> Body:
    name = call.world.canonical(call.body.get("name", ""))
    if name.rpartition("/")[0] != call.path:
        raise invalid(f"Queue name must be formatted: {QUEUE_FORM}", field="queue.name")
    return _make_queue(call, name)


def _patch_queue(call: Call) -> Body:
    """A queue that is not there is created."""
    return _make_queue(call, call.name) if call.find() is None else aip.patch(call)


def _turn(call: Call, state: str) -> Body:
    queue = call.need()
    return call.world.show(call.world.state.put(queue.but(body={**queue.body, "state": state})))


def _purge(call: Call) -> Body:
    """``purge``: every task goes."""
    queue = call.need()
    for task in call.world.state.children(NAME, queue.name):
        call.world.forget(task)
    body = {**queue.body, "purgeTime": call.world.stamp()}
    return call.world.show(call.world.state.put(queue.but(body=body)))


QUEUES = Kind(
    name="queues",
    resources=("projects.locations.queues",),
    schema="Queue",
    dialect=AIP,
    id_pattern=r"[A-Za-z0-9-]{1,100}",
    already_exists="Queue already exists",
    tombstone=TOMBSTONE,
    output_only=("state", "purgeTime"),
    defaults={
        "rateLimits": {},
        "rateLimits.maxDispatchesPerSecond": 500,
        "rateLimits.maxConcurrentDispatches": 1000,
        "retryConfig": {},
        "retryConfig.maxAttempts": 100,
        "retryConfig.minBackoff": "0.100s",
        "retryConfig.maxBackoff": "3600s",
        "retryConfig.maxDoublings": 16,
        "state": "RUNNING",
    },
    validate=_check_queue,
    on_create=_complete,
    on_update=_complete,
    methods={
        "create": _create_queue,
        "patch": _patch_queue,
        "pause": lambda call: _turn(call, "PAUSED"),
        "resume": lambda call: _turn(call, "RUNNING"),
        "purge": _purge,
    },
)


# -- tasks -------------------------------------------------------------------------------------


def _check_request(request: Body, field: str) -> None:
    method, body = request["httpMethod"], request.get("body", "")
    if body and method not in WITH_BODY:
        raise invalid(
            f"HTTP body is only allowed for {', '.join(WITH_BODY)}.", field=f"task.{field}.body"
        )
    if len(base64.b64decode(body)) > LARGEST_TASK:
        raise invalid("Task size too large")
    if "oauthToken" in request and "oidcToken" in request:
        raise invalid("Only one of oauth_token and oidc_token can be set.", field=f"task.{field}")


def _fill_http(request: Body) -> None:
    url = request.get("url", "")
    if not url.startswith(("http://", "https://")):
        raise invalid(
            'HttpRequest.url must start with "http://" or "https://".',
            field="task.http_request.url",
        )
    request["headers"] = {"User-Agent": "Google-Cloud-Tasks", **request.get("headers", {})}
    if "oidcToken" in request:
        request["oidcToken"] = {"audience": url, **request["oidcToken"]}
    if "oauthToken" in request:
        request["oauthToken"] = {"scope": SCOPE, **request["oauthToken"]}


def _check_times(call: Call, body: Body) -> None:
    at, now = parse_rfc3339(body["scheduleTime"]), call.world.now()
    if at > now + SPAN:
        raise invalid(
            f"The task.scheduleTime is too far in the future: it must be within {SPAN // DAY} days.",
            field="task.schedule_time",
        )
    if at < now:
        body["scheduleTime"] = call.world.stamp()
    if not DEADLINE[0] <= seconds_of(body["dispatchDeadline"]) <= DEADLINE[1]:
        raise invalid(
            "Task.dispatchDeadline must be between [15s, 30m].", field="task.dispatch_deadline"
        )


def _check_task(call: Call, body: Body, _old: Body | None) -> None:
    kinds = [field for field in ("httpRequest", "appEngineHttpRequest") if field in body]
    if len(kinds) != 1:
        raise invalid(
            "Task must have one of http_request and app_engine_http_request.", field="task"
        )
    request = body[kinds[0]] = {"httpMethod": "POST", **body[kinds[0]]}
    if kinds[0] == "httpRequest":
        _fill_http(request)
    else:
        request.setdefault("relativeUri", "/")
    _check_request(request, kinds[0])
    _check_times(call, body)


def _complete_task(call: Call, body: Body) -> None:
    now = call.world.now()
    body["createTime"] = call.world.stamp(float(int(now)))


def _need_queue(call: Call, name: str) -> Obj:
    queue = call.find(name)
    if queue is None:
        raise ApiError(404, NO_QUEUE)
    return queue


def _task_name(call: Call, queue: Obj, sent: Body) -> str:
    if not sent.get("name"):
        return f"{queue.name}/tasks/{call.world.ids.number()}"
    name = call.world.canonical(sent["name"])
    if name.rpartition("/")[0] != f"{queue.name}/tasks" or not standard.check_id(
        TASKS, name.rsplit("/", 1)[-1]
    ):
        raise invalid(f"Task name must be formatted: {TASK_FORM}", field="task.name")
    if call.world.state.record("tombstone", f"{NAME}/{name}", 0.0) > call.world.now():
        raise already_exists(
            "The task cannot be created because a task with this name existed too recently."
        )
    return name


def _create_task(call: Call) -> Body:
    queue = _need_queue(call, call.path.rpartition("/")[0])
    sent, view = call.body.get("task", {}), call.body.get("responseView")
    call.body = {key: value for key, value in sent.items() if key not in ("view", "createTime")}
    return _viewed(aip.make(call, TASKS, _task_name(call, queue, sent)), view)


def _viewed(body: Body, view: object) -> Body:
    """Only the full view tells what is sent."""
    if view == "FULL":
        return {**body, "view": "FULL"}
    told = {**body, "view": "BASIC"}
    for field in ("httpRequest", "appEngineHttpRequest"):
        if field in told:
            hidden = ("body", "oauthToken", "oidcToken")
            told[field] = {key: value for key, value in told[field].items() if key not in hidden}
    return told


def _get_task(call: Call) -> Body:
    return _viewed(call.world.show(call.need()), call.query.get("responseView"))


def _list_tasks(call: Call) -> Body:
    _need_queue(call, call.path.rpartition("/")[0])
    answer = aip.list_all(call)
    if "tasks" in answer:
        answer["tasks"] = [
            _viewed(body, call.query.get("responseView")) for body in answer["tasks"]
        ]
    return answer


TASKS = Kind(
    name="tasks",
    resources=("projects.locations.queues.tasks",),
    schema="Task",
    dialect=AIP,
    id_pattern=r"[A-Za-z0-9_-]{1,500}",
    tombstone=REMEMBERED,
    output_only=("dispatchCount", "responseCount", "firstAttempt", "lastAttempt"),
    defaults={
        "scheduleTime": lambda call, _body: call.world.stamp(),
        "dispatchDeadline": "600s",
    },
    validate=_check_task,
    on_create=_complete_task,
    methods={"create": _create_task, "get": _get_task, "list": _list_tasks},
)

SERVICE = Service(
    name=NAME,
    title="Cloud Tasks API",
    style="both",
    versions=("v2", "v2beta3"),
    kinds=(QUEUES, TASKS),
    locations=True,
)
