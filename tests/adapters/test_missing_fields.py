"""What Google's libraries can't send is told when a stack is planned."""

import pytest

from gcpstack import DeclarationError, Settings, Stack
from gcpstack import resources as r
from gcpstack._adapters.aip_rows import ROWS
from gcpstack._adapters.missing_fields import LATE, has
from gcpstack._core.resource import Encoder, Scope
from tests.resources.filling import filled
from tests.resources.kinds import CLASSES

SCOPE = Scope("demo-proj", "us-central1", "shop")
#: As many turns as the longest list of choices has.
TURNS = range(20)


def leaves(value, path=()):
    """The places of a body down to its lists."""
    if isinstance(value, dict) and value:
        for key, inner in value.items():
            yield from leaves(inner, (*path, key))
    else:
        yield path


@pytest.mark.parametrize("kind", sorted(ROWS))
def test_the_table_names_every_such_field(kind):
    """A library that learns one of them makes this fail: take it out of the table then."""
    lacking = set()
    for turn in TURNS:
        body = Encoder(SCOPE).declared(filled(CLASSES[kind], turn)).body
        lacking |= {".".join(path) for path in leaves(body) if not has(kind, path)}

    assert lacking == set(LATE.get(kind, ()))


def test_it_is_told_before_anything_is_touched():
    """With the library's name; nothing has to be reached for it."""
    stack = Stack("shop", region="us-central1")
    stack.add(r.CloudRunService("api", image="i", concurrency_utilization=0.8))
    nowhere = Settings(project="demo-proj", endpoint="http://127.0.0.1:9")

    with pytest.raises(DeclarationError) as told:
        stack.plan(nowhere)
    assert "run.Service/us-central1/api: concurrency_utilization" in str(told.value)
    assert "is not known to the installed google-cloud-run" in str(told.value)
