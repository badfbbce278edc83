"""Backend services at work: which region answers, which one is left out for a while.

https://cloud.google.com/load-balancing/docs/https/setting-up-global-http-ext-lb-outlier-detection
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

import httpx

from gcpstack.emulator.core.links import relative
from gcpstack.emulator.core.model import Body
from gcpstack.emulator.core.store import Obj
from gcpstack.emulator.core.world import World
from gcpstack.emulator.dataplane.messages import Answer, Asked, told
from gcpstack.emulator.dataplane.services import Services

ERROR = 500
# https://cloud.google.com/load-balancing/docs/https#timeouts_and_retries: retried once without a policy.
RETRIED = (502, 503, 504)
SAFE = ("GET", "HEAD", "OPTIONS")
CONDITIONS = {
    "5xx": range(500, 600),
    "gateway-error": RETRIED,
    "connect-failure": (503,),
    "refused-stream": (503,),
    "retriable-4xx": (409,),
}


@dataclass(slots=True)
class Health:
    """How a group of a backend service fared lately.

    Attributes:
        errors: in a row.
        ejected: how often it was left out.
        until: until when it is.
    """

    errors: int = 0
    ejected: int = 0
    until: float = 0.0


@dataclass(slots=True)
class Backends:
    """Sends requests to the groups of backend services.

    Attributes:
        world: what exists.
        services: the Cloud Run services behind the groups.
        down: regions that answer nothing, as in an outage.
        health: by backend service and group.
    """

    world: World
    services: Services
    down: set[str] = field(default_factory=set)
    health: dict[tuple[str, str], Health] = field(default_factory=dict)

    async def answer(
        self, backend: Obj, request: Asked, client: httpx.AsyncClient, retries: Body
    ) -> tuple[Answer, str]:
        """What a backend service answers, and the group that did.

        Args:
            backend: the backend service.
            request: what it is asked.
            client: carries requests to processes.
            retries: the retry policy of the route, if it has one.
        """
        tried: list[str] = []
        answer = told(503, "no healthy upstream")
        for _ in range(1 + _most(retries, request)):
            group = self._choose(backend, tried)
            if group is None:
                break
            tried.append(group.name)
            answer = await self._group(group, request, client)
            self._note(backend, group, answer)
            if answer.status not in _retried(retries):
                break
        return answer, tried[-1] if tried else ""

    def groups(self, backend: Obj) -> Iterator[Obj]:
        """The groups of a backend service, the nearest first."""
        for one in backend.body.get("backends") or ():
            found = self.world.state.get("compute", relative(str(one.get("group", ""))))
            if found is not None and one.get("capacityScaler", 1) != 0:
                yield found

    def _choose(self, backend: Obj, tried: list[str]) -> Obj | None:
        """The first group that is well and was not tried; if none is, any; the same again at the end."""
        groups = list(self.groups(backend))
        now = self.world.now()
        well = [one for one in groups if self._health(backend, one).until <= now]
        for options in (well, groups):
            for one in options:
                if one.name not in tried:
                    return one
        return groups[0] if groups else None

    def _health(self, backend: Obj, group: Obj) -> Health:
        return self.health.setdefault((backend.name, group.name), Health())

    async def _group(self, group: Obj, request: Asked, client: httpx.AsyncClient) -> Answer:
        region = group.name.split("/")[3]
        if region in self.down:
            return told(503, "upstream connect error")
        found = self._service(group, request)
        if found is None:
            return told(404, "The requested URL was not found on this server.")
        service, tag = found
        return await self.services.answer(service, request, client, way="balancer", tag=tag)

    def _service(self, group: Obj, request: Asked) -> tuple[Obj, str] | None:
        """The service behind a serverless group, and the tag of its revision."""
        run = group.body.get("cloudRun") or {}
        _, project, _, region, *_ = group.name.split("/")
        name, tag = str(run.get("service", "")), str(run.get("tag", ""))
        if run.get("urlMask"):
            name, tag = _by_mask(str(run["urlMask"]), request)
        function = group.body.get("cloudFunction") or {}
        name = name or str(function.get("function", ""))
        obj = self.world.state.get("run", f"projects/{project}/locations/{region}/services/{name}")
        return (obj, tag) if obj is not None else None

    def _note(self, backend: Obj, group: Obj, answer: Answer) -> None:
        """Leave a group out once it failed often enough in a row."""
        policy = backend.body.get("outlierDetection")
        here = self._health(backend, group)
        if answer.status < ERROR:
            here.errors = 0
            return
        here.errors += 1
        if not policy or here.errors < int(policy.get("consecutiveErrors", 5)):
            return
        now = self.world.now()
        groups = list(self.groups(backend))
        out = sum(self._health(backend, one).until > now for one in groups)
        if (out + 1) * 100 > len(groups) * int(policy.get("maxEjectionPercent", 50)):
            return
        base = policy.get("baseEjectionTime") or {"seconds": "30"}
        here.ejected += 1
        here.errors = 0
        here.until = now + float(base.get("seconds") or 0) * here.ejected


def _most(retries: Body, request: Asked) -> int:
    """How often a request may be made again."""
    if retries:
        return int(retries.get("numRetries", 1))
    return int(request.method in SAFE and not request.body)


def _retried(retries: Body) -> set[int]:
    if not retries:
        return set(RETRIED)
    found: set[int] = set()
    for name in retries.get("retryConditions") or ("5xx",):
        found |= set(CONDITIONS.get(name, (int(name),) if str(name).isdigit() else ()))
    return found


def _by_mask(mask: str, request: Asked) -> tuple[str, str]:
    """Service and tag as a URL mask tells them: https://cloud.google.com/load-balancing/docs/negs/serverless-neg-concepts#url_masks."""
    host, slash, path = mask.partition("/")
    values: dict[str, str] = {}
    pairs = [*zip(host.split("."), request.host.split("."), strict=False)] if host else []
    if slash:
        pairs += zip(path.split("/"), request.path.lstrip("/").split("/"), strict=False)
    for pattern, value in pairs:
        if pattern.startswith("<") and pattern.endswith(">"):
            values[pattern[1:-1]] = value
    return values.get("service", ""), values.get("tag", "")
