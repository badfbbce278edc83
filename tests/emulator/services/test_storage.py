"""Cloud Storage: buckets and their rules, access lists, policies, notifications, folders, keys."""

from typing import Any

import pytest

from gcpstack.emulator import Emulator
from gcpstack.emulator.core.google import Google
from tests.emulator.conftest import Send
from tests.emulator.services.clients import discovery

API = "https://storage.googleapis.com/storage/v1"
BUCKETS = f"{API}/b"
NEW = f"{BUCKETS}?project=demo-proj"
DAY = 86400.0
UNIFORM: dict[str, Any] = {"iamConfiguration": {"uniformBucketLevelAccess": {"enabled": True}}}


def make(send: Send, name: str = "shelf-1", **fields: Any) -> dict[str, Any]:
    answer = send("POST", NEW, {"name": name, **fields})
    assert answer.status == 200, answer.json()
    body: dict[str, Any] = answer.json()
    return body


def put(send: Send, name: str, data: bytes = b"x", bucket: str = "shelf-1") -> dict[str, Any]:
    url = f"https://storage.googleapis.com/upload/storage/v1/b/{bucket}/o?uploadType=media&name={name}"
    body: dict[str, Any] = send("POST", url, data).json()
    return body


def test_defaults(send: Send, world: Google) -> None:
    found = make(send)
    assert found["location"] == "US"
    assert found["locationType"] == "multi-region"
    assert found["rpo"] == "DEFAULT"
    assert found["storageClass"] == "STANDARD"
    assert found["iamConfiguration"] == {
        "bucketPolicyOnly": {"enabled": False},
        "uniformBucketLevelAccess": {"enabled": False},
        "publicAccessPrevention": "inherited",
    }
    assert found["softDeletePolicy"]["retentionDurationSeconds"] == "604800"
    assert found["projectNumber"] == world.number_of("demo-proj")
    assert (found["metageneration"], found["etag"]) == ("1", "CAE=")
    assert "acl" not in found


def test_objects_of_logs_begin_with_the_name_of_the_bucket(send: Send) -> None:
    make(send, "logs-1")
    assert make(send, logging={"logBucket": "logs-1"})["logging"]["logObjectPrefix"] == "shelf-1"
    named = {"logBucket": "logs-1", "logObjectPrefix": "mine"}
    assert make(send, "shelf-2", logging=named)["logging"] == named


@pytest.mark.parametrize(
    ("location", "kind"),
    [("us-east4", "region"), ("EU", "multi-region"), ("nam4", "dual-region")],
)
def test_locations(send: Send, location: str, kind: str) -> None:
    found = make(send, location=location)
    assert (found["location"], found["locationType"]) == (location.upper(), kind)
    assert ("rpo" in found) == (kind != "region")


def test_through_the_discovery_client(emulator: Emulator) -> None:
    with discovery(emulator, "storage", "v1", "storage/v1/") as storage:
        body = {"name": "shelf-1", "labels": {"a": "b", "c": "d"}}
        storage.buckets().insert(project="demo-proj", body=body).execute()
        patch = storage.buckets().patch(bucket="shelf-1", body={"labels": {"a": None}})
        assert patch.execute()["labels"] == {"c": "d"}
        listed = storage.buckets().list(project="demo-proj").execute()["items"]
        assert [entry["name"] for entry in listed] == ["shelf-1"]
        storage.buckets().delete(bucket="shelf-1").execute()
        assert "items" not in storage.buckets().list(project="demo-proj").execute()


@pytest.mark.parametrize(
    "name",
    [
        "ab",
        "Shelf",
        "-shelf",
        "shelf-",
        "goog-shelf",
        "my-google-shelf",
        "10.0.0.1",
        "a" * 64,
        "a..b",
    ],
)
def test_wrong_names(send: Send, name: str) -> None:
    answer = send("POST", NEW, {"name": name})
    assert answer.status == 400
    assert "Invalid bucket name" in answer.json()["error"]["message"]


@pytest.mark.parametrize(
    "body",
    [
        {"location": "mars-1"},
        {"storageClass": "FAST"},
        {"lifecycle": {"rule": [{"action": {"type": "Explode"}, "condition": {"age": 1}}]}},
        {"lifecycle": {"rule": [{"action": {"type": "SetStorageClass"}, "condition": {"age": 1}}]}},
        {"lifecycle": {"rule": [{"action": {"type": "Delete"}}]}},
        {"softDeletePolicy": {"retentionDurationSeconds": "60"}},
        {"retentionPolicy": {"retentionPeriod": "0"}},
        {"location": "us-east4", "rpo": "ASYNC_TURBO"},
        {"iamConfiguration": {"publicAccessPrevention": "sometimes"}},
        {"hierarchicalNamespace": {"enabled": True}},
        {"customPlacementConfig": {"dataLocations": ["us-east4"]}},
        {"encryption": {"defaultKmsKeyName": "projects/p/locations/us/keyRings/r/cryptoKeys/k"}},
        {"colour": "red"},
    ],
    ids=str,
)
def test_wrong_buckets(send: Send, body: dict[str, Any]) -> None:
    assert send("POST", NEW, {"name": "shelf-1", **body}).status in (400, 403)
    assert send("GET", f"{BUCKETS}/shelf-1").status == 404


def test_names_are_shared_by_everyone(send: Send) -> None:
    make(send)
    own = send("POST", NEW, {"name": "shelf-1"}).json()["error"]
    assert own["code"] == 409
    assert "you already own it" in own["message"]
    other = send("POST", f"{BUCKETS}?project=other-proj", {"name": "shelf-1"}).json()["error"]
    assert other["errors"][0]["reason"] == "conflict"
    assert "is shared by all users of the system" in other["message"]
    assert (
        send("POST", BUCKETS, {"name": "shelf-2"}).json()["error"]["errors"][0]["reason"]
        == "required"
    )


def test_missing(send: Send) -> None:
    error = send("GET", f"{BUCKETS}/nope").json()["error"]
    assert error == {
        "code": 404,
        "message": "The specified bucket does not exist.",
        "errors": [
            {
                "message": "The specified bucket does not exist.",
                "domain": "global",
                "reason": "notFound",
            }
        ],
    }


def test_patch_merges_and_counts(send: Send) -> None:
    make(send, labels={"a": "b"}, versioning={"enabled": True})
    same = send("PATCH", f"{BUCKETS}/shelf-1", {}).json()
    assert same["metageneration"] == "1"
    assert {entry["entity"].split("-")[1] for entry in same["acl"]} == {
        "owners",
        "editors",
        "viewers",
    }
    changed = send("PATCH", f"{BUCKETS}/shelf-1?projection=noAcl", {"labels": None}).json()
    assert changed["metageneration"] == "2"
    assert "labels" not in changed
    assert "acl" not in changed
    assert changed["versioning"] == {"enabled": True}
    replaced = send("PUT", f"{BUCKETS}/shelf-1", {"labels": {"n": "m"}}).json()
    assert "versioning" not in replaced
    assert replaced["location"] == "US"


def test_preconditions(send: Send) -> None:
    make(send)
    url = f"{BUCKETS}/shelf-1"
    stale = send("PATCH", f"{url}?ifMetagenerationMatch=2", {"labels": {"a": "b"}}).json()["error"]
    assert stale["code"] == 412
    assert stale["errors"][0]["reason"] == "conditionNotMet"
    assert send("PATCH", f"{url}?ifMetagenerationMatch=1", {"labels": {"a": "b"}}).status == 200
    assert send("GET", f"{url}?ifMetagenerationNotMatch=2").status == 304
    assert send("DELETE", f"{url}?ifMetagenerationMatch=1").status == 412


@pytest.mark.parametrize(
    "change",
    [{"location": "EU"}, {"hierarchicalNamespace": {"enabled": True}}, {"name": "other"}],
    ids=lambda change: next(iter(change)),
)
def test_immutable(send: Send, change: dict[str, Any]) -> None:
    make(send, **UNIFORM)
    assert send("PATCH", f"{BUCKETS}/shelf-1", change).status == 400


def test_uniform_access_locks_after_ninety_days(send: Send, world: Google) -> None:
    found = make(send, **UNIFORM)
    assert "lockedTime" in found["iamConfiguration"]["uniformBucketLevelAccess"]
    off = {"iamConfiguration": {"uniformBucketLevelAccess": {"enabled": False}}}
    assert send("PATCH", f"{BUCKETS}/shelf-1", off).status == 200
    send("PATCH", f"{BUCKETS}/shelf-1", UNIFORM)
    world.advance(91 * DAY)
    assert send("PATCH", f"{BUCKETS}/shelf-1", off).status == 412


def test_autoclass(send: Send, world: Google) -> None:
    auto = {"enabled": True, "terminalStorageClass": "NEARLINE"}
    found = make(send, autoclass=auto, storageClass="NEARLINE")
    assert found["storageClass"] == "STANDARD"
    world.advance(10)
    moved = {"autoclass": {"enabled": True, "terminalStorageClass": "ARCHIVE"}}
    after = send("PATCH", f"{BUCKETS}/shelf-1", moved).json()["autoclass"]
    assert after["toggleTime"] == found["autoclass"]["toggleTime"]
    assert (
        after["terminalStorageClassUpdateTime"]
        > found["autoclass"]["terminalStorageClassUpdateTime"]
    )


def test_a_locked_retention_policy_stays(send: Send) -> None:
    make(send, retentionPolicy={"retentionPeriod": "3600"})
    url = f"{BUCKETS}/shelf-1"
    assert send("POST", f"{url}/lockRetentionPolicy").status == 400
    locked = send("POST", f"{url}/lockRetentionPolicy?ifMetagenerationMatch=1").json()
    assert locked["retentionPolicy"]["isLocked"] is True
    for change in ({"retentionPolicy": None}, {"retentionPolicy": {"retentionPeriod": "60"}}):
        assert send("PATCH", url, change).status == 403
    longer = {"retentionPolicy": {"retentionPeriod": "7200"}}
    assert send("PATCH", url, longer).json()["retentionPolicy"]["isLocked"] is True


def test_only_empty_buckets_go(send: Send) -> None:
    make(send)
    put(send, "a.txt")
    refused = send("DELETE", f"{BUCKETS}/shelf-1").json()["error"]
    assert (refused["code"], refused["errors"][0]["reason"]) == (409, "conflict")
    assert refused["message"] == "The bucket you tried to delete is not empty."
    send("DELETE", f"{BUCKETS}/shelf-1/o/a.txt")
    gone = send("DELETE", f"{BUCKETS}/shelf-1")
    assert (gone.status, gone.body) == (204, b"")


def test_a_deleted_bucket_can_be_restored_for_a_week(send: Send, world: Google) -> None:
    generation = make(send, labels={"a": "b"})["generation"]
    send("DELETE", f"{BUCKETS}/shelf-1")
    listed = send("GET", f"{NEW}&softDeleted=true").json()["items"]
    assert listed[0]["hardDeleteTime"] > listed[0]["softDeleteTime"]
    restored = send("POST", f"{BUCKETS}/shelf-1/restore?generation={generation}").json()
    assert restored["labels"] == {"a": "b"}
    assert "softDeleteTime" not in restored
    send("DELETE", f"{BUCKETS}/shelf-1")
    world.advance(8 * DAY)
    assert send("POST", f"{BUCKETS}/shelf-1/restore?generation={generation}").status == 404


def test_pages_of_buckets(send: Send) -> None:
    for name in ("shelf-1", "shelf-2", "shelf-3"):
        make(send, name)
    send("POST", f"{BUCKETS}?project=other-proj", {"name": "shelf-22"})
    first = send("GET", f"{NEW}&maxResults=2").json()
    rest = send("GET", f"{NEW}&maxResults=2&pageToken={first['nextPageToken']}").json()
    names = [entry["name"] for entry in (*first["items"], *rest["items"])]
    assert names == ["shelf-1", "shelf-2", "shelf-3"]
    assert "nextPageToken" not in rest
    assert len(send("GET", f"{NEW}&prefix=shelf-2").json()["items"]) == 1


# -- access


def test_access_lists(send: Send) -> None:
    make(send)
    url = f"{BUCKETS}/shelf-1/acl"
    assert (
        send("GET", f"{url}/allUsers").json()["error"]["message"]
        == "The specified key does not exist."
    )
    added = send("POST", url, {"entity": "allUsers", "role": "READER"}).json()
    assert added["selfLink"] == "https://www.googleapis.com/storage/v1/b/shelf-1/acl/allUsers"
    send("PUT", f"{url}/allUsers", {"entity": "allUsers", "role": "WRITER"})
    assert send("GET", f"{url}/allUsers").json()["role"] == "WRITER"
    assert send("GET", f"{BUCKETS}/shelf-1").json()["metageneration"] == "3"
    assert len(send("GET", url).json()["items"]) == 4
    assert send("DELETE", f"{url}/allUsers").status == 204
    assert send("POST", url, {"entity": "allUsers", "role": "KING"}).status == 400
    assert send("POST", url, {"entity": "everyone", "role": "READER"}).status == 400


def test_default_and_object_lists(send: Send) -> None:
    make(send)
    defaults = f"{BUCKETS}/shelf-1/defaultObjectAcl"
    send("POST", defaults, {"entity": "user-a@example.com", "role": "READER"})
    put(send, "a.txt")
    entries = send("GET", f"{BUCKETS}/shelf-1/o/a.txt/acl").json()["items"]
    assert {"user-a@example.com", "user-user@example.com"} <= {entry["entity"] for entry in entries}
    full = send("GET", f"{BUCKETS}/shelf-1/o/a.txt?projection=full").json()
    assert full["owner"] == {"entity": "user-user@example.com"}
    assert send("DELETE", f"{BUCKETS}/shelf-1/o/a.txt/acl/user-a@example.com").status == 204


def test_uniform_access_has_no_lists(send: Send) -> None:
    make(send, **UNIFORM)
    answer = send("GET", f"{BUCKETS}/shelf-1/acl").json()["error"]
    assert answer["code"] == 400
    assert "uniform bucket-level access" in answer["message"]
    assert "acl" not in send("PATCH", f"{BUCKETS}/shelf-1", {"labels": {"a": "b"}}).json()
    assert (
        send("POST", f"{NEW}&predefinedAcl=private", {"name": "shelf-2", **UNIFORM}).status == 400
    )


def test_predefined_lists(send: Send) -> None:
    made = send(
        "POST", f"{NEW}&predefinedAcl=publicRead&projection=full", {"name": "shelf-1"}
    ).json()
    assert made["acl"][-1]["entity"] == "allUsers"
    assert send("POST", f"{NEW}&predefinedAcl=nobody", {"name": "shelf-2"}).status == 400


def test_policies(send: Send) -> None:
    make(send, **UNIFORM)
    url = f"{BUCKETS}/shelf-1/iam"
    policy = send("GET", f"{url}?optionsRequestedPolicyVersion=3").json()
    assert policy["kind"] == "storage#policy"
    assert policy["resourceId"] == "projects/_/buckets/shelf-1"
    roles = {binding["role"] for binding in policy["bindings"]}
    assert "roles/storage.legacyBucketOwner" in roles
    assert "roles/storage.legacyObjectReader" in roles
    binding = {"role": "roles/storage.objectViewer", "members": ["allUsers"]}
    changed = {**policy, "bindings": [*policy["bindings"], binding]}
    assert send("PUT", url, changed).status == 200
    stale = send("PUT", url, changed)
    assert stale.status == 412
    assert stale.json()["error"]["errors"][0]["reason"] == "conditionNotMet"
    asked = send("GET", f"{url}/testPermissions?permissions=storage.buckets.get").json()
    assert asked["permissions"] == ["storage.buckets.get"]


def test_public_access_can_be_prevented(send: Send) -> None:
    make(send, iamConfiguration={"publicAccessPrevention": "enforced"})
    binding = {"role": "roles/storage.objectViewer", "members": ["allUsers"]}
    refused = send("PUT", f"{BUCKETS}/shelf-1/iam", {"bindings": [binding]}).json()["error"]
    assert refused["code"] == 412
    assert "public access prevention is enforced" in refused["message"]
    entry = {"entity": "allUsers", "role": "READER"}
    assert send("POST", f"{BUCKETS}/shelf-1/acl", entry).status == 412


# -- notifications, folders, keys


def test_notifications(send: Send) -> None:
    make(send)
    url = f"{BUCKETS}/shelf-1/notificationConfigs"
    topic = "projects/demo-proj/topics/events"
    body = {"topic": topic, "payload_format": "JSON_API_V1", "event_types": ["OBJECT_FINALIZE"]}
    assert send("POST", url, body).status == 400
    send("PUT", f"https://pubsub.googleapis.com/v1/{topic}", {})
    refused = send("POST", url, body)
    assert refused.status == 400
    assert "does not have permission to publish messages" in refused.json()["error"]["message"]
    agent = send(
        "GET", "https://storage.googleapis.com/storage/v1/projects/demo-proj/serviceAccount"
    )
    member = f"serviceAccount:{agent.json()['email_address']}"
    policy = {"bindings": [{"role": "roles/pubsub.publisher", "members": [member]}]}
    send("POST", f"https://pubsub.googleapis.com/v1/{topic}:setIamPolicy", {"policy": policy})
    made = send("POST", url, body).json()
    assert made["topic"] == f"//pubsub.googleapis.com/{topic}"
    assert (made["id"], send("GET", f"{url}/1").json()) == ("1", made)
    assert send("GET", url).json()["items"] == [made]
    assert send("POST", url, {"topic": topic, "payload_format": "XML"}).status == 400
    assert send("POST", url, {**body, "event_types": ["OBJECT_SEEN"]}).status == 400
    assert send("DELETE", f"{url}/1").status == 204
    assert send("GET", f"{url}/1").status == 404


def test_folders_of_hierarchical_buckets(send: Send) -> None:
    make(send, hierarchicalNamespace={"enabled": True}, **UNIFORM)
    url = f"{BUCKETS}/shelf-1/folders"
    assert send("POST", url, {"name": "a/b"}).status == 404
    made = send("POST", f"{url}?recursive=true", {"name": "a/b"}).json()
    assert made["name"] == "a/b/"
    assert [entry["name"] for entry in send("GET", url).json()["items"]] == ["a/", "a/b/"]
    assert send("DELETE", f"{url}/a%2F").status == 409
    assert send("DELETE", f"{url}/a%2Fb%2F").status == 204
    assert send("GET", f"{url}/a%2Fb%2F").status == 404
    make(send, "shelf-2")
    assert send("POST", f"{BUCKETS}/shelf-2/folders", {"name": "a"}).status == 409


def test_managed_folders(send: Send) -> None:
    make(send, **UNIFORM)
    url = f"{BUCKETS}/shelf-1/managedFolders"
    assert send("POST", url, {"name": "team/"}).json()["kind"] == "storage#managedFolder"
    put(send, "team%2Fa.txt")
    binding = {"role": "roles/storage.objectViewer", "members": ["user:a@example.com"]}
    send("PUT", f"{url}/team%2F/iam", {"bindings": [binding]})
    assert send("GET", f"{url}/team%2F/iam").json()["bindings"] == [binding]
    assert send("DELETE", f"{url}/team%2F").status == 409
    assert send("DELETE", f"{url}/team%2F?allowNonEmpty=true").status == 204


def test_hmac_keys(send: Send) -> None:
    url = f"{API}/projects/demo-proj/hmacKeys"
    made = send("POST", f"{url}?serviceAccountEmail=a@example.com").json()
    access = made["metadata"]["accessId"]
    assert made["secret"]
    assert "secret" not in send("GET", f"{url}/{access}").json()
    assert send("DELETE", f"{url}/{access}").status == 400
    send("PUT", f"{url}/{access}", {"state": "INACTIVE"})
    assert send("DELETE", f"{url}/{access}").status == 204
    assert "items" not in send("GET", url).json()
    assert len(send("GET", f"{url}?showDeletedKeys=true").json()["items"]) == 1
    assert send("POST", url).status == 400


def test_the_agent_of_a_project(send: Send, world: Google) -> None:
    found = send("GET", f"{API}/projects/demo-proj/serviceAccount").json()
    number = world.number_of("demo-proj")
    assert found["email_address"] == f"service-{number}@gs-project-accounts.iam.gserviceaccount.com"
