"""Cloud CDN at work: what is kept, for how long, under which key.

https://cloud.google.com/cdn/docs/caching, https://cloud.google.com/cdn/docs/using-cache-modes
"""

import re
from dataclasses import dataclass, field

from gcpstack.emulator.core.model import Body
from gcpstack.emulator.dataplane.messages import Answer, Asked

HIT, MISS, DISABLED = "hit", "miss", "disabled"
STATIC = re.compile(
    r"(text/(css|javascript|xml)|image/|font/|video/|audio/|model/"
    r"|application/(pdf|javascript|x-javascript|zip|wasm|font|vnd\.ms-fontobject))"
)
CACHEABLE = (200, 203, 204, 300, 301, 302, 307, 308, 404, 405, 410, 421, 451, 501)
DAY = 86400.0
HOUR = 3600.0
MOST = 10_000


@dataclass(frozen=True, slots=True)
class Kept:
    """An answer in the cache."""

    answer: Answer
    since: float
    until: float


@dataclass(slots=True)
class Cache:
    """What is kept of each backend."""

    kept: dict[tuple[str, ...], Kept] = field(default_factory=dict)

    def look(self, backend: str, policy: Body, request: Asked, now: float) -> Answer | None:
        """An answer that is kept and still fresh, with its age."""
        if request.method not in ("GET", "HEAD"):
            return None
        found = self.kept.get(key(backend, policy, request))
        if found is None or found.until <= now:
            return None
        return found.answer.with_headers(("age", str(int(now - found.since))))

    def keep(
        self, backend: str, policy: Body, request: Asked, answer: Answer, now: float
    ) -> Answer:
        """Keep an answer that may be kept; gives it as clients see it."""
        seconds, shown = lifetime(policy, request, answer)
        if seconds <= 0:
            return answer
        if len(self.kept) >= MOST:
            self.kept.pop(next(iter(self.kept)))
        changed = answer.with_headers(("cache-control", shown)) if shown else answer
        self.kept[key(backend, policy, request)] = Kept(changed, now, now + seconds)
        return changed


def key(backend: str, policy: Body, request: Asked) -> tuple[str, ...]:
    """What two requests share that get the same answer."""
    rule = policy.get("cacheKeyPolicy") or {}
    query = request.query if rule.get("includeQueryString", True) else ""
    names = rule.get("queryStringWhitelist")
    gone = rule.get("queryStringBlacklist") or ()
    if query and (names or gone):
        parts = [part for part in query.split("&") if part]
        kept = [
            part
            for part in parts
            if (part.partition("=")[0] in names if names else part.partition("=")[0] not in gone)
        ]
        query = "&".join(kept)
    host = request.host if rule.get("includeHost", True) else ""
    scheme = request.scheme if rule.get("includeProtocol", True) else ""
    headers = [
        request.header(str(name).lower()) or "" for name in rule.get("includeHttpHeaders") or ()
    ]
    return (backend, scheme, host, request.path, query, *headers)


def lifetime(policy: Body, request: Asked, answer: Answer) -> tuple[float, str]:
    """For how many seconds an answer may be kept, and the ``Cache-Control`` that clients are told.

    The second is nothing where it stays as the backend said it.
    """
    mode = str(policy.get("cacheMode") or "CACHE_ALL_STATIC")
    told = _directives(answer.header("cache-control") or "")
    if request.method != "GET" or answer.status not in CACHEABLE:
        return 0.0, ""
    if mode == "FORCE_CACHE_ALL":
        return _ttl(
            policy, "defaultTtl", HOUR
        ), f"public,max-age={int(_ttl(policy, 'clientTtl', HOUR))}"
    if {"no-store", "private", "no-cache"} & told.keys() or answer.header("set-cookie"):
        return 0.0, ""
    named = told.get("s-maxage") or told.get("max-age")
    most = _ttl(policy, "maxTtl", DAY)
    if named is not None:
        seconds = float(named) if named.isdigit() else 0.0
        return (min(seconds, most) if mode == "CACHE_ALL_STATIC" else seconds), ""
    static = STATIC.match(answer.header("content-type") or "")
    if mode == "CACHE_ALL_STATIC" and static and answer.status == 200:  # noqa: PLR2004 # OK
        seconds = _ttl(policy, "defaultTtl", HOUR)
        return seconds, f"public,max-age={int(min(_ttl(policy, 'clientTtl', HOUR), seconds))}"
    return 0.0, ""


def _ttl(policy: Body, name: str, usual: float) -> float:
    return float(policy.get(name, usual))


def _directives(text: str) -> dict[str, str]:
    found = {}
    for part in text.split(","):
        name, _, value = part.strip().partition("=")
        if name:
            found[name.lower()] = value.strip('"')
    return found
