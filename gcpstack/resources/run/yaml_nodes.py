"""Reads YAML with its line numbers: every key is known, every mistake is told with its place.

PyYAML tells of each node where it stands (https://pyyaml.org/wiki/PyYAMLDocumentation).
"""

import difflib
import importlib
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from gcpstack._core.refs import Composed
from gcpstack.exceptions import DeclarationError, Problem

#: A node of PyYAML, which is untyped until it is loaded.
Node: TypeAlias = Any
Read: TypeAlias = "Callable[[Reader, Node], object]"

_HOLE = re.compile(r"\$\{(\w*)\}")


@dataclass(frozen=True, slots=True)
class Take:
    """What is done with a key.

    Attributes:
        name: what its value is called here; empty for a value that is only checked, if at all.
        read: reads the value.
    """

    name: str
    read: Read


#: A key that Google writes into what it shows, and nobody needs to write.
SHOWN = Take("", lambda _reader, _node: None)


@dataclass
class Reader:
    """One file.

    Attributes:
        where: its name, for messages.
        substitutions: what stands for ``${NAME}``.
        problems: every mistake found so far.
        used: the substitutions that were needed.
    """

    where: str
    substitutions: Mapping[str, object]
    problems: list[Problem] = field(default_factory=list)
    used: set[str] = field(default_factory=set)

    def document(self, text: str) -> Node:
        """Parse the one document of the file.

        Raises:
            DeclarationError: it is no YAML, or holds none or several documents.
        """
        yaml = importlib.import_module("yaml")
        try:
            nodes = [node for node in yaml.compose_all(text, yaml.SafeLoader) if node is not None]
        except yaml.MarkedYAMLError as error:
            mark = error.problem_mark
            line = f":{mark.line + 1}" if mark else ""
            raise DeclarationError(
                [Problem(f"{self.where}{line}", f"is no YAML: {error.problem or error.context}.")]
            ) from None
        except yaml.YAMLError as error:
            raise DeclarationError([Problem(self.where, f"is no YAML: {error}.")]) from None
        except RecursionError:
            raise DeclarationError([Problem(self.where, "is nested too deeply.")]) from None
        if len(nodes) != 1:
            remedy = "Split it." if nodes else "Describe a service in it."
            told = Problem(self.where, f"holds {len(nodes)} documents, not one.", remedy)
            raise DeclarationError([told])
        return nodes[0]

    def fail(self, node: Node, message: str, remedy: str = "") -> None:
        """Note a mistake at the place of a node."""
        place = f"{self.where}:{node.start_mark.line + 1}"
        self.problems.append(Problem(place, message, remedy))

    def end(self) -> None:
        """Tell of everything that was wrong.

        Raises:
            DeclarationError: something was.
        """
        for name in sorted(set(self.substitutions) - self.used):
            told = Problem(self.where, f"nothing in it is ${{{name}}}.", "Leave the name out.")
            self.problems.append(told)
        if self.problems:
            raise DeclarationError(self.problems)

    # -- containers

    def pairs(self, node: Node, what: str) -> list[tuple[Node, Node]]:
        """List the keys and values of a mapping; a key that stands twice is a mistake."""
        yaml = importlib.import_module("yaml")
        if isinstance(node, yaml.ScalarNode) and node.tag.endswith(":null"):
            return []
        if not isinstance(node, yaml.MappingNode):
            self.fail(node, f"{what} is not a mapping.", "Write 'key: value' below it.")
            return []
        yaml.constructor.SafeConstructor().flatten_mapping(node)
        out: dict[str, tuple[Node, Node]] = {}
        for key, value in node.value:
            if str(key.value) in out:
                self.fail(key, f"{key.value!r} stands twice in {what}.")
            out[str(key.value)] = key, value
        return list(out.values())

    def mapping(self, node: Node, what: str, table: Mapping[str, Take]) -> dict[str, Any]:
        """Read a mapping whose keys are all known."""
        out: dict[str, Any] = {}
        for key, value in self.pairs(node, what):
            take = table.get(str(key.value))
            if take is None:
                self.unknown(key, what, table)
            else:
                found = take.read(self, value)
                if found is not None and take.name:
                    out[take.name] = found
        return out

    def unknown(self, key: Node, what: str, known: Iterable[str]) -> None:
        """Refuse a key."""
        near = difflib.get_close_matches(str(key.value), list(known), 1)
        remedy = f"Did you mean {near[0]!r}?" if near else ""
        self.fail(key, f"{key.value!r} is not a key of {what}.", remedy)

    def items(self, node: Node, what: str, read: Read) -> tuple[Any, ...] | None:
        """Read a list."""
        yaml = importlib.import_module("yaml")
        if not isinstance(node, yaml.SequenceNode):
            self.fail(node, f"{what} is not a list.", "Write '- ' before each item.")
            return None
        return tuple(read(self, item) for item in node.value)

    # -- scalars

    def scalar(self, node: Node) -> object:
        """Read a scalar: text with its substitutions, a number, a truth, or nothing."""
        yaml = importlib.import_module("yaml")
        if not isinstance(node, yaml.ScalarNode):
            self.fail(node, "is a list or mapping, where one value is expected.")
            return None
        if _HOLE.search(node.value):
            return self._substituted(node)
        try:
            found: object = yaml.constructor.SafeConstructor().construct_object(node)
        except (yaml.YAMLError, ValueError):
            self.fail(node, f"{node.value!r} can't be read.")
            return None
        return found

    def _substituted(self, node: Node) -> object:
        text, parts, end = node.value, list[object](), 0
        for hole in _HOLE.finditer(text):
            name = hole[1]
            if name not in self.substitutions:
                near = difflib.get_close_matches(name, list(self.substitutions), 1)
                remedy = f"Did you mean ${{{near[0]}}}?" if near else "Give it in substitutions."
                self.fail(node, f"nothing stands for ${{{name}}}.", remedy)
                return None
            self.used.add(name)
            parts += [text[end : hole.start()], self.substitutions[name]]
            end = hole.end()
        parts = [part for part in (*parts, text[end:]) if part != ""]
        if len(parts) == 1:
            return parts[0]
        if all(isinstance(part, str | int | float) for part in parts):
            return "".join(map(str, parts))
        return Composed(tuple(parts))


def text(reader: Reader, node: Node) -> object:
    """Read text; what YAML takes for something else is to be quoted."""
    found = reader.scalar(node)
    if isinstance(found, bool | int | float) or type(found).__name__ in ("date", "datetime"):
        if _HOLE.search(node.value):
            return str(found)
        reader.fail(
            node,
            f"{node.value} is not text, but a {type(found).__name__}.",
            f'Put it in quotes: "{node.value}".',
        )
        return None
    return found


def quantity(reader: Reader, node: Node) -> object:
    """Read an amount: text such as ``512Mi``, or a number."""
    found = reader.scalar(node)
    return str(found) if isinstance(found, int | float) and not isinstance(found, bool) else found


def whole(reader: Reader, node: Node) -> object:
    """Read a whole number; in annotations it stands as text."""
    found = reader.scalar(node)
    if isinstance(found, bool) or (found is not None and not isinstance(found, int | str)):
        reader.fail(node, f"{node.value!r} is not a whole number.")
        return None
    if isinstance(found, str):
        if not re.fullmatch(r"-?\d+", found):
            reader.fail(node, f"{found!r} is not a whole number.")
            return None
        return int(found)
    return found


def flag(reader: Reader, node: Node) -> object:
    """Read a truth; in annotations it stands as text."""
    found = reader.scalar(node)
    if isinstance(found, str) and found.lower() in ("true", "false"):
        return found.lower() == "true"
    if not isinstance(found, bool):
        reader.fail(node, f"{node.value!r} is neither true nor false.")
        return None
    return found


def texts(reader: Reader, node: Node) -> object:
    """Read a list of texts."""
    return reader.items(node, "it", text)


def choice(values: Mapping[str, str]) -> Read:
    """Make a reader of one of a few words."""

    def read(reader: Reader, node: Node) -> object:
        found = reader.scalar(node)
        if found is None:
            return None
        known = values.get(str(found))
        if known is None:
            reader.fail(node, f"{found!r} is not one of {', '.join(values)}.")
        return known

    return read


def labels(reader: Reader, node: Node) -> dict[str, Any]:
    """Read names with texts."""
    return {
        str(key.value): found
        for key, value in reader.pairs(node, "it")
        if (found := text(reader, value)) is not None
    }
