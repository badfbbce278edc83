"""Cloud Storage buckets."""

import dataclasses
from collections.abc import Iterator, Mapping, Sequence
from typing import ClassVar, Literal, Self

from gcpstack._core.facets import Facet, block, identity, required, scope, spec
from gcpstack._core.resource import Scope, resource
from gcpstack.resources import _checks as checks
from gcpstack.resources import _encode as encode
from gcpstack.resources import kinds
from gcpstack.resources._base import Declaration, Part
from gcpstack.resources._checks import BUCKET, Finding, NameRule
from gcpstack.resources._regions import BUCKET_LOCATIONS
from gcpstack.resources._types import BucketRef, KeyRef, Labels, Seconds, Text

_FIXED = Facet.IMMUTABLE
_MOST_RULES = 100
_CENTURY = 3_155_760_000
_LEAST_SOFT, _MOST_SOFT = 604_800, 7_776_000
_TWO = 2
#: Predefined dual-regions, and how the regions of each continent begin.
_DUAL = frozenset({"ASIA1", "EUR4", "EUR5", "EUR7", "EUR8", "NAM4"})
_CONTINENTS: Mapping[str, tuple[str, ...]] = {
    "ASIA": ("asia-",),
    "EU": ("europe-",),
    "US": ("us-",),
}
_METHODS = ("GET", "HEAD", "PUT", "POST", "DELETE", "OPTIONS", "PATCH", "*")
_DATE = r"\d{4}-\d{2}-\d{2}"

StorageClass = Literal["STANDARD", "NEARLINE", "COLDLINE", "ARCHIVE"]
Enforcement = Literal["NotRestricted", "FullyRestricted"]


def _seconds_text(value: object) -> object:
    return encode.text(encode.whole_seconds(value))


@block
class LifecycleRule(Part):
    """What happens to objects by themselves; all given conditions hold.

    https://cloud.google.com/storage/docs/lifecycle

    Attributes:
        action: Delete, SetStorageClass or AbortIncompleteMultipartUpload.
        storage_class: the new class, with SetStorageClass.
        age: days since they were made.
        created_before: they are older than this day, ``2024-01-31``.
        custom_time_before: their custom time is before this day.
        days_since_custom_time: days since their custom time.
        days_since_noncurrent_time: days since they were replaced.
        noncurrent_time_before: they were replaced before this day.
        is_live: whether they are current.
        matches_storage_class: they are of one of these classes.
        matches_prefix: their names start like this.
        matches_suffix: their names end like this.
        num_newer_versions: so many versions are newer.
        size_above_bytes: they are larger.
        size_below_bytes: they are smaller.
    """

    action: Literal["Delete", "SetStorageClass", "AbortIncompleteMultipartUpload"] = required(
        wire="action.type"
    )
    storage_class: StorageClass | None = spec(wire="action.storageClass")
    age: int | None = spec(wire="condition.age")
    created_before: str | None = spec(wire="condition.createdBefore")
    custom_time_before: str | None = spec(wire="condition.customTimeBefore")
    days_since_custom_time: int | None = spec(wire="condition.daysSinceCustomTime")
    days_since_noncurrent_time: int | None = spec(wire="condition.daysSinceNoncurrentTime")
    noncurrent_time_before: str | None = spec(wire="condition.noncurrentTimeBefore")
    is_live: bool | None = spec(wire="condition.isLive")
    matches_storage_class: Sequence[StorageClass] | None = spec(
        Facet.UNORDERED, wire="condition.matchesStorageClass"
    )
    matches_prefix: Sequence[str] | None = spec(Facet.UNORDERED, wire="condition.matchesPrefix")
    matches_suffix: Sequence[str] | None = spec(Facet.UNORDERED, wire="condition.matchesSuffix")
    num_newer_versions: int | None = spec(wire="condition.numNewerVersions")
    size_above_bytes: int | None = spec(wire="condition.sizeAboveBytes", encode=encode.text)
    size_below_bytes: int | None = spec(wire="condition.sizeBelowBytes", encode=encode.text)

    def findings(self) -> Iterator[Finding]:
        """Check dates, and that there is a condition the action takes.

        https://cloud.google.com/storage/docs/lifecycle#abort-mpu
        """
        for field in ("created_before", "custom_time_before", "noncurrent_time_before"):
            yield from checks.pattern(field, getattr(self, field), _DATE, "a day: 2024-01-31")
        if (self.action == "SetStorageClass") != (self.storage_class is not None):
            yield Finding("", "action='SetStorageClass' and storage_class go together")
        names = [item.name for item in dataclasses.fields(self)]
        conditions = set(names) - {"action", "storage_class", "extra"}
        if self.extra is None and all(getattr(self, name) is None for name in conditions):
            yield Finding("", "has no condition: it would hold for every object")
        yield from checks.within("age", self.age, 0, 100_000, "days")
        if self.action == "AbortIncompleteMultipartUpload":
            for field in sorted(conditions - {"age", "matches_prefix", "matches_suffix"}):
                if getattr(self, field) is not None:
                    yield Finding(field, f"does not go with action={self.action!r}")


@block
class Cors(Part):
    """Which pages of other origins may read objects.

    Attributes:
        origin: these origins.
        method: with these methods.
        response_header: and may read these headers.
        max_age_seconds: how long a browser remembers it.
    """

    origin: Sequence[str] | None = spec()
    method: Sequence[str] | None = spec()
    response_header: Sequence[str] | None = spec()
    max_age_seconds: Seconds | None = spec(encode=encode.whole_seconds)

    def findings(self) -> Iterator[Finding]:
        """Check the methods: https://cloud.google.com/storage/docs/cross-origin#cors-components."""
        for index, method in enumerate(self.method or ()):
            if method not in _METHODS:
                yield from (
                    finding.under(f"method[{index}]")
                    for finding in [checks.not_one_of("", method, list(_METHODS))]
                )


@block
class IpFilterNetwork(Part):
    """A VPC network from which the bucket can be reached.

    Attributes:
        network: the network.
        allowed_ip_cidr_ranges: ranges within it.
    """

    network: Text = required(like="link")
    allowed_ip_cidr_ranges: Sequence[str] = required(Facet.UNORDERED)


@block
class IpFilter(Part):
    """From where the bucket can be reached.

    https://cloud.google.com/storage/docs/ip-filtering-overview

    Attributes:
        mode: Enabled or Disabled.
        public_ranges: ranges of the internet.
        vpc_networks: VPC networks.
        allow_cross_org_vpcs: whether they may be of other organisations.
        allow_all_service_agent_access: whether Google's service agents always may.
    """

    mode: Literal["Enabled", "Disabled"] = required()
    public_ranges: Sequence[str] | None = spec(
        Facet.UNORDERED, wire="publicNetworkSource.allowedIpCidrRanges"
    )
    vpc_networks: Sequence[IpFilterNetwork] | None = spec(
        Facet.UNORDERED, wire="vpcNetworkSources", key="network"
    )
    allow_cross_org_vpcs: bool | None = spec()
    allow_all_service_agent_access: bool | None = spec()

    def findings(self) -> Iterator[Finding]:
        """Check the ranges."""
        for index, item in enumerate(self.public_ranges or ()):
            yield from checks.cidr(f"public_ranges[{index}]", item)


@resource(kinds.BUCKET)
class Bucket(Declaration):
    """A bucket. It holds data: never deleted or replaced without a consent.

    https://cloud.google.com/storage/docs/json_api/v1/buckets. Its name is unique in all of Google
    Cloud, so that the project's often stands in it: ``compose("{project}-files", project=PROJECT)``.
    Who may read and write it is declared by `BucketIamMember`.

    Outputs: ``url`` (``gs://…``), ``self_link``, ``project_number``.

    Attributes:
        name: its name.
        project: its project; the stack's if not given.
        location: where it is kept: a region, a dual-region, ``US``, ``EU`` or ``ASIA``; the
            stack's region if not given. Can't change.
        storage_class: the class of new objects; STANDARD is Google's default.
        uniform_access: whether access is by IAM alone. Can't be undone after 90 days.
        public_access_prevention: ``enforced`` keeps it from being public.
        versioning: whether replaced and deleted objects are kept as versions.
        lifecycle_rules: what happens to objects by themselves, 100 rules at most.
        retention_period: how long objects can't be deleted or replaced.
        retention_locked: that the retention can't be shortened or removed any more. It can't be
            undone: needs ``allow_irreversible=True``.
        object_retention: whether objects can have retentions of their own. Can't change.
        soft_delete_retention: how long deleted objects can be brought back: 0, or 7 to 90 days;
            7 days is Google's default.
        default_event_based_hold: whether new objects are held.
        kms_key_name: the KMS key of new objects.
        google_managed_encryption: whether Google's own keys are restricted.
        customer_managed_encryption: whether KMS keys are restricted.
        customer_supplied_encryption: whether supplied keys are restricted.
        cors: which other origins may read.
        website_main_page: the page of folders, with a website.
        website_not_found_page: the page of errors, with a website.
        log_bucket: where accesses are logged.
        log_object_prefix: how the names of logs start.
        requester_pays: whether callers pay.
        autoclass: whether Google chooses the class of each object.
        autoclass_terminal_class: the coldest it chooses: NEARLINE or ARCHIVE.
        turbo_replication: whether dual-regions replicate within 15 minutes.
        data_locations: the two regions of a configurable dual-region. Can't change.
        hierarchical_namespace: whether folders are real. Can't change.
        ip_filter: from where it can be reached.
        labels: labels.
    """

    NAMES: ClassVar[NameRule | None] = BUCKET

    name: Text = identity(kw_only=False)
    project: str | None = scope()
    location: str | None = spec(_FIXED, like="caseless")
    storage_class: StorageClass | None = spec()
    uniform_access: bool | None = spec(wire="iamConfiguration.uniformBucketLevelAccess.enabled")
    public_access_prevention: Literal["inherited", "enforced"] | None = spec(
        wire="iamConfiguration.publicAccessPrevention"
    )
    versioning: bool | None = spec(wire="versioning.enabled")
    lifecycle_rules: Sequence[LifecycleRule] | None = spec(wire="lifecycle.rule", carries=True)
    retention_period: Seconds | None = spec(
        wire="retentionPolicy.retentionPeriod", encode=_seconds_text, carries=True
    )
    retention_locked: Literal[True] | None = spec(wire="retentionPolicy.isLocked")
    object_retention: Literal[True] | None = spec(
        _FIXED, wire="objectRetention.mode", encode=lambda _: "Enabled"
    )
    soft_delete_retention: Seconds | None = spec(
        wire="softDeletePolicy.retentionDurationSeconds",
        encode=_seconds_text,
        carries=True,
        otherwise="604800",
    )
    default_event_based_hold: bool | None = spec()
    kms_key_name: KeyRef | None = spec(wire="encryption.defaultKmsKeyName")
    google_managed_encryption: Enforcement | None = spec(
        wire="encryption.googleManagedEncryptionEnforcementConfig.restrictionMode"
    )
    customer_managed_encryption: Enforcement | None = spec(
        wire="encryption.customerManagedEncryptionEnforcementConfig.restrictionMode"
    )
    customer_supplied_encryption: Enforcement | None = spec(
        wire="encryption.customerSuppliedEncryptionEnforcementConfig.restrictionMode"
    )
    cors: Sequence[Cors] | None = spec()
    website_main_page: str | None = spec(wire="website.mainPageSuffix")
    website_not_found_page: str | None = spec(wire="website.notFoundPage")
    log_bucket: BucketRef | None = spec(wire="logging.logBucket", link="name", carries=True)
    log_object_prefix: str | None = spec(wire="logging.logObjectPrefix")
    requester_pays: bool | None = spec(wire="billing.requesterPays")
    autoclass: bool | None = spec(wire="autoclass.enabled", carries=True)
    autoclass_terminal_class: Literal["NEARLINE", "ARCHIVE"] | None = spec(
        wire="autoclass.terminalStorageClass"
    )
    turbo_replication: bool | None = spec(
        wire="rpo", encode=lambda on: "ASYNC_TURBO" if on else "DEFAULT"
    )
    data_locations: Sequence[str] | None = spec(
        _FIXED | Facet.UNORDERED, wire="customPlacementConfig.dataLocations", like="caseless"
    )
    hierarchical_namespace: bool | None = spec(_FIXED, wire="hierarchicalNamespace.enabled")
    ip_filter: IpFilter | None = spec()
    labels: Labels | None = spec()

    def bind(self, scope: Scope) -> Self:
        """Put it into the stack's region, where no place is given."""
        bound = super().bind(scope)
        return bound if bound.location else dataclasses.replace(bound, location=scope.region)

    def findings(self, scope: Scope) -> Iterator[Finding]:
        """Check the place, the times, and what goes with what."""
        yield from _placed(self, self.location or scope.region)
        rules = self.lifecycle_rules or ()
        yield from checks.longest("lifecycle_rules", rules, _MOST_RULES, "rules")
        yield from _kept(self)
        if self.hierarchical_namespace:
            if self.uniform_access is not True:
                yield Finding("hierarchical_namespace", "needs uniform_access=True")
            for field in ("versioning", "object_retention"):
                if getattr(self, field):
                    yield Finding(field, "does not go with hierarchical_namespace=True")
        if self.autoclass and self.storage_class not in {None, "STANDARD"}:
            # https://cloud.google.com/storage/docs/autoclass
            yield Finding("storage_class", "is STANDARD with autoclass=True, which chooses itself")
        if self.autoclass_terminal_class and not self.autoclass:
            yield Finding("autoclass_terminal_class", "needs autoclass=True")
        for index, rule in enumerate(rules if self.autoclass else ()):
            if rule.action == "SetStorageClass" or rule.matches_storage_class:
                place = f"lifecycle_rules[{index}]"
                yield Finding(place, "chooses by class, which autoclass=True does by itself")
        if self.log_object_prefix is not None and self.log_bucket is None:
            yield Finding("log_object_prefix", "needs log_bucket")


def _placed(bucket: Bucket, location: object) -> Iterator[Finding]:
    """Check the place, and that two regions are two, of its continent.

    https://cloud.google.com/storage/docs/locations#location-dr
    """
    yield from checks.region("location", location, BUCKET_LOCATIONS)
    regions = bucket.data_locations
    for index, region in enumerate(regions or ()):
        yield from checks.region(f"data_locations[{index}]", region.lower())
    here = str(location).upper()
    if regions is not None:
        yield from checks.distinct("data_locations", [region.lower() for region in regions])
        if len(regions) != _TWO:
            yield Finding("data_locations", f"names {len(regions)} regions: a dual-region has two")
        begins = _CONTINENTS.get(here)
        if here.lower() in checks.REGIONS:
            yield Finding("data_locations", "needs location='US', 'EU' or 'ASIA'")
        for index, region in enumerate(regions):
            if begins and not region.lower().startswith(begins):
                yield Finding(f"data_locations[{index}]", f"{region!r} is not in {here}")
    if bucket.turbo_replication and regions is None and here not in _DUAL:
        yield Finding("turbo_replication", f"needs a dual-region, which {location} is not")


def _kept(bucket: Bucket) -> Iterator[Finding]:
    """Check how long objects are kept.

    https://cloud.google.com/storage/docs/bucket-lock,
    https://cloud.google.com/storage/docs/soft-delete
    """
    if bucket.retention_period is not None:
        yield from checks.duration("retention_period", bucket.retention_period, 1, _CENTURY)
    elif bucket.retention_locked:
        yield Finding("retention_locked", "needs retention_period")
    soft = checks.seconds(bucket.soft_delete_retention)
    if soft != 0 and bucket.soft_delete_retention is not None:
        yield from checks.duration(
            "soft_delete_retention", bucket.soft_delete_retention, _LEAST_SOFT, _MOST_SOFT
        )
