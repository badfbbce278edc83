"""What is declared in another project: the old goes and the new comes, whenever a run dies."""

import dataclasses
import itertools

import pytest

from gcpstack import (
    Action,
    BackendService,
    Bucket,
    BucketIamMember,
    GlobalAddress,
    Network,
    NotificationChannel,
    ProjectIamMember,
    Secret,
    SecretVersion,
    SqlInstance,
    Stack,
    Subnetwork,
    Topic,
)
from gcpstack.exceptions import ConsentRequired, PlanError

from .lab import PROJECT, Lab
from .sweep import Run, converge
from .walks import comparable

ELSEWHERE = "another-project"


def stack(*items, project=None):
    """A stack, with all of it in one project."""
    made = Stack("moved", enable_apis=False)
    for item in items:
        made.add(dataclasses.replace(item, project=project))
    return made


def network(project):
    """A network in use: it can't go before its subnetwork."""
    made = Stack("moved", enable_apis=False)
    vpc = made.add(Network("vpc", project=project))
    made.add(Subnetwork("apps", network=vpc, ip_cidr_range="10.0.0.0/24", project=project))
    return made


def secret(project):
    """A secret with a value, which may go."""
    made = Stack("moved", enable_apis=False)
    key = made.add(Secret("KEY", project=project, allow_delete=True))
    made.add(SecretVersion(key, value="sesame", project=project, allow_delete=True))
    return made


def alone(item):
    """A stack of one thing."""
    return lambda project: stack(item, project=project)


@pytest.fixture(scope="module")
def lab():
    return Lab(latency=1.0)


@pytest.fixture(autouse=True)
def empty(lab):
    lab.undisturbed()
    lab.line.google.reset()


def existing(moment):
    """What exists at a moment: objects, and who may what."""
    objects, records, *_ = moment
    return [
        *map(id, objects.values()),
        *(id(one) for (of, _), one in records.items() if of == "iam"),
    ]


MOVES = {
    "a topic": alone(Topic("orders")),
    "what has successors": alone(GlobalAddress("front")),
    "what Google names": alone(NotificationChannel.email("crew", "a@example.com")),
    "a grant": alone(ProjectIamMember(role="roles/viewer", member="user:ada@example.com")),
    "what is in use": network,
    "a secret": secret,
}


@pytest.mark.parametrize("make", MOVES.values(), ids=MOVES.keys())
def test_it_is_as_if_made_there(lab, make):
    """Nothing of the old is left, whenever the run that moves it dies; so it is after a destroy."""
    void = lab.save()
    converge(lab, Run(make(PROJECT)))
    expected = comparable(lab)
    converge(lab, Run(make(PROJECT), destroy=True))
    nothing = comparable(lab)
    lab.restore(void)
    converge(lab, Run(make(ELSEWHERE)))
    moments = lab.keep_moments()
    lab.apply(make(PROJECT)).outcome.raise_failed()
    lab.undisturbed()
    assert comparable(lab) == expected

    groups = itertools.groupby(moments, key=existing)
    states = [next(alike) for _, alike in groups]
    assert len(states) > 3
    for state in states:
        lab.restore(state)
        lab.undisturbed()
        converge(lab, Run(make(PROJECT)))
        assert comparable(lab) == expected
        lab.restore(state)
        lab.undisturbed()
        converge(lab, Run(make(PROJECT), destroy=True))
        assert comparable(lab) == nothing


def test_the_plan_tells_where_it_was(lab):
    """It is not told as deleted by somebody else."""
    converge(lab, Run(stack(BackendService("web"), project=ELSEWHERE)))
    [change] = lab.plan(stack(BackendService("web"))).changes

    assert change.action is Action.CREATE
    assert change.reason == f"was projects/{ELSEWHERE}/global/backendServices/web until now"


def test_data_goes_with_a_consent_alone(lab):
    """Whether the new one is there already or not."""
    converge(lab, Run(stack(Secret("KEY"), project=ELSEWHERE)))
    before = lab.save()
    for there in (False, True):
        lab.restore(before)
        if there:
            other = Stack("second", enable_apis=False)
            other.add(Secret("KEY"))
            lab.apply(other).outcome.raise_failed()
            lab.apply(Stack("second", enable_apis=False), consents=["secretmanager.Secret/KEY"])
        with pytest.raises(ConsentRequired, match="holds data and would be"):
            lab.apply(stack(Secret("KEY")))


def test_what_google_keeps_from_deletion_is_told(lab):
    """The guard of the old one counts."""
    kept = SqlInstance(
        "main",
        database_version="POSTGRES_15",
        tier="db-custom-1-3840",
        edition="ENTERPRISE",
        deletion_protection=True,
    )
    converge(lab, Run(stack(kept, project=ELSEWHERE)))
    plan = lab.plan(stack(dataclasses.replace(kept, allow_delete=True)))

    assert [type(problem) for problem in plan.problems] == [PlanError]
    assert "Google protects it from deletion" in str(plan.problems[0])


def test_a_bucket_stays_where_it_is(lab):
    """Its name is one in the whole world: the same object stands behind both."""
    files = Bucket("moved-files-1", location="US", uniform_access=True)
    grant = BucketIamMember(files, role="roles/storage.objectViewer", member="user:a@example.com")
    converge(lab, Run(stack(files, grant, project=ELSEWHERE)))
    lab.line.google.log.clear()

    with pytest.raises(PlanError, match=f"is in the project {ELSEWHERE}, and a bucket can't move"):
        lab.apply(stack(files, grant))
    assert lab.line.mutations() == []
