"""What stands in recordings of Google's answers in the place of values that differ from run to run.

A replayed request carries these stand-ins. They can't be mistaken for values of a live client: an
etag here is never ``abcdef0123A=``, and no resource of Google's is named ``${networkID}``.
"""

import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from gcpstack.emulator.core.store import State

ETAGS = ("abcdef0123A=", "abcdef0123A")
PLACEHOLDER = re.compile(r"\$\{[A-Za-z][\w.-]*\}")


def _alphabet(tag: Any) -> Any:
    """A base64 tag in one of its two alphabets: clients that decode it may send the other."""
    return tag.replace("+", "-").replace("/", "_") if isinstance(tag, str) else tag


def same_version(sent: Any, current: Any) -> bool:
    """Whether an etag or fingerprint that a client sent is the current one."""
    return _alphabet(sent) == _alphabet(current) or sent in ETAGS


def plain(name: str) -> str:
    """A name as name rules see it: a placeholder stands for a short valid name."""
    return PLACEHOLDER.sub("x0", name) if "${" in name else name


def is_placeholder(name: str) -> bool:
    """Whether a name is only a placeholder, under which several resources may have been recorded."""
    return PLACEHOLDER.fullmatch(name) is not None


def another(state: "State", service: str, name: str) -> str:
    """A name for one more resource that was recorded under a placeholder which is taken already."""
    if not is_placeholder(name.rpartition("/")[2]):
        return name
    tried, number = name, 1
    while state.get(service, tried):
        number += 1
        tried = f"{name}~{number}"
    return tried


def stand_in(state: "State", service: str, name: str, *, unused: bool = False) -> str:
    """The resource a placeholder may stand for: the newest made under it, or else beside it.

    Args:
        state: where the resources are.
        service: of the resource.
        name: as the request says it.
        unused: one that no other uses goes first, as what is deleted isn't in use.
    """
    collection, _, last = name.rpartition("/")
    if not is_placeholder(last):
        return name
    made = [
        obj
        for obj in state.page(service, collection)
        if "created" in obj.meta and not obj.id.startswith("default")
    ]
    found = [obj for obj in made if obj.id.partition("~")[0] == last] or made
    if unused:
        found = [obj for obj in found if not state.users(service, obj.name)] or found
    return max(found, key=lambda obj: obj.meta["created"]).name if found else name
