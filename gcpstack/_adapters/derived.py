"""What Google derives from other fields: it goes out of a changed body, so that Google derives it anew.

A changed object is what is live with the declared fields laid over it. Among the live fields are
some that Google filled in by others: a probe's port by the container's, a concurrency by the CPU.
Sent back as they are, they contradict what they once followed from.
"""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from gcpstack._core.json import Body, get
from gcpstack._core.normal import quantity
from gcpstack._core.ports import Edit

_PROBES = ("startupProbe", "livenessProbe", "readinessProbe")
_ACTIONS = ("httpGet", "tcpSocket", "grpc")
#: The probe that Google gives a container without one, but for the port that it asks:
#: https://cloud.google.com/run/docs/configuring/healthchecks#default-startup.
_USUAL_PROBE = {"timeoutSeconds": 240, "periodSeconds": 240, "failureThreshold": 1}
#: Requests that an instance takes at a time, with one CPU or more, and with less:
#: https://cloud.google.com/run/docs/about-concurrency.
_CONCURRENCY = {True: 80, False: 1}


def run_template(edit: Edit, template: Mapping[str, Any]) -> Body:
    """Leave out of a template of Cloud Run what followed from the live one.

    https://cloud.google.com/run/docs/reference/rest/v2/projects.locations.services#RevisionTemplate
    """
    declared, live = (_held(body, "template") for body in (edit.desired, edit.live))
    out = dict(template)
    wanted = declared.get("containers") or []
    out["containers"] = [
        _container(item, wanted[index] if index < len(wanted) else {})
        for index, item in enumerate(template.get("containers") or [])
    ]
    if "maxInstanceRequestConcurrency" not in declared and _usual_concurrency(live):
        out.pop("maxInstanceRequestConcurrency", None)
    access = template.get("vpcAccess")
    if isinstance(access, Mapping) and access.get("networkInterfaces"):
        out["vpcAccess"] = _access(access, _held(declared, "vpcAccess"))
    return out


def _held(body: Mapping[str, object], name: str) -> Mapping[str, Any]:
    found = get(body, (name,))
    return found if isinstance(found, Mapping) else {}


def _container(item: Mapping[str, Any], declared: Mapping[str, Any]) -> Body:
    out = dict(item)
    for name in _PROBES:
        probe = item.get(name)
        if not isinstance(probe, Mapping):
            continue
        if name not in declared and _is_usual(probe):
            del out[name]
            continue
        out[name] = dict(probe)
        for action in _ACTIONS:
            asked = probe.get(action)
            if isinstance(asked, Mapping) and "port" not in _held(_held(declared, name), action):
                out[name][action] = {key: value for key, value in asked.items() if key != "port"}
    return out


def _is_usual(probe: Mapping[str, Any]) -> bool:
    return "tcpSocket" in probe and all(probe.get(k) == v for k, v in _USUAL_PROBE.items())


def _usual_concurrency(live: Mapping[str, Any]) -> bool:
    """Return whether the live concurrency is what Google takes for the live CPUs."""
    whole = sum(_cpus(live)) >= 1
    return bool(live.get("maxInstanceRequestConcurrency") == _CONCURRENCY[whole])


def _cpus(template: Mapping[str, Any]) -> Iterator[Decimal]:
    for item in template.get("containers") or []:
        found = quantity(get(item, ("resources", "limits", "cpu")))
        yield found if isinstance(found, Decimal) else Decimal(1)


def _access(access: Mapping[str, Any], declared: Mapping[str, Any]) -> Body:
    """Of network and subnetwork, one tells the other where only one is declared."""
    wanted = declared.get("networkInterfaces") or []
    faces = []
    for face, said in zip(access["networkInterfaces"], wanted, strict=False):
        gone = {"network", "subnetwork"} - said.keys()
        faces.append({key: value for key, value in face.items() if key not in gone})
    return {**access, "networkInterfaces": faces or access["networkInterfaces"]}


def uptime_check(edit: Edit, body: Body) -> Body:
    """Leave out of an uptime check the port that followed from TLS, and the length of the last body.

    https://cloud.google.com/monitoring/api/ref_v3/rest/v3/projects.uptimeCheckConfigs#HttpCheck
    """
    asked = body.get("httpCheck")
    if not isinstance(asked, Mapping):
        return body
    declared = _held(edit.desired, "httpCheck")
    out: Body = {key: value for key, value in asked.items() if key != "port" or key in declared}
    headers = asked.get("headers")
    if isinstance(headers, Mapping):
        said = {str(name).lower() for name in _held(declared, "headers")}
        out["headers"] = {
            name: value
            for name, value in headers.items()
            if name.lower() != "content-length" or name.lower() in said
        }
    return {**body, "httpCheck": out}
