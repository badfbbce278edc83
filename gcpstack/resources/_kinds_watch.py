"""The kinds of objectives, dashboards and what is made of logs, as data.

`gcpstack.resources.kinds` lists them with all others.
"""

from gcpstack._core.kinds import Kind
from gcpstack.resources._outputs import NAME

_MONITORING = "monitoring.googleapis.com"

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
