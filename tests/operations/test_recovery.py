"""Recovery at an emulated Google: how old the newest backups are, and that they can be restored."""

import json
from datetime import UTC, datetime

import pytest
import requests

from gcpstack import Recovery, Stack
from gcpstack import resources as r
from gcpstack._cli.main import main
from gcpstack._core.kinds import Health
from gcpstack._core.resource import Encoder, Scope
from gcpstack._operations.recovery import examine, explained, judge
from gcpstack._operations.rehearsal import rehearse
from gcpstack._stack.session import Session
from gcpstack.components._protection import Aim
from gcpstack.emulator.core.wire import Request

SCOPE = Scope("demo-proj", "us-central1", "shop")
SQL = {"database_version": "POSTGRES_15", "tier": "db-custom-2-7680", "edition": "ENTERPRISE"}
DB = r.SqlInstance(
    "main",
    **SQL,
    deletion_protection=True,
    backups=r.SqlBackups(enabled=True, point_in_time_recovery=True, start_time="03:00"),
)
ORDERS = r.FirestoreDatabase("orders", location="nam5", delete_protection=True)
CACHE = r.RedisInstance(
    "cache",
    tier="BASIC",
    memory_size_gb=1,
    persistence_mode="RDB",
    rdb_snapshot_period="TWELVE_HOURS",
)
FILES = r.Bucket("shop-recovered-files", location="US", versioning=True)
DATA = [DB, ORDERS, CACHE, FILES]
HOURS = 3600


class Shifted:
    """The emulator's time: what is waited for is passed by moving it."""

    def __init__(self, emulator):
        self.emulator = emulator

    def now(self):
        return datetime.fromtimestamp(self.emulator.world.now(), UTC)

    def monotonic(self):
        return self.now().timestamp()

    def sleep(self, seconds):
        self.advance(seconds)

    def advance(self, seconds):
        body = json.dumps({"advance": seconds}).encode()
        answer = self.emulator.handle(Request("POST", "/_emulator/clock", body=body))
        assert answer.status == 200, answer.body


def shop(**fields):
    stack = Stack("shop", enable_apis=False)
    stack.add(r.FirestoreBackupSchedule("daily", database=ORDERS, retention="7d"))
    stack.add(r.SqlDatabase("app", instance=DB))
    stack.add(Recovery(DATA, **{"rpo": "24h", "rto": "1h", **fields}))
    return stack


@pytest.fixture
def clock(gcp_emulator):
    return Shifted(gcp_emulator)


@pytest.fixture
def session(gcp_settings, clock):
    shop().apply(gcp_settings)
    with Session(shop(), gcp_settings, lambda _: None, clock=clock) as opened:
        yield opened


def states(session):
    return {item.address.name.split("/")[-1]: item.label for item in examine(session)}


def test_backups_come_and_grow_old(session, clock, gcp_emulator):
    """Not yet there, there, and too old when they stop coming."""
    fresh = {"cache": "NO BACKUP YET", "main": "NO BACKUP YET", "orders": "NO BACKUP YET"}
    assert states(session) == {**fresh, "shop-recovered-files": "VERSIONED"}

    clock.advance(25 * HOURS)
    found = {item.address.name.split("/")[-1]: item for item in examine(session)}
    good = {"cache": "BACKED UP", "main": "BACKED UP", "orders": "BACKED UP"}
    assert states(session) == {**good, "shop-recovered-files": "VERSIONED"}
    assert found["main"].told.endswith(
        "any moment since then can be restored, usually within 12 min"
    )
    assert found["orders"].told.startswith("its newest backup is 1 h old, and that moment can be")
    assert (found["main"].loss, found["orders"].loss) == (300, 86400)

    stop = f"{gcp_emulator.endpoint}/sqladmin.googleapis.com/v1/projects/{session.scope.project}"
    off = {"settings": {"backupConfiguration": {"enabled": False}}}
    assert requests.patch(f"{stop}/instances/main", json=off, timeout=30).ok
    clock.advance(30 * HOURS)
    assert states(session) == {
        **good,
        "main": "BACKUP TOO OLD",
        "shop-recovered-files": "VERSIONED",
    }

    rows = {str(row.address): row for row in explained(session, session.status()).rows}
    row = rows["sql.DatabaseInstance/main"]
    assert (row.health, row.label) == (Health.FAILED, "BACKUP TOO OLD")
    assert "one comes every 24 h. Check its operations" in row.detail[-1]
    assert rows["storage.Bucket/shop-recovered-files"].health is Health.READY


def test_what_is_not_there_yet_waits(gcp_settings, clock):
    """Nothing is asked of it."""
    with Session(shop(), gcp_settings, lambda _: None, clock=clock) as session:
        assert set(states(session).values()) == {"ABSENT"}
        assert not any(row.exists for row in explained(session, session.status()).rows)


def test_a_rehearsal_restores_and_leaves_nothing(session, clock, gcp_emulator):
    """What was made for it goes, and what one that was cut off has left."""
    clock.advance(25 * HOURS)
    before = names(session, gcp_emulator)
    told = []
    found = {item.address.name.split("/")[-1]: item for item in rehearse(session, say(told))}

    assert [item.told for item in found.values() if not item.ok] == []
    assert found["cache"].told == "comes back by itself: nothing to rehearse"
    assert found["shop-recovered-files"].told.startswith("keeps its versions in place")
    assert found["main"].told.startswith("came back in ")
    assert found["orders"].seconds is not None
    assert [text for text in told if text.startswith("delete ")]
    assert names(session, gcp_emulator) == before


def say(told):
    return lambda _, text: told.append(text)


def names(session, emulator):
    """List the instances and databases."""
    project = session.scope.project
    sql = f"{emulator.endpoint}/sqladmin.googleapis.com/v1/projects/{project}/instances"
    fire = f"{emulator.endpoint}/firestore.googleapis.com/v1/projects/{project}/databases"
    found = requests.get(sql, timeout=30).json()["items"]
    more = requests.get(fire, timeout=30).json()["databases"]
    return sorted(body["name"] for body in [*found, *more])


def test_what_was_upgraded_is_restored_as_it_was(session, clock, gcp_emulator):
    """A backup fits its own version only."""
    clock.advance(25 * HOURS)
    project = session.scope.project
    url = f"{gcp_emulator.endpoint}/sqladmin.googleapis.com/v1/projects/{project}/instances/main"
    assert requests.patch(url, json={"databaseVersion": "POSTGRES_16"}, timeout=30).ok
    found = {item.address.kind: item for item in rehearse(session)}

    assert found["sql.DatabaseInstance"].ok


def test_another_of_sql_server_gets_a_password_of_its_own(gcp_settings, clock, gcp_emulator):
    """Which Google asks for, and nobody sees."""
    server = r.SqlInstance(
        "server",
        database_version="SQLSERVER_2022_STANDARD",
        tier="db-custom-2-7680",
        edition="ENTERPRISE",
        root_password="hunter2",
        deletion_protection=True,
        backups=r.SqlBackups(enabled=True, point_in_time_recovery=True),
    )
    stack = Stack("shop", enable_apis=False)
    stack.add(Recovery([server], rpo="24h", rto="1h"))
    stack.apply(gcp_settings)
    clock.advance(25 * HOURS)
    with Session(stack, gcp_settings, lambda _: None, clock=clock) as session:
        [found] = rehearse(session)

    assert found.ok, found.told


def test_what_a_rehearsal_left_goes_with_the_next(session, clock, gcp_emulator):
    """An instance by its label, a database by its name; others of such names stay."""
    clock.advance(25 * HOURS)
    before = names(session, gcp_emulator)
    project = session.scope.project
    sql = f"{gcp_emulator.endpoint}/sqladmin.googleapis.com/v1/projects/{project}/instances"
    settings = {"tier": "db-custom-2-7680", "edition": "ENTERPRISE"}
    for name, labels in (
        ("main-rehearsal-1", {"gcpstack-rehearsal": "main"}),
        ("main-rehearsal-2", {}),
    ):
        body = {
            "name": name,
            "region": "us-central1",
            "databaseVersion": "POSTGRES_15",
            "settings": {**settings, "userLabels": labels},
        }
        assert requests.post(sql, json=body, timeout=30).ok
    fire = f"{gcp_emulator.endpoint}/firestore.googleapis.com/v1/projects/{project}/databases"
    body = {"locationId": "nam5", "type": "FIRESTORE_NATIVE"}
    assert requests.post(f"{fire}?databaseId=orders-rehearsal-1", json=body, timeout=30).ok

    assert all(item.ok for item in rehearse(session))
    assert names(session, gcp_emulator) == sorted([*before, "main-rehearsal-2"])


def test_a_restore_that_fails_is_told_and_leaves_nothing(session, clock, gcp_emulator):
    """In Google's words; what was made for it goes."""
    clock.advance(25 * HOURS)
    before = names(session, gcp_emulator)
    fault = {"method": "sql.instances.restoreBackup", "fault": "503"}
    url = f"{gcp_emulator.endpoint}/_emulator/faults"
    assert requests.put(url, json=[fault], timeout=30).ok
    found = {item.address.kind: item for item in rehearse(session)}

    assert not found["sql.DatabaseInstance"].ok
    assert found["sql.DatabaseInstance"].told.startswith("did not come back: ")
    assert found["firestore.Database"].ok
    assert names(session, gcp_emulator) == before


def latency(emulator, value):
    body = {"latency": value}
    assert requests.put(f"{emulator.endpoint}/_emulator/latency", json=body, timeout=30).ok


def test_a_rehearsal_that_takes_too_long_has_failed(gcp_settings, clock, gcp_emulator):
    """By the time that the operations take."""
    shop().apply(gcp_settings)
    clock.advance(25 * HOURS)
    latency(gcp_emulator, "typical")
    promised = shop(rto="15m")
    with Session(promised, gcp_settings, lambda _: None, clock=clock) as session:
        found = {item.address.kind: item for item in rehearse(session)}
    latency(gcp_emulator, "none")
    instance = found["sql.DatabaseInstance"]

    assert instance.seconds > 60
    assert instance.ok == (instance.seconds <= 900)
    assert "of the 15 min that it may take" in instance.told


def test_without_a_backup_nothing_is_rehearsed(session, gcp_emulator):
    """That is a failure by itself."""
    before = names(session, gcp_emulator)
    found = {item.address.kind: item for item in rehearse(session)}

    assert found["sql.DatabaseInstance"].told == "has no backup to restore"
    assert not found["sql.DatabaseInstance"].ok
    assert names(session, gcp_emulator) == before


NOW = datetime(2030, 1, 2, tzinfo=UTC)
AIM = Aim(86400, 3600)


@pytest.mark.parametrize(
    ("item", "live", "label"),
    [
        (FILES, {"versioning": {"enabled": False}}, "NOT VERSIONED"),
        (DB, {"createTime": "2029-12-01T00:00:00Z"}, "NO BACKUP"),
        (DB, {"createTime": "2030-01-01T12:00:00Z"}, "NO BACKUP YET"),
        (DB, {}, "NO BACKUP"),
    ],
)
def test_what_is_live_is_judged_without_asking(item, live, label):
    """By when it was made."""
    declared = Encoder(SCOPE).declared(item)
    found = judge(declared, {declared.address: declared}, AIM, live, None, NOW)

    assert found.label == label
    assert found.to_json()["state"] == label
    assert (found.health is Health.FAILED) == (label != "NO BACKUP YET")


FILE = """
from datetime import timedelta

from gcpstack import BigQueryDataset, Recovery, SqlBackups, SqlInstance, Stack

stack = Stack("shop", region="us-central1", enable_apis=False)
db = SqlInstance(
    "main", database_version="POSTGRES_15", tier="db-custom-2-7680", edition="ENTERPRISE",
    deletion_protection=True, backups=SqlBackups(enabled=True, point_in_time_recovery=True),
)
stack.add(Recovery([db], rpo=timedelta(hours=24), rto=timedelta(hours=1)))
"""


def test_the_command_tells_and_rehearses(tmp_path, gcp_emulator, gcp_project, capsys):
    """For people and for programs; what is not yet backed up is not a failure, but can't be rehearsed."""
    file = tmp_path / "shop.py"
    file.write_text(FILE)
    where = [str(file), "--project", gcp_project, "--endpoint", gcp_emulator.endpoint]
    assert main(["apply", *where, "--yes"]) == 0
    capsys.readouterr()

    assert main(["recover", *where]) == 0
    text = capsys.readouterr().out
    assert "sql.DatabaseInstance/main  NO BACKUP YET  RPO 24 h, RTO 1 h" in text
    assert "1 promise: all kept." in text

    assert main(["status", *where]) == 0
    assert "It has no backup yet" in capsys.readouterr().out.replace("it has", "It has")

    assert main(["recover", *where, "--rehearse", "--yes", "--json"]) == 1
    told = json.loads(capsys.readouterr().out)
    assert told["ok"] is False
    assert told["rehearsed"][0]["detail"] == "has no backup to restore"

    instances = (
        f"{gcp_emulator.endpoint}/sqladmin.googleapis.com/v1/projects/{gcp_project}/instances"
    )
    assert requests.post(f"{instances}/main/backupRuns", json={}, timeout=30).ok
    assert main(["recover", *where, "--rehearse", "--yes"]) == 0
    text = capsys.readouterr().out
    assert "Came back in" in text
    assert "1 promise: all as promised." in text
    assert main(["recover", *where, "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["recovery"][0]["state"] == "BACKED UP"


def test_a_stack_without_a_promise_says_so(tmp_path, gcp_emulator, gcp_project, capsys):
    """It is no mistake."""
    file = tmp_path / "empty.py"
    file.write_text('from gcpstack import Stack\n\nstack = Stack("empty")\n')
    where = [str(file), "--project", gcp_project, "--endpoint", gcp_emulator.endpoint]

    assert main(["recover", *where]) == 0
    assert "declares no Recovery" in capsys.readouterr().out
