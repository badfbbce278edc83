"""Who and what may pass, which google-api-python-client serves, as rows."""

import functools
from collections.abc import Iterable, Mapping

from gcpstack._adapters.clients import Clients
from gcpstack._adapters.discovery import Discovery, Row
from gcpstack._adapters.wire import revealed, without
from gcpstack._core.json import Body
from gcpstack._core.ports import Edit, Step

# --- Identity-Aware Proxy ------------------------------------------------------------------------
# https://cloud.google.com/iap/docs/reference/rest/v1/V1/updateIapSettings: settings are always
# there; an update without a mask replaces them all, one with nothing clears them.

_DIGESTS = (
    "accessSettings.oauthSettings.clientSecretSha256",
    "accessSettings.workforceIdentitySettings.oauth2.clientSecretSha256",
)


def _settings(_: Mapping[str, str], body: Body) -> Body:
    return body


def _filled(value: Body) -> Body:
    """Leave out objects in which nothing is left."""
    inner = {k: _filled(v) if isinstance(v, dict) else v for k, v in value.items()}
    return {key: one for key, one in inner.items() if one != {}}


def _all_settings(discovery: Discovery, edit: Edit) -> Iterable[Step]:
    if edit.changed:
        body, secrets = revealed(without(edit.merged, ("name", *_DIGESTS)))
        params = {"body": _filled(body)}
        yield Step(
            "update",
            functools.partial(
                discovery.call, "updateIapSettings", params, edit.target, hide=secrets
            ),
        )


ROWS: Mapping[str, Row] = {
    "iap.Settings": Row(
        api="iap",
        version="v1",
        collection="v1",
        one={"name": "projects/{project}/{resource}"},
        parent={},
        read="getIapSettings",
        create="updateIapSettings",
        names=True,
        body=_settings,
        steps=_all_settings,
        delete="updateIapSettings",
        delete_params={"body": {}},
        there=lambda body: bool(body.keys() - {"name"}),
    ),
}


def adapter(clients: Clients, kind: str, stack: str) -> Discovery:  # noqa: ARG001 # no marks here
    """Make the adapter of a kind."""
    return Discovery(clients, ROWS[kind])
