"""URL maps, global and regional (https://cloud.google.com/compute/docs/reference/rest/v1/urlMaps)."""

from gcpstack.emulator.core import links
from gcpstack.emulator.core.call import Call
from gcpstack.emulator.core.errors import ApiError
from gcpstack.emulator.core.model import Body, Kind, Reference
from gcpstack.emulator.dialects import compute as dialect
from gcpstack.emulator.dialects import compute_operations as operations
from gcpstack.emulator.dialects.compute import COMPUTE
from gcpstack.emulator.services.compute import url_map_routing, url_map_rules
from gcpstack.emulator.services.compute.words import missing, wrong

TARGETS = ("backendServices", "backendBuckets")
ACTIONS = (
    "defaultRouteAction",
    "pathMatchers[].defaultRouteAction",
    "pathMatchers[].pathRules[].routeAction",
    "pathMatchers[].routeRules[].routeAction",
)
ERROR_PAGES = (
    "defaultCustomErrorResponsePolicy",
    "pathMatchers[].defaultCustomErrorResponsePolicy",
    "pathMatchers[].pathRules[].customErrorResponsePolicy",
    "pathMatchers[].routeRules[].customErrorResponsePolicy",
)
REFERENCES = (
    *(Reference(path=path, to=TARGETS) for path in url_map_rules.SERVICES),
    *(Reference(path=f"{path}.requestMirrorPolicy.backendService", to=TARGETS) for path in ACTIONS),
    *(Reference(path=f"{path}.errorService", to=TARGETS) for path in ERROR_PAGES),
    Reference(path="tests[].service", to=TARGETS, in_use=False),
)


def _dry_run(call: Call) -> Body:
    """``validate``: whether the map would load and its tests pass."""
    if "resource" not in call.body:
        raise missing("resource")
    body = dict(call.body["resource"])
    problems = _unresolved(call, body) or url_map_rules.problems(call, body)
    result: Body = {"loadSucceeded": not problems}
    if problems:
        return {"result": {**result, "loadErrors": problems}}
    failures = url_map_routing.failures(body)
    result["testPassed"] = not failures
    return {"result": result | ({"testFailures": failures} if failures else {})}


def _unresolved(call: Call, body: Body) -> list[str]:
    try:
        links.resolve(call, URL_MAPS, body, as_links=True)
    except ApiError as error:
        return [error.message]
    return []


def _invalidate(call: Call) -> Body:
    """``invalidateCache`` (https://cloud.google.com/cdn/docs/invalidating-cached-content)."""
    path = str(call.body.get("path", ""))
    if not path.startswith("/") or "*" in path[:-1] or "?" in path or "#" in path:
        hint = "A path must start with / and may only end with a *."
        raise wrong("path", path, hint)
    return operations.start(call, "invalidateCache", dialect.ready(call))


URL_MAPS = Kind(
    name="urlMaps",
    resources=("urlMaps", "regionUrlMaps"),
    schema="UrlMap",
    dialect=COMPUTE,
    fingerprint="fingerprint",
    defaults={
        "tests[].description": "",
        **{f"{path}.retryPolicy.perTryTimeout.nanos": 0 for path in ACTIONS},
    },
    refs=REFERENCES,
    validate=url_map_rules.validate,
    methods={"validate": _dry_run, "invalidateCache": _invalidate},
)
