"""Rollouts of one service in several regions follow one another.

A revision that does badly is found in the first region, and the others never see it.
"""

from collections.abc import Mapping
from dataclasses import replace

from gcpstack._core.refs import Address
from gcpstack._core.resource import Declared


def regions_in_sequence(declared: dict[Address, Declared]) -> None:
    """Let each region of a service wait for the one declared before it."""
    before: dict[tuple[str, str], Address] = {}
    for address, item in list(declared.items()):
        if item.strategy is None or "location" not in item.ids:
            continue
        key = (item.kind.name, item.ids["name"])
        earlier = before.get(key)
        if earlier is not None and not _needs(declared, earlier, address):
            declared[address] = replace(item, depends_on=item.depends_on | {earlier})
        before[key] = address


def _needs(declared: Mapping[Address, Declared], user: Address, used: Address) -> bool:
    """Return whether one resource needs another, itself or through others."""
    waiting, seen = [user], {user}
    while waiting:
        here = declared.get(waiting.pop())
        for need in here.depends_on if here is not None else ():
            if need == used:
                return True
            if need not in seen:
                seen.add(need)
                waiting.append(need)
    return False
