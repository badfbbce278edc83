"""The difference between a declared body and a live one, driven by facets. Pure.

Only what was declared is compared: fields that Google fills in by itself, or that somebody manages
elsewhere, never show. A field that this stack declared before and no longer does is unset.
"""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from gcpstack._core.facets import Facet, FieldSpec, FieldTable
from gcpstack._core.json import MISSING, Body, Path, clone, clone_body, drop, get
from gcpstack._core.normal import canonical, empty, same
from gcpstack._core.refs import UNKNOWN, Initial, Sensitive


@dataclass(frozen=True, slots=True)
class FieldDiff:
    """One field that differs.

    Attributes:
        path: where it stands in Google's JSON.
        name: the same in the names of the declaration.
        before: the live value, None where there is none.
        after: the declared value, None where it is to be unset.
        forces_replace: it can't change in place.
        sensitive: its values are never shown.
        unset: it was declared before and no longer is.
    """

    path: Path
    name: str
    before: object
    after: object
    forces_replace: bool = False
    sensitive: bool = False
    unset: bool = False


#: Tells whether a write-only value differs from what was sent last; None where nobody knows.
Digested = Callable[[Path, str], bool | None]


def _never(path: Path, value: str) -> bool | None:  # noqa: ARG001 # the callable's form
    return None


def differences(
    desired: Mapping[str, object],
    live: Mapping[str, object],
    table: FieldTable,
    *,
    declared_before: Sequence[Path] = (),
    unchanged: Digested = _never,
    let_go: Collection[Path] = (),
) -> tuple[FieldDiff, ...]:
    """Compare a resolved declaration with the live object.

    Args:
        desired: the declared fields; values may be `UNKNOWN` or `Sensitive`.
        live: the object as Google returned it.
        table: the facets of every field.
        declared_before: the paths that the last apply declared; those gone are unset.
        unchanged: tells of a write-only value whether it is what was sent last.
        let_go: fields that were unset already: see `let_go`.
    """
    compare = _Compare(table, unchanged)
    found = list(compare.mapping(desired, live, ()))
    unset = _unset(desired, live, table, declared_before)
    found += (item for item in unset if item.path not in let_go)
    return tuple(found)


def let_go(
    unset: Collection[Path], before: Mapping[str, object], after: Mapping[str, object], steps: int
) -> set[Path]:
    """Return which fields a step has unset, although Google shows a value in their place.

    It is what Google does without a declaration, such as give an object its bucket's storage class.

    Args:
        unset: what was to be unset.
        before: the object before the step.
        after: the object after it.
        steps: how many steps there were to make; the one that was made unset all if it was the only
            one, and nothing if there is none.
    """
    if not steps:
        return set()
    return {path for path in unset if steps == 1 or get(before, path) != get(after, path)}


class _Compare:
    """One comparison."""

    def __init__(self, table: FieldTable, unchanged: Digested) -> None:
        self.table = table
        self.unchanged = unchanged

    def mapping(
        self, desired: Mapping[str, object], live: object, path: Path
    ) -> Iterator[FieldDiff]:
        for key, want in desired.items():
            have = live.get(key) if isinstance(live, Mapping) else None
            yield from self.value(want, have, (*path, key))

    def value(self, want: object, have: object, path: Path) -> Iterator[FieldDiff]:
        field = self.table.at(path)
        if want is UNKNOWN or _only_there(field, want, have):
            yield self._diff(field, path, have, want)
        elif isinstance(want, Sensitive):
            yield from self._secret(field, want, have, path)
        elif isinstance(want, Mapping) and (have is None or isinstance(have, Mapping)):
            if want or have is None:
                yield from self.mapping(want, have, path)
        elif isinstance(want, list) and (have is None or isinstance(have, list)):
            yield from self._list(field, want, have or [], path)
        elif not same(want, have, field.like):
            yield self._diff(field, path, have, want)

    def _secret(
        self, field: FieldSpec, want: Sensitive, have: object, path: Path
    ) -> Iterator[FieldDiff]:
        if isinstance(want, Initial):
            return
        if not field.facets & Facet.WRITE_ONLY:
            if not same(want.value, have, field.like):
                yield replace(self._diff(field, path, have, want), sensitive=True)
        elif not self.unchanged(path, str(want.value)):
            yield replace(self._diff(field, path, None, want), sensitive=True)

    def _list(
        self, field: FieldSpec, want: list[object], have: list[object], path: Path
    ) -> Iterator[FieldDiff]:
        pairs = pair(field, want, have)
        if pairs is None:
            yield self._diff(field, path, have, want)
            return
        for index, (left, right) in enumerate(pairs):
            yield from self.value(left, right, (*path, index))

    def _diff(self, field: FieldSpec, path: Path, before: object, after: object) -> FieldDiff:
        return FieldDiff(
            path=path,
            name=self.table.python_name(path),
            before=before,
            after=after,
            forces_replace=bool(field.facets & Facet.IMMUTABLE),
            sensitive=bool(field.facets & Facet.SENSITIVE),
        )


def _only_there(field: FieldSpec, want: object, have: object) -> bool:
    """Return whether something empty is wanted that is not there, where that is a difference."""
    return bool(field.facets & Facet.PRESENCE) and have is None and want in ({}, [])


def pair(
    field: FieldSpec, want: list[object], have: list[object]
) -> list[tuple[object, object]] | None:
    """Lay two lists side by side, each wanted item with its live one.

    Returns:
        The pairs, or None where the lists differ in their items: then they differ as a whole.
    """
    if len(want) != len(have):
        return None
    if not field.facets & Facet.UNORDERED:
        return list(zip(want, have, strict=True))
    left, right = ([item_key(field, item) for item in items] for items in (want, have))
    if sorted(left) != sorted(right):
        return None
    found: dict[str, list[object]] = {}
    for key, item in zip(reversed(right), reversed(have), strict=True):
        found.setdefault(key, []).append(item)  # alike ones, the last one first
    return [(item, found[key].pop()) for key, item in zip(left, want, strict=True)]


def _keyed(field: FieldSpec, items: list[object]) -> dict[str, object] | None:
    """Index the items of an unordered list; None where two share a key."""
    out = {item_key(field, item): item for item in items}
    return out if len(out) == len(items) else None


def item_key(field: FieldSpec, item: object) -> str:
    """Tell an item of an unordered list from its siblings."""
    value = item.get(field.key) if field.key and isinstance(item, Mapping) else item
    if isinstance(value, str) and not field.like and "/projects/" in value:
        return str(canonical(value, "link"))
    return str(canonical(value, field.like))


def _unset(
    desired: Mapping[str, object],
    live: Mapping[str, object],
    table: FieldTable,
    declared_before: Sequence[Path],
) -> Iterator[FieldDiff]:
    told: set[Path] = set()
    for remembered in declared_before:
        found = _place(desired, live, table, remembered)
        if found is None:
            continue
        path, have = found
        field = table.at(path)
        if field.shows:
            path = (field.shows,)
            have = None if field.shows in desired else live.get(field.shows)
        # What can't change is left as it is, unless it is known what Google does without it.
        fixed = bool(field.facets & Facet.IMMUTABLE)
        if (fixed and field.otherwise is None) or _stands(field, have):
            continue
        whole = _whole(path, desired, table)
        if whole in told:
            continue
        told.add(whole)
        yield FieldDiff(
            path=whole,
            name=table.python_name(whole),
            before=have if whole == path else get(live, whole),
            after=None,
            forces_replace=fixed,
            sensitive=bool(field.facets & Facet.SENSITIVE),
            unset=True,
        )


def _stands(field: FieldSpec, have: object) -> bool:
    """Return whether a live value is what Google does without a declaration."""
    if field.facets & Facet.PRESENCE:
        return have is None
    if field.otherwise is None:
        return empty(have)
    return have is None or same(have, field.otherwise, field.like)


def _whole(path: Path, desired: Mapping[str, object], table: FieldTable) -> Path:
    """Find the message that goes when a field is unset: a block that is no longer declared at all.

    What is left of it, such as what Google filled in, would mean nothing.
    """
    while len(path) > 1 and get(desired, path[:-1], MISSING) is MISSING:
        field, outer = table.at(path), table.at(path[:-1])
        whole = outer.block and outer.carries is not False
        fixed = outer.facets & Facet.IMMUTABLE and not field.facets & Facet.CHANGEABLE
        if not (whole or field.carries) or fixed:
            break
        path = path[:-1]
    return path


def _place(
    desired: Mapping[str, object], live: Mapping[str, object], table: FieldTable, path: Path
) -> tuple[Path, object] | None:
    """Find a remembered path in a declaration and the live object.

    Returns:
        The path with the places of list items as they are now, and the live value; None where the
        path is still declared, or lies within something that is declared as a whole.
    """
    want: object = desired
    have: object = live
    out: list[str | int] = []
    for step in path:
        item = str(step)
        if item.startswith("["):
            pair_found = _item(table.at(tuple(out)), want, have, item[1:-1])
            if pair_found is None:
                return None
            index, want, have = pair_found
            out.append(index)
            continue
        if isinstance(want, Mapping):
            want = want.get(item, MISSING)
        elif want is not MISSING:
            return None
        have = have.get(item) if isinstance(have, Mapping) else None
        out.append(item)
    return (tuple(out), have) if want is MISSING else None


def _item(
    field: FieldSpec, want: object, have: object, name: str
) -> tuple[int, object, object] | None:
    """Find a remembered list item: its place now, as it is declared, and as it is live."""
    if not isinstance(want, list) or not isinstance(have, list):
        return None
    if field.facets & Facet.UNORDERED and field.key:
        # Its siblings may come and go: it is the same item as long as its key is.
        old = {item_key(field, item): item for item in have}
        keys = [item_key(field, item) for item in want]
        index = keys.index(name) if name in keys and name in old else -1
        return (index, want[index], old[name]) if index >= 0 else None
    pairs = pair(field, want, have)
    for index, (left, right) in enumerate(pairs or ()):
        if _item_name(field, index, left) == name:
            return index, left, right
    return None


def _item_name(field: FieldSpec, index: int, item: object) -> str:
    """Name a list item so that it is found again: by its key, else by its place."""
    keyed = field.facets & Facet.UNORDERED and field.key
    return item_key(field, item) if keyed else str(index)


def declared_paths(
    desired: Mapping[str, object], table: FieldTable, prefix: Path = ()
) -> list[Path]:
    """List the leaves that a declaration holds.

    A list is a leaf, and so are the fields of its items, which stand below a step ``[name]``.
    """
    out: list[Path] = []
    for key, value in desired.items():
        path = (*prefix, key)
        if isinstance(value, Mapping) and value:
            out += declared_paths(value, table, path)
            continue
        out.append(path)
        if isinstance(value, list):
            field = table.at(tuple(step for step in path if not str(step).startswith("[")))
            for index, item in enumerate(value):
                if isinstance(item, Mapping):
                    name = _item_name(field, index, item)
                    out += declared_paths(item, table, (*path, f"[{name}]"))
    return out


def overlay(
    live: Mapping[str, object], desired: Mapping[str, object], table: FieldTable, path: Path = ()
) -> Body:
    """Lay the declared fields over the live ones; undeclared live fields stay."""
    out = clone_body(live)
    for key, want in desired.items():
        out[key] = _overlay_value(out.get(key), want, table, (*path, key))
    return out


def _overlay_value(have: object, want: object, table: FieldTable, path: Path) -> object:
    if isinstance(want, Mapping):
        return overlay(have if isinstance(have, Mapping) else {}, want, table, path)
    if not isinstance(want, list):
        return want
    if not isinstance(have, list):
        return clone(want)
    field = table.at(path)
    if field.facets & Facet.UNORDERED:
        old = _keyed(field, have) or {}
        partners = [old.get(item_key(field, item)) for item in want]
    else:
        partners = [*have, *([None] * len(want))][: len(want)] if len(want) == len(have) else []
        partners = partners or [None] * len(want)
    return [
        _overlay_value(partner, item, table, (*path, index))
        for index, (partner, item) in enumerate(zip(partners, want, strict=True))
    ]


def merged(
    live: Mapping[str, object],
    desired: Mapping[str, object],
    table: FieldTable,
    unset: Sequence[Path],
) -> Body:
    """Build the body that the live object should have: see `overlay`; *unset* paths are gone."""
    out = overlay(live, desired, table)
    for path in unset:
        drop(out, path)
    return out
