"""The kinds of objectives, dashboards and what is made of logs, as data.

`gcpstack.resources.kinds` lists them with all others.
"""

from gcpstack._core.kinds import Kind, by_status
from gcpstack.resources._outputs import NAME

_MONITORING = "monitoring.googleapis.com"
_LOGGING = "logging.googleapis.com"
_BUCKET = "projects/{project}/locations/{location}/buckets/{bucket}"

# Edits of one project's services are taken one at a time
# (https://cloud.google.com/stackdriver/docs/solutions/slo-monitoring/api/using-api).
MONITORED_SERVICE = Kind(
    name="monitoring.Service",
    api=_MONITORING,
    path="projects/{project}/services/{name}",
    title="monitored service",
    outputs=NAME,
    known={"name": "projects/{project}/services/{name}"},
    serialize="services/{project}",
)
SLO = Kind(
    name="monitoring.Slo",
    api=_MONITORING,
    path="projects/{project}/services/{service}/serviceLevelObjectives/{name}",
    title="service level objective",
    outputs=NAME,
    known={"name": "projects/{project}/services/{service}/serviceLevelObjectives/{name}"},
    serialize="services/{project}",
    within="monitoring.Service",
)
DASHBOARD = Kind(
    name="monitoring.Dashboard",
    api=_MONITORING,
    path="projects/{project}/dashboards/{name}",
    title="dashboard",
    outputs={**NAME, "etag": ("etag",)},
)
LOG_METRIC = Kind(
    name="logging.Metric",
    api=_LOGGING,
    path="projects/{project}/metrics/{name}",
    title="log-based metric",
    outputs={"type": ("metricDescriptor", "type")},
    known={"metricDescriptor.type": "logging.googleapis.com/user/{name}"},
    # https://cloud.google.com/logging/docs/logs-based-metrics/charts-and-alerts
    propagates=True,
)
LOG_EXCLUSION = Kind(
    name="logging.Exclusion",
    api=_LOGGING,
    path="projects/{project}/exclusions/{name}",
    title="log exclusion",
)
LOG_VIEW = Kind(
    name="logging.LogView",
    api=_LOGGING,
    path=_BUCKET + "/views/{name}",
    title="log view",
    outputs=NAME,
    known={"name": _BUCKET + "/views/{name}"},
    within="logging.BucketConfig",
)
LINKED_DATASET = Kind(
    name="logging.LinkedDataset",
    api=_LOGGING,
    path=_BUCKET + "/links/{name}",
    title="linked dataset",
    outputs={**NAME, "dataset": ("bigqueryDataset", "datasetId")},
    condition=by_status("lifecycleState"),
    within="logging.BucketConfig",
)
