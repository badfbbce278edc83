"""Alerts on Cloud Run services and pages, as Google takes them."""

import pytest

from gcpstack import CloudRunAlerts, DeclarationError, UptimeAlert
from gcpstack._core.refs import Composed
from gcpstack._core.resource import Scope
from gcpstack._stack.compiled import compile_stack

SCOPE = Scope("demo-proj", "us-central1", "demo")


def declared(item):
    """Compile a stack of one component."""
    compiled = compile_stack(
        "demo", [item], {}, SCOPE, enable_apis=False, check=lambda _: ()
    ).declared
    return {str(found.address): found.body for found in compiled}


def test_errors_are_a_share_of_all_answers():
    """Of each service by itself, in all its regions."""
    bodies = declared(CloudRunAlerts("web", ["a", "b"], error_rate=0.05, duration=300))
    assert set(bodies) == {"monitoring.AlertPolicy/web-errors"}
    [condition] = bodies["monitoring.AlertPolicy/web-errors"]["conditions"]
    threshold = condition["conditionThreshold"]

    services = 'resource.labels.service_name=one_of("a","b")'
    assert services in threshold["filter"]
    assert threshold["filter"].startswith(threshold["denominatorFilter"])
    assert threshold["filter"].endswith('response_code_class="5xx"')
    assert (threshold["thresholdValue"], threshold["duration"]) == (0.05, "300s")
    assert threshold["aggregations"] == threshold["denominatorAggregations"]
    assert threshold["aggregations"][0]["groupByFields"] == ["resource.label.service_name"]


def test_latency_is_in_milliseconds():
    """As Cloud Run measures it."""
    bodies = declared(CloudRunAlerts("web", ["a"], latency=2))
    [condition] = bodies["monitoring.AlertPolicy/web-latency"]["conditions"]

    assert condition["conditionThreshold"]["thresholdValue"] == 2000


@pytest.mark.parametrize(
    ("alerts", "told"),
    [
        (
            CloudRunAlerts("web", ["a"], error_rate=5),
            "5 is not a share between 0 and 1. Write 0.05",
        ),
        (CloudRunAlerts("web", [], error_rate=0.05), "services: is empty"),
    ],
)
def test_mistakes_are_told(alerts, told):
    """Before anything is touched."""
    with pytest.raises(DeclarationError, match=told):
        declared(alerts)


def test_an_uptime_alert_watches_its_check():
    """By the id that Google gives the check."""
    bodies = declared(UptimeAlert("web-up", "example.com", path="/health"))
    [condition] = bodies["monitoring.AlertPolicy/web-up"]["conditions"]
    series = condition["conditionThreshold"]["filter"]

    assert isinstance(series, Composed)
    assert [part.form for part in series.parts if not isinstance(part, str)] == ["name"]
    assert bodies["monitoring.UptimeCheckConfig/web-up"]["httpCheck"]["path"] == "/health"
