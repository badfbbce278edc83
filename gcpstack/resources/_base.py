"""What all declarations and their blocks share: checks before anything is touched."""

import dataclasses
from collections.abc import Iterator
from typing import ClassVar

from gcpstack._core.facets import Block, block
from gcpstack._core.resource import Resource, Scope
from gcpstack.exceptions import Problem
from gcpstack.resources import _checks as checks
from gcpstack.resources._checks import NameRule
from gcpstack.resources._typecheck import Finding, bare_names, blocks, mistyped


@block
class Part(Block):
    """A nested part of a declaration that knows its own rules."""

    def findings(self) -> Iterator[Finding]:
        """Find what is wrong within this part; its types are right already."""
        return iter(())


@dataclasses.dataclass(frozen=True, kw_only=True, eq=False)
class Declaration(Resource):
    """A declaration that checks itself.

    The types come first, since no other check could rely on anything without them; then the name,
    the location and the labels, then the rules of every part, then those of the kind.
    """

    #: The rule of its name; None where Google chooses the name.
    NAMES: ClassVar[NameRule | None] = None
    #: Its fields that hold labels.
    LABELS: ClassVar[tuple[str, ...]] = ("labels",)
    #: Places that it can be in beside the regions, in lower case.
    PLACES: ClassVar[frozenset[str]] = frozenset()

    def problems(self, scope: Scope) -> Iterator[Problem]:
        """Check everything that can be known before anything is touched."""
        found = list(mistyped(self)) or list(self._all_findings(scope))
        place = self._place(scope) if found else ""
        for field, message, remedy in found:
            yield Problem(f"{place}: {field}" if field else place, f"{message}.", remedy)

    def findings(self, scope: Scope) -> Iterator[Finding]:
        """Find what is wrong with the kind's own fields; kinds override it."""
        return iter(())

    def _all_findings(self, scope: Scope) -> Iterator[Finding]:
        yield from self._timeout_findings()
        yield from self._identity_findings(scope)
        for field in self.LABELS:
            yield from checks.labels(field, getattr(self, field, None))
        yield from bare_names(self)
        for place, part in blocks(self):
            yield from bare_names(part, place)
            if isinstance(part, Part):
                yield from (finding.under(place) for finding in part.findings())
        yield from self.findings(scope)

    def _identity_findings(self, scope: Scope) -> Iterator[Finding]:
        names = {item.name for item in dataclasses.fields(self)}
        if self.NAMES is not None and "name" in names:
            yield from checks.name("name", getattr(self, "name", None), self.NAMES)
        for field in ("region", "location"):
            if field in self.KIND.template.variables:
                value = getattr(self, field) or getattr(self.located(scope), field)
                yield from checks.region(field, value, self.PLACES)
        yield from checks.project("project", getattr(self, "project", None))

    def _timeout_findings(self) -> Iterator[Finding]:
        for verb, message, remedy in self.timeouts.problems() if self.timeouts else ():
            yield Finding(f"timeouts.{verb}", message, remedy)

    def _place(self, scope: Scope) -> str:
        try:
            return str(self.address_in(scope))
        except (AttributeError, TypeError, ValueError):
            # A mistyped part of the identity may not be readable at all.
            return f"{self.KIND.name}/{getattr(self, 'name', '?')}"
