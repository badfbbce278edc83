"""Firestore databases and their backups."""

import dataclasses
import re
from collections.abc import Iterator
from typing import ClassVar, Literal, Self

from gcpstack._core.facets import Facet, identity, required, scope, spec
from gcpstack._core.json import Body
from gcpstack._core.resource import Scope, resource
from gcpstack.resources import _checks as checks
from gcpstack.resources import _encode as encode
from gcpstack.resources import _kinds_storage as kinds
from gcpstack.resources._base import Declaration
from gcpstack.resources._checks import Finding, NameRule
from gcpstack.resources._types import FirestoreDatabaseRef, KeyRef, Seconds

_FIXED = Facet.IMMUTABLE
_DAY = 86_400
_LONGEST = 14 * 7 * _DAY
_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")

#: https://cloud.google.com/firestore/docs/manage-databases#database_id
DATABASE_NAME = NameRule(
    r"\(default\)|[a-z][a-z0-9-]{2,61}[a-z0-9]",
    "'(default)', or 4 to 63 lower-case letters, digits and hyphens, a letter first and no hyphen "
    "last",
)
#: https://cloud.google.com/firestore/docs/locations#multi-region
MULTI_REGIONS = frozenset({"eur3", "nam5", "nam7"})

Mode = Literal["DATA_ACCESS_MODE_ENABLED", "DATA_ACCESS_MODE_DISABLED"]


@resource(kinds.FIRESTORE_DATABASE)
class FirestoreDatabase(Declaration):
    """A Firestore database. It holds data: never deleted or replaced without a consent.

    https://cloud.google.com/firestore/docs/reference/rest/v1/projects.databases. Once deleted, its
    name can't be used again for five minutes: a creation waits for that.

    Outputs: ``name``, ``uid``, ``earliest_version_time``, ``version_retention_period``,
    ``key_prefix``, ``create_time``.

    Attributes:
        name: its name, or ``(default)``.
        project: its project; the stack's if not given.
        location: where it is kept: a region, ``nam5`` or ``nam7`` (United States), ``eur3``
            (Europe); the stack's region if not given. Can't change.
        type: FIRESTORE_NATIVE, or DATASTORE_MODE; can change while the database is empty.
        edition: STANDARD (Google's default) or ENTERPRISE. Can't change.
        concurrency_mode: how transactions keep out of each other's way: PESSIMISTIC is Google's
            default in the standard edition.
        point_in_time_recovery: whether any minute of the last seven days can be read; else the
            last hour can.
        delete_protection: whether Google refuses to delete it.
        app_engine_integration_mode: whether App Engine can disable writes.
        kms_key_name: the KMS key that encrypts it: in the same region, ``us`` for ``nam5``,
            ``europe`` for ``eur3``. Can't change.
        firestore_data_access: whether Firestore's API can be used; enterprise edition. Can't
            change.
        mongodb_data_access: whether MongoDB's API can be used; enterprise edition. Can't change.
        realtime_updates: whether clients can listen; enterprise edition. Can't change.
    """

    NAMES: ClassVar[NameRule | None] = DATABASE_NAME

    name: str = identity(kw_only=False)
    project: str | None = scope()
    location: str | None = spec(_FIXED, wire="locationId")
    type: Literal["FIRESTORE_NATIVE", "DATASTORE_MODE"] = spec(default="FIRESTORE_NATIVE")
    edition: Literal["STANDARD", "ENTERPRISE"] | None = spec(_FIXED, wire="databaseEdition")
    concurrency_mode: (
        Literal["OPTIMISTIC", "PESSIMISTIC", "OPTIMISTIC_WITH_ENTITY_GROUPS"] | None
    ) = spec()
    point_in_time_recovery: bool | None = spec(
        wire="pointInTimeRecoveryEnablement",
        encode=lambda on: f"POINT_IN_TIME_RECOVERY_{'ENABLED' if on else 'DISABLED'}",
    )
    delete_protection: bool | None = spec(
        wire="deleteProtectionState",
        encode=lambda on: f"DELETE_PROTECTION_{'ENABLED' if on else 'DISABLED'}",
    )
    app_engine_integration_mode: Literal["ENABLED", "DISABLED"] | None = spec()
    kms_key_name: KeyRef | None = spec(_FIXED, wire="cmekConfig.kmsKeyName")
    firestore_data_access: Mode | None = spec(_FIXED, wire="firestoreDataAccessMode")
    mongodb_data_access: Mode | None = spec(_FIXED, wire="mongodbCompatibleDataAccessMode")
    realtime_updates: (
        Literal["REALTIME_UPDATES_MODE_ENABLED", "REALTIME_UPDATES_MODE_DISABLED"] | None
    ) = spec(_FIXED, wire="realtimeUpdatesMode")

    def bind(self, scope: Scope) -> Self:
        """Put it into the stack's region, where no place is given."""
        bound = super().bind(scope)
        return bound if bound.location else dataclasses.replace(bound, location=scope.region)

    def findings(self, scope: Scope) -> Iterator[Finding]:
        """Check the place, and what goes with the edition and the type.

        https://cloud.google.com/firestore/docs/editions-overview,
        https://cloud.google.com/datastore/docs/concepts/transactions#concurrency_modes
        """
        if _UUID.fullmatch(self.name):
            yield Finding("name", f"{self.name!r} looks like a UUID, which Google refuses")
        yield from checks.region("location", self.location or scope.region, MULTI_REGIONS)
        if self.edition != "ENTERPRISE":
            for field in ("firestore_data_access", "mongodb_data_access", "realtime_updates"):
                if getattr(self, field) is not None:
                    yield Finding(field, "needs edition='ENTERPRISE'")
        elif self.type == "DATASTORE_MODE":
            yield Finding("type", "DATASTORE_MODE has no edition='ENTERPRISE'")
        mode = "OPTIMISTIC_WITH_ENTITY_GROUPS"
        if self.concurrency_mode == mode and self.type != "DATASTORE_MODE":
            yield Finding("concurrency_mode", f"{mode} needs type='DATASTORE_MODE'")


Day = Literal["MONDAY", "TUESDAY", "WEDNESDAY", "THURSDAY", "FRIDAY", "SATURDAY", "SUNDAY"]


@resource(kinds.FIRESTORE_BACKUP_SCHEDULE)
class FirestoreBackupSchedule(Declaration):
    """When a Firestore database is backed up by itself: one daily, one weekly at most.

    https://cloud.google.com/firestore/docs/backups. Backups outlive their schedule: each goes when
    its time is over.

    Outputs: ``name``.

    Attributes:
        name: ``daily`` or ``weekly``.
        database: the database: its declaration or its name.
        retention: how long each backup is kept: a day to 14 weeks.
        day: the day of a weekly backup. Can't change.
        project: its project; the stack's if not given.
    """

    name: Literal["daily", "weekly"] = identity(kw_only=False)
    database: FirestoreDatabaseRef = required(Facet.IDENTITY)
    retention: Seconds = required(like="duration", encode=encode.seconds)
    day: Day | None = spec(_FIXED, wire="weeklyRecurrence.day")
    project: str | None = scope()

    def fixed(self, scope: Scope) -> Body:
        """Say how often."""
        return {f"{self.name}Recurrence": {}}

    def findings(self, scope: Scope) -> Iterator[Finding]:
        """Check the retention, and that a weekly one has its day.

        https://cloud.google.com/firestore/docs/backups#create_a_backup_schedule
        """
        yield from checks.name("database", self.database, DATABASE_NAME)
        yield from checks.duration("retention", self.retention, _DAY, _LONGEST)
        if (self.name == "weekly") != (self.day is not None):
            yield Finding("day", "is needed for 'weekly', and for that alone")
