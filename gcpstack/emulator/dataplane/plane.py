"""The data plane of one world: its ports, and the way from a connection to an answer."""

import asyncio
import contextlib
import functools
import socket
import ssl
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from typing import Any

import httpx
import uvicorn

from gcpstack.emulator.core import behaviours
from gcpstack.emulator.core.links import relative
from gcpstack.emulator.core.store import Key, Obj
from gcpstack.emulator.core.wire import Request, Response
from gcpstack.emulator.core.world import World
from gcpstack.emulator.dataplane.backends import Backends
from gcpstack.emulator.dataplane.balancer import Balancer
from gcpstack.emulator.dataplane.certificates import Certificates
from gcpstack.emulator.dataplane.containers import Containers, Process
from gcpstack.emulator.dataplane.front import ADDRESS, Front, bare_host, claimed, place
from gcpstack.emulator.dataplane.messages import Answer, Asked, Handler, told
from gcpstack.emulator.dataplane.metrics import Metrics
from gcpstack.emulator.dataplane.services import Services

PROXIES = ("targetHttpProxies", "targetHttpsProxies")
PATIENCE = 60.0  # seconds that a program may take for an answer


@dataclass(slots=True)
class Listener:
    """One forwarding rule on a port of this computer.

    Attributes:
        rule: the rule's full name.
        address: its address.
        port: its port.
        secure: it speaks TLS.
        socket: where it listens.
        server: what serves there, once it does.
        task: runs that.
    """

    rule: str
    address: str
    port: int
    secure: bool
    socket: socket.socket
    server: "_Server | None" = None
    task: "asyncio.Task[None] | None" = None

    @property
    def local(self) -> int:
        """The port of the loopback device."""
        number: int = self.socket.getsockname()[1]
        return number


class _Server(uvicorn.Server):
    """uvicorn's server as one of several in a loop: signals are the process's own matter."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave signals alone."""
        yield


@dataclass
class Plane:
    """Everything that requests from users meet.

    Args:
        world: what exists.
        host: the address to listen on.
    """

    world: World
    host: str = "127.0.0.1"
    listeners: dict[str, Listener] = field(default_factory=dict)
    loop: asyncio.AbstractEventLoop | None = None
    _client: httpx.AsyncClient | None = None

    def __post_init__(self) -> None:
        """Put the parts together."""
        self.metrics = Metrics(self.world)
        self.containers = Containers(self.world)
        self.services = Services(self.world, self.containers, self.metrics)
        self.backends = Backends(self.world, self.services)
        self.balancer = Balancer(self.world, self.backends, self.metrics)
        self.certificates = Certificates(self.world)
        self.world.on_read.append(self.metrics.write)
        self.world.on_change.append(self._changed)
        self.world.controls |= {
            ("GET", "/_emulator/dataplane"): lambda _body: self.told(),
            ("PUT", "/_emulator/dataplane"): self._set,
            ("PUT", "/_emulator/behaviours"): self._behaviours,
        }

    # -- what users of the emulator say ---------------------------------------------------------

    def bind(self, image: str, handler: Handler) -> None:
        """Let a function answer for the containers of an image, with or without its tag."""
        self.containers.functions[image] = handler

    def run(self, image: str, *command: str, **environment: str) -> None:
        """Let a program of this computer answer for the containers of an image.

        It is started when it is first needed, and serves on the port of its variable ``PORT``.
        """
        self.containers.processes[image] = Process(command, environment)

    def behave(self, image: str, **behaviour: Any) -> None:
        """Say how the containers of an image behave: the fields of ``Behaviour``; none for the usual."""
        with self.world.entered():
            behaviours.bind(self.world, image, behaviour or None)

    def port_of(self, address: str, port: int) -> int:
        """The port of this computer that stands for an address and port of a load balancer."""
        self.sync()
        for listener in self.listeners.values():
            if (listener.address, listener.port) == (address, port):
                return listener.local
        message = f"no forwarding rule serves {address}:{port}"
        raise LookupError(message)

    def told(self) -> dict[str, Any]:
        """What listens where, as ``GET /_emulator/dataplane`` tells it."""
        self.sync()
        return {
            "listeners": [self._listener(one) for one in self.listeners.values()],
            "certificateAuthority": self.certificates.authority.pem,
            "down": sorted(self.backends.down),
            "problems": dict(self.balancer.guard.problems),
        }

    def _listener(self, one: Listener) -> dict[str, Any]:
        domains: list[str] = []
        proxy = self._proxy(one.rule)
        if one.secure and proxy is not None:
            domains = [name for names in self.certificates.domains(proxy) for name in names]
        return {
            "forwardingRule": one.rule,
            "address": one.address,
            "port": one.port,
            "scheme": "https" if one.secure else "http",
            "local": f"{self.host}:{one.local}",
            "domains": domains,
        }

    def _set(self, body: Any) -> dict[str, Any]:
        """``PUT /_emulator/dataplane``: the regions that are down."""
        down = body["down"]
        if not isinstance(down, list) or not all(isinstance(one, str) for one in down):
            raise ValueError("down is a list of regions")
        self.backends.down = set(down)
        return {"down": sorted(self.backends.down)}

    def _behaviours(self, body: Any) -> dict[str, Any]:
        """``PUT /_emulator/behaviours``: behaviours by image; null forgets one."""
        with self.world.entered():
            for image, behaviour in body.items():
                behaviours.bind(self.world, image, behaviour)
        return {"images": len(body)}

    # -- the ports ------------------------------------------------------------------------------

    @contextlib.asynccontextmanager
    async def serving(self) -> AsyncIterator[None]:
        """Listen for as long as the context lasts."""
        self.loop = asyncio.get_running_loop()
        limits = httpx.Limits(max_connections=200, max_keepalive_connections=50)
        # Processes of this computer are asked over HTTP. To load the internet's authorities for them
        # would take a tenth of the emulator's start.
        nobody = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        async with httpx.AsyncClient(
            timeout=PATIENCE, limits=limits, trust_env=False, verify=nobody
        ) as client:
            self._client = client
            self.sync()
            self._serve_new()
            try:
                yield
            finally:
                self.loop = None
                await self._close(list(self.listeners.values()))
                self.listeners.clear()
                self.containers.stop()
                self._client = None

    def _changed(self, changed: tuple[Key, ...]) -> None:
        """Look again when a forwarding rule came or went; from whatever thread."""
        rules = any(key[1] == "compute" and "/forwardingRules/" in key[2] for key in changed)
        if rules or not changed:
            self.sync()

    def sync(self) -> None:
        """Open the ports of new forwarding rules, and close those of rules that are gone."""
        if self.loop is None:
            return
        with self.world.entered():
            rules = {obj.name: obj for obj in self._rules()}
        for name in [name for name in self.listeners if name not in rules]:
            gone = self.listeners.pop(name)
            self._soon(lambda gone=gone: asyncio.ensure_future(self._close([gone])))
        for name, rule in rules.items():
            if name not in self.listeners:
                self.listeners[name] = self._open(rule)
                self._soon(self._serve_new)

    def _soon(self, call: Any) -> None:
        if self.loop is not None:
            self.loop.call_soon_threadsafe(call)

    def _rules(self) -> Iterator[Obj]:
        for obj in list(self.world.state.objects.values()):
            if obj.service == "compute" and obj.kind == "forwardingRules":
                target = relative(str(obj.body.get("target", "")))
                if target.split("/")[-2:][0] in PROXIES and obj.body.get("portRange"):
                    yield obj

    def _open(self, rule: Obj) -> Listener:
        listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((self.host, 0))
        listener.listen(512)  # who comes before the server waits for it
        port = int(str(rule.body["portRange"]).partition("-")[0])
        secure = "/targetHttpsProxies/" in str(rule.body["target"])
        return Listener(rule.name, str(rule.body["IPAddress"]), port, secure, listener)

    def _serve_new(self) -> None:
        for listener in self.listeners.values():
            if listener.server is None:
                listener.server = _Server(self._config(listener))
                listener.task = asyncio.ensure_future(
                    listener.server.serve(sockets=[listener.socket])
                )

    def _config(self, listener: Listener) -> uvicorn.Config:
        config = uvicorn.Config(
            Front(functools.partial(self.balanced, listener.rule), secure=listener.secure),
            lifespan="off",
            log_config=None,
            log_level="error",
            access_log=False,
            date_header=True,
            proxy_headers=False,
            server_header=False,
            ws="none",
            timeout_graceful_shutdown=1,
            timeout_keep_alive=610,  # https://cloud.google.com/load-balancing/docs/https#timeout-keepalive-client
        )
        config.load()
        if listener.secure:
            config.ssl = self._secure(listener)
        return config

    def _secure(self, listener: Listener) -> ssl.SSLContext:
        """TLS that shows the certificate which is live at the moment of the handshake."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)

        def choose(
            connection: ssl.SSLObject | ssl.SSLSocket, name: str | None, _: ssl.SSLContext
        ) -> int | None:
            proxy = self._proxy(listener.rule)
            found = self.certificates.of(proxy, name or "") if proxy is not None else None
            if found is None:
                return int(ssl.ALERT_DESCRIPTION_HANDSHAKE_FAILURE)
            connection.context = found
            return None

        context.sni_callback = choose
        return context

    def _proxy(self, rule: str) -> Obj | None:
        found = self.world.state.get("compute", rule)
        target = relative(str(found.body["target"])) if found is not None else ""
        return self.world.state.get("compute", target)

    async def _close(self, gone: list[Listener]) -> None:
        for listener in gone:
            if listener.server is not None:
                listener.server.should_exit = True
        for listener in gone:
            if listener.task is not None:
                await asyncio.gather(listener.task, return_exceptions=True)
            listener.socket.close()

    # -- requests -------------------------------------------------------------------------------

    def takes(self, request: Request) -> bool:
        """Whether a request to the emulator's own port is for the data plane.

        ``http://EMULATOR/HOST.run.app/PATH`` stands for ``https://HOST.run.app/PATH``, and
        ``http://EMULATOR/ADDRESS:PORT/PATH`` for a load balancer's address, as all of Google's hosts do.
        """
        return place(request) is not None

    async def through(self, request: Request) -> Response:
        """Answer a request that came to the emulator's own port."""
        where = place(request) or ""
        rest = request.path.removeprefix(f"/{where}") or "/"
        found = ADDRESS.fullmatch(where)
        headers = tuple((key.lower(), value) for key, value in request.headers.items())
        host = where if found is None else bare_host(request.headers.get("host", ""))
        scheme = "http" if found is not None and found["port"] == "80" else "https"
        asked = claimed(
            Asked(request.method, scheme, host, rest, request.query, headers, request.body)
        )
        answer = await (
            self.direct(asked)
            if found is None
            else self.at(found["address"], int(found["port"]), asked)
        )
        return Response(answer.status, answer.body, dict(answer.headers))

    async def direct(self, request: Asked) -> Answer:
        """Answer at an address of a Cloud Run service."""
        return await self.services.direct(request, self._carrier())

    async def at(self, address: str, port: int, request: Asked) -> Answer:
        """Answer at an address of a load balancer."""
        for obj in self._rules():
            if obj.body["IPAddress"] == address and str(obj.body["portRange"]).startswith(
                f"{port}-"
            ):
                proxy = self._proxy(obj.name)
                secure = proxy is not None and proxy.kind == "targetHttpsProxies"
                if proxy and secure and self.certificates.of(proxy, request.host) is None:
                    return told(502, "no certificate is live: the handshake would fail")
                return await self.balanced(obj.name, request)
        return told(502, f"nothing listens at {address}:{port}")

    async def balanced(self, rule: str, request: Asked) -> Answer:
        """Answer at a forwarding rule."""
        found = self.world.state.get("compute", rule)
        if found is None:
            return told(502, "the forwarding rule is gone")
        return await self.balancer.answer(found, request, self._carrier())

    def _carrier(self) -> httpx.AsyncClient:
        if self._client is None:
            message = "the data plane is not serving"
            raise RuntimeError(message)
        return self._client
