"""Uploads and downloads (https://cloud.google.com/storage/docs/uploads-downloads)."""

import base64
import json
import re
from email.utils import formatdate
from typing import Any

from gcpstack.emulator.core.batch import boundary_of
from gcpstack.emulator.core.call import Call
from gcpstack.emulator.core.clock import parse_rfc3339
from gcpstack.emulator.core.errors import ApiError, invalid, not_found
from gcpstack.emulator.core.model import Body
from gcpstack.emulator.core.store import Obj
from gcpstack.emulator.core.wire import Response
from gcpstack.emulator.core.world import World
from gcpstack.emulator.services.storage import acl, versions
from gcpstack.emulator.services.storage.common import bucket_of, checked, header

SPACE = "storage.upload"  # sessions of resumable uploads
SESSION_SECONDS = 7 * 86400.0
RANGE = re.compile(r"bytes=(\d*)-(\d*)")
CHUNK = re.compile(r"bytes (?:(\d+)-(\d+)|\*)/(\d+|\*)")
RESUME = 308
WRONG_PLACE = "Upload requests must include an uploadType URL parameter and a URL path beginning with /upload/"


def insert(call: Call) -> Body | Response:
    """``insert``: media, multipart, or a step of a resumable upload."""
    if not call.method.upload:
        raise ApiError(400, WRONG_PLACE, reason="wrongUrlForUpload")
    bucket = bucket_of(call)
    kind = str(call.query.get("uploadType") or call.query.get("upload_protocol") or "")
    if call.query.get("upload_id"):
        return _continue(call, bucket)
    if kind == "resumable":
        return _begin(call, bucket)
    if kind == "multipart":
        facts, data = _multipart(call)
    elif kind in ("media", "raw"):
        facts, data = {"contentType": header(call, "content-type")}, call.request.body
    else:
        raise ApiError(400, WRONG_PLACE, reason="wrongUrlForUpload")
    return _finish(call, bucket, facts, data)


def _finish(call: Call, bucket: Obj, facts: Body, data: bytes) -> Body:
    facts = {**facts, "name": call.query.get("name") or facts.get("name")}
    if call.query.get("contentEncoding"):
        facts["contentEncoding"] = call.query["contentEncoding"]
    if not facts.get("contentType"):
        facts.pop("contentType", None)
    obj = versions.store(call, bucket, facts, data)
    return acl.projected_object(call, bucket, obj, default=bool(facts.get("acl")))


def _facts(call: Call, raw: bytes) -> Body:
    """The metadata of an object that stands beside its content."""
    try:
        sent = json.loads(raw or b"{}")
    except ValueError:
        raise ApiError(400, "Parse Error", reason="parseError") from None
    return checked(call, "Object", sent)


# -- multipart


def _multipart(call: Call) -> tuple[Body, bytes]:
    """Metadata and content of a ``multipart/related`` body."""
    boundary = boundary_of(header(call, "content-type"))
    if not boundary:
        raise invalid("Missing boundary in multipart upload.")
    parts = split(call.request.body, boundary.encode())
    if len(parts) != 2:  # noqa: PLR2004 # metadata and content
        raise invalid("Malformed multipart body.")
    (_, raw), (headers, data) = parts
    if headers.get("content-transfer-encoding", "").lower() == "base64":
        data = base64.b64decode(data)
    facts = _facts(call, raw)
    facts.setdefault("contentType", headers.get("content-type", ""))
    return facts, data


def split(body: bytes, boundary: bytes) -> list[tuple[dict[str, str], bytes]]:
    """The parts of a multipart body, each with its headers; contents are left byte for byte."""
    marker = b"--" + boundary
    at = body.find(marker)
    if at < 0:
        return []
    newline = b"\r\n" if body[at + len(marker) :].startswith(b"\r\n") else b"\n"
    parts = []
    for piece in body[at:].split(marker)[1:]:
        if piece.startswith(b"--"):
            break
        # A part without headers begins with the empty line.
        head, _, data = piece.partition(newline * 2)
        lines = (line.partition(":") for line in head.decode("latin-1").splitlines())
        headers = {key.strip().lower(): text.strip() for key, _, text in lines}
        parts.append((headers, data.removesuffix(newline)))
    return parts


# -- resumable


def _begin(call: Call, bucket: Obj) -> Response:
    """A session: the client goes on at its address, which it is told."""
    facts = _facts(call, call.request.body)
    if call.query.get("name"):
        facts["name"] = call.query["name"]
    facts.setdefault("contentType", header(call, "x-upload-content-type"))
    upload = call.world.ids.hex(40)
    session = {"bucket": bucket.id, "facts": facts, "query": _conditions(call), "data": ""}
    call.world.state.set_record(SPACE, upload, session)
    call.world.later(SESSION_SECONDS, "storage", "upload.forget", {"upload": upload})
    host = header(call, "host") or "storage.googleapis.com"
    path = f"{call.request.path}?uploadType=resumable&upload_id={upload}"
    return Response(200, b"", {"Location": f"http://{host}{path}", "X-GUploader-UploadID": upload})


def _conditions(call: Call) -> Body:
    """What the query of the first step asks of the last one."""
    kept = ("predefinedAcl", "projection", "kmsKeyName", "contentEncoding")
    return {key: value for key, value in call.query.items() if key.startswith("if") or key in kept}


def forget(world: World, payload: Body) -> None:
    """Sessions end after a week."""
    world.state.set_record(SPACE, payload["upload"], None)


def _continue(call: Call, bucket: Obj) -> Body | Response:
    """A piece of the content, or the question how much is there."""
    upload = str(call.query["upload_id"])
    session: dict[str, Any] | None = call.world.state.record(SPACE, upload)
    if session is None or session["bucket"] != bucket.id:
        raise not_found("No such upload session.")
    data = base64.b64decode(session["data"])
    text = header(call, "content-range")
    span = CHUNK.fullmatch(text)
    if text and not span:
        raise invalid(f"Failed to parse Content-Range header: '{text}'.")
    data = _with_piece(data, call.request.body, span)
    total = span[3] if span else str(len(data))
    if total == "*" or len(data) < int(total):
        kept = {**session, "data": base64.b64encode(data).decode()}
        call.world.state.set_record(SPACE, upload, kept)
        return Response(RESUME, b"", {"Range": f"bytes=0-{len(data) - 1}"} if data else {})
    call.world.state.set_record(SPACE, upload, None)
    call.query = {**session["query"], **call.query}
    return _finish(call, bucket, session["facts"], data)


def _with_piece(data: bytes, piece: bytes, span: "re.Match[str] | None") -> bytes:
    """The content with a piece at its place; what is there already may come again."""
    if span is None or span[1] is None:
        return data + piece
    start = int(span[1])
    if start > len(data) or int(span[2]) - start + 1 != len(piece):
        raise ApiError(
            503, "The piece does not fit what was uploaded so far.", reason="backendError"
        )
    return data[:start] + piece


# -- downloads


def media(call: Call, obj: Obj) -> Response:
    """The content of an object, or the range of it that is asked for."""
    data, status, body = versions.content(obj), 200, obj.body
    headers = {
        "Content-Type": body.get("contentType", "application/octet-stream"),
        "Cache-Control": body.get("cacheControl", "private, max-age=0"),
        "ETag": body["etag"],
        "Last-Modified": formatdate(parse_rfc3339(body["updated"]), usegmt=True),
        "X-Goog-Generation": body["generation"],
        "X-Goog-Metageneration": body["metageneration"],
        "X-Goog-Storage-Class": body["storageClass"],
        "X-Goog-Hash": ",".join(_hashes(body)),
    }
    for key, name in (
        ("contentDisposition", "Content-Disposition"),
        ("contentEncoding", "Content-Encoding"),
        ("contentLanguage", "Content-Language"),
    ):
        if body.get(key):
            headers[name] = body[key]
    span = RANGE.fullmatch(header(call, "range"))
    if span and (span[1] or span[2]):
        start, end = _span(span, len(data))
        headers["Content-Range"] = f"bytes {start}-{end}/{len(data)}"
        data, status = data[start : end + 1], 206
    return Response(status, data, headers)


def _hashes(body: Body) -> list[str]:
    names = (("crc32c", "crc32c"), ("md5Hash", "md5"))
    return [f"{word}={body[key]}" for key, word in names if key in body]


def _span(span: "re.Match[str]", size: int) -> tuple[int, int]:
    first, last = span[1], span[2]
    start = int(first) if first else max(0, size - int(last))
    if start >= size:
        text = "Request range not satisfiable"
        raise ApiError(416, text, reason="requestedRangeNotSatisfiable")
    return start, min(int(last), size - 1) if first and last else size - 1
