"""Changes that take calls of their own: which, in which order, and with what."""

from typing import Any, Protocol

import pytest

from gcpstack._adapters.clients import Clients
from gcpstack._adapters.registry import adapters
from gcpstack._core.json import Body, clone_body, put
from gcpstack._core.ports import Done, Edit, Operation, Pending, Target
from gcpstack._core.refs import Sensitive
from gcpstack.resources import kinds
from tests.adapters.google import Asked, FakeGoogle

REQUEST = "00000000-0000-0000-0000-000000000001"


class Running(Protocol):
    endpoint: str


def edited(kind: str, ids: dict[str, str], live: Body, changes: dict[str, Any]) -> Edit:
    merged, desired = clone_body(live), {}
    for dotted, value in changes.items():
        put(merged, tuple(dotted.split(".")), value)
        put(desired, tuple(dotted.split(".")), value)
    paths = tuple(tuple(dotted.split(".")) for dotted in changes)
    return Edit(
        Target(kinds.ALL[kind], {"project": "p", **ids}), live, desired, merged, paths, (), REQUEST
    )


def ended(operation: Operation) -> None:
    while not isinstance(state := operation.poll(), Done):
        assert isinstance(state, Pending)


def titles(google: FakeGoogle, edit: Edit) -> list[str]:
    return [step.title for step in adapters(google.clients())(edit.target.kind).update(edit)]


def calls(google: FakeGoogle, edit: Edit) -> list[tuple[str, dict[str, str], Any]]:
    """Make every call of an update; tell what arrived."""
    for step in adapters(google.clients())(edit.target.kind).update(edit):
        step.call()
    return [(f"{one.method} {one.path}", one.query, one.body) for one in google.asked]


REDIS = {"location": "us-central1", "name": "cache"}


def test_redis_grows_before_it_takes_replicas_and_is_upgraded_last(google: FakeGoogle) -> None:
    changes = {"redisVersion": "REDIS_7_2", "replicaCount": 2, "memorySizeGb": 9, "labels.a": "b"}
    edit = edited("redis.Instance", REDIS, {"memorySizeGb": 1}, changes)

    assert titles(google, edit) == [
        "update memorySizeGb",
        "update replicaCount",
        "update labels",
        "upgrade",
    ]


def test_a_redis_upgrade_is_a_method_of_its_own(google: FakeGoogle) -> None:
    google.script = lambda asked: {"name": "projects/p/locations/us-central1/operations/o"}
    edit = edited("redis.Instance", REDIS, {}, {"redisVersion": "REDIS_7_2"})

    [(path, _, body)] = calls(google, edit)

    assert path.endswith("/v1/projects/p/locations/us-central1/instances/cache:upgrade")
    assert body == {"redisVersion": "REDIS_7_2"}


def test_a_subnetwork_is_changed_family_by_family(google: FakeGoogle) -> None:
    """Each patch carries the fingerprint that the one before it left."""
    prints = iter(["one", "two", "three"])

    def script(asked: Asked) -> Body:
        if asked.method == "GET":
            return {"name": "apps", "fingerprint": next(prints)}
        return {"name": "o", "status": "DONE", "region": "us-central1"}

    google.script = script
    edit = edited(
        "compute.Subnetwork",
        {"region": "us-central1", "name": "apps"},
        {"fingerprint": "old"},
        {
            "logConfig.enable": True,
            "privateIpGoogleAccess": True,
            "stackType": "IPV4_IPV6",
            "ipv6AccessType": "INTERNAL",
            "ipCidrRange": "10.0.0.0/20",
        },
    )

    made = [(path.rsplit("/", 1)[1], body) for path, _, body in calls(google, edit) if body]

    assert made == [
        ("expandIpCidrRange", {"ipCidrRange": "10.0.0.0/20"}),
        ("setPrivateIpGoogleAccess", {"privateIpGoogleAccess": True}),
        ("apps", {"logConfig": {"enable": True}, "fingerprint": "one"}),
        (
            "apps",
            {"stackType": "IPV4_IPV6", "ipv6AccessType": "INTERNAL", "fingerprint": "two"},
        ),
    ]
    assert len({one.query["requestId"] for one in google.asked if one.body}) == 4


def test_a_connector_s_machines_are_changed_together(google: FakeGoogle) -> None:
    """Google wants both bounds, though one changes."""
    ids = {"location": "us-central1", "name": "web"}
    live = {"minInstances": 2, "maxInstances": 3}
    edit = edited("vpcaccess.Connector", ids, live, {"maxInstances": 5})

    [(_, query, body)] = calls(google, edit)

    assert query["updateMask"] == "maxInstances,minInstances"
    assert body == {"minInstances": 2, "maxInstances": 5}


def test_a_private_connection_names_its_network_by_number(google: FakeGoogle) -> None:
    """Asked for once; ranges in use may be taken away."""
    google.script = lambda asked: {"name": "projects/123" if "projects" in asked.path else "op"}
    ids = {"network": "vpc", "service": "servicenetworking.googleapis.com"}
    edit = edited(
        "servicenetworking.Connection", ids, {}, {"reservedPeeringRanges": ["one", "two"]}
    )

    [_, (path, query, body)] = calls(google, edit)

    assert path.endswith("/v1/services/servicenetworking.googleapis.com/connections/-")
    assert query["force"] == "true"
    assert body == {
        "network": "projects/123/global/networks/vpc",
        "reservedPeeringRanges": ["one", "two"],
    }


def test_a_cleanup_policy_that_is_gone_is_not_sent(google: FakeGoogle) -> None:
    """Nothing is left of it but its name: the mask takes it away."""
    ids = {"location": "us-central1", "name": "apps"}
    few = {"id": "few", "action": "KEEP"}
    edit = edited(
        "artifactregistry.Repository", ids, {}, {"cleanupPolicies": {"few": few, "old": {}}}
    )

    [(_, query, body)] = calls(google, edit)

    assert query["updateMask"] == "cleanupPolicies"
    assert body == {"cleanupPolicies": {"few": few}}


@pytest.mark.parametrize(
    ("kind", "ids"),
    [
        ("logging.BucketConfig", {"location": "global", "name": "audit"}),
        ("iam.ProjectCustomRole", {"name": "deployer"}),
    ],
)
def test_what_was_deleted_is_brought_back(
    gcp_emulator: Running, kind: str, ids: dict[str, str]
) -> None:
    """Its name is taken for a while: making it again undoes the deletion."""
    target = Target(kinds.ALL[kind], {"project": "demo-back", **ids})
    body: Body = {"description": "first"}
    adapter = adapters(Clients("demo-back", endpoint=gcp_emulator.endpoint))(target.kind)
    ended(adapter.create(target, body, ""))
    ended(adapter.delete(target, {}, ""))
    assert adapter.get(target) is None

    ended(adapter.create(target, body, ""))

    found = adapter.get(target)
    assert found is not None
    assert found.body["description"] == "first"


def test_the_default_log_bucket_is_never_deleted(google: FakeGoogle) -> None:
    """Google made it: leaving it alone needs no call."""
    ids = {"project": "p", "location": "global", "name": "_Default"}
    target = Target(kinds.ALL["logging.BucketConfig"], ids)
    adapter = adapters(google.clients())(target.kind)

    assert isinstance(adapter.delete(target, {}, "").poll(), Done)
    assert google.asked == []


def test_a_subscription_that_never_expires_has_a_policy_without_a_time(google: FakeGoogle) -> None:
    edit = edited("pubsub.Subscription", {"name": "work"}, {}, {"expirationPolicy.ttl": ""})

    [(_, _, body)] = calls(google, edit)

    assert body == {"subscription": {"expirationPolicy": {}}, "updateMask": "expirationPolicy"}


INSTANCE = {"name": "db"}


def sql_instance(settings: int) -> Any:
    """Google's side: an instance whose settings get a new version with every call."""
    versions = iter(range(settings, settings + 100))

    def script(asked: Asked) -> Body:
        if asked.method == "GET":
            return {"name": "db", "settings": {"settingsVersion": str(next(versions))}}
        return {"name": "o", "status": "DONE"}

    return script


def test_an_instance_is_changed_one_big_thing_at_a_time(google: FakeGoogle) -> None:
    """Started first; then the version, the edition with its machine, and the rest together."""
    google.script = sql_instance(7)
    edit = edited(
        "sql.DatabaseInstance",
        INSTANCE,
        {"databaseVersion": "POSTGRES_15", "settings": {"activationPolicy": "NEVER"}},
        {
            "settings.userLabels.team": "web",
            "settings.tier": "db-perf-optimized-N-2",
            "settings.edition": "ENTERPRISE_PLUS",
            "settings.activationPolicy": "ALWAYS",
            "databaseVersion": "POSTGRES_16",
            "settings.databaseFlags": [{"name": "a", "value": "b"}],
        },
    )

    made = [body for path, _, body in calls(google, edit) if path.startswith("PATCH")]

    assert made == [
        {"settings": {"activationPolicy": "ALWAYS", "settingsVersion": "7"}},
        {"databaseVersion": "POSTGRES_16"},
        {
            "settings": {
                "edition": "ENTERPRISE_PLUS",
                "tier": "db-perf-optimized-N-2",
                "settingsVersion": "8",
            }
        },
        {
            "settings": {
                "userLabels": {"team": "web"},
                "databaseFlags": [{"name": "a", "value": "b"}],
                "settingsVersion": "9",
            }
        },
    ]


def test_an_instance_is_stopped_last(google: FakeGoogle) -> None:
    """What is stopped can't be changed."""
    changes = {"settings.activationPolicy": "NEVER", "settings.tier": "db-custom-4-15360"}
    edit = edited("sql.DatabaseInstance", INSTANCE, {}, changes)

    assert titles(google, edit) == ["patch tier", "patch activationPolicy"]


def test_the_root_password_is_a_user_s(google: FakeGoogle) -> None:
    """Named as the engine names its first user."""
    google.script = sql_instance(1)
    live = {"databaseVersion": "MYSQL_8_0"}
    edit = edited("sql.DatabaseInstance", INSTANCE, live, {"rootPassword": Sensitive("hunter2")})

    [(path, query, body)] = calls(google, edit)

    assert path.endswith("/v1/projects/p/instances/db/users")
    assert query["name"] == "root"
    assert query["host"] == "%"
    assert body == {"name": "root", "host": "%", "password": "hunter2"}


def test_an_instance_tells_its_addresses_by_kind(google: FakeGoogle) -> None:
    listed = [
        {"type": "OUTGOING", "ipAddress": "203.0.113.1"},
        {"type": "PRIVATE", "ipAddress": "10.0.0.3"},
    ]
    google.script = lambda asked: {"name": "db", "ipAddresses": listed}
    target = Target(kinds.ALL["sql.DatabaseInstance"], {"project": "p", **INSTANCE})
    found = adapters(google.clients())(target.kind).get(target)

    assert found is not None
    assert found.body["privateIpAddress"] == "10.0.0.3"
    assert "publicIpAddress" not in found.body


USERS = [
    {"name": "root", "host": "%"},
    {"name": "root", "host": "localhost"},
    {"name": "app", "host": ""},
]


def sql_user(account: str) -> Target:
    ids = {"project": "p", "instance": "db", "account": account}
    return Target(kinds.ALL["sql.User"], ids)


@pytest.mark.parametrize(
    ("account", "host"), [("root", "%"), ("root@localhost", "localhost"), ("app", None)]
)
def test_the_right_user_is_deleted(google: FakeGoogle, account: str, host: str | None) -> None:
    """Users of one name are told apart by their hosts."""
    google.script = lambda asked: (
        {"items": USERS} if asked.method == "GET" else {"name": "o", "status": "DONE"}
    )
    adapters(google.clients())(kinds.ALL["sql.User"]).delete(sql_user(account), {}, "")

    assert google.asked[-1].method == "DELETE"
    assert google.asked[-1].query["name"] == account.split("@", maxsplit=1)[0]
    assert google.asked[-1].query.get("host") == host


def test_a_user_s_roles_replace_those_it_had(google: FakeGoogle) -> None:
    """And the password goes in the body alone."""
    google.script = sql_instance(1)
    ids = {"instance": "db", "account": "app"}
    changes = {"databaseRoles": ["writers"], "password": Sensitive("hunter2")}

    [(_, query, body)] = calls(google, edited("sql.User", ids, {"name": "app"}, changes))

    assert query["databaseRoles"] == "writers"
    assert query["revokeExistingRoles"] == "true"
    assert body == {"name": "app", "password": "hunter2"}
    assert "hunter2" not in str(query)
