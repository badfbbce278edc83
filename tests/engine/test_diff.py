"""The diff: only what is declared, by facets."""

from hypothesis import given
from hypothesis import strategies as st

from gcpstack._core.facets import Block, Facet, FieldTable, block, spec
from gcpstack._core.json import get
from gcpstack._core.refs import UNKNOWN, Initial, Sensitive, resolve
from gcpstack._engine.diff import declared_paths, differences, merged, overlay
from gcpstack._engine.digests import write_only

from .world import Hub, Net, Store

NET = FieldTable(Net)
HUB = FieldTable(Hub)
LEAF = st.none() | st.booleans() | st.integers() | st.text(max_size=5)
KEYS = st.text("abcd", min_size=1, max_size=3)
JSON = st.recursive(
    LEAF, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3)
)
BODY = st.dictionaries(KEYS, JSON, max_size=4)


@given(BODY)
def test_a_body_does_not_differ_from_itself(body):
    """No perma-diff by construction."""
    assert differences(body, body, NET) == ()


@given(BODY, BODY)
def test_laying_over_removes_every_difference(desired, live):
    """What an update sends has no difference left, and nothing undeclared is lost."""
    after = overlay(live, desired, NET)

    assert differences(desired, after, NET) == ()
    for key in set(live) - set(desired):
        assert after[key] == live[key]


@given(BODY, BODY, BODY)
def test_unset_fields_go(before, desired, live):
    """Once the fields that were declared before are unset, nothing differs any more."""
    paths = declared_paths(before, NET)
    found = differences(desired, live, NET, declared_before=paths)
    unset = [item.path for item in found if item.unset]
    after = merged(live, desired, NET, unset)

    assert differences(desired, after, NET, declared_before=paths) == ()
    for path in unset:
        assert get(after, path) is None


PORTS = st.lists(
    st.fixed_dictionaries({"number": st.integers(0, 3)}, optional={"open": st.booleans()}),
    max_size=4,
)


@given(PORTS, st.randoms(use_true_random=False))
def test_the_order_of_an_unordered_list_is_no_difference(ports, rng):
    """Not even where two of its items are alike, or share a key."""
    moved = sorted(ports, key=lambda port: rng.random())
    same_keys = {one["number"] for one in ports if ports.count(one) < _shared(ports, one)}

    if not same_keys:
        assert differences({"ports": ports}, {"ports": moved}, HUB) == ()
    assert differences({"ports": ports}, {"ports": ports}, HUB) == ()


def _shared(ports, one):
    """How many have its key."""
    return sum(other["number"] == one["number"] for other in ports)


@given(PORTS, PORTS)
def test_another_item_is_a_difference(left, right):
    """One more, one less or another one."""
    if sorted(one["number"] for one in left) != sorted(one["number"] for one in right):
        assert differences({"ports": left}, {"ports": right}, HUB) != ()


def test_names_are_the_users():
    """Differences carry the names of the declaration."""
    found = differences({"ports": [{"number": 1, "open": True}]}, {"ports": [{"number": 1}]}, HUB)

    assert [(item.name, item.before, item.after) for item in found] == [
        ("ports[0].open", None, True)
    ]


def test_a_list_of_other_items_differs_as_a_whole():
    """Added and removed items show both lists."""
    found = differences({"ports": [{"number": 1}]}, {"ports": [{"number": 2}]}, HUB)

    assert [item.name for item in found] == ["ports"]


def test_unknown_values_differ():
    """What is known only after apply counts as a change."""
    [found] = differences({"address": UNKNOWN}, {"address": "x"}, HUB)

    assert found.after is UNKNOWN


def test_write_only_values():
    """A write-only value differs unless its hash says otherwise; it is never read from live."""
    table = FieldTable(Store)
    desired = {"secret": Sensitive("x")}
    assert [d.sensitive for d in differences(desired, {}, table)] == [True]
    assert differences(desired, {}, table, unchanged=lambda path, value: value == "x") == ()
    assert list(write_only(desired, table)) == [(("secret",), "x")]


def test_what_an_object_is_made_with_is_not_compared():
    """Nor remembered; it stays so where it is resolved."""
    table = FieldTable(Store)
    desired = {"secret": resolve(Initial("x"), lambda _: UNKNOWN)}
    assert differences(desired, {}, table, unchanged=lambda path, value: False) == ()
    assert list(write_only(desired, table)) == []
    assert merged({}, desired, table, ())["secret"].value == "x"
    assert "x" not in f"{desired}"


def test_immutable_fields_force_a_replacement():
    """And say so."""
    [found] = differences({"zone": "b"}, {"zone": "a"}, NET)

    assert found.forces_replace


@block
class Placed(Block):
    """Two fields that can't change; of one it is known what Google does without it."""

    place: str | None = spec(Facet.IMMUTABLE)
    tier: str | None = spec(Facet.IMMUTABLE, otherwise="usual")


def test_what_cannot_change_goes_back_where_google_s_default_is_known():
    """Else it stays as it is."""
    table, before = FieldTable(Placed), [("place",), ("tier",)]
    [found] = differences({}, {"place": "a", "tier": "rare"}, table, declared_before=before)

    assert (found.name, found.unset, found.forces_replace) == ("tier", True, True)
    usual = {"place": "a", "tier": "usual"}
    assert differences({}, usual, table, declared_before=before) == ()


def test_list_covered_by_a_wider_declaration_is_not_unset():
    """A path below a list that is declared as a whole belongs to that list."""
    desired = {"ports": [{"number": 1}]}

    assert differences(desired, desired, HUB, declared_before=[("ports", "open")]) == ()


def test_a_field_removed_from_a_list_item_is_unset():
    """Also within an unordered list whose items Google has in another order."""
    before = {"ports": [{"number": 1, "open": True}, {"number": 2}]}
    desired = {"ports": [{"number": 1}, {"number": 2}]}
    live = {"ports": [{"number": 2}, {"number": 1, "open": True, "other": "x"}]}
    [found] = differences(desired, live, HUB, declared_before=declared_paths(before, HUB))

    assert (found.name, found.before, found.unset) == ("ports[0].open", True, True)
    after = merged(live, desired, HUB, [found.path])
    assert after == {"ports": [{"number": 1, "other": "x"}, {"number": 2}]}


def test_a_field_removed_from_an_item_is_unset_while_its_siblings_change():
    """An item is the same as long as its key is."""
    before = {"ports": [{"number": 1, "open": True}, {"number": 2}]}
    desired = {"ports": [{"number": 3}, {"number": 1}]}
    live = {"ports": [{"number": 2}, {"number": 1, "open": True, "other": "x"}]}
    found = differences(desired, live, HUB, declared_before=declared_paths(before, HUB))
    unset = [item.path for item in found if item.unset]

    assert unset == [("ports", 1, "open")]
    after = merged(live, desired, HUB, unset)
    assert after == {"ports": [{"number": 3}, {"number": 1, "other": "x"}]}


def test_removed_items_leave_nothing_to_unset():
    """What was declared of an item that is gone went with it."""
    before = {"ports": [{"number": 1, "open": True}, {"number": 2}]}
    desired = {"ports": [{"number": 2}]}

    assert differences(desired, desired, HUB, declared_before=declared_paths(before, HUB)) == ()


@block
class Present(Block):
    """One field of which empty says something, and one of which it says nothing."""

    loud: list[str] | None = spec(Facet.PRESENCE)
    quiet: list[str] | None = spec()


PRESENT = FieldTable(Present)


def test_empty_may_say_something():
    """It differs from nothing at all, both ways; usually it does not."""
    empty, nothing = {"loud": [], "quiet": []}, {}
    before = [("loud",), ("quiet",)]

    assert [diff.name for diff in differences(empty, nothing, PRESENT)] == ["loud"]
    assert differences(empty, empty, PRESENT) == ()
    gone = differences(nothing, empty, PRESENT, declared_before=before)
    assert [(diff.name, diff.unset) for diff in gone] == [("loud", True)]
    assert differences(nothing, nothing, PRESENT, declared_before=before) == ()
