"""The real gcloud, led to a running emulator as its HTTP proxy: no credentials, no side traffic."""

import contextlib
import json
import os
import pathlib
import shlex
import shutil
import subprocess
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.forks import forking

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
            "iam",
            "pubsub",
            "redis",
            "vpcaccess",
        )
    },
    "STORAGE": "storage.googleapis.com/storage/v1/",
    "COMPUTE": "compute.googleapis.com/compute/v1/",
    "LOGGING": "logging.googleapis.com/",
    "MONITORING": "monitoring.googleapis.com/",
    "RUN": "run.googleapis.com/",
    "SECRETMANAGER": "secretmanager.googleapis.com/",
    "SERVICEUSAGE": "serviceusage.googleapis.com/",
    "SQL": "sqladmin.googleapis.com/",
}


def _own() -> dict[str, str]:
    return {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}


@contextlib.contextmanager
def at_once() -> Iterator[str]:
    """Give the path of a gcloud that has loaded itself already; of the usual one, where it can't be."""
    root = pathlib.Path(FOUND or "").resolve().parents[1] if FOUND else pathlib.Path("nowhere")
    python, lib = root / "platform" / "bundledpythonunix" / "bin" / "python3", root / "lib"
    main = "googlecloudsdk.gcloud_main"
    if not (python.exists() and (lib / "googlecloudsdk").is_dir()):
        yield str(FOUND)
        return
    with forking(
        "gcloud",
        f"{main}:main",
        [main],
        python=(str(python), "-S"),
        paths=(str(lib / "third_party"), str(lib)),
        env=_own(),
        learns="googlecloudsdk.",
    ) as folder:
        yield str(pathlib.Path(folder) / "gcloud")


class Gcloud:
    """gcloud for one project of one emulator.

    Args:
        endpoint: the emulator that its calls go to.
        folder: an empty folder for its settings.
        project: the project that commands work on.
        program: which gcloud.
    """

    def __init__(
        self, endpoint: str, folder: pathlib.Path, project: str, program: str | None = FOUND
    ) -> None:
        self._program = str(program)
        where = urlsplit(endpoint)
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
        # Whatever would still go out by TLS reaches the emulator, which refuses it.
        self._env = {**_own(), "https_proxy": endpoint}
        self._env |= {f"CLOUDSDK_{name}": value for name, value in settings.items()}

    def run(self, command: str) -> subprocess.CompletedProcess[str]:
        """Run a command line without its leading ``gcloud``; whoever reads a secret of it gets one."""
        return subprocess.run(
            [self._program, *shlex.split(command)],
            env=self._env,
            input="from-gcloud",
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
