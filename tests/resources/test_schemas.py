"""Every field of every declaration goes where Google has a field of that type."""

import pytest

from gcpstack._core.resource import Encoder, Scope

from .filling import filled
from .kinds import CLASSES, GRANTS
from .schema import SCHEMAS, SWITCHED, violations

SCOPE = Scope("demo-proj", "us-central1", "shop")
#: Google adds to these choices too often to pin them: checked by their form.
OPEN = {"sql.DatabaseInstance": "databaseVersion: 'x' is not one of"}
#: As many turns as the longest list of choices has.
TURNS = range(20)
#: What is sent of an action is a file; nothing is sent of a project.
ACTIONS = {
    "artifactregistry.Image",
    "resourcemanager.Project",
    "run.Execution",
    "serviceusage.ServiceAgent",
    "sql.Import",
}
KINDS = sorted(CLASSES.keys() - GRANTS - ACTIONS)


def test_every_kind_has_a_schema():
    """No kind escapes."""
    assert SCHEMAS.keys() == CLASSES.keys() - GRANTS - ACTIONS


@pytest.mark.parametrize("kind", KINDS)
def test_every_field_fits_the_schema(kind):
    """All fields at once, with every choice in turn."""
    found = set()
    for turn in TURNS:
        declared = Encoder(SCOPE).declared(filled(CLASSES[kind], turn))
        found.update(violations(kind, declared.body))

    told = {text for text in found if kind not in OPEN or not text.startswith(OPEN[kind])}
    assert told == SWITCHED.get(kind, set())


@pytest.mark.parametrize("kind", sorted(GRANTS))
def test_a_grant_has_no_fields(kind):
    """Its identity says all."""
    declared = Encoder(SCOPE).declared(filled(CLASSES[kind]))

    assert declared.body == {}


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({"hostRules": [{"hosts": "a"}]}, "hostRules[0].hosts: 'a' is not an array"),
        ({"hostrules": []}, "hostrules: no such field"),
        ({"defaultUrlRedirect": {"stripQuery": "no"}}, "stripQuery: 'no' is not a boolean"),
        ({"defaultUrlRedirect": {"redirectResponseCode": "301"}}, "'301' is not one of"),
        ({"kind": "compute#urlMap"}, None),
    ],
)
def test_the_schema_check_bites(body, words):
    """What does not fit is told."""
    found = violations("compute.UrlMap", body)

    assert any(words in text for text in found) if words else found in ([], ["kind: is read-only"])
