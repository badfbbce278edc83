"""Access Context Manager: policies, levels, perimeters in force and in dry run."""

from typing import Any

import pytest

from gcpstack.emulator import Emulator
from gcpstack.emulator.core.google import Google
from gcpstack.emulator.core.latency import Latency
from tests.emulator.conftest import Send
from tests.emulator.services.clients import discovery
from tests.emulator.services.mistakes import Mistake, refuse

HOST = "https://accesscontextmanager.googleapis.com/v1"
TYPES = "type.googleapis.com/google.identity.accesscontextmanager.v1"
PARENT = "organizations/123"
BASIC = {"conditions": [{"ipSubnetworks": ["192.0.2.0/24"]}]}
STATUS = {"resources": ["projects/111"], "restrictedServices": ["storage.googleapis.com"]}


def done(send: Send, method: str, url: str, body: Any = None) -> dict[str, Any]:
    """The operation of a call, ended."""
    answer = send(method, url, body)
    assert answer.status == 200, answer.json()
    assert answer.json()["name"].startswith("operations/")
    ended: dict[str, Any] = send("GET", f"{HOST}/{answer.json()['name']}").json()
    assert ended["done"] is True
    return ended


@pytest.fixture
def policy(send: Send) -> str:
    body = {"parent": PARENT, "title": "all"}
    name: str = done(send, "POST", f"{HOST}/accessPolicies", body)["response"]["name"]
    return name


def level(send: Send, policy: str, short: str = "office", **changes: Any) -> dict[str, Any]:
    name = f"{policy}/accessLevels/{short}"
    body = {"name": name, "title": short, "basic": BASIC, **changes}
    return done(send, "POST", f"{HOST}/{policy}/accessLevels", body)["response"]


def perimeter(send: Send, policy: str, short: str = "inside", **changes: Any) -> dict[str, Any]:
    name = f"{policy}/servicePerimeters/{short}"
    body = {"name": name, "title": short, "status": STATUS, **changes}
    return done(send, "POST", f"{HOST}/{policy}/servicePerimeters", body)["response"]


# -- policies


def test_a_policy_of_an_organization(send: Send, policy: str) -> None:
    found = send("GET", f"{HOST}/{policy}").json()
    etag = found.pop("etag")
    assert found == {"name": policy, "parent": PARENT, "title": "all"}
    listed = send("GET", f"{HOST}/accessPolicies?parent={PARENT}").json()
    assert listed == {"accessPolicies": [{**found, "etag": etag}]}
    assert send("GET", f"{HOST}/accessPolicies?parent=organizations/9").json() == {}
    again = send("POST", f"{HOST}/accessPolicies", {"parent": PARENT, "title": "more"})
    assert again.json()["error"]["message"] == f"Policy already exists with parent {PARENT}"
    scoped = {"parent": PARENT, "title": "some", "scopes": ["folders/5"]}
    assert done(send, "POST", f"{HOST}/accessPolicies", scoped)["response"]["scopes"] == [
        "folders/5"
    ]
    assert send("POST", f"{HOST}/accessPolicies", scoped).status == 409
    changed = done(send, "PATCH", f"{HOST}/{policy}?updateMask=title", {"title": "new"})
    assert changed["metadata"] == {"@type": f"{TYPES}.AccessContextManagerOperationMetadata"}
    assert changed["response"]["title"] == "new"
    assert changed["response"]["etag"] != etag


def test_recorded_names_stand_for_policies(send: Send) -> None:
    body = {"parent": "organizations/${organizationID}", "title": "all"}
    for _ in range(2):
        assert send("POST", f"{HOST}/accessPolicies", body).status == 200
    assert level(send, "accessPolicies/${policyID}")["title"] == "office"
    found = send("GET", f"{HOST}/accessPolicies/${{policyID}}/accessLevels").json()
    assert len(found["accessLevels"]) == 1


def test_with_a_policy_goes_what_it_holds(send: Send, policy: str) -> None:
    level(send, policy)
    done(send, "DELETE", f"{HOST}/{policy}")
    assert send("GET", f"{HOST}/{policy}/accessLevels/office").status == 404


def test_the_etag_of_a_policy_tells_every_change_in_it(send: Send, policy: str) -> None:
    before = send("GET", f"{HOST}/{policy}").json()["etag"]
    level(send, policy)
    after = send("GET", f"{HOST}/{policy}").json()["etag"]
    assert before != after
    url = f"{HOST}/{policy}/servicePerimeters:commit"
    stale = send("POST", url, {"etag": before})
    assert (stale.status, stale.json()["error"]["status"]) == (409, "ABORTED")
    assert send("POST", url, {"etag": after}).status == 200


def test_who_may_use_a_policy(send: Send, policy: str) -> None:
    binding = {
        "role": "roles/accesscontextmanager.policyReader",
        "members": ["user:ada@example.com"],
    }
    send("POST", f"{HOST}/{policy}:setIamPolicy", {"policy": {"bindings": [binding]}})
    assert send("POST", f"{HOST}/{policy}:getIamPolicy", {}).json()["bindings"] == [binding]


# -- levels


def test_a_level(send: Send, policy: str) -> None:
    made = level(send, policy, basic={**BASIC, "combiningFunction": "AND"})
    assert made == {
        "@type": f"{TYPES}.AccessLevel",
        "name": f"{policy}/accessLevels/office",
        "title": "office",
        "basic": BASIC,
    }
    condition = {"requiredAccessLevels": [made["name"]], "negate": True, "regions": ["CH"]}
    basic = {"combiningFunction": "OR", "conditions": [condition]}
    assert level(send, policy, "abroad", basic=basic)["basic"] == basic
    used = send("DELETE", f"{HOST}/{made['name']}")
    assert used.json()["error"]["status"] == "FAILED_PRECONDITION"
    url = f"{HOST}/{policy}/accessLevels/abroad"
    custom = {"expr": {"expression": "device.encryption_status == 1"}}
    changed = done(send, "PATCH", f"{url}?updateMask=basic,custom", {"custom": custom})["response"]
    assert ("basic" in changed, changed["custom"]) == (False, custom)
    assert done(send, "DELETE", f"{HOST}/{made['name']}")["response"]
    assert len(send("GET", f"{HOST}/{policy}/accessLevels").json()["accessLevels"]) == 1


def test_all_levels_at_once(send: Send, policy: str) -> None:
    old = level(send, policy)["name"]
    name = f"{policy}/accessLevels/home"
    body = {"accessLevels": [{"name": name, "title": "home", "basic": BASIC}]}
    url = f"{HOST}/{policy}/accessLevels:replaceAll"
    ended = done(send, "POST", url, body)
    assert ended["response"] == {"@type": f"{TYPES}.ReplaceAccessLevelsResponse", **body}
    assert send("GET", f"{HOST}/{old}").status == 404
    perimeter(send, policy, status={**STATUS, "accessLevels": [name]})
    assert send("POST", url, {"accessLevels": []}).status == 400
    assert send("GET", f"{HOST}/{name}").status == 200


# -- perimeters


def test_a_perimeter(send: Send, policy: str) -> None:
    office = level(send, policy)["name"]
    config = {
        **STATUS,
        "accessLevels": [office],
        "vpcAccessibleServices": {
            "enableRestriction": True,
            "allowedServices": ["RESTRICTED-SERVICES"],
        },
        "ingressPolicies": [
            {
                "title": "in",
                "ingressFrom": {
                    "identityType": "ANY_IDENTITY",
                    "sources": [{"accessLevel": office}, {"resource": "projects/222"}],
                },
                "ingressTo": {
                    "resources": ["*"],
                    "operations": [
                        {
                            "serviceName": "storage.googleapis.com",
                            "methodSelectors": [{"method": "*"}],
                        }
                    ],
                },
            }
        ],
        "egressPolicies": [
            {
                "egressFrom": {"identities": ["user:ada@example.com"]},
                "egressTo": {"resources": ["*"]},
            }
        ],
    }
    made = perimeter(send, policy, status=config, perimeterType="PERIMETER_TYPE_REGULAR")
    assert made["status"] == config
    assert "perimeterType" not in made
    assert send("DELETE", f"{HOST}/{office}").status == 400
    url = f"{HOST}/{made['name']}"
    done(
        send,
        "PATCH",
        f"{url}?updateMask=status.accessLevels,status.ingressPolicies",
        {"status": {}},
    )
    assert "accessLevels" not in send("GET", url).json()["status"]
    assert done(send, "DELETE", f"{HOST}/{office}")["done"] is True


def test_a_dry_run_comes_into_force(send: Send, policy: str) -> None:
    spec = {**STATUS, "restrictedServices": ["bigquery.googleapis.com"]}
    made = perimeter(send, policy, spec=spec, useExplicitDryRunSpec=True)
    other = perimeter(send, policy, "other", status={})
    ended = done(send, "POST", f"{HOST}/{policy}/servicePerimeters:commit", {})
    [told] = ended["response"]["servicePerimeters"]
    assert told["status"] == spec
    assert told["etag"] != made["etag"]
    assert not {"spec", "useExplicitDryRunSpec"} & set(told)
    assert send("GET", f"{HOST}/{other['name']}").json()["etag"] == other["etag"]


def test_which_perimeter_a_project_is_in(send: Send, policy: str, world: Google) -> None:
    number = world.number_of("demo-proj")
    mine, other = f"projects/{number}", "projects/222"
    made = perimeter(
        send, policy, status={"resources": [mine]}, useExplicitDryRunSpec=True,
        spec={"resources": [other]},
    )  # fmt: skip
    url = f"{HOST}/{{}}:lookupConfiguredServicePerimeter"
    assert send("GET", url.format("projects/demo-proj")).json() == {
        "restrictedResource": mine,
        "servicePerimeter": made["name"],
    }
    assert send("GET", url.format(other)).json() == {
        "restrictedResourceDryRun": other,
        "servicePerimeterDryRun": made["name"],
    }
    assert send("GET", url.format("folders/5")).json() == {}


def test_bridges_join_what_is_inside(send: Send, policy: str) -> None:
    perimeter(send, policy)
    made = perimeter(
        send, policy, "bridge", perimeterType="PERIMETER_TYPE_BRIDGE",
        status={"resources": ["projects/111"]},
    )  # fmt: skip
    assert made["perimeterType"] == "PERIMETER_TYPE_BRIDGE"
    url = f"{HOST}/{made['name']}?updateMask=perimeterType"
    answer = send("PATCH", url, {"perimeterType": "PERIMETER_TYPE_REGULAR"})
    assert "immutable" in answer.json()["error"]["message"]


def test_a_stale_etag_of_a_perimeter(send: Send, policy: str) -> None:
    made = perimeter(send, policy)
    url = f"{HOST}/{made['name']}?updateMask=title"
    done(send, "PATCH", url, {"title": "new", "etag": made["etag"]})
    answer = send("PATCH", url, {"title": "newer", "etag": made["etag"]})
    assert (answer.status, answer.json()["error"]["status"]) == (409, "ABORTED")


def test_all_perimeters_at_once(send: Send, policy: str) -> None:
    perimeter(send, policy)
    name = f"{policy}/servicePerimeters/fresh"
    body = {"servicePerimeters": [{"name": name, "title": "fresh", "status": STATUS}]}
    done(send, "POST", f"{HOST}/{policy}/servicePerimeters:replaceAll", body)
    [found] = send("GET", f"{HOST}/{policy}/servicePerimeters").json()["servicePerimeters"]
    assert found["name"] == name


def test_changes_of_one_policy_do_not_overlap(send: Send, policy: str, world: Google) -> None:
    world.latency = Latency(1)
    body = {"name": f"{policy}/servicePerimeters/a", "title": "a", "status": STATUS}
    send("POST", f"{HOST}/{policy}/servicePerimeters", body)
    other = {"name": f"{policy}/accessLevels/b", "title": "b", "basic": BASIC}
    answer = send("POST", f"{HOST}/{policy}/accessLevels", other)
    assert (answer.status, answer.json()["error"]["status"]) == (409, "ABORTED")
    world.advance(3600)
    assert send("POST", f"{HOST}/{policy}/accessLevels", other).status == 200


# -- the rest


def test_organizations_that_trust_each_other(send: Send, policy: str) -> None:
    name = f"{policy}/authorizedOrgsDescs/friends"
    body = {
        "name": name,
        "orgs": ["organizations/9"],
        "authorizationType": "AUTHORIZATION_TYPE_TRUST",
        "assetType": "ASSET_TYPE_DEVICE",
        "authorizationDirection": "AUTHORIZATION_DIRECTION_TO",
    }
    made = done(send, "POST", f"{HOST}/{policy}/authorizedOrgsDescs", body)["response"]
    assert made == {"@type": f"{TYPES}.AuthorizedOrgsDesc", **body}
    done(send, "PATCH", f"{HOST}/{name}?updateMask=orgs", {"orgs": []})
    assert "orgs" not in send("GET", f"{HOST}/{name}").json()


def test_bindings_of_groups(send: Send, policy: str) -> None:
    office = level(send, policy)["name"]
    bindings = f"{HOST}/{PARENT}/gcpUserAccessBindings"
    body = {"groupKey": "01d520gv4vjcrht", "accessLevels": [office]}
    made = done(send, "POST", bindings, body)["response"]
    assert made["name"].startswith(f"{PARENT}/gcpUserAccessBindings/")
    assert send("GET", f"{HOST}/{made['name']}").json()["accessLevels"] == [office]
    assert send("DELETE", f"{HOST}/{office}").status == 400
    done(send, "PATCH", f"{HOST}/{made['name']}?updateMask=accessLevels", {})
    done(send, "DELETE", f"{HOST}/{office}")
    done(send, "DELETE", f"{HOST}/{made['name']}")
    assert send("GET", bindings).json() == {}


def test_googles_client(emulator: Emulator) -> None:
    client = discovery(emulator, "accesscontextmanager", "v1")
    policies = client.accessPolicies()
    started = policies.create(body={"parent": PARENT, "title": "all"}).execute()
    name = client.operations().get(name=started["name"]).execute()["response"]["name"]
    body = {"name": f"{name}/servicePerimeters/inside", "title": "inside", "status": STATUS}
    policies.servicePerimeters().create(parent=name, body=body).execute()
    [found] = policies.servicePerimeters().list(parent=name).execute()["servicePerimeters"]
    assert found["status"] == STATUS
    policies.delete(name=name).execute()
    assert policies.list(parent=PARENT).execute() == {}


WRONG = "INVALID_ARGUMENT"
LEVELS, PERIMETERS = "{policy}/accessLevels", "{policy}/servicePerimeters"


def conditions(**condition: Any) -> dict[str, Any]:
    return {"basic": {"conditions": [condition]}}


def operations(**operation: Any) -> dict[str, Any]:
    return {"ingressPolicies": [{"ingressTo": {"operations": [operation]}}]}


NETWORK = "//compute.googleapis.com/projects/demo-proj/global/networks/vpc"
ELSEWHERE = "accessPolicies/1/accessLevels/office"
WRONG_LEVELS: list[tuple[dict[str, Any], str]] = [
    ({"name": "{policy}/accessLevels/1st"}, "begins with a letter"),
    ({"name": "accessPolicies/1/accessLevels/new"}, "must be of the form"),
    ({"title": ""}, "title of the access level"),
    ({"title": "office"}, "already used by"),
    ({}, "Exactly one of basic and custom"),
    ({"custom": {"expr": {}}}, "expression of a custom level"),
    ({"basic": {}}, "at least one condition"),
    ({"basic": {"combiningFunction": "XOR"}}, "combining_function"),
    (conditions(negate=True), "must not be empty"),
    (conditions(ipSubnetworks=["192.0.2.1/24"]), "192.0.2.1/24"),
    (conditions(regions=["Switzerland"]), "ISO 3166-1"),
    (conditions(members=["group:a@example.com"]), "Invalid member"),
    (conditions(requiredAccessLevels=["{policy}/accessLevels/none"]), "was not found"),
    (conditions(vpcNetworkSources=[{"vpcSubnetwork": {"network": "vpc"}}]), "Invalid network"),
    (conditions(vpcNetworkSources=[{"vpcSubnetwork": {"network": NETWORK}}], ipSubnetworks=["::/0"]), "together"),
    (conditions(devicePolicy={"osConstraints": [{"minimumVersion": "1.2.3"}]}), "OS type"),
    (conditions(devicePolicy={"osConstraints": [{"osType": "IOS", "minimumVersion": "9"}]}), "OS version"),
]  # fmt: skip
WRONG_PERIMETERS: list[tuple[dict[str, Any], str]] = [
    ({"title": "inside"}, "already used by"),
    ({"spec": STATUS}, "use_explicit_dry_run_spec"),
    ({"status": {"resources": ["projects/demo-proj"]}}, "projects/NUMBER"),
    ({"status": {"resources": ["projects/111"]}}, "already in the regular perimeter"),
    ({"status": {"restrictedServices": ["storage"]}}, "is not supported"),
    ({"status": {"restrictedServices": ["run.googleapis.com"] * 2}}, "given twice"),
    ({"status": {"accessLevels": [ELSEWHERE]}}, "not"),
    ({"status": {"vpcAccessibleServices": {"allowedServices": ["run.googleapis.com"]}}}, "enable_restriction"),
    ({"status": STATUS, "perimeterType": "PERIMETER_TYPE_BRIDGE"}, "perimeter bridge"),
    ({"status": {"resources": ["projects/5"]}, "perimeterType": "PERIMETER_TYPE_BRIDGE"}, "no regular perimeter"),
    ({"perimeterType": "PERIMETER_TYPE_MOAT"}, "perimeter_type"),
    ({"status": {"ingressPolicies": [{"title": "a"}, {"title": "a"}]}}, "not unique"),
    ({"status": {"ingressPolicies": [{"title": "a" * 101}]}}, "100 characters"),
    ({"status": {"ingressPolicies": [{"ingressFrom": {"identities": ["user:a@b.c"], "identityType": "ANY_IDENTITY"}}]}}, "Only one of identities"),
    ({"status": {"ingressPolicies": [{"ingressFrom": {"sources": [{}]}}]}}, "exactly one of access_level"),
    ({"status": {"egressPolicies": [{"egressFrom": {"sources": [{"accessLevel": "*"}]}}]}}, "source restriction"),
    ({"status": {"egressPolicies": [{"egressTo": {"resources": ["*", "projects/1"]}}]}}, "only resource"),
    ({"status": {"egressPolicies": [{"egressTo": {"resources": ["demo"]}}]}}, "Invalid resource"),
    ({"status": operations(methodSelectors=[])}, "service name"),
    ({"status": operations(serviceName="run.googleapis.com", methodSelectors=[{}])}, "method selector"),
    ({"status": operations(serviceName="*", methodSelectors=[{"method": "*"}])}, "must be empty"),
    ({"status": {"ingressPolicies": [{"ingressTo": {"roles": ["r"], "operations": [{"serviceName": "*"}]}}]}}, "Only one of operations"),
]  # fmt: skip


def filled(value: Any, policy: str) -> Any:
    if isinstance(value, dict):
        return {key: filled(inner, policy) for key, inner in value.items()}
    if isinstance(value, list):
        return [filled(inner, policy) for inner in value]
    return value.replace("{policy}", policy) if isinstance(value, str) else value


@pytest.mark.parametrize(
    ("collection", "changes", "words"),
    [(LEVELS, *row) for row in WRONG_LEVELS] + [(PERIMETERS, *row) for row in WRONG_PERIMETERS],
)
def test_wrong_bodies(
    send: Send, policy: str, collection: str, changes: dict[str, Any], words: str
) -> None:
    level(send, policy)
    perimeter(send, policy)
    body = filled({"name": f"{collection}/new", "title": "new", **changes}, policy)
    answer = send("POST", f"{HOST}/{filled(collection, policy)}", body)
    assert answer.status in (400, 404)
    assert words in answer.json()["error"]["message"]


POLICIES = f"{HOST}/accessPolicies"
MISTAKES = [
    Mistake("GET", f"{POLICIES}/1", None, 404, "NOT_FOUND", "accessPolicies/1"),
    Mistake("GET", POLICIES, None, 400, WRONG, "Invalid parent"),
    Mistake("POST", POLICIES, {"parent": "folders/1", "title": "x"}, 400, WRONG, "organizations/NUMBER"),
    Mistake("POST", POLICIES, {"parent": PARENT}, 400, WRONG, "title"),
    Mistake("POST", POLICIES, {"parent": PARENT, "title": "x", "scopes": ["projects/demo"]}, 400, WRONG, "Invalid scope"),
    Mistake("POST", POLICIES, {"parent": PARENT, "title": "x", "scopes": ["folders/1", "folders/2"]}, 400, WRONG, "at most one"),
    Mistake("POST", POLICIES, {"parent": PARENT, "colour": 1}, 400, WRONG, 'Unknown name "colour"'),
    Mistake("POST", f"{POLICIES}/1/accessLevels", {}, 404, "NOT_FOUND", "accessPolicies/1"),
    Mistake("GET", f"{POLICIES}/1/servicePerimeters", None, 404, "NOT_FOUND", "accessPolicies/1"),
    Mistake("PATCH", f"{POLICIES}/1", {"title": "x"}, 400, WRONG, "update mask"),
    Mistake("GET", f"{HOST}/operations/none", None, 404, "NOT_FOUND", "operations/none"),
    Mistake("POST", f"{HOST}/{PARENT}/gcpUserAccessBindings", {}, 400, WRONG, "group_key"),
    Mistake("POST", f"{HOST}/{PARENT}/gcpUserAccessBindings", {"groupKey": "a", "accessLevels": [ELSEWHERE]}, 404, "NOT_FOUND", "not found"),
]  # fmt: skip


@pytest.mark.parametrize("mistake", MISTAKES)
def test_mistakes(send: Send, mistake: Mistake) -> None:
    refuse(send, mistake)


def test_what_a_policy_never_changes(send: Send, policy: str) -> None:
    for field, value in (("parent", "organizations/9"), ("scopes", ["folders/1"])):
        answer = send("PATCH", f"{HOST}/{policy}?updateMask={field}", {field: value})
        assert f"Field {field} is immutable" in answer.json()["error"]["message"]
    made = level(send, policy)
    for url in (f"{HOST}/{made['name']}", f"{HOST}/{made['name']}?updateMask=nope"):
        assert send("PATCH", url, {"title": "new"}).status == 400
    again = {"name": made["name"], "title": "again", "basic": BASIC}
    assert send("POST", f"{HOST}/{policy}/accessLevels", again).status == 409
