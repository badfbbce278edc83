"""Cloud Scheduler (https://cloud.google.com/scheduler/docs/reference/rest)."""

from gcpstack.emulator.core.model import Service
from gcpstack.emulator.services.cloudscheduler.jobs import JOBS

SERVICE = Service(
    name="cloudscheduler",
    title="Cloud Scheduler API",
    versions=("v1", "v1beta1"),
    kinds=(JOBS,),
    locations=True,
)
