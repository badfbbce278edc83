"""The cases of functions, schedules, queues and schemas: see `tests.adapters.cases`."""

from pathlib import Path
from typing import Any

from gcpstack.resources.functions.archives import digest

P = "projects/{project}/"
REGION = "us-central1"
FOLDER = str(Path(__file__).parent / "function")
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
}
