"""Reads the YAML of ``gcloud run services replace`` as the fields of a declaration.

https://cloud.google.com/run/docs/reference/yaml/v1. What the API's second version has as fields,
this form mostly has as annotations. Every key has its place here: one that is not among them is
refused with its line, for Google would refuse it, or take no notice.
"""

import dataclasses
import json
import re
from collections.abc import Mapping
from typing import Any

from gcpstack.resources.run.containers import Container, Volume, VolumeMount
from gcpstack.resources.run.parts import NetworkInterface, TrafficTarget
from gcpstack.resources.run.yaml_nodes import (
    SHOWN,
    Node,
    Read,
    Reader,
    Take,
    choice,
    flag,
    labels,
    text,
    whole,
)
from gcpstack.resources.run.yaml_parts import CONTAINER, VOLUME, names, part, same, several

_RUN, _SCALE = "run.googleapis.com/", "autoscaling.knative.dev/"
_GOOGLE = re.compile(
    r"(.+\.)?(run\.googleapis\.com|cloud\.googleapis\.com|serving\.knative\.dev|"
    r"autoscaling\.knative\.dev|client\.knative\.dev)/.*"
)
_LOCATION = "cloud.googleapis.com/location"
_CLOUD_SQL, _CLOUD_SQL_PATH = "cloudsql", "/cloudsql"


def _json(reader: Reader, node: Node) -> object:
    """Read JSON in text."""
    found = reader.scalar(node)
    try:
        return json.loads(found) if isinstance(found, str) else None
    except ValueError as error:
        reader.fail(node, f"is not valid JSON: {error}.")
        return None


def _interfaces(reader: Reader, node: Node) -> object:
    found = _json(reader, node)
    if found is None:
        return None
    known = {"network", "subnetwork", "tags"}
    if not isinstance(found, list) or any(
        not isinstance(item, dict) or set(item) - known for item in found
    ):
        reader.fail(node, 'is not a list as \'[{"network":"…","subnetwork":"…","tags":["…"]}]\'.')
        return None
    return tuple(NetworkInterface(**item) for item in found)


# -- annotations

_SHOWN_NOTES = (
    f"{_RUN}client-name", f"{_RUN}client-version", f"{_RUN}operation-id",
    f"{_RUN}ingress-status", f"{_RUN}urls", f"{_RUN}build-id", "serving.knative.dev/creator",
    "serving.knative.dev/lastModifier", "client.knative.dev/user-image",
)  # fmt: skip
_OF_SERVICE: Mapping[str, Take] = {
    **dict.fromkeys(_SHOWN_NOTES, SHOWN),
    f"{_RUN}ingress": Take(
        "ingress", choice(same("all", "internal", "internal-and-cloud-load-balancing", "none"))
    ),
    f"{_RUN}launch-stage": Take("launch_stage", choice(same("ALPHA", "BETA", "GA"))),
    f"{_RUN}description": Take("description", text),
    f"{_RUN}minScale": Take("service_min_instances", whole),
    f"{_RUN}maxScale": Take("service_max_instances", whole),
    f"{_RUN}scalingMode": Take(
        "scaling_mode", choice({"automatic": "AUTOMATIC", "manual": "MANUAL"})
    ),
    f"{_RUN}manualInstanceCount": Take("manual_instances", whole),
    f"{_RUN}binary-authorization-breakglass": Take("breakglass_justification", text),
    f"{_RUN}custom-audiences": Take("custom_audiences", _json),
    f"{_RUN}default-url-disabled": Take("default_uri_disabled", flag),
    f"{_RUN}invoker-iam-disabled": Take("invoker_iam_disabled", flag),
    f"{_RUN}iap-enabled": Take("iap_enabled", flag),
}
_OF_TEMPLATE: Mapping[str, Take] = {
    **dict.fromkeys(_SHOWN_NOTES, SHOWN),
    f"{_SCALE}minScale": Take("min_instances", whole),
    f"{_SCALE}maxScale": Take("max_instances", whole),
    f"{_RUN}vpc-access-connector": Take("vpc_connector", text),
    f"{_RUN}vpc-access-egress": Take(
        "vpc_egress", choice({**same("all-traffic", "private-ranges-only"), "all": "all-traffic"})
    ),
    f"{_RUN}network-interfaces": Take("network_interfaces", _interfaces),
    f"{_RUN}execution-environment": Take("execution_environment", choice(same("gen1", "gen2"))),
    f"{_RUN}encryption-key": Take("encryption_key", text),
    f"{_RUN}sessionAffinity": Take("session_affinity", flag),
    f"{_RUN}cpu-throttling": Take("cpu_idle", flag),
    f"{_RUN}startup-cpu-boost": Take("startup_cpu_boost", flag),
    f"{_RUN}health-check-disabled": Take("health_check_disabled", flag),
    f"{_RUN}gpu-zonal-redundancy-disabled": Take("gpu_zonal_redundancy_disabled", flag),
    f"{_RUN}container-dependencies": Take("waits", _json),
    f"{_RUN}cloudsql-instances": Take("databases", names),
}


def _notes(what: str, table: Mapping[str, Take], rest: str) -> Read:
    """Make a reader of annotations: Google's own are fields, all others stay annotations."""

    def read(reader: Reader, node: Node) -> object:
        out: dict[str, Any] = {}
        own: dict[str, object] = {}
        for key, value in reader.pairs(node, what):
            take = table.get(str(key.value))
            if take is None and _GOOGLE.fullmatch(str(key.value)):
                reader.unknown(key, what, table)
                continue
            found = (take.read if take else text)(reader, value)
            if found is not None and (take is None or take.name):
                (out if take else own)[take.name if take else str(key.value)] = found
        return out | ({rest: own} if own else {})

    return read


def _labels(rest: str) -> Read:
    def read(reader: Reader, node: Node) -> object:
        found = labels(reader, node)
        out: dict[str, object] = {}
        if _LOCATION in found:
            out["location"] = found[_LOCATION]
        own = {key: value for key, value in found.items() if not _GOOGLE.fullmatch(key)}
        return out | ({rest: own} if own else {})

    return read


# -- the service

_TRAFFIC = part(
    TrafficTarget,
    "a share of the traffic",
    {
        "percent": Take("percent", whole),
        "revisionName": Take("revision", text),
        "tag": Take("tag", text),
        "latestRevision": SHOWN,
        "url": SHOWN,
    },
)
_SPEC: Mapping[str, Take] = {
    "containerConcurrency": Take("concurrency", whole),
    "timeoutSeconds": Take("timeout", whole),
    "serviceAccountName": Take("service_account", text),
    "containers": Take("containers", several(CONTAINER, "containers")),
    "volumes": Take("volumes", several(VOLUME, "volumes")),
    "nodeSelector": Take(
        "selector",
        lambda reader, node: reader.mapping(
            node, "nodeSelector", {f"{_RUN}accelerator": Take("accelerator", text)}
        ),
    ),
}
_METADATA_OF_TEMPLATE: Mapping[str, Take] = {
    "name": Take("revision", text),
    "labels": Take("labels", _labels("revision_labels")),
    "annotations": Take(
        "annotations",
        _notes("the annotations of a template", _OF_TEMPLATE, "revision_annotations"),
    ),
    "creationTimestamp": SHOWN,
}
_METADATA: Mapping[str, Take] = {
    "name": Take("name", text),
    "labels": Take("labels", _labels("labels")),
    "annotations": Take(
        "annotations", _notes("the annotations of a service", _OF_SERVICE, "annotations")
    ),
    **dict.fromkeys(
        ("namespace", "creationTimestamp", "generation", "resourceVersion", "selfLink", "uid"),
        SHOWN,
    ),
}


def _metadata(table: Mapping[str, Take]) -> Read:
    def read(reader: Reader, node: Node) -> object:
        found = reader.mapping(node, "metadata", table)
        return found.pop("labels", {}) | found.pop("annotations", {}) | found

    return read


def _template(reader: Reader, node: Node) -> object:
    found = reader.mapping(
        node,
        "template",
        {
            "metadata": Take("metadata", _metadata(_METADATA_OF_TEMPLATE)),
            "spec": Take("spec", lambda r, inner: r.mapping(inner, "the template's spec", _SPEC)),
        },
    )
    spec = found.get("spec", {})
    return found.get("metadata", {}) | spec.pop("selector", {}) | spec


_TOP: Mapping[str, Take] = {
    "apiVersion": Take("", choice(same("serving.knative.dev/v1"))),
    "kind": Take("", choice(same("Service"))),
    "metadata": Take("metadata", _metadata(_METADATA)),
    "spec": Take(
        "spec",
        lambda reader, node: reader.mapping(
            node,
            "spec",
            {
                "template": Take("template", _template),
                "traffic": Take("traffic", several(_TRAFFIC, "traffic")),
            },
        ),
    ),
    "status": SHOWN,
}


def read_service(
    content: str, where: str, substitutions: Mapping[str, object]
) -> tuple[str, dict[str, Any]]:
    """Read a service.

    Args:
        content: the YAML.
        where: the file's name, for messages.
        substitutions: what stands for ``${NAME}``: text, or a value that is known only later.

    Returns:
        The name, and the fields of the declaration.

    Raises:
        DeclarationError: with everything that is wrong, each with its line.
    """
    reader = Reader(where, substitutions)
    node = reader.document(content)
    found = reader.mapping(node, "a service", _TOP)
    spec = found.get("spec", {})
    fields = found.get("metadata", {}) | spec.get("template", {})
    if "traffic" in spec:
        fields["traffic"] = spec["traffic"]
    name = fields.pop("name", None)
    if not reader.problems and not name:
        reader.fail(node, "a service needs metadata.name.")
    if not reader.problems and not fields.get("containers"):
        reader.fail(node, "a service needs spec.template.spec.containers.")
    reader.end()
    return name, _with_containers(fields)


def _with_containers(fields: dict[str, Any]) -> dict[str, Any]:
    """Put into the containers what annotations of the template say of them."""
    idle, boost = fields.pop("cpu_idle", True), fields.pop("startup_cpu_boost", None)
    waits, databases = fields.pop("waits", None) or {}, fields.pop("databases", ())
    containers = []
    for item in fields.pop("containers"):
        changes: dict[str, Any] = {"cpu_idle": None if item.gpu else idle}
        if boost is not None:
            changes["startup_cpu_boost"] = boost
        if item.name in waits:
            changes["depends_on"] = tuple(waits[item.name])
        if databases:
            mount = VolumeMount(name=_CLOUD_SQL, mount_path=_CLOUD_SQL_PATH)
            changes["volume_mounts"] = (*(item.volume_mounts or ()), mount)
        containers.append(dataclasses.replace(item, **changes))
    if databases:
        volume = Volume(name=_CLOUD_SQL, cloud_sql_instances=databases)
        fields["volumes"] = (*fields.get("volumes", ()), volume)
    if len(containers) == 1 and containers[0].name is None:
        return fields | _main(containers[0])
    return fields | {"containers": tuple(containers)}


def _main(container: Container) -> dict[str, Any]:
    """Put the fields of the one container where those of a service's main container stand."""
    given = {item.name: getattr(container, item.name) for item in dataclasses.fields(container)}
    return {name: value for name, value in given.items() if value is not None}
