"""Where only one of several fields may be set, the declared one is sent alone."""

from typing import Any

import pytest
from google.cloud import monitoring_v3, run_v2
from google.protobuf import json_format

from gcpstack._adapters.exclusive import Message, Named, settle
from gcpstack._core.json import Body
from tests.adapters.google import FakeGoogle
from tests.adapters.sending import apply, edit, target

NAMED = Named((frozenset({"a", "b"}), frozenset({"x", "y"})))


@pytest.mark.parametrize(
    ("merged", "desired", "expected"),
    [
        ({"a": 1, "b": 2, "c": 3}, {"b": 2}, {"b": 2, "c": 3}),
        ({"a": 1, "b": 2}, {}, {"a": 1, "b": 2}),
        ({"a": 1, "b": 2}, {"a": 1, "b": 2}, {"a": 1, "b": 2}),
        ({"n": {"x": 1, "y": 2}}, {"n": {"y": 2}}, {"n": {"y": 2}}),
        ({"n": [{"x": 1, "y": 2}, {"x": 3}]}, {"n": [{"y": 2}, {}]}, {"n": [{"y": 2}, {"x": 3}]}),
        ({"n": [{"x": 1, "y": 2}]}, {"n": []}, {"n": [{"x": 1, "y": 2}]}),
        ({"n": ["text"]}, {"n": "text"}, {"n": ["text"]}),
    ],
)
def test_named_groups(merged: Body, desired: Body, expected: Body) -> None:
    assert settle(merged, desired, NAMED) == expected


def test_the_alternatives_of_a_message_are_its_oneofs() -> None:
    """An environment variable moves to a secret, a probe to another kind, a volume to another source."""
    live: Any = {
        "volumes": [{"name": "v", "emptyDir": {}}],
        "containers": [
            {
                "env": [{"name": "A", "value": "plain"}, {"name": "B", "value": "kept"}],
                "startupProbe": {"tcpSocket": {"port": 80}, "periodSeconds": 3},
            }
        ],
    }
    secret = {"secretKeyRef": {"secret": "s", "version": "latest"}}
    merged = {
        "template": {
            "volumes": [{"name": "v", "emptyDir": {}, "secret": {"secret": "s"}}],
            "containers": [
                {
                    "env": [
                        {"name": "A", "value": "plain", "valueSource": secret},
                        live["containers"][0]["env"][1],
                    ],
                    "startupProbe": {
                        "tcpSocket": {"port": 80},
                        "httpGet": {"path": "/"},
                        "periodSeconds": 3,
                    },
                }
            ],
        },
        "labels": {"value": "a", "valueSource": "b"},
    }
    desired = {
        "template": {
            "volumes": [{"name": "v", "secret": {"secret": "s"}}],
            "containers": [
                {
                    "env": [{"name": "A", "valueSource": secret}, {"name": "B", "value": "kept"}],
                    "startupProbe": {"httpGet": {"path": "/"}},
                }
            ],
        }
    }
    found: Any = settle(merged, desired, Message(run_v2.Service.pb().DESCRIPTOR))
    container = found["template"]["containers"][0]
    assert container["env"] == [
        {"name": "A", "valueSource": secret},
        {"name": "B", "value": "kept"},
    ]
    assert container["startupProbe"] == {"httpGet": {"path": "/"}, "periodSeconds": 3}
    assert found["template"]["volumes"] == [{"name": "v", "secret": {"secret": "s"}}]
    assert found["labels"] == merged["labels"]  # the keys of a map are no fields
    json_format.ParseDict(found, run_v2.Service.pb(run_v2.Service()))


def test_an_alert_condition_changes_its_kind() -> None:
    merged = {
        "conditions": [
            {
                "name": "c/1",
                "conditionThreshold": {"filter": "f"},
                "conditionAbsent": {"filter": "f"},
            }
        ]
    }
    desired = {"conditions": [{"conditionAbsent": {"filter": "f"}}]}
    found = settle(merged, desired, Message(monitoring_v3.AlertPolicy.pb().DESCRIPTOR))
    assert found == {"conditions": [{"name": "c/1", "conditionAbsent": {"filter": "f"}}]}


def test_a_health_check_of_another_kind_is_sent_alone(google: FakeGoogle) -> None:
    google.script = lambda _: {"name": "op", "status": "DONE"}
    live: Body = {"type": "HTTP", "httpHealthCheck": {"port": 80}}
    desired: Body = {"type": "TCP", "tcpHealthCheck": {"port": 80}}
    where = target("compute.HealthCheck")
    (asked,) = apply(
        google, edit(where, live, {**live, **desired}, "type", "tcpHealthCheck", desired=desired)
    )
    assert asked.body == desired


@pytest.mark.parametrize(
    ("mode", "declared", "left"),
    [
        ("USE_ORIGIN_HEADERS", {}, set()),
        ("FORCE_CACHE_ALL", {}, {"defaultTtl", "clientTtl"}),
        ("CACHE_ALL_STATIC", {}, {"defaultTtl", "clientTtl", "maxTtl"}),
        ("FORCE_CACHE_ALL", {"maxTtl": 9}, {"defaultTtl", "clientTtl", "maxTtl"}),
    ],
)
def test_times_to_live_go_where_the_cache_mode_refuses_them(
    google: FakeGoogle, mode: str, declared: Body, left: set[str]
) -> None:
    google.script = lambda _: {"name": "op", "status": "DONE"}
    live: Body = {
        "cdnPolicy": {"cacheMode": "CACHE_ALL_STATIC", "defaultTtl": 1, "clientTtl": 2, "maxTtl": 3}
    }
    desired: Body = {"cdnPolicy": {"cacheMode": mode, **declared}}
    merged: Any = {"cdnPolicy": {**live["cdnPolicy"], "cacheMode": mode, **declared}}  # type: ignore[dict-item]
    where = target("compute.BackendService")
    (asked,) = apply(google, edit(where, live, merged, "cdnPolicy.cacheMode", desired=desired))
    assert set(asked.body["cdnPolicy"]) - {"cacheMode"} == left
