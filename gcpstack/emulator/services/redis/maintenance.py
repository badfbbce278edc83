"""The windows for maintenance of instances and clusters: one of an hour a week.

https://cloud.google.com/memorystore/docs/redis/about-maintenance
"""

from gcpstack.emulator.core.call import Call
from gcpstack.emulator.core.model import Body

HOUR = "3600s"


def _moment(window: Body) -> Body:
    """A time of day as it is told: without the zeros."""
    return {part: value for part, value in window.get("startTime", {}).items() if value}


def windows(call: Call, body: Body, old: Body | None, **told: str) -> None:
    """The outputs of a maintenance policy, with what else each window tells."""
    policy = body.get("maintenancePolicy")
    if not policy or (old is not None and policy == old.get("maintenancePolicy")):
        return
    before = (old or {}).get("maintenancePolicy", {})
    now = call.world.stamp()
    body["maintenancePolicy"] = {
        **policy,
        "createTime": before.get("createTime", now),
        "updateTime": now,
        "weeklyMaintenanceWindow": [
            {**window, "startTime": _moment(window), **told}
            for window in policy.get("weeklyMaintenanceWindow", [])
        ],
    }
