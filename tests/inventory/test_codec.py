"""The inventory's text: whatever is written is read; whatever is broken is refused in words."""

import json
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gcpstack._core.refs import Address, Composed, Link, OutputOf
from gcpstack._inventory.codec import decode, encode
from gcpstack._inventory.model import Lease, Phase, Record, Relic, Snapshot, Task
from gcpstack.exceptions import InventoryError

TEXT = st.text(max_size=10)
ADDRESSES = st.builds(Address, st.sampled_from(["a.B", "c.D"]), st.text(min_size=1, max_size=8))
IDS = st.dictionaries(TEXT, TEXT, max_size=3)
STEPS = st.lists(TEXT | st.integers(0, 9), max_size=3).map(tuple)
SOURCES = st.builds(OutputOf, ADDRESSES, STEPS) | st.builds(Link, ADDRESSES, TEXT)
LATE = SOURCES | st.lists(SOURCES | TEXT, max_size=3).map(tuple).map(Composed)
RECORDS = st.builds(
    Record,
    ADDRESSES,
    ids=IDS,
    path=TEXT,
    phase=st.sampled_from(Phase),
    operation=TEXT,
    request_id=TEXT,
    declared=st.lists(st.lists(TEXT, max_size=3).map(tuple), max_size=3).map(tuple),
    digests=st.dictionaries(TEXT, TEXT, max_size=2),
    depends_on=st.frozensets(ADDRESSES, max_size=3),
    allow_delete=st.booleans(),
    adopted=st.booleans(),
    relics=st.lists(st.builds(Relic, TEXT, IDS), max_size=2).map(tuple),
    late=st.dictionaries(TEXT, LATE, max_size=2),
)
MOMENTS = st.datetimes(timezones=st.just(UTC))
TASKS = st.builds(
    Task,
    verb=TEXT,
    params=IDS,
    since=MOMENTS,
    service=TEXT,
    kinds=st.lists(TEXT, max_size=2).map(tuple),
    targets=st.lists(TEXT, max_size=2).map(tuple),
    after=TEXT,
    operation=TEXT,
    told=TEXT,
)
LEASES = st.builds(Lease, TEXT, TEXT, MOMENTS, MOMENTS, TEXT, st.integers(0, 99999))
SNAPSHOTS = st.builds(
    Snapshot,
    stack=TEXT,
    generation=st.just(7),
    key=st.binary(max_size=8).map(bytes.hex),
    lease=st.none() | LEASES,
    last=st.none() | LEASES,
    records=st.lists(RECORDS, max_size=4).map(lambda items: {item.address: item for item in items}),
    tasks=st.dictionaries(ADDRESSES, TASKS, max_size=2),
)
WHOLE = encode(
    Snapshot(
        stack="web",
        key="00ff",
        lease=Lease("t", "me", datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 1, 2, tzinfo=UTC)),
        records={
            Address("a.B", "x"): Record(
                Address("a.B", "x"), {"name": "x"}, depends_on=frozenset({Address("a.B", "y")})
            )
        },
    )
)


@given(SNAPSHOTS)
def test_decode_inverts_encode(snapshot):
    """Nothing is lost on the way."""
    assert decode(encode(snapshot), where="here", generation=7) == snapshot


def test_each_record_stands_on_a_line_of_its_own():
    """So that a change of one is a change of one line."""
    names = [str(number) for number in range(3)]
    records = {Address("a.B", name): Record(Address("a.B", name), {"n": name}) for name in names}
    changed = records | {Address("a.B", "1"): Record(Address("a.B", "1"), {"n": "else"})}

    before = encode(Snapshot("web", records=records)).splitlines()
    after = encode(Snapshot("web", records=changed)).splitlines()

    assert len(before) == len(after)
    assert sum(old != new for old, new in zip(before, after, strict=True)) == 1


@given(st.integers(0, len(WHOLE) - 1))
def test_a_truncated_inventory_is_refused(size):
    """At whatever byte the object was cut off."""
    with pytest.raises(InventoryError, match="gs://b/x"):
        decode(WHOLE[:size], where="gs://b/x", generation=1)


BROKEN = {
    "a newer version": lambda body: body | {"gcpstack": 99},
    "no version": lambda body: {k: v for k, v in body.items() if k != "gcpstack"},
    "a list": lambda body: [body],
    "no records": lambda body: {k: v for k, v in body.items() if k != "records"},
    "records of another type": lambda body: body | {"records": {"a": 1}},
    "a record that is text": lambda body: body | {"records": ["x"]},
    "a key that is not a number": lambda body: body | {"key": "zz"},
    "a lease without a time": lambda body: body | {"lease": {"token": "a", "holder": "b"}},
    "a lease without a zone": lambda body: (
        body
        | {
            "lease": {
                "token": "a",
                "holder": "b",
                "since": "2026-01-01T00:00:00",
                "until": "2026-01-01T00:00:00",
            }
        }
    ),
    "a phase from elsewhere": lambda body: (
        body | {"records": [body["records"][0] | {"phase": "dreaming"}]}
    ),
    "an address without a kind": lambda body: (
        body | {"records": [body["records"][0] | {"address": "nonsense"}]}
    ),
    "a path that is a number": lambda body: body | {"records": [body["records"][0] | {"path": 3}]},
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_inventory_is_refused(name):
    """With its place, what is wrong, and what to do."""
    text = json.dumps(BROKEN[name](json.loads(WHOLE)))

    with pytest.raises(InventoryError, match="gs://b/x") as caught:
        decode(text, where="gs://b/x", generation=1)
    assert caught.value.remedy
