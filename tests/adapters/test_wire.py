"""Masks cover what changes and no more; merge patches do what they say; secrets stay hidden."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gcpstack._adapters.wire import (
    alike,
    derived_id,
    mask,
    mask_text,
    merge_patch,
    pick,
    prefix_of_lists,
    revealed,
    unsets,
    unwrapped,
    without,
)
from gcpstack._core.json import Body, Path, get
from gcpstack._core.refs import Sensitive


@pytest.mark.parametrize(
    ("changed", "depth", "expected"),
    [
        ([("labels", "a"), ("labels", "b")], 1, "labels"),
        ([("template", "timeout"), ("template", "containers", 0, "image")], 1, "template"),
        (
            [("template", "timeout"), ("template", "containers", 0, "image")],
            2,
            "template.containers,template.timeout",
        ),
        ([("a", "b", "c"), ("a", "b")], 9, "a.b"),
        ([("a",), ("a", "b")], 9, "a"),
        ([("rules", 3, "x")], 9, "rules"),
        ([], 1, ""),
    ],
)
def test_masks(changed: list[Path], depth: int, expected: str) -> None:
    assert mask_text(mask(changed, depth=depth)) == expected


STEPS = st.one_of(st.sampled_from(["a", "b", "c"]), st.integers(0, 2))
PATHS = st.lists(
    st.tuples(st.sampled_from(["a", "b", "c"]), st.lists(STEPS, max_size=4)).map(
        lambda pair: (pair[0], *pair[1])
    ),
    max_size=6,
)


@given(PATHS, st.integers(1, 4))
def test_a_mask_covers_every_change_and_names_nothing_twice(
    changed: list[Path], depth: int
) -> None:
    """Each change is under one name of the mask; no name is within another, within a list, or idle."""
    found = mask(changed, depth=depth)
    for path in changed:
        assert sum(path[: len(name)] == name for name in found) == 1
    for name in found:
        assert 0 < len(name) <= depth
        assert not any(isinstance(step, int) for step in name)
        assert any(path[: len(name)] == name for path in changed)


SCALARS = st.one_of(st.none(), st.booleans(), st.integers(-5, 5), st.text("xy", max_size=3))
VALUES: Any = st.recursive(
    SCALARS,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(st.sampled_from("abc"), inner, max_size=3)
    ),
    max_leaves=8,
)
OBJECTS = st.dictionaries(st.sampled_from("abc"), VALUES, max_size=3)


def without_null(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: without_null(inner) for key, inner in value.items() if inner is not None}
    if isinstance(value, list):
        return [without_null(inner) for inner in value]
    return value


def apply_patch(target: Any, patch: Any) -> Any:
    """What a server does with a merge patch (RFC 7396)."""
    if not isinstance(patch, dict):
        return patch
    out = dict(target) if isinstance(target, dict) else {}
    for key, value in patch.items():
        if value is None:
            out.pop(key, None)
        else:
            out[key] = apply_patch(out.get(key), value)
    return out


def changes(live: Any, wanted: Any, path: Path = ()) -> list[Path]:
    """The leaves that differ, as an engine would name them."""
    if isinstance(live, dict) and isinstance(wanted, dict):
        keys = {*live, *wanted}
        return [
            found
            for key in sorted(keys)
            for found in changes(live.get(key), wanted.get(key), (*path, key))
        ]
    return [] if live == wanted else [path]


@given(OBJECTS, OBJECTS)
def test_a_merge_patch_of_the_changes_gives_the_merged_object(live: Body, wanted: Body) -> None:
    live, wanted = without_null(live), without_null(wanted)
    patch = merge_patch(wanted, changes(live, wanted))
    assert apply_patch(live, patch) == wanted


@given(OBJECTS, PATHS)
def test_picking_takes_the_masked_fields_alone(body: Body, changed: list[Path]) -> None:
    names = mask(changed)
    found = pick(body, names)
    assert set(found) <= {str(name[0]) for name in names}
    for name in names:
        assert found.get(str(name[0])) == body.get(str(name[0]))


@pytest.mark.parametrize(
    ("patch", "expected"),
    [
        ({"a": 1}, False),
        ({"a": {"b": False}}, False),
        ({"a": None}, True),
        ({"a": {"b": None}}, True),
        ({"a": []}, True),
        ({"a": {}}, True),
        ({"a": [{"b": 1}]}, False),
    ],
)
def test_what_typed_clients_cannot_say(patch: Body, expected: bool) -> None:
    assert unsets(patch) is expected


def test_paths_are_cut_at_lists() -> None:
    assert prefix_of_lists(("a", "b", 0, "c")) == ("a", "b")
    assert prefix_of_lists(("a", "b")) == ("a", "b")


def test_secrets_are_unwrapped_at_the_wire_and_told() -> None:
    body = {
        "env": [{"value": Sensitive("hunter2")}, {"value": "plain"}],
        "key": Sensitive(lambda: Sensitive(b"made")),
        "n": Sensitive(5),
    }
    plain, secrets = revealed(body)
    assert plain == {"env": [{"value": "hunter2"}, {"value": "plain"}], "key": b"made", "n": 5}
    assert secrets == ("hunter2", "made", "5")
    assert unwrapped("open") == "open"
    assert isinstance(get(body, ("key",)), Sensitive)  # the body itself stays wrapped


def test_without_leaves_the_original_alone() -> None:
    body: Body = {"a": {"b": 1, "c": 2}, "d": 3}
    assert without(body, ["a.b", "d", "x.y"]) == {"a": {"c": 2}}
    assert body == {"a": {"b": 1, "c": 2}, "d": 3}


def test_request_ids_of_further_calls_are_their_own_and_stable() -> None:
    one = derived_id("00000000-0000-0000-0000-000000000001", "setTarget")
    assert one == derived_id("00000000-0000-0000-0000-000000000001", "setTarget")
    assert one != derived_id("00000000-0000-0000-0000-000000000001", "setLabels")
    assert derived_id("", "setTarget") == ""


@pytest.mark.parametrize(
    ("left", "right", "expected"),
    [
        ({"a": "5"}, {"a": 5}, True),
        ({"a": False}, {}, True),
        ({"a": [1, 2]}, {"a": [1]}, False),
        ({"a": {"b": "x"}}, {"a": {"b": "y"}}, False),
        (None, {"a": 1}, False),
    ],
)
def test_alike(left: object, right: object, expected: bool) -> None:
    assert alike(left, right) is expected
