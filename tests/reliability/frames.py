"""A gRPC server that says whatever it is told to, down to the byte.

Real servers keep their frames whole; a proxy, a bug or a lost connection doesn't. This one speaks
just enough HTTP/2 (https://www.rfc-editor.org/rfc/rfc9113, header blocks by
https://www.rfc-editor.org/rfc/rfc7541, never compressed) to be called by a gRPC client, and answers
each call with the bytes that `Peer.answer` gives.
"""

import contextlib
import socket
import struct
import threading
from collections.abc import Callable, Sequence

#: What a call, by the number of its stream, is answered with.
Answer = Callable[[int], bytes]

_PREFACE = 24
_HEAD = 9
_DATA, _HEADERS, _RST, _SETTINGS, _PING, _GOAWAY = 0, 1, 3, 4, 6, 7
_END, _ACK, _END_HEADERS = 1, 1, 4
#: The largest frame that a client takes unless it says otherwise.
_FRAME = 16_384


def _frame(kind: int, flags: int, stream: int, payload: bytes) -> bytes:
    return struct.pack(">I", len(payload))[1:] + struct.pack(">BBI", kind, flags, stream) + payload


def _text(text: str) -> bytes:
    """Write a text of a header block: its length, with a prefix of 7 bits, and its bytes."""
    raw, top = text.encode("latin-1"), 127
    if len(raw) < top:
        return bytes([len(raw)]) + raw
    size, rest = bytes([top]), len(raw) - top
    while rest >= 128:
        size, rest = size + bytes([rest % 128 + 128]), rest // 128
    return size + bytes([rest]) + raw


def headers(stream: int, rows: Sequence[tuple[str, str]], *, end: bool = False) -> bytes:
    """Write the fields of a head or a trailer."""
    return _frame(_HEADERS, _END_HEADERS | (_END if end else 0), stream, _block(rows))


def torn(stream: int, rows: Sequence[tuple[str, str]]) -> bytes:
    """Write a head that is cut off, and what comes after it."""
    return headers(stream, rows)[:-3] + leave(1)


def _block(rows: Sequence[tuple[str, str]]) -> bytes:
    return b"".join(b"\x00" + _text(name) + _text(value) for name, value in rows)


def data(stream: int, payload: bytes, *, end: bool = False) -> bytes:
    """Write a body, in as many frames as it takes."""
    parts = [payload[at : at + _FRAME] for at in range(0, len(payload), _FRAME)] or [b""]
    last = len(parts) - 1
    return b"".join(
        _frame(_DATA, _END if end and number == last else 0, stream, part)
        for number, part in enumerate(parts)
    )


def reset(stream: int, code: int) -> bytes:
    """Write that a stream ends before its time."""
    return _frame(_RST, 0, stream, struct.pack(">I", code))


def leave(code: int) -> bytes:
    """Write that the connection ends."""
    return _frame(_GOAWAY, 0, 0, struct.pack(">II", 0, code))


class Peer:
    """Listens on this computer until it is closed."""

    def __init__(self) -> None:
        #: Bytes to answer a call with; nothing at all ends the connection.
        self.answer: Answer = lambda stream: b""
        #: Sent as soon as somebody connects, in the place of what HTTP/2 begins with.
        self.greeting: bytes | None = None
        self._server = socket.create_server(("127.0.0.1", 0))
        self.address = f"127.0.0.1:{self._server.getsockname()[1]}"
        threading.Thread(target=self._serve, daemon=True).start()

    def close(self) -> None:
        """Stop listening."""
        with contextlib.suppress(OSError):
            self._server.shutdown(socket.SHUT_RDWR)
        self._server.close()

    def _serve(self) -> None:
        while True:
            try:
                line, _ = self._server.accept()
            except OSError:  # closed
                return
            threading.Thread(target=self._talk, args=(line,), daemon=True).start()

    def _talk(self, line: socket.socket) -> None:
        with line, contextlib.suppress(OSError, EOFError):
            _exactly(line, _PREFACE)
            if self.greeting is not None:
                line.sendall(self.greeting)
                return
            # A window that any answer fits in is the client's to open; ours is as it comes.
            line.sendall(_frame(_SETTINGS, 0, 0, b""))
            while self._heard(line):
                pass

    def _heard(self, line: socket.socket) -> bool:
        """Take one frame; tell whether the talk goes on."""
        head = _exactly(line, _HEAD)
        size, kind, flags = int.from_bytes(head[:3], "big"), head[3], head[4]
        stream = int.from_bytes(head[5:], "big")
        payload = _exactly(line, size)
        if kind == _SETTINGS and not flags & _ACK:
            line.sendall(_frame(_SETTINGS, _ACK, 0, b""))
        elif kind == _PING and not flags & _ACK:
            line.sendall(_frame(_PING, _ACK, 0, payload))
        elif kind == _HEADERS:
            told = self.answer(stream)
            line.sendall(told)
            return bool(told)
        return True


def _exactly(line: socket.socket, size: int) -> bytes:
    out = b""
    while len(out) < size:
        part = line.recv(size - len(out))
        if not part:
            raise EOFError
        out += part
    return out
