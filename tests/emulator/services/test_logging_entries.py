"""Cloud Logging: entries, and the queries that find them."""

import pytest

from gcpstack.emulator.core.google import Google
from tests.emulator.conftest import Send
from tests.emulator.services.logs import API, BUCKETS, ROOT, ok


def test_entries_are_written_and_read_by_page(send: Send, world: Google) -> None:
    for number in range(3):
        entry = {"textPayload": f"line {number}", "severity": "ERROR" if number else "INFO"}
        body = {"logName": "projects/demo-proj/logs/app", "labels": {"a": "b"}, "entries": [entry]}
        assert ok(send, "POST", f"{API}/entries:write", body) == {}
        world.advance(1)
    ask = {"resourceNames": ["projects/demo-proj"], "orderBy": "timestamp desc", "pageSize": 2}
    first = ok(send, "POST", f"{API}/entries:list", ask)
    assert [one["textPayload"] for one in first["entries"]] == ["line 2", "line 1"]
    assert first["entries"][0]["labels"] == {"a": "b"}
    rest = ok(send, "POST", f"{API}/entries:list", {**ask, "pageToken": first["nextPageToken"]})
    assert [one["textPayload"] for one in rest["entries"]] == ["line 0"]
    found = ok(send, "POST", f"{API}/entries:list", {**ask, "filter": "severity=INFO"})
    assert [one["textPayload"] for one in found["entries"]] == ["line 0"]
    assert ok(send, "GET", f"{ROOT}/logs") == {"logNames": ["projects/demo-proj/logs/app"]}
    ok(send, "DELETE", f"{ROOT}/logs/app")
    (deleted,) = ok(send, "POST", f"{API}/entries:list", ask)["entries"]
    assert deleted["protoPayload"]["methodName"] == "logging.projects.logs.delete"
    mine = {**ask, "filter": 'LOG_ID("app")'}
    assert ok(send, "POST", f"{API}/entries:list", mine) == {}


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("severity>=WARNING", "bc"),
        ('severity="error"', "c"),
        ("severity<INFO", ""),
        ("severity!=ERROR", "ab"),
        ('LOG_ID("app")', "ab"),
        ('LOG_ID("run.googleapis.com/stderr") AND severity>=ERROR', "c"),
        ('SOURCE("projects/demo-proj")', "abc"),
        ('SOURCE("projects/other-proj")', ""),
        ('SEARCH("slow")', "b"),
        ('SEARCH(textPayload, "slow")', "b"),
        ("sample(insertId, 0.5)", "abc"),
        ('textPayload=~"^a"', "a"),
        ("-- only the bad ones\nseverity>INFO", "bc"),
        ('timestamp>="2023-11-14T22:13:21Z"', "bc"),
        ('NOT resource.type="global"', ""),
    ],
)
def test_queries(send: Send, world: Google, query: str, found: str) -> None:
    lines = [
        ("app", "INFO", "a line"),
        ("app", "WARNING", "b: slow"),
        ("run.googleapis.com%2Fstderr", "ERROR", "c"),
    ]
    for log, severity, text in lines:
        entry = {
            "logName": f"projects/demo-proj/logs/{log}",
            "severity": severity,
            "textPayload": text,
        }
        ok(send, "POST", f"{API}/entries:write", {"entries": [entry]})
        world.advance(1)
    ask = {"resourceNames": ["projects/demo-proj"], "filter": query}
    told = ok(send, "POST", f"{API}/entries:list", ask).get("entries", [])
    assert "".join(one["textPayload"][0] for one in told) == found


def test_a_dry_run_writes_nothing(send: Send) -> None:
    body = {"entries": [{"logName": "projects/demo-proj/logs/a"}], "dryRun": True}
    assert ok(send, "POST", f"{API}/entries:write", body) == {}
    assert ok(send, "GET", f"{ROOT}/logs") == {}


def test_a_view_lists_the_logs_that_have_entries(send: Send) -> None:
    entries = [{"logName": "projects/demo-proj/logs/a", "textPayload": "x"}]
    ok(send, "POST", f"{API}/entries:write", {"entries": entries})
    told = ok(send, "GET", f"{BUCKETS}/_Default/views/_AllLogs/logs")
    assert told == {"logNames": ["projects/demo-proj/logs/a"]}
