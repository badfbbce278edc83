"""Every plan-time check of objectives, dashboards and what is made of logs fires, and says where."""

import pytest

from gcpstack import resources as r

from .lives_watch import COUNT, GOOD, LATENCY, SHOP
from .tables import labelled, the_problem

RATIO = r.SliRatio(good_service_filter=GOOD, total_service_filter=COUNT)
BASIC = r.BasicSli(availability=True)


def service(**fields):
    return r.MonitoredService("shop", **fields)


def basic(kind="CLOUD_RUN", **labels):
    return service(basic=r.BasicService(service_type=kind, service_labels=labels))


def slo(**fields):
    given = {"service": SHOP, "goal": 0.99, "rolling_period": "28d", "ratio": RATIO}
    return r.Slo("ok", **{**given, **fields})


def windows(**fields):
    return slo(ratio=None, windows=r.SliWindows(**{"window_period": 300, **fields}))


OBJECTIVES = [
    (r.MonitoredService("My shop"), "name: 'My shop' is no name"),
    (basic(location="us"), r"basic.service_labels\['service_name'\]: is needed with"),
    (
        basic(location="us", service_name="a", svc_name="b"),
        "basic.service_labels: 'svc_name' is none of",
    ),
    (service(user_labels={"A": "b"}), r"user_labels\['A'\]: is no label key"),
    (r.Slo("a b", service=SHOP, goal=0.9, rolling_period="1d", ratio=RATIO), "'a b' is no name"),
    (slo(goal=99.9), "goal: 99.9 is no share above 0, up to 0.9999. Write 0.999 for 99.9 percent"),
    (slo(goal=0.99999), "goal: 0.99999 is no share"),
    (slo(goal=0.0), "goal: 0 is no share"),
    (slo(rolling_period=None), "one of rolling_period, calendar_period is needed"),
    (slo(calendar_period="DAY"), "rolling_period and calendar_period exclude each other"),
    (slo(rolling_period="31d"), "rolling_period: 2678400 is not within 86400 to 2592000"),
    (slo(rolling_period="36h"), "rolling_period: 129600 s is no whole number of days"),
    (slo(ratio=None), "one of basic, ratio, cut, windows is needed"),
    (slo(cut=r.SliCut(distribution_filter=LATENCY, max=1)), "ratio and cut exclude each other"),
    (slo(service=""), "service: '' is no name"),
    (slo(service=r.Topic("x")), "service: refers to a pubsub.Topic"),
    (
        slo(ratio=None, basic=BASIC),
        "basic: is not known of shop: Google measures no calls of its type, a custom one",
    ),
    (
        slo(service="web", ratio=None, basic=r.BasicSli(availability=True, latency=1)),
        "basic: availability and latency exclude each other",
    ),
    (
        slo(service="web", ratio=None, basic=r.BasicSli(latency=0)),
        "basic.latency: must be above 0",
    ),
    (slo(ratio=r.SliRatio(good_service_filter=GOOD)), "ratio: 1 filters are given. Give two of"),
    (
        slo(ratio=r.SliRatio(good_service_filter="x", total_service_filter=COUNT)),
        "ratio.good_service_filter: names no metric",
    ),
    (slo(ratio=None, cut=r.SliCut(distribution_filter=LATENCY)), "cut: has no range"),
    (
        slo(ratio=None, cut=r.SliCut(distribution_filter=LATENCY, min=5, max=1)),
        "cut.min: 5 is not below max=1",
    ),
    (windows(good_bad_metric_filter=COUNT, window_period=7), "window_period: 7 is not within 60"),
    (windows(good_bad_metric_filter=COUNT, window_period=700), "no whole fraction of a day"),
    (windows(), "windows: one of good_bad_metric_filter"),
    (
        windows(good_total_ratio_threshold=r.SliThreshold(threshold=90, ratio=RATIO)),
        "threshold: 90 is no share above 0, up to 1",
    ),
    (
        windows(good_total_ratio_threshold=r.SliThreshold(threshold=0.9)),
        "one of basic, ratio, cut is needed",
    ),
    (
        windows(good_total_ratio_threshold=r.SliThreshold(threshold=0.9, basic=BASIC)),
        "windows.good_total_ratio_threshold.basic: is not known of shop",
    ),
    (
        windows(metric_sum_in_range=r.SliMetricRange(time_series=COUNT)),
        "windows.metric_sum_in_range: has no range",
    ),
]


@pytest.mark.parametrize(("item", "words"), labelled(OBJECTIVES))
def test_the_check_fires(item, words):
    """Alone, at its place."""
    the_problem(item, words)
