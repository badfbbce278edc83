"""Cloud KMS: key material that is brought along, and what hardware says of keys."""

import base64
import os
from typing import Any

import pytest
from cryptography.hazmat.primitives import hashes, keywrap, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from gcpstack.emulator.core.google import Google
from tests.emulator.conftest import Send

RING = "https://cloudkms.googleapis.com/v1/projects/demo-proj/locations/us-central1/keyRings/ring"
JOB, KEY = f"{RING}/importJobs/job", f"{RING}/cryptoKeys/key"
NAME = "projects/demo-proj/locations/us-central1/keyRings/ring/importJobs/job"
SYMMETRIC = "GOOGLE_SYMMETRIC_ENCRYPTION"
DIRECT, BETWEEN = "RSA_OAEP_3072_SHA256", "RSA_OAEP_3072_SHA1_AES_256"


@pytest.fixture
def key(send: Send) -> str:
    send("POST", f"{RING.rpartition('/')[0]}?keyRingId=ring", {})
    body = {"purpose": "ENCRYPT_DECRYPT", "importOnly": True}
    url = f"{RING}/cryptoKeys?cryptoKeyId=key&skipInitialVersionCreation=true"
    assert send("POST", url, body).status == 200
    return KEY


def job(send: Send, method: str = DIRECT, level: str = "SOFTWARE") -> dict[str, Any]:
    body = {"importMethod": method, "protectionLevel": level}
    answer = send("POST", f"{RING}/importJobs?importJobId=job", body)
    assert answer.status == 200, answer.json()
    return send("GET", JOB).json()


def wrapped(told: dict[str, Any], material: bytes) -> str:
    public = serialization.load_pem_public_key(told["publicKey"]["pem"].encode())
    assert isinstance(public, rsa.RSAPublicKey)
    if told["importMethod"] == BETWEEN:
        inner = os.urandom(32)
        oaep = padding.OAEP(padding.MGF1(hashes.SHA1()), hashes.SHA1(), None)  # noqa: S303 # the method's own
        raw = public.encrypt(inner, oaep)
        raw += keywrap.aes_key_wrap_with_padding(inner, material)
    else:
        oaep = padding.OAEP(padding.MGF1(hashes.SHA256()), hashes.SHA256(), None)
        raw = public.encrypt(material, oaep)
    return base64.b64encode(raw).decode()


def brought(send: Send, sent: str, algorithm: str = SYMMETRIC) -> Any:
    body = {"importJob": NAME, "algorithm": algorithm, "wrappedKey": sent}
    return send("POST", f"{KEY}/cryptoKeyVersions:import", body)


@pytest.mark.parametrize("method", [DIRECT, BETWEEN])
def test_brought_material_encrypts(send: Send, key: str, method: str) -> None:
    told = job(send, method)
    version = brought(send, wrapped(told, bytes(32))).json()
    assert (version["state"], version["importJob"]) == ("ENABLED", NAME)
    assert "generateTime" not in version
    number = version["name"].rpartition("/")[2]
    send("POST", f"{key}:updatePrimaryVersion", {"cryptoKeyVersionId": number})
    box = send("POST", f"{key}:encrypt", {"plaintext": "aGk="}).json()["ciphertext"]
    assert send("POST", f"{key}:decrypt", {"ciphertext": box}).json()["plaintext"] == "aGk="


@pytest.mark.parametrize(
    ("material", "reason"), [(None, "could not be unwrapped"), (bytes(16), "must have 32 bytes")]
)
def test_what_can_not_be_used_fails(
    send: Send, key: str, material: bytes | None, reason: str
) -> None:
    told = job(send)
    sent = wrapped(told, material) if material else base64.b64encode(bytes(384)).decode()
    version = brought(send, sent).json()
    assert version["state"] == "IMPORT_FAILED"
    assert reason in version["importFailureReason"]


def test_a_job_ends_after_three_days(send: Send, world: Google, key: str) -> None:
    told = job(send)
    sent = wrapped(told, bytes(32))
    world.advance(3 * 86400)
    ended = send("GET", JOB).json()
    assert (ended["state"], ended["expireEventTime"]) == ("EXPIRED", told["expireTime"])
    assert "publicKey" not in ended
    assert brought(send, sent).status == 400


def test_an_import_names_its_job(send: Send, key: str) -> None:
    assert send("POST", f"{key}/cryptoKeyVersions:import", {}).status == 400
    assert send("POST", f"{key}/cryptoKeyVersions:import", {"importJob": NAME}).status == 404


def test_jobs_are_refused_that_do_not_fit(send: Send, key: str) -> None:
    url = f"{RING}/importJobs?importJobId=x"
    assert send("POST", url, {"importMethod": DIRECT}).status == 400
    external = {"importMethod": DIRECT, "protectionLevel": "EXTERNAL"}
    assert send("POST", url, external).status == 400
    hpke = "HPKE_KEM_ML_KEM_768_HKDF_SHA256_AES_256_GCM"
    later = send("POST", url, {"importMethod": hpke, "protectionLevel": "SOFTWARE"})
    assert later.status == 501
    told = job(send, level="HSM")
    assert told["attestation"]["format"] == "CAVIUM_V2_COMPRESSED"
    assert brought(send, wrapped(told, bytes(32))).status == 400


def test_hardware_attests_a_version_that_is_read_alone(send: Send, key: str) -> None:
    body = {"purpose": "ENCRYPT_DECRYPT", "versionTemplate": {"protectionLevel": "HSM", "algorithm": SYMMETRIC}}  # fmt: skip
    made = send("POST", f"{RING}/cryptoKeys?cryptoKeyId=hard", body).json()
    alone = send("GET", f"{RING}/cryptoKeys/hard/cryptoKeyVersions/1").json()
    listed = send("GET", f"{RING}/cryptoKeys/hard/cryptoKeyVersions").json()
    assert alone["attestation"]["content"]
    assert "attestation" not in made["primary"]
    assert "attestation" not in listed["cryptoKeyVersions"][0]
