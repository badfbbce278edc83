"""A request on its way through a load balancer, from the forwarding rule to the answer.

https://cloud.google.com/load-balancing/docs/https: Cloud Armor first, then Identity-Aware Proxy, the
cache, and the backend.
"""

from dataclasses import dataclass, field, replace

import httpx

from gcpstack.emulator.core import iam
from gcpstack.emulator.core.links import relative
from gcpstack.emulator.core.model import Body
from gcpstack.emulator.core.store import Obj
from gcpstack.emulator.core.world import World
from gcpstack.emulator.dataplane import buckets
from gcpstack.emulator.dataplane.armor import Guard
from gcpstack.emulator.dataplane.backends import Backends
from gcpstack.emulator.dataplane.caching import DISABLED, HIT, MISS, Cache
from gcpstack.emulator.dataplane.messages import Answer, Asked, Turns, redirect, told
from gcpstack.emulator.dataplane.metrics import Metrics
from gcpstack.emulator.dataplane.services import bearer
from gcpstack.emulator.services.compute import url_map_routing as routing

VIA = ("via", "1.1 google")
ENTRY = "roles/iap.httpsResourceAccessor"
SIGN_IN = "https://accounts.google.com/o/oauth2/v2/auth"


@dataclass(slots=True)
class Balancer:
    """Every load balancer of a world."""

    world: World
    backends: Backends
    metrics: Metrics
    guard: Guard = field(default_factory=Guard)
    cache: Cache = field(default_factory=Cache)
    turns: dict[str, Turns] = field(default_factory=dict)

    async def answer(self, rule: Obj, request: Asked, client: httpx.AsyncClient) -> Answer:
        """Answer a request that came to a forwarding rule."""
        began = self.world.now()
        proxy = self._at(rule.body.get("target"))
        url_map = self._at(proxy.body.get("urlMap")) if proxy is not None else None
        labels: Body = {"forwarding_rule_name": rule.id, "region": "global"}
        if proxy is None or url_map is None:
            answer = told(503, "the proxy or its URL map is gone")
        else:
            labels |= {"target_proxy_name": proxy.id, "url_map_name": url_map.id}
            answer = await self._routed(url_map, request, client, labels)
        spent = self.world.now() - began
        self.metrics.balancer(rule.name.split("/")[1], labels, answer.status, spent)
        return answer.with_headers(VIA)

    def _at(self, link: object) -> Obj | None:
        return self.world.state.get("compute", relative(str(link))) if link else None

    async def _routed(
        self, url_map: Obj, request: Asked, client: httpx.AsyncClient, labels: Body
    ) -> Answer:
        """Follow the URL map."""
        asked = routing.Asked(request.host, request.path, request.query, dict(request.headers))
        found = routing.find(url_map.body, asked)
        if found.redirect:
            sent = routing.redirected(found, asked)
            return redirect(sent.code, sent.url)
        fault = self._fault(found.action)
        if fault is not None:
            return fault
        weighted = {
            str(one["backendService"]): float(one.get("weight", 0))
            for one in found.action.get("weightedBackendServices") or ()
        }
        link = self.turns.setdefault(url_map.name, Turns()).pick(weighted) if weighted else ""
        actions = [
            level["headerAction"]
            for level in (*found.above, *_chosen(found.action, link))
            if level.get("headerAction")
        ]
        host, slash, rest = routing.rewritten(found, asked).partition("/")
        path, _, query = (slash + rest).partition("?")
        sent_on = _changed(replace(request, host=host, path=path, query=query), actions)
        backend = self._at(link or found.service)
        if backend is None:
            return told(404, "no backend takes this request")
        labels["backend_target_name"] = backend.id
        answer = await self._guarded(backend, _Way(request, sent_on, found.action, labels), client)
        return _answered(answer, actions, found.action, request)

    def _fault(self, action: Body) -> Answer | None:
        """https://cloud.google.com/load-balancing/docs/https/traffic-management-global#fault_injection."""
        abort = (action.get("faultInjectionPolicy") or {}).get("abort") or {}
        share = float(abort.get("percentage", 0))
        turn = self.turns.setdefault(f"fault {abort}", Turns())
        if share and turn.pick({"abort": share, "pass": 100 - share}) == "abort":
            return told(int(abort["httpStatus"]), "fault filter abort")
        return None

    async def _guarded(self, backend: Obj, way: "_Way", client: httpx.AsyncClient) -> Answer:
        """Ask Cloud Armor and Identity-Aware Proxy, then the cache, then the backend."""
        refused = self._refused(backend, way.came)
        if refused is not None:
            return refused
        cdn: Body = backend.body.get("cdnPolicy") or {}
        now, caches = self.world.now(), _caches(backend)
        cached = self.cache.look(backend.name, cdn, way.sent, now) if caches else None
        if cached is not None:
            return _custom(backend, cached, way.came, HIT)
        if backend.kind == "backendBuckets":
            answer = buckets.answer(self.world, str(backend.body.get("bucketName", "")), way.sent)
        else:
            asked = _custom_request(backend, way.sent, way.came)
            retries: Body = way.action.get("retryPolicy") or {}
            answer, group = await self.backends.answer(backend, asked, client, retries)
            if group:
                way.labels["backend_name"] = group.rsplit("/", 1)[-1]
                way.labels["backend_scope"] = group.split("/")[3]
        if caches:
            answer = self.cache.keep(backend.name, cdn, way.sent, answer, now)
        return _custom(backend, answer, way.came, MISS if caches else DISABLED)

    def _refused(self, backend: Obj, came: Asked) -> Answer | None:
        for name in ("edgeSecurityPolicy", "securityPolicy"):
            policy = self._at(backend.body.get(name))
            if policy is not None:
                refused = self.guard.check(policy.name, policy.body, came, self.world.now())
                if refused is not None:
                    return refused
        protected = (backend.body.get("iap") or {}).get("enabled")
        return self._signed_in(backend, came) if protected else None

    def _signed_in(self, backend: Obj, request: Asked) -> Answer | None:
        """What Identity-Aware Proxy answers to those who may not enter; None for those who may.

        https://cloud.google.com/iap/docs/concepts-overview; a token is the member itself here.
        """
        who = bearer(request)
        generated = ("x-goog-iap-generated-response", "true")
        if not who:
            if "text/html" in (request.header("accept") or ""):
                client = (backend.body.get("iap") or {}).get("oauth2ClientId") or "managed"
                return redirect(302, f"{SIGN_IN}?client_id={client}").with_headers(generated)
            return told(401, "Invalid IAP credentials: empty token", generated)
        project = backend.name.split("/")[1]
        web = f"projects/{project}/iap_web"
        keys = (f"{web}/compute/services/{backend.body.get('id')}", f"{web}/compute", web)
        allowed = {
            member
            for key in (*(f"iap/{key}" for key in keys), f"cloudresourcemanager/projects/{project}")
            for binding in iam.effective(self.world, key).get("bindings", ())
            if binding["role"] == ENTRY
            for member in binding["members"]
        }
        domains = {f"domain:{member.rpartition('@')[2]}" for member in who if "@" in member}
        if allowed & (who | domains | {"allUsers"}):
            return None
        return told(403, "You don't have access", generated)


@dataclass(frozen=True, slots=True)
class _Way:
    """One request behind the URL map.

    Attributes:
        came: as the client sent it.
        sent: as the backend gets it.
        action: of the route.
        labels: of the metrics, filled in on the way.
    """

    came: Asked
    sent: Asked
    action: Body
    labels: Body


def _caches(backend: Obj) -> bool:
    return bool(backend.body.get("enableCDN") or backend.body.get("enableCdn"))


def _chosen(action: Body, link: str) -> list[Body]:
    return [
        one
        for one in action.get("weightedBackendServices") or ()
        if str(one["backendService"]) == link
    ]


def _changed(request: Asked, actions: list[Body]) -> Asked:
    for action in actions:
        gone = [str(name).lower() for name in action.get("requestHeadersToRemove") or ()]
        request = request.with_headers(
            *_pairs(action.get("requestHeadersToAdd") or []), without=gone
        )
    return request


def _answered(answer: Answer, actions: list[Body], action: Body, request: Asked) -> Answer:
    for one in actions:
        gone = [str(name).lower() for name in one.get("responseHeadersToRemove") or ()]
        answer = answer.with_headers(*_pairs(one.get("responseHeadersToAdd") or []), without=gone)
    return _shared(answer, action.get("corsPolicy") or {}, request)


def _pairs(headers: list[Body]) -> list[tuple[str, str]]:
    return [(str(one["headerName"]).lower(), str(one.get("headerValue", ""))) for one in headers]


def _shared(answer: Answer, policy: Body, request: Asked) -> Answer:
    """https://cloud.google.com/load-balancing/docs/https/setting-up-traffic-management#cors."""
    origin = request.header("origin")
    allowed = policy.get("allowOrigins") or ()
    if not policy or policy.get("disabled") or origin is None:
        return answer
    if origin not in allowed and "*" not in allowed:
        return answer
    more = [("access-control-allow-origin", origin)]
    if policy.get("allowCredentials"):
        more.append(("access-control-allow-credentials", "true"))
    return answer.with_headers(*more)


def _custom(backend: Obj, answer: Answer, request: Asked, cache: str) -> Answer:
    """Add the headers that a backend says its answers have."""
    lines = backend.body.get("customResponseHeaders") or ()
    return answer.with_headers(*(_header(str(line), request, cache) for line in lines))


def _custom_request(backend: Obj, request: Asked, came: Asked) -> Asked:
    lines = backend.body.get("customRequestHeaders") or ()
    forwarded = request.header("x-forwarded-for")
    chain = f"{forwarded}, {came.client}" if forwarded else came.client
    return request.with_headers(
        ("x-forwarded-for", chain),
        ("x-forwarded-proto", came.scheme),
        VIA,
        *(_header(str(line), came, "") for line in lines),
    )


def _header(line: str, request: Asked, cache: str) -> tuple[str, str]:
    """https://cloud.google.com/load-balancing/docs/https/custom-headers#variables."""
    name, _, value = line.partition(":")
    known = {
        "cdn_cache_status": cache,
        "client_ip_address": request.client,
        "client_region": request.header("x-emulated-region") or "ZZ",
        "tls_sni_hostname": request.host if request.scheme == "https" else "",
    }
    for variable, text in known.items():
        value = value.replace(f"{{{variable}}}", text)
    return name.strip().lower(), value.strip()
