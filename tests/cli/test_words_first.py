"""A wrong word is told before credentials are asked for, and before Google's libraries are loaded."""

import json
import subprocess
import sys

import pytest

from gcpstack._cli.main import main
from gcpstack._cli.verbs import permitted
from gcpstack.resources._operation_rights import ALIKE, OPERATIONS

FILE = """
from gcpstack import CloudRunService, Secret, Stack
stack = Stack("web", region="us-central1")
stack.add(CloudRunService("api", image="gcr.io/shop/api:1"))
stack.add(Secret("password"))
"""
#: Words after a command, and what is said of them.
WRONG = {
    ("permissions", "web.py", "--for", "backup"): "backups list",
    ("permissions", "web.py", "--for", "backups"): "there are: backups list, backups make",
    ("permissions", "web.py", "--for", ""): "there are: plan",
    ("permissions", "web.py", "--for", "costs"): "whose permissions are known",
    ("rollout", "web.py", "apu"): "Did you mean api?",
    ("rollback", "web.py", "apu"): "Did you mean api?",
    ("rollback", "web.py", "--to", "api-1"): "Name the SERVICE too",
    ("rollback", "web.py", "--without-lease"): "Name the SERVICE too",
    ("secrets", "status", "web.py", "password2"): "Did you mean password?",
    ("secrets", "rotate", "web.py"): "No SECRET is named",
    ("secrets", "roll", "web.py", "other"): "The stack has no secret 'other'. There are: password.",
    ("secrets", "rotate", "web.py", "password", "--from-env", "NO_SUCH"): "NO_SUCH is not set",
    ("secrets", "rotate", "web.py", "password", "--from-file", "none"): "The file none can't be",
    ("secrets", "rotate", "web.py", "password", "--from-file", "empty"): "is empty",
    ("secrets", "retire", "web.py", "--from-env", "A"): "--from-env does not go with retire",
    ("backups", "make", "web.py"): "No NAME is given",
    ("backups", "make", "web.py", "db", "--to", "new"): "--to does not go with make",
    ("backups", "export", "web.py", "db"): "No place is given",
    ("backups", "list", "web.py", "--object", "a"): "--object is for a bucket",
}
PROGRAM = """
import sys
from gcpstack._cli.main import main
for words in {words!r}:
    status = main(list(words))
    loaded = sorted({{"google.auth", "grpc", "requests"}} & sys.modules.keys())
    print(f"status {{status}} loaded {{loaded}}", file=sys.stderr)
"""


@pytest.fixture(scope="module")
def said(tmp_path_factory):
    """What the command says to each, without credentials or a home; all in one process."""
    folder = tmp_path_factory.mktemp("words")
    (folder / "web.py").write_text(FILE)
    (folder / "empty").touch()
    found = subprocess.run(
        [sys.executable, "-c", PROGRAM.format(words=list(WRONG))],
        cwd=folder,
        env={"PYTHONPATH": ":".join(filter(None, sys.path)), "HOME": str(folder)},
        capture_output=True,
        text=True,
        timeout=100,
        check=True,
    )
    *texts, rest = found.stderr.split("status 1 loaded []\n")
    assert rest == ""
    return dict(zip(WRONG, texts, strict=True))


@pytest.mark.parametrize("words", WRONG, ids=" ".join)
def test_a_wrong_word_is_told_first(said, words):
    """With what is right."""
    text = " ".join(said[words].split())
    assert text.startswith("error: ")
    assert WRONG[words] in text
    assert "credentials" not in text


@pytest.mark.parametrize(
    ("words", "event"),
    [
        (["plan", "web.py", "--jsn", "--json"], None),
        (["apply", "--json"], "finished"),
        (["secrets", "rotate", "--json"], "finished"),
        (["--json"], None),
    ],
)
def test_programs_are_told_of_a_wrong_command_line(words, event, capsys):
    """In JSON, as of whatever else goes wrong; commands that tell events end as they always do."""
    assert main(words) == 1
    said = capsys.readouterr()
    (line,) = said.out.splitlines()
    body = json.loads(line)
    assert body["ok"] is False
    assert body.get("event") == event
    assert body["errors"][0]["message"] in said.err


def test_a_wrong_command_line_is_told_as_wide_as_the_terminal(capsys, monkeypatch):
    """And in a pipe on two lines, however long."""
    words = ["permissions", "web.py", "--for", "backup"]
    assert main(words) == 1
    whole = capsys.readouterr().err
    assert whole.count("\n") == 2
    monkeypatch.setenv("COLUMNS", "40")
    monkeypatch.setattr("sys.stderr.isatty", lambda: True, raising=False)
    assert main(words) == 1
    told = capsys.readouterr().err
    assert max(map(len, told.splitlines())) <= 40
    assert told.split() == whole.split()


def test_permissions_are_known_of_every_command_that_calls_google():
    """What the flag takes is what there are rights of."""
    assert set(permitted()) == {*ALIKE, *OPERATIONS}
