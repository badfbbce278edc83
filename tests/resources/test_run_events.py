"""Worker pools and executions: on the wire, what is told beforehand, and when a job is run."""

import dataclasses

import pytest

from gcpstack import Action, Stack
from gcpstack import resources as r
from gcpstack._core.refs import Address, Link
from gcpstack._core.resource import Encoder
from gcpstack.exceptions import ApplyFailed

from .lives_events import IMAGE, JOB, RUNNER
from .tables import SCOPE, labelled, the_problem

EMAIL = Link(Address("iam.ServiceAccount", "shop-runner"), "email")
SEAL = "projects/p/locations/us-central1/keyRings/r/cryptoKeys/k"


def pool(**fields):
    return r.CloudRunWorkerPool("workers", **{"containers": [r.Container(image="i")], **fields})


CASES = [
    (pool(), {"template": {"containers": [{"image": "i"}]}}),
    (
        pool(
            instances=3,
            service_account=RUNNER,
            revision="workers-v2",
            splits=[
                r.InstanceSplit(percent=90),
                r.InstanceSplit(percent=10, revision="workers-v1"),
            ],
            network_interfaces=[r.NetworkInterface(network="v")],
            vpc_egress="all-traffic",
            encryption_key=SEAL,
            encryption_key_revocation="SHUTDOWN",
            encryption_key_shutdown="1h",
        ),
        {
            "template": {
                "containers": [{"image": "i"}],
                "serviceAccount": EMAIL,
                "revision": "workers-v2",
                "vpcAccess": {"networkInterfaces": [{"network": "v"}], "egress": "ALL_TRAFFIC"},
                "encryptionKey": SEAL,
                "encryptionKeyRevocationAction": "SHUTDOWN",
                "encryptionKeyShutdownDuration": "3600s",
            },
            "scaling": {"manualInstanceCount": 3},
            "instanceSplits": [
                {"percent": 90, "type": "INSTANCE_SPLIT_ALLOCATION_TYPE_LATEST"},
                {
                    "percent": 10,
                    "revision": "workers-v1",
                    "type": "INSTANCE_SPLIT_ALLOCATION_TYPE_REVISION",
                },
            ],
        },
    ),
    (
        r.CloudRunExecution(dataclasses.replace(JOB, tasks=3, labels={"a": "b"})),
        {
            "succeeded": True,
            "template": {"template": {"containers": [{"image": IMAGE}]}, "taskCount": 3},
        },
    ),
    (r.CloudRunExecution("elsewhere"), {"succeeded": True}),
]


@pytest.mark.parametrize(("item", "body"), labelled(CASES))
def test_what_is_sent(item, body):
    """To the letter, and without a problem."""
    assert list(item.problems(SCOPE)) == []
    assert Encoder(SCOPE).declared(item).body == body


PROBLEMS = [
    (pool(containers=[]), "containers: is empty"),
    (
        pool(containers=[r.Container(image="i", port=80)]),
        "port: is for services: a worker takes no",
    ),
    (
        pool(containers=[r.Container(image="i"), r.Container(image="j", name="b")]),
        "name: is needed",
    ),
    (pool(instances=-1), "instances: -1 is not within 0 to 1000"),
    (pool(vpc_egress="all-traffic"), "vpc_egress: needs vpc_connector or network_interfaces"),
    (pool(encryption_key_revocation="SHUTDOWN"), "encryption_key_revocation: needs encryption_key"),
    (
        pool(encryption_key=SEAL, encryption_key_shutdown=60),
        "encryption_key_shutdown: needs encryption_key_revocation='SHUTDOWN'",
    ),
    (pool(revision="v2"), "revision: must start with 'workers-'"),
    (pool(splits=[r.InstanceSplit(percent=50)]), "splits: makes 50 percent, not 100"),
    (
        pool(splits=[r.InstanceSplit(percent=100, type="REVISION")]),
        "type: REVISION goes with a revision",
    ),
]


@pytest.mark.parametrize(("item", "words"), labelled(PROBLEMS))
def test_the_check_fires(item, words):
    """Once, at its place."""
    the_problem(item, words)


def run(settings, job):
    """Apply a job that is executed; tell what the plan said of that."""
    stack = Stack("shop", enable_apis=False)
    execution = r.CloudRunExecution(job)
    stack.add(execution)
    address = execution.address_in(stack.scope(settings))
    (change,) = [one for one in stack.plan(settings).changes if one.address == address]
    stack.apply(settings)
    assert stack.plan(settings).empty
    return change.action


def test_a_job_is_run_when_it_has_changed(gcp_settings):
    """Once for each change of what it does, and again when that is taken back."""
    other = dataclasses.replace(JOB, containers=[r.Container(image=IMAGE, args=["up"])])

    assert run(gcp_settings, JOB) is Action.CREATE
    assert run(gcp_settings, JOB) is Action.NOOP
    assert run(gcp_settings, dataclasses.replace(JOB, labels={"a": "b"})) is Action.NOOP
    assert run(gcp_settings, other) is Action.UPDATE
    assert run(gcp_settings, JOB) is Action.UPDATE
    assert run(gcp_settings, dataclasses.replace(JOB, tasks=2)) is Action.UPDATE


def test_a_job_that_fails_is_told_with_its_log_and_run_again(gcp_settings):
    """By the next apply, until it succeeds."""
    image = "us-docker.pkg.dev/cloudrun/container/hello:crash"
    broken = dataclasses.replace(JOB, containers=[r.Container(image=image)])
    for _ in range(2):
        with pytest.raises(ApplyFailed) as failed:
            run(gcp_settings, broken)
        text = str(failed.value.exceptions[0])
        assert "the execution migrate-" in text
        assert "failed: NON_ZERO_EXIT_CODE: Task failed" in text
        assert "Its log: https://console.cloud.google.com/" in text
    assert run(gcp_settings, JOB) is Action.UPDATE
