"""Templates in the two forms of Cloud Run's API: Knative's (v1) and Google's own (v2).

What v2 has as fields, v1 mostly has as annotations
(https://cloud.google.com/run/docs/reference/yaml/v1, https://cloud.google.com/run/docs/reference/rest/v1/RevisionTemplate).
"""

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from gcpstack.emulator.core.model import Body
from gcpstack.emulator.core.paths import MISSING, get, put
from gcpstack.emulator.services.run.common import RESERVED

CLOUD_SQL = "cloudsql"
CLOUD_SQL_PATH = "/cloudsql"
GCS_DRIVER = "gcsfuse.run.googleapis.com"
PLAIN = (
    "image",
    "name",
    "command",
    "args",
    "workingDir",
    "ports",
    "startupProbe",
    "livenessProbe",
    "readinessProbe",
)
RUN = "run.googleapis.com/"
SCALE = "autoscaling.knative.dev/"

_INGRESS = {
    "all": "INGRESS_TRAFFIC_ALL",
    "internal": "INGRESS_TRAFFIC_INTERNAL_ONLY",
    "internal-and-cloud-load-balancing": "INGRESS_TRAFFIC_INTERNAL_LOAD_BALANCER",
    "none": "INGRESS_TRAFFIC_NONE",
}
_EGRESS = {
    "all-traffic": "ALL_TRAFFIC",
    "all": "ALL_TRAFFIC",
    "private-ranges-only": "PRIVATE_RANGES_ONLY",
}
_GENERATIONS = {"gen1": "EXECUTION_ENVIRONMENT_GEN1", "gen2": "EXECUTION_ENVIRONMENT_GEN2"}
_MODES = {"automatic": "AUTOMATIC", "manual": "MANUAL"}


@dataclass(frozen=True)
class Note:
    """An annotation and the v2 field that it is.

    Attributes:
        key: the annotation.
        path: the field.
        read: from the annotation's text to the value.
        tell: the reverse.
    """

    key: str
    path: str
    read: Callable[[str], Any] = str
    tell: Callable[[Any], str] = str


def _flag(text: str) -> bool:
    return text.lower() == "true"


def _told_flag(value: Any) -> str:
    return "true" if value else "false"


def _named(names: dict[str, str]) -> tuple[Callable[[str], Any], Callable[[Any], str]]:
    back = {value: key for key, value in reversed(names.items())}
    return (lambda text: names.get(text, text)), (lambda value: back.get(value, str(value)))


def _compact(value: Any) -> str:
    return json.dumps(value, separators=(",", ":"))


_CLIENT = (Note(f"{RUN}client-name", "client"), Note(f"{RUN}client-version", "clientVersion"))
OF_TEMPLATE = (
    Note(f"{SCALE}minScale", "scaling.minInstanceCount", int),
    Note(f"{SCALE}maxScale", "scaling.maxInstanceCount", int),
    Note(f"{RUN}vpc-access-connector", "vpcAccess.connector"),
    Note(f"{RUN}vpc-access-egress", "vpcAccess.egress", *_named(_EGRESS)),
    Note(f"{RUN}network-interfaces", "vpcAccess.networkInterfaces", json.loads, _compact),
    Note(f"{RUN}execution-environment", "executionEnvironment", *_named(_GENERATIONS)),
    Note(f"{RUN}encryption-key", "encryptionKey"),
    Note(f"{RUN}sessionAffinity", "sessionAffinity", _flag, _told_flag),
    *_CLIENT,
)
OF_SERVICE = (
    Note(f"{RUN}ingress", "ingress", *_named(_INGRESS)),
    Note(f"{RUN}launch-stage", "launchStage"),
    Note(f"{RUN}description", "description"),
    Note(f"{RUN}minScale", "scaling.minInstanceCount", int),
    Note(f"{RUN}maxScale", "scaling.maxInstanceCount", int),
    Note(f"{RUN}scalingMode", "scaling.scalingMode", *_named(_MODES)),
    Note(f"{RUN}manualInstanceCount", "scaling.manualInstanceCount", int),
    Note(f"{RUN}binary-authorization-breakglass", "binaryAuthorization.breakglassJustification"),
    Note(f"{RUN}custom-audiences", "customAudiences", json.loads, _compact),
    Note(f"{RUN}default-url-disabled", "defaultUriDisabled", _flag, _told_flag),
    Note(f"{RUN}invoker-iam-disabled", "invokerIamDisabled", _flag, _told_flag),
    Note(f"{RUN}iap-enabled", "iapEnabled", _flag, _told_flag),
    *_CLIENT,
)


def take_notes(notes: Iterable[Note], given: dict[str, str], body: Body) -> dict[str, str]:
    """Put into a v2 body what annotations say; returns those that say nothing there."""
    left = dict(given)
    for note in notes:
        if note.key in left:
            put(body, note.path, note.read(left.pop(note.key)))
    return left


def tell_notes(notes: Iterable[Note], body: Body) -> dict[str, str]:
    """The annotations of a v2 body."""
    found = ((note, get(body, note.path, MISSING)) for note in notes)
    return {note.key: note.tell(value) for note, value in found if value is not MISSING}


def divided(given: dict[str, str]) -> tuple[dict[str, str], dict[str, str]]:
    """A user's own labels or annotations, and those under Google's names."""
    own: dict[str, str] = {}
    system: dict[str, str] = {}
    for key, value in given.items():
        mine = any(key.startswith(f"{prefix}/") for prefix in RESERVED)
        (system if mine else own)[key] = value
    return own, system


# -- from v1


def template_from(given: Body) -> tuple[Body, dict[str, str]]:
    """The v2 template of a v1 revision template, and the annotations that v2 has no field for."""
    head, spec = given.get("metadata") or {}, given.get("spec") or {}
    body: Body = {}
    left = take_notes(OF_TEMPLATE, head.get("annotations") or {}, body)
    throttled = left.pop(f"{RUN}cpu-throttling", "true") != "false"
    boosted = left.pop(f"{RUN}startup-cpu-boost", "false") == "true"
    waits = json.loads(left.pop(f"{RUN}container-dependencies", "{}"))
    databases = [name for name in left.pop(f"{RUN}cloudsql-instances", "").split(",") if name]
    aliases = dict(
        pair.split(":", 1) for pair in left.pop(f"{RUN}secrets", "").split(",") if ":" in pair
    )
    body["containers"] = [
        _container_from(container, aliases) for container in spec.get("containers", ())
    ]
    for container in body["containers"]:
        resources = {**container.get("resources", {}), "cpuIdle": throttled}
        if boosted:
            resources["startupCpuBoost"] = True
        container["resources"] = resources
        if container.get("name") in waits:
            container["dependsOn"] = waits[container["name"]]
    volumes = [_volume_from(volume, aliases) for volume in spec.get("volumes", ())]
    if databases:
        volumes.append({"name": CLOUD_SQL, "cloudSqlInstance": {"instances": databases}})
        mount = {"name": CLOUD_SQL, "mountPath": CLOUD_SQL_PATH}
        for container in body["containers"]:
            container["volumeMounts"] = [*container.get("volumeMounts", ()), mount]
    if volumes:
        body["volumes"] = volumes
    _plain_from(spec, body)
    if head.get("name"):
        body["revision"] = head["name"]
    own, _ = divided(head.get("labels") or {})
    if own:
        body["labels"] = own
    own, system = divided(left)
    if own:
        body["annotations"] = own
    return body, system


def _plain_from(spec: Body, body: Body) -> None:
    if spec.get("serviceAccountName"):
        body["serviceAccount"] = spec["serviceAccountName"]
    if spec.get("timeoutSeconds"):
        body["timeout"] = f"{spec['timeoutSeconds']}s"
    if spec.get("containerConcurrency"):
        body["maxInstanceRequestConcurrency"] = spec["containerConcurrency"]
    if "maxRetries" in spec:
        body["maxRetries"] = spec["maxRetries"]
    selector = spec.get("nodeSelector") or {}
    if f"{RUN}accelerator" in selector:
        body["nodeSelector"] = {"accelerator": selector[f"{RUN}accelerator"]}


def _container_from(given: Body, aliases: dict[str, str]) -> Body:
    body: Body = {key: given[key] for key in PLAIN if key in given}
    if given.get("resources"):
        body["resources"] = {"limits": given["resources"].get("limits", {})}
    if given.get("env"):
        body["env"] = [_env_from(entry, aliases) for entry in given["env"]]
    if given.get("volumeMounts"):
        body["volumeMounts"] = [
            {key: mount[key] for key in ("name", "mountPath", "subPath") if key in mount}
            for mount in given["volumeMounts"]
        ]
    return body


def _env_from(entry: Body, aliases: dict[str, str]) -> Body:
    ref = (entry.get("valueFrom") or {}).get("secretKeyRef")
    if ref is None:
        return {"name": entry.get("name", ""), "value": entry.get("value", "")}
    secret = aliases.get(ref["name"], ref["name"])
    return {
        "name": entry["name"],
        "valueSource": {"secretKeyRef": {"secret": secret, "version": ref.get("key", "latest")}},
    }


def _volume_from(volume: Body, aliases: dict[str, str]) -> Body:
    out: Body = {"name": volume.get("name", "")}
    if "secret" in volume:
        given = volume["secret"]
        secret: Body = {
            "secret": aliases.get(given.get("secretName", ""), given.get("secretName", ""))
        }
        if given.get("items"):
            secret["items"] = [_renamed(item, {"key": "version"}) for item in given["items"]]
        if "defaultMode" in given:
            secret["defaultMode"] = given["defaultMode"]
        out["secret"] = secret
    elif "emptyDir" in volume:
        given = volume["emptyDir"]
        out["emptyDir"] = {**given, "medium": given.get("medium", "Memory").upper()}
    elif "csi" in volume:
        facts = volume["csi"].get("volumeAttributes", {})
        out["gcs"] = {"bucket": facts.get("bucketName", "")}
        if volume["csi"].get("readOnly"):
            out["gcs"]["readOnly"] = True
        if facts.get("mountOptions"):
            out["gcs"]["mountOptions"] = facts["mountOptions"].split(",")
    elif "nfs" in volume:
        out["nfs"] = volume["nfs"]
    return out


def _renamed(body: Body, names: dict[str, str]) -> Body:
    return {names.get(key, key): value for key, value in body.items()}


# -- to v1


def spec_of(body: Body) -> tuple[Body, dict[str, str]]:
    """The v1 spec of a v2 template, and its annotations."""
    spec: Body = {}
    if body.get("maxInstanceRequestConcurrency"):
        spec["containerConcurrency"] = body["maxInstanceRequestConcurrency"]
    if body.get("timeout"):
        spec["timeoutSeconds"] = int(float(body["timeout"].rstrip("s")))
    if body.get("serviceAccount"):
        spec["serviceAccountName"] = body["serviceAccount"]
    if "maxRetries" in body:
        spec["maxRetries"] = body["maxRetries"]
        spec["timeoutSeconds"] = str(spec.get("timeoutSeconds", 600))
    spec["containers"] = [_container_to(container) for container in body.get("containers", ())]
    volumes = [_volume_to(v) for v in body.get("volumes", ()) if "cloudSqlInstance" not in v]
    if volumes:
        spec["volumes"] = volumes
    if body.get("nodeSelector"):
        spec["nodeSelector"] = {f"{RUN}accelerator": body["nodeSelector"]["accelerator"]}
    return spec, {**tell_notes(OF_TEMPLATE, body), **_notes_of(body), **body.get("annotations", {})}


def _notes_of(body: Body) -> dict[str, str]:
    """The annotations of a template that are fields of its containers and volumes in v2."""
    notes = {}
    containers = body.get("containers", [])
    resources = [container.get("resources", {}) for container in containers]
    if "maxRetries" not in body and not any(entry.get("cpuIdle") for entry in resources):
        notes[f"{RUN}cpu-throttling"] = "false"
    if any(entry.get("startupCpuBoost") for entry in resources):
        notes[f"{RUN}startup-cpu-boost"] = "true"
    waits = {c["name"]: c["dependsOn"] for c in containers if c.get("dependsOn") and c.get("name")}
    if waits:
        notes[f"{RUN}container-dependencies"] = _compact(waits)
    databases = [
        name
        for volume in body.get("volumes", ())
        for name in (volume.get("cloudSqlInstance") or {}).get("instances", ())
    ]
    if databases:
        notes[f"{RUN}cloudsql-instances"] = ",".join(databases)
    return notes


def _container_to(given: Body) -> Body:
    body: Body = {key: given[key] for key in PLAIN if key in given}
    if given.get("resources", {}).get("limits"):
        body["resources"] = {"limits": given["resources"]["limits"]}
    if given.get("env"):
        body["env"] = [_env_to(entry) for entry in given["env"]]
    mounts = [mount for mount in given.get("volumeMounts", ()) if mount["name"] != CLOUD_SQL]
    if mounts:
        body["volumeMounts"] = mounts
    return body


def _env_to(entry: Body) -> Body:
    ref = (entry.get("valueSource") or {}).get("secretKeyRef")
    if ref is None:
        return {"name": entry["name"], **({"value": entry["value"]} if entry.get("value") else {})}
    name = ref["secret"].rsplit("/", 1)[-1]
    return {
        "name": entry["name"],
        "valueFrom": {"secretKeyRef": {"name": name, "key": ref.get("version", "latest")}},
    }


def _volume_to(volume: Body) -> Body:
    out: Body = {"name": volume["name"]}
    if "secret" in volume:
        given = volume["secret"]
        secret: Body = {"secretName": given["secret"].rsplit("/", 1)[-1]}
        if given.get("items"):
            secret["items"] = [_renamed(item, {"version": "key"}) for item in given["items"]]
        if "defaultMode" in given:
            secret["defaultMode"] = given["defaultMode"]
        out["secret"] = secret
    elif "emptyDir" in volume:
        out["emptyDir"] = {**volume["emptyDir"], "medium": "Memory"}
    elif "gcs" in volume:
        facts = {"bucketName": volume["gcs"]["bucket"]}
        if volume["gcs"].get("mountOptions"):
            facts["mountOptions"] = ",".join(volume["gcs"]["mountOptions"])
        out["csi"] = {"driver": GCS_DRIVER, "volumeAttributes": facts}
        if volume["gcs"].get("readOnly"):
            out["csi"]["readOnly"] = True
    elif "nfs" in volume:
        out["nfs"] = volume["nfs"]
    return out
