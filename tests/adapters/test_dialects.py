"""What each dialect sends: the method, the mask, the guard, and never more than that."""

import dataclasses
from typing import Any

import pytest

from gcpstack import exceptions as ours
from gcpstack._adapters.registry import adapters
from gcpstack._core.json import Body
from gcpstack._core.marks import mark
from gcpstack._core.ports import Done, Failed, Observed, Target
from tests.adapters.google import Answer, Asked, FakeGoogle
from tests.adapters.sending import REQUEST, apply, edit, target

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
    nonce = asked.body["template"].pop("annotations")
    assert asked.query["updateMask"] == "template"
    assert asked.body == {
        "etag": "e",
        "template": {"timeout": "60s"},  # the next revision gets a name of its own
    }
    (again,) = apply(google, dataclasses.replace(edit(where, live, live), again=True))
    assert again.query["updateMask"] == "template"
    assert again.body["template"]["annotations"] != nonce  # so that a revision is made
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


# --- from the first call to the end --------------------------------------------------------------


def test_a_service_is_made_through_its_operation(google: FakeGoogle) -> None:
    """The name that the first call gave is what Google is asked to hold until it is done."""
    path = "projects/p/locations/l/operations/o"
    where = target("run.Service", location="l", name="n")

    def script(asked: Asked) -> Body:
        if asked.path.endswith("/services"):
            return {"name": path, "done": False}
        told = {"code": 9, "message": "The container failed to start and listen on PORT=8080."}
        return {"name": path, "done": True, "error": told}

    google.script = script
    adapter = adapters(google.clients())(where.kind)
    operation = adapter.create(where, {"template": {"containers": [{"image": "i"}]}}, REQUEST)
    first = google.asked[0]
    assert (first.method, first.query["serviceId"]) == ("POST", "n")
    assert first.path == "/run.googleapis.com/v2/projects/p/locations/l/services"
    assert first.body == {"template": {"containers": [{"image": "i"}]}}
    assert operation.name == f"run:{path}"
    assert operation.blocks
    for state in (operation.poll(wait=True), adapter.resume(where, operation.name).poll(wait=True)):
        assert isinstance(state, Failed)
        assert isinstance(state.error, ours.OperationFailed)
        assert "PORT=8080" in str(state.error)
    assert google.asked[1].path == f"/run.googleapis.com/v2/{path}:wait"


def test_a_service_account_is_made_found_and_listed_by_the_name_before_its_address(
    google: FakeGoogle,
) -> None:
    email = "n@p.iam.gserviceaccount.com"
    account = {"name": f"projects/p/serviceAccounts/{email}", "email": email}

    def script(asked: Asked) -> Body:
        listing = asked.method == "GET" and asked.path.endswith("/serviceAccounts")
        return {"accounts": [account]} if listing else account

    google.script = script
    where = target("iam.ServiceAccount")
    adapter = adapters(google.clients())(where.kind)
    assert isinstance(adapter.create(where, {"displayName": "x"}, REQUEST).poll(), Done)
    assert google.asked[0].body == {"accountId": "n", "serviceAccount": {"displayName": "x"}}
    found = adapter.get(where)
    assert found is not None
    assert found.path == "projects/p/serviceAccounts/n"
    assert [one.path for one in adapter.list(where)] == [found.path]
    adapter.delete(where, account, REQUEST)
    assert google.paths()[-1] == f"DELETE /iam.googleapis.com/v1/projects/p/serviceAccounts/{email}"
