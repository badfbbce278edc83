"""Log entries that a project does not keep."""

from collections.abc import Iterator
from typing import ClassVar, Self

from gcpstack._core.facets import identity, required, scope, spec
from gcpstack._core.resource import Scope, resource
from gcpstack.resources import _checks as checks
from gcpstack.resources import _kinds_monitoring as kinds
from gcpstack.resources._base import Declaration
from gcpstack.resources._checks import SINK, Finding, NameRule
from gcpstack.resources._types import Text
from gcpstack.resources.logs import filter_findings, sampled


@resource(kinds.LOG_EXCLUSION)
class ProjectLogExclusion(Declaration):
    """Entries that the project's own bucket ``_Default`` leaves out: they are not paid for.

    https://cloud.google.com/logging/docs/exclusions. Other sinks still send them on. A project has
    10 at most.

    Attributes:
        name: its name.
        filter: which entries; ``sample(insertId, 0.9)`` leaves out nine in ten.
        project: its project; the stack's if not given.
        description: a note.
        disabled: whether it is off.
    """

    NAMES: ClassVar[NameRule | None] = SINK

    name: str = identity(kw_only=False)
    project: str | None = scope()
    filter: Text = required(like="text")
    description: Text | None = spec()
    disabled: bool | None = spec()

    @classmethod
    def sampled(cls, name: str, filter: str, *, keep: float) -> Self:  # noqa: A002 # Google's name
        """Keep a share of the entries that match, such as 0.1 of them."""
        return cls(name, filter=sampled(filter, keep))

    def findings(self, scope: Scope) -> Iterator[Finding]:
        """Check the filter and the description (https://cloud.google.com/logging/quotas)."""
        yield from filter_findings("filter", self.filter)
        yield from checks.longest("description", self.description or "", 8000)
