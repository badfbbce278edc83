"""Where a URL map sends a request (https://cloud.google.com/load-balancing/docs/url-map-concepts)."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlsplit

from gcpstack.emulator.core.links import relative
from gcpstack.emulator.core.model import Body

# https://cloud.google.com/compute/docs/reference/rest/v1/urlMaps (redirectResponseCode)
REDIRECT_CODES = {
    "MOVED_PERMANENTLY_DEFAULT": 301,
    "FOUND": 302,
    "SEE_OTHER": 303,
    "TEMPORARY_REDIRECT": 307,
    "PERMANENT_REDIRECT": 308,
}
# Names of the three ways out of a level: of the map and its matchers, and of their rules.
DEFAULTS = ("defaultService", "defaultUrlRedirect", "defaultRouteAction")
RULE = ("service", "urlRedirect", "routeAction")


@dataclass(frozen=True, slots=True)
class Asked:
    """A request: what a URL map looks at."""

    host: str
    path: str
    query: str = ""
    headers: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Found:
    """The level of a URL map that a request ends at.

    Attributes:
        level: the map, a path matcher, or a rule of one.
        names: of its three ways out.
        prefix: what a rule matched by.
        above: the levels on the way, the map first, with this one.
    """

    level: Body
    names: tuple[str, str, str]
    prefix: str
    above: tuple[Body, ...]

    @property
    def service(self) -> str:
        """The backend's link, ``""`` where none is named."""
        return str(self.level.get(self.names[0]) or "")

    @property
    def redirect(self) -> Body:
        """Where the client is sent instead."""
        found: Body = self.level.get(self.names[1]) or {}
        return found

    @property
    def action(self) -> Body:
        """What is done with the request on its way."""
        found: Body = self.level.get(self.names[2]) or {}
        return found


@dataclass(frozen=True, slots=True)
class Answer:
    """Where a request goes.

    Attributes:
        service: the link of the backend, ``""`` for a redirect or where none is named.
        url: host, path and query after rewrites; with the scheme for a redirect.
        code: of a redirect, else 0.
    """

    service: str = ""
    url: str = ""
    code: int = 0


def asked(test: Body) -> Asked:
    """The request of a URL map test."""
    parts = urlsplit(str(test.get("path") or "/"))
    headers = {
        str(one.get("name", "")).lower(): str(one.get("value", ""))
        for one in test.get("headers", [])
    }
    host = str(test.get("host") or headers.get("host", ""))
    return Asked(host, parts.path or "/", parts.query, headers)


def find(body: Body, request: Asked) -> Found:
    """Follow a URL map down to the level that decides."""
    matcher = _matcher(body, request.host)
    if matcher is None:
        return Found(body, DEFAULTS, "", (body,))
    rule, prefix = _rule(matcher, request)
    if rule is None:
        return Found(matcher, DEFAULTS, "", (body, matcher))
    return Found(rule, RULE, prefix, (body, matcher, rule))


def route(body: Body, request: Asked) -> Answer:
    """Follow a URL map to where the request goes; of weighted backends to the heaviest."""
    found = find(body, request)
    if found.redirect:
        return redirected(found, request)
    weighted = found.action.get("weightedBackendServices", [])
    heaviest: Body = max(weighted, key=lambda one: one.get("weight", 0), default={})
    return Answer(str(heaviest.get("backendService") or found.service), rewritten(found, request))


def _matcher(body: Body, host: str) -> Body | None:
    """The path matcher of the most specific host rule."""
    best: tuple[int, str] = (-1, "")
    for rule in body.get("hostRules", []):
        for pattern in rule.get("hosts", []):
            if _host_fits(pattern, host):
                best = max(
                    best, (len(pattern) if pattern != "*" else 0, rule.get("pathMatcher", ""))
                )
    named = {matcher.get("name"): matcher for matcher in body.get("pathMatchers", [])}
    return named.get(best[1]) if best[0] >= 0 else None


def _host_fits(pattern: str, host: str) -> bool:
    plain = host.partition(":")[0]
    return pattern in ("*", host, plain) or (
        pattern.startswith("*") and plain.endswith(pattern[1:])
    )


def _rule(matcher: Body, request: Asked) -> tuple[Body | None, str]:
    """The rule of a matcher that fits, with the prefix it matched by."""
    if "routeRules" in matcher:
        for rule in sorted(matcher["routeRules"], key=lambda one: one.get("priority", 0)):
            for match in rule.get("matchRules", [{}]):
                if _match_fits(match, request):
                    return rule, str(match.get("prefixMatch", ""))
        return None, ""
    best: tuple[int, Body | None, str] = (-1, None, "")
    for rule in matcher.get("pathRules", []):
        for pattern in rule.get("paths", []):
            prefix = pattern[:-1] if pattern.endswith("*") else ""
            fits = request.path == pattern or (prefix and (request.path + "/").startswith(prefix))
            if fits and len(pattern) > best[0]:
                best = (len(pattern), rule, prefix)
    return best[1], best[2]


def _match_fits(match: Body, request: Asked) -> bool:
    return (
        _path_fits(match, request.path)
        and all(_header_fits(one, request.headers) for one in match.get("headerMatches", []))
        and all(_query_fits(one, request.query) for one in match.get("queryParameterMatches", []))
    )


def _path_fits(match: Body, path: str) -> bool:
    folded = bool(match.get("ignoreCase"))

    def fold(text: str) -> str:
        return text.lower() if folded else text

    checks: dict[str, Callable[[str], bool]] = {
        "prefixMatch": lambda wanted: fold(path).startswith(fold(wanted)),
        "fullPathMatch": lambda wanted: fold(path) == fold(wanted),
        "regexMatch": lambda wanted: re.fullmatch(wanted, path) is not None,
        "pathTemplateMatch": lambda wanted: re.fullmatch(_template(wanted), path) is not None,
    }
    return all(check(match[name]) for name, check in checks.items() if match.get(name))


def _template(text: str) -> str:
    """``/a/{id=*}/**`` as a regular expression: one step for each star, any number for two."""
    steps = re.sub(r"\{[^}=]*=([^}]*)\}", r"\1", re.sub(r"\{[^}=]*\}", "*", text))
    return re.escape(steps).replace(r"\*\*", ".*").replace(r"\*", "[^/]+")


def _header_fits(match: Body, headers: dict[str, str]) -> bool:
    value = headers.get(str(match.get("headerName", "")).lower())
    return _value_fits(match, value) != bool(match.get("invertMatch"))


def _query_fits(match: Body, query: str) -> bool:
    values = parse_qs(query, keep_blank_values=True).get(str(match.get("name", "")))
    return _value_fits(match, values[0] if values else None)


def _value_fits(match: Body, value: str | None) -> bool:
    if value is None:
        return match.get("presentMatch") is False
    return (
        value == match.get("exactMatch", value)
        and value.startswith(match.get("prefixMatch", ""))
        and value.endswith(match.get("suffixMatch", ""))
        and re.fullmatch(match.get("regexMatch", ".*"), value) is not None
        and match.get("presentMatch") is not False
    )


def rewritten(found: Found, request: Asked) -> str:
    """Host, path and query as the backend gets them."""
    rewrite: dict[str, Any] = found.action.get("urlRewrite", {})
    path = request.path
    if "pathPrefixRewrite" in rewrite:
        rest = path[len(found.prefix) :] if found.prefix else path.lstrip("/")
        path = rewrite["pathPrefixRewrite"].rstrip("/") + "/" + rest.lstrip("/")
    return _joined(rewrite.get("hostRewrite") or request.host, path, request.query)


def redirected(found: Found, request: Asked) -> Answer:
    """Where a level sends the client, and with which status."""
    redirect = found.redirect
    path = redirect.get("pathRedirect") or request.path
    if redirect.get("prefixRedirect"):
        path = redirect["prefixRedirect"] + request.path[len(found.prefix) :]
    query = "" if redirect.get("stripQuery") else request.query
    scheme = "https" if redirect.get("httpsRedirect") else "http"
    url = _joined(redirect.get("hostRedirect") or request.host, path, query)
    code = REDIRECT_CODES[redirect.get("redirectResponseCode", "MOVED_PERMANENTLY_DEFAULT")]
    return Answer("", f"{scheme}://{url}", code)


def _joined(host: str, path: str, query: str) -> str:
    return f"{host}{path}" + (f"?{query}" if query else "")


def failures(body: Body) -> list[Body]:
    """The tests of a URL map that fail, as ``validate`` tells them."""
    return [failed for test in body.get("tests", []) if (failed := _failed(body, test))]


def _failed(body: Body, test: Body) -> Body | None:
    answer = route(body, asked(test))
    told: Body = {key: test[key] for key in ("host", "path", "headers") if key in test}
    wanted = test.get("service")
    if wanted and relative(wanted) != relative(answer.service):
        return {**told, "expectedService": wanted, "actualService": answer.service}
    code = test.get("expectedRedirectResponseCode")
    if code and code != answer.code:
        return {
            **told,
            "expectedRedirectResponseCode": code,
            "actualRedirectResponseCode": answer.code,
        }
    url = test.get("expectedOutputUrl")
    if url and _comparable(url, answer) != answer.url:
        return {**told, "expectedOutputUrl": url, "actualOutputUrl": answer.url}
    return None


def _comparable(url: str, answer: Answer) -> str:
    """Of a forwarded request the scheme is the balancer's own matter."""
    return url if answer.code else url.partition("://")[2] or url
