"""What leaves the code is undone at Google, wholly: as if it had never been declared."""

import dataclasses
from datetime import date

import pytest

from gcpstack import Stack
from gcpstack import resources as r
from gcpstack._core.facets import FieldTable
from gcpstack._core.resource import Encoder, Scope
from gcpstack._engine.diff import declared_paths, differences

SCOPE = Scope("demo-project", "us-central1")
TOPIC = r.Topic("events")
ALERT = r.AlertPolicy(
    "slow", conditions=[r.Condition.above("x", 1, filter='metric.type="a" AND resource.type="b"')]
)
SQL = r.SqlInstance(
    "main", database_version="POSTGRES_15", tier="db-custom-2-7680", edition="ENTERPRISE"
)
BUCKET = r.Bucket("shop-files-1", location="US")
WORKER = r.Subscription("worker", topic=TOPIC)

#: A declaration, what it held before, what Google added, and the paths that are unset.
CASES = {
    "what Google switches on by itself": (
        (ALERT, {"enabled": False}, {}),
        {("enabled",)},
    ),
    "what is on by itself stays": ((ALERT, {"enabled": True}, {}), set()),
    "a disk that grows by itself": (
        (SQL, {"disk_autoresize": False}, {}),
        {("settings", "storageAutoResize")},
    ),
    "a block goes with what Google filled in": (
        (
            WORKER,
            {"bigquery": r.BigQueryDelivery(table="p.d.t", write_metadata=True)},
            {"bigqueryConfig": {"table": "p.d.t", "writeMetadata": True, "state": "ACTIVE"}},
        ),
        {("bigqueryConfig",)},
    ),
    "a message that means nothing without its field": (
        (
            WORKER,
            {"dead_letter_topic": TOPIC},
            {"deadLetterPolicy": {"deadLetterTopic": "t", "maxDeliveryAttempts": 5}},
        ),
        {("deadLetterPolicy",)},
    ),
    "but not while another field of it is declared": (
        (
            dataclasses.replace(WORKER, minimum_backoff=5),
            {"maximum_backoff": 60},
            {"retryPolicy": {"minimumBackoff": "5s", "maximumBackoff": "60s"}},
        ),
        {("retryPolicy", "maximumBackoff")},
    ),
    "a lock": (
        (
            BUCKET,
            {"retention_period": 60},
            {"retentionPolicy": {"retentionPeriod": "60", "effectiveTime": "2030-01-01T00:00:00Z"}},
        ),
        {("retentionPolicy",)},
    ),
    "what Google deletes by itself has its days back": (
        (BUCKET, {"soft_delete_retention": 0}, {}),
        {("softDeletePolicy",)},
    ),
    "seven days are Google's own": (
        (BUCKET, {"soft_delete_retention": "7d"}, {}),
        set(),
    ),
    "a life that Google tells as its end": (
        (r.Secret("KEY"), {"ttl": "90d"}, {"expireTime": "2030-01-01T00:00:00Z"}),
        {("expireTime",)},
    ),
    "an end that is declared instead": (
        (
            r.Secret("KEY", expire_time="2031-01-01T00:00:00Z"),
            {"ttl": "90d"},
            {"expireTime": "2031-01-01T00:00:00Z"},
        ),
        set(),
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_it_is_unset_as_a_whole(name):
    """Nothing of it is left, and nothing is sent in vain."""
    (now, fields, added), expected = CASES[name]
    encoder, table = Encoder(SCOPE), FieldTable(type(now))
    desired = encoder.declared(now).body
    before = encoder.declared(dataclasses.replace(now, **fields)).body
    live = {**before, **added}

    found = differences(desired, live, table, declared_before=declared_paths(before, table))

    assert {item.path for item in found if item.unset} == expected


def test_a_budget_moves_from_one_period_to_another(gcp_settings):
    """Google takes one of the two: what it had chosen itself must not stand in the way."""

    def stack(**fields):
        made = Stack("shop", enable_apis=False)
        made.add(r.Budget("shop", billing_account="0A1B2C-3D4E5F-6A7B8C", amount=10, **fields))
        return made

    for fields in ({}, {"start": date(2030, 1, 31)}, {"calendar_period": "YEAR"}, {}):
        stack(**fields).apply(gcp_settings)
        assert stack(**fields).plan(gcp_settings).empty
