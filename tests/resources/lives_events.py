"""The lives of functions, schedules, queues and schemas: see `tests.resources.lives`."""

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
]
