"""Where in the user's files a problem comes from: the line on which its resource was added."""

import dataclasses
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence

from gcpstack._core.component import Item, composite_problems, flatten
from gcpstack._core.resource import Encoder, Resource, Scope
from gcpstack._stack.component_types import mistakes
from gcpstack.exceptions import DeclarationError, Problem

#: What is declared in many places is told with the first few.
_MOST = 3


def with_lines(
    problems: Iterable[Problem], added: Sequence[tuple[Item, str]], scope: Scope
) -> list[Problem]:
    """Add to problems where what they are about was added to the stack, in that order.

    Args:
        problems: what is wrong.
        added: the items of the stack, each with its ``FILE:LINE``.
        scope: the stack's project and region.
    """
    lines: defaultdict[str, list[str]] = defaultdict(list)
    order: dict[str, int] = {}
    for item, line in added:
        order.setdefault(line, len(order))
        for subject in dict.fromkeys(_subjects(item, scope)):
            if line not in lines[subject]:
                lines[subject].append(line)
    found = [
        dataclasses.replace(one, line=", ".join(lines[_subject(one)][:_MOST])) for one in problems
    ]
    return sorted(found, key=lambda one: order.get(one.line.partition(", ")[0], -1))


def _subject(problem: Problem) -> str:
    """Return what a problem is about: its place without the field."""
    return problem.place.partition(": ")[0]


def _subjects(item: Item, scope: Scope) -> Iterator[str]:
    """List what a problem of an item, or of what it expands to, may be about."""
    wrong = mistakes(item, scope)
    if wrong:
        yield from map(_subject, wrong)
        return
    for problem in composite_problems([item], scope):
        yield _subject(problem)
    for resource in flatten([item], scope):
        yield from _named(resource, scope)


def _named(resource: Resource, scope: Scope) -> Iterator[str]:
    wrong = list(resource.located(scope).problems(scope))
    yield from map(_subject, wrong)
    if not wrong:  # else it may not be encodable
        try:
            yield str(Encoder(scope).declared(resource).address)
        except DeclarationError as error:
            yield from map(_subject, error.problems)
