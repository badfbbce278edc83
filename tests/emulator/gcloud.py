"""The real gcloud, led to a running emulator as its HTTP proxy: no credentials, no side traffic."""

import json
import os
import pathlib
import shlex
import shutil
import subprocess
from typing import Any
from urllib.parse import urlsplit

import pytest

from gcpstack.emulator import Emulator

FOUND = shutil.which("gcloud")
MARKS = [
    pytest.mark.gcloud,
    pytest.mark.skipif(FOUND is None, reason="the gcloud command is not installed"),
    pytest.mark.timeout(900),
]
OFF = ("CORE_DISABLE_USAGE_REPORTING", "CORE_DISABLE_FILE_LOGGING", "SURVEY_DISABLE_PROMPTS")
# Property -> host and fixed path, as gcloud's endpoint overrides want them.
APIS = {
    **{
        name.upper(): f"{name}.googleapis.com/"
        for name in (
            "artifactregistry",
            "cloudbuild",
            "cloudfunctions",
            "cloudresourcemanager",
            "eventarc",
            "pubsub",
        )
    },
    "STORAGE": "storage.googleapis.com/storage/v1/",
    "COMPUTE": "compute.googleapis.com/compute/v1/",
    "LOGGING": "logging.googleapis.com/",
    "MONITORING": "monitoring.googleapis.com/",
    "RUN": "run.googleapis.com/",
    "SECRETMANAGER": "secretmanager.googleapis.com/",
    "SERVICEUSAGE": "serviceusage.googleapis.com/",
}


class Gcloud:
    """gcloud for one project of one emulator.

    Args:
        emulator: where its calls go.
        folder: an empty folder for its settings.
        project: the project that commands work on.
    """

    def __init__(self, emulator: Emulator, folder: pathlib.Path, project: str) -> None:
        where = urlsplit(emulator.endpoint)
        settings = {
            "CONFIG": str(folder),
            "CORE_PROJECT": project,
            "AUTH_DISABLE_CREDENTIALS": "true",
            "CORE_DISABLE_PROMPTS": "1",
            "CORE_SHOULD_PROMPT_TO_ENABLE_API": "false",
            "COMPONENT_MANAGER_DISABLE_UPDATE_CHECK": "true",
            "PROXY_TYPE": "http",
            "PROXY_ADDRESS": str(where.hostname),
            "PROXY_PORT": str(where.port),
            **dict.fromkeys(OFF, "true"),
            **{f"API_ENDPOINT_OVERRIDES_{name}": f"http://{host}" for name, host in APIS.items()},
        }
        kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
        # Whatever would still go out by TLS reaches the emulator, which refuses it.
        self._env = {**kept, "https_proxy": emulator.endpoint}
        self._env |= {f"CLOUDSDK_{name}": value for name, value in settings.items()}

    def run(self, command: str) -> subprocess.CompletedProcess[str]:
        """Run a command line without its leading ``gcloud``."""
        return subprocess.run(
            [str(FOUND), *shlex.split(command)],
            env=self._env,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )

    def must(self, command: str) -> str:
        """Run a command that has to succeed; gives what it prints."""
        done = self.run(command)
        assert done.returncode == 0, f"gcloud {command}\n{done.stderr}"
        return done.stdout

    def json(self, command: str) -> Any:
        """What a command tells as JSON."""
        return json.loads(self.must(f"{command} --format=json"))
