"""Whether live functions and schedules work, in Google's words."""

from collections.abc import Mapping

from gcpstack._core.kinds import READY, Condition, Health

Live = Mapping[str, object]

_BUSY = frozenset({"DEPLOYING", "DELETING", "DETACHING"})


def function(body: Live) -> Condition:
    """Read the state of a function, with what its last deployment failed of.

    After a failed deployment a function goes on serving with its last good one: its state is
    ACTIVE again, and only its messages tell
    (https://cloud.google.com/functions/docs/reference/rest/v2/projects.locations.functions#State).
    """
    state = str(body.get("state") or "ACTIVE")
    listed = body.get("stateMessages")
    errors = [
        item
        for item in (listed if isinstance(listed, list) else ())
        if item.get("severity") == "ERROR"
    ]
    told = tuple(str(item.get("message") or item.get("type")) for item in errors)
    if state in _BUSY:
        return Condition(Health.PENDING, state)
    if errors:
        return Condition(Health.FAILED, str(errors[0].get("type") or state), told)
    return READY if state == "ACTIVE" else Condition(Health.FAILED, state)


def scheduler_job(body: Live) -> Condition:
    """Read the state of a scheduler job, with how its last attempt went.

    https://cloud.google.com/scheduler/docs/reference/rest/v1/projects.locations.jobs#State
    """
    state = str(body.get("state") or "ENABLED")
    status = body.get("status")
    told = status if isinstance(status, Mapping) and status.get("code") else {}
    detail = (f"its last attempt failed: {told.get('message') or told['code']}",) if told else ()
    if state in {"DISABLED", "UPDATE_FAILED"}:
        return Condition(Health.FAILED, state, detail)
    return Condition(Health.READY, state, detail)
