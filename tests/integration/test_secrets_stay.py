"""Values of secrets are planted, and everything that is written, printed or sent is read.

They may stand in Secret Manager, and in the calls that put them there or give them to a database.
"""

import base64
import json
import logging

import pytest

from gcpstack import ApplyFailed

from .stacks import SCRIPTS, live, load

PLANTED = {
    "ATP_OIDC_CONFIG": '{"client_secret": "canary-in-oidc"}',
    "ATP_PROVIDER_KEYS": '{"openai": "canary-of-a-provider"}',
}
CANARIES = ("canary-in-oidc", "canary-of-a-provider")
#: The calls that may carry a secret.
CARRIERS = (":addVersion", "/users")


@pytest.fixture
def planted(monkeypatch):
    """Put the secrets into the environment that the stack file takes them from."""
    for name, value in PLANTED.items():
        monkeypatch.setenv(name, value)


def held(place):
    """What Secret Manager holds, by secret."""
    out = {}
    for name, body in live(place, "/versions/").items():
        if "/secrets/" not in name or body["state"] != "ENABLED":
            continue
        path = name.partition("//")[2].replace("/projects/", "/v1/projects/", 1)
        answer = place.control("GET", f"/{path}:access")
        secret = name.split("/secrets/")[1].split("/")[0]
        out[secret] = base64.b64decode(answer["payload"]["data"]).decode()
    return out


def inventory(place):
    """Every object in the bucket of the inventories."""
    bucket = f"/storage.googleapis.com/storage/v1/b/{place.settings.project}-gcpstack/o"
    names = [item["name"] for item in place.control("GET", bucket).get("items", ())]
    found = [
        place.control("GET", f"{bucket}/{name.replace('/', '%2F')}?alt=media") for name in names
    ]
    assert found
    return json.dumps(found)


def leaks(text, secrets):
    """Which secrets stand in a text, as they are or in base64."""
    out = []
    for name, value in secrets.items():
        coded = base64.b64encode(value.encode()).decode()
        if value in text or coded in text or json.dumps(value)[1:-1] in text:
            out.append(name)
    return out + [canary for canary in CANARIES if canary in text]


def worth_hiding(place):
    """The planted values and those that were made up; a connection by itself hides nothing."""
    return {name: value for name, value in held(place).items() if name != "atp-redis-secret"}


@pytest.mark.usefixtures("planted")
class TestSecretsStay:
    def test_in_this_process(self, emulated, sent, caplog, monkeypatch):
        """Plans, events, results, reports, errors, logs, the inventory, and what is sent."""
        caplog.set_level(logging.DEBUG)
        told = []
        monkeypatch.setenv("ATP_TAG", "crash")
        with pytest.raises(ApplyFailed) as failed:
            emulated.apply(load("atp")("staging"))
        told += [repr(failed.value), str(failed.value.exceptions)]
        monkeypatch.delenv("ATP_TAG")
        stack = load("atp")("staging")
        told += [repr(stack.plan(emulated.settings)), repr(emulated.apply(stack))]
        told += [repr(stack.status(emulated.settings)), repr(emulated.plan(stack))]
        told += [repr(stack.items), inventory(emulated), repr(emulated.events)]
        told += [
            json.dumps(emulated.resources()),
            json.dumps(emulated.control("GET", "/_emulator/requests")),
        ]
        told += [record.getMessage() for record in caplog.records]
        secrets = worth_hiding(emulated)
        assert len(secrets) == 6
        assert set(CANARIES) == {c for c in CANARIES if any(c in s for s in secrets.values())}

        assert [leaks(text, secrets) for text in told if leaks(text, secrets)] == []
        carried = [url for url, body in sent if leaks(body, secrets)]
        assert carried
        assert [url for url in carried if not any(carrier in url for carrier in CARRIERS)] == []
        assert [url for url, _ in sent if leaks(url, secrets)] == []

    @pytest.mark.timeout(400)  # six processes, one after the other
    def test_of_the_command(self, emulated, tmp_path, command):
        """What it prints, for people and as JSON, when it succeeds and when it fails."""
        options = ("--env", "staging", "--endpoint", emulated.endpoint)
        options += ("--project", emulated.settings.project)
        script, told = str(SCRIPTS / "atp.py"), []

        def run(verb, *more, **variables):
            done = command(verb, script, *options, *more, folder=tmp_path, **PLANTED, **variables)
            told.append(done.stdout + done.stderr)
            return done.returncode

        assert run("plan") == 0
        assert run("apply", "--yes", ATP_TAG="crash") == 1
        assert run("apply", "--yes", "--json") == 0
        secrets = worth_hiding(emulated)
        assert run("plan", "--json", ATP_TAG="v2") == 0
        assert run("status", "--json") in (0, 1)
        assert run("destroy", "--yes", "--json") == 0
        assert len(secrets) == 6

        assert all("atp-router-service" in text for text in told)
        assert [leaks(text, secrets) for text in told if leaks(text, secrets)] == []
        assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_a_leak_would_be_found():
    """As it is, in JSON, in base64."""
    secrets = {"a": '{"k": "v"}'}

    assert leaks('x {"k": "v"} y', secrets) == ["a"]
    assert leaks(json.dumps({"x": '{"k": "v"}'}), secrets) == ["a"]
    assert leaks(base64.b64encode(b'{"k": "v"}').decode(), secrets) == ["a"]
    assert leaks("nothing", secrets) == []
