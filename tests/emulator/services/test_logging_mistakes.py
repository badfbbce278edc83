"""Cloud Logging: calls that are refused."""

from typing import Any

import pytest

from tests.emulator.conftest import Send
from tests.emulator.services.logs import (
    API,
    BUCKETS,
    EXCLUSIONS,
    METRICS,
    ROOT,
    SHELF,
    SINKS,
    TOPIC,
    ok,
    shelf_of,
)
from tests.emulator.services.mistakes import Mistake, refuse


@pytest.fixture
def shelf(send: Send) -> dict[str, Any]:
    return shelf_of(send)


def spread(**fields: Any) -> dict[str, Any]:
    return {
        "name": "m",
        "filter": "severity>=ERROR",
        "metricDescriptor": {"metricKind": "DELTA", "valueType": "DISTRIBUTION"},
        "valueExtractor": "EXTRACT(jsonPayload.ms)",
        **fields,
    }


def sink(**fields: Any) -> dict[str, Any]:
    return {"name": "new", "destination": TOPIC, **fields}


DATASETS = "https://bigquery.googleapis.com/bigquery/v2/projects/demo-proj/datasets"
BAD = "INVALID_ARGUMENT"
MISTAKES = [
    ("GET", f"{BUCKETS}/none", None, 404, "NOT_FOUND", "Bucket `none` in location `global` does not exist"),
    ("GET", f"{ROOT}/locations/us-east1/buckets/x", None, 404, "NOT_FOUND", "Bucket `x` in location `us-east1`"),
    ("POST", f"{BUCKETS}?bucketId=shelf", {}, 409, "ALREADY_EXISTS", "Bucket `shelf` in location `global` already"),
    ("POST", f"{BUCKETS}?bucketId=_Default", {}, 400, BAD, "Invalid resource id"),
    ("POST", f"{BUCKETS}?bucketId=-a", {}, 400, BAD, "Invalid resource id"),
    ("POST", BUCKETS, {}, 400, BAD, "bucketId is required"),
    ("POST", f"{BUCKETS}?bucketId=n", {"retentionDays": 3651}, 400, BAD, "between 1 and 3650"),
    ("POST", f"{BUCKETS}?bucketId=n", {"retentionDays": -1}, 400, BAD, "between 1 and 3650"),
    ("POST", f"{BUCKETS}?bucketId=n", {"nope": 1}, 400, BAD, 'Unknown name "nope"'),
    ("POST", f"{BUCKETS}?bucketId=n", {"description": "d" * 8001}, 400, BAD, "maximum length of 8000"),
    ("POST", f"{BUCKETS}?bucketId=n", {"indexConfigs": [{}]}, 400, BAD, "needs a field path"),
    ("POST", f"{BUCKETS}?bucketId=n", {"indexConfigs": [{}] * 21}, 400, BAD, "at most 20 indexes"),
    ("POST", f"{ROOT}/locations/moon/buckets?bucketId=n", {}, 403, "PERMISSION_DENIED", "locations/moon"),
    ("PATCH", SHELF, {"retentionDays": 5}, 400, BAD, "update mask is required"),
    ("PATCH", f"{SHELF}?updateMask=nope", {}, 400, BAD, "nope"),
    ("PATCH", f"{SHELF}?updateMask=analyticsEnabled", {}, 400, "FAILED_PRECONDITION", "cannot be disabled"),
    ("PATCH", f"{BUCKETS}/_Required?updateMask=retentionDays", {"retentionDays": 5}, 400, "FAILED_PRECONDITION", "locked"),
    ("DELETE", f"{BUCKETS}/_Default", None, 400, BAD, "Bucket `_Default` cannot be deleted"),
    ("POST", f"{SHELF}:undelete", {}, 400, "FAILED_PRECONDITION", "not in the DELETE_REQUESTED"),
    ("GET", f"{SHELF}/views/none", None, 404, "NOT_FOUND", "does not exist"),
    ("POST", f"{SHELF}/views?viewId=a.b", {}, 400, BAD, "Invalid resource id"),
    ("POST", f"{SHELF}/views?viewId=v", {"filter": "a OR b"}, 400, BAD, "join its terms by AND"),
    ("POST", f"{BUCKETS}/none/views?viewId=v", {}, 404, "NOT_FOUND", "Bucket `none`"),
    ("DELETE", f"{SHELF}/views/_AllLogs", None, 400, BAD, "_AllLogs cannot be deleted"),
    ("POST", f"{SHELF}/links?linkId=a-b", {}, 400, BAD, "Invalid resource id"),
    ("POST", f"{BUCKETS}/_Default/links?linkId=a", {}, 400, "FAILED_PRECONDITION", "Log Analytics must be enabled"),
    ("POST", f"{SHELF}/links?linkId=taken", {}, 409, "ALREADY_EXISTS", "Already Exists: Dataset demo-proj:taken"),
    ("GET", f"{SHELF}/links/none", None, 404, "NOT_FOUND", "links/none does not exist"),
    ("PATCH", f"{API}/projects/demo-proj/settings", {}, 400, BAD, "organizations and folders only"),
    ("PATCH", f"{API}/folders/1/settings", {"storageLocation": "moon"}, 400, BAD, "Invalid storage location"),
    ("PATCH", f"{API}/folders/1/settings", {"kmsKeyName": "k"}, 400, BAD, "Invalid KMS key name: 'k'"),
    ("PATCH", f"{API}/folders/1/settings?updateMask=name", {}, 400, BAD, "not updatable path 'name'"),
    ("POST", f"{ROOT}/locations/global/logScopes?logScopeId=s", {}, 400, BAD, "resourceNames"),
    (
        "POST", f"{ROOT}/locations/global/logScopes?logScopeId=s", {"resourceNames": ["folders/1"]}, 400, BAD,
        "Invalid resource name: 'folders/1'",
    ),
    (
        "POST", f"{ROOT}/locations/global/logScopes?logScopeId=s", {"resourceNames": [f"projects/p{n}" for n in range(6)]},
        400, BAD, "at most 5 projects",
    ),
    (
        "POST", f"{ROOT}/locations/us-east1/logScopes?logScopeId=s", {"resourceNames": ["projects/p"]}, 400, BAD,
        "only available in the global location",
    ),
    ("DELETE", f"{ROOT}/locations/global/logScopes/_Default", None, 400, BAD, "default log scope"),
    ("POST", f"{ROOT}/locations/global/savedQueries", {"displayName": "q", "visibility": "SHARED"}, 400, BAD, "Exactly one"),
    ("POST", f"{ROOT}/locations/global/savedQueries", {"displayName": "q"}, 400, BAD, "visibility"),
    ("GET", f"{API}/planets/mars/cmekSettings", None, 400, BAD, "Invalid resource name: 'planets/mars'"),
    ("POST", f"{API}/planets/mars/sinks", sink(), 400, BAD, "Invalid resource name: 'planets/mars'"),
    ("GET", f"{SINKS}/none", None, 404, "NOT_FOUND", "Sink none does not exist"),
    ("POST", SINKS, sink(name="old"), 409, "ALREADY_EXISTS", "Sink old already exists"),
    ("POST", SINKS, sink(name="_Default"), 400, BAD, "Invalid name: '_Default'"),
    ("POST", SINKS, sink(name="n" * 101), 400, BAD, "Invalid name"),
    ("POST", SINKS, {"name": "new"}, 400, BAD, "destination is required"),
    ("POST", SINKS, sink(destination="gs://x"), 400, BAD, "Invalid destination: 'gs://x'"),
    ("POST", SINKS, sink(destination="pubsub.googleapis.com/t"), 400, BAD, "Invalid destination"),
    ("POST", SINKS, sink(filter="(a"), 400, BAD, "Unparseable filter"),
    ("POST", SINKS, sink(filter='a="b'), 400, BAD, "Unparseable filter"),
    ("POST", SINKS, sink(filter="f" * 20_001), 400, BAD, "maximum length of 20000"),
    ("POST", SINKS, sink(exclusions=[{"name": "e"}]), 400, BAD, "Exclusion filter is required"),
    ("POST", SINKS, sink(exclusions=[{"name": "/", "filter": "a"}]), 400, BAD, "Invalid exclusion name"),
    ("POST", SINKS, sink(exclusions=[{"name": "e", "filter": "a"}] * 2), 400, BAD, "must be unique"),
    ("POST", SINKS, sink(exclusions=[{"name": "e", "filter": "a"}] * 51), 400, BAD, "at most 50 exclusions"),
    ("PATCH", f"{SINKS}/_Required?updateMask=filter", {"filter": "a"}, 400, BAD, "cannot be updated"),
    ("DELETE", f"{SINKS}/_Default", None, 400, BAD, "Sink _Default cannot be deleted"),
    ("GET", f"{EXCLUSIONS}/none", None, 404, "NOT_FOUND", "Exclusion projects/demo-proj/exclusions/none does not"),
    ("POST", EXCLUSIONS, {"name": "e"}, 400, BAD, "Missing required field: filter"),
    ("POST", EXCLUSIONS, {"name": "old", "filter": "a"}, 409, "ALREADY_EXISTS", "already exists"),
    ("PATCH", f"{EXCLUSIONS}/old", {"filter": "b"}, 400, BAD, "update mask is required"),
    ("GET", f"{METRICS}/none", None, 404, "NOT_FOUND", "Metric none does not exist."),
    ("GET", f"{METRICS}/a%2Fb", None, 404, "NOT_FOUND", "Metric a/b does not exist."),
    ("POST", METRICS, {"name": "old", "filter": "a"}, 409, "ALREADY_EXISTS", "Metric old already exists."),
    ("POST", METRICS, {"name": "/m", "filter": "a"}, 400, BAD, "Invalid name: '/m'"),
    ("POST", METRICS, {"name": "m"}, 400, BAD, "Missing required field: filter"),
    ("POST", METRICS, {"name": "m", "filter": "a", "metricDescriptor": {"metricKind": "GAUGE"}}, 400, BAD, "must be DELTA"),
    ("POST", METRICS, {"name": "m", "filter": "a", "metricDescriptor": {"valueType": "BOOL"}}, 400, BAD, "BOOL"),
    ("POST", METRICS, {"name": "m", "filter": "a", "valueExtractor": "EXTRACT(a)"}, 400, BAD, "only allowed for a"),
    ("POST", METRICS, {"name": "m", "filter": "a", "bucketOptions": {"explicitBuckets": {}}}, 400, BAD, "only allowed"),
    ("POST", METRICS, {"name": "m", "filter": "a", "labelExtractors": {"k": "x"}}, 400, BAD, "these do not: k"),
    ("POST", METRICS, spread(valueExtractor=""), 400, BAD, "is required for a DISTRIBUTION"),
    ("POST", METRICS, spread(bucketOptions={"linearBuckets": {"width": 1}}), 400, BAD, "Linear buckets"),
    ("POST", METRICS, spread(bucketOptions={"exponentialBuckets": {"scale": 1}}), 400, BAD, "Exponential buckets"),
    ("POST", METRICS, spread(bucketOptions={"explicitBuckets": {"bounds": [2, 1]}}), 400, BAD, "bounds must increase"),
    (
        "POST", METRICS, spread(bucketOptions={"explicitBuckets": {}, "linearBuckets": {}}), 400, BAD,
        "Only one of the bucket options",
    ),
    (
        "PUT", f"{METRICS}/old", spread(), 400, BAD, "The valueType of a metric cannot be changed",
    ),
    ("PUT", f"{METRICS}/old", {"description": "x"}, 400, BAD, "Missing required field: filter"),
    ("POST", f"{API}/entries:write", {"entries": []}, 400, BAD, "must not be empty"),
    ("POST", f"{API}/entries:write", {"entries": [{}]}, 400, BAD, "no log_name"),
    ("POST", f"{API}/entries:write", {"entries": [{"logName": "x"}]}, 400, BAD, "Invalid log name: 'x'"),
    ("POST", f"{API}/entries:list", {}, 400, BAD, "must not be empty"),
    ("POST", f"{API}/entries:list", {"resourceNames": ["x"]}, 400, BAD, "Invalid resource name: 'x'"),
    (
        "POST", f"{API}/entries:list", {"resourceNames": ["projects/demo-proj"], "orderBy": "severity"}, 400, BAD,
        "order_by must be",
    ),
]  # fmt: skip


@pytest.mark.parametrize("row", MISTAKES)
def test_a_mistake_is_refused(send: Send, shelf: dict[str, Any], row: tuple[Any, ...]) -> None:
    ok(send, "POST", SINKS, sink(name="old"))
    ok(send, "POST", EXCLUSIONS, {"name": "old", "filter": "a"})
    ok(send, "POST", METRICS, {"name": "old", "filter": "a"})
    ok(send, "POST", DATASETS, {"datasetReference": {"datasetId": "taken"}})
    refuse(send, Mistake(*row))
