"""The data of DNS records: how each type is written, and what is wrong with it.

https://cloud.google.com/dns/docs/records-overview tells the types and the form of their data.
"""

import ipaddress
import re
from collections.abc import Callable, Iterator, Mapping, Sequence

from gcpstack.resources._checks import Finding

_LONGEST_STRING = 255
_LARGEST = 65535
_LABEL = re.compile(r"[A-Za-z0-9_*](?:[-A-Za-z0-9_]{0,61}[A-Za-z0-9_])?")
_QUOTED = re.compile(r'"((?:[^"\\]|\\.)*)"')

#: Types whose data is text.
TEXTS = frozenset({"SPF", "TXT"})


def quoted(value: str) -> str:
    """Write text as TXT records do: in quotes, cut into strings of 255 characters.

    What is quoted already stays as it is.
    """
    if value.startswith('"'):
        return value
    plain = value.replace("\\", "\\\\").replace('"', '\\"')
    size = _LONGEST_STRING
    parts = [plain[at : at + size] for at in range(0, max(len(plain), 1), size)]
    return " ".join(f'"{part}"' for part in parts)


def check(place: str, kind: str, value: object) -> Iterator[Finding]:
    """Check the data of one record of a type; what is not known yet is Google's to check."""
    rule = _RULES.get(kind)
    if rule is not None and isinstance(value, str):
        yield from rule(place, value)


def _address(version: int, other: str) -> Callable[[str, str], Iterator[Finding]]:
    def rule(place: str, value: str) -> Iterator[Finding]:
        try:
            found = ipaddress.ip_address(value).version
        except ValueError:
            yield Finding(place, f"{value!r} is not an IPv{version} address")
            return
        if found != version:
            yield Finding(
                place,
                f"{value!r} is not an IPv{version} address",
                f"It goes into an {other} record.",
            )

    return rule


def _host(place: str, value: str) -> Iterator[Finding]:
    """Check a name as data: without its last dot it would be below the zone to other software."""
    bare = value.removesuffix(".")
    if value != "." and not all(_LABEL.fullmatch(part) for part in bare.split(".")):
        yield Finding(place, f"{value!r} is not a host name")
    elif not value.endswith("."):
        yield Finding(place, f"{value!r} lacks the dot at its end", f"Write {value + '.'!r}.")


def _numbers(
    count: int, words: str, *, host: bool = True
) -> Callable[[str, str], Iterator[Finding]]:
    """Check data that begins with numbers of 16 bits and ends in a host name."""

    def rule(place: str, value: str) -> Iterator[Finding]:
        parts = value.split()
        right = len(parts) == count + 1 and all(
            part.isdigit() and int(part) <= _LARGEST for part in parts[:count]
        )
        if not right:
            yield Finding(place, f"{value!r} is not written as {words!r}")
        elif host:
            yield from _host(place, parts[-1])

    return rule


def _caa(place: str, value: str) -> Iterator[Finding]:
    if not re.fullmatch(r'\d{1,3}\s+[A-Za-z0-9]+\s+("[^"]*"|[^"\s]+)', value):
        yield Finding(place, f"{value!r} is not written as '0 issue \"pki.goog\"'")


def _text(place: str, value: str) -> Iterator[Finding]:
    for part in _QUOTED.findall(value):
        if len(re.sub(r"\\(\d{3}|.)", "x", part)) > _LONGEST_STRING:
            yield Finding(
                place,
                f"holds a string of more than {_LONGEST_STRING} characters",
                "Leave the quotes out: it is cut then.",
            )


def _digest(numbers: int, words: str) -> Callable[[str, str], Iterator[Finding]]:
    def rule(place: str, value: str) -> Iterator[Finding]:
        if not re.fullmatch(rf"(\d{{1,5}}\s+){{{numbers}}}[0-9A-Fa-f\s]+", value):
            yield Finding(place, f"{value!r} is not written as {words!r}")

    return rule


_RULES: Mapping[str, Callable[[str, str], Iterator[Finding]]] = {
    "A": _address(4, "AAAA"),
    "AAAA": _address(6, "A"),
    "ALIAS": _host,
    "CAA": _caa,
    "CNAME": _host,
    "DS": _digest(3, "12345 8 2 DIGEST"),
    "MX": _numbers(1, "10 mail.example.com."),
    "NS": _host,
    "PTR": _host,
    "SPF": _text,
    "SRV": _numbers(3, "10 5 443 host.example.com."),
    "SSHFP": _digest(2, "2 1 FINGERPRINT"),
    "TLSA": _digest(3, "3 1 1 DIGEST"),
    "TXT": _text,
}


def every(place: str, kind: str, values: Sequence[object] | None, most: int) -> Iterator[Finding]:
    """Check the data of a record set: of one type, not empty, not too much, nothing twice."""
    if values is None:
        return
    if not values:
        yield Finding(place, "is empty", "Name at least one.")
    if len(values) > most:
        yield Finding(place, f"has {len(values)} records, {most} at most")
    if kind == "CNAME" and len(values) > 1:
        yield Finding(place, "a CNAME has one target")
    seen: set[object] = set()
    for index, value in enumerate(values):
        yield from check(f"{place}[{index}]", kind, value)
        if isinstance(value, str):
            if value in seen:
                yield Finding(f"{place}[{index}]", f"{value!r} stands there twice")
            seen.add(value)
