"""Every command, given what is wrong: one clear message, status 1, no traceback, nothing made."""

import os
import re
import socket

import pytest

from gcpstack._cli.failures import REPORT
from gcpstack._cli.main import main
from gcpstack._cli.parser import COMMANDS
from gcpstack._cli.verbs import VERBS

GOOD = """
from gcpstack import GlobalAddress, Stack
stack = Stack("web", project="my-project", region="us-central1")
stack.add(GlobalAddress("a"))
"""

#: Every command for a stack, with the word before FILE where it takes one.
WORDS = [
    [name, *action]
    for name in COMMANDS
    if name != "emulator"
    for action in ([[one] for one in VERBS[name].actions] if name in VERBS else []) or [[]]
]


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    """An empty working folder, without credentials."""
    monkeypatch.chdir(tmp_path)
    for variable in ("GOOGLE_APPLICATION_CREDENTIALS", "GOOGLE_CLOUD_PROJECT", "GCPSTACK_ENDPOINT"):
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setenv("CLOUDSDK_CONFIG", str(tmp_path / "gcloud"))
    monkeypatch.setenv("NO_GCE_CHECK", "true")
    return tmp_path


def refused(capsys, *words):
    """It was told in words what is wrong."""
    said = capsys.readouterr()
    errors = [line for line in said.err.splitlines() if line.startswith("error: ")]
    assert len(errors) == 1, said.err
    for bad in ("Traceback", REPORT, "a fault in gcpstack", "object at 0x"):
        assert bad not in said.err
    for word in words:
        assert re.search(word, " ".join(said.err.split())), said.err
    assert len(said.err) < 3000


def _write(content):
    def make(path):
        path.write_bytes(content if isinstance(content, bytes) else content.encode())

    return make


def _loop(path):
    path.symlink_to(path)


def _socket(path):
    with socket.socket(socket.AF_UNIX) as made:
        made.bind(path.name)  # a socket's path may not be long


#: What FILE is, and words of the message.
FILES = {
    "missing": (lambda path: None, "there is no file web.py"),
    "a folder": (lambda path: path.mkdir(), "is a folder"),
    "a link to nothing": (lambda path: path.symlink_to("nothing"), "there is no file web.py"),
    "a link to itself": (_loop, "web.py"),
    "a socket": (_socket, "web.py can't be read"),
    "a link to what can't be read": (
        lambda path: path.symlink_to("/proc/self/mem"),
        "web.py can't be read",
    ),
    "empty": (_write(""), "holds no `stack`"),
    "no Python": (_write("resource: {type: compute}\n  x"), r"web.py:\d+: "),
    "YAML": (_write("apiVersion: v1\nkind: Service\n"), r"web.py:\d+: "),
    "JSON": (_write('{"stack": null}'), "web.py:1: NameError"),
    "bytes": (_write(b"\x7fELF\x02\x01\x01\x00\xff\xfe"), "web.py"),
    "in another encoding": (
        _write("café = 'é'\nstack = 1".encode("latin-1")),
        "web.py.*(?i:utf-8)",
    ),
    "in an unknown encoding": (_write("# coding: klingon\nstack = 1"), "klingon"),
    "with NUL bytes": (_write(b"stack = 1\x00\n"), "null bytes"),
    "in UTF-16": (_write(GOOD.encode("utf-16")), "web.py"),
    "far too deep": (_write("-" * 200_000 + "1"), "web.py"),
    "a merge that was not ended": (_write(f"<<<<<<< HEAD\n{GOOD}"), "web.py:1: "),
    "calls itself": (_write("def f(): f()\nf()"), "RecursionError"),
    "raises what is no Exception": (
        _write("class Odd(BaseException): pass\nraise Odd('so')"),
        "web.py:2: Odd: so",
    ),
    "raises what can't be printed": (
        _write("class Odd(Exception):\n  def __str__(self): return 1 / 0\nraise Odd"),
        "web.py:3: Odd",
    ),
    "raises a group": (
        _write("raise ExceptionGroup('both', [ValueError('one'), TypeError('two')])"),
        "web.py:1: ExceptionGroup: both",
    ),
    "raises an order to the terminal": (_write("raise ValueError('\\x1b[2J')"), "web.py:1: "),
    "lacks a variable": (
        _write("import os\nos.environ['NOT_THERE']"),
        "web.py:2: KeyError.*NOT_THERE",
    ),
    "lacks a file": (_write("open('not_there.txt')"), "web.py:1: FileNotFoundError.*not_there.txt"),
    "lacks a module": (_write("import not_there"), "web.py:1: ModuleNotFoundError.*Install"),
    "misses a name": (_write("from gcpstack import Secrt"), "Did you mean Secret"),
    "misses an attribute": (_write("import gcpstack\ngcpstack.Secrt"), "Secret"),
    "misses a field": (
        _write("from gcpstack import Secret\nSecret('a', labelss={})"),
        "web.py:2: .*labelss.*labels",
    ),
    "has a stack of a number": (_write("stack = 5"), "not a Stack"),
    "has a coroutine": (_write("async def stack(): ..."), "not a Stack"),
    "has a function of too many": (_write("def stack(a, b): ..."), "stack"),
    "has a function that stops": (
        _write("import sys\ndef stack(): sys.exit(3)"),
        "ends the process",
    ),
    "is named otherwise": (
        _write(GOOD.replace("stack =", "web =").replace("stack.", "web.")),
        "Call it `stack`",
    ),
}


@pytest.mark.parametrize("name", FILES)
def test_a_file(name, folder, capsys):
    """Which file and line, and what to do; the commands read it alike."""
    make, words = FILES[name]
    make(folder / "web.py")
    number = list(FILES).index(name)
    for command in (["plan"], WORDS[number % len(WORDS)]):
        assert main([*command, "web.py"]) == 1
        refused(capsys, words)
    assert not (folder / ".gcpstack").exists()


@pytest.mark.parametrize("command", WORDS, ids=" ".join)
def test_a_missing_file(command, folder, capsys):
    """What is near is named, by every command."""
    (folder / "web.py").write_text(GOOD)
    assert main([*command, "wbe.py"]) == 1
    refused(capsys, "there is no file wbe.py. Did you mean web.py")


#: Flags that every command has, with words of the message.
FLAGS = {
    "a project's title": (["--project", "My Project"], "'My Project' is not a project id"),
    "a project's number": (["--project", "123456789012"], "is not a project id"),
    "an empty project": (["--project", ""], "'' is not a project id"),
    "a project that orders": (["--project", "\x1b[31m"], "is not a project id"),
    "a project from right to left": (["--project", "\u202emy-project"], "is not a project id"),
    "an emoji": (["--project", "🚀-project"], "is not a project id"),
    "a zone": (["--region", "us-central1-a"], "is not a region"),
    "a region of Mars": (["--region", "mars"], "is not a region"),
    "a long environment": (["--env", "a" * 5000], "is not an environment"),
    "an environment upwards": (["--env", "../prod"], "is not an environment"),
    "an inventory without a scheme": (["--inventory", "my-bucket"], "is not a bucket"),
    "an inventory of Amazon's": (["--inventory", "s3://my-bucket"], "is not a bucket"),
    "an account of a person": (
        ["--impersonate-service-account", "me@example.com"],
        "is not the email of a service account",
    ),
    "an unknown transport": (["--transport", "pigeon"], "pigeon.*rest.*grpc"),
    "an unknown flag": (["--projcet", "x"], "there is no flag --projcet. Did you mean --project"),
    "an unknown short flag": (["-q"], "there is no flag -q"),
    "half a flag": (["--proj", "my-project"], "there is no flag --proj"),
    "a flag without its value": (["--project"], "--project: expected one argument"),
    "a value for a switch": (["--json=yes"], "--json"),
    "a flag twice": (
        ["--project", "my-project", "--project=other-project"],
        "--project is given twice",
    ),
    "two places": (["--local", "--endpoint", "http://127.0.0.1:1"], "not allowed with"),
    "a latency without an emulator": (["--latency", "typical"], "--latency goes with --local"),
    "a seed in words": (["--local", "--seed", "x"], "seed"),
    "a seed of no end": (["--local", "--seed", "9" * 5000], "seed"),
    "an endpoint without a port": (["--endpoint", "http://127.0.0.1:99999"], "not an endpoint"),
    "an endpoint where nobody is": (
        ["--endpoint", "http://127.0.0.1:1"],
        "127.0.0.1:1 doesn't answer",
    ),
    "an endpoint of control characters": (["--endpoint", "http://\x1b[31m"], "not an endpoint"),
    "two files": (["other.py"], ""),
}


@pytest.mark.parametrize("name", FLAGS)
def test_a_flag(name, folder, capsys):
    """Its name and what it takes; the commands read it alike."""
    (folder / "web.py").write_text(GOOD)
    flags, words = FLAGS[name]
    number = list(FLAGS).index(name)
    takes_no_name = [one for one in WORDS if not (one[0] in VERBS and VERBS[one[0]].words)]
    online = [one for one in takes_no_name if one[0] not in ("permissions", "costs")]
    for command in (["plan"], online[number % len(online)]):
        assert main([*command, "web.py", *flags]) == 1
        refused(capsys, words)
    assert not (folder / ".gcpstack").exists()


#: What one command alone understands, with words of the message.
OWN = {
    ("backups", "web.py"): "web.py",
    ("backups", "lst", "web.py"): "list",
    ("backups", "restore", "web.py", "db", "--at", "yesterday"): "'yesterday' is not a time",
    ("backups", "restore", "web.py", "--backup", "1", "--at", "2026-01-01"): "not allowed with",
    ("backups", "export", "web.py", "db", "--file", "dump.sql"): "is not a place such as gs://",
    ("secrets", "rotae", "web.py"): "rotate",
    ("secrets", "rotate", "web.py", "--from-env", "A", "--from-file", "b"): "not allowed with",
    ("secrets", "retire", "web.py", "--grace", "-1"): "--grace",
    ("logs", "web.py", "--since", "yesterday"): "is not a span of time",
    ("logs", "web.py", "--since", "9" * 400 + "d"): "--since",
    ("logs", "web.py", "--limit", "0"): "is not a number from 1 to 1000",
    ("logs", "web.py", "--severity", "LOUD"): "LOUD",
    ("metrics", "web.py", "--since", "0m"): "is not a span of time",
    ("doctor", "web.py", "--wait", "forever"): "'forever' is not a span of time",
    ("apply", "web.py", "--timeout", "soon"): "soon",
    ("apply", "web.py", "--timeout", "nan"): "nan",
    ("apply", "web.py", "--allow-delete", "everything"): "is not an address",
    ("destroy", "web.py", "--rollback"): "there is no flag --rollback",
    ("costs", "web.py", "--usage", "requests"): "requests",
    ("costs", "web.py", "--usage", "requests=many"): "many",
    ("emulator", "--port", "99999"): "'99999' is not a port",
    ("emulator", "--port", "9" * 5000): "port",
    ("emulator", "--grpc-port", "-1"): "grpc-port",
    ("emulator", "--latency", "slow"): "'slow' is not one of",
    ("emulator", "--seed", "1.5"): "seed",
    ("emulator", "--host", "not a host", "--port", "0"): "not a host",
    ("emulator", "--host", "256.256.256.256", "--port", "0"): "256.256.256.256",
    ("emulator", "--state", ".", "--port", "0", "--grpc-port", "0"): "state|folder|directory",
    ("emulatr",): "Did you mean `emulator`",
    ("--project", "my-project", "plan", "web.py"): "comes before the command",
    ("plan", "a" * 300 + ".py"): "can't be read: File name too long",
    ("plan", "web.py/web.py"): "there is no file web.py/web.py",
    ("plan", ""): "no stack FILE is given",
    ("plan", "-"): "-",
    ("web.py",): "Did you mean `gcpstack plan web.py`",
    ("pln\x1b[31m", "web.py"): "is not a command",
    (): "no command is given",
}


@pytest.mark.parametrize(
    "words", OWN, ids=lambda words: " ".join(words)[:60].replace("\x1b", "") or "nothing"
)
def test_a_word(words, folder, capsys):
    """What a command alone understands."""
    (folder / "web.py").write_text(GOOD)
    assert main(list(words)) == 1
    refused(capsys, OWN[words])


def _folder(path):
    path.mkdir()


#: What the key file of the credentials is, and words of the message.
KEYS = {
    "missing": (lambda path: None, "key.json"),
    "a folder": (_folder, "key.json"),
    "a link to itself": (_loop, "key.json"),
    "empty": (_write(""), "key.json"),
    "bytes": (_write(b"\xff\xfe\x00"), "key.json"),
    "a list": (_write("[]"), ""),
    "a number": (_write("7"), ""),
    "of no type": (_write("{}"), "type"),
    "a type that is a list": (_write('{"type": []}'), ""),
    "a user without a token": (_write('{"type": "authorized_user"}'), "refresh_token"),
    "an account with a broken key": (
        _write(
            '{"type": "service_account", "client_email": "a@b.iam.gserviceaccount.com", '
            '"token_uri": "http://127.0.0.1:1", "private_key": '
            '"-----BEGIN PRIVATE KEY-----\\nQUJD\\n-----END PRIVATE KEY-----\\n"}'
        ),
        "credentials",
    ),
    "an outside account whose file is missing": (
        _write(
            '{"type": "external_account", "audience": "//iam.googleapis.com/x", '
            '"subject_token_type": "urn:ietf:params:oauth:token-type:jwt", '
            '"token_url": "https://sts.googleapis.com/v1/token", '
            '"credential_source": {"file": "not_there.txt"}}'
        ),
        "not_there.txt",
    ),
    "an outside account of nothing": (_write('{"type": "external_account", "audience": 5}'), ""),
    "an impersonation of nobody": (_write('{"type": "impersonated_service_account"}'), ""),
}


@pytest.mark.parametrize("name", KEYS)
def test_a_key(name, folder, capsys, monkeypatch):
    """Which file, and how to log in."""
    make, words = KEYS[name]
    make(folder / "key.json")
    (folder / "web.py").write_text(GOOD)
    monkeypatch.setenv("GOOGLE_APPLICATION_CREDENTIALS", str(folder / "key.json"))
    number = list(KEYS).index(name)
    for command in (
        ["plan"],
        [["status"], ["destroy", "--yes"], ["drift"], ["health"]][number % 4],
    ):
        assert main([command[0], "web.py", *command[1:]]) == 1
        refused(capsys, words)


def test_an_embedded_emulator_that_has_no_place(folder, capsys):
    """``--local`` keeps its state in a folder, and something else has that name."""
    (folder / "web.py").write_text(GOOD)
    (folder / ".gcpstack").write_text("")
    assert main(["plan", "web.py", "--local"]) == 1
    refused(capsys, r"\.gcpstack")


@pytest.mark.parametrize(
    "content", [b"[]", b"\xff\xfe\x00", b'{"version": 99}', b"SQLite format 3\x00"]
)
def test_an_emulators_state_that_nobody_wrote(content, folder, capsys):
    """The file is named, and left alone."""
    (folder / "state").write_bytes(content)
    assert main(["emulator", "--state", "state", "--port", "0", "--grpc-port", "0"]) == 1
    refused(capsys, "state")
    assert (folder / "state").read_bytes() == content


def test_there_are_enough():
    """The table is long."""
    assert 2 * len(FILES) + len(WORDS) + 2 * len(FLAGS) + len(OWN) + 2 * len(KEYS) > 200
    assert os.name == "posix"
