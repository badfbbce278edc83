"""Every command on stacks with planted secrets: what it prints, logs, writes and sends is read."""

import json
import logging
import subprocess

import pytest

from gcpstack._cli.main import main

from .stacks import SCRIPTS
from .test_secrets_stay import held, inventory, leaks

SECRETS = {
    "virtuoso": {
        "VIRTUOSO_API_KEYS": '{"ada": "canary-of-an-api-key"}',
        "VIRTUOSO_OAUTH": '{"client_secret": "canary-of-oauth"}',
        "VIRTUOSO_SLACK_TOKEN": "xoxb-canary-of-slack",
    },
    "trade_streamer": {
        "TRADE_STREAMER_ETRADE": '{"secret": "canary-of-etrade"}',
        "TRADE_STREAMER_FMP": "canary-of-fmp",
        "TRADE_STREAMER_AI": '{"key": "canary-of-ai"}',
    },
}
PLAIN = {"VIRTUOSO_SLACK_CHANNEL": "#virtuoso"}
#: What has a value that the stack makes up, and what takes one from outside.
MADE = {"virtuoso": "virtuoso-encryption-key", "trade_streamer": None}
GIVEN = {
    "virtuoso": ("virtuoso-oauth", "VIRTUOSO_OAUTH"),
    "trade_streamer": ("trade-fmp-key", "TRADE_STREAMER_FMP"),
}
#: The calls that may carry a secret.
CARRIERS = (":addVersion", "/notificationChannels")
ROTATED = "canary-of-a-rotation"


class Told:
    """Runs commands in this process, and keeps what they say."""

    def __init__(self, place, script, capsys):
        self.file = str(SCRIPTS / f"{script}.py")
        self.options = ["--env", "staging"]
        self.options += ["--endpoint", place.endpoint, "--project", place.settings.project]
        self.capsys = capsys
        self.texts = {}

    def __call__(self, *words):
        """Run a command; its words before FILE, a bar, those after it."""
        at = words.index("|") if "|" in words else len(words)
        self.capsys.readouterr()
        status = main([*words[:at], self.file, *words[at + 1 :], *self.options])
        said = self.capsys.readouterr()
        self.texts[" ".join(words)] = said.out + said.err
        assert "Traceback" not in said.out + said.err, words
        return status


def processes():
    """The command lines of everything that runs here."""
    return subprocess.run(
        ["ps", "-eo", "args"], capture_output=True, text=True, timeout=30, check=True
    ).stdout


@pytest.fixture
def planted(request, monkeypatch):
    """Put the secrets into the environment that the stack file takes them from."""
    script = request.param
    for name, value in {**SECRETS[script], **PLAIN}.items():
        monkeypatch.setenv(name, value)
    return script


@pytest.mark.timeout(300)  # a dozen commands on a whole stack
@pytest.mark.parametrize("planted", sorted(SECRETS), indirect=True)
def test_no_command_tells_a_secret(  # noqa: PLR0917 # fixtures, which pytest names
    planted, emulated, sent, caplog, capsys, monkeypatch
):
    """Neither what was planted nor what was made up, before and after rotations and failures."""
    caplog.set_level(logging.DEBUG)
    run = Told(emulated, planted, capsys)
    secrets = dict(SECRETS[planted])

    assert run("plan") == 0
    monkeypatch.setenv(f"{planted.upper()}_TAG", "crash")
    assert run("apply", "|", "--yes", "--json") == 1
    monkeypatch.delenv(f"{planted.upper()}_TAG")
    secrets |= {f"first {name}": value for name, value in held(emulated).items()}
    assert run("rollback", "|", "--yes") in (0, 1)
    # For five minutes Firestore gives away no database's name again.
    emulated.control("POST", "/_emulator/clock", {"advance": 300})
    assert run("apply", "|", "--yes", "--verbose") == 0, run.texts["apply | --yes --verbose"]
    secrets |= {f"second {name}": value for name, value in held(emulated).items()}

    assert run("secrets", "status", "|", "--json") == 0
    name, variable = GIVEN[planted]
    monkeypatch.setenv(variable, ROTATED)
    rotate = ("|", name, "--yes", "--json", "--from-env", variable)
    assert run("secrets", "rotate", *rotate) == 0
    if MADE[planted]:
        assert run("secrets", "rotate", "|", MADE[planted], "--yes") == 0
    assert run("secrets", "roll", "|", "--yes") == 0
    assert run("secrets", "retire", "|", "--yes", "--grace", "0", "--json") in (0, 1)
    for words in (
        ("plan", "|", "--json", "--verbose"),
        ("permissions",),
        ("recover", "|", "--json"),
        ("recover", "|", "--rehearse", "--yes"),
        ("drift", "|", "--json"),
        ("drift",),
        ("logs", "|", "--json"),
        ("metrics", "|", "--json"),
        ("health", "|", "--json"),
        ("backups", "list", "|", "--json"),
        ("doctor", "|", "--json"),
        ("rollout", "|", "--json"),
        ("status", "|", "--json"),
    ):
        assert run(*words) in (0, 1), words
    told = {**run.texts, "the logs": caplog.text, "the inventory": inventory(emulated)}
    told["the processes"] = processes()
    told["the requests"] = json.dumps(emulated.control("GET", "/_emulator/requests"))
    secrets |= {f"last {name}": v for name, v in held(emulated).items() if v != "{}"}
    secrets = {name: value for name, value in secrets.items() if value != "{}"}

    assert run("destroy", "|", "--yes", "--json") == 0
    told["destroy"] = run.texts["destroy | --yes --json"]
    found = {name: leaks(text, secrets) for name, text in told.items()}
    assert {name: which for name, which in found.items() if which} == {}
    carried = [url for url, body in sent if leaks(body, secrets)]
    assert carried
    assert [url for url in carried if not any(one in url for one in CARRIERS)] == []
    assert [url for url, _ in sent if leaks(url, secrets)] == []
