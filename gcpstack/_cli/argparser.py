"""A parser whose complaints are ours. The standard library only, so that ``--help`` answers at once."""

import argparse
import difflib
import re
import shutil
import textwrap
from collections.abc import Sequence
from typing import NoReturn

from gcpstack.exceptions import GcpstackError

#: No complaint is longer, in characters.
_LONGEST = 400
#: Where the help of each flag begins.
_COLUMN = 34
#: The first column of a table's line, with the space behind it.
_CELL = re.compile(r" +\S.*? {2,}(?=\S)")
_HANGING = "      "


class UsageError(GcpstackError):
    """The command line is wrong."""


class _Layout(argparse.RawDescriptionHelpFormatter):
    """Help as wide as the terminal: tables in the texts around the flags are broken too.

    On a narrow terminal, what a flag does stands below it: beside it there would be no room.
    """

    def __init__(self, prog: str) -> None:
        width = shutil.get_terminal_size().columns - 2
        super().__init__(prog, max_help_position=min(_COLUMN, max(width * 2 // 5, 8)), width=width)

    def _split_lines(self, text: str, width: int) -> list[str]:
        words = " ".join(text.split())
        return textwrap.wrap(words, width, break_long_words=False, break_on_hyphens=False)

    def _fill_text(self, text: str, width: int, indent: str) -> str:
        return "\n".join(_broken(line, width, indent) for line in text.splitlines())


def _broken(line: str, width: int, indent: str) -> str:
    """Break a line; what follows the first column of a table stays in the second."""
    lead = _CELL.match(line)
    hanging = " " * len(lead[0]) if lead and len(lead[0]) <= width // 2 else _HANGING
    lines = textwrap.wrap(
        line,
        max(width, 20),
        initial_indent=indent,
        subsequent_indent=indent + hanging if line.startswith(" ") else indent,
        break_long_words=False,
        break_on_hyphens=False,
    )
    return "\n".join(lines)


class Parser(argparse.ArgumentParser):
    """A parser whose complaints are ours: one message, and what was probably meant."""

    def __init__(self, prog: str, usage: str, description: str, epilog: str = "") -> None:
        super().__init__(
            prog=prog,
            usage=usage,
            description=description,
            epilog=epilog,
            formatter_class=_Layout,
            allow_abbrev=False,
            add_help=False,
        )
        self.add_argument("-h", "--help", action="help", help="show this and exit")

    def error(self, message: str) -> NoReturn:
        """Complain.

        Raises:
            UsageError: always.
        """
        message = message.removeprefix("argument ")
        if len(message) > _LONGEST:  # somebody gave a file's content for a name
            message = f"{message[: _LONGEST // 2]} … {message[-_LONGEST // 4 :]}"
        raise UsageError(f"{message}.", remedy=f"See `{self.prog} --help`.")

    def once(self, argv: Sequence[str]) -> None:
        """Refuse a flag that is given twice and counts once: which value is meant is not known.

        Raises:
            UsageError: there is one.
        """
        seen: set[str] = set()
        for word in argv:
            action = self._option_string_actions.get(word.partition("=")[0])
            if action is None or action.nargs == 0 or isinstance(action, argparse._AppendAction):
                continue
            if action.dest in seen:
                self.error(f"{action.option_strings[0]} is given twice")
            seen.add(action.dest)

    def flags(self) -> list[str]:
        """List every flag."""
        return [flag for action in self._actions for flag in action.option_strings]


def parsed(parser: Parser, argv: Sequence[str], positional: str = "") -> argparse.Namespace:
    """Read words by a parser; flags may stand anywhere among them.

    Args:
        parser: knows them.
        argv: the words.
        positional: what a word that is no flag stands for; nothing where there is none.

    Raises:
        UsageError: they are wrong.
    """
    parser.once(argv)
    # Flags may stand anywhere among the words.
    found, extra = parser.parse_known_intermixed_args(argv)
    flags = [word for word in extra if word.startswith("-")]
    if flags:
        name = flags[0].partition("=")[0]
        near = difflib.get_close_matches(name, parser.flags(), n=1, cutoff=0.7)
        remedy = f"Did you mean {near[0]}?" if near else f"See `{parser.prog} --help`."
        raise UsageError(f"there is no flag {name}.", remedy=remedy)
    if extra:
        parser.error(f"what is {extra[0]!r} for? One FILE is enough" if positional else extra[0])
    return found
