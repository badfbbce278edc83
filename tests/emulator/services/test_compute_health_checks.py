"""Health checks: what a prober can be asked for."""

from typing import Any

import pytest

from tests.emulator.conftest import Send
from tests.emulator.services.balancing import GLOBAL, make, refusal

HEALTH: list[tuple[dict[str, Any], str]] = [
    ({"checkIntervalSec": 0}, "checkIntervalSec"),
    ({"healthyThreshold": 11}, "healthyThreshold"),
    ({"timeoutSec": 6}, "TimeoutSec should be less than checkIntervalSec."),
    ({"type": "HTTP", "tcpHealthCheck": {}}, "type HTTP"),
    ({"tcpHealthCheck": {"port": 70000}}, "tcpHealthCheck.port"),
    ({"httpHealthCheck": {"requestPath": "up"}}, "httpHealthCheck.requestPath"),
    ({"type": "GRPC"}, "grpcHealthCheck.port"),
    ({"httpHealthCheck": {"portSpecification": "USE_SERVING_PORT", "port": 80}}, "USE_SERVING_PORT"),
    ({"sourceRegions": ["us-central1"], "checkIntervalSec": 30}, "Exactly 3"),
    ({"sourceRegions": ["us-central1", "us-east1", "mars"], "checkIntervalSec": 30}, "Unknown region"),
    ({"sourceRegions": ["us-central1", "us-east1", "us-west1"]}, "at least 30"),
    ({"type": "SSL", "sourceRegions": ["us-central1", "us-east1", "us-west1"], "checkIntervalSec": 30}, "TCP, HTTP and HTTPS"),
]  # fmt: skip


@pytest.mark.parametrize(("fields", "words"), HEALTH)
def test_health_check_mistakes(send: Send, fields: dict[str, Any], words: str) -> None:
    status, _, message = refusal(send, "POST", f"{GLOBAL}/healthChecks", {"name": "h", **fields})
    assert status == 400
    assert words in message


def test_health_checks_say_their_ports(send: Send) -> None:
    serving = {"portSpecification": "USE_SERVING_PORT"}
    told = make(send, f"{GLOBAL}/healthChecks", {"name": "s", "httpHealthCheck": serving})
    assert told["httpHealthCheck"] == {**serving, "proxyHeader": "NONE", "requestPath": "/"}
    grpc = make(
        send,
        f"{GLOBAL}/healthChecks",
        {"name": "g", "type": "GRPC", "grpcHealthCheck": {"port": 50051}},
    )
    assert grpc["grpcHealthCheck"] == {"port": 50051}
