"""Rollouts: a process dies at any call while a new version takes over, and the next goes on or takes it back.

The smallest stack that ships, with its trader in stages. Users ask all the time; what Monitoring
tells of each version, and what it answers at the address of its tag, depends on the version alone.
"""

import dataclasses
import itertools
import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from urllib.parse import parse_qs

from gcpstack._stack.result import Result
from gcpstack.emulator.core.store import Obj
from gcpstack.emulator.core.wire import Request, Response, json_response
from gcpstack.exceptions import RolloutFailed

from . import sweep
from .lab import Lab
from .stacks import SHIPPED, Shipped
from .wire import Saved

WAYS = ("canary", "blue-green")
#: How a version does, and the largest share that it may ever have, by the way it takes over.
FATES = {
    "good": {"canary": 100, "blue-green": 100},
    "failing": {"canary": 5, "blue-green": 100},
    "mute": {"canary": 0, "blue-green": 0},
}
SCENARIOS = tuple(itertools.product(WAYS, FATES))
_IMAGE = "us-docker.pkg.dev/cloudrun/container/hello"
_SERVICE = "/services/cloud-trader"
_REVISION = re.compile(rf".*{_SERVICE}/revisions/[^/]+")
_REQUESTS, _BAD = 1000, 500


@dataclass(frozen=True)
class Case:
    """One rollout, ready to die in.

    Attributes:
        name: the way, and how the new version does.
        way: how it takes over.
        fate: how it does.
        before: what exists when the run begins.
        expected: what exists after an undisturbed run.
        traffic: who gets how much then: the version, its percent, its tag.
        moments: what existed at each boundary of that run; the same value where nothing had
            changed but the time.
    """

    name: str
    way: str
    fate: str
    before: Saved
    expected: dict[str, object]
    traffic: list[tuple[str, int, str]]
    moments: Sequence[Saved]

    @property
    def run(self) -> sweep.Run:
        """What brings the new version."""
        return sweep.Run(_shipped(self.way, self.fate).stack())


def _shipped(way: str, version: str) -> Shipped:
    aster = SHIPPED["aster"]
    env = {
        "ASTER_ROLLOUT": way,
        "ASTER_BAKE": "2s",
        "ASTER_TRADER_IMAGE": f"{_IMAGE}:{version}",
        "ASTER_ALERT_EMAIL": "",
    }
    return dataclasses.replace(aster, name="aster", env={**aster.env, **env})


def case(lab: Lab, way: str, fate: str) -> Case:
    """Bring a rollout to where it begins, and run it once undisturbed."""
    key = f"rollout {way}"
    if key not in lab.begun:
        lab.line.google.reset()
        well(lab)
        sweep.converge(lab, sweep.Run(_shipped(way, "old").stack()))
        lab.begun[key] = lab.save()
    lab.restore(lab.begun[key])
    well(lab)
    before, (moments, amiss) = lab.save(), _moments(lab, way, fate)
    _tried(lab, way, fate)
    assert not amiss, amiss
    well(lab)
    found = traffic(lab)
    expected = sweep.outcome(lab)
    return Case(f"{way}: {fate}", way, fate, before, expected, found, moments)


def well(lab: Lab) -> None:
    """Let everything work from now on, and each version do as it does."""
    lab.undisturbed()
    lab.line.instead = lambda request: _answer(lab, request)


def _moments(lab: Lab, way: str, fate: str) -> tuple[list[Saved], list[str]]:
    """Keep what exists at each boundary from now on, and watch: waiting alone makes no other moment."""
    moments: list[Saved] = []
    amiss = watch(lab, way, fate)
    watching = lab.line.boundary

    def boundary(when: str, what: str) -> None:
        watching(when, what)
        now = lab.save()
        moments.append(moments[-1] if moments and moments[-1][:3] == now[:3] else now)

    lab.line.boundary = boundary
    return moments, amiss


def watch(lab: Lab, way: str, fate: str) -> list[str]:
    """Tell at which boundaries from now on a bad version has more than the share it is tried with.

    Nothing is raised there: clients take it for a bad answer.
    """
    amiss: list[str] = []

    def boundary(when: str, what: str) -> None:
        shares = [one for one in traffic(lab) if one[0] == fate != "good"]
        percent = sum(share for _, share, _ in shares)
        stays = [tag for _, _, tag in shares if tag not in ("candidate", "rejected")]
        if percent > FATES[fate][way] or stays:
            amiss.append(f"{when} {what}: {traffic(lab)}")

    lab.line.boundary = boundary
    return amiss


def go_on(lab: Lab, moment: Saved, here: Case) -> None:
    """Begin where a process died, and ask for the same again.

    Raises:
        AssertionError: what is left differs from what an undisturbed run leaves, or a bad version
            had more than its share meanwhile.
    """
    lab.restore(moment)
    finish(lab, here)


def finish(lab: Lab, here: Case) -> None:
    """Ask for the same again, compare what is left; whatever follows finds nothing else to do."""
    well(lab)
    amiss = watch(lab, here.way, here.fate)
    _tried(lab, here.way, here.fate)
    assert not amiss, amiss
    well(lab)
    assert traffic(lab) == here.traffic
    left = sweep.outcome(lab)
    assert left == here.expected, sweep.differences(left, here.expected)
    _once(lab, "old", here.fate)
    if here.fate != "good":  # what follows a bad version is a mended one
        well(lab)
        sweep.converge(lab, sweep.Run(_shipped(here.way, "mended").stack()))
        _once(lab, "old", here.fate, "mended")


def _tried(lab: Lab, way: str, fate: str) -> None:
    """Apply: a good version comes to stay, a bad one is refused."""
    run = sweep.Run(_shipped(way, fate).stack())
    if fate == "good":
        sweep.converge(lab, run)
        return
    result: Result = lab.apply(run.stack)
    errors = result.outcome.errors
    assert len(errors) == 1, errors
    assert isinstance(errors[0], RolloutFailed), errors
    assert lab.unfinished() == []


def _once(lab: Lab, *versions: str) -> None:
    """See that of each version there is one revision."""
    made = Counter(_version(obj) for obj in _revisions(lab))
    assert made == Counter(versions), made


def traffic(lab: Lab) -> list[tuple[str, int, str]]:
    """Who gets how much: each version with its percent and its tag."""
    versions = {obj.id: _version(obj) for obj in _revisions(lab)}
    (service,) = (obj for obj in _objects(lab) if obj.name.endswith(_SERVICE))
    newest = str(service.body.get("latestReadyRevision", ""))
    rows = service.body.get("traffic") or [{"percent": 100}]
    return [
        (
            versions.get(str(row.get("revision") or newest).rsplit("/", 1)[-1], ""),
            int(row.get("percent", 0)),
            str(row.get("tag", "")),
        )
        for row in rows
    ]


def _objects(lab: Lab) -> Iterator[Obj]:
    return (obj for (api, _), obj in lab.line.google.state.objects.items() if api == "run")


def _revisions(lab: Lab) -> list[Obj]:
    return [obj for obj in _objects(lab) if _REVISION.fullmatch(obj.name)]


def _version(obj: Obj) -> str:
    return str(obj.meta["template"]["containers"][0]["image"]).rpartition(":")[2]


def _answer(lab: Lab, request: Request) -> Response | None:
    """Answer as the versions' users would see them; everything else is Google's to answer."""
    if request.path.startswith("/candidate---"):
        (asked,) = (version for version, _, tag in traffic(lab) if tag == "candidate")
        return Response(503 if asked == "mute" else 200)
    if not request.path.endswith("/timeSeries"):
        return None
    counted = "request_count" in parse_qs(request.query)["filter"][0]
    rows = [row for obj in _revisions(lab) for row in _series(obj, counted=counted)]
    return json_response(200, {"timeSeries": rows})


def _series(revision: Obj, *, counted: bool) -> Iterator[dict[str, object]]:
    resource = {"type": "cloud_run_revision", "labels": {"revision_name": revision.id}}
    if not counted:
        yield {"resource": resource, "points": [{"value": {"doubleValue": 20.0}}]}
        return
    bad = _BAD if _version(revision) == "failing" else 0
    for name, number in (("2xx", _REQUESTS - bad), ("5xx", bad)):
        yield {
            "metric": {"labels": {"response_code_class": name}},
            "resource": resource,
            "points": [{"value": {"int64Value": str(number)}}],
        }


def groups(here: Case) -> list[list[tuple[int, Saved]]]:
    """Put together the boundaries between which nothing changed: there is one thing to go on from."""
    rows = enumerate(here.moments)
    return [list(group) for _, group in itertools.groupby(rows, lambda row: id(row[1]))]


def points(lab: Lab, way: str, fate: str) -> Iterator[tuple[int, int, Callable[[], None]]]:
    """List what to check: the number of a boundary, for how many it stands, and what to do."""
    here = case(lab, way, fate)
    for group in groups(here):
        number, moment = group[0]
        yield number, len(group), lambda moment=moment: go_on(lab, moment, here)
