"""New values of secrets reach services as each says that its changes reach users."""

from collections.abc import Callable
from typing import Any

import pytest

from gcpstack import ApplyFailed, Canary, CloudRunApp, CloudRunService, SecretValue, Settings, Stack
from gcpstack._engine import events
from gcpstack._engine.scheduler import Inline
from gcpstack._operations import secrets as operations
from gcpstack._operations.releases import earlier, go_back, let_go, releases
from gcpstack._operations.secret_states import SecretState, secret_states
from gcpstack._stack.session import Session
from gcpstack.exceptions import SettingsError
from tests.dataplane.conftest import Shop
from tests.dataplane.users import Users

IMAGE = "gcr.io/shop/api:1"
CANARY = Canary(steps=(5, 50), bake=1, probe="/up")


class Killed(BaseException):
    """The process ends."""


class Place:
    """A stack whose services read a secret that got another value, which none of them reads yet."""

    def __init__(self, shop: Shop, rollout: Canary | None, *regions: str) -> None:
        self.shop = shop
        self.settings = Settings(project=shop.settings.project, endpoint=shop.settings.endpoint)
        self.rollout = rollout
        self.regions = regions or ("us-central1",)
        self.users = Users(shop.emulator, "", rate=0)
        self.told: list[events.Event] = []
        for value in ("first", "second"):
            self.value = value
            self.apply()
            self.users.sleep(60)

    def session(self) -> Session:
        return Session(
            self.stack(),
            self.settings,
            self.told.append,
            clock=self.users,
            executor=Inline(),
            seed=0,
        )

    def stack(self) -> Stack:
        stack = Stack("shop", region="us-central1")
        secret = stack.add(SecretValue("key", self.value))
        service = CloudRunService("api", image=IMAGE, rollout=self.rollout)
        stack.add(
            CloudRunApp(
                service,
                account="api-service",
                secrets={"KEY": secret},
                regions=self.regions,
                invokers=["allUsers"],
            )
        )
        return stack

    def apply(self) -> None:
        with self.session() as session:
            session.prepare()
            session.apply(session.plan()).outcome.raise_failed()

    def run(self, act: Callable[[Session], Any] = operations.roll) -> Any:
        self.told.clear()
        with self.session() as session:
            return act(session)

    def standing(self) -> SecretState:
        def look(session: Session) -> SecretState:
            return secret_states(session, session.plan())[0]

        found = self.run(look)
        assert isinstance(found, SecretState)
        return found

    def newest(self, region: str = "us-central1") -> str:
        return str(self.shop.live(region)["latestCreatedRevision"]).rsplit("/", 1)[-1]

    def shares(self, region: str = "us-central1") -> list[tuple[int, str]]:
        return [
            (one.get("percent", 0), one.get("tag", "")) for one in self.shop.live(region)["traffic"]
        ]

    @property
    def steps(self) -> list[int]:
        """What the new revisions got, one step after the other."""
        divided = [one.shares for one in self.told if isinstance(one, events.TrafficDivided)]
        return [list(shares.values())[-1] for shares in divided]


def test_a_service_with_a_rollout_is_brought_up_by_it(shop: Shop) -> None:
    place = Place(shop, CANARY)
    before = place.newest()
    assert len(place.run()) == 1
    assert place.steps == [5, 50, 100]
    assert place.newest() != before
    assert place.shares() == [(100, "")]
    assert not place.standing().stale
    assert place.run() == [], "nothing is left to do"


def test_a_value_that_is_bad_is_taken_back(shop: Shop) -> None:
    """The gate keeps it from the users; the old value is not put away, and the next roll tries again."""
    place = Place(shop, CANARY)
    shop.emulator.plane.behave(IMAGE, paths={"/up": 500})
    with pytest.raises(ApplyFailed) as caught:
        place.run()
    assert "/up answers 500" in str(caught.value.exceptions[0])
    assert place.shares() == [(100, ""), (0, "rejected")]
    found = place.standing()
    assert [str(one) for one in found.stale] == ["run.Service/us-central1/api"]
    assert not found.behind
    shop.emulator.plane.behave(IMAGE)
    tried = place.newest()
    assert len(place.run()) == 1
    assert place.newest() == tried, "no further revision was made"
    assert not place.standing().stale


def test_regions_follow_one_another(shop: Shop) -> None:
    place = Place(shop, CANARY, "europe-west1", "us-central1")
    before = [place.newest(region) for region in place.regions]
    shop.emulator.plane.behave(IMAGE, paths={"/up": 500})
    with pytest.raises(ApplyFailed) as caught:
        place.run()
    assert len(caught.value.exceptions) == 1
    after = [place.newest(region) for region in place.regions]
    assert sum(one != other for one, other in zip(before, after, strict=True)) == 1


def test_one_that_is_killed_goes_on_with_the_share_it_had(shop: Shop) -> None:
    place = Place(shop, CANARY)

    def kill(_seconds: float) -> None:
        if (50, "candidate") in place.shares():
            raise Killed

    place.users.at = kill
    with pytest.raises(Killed):
        place.run()
    place.users.at = lambda _seconds: None
    shop.emulator.world.advance(3600)  # its lease is over
    made = place.newest()
    assert place.standing().stale, "the old revision still serves"
    assert len(place.run()) == 1
    assert place.steps == [100]
    assert place.newest() == made


def test_one_whose_traffic_went_back_by_hand_is_told(shop: Shop) -> None:
    place = Place(shop, CANARY)
    old = place.newest()
    place.run()

    def back(session: Session) -> None:
        (found,) = releases(session, "api")
        with pytest.raises(
            SettingsError, match="no earlier revision that came up and runs anything"
        ):
            earlier(found)
        go_back(session, [(found, earlier(found, old))])

    place.run(back)
    assert place.standing().stale, "it serves by a revision that started before"
    made = place.newest()
    with pytest.raises(ApplyFailed) as caught:
        place.run()
    (error,) = caught.value.exceptions
    assert "since a rollback" in str(error)
    assert "--resume" in str(error)
    assert place.newest() == made
    place.run(lambda session: let_go(session, releases(session, "api")))
    assert len(place.run()) == 1
    assert not place.standing().stale


def test_traffic_that_is_tied_to_revisions_is_told(shop: Shop) -> None:
    place = Place(shop, None)
    kind = "TRAFFIC_TARGET_ALLOCATION_TYPE_REVISION"
    shop.patch("traffic", traffic=[{"type": kind, "revision": place.newest(), "percent": 100}])
    made = place.newest()
    with pytest.raises(ApplyFailed) as caught:
        place.run()
    assert "its traffic is tied to revisions: 100 %" in str(caught.value.exceptions[0])
    assert place.newest() == made
