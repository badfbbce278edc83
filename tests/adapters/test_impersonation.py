"""Acting as a service account: short-lived tokens, of whoever may make them."""

import google.auth
from google.auth import credentials, impersonated_credentials

from gcpstack._adapters.clients import SCOPE, Clients

ROBOT = "deployer@my-project.iam.gserviceaccount.com"


def test_the_account_is_impersonated(monkeypatch):
    """On top of the credentials at hand, for an hour, for the scope that every API takes."""
    source = credentials.AnonymousCredentials()
    monkeypatch.setattr(google.auth, "default", lambda **_: (source, "my-project"))

    found = Clients("my-project", impersonate=ROBOT).credentials

    assert isinstance(found, impersonated_credentials.Credentials)
    assert found.service_account_email == ROBOT
    assert isinstance(found._source_credentials, credentials.AnonymousCredentials)
    assert found._target_scopes == [SCOPE]
    assert found._lifetime == 3600


def test_an_endpoint_that_stands_in_needs_nobody():
    """No credentials leave for an emulator."""
    clients = Clients("my-project", endpoint="http://127.0.0.1:1", impersonate=ROBOT)

    assert isinstance(clients.credentials, credentials.AnonymousCredentials)
