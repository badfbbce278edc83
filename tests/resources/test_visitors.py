"""A service that visitors are led to, and that lets nobody in, is told of before it is created."""

import pytest

from gcpstack import CloudRunBackend, LoadBalancer, Stack
from gcpstack import resources as r

IMAGE = "us-docker.pkg.dev/cloudrun/container/hello"
INVOKER = "roles/run.invoker"


def service(**fields):
    return r.CloudRunService("web", image=IMAGE, **fields)


def balanced(web, *more):
    made = Stack("shop", region="us-central1", enable_apis=False)
    made.add(LoadBalancer("shop", hosts=["shop.example.com"], default=CloudRunBackend("web", web)))
    for item in more:
        made.add(item)
    return made


def told(made, settings):
    return {str(one.address): one.notes for one in made.plan(settings).changes if one.notes}


def test_nobody_is_let_in(gcp_settings):
    """The plan says so until the service is there."""
    made = balanced(service())
    found = told(made, gcp_settings)
    made.apply(gcp_settings)

    assert list(found) == ["run.Service/us-central1/web"]
    assert "would get 403" in found["run.Service/us-central1/web"][0]
    assert INVOKER in found["run.Service/us-central1/web"][0]
    assert told(made, gcp_settings) == {}


def test_a_domain_leads_there_too(gcp_settings):
    """Without any load balancer."""
    made = Stack("shop", region="us-central1", enable_apis=False)
    made.add(r.CloudRunDomainMapping("www.example.com", service=service()))

    assert list(told(made, gcp_settings)) == ["run.Service/us-central1/web"]


OPEN, SIGNED_IN, WEB = service(invoker_iam_disabled=True), service(iap_enabled=True), service()
PROXY = r.ServiceAgent("iap.googleapis.com").output("member")


@pytest.mark.parametrize(
    ("web", "more"),
    [
        (OPEN, []),
        (SIGNED_IN, [r.CloudRunServiceIamMember(SIGNED_IN, role=INVOKER, member=PROXY)]),
        (WEB, [r.CloudRunServiceIamMember(WEB, role=INVOKER, member="allUsers")]),
        (WEB, [r.CloudRunServiceIamMember(WEB, role=INVOKER, member="user:ada@example.com")]),
        (WEB, [r.ProjectIamMember(role=INVOKER, member="user:ada@example.com")]),
        ("elsewhere", []),
    ],
    ids=range(6),
)
def test_somebody_is_let_in(gcp_settings, web, more):
    """However: nothing is said."""
    plan = balanced(web, *more).plan(gcp_settings)

    assert [one.notes for one in plan.changes if one.kind.name == "run.Service" and one.notes] == []
