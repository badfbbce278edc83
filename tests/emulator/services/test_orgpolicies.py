"""Organization policies of projects, folders and organizations: what is set, told and inherited."""

from typing import Any

import pytest

from tests.emulator.conftest import Send

V1 = "https://cloudresourcemanager.googleapis.com/v1"
V3 = "https://cloudresourcemanager.googleapis.com/v3"
PROJECT, ORGANIZATION = "projects/fresh-project", "organizations/123450001"
INGRESS = "constraints/run.allowedIngress"
PUBLIC_IP = "constraints/sql.restrictPublicIp"


def call(send: Send, resource: str, verb: str, body: dict[str, Any]) -> dict[str, Any]:
    answer = send("POST", f"{V1}/{resource}:{verb}", body)
    assert answer.status == 200, answer.json()
    told: dict[str, Any] = answer.json()
    return told


def put(send: Send, resource: str, **policy: Any) -> dict[str, Any]:
    return call(send, resource, "setOrgPolicy", {"policy": policy})


def effective(send: Send, resource: str, constraint: str = INGRESS) -> dict[str, Any]:
    return call(send, resource, "getEffectiveOrgPolicy", {"constraint": constraint})


def listed(*allowed: str, inherit: bool = False) -> dict[str, Any]:
    return {"allowedValues": list(allowed), **({"inheritFromParent": True} if inherit else {})}


@pytest.fixture
def folder(send: Send) -> str:
    """A folder of the organization with the project in it."""
    sent = {"displayName": "team", "parent": ORGANIZATION}
    operation = send("POST", f"{V3}/folders", sent).json()
    name: str = send("GET", f"{V3}/{operation['name']}").json()["response"]["name"]
    sent = {"projectId": "fresh-project", "parent": name}
    assert send("POST", f"{V3}/projects", sent).status == 200
    return name


@pytest.mark.parametrize("resource", ["projects/some-project", ORGANIZATION])
def test_a_policy_is_set_read_listed_and_cleared(send: Send, resource: str) -> None:
    asked = {"constraint": INGRESS}
    unset = call(send, resource, "getOrgPolicy", asked)
    assert unset.keys() == {"constraint", "etag"}
    made = put(
        send, resource, constraint=INGRESS, listPolicy=listed("internal"), etag=unset["etag"]
    )
    assert made["listPolicy"] == {"allowedValues": ["internal"]}
    assert call(send, resource, "getOrgPolicy", asked) == made
    assert call(send, resource, "listOrgPolicies", {}) == {"policies": [made]}
    assert call(send, resource, "clearOrgPolicy", asked) == {}
    assert call(send, resource, "getOrgPolicy", asked) == unset
    assert call(send, resource, "listOrgPolicies", {}) == {}


def test_what_nobody_set_allows(send: Send) -> None:
    assert effective(send, PROJECT) == {"constraint": INGRESS, "listPolicy": {"allValues": "ALLOW"}}
    assert effective(send, PROJECT, PUBLIC_IP) == {"constraint": PUBLIC_IP, "booleanPolicy": {}}


def test_the_nearest_policy_holds(send: Send, folder: str) -> None:
    put(send, ORGANIZATION, constraint=PUBLIC_IP, booleanPolicy={"enforced": True})
    assert effective(send, PROJECT, PUBLIC_IP)["booleanPolicy"] == {"enforced": True}
    put(send, folder, constraint=PUBLIC_IP, booleanPolicy={"enforced": False})
    assert effective(send, PROJECT, PUBLIC_IP)["booleanPolicy"] == {}
    put(send, PROJECT, constraint=PUBLIC_IP, restoreDefault={})
    assert effective(send, PROJECT, PUBLIC_IP)["booleanPolicy"] == {}
    assert effective(send, ORGANIZATION, PUBLIC_IP)["booleanPolicy"] == {"enforced": True}


def test_lists_add_up_where_they_inherit(send: Send, folder: str) -> None:
    put(send, ORGANIZATION, constraint=INGRESS, listPolicy=listed("internal"))
    put(send, folder, constraint=INGRESS, listPolicy=listed("all", inherit=True))
    assert effective(send, PROJECT)["listPolicy"] == {"allowedValues": ["all", "internal"]}
    put(send, folder, constraint=INGRESS, listPolicy=listed("all"))
    assert effective(send, PROJECT)["listPolicy"] == {"allowedValues": ["all"]}
    put(send, ORGANIZATION, constraint=INGRESS, listPolicy={"allValues": "DENY"})
    put(send, folder, constraint=INGRESS, listPolicy=listed("all", inherit=True))
    assert effective(send, PROJECT)["listPolicy"] == {"allValues": "DENY"}


def test_the_constraints_are_told(send: Send) -> None:
    told = call(send, PROJECT, "listAvailableOrgPolicyConstraints", {})["constraints"]
    kinds = {one["name"]: sorted(one) for one in told}
    common = ["constraintDefault", "displayName", "name"]
    assert kinds[INGRESS] == sorted([*common, "listConstraint"])
    assert kinds[PUBLIC_IP] == sorted([*common, "booleanConstraint"])


MISTAKES = [
    ("getOrgPolicy", {"constraint": "run.allowedIngress"}, 400),
    ("getOrgPolicy", {"constraint": "constraints/run.nothing"}, 400),
    ("setOrgPolicy", {"policy": {"constraint": INGRESS}}, 400),
    ("setOrgPolicy", {"policy": {"constraint": INGRESS, "booleanPolicy": {}}}, 400),
    ("setOrgPolicy", {"policy": {"constraint": PUBLIC_IP, "listPolicy": {}}}, 400),
    (
        "setOrgPolicy",
        {"policy": {"constraint": INGRESS, "listPolicy": {"allValues": "DENY", "deniedValues": ["a"]}}},
        400,
    ),
    ("setOrgPolicy", {"policy": {"constraint": INGRESS, "listPolicy": {}, "etag": "BwOther"}}, 409),
    ("clearOrgPolicy", {"constraint": INGRESS, "etag": "BwOther"}, 409),
]  # fmt: skip


@pytest.mark.parametrize(("verb", "body", "status"), MISTAKES)
def test_what_is_wrong_is_refused(send: Send, verb: str, body: dict[str, Any], status: int) -> None:
    assert send("POST", f"{V1}/{PROJECT}:{verb}", body).status == status
    assert call(send, PROJECT, "listOrgPolicies", {}) == {}


def test_a_folder_that_is_not_there_has_none(send: Send) -> None:
    assert send("POST", f"{V1}/folders/77:listOrgPolicies", {}).status == 404
