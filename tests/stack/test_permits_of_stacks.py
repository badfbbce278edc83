"""What `permissions` lists lets each stack that ships live; without any of it, nothing is begun."""

import dataclasses

import pytest

from gcpstack._stack import permits
from gcpstack._stack.inventories import bucket_rights, inventory
from gcpstack.emulator.core.permissions import needed
from gcpstack.exceptions import PermissionsMissing
from gcpstack.resources._permissions import ELSEWHERE, rights
from tests.reliability.lab import PROJECT, Lab
from tests.reliability.stacks import ASTER, ATP, EAILI5, TRADE_STREAMER, VIRTUOSO

SHIPPED = (ASTER, ATP, EAILI5, VIRTUOSO, TRADE_STREAMER)


class Guarded:
    """A project in which the caller may do little."""

    def __init__(self):
        self.lab = Lab()
        self.google = self.lab.line.google

    def allow(self, names):
        self.google.permissions.set({"allowed": sorted(names)})

    def planned(self, stack, destroy=False):
        """Plan with what is listed, and nothing else; consents to everything."""
        session = self.lab.session(stack)
        self.allow(session.permissions().permissions)
        session.prepare()
        plan = session.plan(destroy=destroy)
        if plan.problems:
            consents = frozenset(str(change.address) for change in plan.changes)
            settings = dataclasses.replace(self.lab.settings, consents=consents)
            session = self.lab.session(stack, settings)
            plan = session.plan(destroy=destroy)
        return session, plan

    def asked(self, session, plan):
        """Tell what is asked for before the first change of a plan."""
        found = permits.wanted_by(plan, PROJECT)
        assert found.keys() == {PROJECT}
        kept = inventory(session.clients, PROJECT, session.settings)
        return {*found[PROJECT], *bucket_rights(kept, plan)}

    def run(self, stack, destroy=False):
        """Carry a plan out with what it asks for, and what reading took; tell that and what was used."""
        session, plan = self.planned(stack, destroy)
        asked = self.asked(session, plan)
        read = {
            name
            for change in plan.changes
            for name in rights(change.kind).of("read", ids=change.target.ids)
        }
        elsewhere = {
            name
            for change in plan.changes
            for name in rights(change.kind).of("create", "update", "delete")
            if name.startswith(tuple(ELSEWHERE))
        }
        before = len(self.google.log.rows())
        self.allow(asked | read | elsewhere)
        session.apply(plan).outcome.raise_failed()
        rows = self.google.log.rows()[before:]
        return asked, {needed(row["method"]) for row in rows} - {""}


@pytest.mark.parametrize("shipped", SHIPPED, ids=lambda shipped: shipped.name)
def test_what_is_asked_for_is_enough(shipped):
    """Made, updated, with successors of what can't change, and destroyed: each run with no more."""
    guarded = Guarded()
    for edits, destroy in (({}, False), (shipped.update, False), (shipped.replace, False)):
        guarded.run(shipped.stack(edits), destroy)
    _, used = guarded.run(shipped.stack(shipped.replace), destroy=True)

    assert "storage.buckets.delete" in used


@pytest.mark.parametrize(
    ("shipped", "action"),
    [*((shipped, "create") for shipped in SHIPPED), (ASTER, "update"), (ASTER, "destroy")],
    ids=lambda value: value if isinstance(value, str) else value.name,
)
def test_whatever_is_withdrawn_is_named_before_anything_is_done(shipped, action):
    """Each permission that a run asks for, one after the other; nothing is called that changes anything."""
    guarded = Guarded()
    if action != "create":
        guarded.lab.apply(shipped.stack())
    edits = shipped.update if action == "update" else {}
    session, plan = guarded.planned(shipped.stack(edits), destroy=action == "destroy")
    asked = guarded.asked(session, plan)
    before = guarded.lab.line.mutations()
    told = {}
    for name in sorted(asked):
        guarded.google.permissions.set({"allowed": ["*"], "denied": [name]})
        with pytest.raises(PermissionsMissing) as raised:
            session.permit(plan)
        told[name] = raised.value.permissions

    assert told == {name: (name,) for name in asked}
    assert guarded.lab.line.mutations() == before
