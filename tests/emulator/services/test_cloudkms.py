"""Cloud KMS: key rings, keys, their versions over time, and what they encrypt."""

import base64
import hashlib
import hmac

import pytest

from gcpstack.emulator import Emulator
from gcpstack.emulator.core.clock import rfc3339
from gcpstack.emulator.core.crc32c import crc32c
from gcpstack.emulator.core.google import Google
from tests.emulator.conftest import Send
from tests.emulator.services.clients import discovery
from tests.emulator.services.mistakes import Mistake, refuse

HOST = "https://cloudkms.googleapis.com/v1"
PLACE = f"{HOST}/projects/demo-proj/locations/us-central1"
RING = f"{PLACE}/keyRings/ring"
KEY = f"{RING}/cryptoKeys/key"
VERSION = f"{KEY}/cryptoKeyVersions/1"
SYMMETRIC = {"purpose": "ENCRYPT_DECRYPT"}
DAY = 86400


def b64(raw: bytes) -> str:
    return base64.b64encode(raw).decode()


@pytest.fixture
def ring(send: Send) -> str:
    return send("POST", f"{PLACE}/keyRings?keyRingId=ring").json()["name"]


@pytest.fixture
def key(send: Send, ring: str) -> str:
    return send("POST", f"{RING}/cryptoKeys?cryptoKeyId=key", SYMMETRIC).json()["name"]


def test_what_the_server_gives_a_key(send: Send, key: str, world: Google) -> None:
    now = world.stamp()
    template = {"algorithm": "GOOGLE_SYMMETRIC_ENCRYPTION", "protectionLevel": "SOFTWARE"}
    assert send("GET", KEY).json() == {
        "name": key,
        "createTime": now,
        "purpose": "ENCRYPT_DECRYPT",
        "destroyScheduledDuration": "2592000s",
        "versionTemplate": template,
        "primary": {
            **template,
            "name": f"{key}/cryptoKeyVersions/1",
            "createTime": now,
            "generateTime": now,
            "state": "ENABLED",
        },
    }


def test_lists_tell_how_many_there_are(send: Send, key: str) -> None:
    send("POST", f"{KEY}/cryptoKeyVersions", {})
    told = send("GET", f"{KEY}/cryptoKeyVersions").json()
    assert [one["name"].rsplit("/", 1)[1] for one in told["cryptoKeyVersions"]] == ["1", "2"]
    assert told["totalSize"] == 2
    assert "totalSize" not in send("GET", f"{KEY}/cryptoKeyVersions?filter=state=ENABLED").json()
    assert send("GET", f"{PLACE.replace('us-central1', 'us-east1')}/keyRings").json() == {}


def test_without_a_first_version_there_is_no_primary(send: Send, ring: str) -> None:
    url = f"{RING}/cryptoKeys?cryptoKeyId=key&skipInitialVersionCreation=true"
    assert "primary" not in send("POST", url, SYMMETRIC).json()
    assert send("GET", f"{KEY}/cryptoKeyVersions").json() == {}
    answer = send("POST", f"{KEY}:encrypt", {"plaintext": b64(b"x")})
    assert answer.json()["error"]["status"] == "FAILED_PRECONDITION"


def test_what_is_encrypted_can_be_decrypted(send: Send, key: str) -> None:
    body = {"plaintext": b64(b"hello"), "plaintextCrc32c": str(crc32c(b"hello"))}
    sealed = send("POST", f"{KEY}:encrypt", body).json()
    assert sealed["name"] == f"{key}/cryptoKeyVersions/1"
    assert sealed["verifiedPlaintextCrc32c"] is True
    assert b64(b"hello") not in sealed["ciphertext"]
    opened = send("POST", f"{KEY}:decrypt", {"ciphertext": sealed["ciphertext"]}).json()
    assert base64.b64decode(opened["plaintext"]) == b"hello"
    assert opened["usedPrimary"] is True
    again = send("POST", f"{KEY}:encrypt", body).json()
    assert again["ciphertext"] != sealed["ciphertext"]


def test_additional_data_must_be_the_same(send: Send, key: str) -> None:
    body = {"plaintext": b64(b"hello"), "additionalAuthenticatedData": b64(b"for:me")}
    sealed = send("POST", f"{KEY}:encrypt", body).json()["ciphertext"]
    assert send("POST", f"{KEY}:decrypt", {"ciphertext": sealed}).status == 400
    right = {"ciphertext": sealed, "additionalAuthenticatedData": b64(b"for:me")}
    assert send("POST", f"{KEY}:decrypt", right).status == 200


def test_old_versions_still_decrypt(send: Send, key: str) -> None:
    sealed = send("POST", f"{KEY}:encrypt", {"plaintext": b64(b"old")}).json()["ciphertext"]
    send("POST", f"{KEY}/cryptoKeyVersions", {})
    told = send("POST", f"{KEY}:updatePrimaryVersion", {"cryptoKeyVersionId": "2"}).json()
    assert told["primary"]["name"].endswith("/2")
    opened = send("POST", f"{KEY}:decrypt", {"ciphertext": sealed}).json()
    assert base64.b64decode(opened["plaintext"]) == b"old"
    assert "usedPrimary" not in opened
    newer = send("POST", f"{KEY}:encrypt", {"plaintext": b64(b"new")}).json()
    assert newer["name"].endswith("/2")
    by_name = send("POST", f"{VERSION}:encrypt", {"plaintext": b64(b"new")}).json()
    assert by_name["name"].endswith("/1")


def test_a_key_rotates_by_itself(send: Send, ring: str, world: Google) -> None:
    first = rfc3339(world.now() + 2 * DAY)
    body = {**SYMMETRIC, "rotationPeriod": f"{DAY}s", "nextRotationTime": first}
    send("POST", f"{RING}/cryptoKeys?cryptoKeyId=key", body)
    world.advance(2 * DAY)
    told = send("GET", KEY).json()
    assert told["primary"]["name"].endswith("/2")
    assert told["nextRotationTime"] == rfc3339(world.now() + DAY)
    world.advance(3 * DAY)
    assert send("GET", KEY).json()["primary"]["name"].endswith("/5")
    send("PATCH", f"{KEY}?updateMask=rotationPeriod,nextRotationTime", {})
    told = send("GET", KEY).json()
    assert "rotationPeriod" not in told
    assert "nextRotationTime" not in told
    world.advance(3 * DAY)
    assert send("GET", KEY).json()["primary"]["name"].endswith("/5")


def test_a_version_is_destroyed_after_its_time(send: Send, key: str, world: Google) -> None:
    told = send("POST", f"{VERSION}:destroy", {}).json()
    assert told["state"] == "DESTROY_SCHEDULED"
    assert told["destroyTime"] == rfc3339(world.now() + 30 * DAY)
    assert send("POST", f"{VERSION}:destroy", {}).json()["error"]["status"] == "FAILED_PRECONDITION"
    assert send("POST", f"{KEY}:encrypt", {"plaintext": b64(b"x")}).status == 400
    world.advance(30 * DAY)
    told = send("GET", VERSION).json()
    assert told["state"] == "DESTROYED"
    assert "destroyEventTime" in told
    assert "destroyTime" not in told
    assert send("POST", f"{VERSION}:restore", {}).status == 400


def test_a_version_can_be_saved_from_destruction(send: Send, key: str, world: Google) -> None:
    send("POST", f"{VERSION}:destroy", {})
    assert send("POST", f"{VERSION}:restore", {}).json()["state"] == "DISABLED"
    world.advance(31 * DAY)
    enabled = send("PATCH", f"{VERSION}?updateMask=state", {"state": "ENABLED"}).json()
    assert enabled["state"] == "ENABLED"
    disabled = send("PATCH", f"{VERSION}?updateMask=state", {"state": "DISABLED"}).json()
    assert disabled["state"] == "DISABLED"
    answer = send("POST", f"{KEY}:encrypt", {"plaintext": b64(b"x")}).json()
    assert answer["error"]["details"][0]["reason"] == "KEY_DISABLED"


def test_deletion_goes_from_the_inside_out(send: Send, key: str, world: Google) -> None:
    assert send("DELETE", RING).status == 400
    assert send("DELETE", KEY).status == 400
    assert send("DELETE", VERSION).status == 400
    send("POST", f"{VERSION}:destroy", {})
    world.advance(30 * DAY)
    operation = send("DELETE", VERSION).json()
    done = send("GET", f"{HOST}/{operation['name']}").json()
    assert done["response"] == {"@type": "type.googleapis.com/google.protobuf.Empty"}
    assert send("DELETE", KEY).status == 200
    retired = send("GET", f"{PLACE}/retiredResources").json()["retiredResources"]
    assert [one["originalResource"] for one in retired] == [key]
    again = send("POST", f"{RING}/cryptoKeys?cryptoKeyId=key", SYMMETRIC)
    assert again.json()["error"]["status"] == "ALREADY_EXISTS"
    assert send("DELETE", RING).status == 200
    assert send("GET", RING).status == 404


def test_macs_are_the_standard_ones(send: Send, ring: str, world: Google) -> None:
    body = {"purpose": "MAC", "versionTemplate": {"algorithm": "HMAC_SHA256"}}
    told = send("POST", f"{RING}/cryptoKeys?cryptoKeyId=key", body).json()
    assert "primary" not in told
    signed = send("POST", f"{VERSION}:macSign", {"data": b64(b"hello")}).json()
    version = world.find("cloudkms", VERSION.removeprefix(f"{HOST}/"))
    assert version is not None
    raw = hmac.new(bytes.fromhex(version.meta["key"]), b"hello", hashlib.sha256).digest()
    assert signed["mac"] == b64(raw)
    right = {"data": b64(b"hello"), "mac": signed["mac"]}
    assert send("POST", f"{VERSION}:macVerify", right).json()["success"] is True
    wrong = {"data": b64(b"hellp"), "mac": signed["mac"]}
    assert "success" not in send("POST", f"{VERSION}:macVerify", wrong).json()


def test_key_material_is_never_told(send: Send, key: str, world: Google) -> None:
    version = world.find("cloudkms", VERSION.removeprefix(f"{HOST}/"))
    assert version is not None
    secret = version.meta["key"]
    assert secret not in send("GET", VERSION).body.decode()
    every = send("GET", "https://_emulator/resources")
    assert version.name in every.body.decode()
    assert secret not in every.body.decode()


def test_random_bytes_come_from_the_hardware(send: Send) -> None:
    body = {"lengthBytes": 40, "protectionLevel": "HSM"}
    told = send("POST", f"{PLACE}:generateRandomBytes", body).json()
    assert len(base64.b64decode(told["data"])) == 40


def test_locations_tell_their_protection(send: Send) -> None:
    told = send("GET", PLACE).json()
    assert told["metadata"]["hsmAvailable"] is True
    every = send("GET", f"{HOST}/projects/demo-proj/locations").json()["locations"]
    assert any(one["locationId"] == "us-central1" for one in every)


def test_enums_by_number_are_googles(send: Send, ring: str) -> None:
    url = f"{RING}/cryptoKeys?cryptoKeyId=key&$alt=json%3Benum-encoding%3Dint"
    body = {"purpose": 9, "versionTemplate": {"algorithm": 35}}
    told = send("POST", url, body).json()
    assert (told["purpose"], told["versionTemplate"]["algorithm"]) == (9, 35)
    assert send("GET", KEY).json()["versionTemplate"]["algorithm"] == "HMAC_SHA512"


def test_policies_of_rings_and_keys(send: Send, key: str) -> None:
    binding = {"role": "roles/cloudkms.cryptoKeyEncrypterDecrypter", "members": ["user:a@x.com"]}
    for url in (RING, KEY):
        told = send("POST", f"{url}:setIamPolicy", {"policy": {"bindings": [binding]}}).json()
        assert told["bindings"] == [binding]
        assert send("GET", f"{url}:getIamPolicy").json() == told
    assert send("GET", f"{RING}/cryptoKeys/none:getIamPolicy").status == 404


NEW = f"{RING}/cryptoKeys?cryptoKeyId=new"
MISTAKES = [
    ("POST", f"{PLACE}/keyRings?keyRingId=ring", None, 409, "ALREADY_EXISTS", "keyRings/ring already exists"),
    ("POST", f"{PLACE}/keyRings?keyRingId=a.b", None, 400, "INVALID_ARGUMENT", "a.b"),
    ("POST", f"{PLACE}/keyRings", None, 400, "INVALID_ARGUMENT", "keyRingId"),
    ("POST", f"{HOST}/projects/demo-proj/locations/mars/keyRings?keyRingId=r", None, 403, "PERMISSION_DENIED", "locations/mars"),
    ("GET", f"{PLACE}/keyRings/none", None, 404, "NOT_FOUND", "KeyRing projects/demo-proj/locations/us-central1/keyRings/none not found."),
    ("POST", f"{PLACE}/keyRings/none/cryptoKeys?cryptoKeyId=k", SYMMETRIC, 404, "NOT_FOUND", "KeyRing"),
    ("GET", f"{RING}/cryptoKeys/none", None, 404, "NOT_FOUND", "CryptoKey projects"),
    ("GET", f"{KEY}/cryptoKeyVersions/9", None, 404, "NOT_FOUND", "CryptoKeyVersion projects"),
    ("POST", f"{RING}/cryptoKeys?cryptoKeyId=key", SYMMETRIC, 409, "ALREADY_EXISTS", "cryptoKeys/key already exists"),
    ("POST", NEW, {}, 400, "INVALID_ARGUMENT", "crypto_key.purpose"),
    ("POST", NEW, {"purpose": "SHRED"}, 400, "INVALID_ARGUMENT", "purpose"),
    ("POST", NEW, {"purpose": "ASYMMETRIC_SIGN"}, 400, "INVALID_ARGUMENT", "not valid for a key with purpose"),
    ("POST", NEW, {**SYMMETRIC, "versionTemplate": {"algorithm": "HMAC_SHA256"}}, 400, "INVALID_ARGUMENT", "HMAC_SHA256"),
    ("POST", NEW, {**SYMMETRIC, "rotationPeriod": "86400s"}, 400, "INVALID_ARGUMENT", "next_rotation_time"),
    ("POST", NEW, {**SYMMETRIC, "nextRotationTime": "2001-01-01T00:00:00Z"}, 400, "INVALID_ARGUMENT", "in the future"),
    ("POST", NEW, {**SYMMETRIC, "rotationPeriod": "60s", "nextRotationTime": "2040-01-01T00:00:00Z"}, 400, "INVALID_ARGUMENT", "rotationPeriod"),
    (
        "POST", NEW,
        {"purpose": "MAC", "versionTemplate": {"algorithm": "HMAC_SHA1"}, "nextRotationTime": "2040-01-01T00:00:00Z"},
        400, "INVALID_ARGUMENT", "rotation",
    ),
    ("POST", NEW, {**SYMMETRIC, "destroyScheduledDuration": "1s"}, 400, "INVALID_ARGUMENT", "destroyScheduledDuration"),
    ("POST", NEW, {**SYMMETRIC, "importOnly": True}, 400, "INVALID_ARGUMENT", "import-only"),
    ("PATCH", KEY, {"labels": {"a": "b"}}, 400, "INVALID_ARGUMENT", "update_mask"),
    ("PATCH", f"{KEY}?updateMask=purpose", {"purpose": "MAC"}, 400, "INVALID_ARGUMENT", "purpose is immutable"),
    ("PATCH", f"{KEY}?updateMask=nonsense", {}, 400, "INVALID_ARGUMENT", "nonsense"),
    ("PATCH", f"{VERSION}?updateMask=state", {"state": "DESTROYED"}, 400, "FAILED_PRECONDITION", "cannot go from state ENABLED"),
    ("POST", f"{VERSION}:restore", {}, 400, "FAILED_PRECONDITION", "not scheduled for destruction"),
    ("POST", f"{KEY}:updatePrimaryVersion", {"cryptoKeyVersionId": "9"}, 404, "NOT_FOUND", "CryptoKeyVersion"),
    ("POST", f"{KEY}:encrypt", {"plaintext": b64(b"x"), "plaintextCrc32c": "1"}, 400, "INVALID_ARGUMENT", "checksum"),
    ("POST", f"{KEY}:encrypt", {"plaintext": b64(b"x" * 65537)}, 400, "INVALID_ARGUMENT", "at most 65536 bytes"),
    ("POST", f"{KEY}:encrypt", {"plaintext": "%"}, 400, "INVALID_ARGUMENT", "TYPE_BYTES"),
    ("POST", f"{KEY}:decrypt", {"ciphertext": b64(b"x" * 80)}, 400, "INVALID_ARGUMENT", "the ciphertext is invalid"),
    ("POST", f"{KEY}:decrypt", {"ciphertext": b64(b"\0\0\0\1" + b"x" * 80)}, 400, "INVALID_ARGUMENT", "the ciphertext is invalid"),
    ("POST", f"{VERSION}:macSign", {"data": b64(b"x")}, 400, "FAILED_PRECONDITION", "not enabled for keys with purpose ENCRYPT_DECRYPT"),
    ("POST", f"{VERSION}:asymmetricSign", {"data": b64(b"x")}, 501, "UNIMPLEMENTED", "asymmetricSign"),
    ("POST", f"{PLACE}:generateRandomBytes", {"lengthBytes": 4, "protectionLevel": "HSM"}, 400, "INVALID_ARGUMENT", "length_bytes"),
    ("POST", f"{PLACE}:generateRandomBytes", {"lengthBytes": 8}, 400, "INVALID_ARGUMENT", "HSM"),
]  # fmt: skip


@pytest.mark.parametrize("mistake", MISTAKES)
def test_mistakes(send: Send, key: str, mistake: tuple) -> None:
    refuse(send, Mistake(*mistake))


def test_googles_client_works_against_it(emulator: Emulator) -> None:
    with discovery(emulator, "cloudkms", "v1") as client:
        rings = client.projects().locations().keyRings()
        parent = "projects/demo-proj/locations/global"
        ring = rings.create(parent=parent, keyRingId="ring", body={}).execute()["name"]
        keys = rings.cryptoKeys()
        key = keys.create(parent=ring, cryptoKeyId="key", body=SYMMETRIC).execute()["name"]
        sealed = keys.encrypt(name=key, body={"plaintext": b64(b"hi")}).execute()
        opened = keys.decrypt(name=key, body={"ciphertext": sealed["ciphertext"]}).execute()
    assert base64.b64decode(opened["plaintext"]) == b"hi"
