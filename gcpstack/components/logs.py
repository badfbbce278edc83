"""Logs that are sent elsewhere, with the grant that they need there."""

import functools
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from gcpstack._core.component import Component
from gcpstack._core.resource import Output, Resource, Scope
from gcpstack.exceptions import Problem
from gcpstack.resources.access import TopicIamMember
from gcpstack.resources.buckets import Bucket
from gcpstack.resources.datasets import BigQueryDataset
from gcpstack.resources.grants import BigQueryDatasetIamMember, BucketIamMember
from gcpstack.resources.log_buckets import LogBucket
from gcpstack.resources.logs import LogExclusion, LogSink
from gcpstack.resources.pubsub import Topic

#: How the writer of a sink is allowed to write:
#: https://cloud.google.com/logging/docs/export/configure_export_v2#dest-auth.
_GRANTS: Mapping[type, Callable[[Resource, Output], Resource]] = {
    BigQueryDataset: lambda place, who: BigQueryDatasetIamMember(
        place, role="roles/bigquery.dataEditor", member=who
    ),
    Bucket: lambda place, who: BucketIamMember(
        place, role="roles/storage.objectCreator", member=who
    ),
    Topic: lambda place, who: TopicIamMember(place, role="roles/pubsub.publisher", member=who),
}


@dataclass(frozen=True, eq=False)
class LogExport(Component):
    """Sends log entries to a dataset, a bucket, a topic or a log bucket, with the grant to write there.

    Made of a `LogSink` and, where the destination asks for one, the grant of its writer. Tables in a
    dataset are partitioned by day, which is cheaper to query than one table a day.

    Attributes:
        name: the name of the sink.
        destination: where entries go: a `BigQueryDataset`, a `Bucket`, a `Topic` or a `LogBucket`.
        filter: which entries; all if not given.
        exclusions: which of them to leave out.
        keep: the share of those below ERROR that is kept, such as 0.1; all if not given.
        description: a note.
    """

    name: str
    destination: BigQueryDataset | Bucket | LogBucket | Topic
    filter: str | None = field(default=None, kw_only=True)
    exclusions: Sequence[LogExclusion] = field(default=(), kw_only=True)
    keep: float | None = field(default=None, kw_only=True)
    description: str | None = field(default=None, kw_only=True)

    @functools.cached_property
    def sink(self) -> LogSink:
        """The sink."""
        dropped = list(self.exclusions)
        if self.keep is not None:
            dropped.append(LogExclusion.sampled("sampled", "severity<ERROR", keep=self.keep))
        return LogSink(
            self.name,
            destination=self.destination,
            filter=self.filter,
            exclusions=dropped or None,
            description=self.description,
            use_partitioned_tables=isinstance(self.destination, BigQueryDataset) or None,
        )

    @functools.cached_property
    def grant(self) -> Resource | None:
        """The grant of its writer; None for a log bucket of the project, which needs none."""
        make = _GRANTS.get(type(self.destination))
        return make(self.destination, self.sink.output("writer_identity")) if make else None

    def expand(self, scope: Scope) -> Iterator[Resource]:
        """List the parts."""
        yield self.sink
        if self.grant is not None:
            yield self.grant

    def problems(self, scope: Scope) -> Iterator[Problem]:
        """Check the share that is kept: https://cloud.google.com/logging/docs/view/logging-query-language#sample."""
        if self.keep is not None and not 0 < self.keep < 1:
            yield Problem(
                f"LogExport/{self.name}: keep",
                f"{self.keep:g} is not a share between 0 and 1.",
                "Leave it out to keep all.",
            )
