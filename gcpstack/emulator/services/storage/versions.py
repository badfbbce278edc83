"""The versions of objects: live, noncurrent and soft-deleted ones, and what keeps them from going.

https://cloud.google.com/storage/docs/object-versioning, https://cloud.google.com/storage/docs/soft-delete
"""

import base64
import hashlib
import zlib
from collections.abc import Iterator

from gcpstack.emulator.core.call import Call
from gcpstack.emulator.core.clock import parse_rfc3339
from gcpstack.emulator.core.crc32c import crc32c
from gcpstack.emulator.core.errors import ApiError, invalid, not_found
from gcpstack.emulator.core.model import Body
from gcpstack.emulator.core.store import Obj
from gcpstack.emulator.services.storage import acl, rules
from gcpstack.emulator.services.storage.common import (
    DOWNLOAD,
    check_both,
    encoded,
    etag,
    link,
    new_generation,
    stamp,
)

LONGEST_NAME = 1024
CLIENT_FIELDS = (
    "cacheControl", "contentDisposition", "contentEncoding", "contentLanguage", "contentType", "customTime",
    "metadata", "storageClass", "eventBasedHold", "temporaryHold", "retention", "contexts",
)  # fmt: skip
NONCURRENT, SOFT_DELETED = "noncurrent", "softDeleted"
# Google keeps every soft-deleted version; here the last of a name do, so that what is overwritten
# all day doesn't fill the memory.
MOST_SOFT_DELETED = 20


def slot(bucket: Obj, name: str) -> str:
    """Where the live version of an object is."""
    return f"{bucket.name}/o/{encoded(name)}"


def old_slot(bucket: Obj, where: str, name: str, generation: str) -> str:
    """Where another version is: ``where`` is ``noncurrent`` or ``softDeleted``."""
    return f"{bucket.name}/{where}/{encoded(name)}#{generation}"


def missing(bucket: Obj, name: str) -> ApiError:
    """The 404 of an object."""
    return not_found(f"No such object: {bucket.id}/{name}")


def find(call: Call, bucket: Obj, name: str, generation: str = "") -> Obj | None:
    """The live version, or the one of a generation; soft-deleted ones only where they are asked for."""
    if call.query.get("softDeleted"):
        return call.find(old_slot(bucket, SOFT_DELETED, name, generation))
    live = call.find(slot(bucket, name))
    if not generation or (live is not None and live.body["generation"] == generation):
        return live
    return call.find(old_slot(bucket, NONCURRENT, name, generation))


def content(obj: Obj) -> bytes:
    """What an object holds."""
    return zlib.decompress(base64.b64decode(obj.meta["content"]))


def every(call: Call, bucket: Obj) -> Iterator[Obj]:
    """The versions that a list asks for."""
    if call.query.get("softDeleted"):
        yield from call.world.state.page("storage", f"{bucket.name}/{SOFT_DELETED}")
        return
    yield from call.world.state.page("storage", f"{bucket.name}/o")
    if call.query.get("versions"):
        yield from call.world.state.page("storage", f"{bucket.name}/{NONCURRENT}")


# -- what keeps a version


def refuse_kept(call: Call, bucket: Obj, obj: Obj) -> None:
    """403 for a version under a hold or inside a retention period."""
    where = f"Object '{bucket.id}/{obj.body['name']}' is"
    for hold in ("eventBasedHold", "temporaryHold"):
        if obj.body.get(hold):
            text = f"{where} under active {_words(hold)} and cannot be deleted, overwritten or archived until hold is removed."
            raise ApiError(403, text, reason="objectUnderActiveHold")
    until = retained_until(bucket, obj)
    if until > call.world.now():
        text = (
            f"{where} subject to bucket's retention policy or object retention and cannot be deleted or "
            f"overwritten until {stamp(call.world, until)}"
        )
        raise ApiError(403, text, reason="retentionPolicyNotMet")


def _words(hold: str) -> str:
    return {"eventBasedHold": "Event-Based hold", "temporaryHold": "Temporary hold"}[hold]


def retained_until(bucket: Obj, obj: Obj) -> float:
    """When the bucket's policy and the object's own retention let a version go."""
    until = 0.0
    policy = bucket.body.get("retentionPolicy")
    if policy:
        until = parse_rfc3339(obj.body["timeCreated"]) + int(policy["retentionPeriod"])
    own = obj.body.get("retention") or {}
    if own.get("retainUntilTime"):
        until = max(until, parse_rfc3339(own["retainUntilTime"]))
    return until


# -- making and ending versions


def store(call: Call, bucket: Obj, facts: Body, data: bytes) -> Obj:
    """Make a new live version of an object.

    Args:
        call: the call with its preconditions.
        bucket: that it goes into.
        facts: name and metadata.
        data: what it holds.
    """
    name = str(facts.get("name") or "")
    if (
        not name
        or len(name.encode()) > LONGEST_NAME
        or "\n" in name
        or "\r" in name
        or name in (".", "..")
    ):
        raise invalid(f"Invalid argument: object name '{name}'.")
    old = call.find(slot(bucket, name))
    check_both(call, old)
    if old is not None:
        refuse_kept(call, bucket, old)
        retire(call, bucket, old)
    now = stamp(call.world)
    generation = new_generation(call.world)
    body: Body = {key: facts[key] for key in CLIENT_FIELDS if facts.get(key) not in (None, {})}
    body.setdefault("storageClass", bucket.body["storageClass"])
    if body["storageClass"] not in rules.CLASSES:
        raise invalid(f"Invalid argument: storage class '{body['storageClass']}'.")
    if bucket.body.get("defaultEventBasedHold"):
        body.setdefault("eventBasedHold", True)
    body |= {
        "kind": "storage#object",
        "id": f"{bucket.id}/{name}/{generation}",
        "selfLink": link("b", bucket.id, "o", name),
        "mediaLink": f"{DOWNLOAD}b/{bucket.id}/o/{encoded(name)}?generation={generation}&alt=media",
        "name": name,
        "bucket": bucket.id,
        "generation": generation,
        "metageneration": "1",
        "etag": etag(generation, 1),
        "size": str(len(data)),
        "timeCreated": now,
        "updated": now,
        "timeStorageClassUpdated": now,
        "timeFinalized": now,
        **_digests(facts, data),
    }
    key = str(
        call.query.get("kmsKeyName")
        or (bucket.body.get("encryption") or {}).get("defaultKmsKeyName", "")
    )
    if key:
        rules.check_key(call, key, bucket.body["projectNumber"])
        body["kmsKeyName"] = f"{key}/cryptoKeyVersions/1"
    obj = Obj("storage", "objects", slot(bucket, name), body, {"content": _packed(data)})
    until = retained_until(bucket, obj)
    if bucket.body.get("retentionPolicy"):
        body["retentionExpirationTime"] = stamp(call.world, until)
    return call.world.state.put(obj.but(meta={**obj.meta, "acl": _first_list(call, bucket, facts)}))


def _packed(data: bytes) -> str:
    return base64.b64encode(zlib.compress(data, 1)).decode()


def _digests(facts: Body, data: bytes) -> Body:
    """The checksums; refuses a version whose client computed others."""
    md5 = base64.b64encode(hashlib.md5(data, usedforsecurity=False).digest()).decode()
    crc = base64.b64encode(crc32c(data).to_bytes(4, "big")).decode()
    for field, word, found in (("md5Hash", "MD5 hash", md5), ("crc32c", "CRC32C", crc)):
        if facts.get(field) not in (None, found):
            text = f'Provided {word} "{facts[field]}" doesn\'t match calculated {word} "{found}".'
            raise invalid(text)
    return {"md5Hash": md5, "crc32c": crc}


def _first_list(call: Call, bucket: Obj, facts: Body) -> list[acl.Entry]:
    given = facts.get("acl")
    if acl.uniform(bucket):
        if given or call.query.get("predefinedAcl"):
            raise invalid(acl.UNIFORM.format(verb="insert legacy"))
        return []
    owner = [f"user-{call.world.user}", "OWNER"]
    if given:
        return [owner, *acl.entries(acl.OBJECTS, given)]
    if call.query.get("predefinedAcl"):
        number = bucket.body["projectNumber"]
        return [*acl.predefined(str(call.query["predefinedAcl"]), number), owner]
    return [*bucket.meta["defaultObjectAcl"], owner]


def retire(call: Call, bucket: Obj, live: Obj) -> None:
    """A live version is replaced or deleted: kept as noncurrent, soft-deleted, or gone."""
    call.world.state.delete("storage", live.name)
    if (bucket.body.get("versioning") or {}).get("enabled"):
        name = old_slot(bucket, NONCURRENT, live.body["name"], live.body["generation"])
        body = {**live.body, "timeDeleted": stamp(call.world)}
        call.world.state.put(live.but(name=name, body=body))
    else:
        soft_delete(call, bucket, live)


def soft_delete(call: Call, bucket: Obj, obj: Obj) -> None:
    """Keep a version for as long as the bucket's soft delete policy says."""
    seconds = int(bucket.body["softDeletePolicy"]["retentionDurationSeconds"])
    if not seconds:
        return
    name = str(obj.body["name"])
    body = {
        **obj.body,
        "softDeleteTime": stamp(call.world),
        "hardDeleteTime": stamp(call.world, call.world.now() + seconds),
    }
    where = old_slot(bucket, SOFT_DELETED, name, obj.body["generation"])
    call.world.state.put(obj.but(name=where, body=body, meta={**obj.meta, "softDeleted": True}))
    call.world.later(seconds, "storage", "purge", {"name": where})
    first = f"{encoded(name)}#"
    same = [
        held
        for held in call.world.state.page("storage", f"{bucket.name}/{SOFT_DELETED}", first)
        if held.body["name"] == name
    ]
    for held in sorted(same, key=lambda held: int(held.body["generation"]))[:-MOST_SOFT_DELETED]:
        call.world.state.delete("storage", held.name)
