"""What a failed apply is rolled back to: exactly what was there, and what is not undone is told."""

import dataclasses

import pytest

from gcpstack import (
    Bucket,
    GlobalAddress,
    ManagedSslCertificate,
    Secret,
    SecretVersion,
    Sensitive,
    Settings,
    SslPolicy,
    Stack,
    Subscription,
    TargetHttpsProxy,
    Topic,
)
from gcpstack._core.refs import Address
from gcpstack._inventory.codec import decode, encode
from gcpstack._inventory.model import Deed, Phase
from gcpstack.exceptions import InvalidRequest
from gcpstack.testing import MemoryWorld

BROKEN = "broken"


def stack(*items):
    """A stack whose last resource can't be made."""
    made = Stack("web", project="my-project", enable_apis=False)
    for item in items:
        made.add(item)
    return made


def broken(*needs):
    """What Google refuses, after everything else."""
    return SslPolicy(BROKEN, depends_on=list(needs))


@pytest.fixture
def world():
    """Google in memory, which refuses one object."""

    def fault(call):
        return InvalidRequest("no", code=400) if call.endswith(f"/{BROKEN}") else None

    return MemoryWorld(fault=fault)


def run(world, wanted, *, rollback=True, **settings):
    """Apply once; give the result."""
    session = world.session(wanted, Settings(**settings))
    session.prepare()
    return session.apply(session.plan(), rollback=rollback)


def roll_back(world, wanted, **settings):
    """Do what the command does."""
    session = world.session(wanted, Settings(**settings))
    session.prepare()
    return session.roll_back(session.plan_rollback())


def held(world):
    """What exists, by its last name."""
    return {name.rsplit("/", 1)[1]: entry["body"] for name, entry in world.objects.items()}


def inventory(world):
    return world.stores["web"].load()


def reasons(result):
    return {str(item.address): item.reason for item in result.undone.kept}


def test_what_was_made_goes_users_first(world):
    """Nothing is left, not even an inventory."""
    address = GlobalAddress("a")
    policy = SslPolicy("p", depends_on=[address])

    result = run(world, stack(address, policy, broken(policy)))

    assert [str(error) for error in result.outcome.errors] == [
        "creating compute.SslPolicy/broken: no"
    ]
    assert result.undone.outcome.ok
    assert result.undone.kept == ()
    assert held(world) == {}
    deleted = [call.rsplit("/", 1)[1] for call in world.calls if call.startswith("delete")]
    assert deleted == ["p", "a"]
    assert inventory(world).generation == 0


def test_fields_get_their_values_back(world):
    """Those that changed, those that were new, those that went, and lists as a whole."""
    before = stack(
        GlobalAddress("a", labels={"team": "x", "old": "1"}),
        SslPolicy("p", profile="CUSTOM", custom_features=["TLS_1", "TLS_2"]),
    )
    run(world, before)
    there = held(world)
    address = GlobalAddress("a", labels={"team": "y", "new": "2"})
    policy = SslPolicy("p", profile="CUSTOM", custom_features=["TLS_3"], min_tls_version="TLS_1_2")

    result = run(world, stack(address, policy, broken(address, policy)))

    assert not result.outcome.ok
    assert held(world) == there
    assert result.undone.kept == ()
    session = world.session(before)
    assert session.plan().empty
    assert inventory(world).undo == {}


def test_nothing_is_deleted_before_everything_else_succeeded(world):
    """What is no longer declared, and predecessors, are still there when the run fails."""
    run(world, stack(GlobalAddress("a"), SslPolicy("p")))
    there = held(world)

    result = run(world, stack(SslPolicy("p", profile="MODERN"), broken()))

    assert not result.outcome.ok
    assert held(world) == there
    assert not [call for call in world.calls if call.startswith("delete")]


def test_without_the_flag_nothing_is_undone_until_it_is_asked_for(world):
    """An apply that failed can be undone later, by another process."""
    wanted = stack(GlobalAddress("a"), broken())
    assert run(world, wanted, rollback=False).undone is None
    assert held(world).keys() == {"a"}

    result = roll_back(world, wanted)

    assert result.outcome.ok
    assert held(world) == {}
    assert inventory(world).generation == 0


def test_data_stays_and_is_told(world):
    """With everything that it needs; a consent that names it lets it go."""
    topic = Topic("topic")
    secret = Secret("s", depends_on=[topic])
    wanted = stack(topic, secret, GlobalAddress("a"), broken(secret))

    result = run(world, wanted)

    assert held(world).keys() == {"topic", "s"}
    assert reasons(result) == {
        "secretmanager.Secret/s": (
            "it may hold data; --allow-delete secretmanager.Secret/s deletes it too"
        ),
        "pubsub.Topic/topic": "secretmanager.Secret/s stays and needs it",
    }
    assert {str(address) for address in inventory(world).records} == set(reasons(result))

    run(world, wanted, consents=["secretmanager.Secret/s"])
    # What a rollback left is no longer new: it was there before the apply that followed.
    assert held(world).keys() == {"topic", "s"}


def test_a_consent_lets_data_go(world):
    """It is named, as for every deletion of data."""
    wanted = stack(Secret("s"), broken())

    result = run(world, wanted, consents=["secretmanager.Secret/s"])

    assert result.undone.kept == ()
    assert held(world) == {}


def test_secrets_are_not_remembered(world):
    """A changed secret stays as it is; the inventory never held the old one, nor does it now."""
    secret = Secret("s", labels={"a": "1"})
    first = SecretVersion(secret, value=Sensitive("old-canary"))
    run(world, stack(secret, first))
    changed = Secret("s", labels={"a": "2"})
    second = SecretVersion(changed, value=Sensitive("new-canary"))
    texts = []
    store = world.stores["web"]
    save = store.save

    def saving(snapshot):
        texts.append(encode(snapshot))
        return save(snapshot)

    store.save = saving
    result = run(world, stack(changed, second, broken(second)))

    assert held(world)["s"]["labels"] == {"a": "1"}
    assert not any("canary" in text for text in texts)
    assert not any("canary" in reason for reason in reasons(result).values())


def test_what_was_taken_over_is_let_go(world):
    """It was there before the stack: the fields get back, and no destroy will delete it."""
    run(world, stack(GlobalAddress("a", labels={"is": "one"})))
    world.stores.clear()
    there = held(world)

    result = run(world, stack(GlobalAddress("a", labels={"is": "two"}), broken()))

    assert not result.outcome.ok
    assert held(world) == there
    assert inventory(world).generation == 0


def test_what_somebody_else_made_meanwhile_stays(world):
    """The plan said that it was not there; whoever made it may keep it."""
    wanted = stack(GlobalAddress("a", labels={"is": "ours"}), broken(GlobalAddress("a")))
    session = world.session(wanted)
    plan = session.plan()
    run(dataclasses.replace(world, stores={}), stack(GlobalAddress("a", labels={"is": "theirs"})))

    session.apply(plan, rollback=True)

    assert held(world)["a"]["labels"] == {"is": "theirs"}
    assert inventory(world).generation == 0


def test_a_successor_goes_and_its_predecessor_serves_again(world):
    """A certificate is replaced by one of another name; its user moves over, and back."""

    def wanted(*domains, **proxy):
        certificate = ManagedSslCertificate("cert", domains=list(domains))
        user = TargetHttpsProxy(
            "proxy", url_map="projects/p/global/urlMaps/m", ssl_certificates=[certificate], **proxy
        )
        return certificate, user

    run(world, stack(*wanted("a.example.com")))
    there = held(world)
    changed = wanted("b.example.com", quic_override="ENABLE")

    result = run(world, stack(*changed, broken(changed[1])))

    assert not result.outcome.ok
    assert held(world) == there
    assert world.session(stack(*wanted("a.example.com"))).plan().empty


def test_what_was_replaced_in_place_is_told(world):
    """A subscription's topic can't change: the old one is gone, the new one stays."""
    topics = Topic("one"), Topic("two")
    run(world, stack(*topics, Subscription("reader", topic=topics[0])))
    changed = Subscription("reader", topic=topics[1], allow_delete=True)

    result = run(world, stack(*topics, changed, broken(changed)))

    assert reasons(result) == {
        "pubsub.Subscription/reader": "it was replaced, and its former self is gone"
    }
    assert "reader" in held(world)
    assert inventory(world).records[Address("pubsub.Subscription", "reader")].phase is Phase.STABLE


def test_what_was_deleted_is_told(world):
    """Without --rollback, deletions are not put off."""
    run(world, stack(GlobalAddress("a"), GlobalAddress("b")))
    wanted = stack(GlobalAddress("b", labels={"is": "x"}), broken())
    run(world, wanted, rollback=False)

    result = roll_back(world, wanted)

    assert reasons(result) == {
        "compute.GlobalAddress/a": "it was deleted, and can't be brought back"
    }
    assert "labels" not in held(world)["b"]


def test_what_needed_something_that_was_deleted_stays_as_it_is(world):
    """Its former fields may name what is gone: giving them back could not succeed."""
    gone = GlobalAddress("a")
    run(world, stack(gone, GlobalAddress("b", labels={"is": "one"}, depends_on=[gone])))
    wanted = stack(GlobalAddress("b", labels={"is": "two"}), broken())
    run(world, wanted, rollback=False)

    result = roll_back(world, wanted)

    assert reasons(result) == {
        "compute.GlobalAddress/a": "it was deleted, and can't be brought back",
        "compute.GlobalAddress/b": (
            "its former state needs compute.GlobalAddress/a, which was deleted"
        ),
    }
    assert held(world)["b"]["labels"] == {"is": "two"}


def test_a_run_that_ends_well_leaves_nothing_to_undo(world):
    """Also the one that finishes what an earlier one began, though nothing differs any more."""
    wanted = stack(GlobalAddress("a"), broken())
    run(world, wanted, rollback=False)
    assert inventory(world).undo.keys() == {
        Address("compute.GlobalAddress", "a"), Address("compute.SslPolicy", BROKEN)
    }  # fmt: skip
    run(world, stack(GlobalAddress("a")), rollback=False)

    assert inventory(world).undo == {}
    session = world.session(wanted)
    assert session.plan_rollback().empty
    assert session.roll_back(session.plan_rollback()).outcome.ok
    assert held(world).keys() == {"a"}


def test_two_failed_runs_are_undone_together(world):
    """What counts is how everything was before both."""
    run(world, stack(GlobalAddress("a", labels={"is": "one"})))
    there = held(world)
    run(
        world,
        stack(GlobalAddress("a", labels={"is": "two"}), GlobalAddress("b"), broken()),
        rollback=False,
    )
    last = stack(
        GlobalAddress("a", labels={"is": "three", "x": "y"}),
        GlobalAddress("b", labels={"is": "changed"}),
        broken(),
    )

    run(world, last)

    assert held(world) == there


def test_what_is_no_longer_declared_is_told(world):
    """Its fields are known by the declaration alone."""
    run(world, stack(GlobalAddress("a", labels={"is": "one"}), GlobalAddress("b")))
    run(
        world,
        stack(GlobalAddress("a", labels={"is": "two"}), GlobalAddress("b"), broken()),
        rollback=False,
    )

    result = roll_back(world, stack(GlobalAddress("b")))

    assert reasons(result) == {"compute.GlobalAddress/a": "labels.is: it is no longer declared"}


def test_a_bucket_that_holds_objects(world):
    """A bucket is data."""
    result = run(world, stack(Bucket("my-bucket-of-things", location="US"), broken()))

    assert list(reasons(result)) == ["storage.Bucket/my-bucket-of-things"]


def test_the_inventory_reads_what_it_wrote(world):
    """Every deed with what it needs."""
    run(world, stack(GlobalAddress("a", labels={"is": "one"}), GlobalAddress("b")))
    run(
        world,
        stack(GlobalAddress("a", labels={"is": "two"}), SslPolicy("p"), broken()),
        rollback=False,
    )

    known = inventory(world)

    assert {undo.deed for undo in known.undo.values()} == {
        Deed.CHANGED, Deed.MADE, Deed.DELETED
    }  # fmt: skip
    assert decode(encode(known), where="here", generation=known.generation) == known
