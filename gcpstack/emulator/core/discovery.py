"""Google's own description of each API: methods, paths, parameters and schemas.

The documents come with google-api-python-client; their format is
https://developers.google.com/discovery/v1/reference/apis. Each is read when the first call for it
arrives, and only what routing and checking need is kept.
"""

import functools
import importlib.util
import json
import pathlib
import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import unquote

from gcpstack.emulator.core.paths import snake

OUTPUT_ONLY = re.compile(r"^\s*(\[Output[ -]?Only\]|Output[ -]only)", re.IGNORECASE)
INPUT_ONLY = re.compile(r"^\s*(Optional\.\s*)?\[?Input[ -]only\b", re.IGNORECASE)
REQUIRED = re.compile(r"^\s*Required\.")


@dataclass(slots=True)
class Field:
    """One property of a schema, or the type of a parameter."""

    name: str
    type: str  # string, integer, number, boolean, any, object, array, map
    format: str = ""
    ref: str = ""
    item: "Field | None" = None
    enum: tuple[str, ...] = ()
    inline: "Schema | None" = None
    read_only: bool = False
    input_only: bool = False
    required: bool = False
    repeated: bool = False
    default: str = ""


@dataclass(slots=True)
class Schema:
    """A message: its fields by JSON name, and the same by snake_case name."""

    name: str
    fields: dict[str, Field]
    map_item: Field | None = None
    snakes: dict[str, Field] = field(default_factory=dict)

    def find(self, name: str) -> Field | None:
        """The field a client means: JSON name or proto name."""
        found = self.fields.get(name)
        if found is None:
            if not self.snakes:
                self.snakes.update({snake(key): value for key, value in self.fields.items()})
            found = self.snakes.get(name)
        return found


@dataclass(slots=True)
class Segment:
    """One step of a path template: a literal, one value, or all that is left."""

    literal: str = ""
    tail: bool = False


@dataclass(slots=True)
class Method:
    """One method of an API.

    Attributes:
        id: the discovery id, ``compute.addresses.insert``.
        resource: the id without API and method name, ``addresses``.
        name: the method's own name, ``insert``.
        verb: what stands after the colon of the path, if anything.
        spans: for each path parameter its first segment and how many (0: all that is left).
        last: index after the last segment that a parameter fills.
    """

    id: str
    resource: str
    name: str
    http: str
    verb: str
    segments: list[Segment]
    spans: dict[str, tuple[int, int]]
    query: dict[str, Field]
    request: str
    response: str
    last: int
    upload: bool = False
    media: bool = False


@dataclass(slots=True)
class Node:
    """One place in the tree of paths."""

    literals: dict[str, "Node"] = field(default_factory=dict)
    wild: "Node | None" = None
    leaves: dict[tuple[str, str], Method] = field(default_factory=dict)
    tails: dict[tuple[str, str], Method] = field(default_factory=dict)


@dataclass(slots=True)
class Match:
    """A method found for a path, with the decoded segments and parameters."""

    method: Method
    segments: list[str]
    params: dict[str, str]


class Api:
    """One version of one API."""

    def __init__(self, document: dict[str, Any]) -> None:
        self.name: str = document["name"]
        self.version: str = document["version"]
        self.title: str = document.get("title", self.name)
        self.prefix: list[str] = [part for part in document["servicePath"].split("/") if part]
        self.methods: dict[str, Method] = {}
        self.resources: set[str] = set()
        self.common = {
            name: _field(name, raw) for name, raw in document.get("parameters", {}).items()
        }
        self.schemas = {name: _schema(name, raw) for name, raw in document["schemas"].items()}
        self._root = Node()
        for raw in _walk(document):
            self._add(raw)

    def _add(self, raw: dict[str, Any]) -> None:
        method = _method(raw, raw["path"], self.prefix)
        self.methods[method.id] = method
        self.resources.add(method.resource)
        self._plant(method)
        for protocol in raw.get("mediaUpload", {}).get("protocols", {}).values():
            twin = _method(raw, protocol["path"].lstrip("/"), [])
            twin.upload = True
            # A resumable upload is begun with the method's own verb and goes on with PUT, at the same path.
            self._plant(twin)
            self._plant(replace(twin, http="PUT"))
        if raw.get("useMediaDownloadService"):
            self._plant(_method(raw, raw["path"], ["download", *self.prefix]))

    def _plant(self, method: Method) -> None:
        node = self._root
        for segment in method.segments:
            if segment.tail:
                node.tails[method.http, method.verb] = method
                return
            if segment.literal:
                node = node.literals.setdefault(segment.literal, Node())
            else:
                node.wild = node.wild or Node()
                node = node.wild
        node.leaves.setdefault((method.http, method.verb), method)

    def match(self, http: str, raw_segments: list[str]) -> Match | None:
        """The method of a path, its segments still percent-encoded."""
        segments = [unquote(part) for part in raw_segments]
        for parts, verb in _splits(segments):
            method = _find(self._root, http, verb, parts, 0)
            if method is not None:
                return Match(method, parts, _params(method, parts))
        return None

    def field_schema(self, found: Field | None) -> Schema | None:
        """The schema of an object-valued field."""
        if found is None:
            return None
        return found.inline or self.schemas.get(found.ref)


def _splits(segments: list[str]) -> Iterator[tuple[list[str], str]]:
    if segments and ":" in segments[-1]:
        stem, verb = segments[-1].rsplit(":", 1)
        yield [*segments[:-1], stem], verb
    yield segments, ""


def _find(node: Node, http: str, verb: str, parts: list[str], at: int) -> Method | None:
    if at == len(parts):
        return node.leaves.get((http, verb))
    step = node.literals.get(parts[at])
    found = _find(step, http, verb, parts, at + 1) if step else None
    if found is None and node.wild and parts[at]:
        found = _find(node.wild, http, verb, parts, at + 1)
    return found or node.tails.get((http, verb))


def _params(method: Method, parts: list[str]) -> dict[str, str]:
    return {
        name: "/".join(parts[start : start + length] if length else parts[start:])
        for name, (start, length) in method.spans.items()
    }


def _walk(node: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield from node.get("methods", {}).values()
    for inner in node.get("resources", {}).values():
        yield from _walk(inner)


def _field(name: str, raw: dict[str, Any]) -> Field:
    text = raw.get("description", "")
    found = Field(
        name,
        raw.get("type", ""),
        raw.get("format", ""),
        raw.get("$ref", ""),
        enum=tuple(raw.get("enum", ())),
        read_only=bool(raw.get("readOnly")) or bool(OUTPUT_ONLY.match(text)),
        input_only=bool(INPUT_ONLY.match(text)),
        required=bool(REQUIRED.match(text)) or raw.get("required") is True,
        repeated=bool(raw.get("repeated")),
        default=raw.get("default", ""),
    )
    if found.ref:
        found.type = "object"
    elif found.type == "array":
        found.item = _field(name, raw["items"])
    elif found.type == "object":
        found.inline = _schema(name, raw)
        if found.inline.map_item is not None:
            found.type = "map"
    return found


def _schema(name: str, raw: dict[str, Any]) -> Schema:
    fields = {key: _field(key, inner) for key, inner in raw.get("properties", {}).items()}
    extra = raw.get("additionalProperties")
    return Schema(name, fields, _field(name, extra) if extra else None)


def _expand(template: str, raw: dict[str, Any]) -> tuple[list[Segment], dict[str, tuple[int, int]]]:
    """Segments of a template and where its parameters stand; ``{+name}`` unfolds by its pattern."""
    segments: list[Segment] = []
    spans: dict[str, tuple[int, int]] = {}
    for part in re.split(r"/(?![^{]*\})", template):
        name = re.fullmatch(r"\{\+?(\w+)\*?\}", part)
        if not name:
            segments.append(Segment(part))
            continue
        pattern = raw.get("parameters", {}).get(name[1], {}).get("pattern", "")
        steps = _pattern_steps(pattern) if part.startswith("{+") else [Segment()]
        spans[name[1]] = (len(segments), 0 if steps[-1].tail else len(steps))
        segments += steps
    return segments, spans


def _pattern_steps(pattern: str) -> list[Segment]:
    steps = []
    for step in re.sub(r"\[\^/\]", "*", pattern.strip("^$")).split("/"):
        if step in (".*", ".+"):
            steps.append(Segment(tail=True))
        else:
            steps.append(Segment() if step in ("*+", "") else Segment(step))
    return steps


def _method(raw: dict[str, Any], template: str, prefix: list[str]) -> Method:
    stem, _, verb = (
        template.rpartition(":") if ":" in template.rsplit("/", 1)[-1] else (template, "", "")
    )
    segments, spans = _expand(stem, raw)
    offset = len(prefix)
    spans = {name: (start + offset, length) for name, (start, length) in spans.items()}
    _, *resource, name = raw["id"].split(".")
    ends = [start + length if length else 10**6 for start, length in spans.values()]
    return Method(
        id=raw["id"],
        resource=".".join(resource),
        name=name,
        http=raw["httpMethod"],
        verb=verb,
        segments=[Segment(part) for part in prefix] + segments,
        spans=spans,
        query={
            key: _field(key, value)
            for key, value in raw.get("parameters", {}).items()
            if value.get("location") == "query"
        },
        request=raw.get("request", {}).get("$ref", ""),
        response=raw.get("response", {}).get("$ref", ""),
        last=max(ends, default=0),
        media=bool(raw.get("supportsMediaDownload")),
    )


@functools.cache
def _load(file: pathlib.Path) -> Api | None:
    """The API of a document; parsed once in a process, as nothing in it ever changes."""
    return Api(json.loads(file.read_bytes())) if file.is_file() else None


class Catalogue:
    """The discovery documents by API and version, read when needed."""

    def __init__(self) -> None:
        spec = importlib.util.find_spec("googleapiclient")
        if spec is None or spec.origin is None:
            message = "google-api-python-client is not installed: it brings the discovery documents"
            raise RuntimeError(message)
        self._folder = pathlib.Path(spec.origin).parent / "discovery_cache" / "documents"
        self._titles: dict[str, str] = {}

    def api(self, name: str, version: str) -> Api | None:
        """One API, or None when Google publishes no such version."""
        return _load(self._folder / f"{name}.{version}.json")

    def titles(self) -> dict[str, str]:
        """Every API that has a document, by name; its title where the index of the documents tells it."""
        if not self._titles:
            index = json.loads((self._folder / "index.json").read_bytes())["items"]
            told = {item["name"]: item["title"] for item in index}
            names = {file.name.split(".")[0] for file in self._folder.glob("*.*.json")}
            self._titles.update({name: told.get(name, "") for name in sorted(names)})
        return self._titles
