"""Clients point where they should, share connections, send nothing twice, and say what is wrong."""

import json
import logging
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from google.auth import credentials as google_credentials

from gcpstack import exceptions as ours
from gcpstack._adapters import clients as module
from gcpstack._adapters.clients import Clients, default_project
from gcpstack._adapters.gapic import Api
from gcpstack._adapters.rest import Collection
from tests.adapters.google import HANG_UP, Answer, Asked, FakeGoogle, refusal


@pytest.mark.parametrize(
    "endpoint",
    ["localhost:80", "ftp://h:1", "http://", "http://h:x", "http://h:1/path", "http://h?q=1"],
)
def test_a_bad_endpoint_is_refused(endpoint: str) -> None:
    with pytest.raises(ours.SettingsError, match="http://HOST:PORT"):
        Clients("p", endpoint=endpoint)


def test_an_endpoint_that_does_not_answer_is_named() -> None:
    with FakeGoogle() as gone:
        endpoint = gone.endpoint
    with pytest.raises(ours.SettingsError, match=endpoint):
        Clients("p", endpoint=endpoint).check()


def test_an_endpoint_that_is_something_else_is_named(google: FakeGoogle) -> None:
    google.script = lambda _: Answer("<html>router</html>", kind="text/html")
    with pytest.raises(ours.SettingsError, match="does not speak for Google"):
        google.clients().check()


def test_an_endpoint_without_grpc_is_told_when_it_is_needed(google: FakeGoogle) -> None:
    google.script = lambda _: {"ready": True, "grpc": None}
    clients = google.clients()
    clients.check()
    with pytest.raises(ours.SettingsError, match="gRPC"):
        clients.gapic("google.cloud.monitoring_v3", "AlertPolicyServiceClient")


def test_every_library_is_pointed_at_the_endpoint(google: FakeGoogle) -> None:
    clients = google.clients()
    Collection(clients, "logging", "v2", "projects.sinks").call("list", {"parent": "projects/p"})
    Collection(clients, "bigquery", "v2", "datasets").call(
        "get", {"projectId": "p", "datasetId": "d"}
    )
    Api(clients, "google.cloud.run_v2", "ServicesClient").json(
        "get_service", "GetServiceRequest", {"name": "projects/p/locations/l/services/s"}
    )
    Api(clients, "google.cloud.compute_v1", "UrlMapsClient").json(
        "get", "GetUrlMapRequest", {"project": "p", "urlMap": "m"}
    )
    assert google.paths() == [
        "GET /logging.googleapis.com/v2/projects/p/sinks",
        "GET /bigquery.googleapis.com/bigquery/v2/projects/p/datasets/d",
        "GET /run.googleapis.com/v2/projects/p/locations/l/services/s",
        "GET /compute.googleapis.com/compute/v1/projects/p/global/urlMaps/m",
    ]
    assert not any("authorization" in asked.headers for asked in google.asked)


def test_text_of_any_script_arrives_whole(google: FakeGoogle) -> None:
    body = {"name": "s", "description": "Überwachung ✓"}
    Collection(google.clients(), "logging", "v2", "projects.sinks").call(
        "create", {"parent": "projects/p", "body": body}
    )
    assert google.asked[0].body == body


def test_proxies_of_the_environment_do_not_apply_to_an_endpoint(
    google: FakeGoogle, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    for name in ("no_proxy", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
    clients = google.clients()
    clients.check()
    Api(clients, "google.cloud.run_v2", "ServicesClient").json(
        "get_service", "GetServiceRequest", {"name": "projects/p/locations/l/services/s"}
    )
    assert len(google.asked) == 2


def by_rest(clients: Clients) -> object:
    sinks = Collection(clients, "logging", "v2", "projects.sinks")
    return sinks.call("create", {"parent": "projects/p", "body": {}})


def by_gapic(clients: Clients) -> object:
    maps = Api(clients, "google.cloud.compute_v1", "UrlMapsClient")
    request = {"project": "p", "urlMapResource": {"name": "m"}}
    return maps.json("insert_unary", "InsertUrlMapRequest", request)


@pytest.mark.parametrize("call", [by_rest, by_gapic])
def test_a_call_is_sent_once_even_if_the_connection_breaks(
    google: FakeGoogle, call: Callable[[Clients], object]
) -> None:
    """A POST that may have been committed is not repeated behind the engine's back."""
    google.script = lambda _: HANG_UP
    clients = google.clients()
    with pytest.raises(ours.Unavailable, match="connection"):
        call(clients)
    assert len(google.asked) == 1


@pytest.mark.parametrize("code", [429, 500, 503])
def test_refusals_are_not_retried_by_the_libraries(google: FakeGoogle, code: int) -> None:
    google.script = lambda _: refusal(code, "")
    clients = google.clients()
    with pytest.raises(ours.CloudError) as caught:
        Collection(clients, "storage", "v1", "buckets").call("get", {"bucket": "b"})
    assert caught.value.retryable
    with pytest.raises(ours.CloudError):
        Api(clients, "google.cloud.compute_v1", "UrlMapsClient").json(
            "get", "GetUrlMapRequest", {"project": "p", "urlMap": "m"}
        )
    assert len(google.asked) == 2


@pytest.mark.parametrize("status", [200, 404, 502])
@pytest.mark.parametrize(
    "content", ["", "<html>hello</html>", "[]", '"x"', "{", '{"error": "x"}', "[1]"]
)
def test_hostile_answers_end_in_a_clear_error_or_in_nothing(
    google: FakeGoogle, content: str, status: int
) -> None:
    """Empty, broken or foreign bodies never bring another exception than ours."""
    google.script = lambda _: Answer(content, status)
    clients = google.clients()
    for call in (
        lambda: Collection(clients, "storage", "v1", "buckets").call("get", {"bucket": "b"}),
        lambda: Api(clients, "google.cloud.compute_v1", "UrlMapsClient").json(
            "get", "GetUrlMapRequest", {"project": "p", "urlMap": "m"}
        ),
    ):
        try:
            call()
        except ours.CloudError as error:
            assert len(str(error)) < 3000  # noqa: PT017 # either outcome is right
        else:
            assert status == 200


def test_a_redirect_is_not_followed(google: FakeGoogle) -> None:
    def script(asked: Asked) -> Answer:
        return Answer({}, 302, headers={"location": "/elsewhere"})

    google.script = script
    clients = google.clients()
    for api in (
        lambda: Collection(clients, "storage", "v1", "buckets").call("get", {"bucket": "b"}),
        lambda: Api(clients, "google.cloud.compute_v1", "UrlMapsClient").json(
            "get", "GetUrlMapRequest", {"project": "p", "urlMap": "m"}
        ),
    ):
        with pytest.raises(ours.CloudError):
            api()
    assert not any("elsewhere" in asked.path for asked in google.asked)


def test_many_threads_share_one_client_quietly(
    google: FakeGoogle, caplog: pytest.LogCaptureFixture
) -> None:
    """Clients are made once, and busy connection pools do not complain."""
    clients = google.clients()
    barrier = threading.Barrier(16)

    def call(_: int) -> tuple[int, int]:
        barrier.wait()
        collection = clients.collection("storage", "v1", "buckets")
        client = clients.gapic("google.cloud.run_v2", "ServicesClient")
        Collection(clients, "storage", "v1", "buckets").call("get", {"bucket": "b"})
        return id(collection), id(client)

    with caplog.at_level(logging.WARNING), ThreadPoolExecutor(16) as pool:
        assert len(set(pool.map(call, range(16)))) == 1
    assert not caplog.records


def test_a_failed_making_is_tried_again(google: FakeGoogle) -> None:
    once = module._Once()
    tries = iter([ValueError("first"), "second"])

    def make() -> str:
        found = next(tries)
        if isinstance(found, Exception):
            raise found
        return found

    with pytest.raises(ValueError, match="first"):
        once.get("key", make)
    assert once.get("key", make) == "second"
    assert once.get("key", make) == "second"


class Tokens(google_credentials.CredentialsWithQuotaProject):
    """Credentials that need nobody to give a token."""

    def __init__(self, quota: str | None = None) -> None:
        super().__init__()
        self.token = "t0ken"
        self._quota_project_id = quota

    @property
    def expired(self) -> bool:
        return False

    @property
    def valid(self) -> bool:
        return True

    def refresh(self, request: object) -> None:
        """Nothing to do."""


def test_calls_carry_the_token_and_the_quota_project(google: FakeGoogle) -> None:
    clients = google.clients(credentials=Tokens("billed"))
    Collection(clients, "storage", "v1", "buckets").call("get", {"bucket": "b"})
    Api(clients, "google.cloud.run_v2", "ServicesClient").json(
        "get_service", "GetServiceRequest", {"name": "projects/p/locations/l/services/s"}
    )
    for asked in google.asked:
        assert asked.headers["authorization"] == "Bearer t0ken"
        assert asked.headers["x-goog-user-project"] == "billed"


@pytest.fixture
def nobody(monkeypatch: pytest.MonkeyPatch, tmp_path: object) -> None:
    """A machine without credentials that is not on Google Cloud."""
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("CLOUDSDK_CONFIG", str(tmp_path))
    monkeypatch.setenv("NO_GCE_CHECK", "true")
    monkeypatch.setenv("PATH", "")
    for name in ("GOOGLE_APPLICATION_CREDENTIALS", "GOOGLE_CLOUD_PROJECT", "GCLOUD_PROJECT"):
        monkeypatch.delenv(name, raising=False)


@pytest.mark.usefixtures("nobody")
def test_without_credentials_the_way_to_log_in_is_told() -> None:
    for call in (Clients("p").check, default_project):
        with pytest.raises(ours.Unauthenticated, match="gcloud auth application-default login"):
            call()


@pytest.mark.usefixtures("nobody")
def test_user_credentials_are_charged_to_the_project(
    monkeypatch: pytest.MonkeyPatch, tmp_path: object
) -> None:
    adc = {"type": "authorized_user", "client_id": "i", "client_secret": "s", "refresh_token": "r"}
    path = f"{tmp_path}/adc.json"
    with open(path, "w") as file:  # noqa: PTH123 # tmp_path is enough
        json.dump(adc, file)
    monkeypatch.setenv("GOOGLE_APPLICATION_CREDENTIALS", path)
    assert Clients("p").credentials.quota_project_id == "p"
    assert Clients("p", quota_project="q").credentials.quota_project_id == "q"
    assert default_project() is None


def test_closing_leaves_nothing_open(google: FakeGoogle) -> None:
    clients = google.clients()
    clients.gapic("google.cloud.run_v2", "ServicesClient")
    clients.collection("storage", "v1", "buckets")
    clients.close()
    clients.close()


def test_clients_share_their_connections(google: FakeGoogle) -> None:
    """One handshake serves all: a second client finds the first one's connection open."""
    clients = google.clients()
    peers: set[str] = set()

    def script(asked: Asked) -> dict[str, str]:
        peers.add(asked.peer)
        return {}

    google.script = script
    Collection(clients, "storage", "v1", "buckets").call("get", {"bucket": "b"})
    for client, noun in (("UrlMapsClient", "UrlMap"), ("SslPoliciesClient", "SslPolicy")):
        field = f"{noun[0].lower()}{noun[1:]}"
        Api(clients, "google.cloud.compute_v1", client).json(
            "get", f"Get{noun}Request", {"project": "p", field: "x"}
        )
    assert len(peers) == 1
