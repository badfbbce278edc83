"""BigQuery datasets."""

import dataclasses
from collections.abc import Iterator
from typing import ClassVar, Literal, Self

from gcpstack._core.facets import Facet, identity, scope, spec
from gcpstack._core.resource import Scope, resource
from gcpstack.resources import _checks as checks
from gcpstack.resources import _encode as encode
from gcpstack.resources import kinds
from gcpstack.resources._base import Declaration
from gcpstack.resources._checks import DATASET, Finding, NameRule
from gcpstack.resources._regions import DATASET_LOCATIONS
from gcpstack.resources._types import KeyRef, Labels, Seconds, Text

_FIXED = Facet.IMMUTABLE
_HOUR = 3600
_TEN_THOUSAND_YEARS = 315_576_000_000
_TRAVEL = range(48, 169, 24)


def _milliseconds(value: object) -> object:
    found = encode.whole_seconds(value)
    return str(found * 1000) if isinstance(found, int) else found


@resource(kinds.DATASET)
class BigQueryDataset(Declaration):
    """A BigQuery dataset. It holds data: never deleted or replaced without a consent.

    https://cloud.google.com/bigquery/docs/reference/rest/v2/datasets. Who may read and write it is
    declared by `BigQueryDatasetIamMember`.

    Outputs: ``id``, ``self_link``.

    Attributes:
        name: its id: letters, digits and underscores.
        project: its project; the stack's if not given.
        location: where it is kept: a region, ``US`` or ``EU``; the stack's region if not given.
            Can't change.
        friendly_name: what people see.
        description: a note.
        default_table_expiration: how long new tables live, an hour at least.
        default_partition_expiration: how long new partitions live.
        max_time_travel_hours: how far back a table can be read: 48, 72, 96, 120, 144 or 168 hours.
        labels: labels.
        kms_key_name: the KMS key of new tables.
        is_case_insensitive: whether names of tables ignore case.
        default_collation: ``und:ci`` compares text without case.
        default_rounding_mode: how numbers are rounded.
        storage_billing_model: LOGICAL or PHYSICAL bytes are billed.
        resource_tags: tags, by namespaced key.
        external_source: a source outside, such as an AWS Glue database. Can't change.
        external_connection: the connection to it. Can't change.
        catalog_parameters: parameters of an open-source catalog.
        catalog_storage_uri: where its tables are kept by default.
    """

    NAMES: ClassVar[NameRule | None] = DATASET

    name: str = identity(kw_only=False)
    project: str | None = scope()
    location: str | None = spec(_FIXED, like="caseless")
    friendly_name: Text | None = spec()
    description: Text | None = spec()
    default_table_expiration: Seconds | None = spec(
        wire="defaultTableExpirationMs", encode=_milliseconds
    )
    default_partition_expiration: Seconds | None = spec(
        wire="defaultPartitionExpirationMs", encode=_milliseconds
    )
    max_time_travel_hours: int | None = spec(encode=encode.text)
    labels: Labels | None = spec()
    kms_key_name: KeyRef | None = spec(wire="defaultEncryptionConfiguration.kmsKeyName")
    is_case_insensitive: bool | None = spec()
    default_collation: Literal["und:ci", ""] | None = spec()
    default_rounding_mode: Literal["ROUND_HALF_AWAY_FROM_ZERO", "ROUND_HALF_EVEN"] | None = spec()
    storage_billing_model: Literal["LOGICAL", "PHYSICAL"] | None = spec()
    resource_tags: Labels | None = spec()
    external_source: Text | None = spec(_FIXED, wire="externalDatasetReference.externalSource")
    external_connection: Text | None = spec(_FIXED, wire="externalDatasetReference.connection")
    catalog_parameters: Labels | None = spec(wire="externalCatalogDatasetOptions.parameters")
    catalog_storage_uri: Text | None = spec(
        wire="externalCatalogDatasetOptions.defaultStorageLocationUri"
    )

    def bind(self, scope: Scope) -> Self:
        """Put it into the stack's region, where no place is given."""
        bound = super().bind(scope)
        return bound if bound.location else dataclasses.replace(bound, location=scope.region)

    def findings(self, scope: Scope) -> Iterator[Finding]:
        """Check the place and the times.

        https://cloud.google.com/bigquery/docs/time-travel
        """
        location = self.location or scope.region
        yield from checks.region("location", location, DATASET_LOCATIONS)
        for field in ("default_table_expiration", "default_partition_expiration"):
            value = getattr(self, field)
            if value is not None:
                yield from checks.duration(field, value, _HOUR, _TEN_THOUSAND_YEARS)
        hours = self.max_time_travel_hours
        if hours is not None and hours not in _TRAVEL:
            yield Finding(
                "max_time_travel_hours", f"{hours} is not one of {', '.join(map(str, _TRAVEL))}"
            )
        if (self.external_source is None) != (self.external_connection is None):
            yield Finding("", "external_source and external_connection go together")
