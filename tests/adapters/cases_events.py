"""The cases of functions, schedules, queues and schemas: see `tests.adapters.cases`."""

from pathlib import Path
from typing import Any

from gcpstack.resources.functions.archives import digest

P = "projects/{project}/"
REGION = "us-central1"
FOLDER = str(Path(__file__).parent / "function")
IMAGE = "us-docker.pkg.dev/cloudrun/container/hello"
PUBLISHED = "google.cloud.pubsub.topic.v1.messagePublished"
AVRO = '{"type": "record", "name": "Event", "fields": [{"name": "a", "type": "string"}]}'
HERE = {"location": REGION, "name": "thing-one"}

#: Kind -> the fields of its case.
EVENTS: dict[str, dict[str, Any]] = {
    "cloudfunctions.Function": {
        "body": {
            "buildConfig": {"runtime": "python313", "entryPoint": "hello"},
            "source": {"folder": FOLDER, "digest": digest(FOLDER)},
            "description": "before",
        },
        "ids": HERE,
        "changes": {
            "description": None,
            "buildConfig.entryPoint": "bye",
            "buildConfig.environmentVariables": {"A": "b"},
            "serviceConfig.timeoutSeconds": 120,
            "serviceConfig.availableMemory": "512Mi",
            "serviceConfig.environmentVariables": {"C": "d"},
            "serviceConfig.ingressSettings": "ALLOW_INTERNAL_ONLY",
            "labels.team": "web",
            "baseImageUpdates": "on-deploy",
        },
        # A deployment makes a revision, a build where the code changed.
        "fills": frozenset({"serviceConfig", "buildConfig"}),
    },
    "cloudscheduler.Job": {
        "body": {
            "schedule": "0 3 * * *",
            "timeZone": "Europe/Berlin",
            "description": "before",
            "httpTarget": {"uri": "https://example.com/work", "body": "aGk="},
        },
        "ids": HERE,
        "changes": {
            "schedule": "every 5 minutes",
            "timeZone": "UTC",
            "description": None,
            "paused": True,
            "attemptDeadline": "600s",
            "retryConfig.retryCount": 3,
            "httpTarget.uri": "https://example.com/more",
            "httpTarget.headers": {"X-Team": "web"},
        },
        "fills": frozenset({"scheduleTime", "state", "userUpdateTime"}),
    },
    "cloudtasks.Queue": {
        "body": {"rateLimits": {"maxDispatchesPerSecond": 5}},
        "ids": HERE,
        "changes": {
            "rateLimits.maxDispatchesPerSecond": 50,
            "rateLimits.maxConcurrentDispatches": 10,
            "retryConfig.maxAttempts": 7,
            "retryConfig.maxRetryDuration": "60s",
            "stackdriverLoggingConfig.samplingRatio": 0.5,
            "appEngineRoutingOverride.service": "worker",
            "paused": True,
        },
        "fills": frozenset({"state"}),
    },
    "cloudtasks.QueueIamMember": {
        "body": {},
        "ids": {
            "location": REGION,
            "queue": "mails",
            "role": "roles/cloudtasks.enqueuer",
            "member": "user:ada@example.com",
        },
        "needs": (("cloudtasks.Queue", {"location": REGION, "name": "mails"}, {}),),
        "again": False,
    },
    "eventarc.Trigger": {
        "body": {
            "eventFilters": [{"attribute": "type", "value": PUBLISHED}],
            "destination": {"cloudRun": {"service": "api", "region": REGION}},
            "transport": {"pubsub": {"topic": P + "topics/events"}},
        },
        "ids": HERE,
        "needs": (
            ("pubsub.Topic", {"name": "events"}, {}),
            (
                "run.Service",
                {"location": REGION, "name": "api"},
                {"template": {"containers": [{"image": IMAGE}]}},
            ),
        ),
        "changes": {
            "destination.cloudRun.path": "/events",
            "labels": {"team": "web"},
            "eventDataContentType": "application/protobuf",
        },
    },
    "pubsub.Schema": {
        "body": {"type": "AVRO", "definition": AVRO},
        "changes": {
            "definition": AVRO.replace("]}", ', {"name": "b", "type": "int", "default": 1}]}')
        },
        "fills": frozenset({"revisionId", "revisionCreateTime"}),
    },
    "run.Execution": {
        "body": {
            "template": {"template": {"containers": [{"image": IMAGE}]}, "taskCount": 1},
            "succeeded": True,
        },
        "ids": {"location": REGION, "job": "batch"},
        "needs": (
            (
                "run.Job",
                {"location": REGION, "name": "batch"},
                {"template": {"template": {"containers": [{"image": IMAGE}]}}},
            ),
        ),
        "deletes": False,
        "again": False,
    },
    "run.WorkerPool": {
        "body": {"template": {"containers": [{"image": IMAGE}]}, "description": "before"},
        "ids": HERE,
        "changes": {
            "description": None,
            "labels": {"team": "web"},
            "scaling.manualInstanceCount": 3,
            "template.containers": [{"image": IMAGE, "env": [{"name": "A", "value": "b"}]}],
        },
        "fills": frozenset({"instanceSplitStatuses", "template"}),
    },
}
