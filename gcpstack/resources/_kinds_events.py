"""The kinds of functions, schedules, queues and what else starts work, as data.

`gcpstack.resources.kinds` lists them with all others.
"""

from gcpstack._core.kinds import Kind
from gcpstack.resources import _conditions_events as conditions
from gcpstack.resources import _refused_changes_events as refused_changes
from gcpstack.resources._conditions import run_service
from gcpstack.resources._kinds_access import GRANT
from gcpstack.resources._outputs import NAME

_PLACE = "projects/{project}/locations/{location}/"

FUNCTION = Kind(
    name="cloudfunctions.Function",
    api="cloudfunctions.googleapis.com",
    path=_PLACE + "functions/{name}",
    title="function",
    outputs={
        **NAME,
        "url": ("url",),
        "uri": ("serviceConfig", "uri"),
        "service": ("serviceConfig", "service"),
        "revision": ("serviceConfig", "revision"),
        "trigger": ("eventTrigger", "trigger"),
        "state": ("state",),
    },
    condition=conditions.function,
    refuses=refused_changes.function,
    redo=True,
    # https://cloud.google.com/functions/docs/deploy#before_you_begin
    apis=(
        "artifactregistry.googleapis.com",
        "cloudbuild.googleapis.com",
        "eventarc.googleapis.com",
        "pubsub.googleapis.com",
        "run.googleapis.com",
    ),
)
SCHEDULER_JOB = Kind(
    name="cloudscheduler.Job",
    api="cloudscheduler.googleapis.com",
    path=_PLACE + "jobs/{name}",
    title="scheduler job",
    outputs={
        **NAME,
        "state": ("state",),
        "schedule_time": ("scheduleTime",),
        "last_attempt_time": ("lastAttemptTime",),
    },
    condition=conditions.scheduler_job,
)
TASK_QUEUE = Kind(
    name="cloudtasks.Queue",
    api="cloudtasks.googleapis.com",
    path=_PLACE + "queues/{name}",
    title="task queue",
    outputs={**NAME, "state": ("state",), "max_burst_size": ("rateLimits", "maxBurstSize")},
    known={"name": _PLACE + "queues/{name}"},
    # https://cloud.google.com/tasks/docs/reference/rest/v2/projects.locations.queues/delete
    reserved_days=3,
)
TASK_QUEUE_IAM_MEMBER = Kind(
    name="cloudtasks.QueueIamMember",
    api="cloudtasks.googleapis.com",
    path=_PLACE + "queues/{queue}/" + GRANT,
    title="grant on a task queue",
    serialize="iam/" + _PLACE + "queues/{queue}",
    additive=True,
    propagates=True,
)
PUBSUB_SCHEMA = Kind(
    name="pubsub.Schema",
    api="pubsub.googleapis.com",
    path="projects/{project}/schemas/{name}",
    title="Pub/Sub schema",
    outputs={
        **NAME,
        "revision_id": ("revisionId",),
        "revision_create_time": ("revisionCreateTime",),
    },
    known={"name": "projects/{project}/schemas/{name}"},
    refuses=refused_changes.schema,
)
EVENTARC_TRIGGER = Kind(
    name="eventarc.Trigger",
    api="eventarc.googleapis.com",
    path=_PLACE + "triggers/{name}",
    title="Eventarc trigger",
    outputs={
        **NAME,
        "uid": ("uid",),
        "topic": ("transport", "pubsub", "topic"),
        "subscription": ("transport", "pubsub", "subscription"),
    },
    apis=("pubsub.googleapis.com",),
)
RUN_WORKER_POOL = Kind(
    name="run.WorkerPool",
    api="run.googleapis.com",
    path=_PLACE + "workerPools/{name}",
    title="Cloud Run worker pool",
    outputs={
        **NAME,
        "latest_ready_revision": ("latestReadyRevision",),
        "latest_created_revision": ("latestCreatedRevision",),
    },
    condition=run_service,
    redo=True,
)
RUN_EXECUTION = Kind(
    name="run.Execution",
    api="run.googleapis.com",
    # One declaration stands for the job's newest execution: another job is executed again.
    path=_PLACE + "jobs/{job}/executions/latest",
    title="job execution",
    keeps=True,
    outputs={"execution": ("execution",), "log_uri": ("logUri",)},
)
