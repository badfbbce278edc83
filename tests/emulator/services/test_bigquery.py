"""BigQuery: datasets with who may use them, tables with their columns."""

from typing import Any

import pytest
from googleapiclient.errors import HttpError

from gcpstack.emulator import Emulator
from gcpstack.emulator.core.google import Google
from tests.emulator.conftest import Send
from tests.emulator.services.clients import discovery
from tests.emulator.services.mistakes import Mistake, refuse

ROOT = "https://bigquery.googleapis.com/bigquery/v2/projects/demo-proj/datasets"
SALES = f"{ROOT}/sales"
TABLES = f"{SALES}/tables"
ORDERS = f"{TABLES}/orders"
DAY = 86400.0
COLUMNS = [
    {"name": "id", "type": "INT64", "mode": "REQUIRED"},
    {"name": "at", "type": "TIMESTAMP"},
    {"name": "who", "type": "STRUCT", "fields": [{"name": "name", "type": "STRING"}]},
]


def dataset(**fields: Any) -> dict[str, Any]:
    return {"datasetReference": {"datasetId": "sales"}, **fields}


def table(name: str = "orders", **fields: Any) -> dict[str, Any]:
    return {"tableReference": {"tableId": name}, "schema": {"fields": COLUMNS}, **fields}


def make(send: Send, url: str, body: dict[str, Any]) -> dict[str, Any]:
    answer = send("POST", url, body)
    assert answer.status == 200, answer.json()
    told: dict[str, Any] = answer.json()
    return told


@pytest.fixture
def sales(send: Send) -> dict[str, Any]:
    return make(send, ROOT, dataset())


@pytest.fixture
def orders(send: Send, sales: dict[str, Any]) -> dict[str, Any]:
    return make(send, TABLES, table())


def test_a_dataset_has_defaults(send: Send, sales: dict[str, Any]) -> None:
    assert sales["id"] == "demo-proj:sales"
    assert (sales["location"], sales["type"]) == ("US", "DEFAULT")
    assert sales["creationTime"] == sales["lastModifiedTime"]
    who = {(one["role"], one.get("specialGroup")) for one in sales["access"]}
    assert who == {
        ("OWNER", "projectOwners"),
        ("OWNER", None),
        ("READER", "projectReaders"),
        ("WRITER", "projectWriters"),
    }
    assert "maxTimeTravelHours" not in sales
    assert send("GET", SALES).json() == {**sales, "maxTimeTravelHours": "168"}


@pytest.mark.parametrize(
    ("given", "told"), [("eu", "EU"), ("Europe-West3", "europe-west3"), ("us-east1", "us-east1")]
)
def test_places_are_spelled_one_way(send: Send, given: str, told: str) -> None:
    assert make(send, ROOT, dataset(location=given))["location"] == told
    same = send("PATCH", SALES, {"location": given.upper(), "description": "x"})
    assert same.json()["location"] == told


def test_access_is_told_by_the_older_names(send: Send) -> None:
    given = [
        {"role": "roles/bigquery.dataEditor", "iamMember": "user:Ada@Example.com"},
        {"role": "roles/bigquery.dataViewer", "iamMember": "group:Team@example.com"},
        {"role": "roles/bigquery.metadataViewer", "iamMember": "allUsers"},
        {"role": "READER", "iamMember": "allAuthenticatedUsers"},
        {"view": {"projectId": "demo-proj", "datasetId": "x", "tableId": "v"}},
    ]
    told = make(send, ROOT, dataset(access=[*given, given[0]]))["access"]
    assert sorted(told, key=str) == sorted(
        [
            {"role": "WRITER", "userByEmail": "ada@example.com"},
            {"role": "READER", "groupByEmail": "team@example.com"},
            {"role": "roles/bigquery.metadataViewer", "iamMember": "allUsers"},
            {"role": "READER", "specialGroup": "allAuthenticatedUsers"},
            {"view": {"projectId": "demo-proj", "datasetId": "x", "tableId": "v"}},
        ],
        key=str,
    )


def test_a_patch_replaces_the_access_list_and_clears_by_null(send: Send) -> None:
    make(send, ROOT, dataset(description="first", labels={"a": "1", "b": "2"}))
    only = [{"role": "OWNER", "userByEmail": "ada@example.com"}]
    body = {"access": only, "description": None, "labels": {"a": None}}
    told = send("PATCH", SALES, body).json()
    assert (told["access"], told["labels"]) == (only, {"b": "2"})
    assert "description" not in told


def test_an_update_replaces_all_but_the_access_list(send: Send) -> None:
    made = make(send, ROOT, dataset(description="first", labels={"a": "1"}))
    told = send("PUT", SALES, dataset(friendlyName="Sales")).json()
    assert told["friendlyName"] == "Sales"
    assert not {"description", "labels"} & set(told)
    assert told["access"] == made["access"]
    assert told["etag"] != made["etag"]


def test_a_part_of_a_dataset_may_be_read_or_changed(send: Send, sales: dict[str, Any]) -> None:
    assert "access" not in send("GET", f"{SALES}?datasetView=METADATA").json()
    told = send("GET", f"{SALES}?datasetView=ACL").json()
    assert told["access"] == sales["access"]
    assert "location" not in told
    body = {"description": "x", "access": [{"role": "OWNER", "userByEmail": "ada@example.com"}]}
    told = send("PATCH", f"{SALES}?updateMode=UPDATE_METADATA", body).json()
    assert (told["description"], told["access"]) == ("x", sales["access"])
    told = send("PATCH", f"{SALES}?updateMode=UPDATE_ACL", {**body, "description": "y"}).json()
    assert (told["description"], told["access"]) == ("x", body["access"])


def test_a_stale_etag_is_refused(send: Send, sales: dict[str, Any]) -> None:
    assert send("PATCH", SALES, {"description": "x"}, **{"If-Match": sales["etag"]}).status == 200
    late = send("PATCH", SALES, {"description": "y"}, **{"If-Match": sales["etag"]})
    assert (late.status, late.json()["error"]["errors"][0]["reason"]) == (412, "conditionNotMet")
    assert send("PATCH", SALES, {"description": "y", "etag": sales["etag"]}).status == 412
    assert send("PATCH", SALES, {"description": "y"}, **{"If-Match": "*"}).status == 200


def test_datasets_are_listed_by_page_and_label(send: Send) -> None:
    for name, label in (("a", "x"), ("b", "y"), ("c", "x"), ("_d", "x")):
        body = {"datasetReference": {"datasetId": name}, "labels": {"team": label}}
        make(send, ROOT, body)

    def ids(query: str) -> list[str]:
        found = send("GET", f"{ROOT}?{query}").json().get("datasets", [])
        return [one["datasetReference"]["datasetId"] for one in found]

    assert ids("") == ["a", "b", "c"]
    assert ids("all=true") == ["_d", "a", "b", "c"]
    assert ids("filter=labels.team:x") == ["a", "c"]
    first = send("GET", f"{ROOT}?maxResults=2&all=true").json()
    assert ids(f"maxResults=2&all=true&pageToken={first['nextPageToken']}") == ["b", "c"]
    assert first["datasets"][0].keys() == {"kind", "id", "datasetReference", "labels", "location"}


def test_a_dataset_in_use_goes_only_with_its_contents(
    send: Send, orders: dict[str, Any], world: Google
) -> None:
    refused = send("DELETE", SALES)
    error = refused.json()["error"]
    assert (refused.status, error["errors"][0]["reason"]) == (400, "resourceInUse")
    assert error["message"] == "Dataset demo-proj:sales is still in use"
    assert send("DELETE", f"{SALES}?deleteContents=true").status == 204
    assert send("GET", ORDERS).status == 404
    told = send("POST", f"{SALES}:undelete").json()
    assert told["id"] == "demo-proj:sales"
    assert send("GET", ORDERS).json() == orders
    assert send("POST", f"{SALES}:undelete").status == 409
    send("DELETE", f"{SALES}?deleteContents=true")
    world.advance(8 * DAY)
    assert send("POST", f"{SALES}:undelete").status == 404
    assert make(send, ROOT, dataset())["id"] == "demo-proj:sales"  # the name is free at once


def test_a_table(send: Send, orders: dict[str, Any]) -> None:
    assert (orders["id"], orders["type"]) == ("demo-proj:sales.orders", "TABLE")
    assert orders["schema"]["fields"][0]["type"] == "INTEGER"
    assert orders["schema"]["fields"][2]["type"] == "RECORD"
    assert (orders["numRows"], orders["location"]) == ("0", "US")
    listed = send("GET", TABLES).json()
    assert (listed["totalItems"], listed["tables"][0]["id"]) == (1, orders["id"])
    assert "schema" not in listed["tables"][0]
    assert send("DELETE", ORDERS).status == 204
    assert send("GET", TABLES).json().get("tables") is None


def test_views_are_told_in_lists(send: Send, sales: dict[str, Any]) -> None:
    body = {"tableReference": {"tableId": "v"}, "view": {"query": "SELECT 1"}}
    made = make(send, TABLES, body)
    assert (made["type"], made["view"]["useLegacySql"]) == ("VIEW", True)
    assert send("GET", TABLES).json()["tables"][0]["view"] == {"useLegacySql": True}


def test_a_dataset_gives_its_tables_an_end(send: Send, world: Google) -> None:
    make(send, ROOT, dataset(defaultTableExpirationMs="3600000"))
    told = make(send, TABLES, table())
    assert int(told["expirationTime"]) == int(told["creationTime"]) + 3_600_000
    later = str(int(told["expirationTime"]) + 3_600_000)
    send("PATCH", ORDERS, {"expirationTime": later})
    world.advance(3601)
    assert send("GET", ORDERS).status == 200
    world.advance(3601)
    assert send("GET", ORDERS).status == 404


def test_a_dataset_gives_its_partitions_an_end(send: Send) -> None:
    make(send, ROOT, dataset(defaultPartitionExpirationMs="86400000"))
    told = make(send, TABLES, table(timePartitioning={"type": "DAY", "field": "at"}))
    assert told["timePartitioning"]["expirationMs"] == "86400000"


def test_columns_may_be_added_and_relaxed(send: Send, orders: dict[str, Any]) -> None:
    fields = [dict(one) for one in orders["schema"]["fields"]]
    fields[0]["mode"] = "NULLABLE"
    fields.append({"name": "note", "type": "STRING"})
    told = send("PATCH", ORDERS, {"schema": {"fields": fields}}).json()
    assert [one["name"] for one in told["schema"]["fields"]] == ["id", "at", "who", "note"]
    assert told["schema"]["fields"][0]["mode"] == "NULLABLE"


def fields(**changed: Any) -> dict[str, Any]:
    """The columns of the table with one changed: a body to patch it with."""
    return {
        "schema": {
            "fields": [
                {**one, **changed[one["name"]]} if one["name"] in changed else one
                for one in COLUMNS
            ]
        }
    }


def columns(*given: dict[str, Any]) -> dict[str, Any]:
    return {"tableReference": {"tableId": "new"}, "schema": {"fields": list(given)}}


def entry(**given: Any) -> dict[str, Any]:
    return {"access": [given]}


def test_a_materialized_view_is_refreshed_by_itself(send: Send, orders: dict[str, Any]) -> None:
    query = {"query": "SELECT id FROM sales.orders"}
    view = make(send, TABLES, {"tableReference": {"tableId": "ids"}, "materializedView": query})
    kept_up = {"enableRefresh": True, "refreshIntervalMs": "1800000"}
    assert (view["type"], view["materializedView"]) == ("MATERIALIZED_VIEW", {**kept_up, **query})


NEW = {"datasetReference": {"datasetId": "new"}}
MISTAKES = [
    ("GET", f"{ROOT}/none", None, 404, "NOT_FOUND", "Not found: Dataset demo-proj:none"),
    ("PATCH", f"{ROOT}/none", {}, 404, "NOT_FOUND", "Not found: Dataset demo-proj:none"),
    ("DELETE", f"{ROOT}/none", None, 404, "NOT_FOUND", "Not found: Dataset demo-proj:none"),
    ("POST", f"{ROOT}/none:undelete", None, 404, "NOT_FOUND", "Not found: Dataset demo-proj:none"),
    ("POST", ROOT, dataset(), 409, "ALREADY_EXISTS", "Already Exists: Dataset demo-proj:sales"),
    ("POST", ROOT, {}, 400, "INVALID_ARGUMENT", "Required parameter is missing"),
    ("POST", ROOT, {"datasetReference": {"datasetId": "a-b"}}, 400, "INVALID_ARGUMENT", 'Invalid dataset ID "a-b"'),
    ("POST", ROOT, {"datasetReference": {"datasetId": "n" * 1025}}, 400, "INVALID_ARGUMENT", "at most 1024 characters"),
    ("POST", ROOT, {"datasetReference": {"datasetId": "n", "projectId": "other-proj"}}, 400, "INVALID_ARGUMENT", "project"),
    ("POST", ROOT, {**NEW, "location": "moon"}, 400, "INVALID_ARGUMENT", "Invalid storage region"),
    ("POST", ROOT, {**NEW, "maxTimeTravelHours": "50"}, 400, "INVALID_ARGUMENT", "50 is not a valid value"),
    ("POST", ROOT, {**NEW, "defaultTableExpirationMs": "1000"}, 400, "INVALID_ARGUMENT", "3600000 milliseconds"),
    ("POST", ROOT, {**NEW, "defaultCollation": "de"}, 400, "INVALID_ARGUMENT", "de is not a valid value"),
    ("POST", ROOT, {**NEW, "labels": {"A": "x"}}, 400, "INVALID_ARGUMENT", 'label key "A"'),
    ("POST", ROOT, {**NEW, "labels": {"a": "X"}}, 400, "INVALID_ARGUMENT", 'label value "X"'),
    ("POST", ROOT, {**NEW, "labels": {f"k{n}": "" for n in range(65)}}, 400, "INVALID_ARGUMENT", "Too many labels"),
    ("POST", ROOT, {**NEW, "nme": 1}, 400, "INVALID_ARGUMENT", 'Unknown name "nme"'),
    ("POST", ROOT, {**NEW, "storageBillingModel": "X"}, 400, "INVALID_ARGUMENT", "storage_billing_model"),
    ("POST", ROOT, {**NEW, **entry(role="READER")}, 400, "INVALID_ARGUMENT", "exactly one"),
    ("POST", ROOT, {**NEW, **entry(domain="a.de")}, 400, "INVALID_ARGUMENT", "role is missing"),
    ("POST", ROOT, {**NEW, **entry(role="GOD", domain="a.de")}, 400, "INVALID_ARGUMENT", "Role GOD is not supported"),
    ("POST", ROOT, {**NEW, **entry(role="READER", specialGroup="all")}, 400, "INVALID_ARGUMENT", "all is not a valid"),
    ("POST", ROOT, {**NEW, **entry(role="READER", iamMember="bob")}, 400, "INVALID_ARGUMENT", "is of an unknown type"),
    ("POST", ROOT, {**NEW, **entry(role="READER", view={"tableId": "v"})}, 400, "INVALID_ARGUMENT", "must not have a role"),
    (
        "POST", ROOT, {**NEW, **entry(role="READER", domain="a.de", condition={"expression": "true"})}, 400,
        "INVALID_ARGUMENT", "must specify version 3",
    ),
    (
        "PATCH", SALES, entry(role="READER", userByEmail="none@demo-proj.iam.gserviceaccount.com"), 400,
        "INVALID_ARGUMENT", "Service account none@demo-proj.iam.gserviceaccount.com does not exist.",
    ),
    ("PATCH", SALES, {"location": "EU"}, 400, "INVALID_ARGUMENT", "location cannot be changed"),
    (
        "PATCH", SALES, {"externalDatasetReference": {"externalSource": "x"}}, 400, "INVALID_ARGUMENT",
        "externalDatasetReference cannot be changed",
    ),
    ("PATCH", SALES, {"maxTimeTravelHours": "1"}, 400, "INVALID_ARGUMENT", "1 is not a valid value"),
    ("GET", f"{ROOT}?filter=labels.a:(", None, 400, "INVALID_ARGUMENT", "Invalid filter"),
    ("GET", f"{ROOT}?pageToken=!", None, 400, "INVALID_ARGUMENT", "page token"),
    ("POST", f"{ROOT}/none/tables", table(), 404, "NOT_FOUND", "Not found: Dataset demo-proj:none"),
    ("GET", f"{TABLES}/none", None, 404, "NOT_FOUND", "Not found: Table demo-proj:sales.none"),
    ("DELETE", f"{TABLES}/none", None, 404, "NOT_FOUND", "Not found: Table demo-proj:sales.none"),
    ("POST", TABLES, table(), 409, "ALREADY_EXISTS", "Already Exists: Table demo-proj:sales.orders"),
    ("POST", TABLES, {"schema": {}}, 400, "INVALID_ARGUMENT", "Required parameter is missing"),
    ("POST", TABLES, table("a/b"), 400, "INVALID_ARGUMENT", 'Invalid table ID "a/b"'),
    (
        "POST", TABLES, {"tableReference": {"tableId": "t", "datasetId": "other"}}, 400, "INVALID_ARGUMENT",
        "another dataset",
    ),
    ("POST", TABLES, columns({"name": "1a", "type": "STRING"}), 400, "INVALID_ARGUMENT", 'Invalid field name "1a"'),
    ("POST", TABLES, columns({"name": "a", "type": "TEXT"}), 400, "INVALID_ARGUMENT", "TEXT is not a valid value"),
    ("POST", TABLES, columns({"name": "a", "type": "DATE", "mode": "X"}), 400, "INVALID_ARGUMENT", "mode: X is not"),
    ("POST", TABLES, columns({"name": "a", "type": "RECORD"}), 400, "INVALID_ARGUMENT", "type RECORD but has no schema"),
    (
        "POST", TABLES, columns({"name": "a", "type": "DATE"}, {"name": "A", "type": "DATE"}), 400, "INVALID_ARGUMENT",
        "Field A already exists in schema",
    ),
    ("POST", TABLES, table("t", view={"query": "x"}, materializedView={"query": "x"}), 400, "INVALID_ARGUMENT", "only one of"),
    ("POST", TABLES, table("t", view={}), 400, "INVALID_ARGUMENT", "Required parameter is missing: view.query"),
    ("POST", TABLES, table("t", timePartitioning={}), 400, "INVALID_ARGUMENT", "timePartitioning.type"),
    ("POST", TABLES, table("t", timePartitioning={"type": "WEEK"}), 400, "INVALID_ARGUMENT", "WEEK is not a valid"),
    (
        "POST", TABLES, table("t", timePartitioning={"type": "DAY", "field": "no"}), 400, "INVALID_ARGUMENT",
        "cannot be found in the schema. Invalid field: no",
    ),
    (
        "POST", TABLES, table("t", timePartitioning={"type": "DAY", "field": "id"}), 400, "INVALID_ARGUMENT",
        "The type found is: INTEGER",
    ),
    ("POST", TABLES, table("t", clustering={"fields": ["no"]}), 400, "INVALID_ARGUMENT", "clustering cannot be found"),
    ("POST", TABLES, table("t", clustering={"fields": ["id"] * 5}), 400, "INVALID_ARGUMENT", "The limit is 4"),
    ("POST", TABLES, table("t", expirationTime="1"), 400, "INVALID_ARGUMENT", "must be in the future"),
    ("PATCH", ORDERS, fields(at={"name": "then"}), 400, "INVALID_ARGUMENT", "Field at is missing in new schema"),
    ("PATCH", ORDERS, fields(at={"type": "DATE"}), 400, "INVALID_ARGUMENT", "changed type from TIMESTAMP to DATE"),
    ("PATCH", ORDERS, fields(at={"mode": "REQUIRED"}), 400, "INVALID_ARGUMENT", "mode from NULLABLE to REQUIRED"),
    (
        "PATCH", ORDERS, fields(who={"fields": [{"name": "other", "type": "STRING"}]}), 400, "INVALID_ARGUMENT",
        "Field who.name is missing in new schema",
    ),
    (
        "PATCH", ORDERS, {"schema": {"fields": [*COLUMNS, {"name": "b", "type": "DATE", "mode": "REQUIRED"}]}}, 400,
        "INVALID_ARGUMENT", "Cannot add required fields to an existing schema. (field: b)",
    ),
    ("PATCH", ORDERS, {"view": {"query": "x"}}, 400, "INVALID_ARGUMENT", "Cannot change the type"),
    ("PATCH", ORDERS, {"timePartitioning": {"type": "DAY"}}, 400, "INVALID_ARGUMENT", "Cannot convert non partitioned"),
    ("PATCH", ORDERS, {"etag": "old"}, 412, "FAILED_PRECONDITION", "Precondition check failed"),
    ("POST", f"{TABLES}/none:getIamPolicy", {}, 404, "NOT_FOUND", "Not found: Table"),
]  # fmt: skip


@pytest.mark.usefixtures("orders")
@pytest.mark.parametrize("row", MISTAKES)
def test_a_mistake_is_refused(send: Send, row: tuple[Any, ...]) -> None:
    refuse(send, Mistake(*row))


def test_the_account_that_uses_keys(send: Send, world: Google) -> None:
    told = send("GET", ROOT.replace("/datasets", "/serviceAccount")).json()
    number = world.number_of("demo-proj")
    assert told["email"] == f"bq-{number}@bigquery-encryption.iam.gserviceaccount.com"


def test_googles_client(emulator: Emulator) -> None:
    client = discovery(emulator, "bigquery", "v2", "bigquery/v2/")
    datasets, tables = client.datasets(), client.tables()
    made = datasets.insert(projectId="demo-proj", body=dataset(location="EU")).execute()
    read = datasets.get(projectId="demo-proj", datasetId="sales")
    assert read.execute()["etag"] == made["etag"]
    change = datasets.patch(projectId="demo-proj", datasetId="sales", body={"description": "x"})
    change.headers["If-Match"] = made["etag"]
    assert change.execute()["description"] == "x"
    with pytest.raises(HttpError) as caught:
        change.execute()
    assert caught.value.status_code == 412
    where = {"projectId": "demo-proj", "datasetId": "sales"}
    assert tables.insert(**where, body=table()).execute()["location"] == "EU"
    name = "projects/demo-proj/datasets/sales/tables/orders"
    policy = {"bindings": [{"role": "roles/bigquery.dataViewer", "members": ["user:a@b.de"]}]}
    told = tables.setIamPolicy(resource=name, body={"policy": policy}).execute()
    assert tables.getIamPolicy(resource=name, body={}).execute() == told
    asked = {"permissions": ["bigquery.tables.get"]}
    assert tables.testIamPermissions(resource=name, body=asked).execute() == asked
    datasets.delete(**where, deleteContents=True).execute()
    assert "datasets" not in datasets.list(projectId="demo-proj").execute()
