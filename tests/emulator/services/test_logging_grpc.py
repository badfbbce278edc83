"""Cloud Logging through its own clients, which speak only gRPC."""

import importlib
from typing import Any

import grpc
import pytest
from google.api_core.exceptions import AlreadyExists, FailedPrecondition, NotFound

pytest.importorskip("google.cloud.logging_v2", reason="google-cloud-logging is not installed")
PROJECT = "projects/demo-proj"
GLOBAL = f"{PROJECT}/locations/global"
TOPIC = "pubsub.googleapis.com/projects/demo-proj/topics/t"


def client(channel: grpc.Channel, name: str) -> Any:
    """A client of one of the API's services: ``Config``, ``Metrics`` or ``Logging``."""
    module = importlib.import_module(f"google.cloud.logging_v2.services.{name.lower()}_service_v2")
    kind = getattr(module, f"{name}ServiceV2Client")
    return kind(transport=kind.get_transport_class("grpc")(channel=channel))


@pytest.fixture
def config(channel: grpc.Channel) -> Any:
    return client(channel, "Config")


def test_sinks(config: Any) -> None:
    made = config.create_sink(
        request={
            "parent": PROJECT,
            "sink": {"name": "s", "destination": TOPIC, "filter": "severity>=ERROR"},
            "unique_writer_identity": True,
        }
    )
    assert made.writer_identity.startswith("serviceAccount:service-")
    assert config.get_sink(sink_name=f"{PROJECT}/sinks/s") == made
    with pytest.raises(AlreadyExists, match="Sink s already exists"):
        config.create_sink(parent=PROJECT, sink={"name": "s", "destination": TOPIC})
    changed = config.update_sink(
        request={
            "sink_name": f"{PROJECT}/sinks/s",
            "sink": {"destination": TOPIC, "description": "d"},
            "update_mask": "description",
        }
    )
    assert (changed.description, changed.filter) == ("d", "severity>=ERROR")
    assert [one.name for one in config.list_sinks(parent=PROJECT)] == ["_Default", "_Required", "s"]
    config.delete_sink(sink_name=f"{PROJECT}/sinks/s")
    with pytest.raises(NotFound, match="Sink s does not exist"):
        config.get_sink(sink_name=f"{PROJECT}/sinks/s")


def test_buckets_views_and_links(config: Any) -> None:
    types = importlib.import_module("google.cloud.logging_v2.types")
    waiting = config.create_bucket_async(
        request={"parent": GLOBAL, "bucket_id": "b", "bucket": {"analytics_enabled": True}}
    )
    assert isinstance(waiting.metadata, types.BucketMetadata)
    bucket = waiting.result(timeout=10)
    assert (bucket.retention_days, bucket.lifecycle_state.name) == (30, "ACTIVE")
    view = {"filter": 'LOG_ID("stdout")'}
    config.create_view(request={"parent": bucket.name, "view_id": "v", "view": view})
    names = [one.name.rsplit("/", 1)[-1] for one in config.list_views(parent=bucket.name)]
    assert names == ["_AllLogs", "v"]
    link = config.create_link(parent=bucket.name, link_id="w", link={}).result(timeout=10)
    assert link.bigquery_dataset.dataset_id.endswith("/datasets/w")
    with pytest.raises(FailedPrecondition, match="links"):
        config.delete_bucket(request={"name": bucket.name})
    config.delete_link(name=link.name).result(timeout=10)
    config.delete_bucket(request={"name": bucket.name})
    config.undelete_bucket(request={"name": bucket.name})
    assert config.get_bucket(request={"name": bucket.name}).lifecycle_state.name == "ACTIVE"


def test_exclusions(config: Any) -> None:
    made = config.create_exclusion(parent=PROJECT, exclusion={"name": "e", "filter": "a"})
    assert made.name == f"{PROJECT}/exclusions/e"
    changed = config.update_exclusion(
        name=made.name, exclusion={"disabled": True}, update_mask={"paths": ["disabled"]}
    )
    assert (changed.disabled, changed.filter) == (True, "a")
    config.delete_exclusion(name=made.name)
    assert not list(config.list_exclusions(parent=PROJECT))


def test_metrics(channel: grpc.Channel) -> None:
    metrics = client(channel, "Metrics")
    name = f"{PROJECT}/metrics/m"
    made = metrics.create_log_metric(parent=PROJECT, metric={"name": "m", "filter": "a"})
    assert made.metric_descriptor.type == "logging.googleapis.com/user/m"
    metrics.update_log_metric(metric_name=name, metric={"name": "m", "filter": "b"})
    assert metrics.get_log_metric(metric_name=name).filter == "b"
    assert [one.name for one in metrics.list_log_metrics(parent=PROJECT)] == ["m"]
    metrics.delete_log_metric(metric_name=name)
    with pytest.raises(NotFound, match="Metric m does not exist"):
        metrics.get_log_metric(metric_name=name)


def test_entries(channel: grpc.Channel) -> None:
    logging = client(channel, "Logging")
    entries = [{"text_payload": f"line {number}", "severity": "ERROR"} for number in range(3)]
    log = f"{PROJECT}/logs/app"
    logging.write_log_entries(
        request={"log_name": log, "resource": {"type": "global"}, "entries": entries}
    )
    found = logging.list_log_entries(resource_names=[PROJECT], filter="severity=ERROR")
    assert [one.text_payload for one in found] == ["line 0", "line 1", "line 2"]
    assert list(logging.list_logs(parent=PROJECT)) == [log]
    logging.delete_log(log_name=log)
    assert not list(logging.list_logs(parent=PROJECT))
