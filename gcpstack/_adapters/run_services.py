"""Cloud Run services whose changes may reach their users in stages.

https://cloud.google.com/run/docs/rollouts-rollbacks-traffic-migration
"""

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from gcpstack._adapters import gapic, operations
from gcpstack._adapters.aip import Aip
from gcpstack._adapters.aip_rows import ROWS
from gcpstack._adapters.clients import Clients
from gcpstack._adapters.probing import ask, knock
from gcpstack._adapters.time_series import Question, time_series, values
from gcpstack._core.json import Body, get
from gcpstack._core.ports import (
    Done,
    Edit,
    Failed,
    Finished,
    Operation,
    Pending,
    Step,
    Target,
)
from gcpstack._core.traffic import OURS, PINNED, Figures, Revision, Share
from gcpstack.exceptions import NotFound

_KIND = "run.Service"
_MODULE = "google.cloud.run_v2"
_TRAFFIC = (("traffic",),)
_TYPE = "TRAFFIC_TARGET_ALLOCATION_TYPE_"
_LATEST: Body = {"type": f"{_TYPE}LATEST", "percent": 100}
#: The fields of a revision that say what it runs
#: (https://cloud.google.com/run/docs/reference/rest/v2/projects.locations.services.revisions#Revision).
_RUNS = (
    "containers", "volumes", "scaling", "vpcAccess", "serviceAccount", "timeout", "encryptionKey",
    "executionEnvironment", "maxInstanceRequestConcurrency", "sessionAffinity", "nodeSelector",
)  # fmt: skip
#: From here on an answer is a refusal.
_REFUSED = 400
_REVISION, _CLASS = "resource.labels.revision_name", "metric.labels.response_code_class"


@dataclass
class Refused:
    """A change that is done when its own operation is, and nobody gets in directly any more.

    Attributes:
        inner: the operation.
        knock: asks the service as anybody could; the status, or 0 where it can't be reached.
        uri: its address.
        told: the status was told.
    """

    inner: Operation
    knock: Callable[[], int]
    uri: str
    told: bool = False

    @property
    def name(self) -> str:
        """The operation's name."""
        return self.inner.name

    @property
    def blocks(self) -> bool:
        """Whether Google holds the answer until it is done."""
        return self.inner.blocks and not self.told

    def poll(self, *, wait: bool = False) -> Pending | Done | Failed:
        """Ask how the operation stands, then at the service itself."""
        state = self.inner.poll(wait=wait)
        if not isinstance(state, Done):
            return state
        status = self.knock()
        if status and status < _REFUSED:
            return Pending(f"{self.uri} still answers {status} to direct callers")
        if not self.told:
            self.told = True
            return Pending(f"{self.uri} refuses direct callers ({status or 'unreachable'})")
        return state


class RunServices(Aip):
    """The adapter of Cloud Run services."""

    def __init__(self, clients: Clients) -> None:
        """Speak through these clients."""
        super().__init__(clients, ROWS[_KIND])
        self._revisions = gapic.Api(clients, _MODULE, "RevisionsClient")

    def update(self, edit: Edit) -> Sequence[Step]:
        """List the calls; a new revision without a rollout ends what a rollback began."""
        live = edit.live.get("traffic")
        pinned = any(one.get("tag") == PINNED for one in (live if isinstance(live, list) else []))
        if pinned and edit.touches("template") and not edit.touches("traffic"):
            edit = _with_traffic(edit, None)
        steps = super().update(edit)
        uri = str(edit.live.get("uri") or "")
        closes = edit.merged.get("ingress") not in (None, "INGRESS_TRAFFIC_ALL")
        if closes and uri and edit.touches("ingress"):
            return [replace(step, call=self._refusing(step, uri)) for step in steps]
        return steps

    def _refusing(self, step: Step, uri: str) -> Callable[[], Operation]:
        """Let a change be done only when the service refuses who calls it directly."""
        return lambda: Refused(step.call(), lambda: ask(self._clients, uri)[0], uri)

    def stage(self, edit: Edit, shares: Sequence[Share]) -> Step:
        """Make the change with the traffic divided so; the newest revision is named ``""``."""
        changed = edit.changed or (("template",),)
        step = super().update(_with_traffic(replace(edit, changed=changed), shares))[0]
        return replace(step, title="deploy a revision without traffic")

    def divide(self, target: Target, live: Body, shares: Sequence[Share] | None) -> Step:
        """Divide the traffic; None gives all to the newest revision, now and later."""
        edit = Edit(target=target, live=live, desired={}, merged=live, changed=())
        step = super().update(_with_traffic(edit, shares))[0]
        return replace(step, title="divide the traffic")

    def knock(self, live: Body, tag: str, path: str) -> str:
        """Ask a revision at the address of its tag; tell what is wrong, nothing if it answers well.

        One that knows all of its callers can't be asked if there is no identity to call it with.
        """
        statuses = live.get("trafficStatuses")
        for one in statuses if isinstance(statuses, list) else []:
            if one.get("tag") == tag and one.get("uri"):
                return knock(self._clients, str(one["uri"]), path)
        return f"it has no address under the tag {tag!r} yet"

    def figures(
        self, target: Target, revisions: Sequence[str], seconds: float
    ) -> Mapping[str, Figures]:
        """Return how revisions did over the last seconds."""
        out = {name: Figures() for name in revisions}
        for item in self._series(
            target, "request_count", seconds, "REDUCE_SUM", [_REVISION, _CLASS]
        ):
            name = str(get(item, ("resource", "labels", "revision_name")))
            failed = get(item, ("metric", "labels", "response_code_class")) == "5xx"
            number = int(_total(item))
            if name in out:
                known = out[name]
                errors = known.errors + (number if failed else 0)
                out[name] = replace(known, requests=known.requests + number, errors=errors)
        percentile = "REDUCE_PERCENTILE_95"
        for item in self._series(target, "request_latencies", seconds, percentile, [_REVISION]):
            name = str(get(item, ("resource", "labels", "revision_name")))
            if name in out:
                out[name] = replace(out[name], latency_p95=_longest(item) / 1000)
        return out

    def revisions(self, target: Target) -> Sequence[Revision]:
        """List the revisions, the newest first."""
        request = {"parent": target.path, "pageSize": 100}
        found = self._revisions.pages(
            "list_revisions", "ListRevisionsRequest", request, "revisions"
        )
        made = [
            Revision(
                name=str(item.get("name", "")).rsplit("/", 1)[-1],
                created=str(item.get("createTime", "")),
                image=str(get(item, ("containers", 0, "image"), "")),
                ready=_ready(item),
                content=_content(item),
            )
            for item in found
        ]
        return sorted(made, key=lambda one: (one.created, one.name), reverse=True)

    def drop(self, target: Target, revision: str) -> Step:
        """Delete a revision; done where it is gone already."""

        def call() -> Operation:
            request = {"name": f"{target.path}/revisions/{revision}"}
            try:
                answer = self._revisions.call("delete_revision", "DeleteRevisionRequest", request)
            except NotFound:
                return Finished()
            return operations.longrunning(self._clients, "run", gapic.operation_json(answer))

        return Step(f"delete the revision {revision}", call)

    def _series(
        self, target: Target, metric: str, seconds: float, reducer: str, groups: Sequence[str]
    ) -> Sequence[Body]:
        """Ask Monitoring for one metric of the service, as one value for each group."""
        labels = f'resource.labels.service_name="{target.ids["name"]}"'
        place = f'resource.labels.location="{target.ids["location"]}"'
        chosen = (
            f'metric.type="run.googleapis.com/{metric}" AND resource.type="cloud_run_revision" '
            f"AND {labels} AND {place}"
        )
        asked = Question(target.ids["project"], chosen, seconds, reducer, groups)
        return time_series(self._clients, asked)


def _with_traffic(edit: Edit, shares: Sequence[Share] | None) -> Edit:
    """Divide the traffic beside what is changed; the tags of others stay where they are."""
    targets = [*([_LATEST] if shares is None else _targets(shares)), *_foreign(edit.live)]
    changed = (*(path for path in edit.changed if path[0] != "traffic"), *_TRAFFIC)
    return replace(edit, merged={**edit.merged, "traffic": targets}, changed=changed)


def _foreign(live: Body) -> list[Body]:
    """The tags that others have put on revisions, at no percent.

    A tag that follows the newest revision goes on to do so.
    """
    listed = live.get("traffic")
    return [
        {key: value for key, value in one.items() if key != "percent"}
        for one in (listed if isinstance(listed, list) else [])
        if one.get("tag") and one["tag"] not in OURS
    ]


def _targets(shares: Sequence[Share]) -> list[Body]:
    out: list[Body] = []
    for share in shares:
        target: Body = {"type": f"{_TYPE}LATEST", "percent": share.percent}
        if share.revision:
            target |= {"type": f"{_TYPE}REVISION", "revision": share.revision}
        if share.tag:
            target["tag"] = share.tag
        out.append(target)
    return out


def _total(item: Body) -> float:
    return sum(values(item))


def _longest(item: Body) -> float:
    return max(values(item), default=0.0)


def _content(item: Body) -> str:
    """Name what a revision runs, and how; its name, time and annotations aside."""
    told = {field: item[field] for field in _RUNS if field in item}
    return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()


def _ready(item: Body) -> bool:
    conditions = item.get("conditions")
    return any(
        one.get("type") == "Ready" and one.get("state") == "CONDITION_SUCCEEDED"
        for one in (conditions if isinstance(conditions, list) else [])
    )


def adapter(clients: Clients, kind: str, stack: str) -> RunServices:  # noqa: ARG001 # the table's form
    """Make the adapter."""
    return RunServices(clients)
