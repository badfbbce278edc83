"""Headers that a load balancer adds (https://cloud.google.com/load-balancing/docs/custom-headers)."""

import re
from collections.abc import Iterator

from gcpstack.resources import _checks as checks
from gcpstack.resources._typecheck import Finding

_FORM = r"[!#$%&'*+.^_`|~0-9A-Za-z-]+:.*"
#: What Google keeps for itself, and what belongs to one connection, in lower case.
_KEPT = frozenset({
    "authority", "cdn-loop", "connection", "host", "keep-alive", "te", "trailer",
    "transfer-encoding", "upgrade", "x-user-ip",
})  # fmt: skip
_BEGIN = re.compile(r"x-(google|goog-|gfe|amz-)")


def headers(field: str, values: object) -> Iterator[Finding]:
    """Check headers that are written as ``Name: value``.

    https://cloud.google.com/load-balancing/docs/custom-headers#how_custom_headers_work
    """
    seen: set[str] = set()
    for index, header in enumerate(values if isinstance(values, list | tuple) else ()):
        place = f"{field}[{index}]"
        yield from checks.pattern(place, header, _FORM, "'Name: value'")
        if not isinstance(header, str) or ":" not in header:
            continue
        name = header.split(":", 1)[0]
        plain = name.lower()
        if plain in _KEPT or _BEGIN.match(plain):
            yield Finding(place, f"{name!r} is a header that Google keeps for itself")
        if plain in seen:
            told = "Write its values in one header, with commas."
            yield Finding(place, f"{name!r} stands there twice", told)
        seen.add(plain)
