"""What stands in recordings of Google's answers in the place of values that differ from run to run.

A replayed request carries these stand-ins. They can't be mistaken for values of a live client: an
etag here is never ``abcdef0123A=``, and no resource of Google's is named ``${networkID}``.
"""

import re
from typing import Any

ETAGS = ("abcdef0123A=", "abcdef0123A")
PLACEHOLDER = re.compile(r"\$\{[A-Za-z][\w.-]*\}")


def same_version(sent: Any, current: Any) -> bool:
    """Whether an etag or fingerprint that a client sent is the current one."""
    return sent == current or sent in ETAGS


def plain(name: str) -> str:
    """A name as name rules see it: a placeholder stands for a short valid name."""
    return PLACEHOLDER.sub("x0", name) if "${" in name else name


def is_placeholder(name: str) -> bool:
    """Whether a name is only a placeholder, under which several resources may have been recorded."""
    return PLACEHOLDER.fullmatch(name) is not None
