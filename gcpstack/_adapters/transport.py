"""HTTP for Google's libraries: one pooled, authorised session instead of several kinds.

google-api-python-client asks for an httplib2-like object; `Http` is one over requests. Unlike
httplib2 it may be used by many threads, and it never sends a request twice on its own: a POST that
Google committed before the connection broke must not be repeated behind the engine's back.
"""

import importlib
from collections.abc import Callable, Mapping
from typing import Any

from gcpstack._adapters import library_parts

#: The most connections kept open to one host: enough for every call and every held wait.
POOL = 256
#: Seconds to connect, and to wait for a part of an answer.
CONNECT, READ = 10.0, 60.0


def load(name: str) -> Any:
    """Import one of Google's libraries (or what comes with it) when it is first needed."""
    if name.startswith("google.cloud."):
        return library_parts.package(name)
    return importlib.import_module(name)


def pool() -> Any:
    """Make a pool of connections that sessions share, so that one handshake serves many clients.

    It sends nothing twice: requests retries nothing by itself. However long an answer may take, a
    connection takes `CONNECT` at most with each address of a host: where nobody is there, no library's
    patience with answers is spent on that.
    """

    class Pool(load("requests.adapters").HTTPAdapter):  # type: ignore[misc] # loaded when it is needed
        def send(self, request: Any, *args: Any, timeout: Any = None, **more: Any) -> Any:
            return super().send(request, *args, timeout=_soon(timeout), **more)

    return Pool(pool_maxsize=POOL, max_retries=0)


def _soon(timeout: Any) -> Any:
    """Return a timeout of requests whose first part, for the connection, is `CONNECT` at most."""
    connect, read = timeout if isinstance(timeout, tuple) else (timeout, timeout)
    if connect is not None and not isinstance(connect, int | float):  # urllib3's own form
        return timeout
    return (CONNECT if connect is None else min(CONNECT, connect), read)


def tune(session: Any, connections: Any, *, local: bool) -> None:
    """Set up a requests session as every call needs it.

    Args:
        session: the session.
        connections: the `pool` to use.
        local: it speaks to an endpoint of the user's, not to Google: proxies and passwords that
            the environment names for the internet do not apply.
    """
    session.mount("https://", connections)
    session.mount("http://", connections)
    # Google's APIs do not redirect; following one could carry a token elsewhere.
    session.max_redirects = 0
    if local:
        session.trust_env = False


class Http:
    """What google-api-python-client needs of an HTTP library."""

    def __init__(self, session: Any, route: Callable[[str], str], agent: str) -> None:
        """Send over a session.

        Args:
            session: an authorised requests session.
            route: turns the URL of Google's API into the one to call.
            agent: the user agent to give.
        """
        self._session = session
        self._route = route
        self._agent = agent

    def request(
        self,
        uri: str,
        method: str = "GET",
        body: str | bytes | None = None,
        headers: Mapping[str, str] | None = None,
        **_: object,
    ) -> tuple[Any, bytes]:
        """Make one call; the answer is (httplib2 response, content)."""
        sent = {key: value for key, value in (headers or {}).items() if key != "content-length"}
        sent["user-agent"] = self._agent
        answer = self._session.request(
            method,
            self._route(uri),
            data=body.encode() if isinstance(body, str) else body,
            headers=sent,
            timeout=(CONNECT, READ),
            allow_redirects=False,
        )
        told = {key.lower(): value for key, value in answer.headers.items()}
        response = load("httplib2").Response({**told, "status": str(answer.status_code)})
        response.reason = answer.reason
        return response, answer.content

    def close(self) -> None:
        """Leave the session open: its owner closes it."""
