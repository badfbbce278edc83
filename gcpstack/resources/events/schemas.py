"""Schemas that the messages of Pub/Sub topics follow."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import ClassVar, Literal

from gcpstack._core.facets import identity, required, scope, spec
from gcpstack._core.resource import Scope, resource
from gcpstack.resources import _kinds_events as kinds
from gcpstack.resources import sources
from gcpstack.resources._base import Declaration
from gcpstack.resources._checks import Finding, NameRule
from gcpstack.resources._types import Text
from gcpstack.resources.pubsub import PUBSUB_NAME
from gcpstack.resources.sources import FromFile

_LARGEST = 300 * 1024
_COMMENT = re.compile(r"//[^\n]*|/\*.*?\*/", re.DOTALL)
_QUOTED = re.compile(r'"(?:\\.|[^"\\])*"|\'(?:\\.|[^\'\\])*\'')
_AVRO_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


def _content(value: object) -> object:
    return value() if isinstance(value, FromFile) and Path(value.path).is_file() else value


@resource(kinds.PUBSUB_SCHEMA)
class PubSubSchema(Declaration):
    """A schema that the messages of topics follow: `Topic(schema=...)`.

    https://cloud.google.com/pubsub/docs/schemas. Another definition is committed as a new revision;
    Google refuses one that earlier messages, or readers of them, would not fit, and keeps 20.

    Outputs: ``name`` (known before it exists), ``revision_id``, ``revision_create_time``.

    Attributes:
        name: its name.
        project: its project; the stack's if not given.
        type: AVRO or PROTOCOL_BUFFER. Can't change.
        definition: the schema: text, or a `FromFile`; 300 KB at most.
    """

    NAMES: ClassVar[NameRule | None] = PUBSUB_NAME

    name: str = identity(kw_only=False)
    project: str | None = scope()
    type: Literal["AVRO", "PROTOCOL_BUFFER"] = spec(default="AVRO")
    definition: Text | FromFile = required(like="text", encode=_content)

    def findings(self, scope: Scope) -> Iterator[Finding]:
        """Check that the definition can be one of its type.

        https://cloud.google.com/pubsub/docs/create-schemas#schema_definition
        """
        unread = list(sources.findings("definition", self.definition, _LARGEST))
        yield from unread
        text = _content(self.definition)
        if unread or not isinstance(text, str):
            return
        yield from _avro(text) if self.type == "AVRO" else _proto(text)


def _avro(text: str) -> Iterator[Finding]:
    """https://cloud.google.com/pubsub/docs/create-schemas#avro-schema-definition."""
    try:
        found = json.loads(text)
    except ValueError as error:
        yield Finding("definition", f"is not valid JSON: {error}")
        return
    if not isinstance(found, dict) or found.get("type") != "record":
        yield Finding("definition", "is not a record: its type is 'record' at the top")
        return
    yield from _record(found, "definition")


def _record(found: dict[str, object], place: str) -> Iterator[Finding]:
    """https://avro.apache.org/docs/1.11.1/specification/#schema-record."""
    name, fields = found.get("name"), found.get("fields")
    if not isinstance(name, str) or not _AVRO_NAME.fullmatch(name.rpartition(".")[2]):
        yield Finding(place, "has a record without a name")
    if not isinstance(fields, list):
        yield Finding(place, f"{name!r} has no list of fields")
        return
    seen: set[object] = set()
    for item in fields:
        told = item if isinstance(item, dict) else {}
        held = told.get("name")
        if not isinstance(held, str) or not _AVRO_NAME.fullmatch(held) or "type" not in told:
            yield Finding(place, f"{name!r} has a field without a name and a type: {item!r}")
        elif held in seen:
            yield Finding(place, f"{name!r} has the field {held!r} twice")
        seen.add(held)
        inner = told.get("type")
        if isinstance(inner, dict) and inner.get("type") == "record":
            yield from _record(inner, place)


def _proto(text: str) -> Iterator[Finding]:
    """https://cloud.google.com/pubsub/docs/create-schemas#protocol-buffer."""
    plain = _QUOTED.sub('""', _COMMENT.sub("", text))
    if plain.count("{") != plain.count("}"):
        yield Finding("definition", "opens and closes braces differently often")
        return
    depth, tops = 0, 0
    for match in re.finditer(r"[{}]|\bmessage\s+\w+", plain):
        tops += match[0].startswith("message") and depth == 0
        depth += {"{": 1, "}": -1}.get(match[0], 0)
    if tops != 1:
        yield Finding("definition", f"holds {tops} messages at its top, and one is what it takes")
    if re.search(r"^\s*import\b", plain, re.MULTILINE):
        yield Finding("definition", "imports another file, which Pub/Sub does not take")
