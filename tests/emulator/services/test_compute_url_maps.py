"""URL maps: what they may hold, where they send requests, their tests, dry runs."""

from typing import Any

import pytest

from gcpstack.emulator.services.compute.url_map_routing import Asked, route
from tests.emulator.conftest import Send
from tests.emulator.services.balancing import (
    GLOBAL,
    LINK,
    REGION,
    call,
    make,
    read,
    refusal,
    service,
    url_map,
)

MAPS = f"{GLOBAL}/urlMaps"


def aster(send: Send) -> dict[str, Any]:
    """A host with paths for two services."""
    trader, other = service(send, "trader"), service(send, "other")
    return {
        "name": "m",
        "defaultService": trader,
        "hostRules": [{"hosts": ["trader.example.com"], "pathMatcher": "paths"}],
        "pathMatchers": [
            {
                "name": "paths",
                "defaultService": trader,
                "pathRules": [
                    {"paths": ["/orchestrator/*"], "service": other},
                    {"paths": ["/metrics", "/api/*"], "service": trader},
                ],
            }
        ],
    }


def test_a_map_is_kept_as_sent_with_links(send: Send) -> None:
    body = aster(send)
    body["pathMatchers"][0]["pathRules"][0]["service"] = "global/backendServices/other"
    told = make(send, MAPS, body)
    rules = told["pathMatchers"][0]["pathRules"]
    assert rules[0]["service"] == f"{LINK}/global/backendServices/other"
    assert told["hostRules"] == body["hostRules"]
    assert told["fingerprint"]


def test_a_redirect_map_needs_no_service(send: Send) -> None:
    redirect = {
        "httpsRedirect": True,
        "redirectResponseCode": "MOVED_PERMANENTLY_DEFAULT",
        "stripQuery": False,
    }
    assert (
        make(send, MAPS, {"name": "m", "defaultUrlRedirect": redirect})["defaultUrlRedirect"]
        == redirect
    )


def test_a_bucket_serves_too(send: Send) -> None:
    bucket = make(send, f"{GLOBAL}/backendBuckets", {"name": "b", "bucketName": "x"})["selfLink"]
    assert make(send, MAPS, {"name": "m", "defaultService": bucket})["defaultService"] == bucket
    assert read(send, f"{GLOBAL}/backendBuckets/b")["usedBy"] == [
        {"reference": f"{LINK}/global/urlMaps/m"}
    ]


def matcher(**fields: Any) -> dict[str, Any]:
    """A map whose one path matcher has these fields."""
    hosts = [{"hosts": ["*"], "pathMatcher": "p"}]
    return {"hostRules": hosts, "pathMatchers": [{"name": "p", "defaultService": "SVC", **fields}]}


MISTAKES: list[tuple[dict[str, Any], str]] = [
    ({"defaultService": None}, "Required field 'defaultService' not specified"),
    ({"defaultUrlRedirect": {"httpsRedirect": True}}, "Only one of defaultService and defaultUrlRedirect"),
    ({"defaultRouteAction": {"weightedBackendServices": [{"backendService": "SVC", "weight": 1}]}}, "Only one of"),
    ({"defaultService": None, "defaultRouteAction": {"weightedBackendServices": [{"backendService": "SVC", "weight": 1001}]}}, "weight"),
    ({"defaultService": None, "defaultUrlRedirect": {"pathRedirect": "/a", "prefixRedirect": "/b"}}, "pathRedirect"),
    ({"defaultService": None, "defaultUrlRedirect": {"stripQuery": True}}, "must change"),
    ({"defaultService": "SVC", "defaultUrlRedirect": None, "hostRules": [{"hosts": ["a"], "pathMatcher": "none"}]}, "does not exist"),
    ({"pathMatchers": [{"name": "p", "defaultService": "SVC"}]}, "not used by any host rule"),
    ({**matcher(), "hostRules": [{"hosts": ["a", "a"], "pathMatcher": "p"}]}, "Hosts must be unique"),
    ({**matcher(), "hostRules": [{"pathMatcher": "p"}]}, "hostRules[0].hosts"),
    ({"pathMatchers": [{"defaultService": "SVC"}]}, "pathMatchers[0].name"),
    (matcher(pathRules=[{"paths": ["/a"], "service": "SVC"}], routeRules=[{"priority": 1, "service": "SVC"}]), "Only one of pathRules and routeRules"),
    (matcher(pathRules=[{"service": "SVC"}]), "pathRules[0].paths"),
    (matcher(pathRules=[{"paths": ["a"], "service": "SVC"}]), "A path must start with /"),
    (matcher(pathRules=[{"paths": ["/a*"], "service": "SVC"}]), "A path must start with /"),
    (matcher(pathRules=[{"paths": ["/*/a"], "service": "SVC"}]), "A path must start with /"),
    (matcher(pathRules=[{"paths": ["/a?b"], "service": "SVC"}]), "must not contain ?"),
    (matcher(pathRules=[{"paths": ["/a", "/a"], "service": "SVC"}]), "unique in a path matcher"),
    (matcher(routeRules=[{"priority": 1, "service": "SVC"}, {"priority": 1, "service": "SVC"}]), "priorities must be unique"),
    (matcher(routeRules=[{"priority": 1, "service": "SVC", "matchRules": [{"prefixMatch": "/", "regexMatch": ".*"}]}]), "Only one of prefixMatch"),
    ({"tests": [{"host": "a", "path": "/", "service": "SVC", "expectedRedirectResponseCode": 301}]}, "cannot be set when service is set"),
    ({"tests": [{"host": "a", "path": "/"}] * 101}, "At most 100"),
    ({"defaultService": "global/backendServices/none"}, "was not found"),
    ({"defaultService": "none"}, "The URL is malformed"),
    ({"pathMatchers": [{"name": "p", "paths": []}]}, 'Unknown name "paths"'),
    ({"defaultUrlRedirect": {"redirectResponseCode": "MOVED"}}, "redirectResponseCode"),
]  # fmt: skip


def named(value: Any, link: str) -> Any:
    """The rows' stand-in for a service replaced by its link; fields that are None left out."""
    if isinstance(value, dict):
        return {key: named(inner, link) for key, inner in value.items() if inner is not None}
    if isinstance(value, list):
        return [named(inner, link) for inner in value]
    return link if value == "SVC" else value


@pytest.mark.parametrize(("fields", "words"), MISTAKES)
def test_mistakes(send: Send, fields: dict[str, Any], words: str) -> None:
    link = service(send)
    body = named({"name": "m", "defaultService": "SVC", **fields}, link)
    status, _, message = refusal(send, "POST", MAPS, body)
    assert status in (400, 404)
    assert words in message
    assert send("GET", f"{MAPS}/m").status == 404


def test_a_failing_test_refuses_the_map(send: Send) -> None:
    body = aster(send)
    wrong = {
        "host": "trader.example.com",
        "path": "/orchestrator/x",
        "service": body["defaultService"],
    }
    status, reason, message = refusal(send, "POST", MAPS, {**body, "tests": [wrong]})
    assert (status, reason) == (400, "invalid")
    assert message == (
        "Invalid value for field 'urlMap.tests': ''. Test failure: Expect URL "
        f"'trader.example.com/orchestrator/x' to map to service '{body['defaultService']}', but "
        f"actually mapped to '{LINK}/global/backendServices/other'."
    )
    right = {**wrong, "service": f"{LINK}/global/backendServices/other"}
    assert make(send, MAPS, {**body, "tests": [right]})["tests"][0]["description"] == ""


def test_an_update_runs_the_tests_too(send: Send) -> None:
    made = make(send, MAPS, aster(send))
    tests = [{"host": "x", "path": "/", "service": f"{LINK}/global/backendServices/other"}]
    body = {"tests": tests, "fingerprint": made["fingerprint"]}
    assert "Test failure" in refusal(send, "PATCH", f"{MAPS}/m", body)[2]
    assert "tests" not in read(send, f"{MAPS}/m")


def test_a_dry_run_tells_problems_and_failures(send: Send) -> None:
    body = aster(send)
    make(send, MAPS, body)
    url = f"{MAPS}/m/validate"
    assert call(send, "POST", url, {"resource": body})["result"] == {
        "loadSucceeded": True,
        "testPassed": True,
    }
    failing = {**body, "tests": [{"host": "h", "path": "/", "expectedRedirectResponseCode": 301}]}
    told = call(send, "POST", url, {"resource": failing})["result"]
    assert (told["loadSucceeded"], told["testPassed"]) == (True, False)
    assert told["testFailures"] == [
        {
            "host": "h",
            "path": "/",
            "expectedRedirectResponseCode": 301,
            "actualRedirectResponseCode": 0,
        }
    ]
    broken = call(send, "POST", url, {"resource": {**body, "hostRules": []}})["result"]
    assert broken["loadSucceeded"] is False
    assert "not used by any host rule" in broken["loadErrors"][0]
    lost = call(send, "POST", url, {"resource": {"defaultService": "global/backendServices/none"}})
    assert "was not found" in lost["result"]["loadErrors"][0]
    assert refusal(send, "POST", url, {})[1] == "required"
    assert read(send, f"{MAPS}/m").keys() == make(send, MAPS, {**body, "name": "again"}).keys()


def test_a_classic_balancer_routes_simply(send: Send) -> None:
    classic = service(send, loadBalancingScheme="EXTERNAL")
    weighted = {
        "defaultRouteAction": {
            "weightedBackendServices": [{"backendService": classic, "weight": 1}]
        }
    }
    status, _, message = refusal(send, "POST", MAPS, {"name": "m", **weighted})
    assert status == 400
    assert message.endswith("Advanced routing rules are not supported for scheme EXTERNAL")
    rewrite = {
        "defaultService": classic,
        "defaultRouteAction": {"urlRewrite": {"hostRewrite": "h"}},
    }
    assert (
        make(send, MAPS, {"name": "m", **rewrite})["defaultRouteAction"]
        == rewrite["defaultRouteAction"]
    )


def test_services_of_one_map_have_one_scheme(send: Send) -> None:
    body = aster(send)
    body["defaultService"] = service(send, "classic", loadBalancingScheme="EXTERNAL")
    assert "same load balancing scheme" in refusal(send, "POST", MAPS, body)[2]


def test_a_stale_fingerprint_is_refused(send: Send) -> None:
    link = url_map(send)
    seen = read(send, f"{MAPS}/map")
    body = {key: seen[key] for key in ("name", "defaultService", "fingerprint")}
    call(send, "PUT", f"{MAPS}/map", {**body, "description": "1"})
    assert refusal(send, "PUT", f"{MAPS}/map", {**body, "description": "2"})[:2] == (
        412,
        "conditionNotMet",
    )
    assert read(send, f"{MAPS}/map")["selfLink"] == link


def test_the_cache_is_invalidated_by_path(send: Send) -> None:
    url_map(send)
    url = f"{MAPS}/map/invalidateCache"
    assert call(send, "POST", url, {"path": "/images/*"})["operationType"] == "invalidateCache"
    for path in ("", "images", "/a*/b", "/a?b"):
        assert refusal(send, "POST", url, {"path": path})[0] == 400


def test_regional_maps_default_the_same(send: Send) -> None:
    regional = {"name": "s", "loadBalancingScheme": "INTERNAL_MANAGED", "protocol": "HTTP"}
    link = make(send, f"{REGION}/backendServices", regional)["selfLink"]
    retry = {"retryPolicy": {"numRetries": 1, "perTryTimeout": {"seconds": "3"}}}
    body = {"name": "m", "defaultService": link, "defaultRouteAction": retry}
    told = make(send, f"{REGION}/urlMaps", body)
    assert told["defaultRouteAction"]["retryPolicy"]["perTryTimeout"] == {
        "seconds": "3",
        "nanos": 0,
    }
    assert told["region"] == f"{LINK}/regions/us-central1"


ROUTES: dict[str, Any] = {
    "defaultService": "default",
    "hostRules": [
        {"hosts": ["*"], "pathMatcher": "any"},
        {"hosts": ["*.example.com"], "pathMatcher": "wild"},
        {"hosts": ["www.example.com"], "pathMatcher": "exact"},
    ],
    "pathMatchers": [
        {"name": "any", "defaultUrlRedirect": {"httpsRedirect": True, "stripQuery": True}},
        {
            "name": "wild",
            "defaultService": "wild",
            "routeRules": [
                {"priority": 2, "matchRules": [{"prefixMatch": "/"}], "service": "last"},
                {
                    "priority": 1,
                    "matchRules": [
                        {
                            "prefixMatch": "/A",
                            "ignoreCase": True,
                            "headerMatches": [{"headerName": "x", "exactMatch": "1"}],
                            "queryParameterMatches": [{"name": "q", "presentMatch": True}],
                        },
                        {"pathTemplateMatch": "/users/{id=*}/**"},
                        {"fullPathMatch": "/full"},
                        {"regexMatch": "/r[0-9]+"},
                    ],
                    "routeAction": {
                        "weightedBackendServices": [
                            {"backendService": "light", "weight": 1},
                            {"backendService": "heavy", "weight": 9},
                        ]
                    },
                },
            ],
        },
        {
            "name": "exact",
            "defaultService": "exact",
            "pathRules": [
                {"paths": ["/a/*"], "service": "a"},
                {
                    "paths": ["/a/b/*"],
                    "service": "ab",
                    "routeAction": {"urlRewrite": {"pathPrefixRewrite": "/new", "hostRewrite": "in"}},
                },
                {"paths": ["/old/*"], "urlRedirect": {"prefixRedirect": "/new/", "redirectResponseCode": "FOUND"}},
            ],
        },
    ],
}  # fmt: skip


@pytest.mark.parametrize(
    ("request_", "service_", "url", "code"),
    [
        (Asked("other.org", "/x", "q=1"), "", "https://other.org/x", 301),
        (Asked("www.example.com", "/"), "exact", "www.example.com/", 0),
        (Asked("www.example.com:8080", "/a"), "a", "www.example.com:8080/a", 0),
        (Asked("www.example.com", "/a/c", "q=1"), "a", "www.example.com/a/c?q=1", 0),
        (Asked("www.example.com", "/a/b/c"), "ab", "in/new/c", 0),
        (Asked("www.example.com", "/old/x"), "", "http://www.example.com/new/x", 302),
        (Asked("x.example.com", "/abc"), "last", "x.example.com/abc", 0),
        (Asked("x.example.com", "/abc", "q=", {"x": "1"}), "heavy", "x.example.com/abc?q=", 0),
        (Asked("x.example.com", "/abc", "q=", {"x": "2"}), "last", "x.example.com/abc?q=", 0),
        (Asked("x.example.com", "/users/7/a/b"), "heavy", "x.example.com/users/7/a/b", 0),
        (Asked("x.example.com", "/full"), "heavy", "x.example.com/full", 0),
        (Asked("x.example.com", "/r12"), "heavy", "x.example.com/r12", 0),
    ],
)
def test_routing(request_: Asked, service_: str, url: str, code: int) -> None:
    answer = route(ROUTES, request_)
    assert (answer.service, answer.url, answer.code) == (service_, url, code)


def test_without_a_matching_host_the_default_serves() -> None:
    body = {**ROUTES, "hostRules": ROUTES["hostRules"][1:]}
    assert route(body, Asked("other.org", "/")).service == "default"
