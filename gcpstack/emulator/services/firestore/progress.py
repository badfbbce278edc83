"""What Firestore's long-running operations tell of themselves."""

from gcpstack.emulator.core.lro import Running
from gcpstack.emulator.core.model import Body
from gcpstack.emulator.core.world import World
from gcpstack.emulator.services.firestore import transfers
from gcpstack.emulator.services.firestore.common import ANY

DATABASE = {"create": "Create", "update": "Update", "delete": "Delete"}


def metadata(world: World, running: Running) -> Body:
    """Databases tell only the kind of operation, unless they are restored; others how far it is."""
    if running.verb in ("export", "import"):
        return transfers.metadata(world, running)
    if running.kind == "databases" and "backup" in running.extra:
        return _restored(world, running)
    if running.kind == "databases":
        return {"@type": f"{ANY}{DATABASE[running.verb]}DatabaseMetadata", **running.extra}
    what = "field" if running.kind == "fields" else "index"
    done = running.ended is not None
    body: Body = {
        "@type": f"{ANY}{what.capitalize()}OperationMetadata",
        what: running.target,
        "startTime": world.stamp(running.started),
        "state": "SUCCESSFUL" if done else "INITIALIZING",
        **running.extra,
    }
    if done:
        body |= {"endTime": world.stamp(running.ended), "progressDocuments": {}}
    return body


def _restored(world: World, running: Running) -> Body:
    """A database that is made of a backup.

    https://cloud.google.com/firestore/docs/reference/rest/Shared.Types/RestoreDatabaseMetadata
    """
    done = running.ended is not None
    body: Body = {
        "@type": f"{ANY}RestoreDatabaseMetadata",
        "startTime": world.stamp(running.started),
        "operationState": "SUCCESSFUL" if done else "PROCESSING",
        **running.extra,
    }
    return body | ({"endTime": world.stamp(running.ended)} if done else {})
