"""Google's clients: made when first needed, shared by all threads, pointed at Google or elsewhere."""

import json
import threading
import warnings
from collections.abc import Callable, Hashable
from datetime import UTC, datetime
from typing import Any, Literal, TypeVar
from urllib.parse import urlsplit

from gcpstack._adapters.discovery_requests import Calls
from gcpstack._adapters.errors import translated
from gcpstack._adapters.transport import CONNECT, Http, load, pool, tune
from gcpstack.exceptions import CloudError, SettingsError

T = TypeVar("T")

#: Covers every API that gcpstack calls: https://developers.google.com/identity/protocols/oauth2/scopes
SCOPE = "https://www.googleapis.com/auth/cloud-platform"
Transport = Literal["rest", "grpc"]
_AGENT = "gcpstack"
#: How long an impersonated account's token lasts, in seconds; it is renewed as long as a run lasts.
_TOKEN = 3600

#: Clients of google-cloud-* that know no REST.
_GRPC_ONLY = frozenset({"google.cloud.monitoring_v3"})
#: Clients that know no gRPC.
_REST_ONLY = frozenset({"google.cloud.compute_v1"})


class _Once:
    """Makes each value once, even if threads ask for it together."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._locks: dict[Hashable, threading.Lock] = {}
        self._made: dict[Hashable, Any] = {}

    def get(self, key: Hashable, make: Callable[[], T]) -> T:
        """Return the value of *key*; make it if there is none yet."""
        if key not in self._made:
            with self._lock:
                lock = self._locks.setdefault(key, threading.Lock())
            with lock:
                if key not in self._made:
                    self._made[key] = make()
        found: T = self._made[key]
        return found

    def values(self) -> list[Any]:
        """List what was made."""
        return list(self._made.values())


class Clients:
    """Makes and keeps the clients of one run.

    Args:
        project: the project id; user credentials without a quota project are charged to it.
        endpoint: ``http://HOST:PORT`` that stands in for Google: a call for
            ``https://NAME.googleapis.com/PATH`` goes to ``http://HOST:PORT/NAME.googleapis.com/PATH``,
            without credentials.
        credentials: google-auth credentials; application default credentials if not given.
        transport: what to speak where a client can do both.
        quota_project: the project that calls are charged to.
        impersonate: the email of a service account to act as, instead of whose credentials these are.
        connections: a requests transport adapter that carries HTTP, instead of a pool of sockets.
        channel: a gRPC channel, instead of one to the endpoint.
        now: tells the time of day.

    Raises:
        SettingsError: the endpoint is not an address.
    """

    def __init__(
        self,
        project: str,
        *,
        endpoint: str | None = None,
        credentials: Any = None,
        transport: Transport = "rest",
        quota_project: str | None = None,
        impersonate: str | None = None,
        connections: Any = None,
        channel: Any = None,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self.project = project
        self.endpoint = _checked(endpoint) if endpoint else None
        self.transport = transport
        self.now = now
        self._given = credentials
        self._quota_project = quota_project
        self._impersonate = impersonate
        self._once = _Once()
        self._calls = _Once()
        for name, given in (("pool", connections), ("channel", channel)):
            if given is not None:
                self._once.get(name, lambda given=given: given)  # type: ignore[misc] # mypy infers no default

    @property
    def credentials(self) -> Any:
        """The credentials in use.

        Raises:
            Unauthenticated: there are none.
        """
        return self._once.get("credentials", self._credentials)

    def check(self) -> None:
        """Find out early whether anything can be called at all.

        Raises:
            SettingsError: the endpoint doesn't answer, or not as it should.
            Unauthenticated: there are no credentials.
        """
        if self.endpoint:
            self._hello()
        else:
            _ = self.credentials

    def route(self, url: str) -> str:
        """Return where to send a call for one of Google's URLs."""
        if self.endpoint is None:
            return url
        return f"{self.endpoint}/{url.removeprefix('https://')}"

    def gapic(self, module: str, name: str) -> Any:
        """Return a client of the google-cloud-* libraries, such as ``run_v2`` ``ServicesClient``.

        Args:
            module: the full name of its module.
            name: the name of its class.
        """
        return self._once.get((module, name), lambda: self._gapic(module, name))

    def collection(self, api: str, version: str, path: str) -> Calls:
        """Return a collection of google-api-python-client, such as ``logging``, ``v2``,
        ``projects.sinks``; the API's description comes with the library.
        """  # noqa: D205 # one sentence
        http = self._once.get("http", lambda: Http(self.session, self.route, _AGENT))
        return self._calls.get((api, version, path), lambda: Calls(api, version, path, http))

    def close(self) -> None:
        """Close every connection."""
        for made in self._once.values():
            close = getattr(getattr(made, "transport", made), "close", None)
            if callable(close):
                close()

    def _credentials(self) -> Any:
        if self._given is not None:
            return self._given
        if self.endpoint:
            return load("google.auth.credentials").AnonymousCredentials()
        with translated(), warnings.catch_warnings():
            # google-auth warns about user credentials without a quota project: ours get one below.
            warnings.simplefilter("ignore", UserWarning)
            found, _ = load("google.auth").default(
                scopes=[SCOPE], quota_project_id=self._quota_project
            )
        if self._impersonate:
            return load("google.auth.impersonated_credentials").Credentials(
                source_credentials=found,
                target_principal=self._impersonate,
                target_scopes=[SCOPE],
                lifetime=_TOKEN,
            )
        user = isinstance(found, load("google.oauth2.credentials").Credentials)
        if user and not found.quota_project_id and self.project:
            return found.with_quota_project(self.project)
        return found

    def _session(self) -> Any:
        requests = load("google.auth.transport.requests")
        # Tokens are fetched over the same connections: google-auth's own session would try four times.
        session = requests.AuthorizedSession(
            self.credentials, auth_request=requests.Request(self.plain)
        )
        self._tune(session)
        return session

    def _tune(self, session: Any) -> None:
        tune(session, self._once.get("pool", pool), local=self.endpoint is not None)

    @property
    def session(self) -> Any:
        """The authorised requests session that google-api-python-client's calls go through."""
        return self._once.get("session", self._session)

    @property
    def plain(self) -> Any:
        """A requests session without credentials, for what is signed itself and what anybody may ask."""
        return self._once.get("plain", self._plain)

    def _plain(self) -> Any:
        session = load("requests").Session()
        self._tune(session)
        return session

    def _hello(self) -> dict[str, Any]:
        """Ask the endpoint who it is; it answers in JSON once it is ready."""
        return self._once.get("hello", self._ask_hello)

    def _ask_hello(self) -> dict[str, Any]:
        remedy = "Start what serves there, or correct the address."
        try:
            with translated():
                answer = self.session.get(f"{self.endpoint}/", timeout=CONNECT)
        except CloudError as exc:
            raise SettingsError(
                f"the endpoint {self.endpoint} doesn't answer: {exc.message}", remedy=remedy
            ) from exc
        try:
            told = json.loads(answer.content)
        except ValueError:
            told = None
        if not isinstance(told, dict):
            raise SettingsError(
                f"what answers at the endpoint {self.endpoint} does not speak for Google",
                remedy=remedy,
            )
        return told

    def _grpc_address(self) -> str:
        address = self._hello().get("grpc")
        if not isinstance(address, str) or not address:
            raise SettingsError(
                f"the endpoint {self.endpoint} offers no gRPC, which this call needs"
            )
        return address

    def _channel(self) -> Any:
        # The environment's proxy is for the internet, not for an endpoint of the user's.
        options = [("grpc.enable_http_proxy", 0)]
        return load("grpc").insecure_channel(self._grpc_address(), options=options)

    def _gapic(self, module: str, name: str) -> Any:
        with translated():
            made = load(module)
        client = getattr(made, name)
        grpc = module in _GRPC_ONLY or (self.transport == "grpc" and module not in _REST_ONLY)
        kind = "grpc" if grpc else "rest"
        info = load("google.api_core.gapic_v1.client_info").ClientInfo(user_agent=_AGENT)
        if self.endpoint and grpc:
            channel = self._once.get("channel", self._channel)
            return client(transport=client.get_transport_class(kind)(channel=channel))
        options: dict[str, Any] = {}
        if self.endpoint:
            options["api_endpoint"] = f"{self.endpoint}/{client.DEFAULT_ENDPOINT}"
        credentials = self.credentials
        with translated():
            ready = client(
                credentials=credentials, transport=kind, client_options=options, client_info=info
            )
        session = getattr(ready.transport, "_session", None)
        if session is not None:
            self._tune(session)
        return ready


def default_project() -> str | None:
    """Return the project that the credentials at hand belong to; None where there is none.

    Raises:
        Unauthenticated: there are no credentials.
    """
    with translated(), warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        _, project = load("google.auth").default(scopes=[SCOPE])
    return project if isinstance(project, str) else None


def _checked(endpoint: str) -> str:
    try:
        parts = urlsplit(endpoint)
        fits = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
        fits = fits and parts.path in {"", "/"} and not parts.query
    except ValueError:  # the port is not a number, or the host has a bracket
        fits = False
    if not fits:
        raise SettingsError(
            f"not an endpoint: {endpoint!r}", remedy="Write it as http://HOST:PORT."
        )
    return endpoint.rstrip("/")


__all__ = ["SCOPE", "Clients", "Transport", "default_project"]
