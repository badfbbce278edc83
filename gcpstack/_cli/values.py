"""Checks of flags' values; argparse shows the message of an ArgumentTypeError as it is."""

import argparse
import re
from collections.abc import Callable
from datetime import UTC, datetime


def _matching(pattern: str, words: str) -> Callable[[str], str]:
    """Make a check of a flag's value."""

    def check(text: str) -> str:
        if not re.fullmatch(pattern, text):
            raise argparse.ArgumentTypeError(f"{text!r} is not {words}")
        return text

    return check


# https://cloud.google.com/resource-manager/docs/creating-managing-projects; a domain may stand
# before the id of a project of old.
project = _matching(
    r"([a-z0-9.-]+:)?[a-z][a-z0-9-]{4,28}[a-z0-9]",
    "a project id: 6 to 30 lower-case letters, digits and hyphens; a number or a title is none",
)
region = _matching(r"[a-z]+(-[a-z]+)+\d+", "a region such as us-central1")
env = _matching(
    r"[a-z0-9]([a-z0-9-]{0,30}[a-z0-9])?",
    "an environment: 1 to 32 lower-case letters, digits and hyphens",
)


def envs(text: str) -> tuple[str, ...]:
    """Read names of environments, separated by commas; each once."""
    return tuple(dict.fromkeys(env(name.strip()) for name in text.split(",")))


bucket = _matching(r"gs://[a-z0-9][a-z0-9._-]{1,220}[a-z0-9]/?", "a bucket such as gs://my-bucket")
file = _matching(
    r"gs://[a-z0-9][a-z0-9._-]{1,220}[a-z0-9](/[^\r\n]*)?", "a place such as gs://my-bucket/file"
)
address = _matching(
    r"[a-z]\w*\.\w+/.+", "an address such as compute.UrlMap/web; the plan shows each"
)


def port(text: str) -> int:
    if not text.isdecimal() or int(text) > 65535:  # noqa: PLR2004 # the last port there is
        raise argparse.ArgumentTypeError(f"{text!r} is not a port: 0 to 65535")
    return int(text)


def latency(text: str) -> str:
    if text not in ("none", "typical") and not re.fullmatch(r"\d+(\.\d+)?|\.\d+", text):
        raise argparse.ArgumentTypeError(
            f"{text!r} is not one of: none, typical, a factor such as 0.1"
        )
    return text


def seconds(text: str) -> float:
    """Read a span of time: seconds, none at all too, or as `span` reads it."""
    return span(text) if text[-1:].isalpha() else number(text, "number of seconds")


def number(text: str, words: str = "number") -> float:
    """Read a number that is not negative."""
    if not re.fullmatch(r"\d+(\.\d+)?", text):
        raise argparse.ArgumentTypeError(f"{text!r} is not a {words}")
    if float(text) > _MOST:
        raise argparse.ArgumentTypeError(f"{text} is more than {_MOST:.0f}")
    return float(text)


#: Numbers beyond this are mistakes, and end time itself.
_MOST = 1e6
_DECADE = 3650 * 86400
_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400}


def span(text: str) -> float:
    """Read a span of time such as 90s, 15m, 6h or 7d, in seconds, as gcloud writes them."""
    found = re.fullmatch(r"(\d+)([smhd])", text)
    if not found or not int(found[1]):
        raise argparse.ArgumentTypeError(
            f"{text!r} is not a span of time such as 90s, 15m, 6h or 7d"
        )
    if (seconds := int(found[1]) * _UNITS[found[2]]) > _DECADE:
        raise argparse.ArgumentTypeError(f"{text} is more than ten years")
    return float(seconds)


def limit(text: str) -> float:
    """Read a span of time that something may take: seconds such as 1800, or as `span` reads it."""
    if text[-1:].isalpha():
        return span(text)
    found = seconds(text)
    if not found:
        raise argparse.ArgumentTypeError("a span of time is longer than 0")
    return found


def amount(text: str) -> int:
    """Read a number of things: one at least, 1000 at most."""
    if not text.isdecimal() or not 1 <= int(text) <= 1000:  # noqa: PLR2004 # one page of Logging
        raise argparse.ArgumentTypeError(f"{text!r} is not a number from 1 to 1000")
    return int(text)


def moment(text: str) -> datetime:
    """Read a moment; without an offset it is in UTC."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(
            f"{text!r} is not a time such as 2026-11-21T09:30:00Z"
        ) from None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


account = _matching(r"[^@\s]+@[^@\s]+\.gserviceaccount\.com", "the email of a service account")
