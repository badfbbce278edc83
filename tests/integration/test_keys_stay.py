"""Keys of certificates and secrets of OAuth clients go where they belong, and nowhere else."""

import logging

from gcpstack import Stack
from gcpstack import resources as r
from tests.resources.certificates import self_signed

from .test_secrets_stay import inventory, leaks

CERTIFICATE, KEY = self_signed("example.com")
CLIENT = "GOCSPX-canary-of-a-client"
SECRETS = {"key": KEY, "client": CLIENT}
#: The calls that carry them.
CARRIERS = ("/certificates", ":iapSettings", "/backendServices")


def stack(**fields):
    made = Stack("shop", enable_apis=False)
    made.add(r.Certificate("own", pem_certificate=CERTIFICATE, pem_private_key=KEY, **fields))
    iap = r.Iap(enabled=True, oauth2_client_id="c", oauth2_client_secret=CLIENT)
    backend = r.BackendService("web", iap=iap)
    made.add(backend)
    made.add(r.IapSettings(backend, client_id="c", client_secret=CLIENT))
    return made


def test_they_are_sent_to_their_places_and_told_to_nobody(emulated, sent, caplog):
    """Not in plans, events, logs or the inventory, at first and when something else changes."""
    caplog.set_level(logging.DEBUG)
    told = []
    for fields in ({}, {"description": "x"}):
        told.append(repr(stack(**fields).plan(emulated.settings)))
        stack(**fields).apply(emulated.settings, on_event=lambda event: told.append(repr(event)))
        assert stack(**fields).plan(emulated.settings).empty

    carried = [url for url, body in sent if leaks(body, SECRETS)]
    assert carried
    assert [url for url in carried if not any(one in url for one in CARRIERS)] == []
    assert leaks("".join(told) + caplog.text + inventory(emulated), SECRETS) == []
