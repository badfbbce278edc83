"""Backups made, listed and restored, at an emulated Google."""

import pytest
import requests

from gcpstack import Stack
from gcpstack._stack.session import Session
from gcpstack._stack.stack import Settings
from tests.operations.kept import SQL, Kept

FILE = """
from gcpstack import FirestoreBackupSchedule, Stack
from tests.operations.kept import add_carts, add_orders

stack = Stack("keep", region="us-central1")
sql, documents = add_orders(stack), add_carts(stack)
stack.add(FirestoreBackupSchedule("daily", database=documents, retention="7d"))
"""


@pytest.fixture
def kept(gcp_emulator, tmp_path, capsys):
    made = Kept(gcp_emulator.endpoint, tmp_path / "keep.py", FILE)
    made.apply(capsys)
    return made


def test_cloud_sql(kept, capsys):
    """Made, listed, restored over itself with a consent, and as it was at a moment."""
    before = len(kept.listed(capsys))
    assert kept.backups(capsys, "make", "orders", "--yes")[0] == 0
    rows = [row for row in kept.listed(capsys) if row["address"] == SQL]
    assert len(rows) >= before + 1

    status, text = kept.backups(capsys, "restore", "orders", "--yes")
    assert status == 1
    assert f"--allow-delete {SQL}" in text
    words = ("restore", "orders", "--yes", "--allow-delete", SQL)
    status, text = kept.backups(capsys, *words, "--backup", rows[0]["backup"])
    assert (status, text) == (0, f"{SQL} was restored into orders.\n")

    status, text = kept.backups(capsys, *words, "--at", rows[0]["taken"])
    assert (status, "only be restored into a new instance" in text) == (1, True)
    status, text = kept.backups(
        capsys, "restore", "orders", "--yes", "--at", rows[0]["taken"], "--to", "orders-then"
    )
    assert status == 0, text
    assert kept.instances() == ["orders", "orders-then"]
    for moment, name, words in (
        (rows[0]["taken"], "orders-then", "There is an instance 'orders-then' already."),
        ("2020-01-01", "orders-old", "orders was made after 2020-01-01"),
        ("2120-01-01", "orders-new", "outside of the recovery window"),
    ):
        status, text = kept.backups(
            capsys, "restore", "orders", "--yes", "--at", moment, "--to", name
        )
        assert (status, words in text) == (1, True), text
    assert kept.instances() == ["orders", "orders-then"]
    beside = ("restore", "orders", "--yes", "--to", "orders-then")
    status, text = kept.backups(capsys, *beside)
    assert (status, f"--allow-delete {SQL}-then" in text) == (1, True)
    status, text = kept.backups(capsys, *beside, "--allow-delete", f"{SQL}-then")
    assert status == 0, text


def test_no_backup_is_made_beside_another_run(kept, capsys):
    """The refusal tells who changes the stack, and since when; afterwards the command works."""
    settings = Settings(project=kept.project, region="us-central1", endpoint=kept.endpoint)
    before = kept.listed(capsys)
    with Session(Stack("keep", region="us-central1"), settings, lambda event: None) as other:
        other.plan()
        with other.leased():
            status, text = kept.backups(capsys, "make", "orders", "--yes")
        assert status == 1
        assert "has been changing this stack since" in text
        assert kept.listed(capsys) == before
    assert kept.backups(capsys, "make", "orders", "--yes")[0] == 0
    assert len(kept.listed(capsys)) == len(before) + 1


def test_firestore(kept, capsys):
    """Backed up by its schedule, restored into another database."""
    status, text = kept.backups(capsys, "make", "carts", "--yes")
    assert (status, "by its schedule alone" in text) == (1, True)
    clock = f"{kept.endpoint}/_emulator/clock"
    assert requests.post(clock, json={"advance": 2 * 86400}, timeout=30).ok
    rows = [
        row
        for row in kept.listed(capsys)
        if "Firestore" in row["address"] or "carts" in row["address"]
    ]
    assert rows
    status, text = kept.backups(capsys, "restore", "carts", "--yes", "--to", "carts-then")
    assert status == 0, text
    assert "was restored into carts-then" in text
    words = ("restore", "carts", "--yes", "--at", "2026-11-20", "--to", "carts-again")
    assert "not points in time" in kept.backups(capsys, *words)[1]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["restore", "other", "--yes"], "There is: "),
        (["restore", "--yes"], "No NAME is given"),
        (["restore", "orders", "--to", "b", "--yes", "--backup", "7"], "no backup"),
        (["restore", "orders", "--to", "orders", "--yes"], f"--allow-delete {SQL}"),
        (["restore", "orders", "--to", "B!", "--yes"], "'B!' is not a valid name"),
        (["restore", "orders", "--at", "then", "--to", "b"], "'then' is not a time such as"),
        (["restore", "orders", "--at", "2026-11-20", "--backup", "7"], "not allowed with"),
        (["make", "orders"], "Add --yes"),
        (["burn"], "invalid choice: 'burn'"),
    ],
)
def test_what_is_wrong_is_said(kept, capsys, words, said):
    """In one message; nothing is done."""
    status, text = kept.backups(capsys, *words)
    assert status == 1
    assert said in text
    assert kept.instances() == ["orders"]
