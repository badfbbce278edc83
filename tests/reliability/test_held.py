"""Objects that Google keeps from deletion, and from being written over, while they are held."""

import pytest

from gcpstack import Bucket, BucketObject, FirestoreDatabase, Stack, Topic
from gcpstack.exceptions import PlanError

from .lab import Lab
from .sweep import Run, converge, forget

HOLDS = ("event_based_hold", "temporary_hold")


@pytest.fixture
def lab():
    return Lab()


def stack(**fields):
    """A bucket with a note in it."""
    made = Stack("held", enable_apis=False)
    files = made.add(Bucket("held-files-1", location="US", uniform_access=True, allow_delete=True))
    if fields:
        made.add(BucketObject("note.txt", bucket=files, **fields))
    return made


@pytest.mark.parametrize("hold", HOLDS)
def test_what_is_held_stays_and_the_plan_tells(lab, hold):
    """Nothing is touched."""
    converge(lab, Run(stack(content="one", **{hold: True})))
    lab.line.google.log.clear()

    with pytest.raises(PlanError, match="Google protects it from deletion"):
        lab.apply(stack())
    assert lab.line.mutations() == []


@pytest.mark.parametrize("hold", HOLDS)
@pytest.mark.parametrize("after", [False, None])
def test_a_hold_goes_before_new_content_comes(lab, hold, after):
    """Google takes none while the hold is on it."""
    converge(lab, Run(stack(content="one", **{hold: True})))
    converge(lab, Run(stack(content="two", **{hold: after})))
    converge(lab, Run(stack()))

    assert not [name for name in lab.live() if "note.txt" in name]


def test_a_rollback_takes_what_may_go(lab):
    """A protection that is off keeps nothing."""
    made = Stack("held", enable_apis=False)
    made.add(FirestoreDatabase("main", location="nam5", allow_delete=True))
    refused = {"method": "pubsub.projects.topics.create", "fault": "403"}
    converge(lab, Run(Stack("held", enable_apis=False)))
    lab.line.google.faults.set([refused])
    made.add(Topic("orders"))
    session = lab.session(made)
    session.prepare()
    result = session.apply(session.plan(), rollback=True)

    assert result.undone.kept == ()
    assert not [name for name in lab.live() if "firestore" in name]


@pytest.mark.parametrize("hold", HOLDS)
def test_what_is_held_is_not_written_over(lab, hold):
    """The plan tells; other fields change."""
    converge(lab, Run(stack(content="one", **{hold: True})))
    converge(lab, Run(stack(content="one", cache_control="no-store", **{hold: True})))
    lab.line.google.log.clear()

    with pytest.raises(PlanError, match="content can't change while the object is held"):
        lab.apply(stack(content="two", **{hold: True}))
    assert lab.line.mutations() == []


@pytest.mark.parametrize("hold", HOLDS)
def test_what_is_adopted_as_it_is_is_not_sent_again(lab, hold):
    """The plan compared its content with Google's hash of it."""
    converge(lab, Run(stack(content="one", **{hold: True})))
    forget(lab)
    lab.line.google.log.clear()
    lab.apply(stack(content="one", **{hold: True})).outcome.raise_failed()

    assert lab.line.mutations() == []
