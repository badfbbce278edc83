"""A replica takes the place of its primary (https://cloud.google.com/sql/docs/postgres/use-advanced-disaster-recovery)."""

from gcpstack.emulator.core.call import Call
from gcpstack.emulator.core.model import Body
from gcpstack.emulator.core.world import World
from gcpstack.emulator.services.sqladmin import making, operations
from gcpstack.emulator.services.sqladmin.catalogue import PLUS
from gcpstack.emulator.services.sqladmin.operations import SERVICE, invalid, need, running

REPLICA, ALONE = "READ_REPLICA_INSTANCE", "CLOUD_SQL_INSTANCE"


def switchover(call: Call) -> Body:
    """``switchover``: of a replica of the larger edition; both are locked until the end."""
    replica = need(call)
    operations.refuse_busy(replica)
    running(replica)
    if replica.body["instanceType"] != REPLICA:
        raise invalid("Invalid request: Switchover is only supported on a read replica.")
    name = replica.body["masterInstanceName"].rpartition(":")[2]
    primary = call.find(f"projects/{call.project}/instances/{name}")
    if primary is None:
        raise invalid("Invalid request: The primary of the replica is not there.")
    operations.refuse_busy(primary)
    running(primary)
    if PLUS not in (replica.body["settings"]["edition"], primary.body["settings"]["edition"]):
        raise invalid(f"Invalid request: Switchover is only supported for the {PLUS} edition.")
    return operations.start(
        call, "SWITCHOVER", replica, finish="switching.done", locks=[primary], primary=primary.name
    )


def done(world: World, name: str, context: Body) -> None:
    """Each is what the other was."""
    replica, primary = world.state.get(SERVICE, name), world.state.get(SERVICE, context["primary"])
    if replica is None or primary is None:
        return
    config = primary.body["settings"]["backupConfiguration"]
    others = [other for other in primary.body.get("replicaNames", []) if other != replica.id]
    first = {key: value for key, value in replica.body.items() if key != "masterInstanceName"}
    first |= {
        "instanceType": ALONE,
        "replicaNames": [*others, primary.id],
        "settings": {**first["settings"], "backupConfiguration": config},
    }
    second = {key: value for key, value in primary.body.items() if key != "replicaNames"}
    off = {key: value for key, value in config.items() if key != "pointInTimeRecoveryEnabled"}
    master = f"{primary.body['project']}:{replica.id}"
    second |= {
        "instanceType": REPLICA,
        "masterInstanceName": master,
        "settings": {**second["settings"], "backupConfiguration": {**off, "enabled": False}},
    }
    world.state.put(replica.but(body=making.tagged(first)))
    world.state.put(primary.but(body=making.tagged(second)))
    for other in others:
        obj = world.state.get(SERVICE, f"{primary.name.rpartition('/')[0]}/{other}")
        if obj is not None:
            world.state.put(obj.but(body=making.tagged({**obj.body, "masterInstanceName": master})))


operations.ENDS["switching.done"] = done
