"""What `permissions --for COMMAND` lists is enough for each command, and the command needs it."""

import json

import pytest
import requests

from gcpstack._cli.main import main
from gcpstack.emulator import Emulator
from gcpstack.emulator.core.permissions import needed
from gcpstack.resources._operation_rights import OPERATIONS
from tests.operations.kept import CACHE, CARTS, SQL, Kept
from tests.operations.test_backups import FILE as KEPT

FILE = (
    KEPT
    + """
from gcpstack import CloudRunApp, CloudRunService, Recovery, SecretValue
from tests.operations.kept import add_cache

add_cache(stack, "BUCKET", versioning=True)
token = stack.add(SecretValue("token", "one", allow_delete=True))
web = CloudRunService("web-app", image="us-docker.pkg.dev/cloudrun/container/hello")
stack.add(CloudRunApp(web, secrets={"TOKEN": token}))
stack.add(Recovery([sql, documents], rpo="25h", rto="4h", delete_protection=False))
"""
)
#: Each command of the list, and words that it is run with: BUCKET stands for the bucket's name.
RUNS = [
    ("plan", "plan"),
    ("doctor", "doctor"),
    ("drift", "drift"),
    ("logs", "logs"),
    ("metrics", "metrics"),
    ("rollout", "rollout"),
    ("recover", "recover"),
    ("backups list", "backups list"),
    ("backups make", "backups make orders --yes"),
    ("backups restore", f"backups restore orders --yes --allow-delete {SQL}"),
    ("backups restore", "backups restore BUCKET --object page.html --yes"),
    ("backups export", "backups export cache --file gs://BUCKET/now.rdb --yes"),
    (
        "backups import",
        f"backups import cache --file gs://BUCKET/now.rdb --yes --allow-delete {CACHE}",
    ),
    ("backups export", "backups export carts --file gs://BUCKET/night --yes"),
    (
        "backups import",
        f"backups import carts --file gs://BUCKET/night --yes --allow-delete {CARTS}",
    ),
    ("backups restore", "backups restore carts --to carts-then --yes"),
    ("recover --rehearse", "recover --rehearse --yes"),
    ("secrets roll", "secrets roll --yes"),
    ("secrets retire", "secrets retire --yes --grace 0"),
    ("secrets destroy", "secrets destroy --yes --grace 0"),
    ("secrets status", "secrets status"),
    ("rollback", "rollback web-app --to REVISION --yes"),
    ("rollout --resume", "rollout web-app --resume"),
    ("forget", "forget secretmanager.Secret/token --yes"),
]


class Guarded(Kept):
    """An applied stack whose caller may do little."""

    def __init__(self, endpoint, file):
        super().__init__(endpoint, file, FILE)

    def allow(self, body):
        url = f"{self.endpoint}/_emulator/permissions"
        assert requests.put(url, json=body, timeout=30).ok

    def calls(self):
        return requests.get(f"{self.endpoint}/_emulator/requests", timeout=30).json()

    def post(self, path, body):
        answer = requests.post(f"{self.endpoint}/{path}", json=body, timeout=60)
        assert answer.ok, answer.text

    def listed(self, capsys, command):
        self.allow(None)
        status, text = self.run(capsys, "permissions", self.file, "--for", command, "--json")
        assert status == 0, text
        return json.loads(text)["permissions"]

    def told(self, capsys, text):
        """Run a command; its flags follow the file."""
        words = text.split()
        size = 2 if words[0] in ("backups", "secrets") else 1
        return self.run(capsys, *words[:size], self.file, *words[size:])

    def filled(self, text):
        """Fill the bucket's name in, and that of the service's first revision."""
        text = text.replace("BUCKET", self.bucket)
        if "REVISION" not in text:
            return text
        services = f"projects/{self.project}/locations/us-central1/services/web-app/revisions"
        url = f"{self.endpoint}/run.googleapis.com/v2/{services}"
        found = requests.get(url, timeout=30).json()["revisions"]
        return text.replace("REVISION", min(row["name"].rsplit("/", 1)[-1] for row in found))


@pytest.fixture(scope="module")
def guarded(tmp_path_factory):
    """Applied by somebody who may do everything; used for some days since."""
    with Emulator() as emulator:
        made = Guarded(emulator.endpoint, tmp_path_factory.mktemp("guarded") / "keep.py")
        assert main(["apply", made.file, "--yes", *made.where]) == 0
        made.write("page.html", b"one")
        made.write("page.html", b"two")
        made.post("_emulator/clock", {"advance": 2 * 86_400})
        secret = f"secretmanager.googleapis.com/v1/projects/{made.project}/secrets/token"
        made.post(f"{secret}:addVersion", {"payload": {"data": "dHdv"}})
        made.post("_emulator/clock", {"advance": 60})
        yield made


@pytest.mark.parametrize(
    ("command", "words"),
    [pytest.param(*row, id=f"{n}-{row[0].replace(' ', '-')}") for n, row in enumerate(RUNS)],
)
def test_what_is_listed_is_enough(guarded, capsys, command, words):
    """A caller who holds nothing else runs it; it works on the stack as those before have left it."""
    names = guarded.listed(capsys, command)
    words = guarded.filled(words)
    guarded.allow({"allowed": names})
    before = len(guarded.calls())

    status, text = guarded.told(capsys, words)

    refused = [row["method"] for row in guarded.calls()[before:] if row["status"] == 403]
    guarded.allow(None)
    assert [needed(method) for method in refused] == []
    assert status == 0, text


@pytest.mark.parametrize(
    ("words", "name"),
    [
        ("logs", "logging.logEntries.list"),
        ("metrics", "monitoring.timeSeries.list"),
        ("rollout", "run.revisions.list"),
        ("backups list", "datastore.backups.list"),
        ("backups make orders --yes", "cloudsql.backupRuns.create"),
        ("backups export cache --file gs://BUCKET/then.rdb --yes", "redis.instances.export"),
        ("recover", "cloudsql.backupRuns.list"),
    ],
)
def test_without_it_google_refuses(guarded, capsys, words, name):
    """In one message that names it."""
    words = guarded.filled(words)
    guarded.allow({"denied": [name]})

    status, text = guarded.told(capsys, words)

    guarded.allow(None)
    assert status == 1
    assert name in text


def test_a_command_that_nobody_knows(guarded, capsys):
    """Is told, with the one that was probably meant."""
    status, text = guarded.run(capsys, "permissions", guarded.file, "--for", "backup list")

    assert status == 1
    assert "--for: 'backup list' is not a command whose permissions are known" in text
    assert "did you mean 'backups list'?" in text


def test_every_command_of_the_list_is_run():
    """But asking services whether they are well: no call of Google's API takes part in it."""
    assert {command for command, _ in RUNS} == OPERATIONS.keys() - {"health"}
