"""Metrics that are counted from logs."""

import dataclasses
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import ClassVar, Literal, Self

from gcpstack._core.facets import Facet, block, identity, required, scope, spec
from gcpstack._core.json import Body
from gcpstack._core.resource import Scope, resource
from gcpstack.resources import _checks as checks
from gcpstack.resources import _kinds_monitoring as kinds
from gcpstack.resources._base import Declaration, Part
from gcpstack.resources._checks import Finding, NameRule
from gcpstack.resources._types import LogBucketRef, Text
from gcpstack.resources.logs import filter_findings

_MOST_LABELS = 10
_LONGEST_TEXT = 8000
_EXTRACTOR = re.compile(
    r'\s*(?:EXTRACT\(\s*[^,()]+\s*\)|REGEXP_EXTRACT\(\s*[^,()]+,\s*(?P<regex>"(?:\\.|[^"\\])*"|'
    r"'(?:\\.|[^'\\])*')\s*\))\s*",
    re.DOTALL,
)

#: https://cloud.google.com/logging/docs/reference/v2/rest/v2/projects.metrics; a slash, which Google
#: also takes, would make the name of one metric the folder of another.
_NAMES = NameRule(
    r"[A-Za-z0-9_.,+!*'()-]{1,100}", "1 to 100 letters, digits and any of _ - . , + ! * ' ( )"
)


@block
class MetricLabel(Part):
    """A label of a metric.

    Attributes:
        key: its name.
        value_type: STRING (Google's default), INT64 or BOOL. Can't change.
        description: a note.
    """

    key: str = required(Facet.IMMUTABLE)
    value_type: Literal["STRING", "INT64", "BOOL"] | None = spec(Facet.IMMUTABLE, like="or_string")
    description: Text | None = spec()

    def findings(self) -> Iterator[Finding]:
        """Check the key (https://cloud.google.com/logging/docs/logs-based-metrics/labels)."""
        yield from checks.pattern("key", self.key, r"[A-Za-z][A-Za-z0-9_]{0,99}", "a label")


@block
class LinearBuckets(Part):
    """Buckets of one width.

    Attributes:
        num_finite_buckets: how many.
        width: how wide.
        offset: where the first begins.
    """

    num_finite_buckets: int = required()
    width: float = required()
    offset: float = spec(default=0.0)

    def findings(self) -> Iterator[Finding]:
        """Check the number and the width.

        https://cloud.google.com/logging/docs/reference/v2/rest/v2/projects.metrics#BucketOptions
        """
        yield from checks.within("num_finite_buckets", self.num_finite_buckets, 1, 200)
        if self.width <= 0:
            yield Finding("width", f"{self.width:g} is not above 0")


@block
class ExponentialBuckets(Part):
    """Buckets that grow.

    Attributes:
        num_finite_buckets: how many.
        growth_factor: how many times as wide as the one before each is.
        scale: where the first begins.
    """

    num_finite_buckets: int = required()
    growth_factor: float = required()
    scale: float = required()

    def findings(self) -> Iterator[Finding]:
        """Check the number, and that they grow.

        https://cloud.google.com/logging/docs/reference/v2/rest/v2/projects.metrics#BucketOptions
        """
        yield from checks.within("num_finite_buckets", self.num_finite_buckets, 1, 200)
        if self.growth_factor <= 1:
            yield Finding("growth_factor", f"{self.growth_factor:g} is not above 1")
        if self.scale <= 0:
            yield Finding("scale", f"{self.scale:g} is not above 0")


_BUCKETS = ("linear_buckets", "exponential_buckets", "bucket_bounds")


@resource(kinds.LOG_METRIC)
class LogMetric(Declaration):
    r"""A metric that Cloud Monitoring has of log entries: how many match, or how a value spreads.

    https://cloud.google.com/logging/docs/logs-based-metrics. Alert policies and charts name it by
    its output ``type``, which is known before it is made.

    Outputs: ``type`` (known at plan time): ``logging.googleapis.com/user/NAME``.

    Attributes:
        name: its name.
        filter: which entries, 20000 characters at most.
        project: its project; the stack's if not given.
        description: a note, 8000 characters at most.
        display_name: what people see.
        unit: the unit of its values, such as ``ms`` or ``By``; ``1`` is Google's default.
        value_extractor: what is measured: ``EXTRACT(jsonPayload.latency)``, or
            ``REGEXP_EXTRACT(textPayload, "took (\d+)")`` with one group; entries are counted if
            not given.
        value_type: INT64 counts, DISTRIBUTION spreads; follows from the extractor. Can't change.
        label_extractors: what each label is taken from, by the label's key.
        labels: what the labels are, where that is more than text; follows from the extractors.
        linear_buckets: the buckets of a spread, of one width;
        exponential_buckets: or growing;
        bucket_bounds: or told one by one.
        bucket: the log bucket that is looked at; all logs of the project if not given.
        disabled: whether it is off.
    """

    NAMES: ClassVar[NameRule | None] = _NAMES
    LABELS: ClassVar[tuple[str, ...]] = ()

    name: str = identity(kw_only=False)
    project: str | None = scope()
    filter: Text = required(like="text")
    description: Text | None = spec()
    display_name: Text | None = spec(wire="metricDescriptor.displayName")
    unit: str | None = spec(wire="metricDescriptor.unit")
    value_extractor: Text | None = spec()
    value_type: Literal["INT64", "DISTRIBUTION"] | None = spec(
        Facet.IMMUTABLE, wire="metricDescriptor.valueType"
    )
    label_extractors: Mapping[str, Text] | None = spec()
    labels: Sequence[MetricLabel] | None = spec(
        Facet.UNORDERED, wire="metricDescriptor.labels", key="key"
    )
    linear_buckets: LinearBuckets | None = spec(wire="bucketOptions.linearBuckets")
    exponential_buckets: ExponentialBuckets | None = spec(wire="bucketOptions.exponentialBuckets")
    bucket_bounds: Sequence[float] | None = spec(wire="bucketOptions.explicitBuckets.bounds")
    bucket: LogBucketRef | None = spec(wire="bucketName", like="link")
    disabled: bool | None = spec()

    def fixed(self, scope: Scope) -> Body:
        """Say what is measured: each entry, or a value of it."""
        kind = "INT64" if self.value_extractor is None else "DISTRIBUTION"
        return {"metricDescriptor": {"metricKind": "DELTA", "valueType": kind}}

    def bind(self, scope: Scope) -> Self:
        """Give every extractor its label."""
        bound = super().bind(scope)
        if bound.labels is not None or bound.label_extractors is None:
            return bound
        labels = [MetricLabel(key=key) for key in bound.label_extractors]
        return dataclasses.replace(bound, labels=labels)

    def findings(self, scope: Scope) -> Iterator[Finding]:
        """Check the filter, what is extracted, and the buckets.

        https://cloud.google.com/logging/docs/logs-based-metrics/distribution-metrics,
        https://cloud.google.com/logging/quotas
        """
        yield from filter_findings("filter", self.filter)
        yield from checks.longest("description", self.description or "", _LONGEST_TEXT)
        if self.value_extractor is None:
            for field in _BUCKETS:
                if getattr(self, field) is not None:
                    yield Finding(field, "goes with value_extractor only")
        else:
            yield from _extractor("value_extractor", self.value_extractor)
        if self.value_type is not None and (self.value_type == "DISTRIBUTION") != (
            self.value_extractor is not None
        ):
            need = "needs" if self.value_type == "DISTRIBUTION" else "excludes"
            yield Finding("value_type", f"{self.value_type} {need} value_extractor")
        yield from checks.at_most_one(self, *_BUCKETS)
        yield from self._bound_findings()
        yield from self._label_findings()

    def _bound_findings(self) -> Iterator[Finding]:
        bounds = self.bucket_bounds
        if bounds is not None and not bounds:
            yield Finding("bucket_bounds", "is empty")
        for index in range(1, len(bounds or ())):
            if bounds and bounds[index] <= bounds[index - 1]:
                yield Finding(f"bucket_bounds[{index}]", "is not above the one before")
                return

    def _label_findings(self) -> Iterator[Finding]:
        extractors = self.label_extractors or {}
        yield from checks.longest("label_extractors", list(extractors), _MOST_LABELS, "labels")
        for key, text in extractors.items():
            yield from _extractor(f"label_extractors[{key!r}]", text)
        if self.labels is None:
            return
        keys = [label.key for label in self.labels]
        yield from checks.distinct("labels", keys)
        for key in sorted(set(keys) ^ set(extractors)):
            if key in extractors:
                yield Finding(f"labels[{key!r}]", "is missing, but has an extractor")
            else:
                yield Finding(f"label_extractors[{key!r}]", "is missing, but is a label")


def _extractor(field: str, value: object) -> Iterator[Finding]:
    """Check an expression that takes a value out of an entry.

    https://cloud.google.com/logging/docs/reference/v2/rest/v2/projects.metrics: a regular expression
    has one group.
    """
    if not isinstance(value, str):
        return
    found = _EXTRACTOR.fullmatch(value)
    if found is None:
        yield Finding(
            field,
            f"{value!r} takes nothing out of an entry",
            'Write EXTRACT(jsonPayload.field), or REGEXP_EXTRACT(textPayload, "took (\\\\d+)").',
        )
    elif found["regex"]:
        try:
            groups = re.compile(found["regex"][1:-1].replace("\\\\", "\\")).groups
        except re.error as error:
            yield Finding(field, f"its regular expression can't be read: {error}")
        else:
            if groups != 1:
                yield Finding(field, f"its regular expression has {groups} groups, not one")
