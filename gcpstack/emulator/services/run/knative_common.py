"""What all resources of the v1 API share: where they are, their metadata, conditions and lists."""

import base64
import binascii
import re
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from gcpstack.emulator.core.call import Call
from gcpstack.emulator.core.errors import invalid
from gcpstack.emulator.core.model import Body, Kind
from gcpstack.emulator.core.store import Obj
from gcpstack.emulator.core.world import World
from gcpstack.emulator.services.run.common import location_of, project_of, resource_version

SERVING = "serving.knative.dev/v1"
JOBS_VERSION = "run.googleapis.com/v1"
LOCATION = "cloud.googleapis.com/location"
_STATES = {"CONDITION_SUCCEEDED": "True", "CONDITION_FAILED": "False"}


def enter(call: Call, collection: str, kind: Kind | None) -> None:
    """Turn the call to the v2 name of what it is about.

    ``namespaces/P/services/S`` tells no region: the host does, ``us-central1-run.googleapis.com``.
    """
    steps = call.segments
    if steps[0] == "namespaces":
        project = call.world.project_of(steps[1])
        region = call.location or "-"
        if region == "-" and call.method.name != "list":
            raise invalid(
                "A regional endpoint is required: send the request to https://REGION-run.googleapis.com."
            )
        call.world.number_of(project)
        call.segments = ["projects", project, "locations", region, collection, *steps[3:]]
    else:
        call.segments = [*steps[:4], collection, *steps[5:]]
    call.last = len(call.segments)
    call.kind = kind


def metadata(world: World, obj: Obj, body: Body) -> Body:
    """The Knative metadata of a resource, without its annotations."""
    name = obj.id
    labels = {**body.get("labels", {}), LOCATION: location_of(obj.name)}
    out: Body = {
        "name": name,
        "namespace": world.number_of(project_of(obj.name)),
        "uid": body["uid"],
        "resourceVersion": resource_version(body["etag"]),
        "generation": int(body["generation"]),
        "creationTimestamp": body["createTime"],
        "labels": labels,
    }
    if "deleteTime" in body:
        out["deletionTimestamp"] = body["deleteTime"]
    return out


def linked(out: Body, collection: str, group: str = SERVING) -> Body:
    """The metadata with the link of the resource."""
    head = out["metadata"]
    head["selfLink"] = f"/apis/{group}/namespaces/{head['namespace']}/{collection}/{head['name']}"
    return out


def conditions(*given: Body | None) -> list[Body]:
    """v2 conditions as v1 tells them."""
    return [_condition(entry) for entry in given if entry is not None]


def _condition(entry: Body) -> Body:
    out = {"type": entry["type"], "status": _STATES.get(entry["state"], "Unknown")}
    reason = entry.get("reason") or entry.get("revisionReason") or entry.get("executionReason")
    if reason:
        out["reason"] = "".join(word.title() for word in reason.split("_"))
    if entry.get("message"):
        out["message"] = entry["message"]
    out["lastTransitionTime"] = entry["lastTransitionTime"]
    return out


def integer(body: Body, key: str) -> int:
    """A count that may be left out, or told as text."""
    return int(body.get(key) or 0)


# -- lists


def below(call: Call, kind: str) -> Iterator[Obj]:
    """The resources of a kind in the region of the call, or in all regions: v1 names them without a parent."""
    project, region = call.segments[1], call.segments[3]
    for obj in call.world.state.children("run", f"projects/{project}/locations"):
        if obj.kind == kind and region in ("-", obj.name.split("/")[3]):
            yield obj


def below_named(call: Call, kind: Kind) -> Obj:
    """The one of them that the path names; the call is for its v2 name from now on."""
    found = next((obj for obj in below(call, kind.name) if obj.id == call.segments[-1]), None)
    if found is None:
        raise call.missing(call.name, kind)
    call.segments = found.name.split("/")
    call.last = len(call.segments)
    return found


def listed(
    call: Call,
    found: Iterable[Obj],
    tell: Callable[[World, Obj], Body],
    kind: str,
    group: str = SERVING,
) -> Body:
    """A Knative list: selected by labels, cut at ``limit``."""
    shown = [tell(call.world, obj) for obj in found]
    wanted = _selector(str(call.query.get("labelSelector") or ""))
    shown = [body for body in shown if wanted(body["metadata"].get("labels", {}))]
    start = _decoded(str(call.query.get("continue") or ""))
    size = int(call.query.get("limit") or 0) or len(shown)
    head: Body = {}
    if start + size < len(shown):
        head["continue"] = base64.urlsafe_b64encode(str(start + size).encode()).decode()
    answer: Body = {"apiVersion": group, "kind": kind, "metadata": head}
    if shown[start : start + size]:
        answer["items"] = shown[start : start + size]
    return answer


def _decoded(text: str) -> int:
    try:
        return int(base64.urlsafe_b64decode(text.encode()) or 0)
    except (ValueError, binascii.Error):
        raise invalid("Invalid continue token.", field="continue") from None


def _selector(text: str) -> Callable[[dict[str, str]], bool]:
    """https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#label-selectors."""
    checks: list[Callable[[dict[str, str]], bool]] = []
    for part in re.split(r",(?![^(]*\))", text):
        among = re.fullmatch(r"\s*(\S+)\s+(in|notin)\s+\(([^)]*)\)\s*", part)
        equal = re.fullmatch(r"\s*([^\s=!]+)\s*(!?=)=?\s*(\S*)\s*", part)
        if among:
            values = {value.strip() for value in among[3].split(",")}
            checks.append(_among(among[1], values, among[2] == "in"))
        elif equal:
            checks.append(_among(equal[1], {equal[3]}, equal[2] == "="))
        elif part.strip():
            name = part.strip()
            checks.append(_present(name.lstrip("!"), not name.startswith("!")))
    return lambda labels: all(check(labels) for check in checks)


def _among(key: str, values: set[str], wanted: Any) -> Callable[[dict[str, str]], bool]:
    return lambda labels: (labels.get(key) in values) == wanted


def _present(key: str, wanted: Any) -> Callable[[dict[str, str]], bool]:
    return lambda labels: (key in labels) == wanted


def gone(obj: Obj, kind: str, group: str) -> Body:
    """The answer of a deletion."""
    details = {"name": obj.id, "group": group, "kind": kind, "uid": obj.body["uid"]}
    return {"kind": "Status", "apiVersion": "v1", "status": "Success", "details": details}
