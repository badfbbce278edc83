"""Objects and their generations (https://cloud.google.com/storage/docs/json_api/v1/objects)."""

import base64
import hashlib
import json
import re
from typing import Any
from urllib.parse import quote

from gcpstack.emulator.core.call import Call
from gcpstack.emulator.core.crc32c import crc32c
from gcpstack.emulator.core.errors import ApiError, invalid, not_found
from gcpstack.emulator.core.model import Body, Kind
from gcpstack.emulator.core.paths import merge_patch, strip_nulls
from gcpstack.emulator.core.store import Obj
from gcpstack.emulator.core.wire import Response
from gcpstack.emulator.services.storage.common import (
    ROOT,
    STORAGE,
    bucket_of,
    bumped,
    check,
    gone,
    version_tag,
)

LONGEST_NAME = 1024
CLIENT_FIELDS = (
    "cacheControl", "contentDisposition", "contentEncoding", "contentLanguage", "contentType", "customTime",
    "metadata", "storageClass", "eventBasedHold", "temporaryHold", "retention",
)  # fmt: skip
RANGE = re.compile(r"bytes=(\d*)-(\d*)")


def _slot(bucket: Obj, name: str) -> str:
    return f"{bucket.name}/o/{quote(name, safe='')}"


def _old_slot(bucket: Obj, name: str, generation: str) -> str:
    return f"{bucket.name}/versions/{quote(name, safe='')}#{generation}"


def _missing(bucket: Obj, name: str) -> ApiError:
    return not_found(f"No such object: {bucket.id}/{name}")


def _find(call: Call, bucket: Obj, name: str) -> Obj | None:
    """The live version, or the one whose generation is asked for."""
    live = call.find(_slot(bucket, name))
    wanted = call.query.get("generation")
    if wanted is None or (live is not None and live.body["generation"] == str(wanted)):
        return live
    return call.find(_old_slot(bucket, name, str(wanted)))


def _need(call: Call) -> Obj:
    bucket = bucket_of(call)
    obj = _find(call, bucket, call.params["object"])
    if obj is None:
        raise _missing(bucket, call.params["object"])
    check(call, "Generation", int(obj.body["generation"]))
    check(call, "Metageneration", int(obj.body["metageneration"]))
    return obj


def _content(obj: Obj) -> bytes:
    return base64.b64decode(obj.meta["content"])


# -- writing


def insert(call: Call) -> Body | Response:
    """``insert``: media, multipart or resumable (https://cloud.google.com/storage/docs/uploads-downloads)."""
    bucket = bucket_of(call)
    kind = str(call.query.get("uploadType", "media"))
    sent = call.request
    if kind == "resumable" and not call.query.get("upload_id"):
        return _begin_resumable(call, bucket)
    if kind == "resumable":
        return _end_resumable(call, bucket)
    content_type = _header(call, "content-type")
    if kind == "multipart":
        facts, content_type, content = _parts(sent.body, content_type)
    else:
        facts, content = {}, sent.body
    return store(call, bucket, facts, content, content_type)


def _header(call: Call, name: str) -> str:
    return next((v for k, v in call.request.headers.items() if k.lower() == name), "")


def _parts(body: bytes, content_type: str) -> tuple[Body, str, bytes]:
    """The two parts of a multipart upload: the metadata as JSON, and the media with its type."""
    # apitools quotes the boundary with single quotes.
    found = re.search(r"""boundary=["']?([^"';]+)["']?""", content_type)
    if found is None:
        raise invalid("Missing boundary in multipart upload.")
    marker = b"--" + found[1].encode()
    pieces = [piece.lstrip(b"\r\n") for piece in body.split(marker)[1:-1]]
    if len(pieces) != 2:  # noqa: PLR2004 # metadata and media
        raise invalid("Malformed multipart body.")
    heads, contents = zip(*(_split(piece) for piece in pieces), strict=True)
    try:
        facts = json.loads(contents[0] or b"{}")
    except ValueError:
        raise invalid("Malformed multipart body: the first part is not JSON.") from None
    return facts, heads[1].get("content-type", ""), contents[1]


def _split(piece: bytes) -> tuple[dict[str, str], bytes]:
    separator = b"\r\n\r\n" if b"\r\n\r\n" in piece else b"\n\n"
    head, _, content = piece.partition(separator)
    lines = [line.split(":", 1) for line in head.decode("latin-1").splitlines() if ":" in line]
    tail = b"\r\n" if content.endswith(b"\r\n") else b"\n"
    return {k.lower(): v.strip() for k, v in lines}, content.removesuffix(tail)


def _begin_resumable(call: Call, bucket: Obj) -> Response:
    upload = call.world.ids.hex(32)
    facts = json.loads(call.request.body or b"{}")
    if call.query.get("name"):
        facts.setdefault("name", call.query["name"])
    memory = {"facts": facts, "type": _header(call, "x-upload-content-type"), "content": ""}
    call.world.state.set_record("storage.upload", upload, memory)
    host = _header(call, "host")
    place = (
        f"http://{host}/upload/storage/v1/b/{bucket.id}/o?uploadType=resumable&upload_id={upload}"
    )
    if "googleapis.com" not in host:
        place = place.replace(host, f"{host}/storage.googleapis.com", 1)
    return Response(200, b"", {"Location": place, "X-GUploader-UploadID": upload})


def _end_resumable(call: Call, bucket: Obj) -> Body | Response:
    upload = str(call.query["upload_id"])
    memory = call.world.state.record("storage.upload", upload)
    if memory is None:
        raise not_found("The upload session was not found.")
    content = base64.b64decode(memory["content"]) + call.request.body
    span = re.fullmatch(r"bytes (?:\d+-(\d+)|\*)/(\d+|\*)", _header(call, "content-range"))
    if span and (span[2] == "*" or len(content) < int(span[2])):
        kept = {**memory, "content": base64.b64encode(content).decode()}
        call.world.state.set_record("storage.upload", upload, kept)
        return Response(308, b"", {"Range": f"bytes=0-{len(content) - 1}"} if content else {})
    call.world.state.set_record("storage.upload", upload, None)
    return store(call, bucket, memory["facts"], content, memory["type"])


def store(call: Call, bucket: Obj, facts: Body, content: bytes, content_type: str) -> Body:
    """Make a new generation of an object."""
    name = str(call.query.get("name") or facts.get("name") or "")
    if not name or len(name.encode()) > LONGEST_NAME or "\n" in name or "\r" in name:
        raise invalid(f"Invalid object name: '{name}'")
    old = call.find(_slot(bucket, name))
    check(call, "Generation", int(old.body["generation"]) if old else 0)
    if old is not None:
        check(call, "Metageneration", int(old.body["metageneration"]))
        _refuse_held(old)
        _archive(call, bucket, old)
    now = call.world.stamp()
    generation = _generation(call, old)
    body: Body = {key: facts[key] for key in CLIENT_FIELDS if facts.get(key) is not None}
    if content_type:
        body.setdefault("contentType", content_type)
    body.setdefault("storageClass", bucket.body["storageClass"])
    body |= _identity(bucket, name, generation)
    body |= {
        "metageneration": "1",
        "size": str(len(content)),
        "md5Hash": base64.b64encode(hashlib.md5(content, usedforsecurity=False).digest()).decode(),
        "crc32c": base64.b64encode(crc32c(content).to_bytes(4, "big")).decode(),
        "timeCreated": now,
        "updated": now,
        "timeStorageClassUpdated": now,
        "timeFinalized": now,
    }
    body["etag"] = version_tag(body)
    meta = {"content": base64.b64encode(content).decode()}
    call.world.state.put(Obj("storage", "objects", _slot(bucket, name), body, meta))
    return body


def _identity(bucket: Obj, name: str, generation: str) -> Body:
    link = f"{ROOT}b/{bucket.id}/o/{quote(name, safe='')}"
    media = link.replace("googleapis.com/storage", "googleapis.com/download/storage", 1)
    return {
        "kind": "storage#object",
        "id": f"{bucket.id}/{name}/{generation}",
        "selfLink": link,
        "mediaLink": f"{media}?generation={generation}&alt=media",
        "name": name,
        "bucket": bucket.id,
        "generation": generation,
    }


def _generation(call: Call, old: Obj | None) -> str:
    """Generations are microseconds, and always grow."""
    fresh = int(call.world.now() * 1_000_000)
    return str(max(fresh, int(old.body["generation"]) + 1) if old else fresh)


def _refuse_held(obj: Obj) -> None:
    for hold in ("eventBasedHold", "temporaryHold"):
        if obj.body.get(hold):
            text = f"Object '{obj.body['bucket']}/{obj.body['name']}' is under active hold and cannot be deleted, overwritten or archived until hold is removed."
            raise ApiError(403, text, reason="forbidden")


def _archive(call: Call, bucket: Obj, old: Obj) -> None:
    """Keep the version that is replaced, where the bucket keeps versions."""
    if not bucket.body.get("versioning", {}).get("enabled"):
        return
    slot = _old_slot(bucket, old.body["name"], old.body["generation"])
    call.world.state.put(old.but(name=slot, body={**old.body, "timeDeleted": call.world.stamp()}))


# -- reading and changing


def get(call: Call) -> Body | Response:
    """``get``: the metadata, or with ``alt=media`` the content."""
    obj = _need(call)
    if call.query.get("alt") != "media":
        return obj.body
    content, status = _content(obj), 200
    headers = {
        "Content-Type": obj.body.get("contentType", "application/octet-stream"),
        "X-Goog-Generation": obj.body["generation"],
        "X-Goog-Hash": f"crc32c={obj.body['crc32c']},md5={obj.body['md5Hash']}",
        "ETag": obj.body["etag"],
    }
    span = RANGE.fullmatch(_header(call, "range"))
    if span and content:
        start, end = _span(span, len(content))
        headers["Content-Range"] = f"bytes {start}-{end}/{len(content)}"
        content, status = content[start : end + 1], 206
    return Response(status, content, headers)


def _span(span: "re.Match[str]", size: int) -> tuple[int, int]:
    first, last = span[1], span[2]
    if not first:
        return max(0, size - int(last or 0)), size - 1
    if int(first) >= size:
        raise ApiError(416, "Request range not satisfiable", reason="requestedRangeNotSatisfiable")
    return int(first), min(int(last), size - 1) if last else size - 1


def list_all(call: Call) -> Body:
    """``list``: by name, cut at a delimiter where one is given."""
    bucket, query = bucket_of(call), call.query
    prefix, delimiter = str(query.get("prefix", "")), str(query.get("delimiter", ""))
    after = str(query.get("pageToken", ""))
    found = list(call.world.state.page("storage", f"{bucket.name}/o"))
    if query.get("versions"):
        found += call.world.state.page("storage", f"{bucket.name}/versions")
    found.sort(key=lambda obj: (obj.body["name"], int(obj.body["generation"])))
    items, prefixes = [], set()
    for obj in found:
        name = obj.body["name"]
        if not name.startswith(prefix) or (after and name <= after):
            continue
        rest = name[len(prefix) :]
        if delimiter and delimiter in rest:
            prefixes.add(prefix + rest[: rest.index(delimiter) + len(delimiter)])
        else:
            items.append(obj.body)
    most = int(query.get("maxResults") or 1000)
    answer: Body = {"kind": "storage#objects"}
    if len(items) > most:
        answer["nextPageToken"] = items[most - 1]["name"]
        items = items[:most]
    if prefixes:
        answer["prefixes"] = sorted(prefixes)
    if items:
        answer["items"] = items
    return answer


def patch(call: Call) -> Body:
    """``patch``: the metadata only; content never changes."""
    obj = _need(call)
    return _change(call, obj, merge_patch(obj.body, _writable(call.body)))


def update(call: Call) -> Body:
    """``update``: replaces the metadata that clients may set."""
    obj = _need(call)
    kept = {key: value for key, value in obj.body.items() if key not in CLIENT_FIELDS}
    return _change(call, obj, {**kept, **strip_nulls(_writable(call.body))})


def _writable(body: Body) -> Body:
    return {key: value for key, value in body.items() if key in CLIENT_FIELDS}


def _change(call: Call, obj: Obj, body: Body) -> Body:
    body = {**bumped(body), "updated": call.world.stamp()}
    return call.world.state.put(obj.but(body=body)).body


def delete(call: Call) -> Response:
    """``delete``: the live version, or for good the one whose generation is given."""
    bucket, obj = bucket_of(call), _need(call)
    _refuse_held(obj)
    if call.query.get("generation") is None:
        _archive(call, bucket, obj)
    call.world.state.delete("storage", obj.name)
    return gone()


def copy(call: Call) -> Body:
    """``copy`` and ``rewrite``: always in one step here."""
    source = call.find(f"b/{call.params['sourceBucket']}")
    target = call.find(f"b/{call.params['destinationBucket']}")
    if source is None or target is None:
        raise not_found("The specified bucket does not exist.")
    name = call.params["sourceObject"]
    obj = call.find(_slot(source, name))
    if obj is None:
        raise _missing(source, name)
    facts: dict[str, Any] = {**_writable(obj.body), **_writable(call.body)}
    facts["name"] = call.params["destinationObject"]
    made = store(call, target, facts, _content(obj), obj.body.get("contentType", ""))
    if call.method.name == "copy":
        return made
    size = made["size"]
    return {
        "kind": "storage#rewriteResponse",
        "totalBytesRewritten": size,
        "objectSize": size,
        "done": True,
        "resource": made,
    }


OBJECTS = Kind(
    name="objects",
    resources=("objects",),
    schema="Object",
    dialect=STORAGE,
    methods={
        "insert": insert,
        "get": get,
        "list": list_all,
        "patch": patch,
        "update": update,
        "delete": delete,
        "copy": copy,
        "rewrite": copy,
    },
)
