"""What Virtuoso's functions do, with stand-ins for the libraries that Google's builder installs."""

import base64
import hashlib
import hmac
import importlib.util
import json
import sys
import types
from datetime import UTC, datetime, timedelta

import pytest

from .stacks import SCRIPTS

NOW = datetime(2026, 1, 2, 3, tzinfo=UTC)


class Documents:
    """A Firestore of one client: documents by path, and what batches did."""

    def __init__(self):
        self.kept = {}

    def collection(self, name):
        return types.SimpleNamespace(
            document=lambda key: (name, key),
            where=lambda filter: types.SimpleNamespace(  # noqa: A006 # Google's name
                limit=lambda most: types.SimpleNamespace(
                    stream=lambda: self._old(name, filter, most)
                )
            ),
        )

    def _old(self, collection, condition, most):
        field, _, limit = condition
        found = [
            types.SimpleNamespace(reference=key)
            for key, body in self.kept.items()
            if key[0] == collection and body[field] < limit
        ]
        return found[:most]

    def batch(self):
        return Batch(self)


class Batch:
    """Writes that are made together, or not at all."""

    def __init__(self, client):
        self.client, self.writes, self.new = client, [], []

    def create(self, key, body):
        self.new.append(key)
        self.writes.append((key, lambda _: body))

    def set(self, key, body, *, merge):
        assert merge
        grow = {name: amount for name, (_, amount) in body.items()}
        self.writes.append(
            (
                key,
                lambda old: {
                    n: (old or {}).get(n, 0) + grow.get(n, 0) for n in {**(old or {}), **grow}
                },
            )
        )

    def delete(self, key):
        self.writes.append((key, lambda _: None))

    def commit(self):
        if any(key in self.client.kept for key in self.new):
            raise Conflict
        for key, change in self.writes:
            body = change(self.client.kept.pop(key, None))
            if body is not None:
                self.client.kept[key] = body


class Conflict(Exception):
    """It is there already."""


@pytest.fixture
def client():
    return Documents()


@pytest.fixture
def function(client, monkeypatch):
    """Load a function as its runtime does, beside libraries that keep all in memory."""
    firestore = types.ModuleType("google.cloud.firestore")
    firestore.Client = lambda: client
    firestore.Increment = lambda by: ("increment", by)
    firestore.FieldFilter = lambda *parts: parts
    framework = types.ModuleType("functions_framework")
    framework.http = framework.cloud_event = lambda made: made
    exceptions = types.ModuleType("google.api_core.exceptions")
    exceptions.Conflict = Conflict
    api_core = types.ModuleType("google.api_core")
    api_core.exceptions = exceptions
    cloud = types.ModuleType("google.cloud")
    cloud.firestore, cloud.pubsub_v1 = firestore, types.ModuleType("google.cloud.pubsub_v1")
    for name, module in (
        ("functions_framework", framework),
        ("google.cloud", cloud),
        ("google.cloud.firestore", firestore),
        ("google.api_core", api_core),
    ):
        monkeypatch.setitem(sys.modules, name, module)

    def load(name):
        path = SCRIPTS / "virtuoso_functions" / name / "main.py"
        spec = importlib.util.spec_from_file_location(f"virtuoso_function_{name}", path)
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        return module

    return load


def request(body=b"", **headers):
    return types.SimpleNamespace(
        headers={name.replace("_", "-"): value for name, value in headers.items()},
        get_data=lambda cache: body,
    )


class Event(dict):
    """A CloudEvent: attributes as items, and its data."""

    def __init__(self, ident, content):
        super().__init__(id=ident, time=NOW.isoformat())
        data = base64.b64encode(json.dumps(content).encode()).decode()
        self.data = {"message": {"data": data}}


def test_a_test_event_counts_once(function, client):
    """However often its message comes."""
    analytics = function("analytics")
    for ident, outcome in (("1", "passed"), ("1", "passed"), ("2", "odd")):
        analytics.count(Event(ident, {"suite": "a/b", "outcome": outcome, "seconds": 1.5}))

    assert client.kept["analytics", "2026-01-02.a-b"] == {
        "runs": 2,
        "passed": 1,
        "unknown": 1,
        "milliseconds": 3000,
    }


def test_a_key_has_an_owner(function, monkeypatch):
    """Or is refused; so is none at all."""
    validator = function("auth_validator")
    monkeypatch.setenv("API_KEYS", json.dumps({"ci": hashlib.sha256(b"right").hexdigest()}))

    assert validator.validate(request(Authorization="Bearer right")) == (
        {"valid": True, "owner": "ci"},
        200,
    )
    for wrong in ("Bearer wrong", "Basic right", "Bearer ", ""):
        assert validator.validate(request(Authorization=wrong))[1] == 401


def test_what_is_too_old_goes(function, client):
    """And nothing else, a batch at a time."""
    cleanup = function("cleanup")
    old, young = NOW - timedelta(days=2), NOW - timedelta(hours=1)
    for number in range(1201):
        client.kept["sessions", number] = {"lastUsed": old}
    client.kept["sessions", "young"] = {"lastUsed": young}
    client.kept["results", "old"] = {"finished": old}

    assert cleanup.clean(client, NOW) == {"sessions": 1201, "results": 0}
    assert set(client.kept) == {("sessions", "young"), ("results", "old")}


def test_what_fails_leaves_no_other_check_out(function):
    """All are told, and the whole is unwell."""
    health = function("health")

    def broken():
        raise TimeoutError

    told = health.report({"database": broken, "api": lambda: None})
    assert told == ({"database": "failed: TimeoutError", "api": "ok"}, 503)
    assert health.report({"api": lambda: None}) == ({"api": "ok"}, 200)


def test_a_webhook_is_published_if_it_is_signed(function, monkeypatch):
    """With what it is about; what is not ours, too large or no JSON is refused."""
    webhook = function("webhook")
    sent = []

    class Publisher:
        def publish(self, topic, data, **attributes):
            sent.append((topic, data, attributes))
            return types.SimpleNamespace(result=lambda timeout: "m1")

    webhook.pubsub_v1.PublisherClient = Publisher
    monkeypatch.setenv("WEBHOOK_SECRET", "s")
    monkeypatch.setenv("TOPIC", "projects/p/topics/t")

    def signed(body):
        return "sha256=" + hmac.new(b"s", body, hashlib.sha256).hexdigest()

    body = b'{"a": 1}'
    taken = webhook.receive(request(body, X_Signature_256=signed(body), X_Event="push"))
    assert taken == ({"id": "m1"}, 202)
    assert sent == [("projects/p/topics/t", body, {"event": "push"})]
    assert webhook.receive(request(body, X_Signature_256="sha256=0"))[1] == 401
    assert webhook.receive(request(b"{", X_Signature_256=signed(b"{")))[1] == 400
    assert webhook.receive(request(b" " * 1_000_001))[1] == 413
    assert len(sent) == 1
