"""A slice of the random walks; the whole of them is `nox -s reliability`."""

import random

import pytest

from gcpstack._core.facets import Facet, field_table
from gcpstack._engine import diff

from . import walks
from .fields import ALONE
from .unwalked import UNWALKED

PATHS = list(walks.paths())
#: Kinds that are walked over with the other tests, some other ones for each seed.
_SLICE = random.Random("walks").sample(PATHS, 6)


def test_every_field_is_changed():
    """Each field of each kind is part of some step, or stands in a list that only gets shorter."""
    fields: dict[str, set[str]] = {}
    walked: dict[str, set[str]] = {}
    for path in PATHS:
        kind = path.base.KIND.name
        table = field_table(type(path.base))
        about = Facet.META | Facet.IDENTITY
        fields[kind] = {item.name for item in table if not item.facets & about}
        walked.setdefault(kind, set()).update(*(step.keys() for step in path.steps))
    left = {kind: names - walked[kind] for kind, names in fields.items() if kind in ALONE}

    assert {kind: names - set(UNWALKED.get(kind, ())) for kind, names in left.items()} == {
        kind: set() for kind in left
    }, "add values for new fields to fields.py or together.py"
    assert sum(map(len, walked.values())) > 0.75 * sum(map(len, fields.values()))


@pytest.mark.parametrize("path", _SLICE, ids=lambda path: path.base.KIND.name)
def test_a_changed_declaration_is_as_if_made_from_nothing(path):
    """Field by field, whatever was declared before."""
    counts = walks.take(path.ground, 1, 4, plain=False)

    assert counts["walks"] >= 4
    assert counts["turns"] >= counts["walks"]


def test_a_planted_bug_is_found(monkeypatch):
    """A field that leaves the code stays as it was: the shortest walk that shows it is told."""
    monkeypatch.setattr(diff, "_unset", lambda *given: iter(()))
    [path] = [item for item in PATHS if item.base.KIND.name == "pubsub.Topic"]

    with pytest.raises(AssertionError, match=r"pubsub\.Topic \[(\d+), \1\]: AssertionError"):
        walks.take(path.ground, 1, 0)
