"""Log buckets."""

from collections.abc import Iterator, Sequence
from typing import ClassVar, Literal

from gcpstack._core.facets import Facet, block, identity, required, scope, spec
from gcpstack._core.resource import Scope, resource
from gcpstack.resources import _checks as checks
from gcpstack.resources import _kinds_data as kinds
from gcpstack.resources._base import Declaration, Part
from gcpstack.resources._checks import Finding, NameRule
from gcpstack.resources._types import KeyRef, Text

_LONGEST = 3650
_MOST_INDEXES = 20

#: https://cloud.google.com/logging/docs/reference/v2/rest/v2/projects.locations.buckets/create
_NAMES = NameRule(
    r"_Default|_Required|[A-Za-z0-9][A-Za-z0-9_.-]{0,99}",
    "1 to 100 letters, digits, hyphens, underscores and dots, a letter or digit first, or _Default",
)


@block
class LogIndex(Part):
    """An indexed field of log entries: https://cloud.google.com/logging/docs/analyze/custom-index.

    Attributes:
        field_path: the field, such as ``jsonPayload.request.status``.
        type: INDEX_TYPE_STRING or INDEX_TYPE_INTEGER.
    """

    field_path: str = required()
    type: Literal["INDEX_TYPE_STRING", "INDEX_TYPE_INTEGER"] = required()


@resource(kinds.LOG_BUCKET)
class LogBucket(Declaration):
    """Where Cloud Logging keeps entries, and for how long.

    https://cloud.google.com/logging/docs/reference/v2/rest/v2/projects.locations.buckets. Every
    project has ``_Default``: it is changed, never made or deleted. Any other, once deleted, keeps its
    name for seven days; declared again within them, it is brought back.

    Outputs: ``name``, ``lifecycle_state``.

    Attributes:
        name: its name.
        location: ``global``, a region, ``us`` or ``eu``.
        project: its project; the stack's if not given.
        description: a note.
        retention_days: how long entries are kept, 1 to 3650 days; 30 is Google's default.
        locked: whether nothing can be changed or deleted any more. Can't be undone.
        analytics_enabled: whether entries can be queried by SQL. Can't be undone.
        kms_key_name: the KMS key that encrypts it. Can't be taken away.
        index_configs: indexed fields, 20 at most.
        restricted_fields: fields that only some may read.
    """

    NAMES: ClassVar[NameRule | None] = _NAMES
    PLACES: ClassVar[frozenset[str]] = frozenset({"eu", "global", "us"})

    name: str = identity(kw_only=False)
    location: str = spec(Facet.IDENTITY, default="global")
    project: str | None = scope()
    description: Text | None = spec()
    retention_days: int | None = spec()
    locked: bool | None = spec()
    analytics_enabled: bool | None = spec()
    kms_key_name: KeyRef | None = spec(wire="cmekSettings.kmsKeyName")
    index_configs: Sequence[LogIndex] | None = spec(Facet.UNORDERED, key="fieldPath")
    restricted_fields: Sequence[str] | None = spec(Facet.UNORDERED)

    def findings(self, scope: Scope) -> Iterator[Finding]:
        """Check the retention (https://cloud.google.com/logging/quotas) and the indexes."""
        yield from checks.within("retention_days", self.retention_days, 1, _LONGEST, "days")
        if self.name == "_Required":
            yield Finding("name", "'_Required' can't be changed: it keeps audit logs for 400 days")
        indexes = self.index_configs or ()
        yield from checks.longest("index_configs", indexes, _MOST_INDEXES, "indexes")
        yield from checks.distinct("index_configs", [index.field_path for index in indexes])
