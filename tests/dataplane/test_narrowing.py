"""Services are closed to direct callers only once the load balancer answers for them."""

from typing import Any

import pytest

from gcpstack import (
    CloudRunBackend,
    CloudRunService,
    CloudRunServiceIamMember,
    DeclarationError,
    LoadBalancer,
    Stack,
    VerifiedIngress,
)
from gcpstack._engine import events
from tests.dataplane.conftest import HOST, Shop

NARROW = "INGRESS_TRAFFIC_INTERNAL_LOAD_BALANCER"


def stack(**service: Any) -> Stack:
    made = Stack("shop", region="us-central1")
    api = made.add(CloudRunService("api", image="gcr.io/shop/api:1", **service))
    made.add(CloudRunServiceIamMember(api, role="roles/run.invoker", member="allUsers"))
    lb = LoadBalancer("shop", hosts=[HOST], default=CloudRunBackend("api", api))
    made.add(VerifiedIngress(lb))
    return made


def notes(shop: Shop) -> str:
    plan = stack().plan(shop.settings)
    return " ".join(note for change in plan.changes for note in change.notes)


def test_it_stays_open_until_the_load_balancer_answers(shop: Shop) -> None:
    assert "stays open until" in notes(shop)
    stack().apply(shop.settings)
    assert shop.live()["ingress"] == "INGRESS_TRAFFIC_ALL"
    assert stack().plan(shop.settings).empty, "there is nothing to do for an apply"
    assert "does not work through" in notes(shop)
    assert shop.direct().status_code == 200

    shop.control("PUT", "dns", {HOST: [shop.listener(443)["address"]]})
    shop.emulator.plane.behave("gcr.io/shop/api", status=500)
    assert "it answers 5" in notes(shop)
    shop.emulator.plane.behave("gcr.io/shop/api")
    assert "direct access can go" in notes(shop)
    told: list[events.Event] = []
    stack().apply(shop.settings, on_event=told.append)
    assert shop.live()["ingress"] == NARROW
    waits = [one.reason for one in told if isinstance(one, events.TaskWaiting)]
    assert any("refuses direct callers (404)" in reason for reason in waits)
    assert shop.direct().status_code == 404
    assert shop.get().status_code == 200


def test_what_is_closed_stays_closed_when_the_balancer_fails(shop: Shop) -> None:
    stack().apply(shop.settings)
    shop.control("PUT", "dns", {HOST: [shop.listener(443)["address"]]})
    stack().apply(shop.settings)
    shop.control("PUT", "dataplane", {"down": ["us-central1"]})
    assert stack().plan(shop.settings).empty


def test_what_contradicts_it_is_told(shop: Shop) -> None:
    with pytest.raises(DeclarationError, match="VerifiedIngress sets it too"):
        stack(ingress="all").plan(shop.settings)
    made = Stack("shop", region="us-central1")
    lb = LoadBalancer("shop", default=CloudRunBackend("api", "api"))
    made.add(VerifiedIngress(lb, path="up"))
    with pytest.raises(DeclarationError) as caught:
        made.plan(shop.settings)
    text = str(caught.value)
    for words in ("no domain", "'up' is not a path", "none of the services"):
        assert words in text
