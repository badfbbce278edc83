"""The emulator on the network: Google's own clients, the control calls, faults, persistence."""

import concurrent.futures
import http.client
import json
import pathlib
import signal
import socket
import subprocess
import sys
from typing import Any
from urllib.parse import urlsplit

import grpc
import pytest
import requests
from google.api_core import exceptions
from google.api_core.client_options import ClientOptions
from google.auth.credentials import AnonymousCredentials
from google.cloud import compute_v1, monitoring_v3, redis_v1, secretmanager_v1
from google.cloud.monitoring_v3.services.alert_policy_service.transports import (
    AlertPolicyServiceGrpcTransport,
)
from google.cloud.monitoring_v3.services.notification_channel_service.transports import (
    NotificationChannelServiceGrpcTransport,
)
from google.cloud.redis_v1.services.cloud_redis.transports import CloudRedisGrpcTransport
from google.cloud.secretmanager_v1.services.secret_manager_service.transports import (
    SecretManagerServiceGrpcTransport,
)
from googleapiclient import discovery
from googleapiclient.http import HttpRequest

from gcpstack.emulator import Emulator, ManualClock
from gcpstack.emulator.core.google import Google
from gcpstack.emulator.core.persist import StateInUseError
from tests.emulator.conftest import sender

PROJECT = "projects/demo-proj"
PARENT = f"{PROJECT}/locations/us-central1"
ADDRESSES = "compute.googleapis.com/compute/v1/projects/demo-proj/global/addresses"
CONDITION = {
    "display_name": "c",
    "condition_threshold": {
        "filter": 'metric.type="x" AND resource.type="global"',
        "comparison": "COMPARISON_GT",
        "duration": "60s",
    },
}


def test_alert_policies_over_grpc(channel: grpc.Channel) -> None:
    channels = monitoring_v3.NotificationChannelServiceClient(
        transport=NotificationChannelServiceGrpcTransport(channel=channel)
    )
    policies = monitoring_v3.AlertPolicyServiceClient(
        transport=AlertPolicyServiceGrpcTransport(channel=channel)
    )
    mail = channels.create_notification_channel(
        name=PROJECT,
        notification_channel={"type_": "email", "labels": {"email_address": "a@example.com"}},
    )
    policy = policies.create_alert_policy(
        name=PROJECT,
        alert_policy={
            "display_name": "x",
            "combiner": "OR",
            "conditions": [CONDITION],
            "notification_channels": [mail.name],
        },
    )
    assert policy.enabled
    condition = policy.conditions[0].name
    policy.display_name = "y"
    policies.update_alert_policy(alert_policy=policy, update_mask={"paths": ["display_name"]})
    (found,) = policies.list_alert_policies(name=PROJECT)
    assert (found.display_name, found.conditions[0].name) == ("y", condition)
    with pytest.raises(exceptions.FailedPrecondition):
        channels.delete_notification_channel(name=mail.name)
    channels.delete_notification_channel(name=mail.name, force=True)
    with pytest.raises(exceptions.InvalidArgument) as caught:
        policies.create_alert_policy(name=PROJECT, alert_policy={"display_name": "x"})
    assert caught.value.details[0].field_violations[0].field == "alert_policy.conditions"
    policies.delete_alert_policy(name=policy.name)
    with pytest.raises(exceptions.NotFound):
        policies.get_alert_policy(name=policy.name)


def test_operations_over_grpc(channel: grpc.Channel) -> None:
    client = redis_v1.CloudRedisClient(transport=CloudRedisGrpcTransport(channel=channel))
    made = client.create_instance(
        parent=PARENT, instance_id="r1", instance={"memory_size_gb": 1, "tier": "STANDARD_HA"}
    )
    instance = made.result(timeout=10)
    assert (instance.tier.name, instance.state.name) == ("STANDARD_HA", "READY")
    changed = client.update_instance(
        instance={"name": instance.name, "memory_size_gb": 3},
        update_mask={"paths": ["memory_size_gb"]},
    )
    assert changed.result(timeout=10).memory_size_gb == 3
    assert [item.name for item in client.list_instances(parent=PARENT)] == [instance.name]
    client.delete_instance(name=instance.name).result(timeout=10)
    assert list(client.list_instances(parent=PARENT)) == []


def test_secrets_over_grpc(channel: grpc.Channel) -> None:
    client = secretmanager_v1.SecretManagerServiceClient(
        transport=SecretManagerServiceGrpcTransport(channel=channel)
    )
    secret = client.create_secret(
        parent=PROJECT, secret_id="s", secret={"replication": {"automatic": {}}}
    )
    client.add_secret_version(parent=secret.name, payload={"data": b"\x00hi"})
    assert (
        client.access_secret_version(name=f"{secret.name}/versions/latest").payload.data
        == b"\x00hi"
    )
    assert client.disable_secret_version(name=f"{secret.name}/versions/1").state.name == "DISABLED"
    policy = client.get_iam_policy(request={"resource": secret.name})
    policy.bindings.add(role="roles/viewer", members=["user:a@example.com"])
    assert client.set_iam_policy(request={"resource": secret.name, "policy": policy}).version == 1


def test_an_rpc_that_is_not_served(channel: grpc.Channel) -> None:
    call = channel.unary_unary("/google.cloud.redis.v1.CloudRedis/Nonsense")
    with pytest.raises(grpc.RpcError) as caught:
        call(b"")
    assert caught.value.code() is grpc.StatusCode.UNIMPLEMENTED  # type: ignore[attr-defined]


def test_compute_through_its_client(emulator: Emulator) -> None:
    options = ClientOptions(api_endpoint=f"{emulator.endpoint}/compute.googleapis.com")
    client = compute_v1.GlobalAddressesClient(
        credentials=AnonymousCredentials(), client_options=options
    )
    waiter = compute_v1.GlobalOperationsClient(
        credentials=AnonymousCredentials(), client_options=options
    )
    operation = client.insert_unary(project="demo-proj", address_resource={"name": "ip"})
    assert waiter.wait(project="demo-proj", operation=operation.name).status.name == "DONE"
    assert client.get(project="demo-proj", address="ip").address
    assert [item.name for item in client.list(project="demo-proj")] == ["ip"]
    with pytest.raises(exceptions.Conflict):
        client.insert_unary(project="demo-proj", address_resource={"name": "ip"})


def test_redis_through_the_discovery_client(emulator: Emulator) -> None:
    options = ClientOptions(api_endpoint=f"{emulator.endpoint}/redis.googleapis.com")
    with discovery.build(
        "redis",
        "v1",
        credentials=AnonymousCredentials(),
        client_options=options,
        static_discovery=True,
    ) as client:
        instances = client.projects().locations().instances()
        request: HttpRequest = instances.create(
            parent=PARENT, instanceId="r", body={"memorySizeGb": 1}
        )
        assert request.execute()["metadata"]["verb"] == "create"
        assert instances.list(parent=PARENT).execute()["instances"][0]["tier"] == "BASIC"


def test_the_three_ways_to_name_a_service(emulator: Emulator) -> None:
    host, port = emulator.endpoint.removeprefix("http://").split(":")
    path = "/v1/projects/demo-proj/secrets"
    for target, headers in (
        (f"/secretmanager.googleapis.com{path}", {}),
        (path, {"Host": "secretmanager.googleapis.com"}),
        (f"http://secretmanager.googleapis.com{path}", {"Host": "secretmanager.googleapis.com"}),
        (f"/us-central1-secretmanager.googleapis.com{path}", {}),
    ):
        connection = http.client.HTTPConnection(host, int(port))
        connection.request("GET", target, headers=headers)
        answer = connection.getresponse()
        assert (answer.status, json.loads(answer.read())) == (200, {})
        connection.close()


@pytest.mark.parametrize("sent", [0, 5])
def test_half_a_request_is_none(
    emulator: Emulator, http_session: requests.Session, sent: int
) -> None:
    """Whoever dies while sending has sent nothing: no object is emptied."""
    bucket = "storage/v1/b?project=demo-proj"
    http_session.post(f"{emulator.endpoint}/storage.googleapis.com/{bucket}", json={"name": "kept"})
    path = "storage.googleapis.com/upload/storage/v1/b/kept/o?uploadType=media&name=a"
    content = b"the content"
    assert http_session.post(f"{emulator.endpoint}/{path}", data=content).ok
    place = urlsplit(emulator.endpoint)
    head = f"POST /{path} HTTP/1.1\r\nHost: google\r\nContent-Length: {len(content)}\r\n\r\n"
    for _ in range(3):
        with socket.create_connection((place.hostname, place.port)) as line:
            line.sendall(head.encode() + content[:sent])
    media = "storage.googleapis.com/storage/v1/b/kept/o/a?alt=media"
    assert http_session.get(f"{emulator.endpoint}/{media}").content == content
    calls = http_session.get(f"{emulator.endpoint}/_emulator/requests").json()
    assert [row["method"] for row in calls].count("storage.objects.insert") == 1


def test_connect_is_refused(emulator: Emulator) -> None:
    connection = http.client.HTTPConnection(*_address(emulator))
    connection.request("CONNECT", "redis.googleapis.com:443")
    assert connection.getresponse().status >= 400
    connection.close()


def _address(emulator: Emulator) -> tuple[str, int]:
    host, port = emulator.endpoint.removeprefix("http://").split(":")
    return host, int(port)


@pytest.fixture
def http_session() -> Any:
    with requests.Session() as session:
        session.trust_env = False
        yield session


def test_control_calls(emulator: Emulator, http_session: requests.Session) -> None:
    base = emulator.endpoint
    info = http_session.get(f"{base}/").json()
    assert info["ready"] is True
    assert info["grpc"] == emulator.grpc_address
    http_session.post(f"{base}/{ADDRESSES}", json={"name": "a"})
    row = http_session.get(f"{base}/_emulator/requests").json()[-1]
    assert (row["service"], row["method"], row["status"]) == (
        "compute",
        "compute.globalAddresses.insert",
        200,
    )
    assert set(row) >= {"path", "start", "seconds"}
    shown = http_session.get(f"{base}/_emulator/resources").json()
    assert shown["//compute.googleapis.com/projects/demo-proj/global/addresses/a"]["name"] == "a"
    assert http_session.get(f"{base}/_emulator/problems").json() == []
    http_session.delete(f"{base}/_emulator/requests")
    assert http_session.get(f"{base}/_emulator/requests").json() == []
    assert http_session.put(f"{base}/_emulator/latency", json={"latency": "typical"}).json() == {
        "latency": "typical"
    }
    assert http_session.put(f"{base}/_emulator/latency", json="slow").status_code == 400
    http_session.post(f"{base}/_emulator/reset")
    assert http_session.get(f"{base}/_emulator/resources").json() == {}
    told = http_session.get(f"{base}/_emulator/overview").json()
    assert told["latency"] == "none"  # as it began
    clock = f"{base}/_emulator/clock"
    ahead = http_session.post(clock, json={"advance": 864000}).json()["now"]
    http_session.post(f"{base}/_emulator/reset")
    assert http_session.get(clock).json()["now"] < ahead


def test_no_secret_is_shown(emulator: Emulator, http_session: requests.Session) -> None:
    base = f"{emulator.endpoint}/secretmanager.googleapis.com/v1/{PROJECT}/secrets"
    http_session.post(f"{base}?secretId=s", json={"replication": {"automatic": {}}})
    http_session.post(f"{base}/s:addVersion", json={"payload": {"data": "aHVzaC1odXNo"}})
    assert "aHVzaC1odXNo" not in http_session.get(f"{emulator.endpoint}/_emulator/resources").text


@pytest.mark.parametrize(
    ("fault", "status", "reason"),
    [
        ("503", 503, "backendError"),
        ("429", 429, "rateLimitExceeded"),
        ("rateLimit", 403, "rateLimitExceeded"),
    ],
)
def test_faults_answer_as_google_does(
    emulator: Emulator, http_session: requests.Session, fault: str, status: int, reason: str
) -> None:
    rule = {"method": "compute.globalAddresses.*", "fault": fault, "times": 1}
    http_session.put(f"{emulator.endpoint}/_emulator/faults", json=[rule])
    answer = http_session.post(f"{emulator.endpoint}/{ADDRESSES}", json={"name": "a"})
    assert (answer.status_code, answer.json()["error"]["errors"][0]["reason"]) == (status, reason)
    assert (
        http_session.post(f"{emulator.endpoint}/{ADDRESSES}", json={"name": "a"}).status_code == 200
    )


@pytest.mark.parametrize(("fault", "exists"), [("reset_before", False), ("reset_after", True)])
def test_dropped_connections(
    emulator: Emulator, http_session: requests.Session, fault: str, exists: bool
) -> None:
    http_session.put(
        f"{emulator.endpoint}/_emulator/faults",
        json=[{"method": "*insert", "fault": fault, "nth": 1}],
    )
    with pytest.raises(requests.ConnectionError):
        http_session.post(f"{emulator.endpoint}/{ADDRESSES}", json={"name": "a"})
    assert (http_session.get(f"{emulator.endpoint}/{ADDRESSES}/a").status_code == 200) is exists


def test_stale_reads(emulator: Emulator, http_session: requests.Session) -> None:
    url = f"{emulator.endpoint}/{ADDRESSES}"
    http_session.post(url, json={"name": "a"})
    http_session.put(
        f"{emulator.endpoint}/_emulator/faults",
        json=[{"method": "*.get", "fault": "stale", "times": 1}],
    )
    assert http_session.get(f"{url}/a").status_code == 404
    assert http_session.get(f"{url}/a").status_code == 200


def test_bad_faults_are_refused(emulator: Emulator, http_session: requests.Session) -> None:
    answer = http_session.put(f"{emulator.endpoint}/_emulator/faults", json=[{"fault": "fire"}])
    assert answer.status_code == 400


def test_waiting_answers_come_when_the_clock_moves(http_session: requests.Session) -> None:
    with Emulator(clock=ManualClock(), latency="typical", grpc_port=None) as emulator:
        root = f"{emulator.endpoint}/compute.googleapis.com/compute/v1/projects/demo-proj/global"
        operation = http_session.post(f"{root}/addresses", json={"name": "a"}).json()
        with concurrent.futures.ThreadPoolExecutor() as pool:
            waiting = pool.submit(
                requests.post, f"{root}/operations/{operation['name']}/wait", timeout=30
            )
            while not any(row["method"].endswith("wait") for row in emulator.world.log.rows()):
                http_session.post(f"{emulator.endpoint}/_emulator/clock", json={"advance": 30})
            assert waiting.result().json()["status"] == "DONE"


def test_a_killed_emulator_forgets_nothing(
    tmp_path: pathlib.Path, http_session: requests.Session
) -> None:
    state = tmp_path / "deep" / "state.db"
    code = (
        "import sys; from gcpstack.emulator import Emulator; e = Emulator(state=sys.argv[1], latency='typical').start();"
        "print(e.endpoint, flush=True); sys.stdin.read()"
    )
    command = [sys.executable, "-c", code, str(state)]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        endpoint = process.stdout.readline().strip() if process.stdout else ""
        secrets = "secretmanager.googleapis.com/v1/projects/demo-proj/secrets"
        operation = http_session.post(f"{endpoint}/{ADDRESSES}", json={"name": "a"}).json()
        http_session.post(
            f"{endpoint}/{secrets}?secretId=s", json={"replication": {"automatic": {}}}
        )
        http_session.post(f"{endpoint}/{secrets}/s:addVersion", json={"payload": {"data": "aGk="}})
        with pytest.raises(StateInUseError, match="in use"):
            Google(state_file=str(state))
        process.send_signal(signal.SIGKILL)
    world = Google(state_file=str(state))
    send = sender(world)
    got = send("GET", f"https://{ADDRESSES}/a").json()
    assert got["id"] == operation["targetId"]
    assert send("GET", f"https://{secrets}/s/versions/1:access").json()["payload"]["data"] == "aGk="
    number = send("GET", f"https://{secrets}/s").json()["name"].split("/")[1]
    assert world.project_of(number) == "demo-proj"
    world.advance(3600)
    url = f"https://{ADDRESSES.replace('addresses', 'operations')}/{operation['name']}"
    assert send("GET", url).json()["status"] == "DONE"
    assert send("DELETE", f"https://{ADDRESSES}/a").status == 200
    world.close()
    offset = Google(state_file=str(state))
    assert offset.clock.offset >= 3600  # type: ignore[attr-defined]
    offset.close()


def test_one_seed_gives_one_history() -> None:
    worlds = [Google(clock=ManualClock(), seed=7) for _ in range(2)]
    answers = [
        sender(world)("POST", f"https://{ADDRESSES}", {"name": "a"}).body for world in worlds
    ]
    assert answers[0] == answers[1]


def test_answers_leave_at_once(emulator: Emulator) -> None:
    """Without TCP_NODELAY an answer's body waits for the client's delayed acknowledgement."""
    runner = emulator._runner
    assert runner is not None
    assert runner._socket.proto == socket.IPPROTO_TCP
