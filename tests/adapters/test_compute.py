"""Compute: the method, the mask, the guard, and never more than that."""

from typing import Any

import pytest

from gcpstack import exceptions as ours
from gcpstack._adapters.registry import adapters
from gcpstack._core.json import Body
from gcpstack._core.refs import Sensitive
from gcpstack.resources import kinds
from tests.adapters.google import Asked, FakeGoogle, refusal
from tests.adapters.sending import REQUEST, apply, edit, target

OPERATION = {"name": "op", "status": "DONE"}


def compute(asked: Asked) -> Any:
    if "Rule" in asked.path and asked.method == "GET":
        return {} if asked.query["priority"] in {"1", "2"} else refusal(400, "invalid")
    return OPERATION if asked.method != "GET" else {"name": "n"}


def test_a_put_sends_the_whole_object_without_what_only_google_writes(google: FakeGoogle) -> None:
    google.script = compute
    live = {
        "id": "7",
        "kind": "compute#backendService",
        "selfLink": "https://x",
        "creationTimestamp": "t",
        "fingerprint": "f1",
        "iap": {"enabled": False, "oauth2ClientSecretSha256": "e3b0"},
        "securityPolicy": "https://x/projects/p/global/securityPolicies/s",
        "usedBy": [{"reference": "m"}],
        "timeoutSec": 30,
    }
    merged = {
        **live,
        "timeoutSec": 40,
        "backends": [{"group": "projects/p/zones/z/networkEndpointGroups/g"}],
    }
    where = target("compute.BackendService")
    (asked,) = apply(google, edit(where, live, merged, "timeoutSec", "backends"))
    assert asked.method == "PUT"
    assert asked.path.endswith("/projects/p/global/backendServices/n")
    assert asked.query["requestId"] == REQUEST
    assert asked.body == {
        "fingerprint": "f1",
        "iap": {"enabled": False},
        "timeoutSec": 40,
        "backends": [
            {
                "group": "https://www.googleapis.com/compute/v1/projects/p/zones/z/networkEndpointGroups/g"
            }
        ],
    }


def test_a_patch_sends_the_change_alone_and_null_unsets(google: FakeGoogle) -> None:
    google.script = compute
    where = target("compute.SslPolicy")
    live = {
        "fingerprint": "f",
        "profile": "CUSTOM",
        "customFeatures": ["A"],
        "minTlsVersion": "TLS_1_0",
    }
    (asked,) = apply(
        google, edit(where, live, {**live, "minTlsVersion": "TLS_1_2"}, "minTlsVersion")
    )
    assert (asked.method, asked.body) == ("PATCH", {"fingerprint": "f", "minTlsVersion": "TLS_1_2"})
    merged = {"fingerprint": "f", "profile": "MODERN"}
    (asked,) = apply(google, edit(where, live, merged, "profile", "customFeatures"))
    assert asked.body == {"fingerprint": "f", "profile": "MODERN", "customFeatures": None}
    assert asked.query["requestId"] == REQUEST
    assert asked.path == "/compute.googleapis.com/compute/v1/projects/p/global/sslPolicies/n"


@pytest.mark.parametrize(
    ("kind", "field", "value", "method", "body"),
    [
        ("GlobalForwardingRule", "target", "projects/p/x", "setTarget", {"target": "projects/p/x"}),
        (
            "GlobalAddress",
            "labels",
            {"a": "b"},
            "setLabels",
            {"labels": {"a": "b"}, "labelFingerprint": "lf"},
        ),
        ("GlobalAddress", "labels", None, "setLabels", {"labelFingerprint": "lf"}),
        ("BackendService", "securityPolicy", "s", "setSecurityPolicy", {"securityPolicy": "s"}),
        ("BackendService", "securityPolicy", None, "setSecurityPolicy", None),
        (
            "BackendService",
            "edgeSecurityPolicy",
            "s",
            "setEdgeSecurityPolicy",
            {"securityPolicy": "s"},
        ),
        (
            "BackendBucket",
            "edgeSecurityPolicy",
            "s",
            "setEdgeSecurityPolicy",
            {"securityPolicy": "s"},
        ),
        ("TargetHttpProxy", "urlMap", "m", "setUrlMap", {"urlMap": "m"}),
        ("TargetHttpsProxy", "urlMap", "m", "setUrlMap", {"urlMap": "m"}),
        ("TargetHttpsProxy", "sslPolicy", "s", "setSslPolicy", {"sslPolicy": "s"}),
        ("TargetHttpsProxy", "sslPolicy", None, "setSslPolicy", None),
        (
            "TargetHttpsProxy",
            "sslCertificates",
            ["c"],
            "setSslCertificates",
            {"sslCertificates": ["c"]},
        ),
        (
            "TargetHttpsProxy",
            "quicOverride",
            "ENABLE",
            "setQuicOverride",
            {"quicOverride": "ENABLE"},
        ),
        (
            "TargetHttpsProxy",
            "quicOverride",
            None,
            "setQuicOverride",
            {"quicOverride": "NONE"},
        ),
        ("TargetHttpsProxy", "certificateMap", "m", "setCertificateMap", {"certificateMap": "m"}),
        (
            "SecurityPolicy",
            "labels",
            {"a": "b"},
            "setLabels",
            {"labels": {"a": "b"}, "labelFingerprint": "lf"},
        ),
    ],
)
def test_fields_with_a_method_of_their_own(
    google: FakeGoogle, *, kind: str, field: str, value: Any, method: str, body: Any
) -> None:
    google.script = compute
    live: Body = {"fingerprint": "f", "labelFingerprint": "lf"}
    merged = live if value is None else {**live, field: value}
    (asked,) = apply(google, edit(target(f"compute.{kind}"), live, merged, field))
    assert asked.method == "POST"
    assert asked.path.endswith(f"/n/{method}")
    assert asked.body == (body or {}) or (body is None and asked.body is None)


def test_the_body_is_changed_before_methods_that_move_its_fingerprint(google: FakeGoogle) -> None:
    google.script = compute
    where = target("compute.BackendService")
    change = edit(
        where,
        {"fingerprint": "f"},
        {"timeoutSec": 9, "securityPolicy": "s"},
        "securityPolicy",
        "timeoutSec",
    )
    first, second = apply(google, change)
    assert first.method == "PUT"
    assert second.path.endswith("setSecurityPolicy")
    assert first.query["requestId"] != second.query["requestId"]


def test_an_insert_leaves_out_what_it_would_ignore(google: FakeGoogle) -> None:
    google.script = compute
    where = target("compute.BackendService")
    adapter = adapters(google.clients())(where.kind)
    adapter.create(where, {"securityPolicy": "s", "protocol": "HTTP"}, REQUEST)
    assert google.asked[0].body == {"name": "n", "protocol": "HTTP"}


def test_a_security_policy_is_cleared_by_its_mask(google: FakeGoogle) -> None:
    """Null means nothing to it."""
    google.script = compute
    options = {"logLevel": "VERBOSE", "jsonParsing": "STANDARD"}
    live = {"fingerprint": "f", "description": "d", "advancedOptionsConfig": options}
    merged = {"fingerprint": "f", "advancedOptionsConfig": {"logLevel": "NORMAL"}}
    changed = "description", "advancedOptionsConfig.logLevel", "advancedOptionsConfig.jsonParsing"
    (asked,) = apply(google, edit(target("compute.SecurityPolicy"), live, merged, *changed))
    assert asked.body == {"fingerprint": "f", "advancedOptionsConfig": {"logLevel": "NORMAL"}}
    assert asked.query["updateMask"] == "advancedOptionsConfig.jsonParsing,description"


def test_a_certificate_map_goes_once_there_are_certificates(google: FakeGoogle) -> None:
    """And comes before they go."""
    google.script = compute
    both = "certificateMap", "sslCertificates"
    by_map, by_list = {"certificateMap": "m"}, {"sslCertificates": ["c"]}
    for live, merged, order in (
        (by_map, by_list, ["setSslCertificates", "setCertificateMap"]),
        (by_list, by_map, ["setCertificateMap", "setSslCertificates"]),
    ):
        asked = apply(google, edit(target("compute.TargetHttpsProxy"), live, merged, *both))
        assert [one.path.rsplit("/", 1)[-1] for one in asked] == order


def rule(priority: int, action: str, **more: Any) -> Body:
    return {"priority": priority, "action": action, **more}


def test_rules_are_set_and_removed_one_by_one(google: FakeGoogle) -> None:
    """Unchanged rules are left alone, a rule that is there is patched, the last one is never removed."""
    google.script = compute
    live = {
        "rules": [rule(1, "allow", description="x"), rule(2, "allow"), rule(2147483647, "allow")]
    }
    merged = {"rules": [rule(1, "deny(403)"), rule(3, "allow")]}
    asked = apply(google, edit(target("compute.SecurityPolicy"), live, merged, "rules"))
    calls = [
        (one.path.rsplit("/", 1)[-1], one.query.get("priority"))
        for one in asked
        if one.method == "POST"
    ]
    assert calls == [("patchRule", "1"), ("addRule", None), ("removeRule", "2")]
    patched = next(one for one in asked if one.path.endswith("patchRule"))
    assert patched.query["updateMask"] == "action,description"
    same = edit(target("compute.SecurityPolicy"), live, live, "rules")
    assert apply(google, same) == []


def test_repeated_rule_calls_find_their_work_done(google: FakeGoogle) -> None:
    google.script = compute
    adapter = adapters(google.clients())(kinds.ALL["compute.SecurityPolicy"])
    where = target("compute.SecurityPolicy")
    change = edit(where, {"rules": [rule(9, "allow")]}, {"rules": [rule(1, "allow")]}, "rules")
    add, remove = adapter.update(change)
    add.call()  # priority 1 is there by now: an earlier answer was lost
    remove.call()  # and 9 is gone
    assert [one.path.rsplit("/", 1)[-1] for one in google.asked] == [
        "getRule",
        "patchRule",
        "getRule",
    ]


def test_a_stale_fingerprint_is_a_conflict(google: FakeGoogle) -> None:
    google.script = lambda _: refusal(412, "conditionNotMet", "Invalid fingerprint.")
    with pytest.raises(ours.Conflict):
        apply(
            google,
            edit(
                target("compute.UrlMap"), {"fingerprint": "f"}, {"description": "d"}, "description"
            ),
        )


def test_an_unknown_field_is_told_before_anything_is_sent(google: FakeGoogle) -> None:
    where = target("compute.UrlMap")
    with pytest.raises(ours.InvalidRequest, match="hostRulez"):
        adapters(google.clients())(where.kind).create(where, {"hostRulez": []}, REQUEST)
    assert not google.asked


def test_secrets_of_a_refused_body_are_not_repeated(google: FakeGoogle) -> None:
    google.script = lambda asked: refusal(
        400, "invalid", f"Invalid value {asked.body['iap']['oauth2ClientSecret']!r}"
    )
    where = target("compute.BackendService")
    body: Body = {"iap": {"enabled": True, "oauth2ClientSecret": Sensitive("hunter2")}}
    with pytest.raises(ours.InvalidRequest) as caught:
        adapters(google.clients())(where.kind).create(where, body, REQUEST)
    assert google.asked[0].body["iap"]["oauth2ClientSecret"] == "hunter2"
    assert "hunter2" not in str(caught.value)
    assert caught.value.__cause__ is None


def test_lists_read_every_page_and_only_their_kind(google: FakeGoogle) -> None:
    def script(asked: Asked) -> Any:
        if "pageToken" in asked.query:
            return {"items": [{"name": "c", "type": "MANAGED"}]}
        return {
            "items": [{"name": "a", "type": "MANAGED"}, {"name": "b", "type": "SELF_MANAGED"}],
            "nextPageToken": "t",
        }

    google.script = script
    where = target("compute.ManagedSslCertificate")
    found = adapters(google.clients())(where.kind).list(where)
    assert [one.path for one in found] == [
        "projects/p/global/sslCertificates/a",
        "projects/p/global/sslCertificates/c",
    ]
