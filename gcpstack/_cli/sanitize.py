"""Text that others wrote, made safe for a terminal. The standard library only.

Names, messages and log entries come from Google, from files and from the command line. A terminal
obeys some characters instead of showing them: escapes recolour, retitle or answer, direction marks
swap what stands around them (https://trojansource.codes). Each becomes one that only shows that it
was there, so that lengths stay.
"""

import re
from collections.abc import Mapping

#: Line feed and tab lay out text; every other control of C0 and C1, the marks that change direction
#: (https://www.unicode.org/reports/tr9/#Directional_Formatting_Characters), the separators of lines
#: and halves of surrogate pairs do more than that.
_OBEYED = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff\ud800-\udfff]"
)
_PICTURES = 0x2400
_UNKNOWN = "\ufffd"
_SHOWN: Mapping[str, str] = {
    **{chr(code): chr(_PICTURES + code) for code in range(0x20)},
    "\x7f": "\u2421",
}


def sanitized(text: str) -> str:
    """Replace what a terminal would obey by pictures of it, one for one."""
    return _OBEYED.sub(lambda found: _SHOWN.get(found[0], _UNKNOWN), text)


def escaped(text: str) -> str:
    """Write such characters of a JSON text as JSON may: its value stays the same."""
    return _OBEYED.sub(lambda found: f"\\u{ord(found[0]):04x}", text)
