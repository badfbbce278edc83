"""What a declaration adds in Google's JSON form is held against Google's schema."""

import pytest

from gcpstack._adapters import schemas
from gcpstack._core.resource import Encoder, Scope
from gcpstack.resources.compute.addresses import GlobalAddress

SCOPE = Scope("my-project", "us-central1", "web")


def found(extra):
    declared = Encoder(SCOPE).declared(GlobalAddress("a", extra=extra))
    return [str(problem) for problem in schemas.problems(declared)]


def test_fields_that_google_has_pass():
    """Whatever their type, as long as it is right."""
    assert found({"ipv6EndpointType": "VM", "prefixLength": 24}) == []


@pytest.mark.parametrize(
    ("extra", "words"),
    [
        (
            {"adressType": "EXTERNAL"},
            "a: adressType: Google has no such field. Did you mean addressType?",
        ),
        ({"prefixLength": "wide"}, "a: prefixLength: Google expects integer here, not 'wide'."),
        ({"prefixLength": True}, "a: prefixLength: Google expects integer here, not True."),
        ({"ipv6EndpointType": "TOASTER"}, "Use one of NETLB, VM."),
        ({"labels": {"a": 3}}, "a: labels.a: Google expects string here, not 3."),
    ],
)
def test_mistakes_are_named(extra, words):
    """With their place and what would be right."""
    [problem] = found(extra)

    assert words in problem


def test_declarations_without_additions_load_no_schema():
    """Nothing is read for what their own classes know."""
    declared = Encoder(SCOPE).declared(GlobalAddress("a"))

    assert not declared.extended
    assert list(schemas.problems(declared)) == []
