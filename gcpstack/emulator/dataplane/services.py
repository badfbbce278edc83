"""Cloud Run services at work: who may call, which revision answers, what is measured.

https://cloud.google.com/run/docs/rollouts-rollbacks-traffic-migration,
https://cloud.google.com/run/docs/securing/ingress
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal

import httpx

from gcpstack.emulator.core import iam
from gcpstack.emulator.core.model import Body
from gcpstack.emulator.core.store import Obj
from gcpstack.emulator.core.world import World
from gcpstack.emulator.dataplane.containers import Containers
from gcpstack.emulator.dataplane.messages import Answer, Asked, Turns, told
from gcpstack.emulator.dataplane.metrics import Metrics
from gcpstack.emulator.services.run.common import hosts

Way = Literal["direct", "balancer"]
SEPARATOR = "---"
INVOKERS = ("roles/run.invoker", "roles/run.servicesInvoker", "roles/run.admin", "roles/owner")
REVISION, LATEST = "REVISION", "LATEST"
WHOLE = 100.0
NOT_THERE = "The requested URL was not found on this server."


@dataclass(slots=True)
class Services:
    """Every Cloud Run service of a world, as its callers meet it."""

    world: World
    containers: Containers
    metrics: Metrics
    turns: dict[str, Turns] = field(default_factory=dict)

    def at(self, host: str) -> tuple[Obj, str] | None:
        """The service that a host of ``run.app`` leads to, with the tag before it."""
        tag, dashes, rest = host.partition(SEPARATOR)
        bare = rest if dashes else host
        for (service, name), obj in list(self.world.state.objects.items()):
            if service == "run" and obj.kind == "services" and bare in hosts(self.world, name):
                return obj, tag if dashes else ""
        return None

    async def direct(self, request: Asked, client: httpx.AsyncClient) -> Answer:
        """Answer at the service's own address."""
        found = self.at(request.host)
        if found is None or found[0].body.get("defaultUriDisabled"):
            return told(404, NOT_THERE)
        return await self.answer(found[0], request, client, way="direct", tag=found[1])

    async def answer(
        self, service: Obj, request: Asked, client: httpx.AsyncClient, *, way: Way, tag: str = ""
    ) -> Answer:
        """Answer for a service.

        Args:
            service: the service.
            request: what it is asked.
            client: carries requests to processes.
            way: whether the request came through a load balancer.
            tag: the tag of a revision; without it, by the traffic's split.
        """
        if not _lets_in(str(service.body.get("ingress", "")), way):
            return told(404, NOT_THERE)
        if not self._may_call(service, request):
            text = "Your client does not have permission to get URL from this server."
            return told(403, text)
        shares = dict(self.shares(service))
        chosen = self._tagged(service, tag) if tag else self._turn(service, shares)
        revision = self.world.state.get("run", f"{service.name}/revisions/{chosen}")
        if revision is None:
            return told(404 if tag else 503, NOT_THERE if tag else "Service Unavailable")
        if not self.serves(revision, shares.get(chosen, 0.0)):
            return self._measured(service, chosen, told(503, "Service Unavailable"), 0.0)
        began = self.world.now()
        share = shares.get(chosen, 0.0)
        answer = await self.containers.answer(revision, request, share, client)
        spent = self.world.now() - began + self.containers.seconds(revision)
        return self._measured(service, chosen, answer, spent)

    def _measured(self, service: Obj, chosen: str, answer: Answer, seconds: float) -> Answer:
        name = f"{service.name}/revisions/{chosen}"
        self.metrics.run(name, answer.status, seconds)
        return Answer(answer.status, answer.headers, answer.body, name)

    def shares(self, service: Obj) -> Iterator[tuple[str, float]]:
        """The percent of each revision, the tagged ones of no share among them."""
        body, total = service.body, dict[str, float]()
        for split in body.get("trafficStatuses") or ():
            name = _revision(body, split)
            total[name] = total.get(name, 0.0) + float(split.get("percent") or 0)
        yield from total.items()

    def serves(self, revision: Obj, share: float) -> bool:
        """Whether a revision came up and its readiness probe finds it well.

        https://cloud.google.com/run/docs/configuring/healthchecks
        """
        if revision.meta.get("failed") or revision.body.get("reconciling"):
            return False
        probes = [
            one["readinessProbe"]
            for one in revision.meta["template"]["containers"]
            if one.get("readinessProbe")
        ]
        paths = [str(one.get("httpGet", {}).get("path", "/")) for one in probes if "httpGet" in one]
        return all(self.containers.healthy(revision, path, share) for path in paths)

    def _turn(self, service: Obj, shares: dict[str, float]) -> str:
        return self.turns.setdefault(service.name, Turns()).pick(shares)

    def _tagged(self, service: Obj, tag: str) -> str:
        for split in service.body.get("trafficStatuses") or ():
            if split.get("tag") == tag:
                return _revision(service.body, split)
        return ""

    def _may_call(self, service: Obj, request: Asked) -> bool:
        """https://cloud.google.com/run/docs/authenticating/public."""
        if service.body.get("invokerIamDisabled"):
            return True
        members = {
            member
            for key in (
                f"run/{service.name}",
                f"cloudresourcemanager/projects/{service.name.split('/')[1]}",
            )
            for binding in iam.effective(self.world, key).get("bindings", ())
            if binding["role"] in INVOKERS
            for member in binding["members"]
        }
        return "allUsers" in members or bool(bearer(request) & members)


def bearer(request: Asked) -> set[str]:
    """Whom a token names: here a token is the member itself, ``Bearer user:ann@example.com``."""
    header = request.header("x-serverless-authorization") or request.header("authorization") or ""
    member = header.removeprefix("Bearer ").strip()
    return {member, "allAuthenticatedUsers"} if ":" in member else set()


def _lets_in(ingress: str, way: Way) -> bool:
    allowed = {
        "INGRESS_TRAFFIC_ALL": ("direct", "balancer"),
        "INGRESS_TRAFFIC_INTERNAL_LOAD_BALANCER": ("balancer",),
    }
    return way in allowed.get(ingress, ())


def _revision(body: Body, split: Body) -> str:
    """The revision of one share by its short name."""
    if split.get("revision"):
        return str(split["revision"]).rsplit("/", 1)[-1]
    return str(body.get("latestReadyRevision", "")).rsplit("/", 1)[-1]
