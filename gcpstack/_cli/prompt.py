"""A question to whoever sits at the terminal."""

import os
import select
import signal
import socket
import sys
import threading

from gcpstack._cli.sanitize import sanitized


def ask(question: str) -> str:
    """Put a question and wait for a line; empty at the end of the input."""
    print(sanitized(question), end="", flush=True)
    if os.name == "posix" and threading.current_thread() is threading.main_thread():
        _await_input()
    answer = sys.stdin.readline()
    if not answer:
        print()
    return answer


def _await_input() -> None:
    """Wait until there is input, or a signal.

    A signal that strikes just before a read begins is not heard before the read ends, and this one
    may never end. So each signal also makes a socket readable, and that is waited for as well.
    """
    ours, theirs = socket.socketpair()
    with ours, theirs:
        theirs.setblocking(False)
        before = signal.set_wakeup_fd(theirs.fileno(), warn_on_full_buffer=False)
        try:
            select.select([sys.stdin, ours], [], [])
        finally:
            signal.set_wakeup_fd(before)
