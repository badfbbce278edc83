"""Finished operations: kept for some time, as Google does, and never more than a server can hold."""

from collections import deque

from gcpstack.emulator.core.store import Obj, State

MOST = 10_000  # finished operations of one service


class Shelf:
    """The operations of each service in the order in which they began.

    Args:
        state: the memory that holds them.
    """

    def __init__(self, state: State) -> None:
        self._state = state
        self._rows: dict[str, deque[tuple[float, str]]] = {}

    def keep(self, obj: Obj, now: float, seconds: float) -> Obj:
        """Store an operation for some seconds, or until very many have come after it.

        Its ``meta`` tells when it is ``due``, and the ``request`` id where the client gave one: the record
        ``SERVICE.request`` of that id goes with it.
        """
        obj = self._state.put(obj.but(meta={**obj.meta, "until": now + seconds}))
        rows = self._rows.setdefault(obj.service, deque())
        rows.append((now + seconds, obj.name))
        while len(rows) > MOST and not self._runs(obj.service, rows[0][1], now):
            self._drop(obj.service, rows.popleft()[1])
        return obj

    def fill(self) -> None:
        """Take up the operations of a state that was loaded."""
        found = [obj for obj in self._state.objects.values() if "until" in obj.meta]
        for obj in sorted(found, key=lambda obj: (obj.meta["until"], obj.name)):
            rows = self._rows.setdefault(obj.service, deque())
            rows.append((obj.meta["until"], obj.name))

    def clear(self, now: float) -> None:
        """Forget the operations whose time is over."""
        for service, rows in self._rows.items():
            while rows and rows[0][0] <= now and not self._runs(service, rows[0][1], now):
                self._drop(service, rows.popleft()[1])

    def _runs(self, service: str, name: str, now: float) -> bool:
        obj = self._state.get(service, name)
        return obj is not None and bool(obj.meta["due"] > now)

    def _drop(self, service: str, name: str) -> None:
        obj = self._state.delete(service, name)
        if obj is not None and "request" in obj.meta:
            self._state.set_record(f"{service}.request", obj.meta["request"], None)
