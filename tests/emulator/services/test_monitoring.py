"""Cloud Monitoring: policies, channels, groups, services with objectives, dashboards, metrics."""

import time
from typing import Any

import grpc
import pytest
from google.api_core.exceptions import InvalidArgument
from google.cloud import monitoring_v3
from google.cloud.monitoring_v3.services.metric_service.transports import MetricServiceGrpcTransport
from google.cloud.monitoring_v3.services.service_monitoring_service.transports import (
    ServiceMonitoringServiceGrpcTransport,
)

from gcpstack.emulator import Emulator
from gcpstack.emulator.core.google import Google
from tests.emulator.conftest import Send
from tests.emulator.services.clients import discovery
from tests.emulator.services.mistakes import Mistake, refuse

HOST = "https://monitoring.googleapis.com"
V3 = f"{HOST}/v3/projects/demo-proj"
V1 = f"{HOST}/v1/projects/demo-proj"
FILTER = 'metric.type="run.googleapis.com/request_count" AND resource.type="cloud_run_revision"'
THRESHOLD = {
    "filter": FILTER,
    "comparison": "COMPARISON_GT",
    "thresholdValue": 1,
    "duration": "60s",
}
CONDITION = {"displayName": "errors", "conditionThreshold": THRESHOLD}
POLICY = {"displayName": "errors", "combiner": "OR", "conditions": [CONDITION]}
EMAIL = {"type": "email", "displayName": "ops", "labels": {"email_address": "ops@example.com"}}
GROUP = {"displayName": "all", "filter": 'resource.type="gce_instance"'}
SLI = {"basicSli": {"availability": {}}}
SLO = {"goal": 0.99, "rollingPeriod": "86400s", "serviceLevelIndicator": SLI}
GAUGE = {"type": "custom.googleapis.com/depth", "metricKind": "GAUGE", "valueType": "INT64"}


WEB = {
    "parent": "projects/demo-proj",
    "service_id": "web",
    "service": {"display_name": "Web", "custom": {}},
}
UP = {
    "service_level_objective_id": "up",
    "service_level_objective": {
        "goal": 0.99,
        "rolling_period": {"seconds": 86400},
        "service_level_indicator": {"basic_sli": {"availability": {}}},
    },
}


def make(send: Send, url: str, body: Any) -> dict[str, Any]:
    answer = send("POST", url, body)
    assert answer.status == 200, answer.json()
    return answer.json()


def at(world: Google, seconds: float, value: int, **labels: str) -> dict[str, Any]:
    point = {
        "interval": {"endTime": world.stamp(world.now() + seconds)},
        "value": {"int64Value": str(value)},
    }
    metric = {"type": "custom.googleapis.com/depth", "labels": labels}
    return {"timeSeries": [{"metric": metric, "points": [point]}]}


# -- policies, snoozes ---------------------------------------------------------------------------


def test_conditions_keep_the_names_that_google_gave(send: Send) -> None:
    made = make(send, f"{V3}/alertPolicies", POLICY)
    first = made["conditions"][0]["name"]
    assert first.startswith(made["name"] + "/conditions/")
    other = {**CONDITION, "displayName": "more"}
    body = {**POLICY, "conditions": [made["conditions"][0], other]}
    changed = send("PATCH", f"{HOST}/v3/{made['name']}", body).json()
    assert changed["conditions"][0]["name"] == first
    assert changed["conditions"][1]["name"] != first


def test_a_condition_may_watch_a_budget_burn(send: Send) -> None:
    """By a selector in the place of a metric."""
    slo = "projects/demo-proj/services/web/serviceLevelObjectives/up"
    selectors = {
        f'select_slo_burn_rate("{slo}", "3600s")': 200,
        f"select_slo_budget({slo})": 200,
        f'select_slo_burn_rate("{slo}")': 400,
        'select_slo_burn_rate("up", "1h")': 400,
    }
    for text, status in selectors.items():
        condition = {**CONDITION, "conditionThreshold": {**THRESHOLD, "filter": text}}
        answer = send("POST", f"{V3}/alertPolicies", {**POLICY, "conditions": [condition]})
        assert answer.status == status, text


def test_patch_without_a_mask_replaces(send: Send) -> None:
    made = make(send, f"{V3}/alertPolicies", {**POLICY, "userLabels": {"a": "b"}})
    changed = send("PATCH", f"{HOST}/v3/{made['name']}", POLICY).json()
    assert "userLabels" not in changed
    masked = send("PATCH", f"{HOST}/v3/{made['name']}?updateMask=displayName", {"displayName": "x"})
    assert masked.json()["displayName"] == "x"
    assert masked.json()["conditions"] == changed["conditions"]


def test_policies_are_found_by_their_labels(send: Send) -> None:
    make(send, f"{V3}/alertPolicies", POLICY)
    mine = make(send, f"{V3}/alertPolicies", {**POLICY, "userLabels": {"stack": "aster"}})
    found = send("GET", f'{V3}/alertPolicies?filter=user_labels.stack="aster"').json()
    assert [policy["name"] for policy in found["alertPolicies"]] == [mine["name"]]
    assert found["totalSize"] == 2


def test_a_snooze_of_a_policy(send: Send, world: Google) -> None:
    policy = make(send, f"{V3}/alertPolicies", POLICY)
    interval = {"startTime": world.stamp(), "endTime": world.stamp(world.now() + 3600)}
    body = {
        "displayName": "quiet",
        "criteria": {"policies": [policy["name"]]},
        "interval": interval,
    }
    made = make(send, f"{V3}/snoozes", body)
    world.advance(7200)
    url = f"{HOST}/v3/{made['name']}?updateMask=displayName"
    assert send("PATCH", url, {**body, "displayName": "late"}).status == 400


# -- channels ------------------------------------------------------------------------------------


def test_secrets_of_a_channel_are_told_as_stars(send: Send, world: Google) -> None:
    labels = {"auth_token": "xoxb-1", "channel_name": "#ops"}
    made = make(send, f"{V3}/notificationChannels", {"type": "slack", "labels": labels})
    assert made["labels"] == {"auth_token": "**********", "channel_name": "#ops"}
    changed = {**made, "displayName": "new", "labels": {**made["labels"], "channel_name": "#dev"}}
    assert send("PATCH", f"{HOST}/v3/{made['name']}", changed).status == 200
    stored = world.find("monitoring", made["name"])
    assert stored is not None
    assert stored.body["labels"] == {"auth_token": "xoxb-1", "channel_name": "#dev"}


def test_a_used_channel_goes_by_force_only(send: Send) -> None:
    channel = make(send, f"{V3}/notificationChannels", EMAIL)
    policy = make(
        send, f"{V3}/alertPolicies", {**POLICY, "notificationChannels": [channel["name"]]}
    )
    url = f"{HOST}/v3/{channel['name']}"
    assert send("DELETE", url).json()["error"]["status"] == "FAILED_PRECONDITION"
    assert send("DELETE", f"{url}?force=true").status == 200
    left = send("GET", f"{HOST}/v3/{policy['name']}").json()
    assert left["notificationChannels"] == []


def test_a_number_is_verified(send: Send, world: Google) -> None:
    made = make(send, f"{V3}/notificationChannels", {"type": "sms", "labels": {"number": "+1"}})
    url = f"{HOST}/v3/{made['name']}"
    assert made["verificationStatus"] == "UNVERIFIED"
    assert send("POST", f"{url}:getVerificationCode", {}).status == 400
    assert send("POST", f"{url}:sendVerificationCode", {}).json() == {}
    assert send("POST", f"{url}:verify", {"code": "wrong"}).status == 400
    sent = world.find("monitoring", made["name"])
    assert sent is not None
    verified = send("POST", f"{url}:verify", {"code": sent.meta["code"]}).json()
    assert verified["verificationStatus"] == "VERIFIED"
    code = send("POST", f"{url}:getVerificationCode", {}).json()["code"]
    copy = make(send, f"{V3}/notificationChannels", {"type": "sms", "labels": {"number": "+1"}})
    assert send("POST", f"{HOST}/v3/{copy['name']}:verify", {"code": code}).status == 200


def test_types_of_channels(send: Send) -> None:
    types = send("GET", f"{V3}/notificationChannelDescriptors").json()["channelDescriptors"]
    assert {"email", "slack", "pubsub"} <= {one["type"] for one in types}
    email = send("GET", f"{V3}/notificationChannelDescriptors/email").json()
    assert email["labels"] == [{"key": "email_address"}]
    assert send("GET", f"{V3}/notificationChannelDescriptors/pigeon").status == 404


# -- uptime checks -------------------------------------------------------------------------------


def test_an_uptime_check_hides_what_is_secret(send: Send) -> None:
    resource = {"type": "uptime_url", "labels": {"host": "example.com"}}
    http = {"authInfo": {"username": "u", "password": "p"}, "validateSsl": False, "useSsl": True}
    body = {"displayName": "My check!", "monitoredResource": resource, "httpCheck": http}
    made = make(send, f"{V3}/uptimeCheckConfigs", body)
    assert made["name"].split("/")[-1].startswith("my-check-")
    assert made["httpCheck"]["authInfo"]["password"] == "******"
    assert made["httpCheck"]["port"] == 443
    assert "validateSsl" not in made["httpCheck"]
    threshold = {
        **THRESHOLD,
        "filter": f'{FILTER} AND metric.labels.check_id="{made["name"].split("/")[-1]}"',
    }
    policy = {**POLICY, "conditions": [{"displayName": "up", "conditionThreshold": threshold}]}
    make(send, f"{V3}/alertPolicies", policy)
    refused = send("DELETE", f"{HOST}/v3/{made['name']}").json()["error"]
    assert "alerting policies is using it" in refused["message"]


# -- groups --------------------------------------------------------------------------------------


def test_groups_within_groups(send: Send) -> None:
    top = make(send, f"{V3}/groups", GROUP)
    middle = make(send, f"{V3}/groups", {**GROUP, "parentName": top["name"]})
    low = make(send, f"{V3}/groups", {**GROUP, "parentName": middle["name"]})

    def names(way: str, group: dict[str, Any]) -> list[str]:
        found = send("GET", f"{V3}/groups?{way}={group['name']}").json()["group"]
        return [one["name"] for one in found]

    assert names("childrenOfGroup", top) == [middle["name"]]
    assert set(names("descendantsOfGroup", top)) == {middle["name"], low["name"]}
    assert names("ancestorsOfGroup", low) == [middle["name"], top["name"]]
    assert len(send("GET", f"{V3}/groups").json()["group"]) == 3
    circle = send("PUT", f"{HOST}/v3/{top['name']}", {**top, "parentName": low["name"]})
    assert "its own ancestor" in circle.json()["error"]["message"]
    renamed = send("PUT", f"{HOST}/v3/{low['name']}", {**low, "displayName": "low"})
    assert renamed.json()["displayName"] == "low"
    assert send("GET", f"{HOST}/v3/{low['name']}/members").json() == {"totalSize": 0}
    assert send("DELETE", f"{HOST}/v3/{top['name']}").status == 400
    assert send("DELETE", f"{HOST}/v3/{top['name']}?recursive=true").json() == {}
    assert send("GET", f"{V3}/groups").json() == {}


# -- services and objectives ---------------------------------------------------------------------


def test_objectives_of_a_service(emulator: Emulator, channel: grpc.Channel) -> None:
    client = monitoring_v3.ServiceMonitoringServiceClient(
        transport=ServiceMonitoringServiceGrpcTransport(channel=channel)
    )
    service = client.create_service(request=WEB)
    number = emulator.world.number_of("demo-proj")
    assert service.name == f"projects/{number}/services/web"
    slo = client.create_service_level_objective(request={"parent": service.name, **UP})
    assert slo.name == f"{service.name}/serviceLevelObjectives/up"
    slo.goal = 0.9
    changed = client.update_service_level_objective(
        request={"service_level_objective": slo, "update_mask": {"paths": ["goal"]}}
    )
    assert changed.goal == pytest.approx(0.9)
    assert len(list(client.list_service_level_objectives(parent=service.name))) == 1
    slo.goal = 1
    with pytest.raises(InvalidArgument, match="goal"):
        client.update_service_level_objective(
            request={"service_level_objective": slo, "update_mask": {"paths": ["goal"]}}
        )
    client.delete_service(name=service.name)
    assert list(client.list_services(parent="projects/demo-proj")) == []


# -- dashboards ----------------------------------------------------------------------------------


def test_a_dashboard_through_googles_client(emulator: Emulator) -> None:
    api = discovery(emulator, "monitoring", "v1").projects().dashboards()
    text = {"text": {"content": "hello"}}
    chart = {"xyChart": {"dataSets": [{"timeSeriesQuery": {"prometheusQuery": "up"}}]}}
    body = {"displayName": "d", "gridLayout": {"widgets": [text, chart]}}
    made = api.create(parent="projects/demo-proj", body=body).execute()
    widgets = made["gridLayout"]["widgets"]
    assert widgets[0]["text"] == {"content": "hello", "format": "MARKDOWN", "style": {}}
    assert widgets[1]["xyChart"]["dataSets"][0]["targetAxis"] == "Y1"
    assert made["name"].startswith(f"projects/{emulator.world.number_of('demo-proj')}/dashboards/")
    assert api.get(name=made["name"]).execute() == made
    new = {
        "displayName": "e",
        "etag": made["etag"],
        "columnLayout": {"columns": [{"widgets": [text]}]},
    }
    changed = api.patch(name=made["name"], body=new).execute()
    assert "gridLayout" not in changed
    assert changed["etag"] != made["etag"]
    assert len(api.list(parent="projects/demo-proj").execute()["dashboards"]) == 1
    assert api.delete(name=made["name"]).execute() == {}


def test_a_dashboard_of_a_chosen_name(send: Send) -> None:
    name = "projects/demo-proj/dashboards/mine"
    body = {"name": name, "displayName": "d", "rowLayout": {"rows": []}}
    made = make(send, f"{V1}/dashboards", body)
    assert made["name"].endswith("/dashboards/mine")
    assert send("POST", f"{V1}/dashboards", body).json()["error"]["status"] == "ALREADY_EXISTS"
    stale = send("PATCH", f"{V1}/dashboards/mine", {**body, "etag": "other"})
    assert stale.json()["error"]["status"] == "ABORTED"
    assert send("POST", f"{V1}/dashboards?validateOnly=true", {**body, "name": ""}).status == 200
    assert len(send("GET", f"{V1}/dashboards").json()["dashboards"]) == 1


# -- metrics -------------------------------------------------------------------------------------


def test_a_descriptor_gains_labels(send: Send) -> None:
    make(send, f"{V3}/metricDescriptors", {**GAUGE, "labels": [{"key": "a"}]})
    make(send, f"{V3}/metricDescriptors", {**GAUGE, "labels": [{"key": "b"}]})
    url = f"{V3}/metricDescriptors/custom.googleapis.com/depth"
    got = send("GET", url).json()
    assert [label["key"] for label in got["labels"]] == ["a", "b"]
    assert got["name"] == "projects/demo-proj/metricDescriptors/custom.googleapis.com/depth"
    found = send("GET", f'{V3}/metricDescriptors?filter=metric.type=starts_with("custom.")').json()
    assert found["metricDescriptors"] == [got]
    assert send("DELETE", url).json() == {}
    assert send("GET", url).status == 404


def test_google_and_logs_have_metrics(send: Send) -> None:
    logging = "https://logging.googleapis.com/v2/projects/demo-proj/metrics"
    make(send, logging, {"name": "errors", "filter": "severity>=ERROR"})
    url = f"{V3}/metricDescriptors"
    counted = send("GET", f"{url}/logging.googleapis.com/user/errors").json()
    assert (counted["metricKind"], counted["valueType"]) == ("DELTA", "INT64")
    assert send("GET", f"{url}/run.googleapis.com/request_count").json()["launchStage"] == "GA"
    assert send("DELETE", f"{url}/run.googleapis.com/request_count").status == 404


def test_points_are_read_newest_first_and_aligned(send: Send, world: Google) -> None:
    for second, value in ((0, 1), (30, 3), (60, 8)):
        assert send("POST", f"{V3}/timeSeries", at(world, second, value, queue="a")).json() == {}
    assert send("POST", f"{V3}/timeSeries", at(world, 60, 10, queue="b")).status == 200
    start, end = world.stamp(world.now() - 60), world.stamp(world.now() + 60)
    window = f"interval.startTime={start}&interval.endTime={end}"
    url = f'{V3}/timeSeries?filter=metric.type="custom.googleapis.com/depth"&{window}'
    one = send(
        "GET",
        f'{V3}/timeSeries?{window}&filter=metric.type="custom.googleapis.com/depth"+AND+metric.label.queue="a"',
    ).json()
    values = [point["value"]["int64Value"] for point in one["timeSeries"][0]["points"]]
    assert values == ["8", "3", "1"]
    mean = "&aggregation.perSeriesAligner=ALIGN_MEAN&aggregation.alignmentPeriod=60s"
    summed = send("GET", f"{url}{mean}&aggregation.crossSeriesReducer=REDUCE_SUM").json()
    told = [point["value"]["doubleValue"] for point in summed["timeSeries"][0]["points"]]
    assert told == [15.5, 1.0]
    by = "&aggregation.crossSeriesReducer=REDUCE_MAX&aggregation.groupByFields=metric.label.queue"
    grouped = send("GET", f"{url}{mean}{by}").json()["timeSeries"]
    assert sorted(series["metric"]["labels"]["queue"] for series in grouped) == ["a", "b"]
    headers = send("GET", f"{url}&view=HEADERS").json()["timeSeries"]
    assert all("points" not in series for series in headers)


def test_points_come_in_order(send: Send, world: Google) -> None:
    send("POST", f"{V3}/timeSeries", at(world, 10, 1))
    old = send("POST", f"{V3}/timeSeries", at(world, 5, 1)).json()["error"]["message"]
    assert "Points must be written in order" in old
    soon = send("POST", f"{V3}/timeSeries", at(world, 12, 1)).json()["error"]["message"]
    assert "more frequently than the maximum sampling period" in soon


def test_metrics_over_grpc(emulator: Emulator, channel: grpc.Channel) -> None:
    client = monitoring_v3.MetricServiceClient(
        transport=MetricServiceGrpcTransport(channel=channel)
    )
    now = int(time.time())
    series = {
        "metric": {"type": "custom.googleapis.com/x"},
        "points": [{"interval": {"end_time": {"seconds": now}}, "value": {"double_value": 2.5}}],
    }
    client.create_time_series(name="projects/demo-proj", time_series=[series])
    request = {
        "name": "projects/demo-proj",
        "filter": 'metric.type = "custom.googleapis.com/x"',
        "interval": {"start_time": {"seconds": now - 10}, "end_time": {"seconds": now}},
        "view": "FULL",
    }
    read = list(client.list_time_series(request=request))
    assert read[0].points[0].value.double_value == pytest.approx(2.5)
    name = "projects/demo-proj/metricDescriptors/custom.googleapis.com/x"
    assert client.get_metric_descriptor(name=name).type == "custom.googleapis.com/x"


# -- mistakes ------------------------------------------------------------------------------------

INVALID = "INVALID_ARGUMENT"


def condition(**changes: Any) -> dict[str, Any]:
    return {**POLICY, "conditions": [{"displayName": "c", **changes}]}


MISTAKES = {
    "no conditions": Mistake("POST", f"{V3}/alertPolicies", {**POLICY, "conditions": []}, 400, INVALID, "between 1 and 6"),
    "no combiner": Mistake("POST", f"{V3}/alertPolicies", {"conditions": [CONDITION]}, 400, INVALID, "combiner"),
    "an empty condition": Mistake("POST", f"{V3}/alertPolicies", condition(), 400, INVALID, "exactly one condition type"),
    "no resource type": Mistake(
        "POST", f"{V3}/alertPolicies", condition(conditionThreshold={**THRESHOLD, "filter": 'metric.type="x"'}),
        400, INVALID, 'must specify a restriction on "resource.type"',
    ),
    "alignment too short": Mistake(
        "POST", f"{V3}/alertPolicies",
        condition(conditionThreshold={**THRESHOLD, "aggregations": [{"alignmentPeriod": "10s"}]}),
        400, INVALID, "at least 60 seconds",
    ),
    "unknown field": Mistake("POST", f"{V3}/alertPolicies", {**POLICY, "nope": 1}, 400, INVALID, 'Unknown name "nope"'),
    "bad enum": Mistake("POST", f"{V3}/alertPolicies", {**POLICY, "combiner": "XOR"}, 400, INVALID, "combiner"),
    "missing channel": Mistake(
        "POST", f"{V3}/alertPolicies", {**POLICY, "notificationChannels": ["projects/demo-proj/notificationChannels/1"]},
        404, "NOT_FOUND", "Requested entity was not found.",
    ),
    "unknown channel type": Mistake(
        "POST", f"{V3}/notificationChannels", {"type": "pigeon"}, 400, INVALID, "Unrecognized channel type",
    ),
    "channel without label": Mistake("POST", f"{V3}/notificationChannels", {"type": "email"}, 400, INVALID, "email_address"),
    "channel with a foreign label": Mistake(
        "POST", f"{V3}/notificationChannels", {**EMAIL, "labels": {**EMAIL["labels"], "url": "x"}}, 400, INVALID, '"url"',
    ),
    "missing group": Mistake("GET", f"{V3}/groups/7", None, 404, "NOT_FOUND", "Could not find group definition for '7'."),
    "missing parent group": Mistake(
        "POST", f"{V3}/groups", {**GROUP, "parentName": "projects/demo-proj/groups/7"}, 404, "NOT_FOUND", "group definition",
    ),
    "missing service": Mistake(
        "GET", f"{V3}/services/web", None, 404, "NOT_FOUND", "There is no service with id 'web' in project '",
    ),
    "objective of a missing service": Mistake(
        "POST", f"{V3}/services/web/serviceLevelObjectives", SLO, 404, "NOT_FOUND", "There is no service with id 'web'",
    ),
    "two layouts": Mistake(
        "POST", f"{V1}/dashboards", {"displayName": "d", "gridLayout": {}, "rowLayout": {}}, 400, INVALID, "one layout",
    ),
    "no display name": Mistake("POST", f"{V1}/dashboards", {"gridLayout": {}}, 400, INVALID, "displayName"),
    "tiles overlap": Mistake(
        "POST", f"{V1}/dashboards",
        {"displayName": "d", "mosaicLayout": {"columns": 12, "tiles": [{"width": 2, "height": 2}] * 2}},
        400, INVALID, "tiles[1] overlaps",
    ),
    "tile too wide": Mistake(
        "POST", f"{V1}/dashboards",
        {"displayName": "d", "mosaicLayout": {"columns": 12, "tiles": [{"width": 13, "height": 2}]}},
        400, INVALID, "does not fit",
    ),
    "metric of a foreign domain": Mistake(
        "POST", f"{V3}/metricDescriptors", {**GAUGE, "type": "example.com/x"}, 400, INVALID, "metricDescriptor.type",
    ),
    "running total of words": Mistake(
        "POST", f"{V3}/metricDescriptors", {**GAUGE, "metricKind": "CUMULATIVE", "valueType": "STRING"},
        400, INVALID, "not supported for the metric kind",
    ),
    "series without a metric": Mistake(
        "GET", f'{V3}/timeSeries?filter=resource.type="x"&interval.endTime=2026-01-01T00:00:00Z', None,
        400, INVALID, 'must specify a restriction on "metric.type"',
    ),
    "series without an interval": Mistake(
        "GET", f'{V3}/timeSeries?filter=metric.type="x"', None, 400, INVALID, "interval.end_time",
    ),
}  # fmt: skip


@pytest.mark.parametrize("mistake", MISTAKES.values(), ids=MISTAKES)
def test_mistakes(send: Send, mistake: Mistake) -> None:
    refuse(send, mistake)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"goal": 0}, "goal"),
        ({"goal": 0.99999}, "goal"),
        ({"serviceLevelIndicator": {}}, "indicator"),
        ({"calendarPeriod": "DAY"}, "exactly one of"),
        ({"rollingPeriod": "3600s"}, "multiple of 1 day"),
        ({"rollingPeriod": f"{86400 * 31}s"}, "30 days"),
        ({"rollingPeriod": None, "calendarPeriod": "YEAR"}, "not supported"),
        ({"serviceLevelIndicator": {"windowsBased": {"windowPeriod": "7s"}}}, "fraction of a day"),
        (
            {"serviceLevelIndicator": {"requestBased": {"goodTotalRatio": {"goodServiceFilter": FILTER}}}},
            "two of good",
        ),
    ],
)  # fmt: skip
def test_bad_objectives(send: Send, change: dict[str, Any], words: str) -> None:
    assert send("POST", f"{V3}/services?serviceId=Web_1", {"custom": {}}).status == 400
    make(send, f"{V3}/services?serviceId=web", {"custom": {}})
    answer = send("POST", f"{V3}/services/web/serviceLevelObjectives", {**SLO, **change})
    assert answer.status == 400
    assert words in answer.json()["error"]["message"]


def test_a_metric_keeps_its_kind(send: Send) -> None:
    make(send, f"{V3}/metricDescriptors", GAUGE)
    other = send("POST", f"{V3}/metricDescriptors", {**GAUGE, "metricKind": "CUMULATIVE"})
    assert "differs from the existing" in other.json()["error"]["message"]
    point = {"interval": {"endTime": "2026-01-01T00:00:00Z"}, "value": {"doubleValue": 1.5}}
    series = {"metric": {"type": GAUGE["type"]}, "points": [point]}
    wrong = send("POST", f"{V3}/timeSeries", {"timeSeries": [series]})
    assert "must be INT64, but is DOUBLE" in wrong.json()["error"]["message"]
