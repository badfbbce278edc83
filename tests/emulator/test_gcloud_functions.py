"""The real gcloud builds an image and deploys functions."""

import pathlib

import pytest

from gcpstack.emulator import Emulator
from tests.emulator.gcloud import MARKS, Gcloud

pytestmark = MARKS

PLACE = "--gen2 --region=us-central1"


@pytest.fixture
def gcloud(emulator: Emulator, tmp_path: pathlib.Path, gcloud_program: str) -> Gcloud:
    return Gcloud(emulator.endpoint, tmp_path / "gcloud", "demo-proj", gcloud_program)


@pytest.fixture
def plain(emulator: Emulator, tmp_path: pathlib.Path) -> Gcloud:
    """As users start it: elsewhere the commands are forks of one process."""
    return Gcloud(emulator.endpoint, tmp_path / "plain", "demo-proj")


@pytest.fixture
def source(tmp_path: pathlib.Path) -> pathlib.Path:
    """A function in Python that can be an image too."""
    folder = tmp_path / "source"
    folder.mkdir()
    (folder / "main.py").write_text("def hello(event):\n    return 'hello'\n")
    (folder / "requirements.txt").write_text("")
    (folder / "Dockerfile").write_text("FROM scratch\n")
    return folder


def test_an_image_is_built(plain: Gcloud, source: pathlib.Path) -> None:
    plain.must(
        "artifacts repositories create apps --repository-format=docker --location=us-central1"
    )
    image = "us-central1-docker.pkg.dev/demo-proj/apps/web:v1"
    plain.must(f"builds submit {source} --tag {image} --async")
    [build] = plain.json("builds list")
    assert build["status"] == "SUCCESS"
    assert build["results"]["images"][0]["name"] == image


def test_a_function_is_deployed_changed_and_removed(gcloud: Gcloud, source: pathlib.Path) -> None:
    gcloud.must("pubsub topics create events")
    gcloud.must(
        f"functions deploy hello {PLACE} --runtime=python312 --trigger-topic=events --source={source}"
    )
    made = gcloud.json(f"functions describe hello {PLACE}")
    assert made["state"] == "ACTIVE"
    [trigger] = gcloud.json("eventarc triggers list --location=us-central1")
    assert trigger["name"] == made["eventTrigger"]["trigger"]
    gcloud.must(f"functions deploy hello {PLACE} --memory=512Mi --source={source}")
    changed = gcloud.json(f"functions describe hello {PLACE}")
    assert changed["serviceConfig"]["availableMemory"] == "512Mi"
    (source / "main.py").write_text("")
    failed = gcloud.run(f"functions deploy hello {PLACE} --source={source}")
    assert failed.returncode
    assert "Function 'hello' is not defined in the provided module" in failed.stderr
    gcloud.must(f"functions delete hello {PLACE}")
    assert gcloud.json("functions list") == []
