"""Firestore: what is sent, what is checked, and what comes back after a deletion."""

import dataclasses

import pytest

from gcpstack import Action, Settings, Stack
from gcpstack import resources as r
from gcpstack._core.resource import Encoder
from gcpstack.exceptions import DeclarationError, FailedPrecondition, PlanError
from gcpstack.resources import _identities as identities
from gcpstack.testing.clock import FakeClock
from gcpstack.testing.world import MemoryWorld

from .schema import violations
from .tables import SCOPE, labelled, the_problem

KEY = "projects/p/locations/us/keyRings/r/cryptoKeys/k"
ORDERS = r.FirestoreDatabase("orders", location="nam5")
UP = r.FirestoreIndexField(field_path="state", order="ASCENDING")
DOWN = r.FirestoreIndexField(field_path="made", order="DESCENDING")
TAGS = r.FirestoreIndexField(field_path="tags", array_config="CONTAINS")
VECTOR = r.FirestoreIndexField(field_path="v", vector_dimension=3)

ENCODED = [
    (
        r.FirestoreDatabase("(default)", location="nam5"),
        {"locationId": "nam5", "type": "FIRESTORE_NATIVE"},
    ),
    (
        r.FirestoreDatabase(
            "orders",
            edition="ENTERPRISE",
            concurrency_mode="OPTIMISTIC",
            point_in_time_recovery=True,
            delete_protection=True,
            kms_key_name=KEY,
            mongodb_data_access="DATA_ACCESS_MODE_ENABLED",
        ),
        {
            "locationId": "us-central1",
            "type": "FIRESTORE_NATIVE",
            "databaseEdition": "ENTERPRISE",
            "concurrencyMode": "OPTIMISTIC",
            "pointInTimeRecoveryEnablement": "POINT_IN_TIME_RECOVERY_ENABLED",
            "deleteProtectionState": "DELETE_PROTECTION_ENABLED",
            "cmekConfig": {"kmsKeyName": KEY},
            "mongodbCompatibleDataAccessMode": "DATA_ACCESS_MODE_ENABLED",
        },
    ),
    (
        r.FirestoreBackupSchedule("daily", database=ORDERS, retention="7d"),
        {"dailyRecurrence": {}, "retention": "604800s"},
    ),
    (
        r.FirestoreBackupSchedule("weekly", database="orders", retention=86_400, day="FRIDAY"),
        {"weeklyRecurrence": {"day": "FRIDAY"}, "retention": "86400s"},
    ),
    (
        r.FirestoreIndex("items", database=ORDERS, fields=[UP, TAGS, VECTOR]),
        {
            "fields": [
                {"fieldPath": "state", "order": "ASCENDING"},
                {"fieldPath": "tags", "arrayConfig": "CONTAINS"},
                {"fieldPath": "v", "vectorConfig": {"dimension": 3, "flat": {}}},
            ]
        },
    ),
    (
        r.FirestoreField("expires", collection="items", database=ORDERS, indexes=[], ttl=True),
        {"indexConfig": {"indexes": []}, "ttlConfig": {}},
    ),
    (
        r.FirestoreField(
            "*",
            collection="__default__",
            database=ORDERS,
            indexes=[
                r.FirestoreFieldIndex(array_config="CONTAINS", query_scope="COLLECTION_GROUP")
            ],
        ),
        {
            "indexConfig": {
                "indexes": [
                    {"queryScope": "COLLECTION_GROUP", "fields": [{"arrayConfig": "CONTAINS"}]}
                ]
            }
        },
    ),
]


@pytest.mark.parametrize(("item", "body"), labelled(ENCODED))
def test_a_declaration_becomes_google_s_json(item, body):
    """To the letter, in Google's schema and without a complaint."""
    declared = Encoder(SCOPE).declared(item)

    assert declared.body == body
    assert list(item.problems(SCOPE)) == []
    assert violations(item.KIND.name, declared.body) == []


def field(name="expires", **fields):
    return r.FirestoreField(name, collection="items", database=ORDERS, **fields)


def index(*fields, **more):
    return r.FirestoreIndex("items", database=ORDERS, fields=list(fields), **more)


def schedule(name="daily", **fields):
    return r.FirestoreBackupSchedule(name, database=ORDERS, **{"retention": "7d", **fields})


PROBLEMS = [
    (r.FirestoreDatabase("ab"), "name: 'ab' is not a valid name: '\\(default\\)', or 4 to 63"),
    (
        r.FirestoreDatabase("a2345678-1234-1234-1234-123456789012"),
        "name: .* looks like a UUID",
    ),
    (r.FirestoreDatabase("orders", location="nam4"), "location: 'nam4' is not a region"),
    (
        r.FirestoreDatabase("orders", mongodb_data_access="DATA_ACCESS_MODE_ENABLED"),
        "mongodb_data_access: needs edition='ENTERPRISE'",
    ),
    (
        r.FirestoreDatabase("orders", edition="ENTERPRISE", type="DATASTORE_MODE"),
        "type: DATASTORE_MODE has no edition='ENTERPRISE'",
    ),
    (
        r.FirestoreDatabase("orders", concurrency_mode="OPTIMISTIC_WITH_ENTITY_GROUPS"),
        "concurrency_mode: OPTIMISTIC_WITH_ENTITY_GROUPS needs type='DATASTORE_MODE'",
    ),
    (schedule(retention="99d"), "retention: 8553600 is not within 86400 to 8467200 seconds"),
    (schedule("weekly"), "day: is needed for 'weekly'"),
    (schedule(day="MONDAY"), "day: is needed for 'weekly'"),
    (index(UP), "fields: has one field: Firestore indexes each by itself. Configure it by"),
    (index(), "fields: is empty"),
    (index(UP, DOWN, UP), r"fields\[2\]: 'state' stands there twice"),
    (index(VECTOR, UP), "fields: has a vector that is not its last field"),
    (
        index(TAGS, r.FirestoreIndexField(field_path="more", array_config="CONTAINS")),
        "fields: has more than one array",
    ),
    (
        index(UP, r.FirestoreIndexField(field_path="made")),
        r"fields\[1\]: one of order, array_config, vector_dimension is needed",
    ),
    (
        r.FirestoreIndex("a/b", database=ORDERS, fields=[UP, DOWN]),
        "collection: 'a/b' is not a coll",
    ),
    (field(), "configures nothing. Give indexes or ttl"),
    (field(ttl=True), "indexes: index the time that documents expire by: .* Give indexes=\\[\\]"),
    (
        field(ttl=True, indexes=[r.FirestoreFieldIndex(order="ASCENDING")]),
        "indexes: index the time that documents expire by",
    ),
    (field("*", indexes=[], ttl=True), "ttl: can't be set on all fields"),
    (field(indexes=[], ttl_offset="1d"), "ttl_offset: needs ttl=True"),
    (field(indexes=[r.FirestoreFieldIndex()]), r"indexes\[0\]: one of order, array_config is nee"),
]


@pytest.mark.parametrize(("item", "words"), labelled(PROBLEMS))
def test_the_check_fires(item, words):
    """One slip, one problem, with its place."""
    the_problem(item, words)


ALLOWED = [
    r.FirestoreDatabase("(default)", location="eur3"),
    r.FirestoreDatabase("legacy", type="DATASTORE_MODE"),
    schedule("weekly", day="MONDAY", retention="98d"),
    index(VECTOR),
    index(UP, DOWN, VECTOR),
    field(ttl=True, allow_indexed_ttl=True),
    field(ttl=True, indexes=[], ttl_offset="1d"),
]


@pytest.mark.parametrize("item", ALLOWED, ids=str)
def test_what_is_right_is_let_through(item):
    """No check fires."""
    assert list(item.problems(SCOPE)) == []


def stacked(*items):
    stack = Stack("shop", enable_apis=False)
    for item in items:
        stack.add(item)
    return stack


OFFLINE = Settings(project="demo-proj", region="us-central1")


@pytest.mark.parametrize(
    ("items", "words"),
    [
        (
            [field("made", ttl=True, indexes=[]), index(UP, DOWN)],
            "fields: index made, by which documents expire",
        ),
        (
            [field("a", ttl=True, indexes=[]), field("b", ttl=True, indexes=[])],
            "ttl: is set, but documents of items expire by a already",
        ),
    ],
)
def test_what_does_not_go_together_is_told(items, words):
    """Before anything is touched."""
    with pytest.raises(DeclarationError, match=words):
        stacked(*items).plan(OFFLINE)


def test_an_index_is_named_by_its_content():
    """However Google completes it."""
    mine = index(UP, DOWN, query_scope="COLLECTION_GROUP", api_scope="ANY_API")
    live = {
        "queryScope": "COLLECTION_GROUP",
        "state": "READY",
        "fields": [
            {"fieldPath": "state", "order": "ASCENDING"},
            {"fieldPath": "made", "order": "DESCENDING"},
            {"fieldPath": "__name__", "order": "DESCENDING"},
        ],
    }

    assert mine.name == identities.index(live) == "state:asc,made:desc@group"
    live["fields"][-1]["order"] = "ASCENDING"
    assert identities.index(live) == "state:asc,made:desc,__name__:asc@group"
    vector = [*live["fields"][:2], {"fieldPath": "v", "vectorConfig": {"dimension": 3}}]
    assert identities.index({"fields": vector}) == "state:asc,made:desc,v:vector"


def test_another_index_is_there_before_the_old_one_goes(gcp_settings):
    """Two indexes, one made and one deleted; a database named elsewhere will do."""
    stacked(ORDERS, index(UP, DOWN)).apply(gcp_settings)
    changed = stacked(ORDERS, index(UP, TAGS))
    plan = changed.plan(gcp_settings)
    actions = {str(one.address): one.action for one in plan.changes if one.mutates}

    assert actions == {
        "firestore.Index/orders/items/state:asc,tags:contains": Action.CREATE,
        "firestore.Index/orders/items/state:asc,made:desc": Action.DELETE,
    }
    changed.apply(gcp_settings)
    assert changed.plan(gcp_settings).empty


def test_what_is_exempt_is_indexed_again(gcp_settings):
    """Once nobody says otherwise; an empty list says something."""
    exempt = field("note", indexes=[])
    stacked(ORDERS, exempt).apply(gcp_settings)
    assert stacked(ORDERS, exempt).plan(gcp_settings).empty
    both = dataclasses.replace(exempt, ttl=True)
    stacked(ORDERS, both).apply(gcp_settings)
    only = dataclasses.replace(both, indexes=None, allow_indexed_ttl=True)
    plan = stacked(ORDERS, only).plan(gcp_settings)
    (change,) = [one for one in plan.changes if one.mutates]

    assert [(diff.name, diff.unset) for diff in change.diff] == [("indexes", True)]
    stacked(ORDERS, only).apply(gcp_settings)
    assert stacked(ORDERS, only).plan(gcp_settings).empty


def test_google_s_own_protection_is_lifted_first(gcp_settings):
    """A consent of ours is not enough."""
    kept = r.FirestoreDatabase("orders", delete_protection=True, allow_delete=True)
    stacked(kept).apply(gcp_settings)
    with pytest.raises(
        PlanError, match=r"Google protects it from deletion \(deleteProtectionState"
    ):
        stacked(kept).destroy(gcp_settings)
    free = dataclasses.replace(kept, delete_protection=False)
    stacked(free).apply(gcp_settings)
    stacked(free).destroy(gcp_settings)

    assert stacked(free).plan(gcp_settings).changes[0].action is Action.CREATE


def test_a_name_that_google_holds_back_is_waited_for():
    """Five minutes after a deletion, by the clock; then the database is made."""
    clock = FakeClock()

    def held(call):
        if call.startswith("create ") and "databases/" in call and clock.monotonic() < 300:
            return FailedPrecondition("Database ID 'orders' is not available")
        return None

    world = MemoryWorld(clock=clock, fault=held)
    session = world.session(stacked(ORDERS))
    session.apply(session.plan())

    assert clock.monotonic() >= 300
    assert [call for call in world.calls if "databases/orders" in call]


def test_all_fields_are_configured_at_once(gcp_settings):
    """What is there for all is changed, and goes back; a field of its own keeps its own."""
    every = r.FirestoreField("*", collection="__default__", database=ORDERS, indexes=[])
    own = field("title", indexes=[r.FirestoreFieldIndex(order="ASCENDING")])
    stacked(every, own).apply(gcp_settings)
    assert stacked(every, own).plan(gcp_settings).empty
    stacked(own).apply(gcp_settings)

    assert stacked(own).plan(gcp_settings).empty
