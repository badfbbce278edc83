"""What has to come back after a loss: how much may be lost, how long it may take."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from gcpstack._core.component import Component
from gcpstack._core.refs import Address
from gcpstack._core.resource import Declared, Resource, Scope
from gcpstack.components._protection import PROTECTIONS, Aim, missed
from gcpstack.exceptions import Problem
from gcpstack.resources import _checks as checks
from gcpstack.resources._types import Seconds


@dataclass(frozen=True, eq=False)
class Recovery(Component):
    """Checks data against a recovery point and a recovery time; it creates no object of its own.

    A plan reports declarations that can't meet them: data that is not backed up, or less often
    than the recovery point allows, or that can be deleted by mistake. ``status`` shows how old the
    newest backup is, and ``recover`` rehearses a restore.

    https://cloud.google.com/architecture/dr-scenarios-planning-guide

    Attributes:
        of: the data: Cloud SQL instances, Firestore databases, Redis instances, buckets.
        rpo: how much work may be lost, such as ``24h``.
        rto: how long it may take until everything is back, such as ``1h``.
        survives_region: whether that holds when a whole region is lost, too.
        delete_protection: whether Google has to refuse to delete what it can protect.
    """

    of: Sequence[Resource]
    rpo: Seconds = field(kw_only=True)
    rto: Seconds = field(kw_only=True)
    survives_region: bool = field(default=False, kw_only=True)
    delete_protection: bool = field(default=True, kw_only=True)

    @property
    def aim(self) -> Aim:
        """What has to be kept, in seconds."""
        return Aim(
            checks.seconds(self.rpo) or 0.0,
            checks.seconds(self.rto) or 0.0,
            survives_region=self.survives_region,
            delete_protection=self.delete_protection,
        )

    def expand(self, scope: Scope) -> Iterator[Resource]:
        """List the data: it is part of the stack."""
        yield from self.of

    def problems(self, scope: Scope) -> Iterator[Problem]:
        """Check the promise itself.

        https://cloud.google.com/architecture/dr-scenarios-planning-guide#basics_of_dr_planning
        """
        if not self.of:
            yield Problem("Recovery: of", "is empty.", "Name what has to come back.")
        for name in ("rpo", "rto"):
            found = checks.seconds(getattr(self, name))
            if not found:
                told = f"{getattr(self, name)!r} is not a span of time."
                yield Problem(f"Recovery: {name}", told, "Write it as '24h' or '15m'.")
        for index, item in enumerate(self.of):
            if item.KIND.name not in PROTECTIONS:
                known = ", ".join(sorted(PROTECTIONS))
                yield Problem(
                    f"Recovery: of[{index}]",
                    f"{item.address_in(scope)} is nothing that is backed up.",
                    f"These are: {known}.",
                )

    def stackwide(self, stack: Mapping[Address, Declared], scope: Scope) -> Iterator[Problem]:
        """Find what keeps the promise from being kept; each rule stands in `_protection`.

        https://cloud.google.com/architecture/dr-scenarios-for-data
        """
        for item in self.of:
            declared = stack.get(item.address_in(scope))
            if declared is None or declared.kind.name not in PROTECTIONS:
                continue
            for told, remedy in missed(declared, stack, self.aim):
                yield Problem(str(declared.address), told, remedy)
