"""New revisions reach their users step by step, or are taken back; nothing here waits for real."""

from typing import Any

import pytest

from gcpstack import ApplyFailed, BlueGreen, Canary, Gate, Plan
from gcpstack._engine import events
from gcpstack._engine.scheduler import Inline
from gcpstack._operations.releases import earlier, go_back, releases
from gcpstack._stack.session import Session
from gcpstack.exceptions import RolloutFailed
from tests.dataplane.conftest import HOST, Shop
from tests.dataplane.users import Users, apply

CANARY = Canary(
    steps=(5, 25, 50), bake=20, gate=Gate(error_rate=0.01, latency_p95=0.5, min_requests=10)
)


@pytest.fixture
def users(shop: Shop) -> Users:
    """A service in use, whose changes go by a canary."""
    shop.service["rollout"] = CANARY
    users = Users(shop.emulator, HOST)
    apply(shop.stack(), shop.settings, users)
    shop.control("PUT", "dns", {HOST: [shop.listener(443)["address"]]})
    users.sleep(30)
    return users


def new_version(shop: Shop, **behaviour: Any) -> None:
    """Declare another image, which behaves so."""
    shop.service["image"] = "gcr.io/shop/api:2"
    shop.emulator.plane.behave("gcr.io/shop/api:2", **behaviour)


def revision(shop: Shop, which: str = "latestReadyRevision") -> str:
    return str(shop.live()[which]).rsplit("/", 1)[-1]


def traffic(shop: Shop) -> list[tuple[str, int, str]]:
    return [
        (one.get("revision", ""), one.get("percent", 0), one.get("tag", ""))
        for one in shop.live()["traffic"]
    ]


def planned(shop: Shop) -> Plan:
    return shop.stack().plan(shop.settings)


def change(plan: Plan) -> Any:
    return next(one for one in plan.changes if one.kind.name == "run.Service")


def test_a_good_revision_takes_over_step_by_step(shop: Shop, users: Users) -> None:
    old = revision(shop)
    new_version(shop)
    told: list[events.Event] = []
    apply(shop.stack(), shop.settings, users, told)
    new = revision(shop)
    steps = [one.shares for one in told if isinstance(one, events.TrafficDivided)]
    assert steps == [{old: 95, new: 5}, {old: 75, new: 25}, {old: 50, new: 50}, {new: 100}]
    assert set(users.answers) == {200}, "no request was lost"
    assert traffic(shop) == [("", 100, "")]
    assert planned(shop).empty


def test_blue_green_switches_at_once_and_watches(shop: Shop, users: Users) -> None:
    shop.service["rollout"] = BlueGreen(bake=30)
    old = revision(shop)
    new_version(shop)
    told: list[events.Event] = []
    apply(shop.stack(), shop.settings, users, told)
    steps = [one.shares for one in told if isinstance(one, events.TrafficDivided)]
    assert steps == [{revision(shop): 100}, {revision(shop): 100}]
    assert old != revision(shop)
    assert set(users.answers) == {200}


@pytest.mark.parametrize(
    ("behaviour", "evidence"),
    [
        ({"errors": 0.5}, "of its"),
        ({"seconds": 2.0}, "95 of 100 of its"),
        ({"breaks_at": 25, "error_status": 500}, "with 25 % of the traffic"),
    ],
    ids=["errors", "slow", "breaks at 25 %"],
)
def test_a_bad_revision_is_taken_back(
    shop: Shop, users: Users, behaviour: dict[str, Any], evidence: str
) -> None:
    old = revision(shop)
    new_version(shop, **behaviour)
    with pytest.raises(ApplyFailed) as caught:
        apply(shop.stack(), shop.settings, users)
    (error,) = caught.value.exceptions
    assert isinstance(error, RolloutFailed)
    assert evidence in str(error)
    assert f"all traffic goes to {old}" in str(error)
    new = revision(shop)
    assert traffic(shop) == [(old, 100, ""), (new, 0, "rejected")]
    asked = sum(users.answers.values())
    assert users.answers[500] <= asked * 0.25
    assert "was taken back: it is tried again" in change(planned(shop)).reason


def test_a_revision_that_never_comes_up_gets_nothing(shop: Shop, users: Users) -> None:
    old = revision(shop)
    new_version(shop, ready=False)
    with pytest.raises(ApplyFailed) as caught:
        apply(shop.stack(), shop.settings, users)
    assert "did not come up" in str(caught.value.exceptions[0])
    assert traffic(shop) == [(old, 100, "")]
    assert set(users.answers) == {200}
    shop.emulator.plane.behave("gcr.io/shop/api:2")
    apply(shop.stack(), shop.settings, users)
    assert traffic(shop) == [("", 100, "")]
    assert planned(shop).empty


def test_a_revision_that_answers_badly_at_its_own_address_gets_nothing(
    shop: Shop, users: Users
) -> None:
    shop.service["rollout"] = Canary(probe="/up")
    new_version(shop, paths={"/up": 500})
    with pytest.raises(ApplyFailed) as caught:
        apply(shop.stack(), shop.settings, users)
    assert "/up answers 500" in str(caught.value.exceptions[0])
    assert set(users.answers) == {200}


def test_trouble_that_both_have_is_not_the_new_ones_fault(shop: Shop, users: Users) -> None:
    shop.emulator.plane.behave("gcr.io/shop/api:1", errors=0.2)
    new_version(shop, errors=0.2)
    apply(shop.stack(), shop.settings, users)
    assert traffic(shop) == [("", 100, "")]


def test_a_mended_version_follows_a_bad_one(shop: Shop, users: Users) -> None:
    new_version(shop, errors=1.0)
    with pytest.raises(ApplyFailed):
        apply(shop.stack(), shop.settings, users)
    shop.service["image"] = "gcr.io/shop/api:3"
    apply(shop.stack(), shop.settings, users)
    assert traffic(shop) == [("", 100, "")]
    assert planned(shop).empty


class Killed(BaseException):
    """The process ends."""


def test_a_killed_rollout_goes_on_with_the_share_it_had(shop: Shop, users: Users) -> None:
    old = revision(shop)
    new_version(shop)

    def kill(_seconds: float) -> None:
        if any(percent == 25 for _, percent, _ in traffic(shop)):
            raise Killed

    users.at = kill
    with pytest.raises(Killed):
        apply(shop.stack(), shop.settings, users)
    users.at = lambda _seconds: None
    shop.emulator.world.advance(3600)  # its lease is over
    new = revision(shop)
    found = change(planned(shop))
    assert found.action.value in ("update", "adopt")
    assert "a rollout is in progress: 75 %" in found.reason
    assert not found.diff, "it is as declared"
    told: list[events.Event] = []
    apply(shop.stack(), shop.settings, users, told)
    steps = [one.shares for one in told if isinstance(one, events.TrafficDivided)]
    assert steps == [{old: 50, new: 50}, {new: 100}]
    assert revision(shop) == new, "no further revision was made"


def test_a_killed_rollout_backs_out_when_the_change_is_taken_back(shop: Shop, users: Users) -> None:
    old = revision(shop)
    new_version(shop)

    def kill(_seconds: float) -> None:
        if any(percent == 25 for _, percent, _ in traffic(shop)):
            raise Killed

    users.at = kill
    with pytest.raises(Killed):
        apply(shop.stack(), shop.settings, users)
    users.at = lambda _seconds: None
    shop.emulator.world.advance(3600)
    shop.service["image"] = "gcr.io/shop/api:1"
    told: list[events.Event] = []
    apply(shop.stack(), shop.settings, users, told)
    first = next(one.shares for one in told if isinstance(one, events.TrafficDivided))
    assert first[old] == 95, "the old revision has the rest from the start"
    assert traffic(shop) == [("", 100, "")]


def test_regions_follow_one_another(shop: Shop, users: Users) -> None:
    regions = ("us-central1", "europe-west1")
    apply(shop.stack(*regions), shop.settings, users)
    new_version(shop, errors=1.0)
    before = shop.live("europe-west1")["latestCreatedRevision"]
    with pytest.raises(ApplyFailed) as caught:
        apply(shop.stack(*regions), shop.settings, users)
    assert len(caught.value.exceptions) == 1
    assert shop.live("europe-west1")["latestCreatedRevision"] == before, "not begun"


def test_old_revisions_are_deleted_by_the_policy(shop: Shop, users: Users) -> None:
    shop.service["rollout"] = Canary(steps=(50,), bake=1, keep_revisions=2)
    for number in range(2, 6):
        shop.service["image"] = f"gcr.io/shop/api:{number}"
        apply(shop.stack(), shop.settings, users)
    kept = shop.emulator.world.state.size("run", f"{shop.live()['name']}/revisions")
    assert kept == 2


@pytest.mark.parametrize("rollout", [CANARY, None], ids=["canary", "all at once"])
@pytest.mark.parametrize("back", [False, True], ids=["on", "and back"])
def test_the_tags_of_others_stay(
    shop: Shop, users: Users, rollout: Canary | None, *, back: bool
) -> None:
    """Whoever has an address by a tag keeps it, also one that follows the newest revision."""
    shop.service["rollout"] = rollout
    kind = "TRAFFIC_TARGET_ALLOCATION_TYPE_"
    old = revision(shop)
    shop.patch(
        "traffic",
        traffic=[
            {"type": f"{kind}LATEST", "percent": 100},
            {"type": f"{kind}REVISION", "revision": old, "tag": "audit"},
            {"type": f"{kind}LATEST", "tag": "next"},
        ],
    )
    if back:
        new_version(shop)
        apply(shop.stack(), shop.settings, users)
        with Session(shop.stack(), shop.settings, lambda _event: None, clock=users) as session:
            found = releases(session, "api")
            go_back(session, [(one, earlier(one)) for one in found])
        assert traffic(shop) == [(old, 100, "pinned"), (old, 0, "audit"), ("", 0, "next")]
    shop.service["image"] = "gcr.io/shop/api:3"
    apply(shop.stack(), shop.settings, users)
    assert revision(shop) != old
    assert traffic(shop) == [("", 100, ""), (old, 0, "audit"), ("", 0, "next")]
    assert {200} == {shop.direct(tag).status_code for tag in ("audit", "next")}
    assert planned(shop).empty


def test_the_gate_has_its_api(shop: Shop, users: Users) -> None:
    assert users.answers
    apis = [one.target.path for one in planned(shop).changes if "services/" in one.target.path]
    assert any(path.endswith("services/monitoring.googleapis.com") for path in apis)


def test_a_rollout_needs_no_traffic_to_finish(shop: Shop, users: Users) -> None:
    shop.emulator.world.advance(3600)
    users.rate = 0
    new_version(shop)
    before = users.monotonic()
    apply(shop.stack(), shop.settings, users)
    assert users.monotonic() - before < 3 * 20 + 30, "an idle service has no late figures"
    assert traffic(shop) == [("", 100, "")]


def test_a_stopped_rollout_leaves_the_traffic_for_the_next(shop: Shop, users: Users) -> None:
    new_version(shop)
    session = Session(
        shop.stack(), shop.settings, lambda _event: None, clock=users, executor=Inline(), seed=0
    )

    def stop(_seconds: float) -> None:
        if any(percent == 25 for _, percent, _ in traffic(shop)):
            session.stop()

    users.at = stop
    with session:
        session.prepare()
        result = session.apply(session.plan())
    assert not result.outcome.ok
    assert result.outcome.parked
    assert [percent for _, percent, _ in traffic(shop)] == [75, 25]


@pytest.mark.parametrize(
    ("rollout", "steps"),
    [(BlueGreen(bake=20), [5, 100, 100]), (CANARY, [5, 25, 50, 100])],
    ids=["blue/green", "canary"],
)
def test_what_nobody_can_ask_begins_with_few_users(
    shop: Shop, users: Users, rollout: BlueGreen | Canary, steps: list[int]
) -> None:
    shop.service |= {"rollout": rollout, "ingress": "internal-and-cloud-load-balancing"}
    apply(shop.stack(), shop.settings, users)
    new_version(shop)
    words = "can't be asked at an address of its own: its ingress lets nobody in directly"
    assert any(words in note for note in change(planned(shop)).notes)
    told: list[events.Event] = []
    apply(shop.stack(), shop.settings, users, told)
    new = revision(shop)
    assert [one.shares[new] for one in told if isinstance(one, events.TrafficDivided)] == steps
    assert any(words in one.text for one in told if isinstance(one, events.Noted))
    assert set(users.answers) == {200}


def test_a_bad_revision_that_nobody_could_ask_meets_few_users(shop: Shop, users: Users) -> None:
    shop.service |= {
        "rollout": BlueGreen(bake=20, gate=Gate(min_requests=10)),
        "ingress": "internal-and-cloud-load-balancing",
    }
    apply(shop.stack(), shop.settings, users)
    before = sum(users.answers.values())
    new_version(shop, errors=1.0)
    with pytest.raises(ApplyFailed) as caught:
        apply(shop.stack(), shop.settings, users)
    assert "did badly with 5 % of the traffic" in str(caught.value.exceptions[0])
    assert 0 < users.answers[500] <= 0.06 * (sum(users.answers.values()) - before)
