"""The lives of functions, schedules, queues and schemas: see `tests.resources.lives`."""

import dataclasses
from pathlib import Path
from typing import Any

from gcpstack import resources as r

_ADAPTERS = Path(__file__).parents[1] / "adapters"
HELLO = _ADAPTERS / "function"
HANDLER = _ADAPTERS / "event_function"
RUNNER = r.ServiceAccount("shop-runner")
KEY = r.Secret("KEY")
MAY_READ = r.SecretIamMember(KEY, role="roles/secretmanager.secretAccessor", member=RUNNER)
VALUE = r.SecretVersion(KEY, value="x")
TOPIC = r.Topic("events")
OTHER = r.ServiceAccount("other-runner")
IMAGE = "us-docker.pkg.dev/cloudrun/container/hello"
API = r.CloudRunService("event-api", image=IMAGE)
PUBLISHED = "google.cloud.pubsub.topic.v1.messagePublished"
JOB = r.CloudRunJob("migrate", containers=[r.Container(image=IMAGE)])
AVRO = '{"type": "record", "name": "Order", "fields": [{"name": "id", "type": "string"}]}'
MORE = ', {"name": "note", "type": "string", "default": ""}]}'

#: The fields of each life.
EVENTS: list[dict[str, Any]] = [
    {
        "base": r.CloudFunction(
            "hello", runtime="python313", source=HELLO, env={"A": "b"}, memory="256Mi"
        ),
        "changes": {
            "description": "x",
            "entry_point": "bye",
            "runtime": "python312",
            "source": HANDLER.parent / "other_function",
            "env": {"A": "c", "D": "e"},
            "build_env": {"F": "g"},
            "memory": "1Gi",
            "cpu": 1,
            "timeout": "5m",
            "min_instances": 1,
            "max_instances": 7,
            "ingress": "internal",
            "service_account": RUNNER,
            "base_image_updates": "on-deploy",
            "labels": {"team": "web"},
        },
    },
    {
        "base": r.CloudFunction(
            "handler",
            runtime="python313",
            source=HANDLER,
            entry_point="handle",
            trigger=r.FunctionTrigger(topic=TOPIC),
            service_account=RUNNER,
        ),
        "changes": {
            "trigger": r.FunctionTrigger(topic=TOPIC, retry=True),
            "secret_env": {"KEY": KEY},
            "secret_volumes": [r.FunctionSecretVolume(secret=KEY, mount_path="/keys")],
            "max_instances": 3,
        },
        "beside": (MAY_READ, VALUE),
    },
    {
        "base": r.SchedulerJob(
            "nightly",
            schedule="0 3 * * *",
            time_zone="Europe/Berlin",
            http=r.ScheduledCall(
                uri="https://example.com", oidc_service_account=RUNNER, headers={"X-Team": "web"}
            ),
        ),
        "changes": {
            "schedule": "every monday 09:00",
            "time_zone": "UTC",
            "description": "x",
            "http": r.ScheduledCall(
                uri="https://example.com/more",
                method="PUT",
                body="hi",
                oidc_service_account=OTHER,
                headers={"X-Team": "api"},
            ),
            "paused": True,
            "attempt_deadline": "10m",
            "retries": 3,
            "max_retry_duration": 60,
            "min_backoff": 1,
            "max_backoff": "10m",
            "max_doublings": 2,
        },
    },
    {
        "base": r.SchedulerJob(
            "tick", schedule="every 5 minutes", message=r.ScheduledMessage(topic=TOPIC, data="hi")
        ),
        "changes": {
            "message": r.ScheduledMessage(topic=TOPIC, data=b"ho", attributes={"a": "b"}),
            "max_doublings": 3,
        },
    },
    {
        "base": r.SchedulerJob(
            "report", schedule="* * * * *", app_engine=r.ScheduledAppEngineCall(service="batch")
        ),
        "changes": {
            "app_engine": r.ScheduledAppEngineCall(relative_uri="/x", service="other"),
            "attempt_deadline": "20h",
        },
    },
    {
        "base": r.TaskQueue("mails", max_dispatches_per_second=5, max_retry_duration=0),
        "changes": {
            "max_dispatches_per_second": 0.5,
            "max_concurrent_dispatches": 3,
            "max_attempts": -1,
            "max_retry_duration": "1h",
            "min_backoff": 0.5,
            "max_backoff": 60,
            "max_doublings": 2,
            "http": r.QueueTarget(
                method="PUT",
                host="example.com",
                port=8443,
                headers={"X-Team": "web"},
                oidc_service_account=RUNNER,
            ),
            "app_engine_service": "worker",
            "log_sampling": 0.5,
            "paused": True,
        },
    },
    {
        "base": r.TaskQueueIamMember(
            r.TaskQueue("letters"), role="roles/cloudtasks.enqueuer", member=RUNNER
        ),
    },
    {
        "base": r.PubSubSchema("orders", definition=AVRO),
        "changes": {"definition": AVRO.replace("]}", MORE)},
    },
    {
        "base": r.EventarcTrigger(
            "on-event",
            filters=[r.EventFilter(attribute="type", value=PUBLISHED)],
            service=API,
            topic=TOPIC,
        ),
        "changes": {
            "path": "/events",
            "service": r.CloudRunService("other-api", image=IMAGE),
            "labels": {"team": "web"},
            "content_type": "application/protobuf",
        },
        "fixed": {"topic": r.Topic("other-events")},
    },
    {
        "base": r.CloudRunExecution(JOB),
        "changes": {
            "job": dataclasses.replace(JOB, containers=[r.Container(image=IMAGE, env={"A": "b"})])
        },
        "shown": {"job": "containers"},
    },
    {
        "base": r.CloudRunWorkerPool("workers", containers=[r.Container(image=IMAGE)]),
        "changes": {
            "containers": [r.Container(image=IMAGE, cpu=2, memory="1Gi", env={"A": "b"})],
            "instances": 3,
            "description": "x",
            "service_account": RUNNER,
            "labels": {"team": "web"},
        },
    },
]
