"""A secret's value is added once, read only to compare it, and destroyed on request."""

import base64
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from gcpstack import exceptions as ours
from gcpstack._adapters.registry import adapters
from gcpstack._core.json import Body
from gcpstack._core.ports import Adapter, Done, Edit, Target
from gcpstack._core.refs import Sensitive
from gcpstack.resources import kinds
from gcpstack.resources.sources import FromFile
from tests.adapters.google import Asked, FakeGoogle, refusal

TARGET = Target(kinds.ALL["secretmanager.SecretVersion"], {"project": "p", "secret": "s"})
DATA = ("payload", "data")


class Vault:
    """A secret with its versions."""

    def __init__(self, google: FakeGoogle, *payloads: bytes) -> None:
        self.payloads = list(payloads)
        self.states = ["ENABLED"] * len(payloads)
        self.readable = True
        google.script = self.answer

    def name(self, index: int) -> str:
        return f"projects/123/secrets/s/versions/{index + 1}"

    def version(self, index: int) -> Body:
        return {"name": self.name(index), "state": self.states[index]}

    def answer(self, asked: Asked) -> Any:
        if asked.path.endswith(":addVersion"):
            self.payloads.append(base64.b64decode(asked.body["payload"]["data"]))
            self.states.append("ENABLED")
            return self.version(len(self.payloads) - 1)
        if asked.path.endswith("/versions"):
            return {"versions": [self.version(i) for i in reversed(range(len(self.payloads)))]}
        index = int(asked.path.rsplit("/", 1)[-1].partition(":")[0]) - 1
        if asked.path.endswith(":destroy"):
            if self.states[index] == "DESTROYED":
                return refusal(400, "failedPrecondition")
            self.states[index] = "DESTROYED"
            return self.version(index)
        if not self.readable:
            return refusal(403, "forbidden")
        data = base64.b64encode(self.payloads[index]).decode()
        return {"name": self.name(index), "payload": {"data": data}}


def body(value: object) -> Body:
    return {"payload": {"data": value}}


@pytest.fixture
def served(google: FakeGoogle) -> Adapter:
    return adapters(google.clients())(TARGET.kind)


@pytest.mark.parametrize(
    ("value", "payload"),
    [
        ("plain", b"plain"),
        (Sensitive("hunter2"), b"hunter2"),
        (Sensitive(b"\xff\x00"), b"\xff\x00"),
        (Sensitive(lambda: "made"), b"made"),
        (Sensitive("ünï"), "ünï".encode()),
    ],
)
def test_the_value_arrives_to_the_byte(
    google: FakeGoogle, served: Adapter, value: object, payload: bytes
) -> None:
    vault = Vault(google)
    served.create(TARGET, body(value), "")
    assert vault.payloads == [payload]


def test_a_file_is_read_when_it_is_sent(
    google: FakeGoogle, served: Adapter, tmp_path: Path
) -> None:
    file = tmp_path / "key"
    declared = body(Sensitive(FromFile(file)))
    file.write_bytes(b"\x00\xfe\n")
    vault = Vault(google)
    served.create(TARGET, declared, "")
    assert vault.payloads == [b"\x00\xfe\n"]


def test_the_same_value_adds_no_version(google: FakeGoogle, served: Adapter) -> None:
    """A repeated call after a lost answer must not add a second one."""
    vault = Vault(google, b"one")
    served.create(TARGET, body("one"), "")
    assert len(vault.payloads) == 1
    served.create(TARGET, body("two"), "")
    assert vault.payloads == [b"one", b"two"]


def test_who_may_not_read_adds_blindly(google: FakeGoogle, served: Adapter) -> None:
    vault = Vault(google, b"one")
    vault.readable = False
    served.create(TARGET, body("one"), "")
    assert vault.payloads == [b"one", b"one"]
    assert served.reveal(TARGET, DATA) is None


def test_a_change_is_one_step_and_another_field_none(google: FakeGoogle, served: Adapter) -> None:
    vault = Vault(google, b"old")
    wanted = body(Sensitive("new"))
    (step,) = served.update(Edit(TARGET, {}, wanted, wanted, (DATA,)))
    step.call()
    assert vault.payloads == [b"old", b"new"]
    assert list(served.update(Edit(TARGET, {}, wanted, wanted, (("labels",),)))) == []


@pytest.mark.parametrize("state", ["DISABLED", "DESTROYED"])
def test_a_newest_version_that_gives_nothing_is_replaced_by_another(
    google: FakeGoogle, served: Adapter, state: str
) -> None:
    """``latest`` is that one, whatever older versions hold: the same value is added once more, once."""
    vault = Vault(google, b"one", b"two")
    vault.states[1] = state
    found = served.get(TARGET)
    assert found is not None
    assert (found.body["name"], found.body["state"]) == (vault.name(0), state)
    wanted = body(Sensitive("one"))
    edit = Edit(TARGET, found.body, wanted, wanted, (("state",),))
    for _ in range(2):
        (step,) = served.update(edit)
        step.call()
        assert vault.payloads == [b"one", b"two", b"one"]
    again = served.get(TARGET)
    assert again is not None
    assert again.body["state"] == "ENABLED"


def test_the_newest_enabled_version_is_seen_without_its_payload(
    google: FakeGoogle, served: Adapter
) -> None:
    vault = Vault(google, b"one", b"two", b"three")
    vault.states[2] = "DISABLED"
    found = served.get(TARGET)
    assert found is not None
    assert found.body["name"] == vault.name(1)
    assert found.path == TARGET.path
    assert served.list(TARGET) == [found]
    assert not any(asked.path.endswith(":access") for asked in google.asked)
    assert served.reveal(TARGET, DATA) == "two"
    assert served.reveal(TARGET, ("state",)) is None


@pytest.mark.parametrize(
    "missing", [lambda _: refusal(404, "notFound"), lambda _: {}], ids=["secret", "version"]
)
def test_no_secret_and_no_version_are_absent(
    google: FakeGoogle, served: Adapter, missing: Callable[[Asked], Any]
) -> None:
    google.script = missing
    assert served.get(TARGET) is None
    assert served.list(TARGET) == []
    assert served.reveal(TARGET, DATA) is None
    assert isinstance(served.delete(TARGET, {}, "").poll(), Done)


def test_what_is_no_text_is_not_revealed(google: FakeGoogle, served: Adapter) -> None:
    Vault(google, b"\xff")
    assert served.reveal(TARGET, DATA) is None


def test_deleting_destroys_the_version_once(google: FakeGoogle, served: Adapter) -> None:
    vault = Vault(google, b"one", b"two")
    live = served.get(TARGET)
    assert live is not None
    served.delete(TARGET, live.body, "")
    served.delete(TARGET, live.body, "")
    assert vault.states == ["ENABLED", "DESTROYED"]


def test_a_version_that_may_not_go_is_told(google: FakeGoogle, served: Adapter) -> None:
    vault = Vault(google, b"one")
    serve = vault.answer
    google.script = lambda asked: (
        refusal(400, "failedPrecondition") if asked.path.endswith(":destroy") else serve(asked)
    )
    with pytest.raises(ours.FailedPrecondition):
        served.delete(TARGET, {}, "")


def test_a_value_is_needed(google: FakeGoogle, served: Adapter) -> None:
    with pytest.raises(ours.InvalidRequest):
        served.create(TARGET, {}, "")
    assert not google.asked


def test_the_value_is_in_no_message(google: FakeGoogle, served: Adapter) -> None:
    def script(asked: Asked) -> Any:
        if asked.method == "POST":
            return refusal(400, "invalid", f"bad payload {asked.body['payload']['data']} / hunter2")
        return {}

    google.script = script
    with pytest.raises(ours.InvalidRequest) as caught:
        served.create(TARGET, body(Sensitive("hunter2")), "")
    text = f"{caught.value!r} {caught.value} {caught.value.__cause__}"
    assert "hunter2" not in text
    assert base64.b64encode(b"hunter2").decode() not in text
