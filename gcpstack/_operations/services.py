"""Answers about the Cloud Run services of a stack: what they log, how they do, whether they are well."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from gcpstack._adapters.probing import ask, identity
from gcpstack._adapters.time_series import Question, time_series, values
from gcpstack._core.json import Body, get
from gcpstack._engine.plan import Change, Plan
from gcpstack._operations.log_entries import log_entries
from gcpstack._stack.session import Session
from gcpstack.exceptions import SettingsError
from gcpstack.resources._kinds_data import RUN_JOB
from gcpstack.resources._kinds_events import FUNCTION
from gcpstack.resources.kinds import RUN_SERVICE

_RUN = "run.googleapis.com"
_CLASS = "metric.labels.response_code_class"
_REVISION = "resource.labels.revision_name"
PERCENTILES = (50, 95, 99)
_BAD = 400


#: By what the log entries of a kind are found: the monitored resource, and its label with the name.
#: Functions run as services: https://cloud.google.com/functions/docs/monitoring/logging
_LOGGED: Mapping[str, tuple[str, str]] = {
    RUN_SERVICE.name: ("cloud_run_revision", "service_name"),
    FUNCTION.name: ("cloud_run_revision", "service_name"),
    RUN_JOB.name: ("cloud_run_job", "job_name"),
}
#: What logs: Cloud Run services, jobs, and functions.
PROGRAMS = tuple(_LOGGED)


def services(
    plan: Plan, name: str | None = None, kinds: Sequence[str] = (RUN_SERVICE.name,)
) -> list[Change]:
    """List the stack's Cloud Run services that exist; those of one name, where it is given.

    Args:
        plan: a plan of the stack.
        name: a name, which may stand in several regions, or an address.
        kinds: the names of the kinds to list: services alone, or `PROGRAMS`.

    Raises:
        SettingsError: there is none of that name, or none that is declared exists yet.
    """
    declared = [change for change in plan.changes if change.kind.name in kinds]
    found = [change for change in declared if change.live]
    if declared and not found:
        raise SettingsError("No service of the stack exists yet.", remedy="Apply the stack first.")
    if name is None:
        return found
    chosen = [c for c in found if name in (c.target.ids["name"], str(c.address))]
    if not chosen:
        names = ", ".join(dict.fromkeys(c.target.ids["name"] for c in found)) or "none yet"
        raise SettingsError(f"The stack has no service {name!r}.", remedy=f"There are: {names}.")
    return chosen


@dataclass(frozen=True, slots=True)
class LogLine:
    """An entry of a service's log.

    Attributes:
        at: when.
        severity: such as ``ERROR``.
        service: which service.
        text: what it says, on one line.
        entry: the whole of it.
    """

    at: str
    severity: str
    service: str
    text: str
    entry: Body


def logs(
    session: Session,
    changes: Sequence[Change],
    seconds: float,
    severity: str = "DEFAULT",
    most: int = 50,
) -> list[LogLine]:
    """Read the last entries of services' logs, the oldest first.

    Args:
        session: the stack.
        changes: the services, functions and jobs.
        seconds: how far back.
        severity: the least severity.
        most: how many entries, the newest ones.
    """
    if not changes:
        return []
    named: dict[tuple[str, str], set[str]] = {}
    for change in changes:
        named.setdefault(_LOGGED[change.kind.name], set()).add(_logged_as(change))
    chosen = " OR ".join(
        f'(resource.type="{of}" AND resource.labels.{label}=({" OR ".join(map(_quoted, sorted(names)))}))'
        for (of, label), names in named.items()
    )
    query = f"({chosen}) AND severity>={severity}"
    found = log_entries(session, query, seconds, most)
    return [_line(entry) for entry in reversed(found)]


def _logged_as(change: Change) -> str:
    """Tell by which name something logs: a function by that of its service."""
    service = get(change.live.body if change.live else {}, ("serviceConfig", "service"))
    return str(service or change.target.ids["name"]).rsplit("/", 1)[-1]


def _quoted(name: str) -> str:
    return f'"{name}"'


def _line(entry: Body) -> LogLine:
    labels = get(entry, ("resource", "labels"))
    labels = labels if isinstance(labels, Mapping) else {}
    payload = entry.get("jsonPayload")
    text = entry.get("textPayload")
    if text is None and isinstance(payload, Mapping):
        text = payload.get("message", payload)
    request = entry.get("httpRequest")
    if text is None and isinstance(request, Mapping):
        parts = (request.get(key) for key in ("requestMethod", "requestUrl", "status", "latency"))
        text = " ".join(str(part) for part in parts if part is not None)
    return LogLine(
        at=str(entry.get("timestamp", "")),
        severity=str(entry.get("severity", "DEFAULT")),
        service=str(labels.get("service_name") or labels.get("job_name") or ""),
        text=" ".join(str("" if text is None else text).split()),
        entry=entry,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """How a service did over some time.

    Attributes:
        service: its address.
        seconds: over how long.
        by_class: requests by the class of their status, such as ``5xx``.
        latency: percentiles, in milliseconds; none where nothing was asked.
    """

    service: str
    seconds: float
    by_class: Mapping[str, int] = field(default_factory=dict)
    latency: Mapping[int, float] = field(default_factory=dict)

    @property
    def requests(self) -> int:
        """How many requests there were."""
        return sum(self.by_class.values())

    @property
    def rate(self) -> float:
        """Requests a second."""
        return self.requests / self.seconds

    @property
    def error_rate(self) -> float:
        """The share of requests that the server failed."""
        return self.by_class.get("5xx", 0) / self.requests if self.requests else 0.0

    def to_json(self) -> dict[str, object]:
        """Return it as JSON."""
        return {
            "service": self.service,
            "seconds": self.seconds,
            "requests": self.requests,
            "requests_per_second": round(self.rate, 3),
            "error_rate": round(self.error_rate, 5),
            "by_class": dict(self.by_class),
            "latency_ms": {f"p{which}": round(value, 1) for which, value in self.latency.items()},
        }


def figures(session: Session, change: Change, seconds: float) -> Figures:
    """Return how a service did.

    Args:
        session: the stack.
        change: the service.
        seconds: how far back.
    """
    labels = f'resource.labels.service_name="{change.target.ids["name"]}"'
    place = f'resource.labels.location="{change.target.ids["location"]}"'

    def read(metric: str, reducer: str, groups: Sequence[str]) -> Sequence[Body]:
        chosen = (
            f'metric.type="{_RUN}/{metric}" AND resource.type="cloud_run_revision" '
            f"AND {labels} AND {place}"
        )
        return session.caller(
            "monitoring.googleapis.com",
            lambda: time_series(
                session.clients,
                Question(change.target.ids["project"], chosen, seconds, reducer, groups),
            ),
        )

    by_class: dict[str, int] = {}
    for item in read("request_count", "REDUCE_SUM", [_CLASS]):
        name = str(get(item, ("metric", "labels", "response_code_class")) or "other")
        by_class[name] = by_class.get(name, 0) + int(sum(values(item)))
    latency = {
        which: max(values(item), default=0.0)
        for which in PERCENTILES
        for item in read("request_latencies", f"REDUCE_PERCENTILE_{which}", [])
    }
    return Figures(
        service=str(change.address),
        seconds=seconds,
        by_class=dict(sorted(by_class.items())),
        latency=latency,
    )


@dataclass(frozen=True, slots=True)
class Health:
    """What a service answered.

    Attributes:
        service: its address.
        url: what was asked.
        status: the HTTP status; 0 where none came.
        problem: what is wrong; empty where it is well.
        seconds: how long it took.
    """

    service: str
    url: str
    status: int
    problem: str
    seconds: float
    remedy: str = ""

    def to_json(self) -> dict[str, object]:
        """Return it as JSON."""
        return {
            "service": self.service,
            "url": self.url,
            "status": self.status,
            "ok": not self.problem,
            "problem": self.problem,
            "remedy": self.remedy,
            "seconds": round(self.seconds, 3),
        }


#: https://cloud.google.com/run/docs/troubleshooting#unauthorized-client
_FORBIDDEN = 403
_INVITE = (
    "Who calls it needs a grant: CloudRunServiceIamMember(service, role='roles/run.invoker', "
    "member='allUsers') lets everybody in, a load balancer's visitors too."
)


def health(session: Session, change: Change, path: str) -> Health:
    """Ask a service itself, with an identity token where the credentials can make one.

    Args:
        session: the stack.
        change: the service.
        path: what to ask for.
    """
    base = str(get(change.live.body, ("uri",)) or "") if change.live else ""
    if not base:
        return Health(str(change.address), "", 0, "it has no address yet", 0.0)
    url = f"{base.rstrip('/')}{path}"
    began = session.clock.monotonic()
    status, problem = ask(session.clients, url, token=identity(session.clients, base))
    took = session.clock.monotonic() - began
    if not problem and status >= _BAD:
        problem = f"it answers {status}"
    open_ = get(change.live.body if change.live else {}, ("invokerIamDisabled",))
    remedy = _INVITE if status == _FORBIDDEN and not open_ else ""
    return Health(str(change.address), url, status, problem, took, remedy)
