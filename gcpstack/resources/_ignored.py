"""Which files of a folder go up as sources, where a ``.gcloudignore`` says so.

Its patterns are git's (https://git-scm.com/docs/gitignore); the file counts at the top of the folder
alone, and ``#!include:NAME`` stands for the patterns of a file beside it
(https://cloud.google.com/sdk/gcloud/reference/topic/gcloudignore).
"""

import errno
import os
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

#: The file that chooses what goes up.
GCLOUDIGNORE = ".gcloudignore"
_INCLUDE = "#!include:"
#: What stands for a class of characters within brackets.
_CLASSES = {
    "alnum": "a-zA-Z0-9", "alpha": "a-zA-Z", "blank": " \\t", "cntrl": "\\x00-\\x1f\\x7f",
    "digit": "0-9", "graph": "\\x21-\\x7e", "lower": "a-z", "print": "\\x20-\\x7e",
    "punct": "!-/:-@\\[-`{-~", "space": "\\s", "upper": "A-Z", "xdigit": "0-9a-fA-F",
}  # fmt: skip
_STARS = re.compile(r"\*+")
_BRACKETS = re.compile(r"\[(?P<no>[!^]?)(?P<body>\]?(?:\[:\w+:\]|\\.|[^\]\\])*)\]")


@dataclass(frozen=True, slots=True)
class Pattern:
    """One line.

    Attributes:
        path: what it matches, as the whole path below the folder.
        back: what it matches is not left out after all.
        folders: it matches folders alone.
    """

    path: re.Pattern[str]
    back: bool
    folders: bool


def patterns(lines: Sequence[str], folder: Path | None = None) -> list[Pattern]:
    """Read lines; what can match nothing is passed over, as git does.

    Args:
        lines: the lines of an ignore file.
        folder: where the files are that it may include; None for a file that may include none.

    Raises:
        OSError: an included file can't be read, or is none beside it.
    """
    out: list[Pattern] = []
    for line in lines:
        if line.startswith(_INCLUDE) and folder is not None:
            out += patterns(_included(folder, line.removeprefix(_INCLUDE).strip()))
        elif (found := _pattern(line)) is not None:
            out.append(found)
    return out


def _included(folder: Path, name: str) -> list[str]:
    if not name or Path(name).name != name:
        raise OSError(errno.EINVAL, f"{GCLOUDIGNORE} may include files beside it alone", name)
    return read(folder / name)


def read(path: Path) -> list[str]:
    """Read the lines of an ignore file.

    Raises:
        OSError: it can't be read.
    """
    return path.read_text("utf-8", "surrogateescape").splitlines()


def _pattern(line: str) -> Pattern | None:
    text = re.sub(r"(?<!\\) +$", "", line)
    if not text or text.startswith("#"):
        return None
    back = text.startswith("!")
    text = text.removeprefix("!")
    folders = text.endswith("/")
    text = text.removesuffix("/")
    anchored = "/" in text
    text = text.removeprefix("/")
    inner = _regex(text)
    if inner is None:
        return None
    start = "" if anchored else "(?:.*/)?"
    try:
        return Pattern(re.compile(f"{start}{inner}", re.DOTALL), back, folders)
    except re.error:  # such as a range that runs backwards: it matches nothing
        return None


def _regex(text: str) -> str | None:
    """Write a pattern as a regular expression; None where it can match nothing."""
    out = ""
    at = 0
    while at < len(text):
        found = _special(text, at)
        if found is None:
            return None
        piece, at = found
        out += piece
    return out or None


def _special(text: str, at: int) -> tuple[str, int] | None:
    """Write what stands at a place, and tell where the rest begins; None for what is cut off."""
    if (stars := _STARS.match(text, at)) is not None:
        return _stars(text, at, stars.end())
    if text[at] == "?":
        return "[^/]", at + 1
    if text[at] == "\\":
        return (re.escape(text[at + 1]), at + 2) if at + 1 < len(text) else None
    if text[at] == "[":
        found = _BRACKETS.match(text, at)
        return (_brackets(found), found.end()) if found else None
    return re.escape(text[at]), at + 1


def _stars(text: str, at: int, end: int) -> tuple[str, int]:
    """Two stars that stand for whole folders cross them; any others stay within one."""
    if end - at == 2 and text[at - 1 : at] in ("", "/"):  # noqa: PLR2004 # two stars
        if end == len(text):
            return ".+", end
        if text[end] == "/":
            return "(?:.*/)?", end + 1
    return "[^/]*", end


def _brackets(found: re.Match[str]) -> str:
    def piece(part: re.Match[str]) -> str:
        if part["name"]:
            return _CLASSES.get(part["name"], "")
        text = part["one"].removeprefix("\\") or "\\"
        return text if text == "-" and part["one"] == "-" else re.escape(text)

    body = re.sub(r"\[:(?P<name>\w+):\]|(?P<one>\\.|.)", piece, found["body"], flags=re.DOTALL)
    return f"(?!/)[{'^' if found['no'] else ''}{body}]"


def chosen(folder: Path, rules: Sequence[Pattern]) -> Iterator[str]:
    """List the files of a folder that are not left out, by their paths below it.

    Of a folder that is left out nothing comes back, as in git: it is not looked into.

    Raises:
        OSError: a folder can't be read.
    """

    def fail(error: OSError) -> None:
        raise error

    for top, below, names in os.walk(folder, onerror=fail):
        place = Path(top).relative_to(folder)
        below[:] = [
            name
            for name in below
            if name != ".git" and not _out((place / name).as_posix(), rules, folder=True)
        ]
        for name in names:
            path = (place / name).as_posix()
            if not _out(path, rules, folder=False) and (folder / path).is_file():
                yield path


def _out(path: str, rules: Sequence[Pattern], *, folder: bool) -> bool:
    """Tell whether a path is left out: the last pattern that matches it decides."""
    for rule in reversed(rules):
        if (folder or not rule.folders) and rule.path.fullmatch(path):
            return not rule.back
    return False
