"""Artifact Analysis: notes."""

from typing import Any

import pytest

from tests.emulator.conftest import Send

NOTES = "https://containeranalysis.googleapis.com/v1/projects/demo-proj/notes"
QA = {"attestation": {"hint": {"humanReadableName": "QA"}}}


def test_a_note_tells_its_kind(send: Send) -> None:
    made = send("POST", f"{NOTES}?noteId=qa", QA).json()
    assert made["name"] == "projects/demo-proj/notes/qa"
    assert made["kind"] == "ATTESTATION"
    assert send("POST", f"{NOTES}?noteId=qa", QA).status == 409
    assert [one["name"] for one in send("GET", NOTES).json()["notes"]] == [made["name"]]


def test_a_note_changes_what_the_mask_names(send: Send) -> None:
    send("POST", f"{NOTES}?noteId=qa", QA)
    body = {"shortDescription": "s", "longDescription": "l"}
    answer = send("PATCH", f"{NOTES}/qa?updateMask=shortDescription", body).json()
    assert answer["shortDescription"] == "s"
    assert "longDescription" not in answer
    assert answer["attestation"] == QA["attestation"]


def test_a_deleted_note_is_gone(send: Send) -> None:
    send("POST", f"{NOTES}?noteId=qa", QA)
    assert send("DELETE", f"{NOTES}/qa").status == 200
    assert send("GET", f"{NOTES}/qa").status == 404


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({}, "exactly one of"),
        ({**QA, "discovery": {}}, "exactly one of"),
        ({"attestation": {}}, "human readable name"),
    ],
)
def test_wrong_notes(send: Send, body: dict[str, Any], words: str) -> None:
    answer = send("POST", f"{NOTES}?noteId=qa", body)
    assert answer.status == 400
    assert words in answer.json()["error"]["message"]


def test_a_note_stays_of_its_kind(send: Send) -> None:
    send("POST", f"{NOTES}?noteId=qa", QA)
    body = {"build": {"builderVersion": "1"}}
    answer = send("PATCH", f"{NOTES}/qa?updateMask=attestation,build", body)
    assert answer.status == 400
    assert "immutable" in answer.json()["error"]["message"]


def test_a_note_has_a_policy(send: Send) -> None:
    send("POST", f"{NOTES}?noteId=qa", QA)
    role = {"role": "roles/containeranalysis.notes.attacher", "members": ["user:a@example.com"]}
    policy = {"policy": {"bindings": [role]}}
    assert send("POST", f"{NOTES}/qa:setIamPolicy", policy).status == 200
    assert send("POST", f"{NOTES}/qa:getIamPolicy", {}).json()["bindings"][0]["role"]
