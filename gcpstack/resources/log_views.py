"""What people see of a log bucket: views of it, and a dataset to query it by SQL."""

from collections.abc import Iterator
from typing import ClassVar, Self

from gcpstack._core.facets import Facet, identity, scope, spec
from gcpstack._core.resource import Scope, resource
from gcpstack.resources import _checks as checks
from gcpstack.resources import _kinds_monitoring as kinds
from gcpstack.resources._base import Declaration
from gcpstack.resources._checks import Finding, NameRule
from gcpstack.resources._types import LogBucketRef, Text
from gcpstack.resources.grants import beside
from gcpstack.resources.log_buckets import LogBucket
from gcpstack.resources.logs import filter_findings

_LONGEST_TEXT = 8000

#: https://cloud.google.com/logging/docs/reference/v2/rest/v2/projects.locations.buckets.views/create
_VIEW = NameRule(r"[A-Za-z0-9_-]{1,100}", "1 to 100 letters, digits, underscores and hyphens")
#: https://cloud.google.com/logging/docs/reference/v2/rest/v2/projects.locations.buckets.links
_LINK = NameRule(r"[A-Za-z0-9_]{1,100}", "1 to 100 letters, digits and underscores")


@resource(kinds.LOG_VIEW)
class LogView(Declaration):
    """A part of a log bucket that people may be allowed to read.

    https://cloud.google.com/logging/docs/logs-views

    Outputs: ``name``.

    Attributes:
        name: its name.
        bucket: the log bucket: its declaration or its name.
        location: the bucket's place; that of the declared bucket, or ``global``, if not given.
        project: its project; the stack's if not given.
        filter: which entries: terms of ``SOURCE(…)``, ``LOG_ID(…)`` and ``resource.type``, joined by
            AND; all if not given.
        description: a note.
    """

    NAMES: ClassVar[NameRule | None] = _VIEW
    PLACES: ClassVar[frozenset[str]] = LogBucket.PLACES

    name: str = identity(kw_only=False)
    bucket: LogBucketRef = identity()
    location: str | None = scope()
    project: str | None = scope()
    filter: Text | None = spec(like="text")
    description: Text | None = spec()

    def located(self, scope: Scope) -> Self:
        """Stand where the bucket stands."""
        return beside(self, _placed(self.bucket), "location", scope)

    def findings(self, scope: Scope) -> Iterator[Finding]:
        """Check the filter (https://cloud.google.com/logging/docs/logs-views#view-filter)."""
        if self.filter is not None:
            yield from filter_findings("filter", self.filter)
        if isinstance(self.filter, str) and " OR " in self.filter:
            yield Finding("filter", "holds OR: views join their terms by AND only")
        yield from checks.longest("description", self.description or "", _LONGEST_TEXT)


@resource(kinds.LINKED_DATASET)
class LinkedLogDataset(Declaration):
    """A BigQuery dataset through which a log bucket is queried by SQL.

    https://cloud.google.com/logging/docs/analyze/query-linked-dataset. The bucket needs
    ``analytics_enabled=True``; the dataset goes when the link goes, the logs stay.

    Outputs: ``name``, ``dataset``.

    Attributes:
        name: the id of the link and of the dataset.
        bucket: the log bucket: its declaration or its name.
        location: the bucket's place; that of the declared bucket, or ``global``, if not given.
        project: its project; the stack's if not given.
        description: a note. Can't change.
    """

    NAMES: ClassVar[NameRule | None] = _LINK
    PLACES: ClassVar[frozenset[str]] = LogBucket.PLACES

    name: str = identity(kw_only=False)
    bucket: LogBucketRef = identity()
    location: str | None = scope()
    project: str | None = scope()
    description: Text | None = spec(Facet.IMMUTABLE)

    def located(self, scope: Scope) -> Self:
        """Stand where the bucket stands."""
        return beside(self, _placed(self.bucket), "location", scope)

    def findings(self, scope: Scope) -> Iterator[Finding]:
        """Check that the bucket can be queried.

        https://cloud.google.com/logging/docs/buckets#upgrade-bucket
        """
        bucket = self.bucket
        if isinstance(bucket, LogBucket) and not bucket.analytics_enabled:
            yield Finding(
                "bucket",
                f"{bucket.name} has no Log Analytics, without which nothing can be linked",
                "Declare it with analytics_enabled=True.",
            )
        yield from checks.longest("description", self.description or "", _LONGEST_TEXT)


def _placed(bucket: object) -> object:
    """Give a bucket that is only named the place that buckets have by default."""
    return bucket if isinstance(bucket, LogBucket) else LogBucket("_Default")
