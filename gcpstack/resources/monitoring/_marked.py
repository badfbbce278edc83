"""What resources share whose id Google chooses: a mark to find them again, and a display name."""

import dataclasses
from collections.abc import Iterator
from typing import ClassVar

from gcpstack._core.json import Body
from gcpstack._core.marks import NAME, STACK, slug
from gcpstack._core.resource import Scope
from gcpstack.resources import _checks as checks
from gcpstack.resources._base import Declaration
from gcpstack.resources._checks import Finding

_LONGEST_NAME = 512
_OURS = 2
_MOST_LABELS = 64


@dataclasses.dataclass(frozen=True, kw_only=True, eq=False)
class Marked(Declaration):
    """A resource that is found again by its labels, since Google chooses its id.

    Its name is its name in the stack; it is the display name too unless another is given.
    """

    LABELS: ClassVar[tuple[str, ...]] = ("user_labels",)

    def fixed(self, scope: Scope) -> Body:
        """Return the stack's mark, and a display name for those that give none.

        The name's mark is given by whoever makes the object: a successor's name is another.
        """
        name = str(getattr(self, "name", ""))
        return {"displayName": name, "userLabels": {STACK: slug(scope.stack)}}

    def findings(self, scope: Scope) -> Iterator[Finding]:
        """Check the name, and that the mark stays ours.

        https://cloud.google.com/monitoring/api/ref_v3/rest/v3/projects.alertPolicies
        """
        name = getattr(self, "name", "")
        if not name:
            yield Finding("name", "is empty")
        yield from checks.longest("name", name, _LONGEST_NAME)
        yield from checks.longest(
            "display_name", getattr(self, "display_name", None) or "", _LONGEST_NAME
        )
        labels = getattr(self, "user_labels", None) or {}
        for key in (STACK, NAME):
            if key in labels:
                yield Finding(f"user_labels[{key!r}]", "is the mark by which gcpstack finds it")
        yield from checks.longest(
            "user_labels", list(labels), _MOST_LABELS - _OURS, "labels beside the mark"
        )
