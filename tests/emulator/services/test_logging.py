"""Cloud Logging: buckets, views, links, sinks, exclusions, metrics, entries."""

from typing import Any

import pytest
from googleapiclient.errors import HttpError

from gcpstack.emulator import Emulator
from gcpstack.emulator.core.google import Google
from tests.emulator.conftest import Send
from tests.emulator.services.clients import discovery
from tests.emulator.services.logs import (
    API,
    BUCKETS,
    EXCLUSIONS,
    METRICS,
    ROOT,
    SHARED,
    SHELF,
    SINKS,
    TOPIC,
    ok,
    shelf_of,
)
from tests.emulator.services.mistakes import Mistake, refuse

DAY = 86400.0


def done(send: Send, operation: dict[str, Any]) -> dict[str, Any]:
    found = ok(send, "GET", f"{API}/{operation['name']}")
    assert found["done"] is True
    return found


@pytest.fixture
def shelf(send: Send) -> dict[str, Any]:
    return shelf_of(send)


# -- buckets


def test_every_project_has_two_buckets_and_two_sinks(send: Send) -> None:
    buckets = ok(send, "GET", BUCKETS)["buckets"]
    assert [(one["name"].rsplit("/", 1)[-1], one["retentionDays"]) for one in buckets] == [
        ("_Default", 30),
        ("_Required", 400),
    ]
    sinks = ok(send, "GET", SINKS)["sinks"]
    assert [one["name"] for one in sinks] == ["_Default", "_Required"]
    assert all("writerIdentity" not in one for one in sinks)
    views = ok(send, "GET", f"{BUCKETS}/_Default/views")["views"]
    assert [one["name"].rsplit("/", 1)[-1] for one in views] == ["_AllLogs", "_Default"]


def test_a_bucket(send: Send, shelf: dict[str, Any], world: Google) -> None:
    assert shelf == {
        "name": "projects/demo-proj/locations/global/buckets/shelf",
        "analyticsEnabled": True,
        "retentionDays": 30,
        "lifecycleState": "ACTIVE",
        "createTime": world.stamp(),
        "updateTime": world.stamp(),
    }
    told = ok(send, "PATCH", f"{SHELF}?updateMask=retentionDays,description", {"retentionDays": 9})
    assert (told["retentionDays"], told["analyticsEnabled"]) == (9, True)
    told = ok(send, "PATCH", f"{SHELF}?updateMask=retentionDays", {})
    assert told["retentionDays"] == 30
    key = "projects/p/locations/l/keyRings/r/cryptoKeys/k"
    body = {"cmekSettings": {"kmsKeyName": key}}
    told = ok(send, "PATCH", f"{SHELF}?updateMask=cmekSettings", body)["cmekSettings"]
    assert told["kmsKeyName"] == key
    assert told["serviceAccountId"].startswith(f"cmek-p{world.number_of('demo-proj')}@")
    views = ok(send, "GET", f"{SHELF}/views")["views"]
    assert [one["name"].rsplit("/", 1)[-1] for one in views] == ["_AllLogs"]


def test_the_default_bucket_may_be_changed(send: Send) -> None:
    told = ok(send, "PATCH", f"{BUCKETS}/_Default?updateMask=retentionDays", {"retentionDays": 90})
    assert (told["retentionDays"], told["description"]) == (90, "Default bucket")


def test_a_deleted_bucket_keeps_its_name_for_a_week(
    send: Send, shelf: dict[str, Any], world: Google
) -> None:
    assert ok(send, "DELETE", SHELF) == {}
    assert ok(send, "GET", SHELF)["lifecycleState"] == "DELETE_REQUESTED"
    taken = Mistake(
        "POST", f"{BUCKETS}?bucketId=shelf", {}, 409, "ALREADY_EXISTS", "already exists"
    )
    refuse(send, taken)
    patch = ("PATCH", f"{SHELF}?updateMask=description", {"description": "x"})
    refuse(send, Mistake(*patch, 400, "FAILED_PRECONDITION", "DELETE_REQUESTED"))
    assert ok(send, "POST", f"{SHELF}:undelete", {}) == {}
    world.advance(8 * DAY)
    assert ok(send, "GET", SHELF)["lifecycleState"] == "ACTIVE"
    ok(send, "DELETE", SHELF)
    world.advance(8 * DAY)
    assert send("GET", SHELF).status == 404
    ok(send, "POST", f"{BUCKETS}?bucketId=shelf", {})


def test_a_locked_bucket_goes_only_empty(send: Send, shelf: dict[str, Any]) -> None:
    ok(send, "PATCH", f"{SHELF}?updateMask=locked", {"locked": True})
    patch = ("PATCH", f"{SHELF}?updateMask=retentionDays", {"retentionDays": 1})
    refuse(send, Mistake(*patch, 400, "FAILED_PRECONDITION", "locked cannot be modified"))
    entries = [{"logName": "projects/demo-proj/logs/a", "textPayload": "x"}]
    ok(send, "POST", f"{API}/entries:write", {"entries": entries})
    refuse(send, Mistake("DELETE", SHELF, None, 400, "FAILED_PRECONDITION", "when they are empty"))
    ok(send, "DELETE", f"{ROOT}/logs/a")
    assert ok(send, "DELETE", SHELF) == {}


def test_buckets_can_be_made_and_changed_by_operations(send: Send, world: Google) -> None:
    operation = ok(send, "POST", f"{BUCKETS}:createAsync?bucketId=shelf", {"description": "x"})
    number = world.number_of("demo-proj")
    assert operation["name"].startswith(f"projects/{number}/locations/global/operations/")
    assert operation["metadata"] == {
        "@type": "type.googleapis.com/google.logging.v2.BucketMetadata",
        "startTime": world.stamp(),
        "state": "OPERATION_STATE_SCHEDULED",
        "createBucketRequest": {
            "parent": "projects/demo-proj/locations/global",
            "bucketId": "shelf",
            "bucket": {"description": "x"},
        },
    }
    found = done(send, operation)
    assert found["metadata"]["state"] == "OPERATION_STATE_SUCCEEDED"
    assert found["response"]["@type"] == "type.googleapis.com/google.logging.v2.LogBucket"
    change = f"{SHELF}:updateAsync?updateMask=analyticsEnabled"
    found = done(send, ok(send, "POST", change, {"analyticsEnabled": True}))
    assert found["metadata"]["updateBucketRequest"]["updateMask"] == "analyticsEnabled"
    assert found["response"]["analyticsEnabled"] is True


def test_links(send: Send, shelf: dict[str, Any], world: Google) -> None:
    operation = ok(send, "POST", f"{SHELF}/links?linkId=warehouse", {})
    told = done(send, operation)["response"]
    assert told["bigqueryDataset"] == {
        "datasetId": "bigquery.googleapis.com/projects/demo-proj/datasets/warehouse"
    }
    assert ok(send, "GET", f"{SHELF}/links/warehouse")["lifecycleState"] == "ACTIVE"
    dataset = "https://bigquery.googleapis.com/bigquery/v2/projects/demo-proj/datasets/warehouse"
    assert ok(send, "GET", dataset)["location"] == "US"
    assert ok(send, "GET", f"{dataset}/tables/_AllLogs")["type"] == "VIEW"
    refuse(
        send, Mistake("DELETE", SHELF, None, 400, "FAILED_PRECONDITION", "links cannot be deleted")
    )
    gone = done(send, ok(send, "DELETE", f"{SHELF}/links/warehouse"))
    name = "projects/demo-proj/locations/global/buckets/shelf/links/warehouse"
    assert gone["metadata"]["deleteLinkRequest"] == {"name": name}
    assert gone["response"] == {"@type": "type.googleapis.com/google.protobuf.Empty"}
    assert send("GET", dataset).status == 404
    assert ok(send, "DELETE", SHELF) == {}


def test_views(send: Send, shelf: dict[str, Any]) -> None:
    body = {"filter": 'resource.type="gce_instance" AND LOG_ID("stdout")'}
    told = ok(send, "POST", f"{SHELF}/views?viewId=machines", body)
    assert told["filter"] == body["filter"]
    policy = {"bindings": [{"role": "roles/logging.viewAccessor", "members": ["user:a@b.de"]}]}
    ok(send, "POST", f"{SHELF}/views/machines:setIamPolicy", {"policy": policy})
    found = ok(send, "POST", f"{SHELF}/views/machines:getIamPolicy", {})
    assert found["bindings"] == policy["bindings"]
    assert ok(send, "DELETE", f"{SHELF}/views/machines") == {}


# -- sinks


@pytest.mark.parametrize(
    ("query", "destination", "writer"),
    [
        ("", TOPIC, SHARED),
        ("?uniqueWriterIdentity=false", TOPIC, SHARED),
        ("?uniqueWriterIdentity=true", TOPIC, "serviceAccount:service-{}@gcp-sa-logging.iam.gserviceaccount.com"),
        ("?customWriterIdentity=me@demo-proj.iam.gserviceaccount.com", TOPIC, "serviceAccount:me@demo-proj.iam.gserviceaccount.com"),
        ("?uniqueWriterIdentity=true", "logging.googleapis.com/projects/demo-proj/locations/global/buckets/b", None),
        (
            "?uniqueWriterIdentity=true", "logging.googleapis.com/projects/other-proj/locations/global/buckets/b",
            "serviceAccount:service-{}@gcp-sa-logging.iam.gserviceaccount.com",
        ),
    ],
)  # fmt: skip
def test_who_writes_for_a_sink(
    send: Send, world: Google, query: str, destination: str, writer: str | None
) -> None:
    told = ok(send, "POST", f"{SINKS}{query}", {"name": "s", "destination": destination})
    assert told.get("writerIdentity") == (writer and writer.format(world.number_of("demo-proj")))


def test_above_projects_every_sink_has_its_own_writer(send: Send) -> None:
    body = {"name": "s", "destination": TOPIC, "includeChildren": True}
    told = ok(send, "POST", f"{API}/organizations/123/sinks", body)
    assert told["writerIdentity"].startswith("serviceAccount:service-org-123@")
    assert told["includeChildren"] is True
    told = ok(send, "POST", f"{API}/folders/7/sinks", body)
    assert told["writerIdentity"].startswith("serviceAccount:service-folder-7@")
    assert "includeChildren" not in ok(send, "POST", SINKS, body)


@pytest.mark.parametrize("method", ["PATCH", "PUT"])
def test_without_a_mask_a_sink_changes_in_three_fields(send: Send, method: str) -> None:
    ok(send, "POST", SINKS, {"name": "s", "destination": TOPIC, "description": "d", "filter": "a"})
    other = TOPIC.replace("topics/t", "topics/u")
    body = {"destination": other, "description": "new"}
    told = ok(send, method, f"{SINKS}/s", body)
    assert told["destination"] == other
    assert told["description"] == "d"
    assert "filter" not in told
    told = ok(send, method, f"{SINKS}/s?updateMask=description", {"description": "new"})
    assert (told["destination"], told["description"]) == (other, "new")


def test_a_writer_may_become_unique_and_stays_so(send: Send) -> None:
    ok(send, "POST", SINKS, {"name": "s", "destination": TOPIC})
    body = {"destination": TOPIC}
    told = ok(send, "PATCH", f"{SINKS}/s?uniqueWriterIdentity=true", body)
    assert told["writerIdentity"].startswith("serviceAccount:service-")
    assert ok(send, "PATCH", f"{SINKS}/s", body)["writerIdentity"] == told["writerIdentity"]
    back = ("PATCH", f"{SINKS}/s?uniqueWriterIdentity=false", body)
    refuse(send, Mistake(*back, 400, "INVALID_ARGUMENT", "cannot be changed from true to false"))


def test_tables_of_a_sink_are_partitioned_by_time(send: Send) -> None:
    body = {
        "name": "s",
        "destination": "bigquery.googleapis.com/projects/demo-proj/datasets/d",
        "bigqueryOptions": {"usePartitionedTables": True},
    }
    told = ok(send, "POST", SINKS, body)["bigqueryOptions"]
    assert told == {"usePartitionedTables": True, "usesTimestampColumnPartitioning": True}


def test_the_default_sink_may_be_changed_and_holds_the_projects_exclusions(send: Send) -> None:
    body = {"disabled": True}
    assert ok(send, "PATCH", f"{SINKS}/_Default?updateMask=disabled", body)["disabled"] is True
    ok(send, "POST", EXCLUSIONS, {"name": "noise", "filter": "severity<INFO"})
    held = ok(send, "GET", f"{SINKS}/_Default")["exclusions"]
    assert [(one["name"], one["filter"]) for one in held] == [("noise", "severity<INFO")]
    ok(send, "DELETE", f"{EXCLUSIONS}/noise")
    assert "exclusions" not in ok(send, "GET", f"{SINKS}/_Default")


def test_at_most_ten_exclusions(send: Send) -> None:
    for number in range(10):
        ok(send, "POST", EXCLUSIONS, {"name": f"e{number}", "filter": "a"})
    body = {"name": "e10", "filter": "a"}
    refuse(send, Mistake("POST", EXCLUSIONS, body, 429, "RESOURCE_EXHAUSTED", "At most 10"))


# -- metrics


def test_a_metric_describes_itself_to_monitoring(send: Send) -> None:
    labels = [{"key": "a", "valueType": "STRING"}, {"key": "b", "valueType": "INT64"}]
    body = {
        "name": "m",
        "filter": "severity>=ERROR",
        "description": "Errors",
        "labelExtractors": {"a": "EXTRACT(a)", "b": "EXTRACT(b)"},
        "metricDescriptor": {
            "launchStage": "GA",
            "metadata": {"ingestDelay": "2s"},
            "labels": labels,
        },
    }
    told = ok(send, "POST", METRICS, body)["metricDescriptor"]
    assert told == {
        "name": "projects/demo-proj/metricDescriptors/logging.googleapis.com/user/m",
        "type": "logging.googleapis.com/user/m",
        "description": "Errors",
        "metricKind": "DELTA",
        "valueType": "INT64",
        "unit": "1",
        "labels": [{"key": "a"}, {"key": "b", "valueType": "INT64"}],
    }


def test_a_put_makes_or_changes_a_metric_whose_name_has_slashes(send: Send) -> None:
    url = f"{METRICS}/team%2Ferrors"
    made = ok(send, "PUT", url, {"name": "team/errors", "filter": "a"})
    assert made["name"] == "team/errors"
    told = ok(send, "PUT", url, {"name": "team/errors", "filter": "b", "description": "d"})
    assert (told["filter"], told["createTime"]) == ("b", made["createTime"])
    assert "description" not in ok(send, "PUT", url, {"filter": "b"})
    assert ok(send, "GET", url)["name"] == "team/errors"
    assert ok(send, "DELETE", url) == {}


def test_settings_tell_the_accounts(send: Send, world: Google) -> None:
    number = world.number_of("demo-proj")
    told = ok(send, "GET", f"{ROOT}/settings")
    assert told["loggingServiceAccountId"].startswith(f"service-{number}@")
    assert ok(send, "GET", f"{ROOT}/cmekSettings") == {
        "name": "projects/demo-proj/cmekSettings",
        "serviceAccountId": told["kmsServiceAccountId"],
    }
    told = ok(send, "GET", f"{API}/organizations/12/settings")
    assert told["loggingServiceAccountId"].startswith("service-org-12@")


def test_settings_of_an_organization_can_be_changed(send: Send) -> None:
    url = f"{API}/organizations/12/settings"
    key = "projects/p/locations/l/keyRings/r/cryptoKeys/k"
    body = {"storageLocation": "europe-west3", "kmsKeyName": key, "disableDefaultSink": True}
    told = ok(send, "PATCH", f"{url}?updateMask=storageLocation,kmsKeyName", body)
    assert (told["storageLocation"], told["kmsKeyName"]) == ("europe-west3", key)
    assert "disableDefaultSink" not in told
    assert ok(send, "GET", f"{API}/organizations/12/cmekSettings")["kmsKeyName"] == key
    cmek = ok(send, "PATCH", f"{API}/organizations/12/cmekSettings?updateMask=kmsKeyName", {})
    assert "kmsKeyName" not in cmek
    assert "storageLocation" in ok(send, "GET", url)
    assert "storageLocation" not in ok(send, "PATCH", f"{url}?updateMask=*", {})


def test_log_scopes(send: Send) -> None:
    scopes = f"{ROOT}/locations/global/logScopes"
    assert ok(send, "GET", f"{scopes}/_Default")["resourceNames"] == ["projects/demo-proj"]
    view = "projects/demo-proj/locations/global/buckets/_Default/views/_AllLogs"
    told = ok(send, "POST", f"{scopes}?logScopeId=mine", {"resourceNames": [view]})
    assert told["createTime"] == told["updateTime"]
    body = {"resourceNames": ["projects/other-proj"]}
    told = ok(send, "PATCH", f"{scopes}/mine?updateMask=resourceNames", body)
    assert told["resourceNames"] == ["projects/other-proj"]
    assert len(ok(send, "GET", scopes)["logScopes"]) == 2
    assert ok(send, "DELETE", f"{scopes}/mine") == {}


def test_saved_queries(send: Send) -> None:
    queries = f"{ROOT}/locations/global/savedQueries"
    body = {
        "displayName": "q",
        "visibility": "SHARED",
        "loggingQuery": {"filter": "severity=ERROR"},
    }
    made = ok(send, "POST", queries, body)
    assert made["loggingQuery"] == {"filter": "severity=ERROR"}
    assert ok(send, "GET", f"{API}/{made['name']}") == made
    ok(send, "POST", f"{queries}?savedQueryId=mine", body)
    assert len(ok(send, "GET", queries)["savedQueries"]) == 2
    assert ok(send, "GET", f"{ROOT}/locations/global/recentQueries") == {}


def test_googles_client(emulator: Emulator) -> None:
    projects = discovery(emulator, "logging", "v2").projects()
    sinks, parent = projects.sinks(), "projects/demo-proj"
    body = {"name": "s", "destination": TOPIC}
    made = sinks.create(parent=parent, uniqueWriterIdentity=True, body=body).execute()
    assert sinks.get(sinkName=f"{parent}/sinks/s").execute() == made
    with pytest.raises(HttpError) as caught:
        sinks.create(parent=parent, body=body).execute()
    assert caught.value.status_code == 409
    metrics = projects.metrics()
    name = f"{parent}/metrics/a%2Fb"
    metrics.update(metricName=name, body={"name": "a/b", "filter": "x"}).execute()
    assert [one["name"] for one in metrics.list(parent=parent).execute()["metrics"]] == ["a/b"]
    buckets = projects.locations().buckets()
    where = f"{parent}/locations/europe-west1"
    operation = buckets.createAsync(parent=where, bucketId="b", body={}).execute()
    operations = projects.locations().operations()
    assert operations.get(name=operation["name"]).execute()["done"] is True
    assert buckets.get(name=f"{where}/buckets/b").execute()["lifecycleState"] == "ACTIVE"
