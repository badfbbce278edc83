"""Traffic that goes back by hand while an apply is under way stays there, and the apply says so."""

from collections.abc import Callable

import pytest

from gcpstack import ApplyFailed, Canary, Gate
from gcpstack._engine.scheduler import Inline
from gcpstack._operations.releases import earlier, go_back, releases, ways_back
from gcpstack._stack.session import Session
from gcpstack.exceptions import RolloutFailed
from tests.dataplane.conftest import HOST, Shop
from tests.dataplane.users import Users, apply

CANARY = Canary(steps=(5, 25), bake=20, gate=Gate(min_requests=10))


@pytest.fixture
def users(shop: Shop) -> Users:
    """A service in use in its second version."""
    shop.service["rollout"] = CANARY
    users = Users(shop.emulator, HOST, rate=5)
    apply(shop.stack(), shop.settings, users)
    shop.control("PUT", "dns", {HOST: [shop.listener(443)["address"]]})
    shop.service["image"] = "gcr.io/shop/api:2"
    apply(shop.stack(), shop.settings, users)
    return users


def traffic(shop: Shop) -> list[tuple[str, int, str]]:
    return [
        (str(one.get("revision", ""))[:9], one.get("percent", 0), one.get("tag", ""))
        for one in shop.live()["traffic"]
    ]


def back(shop: Shop) -> None:
    """Do what ``gcpstack rollback FILE api --without-lease`` does."""
    with Session(shop.stack(), shop.settings, lambda _event: None, executor=Inline()) as session:
        found = releases(session, "api")
        go_back(session, [(one, earlier(one)) for one in found], leased=False)


def once(shop: Shop, users: Users, when: Callable[[], bool]) -> None:
    """Go back by hand as soon as something holds."""

    def look(_seconds: float) -> None:
        if when():
            users.at = lambda _seconds: None
            back(shop)

    users.at = look


def failure(shop: Shop, users: Users) -> RolloutFailed:
    with pytest.raises(ApplyFailed) as caught:
        apply(shop.stack(), shop.settings, users)
    (error,) = caught.value.exceptions
    assert isinstance(error, RolloutFailed)
    return error


@pytest.mark.parametrize("percent", [5, 25])
def test_a_rollout_leaves_the_traffic_that_went_back(
    shop: Shop, users: Users, percent: int
) -> None:
    shop.service["image"] = "gcr.io/shop/api:3"
    once(shop, users, lambda: any(share[1] == percent for share in traffic(shop)))
    error = failure(shop, users)
    assert "Somebody returned the traffic to api-00002" in str(error)
    assert traffic(shop) == [("api-00002", 100, "pinned")]
    again = shop.stack().plan(shop.settings)
    acting = [
        (str(one.address), one.action, one.reason, one.diff) for one in again.changes if one.mutates
    ]
    assert not acting, "the same version is not tried again"


class Between:
    """Goes back by hand between an apply's plan and its change of the service."""

    def __init__(self, shop: Shop, users: Users) -> None:
        self.shop = shop
        self.users = users

    def apply(self) -> RolloutFailed:
        session = Session(
            self.shop.stack(),
            self.shop.settings,
            lambda _event: None,
            clock=self.users,
            executor=Inline(),
            seed=0,
        )
        with session:
            session.prepare()
            plan = session.plan()
            back(self.shop)
            errors = session.apply(plan).outcome.errors
        (error,) = errors
        assert isinstance(error, RolloutFailed)
        return error


@pytest.mark.parametrize("rollout", [CANARY, None], ids=["canary", "all at once"])
def test_a_version_that_was_planned_before_is_not_deployed(
    shop: Shop, users: Users, rollout: Canary | None
) -> None:
    shop.service |= {"rollout": rollout, "image": "gcr.io/shop/api:3"}
    error = Between(shop, users).apply()
    assert "Somebody returned the traffic to api-00001" in str(error)
    assert "A new version moves it on" in error.remedy
    assert traffic(shop) == [("api-00001", 100, "pinned")]
    apply(shop.stack(), shop.settings, users)
    assert [share[1:] for share in traffic(shop)] == [(100, "")], (
        "planned anew, it is a new version"
    )


def test_the_undoing_of_a_failed_apply_leaves_it_too(shop: Shop, users: Users) -> None:
    """What went back by hand stays there when the apply that failed of it undoes itself."""
    shop.service["image"] = "gcr.io/shop/api:3"
    once(shop, users, lambda: any(share[1] == 25 for share in traffic(shop)))
    session = Session(
        shop.stack(), shop.settings, lambda _event: None, clock=users, executor=Inline(), seed=0
    )
    with session:
        session.prepare()
        result = session.apply(session.plan(), rollback=True)
    assert result.undone is not None
    assert ["rollback by hand" in item.reason for item in result.undone.kept] == [True]
    assert traffic(shop) == [("api-00002", 100, "pinned")]


def test_a_region_that_a_rollout_has_not_reached_stays(shop: Shop, users: Users) -> None:
    """Going back takes the first region to its old revision, and the second nowhere."""
    regions = ("us-central1", "europe-west1")
    shop.service["image"] = "gcr.io/shop/api:1"
    apply(shop.stack(*regions), shop.settings, users)
    shop.service["image"] = "gcr.io/shop/api:2"
    apply(shop.stack(*regions), shop.settings, users)
    shop.service["image"] = "gcr.io/shop/api:3"
    chosen: list[str] = []

    def look(_seconds: float) -> None:
        if not any(share[1] == 25 for share in traffic(shop)):
            return
        users.at = lambda _seconds: None
        with Session(
            shop.stack(*regions), shop.settings, lambda _event: None, executor=Inline()
        ) as session:
            found = ways_back(releases(session, "api"))
            chosen.extend(str(one.address) for one, _ in found)
            go_back(session, found, leased=False)

    users.at = look
    with pytest.raises(ApplyFailed):
        apply(shop.stack(*regions), shop.settings, users)
    assert chosen == ["run.Service/us-central1/api"]
    tags = [one.get("tag", "") for one in shop.live("europe-west1")["traffic"]]
    assert tags == [""], "neither pinned nor reached"
