"""How Virtuoso does: its logs, objectives, alerts and dashboard."""

import dataclasses
import os
from collections.abc import Iterator, Sequence

from gcpstack import (
    Aggregation,
    AlertPolicy,
    BasicSli,
    BigQueryDataset,
    BigQueryDatasetIamMember,
    CloudFunction,
    CloudRunAlerts,
    CloudRunService,
    Component,
    Condition,
    Dashboard,
    GridLayout,
    KmsCryptoKey,
    LogExclusion,
    LogSink,
    MonitoredService,
    NotificationChannel,
    Resource,
    Scope,
    Sensitive,
    Slo,
    SloAlerts,
    TimeSeriesQuery,
    UptimeAlert,
    Widget,
)

#: Of a thousand calls, one may fail, and fifty may take longer than this.
AVAILABILITY, QUICK, LATENCY = 0.999, 0.95, 0.5
_RUN = 'resource.type="cloud_run_revision"'
_WAITING = (
    'metric.type="pubsub.googleapis.com/subscription/num_undelivered_messages" '
    'AND resource.type="pubsub_subscription" '
    'AND resource.labels.subscription_id=ends_with("-dead-letters")'
)


def channels() -> list[NotificationChannel]:
    """Whom the environment's variables say to tell: by email, in Slack, or both."""
    found = []
    email, slack = os.environ.get("VIRTUOSO_ALERT_EMAIL"), os.environ.get("VIRTUOSO_SLACK_CHANNEL")
    if email:
        found.append(NotificationChannel.email("virtuoso-email", email))
    if slack:
        found.append(
            NotificationChannel(
                "virtuoso-slack",
                type="slack",
                labels={"channel_name": slack},
                secret_labels={"auth_token": Sensitive(os.environ["VIRTUOSO_SLACK_TOKEN"])},
            )
        )
    return found


def _series(metric: str, aligner: str, reducer: str, of: str = _RUN) -> TimeSeriesQuery:
    """Take a metric by the minute."""
    each = Aggregation(
        alignment_period=60,
        per_series_aligner=aligner,  # type: ignore[arg-type] # checked as any declaration is
        cross_series_reducer=reducer,  # type: ignore[arg-type] # checked as any declaration is
        group_by_fields=["resource.label.service_name"] if of == _RUN else None,
    )
    return TimeSeriesQuery(filter=f'metric.type="{metric}" AND {of}', aggregation=each)


@dataclasses.dataclass(frozen=True, eq=False)
class Watch(Component):
    """Logs for analyses, objectives, alerts, a dashboard, and a check from around the world.

    Attributes:
        domain: the domain that is asked.
        api: the API, in its first region.
        functions: the functions.
        key: what encrypts the logs.
        free: whether the logs may be deleted without further consent.
    """

    domain: str
    api: CloudRunService
    functions: Sequence[CloudFunction]
    key: KmsCryptoKey
    free: bool

    def expand(self, scope: Scope) -> Iterator[Resource | Component]:
        """List the parts."""
        told = channels()
        yield from told
        yield from self._logs()
        yield from self._objectives(told)
        yield from self._alerts(told)
        yield self._dashboard()

    def _logs(self) -> Iterator[Resource]:
        """Send logs to BigQuery; of what went well, one in ten."""
        logs = BigQueryDataset(
            "virtuoso_logs", location="US", kms_key_name=self.key, allow_delete=self.free
        )
        sink = LogSink(
            "virtuoso-logs",
            destination=logs,
            filter='resource.type=("cloud_run_revision" OR "http_load_balancer" OR "cloud_tasks_queue")',
            exclusions=[
                LogExclusion(
                    name="sampled",
                    filter="httpRequest.status<400 AND severity<WARNING AND sample(insertId, 0.9)",
                    description="nine in ten of what went well",
                )
            ],
            use_partitioned_tables=True,
        )
        yield logs
        yield sink
        yield BigQueryDatasetIamMember(
            logs, role="roles/bigquery.dataEditor", member=sink.output("writer_identity")
        )

    def _objectives(self, told: Sequence[NotificationChannel]) -> Iterator[Resource | Component]:
        """Tell how good the API has to be in any four weeks, and who learns that it is not."""
        service = MonitoredService.cloud_run("virtuoso-api", self.api)
        yield service
        for name, goal, sli in (
            ("availability", AVAILABILITY, BasicSli(availability=True)),
            ("latency", QUICK, BasicSli(latency=LATENCY)),
        ):
            slo = Slo(name, service=service, goal=goal, rolling_period="28d", basic=sli)
            yield slo
            yield SloAlerts(slo, channels=told)

    def _alerts(self, told: Sequence[NotificationChannel]) -> Iterator[Resource | Component]:
        names = [self.api.name, *(item.name for item in self.functions)]
        yield CloudRunAlerts(
            "virtuoso", names, error_rate=1 - AVAILABILITY, latency=LATENCY, channels=told
        )
        yield UptimeAlert("virtuoso-health", self.domain, path="/health", channels=told)
        yield AlertPolicy(
            "virtuoso-dead-letters",
            display_name="Virtuoso: messages that nobody could take",
            severity="ERROR",
            conditions=[
                Condition.above(
                    "Dead letters wait",
                    0,
                    filter=_WAITING,
                    duration=300,
                    aggregations=[Aggregation(alignment_period=60, per_series_aligner="ALIGN_MAX")],
                )
            ],
            notification_channels=told or None,
        )

    def _dashboard(self) -> Dashboard:
        requests = _series("run.googleapis.com/request_count", "ALIGN_RATE", "REDUCE_SUM")
        latency = _series(
            "run.googleapis.com/request_latencies", "ALIGN_DELTA", "REDUCE_PERCENTILE_95"
        )
        instances = _series(
            "run.googleapis.com/container/instance_count", "ALIGN_MAX", "REDUCE_SUM"
        )
        depth = _series(
            "cloudtasks.googleapis.com/queue/depth",
            "ALIGN_MEAN",
            "REDUCE_SUM",
            'resource.type="cloud_tasks_queue"',
        )
        waiting = TimeSeriesQuery(
            filter=_WAITING,
            aggregation=Aggregation(alignment_period=60, per_series_aligner="ALIGN_MAX"),
        )
        return Dashboard(
            "virtuoso",
            display_name="Virtuoso",
            grid_layout=GridLayout(
                columns=2,
                widgets=[
                    Widget.chart("Requests", requests, y_label="a second"),
                    Widget.chart(
                        "95 of 100 answers take up to",
                        latency,
                        y_label="ms",
                        threshold=LATENCY * 1000,
                    ),
                    Widget.chart("Instances", instances, plot_type="STACKED_AREA"),
                    Widget.chart("Tasks that wait", depth),
                    Widget.chart("Dead letters", waiting, plot_type="STACKED_BAR"),
                    Widget.logs("What went wrong", f"severity>=ERROR AND {_RUN}"),
                ],
            ),
        )
