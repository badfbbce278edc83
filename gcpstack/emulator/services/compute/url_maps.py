"""URL maps (https://cloud.google.com/compute/docs/reference/rest/v1/urlMaps)."""

from collections.abc import Iterator
from typing import Any

from gcpstack.emulator.core.call import Call
from gcpstack.emulator.core.errors import ApiError, invalid
from gcpstack.emulator.core.links import relative
from gcpstack.emulator.core.model import Body, Kind, Reference
from gcpstack.emulator.core.store import Obj
from gcpstack.emulator.core.world import World
from gcpstack.emulator.dialects import compute as dialect
from gcpstack.emulator.dialects import compute_operations as operations
from gcpstack.emulator.dialects.compute import COMPUTE

MOST_TESTS = 100
TARGETS = ("backendServices", "backendBuckets")
_LEVELS = (
    ("defaultService", "defaultUrlRedirect", "defaultRouteAction"),
    ("service", "urlRedirect", "routeAction"),
)


def _refs() -> Iterator[Reference]:
    for path in (
        "defaultService",
        "pathMatchers[].defaultService",
        "pathMatchers[].pathRules[].service",
        "pathMatchers[].routeRules[].service",
        "defaultRouteAction.weightedBackendServices[].backendService",
        "pathMatchers[].defaultRouteAction.weightedBackendServices[].backendService",
        "pathMatchers[].pathRules[].routeAction.weightedBackendServices[].backendService",
        "pathMatchers[].routeRules[].routeAction.weightedBackendServices[].backendService",
        "defaultRouteAction.requestMirrorPolicy.backendService",
        "defaultCustomErrorResponsePolicy.errorService",
        "pathMatchers[].defaultCustomErrorResponsePolicy.errorService",
    ):
        yield Reference(path=path, to=TARGETS)
    yield Reference(path="tests[].service", to=TARGETS, in_use=False)


def _one_way(level: Body, names: tuple[str, str, str], place: str) -> None:
    """Each level sends traffic one way: a service, a redirect, or weighted services."""
    service, redirect, action = names
    ways = [name for name in (service, redirect) if level.get(name)]
    if level.get(action, {}).get("weightedBackendServices"):
        ways.append(f"{action}.weightedBackendServices")
    if len(ways) > 1:
        text = f"Invalid value for field '{place}{ways[1]}': ''. Only one of {', '.join(ways)} can be set."
        raise invalid(text)
    chosen = level.get(redirect) or {}
    if chosen.get("pathRedirect") and chosen.get("prefixRedirect"):
        raise invalid(
            f"Invalid value for field '{place}{redirect}': ''. Only one of pathRedirect and prefixRedirect can be set."
        )


def _validate(_call: Call, body: Body, _old: Body | None) -> None:
    _one_way(body, _LEVELS[0], "resource.")
    matchers = {}
    for index, matcher in enumerate(body.get("pathMatchers", [])):
        place = f"resource.pathMatchers[{index}]."
        name = matcher.get("name", "")
        if not name or name in matchers:
            raise invalid(
                f"Invalid value for field '{place}name': '{name}'. Path matcher names must be given and unique."
            )
        matchers[name] = matcher
        _one_way(matcher, _LEVELS[0], place)
        if matcher.get("pathRules") and matcher.get("routeRules"):
            raise invalid(
                f"Invalid value for field '{place}routeRules': ''. Only one of pathRules and routeRules can be set."
            )
        _paths(matcher, place)
    _hosts(body, matchers)
    if len(body.get("tests", [])) > MOST_TESTS:
        raise invalid(
            f"Invalid value for field 'resource.tests': ''. At most {MOST_TESTS} tests can be given."
        )
    failed = _failed_tests(body)
    if failed:
        raise ApiError(400, f"URL map tests failed: {failed[0]}", reason="invalid")


def _paths(matcher: Body, place: str) -> None:
    seen = set()
    for index, rule in enumerate(matcher.get("pathRules", [])):
        _one_way(rule, _LEVELS[1], f"{place}pathRules[{index}].")
        for path in rule.get("paths", []):
            if (
                not path.startswith("/")
                or "*" in path[:-1]
                or (path.endswith("*") and not path.endswith("/*"))
            ):
                text = f"Invalid value for field '{place}pathRules[{index}].paths': '{path}'. Paths must start with '/' and '*' is only allowed at the end following a '/'."
                raise invalid(text)
            if path in seen:
                raise invalid(
                    f"Invalid value for field '{place}pathRules[{index}].paths': '{path}'. Duplicate path."
                )
            seen.add(path)


def _hosts(body: Body, matchers: dict[str, Any]) -> None:
    seen, used = set(), set()
    for index, rule in enumerate(body.get("hostRules", [])):
        name = rule.get("pathMatcher", "")
        if name not in matchers:
            text = f"Invalid value for field 'resource.hostRules[{index}].pathMatcher': '{name}'. Path matcher does not exist."
            raise invalid(text)
        used.add(name)
        for host in rule.get("hosts", []):
            if host in seen:
                raise invalid(
                    f"Invalid value for field 'resource.hostRules[{index}].hosts': '{host}'. Duplicate host."
                )
            seen.add(host)
    unused = sorted(set(matchers) - used)
    if unused:
        raise invalid(
            f"Invalid value for field 'resource.pathMatchers': '{unused[0]}'. Path matcher is not used by any host rule."
        )


def choose(body: Body, host: str, path: str) -> Body:
    """The level of a URL map that a request falls to: the rule, the matcher's default or the map's."""
    named = {matcher["name"]: matcher for matcher in body.get("pathMatchers", [])}
    best, chosen = -1, None
    for rule in body.get("hostRules", []):
        for pattern in rule.get("hosts", []):
            fits = pattern in ("*", host) or (
                pattern.startswith("*") and host.endswith(pattern[1:])
            )
            if fits and len(pattern) > best:
                best, chosen = len(pattern), named.get(rule["pathMatcher"])
    if chosen is None:
        return body
    longest, found = -1, chosen
    for rule in chosen.get("pathRules", []):
        for pattern in rule.get("paths", []):
            prefix = pattern[:-1] if pattern.endswith("*") else None
            fits = path == pattern or (prefix is not None and path.startswith(prefix))
            if fits and len(pattern) > longest:
                longest, found = len(pattern), rule
    return dict(found)


def _failed_tests(body: Body) -> list[str]:
    """Run the tests that a map carries (https://cloud.google.com/load-balancing/docs/url-map#url-map-tests)."""
    out = []
    for test in body.get("tests", []):
        level = choose(body, test.get("host", ""), test.get("path", "/"))
        actual = level.get("service") or level.get("defaultService")
        wanted = test.get("service")
        if wanted and actual and relative(wanted) != relative(actual):
            out.append(
                f"host '{test.get('host')}' path '{test.get('path')}' expected '{wanted}', got '{actual}'"
            )
    return out


def _check(call: Call) -> Body:
    """``validate``: a dry run."""
    resource = call.body.get("resource", {})
    try:
        _validate(call, resource, None)
    except ApiError as error:
        return {"result": {"loadSucceeded": False, "loadErrors": [error.message]}}
    failed = _failed_tests(resource)
    return {"result": {"loadSucceeded": True, "testPassed": not failed}}


def _invalidate(call: Call) -> Body:
    """``invalidateCache``."""
    return operations.start(call, "invalidateCache", dialect.ready(call))


def _view(_world: World, obj: Obj, body: Body) -> Body:
    """Global maps tell no fingerprint, regional ones do."""
    if "/global/" in obj.name:
        body.pop("fingerprint", None)
    return body


URL_MAPS = Kind(
    name="urlMaps",
    resources=("urlMaps", "regionUrlMaps"),
    schema="UrlMap",
    dialect=COMPUTE,
    fingerprint="fingerprint",
    refs=tuple(_refs()),
    validate=_validate,
    view=_view,
    methods={"validate": _check, "invalidateCache": _invalidate},
)
