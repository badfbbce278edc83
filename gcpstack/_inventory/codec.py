"""The inventory as JSON text, read with suspicion: it may be cut off, edited or from the future."""

import json
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import TypeVar

from gcpstack._core.json import Path
from gcpstack._core.refs import Address, Composed, Link, OutputOf
from gcpstack._inventory.model import Deed, Lease, Phase, Record, Relic, Snapshot, Task, Undo
from gcpstack.exceptions import InventoryError

VERSION = 1
#: What JSON calls the types that are read.
_TYPES = {dict: "an object", list: "a list", str: "text", int: "a whole number"}
T = TypeVar("T")


def encode(snapshot: Snapshot) -> str:
    """Write a snapshot; its generation is the store's business and not part of the text.

    Each entry of a list stands on a line of its own, so that two texts can be told apart by eye.
    """
    body: dict[str, object] = {
        "gcpstack": VERSION,
        "stack": snapshot.stack,
        "key": snapshot.key,
        "records": [_encode_record(snapshot.records[a]) for a in sorted(snapshot.records)],
    }
    if snapshot.undo:
        body["undo"] = [_encode_undo(a, snapshot.undo[a]) for a in sorted(snapshot.undo)]
    if snapshot.tasks:
        body["tasks"] = [_encode_task(a, snapshot.tasks[a]) for a in sorted(snapshot.tasks)]
    leases = {"lease": snapshot.lease, "last": snapshot.last}
    body |= {name: _encode_lease(lease) for name, lease in leases.items() if lease is not None}
    parts = (f"{json.dumps(name)}: {_lines(value)}" for name, value in body.items())
    return "{\n" + ",\n".join(parts) + "\n}"


def _lines(value: object) -> str:
    """Write a member of the text; `json.dumps` with an indent would take Python's slow encoder."""
    if not isinstance(value, list) or not value:
        return json.dumps(value)
    return "[\n" + ",\n".join(map(json.dumps, value)) + "\n]"


def _encode_lease(lease: Lease) -> dict[str, object]:
    return {
        "token": lease.token,
        "holder": lease.holder,
        "since": lease.since.isoformat(),
        "until": lease.until.isoformat(),
        "host": lease.host,
        "pid": lease.pid,
    }


def _encode_record(record: Record) -> dict[str, object]:
    body: dict[str, object] = {
        "address": str(record.address),
        "ids": dict(record.ids),
        "path": record.path,
        "phase": record.phase.value,
        "declared": [list(path) for path in record.declared],
        "dependsOn": sorted(map(str, record.depends_on)),
    }
    optional: dict[str, object] = {
        "operation": record.operation,
        "requestId": record.request_id,
        "digests": dict(record.digests),
        "allowDelete": record.allow_delete,
        "adopted": record.adopted,
        "relics": [{"path": relic.path, "ids": dict(relic.ids)} for relic in record.relics],
        "late": {name: _encode_source(value) for name, value in record.late.items()},
    }
    return body | {key: value for key, value in optional.items() if value}


def _encode_source(value: object) -> object:
    """Write where a part of an identity comes from."""
    if isinstance(value, OutputOf):
        return {"of": str(value.of), "path": list(value.path)}
    if isinstance(value, Link):
        return {"to": str(value.to), "form": value.form}
    if isinstance(value, Composed):
        return {"parts": [_encode_source(part) for part in value.parts]}
    return str(value)


def _encode_undo(address: Address, undo: Undo) -> dict[str, object]:
    body: dict[str, object] = {"address": str(address), "deed": undo.deed.value}
    if undo.record is not None:
        body["record"] = _encode_record(undo.record)
    if undo.fields:
        body["fields"] = [{"path": list(path), "before": value} for path, value in undo.fields]
    if undo.lost:
        body["lost"] = list(undo.lost)
    if not undo.owned:
        body["owned"] = False
    if undo.made:
        body["made"] = [dict(ids) for ids in undo.made]
    return body


def _encode_task(address: Address, task: Task) -> dict[str, object]:
    body: dict[str, object] = {
        "address": str(address),
        "verb": task.verb,
        "params": dict(task.params),
        "since": task.since.isoformat(),
    }
    optional: dict[str, object] = {
        "service": task.service,
        "kinds": list(task.kinds),
        "targets": list(task.targets),
        "after": task.after,
        "operation": task.operation,
        "told": task.told,
    }
    return body | {key: value for key, value in optional.items() if value}


def decode(text: str, *, where: str, generation: int) -> Snapshot:
    """Read a snapshot.

    Args:
        text: what the store holds.
        where: its place, for the error.
        generation: the store's generation of it.

    Raises:
        InventoryError: the text is not a whole inventory of a version that is known here.
    """
    try:
        body = json.loads(text)
    except (ValueError, RecursionError) as error:  # the second: one that is nested without end
        raise _broken(where, f"it is not a whole JSON text ({error})") from None
    reader = _Reader(where)
    root = reader.mapping(body, "")
    version = root.get("gcpstack")
    if version != VERSION:
        if isinstance(version, int) and version > VERSION:
            raise InventoryError(
                f"The inventory {where} was written by a newer gcpstack (format {version}, this one reads {VERSION}).",
                remedy="Upgrade gcpstack.",
            )
        raise _broken(where, "it has no format number, so it is not an inventory")
    records = [reader.record(item) for item in reader.sequence(root.get("records"), "records")]
    undo = [reader.undo(item) for item in reader.sequence(root.get("undo", []), "undo")]
    tasks = [reader.task(item) for item in reader.sequence(root.get("tasks", []), "tasks")]
    return Snapshot(
        stack=reader.text(root.get("stack"), "stack"),
        generation=generation,
        key=reader.hexadecimal(root.get("key"), "key"),
        lease=reader.lease(root, "lease"),
        records={record.address: record for record in records},
        undo=dict(undo),
        tasks=dict(tasks),
        last=reader.lease(root, "last"),
    )


def _broken(where: str, why: str) -> InventoryError:
    return InventoryError(
        f"The inventory {where} can't be read: {why}.",
        remedy="Restore an earlier version of the object, or delete it: the next apply adopts what it finds by name.",
    )


class _Reader:
    """Checks the type of everything it reads."""

    def __init__(self, where: str) -> None:
        self.where = where

    def _typed(self, value: object, kind: type[T], place: str) -> T:
        if not isinstance(value, kind):
            raise _broken(self.where, f"{place or 'it'} is not {_TYPES[kind]}")
        return value

    def mapping(self, value: object, place: str) -> Mapping[str, object]:
        return self._typed(value, dict, place)

    def sequence(self, value: object, place: str) -> list[object]:
        return self._typed(value, list, place)

    def text(self, value: object, place: str) -> str:
        return self._typed(value, str, place)

    def hexadecimal(self, value: object, place: str) -> str:
        return self._parsed(value, lambda text: bytes.fromhex(text).hex(), place)

    def _parsed(self, value: object, parse: Callable[[str], T], place: str) -> T:
        try:
            return parse(self.text(value, place))
        except ValueError:
            raise _broken(self.where, f"{place} is not well formed") from None

    def strings(self, value: object, place: str) -> dict[str, str]:
        found = self.mapping(value, place)
        return {key: self.text(inner, f"{place}.{key}") for key, inner in found.items()}

    def lease(self, root: Mapping[str, object], name: str) -> Lease | None:
        if root.get(name) is None:
            return None
        body = self.mapping(root[name], name)
        return Lease(
            token=self.text(body.get("token"), f"{name}.token"),
            holder=self.text(body.get("holder"), f"{name}.holder"),
            since=self._moment(body.get("since"), f"{name}.since"),
            until=self._moment(body.get("until"), f"{name}.until"),
            host=self.text(body.get("host", ""), f"{name}.host"),
            pid=self._typed(body.get("pid", 0), int, f"{name}.pid"),
        )

    def _moment(self, value: object, place: str) -> datetime:
        moment = self._parsed(value, datetime.fromisoformat, place)
        if moment.tzinfo is None:
            raise _broken(self.where, f"{place} has no time zone")
        return moment

    def record(self, value: object) -> Record:
        body = self.mapping(value, "records[]")
        address = self._parsed(body.get("address"), Address.parse, "records[].address")
        place = f"records[{address}]"
        paths = self.sequence(body.get("declared"), f"{place}.declared")
        relics = self.sequence(body.get("relics", []), f"{place}.relics")
        needs = self.sequence(body.get("dependsOn"), f"{place}.dependsOn")
        late = self.mapping(body.get("late", {}), f"{place}.late")
        return Record(
            address=address,
            ids=self.strings(body.get("ids"), f"{place}.ids"),
            path=self.text(body.get("path"), f"{place}.path"),
            phase=self._parsed(body.get("phase"), Phase, f"{place}.phase"),
            operation=self.text(body.get("operation", ""), f"{place}.operation"),
            request_id=self.text(body.get("requestId", ""), f"{place}.requestId"),
            declared=tuple(self._path(path, f"{place}.declared") for path in paths),
            digests=self.strings(body.get("digests", {}), f"{place}.digests"),
            depends_on=frozenset(
                self._parsed(need, Address.parse, f"{place}.dependsOn") for need in needs
            ),
            allow_delete=bool(body.get("allowDelete")),
            adopted=bool(body.get("adopted")),
            relics=tuple(self._relic(relic, f"{place}.relics") for relic in relics),
            late={name: self._source(value, f"{place}.late") for name, value in late.items()},
        )

    def _source(self, value: object, place: str) -> object:
        if isinstance(value, str):
            return value
        body = self.mapping(value, place)
        if "parts" in body:
            parts = self.sequence(body["parts"], place)
            return Composed(tuple(self._source(part, place) for part in parts))
        if "to" in body:
            to = self._parsed(body["to"], Address.parse, f"{place}.to")
            return Link(to, self.text(body.get("form"), f"{place}.form"))
        of = self._parsed(body.get("of"), Address.parse, f"{place}.of")
        return OutputOf(of, self._steps(body.get("path"), f"{place}.path"))

    def _steps(self, value: object, place: str) -> Path:
        steps = self.sequence(value, place)
        return tuple(s if isinstance(s, int) else self.text(s, place) for s in steps)

    def undo(self, value: object) -> tuple[Address, Undo]:
        body = self.mapping(value, "undo[]")
        address = self._parsed(body.get("address"), Address.parse, "undo[].address")
        place = f"undo[{address}]"
        record = body.get("record")
        fields = [
            self.mapping(item, f"{place}.fields")
            for item in self.sequence(body.get("fields", []), f"{place}.fields")
        ]
        lost = self.sequence(body.get("lost", []), f"{place}.lost")
        return address, Undo(
            deed=self._parsed(body.get("deed"), Deed, f"{place}.deed"),
            record=self.record(record) if record is not None else None,
            fields=tuple(
                (self._path(item.get("path"), f"{place}.fields"), item.get("before"))
                for item in fields
            ),
            lost=tuple(self.text(name, f"{place}.lost") for name in lost),
            owned=bool(body.get("owned", True)),
            made=tuple(
                self.strings(ids, f"{place}.made")
                for ids in self.sequence(body.get("made", []), f"{place}.made")
            ),
        )

    def task(self, value: object) -> tuple[Address, Task]:
        body = self.mapping(value, "tasks[]")
        address = self._parsed(body.get("address"), Address.parse, "tasks[].address")
        place = f"tasks[{address}]"
        return address, Task(
            verb=self.text(body.get("verb"), f"{place}.verb"),
            params=self.strings(body.get("params"), f"{place}.params"),
            since=self._moment(body.get("since"), f"{place}.since"),
            service=self.text(body.get("service", ""), f"{place}.service"),
            kinds=self._path(body.get("kinds", []), f"{place}.kinds"),
            targets=self._path(body.get("targets", []), f"{place}.targets"),
            after=self.text(body.get("after", ""), f"{place}.after"),
            operation=self.text(body.get("operation", ""), f"{place}.operation"),
            told=self.text(body.get("told", ""), f"{place}.told"),
        )

    def _path(self, value: object, place: str) -> tuple[str, ...]:
        return tuple(self.text(step, place) for step in self.sequence(value, place))

    def _relic(self, value: object, place: str) -> Relic:
        body = self.mapping(value, place)
        return Relic(
            path=self.text(body.get("path"), f"{place}.path"),
            ids=self.strings(body.get("ids"), f"{place}.ids"),
        )
