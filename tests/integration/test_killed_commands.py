"""Commands as processes, killed once Google has done what they asked for: the same command ends the work."""

import os
import re
import runpy
import signal
import subprocess
import sys
import uuid
from concurrent.futures import Future

import pytest

from gcpstack import Settings
from gcpstack.emulator import Emulator
from gcpstack.emulator.core.wire import Request, Result

from .conftest import Place

SHOP = """
import os
from gcpstack import Generated, GlobalAddress, SecretValue, SqlBackups, SqlInstance, SslPolicy, Stack

stack = Stack("shop", region="us-central1", enable_apis=False)
stack.add(
    SqlInstance(
        "orders",
        database_version="POSTGRES_16",
        tier="db-custom-1-3840",
        edition="ENTERPRISE",
        backups=SqlBackups(enabled=True),
        allow_delete=True,
    )
)
stack.add(SecretValue("password", Generated(), allow_delete=True))
edited = "EDITED" in os.environ
policy = stack.add(SslPolicy("shop-tls", profile="RESTRICTED" if edited else "MODERN"))
if edited:
    address = stack.add(GlobalAddress("shop-ip", depends_on=[policy]))
    stack.add(GlobalAddress("shop-second-ip", depends_on=[address]))
"""


class Shop(Place):
    """A stack on an emulator of its own, and commands on it, each in a process of its own."""

    def __init__(self, emulator, script):
        super().__init__(
            Settings(project=f"test-{uuid.uuid4().hex[:12]}", endpoint=emulator.endpoint),
            emulator.endpoint,
        )
        self.world, self.handle = emulator.world, emulator.world.handle
        self.script = script
        self.environment = {**os.environ}

    def begin(self, *words):
        """Begin a command: its name, then what follows the file."""
        name = words[:2] if words[0] in ("secrets", "backups") else words[:1]
        place = ["--project", self.settings.project, "--endpoint", self.endpoint]
        return subprocess.Popen(
            [
                sys.executable,
                "-m",
                "gcpstack",
                *name,
                str(self.script),
                *words[len(name) :],
                *place,
            ],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            env=self.environment,
        )

    def run(self, *words, status=0):
        with self.begin(*words) as process:
            said, _ = process.communicate()
        assert process.returncode == status, said
        assert "Traceback" not in said
        return said

    def kill(self, call, *words):
        """Run a command, and kill it once Google has done what a call of it asks for."""
        victim: Future[subprocess.Popen] = Future()

        def handle(request: Request) -> Result:
            result = self.handle(request)
            if re.fullmatch(call, f"{request.method} {request.path}"):
                victim.result(60).kill()
            return result

        self.world.handle = handle
        with self.begin(*words) as process:
            victim.set_result(process)
            said, _ = process.communicate()
        self.world.handle = self.handle
        assert process.returncode == -signal.SIGKILL, said
        self.forget_calls()

    def calls(self, method):
        """Count the calls of a method since the last death."""
        return sum(name == method for name in self.mutations())

    def named(self, *parts):
        """The objects whose names hold one of these, as they are."""
        found = self.resources().items()
        return {name: body for name, body in found if any(part in name for part in parts)}


@pytest.fixture(scope="module")
def emulator():
    with Emulator() as emulator:
        yield emulator


@pytest.fixture
def shop(emulator, tmp_path):
    script = tmp_path / "shop.py"
    script.write_text(SHOP)
    shop = Shop(emulator, script)
    shop.apply(runpy.run_path(str(script))["stack"]).outcome.raise_failed()
    return shop


def test_a_destroy(shop):
    """What was deleted by then is not asked for again, and nothing is left."""
    shop.kill("DELETE .*/sslPolicies/shop-tls", "destroy", "--yes")
    shop.run("destroy", "--yes")

    assert shop.calls("compute.sslPolicies.delete") == 0
    assert shop.named("sslPolicies", "instances/orders", "secrets/", "storage") == {}


def test_a_rollback(shop):
    """What was made goes, what was changed is as it was."""
    before = shop.named("sslPolicies", "addresses")
    shop.environment["EDITED"] = "1"
    rule = {"method": "compute.globalAddresses.insert", "fault": "403", "nth": 2}
    shop.world.faults.set([rule])
    shop.run("apply", "--yes", status=1)
    shop.world.faults.set([])
    assert shop.named("shop-ip")
    shop.kill("DELETE .*/addresses/shop-ip", "rollback", "--yes")
    shop.run("rollback", "--yes")

    after = shop.named("sslPolicies", "addresses")
    assert after.keys() == before.keys()
    assert [body["profile"] for body in after.values()] == ["MODERN"]


def test_a_rotation(shop):
    """A version was made: the same command makes no other, and the secret has two."""
    shop.kill("POST .*/secrets/password:addVersion", "secrets", "rotate", "password", "--yes")
    shop.run("secrets", "rotate", "password", "--yes")

    assert shop.calls("secretmanager.projects.secrets.addVersion") == 0
    assert len(shop.named("secrets/password/versions/")) == 2


def test_a_restore(shop):
    """It goes on at Google: the same command waits for it, and begins no other."""
    shop.run("backups", "make", "orders", "--yes")
    restore = (
        "backups",
        "restore",
        "orders",
        "--yes",
        "--allow-delete",
        "sql.DatabaseInstance/orders",
    )
    shop.kill("POST .*/instances/orders/restoreBackup", *restore)
    shop.run(*restore)

    assert shop.calls("sql.instances.restoreBackup") == 0
