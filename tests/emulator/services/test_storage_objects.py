"""Objects of Cloud Storage: uploads and downloads, generations, versions, holds, lists, copies."""

import base64
import hashlib
import io
import random
from typing import Any

import pytest
from googleapiclient.errors import HttpError
from googleapiclient.http import MediaInMemoryUpload, MediaIoBaseDownload, MediaIoBaseUpload

from gcpstack.emulator import Emulator
from gcpstack.emulator.core.google import Google
from tests.emulator.conftest import Send
from tests.emulator.services.clients import discovery

HOST = "https://storage.googleapis.com"
BUCKETS = f"{HOST}/storage/v1/b"
OBJECTS = f"{BUCKETS}/shelf-1/o"
UPLOAD = f"{HOST}/upload/storage/v1/b/shelf-1/o"
DAY = 86400.0
BYTES = random.Random(7).randbytes(700_000) + b"\r\n--x\n\r\n"


@pytest.fixture(autouse=True)
def bucket(send: Send) -> None:
    make(send)


def make(send: Send, name: str = "shelf-1", **fields: Any) -> None:
    send("POST", f"{BUCKETS}?project=demo-proj", {"name": name, **fields})


def put(send: Send, name: str, data: bytes = b"x", query: str = "") -> Any:
    return send("POST", f"{UPLOAD}?uploadType=media&name={name}{query}", data)


def read(send: Send, name: str, query: str = "", **headers: str) -> Any:
    return send("GET", f"{OBJECTS}/{name}?alt=media{query}", **headers)


def names(answer: dict[str, Any]) -> list[str]:
    return [entry["name"] for entry in answer.get("items", [])]


@pytest.mark.parametrize("resumable", [False, True], ids=["multipart", "resumable"])
def test_googles_client_uploads_and_downloads(emulator: Emulator, *, resumable: bool) -> None:
    with discovery(emulator, "storage", "v1", "storage/v1/") as storage:
        storage.buckets().insert(project="demo-proj", body={"name": "shelf-1"}).execute()
        media = MediaIoBaseUpload(
            io.BytesIO(BYTES), "text/css", chunksize=262144, resumable=resumable
        )
        body = {"name": "dir/a b.css", "metadata": {"k": "v"}, "cacheControl": "no-store"}
        made = storage.objects().insert(bucket="shelf-1", body=body, media_body=media).execute()
        assert made["size"] == str(len(BYTES))
        assert (
            made["md5Hash"]
            == base64.b64encode(hashlib.md5(BYTES, usedforsecurity=False).digest()).decode()
        )
        assert (made["contentType"], made["metadata"]) == ("text/css", {"k": "v"})
        target = io.BytesIO()
        request = storage.objects().get_media(bucket="shelf-1", object="dir/a b.css")
        download = MediaIoBaseDownload(target, request, chunksize=300_000)
        while not download.next_chunk()[1]:
            continue
        assert target.getvalue() == BYTES
        with pytest.raises(HttpError, match="No such object: shelf-1/nope"):
            storage.objects().get(bucket="shelf-1", object="nope").execute()


def test_a_first_write_may_ask_that_nothing_is_there(emulator: Emulator) -> None:
    with discovery(emulator, "storage", "v1", "storage/v1/") as storage:
        storage.buckets().insert(project="demo-proj", body={"name": "shelf-1"}).execute()

        def write(expected: int) -> Any:
            media = MediaInMemoryUpload(b"{}", "application/json")
            arguments = {"bucket": "shelf-1", "name": "state", "ifGenerationMatch": str(expected)}
            return storage.objects().insert(media_body=media, **arguments).execute()

        first = write(0)
        with pytest.raises(HttpError) as refused:
            write(0)
        assert refused.value.status_code == 412
        second = write(int(first["generation"]))
        assert int(second["generation"]) > int(first["generation"])


def test_metadata(send: Send) -> None:
    made = put(send, "a.txt", b"hello").json()
    assert made["id"] == f"shelf-1/a.txt/{made['generation']}"
    assert made["crc32c"] == "mnG7TA=="
    assert made["storageClass"] == "STANDARD"
    assert made["mediaLink"].endswith(
        f"/b/shelf-1/o/a.txt?generation={made['generation']}&alt=media"
    )
    assert made["timeCreated"] == made["updated"] == made["timeFinalized"]


def test_headers_of_a_download(send: Send) -> None:
    made = put(send, "a.txt", b"hello").json()
    answer = read(send, "a.txt")
    assert answer.body == b"hello"
    assert answer.headers["X-Goog-Generation"] == made["generation"]
    assert answer.headers["X-Goog-Hash"] == f"crc32c={made['crc32c']},md5={made['md5Hash']}"
    assert answer.headers["Cache-Control"] == "private, max-age=0"


@pytest.mark.parametrize(
    ("asked", "status", "data"),
    [
        ("bytes=0-", 206, b"hello"),
        ("bytes=1-3", 206, b"ell"),
        ("bytes=3-99", 206, b"lo"),
        ("bytes=-2", 206, b"lo"),
        ("bytes=5-", 416, None),
        ("pages=1", 200, b"hello"),
    ],
)
def test_ranges(send: Send, asked: str, status: int, data: bytes | None) -> None:
    put(send, "a.txt", b"hello")
    answer = read(send, "a.txt", range=asked)
    assert answer.status == status
    assert data is None or answer.body == data


def test_the_download_path(send: Send) -> None:
    put(send, "a.txt", b"hello")
    answer = send("GET", f"{HOST}/download/storage/v1/b/shelf-1/o/a.txt?alt=media")
    assert answer.body == b"hello"


def multipart(newline: bytes, quote: bytes = b'"') -> tuple[bytes, str]:
    parts = [
        b"Content-Type: application/json" + newline * 2 + b'{"name": "m"}',
        b"Content-Type: text/plain" + newline * 2 + b"\n\r\nbody\r\n\n",
    ]
    body = b"".join(b"--==b==" + newline + part + newline for part in parts) + b"--==b==--"
    return body, f"multipart/related; boundary={quote.decode()}==b=={quote.decode()}"


@pytest.mark.parametrize("newline", [b"\n", b"\r\n"])
@pytest.mark.parametrize("quote", [b'"', b"'"])
def test_multipart_is_left_byte_for_byte(send: Send, newline: bytes, quote: bytes) -> None:
    body, kind = multipart(newline, quote)
    made = send("POST", f"{UPLOAD}?uploadType=multipart", body, **{"content-type": kind}).json()
    assert made["contentType"] == "text/plain"
    assert read(send, "m").body == b"\n\r\nbody\r\n\n"


def test_resumable_by_hand(send: Send) -> None:
    begun = send(
        "POST",
        f"{UPLOAD}?uploadType=resumable&name=big&ifGenerationMatch=0",
        {"contentType": "text/plain"},
        host="127.0.0.1:1",
    )
    place = begun.headers["Location"]
    assert place.startswith("http://127.0.0.1:1/storage.googleapis.com/upload/")
    session = place.replace("http://127.0.0.1:1/", "https://")
    first = send("PUT", session, b"hello"[:3], **{"content-range": "bytes 0-2/*"})
    assert (first.status, first.headers["Range"]) == (308, "bytes=0-2")
    again = send("PUT", session, b"", **{"content-range": "bytes */5"})
    assert (again.status, again.headers["Range"]) == (308, "bytes=0-2")
    gap = send("PUT", session, b"x", **{"content-range": "bytes 4-4/5"})
    assert gap.status == 503
    overlap = send("PUT", session, b"llo", **{"content-range": "bytes 2-4/5"})
    assert overlap.json()["size"] == "5"
    assert read(send, "big").body == b"hello"
    assert send("PUT", session, b"", **{"content-range": "bytes */5"}).status == 404


def test_a_session_ends_after_a_week(send: Send, world: Google) -> None:
    place = send("POST", f"{UPLOAD}?uploadType=resumable&name=big", {}).headers["Location"]
    world.advance(8 * DAY)
    session = place.replace("http://storage.googleapis.com/", "https://")
    assert send("PUT", session, b"x").status == 404


@pytest.mark.parametrize(
    ("url", "body", "words"),
    [
        (f"{OBJECTS}?uploadType=media&name=a", b"", "beginning with /upload/"),
        (f"{UPLOAD}?name=a", b"x", "must include an uploadType"),
        (f"{UPLOAD}?uploadType=media", b"x", "object name"),
        (f"{UPLOAD}?uploadType=media&name={'a' * 1025}", b"x", "object name"),
        (f"{UPLOAD}?uploadType=multipart&name=a", b"x", "boundary"),
        (f"{UPLOAD}?uploadType=resumable&name=a", b'{"colour": 1}', "Unknown name"),
        (f"{UPLOAD}?uploadType=resumable&name=a", b"{", "Parse Error"),
    ],
)
def test_wrong_uploads(send: Send, url: str, body: bytes, words: str) -> None:
    answer = send("POST", url, body)
    assert answer.status == 400
    assert words in answer.json()["error"]["message"]


def test_a_wrong_checksum_is_refused(send: Send) -> None:
    kind = "multipart/related; boundary=b"
    body = b'--b\n\n{"name": "a", "crc32c": "AAAAAA=="}\n--b\n\nhello\n--b--'
    answer = send("POST", f"{UPLOAD}?uploadType=multipart", body, **{"content-type": kind})
    assert answer.status == 400
    assert 'doesn\'t match calculated CRC32C "mnG7TA=="' in answer.json()["error"]["message"]


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("ifGenerationMatch={g}", 200),
        ("ifGenerationMatch=1", 412),
        ("ifGenerationNotMatch={g}", 412),
        ("ifMetagenerationMatch=1", 200),
        ("ifMetagenerationMatch=2", 412),
    ],
)
def test_preconditions(send: Send, query: str, status: int) -> None:
    generation = put(send, "a.txt").json()["generation"]
    url = f"{OBJECTS}/a.txt?{query.format(g=generation)}"
    assert send("PATCH", url, {"metadata": {"a": "b"}}).status == status


def test_reads_may_ask_only_for_news(send: Send) -> None:
    generation = put(send, "a.txt").json()["generation"]
    assert send("GET", f"{OBJECTS}/a.txt?ifGenerationNotMatch={generation}").status == 304


def test_metadata_changes_but_not_content(send: Send) -> None:
    made = put(send, "a.txt", b"hello").json()
    send("PATCH", f"{OBJECTS}/a.txt", {"metadata": {"a": "b", "c": "d"}})
    found = send("PATCH", f"{OBJECTS}/a.txt", {"metadata": {"a": None}, "size": "9"}).json()
    assert found["metadata"] == {"c": "d"}
    assert (found["generation"], found["metageneration"]) == (made["generation"], "3")
    assert found["size"] == "5"
    replaced = send("PUT", f"{OBJECTS}/a.txt", {"contentType": "text/html"}).json()
    assert "metadata" not in replaced


# -- versions


def test_versions(send: Send) -> None:
    send("PATCH", f"{BUCKETS}/shelf-1", {"versioning": {"enabled": True}})
    first = put(send, "a.txt", b"1").json()["generation"]
    put(send, "a.txt", b"2")
    assert read(send, "a.txt").body == b"2"
    assert read(send, "a.txt", f"&generation={first}").body == b"1"
    listed = send("GET", f"{OBJECTS}?versions=true").json()["items"]
    assert ["timeDeleted" in entry for entry in listed] == [True, False]
    send("DELETE", f"{OBJECTS}/a.txt")
    assert send("GET", f"{OBJECTS}/a.txt").status == 404
    assert len(send("GET", f"{OBJECTS}?versions=true").json()["items"]) == 2
    assert send("DELETE", f"{OBJECTS}/a.txt?generation={first}").status == 204
    assert len(send("GET", f"{OBJECTS}?versions=true").json()["items"]) == 1


def test_soft_delete_and_restore(send: Send, world: Google) -> None:
    generation = put(send, "a.txt", b"1").json()["generation"]
    send("DELETE", f"{OBJECTS}/a.txt")
    assert names(send("GET", OBJECTS).json()) == []
    found = send("GET", f"{OBJECTS}?softDeleted=true").json()["items"]
    assert found[0]["hardDeleteTime"] > found[0]["softDeleteTime"]
    restored = send("POST", f"{OBJECTS}/a.txt/restore?generation={generation}").json()
    assert restored["generation"] != generation
    assert read(send, "a.txt").body == b"1"
    send("DELETE", f"{OBJECTS}/a.txt")
    world.advance(8 * DAY)
    assert "items" not in send("GET", f"{OBJECTS}?softDeleted=true").json()


def test_without_soft_delete_what_goes_is_gone(send: Send) -> None:
    send("PATCH", f"{BUCKETS}/shelf-1", {"softDeletePolicy": {"retentionDurationSeconds": "0"}})
    put(send, "a.txt")
    send("DELETE", f"{OBJECTS}/a.txt")
    assert "items" not in send("GET", f"{OBJECTS}?softDeleted=true").json()


def test_what_is_written_all_day_does_not_pile_up(send: Send) -> None:
    for index in range(30):
        put(send, "state", str(index).encode())
    kept = send("GET", f"{OBJECTS}?softDeleted=true").json()["items"]
    assert len(kept) == 20
    assert read(send, "state").body == b"29"


@pytest.mark.parametrize("hold", ["temporaryHold", "eventBasedHold"])
def test_holds(send: Send, hold: str) -> None:
    put(send, "a.txt")
    send("PATCH", f"{OBJECTS}/a.txt", {hold: True})
    refused = send("DELETE", f"{OBJECTS}/a.txt").json()["error"]
    assert refused["code"] == 403
    assert "hold is removed" in refused["message"]
    assert put(send, "a.txt").status == 403
    send("PATCH", f"{OBJECTS}/a.txt", {hold: False})
    assert send("DELETE", f"{OBJECTS}/a.txt").status == 204


def test_retention(send: Send, world: Google) -> None:
    send("PATCH", f"{BUCKETS}/shelf-1", {"retentionPolicy": {"retentionPeriod": "3600"}})
    assert "retentionExpirationTime" in put(send, "a.txt").json()
    refused = send("DELETE", f"{OBJECTS}/a.txt").json()["error"]
    assert refused["errors"][0]["reason"] == "retentionPolicyNotMet"
    assert put(send, "a.txt").status == 403
    world.advance(3601)
    assert send("DELETE", f"{OBJECTS}/a.txt").status == 204


def test_retention_of_one_object(send: Send) -> None:
    send("POST", f"{BUCKETS}?project=demo-proj&enableObjectRetention=true", {"name": "shelf-2"})
    url = f"{HOST}/upload/storage/v1/b/shelf-2/o?uploadType=media&name=a"
    send("POST", url, b"x")
    until = {"retention": {"mode": "Unlocked", "retainUntilTime": "2100-01-01T00:00:00Z"}}
    target = f"{BUCKETS}/shelf-2/o/a"
    assert send("PATCH", target, until).status == 200
    assert send("DELETE", target).status == 403
    assert send("PATCH", target, {"retention": None}).status == 403
    assert (
        send("PATCH", f"{target}?overrideUnlockedRetention=true", {"retention": None}).status == 200
    )
    assert send("DELETE", target).status == 204
    put(send, "a.txt")
    assert send("PATCH", f"{OBJECTS}/a.txt", until).status == 400


# -- lists


@pytest.mark.parametrize(
    ("query", "items", "prefixes"),
    [
        ("", ["a", "b/1", "b/2", "b/c/3", "d"], []),
        ("prefix=b/", ["b/1", "b/2", "b/c/3"], []),
        ("delimiter=/", ["a", "d"], ["b/"]),
        ("prefix=b/&delimiter=/", ["b/1", "b/2"], ["b/c/"]),
        ("startOffset=b/2&endOffset=d", ["b/2", "b/c/3"], []),
        ("matchGlob=b/*", ["b/1", "b/2"], []),
        ("matchGlob=**3", ["b/c/3"], []),
        ("matchGlob=%7Ba,d%7D", ["a", "d"], []),
    ],
)
def test_lists(send: Send, query: str, items: list[str], prefixes: list[str]) -> None:
    for name in ("d", "b/2", "a", "b/c/3", "b/1"):
        put(send, name.replace("/", "%2F"))
    answer = send("GET", f"{OBJECTS}?{query}").json()
    assert names(answer) == items
    assert answer.get("prefixes", []) == prefixes


@pytest.mark.parametrize("delimiter", ["", "&delimiter=/"])
def test_pages(send: Send, delimiter: str) -> None:
    for name in ("a", "b/1", "b/2", "c", "d/1"):
        put(send, name.replace("/", "%2F"))
    found: list[str] = []
    token = ""
    while True:
        answer = send("GET", f"{OBJECTS}?maxResults=2{delimiter}&pageToken={token}").json()
        found += [*names(answer), *answer.get("prefixes", [])]
        token = answer.get("nextPageToken", "")
        if not token:
            break
    expected = ["a", "b/", "c", "d/"] if delimiter else ["a", "b/1", "b/2", "c", "d/1"]
    assert sorted(found) == expected


# -- copies


def test_copies(send: Send) -> None:
    send("POST", f"{BUCKETS}?project=demo-proj", {"name": "shelf-2", "storageClass": "NEARLINE"})
    put(send, "a.txt", b"hello")
    send("PATCH", f"{OBJECTS}/a.txt", {"metadata": {"k": "v"}})
    copied = send("POST", f"{OBJECTS}/a.txt/copyTo/b/shelf-2/o/b.txt").json()
    assert (copied["metadata"], copied["storageClass"]) == ({"k": "v"}, "NEARLINE")
    target = f"{OBJECTS}/a.txt/rewriteTo/b/shelf-1/o/a.txt"
    rewritten = send("POST", target, {"storageClass": "COLDLINE"}).json()
    assert rewritten["done"] is True
    assert rewritten["resource"]["storageClass"] == "COLDLINE"
    assert send("POST", f"{target}?ifSourceGenerationMatch=1").status == 412
    assert send("POST", f"{OBJECTS}/nope/copyTo/b/shelf-2/o/b").status == 404
    assert send("POST", f"{OBJECTS}/a.txt/copyTo/b/nope/o/b").status == 404


def test_move_and_compose(send: Send) -> None:
    put(send, "a", b"1")
    put(send, "b", b"2")
    send("POST", f"{OBJECTS}/a/moveTo/o/c")
    assert send("GET", f"{OBJECTS}/a").status == 404
    body = {
        "sourceObjects": [{"name": "c"}, {"name": "b"}],
        "destination": {"contentType": "text/x"},
    }
    made = send("POST", f"{OBJECTS}/all/compose", body).json()
    assert (made["componentCount"], made["contentType"]) == (2, "text/x")
    assert "md5Hash" not in made
    assert read(send, "all").body == b"12"
    assert send("POST", f"{OBJECTS}/all/compose", {"sourceObjects": []}).status == 400
    assert send("POST", f"{OBJECTS}/all/compose", {"sourceObjects": [{"name": "z"}]}).status == 404


def test_policies_of_objects(send: Send) -> None:
    put(send, "a")
    binding = {"role": "roles/storage.legacyObjectReader", "members": ["user:a@example.com"]}
    send("PUT", f"{OBJECTS}/a/iam", {"bindings": [binding]})
    assert send("GET", f"{OBJECTS}/a/iam").json()["bindings"] == [binding]
