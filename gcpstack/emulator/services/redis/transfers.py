"""Exports of an instance's data to Cloud Storage, and imports from there.

https://cloud.google.com/memorystore/docs/redis/about-importing-exporting. The data is what was imported
last, as the RDB file that it came in: nobody can speak Redis to an emulated instance. While an export
runs the instance stays READY, as Google's states have no other for it.
"""

import base64
import re
from typing import Any

from gcpstack.emulator.core import lro, transfers
from gcpstack.emulator.core.call import Call
from gcpstack.emulator.core.errors import ApiError, failed_precondition, invalid
from gcpstack.emulator.core.model import Body
from gcpstack.emulator.core.store import Obj
from gcpstack.emulator.core.world import World
from gcpstack.emulator.dialects.aip import refuse_busy

SERVICE = "redis"
# https://github.com/redis/redis/blob/unstable/src/rdb.h: each release writes a version of the format.
FORMATS = {"REDIS_3_2": 7, "REDIS_4_0": 8, "REDIS_5_0": 9, "REDIS_6_X": 9, "REDIS_7_0": 10, "REDIS_7_2": 11}  # fmt: skip
_HEAD = re.compile(rb"REDIS(\d{4})")
# The end of a file: the mark, and eight bytes of a checksum that is not kept.
_END = b"\xff" + bytes(8)


def export(call: Call) -> Body:
    """``export``: an RDB file, over one that is there."""
    obj = _idle(call)
    uri = str(call.body.get("outputConfig", {}).get("gcsDestination", {}).get("uri", ""))
    _checked(call, obj, uri, "output_config", write=True)
    return _start(call, "export", obj, uri)


def import_(call: Call) -> Body:
    """``import``: what an RDB file holds, instead of all that is there."""
    obj = _idle(call)
    uri = str(call.body.get("inputConfig", {}).get("gcsSource", {}).get("uri", ""))
    _checked(call, obj, uri, "input_config", write=False)
    obj = call.world.state.put(obj.but(body={**obj.body, "state": "IMPORTING"}))
    return _start(call, "import", obj, uri)


def _idle(call: Call) -> Obj:
    obj = call.need()
    refuse_busy(obj)
    if obj.body["state"] != "READY":
        raise failed_precondition(f"The instance is not READY: it is {obj.body['state']}.")
    return obj


def _checked(call: Call, obj: Obj, uri: str, field: str, *, write: bool) -> None:
    bucket, path = transfers.split(uri) if uri else ("", "")
    if not path:
        raise invalid(f"Invalid Cloud Storage URI: '{uri}'.", field=field)
    identity = obj.body["persistenceIamIdentity"].removeprefix("serviceAccount:")
    transfers.check(call.world, bucket, identity, call.project, write=write)
    if not write:
        try:
            transfers.read(call.world, uri)
        except ApiError:
            raise failed_precondition(f"The file '{uri}' does not exist.") from None


def _start(call: Call, verb: str, obj: Obj, uri: str) -> Body:
    call.world.state.put(obj.but(meta={**obj.meta, "pending": verb}))
    return lro.start(call, verb, obj.name, extra={"uri": uri}, effect=f"{verb}.end")


def exported(world: World, running: Body) -> None:
    """The file is written."""
    obj = _settled(world, running)
    if obj is None:
        return
    release = FORMATS.get(obj.body["redisVersion"], max(FORMATS.values()))
    kept = obj.meta.get("rdb")
    data = base64.b64decode(kept) if kept else b"REDIS%04d" % release + _END
    transfers.write(world, running["extra"]["uri"], data)


def imported(world: World, running: Body) -> None:
    """The data of the file takes the place of all; it is lost where the file can't be read."""
    obj = _settled(world, running)
    if obj is None:
        return
    meta = {key: value for key, value in obj.meta.items() if key != "rdb"}
    world.state.put(obj.but(meta=meta))
    uri = running["extra"]["uri"]
    data = transfers.read(world, uri)
    head = _HEAD.match(data)
    if head is None:
        raise invalid(f"'{uri}' is no RDB file.")
    known = FORMATS.get(obj.body["redisVersion"], max(FORMATS.values()))
    if int(head[1]) > known:
        raise invalid(f"'{uri}' was written by a newer version of Redis than the instance's.")
    world.state.put(obj.but(meta={**meta, "rdb": base64.b64encode(data).decode()}))


def _settled(world: World, running: Body) -> Obj | None:
    obj = world.state.get(SERVICE, running["target"])
    return None if obj is None else world.settle(obj)


METHODS: dict[str, Any] = {"export": export, "import": import_}
EVENTS: dict[str, Any] = {"export.end": exported, "import.end": imported}
