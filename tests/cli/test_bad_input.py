"""Whatever is wrong with what the command is given: one clear message, status 1, no traceback."""

import json
import sys
from importlib.metadata import version

import pytest

from gcpstack._cli.main import main

GOOD = """
from gcpstack import GlobalAddress, Stack
stack = Stack("web", project="my-project", region="us-central1")
stack.add(GlobalAddress("a"))
"""

BALANCER = """
from gcpstack import Armor, CloudRunBackend, LoadBalancer
api = CloudRunBackend("api", "api", regions=["us-central1"])
stack.add(LoadBalancer("lb", hosts=["{host}"], default=api, armor=Armor(block=["{block}"])))
"""

#: A stack file, the arguments after it, and words that the message must hold.
FILES = {
    "a syntax error": ("stack = (", [], [".py:1: "]),
    "raises": ("x = 1\nraise RuntimeError('no luck')", [], [".py:2: RuntimeError: no luck"]),
    "raises in a function of its own": (
        "def f():\n    return 1 // 0\nf()",
        [],
        [".py:2: ZeroDivisionError"],
    ),
    "imports what is not there": ("import nothing_like_it", [], [".py:1: ModuleNotFoundError"]),
    "leaves": ("raise SystemExit(0)", [], ["ends the process", "__main__"]),
    "holds no stack": ("x = 1", [], ["holds no `stack`", "stack = Stack("]),
    "holds a stack of another type": ("stack = 3", [], ["is a value of type int, not a Stack"]),
    "is a function without an environment": (
        "def stack(env): return None",
        [],
        ["makes its stack for an environment", "--env NAME"],
    ),
    "does not know the environment": (
        "def stack(env): return {'prod': 1}[env]",
        ["--env", "stagin"],
        ["for the environment 'stagin'", "KeyError"],
    ),
    "makes no stack": (
        "def stack(env): return env",
        ["--env", "prod"],
        ["returned a value of type str, not a Stack"],
    ),
    "a bad stack name": (GOOD.replace('"web"', '"Web!"'), [], ["stack 'Web!'", "lower-case"]),
    "a bad resource name": (
        GOOD.replace('Address("a")', 'Address("A_b")'),
        [],
        ["compute.GlobalAddress/A_b: name"],
    ),
    "a wrong type": (
        GOOD.replace('Address("a")', 'Address("a", description=3)'),
        [],
        ["compute.GlobalAddress/a: description"],
    ),
    "an unknown field": (
        GOOD.replace('Address("a")', 'Address("a", colour="red")'),
        [],
        [".py:4: ", "unexpected keyword argument 'colour'"],
    ),
    "a bad value": (
        GOOD.replace('Address("a")', 'Address("a", ip_version="IPV5")'),
        [],
        ["ip_version", "IPV4"],
    ),
    "a bad address": (
        GOOD.replace('Address("a")', 'Address("a", address="300.1.1.1")'),
        [],
        ["compute.GlobalAddress/a: address"],
    ),
    "a field that Google does not have": (
        GOOD.replace('Address("a")', 'Address("a", extra={"colour": "red"})'),
        [],
        ["compute.GlobalAddress/a: colour: Google has no such field."],
    ),
    "two of one name": (
        GOOD + 'stack.add(GlobalAddress("a", description="another"))',
        [],
        ["compute.GlobalAddress/a: is declared twice"],
    ),
    "a circle": (
        GOOD
        + """
from gcpstack import HealthCheck
one = GlobalAddress("one")
two = GlobalAddress("two", depends_on=[one])
object.__setattr__(one, "depends_on", [two])
stack.add(one); stack.add(two)
""",
        [],
        [
            "compute.GlobalAddress/one needs compute.GlobalAddress/two",
            "compute.GlobalAddress/two needs compute.GlobalAddress/one",
        ],
    ),
    "a bad region": (
        GOOD + "from gcpstack import CloudRunService\n"
        'stack.add(CloudRunService("api", location="us-centrall1", image="nginx"))',
        [],
        ["run.Service/us-centrall1/api: location", "'us-centrall1' is not a region", "us-central1"],
    ),
    "a bad range of addresses": (
        GOOD + BALANCER.format(host="a.example.com", block="10.0.0.0/33"),
        [],
        ["10.0.0.0/33"],
    ),
    "a bad host": (
        GOOD + BALANCER.format(host="http://a.example.com/", block="10.0.0.0/8"),
        [],
        ["http://a.example.com/"],
    ),
    "no project": (GOOD.replace(', project="my-project"', ""), [], ["No project", "--project"]),
    "an endpoint that does not answer": (
        GOOD,
        ["--endpoint", "http://127.0.0.1:1"],
        ["http://127.0.0.1:1", "doesn't answer"],
    ),
    "an endpoint that is none": (GOOD, ["--endpoint", "localhost"], ["not an endpoint"]),
}

ARGUMENTS = {
    "an unknown command": (["plam", "x.py"], ["Did you mean `plan`?"]),
    "an unknown flag": (["plan", "x.py", "--detailed-exit-code"], ["--detailed-exitcode?"]),
    "a missing file": (["plan", "nothing.py"], ["there is no file nothing.py"]),
    "a folder": (["plan", "."], [". is a folder"]),
}


@pytest.fixture(autouse=True)
def nowhere(tmp_path, monkeypatch):
    """Work in an empty folder, without credentials."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GOOGLE_APPLICATION_CREDENTIALS", str(tmp_path / "none.json"))
    monkeypatch.setenv("CLOUDSDK_CONFIG", str(tmp_path))
    monkeypatch.setattr(sys, "path", list(sys.path))


def said(capsys):
    out = capsys.readouterr()
    assert "Traceback" not in out.err
    assert out.err.startswith("error: ")
    return " ".join((out.out + out.err).split())


@pytest.mark.parametrize("name", FILES)
def test_a_bad_stack_file(name, tmp_path, capsys):
    """The message names the place and the remedy."""
    text, arguments, words = FILES[name]
    (tmp_path / "bad.py").write_text(text)
    place = [] if "--endpoint" in arguments else ["--endpoint", "http://127.0.0.1:1"]
    if name == "no project":
        place = ["--endpoint", "http://127.0.0.1:1"]

    assert main(["plan", "bad.py", *arguments, *place]) == 1
    text = said(capsys)
    for word in words:
        assert word in text


@pytest.mark.parametrize("name", ARGUMENTS)
def test_bad_arguments(name, capsys):
    """Near misses are guessed."""
    arguments, words = ARGUMENTS[name]

    assert main(arguments) == 1
    text = said(capsys)
    for word in words:
        assert word in text


def test_a_file_that_is_not_text(tmp_path, capsys):
    """Bytes are refused in words."""
    (tmp_path / "bad.py").write_bytes(b"\xff\xfe\x00stack")

    assert main(["plan", "bad.py", "--endpoint", "http://127.0.0.1:1"]) == 1
    assert "bad.py" in said(capsys)


def test_all_problems_at_once(tmp_path, capsys):
    """Nobody has to run it three times to find three mistakes."""
    (tmp_path / "bad.py").write_text(
        GOOD + 'stack.add(GlobalAddress("B"))\nstack.add(GlobalAddress("c", address="x"))\n'
    )

    assert main(["plan", "bad.py", "--endpoint", "http://127.0.0.1:1"]) == 1
    text = said(capsys)
    assert "compute.GlobalAddress/B: name" in text
    assert "compute.GlobalAddress/c: address" in text


def test_without_credentials(tmp_path, capsys):
    """Against the real Google: how to log in."""
    (tmp_path / "good.py").write_text(GOOD)

    assert main(["plan", "good.py"]) == 1
    assert "gcloud auth application-default login" in said(capsys)


def test_the_version(capsys):
    """Is that of the distribution."""
    assert main(["--version"]) == 0
    assert capsys.readouterr().out == f"gcpstack {version('gcpstack')}\n"


def test_without_a_project(tmp_path, capsys, monkeypatch):
    """With credentials that belong to none: where to name it."""
    (tmp_path / "good.py").write_text(GOOD.replace(', project="my-project"', ""))
    key = {
        "type": "authorized_user",
        "client_id": "a",
        "client_secret": "b",
        "refresh_token": "c",
    }
    (tmp_path / "key.json").write_text(json.dumps(key))
    monkeypatch.setenv("GOOGLE_APPLICATION_CREDENTIALS", str(tmp_path / "key.json"))

    assert main(["plan", "good.py"]) == 1
    assert "--project PROJECT" in said(capsys)
