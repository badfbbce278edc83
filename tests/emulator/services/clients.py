"""Google's own discovery client, pointed at a running emulator."""

from typing import Any

from google.api_core.client_options import ClientOptions
from google.auth.credentials import AnonymousCredentials
from googleapiclient.discovery import build
from googleapiclient.http import HttpRequest

from gcpstack.emulator import Emulator


def discovery(emulator: Emulator, api: str, version: str, path: str = "") -> Any:
    """The client of an API; ``path`` is its service path where it has one, ``compute/v1/``."""
    endpoint = f"{emulator.endpoint}/{api}.googleapis.com/{path}"

    def request(http: Any, postproc: Any, uri: str, *args: Any, **kwargs: Any) -> Any:
        # The client sends uploads to https and the root of the endpoint's host.
        root = emulator.endpoint.replace("http:", "https:")
        uri = uri.replace(root, f"{emulator.endpoint}/{api}.googleapis.com")
        return HttpRequest(http, postproc, uri, *args, **kwargs)

    return build(
        api,
        version,
        credentials=AnonymousCredentials(),  # type: ignore[no-untyped-call]
        client_options=ClientOptions(api_endpoint=endpoint),
        static_discovery=True,
        cache_discovery=False,
        requestBuilder=request,
    )
