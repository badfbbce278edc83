"""Firestore: documents exported to a bucket, imported from it."""

from typing import Any

import pytest

from gcpstack.emulator.core.google import Google
from gcpstack.emulator.core.latency import Latency
from tests.emulator.conftest import Send

HOST = "https://firestore.googleapis.com/v1"
DBS = f"{HOST}/projects/demo-proj/databases"
DB = f"{DBS}/main"
STORAGE = "https://storage.googleapis.com/storage/v1/b"
ANY = "type.googleapis.com/google.firestore.admin.v1."


def put(send: Send, path: str, value: str, database: str = DB) -> None:
    body = {"fields": {"v": {"stringValue": value}}}
    assert send("PATCH", f"{database}/documents/{path}", body).status == 200


def value(send: Send, path: str, database: str = DB) -> str | None:
    answer = send("GET", f"{database}/documents/{path}")
    return answer.json()["fields"]["v"]["stringValue"] if answer.status == 200 else None


def ended(send: Send, answer: Any) -> dict[str, Any]:
    assert answer.status == 200, answer.json()
    told: dict[str, Any] = send("GET", f"{HOST}/{answer.json()['name']}").json()
    assert told["done"] is True
    return told


def export(send: Send, uri: str, **more: Any) -> Any:
    return send("POST", f"{DB}:exportDocuments", {"outputUriPrefix": uri, **more})


def import_(send: Send, uri: str, database: str = DB, **more: Any) -> Any:
    return send("POST", f"{database}:importDocuments", {"inputUriPrefix": uri, **more})


@pytest.fixture(autouse=True)
def filled(send: Send) -> None:
    """Two databases, one with documents, and a bucket."""
    body = {"locationId": "us-central1", "type": "FIRESTORE_NATIVE"}
    for name in ("main", "other"):
        send("POST", f"{DBS}?databaseId={name}", body)
    send("POST", f"{STORAGE}?project=demo-proj", {"name": "kept"})
    put(send, "carts/a", "1")
    put(send, "carts/a/lines/x", "2")
    put(send, "users/u", "3")


def test_all_documents_go_and_come_back(send: Send) -> None:
    """Over those of the same names; others stay, in this database or another."""
    done = ended(send, export(send, "gs://kept/night"))
    assert done["response"] == {
        "@type": f"{ANY}ExportDocumentsResponse",
        "outputUriPrefix": "gs://kept/night",
    }
    told = done["metadata"]
    assert told["@type"] == f"{ANY}ExportDocumentsMetadata"
    assert told["operationState"] == "SUCCESSFUL"
    assert told["progressDocuments"] == {"estimatedWork": "3", "completedWork": "3"}
    names = [item["name"] for item in send("GET", f"{STORAGE}/kept/o").json()["items"]]
    assert names == [
        "night/all_namespaces/all_kinds/all_namespaces_all_kinds.export_metadata",
        "night/all_namespaces/all_kinds/output-0",
        "night/night.overall_export_metadata",
    ]
    put(send, "carts/a", "changed")
    put(send, "carts/b", "new")
    send("DELETE", f"{DB}/documents/users/u")
    assert "error" not in ended(send, import_(send, "gs://kept/night"))
    assert [value(send, at) for at in ("carts/a", "carts/b", "users/u")] == ["1", "new", "3"]
    ended(send, import_(send, "gs://kept/night", f"{DBS}/other"))
    assert value(send, "carts/a/lines/x", f"{DBS}/other") == "2"


def test_some_collections(send: Send) -> None:
    """An export of some is a part for each; some can be imported only from such a one."""
    ended(send, export(send, "gs://kept/some", collectionIds=["lines", "users"]))
    names = [item["name"] for item in send("GET", f"{STORAGE}/kept/o").json()["items"]]
    assert "some/all_namespaces/kind_lines/output-0" in names
    other = f"{DBS}/other"
    ended(send, import_(send, "gs://kept/some", other, collectionIds=["lines"]))
    found = [value(send, at, other) for at in ("carts/a", "carts/a/lines/x", "users/u")]
    assert found == [None, "2", None]
    refused = import_(send, "gs://kept/some", other, collectionIds=["carts"])
    assert "does not hold the collection 'carts'" in refused.json()["error"]["message"]
    ended(send, export(send, "gs://kept/all"))
    refused = import_(send, "gs://kept/all", other, collectionIds=["users"])
    assert (refused.status, "an export that named them" in str(refused.json())) == (400, True)


def test_it_takes_its_time(send: Send, world: Google) -> None:
    """What is exported is what was there when it began."""
    world.latency = Latency(1)
    started = export(send, "gs://kept").json()
    told = started["metadata"]
    assert told["operationState"] == "PROCESSING"
    assert "endTime" not in told
    put(send, "users/u", "later")
    assert "items" not in send("GET", f"{STORAGE}/kept/o").json()
    world.advance(3600)
    done = send("GET", f"{HOST}/{started['name']}").json()
    where = done["response"]["outputUriPrefix"]
    assert where.startswith("gs://kept/20")
    began = import_(send, where).json()
    assert value(send, "users/u") == "later"
    world.advance(3600)
    assert send("GET", f"{HOST}/{began['name']}").json()["response"]
    assert value(send, "users/u") == "3"


def test_a_bucket_that_goes_meanwhile(send: Send, world: Google) -> None:
    world.latency = Latency(1)
    started = export(send, "gs://kept/night").json()
    assert send("DELETE", f"{STORAGE}/kept").status == 204
    world.advance(3600)
    done = send("GET", f"{HOST}/{started['name']}").json()
    assert "bucket does not exist" in done["error"]["message"]
    assert done["metadata"]["operationState"] == "FAILED"


@pytest.mark.parametrize(
    ("uri", "said"),
    [
        ("kept/x", "Invalid Cloud Storage URI"),
        ("gs://gone/x", "The bucket 'gone' does not exist"),
        ("gs://kept", "file does not exist"),
        ("gs://kept/none", "gs://kept/none/none.overall_export_metadata"),
    ],
)
def test_what_is_no_export(send: Send, uri: str, said: str) -> None:
    answer = import_(send, uri)
    assert answer.status == 400
    assert said in answer.json()["error"]["message"]


def test_an_export_is_not_written_over(send: Send) -> None:
    ended(send, export(send, "gs://kept/night"))
    assert "already exists" in export(send, "gs://kept/night").json()["error"]["message"]
    twice = export(send, "gs://kept/more", collectionIds=["a", "a"])
    assert "must be unique" in twice.json()["error"]["message"]


def test_a_bucket_of_another_project_needs_a_grant(send: Send) -> None:
    send("POST", f"{STORAGE}?project=other-proj", {"name": "theirs"})
    refused = export(send, "gs://theirs/x")
    assert refused.status == 403
    agent = refused.json()["error"]["message"].split(" ")[0]
    assert agent.endswith("@gcp-sa-firestore.iam.gserviceaccount.com")
    binding = {"role": "roles/storage.admin", "members": [f"serviceAccount:{agent}"]}
    send("PUT", f"{STORAGE}/theirs/iam", {"bindings": [binding]})
    ended(send, export(send, "gs://theirs/x"))
