"""A wrong call with Google's answer to it, for tables of them."""

from typing import Any, NamedTuple

from tests.emulator.conftest import Send


class Mistake(NamedTuple):
    """A call and how it is refused.

    Attributes:
        reason: the canonical status, or the reason of the older style.
        words: some of the message.
    """

    method: str
    url: str
    body: Any
    code: int
    reason: str
    words: str


def refuse(send: Send, mistake: Mistake) -> None:
    """Make the call and hold the answer against the row."""
    answer = send(mistake.method, mistake.url, mistake.body)
    error = answer.json()["error"]
    told = (answer.status, error.get("status") or error["errors"][0]["reason"])
    assert told == (mistake.code, mistake.reason), error["message"]
    assert mistake.words in error["message"]
