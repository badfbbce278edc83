"""What Trade Streamer keeps: documents, records and the keys of others, under keys of its own."""

import dataclasses
import functools
import os
from collections.abc import Iterator, Mapping

from gcpstack import (
    PROJECT,
    Bucket,
    Component,
    EncryptionKey,
    FirestoreBackupSchedule,
    FirestoreDatabase,
    FirestoreField,
    FirestoreIndex,
    FirestoreIndexField,
    FromEnv,
    Generated,
    LifecycleRule,
    Recovery,
    Replica,
    Resource,
    Scope,
    SecretTopic,
    SecretValue,
    ServiceAgent,
    Topic,
    TopicIamMember,
    compose,
)

#: Where documents are: several regions of the United States, and the place of their key.
DOCUMENTS, DOCUMENTS_KEY = "nam5", "us"
#: Where records are: two regions, which are a place of their own.
RECORDS = "nam4"
#: Each secret of others: its variable, and how often somebody is reminded to rotate it.
SECRETS = {
    "trade-etrade-oauth": ("TRADE_STREAMER_ETRADE", "30d"),
    "trade-fmp-key": ("TRADE_STREAMER_FMP", "90d"),
    "trade-ai-keys": ("TRADE_STREAMER_AI", "90d"),
}


@dataclasses.dataclass(frozen=True, eq=False)
class Data(Component):
    """Documents in several regions, records that nobody can alter, secrets in every region.

    Attributes:
        regions: the regions of the services: secrets are kept in each.
        keep: whether data is kept unless somebody names it.
    """

    regions: tuple[str, ...]
    keep: bool

    @functools.cached_property
    def keys(self) -> Mapping[str, EncryptionKey]:
        """The key of each place, by place: what is kept there is encrypted with it."""
        users = {DOCUMENTS_KEY: "firestore", RECORDS: "storage"}
        users |= dict.fromkeys(self.regions, "secretmanager")
        return {
            place: EncryptionKey(
                "trade-streamer", users=[user], location=place, allow_delete=not self.keep
            )
            for place, user in users.items()
        }

    @functools.cached_property
    def database(self) -> FirestoreDatabase:
        """Scans, portfolios, tracked ideas, cooldowns and the audit trail."""
        return FirestoreDatabase(
            "trade-streamer",
            location=DOCUMENTS,
            point_in_time_recovery=True,
            delete_protection=self.keep,
            kms_key_name=self.keys[DOCUMENTS_KEY].key,
            allow_delete=not self.keep,
        )

    @functools.cached_property
    def records(self) -> Bucket:
        """Orders, reports and snapshots: every version is kept, and the stale ones where that is cheap.

        In production nobody can delete one for seven years: the lock can't be taken off.
        """
        return Bucket(
            compose("{project}-trade-streamer-records", project=PROJECT),
            location=RECORDS,
            uniform_access=True,
            public_access_prevention="enforced",
            versioning=True,
            kms_key_name=self.keys[RECORDS].key,
            retention_period=f"{7 * 365}d" if self.keep else None,
            retention_locked=True if self.keep else None,
            allow_irreversible=self.keep,
            lifecycle_rules=[
                LifecycleRule(
                    action="SetStorageClass",
                    storage_class="COLDLINE",
                    age=90,
                    matches_prefix=["scans/"],
                ),
                LifecycleRule(action="Delete", num_newer_versions=5, days_since_noncurrent_time=30),
            ],
            allow_delete=not self.keep,
        )

    @functools.cached_property
    def reminders(self) -> Topic:
        """Where it is told that a secret is to be rotated."""
        return Topic("trade-rotation")

    @functools.cached_property
    def secrets(self) -> Mapping[str, SecretValue]:
        """The secrets of others, by name."""
        tells = TopicIamMember(
            self.reminders,
            role="roles/pubsub.publisher",
            member=ServiceAgent("secretmanager.googleapis.com").output("member"),
        )
        replicas = [
            Replica(location=region, kms_key_name=self.keys[region].key) for region in self.regions
        ]
        return {
            name: SecretValue(
                name,
                # Where its variable is not set, somebody adds the real one later.
                FromEnv(variable) if variable in os.environ else Generated(initial="{}"),
                allow_delete=not self.keep,
                options={
                    "replicas": replicas,
                    "rotation_period": period,
                    "topics": [SecretTopic(name=self.reminders)],
                    "depends_on": [tells],
                },
            )
            for name, (variable, period) in SECRETS.items()
        }

    def expand(self, scope: Scope) -> Iterator[Resource | Component]:
        """List the parts, each after what it needs."""
        yield from self.keys.values()
        yield self.database
        yield FirestoreBackupSchedule("daily", database=self.database, retention="14d")
        yield FirestoreBackupSchedule(
            "weekly", database=self.database, retention="98d", day="SUNDAY"
        )
        # What is of use for a while only goes by itself: the field says when.
        for collection in ("scans", "cooldowns", "cache"):
            yield FirestoreField(
                "expireAt", collection=collection, database=self.database, ttl=True, indexes=[]
            )
        yield FirestoreIndex(
            "scans",
            database=self.database,
            fields=[
                FirestoreIndexField(field_path="symbol", order="ASCENDING"),
                FirestoreIndexField(field_path="score", order="DESCENDING"),
            ],
        )
        yield self.records
        yield self.reminders
        yield from self.secrets.values()
        # A day's work at most may be lost, and an hour may pass, also where a region is.
        yield Recovery(
            [self.database, self.records],
            rpo="24h",
            rto="1h",
            survives_region=True,
            delete_protection=self.keep,
        )
