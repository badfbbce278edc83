"""Earlier versions of a bucket's objects, at an emulated Google."""

import json

import pytest

from gcpstack import Bucket, Stack
from gcpstack._operations import backups, versions
from gcpstack._stack.session import Session
from gcpstack._stack.stack import Settings
from gcpstack.exceptions import Conflict
from tests.operations.kept import Kept

FILE = """
from gcpstack import Bucket, Stack

stack = Stack("keep", region="us-central1")
stack.add(Bucket("BUCKET", location="US", versioning=VERSIONED))
"""


class Files(Kept):
    """An applied stack with one bucket."""

    def __init__(self, endpoint, file):
        super().__init__(endpoint, file, FILE)
        self.declared = file
        self.address = f"storage.Bucket/{self.bucket}"

    def apply(self, capsys, *, versioned):
        text = FILE.replace("BUCKET", self.bucket).replace("VERSIONED", str(versioned))
        self.declared.write_text(text)
        super().apply(capsys)

    def kept(self, capsys, name):
        _, text = self.backups(capsys, "list", self.bucket, "--object", name, "--json")
        return json.loads(text)["versions"]

    def restore(self, capsys, *words):
        return self.backups(capsys, "restore", self.bucket, "--yes", *words)


@pytest.fixture
def files(gcp_emulator, tmp_path, capsys):
    made = Files(gcp_emulator.endpoint, tmp_path / "keep.py")
    made.apply(capsys, versioned=True)
    for text in (b"one", b"two", b"three"):
        made.write("page.html", text)
    made.write("page.html.bak", b"another")
    return made


def test_earlier_versions(files, capsys):
    """Listed with the newest first, and brought back; what was current stays as a version."""
    rows = files.kept(capsys, "page.html")
    assert [row["bytes"] for row in rows] == [3, 3]
    assert {row["object"] for row in rows} == {"page.html"}
    status, text = files.backups(capsys, "list", files.bucket)
    assert status == 0
    assert all(row["generation"] in text for row in rows)

    status, text = files.restore(capsys, "--object", "page.html")
    assert status == 0, text
    assert files.content("page.html") == b"two"
    status, text = files.restore(
        capsys, "--object", "page.html", "--backup", rows[1]["generation"], "--json"
    )
    assert status == 0, text
    assert json.loads(text)["restored"] == rows[1]["generation"]
    assert files.content("page.html") == b"one"
    assert len(files.kept(capsys, "page.html")) == 4


def test_what_would_be_lost_is_named(files, capsys):
    """Once versioning is off, what is current would be gone for good."""
    files.apply(capsys, versioned=False)
    words = ("--object", "page.html")
    status, text = files.restore(capsys, *words)
    assert status == 1
    assert f"--allow-delete {files.address}" in text
    assert files.content("page.html") == b"three"
    assert files.restore(capsys, *words, "--allow-delete", files.address)[0] == 0
    assert files.content("page.html") == b"two"


def test_what_changes_meanwhile_stays(files):
    """The copy is made only over the generation that was told."""
    stack = Stack("keep", region="us-central1")
    stack.add(Bucket(files.bucket, location="US", versioning=True))
    settings = Settings(project=files.project, endpoint=files.endpoint)
    with Session(stack, settings, lambda _: None) as session:
        [change] = backups.data(session.plan(), files.bucket, kinds=(versions.KIND,))
        seen = versions.chosen(session, change, "page.html", None)
        files.write("page.html", b"four")
        with pytest.raises(Conflict, match="was changed meanwhile"):
            versions.restore(session, change, seen)
    assert files.content("page.html") == b"four"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ([], "Name it with --object"),
        (["--object", "none"], "has no earlier version"),
        (["--object", "page.html", "--backup", "7"], "has no version '7'"),
        (["--object", "page.html", "--to", "x"], "--to does not go with a bucket"),
    ],
)
def test_what_is_wrong_is_said(files, capsys, words, said):
    """In one message; nothing is done."""
    status, text = files.restore(capsys, *words)
    assert status == 1
    assert said in text
    assert files.content("page.html") == b"three"
