"""Every plan-time check of objectives, dashboards and what is made of logs fires, and says where."""

import pytest

from gcpstack import resources as r

from .lives_watch import COUNT, GOOD, LATENCY, RATE, SHOP, TEXT
from .tables import SCOPE, labelled, the_problem

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
    (r.MonitoredService("My shop"), "name: 'My shop' is not a valid name"),
    (r.MonitoredService("my_shop"), "name: 'my_shop' is not a valid name: 1 to 63 lower-case"),
    (basic(location="us"), r"basic.service_labels\['service_name'\]: is needed with"),
    (
        basic(location="us", service_name="a", svc_name="b"),
        "basic.service_labels: 'svc_name' is not one of",
    ),
    (service(user_labels={"A": "b"}), r"user_labels\['A'\]: is not a label key"),
    (
        r.Slo("a b", service=SHOP, goal=0.9, rolling_period="1d", ratio=RATIO),
        "'a b' is not a valid name",
    ),
    (
        slo(goal=99.9),
        "goal: 99.9 is not a share above 0, up to 0.9999. Write 0.999 for 99.9 percent",
    ),
    (slo(goal=0.99999), "goal: 0.99999 is not a share"),
    (slo(goal=0.0), "goal: 0 is not a share"),
    (slo(rolling_period=None), "one of rolling_period, calendar_period is needed"),
    (slo(calendar_period="DAY"), "rolling_period and calendar_period exclude each other"),
    (slo(rolling_period="31d"), "rolling_period: 2678400 is not within 86400 to 2592000"),
    (slo(rolling_period="36h"), "rolling_period: 129600 s is not a whole number of days"),
    (slo(ratio=None), "one of basic, ratio, cut, windows is needed"),
    (slo(cut=r.SliCut(distribution_filter=LATENCY, max=1)), "ratio and cut exclude each other"),
    (slo(service=""), "service: '' is not a valid name"),
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
    (windows(good_bad_metric_filter=COUNT, window_period=700), "not a whole fraction of a day"),
    (windows(), "windows: one of good_bad_metric_filter"),
    (
        windows(good_total_ratio_threshold=r.SliThreshold(threshold=90, ratio=RATIO)),
        "threshold: 90 is not a share above 0, up to 1",
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


def board(*widgets, **fields):
    given = {"grid_layout": r.GridLayout(widgets=widgets or [TEXT])}
    return r.Dashboard("shop", **{**given, **fields})


def mosaic(*tiles, **fields):
    return r.Dashboard("shop", mosaic_layout=r.MosaicLayout(tiles=tiles, **fields))


def tile(**fields):
    return r.Tile(**{"widget": TEXT, "width": 6, "height": 4, **fields})


def chart(*queries, **fields):
    sets = [r.DataSet(query=query) for query in queries]
    return board(r.Widget(xy_chart=r.XyChart(data_sets=sets, **fields)))


def card(**fields):
    return board(r.Widget(scorecard=r.Scorecard(query=RATE, **fields)))


LINE = r.ChartThreshold(value=1, color="RED")
DASHBOARDS = [
    (
        r.Dashboard("my shop", grid_layout=r.GridLayout(widgets=[TEXT])),
        "'my shop' is not a valid name",
    ),
    (r.Dashboard("shop"), "one of grid_layout, mosaic_layout, row_layout, column_layout is needed"),
    (board(row_layout=[]), "grid_layout and row_layout exclude each other"),
    (board(extra={"rowLayout": {}}), "has several layouts"),
    (board(*[TEXT] * 101), "widgets: has 101 widgets, 100 at most"),
    (
        board(r.Widget(id="a", blank=True), r.Widget(id="a", blank=True)),
        r"widgets\[1\]: 'a' stands there twice",
    ),
    (mosaic(tile(), columns=49), "mosaic_layout.columns: 49 is not within 1 to 48"),
    (mosaic(tile(), tile(x_pos=5)), r"mosaic_layout.tiles\[1\]: overlaps tiles\[0\]"),
    (mosaic(tile(x_pos=43)), r"tiles\[0\]: ends at column 49, but there are 48"),
    (mosaic(tile(width=0)), r"tiles\[0\]: has no place"),
    (board(r.Widget(title="x")), r"grid_layout.widgets\[0\]: one of xy_chart, scorecard"),
    (board(r.Widget(text=r.TextPanel(content="x"), blank=True)), "text and blank exclude each"),
    (
        board(r.Widget(alert_chart="slow")),
        "alert_chart: 'slow' is a bare name",
    ),
    (chart(), "xy_chart.data_sets: is empty"),
    (chart(r.TimeSeriesQuery()), "query: one of filter, numerator"),
    (chart(r.TimeSeriesQuery(filter="x")), "query.filter: names no metric"),
    (
        chart(r.TimeSeriesQuery(numerator=r.RatioPart(filter=COUNT))),
        "query.denominator: is missing",
    ),
    (
        chart(r.TimeSeriesQuery(prometheus_query="up", pick=r.PickSeries())),
        "query.pick: goes with filter only",
    ),
    (
        chart(r.TimeSeriesQuery(filter=COUNT, pick=r.PickSeries(num_time_series=0))),
        "num_time_series: 0 is not within 1 to 100",
    ),
    (chart(RATE, thresholds=[LINE]), r"thresholds\[0\].color: is for scorecards only"),
    (
        board(
            r.Widget(xy_chart=r.XyChart(data_sets=[r.DataSet(query=RATE, min_alignment_period=5)]))
        ),
        "min_alignment_period: 5 is not within 60",
    ),
    (card(spark="SPARK_LINE", gauge_upper_bound=1.0), "spark: excludes a gauge"),
    (card(spark_alignment_period=60), "spark_alignment_period: goes with spark only"),
    (card(gauge_lower_bound=2.0, gauge_upper_bound=1.0), "gauge_lower_bound: is not below"),
    (
        card(thresholds=[r.ChartThreshold(value=1, target_axis="Y1")]),
        r"thresholds\[0\].target_axis: is for charts only",
    ),
    (
        board(r.Widget(time_series_table=r.TimeSeriesTable(data_sets=[]))),
        "time_series_table.data_sets: is empty",
    ),
    (
        board(r.Widget(pie_chart=r.PieChart(data_sets=[], chart_type="PIE"))),
        "pie_chart.data_sets: is empty",
    ),
    (
        board(r.Widget(text=r.TextPanel(content="x", style=r.TextStyle(text_color="blue")))),
        "text.style.text_color: 'blue' is not a colour",
    ),
    (
        board(filters=[r.DashboardFilter(filter_type="METRIC_LABEL")]),
        r"filters\[0\].label_key: is needed",
    ),
    (
        board(events=[r.DashboardEvents(event_type="deploy")]),
        "event_type: 'deploy' is not one of",
    ),
]


def metric(**fields):
    return r.LogMetric("m", **{"filter": "severity>=ERROR", **fields})


def spread(**fields):
    return metric(**{"value_extractor": "EXTRACT(jsonPayload.took)", **fields})


def sink(**fields):
    return r.LogSink("s", **{"destination": "storage.googleapis.com/b-1", **fields})


LINEAR = r.LinearBuckets(num_finite_buckets=5, width=1)
LOGS = [
    (r.LogMetric("a/b", filter="x"), "name: 'a/b' is not a valid name"),
    (metric(filter=" "), "filter: is empty: it would match every entry"),
    (metric(filter='a="b'), "filter: has a quote that does not end"),
    (metric(filter="(a OR b"), "filter: has a parenthesis that does not end"),
    (metric(filter="x" * 20_001), "filter: has 20001 characters, 20000 at most"),
    (metric(linear_buckets=LINEAR), "linear_buckets: goes with value_extractor only"),
    (
        spread(linear_buckets=LINEAR, bucket_bounds=[1.0]),
        "linear_buckets and bucket_bounds exclude each other",
    ),
    (spread(bucket_bounds=[]), "bucket_bounds: is empty"),
    (spread(bucket_bounds=[1.0, 3.0, 2.0]), r"bucket_bounds\[2\]: is not above the one before"),
    (
        spread(linear_buckets=r.LinearBuckets(num_finite_buckets=5, width=0)),
        "linear_buckets.width: 0 is not above 0",
    ),
    (
        spread(linear_buckets=r.LinearBuckets(num_finite_buckets=0, width=1)),
        "num_finite_buckets: 0 is not within 1 to 200",
    ),
    (
        spread(
            exponential_buckets=r.ExponentialBuckets(num_finite_buckets=5, growth_factor=1, scale=1)
        ),
        "exponential_buckets.growth_factor: 1 is not above 1",
    ),
    (
        spread(
            exponential_buckets=r.ExponentialBuckets(num_finite_buckets=5, growth_factor=2, scale=0)
        ),
        "exponential_buckets.scale: 0 is not above 0",
    ),
    (metric(value_type="DISTRIBUTION"), "value_type: DISTRIBUTION needs value_extractor"),
    (spread(value_type="INT64"), "value_type: INT64 excludes value_extractor"),
    (spread(value_extractor="jsonPayload.took"), "value_extractor: .* takes nothing out"),
    (
        spread(value_extractor='REGEXP_EXTRACT(textPayload, "took")'),
        "its regular expression has 0 groups, not one",
    ),
    (
        spread(value_extractor='REGEXP_EXTRACT(textPayload, "took (")'),
        "its regular expression can't be read",
    ),
    (metric(label_extractors={"a": "x"}), r"label_extractors\['a'\]: 'x' takes nothing out"),
    (
        metric(label_extractors={f"a{n}": "EXTRACT(x)" for n in range(11)}),
        "label_extractors: has 11 labels, 10 at most",
    ),
    (
        metric(
            label_extractors={"1a": "EXTRACT(x)"},
            labels=[r.MetricLabel(key="1a")],
        ),
        r"labels\[0\].key: '1a' is not a label",
    ),
    (r.ProjectLogExclusion("-x", filter="a"), "name: '-x' is not a valid name"),
    (r.ProjectLogExclusion("x", filter=""), "filter: is empty"),
    (
        r.ProjectLogExclusion("x", filter="sample(insertId, 90)"),
        r"filter: 'sample\(insertId, 90\)' samples nothing",
    ),
    (r.ProjectLogExclusion("x", filter="sample(0.9)"), "samples nothing: it takes a field"),
    (
        sink(exclusions=[r.LogExclusion(name="x", filter="sample(insertId, 1.5)")]),
        r"exclusions\[0\].filter: 'sample\(insertId, 1.5\)' samples nothing",
    ),
    (sink(filter='a="'), "filter: has a quote that does not end"),
    (r.LogView("a.b", bucket="kept"), "name: 'a.b' is not a valid name"),
    (
        r.LogView("v", bucket="kept", filter='LOG_ID("a") OR LOG_ID("b")'),
        "filter: holds OR: views join their terms by AND only",
    ),
    (r.LogView("v", bucket=r.Topic("t")), "bucket: refers to a pubsub.Topic"),
    (r.LinkedLogDataset("a-b", bucket="kept"), "name: 'a-b' is not a valid name"),
    (
        r.LinkedLogDataset("a", bucket=r.LogBucket("kept")),
        "bucket: kept has no Log Analytics, .* Declare it with analytics_enabled=True",
    ),
]


def channel(kind, **fields):
    return r.NotificationChannel("c", type=kind, **fields)


CHANNELS = [
    (r.NotificationChannel.email("c", "somewhere"), "'somewhere' is not an email address"),
    (channel("slack", labels={"channel_name": "#a"}), r"secret_labels\['auth_token'\]: is needed"),
    (
        r.NotificationChannel.slack("c", "#a", token=r.FromEnv("NOWHERE_TO_BE_FOUND")),
        r"secret_labels\['auth_token'\]: The environment variable NOWHERE_TO_BE_FOUND is not set",
    ),
    (r.NotificationChannel.slack("c", "#a", token=""), r"secret_labels\['auth_token'\]: is empty"),
    (r.NotificationChannel.pubsub("c", "events"), "'events' is not a topic's path"),
    (
        channel("pubsub", labels={"topic": r.Bucket("shop-files")}),
        r"labels\['topic'\]: refers to a storage.Bucket",
    ),
    (r.NotificationChannel.webhook("c", "example.com/hook"), "'example.com/hook' is not a URL"),
    (
        r.NotificationChannel.webhook("c", "https://example.com", username="me"),
        r"secret_labels\['password'\]: is needed",
    ),
    (
        channel(
            "webhook_tokenauth", labels={"url": "https://a"}, secret_labels={"url": "https://a"}
        ),
        r"labels\['url'\]: stands in secret_labels, too",
    ),
    (channel("sms", labels={"number": "0123"}), "'0123' is not a number as"),
]


@pytest.mark.parametrize(("item", "words"), labelled([*OBJECTIVES, *DASHBOARDS, *LOGS, *CHANNELS]))
def test_the_check_fires(item, words):
    """Alone, at its place."""
    the_problem(item, words)


def test_labels_and_extractors_go_together():
    """Each that lacks the other is named."""
    item = metric(label_extractors={"a": "EXTRACT(x)"}, labels=[r.MetricLabel(key="b")])

    assert [str(one) for one in item.problems(SCOPE)] == [
        "logging.Metric/m: labels['a']: is missing, but has an extractor.",
        "logging.Metric/m: label_extractors['b']: is missing, but is a label.",
    ]
