"""Whatever comes in: one clear message, exit status 1, no traceback, and nothing is changed."""

import base64
import json
import re
import zlib

import pytest

from gcpstack import GlobalAddress, Stack
from gcpstack._cli.failures import REPORT
from gcpstack._cli.main import main
from tests.cli.bench import Bench
from tests.resources.test_mistakes import MISTAKES

from .hostile import ANSWERS, INVENTORIES
from .lab import PROJECT, Lab, World

#: Answers to reads that mean nothing is there, as far as anybody can tell.
_EMPTY = {"nothing in JSON", "a list", "a text", "nameless"}


def shop(**fields):
    stack = Stack("shop", project=PROJECT, region="us-central1", enable_apis=False)
    stack.add(GlobalAddress("ip", **fields))
    return stack


@pytest.fixture(scope="module")
def lab():
    """A project where a small stack stands."""
    made = Lab()
    made.apply(shop()).outcome.raise_failed()
    made.begun["shop"] = made.save()
    return made


@pytest.fixture
def bench(lab):
    """The command, in that project."""
    lab.restore(lab.begun["shop"])
    lab.line.google.log.clear()
    lab.undisturbed()
    return Bench(world=World(lab))


def refused(lab, said, *words):
    """It was told in words what is wrong, once, and nothing was done."""
    assert said.status == 1, said.out + said.err
    assert said.err.startswith("error: ")
    for bad in ("Traceback", REPORT, "Error(", "object at 0x"):
        assert bad not in said.err
    for word in words:
        assert re.search(word, " ".join(said.err.split()))
    assert lab.line.mutations() == []


def stored(lab):
    """The object that holds the inventory."""
    objects = lab.line.google.state.objects
    [key] = [key for key in objects if "-gcpstack/o/" in key[1]]
    return objects[key]


@pytest.mark.parametrize("command", ["plan", "apply", "destroy", "status"])
@pytest.mark.parametrize("name", INVENTORIES)
def test_an_inventory_that_nobody_wrote(lab, bench, name, command, spoiled):
    """Which object it is, what is wrong with it, and what to do."""
    spoiled(INVENTORIES[name])
    yes = ["--yes"] if command in ("apply", "destroy") else []

    said = bench.run(shop(labels={"a": "b"}), command, *yes)

    words = ["Upgrade gcpstack"] if "newer" in name else ["can't be read", "Restore"]
    refused(lab, said, re.escape(f"gs://{PROJECT}-gcpstack/stacks/shop.json"), *words)


@pytest.mark.parametrize("path", ["/global/addresses", "-gcpstack/o/"])
@pytest.mark.parametrize("name", ANSWERS)
def test_an_answer_that_google_never_gives(lab, bench, name, path, answering):
    """From a list of resources, and from where the inventory is."""
    answering(path, ANSWERS[name])

    said = bench.run(shop(labels={"a": "b"}), "apply", "--yes")

    if said.status == 0:  # it says that there is nothing
        assert name in _EMPTY
    else:
        refused(lab, said)


@pytest.mark.parametrize("number", range(len(MISTAKES)))
def test_a_mistaken_declaration(lab, bench, number):
    """The place and the remedy, before anything is asked of Google."""
    item, words, *_ = MISTAKES[number]
    stack = Stack("shop", project=PROJECT, region="us-central1", enable_apis=False)
    stack.add(item)

    said = bench.run(stack, "apply", "--yes")

    refused(lab, said, words)
    assert lab.line.google.log.rows() == []


def test_all_at_once(lab, bench):
    """Nobody has to run it eighty times to find eighty mistakes."""
    stack = Stack("shop", project=PROJECT, region="us-central1", enable_apis=False)
    for name in ("A", "b_", "c!"):
        stack.add(GlobalAddress(name))

    said = bench.run(stack, "apply", "--yes", "--json")

    [error] = [json.loads(line) for line in said.out.splitlines() if "problems" in line]
    assert len(json.dumps(error).split('"place"')) == 1 + 3


def test_there_are_enough():
    """The table is long."""
    assert len(INVENTORIES) * 4 + len(ANSWERS) * 2 + len(MISTAKES) > 200


@pytest.fixture
def spoiled(lab):
    """Change what is in the inventory."""

    def spoil(change):
        obj = stored(lab)
        text = zlib.decompress(base64.b64decode(obj.meta["content"])).decode()
        content = base64.b64encode(zlib.compress(change(text).encode())).decode()
        state = lab.line.google.state
        state.put(obj.but(meta={**obj.meta, "content": content}))
        state.take_changes()

    return spoil


@pytest.fixture
def answering(lab):
    """Give another answer to the reads of a path."""
    send = lab.line.google.handle

    def answer(path, change):
        def handle(request):
            good = send(request)
            return change(good) if request.method == "GET" and path in request.path else good

        lab.line.google.handle = handle

    yield answer
    lab.line.google.handle = send


#: What is given to the command, as flags, variables of the environment and key files; and words
#: that the message holds.
_GOOD = 'from gcpstack import GlobalAddress, Stack\nstack = Stack("web", region="us-central1")\nstack.add(GlobalAddress("a"))\n'
GIVEN = {
    "a flag without its value": (["--project"], {}, None, "--project"),
    "an unknown flag": (["--porject", "p"], {}, None, "--project"),
    "an unknown transport": (["--transport", "smoke"], {}, None, "smoke"),
    "a latency that is none": (["--local", "--latency", "slow"], {}, None, "slow"),
    "a seed in words": (["--local", "--seed", "x"], {}, None, "seed"),
    "two files": (["other.py"], {}, None, "other.py"),
    "an endpoint without a scheme": (["--endpoint", "localhost:1"], {}, None, "localhost:1"),
    "an endpoint of another scheme": (["--endpoint", "ftp://x"], {}, None, "ftp://x"),
    "an endpoint that is empty": (["--endpoint", "http://"], {}, None, "http://"),
    "an endpoint with a bad port": (["--endpoint", "http://127.0.0.1:x"], {}, None, "127.0.0.1"),
    "an endpoint where nobody is": (["--endpoint", "http://127.0.0.1:1"], {}, None, "127.0.0.1:1"),
    "such an endpoint in the environment": (
        [],
        {"GCPSTACK_ENDPOINT": "nonsense"},
        None,
        "nonsense",
    ),
    "nobody at the one in the environment": (
        [],
        {"GCPSTACK_ENDPOINT": "http://127.0.0.1:1"},
        None,
        "127.0.0.1:1",
    ),
    "no credentials": ([], {}, None, "gcloud auth application-default login"),
    "credentials that are no JSON": ([], {}, "{", "key.json"),
    "empty credentials": ([], {}, "", "key.json"),
    "credentials that are a list": ([], {}, "[]", ""),
    "credentials of no type": ([], {}, "{}", ""),
    "credentials of an unknown type": ([], {}, '{"type": "magic"}', ""),
    "a service account without a key": ([], {}, '{"type": "service_account"}', ""),
    "a service account with a bad key": (
        [],
        {},
        '{"type": "service_account", "client_email": "a@b", "token_uri": "http://x", "private_key": "x"}',
        "",
    ),
    "a user without a token": ([], {}, '{"type": "authorized_user"}', ""),
    "an outside account without anything": ([], {}, '{"type": "external_account"}', ""),
    "an impersonation of nobody": ([], {}, '{"type": "impersonated_service_account"}', ""),
}


@pytest.mark.parametrize("command", ["plan", "apply"])
@pytest.mark.parametrize("name", GIVEN)
def test_what_is_given_beside_the_file(name, command, tmp_path, monkeypatch, capsys):
    """Flags, the environment, credentials."""
    flags, environment, key, word = GIVEN[name]
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("CLOUDSDK_CONFIG", str(tmp_path))
    place = tmp_path / "key.json"
    if key is not None:
        place.write_text(key)
    if name != "no credentials":
        monkeypatch.setenv("GOOGLE_APPLICATION_CREDENTIALS", str(place))
    for variable, value in environment.items():
        monkeypatch.setenv(variable, value)
    (tmp_path / "web.py").write_text(_GOOD)
    project = [] if "--project" in flags or name == "an unknown flag" else ["--project", "my-proj"]

    assert main([command, "web.py", *project, *flags]) == 1

    said = capsys.readouterr().err
    assert said.startswith("error: ")
    assert "Traceback" not in said
    assert REPORT not in said
    assert word in said
