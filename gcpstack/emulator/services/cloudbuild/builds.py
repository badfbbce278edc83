"""Builds (https://cloud.google.com/build/docs/api/reference/rest/v1/projects.builds)."""

import base64
import contextlib
import json
from typing import Any

from gcpstack.emulator.core import accounts, lro, sources
from gcpstack.emulator.core.call import Call
from gcpstack.emulator.core.errors import ApiError, failed_precondition, invalid
from gcpstack.emulator.core.locations import check as check_location
from gcpstack.emulator.core.lro import Running
from gcpstack.emulator.core.model import Body, Kind
from gcpstack.emulator.core.serve import ask
from gcpstack.emulator.core.store import Obj
from gcpstack.emulator.core.world import World
from gcpstack.emulator.dialects import aip
from gcpstack.emulator.dialects.aip import AIP
from gcpstack.emulator.services.cloudbuild import running, substitutions
from gcpstack.emulator.services.cloudbuild.common import account_of, check_build, located

OVER = ("SUCCESS", "FAILURE", "INTERNAL_ERROR", "TIMEOUT", "CANCELLED", "EXPIRED")
QUEUED_SHARE = 0.1  # of a build's time is spent in the queue
PENDING = "PENDING"
TOPIC = "cloud-builds"  # takes notes of every build of its project
DEFAULTS = {"timeout": "600s", "queueTtl": "3600s"}
# What a retried build takes over from the first one.
DECLARED = (
    "steps", "images", "artifacts", "source", "timeout", "queueTtl", "logsBucket", "options", "substitutions",
    "tags", "secrets", "availableSecrets", "serviceAccount", "dependencies", "gitConfig", "buildTriggerId",
)  # fmt: skip


def metadata(world: World, operation: Running) -> Body:
    """The metadata of a build's operation: the build as it is now."""
    kind = "type.googleapis.com/google.devtools.cloudbuild.v1.BuildOperationMetadata"
    obj = world.state.get("cloudbuild", operation.target)
    return {"@type": kind, "build": world.show(obj)} if obj else {"@type": kind}


def create(call: Call) -> Body:
    """``create``: the source must be there; the answer is an operation."""
    check_location(call.location)
    check_build(call, call.body)
    return begin(call, dict(call.body), loose=False)


def begin(
    call: Call, body: Body, *, loose: bool, known: dict[str, str] | None = None, held: bool = False
) -> Body:
    """Queue a checked build.

    Args:
        call: with a path below the location of the build.
        body: the build as it was declared.
        loose: references without data are empty, as in triggered builds.
        known: further built-in substitutions.
        held: it waits for approval.
    """
    world, place = call.world, "/".join(call.segments[:4])
    uid = world.ids.uuid()
    account = account_of(call, body)
    built_in = {
        "PROJECT_ID": call.project,
        "PROJECT_NUMBER": world.number_of(call.project),
        "BUILD_ID": uid,
        "LOCATION": call.location,
        "SERVICE_ACCOUNT_EMAIL": account,
        "SERVICE_ACCOUNT": f"projects/{call.project}/serviceAccounts/{account}",
        **(known or {}),
    }
    if loose:
        body["options"] = {**(body.get("options") or {}), "substitutionOption": "ALLOW_LOOSE"}
    options = body.get("options") or {}
    loose = loose or options.get("substitutionOption") == "ALLOW_LOOSE"
    substitutions.apply(body, built_in, loose=loose)
    if not body.get("substitutions"):
        body.pop("substitutions", None)
    body |= {"id": uid, "projectId": call.project}
    _resolve(call, body)
    _complete(call, body, account, held=held)
    call.body = body
    name = f"{place}/builds/{uid}"
    if held:
        return _hold(call, name, body)
    return _start(call, name)


def _start(call: Call, name: str) -> Body:
    call.kind = BUILDS  # a trigger's call may have begun it
    answer = aip.make(call, BUILDS, name)
    obj = call.need(name, BUILDS)
    call.world.state.put(obj.but(meta={**obj.meta, "operation": answer["name"]}))
    seconds = call.world.latency.seconds(BUILDS.latency, "create")
    if seconds:
        call.world.later(seconds * QUEUED_SHARE, "cloudbuild", "build.work", {"name": name})
    return answer


def _resolve(call: Call, body: Body) -> None:
    """The source with its generation; refused when it is not there."""
    where = (body.get("source") or {}).get("storageSource")
    body["sourceProvenance"] = {}
    if not where:
        return
    if not where.get("bucket") or not where.get("object"):
        raise invalid("invalid source: bucket and object must be given", field="build.source")
    try:
        found = sources.find(call.world, where)
    except ApiError as error:
        text = f"could not resolve source: googleapi: Error {error.code}: {error.message}, {error.reason}"
        raise ApiError(error.code, text) from None
    resolved = {**where, "generation": found["generation"]}
    body["sourceProvenance"] = {"resolvedStorageSource": resolved}


def _complete(call: Call, body: Body, account: str, *, held: bool) -> None:
    world = call.world
    number = world.number_of(call.project)
    for field, value in DEFAULTS.items():
        body.setdefault(field, value)
    body.setdefault("logsBucket", f"gs://{number}.cloudbuild-logs.googleusercontent.com")
    if not body["logsBucket"].startswith("gs://"):
        body["logsBucket"] = f"gs://{body['logsBucket']}"
    body.setdefault("serviceAccount", f"projects/{call.project}/serviceAccounts/{account}")
    options = {**(body.get("options") or {})}
    options.setdefault("logging", "LEGACY")
    body["options"] = options
    if body.get("images"):
        body["artifacts"] = {**(body.get("artifacts") or {}), "images": running.wanted(body)}
    place = "" if call.location == "global" else f";region={call.location}"
    body["logUrl"] = (
        f"https://console.cloud.google.com/cloud-build/builds{place}/{body['id']}?project={number}"
    )
    body["createTime"] = world.stamp()
    body["status"] = PENDING if held else "QUEUED"
    name = f"projects/{call.project}/locations/{call.location}/builds/{body['id']}"
    _publish(world, Obj("cloudbuild", "builds", name, {**body, "name": name}))


# -- happening


def _publish(world: World, obj: Obj) -> None:
    """Tell where a build is (https://cloud.google.com/build/docs/subscribe-build-notifications)."""
    body = world.show(obj)
    topic = str((body.get("options") or {}).get("pubsubTopic") or "")
    topic = world.canonical(topic or f"projects/{body['projectId']}/topics/{TOPIC}")
    if world.registry.kind("pubsub", "topics") and world.find("pubsub", topic):
        data = base64.b64encode(json.dumps(body).encode()).decode()
        attributes = {"buildId": body["id"], "status": body["status"]}
        message = {"data": data, "attributes": attributes}
        with contextlib.suppress(ApiError):  # a topic may refuse what doesn't fit its schema
            ask(
                world, "POST", f"/pubsub.googleapis.com/v1/{topic}:publish", {"messages": [message]}
            )


def work(world: World, payload: Body) -> None:
    """A build leaves the queue."""
    obj = world.state.get("cloudbuild", payload["name"])
    if obj is not None and obj.body["status"] == "QUEUED":
        body = {**obj.body, "status": "WORKING", "startTime": world.stamp()}
        _publish(world, world.state.put(obj.but(body=body)))


def on_ready(world: World, obj: Obj, body: Body) -> None:
    """The end of a build."""
    if body["status"] not in OVER:
        _finish(world, body)
        _publish(world, obj.but(body=body))
    world.state.put(obj.but(body=body))
    if body["status"] == "CANCELLED":
        raise ApiError(499, "Build cancelled", status="CANCELLED")
    if body["status"] != "SUCCESS":
        raise ApiError(500, "Build failed; check build logs for details", status="UNKNOWN")


def _finish(world: World, body: Body) -> None:
    outcome = running.run(world, body)
    now = world.stamp()
    span = {"startTime": body.setdefault("startTime", now), "endTime": now}
    body |= {"status": outcome.status, "finishTime": now}
    timing = {"BUILD": span}
    if body.get("source"):
        timing["FETCHSOURCE"] = span
    steps = []
    for index, step in enumerate(body.get("steps", ())):
        ran = index < len(outcome.exits)
        code = outcome.exits[index] if ran else 0
        told: Body = {**step, "status": "FAILURE" if code else "SUCCESS" if ran else "QUEUED"}
        if ran:
            told |= {"timing": span, "pullTiming": span}
        if code:
            told["exitCode"] = code
        steps.append(told)
    body["steps"] = steps
    if outcome.status == "SUCCESS":
        body["results"] = _results(body, outcome, span)
        if outcome.pushed:
            timing["PUSH"] = span
    else:
        body["failureInfo"] = {"type": outcome.kind, "detail": outcome.detail}
        body["statusDetail"] = outcome.detail
    body["timing"] = timing


def _results(body: Body, outcome: running.Outcome, span: Body) -> Body:
    results: Body = {
        "buildStepImages": ["" for _ in body["steps"]],
        "buildStepOutputs": ["" for _ in body["steps"]],
    }
    named = running.wanted(body)
    if named:
        results["images"] = [
            {"name": image, "digest": outcome.pushed[image], "pushTiming": span} for image in named
        ]
    return results


# -- methods


def listed(call: Call) -> Body:
    """``list``: the newest first."""
    call.query["orderBy"] = "createTime desc"
    return aip.list_all(call)


def cancel(call: Call) -> Body:
    """``cancel``: what is over can't be."""
    obj = call.need()
    if obj.body["status"] in OVER:
        raise failed_precondition("cannot cancel a build in a terminal state")
    world = call.world
    body = {**obj.body, "status": "CANCELLED", "finishTime": world.stamp()}
    body.setdefault("startTime", body["finishTime"])
    _publish(world, world.state.put(obj.but(body=body)))
    _end(call, str(obj.meta.get("operation", "")))
    return world.show(call.need())


def retry(call: Call) -> Body:
    """``retry``: a new build as the first one was declared, of the same source."""
    obj = call.need()
    if obj.body["status"] not in OVER:
        raise failed_precondition("cannot retry a build that is still running")
    body: dict[str, Any] = {key: obj.body[key] for key in DECLARED if key in obj.body}
    outputs = ("status", "timing", "pullTiming", "exitCode")
    body["steps"] = [
        {key: value for key, value in step.items() if key not in outputs} for step in body["steps"]
    ]
    resolved = obj.body["sourceProvenance"].get("resolvedStorageSource")
    if resolved:
        body["source"] = {"storageSource": resolved}
    return begin(call, body, loose=True)


# -- approval


def _hold(call: Call, name: str, body: Body) -> Body:
    body["approval"] = {"state": "PENDING", "config": {"approvalRequired": True}}
    body["name"] = name
    obj = Obj("cloudbuild", "builds", name, body, {"created": call.world.now()})
    call.world.state.put(obj)
    answer = lro.start(call, "create", name, kind=BUILDS, seconds=lro.KEPT)
    call.world.state.put(obj.but(meta={**obj.meta, "operation": answer["name"]}))
    return answer


def approve(call: Call) -> Body:
    """``approve``: a build that waits for it starts, or is given up."""
    obj = call.need()
    if obj.body["status"] != PENDING:
        raise failed_precondition("build is not pending approval")
    given = call.body.get("approvalResult") or {}
    decision = given.get("decision")
    if decision not in ("APPROVED", "REJECTED"):
        raise invalid("a decision must be given", field="approval_result.decision")
    result = {
        **given, "approverAccount": call.world.user, "approvalTime": call.world.stamp()
    }  # fmt: skip
    approval = {**obj.body["approval"], "state": decision, "result": result}
    approved = decision == "APPROVED"
    status = "QUEUED" if approved else "CANCELLED"
    call.world.state.put(obj.but(body={**obj.body, "approval": approval, "status": status}))
    seconds = call.world.latency.seconds(BUILDS.latency, "create") if approved else 0.0
    if seconds:
        call.world.later(seconds * QUEUED_SHARE, "cloudbuild", "build.work", {"name": obj.name})
    return _end(call, str(obj.meta["operation"]), seconds)


def _end(call: Call, operation: str, seconds: float = 0.0) -> Body:
    """Let an operation end after some seconds, and tell it; nothing where it is forgotten."""
    world = call.world
    obj = call.find(operation)
    if obj is None:
        return {"name": operation}
    obj = world.state.put(obj.but(meta={**obj.meta, "due": world.now() + seconds}))
    told = lro.show(world, obj)
    if seconds:
        world.later(seconds, "cloudbuild", "lro.finish", {"name": operation})
    else:
        lro.finish(world, {"service": "cloudbuild", "name": operation})
    return told


def default_account(call: Call) -> Body:
    """``getDefaultServiceAccount``: who builds run as when they don't say."""
    email = accounts.default(call.world, call.project)
    return {
        "name": "/".join([*call.segments[:4], "defaultServiceAccount"]),
        "serviceAccountEmail": f"projects/{call.project}/serviceAccounts/{email}",
    }


BUILDS = Kind(
    name="builds",
    resources=("projects.builds", "projects.locations.builds"),
    schema="Build",
    dialect=AIP,
    number=True,
    not_found="Requested entity was not found.",
    lro=("create",),
    latency="cloudbuild.Build",
    on_ready=on_ready,
    list_key="builds",
    methods={
        "create": located(create),
        "get": located(aip.get),
        "list": located(listed),
        "cancel": located(cancel),
        "retry": located(retry),
        "approve": located(approve),
    },
)
