"""Binary Authorization: the policy of a project, attestors with their keys, policies by platform."""

import base64
from hashlib import sha1, sha256
from typing import Any

import pytest

from gcpstack.emulator import Emulator
from gcpstack.emulator.core.google import Google
from tests.emulator.conftest import Send
from tests.emulator.services.clients import discovery
from tests.emulator.services.mistakes import Mistake, refuse

HOST = "https://binaryauthorization.googleapis.com/v1"
PROJECT = f"{HOST}/projects/demo-proj"
POLICY = f"{PROJECT}/policy"
ATTESTORS = f"{PROJECT}/attestors"
PLATFORM = f"{PROJECT}/platforms/gke/policies"
NAME = "projects/demo-proj/attestors/qa"
NOTE = {"noteReference": "projects/demo-proj/notes/qa"}
BODY = {"name": NAME, "userOwnedGrafeasNote": NOTE}
BLOCK = "ENFORCED_BLOCK_AND_AUDIT_LOG"
RULE = {"evaluationMode": "ALWAYS_ALLOW", "enforcementMode": BLOCK}
ATTESTED = {**RULE, "evaluationMode": "REQUIRE_ATTESTATION", "requireAttestationsBy": [NAME]}
DER = b"not the key of anybody"
PEM = f"-----BEGIN PUBLIC KEY-----\n{base64.b64encode(DER).decode()}\n-----END PUBLIC KEY-----\n"
PKIX = {"pkixPublicKey": {"publicKeyPem": PEM, "signatureAlgorithm": "EC_SIGN_P256_SHA256"}}


def armored(raw: bytes) -> str:
    """A block of text as ``gpg --export --armor`` writes one."""
    text = base64.b64encode(raw).decode()
    marks = ("-----BEGIN PGP PUBLIC KEY BLOCK-----", "-----END PGP PUBLIC KEY BLOCK-----")
    return f"{marks[0]}\nVersion: 1\n\n{text}\n=abcd\n{marks[1]}\n"


def make(send: Send, *public: dict[str, Any]) -> dict[str, Any]:
    body = {**BODY, "userOwnedGrafeasNote": {**NOTE, "publicKeys": list(public)}}
    answer = send("POST", f"{ATTESTORS}?attestorId=qa", body)
    assert answer.status == 200, answer.json()
    return answer.json()


# -- the policy


def test_a_project_has_a_policy_from_the_start(send: Send) -> None:
    found = send("GET", POLICY).json()
    assert found.pop("etag")
    assert found == {
        "name": "projects/demo-proj/policy",
        "globalPolicyEvaluationMode": "ENABLE",
        "defaultAdmissionRule": RULE,
    }


def test_a_policy_is_replaced(send: Send) -> None:
    make(send)
    body = {
        "description": "ours only",
        "admissionWhitelistPatterns": [{"namePattern": "gcr.io/demo-proj/*"}],
        "clusterAdmissionRules": {"us-central1-a.one": {**RULE, "evaluationMode": "ALWAYS_DENY"}},
        "defaultAdmissionRule": ATTESTED,
    }
    told = send("PUT", POLICY, body).json()
    assert {key: told[key] for key in body} == body
    assert "globalPolicyEvaluationMode" not in told
    assert send("GET", POLICY).json() == told
    back = send("PUT", POLICY, {"defaultAdmissionRule": RULE}).json()
    assert not {"description", "clusterAdmissionRules"} & set(back)


def test_a_stale_policy(send: Send) -> None:
    seen = send("GET", POLICY).json()["etag"]
    body = {"defaultAdmissionRule": RULE, "description": "new", "etag": seen}
    assert send("PUT", POLICY, body).status == 200
    answer = send("PUT", POLICY, body)
    assert (answer.status, answer.json()["error"]["status"]) == (409, "ABORTED")


def test_googles_own_images(send: Send) -> None:
    found = send("GET", f"{HOST}/locations/global/policy").json()
    patterns = [one["namePattern"] for one in found["admissionWhitelistPatterns"]]
    assert "gke.gcr.io/**" in patterns


def test_who_may_change_the_policy(send: Send) -> None:
    binding = {
        "role": "roles/binaryauthorization.policyEditor",
        "members": ["user:ada@example.com"],
    }
    send("POST", f"{POLICY}:setIamPolicy", {"policy": {"bindings": [binding]}})
    assert send("GET", f"{POLICY}:getIamPolicy").json()["bindings"] == [binding]


# -- attestors


def test_an_attestor(send: Send, world: Google) -> None:
    made = make(send)
    agent = (
        f"service-{world.number_of('demo-proj')}@gcp-sa-binaryauthorization.iam.gserviceaccount.com"
    )
    assert made["userOwnedGrafeasNote"] == {**NOTE, "delegationServiceAccountEmail": agent}
    assert send("GET", f"{ATTESTORS}/qa").json() == made
    assert send("GET", ATTESTORS).json() == {"attestors": [made]}
    again = send("POST", f"{ATTESTORS}?attestorId=qa", BODY)
    assert (again.status, again.json()["error"]["status"]) == (409, "ALREADY_EXISTS")
    assert send("DELETE", f"{ATTESTORS}/qa").json() == {}
    assert send("GET", f"{ATTESTORS}/qa").status == 404


def test_keys_get_their_ids(send: Send) -> None:
    packet = b"\x04" + bytes(range(40))
    old = bytes([0x98, len(packet)]) + packet
    made = make(send, PKIX, {"asciiArmoredPgpPublicKey": armored(old), "id": "mine"})
    pkix, pgp = made["userOwnedGrafeasNote"]["publicKeys"]
    digest = base64.urlsafe_b64encode(sha256(DER).digest()).decode().rstrip("=")
    assert pkix["id"] == pkix["pkixPublicKey"]["keyId"] == f"ni:///sha-256;{digest}"
    assert pkix["pkixPublicKey"]["signatureAlgorithm"] == "ECDSA_P256_SHA256"
    head = b"\x99" + len(packet).to_bytes(2, "big")
    assert pgp["id"] == sha1(head + packet, usedforsecurity=False).hexdigest().upper()


def test_packets_of_the_newer_format(send: Send) -> None:
    short, long = b"\x04" + bytes(40), b"\x04" + bytes(299)
    blocks = [bytes([0xC6, len(short)]) + short, bytes([0xC6, 192, 300 - 192]) + long]
    made = make(send, *({"asciiArmoredPgpPublicKey": armored(raw)} for raw in blocks))
    found = [key["id"] for key in made["userOwnedGrafeasNote"]["publicKeys"]]
    assert found == [
        sha1(b"\x99" + len(raw).to_bytes(2, "big") + raw, usedforsecurity=False).hexdigest().upper()
        for raw in (short, long)
    ]


def test_an_attestor_is_replaced_but_its_note_stays(send: Send) -> None:
    made = make(send)
    body = {"userOwnedGrafeasNote": {**NOTE, "publicKeys": [PKIX]}, "description": "new"}
    changed = send("PUT", f"{ATTESTORS}/qa", {**body, "etag": made["etag"]}).json()
    assert (changed["description"], len(changed["userOwnedGrafeasNote"]["publicKeys"])) == (
        "new",
        1,
    )
    assert send("PUT", f"{ATTESTORS}/qa", {**body, "etag": made["etag"]}).status == 409
    other = {"userOwnedGrafeasNote": {"noteReference": "projects/demo-proj/notes/other"}}
    assert "immutable" in send("PUT", f"{ATTESTORS}/qa", other).json()["error"]["message"]


def test_who_may_use_an_attestor(send: Send) -> None:
    make(send)
    binding = {
        "role": "roles/binaryauthorization.attestorsViewer",
        "members": ["user:ada@example.com"],
    }
    send("POST", f"{ATTESTORS}/qa:setIamPolicy", {"policy": {"bindings": [binding]}})
    assert send("GET", f"{ATTESTORS}/qa:getIamPolicy").json()["bindings"] == [binding]


# -- platforms


def test_a_policy_of_a_platform(send: Send) -> None:
    body = {"gkePolicy": {"checkSets": [{"displayName": "one"}]}}
    made = send("POST", f"{PLATFORM}?policyId=main", body).json()
    assert made["name"] == "projects/demo-proj/platforms/gke/policies/main"
    changed = send("PUT", f"{PLATFORM}/main", {**body, "description": "new"}).json()
    assert changed["description"] == "new"
    assert send("DELETE", f"{PLATFORM}/main?etag={made['etag'].strip(chr(34))}").status == 409
    assert send("DELETE", f"{PLATFORM}/main").json() == {}


def test_googles_client(emulator: Emulator) -> None:
    projects = discovery(emulator, "binaryauthorization", "v1").projects()
    parent = "projects/demo-proj"
    projects.attestors().create(parent=parent, attestorId="qa", body=BODY).execute()
    name = f"{parent}/policy"
    projects.updatePolicy(name=name, body={"defaultAdmissionRule": ATTESTED}).execute()
    assert projects.getPolicy(name=name).execute()["defaultAdmissionRule"] == ATTESTED
    beta = discovery(emulator, "binaryauthorization", "v1beta1").projects()
    assert beta.attestors().list(parent=parent).execute()["attestors"][0]["name"] == NAME


WRONG = "INVALID_ARGUMENT"
DRY = {"evaluationMode": "ALWAYS_ALLOW"}


def ruled(**changes: Any) -> dict[str, Any]:
    return {"defaultAdmissionRule": RULE, **changes}


def keyed(*public: dict[str, Any]) -> dict[str, Any]:
    return {"userOwnedGrafeasNote": {**NOTE, "publicKeys": list(public)}}


NEW = f"{ATTESTORS}?attestorId=new"
BAD_PEM = {"publicKeyPem": "hello", "signatureAlgorithm": "ECDSA_P256_SHA256"}
SIGNATURE = armored(bytes([0x88, 3, 4, 0, 0]))
MISTAKES = [
    Mistake("PUT", POLICY, {}, 400, WRONG, "default admission rule"),
    Mistake("PUT", POLICY, ruled(colour=1), 400, WRONG, 'Unknown name "colour"'),
    Mistake("PUT", POLICY, {"defaultAdmissionRule": DRY}, 400, WRONG, "enforcementMode"),
    Mistake("PUT", POLICY, {"defaultAdmissionRule": {**RULE, "evaluationMode": "MAYBE"}}, 400, WRONG, "evaluation_mode"),
    Mistake("PUT", POLICY, {"defaultAdmissionRule": {**RULE, "evaluationMode": "REQUIRE_ATTESTATION"}}, 400, WRONG, "requireAttestationsBy"),
    Mistake("PUT", POLICY, {"defaultAdmissionRule": {**RULE, "requireAttestationsBy": [NAME]}}, 400, WRONG, "requireAttestationsBy"),
    Mistake("PUT", POLICY, {"defaultAdmissionRule": ATTESTED}, 404, "NOT_FOUND", "not found"),
    Mistake("PUT", POLICY, ruled(clusterAdmissionRules={"one": RULE}), 400, WRONG, "Invalid key 'one'"),
    Mistake("PUT", POLICY, ruled(kubernetesServiceAccountAdmissionRules={"one": RULE}), 400, WRONG, "Invalid key 'one'"),
    Mistake("PUT", POLICY, ruled(clusterAdmissionRules={"a.b": RULE}, kubernetesNamespaceAdmissionRules={"c": RULE}), 400, WRONG, "Only one of"),
    Mistake("PUT", POLICY, ruled(admissionWhitelistPatterns=[{"namePattern": "*/x"}]), 400, WRONG, "pattern '*/x'"),
    Mistake("GET", f"{ATTESTORS}/none", None, 404, "NOT_FOUND", "not found"),
    Mistake("PUT", f"{ATTESTORS}/none", BODY, 404, "NOT_FOUND", "not found"),
    Mistake("POST", ATTESTORS, {"userOwnedGrafeasNote": NOTE}, 400, WRONG, "attestorId"),
    Mistake("POST", f"{ATTESTORS}?attestorId=a.b", {"userOwnedGrafeasNote": NOTE}, 400, WRONG, "a.b"),
    Mistake("POST", NEW, BODY, 400, WRONG, "does not match the attestor id"),
    Mistake("POST", NEW, {}, 400, WRONG, "note reference"),
    Mistake("POST", NEW, {"userOwnedGrafeasNote": {"noteReference": "projects/123/notes/qa"}}, 400, WRONG, "PROJECT_ID"),
    Mistake("POST", NEW, keyed({}), 400, WRONG, "either a PGP key or a PKIX key"),
    Mistake("POST", NEW, keyed(PKIX, PKIX), 400, WRONG, "given twice"),
    Mistake("POST", NEW, keyed({"pkixPublicKey": BAD_PEM}), 400, WRONG, "Invalid public key"),
    Mistake("POST", NEW, keyed({"pkixPublicKey": {"publicKeyPem": PEM}}), 400, WRONG, "signature algorithm"),
    Mistake("POST", NEW, keyed({**PKIX, "id": "mine"}), 400, WRONG, "must be a URI"),
    Mistake("POST", NEW, keyed({"asciiArmoredPgpPublicKey": "hello"}), 400, WRONG, "Invalid public key"),
    Mistake("POST", NEW, keyed({"asciiArmoredPgpPublicKey": SIGNATURE}), 400, WRONG, "PGP public key"),
    Mistake("POST", f"{PLATFORM}?policyId=a", {}, 400, WRONG, "policy of the platform"),
    Mistake("POST", f"{PROJECT}/platforms/run/policies?policyId=a", {"gkePolicy": {}}, 400, WRONG, "only gke"),
]  # fmt: skip


@pytest.mark.parametrize("mistake", MISTAKES)
def test_mistakes(send: Send, mistake: Mistake) -> None:
    refuse(send, mistake)
