"""Cloud Monitoring (https://cloud.google.com/monitoring/api/ref_v3/rest)."""

from dataclasses import replace

from gcpstack.emulator.core.model import Rpc, Service
from gcpstack.emulator.services.monitoring import groups, metrics, scopes, series
from gcpstack.emulator.services.monitoring.channels import CHANNELS
from gcpstack.emulator.services.monitoring.channels import METHODS as CHANNEL_METHODS
from gcpstack.emulator.services.monitoring.dashboards import DASHBOARDS
from gcpstack.emulator.services.monitoring.policies import POLICIES, SNOOZES
from gcpstack.emulator.services.monitoring.slo import SERVICES, SLOS
from gcpstack.emulator.services.monitoring.uptime import UPTIME

_V3 = "google.monitoring.v3"
_CHANNELS = f"{_V3}.NotificationChannelService"
_CHANNEL = f"{_V3}.NotificationChannel"
_METRICS = f"{_V3}.MetricService"


def _crud(service: str, noun: str, plural: str, path: str, field: str) -> tuple[Rpc, ...]:
    name = f"{_V3}.{service}"
    return (
        Rpc(name, f"List{plural}", f"{path}.list"),
        Rpc(name, f"Get{noun}", f"{path}.get"),
        Rpc(name, f"Create{noun}", f"{path}.create", body=field),
        Rpc(name, f"Update{noun}", f"{path}.patch", body=field),
        Rpc(name, f"Delete{noun}", f"{path}.delete"),
    )  # fmt: skip


SERVICE = Service(
    name="monitoring",
    title="Cloud Monitoring API",
    versions=("v3", "v1"),
    kinds=(POLICIES, SNOOZES, CHANNELS, UPTIME, groups.GROUPS, SERVICES, SLOS, DASHBOARDS),
    methods={
        **CHANNEL_METHODS, **groups.METHODS, **metrics.METHODS, **scopes.METHODS, **series.METHODS,
    },
    lro=scopes.OPERATIONS,
    client="google.cloud.monitoring_v3",
    grpc=(
        *_crud("AlertPolicyService", "AlertPolicy", "AlertPolicies", "projects.alertPolicies", "alert_policy"),
        *_crud(
            "NotificationChannelService", "NotificationChannel", "NotificationChannels",
            "projects.notificationChannels", "notification_channel",
        ),
        *_crud(
            "UptimeCheckService", "UptimeCheckConfig", "UptimeCheckConfigs",
            "projects.uptimeCheckConfigs", "uptime_check_config",
        ),
        *(
            replace(row, method=row.method.replace(".patch", ".update"))
            for row in _crud("GroupService", "Group", "Groups", "projects.groups", "group")
        ),
        *_crud("ServiceMonitoringService", "Service", "Services", "services", "service"),
        *_crud(
            "ServiceMonitoringService", "ServiceLevelObjective", "ServiceLevelObjectives",
            "services.serviceLevelObjectives", "service_level_objective",
        ),
        *_crud("SnoozeService", "Snooze", "Snoozes", "projects.snoozes", "snooze")[:4],
        Rpc(f"{_V3}.GroupService", "ListGroupMembers", "projects.groups.members.list"),
        Rpc(
            _CHANNELS, "ListNotificationChannelDescriptors", "projects.notificationChannelDescriptors.list",
        ),
        Rpc(
            _CHANNELS, "GetNotificationChannelDescriptor", "projects.notificationChannelDescriptors.get",
            response=f"{_CHANNEL}Descriptor",
        ),
        Rpc(
            _CHANNELS, "SendNotificationChannelVerificationCode",
            "projects.notificationChannels.sendVerificationCode", body="*",
        ),
        Rpc(
            _CHANNELS, "GetNotificationChannelVerificationCode",
            "projects.notificationChannels.getVerificationCode", body="*",
        ),
        Rpc(_CHANNELS, "VerifyNotificationChannel", "projects.notificationChannels.verify", body="*"),
        Rpc(_METRICS, "ListMetricDescriptors", "projects.metricDescriptors.list"),
        Rpc(_METRICS, "GetMetricDescriptor", "projects.metricDescriptors.get", response="google.api.MetricDescriptor"),
        Rpc(
            _METRICS, "CreateMetricDescriptor", "projects.metricDescriptors.create", body="metric_descriptor",
            response="google.api.MetricDescriptor",
        ),
        Rpc(_METRICS, "DeleteMetricDescriptor", "projects.metricDescriptors.delete"),
        Rpc(_METRICS, "ListTimeSeries", "projects.timeSeries.list"),
        Rpc(_METRICS, "CreateTimeSeries", "projects.timeSeries.create", body="*"),
        Rpc(
            _METRICS, "CreateServiceTimeSeries", "projects.timeSeries.createService", body="*",
            request=f"{_V3}.CreateTimeSeriesRequest",
        ),
    ),
)  # fmt: skip
