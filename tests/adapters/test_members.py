"""Grants change one member of one role, and nothing that others wrote."""

import copy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gcpstack import exceptions as ours
from gcpstack._adapters.clients import Clients
from gcpstack._adapters.policies import ROWS, DatasetAccess, IamPolicies
from gcpstack._adapters.registry import adapters
from gcpstack._core.json import Body
from gcpstack._core.ports import Adapter, Done, Target
from gcpstack.resources import kinds
from tests.adapters.google import Asked, FakeGoogle, refusal

VIEWER = "roles/viewer"
ADA = "user:ada@example.com"
CONDITION = {"title": "t", "expression": "request.time < timestamp('2030-01-01T00:00:00Z')"}

SECRET = Target(
    kinds.ALL["secretmanager.SecretIamMember"],
    {"project": "p", "secret": "s", "role": VIEWER, "member": ADA},
)
TABLE = Target(
    kinds.ALL["bigquery.DatasetIamMember"],
    {"project": "p", "dataset": "d", "role": "roles/bigquery.dataEditor", "member": ADA},
)


class Policy:
    """A policy that is served, and that somebody else may write in between."""

    def __init__(self, google: FakeGoogle, held: Body, *, rivals: int = 0) -> None:
        self.held = held
        self.rivals = rivals
        self.written: list[Any] = []
        google.script = self.answer

    def answer(self, asked: Asked) -> Any:
        if asked.method == "GET":
            return copy.deepcopy(self.held)
        if self.rivals:
            self.rivals -= 1
            return refusal(409, "aborted", "There were concurrent policy changes.")
        self.written.append(asked)
        policy = asked.body.get("policy", asked.body)
        self.held = {**self.held, **policy}
        return self.held


def adapter(google: FakeGoogle, target: Target) -> Adapter:
    return adapters(google.clients())(target.kind)


OTHERS = [
    {"role": "roles/editor", "members": ["group:g@example.com"]},
    {"role": VIEWER, "members": [ADA], "condition": CONDITION},
]


def test_granting_keeps_what_others_wrote(google: FakeGoogle) -> None:
    policy = Policy(google, {"version": 3, "etag": "e", "bindings": copy.deepcopy(OTHERS)})
    served = adapter(google, SECRET)
    assert served.get(SECRET) is None  # the conditional binding is another grant
    assert isinstance(served.create(SECRET, {}, "").poll(), Done)
    assert policy.held["bindings"] == [*OTHERS, {"role": VIEWER, "members": [ADA]}]
    assert policy.written[0].body["policy"]["etag"] == "e"
    assert google.asked[0].query["options.requestedPolicyVersion"] == "3"
    assert served.get(SECRET) is not None


def test_granting_joins_a_binding_of_the_role(google: FakeGoogle) -> None:
    policy = Policy(google, {"bindings": [{"role": VIEWER, "members": ["user:b@example.com"]}]})
    adapter(google, SECRET).create(SECRET, {}, "")
    assert policy.held["bindings"] == [{"role": VIEWER, "members": ["user:b@example.com", ADA]}]


def test_what_is_granted_is_not_written_again(google: FakeGoogle) -> None:
    """Google may spell the member in lower case."""
    held = {"bindings": [{"role": VIEWER, "members": [ADA]}]}
    policy = Policy(google, held)
    loud = Target(SECRET.kind, {**SECRET.ids, "member": "user:Ada@Example.com"})
    served = adapter(google, SECRET)
    served.create(loud, {}, "")
    assert not policy.written
    assert served.get(loud) is not None
    served.delete(loud, {}, "")
    assert policy.held["bindings"] == []


def test_revoking_takes_one_member_and_an_empty_binding(google: FakeGoogle) -> None:
    bindings = [*OTHERS, {"role": VIEWER, "members": [ADA]}]
    policy = Policy(google, {"bindings": copy.deepcopy(bindings)})
    served = adapter(google, SECRET)
    served.delete(SECRET, {}, "")
    assert policy.held["bindings"] == OTHERS
    served.delete(SECRET, {}, "")
    assert len(policy.written) == 1


def test_a_rival_writer_is_read_again_and_kept(google: FakeGoogle) -> None:
    policy = Policy(google, {"etag": "e", "bindings": []}, rivals=3)
    adapter(google, SECRET).create(SECRET, {}, "")
    assert len(policy.written) == 1
    assert [one.method for one in google.asked] == ["GET", "POST"] * 4


def test_rivals_without_end_are_told(google: FakeGoogle) -> None:
    Policy(google, {"bindings": []}, rivals=100)
    with pytest.raises(ours.Conflict):
        adapter(google, SECRET).create(SECRET, {}, "")
    assert len(google.asked) < 20


def test_an_object_that_is_gone_has_no_grants(google: FakeGoogle) -> None:
    google.script = lambda _: refusal(404, "notFound")
    served = adapter(google, SECRET)
    assert served.get(SECRET) is None
    assert list(served.list(SECRET)) == []
    assert isinstance(served.delete(SECRET, {}, "").poll(), Done)
    with pytest.raises(ours.NotFound):
        served.create(SECRET, {}, "")


def test_all_grants_of_an_object_cost_one_call(google: FakeGoogle) -> None:
    Policy(
        google,
        {
            "bindings": [
                {"role": VIEWER, "members": [ADA, "allUsers"]},
                {"role": "roles/editor", "members": [ADA]},
                *OTHERS[1:],
            ]
        },
    )
    found = adapter(google, SECRET).list(SECRET)
    assert len(google.asked) == 1
    assert SECRET.path in {one.path for one in found}
    assert len(found) == 3
    assert all(SECRET.kind.template.parse(one.path) for one in found)


@pytest.mark.parametrize(
    ("kind", "ids", "read", "write"),
    [
        (
            "resourcemanager.ProjectIamMember",
            {},
            "POST /cloudresourcemanager.googleapis.com/v3/projects/p:getIamPolicy",
            "POST /cloudresourcemanager.googleapis.com/v3/projects/p:setIamPolicy",
        ),
        (
            "run.ServiceIamMember",
            {"location": "l", "service": "s"},
            "GET /run.googleapis.com/v2/projects/p/locations/l/services/s:getIamPolicy",
            "POST /run.googleapis.com/v2/projects/p/locations/l/services/s:setIamPolicy",
        ),
        (
            "secretmanager.SecretIamMember",
            {"secret": "s"},
            "GET /secretmanager.googleapis.com/v1/projects/p/secrets/s:getIamPolicy",
            "POST /secretmanager.googleapis.com/v1/projects/p/secrets/s:setIamPolicy",
        ),
        (
            "storage.BucketIamMember",
            {"bucket": "b"},
            "GET /storage.googleapis.com/storage/v1/b/b/iam",
            "PUT /storage.googleapis.com/storage/v1/b/b/iam",
        ),
    ],
)
def test_each_api_has_its_policies_where_it_has_them(
    google: FakeGoogle, kind: str, ids: dict[str, str], read: str, write: str
) -> None:
    target = Target(kinds.ALL[kind], {"project": "p", "role": VIEWER, "member": ADA, **ids})
    adapter(google, target).create(target, {}, "")
    assert google.paths() == [read, write]
    body = google.asked[1].body
    policy = body if kind.startswith("storage") else body["policy"]
    assert policy["bindings"] == [{"role": VIEWER, "members": [ADA]}]


MEMBERS = st.sampled_from(["user:a@e.com", "user:b@e.com", "allUsers", "group:g@e.com"])
BINDINGS = st.lists(
    st.fixed_dictionaries(
        {
            "role": st.sampled_from(["r/a", "r/b"]),
            "members": st.lists(MEMBERS, min_size=1, unique=True),
        },
        optional={"condition": st.just(CONDITION)},
    ),
    max_size=4,
)
GRANTS = st.tuples(st.sampled_from(["r/a", "r/b"]), MEMBERS)
NOWHERE = Clients("p", endpoint="http://127.0.0.1:1")


def conditional(policy: Body) -> list[Any]:
    found: Any = policy["bindings"]
    return [one for one in found if "condition" in one]


@given(BINDINGS, GRANTS)
def test_a_grant_is_the_only_thing_that_moves(bindings: list[Any], grant: tuple[str, str]) -> None:
    policies = IamPolicies(NOWHERE, ROWS["secretmanager.SecretIamMember"])
    policy: Body = {"bindings": copy.deepcopy(bindings), "etag": "e"}
    before = set(policies.grants(policy))
    if grant not in before:
        policies.add(policy, grant)
    assert set(policies.grants(policy)) == before | {grant}
    policies.remove(policy, grant)
    assert set(policies.grants(policy)) == before - {grant}
    assert conditional(policy) == conditional({"bindings": bindings})
    assert policy["etag"] == "e"


# --- datasets ------------------------------------------------------------------------------------

ACCESS: list[Any] = [
    {"role": "OWNER", "specialGroup": "projectOwners"},
    {"role": "READER", "userByEmail": "robot@p.iam.gserviceaccount.com"},
    {"view": {"projectId": "p", "datasetId": "x", "tableId": "v"}},
    {"role": "WRITER", "groupByEmail": "g@example.com", "condition": CONDITION},
    {"role": "roles/bigquery.user", "iamMember": "allUsers"},
    {"role": "READER", "domain": "example.com"},
]


def test_grants_on_datasets_are_entries_of_its_access_list(google: FakeGoogle) -> None:
    policy = Policy(google, {"etag": "e", "access": copy.deepcopy(ACCESS)})
    served = adapter(google, TABLE)
    served.create(TABLE, {}, "")
    entry = {"role": "WRITER", "userByEmail": "ada@example.com"}
    assert policy.held["access"] == [*ACCESS, entry]
    (written,) = policy.written
    assert written.method == "PATCH"
    assert written.headers["if-match"] == "e"
    assert written.query["accessPolicyVersion"] == "3"
    assert set(written.body) == {"access"}
    assert served.get(TABLE) is not None
    served.delete(TABLE, {}, "")
    assert policy.held["access"] == ACCESS


def test_entries_are_read_as_grants() -> None:
    found = list(DatasetAccess(NOWHERE).grants({"access": ACCESS}))
    assert found == [
        ("roles/bigquery.dataOwner", "projectOwners"),
        ("roles/bigquery.dataViewer", "serviceAccount:robot@p.iam.gserviceaccount.com"),
        ("roles/bigquery.user", "allUsers"),
        ("roles/bigquery.dataViewer", "domain:example.com"),
    ]


@pytest.mark.parametrize(
    ("member", "entry"),
    [
        ("user:a@e.com", {"userByEmail": "a@e.com"}),
        (
            "serviceAccount:r@p.iam.gserviceaccount.com",
            {"userByEmail": "r@p.iam.gserviceaccount.com"},
        ),
        ("group:g@e.com", {"groupByEmail": "g@e.com"}),
        ("domain:e.com", {"domain": "e.com"}),
        ("allUsers", {"iamMember": "allUsers"}),
        ("allAuthenticatedUsers", {"specialGroup": "allAuthenticatedUsers"}),
        ("principalSet://goog/x", {"iamMember": "principalSet://goog/x"}),
    ],
)
@pytest.mark.parametrize("role", ["roles/bigquery.dataViewer", "roles/bigquery.jobUser"])
def test_every_member_has_its_entry(member: str, role: str, entry: Body) -> None:
    access = DatasetAccess(NOWHERE)
    dataset: Body = {}
    access.add(dataset, (role, member))
    told = "READER" if role.endswith("dataViewer") else role
    assert dataset["access"] == [{"role": told, **entry}]
    assert list(access.grants(dataset)) == [(role, member)]
    access.remove(dataset, (role, member))
    assert dataset["access"] == []


def test_nothing_is_ever_under_way(google: FakeGoogle) -> None:
    served = adapter(google, SECRET)
    assert isinstance(served.resume(SECRET, "anything").poll(), Done)
    assert served.reveal(SECRET, ("role",)) is None
    assert not google.asked
