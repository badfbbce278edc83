"""What a search among random stacks found: each case is small, and ends as if made from nothing."""

import dataclasses

import pytest

from gcpstack import (
    Firewall,
    FirewallProtocol,
    Network,
    RegionalAddress,
    Stack,
    Subnetwork,
    SubnetworkIamMember,
)
from gcpstack.exceptions import PlanError
from tests.resources.lives_edge import LEVEL, POLICY
from tests.resources.test_lives import LIVES

from .lab import Lab
from .sweep import Run, converge
from .wire import INVENTORY

NAMED = {f"{life.base.KIND.name}/{getattr(life.base, 'name', '')}": life for life in LIVES}


@pytest.fixture
def lab():
    return Lab()


def stack(*items):
    """A stack of these."""
    made = Stack("odd", enable_apis=False)
    for item in items:
        made.add(item)
    return made


def life(name, **fields):
    """One life, changed, and what stands beside it."""
    found = NAMED[name]
    return (dataclasses.replace(found.base, **fields), *found.beside)


def test_a_certificate_of_ones_own_is_replaced_by_one_apply(lab):
    """It works as soon as it exists: its predecessor waits for nothing."""
    name = "certificatemanager.Certificate/own"
    converge(lab, Run(stack(*life(name))))
    converge(lab, Run(stack(*life(name, certificate_scope="EDGE_CACHE"))))

    assert len([key for key in lab.live() if "/certificates/" in key]) == 1


def network(**fields):
    """A network in use."""
    vpc = Network("vpc", auto_create_subnetworks=False, **fields)
    tcp = FirewallProtocol(protocol="tcp")
    return stack(vpc, Firewall("web", network=vpc, allowed=[tcp], source_ranges=["10.0.0.0/8"]))


def subnetwork(**fields):
    """A subnetwork in use, with a grant on it."""
    vpc = Network("vpc", auto_create_subnetworks=False)
    apps = Subnetwork("apps", network=vpc, ip_cidr_range="10.0.0.0/28", **fields)
    who = "user:ada@example.com"
    grant = SubnetworkIamMember(apps, role="roles/compute.networkUser", member=who)
    return stack(apps, grant, RegionalAddress("in", address_type="INTERNAL", subnetwork=apps))


@pytest.mark.parametrize(
    ("make", "fields", "user"),
    [
        (network, {"description": "x"}, "compute.Firewall/web"),
        (subnetwork, {"description": "x"}, "compute.Address/us-central1/in"),
    ],
)
def test_what_is_in_use_is_not_made_anew(lab, make, fields, user):
    """Google would not delete it: the plan says so, and names who uses it."""
    converge(lab, Run(make()))
    lab.line.google.log.clear()

    with pytest.raises(PlanError, match=f"that is in use, by {user}\\."):
        lab.apply(make(**fields))
    assert lab.line.mutations() == []
    [changed, *_] = make(**fields).items
    converge(lab, Run(stack(make().items[0])))
    converge(lab, Run(stack(changed)))


def test_what_waits_for_a_name_is_not_looked_for_before_it_is_known(lab):
    """Google chooses the number of an access policy: a run that dies before leaves no level to find."""
    policy = dataclasses.replace(POLICY, allow_delete=True)
    levels = stack(dataclasses.replace(LEVEL, policy=policy))
    moments = lab.keep_moments()
    lab.apply(levels).outcome.raise_failed()
    early = [state for state in moments if not any("evels/" in name for _, name in state[0])]
    # The inventory of the first moments knows nothing yet.
    written = [state for state in early if any(f"{INVENTORY}/o/" in name for _, name in state[0])]
    states = list({id(state): state for state in written}.values())
    assert len(states) > 1
    for state in states[:: len(states) // 2]:
        for then in (Run(levels), Run(Stack("odd", enable_apis=False)), Run(levels, destroy=True)):
            lab.restore(state)
            lab.undisturbed()
            converge(lab, then)
