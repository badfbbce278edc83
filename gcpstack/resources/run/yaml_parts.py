"""Reads the parts of services in YAML: containers, their probes and variables, volumes.

https://cloud.google.com/run/docs/reference/yaml/v1
"""

from collections.abc import Callable, Mapping
from typing import Any

from gcpstack.resources.run.containers import (
    BucketVolume,
    Container,
    ContainerPort,
    EmptyDir,
    NfsVolume,
    SecretEnv,
    SecretItem,
    SecretVolume,
    Volume,
    VolumeMount,
)
from gcpstack.resources.run.probes import Grpc, HttpGet, Probe, TcpSocket
from gcpstack.resources.run.yaml_nodes import (
    SHOWN,
    Node,
    Read,
    Reader,
    Take,
    choice,
    flag,
    quantity,
    text,
    texts,
    whole,
)

_GCS = "gcsfuse.run.googleapis.com"


def same(*values: str) -> Mapping[str, str]:
    """Take words for themselves."""
    return {value: value for value in values}


def part(cls: Callable[..., Any], what: str, table: Mapping[str, Take], *needs: str) -> Read:
    """Make a reader of a mapping that becomes a part; *needs* are keys that it can't lack."""

    def read(reader: Reader, node: Node) -> object:
        before = len(reader.problems)
        found = reader.mapping(node, what, table)
        missing = [key for key in needs if table[key].name not in found]
        if missing and len(reader.problems) == before:
            reader.fail(node, f"{what} needs {', '.join(missing)}.")
        return None if len(reader.problems) > before else cls(**found)

    return read


def several(read: Read, what: str) -> Read:
    """Make a reader of a list of parts."""
    return lambda reader, node: reader.items(node, what, read)


def names(reader: Reader, node: Node) -> object:
    """Read texts with commas between them."""
    found = text(reader, node)
    return tuple(found.split(",")) if isinstance(found, str) else None if not found else (found,)


# -- containers

_HTTP_HEADER = {"name": Take("name", text), "value": Take("value", text)}


def _headers(reader: Reader, node: Node) -> object:
    found = reader.items(
        node, "httpHeaders", lambda r, item: r.mapping(item, "a header", _HTTP_HEADER)
    )
    return {item.get("name", ""): item.get("value", "") for item in found or ()}


_PROBE = {
    "httpGet": Take(
        "http_get",
        part(
            HttpGet,
            "httpGet",
            {
                "path": Take("path", text),
                "port": Take("port", whole),
                "httpHeaders": Take("headers", _headers),
            },
        ),
    ),
    "tcpSocket": Take("tcp_socket", part(TcpSocket, "tcpSocket", {"port": Take("port", whole)})),
    "grpc": Take(
        "grpc",
        part(Grpc, "grpc", {"port": Take("port", whole), "service": Take("service", text)}),
    ),
    "initialDelaySeconds": Take("initial_delay", whole),
    "periodSeconds": Take("period", whole),
    "timeoutSeconds": Take("timeout", whole),
    "failureThreshold": Take("failure_threshold", whole),
    # Google shows it, and it can't be but 1.
    "successThreshold": SHOWN,
}


def _probe(what: str) -> Read:
    return part(Probe, what, _PROBE)


_SECRET_KEY = {"name": Take("secret", text), "key": Take("version", text)}
_VALUE_FROM = {
    "secretKeyRef": Take(
        "secret", lambda reader, node: reader.mapping(node, "secretKeyRef", _SECRET_KEY)
    )
}
_ENV = {
    "name": Take("name", text),
    "value": Take("value", text),
    "valueFrom": Take("from", lambda reader, node: reader.mapping(node, "valueFrom", _VALUE_FROM)),
}


def _env(reader: Reader, node: Node) -> object:
    out: dict[str, object] = {}

    def read(inner: Reader, item: Node) -> None:
        found = inner.mapping(item, "a variable", _ENV)
        name = found.get("name")
        if not isinstance(name, str):
            inner.fail(item, "a variable needs a name.")
        elif name in out:
            inner.fail(item, f"the variable {name!r} stands twice.")
        elif "from" in found:
            secret = found["from"].get("secret") or {}
            if "secret" not in secret:
                inner.fail(item, f"the variable {name!r} takes its value from nothing.")
                return
            out[name] = SecretEnv(**secret)
        else:
            out[name] = found.get("value", "")

    reader.items(node, "env", read)
    return out


def _port(reader: Reader, node: Node) -> object:
    table = {
        "name": Take("name", choice(same("http1", "h2c"))),
        "containerPort": Take("container_port", whole),
        "protocol": Take("", choice(same("TCP"))),
    }
    found = reader.items(node, "ports", lambda r, item: r.mapping(item, "a port", table))
    if not found:
        return None
    if len(found) > 1:
        reader.fail(node, f"{len(found)} ports are given, and a container takes one.")
    return ContainerPort(**found[0]) if "name" in found[0] else found[0].get("container_port")


def _limits(reader: Reader, node: Node) -> object:
    limits = {
        "cpu": Take("cpu", quantity),
        "memory": Take("memory", quantity),
        "nvidia.com/gpu": Take("gpu", quantity),
    }
    return reader.mapping(
        node,
        "resources",
        {"limits": Take("limits", lambda r, inner: r.mapping(inner, "limits", limits))},
    ).get("limits")


_MOUNT = part(
    VolumeMount,
    "a volume mount",
    {
        "name": Take("name", text),
        "mountPath": Take("mount_path", text),
        "subPath": Take("sub_path", text),
        "readOnly": SHOWN,
    },
    "name",
    "mountPath",
)
_CONTAINER = {
    "image": Take("image", text),
    "name": Take("name", text),
    "command": Take("command", texts),
    "args": Take("args", texts),
    "env": Take("env", _env),
    "ports": Take("port", _port),
    "resources": Take("resources", _limits),
    "startupProbe": Take("startup_probe", _probe("startupProbe")),
    "livenessProbe": Take("liveness_probe", _probe("livenessProbe")),
    "readinessProbe": Take("readiness_probe", _probe("readinessProbe")),
    "volumeMounts": Take("volume_mounts", several(_MOUNT, "volumeMounts")),
    "workingDir": Take("working_dir", text),
}


def _made(**found: Any) -> Container:
    return Container(**found.pop("resources", {}), **found)


CONTAINER = part(_made, "a container", _CONTAINER, "image")


# -- volumes

_ITEM = part(
    SecretItem,
    "an item",
    {"path": Take("path", text), "key": Take("version", text), "mode": Take("mode", whole)},
    "path",
)


def _bucket(**found: Any) -> BucketVolume:
    found.pop("driver", None)
    return BucketVolume(**found.pop("attributes", {}), **found)


_ATTRIBUTES = {"bucketName": Take("bucket", text), "mountOptions": Take("mount_options", names)}
VOLUME = part(
    Volume,
    "a volume",
    {
        "name": Take("name", text),
        "secret": Take(
            "secret",
            part(
                SecretVolume,
                "secret",
                {
                    "secretName": Take("secret", text),
                    "items": Take("items", several(_ITEM, "items")),
                    "defaultMode": Take("default_mode", whole),
                },
                "secretName",
            ),
        ),
        "emptyDir": Take(
            "empty_dir",
            part(
                EmptyDir,
                "emptyDir",
                {
                    "medium": Take("medium", choice({"Memory": "MEMORY"})),
                    "sizeLimit": Take("size_limit", quantity),
                },
            ),
        ),
        "csi": Take(
            "gcs",
            part(
                _bucket,
                "csi",
                {
                    "driver": Take("driver", choice(same(_GCS))),
                    "readOnly": Take("read_only", flag),
                    "volumeAttributes": Take(
                        "attributes",
                        lambda r, node: r.mapping(node, "volumeAttributes", _ATTRIBUTES),
                    ),
                },
                "volumeAttributes",
            ),
        ),
        "nfs": Take(
            "nfs",
            part(
                NfsVolume,
                "nfs",
                {
                    "server": Take("server", text),
                    "path": Take("path", text),
                    "readOnly": Take("read_only", flag),
                },
                "server",
                "path",
            ),
        ),
    },
    "name",
)
