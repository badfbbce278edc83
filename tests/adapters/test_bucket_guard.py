"""An inventory's bucket that others may write is refused, before anything is done."""

import dataclasses

import pytest

from gcpstack import GlobalAddress, InventoryError, Stack
from tests.reliability.lab import PROJECT, Lab
from tests.reliability.wire import ENDPOINT

MINE = "my-inventories"


@pytest.fixture
def lab():
    return Lab()


def web():
    made = Stack("web", enable_apis=False)
    made.add(GlobalAddress("ip"))
    return made


def make(lab, name=MINE, project=PROJECT, *, uniform=True, prevent="inherited"):
    """Make a bucket as somebody might."""
    body = {
        "name": name,
        "iamConfiguration": {
            "uniformBucketLevelAccess": {"enabled": uniform},
            "publicAccessPrevention": prevent,
        },
    }
    buckets = lab.clients.collection("storage", "v1", "buckets")
    buckets.insert(project=project, body=body).execute()
    return buckets


def apply(lab, inventory=f"gs://{MINE}"):
    settings = dataclasses.replace(lab.settings, inventory=inventory, endpoint=ENDPOINT)
    session = lab.session(web(), settings)
    session.prepare()
    return session.apply(session.plan())


def made(lab):
    return [name for name in lab.line.mutations() if name.startswith("compute")]


def test_a_bucket_of_ones_own_is_fine(lab):
    """Uniform access, nobody else in it."""
    make(lab)

    assert apply(lab).outcome.ok


@pytest.mark.parametrize("role", ["roles/storage.objectAdmin", "roles/storage.objectViewer"])
@pytest.mark.parametrize("member", ["allUsers", "allAuthenticatedUsers"])
def test_a_public_bucket_is_refused(lab, member, role):
    """With who may what, and how to mend it."""
    buckets = make(lab)
    policy = {"bindings": [{"role": role, "members": [member]}]}
    buckets.setIamPolicy(bucket=MINE, body=policy).execute()

    with pytest.raises(InventoryError, match=f"{member} has {role}") as raised:
        apply(lab)

    assert "--public-access-prevention" in raised.value.remedy
    assert made(lab) == []


def test_access_lists_are_refused(lab):
    """They let single objects be written by others."""
    make(lab, uniform=False)

    with pytest.raises(InventoryError, match="no uniform bucket-level access"):
        apply(lab)

    assert made(lab) == []


def test_a_name_that_somebody_else_took(lab):
    """Bucket names are everybody's: the default one may be in another project."""
    make(lab, f"{PROJECT}-gcpstack", "somebody-elses")

    with pytest.raises(InventoryError, match="belongs to another project") as raised:
        apply(lab, None)

    assert "--inventory" in raised.value.remedy
    assert made(lab) == []


def test_a_bucket_of_another_project_may_be_named(lab):
    """One that holds the inventories of many projects."""
    make(lab, project="shared-inventories")

    assert apply(lab).outcome.ok
