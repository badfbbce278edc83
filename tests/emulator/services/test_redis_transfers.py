"""Memorystore for Redis: exports to a bucket, imports from it."""

from typing import Any

import grpc
import pytest
from google.cloud import redis_v1
from google.cloud.redis_v1.services.cloud_redis.transports import CloudRedisGrpcTransport

from gcpstack.emulator import Emulator
from gcpstack.emulator.core.google import Google
from gcpstack.emulator.core.latency import Latency
from tests.emulator.conftest import Send, sender

HOST = "https://redis.googleapis.com/v1"
PARENT = f"{HOST}/projects/demo-proj/locations/us-central1/instances"
ONE = f"{PARENT}/cache"
STORAGE = "https://storage.googleapis.com"
FILES = f"{STORAGE}/storage/v1/b/kept/o"
RDB = b"REDIS0009" + b"\xfa\x03abc\xff" + bytes(8)


def write(send: Send, name: str, data: bytes) -> None:
    url = f"{STORAGE}/upload/storage/v1/b/kept/o?uploadType=media&name={name}"
    assert send("POST", url, data).status == 200


def content(send: Send, name: str) -> bytes:
    answer = send("GET", f"{FILES}/{name}?alt=media")
    assert answer.status == 200
    return answer.body


def export(send: Send, uri: str) -> Any:
    return send("POST", f"{ONE}:export", {"outputConfig": {"gcsDestination": {"uri": uri}}})


def import_(send: Send, uri: str) -> Any:
    return send("POST", f"{ONE}:import", {"inputConfig": {"gcsSource": {"uri": uri}}})


def ended(send: Send, answer: Any) -> dict[str, Any]:
    assert answer.status == 200, answer.json()
    told: dict[str, Any] = send("GET", f"{HOST}/{answer.json()['name']}").json()
    assert told["done"] is True
    return told


@pytest.fixture
def cache(send: Send) -> dict[str, Any]:
    send("POST", f"{PARENT}?instanceId=cache", {"memorySizeGb": 1, "redisVersion": "REDIS_6_X"})
    send("POST", f"{STORAGE}/storage/v1/b?project=demo-proj", {"name": "kept"})
    made: dict[str, Any] = send("GET", ONE).json()
    return made


@pytest.fixture
def given(send: Send, cache: dict[str, Any]) -> dict[str, Any]:
    binding = {"role": "roles/storage.objectAdmin", "members": [cache["persistenceIamIdentity"]]}
    assert send("PUT", f"{STORAGE}/storage/v1/b/kept/iam", {"bindings": [binding]}).status == 200
    return cache


@pytest.mark.usefixtures("given")
def test_what_is_imported_is_exported(send: Send) -> None:
    """An instance that never held anything exports an empty file."""
    done = ended(send, export(send, "gs://kept/a.rdb"))
    assert done["metadata"]["verb"] == "export"
    assert done["response"]["state"] == "READY"
    assert content(send, "a.rdb") == b"REDIS0009\xff" + bytes(8)
    write(send, "b.rdb", RDB)
    assert "error" not in ended(send, import_(send, "gs://kept/b.rdb"))
    ended(send, export(send, "gs://kept/a.rdb"))
    assert content(send, "a.rdb") == RDB
    assert "rdb" not in str(send("GET", ONE).json())


@pytest.mark.usefixtures("given")
def test_they_take_their_time(send: Send, world: Google) -> None:
    write(send, "b.rdb", RDB)
    world.latency = Latency(1)
    started = import_(send, "gs://kept/b.rdb").json()
    assert send("GET", ONE).json()["state"] == "IMPORTING"
    assert export(send, "gs://kept/c.rdb").status == 409
    world.advance(3600)
    assert send("GET", ONE).json()["state"] == "READY"
    assert send("GET", f"{HOST}/{started['name']}").json()["done"] is True
    assert export(send, "gs://kept/c.rdb").status == 200
    assert send("GET", ONE).json()["state"] == "READY"
    assert send("PATCH", f"{ONE}?updateMask=displayName", {"displayName": "x"}).status == 409
    assert send("GET", f"{FILES}/c.rdb").status == 404
    world.advance(3600)
    assert content(send, "c.rdb") == RDB


@pytest.mark.usefixtures("given")
@pytest.mark.parametrize(
    ("data", "said"), [(b"PK\x03\x04", "is no RDB file"), (b"REDIS0010", "newer version of Redis")]
)
def test_a_file_that_does_not_fit(send: Send, data: bytes, said: str) -> None:
    """The operation fails, the instance is up again, and what it held is gone."""
    write(send, "good.rdb", RDB)
    ended(send, import_(send, "gs://kept/good.rdb"))
    write(send, "bad.rdb", data)
    assert said in ended(send, import_(send, "gs://kept/bad.rdb"))["error"]["message"]
    assert send("GET", ONE).json()["state"] == "READY"
    ended(send, export(send, "gs://kept/after.rdb"))
    assert content(send, "after.rdb") != RDB


@pytest.mark.usefixtures("given")
@pytest.mark.parametrize(
    ("uri", "status", "said"),
    [
        ("", 400, "Invalid Cloud Storage URI"),
        ("kept/a.rdb", 400, "Invalid Cloud Storage URI"),
        ("gs://kept", 400, "Invalid Cloud Storage URI"),
        ("gs://other/a.rdb", 400, "The bucket 'other' does not exist"),
        ("gs://kept/none.rdb", 400, "The file 'gs://kept/none.rdb' does not exist"),
    ],
)
def test_what_is_refused(send: Send, uri: str, status: int, said: str) -> None:
    answer = import_(send, uri)
    assert answer.status == status
    assert said in answer.json()["error"]["message"]
    assert send("GET", ONE).json()["state"] == "READY"


def test_the_identity_of_the_instance_needs_access(send: Send, cache: dict[str, Any]) -> None:
    answer = export(send, "gs://kept/a.rdb")
    assert answer.status == 403
    email = cache["persistenceIamIdentity"].removeprefix("serviceAccount:")
    assert email in answer.json()["error"]["message"]
    binding = {"role": "roles/storage.objectViewer", "members": [cache["persistenceIamIdentity"]]}
    send("PUT", f"{STORAGE}/storage/v1/b/kept/iam", {"bindings": [binding]})
    assert export(send, "gs://kept/a.rdb").status == 403
    write(send, "b.rdb", RDB)
    ended(send, import_(send, "gs://kept/b.rdb"))


def test_over_grpc(emulator: Emulator, channel: grpc.Channel) -> None:
    """The same methods, and the same operations."""
    send = sender(emulator.world)
    send("POST", f"{PARENT}?instanceId=cache", {"memorySizeGb": 1})
    send("POST", f"{STORAGE}/storage/v1/b?project=demo-proj", {"name": "kept"})
    member = send("GET", ONE).json()["persistenceIamIdentity"]
    binding = {"role": "roles/storage.objectAdmin", "members": [member]}
    send("PUT", f"{STORAGE}/storage/v1/b/kept/iam", {"bindings": [binding]})
    client = redis_v1.CloudRedisClient(transport=CloudRedisGrpcTransport(channel=channel))
    name = ONE.removeprefix(f"{HOST}/")
    place = {"gcs_destination": {"uri": "gs://kept/a.rdb"}}
    done = client.export_instance(request={"name": name, "output_config": place}).result()
    assert done.state == redis_v1.Instance.State.READY
    source = {"gcs_source": {"uri": "gs://kept/a.rdb"}}
    client.import_instance(request={"name": name, "input_config": source}).result()
    assert content(send, "a.rdb").startswith(b"REDIS")
