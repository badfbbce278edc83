"""What each dialect sends: the method, the mask, the guard, and never more than that."""

from typing import Any

import pytest

from gcpstack import exceptions as ours
from gcpstack._adapters.registry import adapters
from gcpstack._core.json import Body, Path
from gcpstack._core.marks import mark
from gcpstack._core.ports import Done, Edit, Observed, Target
from gcpstack._core.refs import Sensitive
from gcpstack.resources import kinds
from tests.adapters.google import Answer, Asked, FakeGoogle, refusal

REQUEST = "00000000-0000-0000-0000-000000000001"
OPERATION = {"name": "op", "status": "DONE"}


def target(kind: str, **ids: str) -> Target:
    return Target(kinds.ALL[kind], {"project": "p", **(ids or {"name": "n"})})


def edit(
    where: Target, live: Body, merged: Body, *changed: str, desired: Body | None = None
) -> Edit:
    paths: tuple[Path, ...] = tuple(tuple(text.split(".")) for text in changed)
    return Edit(where, live, desired or {}, merged, paths, (), REQUEST)


def apply(google: FakeGoogle, change: Edit) -> list[Asked]:
    google.asked.clear()
    for step in adapters(google.clients())(change.target.kind).update(change):
        assert step.title
        step.call()
    return list(google.asked)


def compute(asked: Asked) -> Any:
    if "Rule" in asked.path and asked.method == "GET":
        return {} if asked.query["priority"] in {"1", "2"} else refusal(400, "invalid")
    return OPERATION if asked.method != "GET" else {"name": "n"}


# --- Compute -------------------------------------------------------------------------------------


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


# --- typed clients -------------------------------------------------------------------------------


def test_an_update_names_what_changes_and_sends_the_etag(google: FakeGoogle) -> None:
    google.script = lambda _: {"name": "projects/p/locations/l/operations/o", "done": True}
    where = target("run.Service", location="l", name="n")
    live = {
        "etag": "e",
        "ingress": "INGRESS_TRAFFIC_ALL",
        "template": {"revision": "n-1", "timeout": "300s"},
    }
    merged = {**live, "template": {"revision": "n-1", "timeout": "60s"}}
    (asked,) = apply(google, edit(where, live, merged, "template.timeout"))
    assert asked.query["updateMask"] == "template"
    assert asked.body == {
        "etag": "e",
        "template": {"timeout": "60s"},  # the next revision gets a name of its own
    }
    declared = edit(
        where,
        live,
        {**live, "template": {"revision": "n-2"}},
        "template.revision",
        desired={"template": {"revision": "n-2"}},
    )
    (asked,) = apply(google, declared)
    assert asked.body["template"] == {"revision": "n-2"}


def test_a_field_to_unset_is_named_and_left_out(google: FakeGoogle) -> None:
    where = target("secretmanager.Secret")
    (asked,) = apply(google, edit(where, {"labels": {"a": "b"}}, {}, "labels"))
    assert asked.query["updateMask"] == "labels"
    assert asked.path == "/secretmanager.googleapis.com/v1/projects/p/secrets/n"
    assert asked.body == {}


def test_a_service_is_done_being_made_once_it_is_reconciled(google: FakeGoogle) -> None:
    where = target("run.Service", location="l", name="n")
    adapter = adapters(google.clients())(where.kind)
    for reconciling in (True, False):
        google.script = lambda _, on=reconciling: {"name": where.path, "reconciling": on}
        found = adapter.get(where)
        assert found is not None
        assert found.settled is not reconciling


def test_names_with_the_project_number_are_said_with_its_id(google: FakeGoogle) -> None:
    google.script = lambda _: {
        "secrets": [{"name": "projects/123/secrets/a"}, {"name": "projects/123/secrets/b"}]
    }
    where = target("secretmanager.Secret")
    found = adapters(google.clients())(where.kind).list(where)
    assert [one.path for one in found] == ["projects/p/secrets/a", "projects/p/secrets/b"]


# --- discovery -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "live", "merged", "changed", "expected"),
    [
        (
            "logging.ProjectSink",
            {},
            {"filter": "f", "destination": "d"},
            ["filter", "description"],
            (
                "PATCH",
                "/logging.googleapis.com/v2/projects/p/sinks/n",
                {"uniqueWriterIdentity": "true", "updateMask": "description,filter"},
                {"filter": "f"},
            ),
        ),
        (
            "storage.Bucket",
            {"metageneration": "7"},
            {"labels": {"a": "b"}},
            ["labels.a", "labels.c"],
            (
                "PATCH",
                "/storage.googleapis.com/storage/v1/b/n",
                {"ifMetagenerationMatch": "7"},
                {"labels": {"a": "b", "c": None}},
            ),
        ),
        (
            "iam.ServiceAccount",
            {},
            {"displayName": "x"},
            ["displayName", "description"],
            (
                "PATCH",
                "/iam.googleapis.com/v1/projects/p/serviceAccounts/n@p.iam.gserviceaccount.com",
                {},
                {"serviceAccount": {"displayName": "x"}, "updateMask": "description,displayName"},
            ),
        ),
        (
            "iam.ServiceAccount",
            {},
            {"disabled": True},
            ["disabled"],
            (
                "POST",
                "/iam.googleapis.com/v1/projects/p/serviceAccounts/n@p.iam.gserviceaccount.com:disable",
                {},
                {},
            ),
        ),
        (
            "bigquery.Dataset",
            {"etag": "e"},
            {},
            ["friendlyName"],
            (
                "PATCH",
                "/bigquery.googleapis.com/bigquery/v2/projects/p/datasets/n",
                {},
                {"friendlyName": None},
            ),
        ),
    ],
)
def test_each_api_gets_its_change_as_it_takes_it(
    google: FakeGoogle,
    *,
    kind: str,
    live: Body,
    merged: Body,
    changed: list[str],
    expected: tuple[str, str, dict[str, str], Any],
) -> None:
    (asked,) = apply(google, edit(target(kind), live, merged, *changed))
    method, path, query, body = expected
    assert (asked.method, asked.path, asked.body) == (method, path, body)
    assert {
        key: value for key, value in asked.query.items() if key not in {"alt", "prettyPrint"}
    } == query
    assert asked.headers.get("if-match") == ("e" if kind == "bigquery.Dataset" else None)


def test_an_api_that_is_not_enabled_is_absent_and_is_never_disabled(google: FakeGoogle) -> None:
    google.script = lambda asked: {
        "name": "projects/1/services/x.googleapis.com",
        "state": "DISABLED",
    }
    where = target("serviceusage.Service", name="x.googleapis.com")
    adapter = adapters(google.clients())(where.kind)
    assert adapter.get(where) is None
    google.asked.clear()
    assert isinstance(adapter.delete(where, {}, REQUEST).poll(), Done)
    assert not google.asked
    google.script = lambda asked: {"name": "operations/o", "done": False}
    assert adapter.create(where, {}, REQUEST).name == "serviceusage:operations/o"
    assert google.paths() == [
        "POST /serviceusage.googleapis.com/v1/projects/p/services/x.googleapis.com:enable"
    ]


def test_a_list_that_repeats_itself_ends(google: FakeGoogle) -> None:
    google.script = lambda _: {"sinks": [], "nextPageToken": "again"}
    where = target("logging.ProjectSink")
    with pytest.raises(ours.CloudError, match="again and again"):
        adapters(google.clients())(where.kind).list(where)
    assert len(google.asked) < 5


# --- objects whose id Google chooses -------------------------------------------------------------


def alert(number: str, stack: str, name: str) -> Body:
    return {"name": f"projects/7/alertPolicies/{number}", "userLabels": dict(mark(stack, name))}


class FakePages:
    """What the list of alert policies holds; the test asks the adapter without a server."""

    def __init__(self, items: list[Body]) -> None:
        self.items = items

    def pages(self, *_: object) -> list[Body]:
        return self.items


def marked(google: FakeGoogle, items: list[Body]) -> tuple[Any, Target]:
    where = target("monitoring.AlertPolicy", name="Latency (p95)")
    adapter: Any = adapters(google.clients(), stack="mine")(where.kind)
    adapter._api = FakePages(items)
    return adapter, where


def test_ours_is_found_by_its_mark_and_not_another_stacks(google: FakeGoogle) -> None:
    others = [
        alert("1", "theirs", "Latency (p95)"),
        alert("2", "mine", "Other"),
        {"name": "projects/7/alertPolicies/3"},
    ]
    adapter, where = marked(google, others)
    assert adapter.get(where) is None
    adapter, where = marked(google, [*others, alert("4", "mine", "Latency (p95)")])
    found = adapter.get(where)
    assert isinstance(found, Observed)
    assert found.path == "projects/p/alertPolicies/4"
    assert [one.alias for one in adapter.list(where) if one.path.endswith("/1")] == [""]


def test_a_repeated_creation_finds_the_marked_object(google: FakeGoogle) -> None:
    """Google would make a second policy: names need not be unique."""
    adapter, where = marked(google, [alert("4", "mine", "Latency (p95)")])
    with pytest.raises(ours.AlreadyExists):
        adapter.create(where, {"userLabels": dict(mark("mine", "Latency (p95)"))}, REQUEST)


def test_an_unreadable_answer_is_told_as_such(google: FakeGoogle) -> None:
    google.script = lambda _: Answer("<html><title>Sign in</title></html>", kind="text/html")
    where = target("run.Service", location="l", name="n")
    with pytest.raises(ours.CloudError) as caught:
        adapters(google.clients())(where.kind).get(where)
    assert type(caught.value) is not ours.NotFound
