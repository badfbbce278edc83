"""Whatever stands in an inventory: one clear message or none, and nothing is changed."""

import base64
import json
import zlib

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gcpstack._cli.failures import REPORT
from tests.cli.bench import Bench

from .lab import Lab, World
from .test_bad_input import shop, stored

_FEW = settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
_SCALARS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=12)
    | st.sampled_from(["gcpstack", "records", "lease", "address", "compute.GlobalAddress/ip"])
)
JSON = st.recursive(
    _SCALARS,
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4)
    ),
    max_leaves=12,
)


@pytest.fixture(scope="module")
def lab():
    """A project where a small stack stands."""
    made = Lab()
    made.apply(shop()).outcome.raise_failed()
    made.begun["shop"] = made.save()
    return made


def content(lab):
    """The text of the inventory."""
    return zlib.decompress(base64.b64decode(stored(lab).meta["content"]))


def planned(lab, spoiled):
    """Plan while the inventory holds these bytes; nothing is changed, whatever they mean."""
    lab.restore(lab.begun["shop"])
    lab.undisturbed()
    obj, state = stored(lab), lab.line.google.state
    packed = base64.b64encode(zlib.compress(spoiled)).decode()
    state.put(obj.but(meta={**obj.meta, "content": packed}))
    state.take_changes()
    lab.line.google.log.clear()

    said = Bench(world=World(lab)).run(shop(), "plan")

    assert lab.line.mutations() == []
    assert content(lab) == spoiled
    for bad in ("Traceback", REPORT, "a fault in gcpstack", "object at 0x"):
        assert bad not in said.err
    if said.status:
        assert said.status == 1
        assert said.err.startswith("error: ")
        assert len(said.err) < 4000


@_FEW
@given(spoiled=JSON)
def test_any_json(lab, spoiled):
    """Of any form at all."""
    planned(lab, json.dumps(spoiled).encode())


@_FEW
@given(spoiled=st.binary(max_size=200))
def test_any_bytes(lab, spoiled):
    """Or none."""
    planned(lab, spoiled)


@_FEW
@given(data=st.data())
def test_any_value_anywhere(lab, data):
    """A valid inventory in which one value became another, or went."""
    lab.restore(lab.begun["shop"])
    body = json.loads(content(lab))
    places = list(_places(body))
    *way, last = data.draw(st.sampled_from(places))
    holder = body
    for step in way:
        holder = holder[step]
    if data.draw(st.booleans()):
        holder[last] = data.draw(JSON)
    else:
        del holder[last]
    planned(lab, json.dumps(body).encode())


@_FEW
@given(data=st.data())
def test_any_byte_anywhere(lab, data):
    """A valid inventory of which some bytes were lost, doubled or overwritten."""
    lab.restore(lab.begun["shop"])
    good = content(lab)
    begin = data.draw(st.integers(0, len(good)))
    end = data.draw(st.integers(begin, min(len(good), begin + 40)))
    planned(lab, good[:begin] + data.draw(st.binary(max_size=40)) + good[end:])


def _places(value, way=()):
    """List the way to every value in a JSON value."""
    rows = (
        value.items()
        if isinstance(value, dict)
        else enumerate(value)
        if isinstance(value, list)
        else ()
    )
    for key, inner in rows:
        yield (*way, key)
        yield from _places(inner, (*way, key))
