"""Only permissions that Google has are listed: a custom role with another one can't be made."""

import fnmatch

import pytest

from gcpstack.emulator.core.permissions import exists, names
from gcpstack.resources._operation_rights import OPERATIONS, ROLLOUT
from gcpstack.resources._permissions import INVENTORY, READING, rights
from gcpstack.resources._roles import ROLES, holds
from gcpstack.resources.kinds import ALL

EVERY = frozenset(f"{collection}.{verb}" for collection, verbs in names().items() for verb in verbs)


def of_kind(kind):
    found = rights(kind)
    beside = {name for row in found.named.values() for name in row}
    return found.of("read", "create", "update", "delete", "used") | beside


@pytest.mark.parametrize("kind", ALL.values(), ids=lambda kind: kind.name)
def test_what_kinds_need(kind):
    """Each name is Google's, and a predefined role holds it."""
    assert of_kind(kind) - EVERY == set()
    assert [n for n in of_kind(kind) if not any(holds(role, n) for role in ROLES)] == []


def test_what_commands_need():
    """So are theirs, and those of the inventory; the kinds that they name are ours."""
    rows = [name for how in OPERATIONS.values() for row in how.kinds.values() for name in row]
    found = {*rows, *ROLLOUT, *INVENTORY, *READING}

    assert found - EVERY == set()
    assert [n for n in found if not any(holds(role, n) for role in ROLES)] == []
    assert {kind for how in OPERATIONS.values() for kind in how.kinds} - {""} <= ALL.keys()


@pytest.mark.parametrize("role", ROLES)
def test_what_roles_hold(role):
    """Each pattern of a role stands for permissions that there are."""
    assert [glob for glob in ROLES[role] if not fnmatch.filter(EVERY, glob)] == []


def test_a_permission_that_google_has_not():
    """Is told from those that it has; of what nobody listed, nothing is said."""
    assert exists("compute.addresses.setLabels")
    assert not exists("compute.addresses.update")
    assert exists("compute.machineImages.create")


ACCOUNT = "deployer@my-project.iam.gserviceaccount.com"


@pytest.mark.parametrize(
    ("kind", "body", "name", "needed"),
    [
        ("pubsub.Subscription", {"topic": "t"}, "iam.serviceAccounts.actAs", False),
        (
            "pubsub.Subscription",
            {"pushConfig": {"oidcToken": {"serviceAccountEmail": ACCOUNT}}},
            "iam.serviceAccounts.actAs",
            True,
        ),
        ("cloudscheduler.Job", {"pubsubTarget": {}}, "iam.serviceAccounts.actAs", False),
        ("run.Service", {}, "iam.serviceAccounts.actAs", True),
        ("compute.GlobalAddress", {}, "compute.globalAddresses.createInternal", False),
        (
            "compute.GlobalAddress",
            {"addressType": "INTERNAL"},
            "compute.globalAddresses.createInternal",
            True,
        ),
    ],
    ids=["pull", "push", "message", "service", "outside", "within"],
)
def test_what_depends_on_the_declaration(kind, body, name, needed):
    """Nobody is asked for more than what is declared takes; who knows nothing of it, for all."""
    found = rights(ALL[kind])

    assert (name in found.of("create", body=body)) is needed
    assert name in found.of("create")
