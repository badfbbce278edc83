"""A headless Chromium for tests, led by its debugging pipe (https://chromedevtools.github.io/devtools-protocol/)."""

import json
import os
import pathlib
import shutil
import subprocess
import sys
from typing import Any, Self

FOUND = shutil.which("chromium") or shutil.which("chromium-browser")
FLAGS = ("--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--remote-debugging-pipe")
# The browser reads from 3 and writes to 4.
PLUMB = (
    "import os, sys; os.dup2(int(sys.argv[1]), 3); os.dup2(int(sys.argv[2]), 4); "
    "os.execvp(sys.argv[3], sys.argv[3:])"
)


class Browser:
    """One page in a browser of its own.

    Args:
        folder: an empty folder for the browser's profile.
    """

    def __init__(self, folder: pathlib.Path) -> None:
        self._folder = folder
        self._number = 0
        self._session = ""

    def __enter__(self) -> Self:
        """Start it."""
        theirs, ours = os.pipe()
        answers, replies = os.pipe()
        command = [str(FOUND), *FLAGS, f"--user-data-dir={self._folder}", "about:blank"]
        self._process = subprocess.Popen(
            [sys.executable, "-c", PLUMB, str(theirs), str(replies), *command],
            pass_fds=(theirs, replies),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        os.close(theirs)
        os.close(replies)
        self._to = os.fdopen(ours, "wb", buffering=0)
        self._from = os.fdopen(answers, "rb")
        target = self._call("Target.createTarget", url="about:blank")["targetId"]
        attached = self._call("Target.attachToTarget", targetId=target, flatten=True)
        self._session = attached["sessionId"]
        return self

    def __exit__(self, *_error: object) -> None:
        """End it."""
        self._process.terminate()
        self._process.wait(30)
        self._to.close()
        self._from.close()

    def _call(self, method: str, **params: Any) -> Any:
        self._number += 1
        message: dict[str, Any] = {"id": self._number, "method": method, "params": params}
        if self._session:
            message["sessionId"] = self._session
        self._to.write(json.dumps(message).encode() + b"\0")
        while True:
            answer = json.loads(self._read())
            if answer.get("id") == self._number:
                assert "error" not in answer, answer["error"]
                return answer["result"]

    def _read(self) -> bytes:
        text = bytearray()
        while (byte := self._from.read(1)) != b"\0":
            assert byte, "the browser is gone"
            text += byte
        return bytes(text)

    def open(self, url: str) -> None:
        """Go to a page."""
        self._call("Page.navigate", url=url)

    def evaluate(self, script: str) -> Any:
        """The value of an expression on the page; a promise's once it is kept."""
        found = self._call(
            "Runtime.evaluate", expression=script, awaitPromise=True, returnByValue=True
        )
        assert "exceptionDetails" not in found, found["exceptionDetails"]
        return found["result"].get("value")

    def wait(self, condition: str) -> Any:
        """Wait until an expression on the page is true; the test's own time limit ends a wait in vain."""
        return self.evaluate(
            "new Promise((kept) => { const look = () => { const value = (() => "
            f"{{ try {{ return {condition}; }} catch {{ return null; }} }})(); "
            "if (value) kept(value); else setTimeout(look, 20); }; look(); })"
        )

    def prefer(self, scheme: str) -> None:
        """Prefer ``dark`` or ``light`` pages."""
        features = [{"name": "prefers-color-scheme", "value": scheme}]
        self._call("Emulation.setEmulatedMedia", features=features)
