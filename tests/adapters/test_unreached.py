"""What can't be reached is told by name with a remedy, over HTTP, gRPC and for the token alike."""

import socket
from collections.abc import Iterator

import grpc
import pytest
import requests
import urllib3
from google.api_core import exceptions as core
from google.auth import exceptions as auth
from google.auth.transport.requests import AuthorizedSession
from google.cloud import monitoring_v3
from google.oauth2.credentials import Credentials

from gcpstack import exceptions as ours
from gcpstack._adapters.errors import translate, translated
from gcpstack._adapters.unreached import channel


@pytest.fixture
def closed() -> Iterator[str]:
    """Give an address of this machine at which nobody listens, and nobody else may."""
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        yield f"127.0.0.1:{held.getsockname()[1]}"


def test_a_refused_connection_is_told_with_its_host(closed: str) -> None:
    with pytest.raises(ours.Unreachable) as caught, translated():
        requests.get(f"http://{closed}/secret?token=x", timeout=5)
    assert f"http://{closed} can't be reached" in caught.value.message
    assert "refused" in caught.value.message
    assert "token" not in str(caught.value)
    assert "network" in caught.value.remedy


def test_a_proxy_that_refuses_is_told(closed: str) -> None:
    proxies = {"https": f"http://user:hunter2@{closed}"}
    with pytest.raises(ours.Unreachable) as caught, translated():
        requests.get("https://storage.googleapis.com/", timeout=5, proxies=proxies)
    assert "https://storage.googleapis.com can't be reached" in caught.value.message
    assert "HTTPS_PROXY" in caught.value.remedy
    assert "hunter2" not in str(caught.value)


def test_a_name_that_does_not_resolve_is_told() -> None:
    failed = requests.ConnectionError("no")
    failed.request = requests.Request("GET", "https://run.googleapis.com/v2").prepare()
    failed.__cause__ = socket.gaierror(-2, "Name or service not known")

    error = translate(failed)

    assert isinstance(error, ours.Unreachable)
    assert "https://run.googleapis.com can't be reached" in error.message
    assert "DNS" in error.remedy


def test_a_token_endpoint_that_can_not_be_reached_is_told(closed: str) -> None:
    """It is the network, not the credentials: nobody is sent to log in again."""
    credentials = Credentials(
        None,
        refresh_token="hunter2",
        token_uri=f"http://{closed}/token",
        client_id="id",
        client_secret="hunter3",
    )
    with pytest.raises(ours.Unreachable) as caught, translated():
        AuthorizedSession(credentials).get("http://127.0.0.1:1/", timeout=5)
    assert f"http://{closed} can't be reached" in caught.value.message
    assert "hunter" not in str(caught.value)


def test_a_metadata_server_that_can_not_be_reached_is_no_login_problem() -> None:
    """google-auth wraps the failure to reach it in a refusal."""
    wrapped = auth.RefreshError("Failed to retrieve")
    wrapped.__cause__ = auth.TransportError("no route")
    assert type(translate(wrapped)) is ours.Unreachable
    assert type(translate(auth.RefreshError("invalid_grant"))) is ours.Unauthenticated


def test_a_grpc_server_that_can_not_be_reached_is_told(closed: str) -> None:
    """Asked for real: the words are those of the library that is installed."""
    transport = monitoring_v3.AlertPolicyServiceClient.get_transport_class("grpc")
    with grpc.insecure_channel(closed, options=[("grpc.enable_http_proxy", 0)]) as line:
        client = monitoring_v3.AlertPolicyServiceClient(transport=transport(channel=line))
        with pytest.raises(ours.Unreachable, match="can't be reached") as caught, translated():
            client.list_alert_policies(name="projects/p", retry=None, timeout=20)
    assert caught.value.remedy


@pytest.mark.parametrize(
    ("message", "expected", "told"),
    [
        ("errors resolving x.invalid:443: [lookup error]", ours.Unreachable, "DNS"),
        ("DNS resolution failed for x:443", ours.Unreachable, "DNS"),
        ("failed to connect to all addresses; last error: refused", ours.Unreachable, "network"),
        (
            (
                "Getting metadata from plugin failed with error: HTTPSConnectionPool("
                "host='oauth2.googleapis.com', port=443): Max retries exceeded with url: /token "
                '(Caused by NewConnectionError("x: [Errno 111] Connection refused"))'
            ),
            ours.Unreachable,
            "oauth2.googleapis.com",
        ),
        (
            "Getting metadata from plugin failed with error: ('invalid_grant: Bad Request', {})",
            ours.Unauthenticated,
            "gcloud auth application-default login",
        ),
        ("the backend is busy", ours.Unavailable, "busy"),
    ],
)
def test_how_grpc_says_that_nobody_answered(
    message: str, expected: type[Exception], told: str
) -> None:
    unavailable = core.from_grpc_status(grpc.StatusCode.UNAVAILABLE, message)
    error = translate(unavailable)
    assert type(error) is expected
    assert told in str(error)


def test_who_answered_was_reached() -> None:
    assert channel("503 from the backend") is None
    cut = requests.exceptions.ChunkedEncodingError("cut")
    assert type(translate(cut)) is ours.Unavailable
    slow = requests.ReadTimeout(urllib3.exceptions.ReadTimeoutError(None, "", "slow"))  # type: ignore[arg-type] # no pool is needed
    assert type(translate(slow)) is ours.Unavailable
    # Google may write of networks as well: of those of what it is asked to set up.
    refused = core.from_grpc_status(
        grpc.StatusCode.FAILED_PRECONDITION, "DNS resolution failed for www.example.com"
    )
    assert type(translate(refused)) is ours.FailedPrecondition
    # An answer over HTTP in the words that gRPC uses comes from somebody all the same.
    answer = requests.Response()
    answer.status_code = 503
    answer._content = b"failed to connect to all addresses"
    answer.request = requests.Request("GET", "https://run.googleapis.com/v2").prepare()
    assert type(translate(core.from_http_response(answer))) is ours.Unavailable
