"""Artifact Analysis: notes (https://cloud.google.com/artifact-analysis/docs/reference/rest/v1/projects.notes)."""

from gcpstack.emulator.core.call import Call
from gcpstack.emulator.core.errors import invalid
from gcpstack.emulator.core.model import Body, Kind, Service
from gcpstack.emulator.dialects.aip import AIP

# Each kind of note holds the details of that kind, and of no other.
DETAILS = {
    "aiSkillAnalysis": "AI_SKILL_ANALYSIS",
    "attestation": "ATTESTATION",
    "build": "BUILD",
    "compliance": "COMPLIANCE",
    "deployment": "DEPLOYMENT",
    "discovery": "DISCOVERY",
    "dsseAttestation": "DSSE_ATTESTATION",
    "image": "IMAGE",
    "package": "PACKAGE",
    "sbomReference": "SBOM_REFERENCE",
    "secret": "SECRET",
    "upgrade": "UPGRADE",
    "vulnerability": "VULNERABILITY",
    "vulnerabilityAssessment": "VULNERABILITY_ASSESSMENT",
}


def _check(_call: Call, body: Body, old: Body | None) -> None:
    given = [name for name in DETAILS if name in body]
    if len(given) != 1:
        raise invalid(f"A note needs exactly one of {', '.join(DETAILS)}.", field="note.type")
    if old is not None and given[0] not in old:
        raise invalid("The kind of a note is immutable.", field="note.kind")
    hint = body.get("attestation", {}).get("hint", {})
    if "attestation" in body and not hint.get("humanReadableName"):
        raise invalid(
            "The human readable name of the hint must be set.",
            field="note.attestation.hint.human_readable_name",
        )


def _create(call: Call, body: Body) -> None:
    body["kind"] = next(kind for name, kind in DETAILS.items() if name in body)
    body["createTime"] = body["updateTime"] = call.world.stamp()


def _update(call: Call, body: Body, _old: Body) -> None:
    body["updateTime"] = call.world.stamp()


NOTES = Kind(
    name="notes",
    resources=("projects.notes",),
    schema="Note",
    dialect=AIP,
    id_param="noteId",
    id_pattern=r"[A-Za-z0-9._~%-]{1,128}",
    output_only=("kind", "createTime", "updateTime"),
    validate=_check,
    on_create=_create,
    on_update=_update,
)

SERVICE = Service(
    name="containeranalysis",
    title="Container Analysis API",
    versions=("v1",),
    kinds=(NOTES,),
)
