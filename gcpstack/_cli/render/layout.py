"""Lines, values, durations and counts as people read them."""

import json
import textwrap
from collections.abc import Iterator, Mapping

from rich.text import Text

from gcpstack._core.names import relative
from gcpstack._core.refs import UNKNOWN, Sensitive

_MINUTE, _HOUR = 60, 3600
_ONE_DIGIT = 9.95

#: What stands for a value that is not there.
NOTHING = "(none)"


def wrapped(
    text: str, width: int, indent: str, *, style: str = "", first: str | None = None
) -> list[Text]:
    """Break a text at its spaces; words that are longer than a line stay whole, to be copied.

    Args:
        text: the text; its own line ends are kept.
        width: of the terminal, in characters.
        indent: what every line begins with.
        style: of the words.
        first: what the first line begins with instead.
    """
    out: list[Text] = []
    for paragraph in text.splitlines() or [""]:
        lines = textwrap.wrap(
            paragraph,
            max(width - len(indent), 20),
            break_long_words=False,
            break_on_hyphens=False,
        )
        for line in lines or [""]:
            lead = indent if first is None or out else first
            out.append(Text.assemble(lead, (line, style)))
    return out


def row(name: str, column: int, cells: Text, width: int) -> Iterator[Text]:
    """Write a row of a table; a name that leaves no room for the rest stands above it.

    Args:
        name: what the row is about.
        column: how wide the names are.
        cells: the rest, as wide in every row.
        width: of the terminal.
    """
    room = min(column, max(width - len(cells), 0))
    if len(name) > room:
        yield Text(name)
        name = ""
    yield Text.assemble(name.ljust(room), cells)


def joined(line: Text, rest: Text, width: int, indent: str) -> Iterator[Text]:
    """Write two parts beside each other, or the second below the first where there is no room.

    Args:
        line: the first part.
        rest: the second part; may be empty.
        width: of the terminal.
        indent: what the second part begins with where it stands below.
    """
    if not rest:
        yield line
    elif len(line) + len(rest) + 2 <= width:
        yield Text.assemble(line, "  ", rest)
    else:
        yield line
        yield Text.assemble(indent, rest)


def duration(seconds: float) -> str:
    """Write a duration as people say it.

    >>> duration(0.25), duration(12), duration(75), duration(4000)
    ('0.2 s', '12 s', '1 min 15 s', '1 h 6 min')
    """
    if seconds < _MINUTE:
        return f"{seconds:.1f} s" if seconds < _ONE_DIGIT else f"{seconds:.0f} s"
    minutes, rest = divmod(int(seconds), _MINUTE)
    if seconds < _HOUR:
        return f"{minutes} min {rest:02} s"
    hours, minutes = divmod(minutes, _MINUTE)
    return f"{hours} h {minutes} min"


def count(number: int, one: str, many: str = "") -> str:
    """Write a number of things.

    >>> count(1, "retry", "retries"), count(2, "resource")
    ('1 retry', '2 resources')
    """
    return f"{number} {one if number == 1 else many or f'{one}s'}"


def value_text(value: object) -> str:
    """Write a value on one line, as JSON does; secrets are hidden, the unknown is named.

    Links lose the part that says nothing, so that two spellings of one look the same.

    >>> value_text(["a", {"b": None}]), value_text(Sensitive("x")), value_text(UNKNOWN)
    ('["a", {"b": null}]', '(sensitive)', '(known after apply)')
    """
    if value is UNKNOWN:
        return "(known after apply)"
    if isinstance(value, Sensitive):
        return "(sensitive)"
    if isinstance(value, Mapping):
        inner = (f"{json.dumps(key)}: {value_text(item)}" for key, item in value.items())
        return f"{{{', '.join(inner)}}}"
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(value_text, value))}]"
    if isinstance(value, str):
        value = relative(value)
    return json.dumps(value, ensure_ascii=False, default=str)


def output_lines(outputs: Mapping[str, object], width: int) -> Iterator[Text]:
    """Write the stack's outputs; each value so that it can be copied."""
    if not outputs:
        return
    yield Text("Outputs:", "bold")
    for name, value in outputs.items():
        if isinstance(value, Mapping) and value:
            yield Text.assemble("  ", (name, "bold"), ":")
            for key, inner in value.items():
                yield Text(f"    {key}: {_bare(inner)}")
        elif isinstance(value, list | tuple) and value:
            yield Text.assemble("  ", (name, "bold"), ":")
            for inner in value:
                yield Text(f"    {_bare(inner)}")
        else:
            head = f"  {name}: "
            first, *rest = wrapped(_bare(value), width, "    ", first=head)
            first.stylize("bold", 2, len(head) - 2)
            yield first
            yield from rest


def _bare(value: object) -> str:
    return value if isinstance(value, str) else value_text(value)
