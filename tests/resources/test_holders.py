"""What stands within another object: it needs that one, and goes with it."""

import pytest

from gcpstack import Action, PlanError, Stack
from gcpstack import resources as r

COUNT = 'metric.type="run.googleapis.com/request_count" resource.type="cloud_run_revision"'
API = r.CloudRunService("api", image="us-docker.pkg.dev/cloudrun/container/hello")


def slo(service):
    return r.Slo(
        "answers",
        service=service,
        goal=0.99,
        rolling_period="28d",
        ratio=r.SliRatio(bad_service_filter=f"{COUNT} a", total_service_filter=COUNT),
    )


def stack(*items):
    made = Stack("shop", enable_apis=False)
    for item in items:
        made.add(item)
    return made


@pytest.mark.parametrize(
    ("item", "told"),
    [
        (
            slo("shop"),
            "the monitored service 'shop', which does not exist.*Declare the monitored service",
        ),
        (r.LogView("errors", bucket="kept"), "the log bucket 'kept', which does not exist"),
    ],
)
def test_without_a_holder_nothing_is_planned(gcp_settings, item, told):
    """It is told before anything is touched."""
    made = stack(item, r.Topic("events"))
    plan = made.plan(gcp_settings)

    assert [type(problem) for problem in plan.problems] == [PlanError]
    with pytest.raises(PlanError, match=f"(?s){told}"):
        made.apply(gcp_settings)
    assert made.plan(gcp_settings).summary["create"] == 2


def test_what_only_names_its_holder_comes_after_it(gcp_settings):
    """Whatever the order in which they are declared."""
    items = [
        slo("shop"),
        r.LogView("errors", bucket="kept"),
        r.SqlDatabase("app", instance="main"),
        r.TopicIamMember("news", role="roles/pubsub.viewer", member="user:ada@example.com"),
        r.MonitoredService("shop"),
        r.LogBucket("kept"),
        r.SqlInstance(
            "main",
            database_version="POSTGRES_15",
            tier="db-custom-2-7680",
            edition="ENTERPRISE",
        ),
        r.Topic("news"),
    ]
    plan = stack(*items).plan(gcp_settings)
    order = [change.kind.name for change in plan.changes]
    pairs = [
        ("monitoring.Service", "monitoring.Slo"),
        ("logging.BucketConfig", "logging.LogView"),
        ("sql.DatabaseInstance", "sql.Database"),
        ("pubsub.Topic", "pubsub.TopicIamMember"),
    ]

    assert [pair for pair in pairs if order.index(pair[0]) > order.index(pair[1])] == []
    assert stack(*items).apply(gcp_settings).outcome.ok
    assert stack(*items).plan(gcp_settings).empty


def test_a_holder_may_be_managed_elsewhere(gcp_settings):
    """It is there: that is enough."""
    other = Stack("other", enable_apis=False)
    other.add(r.MonitoredService("shop"))
    other.apply(gcp_settings)

    assert stack(slo("shop")).apply(gcp_settings).outcome.ok
    assert stack(slo("shop")).plan(gcp_settings).empty


def test_what_is_within_goes_with_what_is_replaced(gcp_settings):
    """The plan says so, and one apply is enough."""
    before = r.MonitoredService("shop")
    after = r.MonitoredService.cloud_run("shop", API)
    stack(slo(before)).apply(gcp_settings)
    plan = stack(slo(after)).plan(gcp_settings)
    actions = {change.kind.name: (change.action, change.reason) for change in plan.changes}

    assert actions["monitoring.Service"][0] is Action.REPLACE
    assert actions["monitoring.Slo"] == (
        Action.CREATE,
        "goes with what holds it, which is replaced",
    )
    stack(slo(after)).apply(gcp_settings)
    assert stack(slo(after)).plan(gcp_settings).empty


VPC = r.Network("inner")


def zone(domain, *hosts, **seen):
    """A zone and its records: neither its domain nor who sees it can change in place."""
    made = r.DnsZone("inner", dns_name=domain, **seen)
    return [
        VPC,
        made,
        *(
            r.DnsRecordSet(f"{host}.{domain}", zone=made, type="A", ttl=60, rrdatas=["10.0.0.7"])
            for host in hosts
        ),
    ]


def test_what_must_be_empty_to_go_is_emptied_first(gcp_settings):
    """Google deletes no zone that has records, those that nobody declares any more included."""
    stack(*zone("a.example.com", "api", "db")).apply(gcp_settings)
    after = stack(*zone("b.example.com", "api"))
    plan = after.plan(gcp_settings)

    assert plan.summary["replace"] == 1
    assert plan.summary["delete"] == 2
    after.apply(gcp_settings)
    assert after.plan(gcp_settings).empty


def test_a_record_that_stays_declared_comes_back(gcp_settings):
    """It is deleted and made again around its holder's replacement."""
    stack(*zone("a.example.com", "api")).apply(gcp_settings)
    after = stack(*zone("a.example.com", "api", visibility="private", networks=[VPC]))
    plan = after.plan(gcp_settings)
    actions = {change.kind.name: (change.action, change.cleared) for change in plan.changes}

    assert actions == {
        "compute.Network": (Action.NOOP, False),
        "dns.ManagedZone": (Action.REPLACE, False),
        "dns.RecordSet": (Action.CREATE, True),
    }
    after.apply(gcp_settings)
    assert after.plan(gcp_settings).empty
