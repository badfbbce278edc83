"""Resource Manager: projects over their lives, policies, folders, tags, liens."""

from typing import Any

import pytest

from gcpstack.emulator import Emulator
from gcpstack.emulator.core.google import Google
from tests.emulator.conftest import Send
from tests.emulator.services.clients import discovery

HOST = "https://cloudresourcemanager.googleapis.com"
V1, V3 = f"{HOST}/v1", f"{HOST}/v3"
DAY = 86400.0


def done(send: Send, operation: dict[str, Any]) -> dict[str, Any]:
    answer: dict[str, Any] = send("GET", f"{V3}/{operation['name']}").json()
    assert answer["done"] is True
    return answer


def make(send: Send, project: str = "fresh-project", **fields: Any) -> dict[str, Any]:
    operation = send("POST", f"{V3}/projects", {"projectId": project, **fields}).json()
    answer: dict[str, Any] = done(send, operation)["response"]
    return answer


def test_projects_through_the_discovery_client(emulator: Emulator) -> None:
    with discovery(emulator, "cloudresourcemanager", "v3") as client:
        body = {"projectId": "fresh-project", "displayName": "Fresh", "labels": {"env": "dev"}}
        operation = client.projects().create(body=body).execute()
        made = client.operations().get(name=operation["name"]).execute()["response"]
        change = {"displayName": "Old", "labels": {}}
        patch = client.projects().patch(name=made["name"], updateMask="displayName", body=change)
        patch.execute()
        found = client.projects().get(name="projects/fresh-project").execute()
    assert made["name"].removeprefix("projects/").isdigit()
    assert (found["displayName"], found["labels"]) == ("Old", {"env": "dev"})


def test_both_versions_tell_the_same_project(send: Send, world: Google) -> None:
    make(send, displayName="Fresh", parent="folders/1")
    old = send("GET", f"{V1}/projects/fresh-project").json()
    assert old["projectNumber"] == world.number_of("fresh-project")
    assert old["lifecycleState"] == "ACTIVE"
    assert old["name"] == "Fresh"
    assert old["parent"] == {"type": "folder", "id": "1"}
    by_number = send("GET", f"{V3}/projects/{old['projectNumber']}").json()
    assert by_number["projectId"] == "fresh-project"
    changed = send(
        "PUT", f"{V1}/projects/fresh-project", {"name": "New", "labels": {"a": "b"}}
    ).json()
    assert (changed["name"], changed["labels"]) == ("New", {"a": "b"})


def test_a_project_that_nobody_made_is_there(send: Send) -> None:
    found = send("GET", f"{V1}/projects/some-project").json()
    assert sorted(found) == ["createTime", "lifecycleState", "projectId", "projectNumber"]


def test_ids_are_never_free_again(send: Send, world: Google) -> None:
    make(send)
    assert send("POST", f"{V3}/projects", {"projectId": "fresh-project"}).status == 409
    gone = done(send, send("DELETE", f"{V3}/projects/fresh-project").json())["response"]
    assert gone["state"] == "DELETE_REQUESTED"
    assert send("GET", f"{V3}/projects/fresh-project").json()["state"] == "DELETE_REQUESTED"
    assert send("DELETE", f"{V3}/projects/fresh-project").status == 400
    secrets = "https://secretmanager.googleapis.com/v1/projects/fresh-project/secrets"
    assert send("GET", secrets).status == 403
    assert send("POST", f"{V1}/projects/fresh-project:undelete", {}).json() == {}
    assert send("GET", secrets).status == 200
    send("DELETE", f"{V1}/projects/fresh-project")
    world.advance(31 * DAY)
    missing = send("GET", f"{V3}/projects/fresh-project")
    assert missing.status == 403
    assert missing.json()["error"]["message"] == "The caller does not have permission"
    assert send("POST", f"{V3}/projects", {"projectId": "fresh-project"}).status == 409


@pytest.mark.parametrize(
    "body",
    [
        {"projectId": "Short"},
        {"projectId": "abc"},
        {"projectId": "ends-in-dash-"},
        {"projectId": "fresh-project", "labels": {"Upper": "x"}},
        {"projectId": "fresh-project", "labels": {"a": "UPPER"}},
        {"projectId": "fresh-project", "colour": "red"},
        {},
    ],
)
def test_wrong_projects(send: Send, body: dict[str, Any]) -> None:
    assert send("POST", f"{V3}/projects", body).status == 400


def test_a_stale_etag(send: Send) -> None:
    etag = make(send)["etag"]
    url = f"{V3}/projects/fresh-project?updateMask=displayName"
    assert send("PATCH", url, {"displayName": "A", "etag": etag}).status == 200
    stale = send("PATCH", url, {"displayName": "B", "etag": etag}).json()["error"]
    assert (stale["code"], stale["status"]) == (409, "ABORTED")
    assert send("PATCH", f"{V3}/projects/fresh-project?updateMask=parent", {}).status == 400


def test_lists(send: Send) -> None:
    make(send, "project-one", parent="folders/7", labels={"env": "dev"})
    make(send, "project-two", parent="folders/8")
    below = send("GET", f"{V3}/projects?parent=folders/7").json()["projects"]
    assert [entry["projectId"] for entry in below] == ["project-one"]
    assert send("GET", f"{V3}/projects").status == 400
    found = send("GET", f"{V1}/projects?filter=labels.env%3Ddev").json()["projects"]
    assert [entry["projectId"] for entry in found] == ["project-one"]
    found = send("GET", f"{V3}/projects:search?query=projectId%3Dproject-two").json()["projects"]
    assert [entry["projectId"] for entry in found] == ["project-two"]


def test_moving_and_ancestry(send: Send) -> None:
    folder = done(send, send("POST", f"{V3}/folders", FOLDER).json())["response"]["name"]
    make(send)
    moved = send("POST", f"{V3}/projects/fresh-project:move", {"destinationParent": folder}).json()
    assert done(send, moved)["response"]["parent"] == folder
    above = send("POST", f"{V1}/projects/fresh-project:getAncestry", {}).json()["ancestor"]
    assert [entry["resourceId"]["type"] for entry in above] == ["project", "folder", "organization"]
    assert (
        send("POST", f"{V3}/projects/fresh-project:move", {"destinationParent": "x"}).status == 400
    )


def test_policies(send: Send) -> None:
    url = f"{V3}/projects/demo-proj"
    assert send("POST", f"{url}:getIamPolicy", {}).json() == {"etag": "ACAB"}
    binding = {"role": "roles/viewer", "members": ["user:a@example.com"]}
    first = send("POST", f"{url}:setIamPolicy", {"policy": {"bindings": [binding]}}).json()
    old = send("POST", f"{V1}/projects/demo-proj:getIamPolicy", {}).json()
    assert old == first
    send("POST", f"{url}:setIamPolicy", {"policy": {"bindings": []}})
    stale = send("POST", f"{url}:setIamPolicy", {"policy": {"etag": first["etag"], "bindings": []}})
    assert stale.status == 409
    assert "concurrent policy changes" in stale.json()["error"]["message"]
    public = {"role": "roles/viewer", "members": ["allUsers"]}
    assert send("POST", f"{url}:setIamPolicy", {"policy": {"bindings": [public]}}).status == 400
    asked = {"permissions": ["resourcemanager.projects.get"]}
    assert send("POST", f"{url}:testIamPermissions", asked).json() == asked


@pytest.mark.parametrize(("version", "status"), [(1, 400), (3, 200)])
def test_conditions_need_version_three(send: Send, version: int, status: int) -> None:
    condition = {"title": "t", "expression": "true"}
    binding = {"role": "roles/viewer", "members": ["user:a@example.com"], "condition": condition}
    policy = {"version": version, "bindings": [binding]}
    url = f"{V1}/projects/demo-proj:setIamPolicy"
    assert send("POST", url, {"policy": policy}).status == status


def test_audit_configs_are_kept_unless_named(send: Send) -> None:
    url = f"{V1}/projects/demo-proj:setIamPolicy"
    audit = [{"service": "allServices", "auditLogConfigs": [{"logType": "DATA_READ"}]}]
    send("POST", url, {"policy": {"auditConfigs": audit}})
    kept = send("POST", url, {"policy": {"bindings": []}, "updateMask": "bindings,etag"}).json()
    assert kept["auditConfigs"] == audit
    assert "auditConfigs" not in send("POST", url, {"policy": {"bindings": []}}).json()


FOLDER = {"displayName": "Team", "parent": "organizations/5"}


def test_folders(send: Send, world: Google) -> None:
    operation = send("POST", f"{V3}/folders", FOLDER).json()
    made = done(send, operation)
    assert made["metadata"]["displayName"] == "Team"
    name = made["response"]["name"]
    assert made["response"]["state"] == "ACTIVE"
    assert send("POST", f"{V3}/folders", FOLDER).status == 409
    make(send, parent=name)
    assert send("DELETE", f"{V3}/{name}").status == 400
    send("DELETE", f"{V3}/projects/fresh-project")
    send("DELETE", f"{V3}/{name}")
    assert send("GET", f"{V3}/{name}").json()["state"] == "DELETE_REQUESTED"
    assert send("GET", f"{V3}/folders?parent=organizations/5").json() == {}
    send("POST", f"{V3}/{name}:undelete", {})
    renamed = send("PATCH", f"{V3}/{name}?updateMask=displayName", {"displayName": "Crew"}).json()
    assert done(send, renamed)["response"]["displayName"] == "Crew"
    found = send("GET", f"{V3}/folders:search?query=displayName%3DCrew").json()["folders"]
    assert [entry["name"] for entry in found] == [name]
    send("DELETE", f"{V3}/{name}")
    world.advance(31 * DAY)
    assert send("GET", f"{V3}/{name}").status == 404


@pytest.mark.parametrize(
    "body",
    [
        {"displayName": "Team"},
        {"displayName": "Team", "parent": "folders/404"},
        {"displayName": "x" * 31, "parent": "organizations/5"},
    ],
)
def test_wrong_folders(send: Send, body: dict[str, Any]) -> None:
    assert send("POST", f"{V3}/folders", body).status == 400


def test_organizations_have_policies(send: Send) -> None:
    assert send("GET", f"{V3}/organizations/5").json()["state"] == "ACTIVE"
    binding = {"role": "roles/viewer", "members": ["user:a@example.com"]}
    send("POST", f"{V3}/organizations/5:setIamPolicy", {"policy": {"bindings": [binding]}})
    policy = send("POST", f"{V3}/organizations/5:getIamPolicy", {}).json()
    assert policy["bindings"] == [binding]


BUCKET = "//storage.googleapis.com/projects/_/buckets/b1"
ENCODED = BUCKET.replace("/", "%2F")


def test_tags(send: Send, world: Google) -> None:
    body = {"parent": "projects/demo-proj", "shortName": "env"}
    key = done(send, send("POST", f"{V3}/tagKeys", body).json())["response"]
    assert key["parent"] == f"projects/{world.number_of('demo-proj')}"
    assert key["namespacedName"] == "demo-proj/env"
    assert send("POST", f"{V3}/tagKeys", body).status == 409
    value = done(
        send, send("POST", f"{V3}/tagValues", {"parent": key["name"], "shortName": "dev"}).json()
    )["response"]
    named = send("GET", f"{V3}/tagValues/namespaced?name=demo-proj/env/dev").json()
    assert named["name"] == value["name"]
    listed = send("GET", f"{V3}/tagKeys?parent=projects/demo-proj").json()["tagKeys"]
    assert [entry["name"] for entry in listed] == [key["name"]]
    bound = send("POST", f"{V3}/tagBindings", {"parent": BUCKET, "tagValue": value["name"]}).json()
    assert bound["response"]["tagValueNamespacedName"] == "demo-proj/env/dev"
    tags = send("GET", f"{V3}/effectiveTags?parent={ENCODED}").json()["effectiveTags"]
    assert tags[0]["namespacedTagKey"] == "demo-proj/env"
    assert send("DELETE", f"{V3}/{value['name']}").status == 400
    assert send("DELETE", f"{V3}/{key['name']}").status == 400
    name = f"tagBindings/{ENCODED.replace('%', '%25')}/{value['name']}"
    assert send("DELETE", f"{V3}/{name}").status == 200
    assert send("DELETE", f"{V3}/{name}").status == 404
    assert (
        done(send, send("DELETE", f"{V3}/{value['name']}").json())["response"]["name"]
        == value["name"]
    )
    assert send("DELETE", f"{V3}/{key['name']}").status == 200


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("tagKeys", {"parent": "folders/1", "shortName": "env"}, 400),
        ("tagKeys", {"parent": "projects/demo-proj", "shortName": "a b"}, 400),
        ("tagKeys", {"shortName": "env"}, 400),
        ("tagValues", {"parent": "tagKeys/404", "shortName": "dev"}, 404),
        ("tagBindings", {"parent": "b1", "tagValue": "tagValues/1"}, 400),
        ("tagBindings", {"parent": BUCKET, "tagValue": "tagValues/404"}, 404),
    ],
)
def test_wrong_tags(send: Send, path: str, body: dict[str, Any], status: int) -> None:
    assert send("POST", f"{V3}/{path}", body).status == status


def test_a_lien_keeps_a_project(send: Send) -> None:
    make(send)
    lien = {
        "parent": "projects/fresh-project",
        "restrictions": ["resourcemanager.projects.delete"],
        "origin": "careful",
    }
    name = send("POST", f"{V3}/liens", lien).json()["name"]
    refused = send("DELETE", f"{V3}/projects/fresh-project")
    assert refused.status == 400
    assert 'placed on the project by "careful"' in refused.json()["error"]["message"]
    assert len(send("GET", f"{V3}/liens?parent=projects/fresh-project").json()["liens"]) == 1
    send("DELETE", f"{V3}/{name}")
    assert send("DELETE", f"{V3}/projects/fresh-project").status == 200
    assert send("POST", f"{V3}/liens", {**lien, "restrictions": ["x"]}).status == 400


def test_organizations_in_the_form_of_each_version(send: Send) -> None:
    new, old = (send("GET", f"{version}/organizations/77").json() for version in (V3, V1))
    assert (new["directoryCustomerId"], new["state"]) == ("C77", "ACTIVE")
    assert old == {
        "name": "organizations/77",
        "displayName": new["displayName"],
        "owner": {"directoryCustomerId": "C77"},
        "creationTime": new["createTime"],
        "lifecycleState": "ACTIVE",
    }


def test_organizations_are_found_by_what_they_hold(send: Send) -> None:
    for number, project in (("77", "first-project"), ("88", "other-project")):
        make(send, project, parent=f"organizations/{number}")
    found = send("GET", f"{V3}/organizations:search").json()["organizations"]
    assert [one["name"] for one in found] == ["organizations/77", "organizations/88"]
    asked = {"filter": f"domain:{found[1]['displayName'].upper()}"}
    old = send("POST", f"{V1}/organizations:search", asked).json()["organizations"]
    assert [one["name"] for one in old] == ["organizations/88"]
    by_customer = send("GET", f"{V3}/organizations:search?query=directoryCustomerId:C77").json()
    assert [one["name"] for one in by_customer["organizations"]] == ["organizations/77"]
    first = send("POST", f"{V1}/organizations:search", {"pageSize": 1}).json()
    assert (len(first["organizations"]), bool(first["nextPageToken"])) == (1, True)
    assert send("GET", f"{V3}/organizations:search?query=what").status == 400
