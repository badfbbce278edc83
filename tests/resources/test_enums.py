"""Words that a declaration takes, held against those of Google's own schemas."""

import typing
from collections.abc import Iterator

import pytest

from gcpstack._core.facets import Facet, FieldSpec, field_table

from .kinds import CLASSES
from .schema import SCHEMAS, document

KINDS = sorted(CLASSES.keys() & SCHEMAS.keys())


def words(hint: object) -> set[str]:
    """List the words of the literals within an annotation."""
    if typing.get_origin(hint) is typing.Literal:
        return {value for value in typing.get_args(hint) if isinstance(value, str)}
    return set().union(*map(words, typing.get_args(hint)))


def declared(cls, prefix=()) -> Iterator[tuple[FieldSpec, tuple[str, ...], set[str]]]:
    """Walk the declared fields: each with its wire path, and the words that it takes."""
    hints = typing.get_type_hints(cls)
    for item in field_table(cls):
        if item.facets & (Facet.META | Facet.IDENTITY):
            continue
        path = (*prefix, *item.wire)
        yield item, path, words(hints.get(item.name))
        if item.block is not None and len(path) < 12:
            yield from declared(item.block, path)


def resolved(schemas, node):
    """Follow references, and go into lists and maps."""
    while True:
        if "$ref" in node:
            node = schemas[node["$ref"]]
        elif "items" in node:
            node = node["items"]
        elif "additionalProperties" in node:
            node = node["additionalProperties"]
        else:
            return node


def at(kind: str, path: tuple[str, ...]):
    """Find the schema at a path; None where Google has no such field."""
    name, schema = SCHEMAS[kind]
    schemas = document(name)
    node = resolved(schemas, schemas[schema])
    for step in path:
        node = node.get("properties", {}).get(step)
        if node is None:
            return None
        node = resolved(schemas, node)
    return node


def sent(item: FieldSpec, word: str) -> object:
    """Encode one word; a list of it where the field takes lists."""
    if item.encode is None:
        return word
    try:
        return item.encode(word)
    except (KeyError, TypeError, AttributeError):
        return item.encode([word])


@pytest.mark.parametrize("kind", KINDS)
def test_google_knows_every_word(kind):
    """A word that only the declaration knows would fail at Google alone."""
    wrong = []
    for item, path, taken in declared(CLASSES[kind]):
        node = at(kind, path)
        known = (node or {}).get("enum")
        if known is None:
            continue
        for word in sorted(taken):
            value = sent(item, word)
            values = value if isinstance(value, list) else [value]
            wrong += [(".".join(path), one) for one in values if one not in known]

    assert wrong == []


def test_the_words_are_many():
    """The walk finds them."""
    found = sum(len(taken) for kind in KINDS for _, _, taken in declared(CLASSES[kind]))

    assert found > 500
