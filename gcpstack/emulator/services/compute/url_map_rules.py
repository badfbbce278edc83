"""What a URL map may hold (https://cloud.google.com/compute/docs/reference/rest/v1/urlMaps)."""

from collections.abc import Iterator
from typing import Any

from gcpstack.emulator.core.call import Call
from gcpstack.emulator.core.errors import ApiError, invalid
from gcpstack.emulator.core.links import relative
from gcpstack.emulator.core.model import Body
from gcpstack.emulator.core.paths import values
from gcpstack.emulator.services.compute import url_map_routing as routing
from gcpstack.emulator.services.compute.words import missing, wrong

MOST_TESTS = 100
MOST_WEIGHT = 1000
PATH_MATCHES = ("prefixMatch", "fullPathMatch", "regexMatch", "pathTemplateMatch")
# What a classic load balancer can't do (https://cloud.google.com/load-balancing/docs/features#routing_and_traffic_management).
ADVANCED = (
    "headerAction",
    "pathMatchers[].headerAction",
    "pathMatchers[].routeRules[]",
    "defaultRouteAction.weightedBackendServices",
    "pathMatchers[].defaultRouteAction.weightedBackendServices",
    "pathMatchers[].pathRules[].routeAction.weightedBackendServices",
)
SERVICES = (
    "defaultService",
    "pathMatchers[].defaultService",
    "pathMatchers[].pathRules[].service",
    "pathMatchers[].routeRules[].service",
    "defaultRouteAction.weightedBackendServices[].backendService",
    "pathMatchers[].defaultRouteAction.weightedBackendServices[].backendService",
    "pathMatchers[].pathRules[].routeAction.weightedBackendServices[].backendService",
    "pathMatchers[].routeRules[].routeAction.weightedBackendServices[].backendService",
)


def validate(call: Call, body: Body, _old: Body | None) -> None:
    """Refuse a map that Google would refuse, failing tests included."""
    check(call, body)
    failed = routing.failures(body)
    if failed:
        raise invalid(
            f"Invalid value for field 'urlMap.tests': ''. Test failure: {_told(failed[0])}"
        )


def check(call: Call, body: Body) -> None:
    """Refuse a map that can't be loaded."""
    _leads_somewhere(body)
    _one_way(body, routing.DEFAULTS, "")
    matchers = _matchers(body)
    _hosts(body, matchers)
    _schemes(call, body)
    _tests(body)


def _told(failure: Body) -> str:
    url = f"{failure.get('host', '')}{failure.get('path', '')}"
    if "expectedService" in failure:
        return (
            f"Expect URL '{url}' to map to service '{failure['expectedService']}', "
            f"but actually mapped to '{failure['actualService']}'."
        )
    wanted = [value for key, value in failure.items() if key.startswith("expected")]
    actual = [value for key, value in failure.items() if key.startswith("actual")]
    return f"Expect URL '{url}' to give '{wanted[0]}', but it actually gave '{actual[0]}'."


def _leads_somewhere(body: Body) -> None:
    ways = [name for name in (*routing.DEFAULTS, "pathMatchers") if body.get(name)]
    if not ways:
        raise missing("defaultService")


def _one_way(level: Body, names: tuple[str, str, str], place: str) -> None:
    """Each level sends traffic one way: to a service, a redirect, or weighted services."""
    service, redirect, action = names
    ways = [name for name in (service, redirect) if level.get(name)]
    if level.get(action, {}).get("weightedBackendServices"):
        ways.append(f"{action}.weightedBackendServices")
    if len(ways) > 1:
        raise wrong(f"{place}{ways[1]}", hint=f"Only one of {' and '.join(ways)} can be specified.")
    if level.get(redirect) and level.get(action):
        raise wrong(f"{place}{action}", hint=f"{action} cannot be specified with {redirect}.")
    _redirect(level.get(redirect) or {}, f"{place}{redirect}")
    for index, one in enumerate(level.get(action, {}).get("weightedBackendServices", [])):
        weight = one.get("weight", 0)
        if not 0 <= weight <= MOST_WEIGHT:
            name = f"{place}{action}.weightedBackendServices[{index}].weight"
            raise wrong(name, weight, f"Must be between 0 and {MOST_WEIGHT}.")


def _redirect(redirect: Body, place: str) -> None:
    if redirect.get("pathRedirect") and redirect.get("prefixRedirect"):
        hint = "Only one of pathRedirect and prefixRedirect can be specified."
        raise wrong(f"{place}.pathRedirect", redirect["pathRedirect"], hint)
    useful = ("hostRedirect", "pathRedirect", "prefixRedirect", "httpsRedirect")
    if redirect and not any(redirect.get(name) for name in useful):
        raise wrong(place, hint="The redirect must change the host, the path or the scheme.")


def _matchers(body: Body) -> dict[str, Any]:
    named: dict[str, Any] = {}
    for index, matcher in enumerate(body.get("pathMatchers", [])):
        place, name = f"pathMatchers[{index}]", matcher.get("name", "")
        if not name:
            raise missing(f"{place}.name")
        if name in named:
            raise wrong(f"{place}.name", name, "Path matcher names must be unique.")
        named[name] = matcher
        _one_way(matcher, routing.DEFAULTS, f"{place}.")
        if matcher.get("pathRules") and matcher.get("routeRules"):
            hint = "Only one of pathRules and routeRules can be specified."
            raise wrong(f"{place}.routeRules", hint=hint)
        _path_rules(matcher, place)
        _route_rules(matcher, place)
    return named


def _path_rules(matcher: Body, matcher_place: str) -> None:
    seen: set[str] = set()
    for index, rule in enumerate(matcher.get("pathRules", [])):
        place = f"{matcher_place}.pathRules[{index}]"
        _one_way(rule, routing.RULE, f"{place}.")
        if not rule.get("paths"):
            raise missing(f"{place}.paths")
        for at, path in enumerate(rule["paths"]):
            _path(path, f"{place}.paths[{at}]")
            if path in seen:
                raise wrong(f"{place}.paths[{at}]", path, "Paths must be unique in a path matcher.")
            seen.add(path)


def _path(path: str, place: str) -> None:
    star = path.find("*")
    if not path.startswith("/") or (star >= 0 and not (star == len(path) - 1 and path[-2] == "/")):
        hint = "A path must start with / and the only place a * is allowed is at the end following a /."
        raise wrong(place, path, hint)
    if "?" in path or "#" in path:
        raise wrong(place, path, "A path must not contain ? or #.")


def _route_rules(matcher: Body, matcher_place: str) -> None:
    seen: set[int] = set()
    for index, rule in enumerate(matcher.get("routeRules", [])):
        place = f"{matcher_place}.routeRules[{index}]"
        _one_way(rule, routing.RULE, f"{place}.")
        priority = rule.get("priority", 0)
        if priority in seen:
            raise wrong(f"{place}.priority", priority, "Route rule priorities must be unique.")
        seen.add(priority)
        for at, match in enumerate(rule.get("matchRules", [])):
            given = [name for name in PATH_MATCHES if match.get(name)]
            if len(given) > 1:
                hint = f"Only one of {', '.join(PATH_MATCHES)} can be specified."
                raise wrong(f"{place}.matchRules[{at}].{given[1]}", match[given[1]], hint)


def _hosts(body: Body, matchers: dict[str, Any]) -> None:
    seen: set[str] = set()
    for index, rule in enumerate(body.get("hostRules", [])):
        place, name = f"hostRules[{index}]", rule.get("pathMatcher", "")
        if name not in matchers:
            raise wrong(f"{place}.pathMatcher", name, "The path matcher does not exist.")
        if not rule.get("hosts"):
            raise missing(f"{place}.hosts")
        for host in rule["hosts"]:
            if host in seen:
                raise wrong(f"{place}.hosts", host, "Hosts must be unique in a URL map.")
            seen.add(host)
    used = {rule.get("pathMatcher") for rule in body.get("hostRules", [])}
    unused = [name for name in matchers if name not in used]
    if unused:
        raise wrong("pathMatchers", unused[0], "The path matcher is not used by any host rule.")


def services(call: Call, body: Body) -> Iterator[tuple[str, str, str]]:
    """Every backend service of a map that exists: path of the field, link, load balancing scheme."""
    for path in SERVICES:
        for link in values(body, path):
            obj = call.find(call.world.canonical(relative(str(link), call.project)))
            if obj is not None and obj.kind == "backendServices":
                yield path, str(link), str(obj.body["loadBalancingScheme"])


def _schemes(call: Call, body: Body) -> None:
    found = list(services(call, body))
    different = [(path, link) for path, link, scheme in found if scheme != found[0][2]]
    if different:
        path, link = different[0]
        hint = "All backend services of a URL map must have the same load balancing scheme."
        raise wrong(path.replace("[]", "[0]"), link, hint)
    classic = [(path, link) for path, link, scheme in found if scheme == "EXTERNAL"]
    if classic and call.location == "global" and any(list(values(body, path)) for path in ADVANCED):
        hint = "Advanced routing rules are not supported for scheme EXTERNAL"
        raise wrong(classic[0][0].replace("[]", "[0]"), classic[0][1], hint)


def _tests(body: Body) -> None:
    tests = body.get("tests", [])
    if len(tests) > MOST_TESTS:
        raise wrong("tests", len(tests), f"At most {MOST_TESTS} tests can be specified.")
    for index, test in enumerate(tests):
        if test.get("service") and test.get("expectedRedirectResponseCode"):
            code = test["expectedRedirectResponseCode"]
            hint = "expectedRedirectResponseCode cannot be set when service is set."
            raise wrong(f"tests[{index}].expectedRedirectResponseCode", code, hint)


def problems(call: Call, body: Body) -> list[str]:
    """Why a map can't be loaded, for a dry run."""
    try:
        check(call, body)
    except ApiError as error:
        return [error.message]
    return []
