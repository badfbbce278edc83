"""How long a connection may take, and how often a token is asked for: neither is left to the libraries."""

import pytest
import requests
import urllib3
from google.oauth2.credentials import Credentials

from gcpstack import exceptions as ours
from gcpstack._adapters.clients import Clients
from gcpstack._adapters.errors import translated
from gcpstack._adapters.transport import CONNECT, pool


@pytest.mark.parametrize(
    ("given", "sent"),
    [
        (60.0, (CONNECT, 60.0)),
        (None, (CONNECT, None)),
        (2, (2, 2)),
        ((120, 120), (CONNECT, 120)),
        ((None, 5), (CONNECT, 5)),
    ],
)
def test_a_connection_is_not_waited_for_as_an_answer_is(monkeypatch, given, sent):
    seen = []

    def send(_self, _request, *_args, timeout, **_more):
        seen.append(timeout)
        return "answer"

    monkeypatch.setattr(requests.adapters.HTTPAdapter, "send", send)
    assert pool().send(object(), timeout=given) == "answer"
    assert seen == [sent]


def test_a_timeout_in_urllib3s_own_form_is_left_alone(monkeypatch):
    seen = []
    monkeypatch.setattr(
        requests.adapters.HTTPAdapter, "send", lambda *_args, timeout, **_more: seen.append(timeout)
    )
    own = urllib3.Timeout(connect=1, read=2)
    pool().send(object(), timeout=own)
    assert seen == [own]


def test_a_token_is_asked_for_once():
    """What is worth another try is for the engine to say."""
    asked = []

    class Counting(requests.adapters.HTTPAdapter):
        def send(self, request, *_args, **_more):
            asked.append(request.url)
            raise requests.ConnectionError("no network", request=request)

    credentials = Credentials(
        None,
        refresh_token="r",
        token_uri="https://token.invalid/",
        client_id="i",
        client_secret="s",
    )
    clients = Clients("p", credentials=credentials, connections=Counting())
    with pytest.raises(ours.Unreachable, match=r"https://token\.invalid"), translated():
        clients.session.get("https://storage.googleapis.com/")
    assert asked == ["https://token.invalid/"]
