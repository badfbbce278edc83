"""Exports of documents to Cloud Storage, and imports from there.

https://cloud.google.com/firestore/docs/manage-data/export-import. The files have Google's names; within
them is a JSON line for each document, where Google writes LevelDB logs.
"""

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any

from gcpstack.emulator.core import agents, lro, transfers
from gcpstack.emulator.core.call import Call
from gcpstack.emulator.core.errors import ApiError, failed_precondition, invalid
from gcpstack.emulator.core.model import Body
from gcpstack.emulator.core.store import Obj
from gcpstack.emulator.core.world import World
from gcpstack.emulator.services.firestore import common

_WHOLE = ".overall_export_metadata"
_DOCUMENTS = "documents"


@dataclass(frozen=True, slots=True)
class _Part:
    """The files of one group of documents.

    Attributes:
        kind: the collection id, or ``""`` for all of them.
        lines: the documents, by their paths below the database.
    """

    kind: str
    lines: list[Body]

    def files(self, prefix: str) -> tuple[str, str]:
        """Where its metadata and its documents stand."""
        kind = f"kind_{self.kind}" if self.kind else "all_kinds"
        folder = f"{prefix}/all_namespaces/{kind}"
        return f"{folder}/all_namespaces_{kind}.export_metadata", f"{folder}/output-0"


def export(call: Call) -> Body:
    """``exportDocuments``: those of all collections, or of some."""
    database = call.need()
    uri = str(call.body.get("outputUriPrefix", "")).rstrip("/")
    bucket, path = transfers.split(uri)
    _allowed(call, bucket, write=True)
    if not path:
        moment = datetime.fromtimestamp(call.world.now(), UTC).strftime("%Y-%m-%dT%H:%M:%S")
        uri += f"/{moment}_{call.world.state.count('firestore.export') % 100000}"
    elif _there(call.world, _overall(uri)):
        raise invalid(f"Path already exists: {_overall(uri)}")
    wanted = _unique(call, "collectionIds")
    parts = [asdict(part) for part in _parts(call.world, database, wanted)]
    told: Body = {
        key: call.body[key] for key in ("namespaceIds", "snapshotTime") if key in call.body
    }
    extra = {
        **_progress(parts),
        **({"collectionIds": wanted} if wanted else {}),
        **told,
        "outputUriPrefix": uri,
    }
    # The documents are those of the moment that it begins, until it has written them.
    call.world.state.set_record("firestore.transfer", uri, parts)
    response = {"@type": f"{common.ANY}ExportDocumentsResponse", "outputUriPrefix": uri}
    return lro.start(
        call, "export", database.name, extra=extra, response=response, effect="export.end"
    )


def exported(world: World, running: Body) -> None:
    """The files are written; what tells of them all comes last."""
    uri = running["extra"]["outputUriPrefix"]
    parts = [_Part(**part) for part in world.state.record("firestore.transfer", uri, [])]
    world.state.set_record("firestore.transfer", uri, None)
    for part in parts:
        metadata, output = part.files(uri)
        lines = "".join(f"{json.dumps(line, sort_keys=True)}\n" for line in part.lines)
        transfers.write(world, output, lines.encode())
        transfers.write(world, metadata, json.dumps({"documents": len(part.lines)}).encode())
    kinds = json.dumps({"kinds": [part.kind for part in parts]})
    transfers.write(world, _overall(uri), kinds.encode())


def import_(call: Call) -> Body:
    """``importDocuments``: over those of the same names; all others stay."""
    database = call.need()
    uri = str(call.body.get("inputUriPrefix", "")).rstrip("/")
    bucket, path = transfers.split(uri)
    _allowed(call, bucket, write=False)
    if not path or not _there(call.world, _overall(uri)):
        raise invalid(f"Google Cloud Storage file does not exist: {_overall(uri)}")
    wanted = _unique(call, "collectionIds")
    there = _kinds(call.world, uri)
    if wanted and there == [""]:
        raise invalid("Collections can only be imported from an export that named them.")
    for kind in wanted:
        if kind not in there:
            raise invalid(f"The export does not hold the collection '{kind}'.")
    parts = [asdict(_read(call.world, uri, kind)) for kind in wanted or there]
    extra = {
        **_progress(parts),
        **({"collectionIds": wanted} if wanted else {}),
        "inputUriPrefix": uri,
    }
    empty = {"@type": "type.googleapis.com/google.protobuf.Empty"}
    return lro.start(
        call, "import", database.name, extra=extra, response=empty, effect="import.end"
    )


def imported(world: World, running: Body) -> None:
    """Each document takes the place of the one of its name."""
    uri, name = running["extra"]["inputUriPrefix"], running["target"]
    if world.state.get(common.NAME, name) is None:
        raise failed_precondition("The database was deleted.")
    now = world.stamp()
    for kind in running["extra"].get("collectionIds") or _kinds(world, uri):
        for line in _read(world, uri, kind).lines:
            full = f"{name}/{line['path']}"
            body = {"name": full, "createTime": line["createTime"], "updateTime": now}
            fields = {"fields": line["fields"]} if line.get("fields") else {}
            world.state.put(Obj(common.NAME, _DOCUMENTS, full, {**body, **fields}))


def metadata(world: World, running: lro.Running) -> Body:
    """What an export or an import tells of itself: how far it is."""
    done = running.ended is not None
    body: Body = {
        "@type": f"{common.ANY}{running.verb.capitalize()}DocumentsMetadata",
        "startTime": world.stamp(running.started),
        "operationState": "SUCCESSFUL" if done else "PROCESSING",
        **running.extra,
    }
    if not done:
        return body
    for field in ("progressDocuments", "progressBytes"):
        amount = body[field]["estimatedWork"]
        body[field] = {"estimatedWork": amount, "completedWork": amount}
    return {**body, "endTime": world.stamp(running.ended)}


def _progress(parts: list[Body]) -> Body:
    lines = [line for part in parts for line in part["lines"]]
    size = sum(len(json.dumps(line)) for line in lines)
    return {
        "progressDocuments": {"estimatedWork": str(len(lines))},
        "progressBytes": {"estimatedWork": str(size)},
    }


def _parts(world: World, database: Obj, wanted: list[str]) -> list[_Part]:
    """The documents by what is wanted: a part for each collection id, or one for all."""
    lines: dict[str, list[Body]] = {kind: [] for kind in wanted or [""]}
    for obj in world.state.children(common.NAME, database.name):
        if obj.kind != _DOCUMENTS:
            continue
        kind = obj.name.split("/")[-2] if wanted else ""
        if kind in lines:
            path = obj.name.removeprefix(f"{database.name}/")
            facts: Body = {
                key: obj.body[key] for key in ("createTime", "fields") if key in obj.body
            }
            lines[kind].append({"path": path, **facts})
    return [_Part(kind, found) for kind, found in lines.items()]


def _read(world: World, uri: str, kind: str) -> _Part:
    part = _Part(kind, [])
    _, output = part.files(uri)
    part.lines.extend(json.loads(line) for line in transfers.read(world, output).splitlines())
    return part


def _kinds(world: World, uri: str) -> list[str]:
    try:
        found: list[str] = json.loads(transfers.read(world, _overall(uri)))["kinds"]
    except (ValueError, KeyError, TypeError):
        raise invalid(f"'{_overall(uri)}' tells of no export.") from None
    return found


def _overall(uri: str) -> str:
    return f"{uri}/{uri.rsplit('/', 1)[-1]}{_WHOLE}"


def _there(world: World, uri: str) -> bool:
    try:
        transfers.read(world, uri)
    except ApiError:
        return False
    return True


def _unique(call: Call, field: str) -> list[str]:
    found: list[str] = list(call.body.get(field, ()))
    if len(found) != len(set(found)):
        raise invalid(f"Each of the {field} must be unique.")
    return found


def _allowed(call: Call, bucket: str, *, write: bool) -> None:
    """The service agent moves the files; its role covers the buckets of its own project."""
    agent = agents.email(call.world, "firestore", call.project)
    transfers.check(call.world, bucket, agent, call.project, write=write, agent=True)


METHODS: dict[str, Any] = {"exportDocuments": export, "importDocuments": import_}


def _ending(effect: Callable[[World, Body], None]) -> Callable[[World, Body], None]:
    """An end whose failure shows in the operation's metadata, too."""

    def end(world: World, running: Body) -> None:
        try:
            effect(world, running)
        except ApiError:
            running["extra"]["operationState"] = "FAILED"
            raise

    return end


EVENTS: dict[str, Any] = {"export.end": _ending(exported), "import.end": _ending(imported)}
