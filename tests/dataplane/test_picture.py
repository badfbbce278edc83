"""What the terminal shows of a rollout, from its first to its last line, compared whole."""

import re
from collections.abc import Callable

import pytest

from gcpstack import ApplyFailed, Canary, Gate
from gcpstack._cli.failures import failures
from gcpstack._cli.render.runs import event_line, failure_lines
from gcpstack._engine import events
from tests.dataplane.conftest import HOST, Shop
from tests.dataplane.users import Users, apply

Golden = Callable[[str, str], None]
GATE = Gate(error_rate=0.01, min_requests=10)
#: What is different each time: what Google makes up for a revision's name.
NAMES = re.compile(r"(api-\d{5})-\w{3}\b")


@pytest.fixture
def users(shop: Shop) -> Users:
    """A service in use, whose next image is another one."""
    shop.service["rollout"] = Canary(steps=(5, 25, 50), bake=20, gate=GATE)
    users = Users(shop.emulator, HOST)
    apply(shop.stack(), shop.settings, users)
    shop.control("PUT", "dns", {HOST: [shop.listener(443)["address"]]})
    users.sleep(30)
    shop.service["image"] = "gcr.io/shop/api:2"
    return users


def told(happened: list[events.Event]) -> str:
    """Write what happened to the service, without how long it took."""
    lines = filter(None, map(event_line, happened))
    texts = (re.sub("(?<=^✓)(.*)  .*", r"\1", line.plain) for line in lines)
    return NAMES.sub(r"\1", "".join(f"{text}\n" for text in texts if "run.Service/" in text))


def test_a_good_revision(shop: Shop, users: Users, golden: Golden) -> None:
    """The bar empties step by step."""
    happened: list[events.Event] = []
    apply(shop.stack(), shop.settings, users, happened)
    golden("canary", told(happened))


def test_one_that_breaks_under_its_share(shop: Shop, users: Users, golden: Golden) -> None:
    """The bar fills up again, and the end says why."""
    shop.emulator.plane.behave("gcr.io/shop/api:2", breaks_at=25, error_status=500)
    happened: list[events.Event] = []
    with pytest.raises(ApplyFailed) as caught:
        apply(shop.stack(), shop.settings, users, happened)
    end = "".join(
        f"{line.plain}\n" for line in failure_lines(failures(caught.value.exceptions), 100)
    )
    golden("canary-taken-back", told(happened) + NAMES.sub(r"\1", end))


def test_one_that_nobody_can_ask(shop: Shop, users: Users, golden: Golden) -> None:
    """It is told why its own address is not asked."""
    old = shop.service["image"]
    shop.service |= {"image": "gcr.io/shop/api:1", "ingress": "internal-and-cloud-load-balancing"}
    apply(shop.stack(), shop.settings, users)
    shop.service["image"] = old
    happened: list[events.Event] = []
    apply(shop.stack(), shop.settings, users, happened)
    golden("canary-closed", told(happened))
