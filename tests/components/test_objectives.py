"""Objectives and their burn-rate alerts, as Google takes them."""

import pytest

from gcpstack import BurnRate, DeclarationError, ServiceObjectives, SloAlerts, Stack
from gcpstack import resources as r
from gcpstack._core.refs import Composed
from gcpstack._core.resource import Scope
from gcpstack._stack.compiled import compile_stack

SCOPE = Scope("demo-proj", "us-central1", "demo")
SHOP = r.MonitoredService("shop")
COUNT = 'metric.type="run.googleapis.com/request_count" resource.type="cloud_run_revision"'
ANSWERS = r.Slo(
    "answers",
    service=SHOP,
    goal=0.99,
    rolling_period="28d",
    ratio=r.SliRatio(bad_service_filter=f"{COUNT} a", total_service_filter=COUNT),
)


def declared(*items):
    """Compile a stack."""
    compiled = compile_stack("demo", items, {}, SCOPE, enable_apis=False, check=lambda _: ())
    return {str(found.address): found.body for found in compiled.declared}


def text(value):
    """Read a composed filter, with the names of what it refers to."""
    assert isinstance(value, Composed)
    return "".join(part if isinstance(part, str) else f"<{part.to}>" for part in value.parts)


def test_the_usual_alerts_are_a_fast_and_a_slow_one():
    """Each asks over a long and a short time, and both must burn."""
    bodies = declared(SloAlerts(ANSWERS))
    fast = bodies["monitoring.AlertPolicy/shop-answers-fast"]
    slow = bodies["monitoring.AlertPolicy/shop-answers-slow"]

    assert (fast["combiner"], fast["severity"], slow["severity"]) == ("AND", "CRITICAL", "WARNING")
    told = [
        (text(one["conditionThreshold"]["filter"]), one["conditionThreshold"]["thresholdValue"])
        for policy in (fast, slow)
        for one in policy["conditions"]
    ]
    name = "<monitoring.Slo/shop/answers>"
    assert told == [
        (f'select_slo_burn_rate("{name}", "3600s")', 14.4),
        (f'select_slo_burn_rate("{name}", "300s")', 14.4),
        (f'select_slo_burn_rate("{name}", "21600s")', 6),
        (f'select_slo_burn_rate("{name}", "1800s")', 6),
    ]


def test_a_cloud_run_service_is_measured_by_google():
    """The objectives, and an alert of each rate on both."""
    api = r.CloudRunService("api", image="i", location="us-east1")
    bodies = declared(ServiceObjectives(api, availability=0.999, latency="500ms", fast_enough=0.9))

    assert bodies["monitoring.Service/api"]["basicService"] == {
        "serviceType": "CLOUD_RUN",
        "serviceLabels": {"service_name": "api", "location": "us-east1"},
    }
    sli = "serviceLevelIndicator"
    assert bodies["monitoring.Slo/api/availability"][sli] == {"basicSli": {"availability": {}}}
    assert bodies["monitoring.Slo/api/latency"][sli] == {
        "basicSli": {"latency": {"threshold": "0.5s"}}
    }
    assert sum(name.startswith("monitoring.AlertPolicy/") for name in bodies) == 3
    assert "monitoring.AlertPolicy/api-latency-fast" not in bodies  # it can't burn so fast


def test_a_function_is_measured_as_the_service_that_it_runs_as(tmp_path):
    """Of its name, in its region."""
    source = tmp_path / "hook"
    source.mkdir()
    source.joinpath("main.py").write_text("def main(request):\n    return 'ok'\n")
    function = r.CloudFunction(
        "hook", runtime="python312", entry_point="main", source=source, location="us-east1"
    )
    bodies = declared(ServiceObjectives(function, availability=0.99))

    assert bodies["monitoring.Service/hook"]["basicService"]["serviceLabels"] == {
        "service_name": "hook",
        "location": "us-east1",
    }


def test_a_service_that_is_only_named_stands_where_the_stack_stands():
    """Unless its place is given."""
    [here, there] = [
        declared(ServiceObjectives("api", availability=0.9, location=place, rates=[RATE]))
        for place in (None, "us-west1")
    ]
    labels = ("basicService", "serviceLabels", "location")

    assert read(here["monitoring.Service/api"], labels) == "us-central1"
    assert read(there["monitoring.Service/api"], labels) == "us-west1"


def read(body, path):
    for step in path:
        body = body[step]
    return body


RATE = BurnRate(name="any", rate=2, long="6h", short="30m")


def test_a_load_balancer_is_measured_by_its_own_metrics():
    """As people outside see it."""
    bodies = declared(ServiceObjectives("web", url_map="m", availability=0.999, latency=0.5))

    assert bodies["monitoring.Service/web"] == {"displayName": "web", "custom": {}}
    ratio = read(
        bodies["monitoring.Slo/web/availability"],
        ("serviceLevelIndicator", "requestBased", "goodTotalRatio"),
    )
    assert ratio["badServiceFilter"] == (
        ratio["totalServiceFilter"] + " AND metric.labels.response_code_class=500"
    )
    cut = read(
        bodies["monitoring.Slo/web/latency"],
        ("serviceLevelIndicator", "requestBased", "distributionCut"),
    )
    assert cut["range"] == {"max": 500}
    assert "total_latencies" in cut["distributionFilter"]


@pytest.mark.parametrize(
    ("item", "told"),
    [
        (ServiceObjectives("api"), "holds the service to nothing"),
        (SloAlerts(ANSWERS, rates=[]), "rates: is empty"),
        (
            ServiceObjectives("api", availability=0.8),
            "rates: are missing: with this goal the budget burns 5 times as fast at most",
        ),
        (SloAlerts(ANSWERS, rates=[RATE, RATE]), r"rates\[1\]: 'any' stands there twice"),
        (
            SloAlerts(ANSWERS, rates=[BurnRate(name="x", rate=2, long="5m", short="1h")]),
            r"rates\[0\].short: is not shorter than long",
        ),
        (
            SloAlerts(ANSWERS, rates=[BurnRate(name="x", rate=2, long="3d", short="1h")]),
            r"rates\[0\].long: is not a span of time from a minute to a day",
        ),
        (
            SloAlerts(ANSWERS, rates=[BurnRate(name="x", rate=200, long="1h", short="5m")]),
            "rate: 200 never happens: even if every call is bad it burns 100 times as fast",
        ),
        (
            SloAlerts(ANSWERS, rates=[BurnRate(name="x", rate=0.5, long="1h", short="5m")]),
            "rate: is below 1",
        ),
    ],
)
def test_mistakes_are_told(item, told):
    """Before anything is touched."""
    with pytest.raises(DeclarationError, match=told):
        declared(item)


def test_they_converge(gcp_settings):
    """Everything is made, and nothing is left to do; a service of another type takes all along."""
    api = r.CloudRunService("api", image="us-docker.pkg.dev/cloudrun/container/hello")

    def stack(**fields):
        made = Stack("shop", enable_apis=False)
        made.add(ServiceObjectives(api, availability=0.999, **fields))
        return made

    for fields in ({}, {"latency": 1}, {"url_map": "web"}, {}):
        stack(**fields).apply(gcp_settings)
        assert stack(**fields).plan(gcp_settings).empty, fields
