"""Keeping a world in an SQLite file: what an answer tells is on file before the answer leaves.

Write-ahead logging without fsync outlives a killed process (https://www.sqlite.org/pragma.html#pragma_synchronous);
an exclusive lock keeps a second process out.
"""

import json
import pathlib
import sqlite3

from gcpstack.emulator.core.store import Event, Key, Obj, State

TABLES = """
CREATE TABLE IF NOT EXISTS objects (a TEXT, b TEXT, value TEXT, PRIMARY KEY (a, b)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS records (a TEXT, b TEXT, value TEXT, PRIMARY KEY (a, b)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS events (a TEXT, b TEXT, value TEXT, PRIMARY KEY (a, b)) WITHOUT ROWID;
"""


class StateInUseError(RuntimeError):
    """Another process serves from this state file."""


class File:
    """The state file of a world."""

    def __init__(self, path: str | pathlib.Path) -> None:
        self.path = pathlib.Path(path)
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self._db = sqlite3.connect(
            self.path, timeout=0, check_same_thread=False, isolation_level=None
        )
        try:
            self._db.execute("PRAGMA locking_mode=EXCLUSIVE")
            self._db.execute("PRAGMA journal_mode=WAL")
            self._db.execute("PRAGMA synchronous=OFF")
            self._db.executescript(TABLES)
        except sqlite3.OperationalError as error:
            self._db.close()
            text = f"{self.path} is in use by another emulator ({error}); stop it or choose another file"
            raise StateInUseError(text) from None
        except sqlite3.DatabaseError as error:
            self._db.close()
            text = f"{self.path} is not a state file of the emulator ({error})"
            raise RuntimeError(text) from None

    def load(self, state: State) -> None:
        """Fill a world with what the file holds."""
        for service, name, value in self._db.execute("SELECT a, b, value FROM objects"):
            kind, body, meta, refs = json.loads(value)
            state.put(Obj(service, kind, name, body, meta, tuple(map(tuple, refs))))
        for space, key, value in self._db.execute("SELECT a, b, value FROM records"):
            state.records[space, key] = json.loads(value)
        for seq, _, value in self._db.execute("SELECT a, b, value FROM events"):
            due, kind, payload = json.loads(value)
            state.restore_event(Event(due, int(seq), kind, payload))
        state.take_changes()

    def save(self, state: State, changed: list[Key]) -> None:
        """Write the changed rows in one transaction."""
        self._db.execute("BEGIN")
        for table, first, second in changed:
            text = _row(state, table, first, second)
            if text is None:
                self._db.execute(f"DELETE FROM {table} WHERE a=? AND b=?", (first, second))  # noqa: S608 # one of our own tables
            else:
                self._db.execute(
                    f"INSERT OR REPLACE INTO {table} VALUES (?, ?, ?)",  # noqa: S608 # one of our own tables
                    (first, second, text),
                )
        self._db.execute("COMMIT")

    def clear(self) -> None:
        """Forget everything."""
        for table in ("objects", "records", "events"):
            self._db.execute(f"DELETE FROM {table}")  # noqa: S608 # one of our own tables

    def close(self) -> None:
        """Release the file."""
        self._db.close()


def _row(state: State, table: str, first: str, second: str) -> str | None:
    if table == "objects":
        obj = state.get(first, second)
        return json.dumps([obj.kind, obj.body, obj.meta, obj.refs]) if obj else None
    if table == "records":
        value = state.record(first, second)
        return None if value is None else json.dumps(value)
    event = state.events.get(int(first))
    return json.dumps([event.due, event.kind, event.payload]) if event else None
