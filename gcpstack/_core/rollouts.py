"""The port through which the engine divides traffic."""

from collections.abc import Mapping, Sequence
from typing import Protocol, runtime_checkable

from gcpstack._core.json import Body
from gcpstack._core.ports import Edit, Step, Target
from gcpstack._core.traffic import Figures, Revision, Share


@runtime_checkable
class Stages(Protocol):
    """A further port of an adapter: how a change reaches users in stages.

    However traffic is divided, tags that others have put on revisions keep their addresses.
    """

    def stage(self, edit: Edit, shares: Sequence[Share]) -> Step:
        """Make the change with the traffic divided so; the newest revision is named ``""``."""

    def divide(self, target: Target, live: Body, shares: Sequence[Share] | None) -> Step:
        """Divide the traffic; None gives all to the newest revision, now and later."""

    def knock(self, live: Body, tag: str, path: str) -> str:
        """Ask a revision at the address of its tag; tell what is wrong, nothing if it answers well."""

    def figures(
        self, target: Target, revisions: Sequence[str], seconds: float
    ) -> Mapping[str, Figures]:
        """Return how revisions did over the last seconds."""

    def revisions(self, target: Target) -> Sequence[Revision]:
        """List the revisions, the newest first."""

    def drop(self, target: Target, revision: str) -> Step:
        """Delete a revision."""
