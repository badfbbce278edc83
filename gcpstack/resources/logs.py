"""Log sinks."""

import re
from collections.abc import Iterator, Sequence
from typing import Annotated, ClassVar, Self

from gcpstack._core.facets import Facet, block, identity, required, scope, spec
from gcpstack._core.refs import compose
from gcpstack._core.resource import As, Resource, Scope, resource
from gcpstack.resources import _checks as checks
from gcpstack.resources import kinds
from gcpstack.resources._base import Declaration, Part
from gcpstack.resources._checks import SINK, Finding, NameRule
from gcpstack.resources._types import Of, Ref, Text

_LONGEST_FILTER = 20_000
_MOST_EXCLUSIONS = 50
_DESTINATION = (
    r"bigquery\.googleapis\.com/projects/[^/]+/datasets/[^/]+"
    r"|storage\.googleapis\.com/[^/]+"
    r"|pubsub\.googleapis\.com/projects/[^/]+/topics/[^/]+"
    r"|logging\.googleapis\.com/projects/[^/]+(/locations/[^/]+/buckets/[^/]+)?"
)


def _destination(value: object) -> object:
    """Name a destination as sinks do: the service, then the object."""
    if not isinstance(value, Resource):
        return value
    form = "name" if value.KIND is kinds.BUCKET else "path"
    return compose(f"{value.KIND.api}/{{it}}", it=As(value, form))


#: https://cloud.google.com/logging/docs/view/logging-query-language#sample
_SAMPLE = re.compile(r"\bsample\(([^()]*)\)")
_QUOTED = re.compile(r'"(?:\\.|[^"\\])*"', re.DOTALL)


def sampled(filter: str, keep: float) -> str:  # noqa: A002 # Google's name
    """Write a filter of what is left out where a share of what matches is kept."""
    return f"({filter}) AND sample(insertId, {1 - keep:.10g})"


def filter_findings(field: str, value: object) -> Iterator[Finding]:
    """Check a filter of log entries.

    https://cloud.google.com/logging/docs/view/logging-query-language,
    https://cloud.google.com/logging/quotas
    """
    if not isinstance(value, str):
        return
    if not value.strip():
        yield Finding(field, "is empty: it would match every entry")
    yield from checks.longest(field, value, _LONGEST_FILTER)
    plain = _QUOTED.sub("", value)
    if plain.count('"'):
        yield Finding(field, "has a quote that does not end")
    elif plain.count("(") != plain.count(")"):
        yield Finding(field, "has a parenthesis that does not end")
    for found in _SAMPLE.finditer(plain):
        name, comma, share = (part.strip() for part in found[1].partition(","))
        if not name or not comma or not _share(share):
            yield Finding(
                field,
                f"{found[0]!r} samples nothing: it takes a field and a share from 0 to 1",
                "Write sample(insertId, 0.9) to match nine in ten.",
            )


def _share(text: str) -> bool:
    return bool(re.fullmatch(r"[01]?\.\d+|0|1|1\.0*|0\.", text)) and 0 <= float(text) <= 1


@block
class LogExclusion(Part):
    """Entries that a sink leaves out.

    Attributes:
        name: its name, unique in the sink.
        filter: which entries; ``sample(insertId, 0.9)`` leaves out nine in ten.
        description: a note.
        disabled: whether it is off.
    """

    name: str = required()
    filter: Text = required(like="text")
    description: Text | None = spec()
    disabled: bool | None = spec()

    @classmethod
    def sampled(cls, name: str, filter: str, *, keep: float) -> Self:  # noqa: A002 # Google's name
        """Keep a share of the entries that match, such as 0.1 of them."""
        return cls(name=name, filter=sampled(filter, keep))

    def findings(self) -> Iterator[Finding]:
        """Check the name and the filter.

        https://cloud.google.com/logging/docs/reference/v2/rest/v2/projects.sinks
        """
        yield from checks.name("name", self.name, SINK)
        yield from filter_findings("filter", self.filter)


@resource(kinds.PROJECT_SINK)
class LogSink(Declaration):
    """Sends log entries elsewhere.

    https://cloud.google.com/logging/docs/export/configure_export_v2. It writes as an identity of
    its own, the output ``writer_identity``, which needs a grant on the destination:
    ``BigQueryDatasetIamMember(dataset, role="roles/bigquery.dataEditor",
    member=sink.output("writer_identity"))``; `LogExport` is both. Every
    project has ``_Default``: it is changed, never made or deleted.

    Attributes:
        name: its name.
        destination: where entries go: a `BigQueryDataset`, a `Bucket`, or
            ``bigquery.googleapis.com/projects/P/datasets/D``, ``storage.googleapis.com/B``,
            ``pubsub.googleapis.com/projects/P/topics/T`` or ``logging.googleapis.com/projects/P``.
        project: its project; the stack's if not given.
        filter: which entries, 20000 characters at most; all if not given.
        exclusions: which of them not, 50 at most.
        description: a note, 8000 characters at most.
        disabled: whether it is off.
        use_partitioned_tables: whether BigQuery tables are partitioned by day, instead of one
            table a day.
    """

    NAMES: ClassVar[NameRule | None] = NameRule(
        f"_Default|{SINK.pattern}", f"{SINK.words}, or _Default"
    )

    name: str = identity(kw_only=False)
    project: str | None = scope()
    destination: Annotated[
        Ref, Of(("bigquery.Dataset", "logging.BucketConfig", "pubsub.Topic", "storage.Bucket"))
    ] = required(encode=_destination)
    filter: Text | None = spec(like="text")
    exclusions: Sequence[LogExclusion] | None = spec(Facet.UNORDERED, key="name")
    description: Text | None = spec()
    disabled: bool | None = spec()
    use_partitioned_tables: bool | None = spec(wire="bigqueryOptions.usePartitionedTables")

    def findings(self, scope: Scope) -> Iterator[Finding]:
        """Check the destination, the filter and the exclusions.

        https://cloud.google.com/logging/quotas
        """
        yield from checks.pattern(
            "destination", self.destination, _DESTINATION, "a destination of a sink"
        )
        if self.filter:
            yield from filter_findings("filter", self.filter)
        yield from checks.longest("description", self.description or "", 8000)
        exclusions = self.exclusions or ()
        yield from checks.longest("exclusions", exclusions, _MOST_EXCLUSIONS, "exclusions")
        yield from checks.distinct("exclusions", [item.name for item in exclusions])
        if self.use_partitioned_tables is not None and not _to_bigquery(self.destination):
            yield Finding("use_partitioned_tables", "is for BigQuery destinations only")


def _to_bigquery(destination: object) -> bool:
    if isinstance(destination, Resource):
        return destination.KIND is kinds.DATASET
    return not isinstance(destination, str) or destination.startswith("bigquery.")
