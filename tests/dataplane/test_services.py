"""What callers of emulated Cloud Run services meet, and what Monitoring learns of it."""

import sys
import textwrap
from pathlib import Path
from typing import Any

import pytest

from gcpstack import ApplyFailed, HttpGet, Probe
from tests.dataplane.conftest import PROJECT, Shop


def second_revision(shop: Shop, **behaviour: Any) -> tuple[str, str]:
    """Deploy another revision at 0 %; the old and the new one's names."""
    old = shop.live()["latestReadyRevision"].rsplit("/", 1)[-1]
    shop.emulator.plane.behave("gcr.io/shop/api:2", **behaviour)
    split = {"type": "TRAFFIC_TARGET_ALLOCATION_TYPE_REVISION", "revision": old, "percent": 100}
    latest = {"type": "TRAFFIC_TARGET_ALLOCATION_TYPE_LATEST", "percent": 0, "tag": "next"}
    template = {"containers": [{"image": "gcr.io/shop/api:2"}]}
    shop.patch("template,traffic", template=template, traffic=[split, latest])
    return old, shop.live()["latestReadyRevision"].rsplit("/", 1)[-1]


def shares(old: str, new: str, percent: int) -> list[dict[str, Any]]:
    kind = "TRAFFIC_TARGET_ALLOCATION_TYPE_REVISION"
    return [
        {"type": kind, "revision": old, "percent": 100 - percent},
        {"type": kind, "revision": new, "percent": percent, "tag": "next"},
    ]


def test_traffic_is_split_and_a_tag_has_an_address(shop: Shop) -> None:
    shop.deploy()
    old, new = second_revision(shop)
    assert shop.count(10) == {old: 10}
    assert shop.direct("next").json()["revision"] == new
    shop.patch("traffic", traffic=shares(old, new, 25))
    assert shop.count(40) == {old: 30, new: 10}
    assert shop.direct("nothing").status_code == 404


def test_ingress_refuses_direct_callers_and_lets_the_balancer_in(shop: Shop) -> None:
    shop.service["ingress"] = "internal-and-cloud-load-balancing"
    shop.deploy()
    assert shop.direct().status_code == 404
    assert shop.get().status_code == 200
    shop.patch("ingress", ingress="INGRESS_TRAFFIC_INTERNAL_ONLY")
    assert shop.get().status_code == 404


def test_without_a_grant_callers_need_a_token(shop: Shop) -> None:
    shop.public = False
    shop.deploy()
    assert shop.direct().status_code == 403
    name = f"projects/{PROJECT}/locations/us-central1/services/api"
    url = f"{shop.emulator.endpoint}/run.googleapis.com/v2/{name}:setIamPolicy"
    member = "user:ann@example.com"
    binding = {"role": "roles/run.invoker", "members": [member]}
    assert shop.http.post(url, json={"policy": {"bindings": [binding]}}).status_code == 200
    assert shop.direct(authorization=f"Bearer {member}").status_code == 200
    assert shop.direct(authorization="Bearer user:bob@example.com").status_code == 403


def test_a_behaviour_leaks_errors_evenly(shop: Shop) -> None:
    shop.emulator.plane.behave("gcr.io/shop/api", errors=0.25, error_status=500)
    shop.deploy()
    found = shop.count(40)
    assert found.pop("500") == 10
    assert sum(found.values()) == 30


def test_a_behaviour_breaks_under_its_share(shop: Shop) -> None:
    shop.deploy()
    old, new = second_revision(shop, breaks_at=25, error_status=500)
    shop.patch("traffic", traffic=shares(old, new, 20))
    assert shop.count(20) == {old: 16, new: 4}
    shop.patch("traffic", traffic=shares(old, new, 25))
    assert shop.count(20) == {old: 15, "500": 5}


def test_a_container_that_never_listens_fails_its_deployment(shop: Shop) -> None:
    shop.emulator.plane.behave("gcr.io/shop/api", ready=False)
    with pytest.raises(ApplyFailed) as caught:
        shop.deploy()
    assert "failed to start and listen" in str(caught.value.exceptions)


def test_the_startup_probe_decides_how_long_a_start_may_take(shop: Shop) -> None:
    shop.emulator.plane.behave("gcr.io/shop/api", starts_in=60)
    shop.service["startup_probe"] = Probe(
        http_get=HttpGet(path="/up"), period=10, failure_threshold=3
    )
    with pytest.raises(ApplyFailed):
        shop.deploy()
    shop.emulator.plane.behave("gcr.io/shop/api", starts_in=20)
    shop.deploy()
    assert shop.get().status_code == 200


def test_a_revision_that_is_not_ready_gets_no_requests(shop: Shop) -> None:
    shop.service["readiness_probe"] = Probe(http_get=HttpGet(path="/ready"), period=10)
    shop.deploy()
    assert shop.get().status_code == 200
    shop.emulator.plane.behave("gcr.io/shop/api", paths={"/ready": 503})
    assert shop.get().status_code == 503


def test_a_program_may_stand_in_for_a_container(shop: Shop, tmp_path: Path) -> None:
    program = tmp_path / "program.py"
    program.write_text(
        textwrap.dedent(
            """
            import http.server, os
            class Handler(http.server.BaseHTTPRequestHandler):
                def do_GET(self):
                    self.send_response(200)
                    self.send_header("Content-Length", "5")
                    self.end_headers()
                    self.wfile.write(b"hello")
                def log_message(self, *words):
                    pass
            http.server.HTTPServer(("127.0.0.1", int(os.environ["PORT"])), Handler).serve_forever()
            """
        )
    )
    shop.emulator.plane.run("gcr.io/shop/api", sys.executable, str(program))
    shop.deploy()
    assert shop.get().text == "hello"


def series(shop: Shop, metric: str, **query: str) -> list[Any]:
    url = f"{shop.emulator.endpoint}/monitoring.googleapis.com/v3/projects/{PROJECT}/timeSeries"
    now = shop.emulator.world.now()
    params = {
        "filter": f'metric.type="{metric}"',
        "interval.startTime": shop.emulator.world.stamp(now - 600),
        "interval.endTime": shop.emulator.world.stamp(now),
        **{key.replace("_", "."): value for key, value in query.items()},
    }
    answer = shop.http.get(url, params=params)
    assert answer.status_code == 200, answer.text
    found: list[Any] = answer.json().get("timeSeries", [])
    return found


def test_monitoring_counts_requests_by_revision_and_status(shop: Shop) -> None:
    shop.emulator.plane.behave("gcr.io/shop/api", errors=0.2)
    shop.deploy()
    shop.count(20)
    found = series(shop, "run.googleapis.com/request_count")
    counted = {
        one["metric"]["labels"]["response_code_class"]: one["points"][0]["value"]["int64Value"]
        for one in found
    }
    assert counted == {"2xx": "16", "5xx": "4"}
    labels = found[0]["resource"]["labels"]
    assert (labels["service_name"], labels["location"]) == ("api", "us-central1")
    balanced = series(shop, "loadbalancing.googleapis.com/https/request_count")
    assert {one["resource"]["labels"]["url_map_name"] for one in balanced} == {"shop-url-map"}


def test_monitoring_tells_percentiles_of_latencies(shop: Shop) -> None:
    shop.emulator.plane.behave("gcr.io/shop/api", seconds=0.2)
    shop.deploy()
    shop.count(20)
    found = series(
        shop,
        "run.googleapis.com/request_latencies",
        aggregation_perSeriesAligner="ALIGN_DELTA",
        aggregation_alignmentPeriod="600s",
        aggregation_crossSeriesReducer="REDUCE_PERCENTILE_95",
    )
    value = found[0]["points"][0]["value"]["doubleValue"]
    assert 190 < value < 240


@pytest.mark.parametrize(
    ("behaviour", "words"),
    [
        ({"errors": 2}, "errors"),
        ({"status": 99}, "status"),
        ({"speed": 1}, "no 'speed'"),
        ({"ready": "no"}, "ready"),
        ({"paths": {"/": "x"}}, "paths"),
        (3, "an object"),
    ],
)
def test_a_behaviour_that_means_nothing_is_refused(shop: Shop, behaviour: Any, words: str) -> None:
    url = f"{shop.emulator.endpoint}/_emulator/behaviours"
    answer = shop.http.put(url, json={"gcr.io/shop/api": behaviour})
    assert answer.status_code == 400
    assert words in answer.json()["error"]["message"]
