"""The query language of Cloud Logging, as far as lists of entries need it.

https://cloud.google.com/logging/docs/view/logging-query-language. It is the language of other filters, with an
order of severities and with functions, which are put in its words here.
"""

import re
from collections.abc import Callable
from urllib.parse import quote

from gcpstack.emulator.core.clock import parse_rfc3339
from gcpstack.emulator.core.filters import matcher
from gcpstack.emulator.core.model import Body
from gcpstack.emulator.services.logging.common import check_filter

# https://cloud.google.com/logging/docs/reference/v2/rest/v2/LogEntry#LogSeverity
SEVERITIES = {
    "DEFAULT": 0, "DEBUG": 100, "INFO": 200, "NOTICE": 300, "WARNING": 400, "ERROR": 500, "CRITICAL": 600,
    "ALERT": 700, "EMERGENCY": 800,
}  # fmt: skip
_SEVERITY = re.compile(r'\bseverity\s*(>=|<=|!=|=|>|<)\s*"?([A-Za-z]+)"?', re.IGNORECASE)
_CALL = re.compile(r"\b(LOG_ID|SOURCE|SEARCH|SAMPLE)\s*\(([^()]*)\)", re.IGNORECASE)
_TEXT = re.compile(r'"((?:\\.|[^"\\])*)"|\'((?:\\.|[^\'\\])*)\'|([^\s,]+)')
_TIME = re.compile(r'\b(timestamp|receiveTimestamp)\s*(>=|<=|!=|=|>|<)\s*"([^"]*)"')
_TIMES = ("timestamp", "receiveTimestamp")
_COMMENT = re.compile(r"^\s*--.*$", re.MULTILINE)
_EVERY = "logName:*"


def selects(text: str) -> Callable[[Body], bool]:
    """The predicate of a query; raises the 400 of one that can't be read."""
    check_filter(text)
    plain = _COMMENT.sub("", text)
    plain = _CALL.sub(lambda found: _called(found[1].upper(), found[2]), plain)
    found = matcher(_TIME.sub(_dated, _SEVERITY.sub(_ranked, plain)))
    return lambda entry: found(_comparable(entry))


def _comparable(entry: Body) -> Body:
    """An entry with its severity and its times as numbers."""
    times = {field: _seconds(str(entry[field])) for field in _TIMES if field in entry}
    return {**entry, **times, "severity": _rank(str(entry.get("severity", "DEFAULT")))}


def _seconds(text: str) -> float | str:
    """A time, or the beginning of a day, as seconds; what is neither stays."""
    try:
        return parse_rfc3339(text if "T" in text else f"{text}T00:00:00Z")
    except (ValueError, OverflowError):
        return text


def _dated(found: "re.Match[str]") -> str:
    return f'{found[1]}{found[2]}"{_seconds(found[3])}"'


def _rank(word: str) -> int:
    return SEVERITIES.get(word.upper(), 0)


def _ranked(found: "re.Match[str]") -> str:
    known = found[2].upper() in SEVERITIES
    return f"severity{found[1]}{_rank(found[2])}" if known else found[0]


def _called(name: str, inside: str) -> str:
    """A function in the words of a filter; a share of the entries is all of them."""
    words = ["".join(groups) for groups in _TEXT.findall(inside)]
    last = words[-1].replace('"', "") if words else ""
    if name == "LOG_ID":
        return f'(logName=~"/logs/({re.escape(last)}|{re.escape(quote(last, safe=""))})$")'
    if name == "SOURCE":
        return f'logName:"{last}/"'
    if name == "SEARCH" and last:
        return f'{words[0]}:"{last}"' if len(words) > 1 else f'"{last}"'
    return _EVERY
