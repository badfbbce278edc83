"""What guards Trade Streamer: who looks at its traffic, a border around its data, and alerts."""

import dataclasses
import os
from collections.abc import Iterator, Mapping, Sequence

from gcpstack import (
    AccessCondition,
    AccessLevel,
    Aggregation,
    AlertPolicy,
    CloudRunAlerts,
    Component,
    Condition,
    ExistingProject,
    GlobalAddress,
    IdsEndpoint,
    LogMetric,
    NotificationChannel,
    PacketMirroring,
    PerimeterConfig,
    PrivateNetwork,
    PrivateServiceConnection,
    Resource,
    Scope,
    ServicePerimeter,
    UptimeAlert,
    compose,
)

#: What can't be read from outside of the border.
RESTRICTED = (
    "cloudkms.googleapis.com",
    "firestore.googleapis.com",
    "pubsub.googleapis.com",
    "secretmanager.googleapis.com",
    "storage.googleapis.com",
)
#: What goes wrong in the log, as an alert.
FAILURES = {
    "trade-scan-failures": ("scans fail", 'jsonPayload.event="scan_failed"'),
    "trade-broker-degraded": ("the broker answers badly", 'jsonPayload.event="broker_degraded"'),
    "trade-auto-exit-errors": ("exits fail", 'jsonPayload.event="auto_exit_failed"'),
}


@dataclasses.dataclass(frozen=True, eq=False)
class Border(Component):
    """A perimeter of VPC Service Controls around the project: its data stays inside.

    Attributes:
        policy: the number of the organization's access policy.
        operators: who may reach it from outside, such as who runs this.
    """

    policy: str
    operators: Sequence[str]

    def expand(self, scope: Scope) -> Iterator[Resource]:
        """List the parts: who may come in, and the border."""
        name = f"trade_streamer_{scope.project.replace('-', '_')}"[:50].rstrip("_")
        operators = AccessLevel(
            name=f"{name}_ops",
            policy=self.policy,
            title=f"{name}_ops",
            conditions=[AccessCondition(members=self.operators)],
        )
        yield operators
        yield ServicePerimeter(
            name=name,
            policy=self.policy,
            title=name,
            status=PerimeterConfig(
                resources=[ExistingProject()],
                restricted_services=RESTRICTED,
                access_levels=[operators],
                vpc_restriction=True,
                vpc_allowed_services=["RESTRICTED-SERVICES"],
            ),
        )


@dataclasses.dataclass(frozen=True, eq=False)
class Sentries(Component):
    """Cloud IDS in each region: it sees a copy of the traffic, and tells of attacks in the logs.

    Attributes:
        network: the network that is watched.
        zones: a zone of each region, by region.
    """

    network: PrivateNetwork
    zones: Mapping[str, str]

    def expand(self, scope: Scope) -> Iterator[Resource]:
        """List the parts: Google's side of the network, who looks, and what is shown to them."""
        network = self.network.network
        room = GlobalAddress(
            "trade-streamer-services",
            address_type="INTERNAL",
            purpose="VPC_PEERING",
            prefix_length=20,
            network=network,
        )
        peering = PrivateServiceConnection(network, ranges=[room])
        for region, zone in self.zones.items():
            sentry = IdsEndpoint(
                f"trade-{region}",
                zone=zone,
                network=network,
                severity="MEDIUM",
                depends_on=[peering],
            )
            yield sentry
            yield PacketMirroring(
                f"trade-{region}",
                region=region,
                network=network,
                collector=sentry,
                subnetworks=[self.network.subnetworks[region]],
            )


def border() -> Border | None:
    """Draw the border where the organization's policy is named."""
    policy = os.environ.get("TRADE_STREAMER_ACCESS_POLICY")
    operators = os.environ.get("TRADE_STREAMER_OPERATORS", "")
    return Border(policy, [item for item in operators.split(",") if item]) if policy else None


@dataclasses.dataclass(frozen=True, eq=False)
class Alarms(Component):
    """Tells somebody what goes wrong: in the services, in the log, or from around the world.

    Attributes:
        domain: the domain that is asked.
        services: the names of the services.
    """

    domain: str
    services: Sequence[str]

    def expand(self, scope: Scope) -> Iterator[Resource | Component]:
        """List the parts."""
        email = os.environ.get("TRADE_STREAMER_ALERT_EMAIL")
        told = [NotificationChannel.email("trade-on-call", email)] if email else []
        yield from told
        yield CloudRunAlerts("trade", self.services, error_rate=0.01, latency=1, channels=told)
        yield UptimeAlert("trade-ui", self.domain, path="/", channels=told)
        for name, (words, entries) in FAILURES.items():
            metric = LogMetric(name, filter=f"{entries} AND severity>=WARNING")
            yield metric
            yield AlertPolicy(
                name,
                display_name=f"Trade Streamer: {words}",
                severity="ERROR",
                conditions=[
                    Condition.above(
                        f"More than 3 times in 5 minutes {words}",
                        3,
                        filter=compose(
                            'metric.type="{type}" AND resource.type="cloud_run_job"',
                            type=metric.output("type"),
                        ),
                        duration=0,
                        aggregations=[
                            Aggregation(
                                alignment_period=300,
                                per_series_aligner="ALIGN_DELTA",
                                cross_series_reducer="REDUCE_SUM",
                            )
                        ],
                    )
                ],
                notification_channels=told or None,
            )
