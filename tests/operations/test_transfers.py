"""Data exported to a bucket and imported from it, at an emulated Google."""

import json

import pytest

from tests.operations.kept import CACHE, CARTS, Kept

FILE = """
from gcpstack import Stack
from tests.operations.kept import add_cache, add_carts

stack = Stack("keep", region="us-central1")
add_cache(stack, "BUCKET", granted=GRANTED)
add_carts(stack)
"""
RDB = b"REDIS0009\xfa\x03abc\xff" + bytes(8)


def held_with(gcp_emulator, tmp_path, capsys, granted):
    text = FILE.replace("GRANTED", str(granted))
    made = Kept(gcp_emulator.endpoint, tmp_path / "keep.py", text)
    made.apply(capsys)
    return made


@pytest.fixture
def held(gcp_emulator, tmp_path, capsys):
    return held_with(gcp_emulator, tmp_path, capsys, True)


def test_redis(held, capsys):
    """Imported over everything with a consent, and exported as it came."""
    held.write("then.rdb", RDB)
    words = ("import", "cache", "--file", f"gs://{held.bucket}/then.rdb", "--yes")
    status, text = held.backups(capsys, *words)
    assert status == 1
    assert "overwrites everything" in text
    assert f"--allow-delete {CACHE}" in text
    status, text = held.backups(capsys, *words, "--allow-delete", CACHE)
    assert (status, text) == (0, f"{CACHE} holds what gs://{held.bucket}/then.rdb held.\n")
    out = ("export", "cache", "--file", f"gs://{held.bucket}/now.rdb", "--yes")
    status, text = held.backups(capsys, *out, "--json")
    assert status == 0, text
    assert json.loads(text)["exported_to"] == f"gs://{held.bucket}/now.rdb"
    assert held.content("now.rdb") == RDB

    held.write("now.rdb", b"something else")
    status, text = held.backups(capsys, *out)
    assert (status, "is there already" in text) == (1, True)
    assert held.content("now.rdb") == b"something else"
    broken = ("import", "cache", "--file", f"gs://{held.bucket}/now.rdb", "--yes")
    status, text = held.backups(capsys, *broken, "--allow-delete", CACHE)
    assert (status, "is no RDB file" in text) == (1, True)


def test_who_needs_access_is_told(gcp_emulator, tmp_path, capsys):
    """The instance's own identity writes the file: without its grant, the message names it."""
    held = held_with(gcp_emulator, tmp_path, capsys, False)
    place = f"gs://{held.bucket}/now.rdb"
    status, text = held.backups(capsys, "export", "cache", "--file", place, "--yes")
    assert status == 1
    assert "@cloud-redis.iam.gserviceaccount.com needs roles/storage.objectAdmin" in text
    assert held.content("now.rdb") is None


def test_firestore(held, capsys):
    """Exported, and imported over the documents of the same names; others stay."""
    held.document("carts/a", "before")
    place = f"gs://{held.bucket}/night"
    status, text = held.backups(capsys, "export", "carts", "--file", place, "--yes")
    assert (status, text) == (0, f"{CARTS} was exported to {place}.\n")
    held.document("carts/a", "after")
    held.document("carts/b", "new")
    words = ("import", "carts", "--file", place, "--yes")
    status, text = held.backups(capsys, *words)
    assert (status, "the documents that have the names" in text) == (1, True)
    status, text = held.backups(capsys, *words, "--allow-delete", CARTS)
    assert status == 0, text
    assert (held.document("carts/a"), held.document("carts/b")) == ("before", "new")
    assert held.backups(capsys, "export", "carts", "--file", place, "--yes")[0] == 1

    whole = ("export", "carts", "--file", f"gs://{held.bucket}", "--yes", "--json")
    status, text = held.backups(capsys, *whole)
    assert status == 0, text
    written = json.loads(text)["exported_to"]
    assert written.startswith(f"gs://{held.bucket}/20")
    words = ("import", "carts", "--file", written, "--yes", "--allow-delete", CARTS)
    assert held.backups(capsys, *words)[0] == 0


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["export", "--yes"], "No NAME is given"),
        (["export", "cache", "--yes"], "Name it with --file"),
        (["export", "cache", "--file", "kept/x"], "is not a place such as gs://my-bucket/file"),
        (["export", "cache", "--file", "gs://kept", "--yes"], "names only a bucket"),
        (["export", "keep", "--file", "gs://kept/x", "--yes"], "There is: "),
        (["export", "cache", "--file", "gs://kept/x"], "Add --yes"),
        (["export", "cache", "--file", "gs://kept/x", "--to", "y"], "--to does not go with export"),
        (["restore", "carts", "--file", "gs://kept/x"], "--file does not go with restore"),
        (
            ["import", "carts", "--file", "gs://kept/x", "--yes", "--allow-delete", CARTS],
            "There is no export at gs://kept/x",
        ),
        (["restore", "carts", "--object", "x"], "--object is for a bucket"),
    ],
)
def test_what_is_wrong_is_said(held, capsys, words, said):
    """In one message; nothing is done."""
    status, text = held.backups(capsys, *words)
    assert status == 1
    assert said in text
