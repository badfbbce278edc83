"""Templates of revisions and tasks: their rules and the defaults that the server fills in.

https://cloud.google.com/run/docs/reference/rest/v2/projects.locations.services#RevisionTemplate
"""

from typing import Any

from gcpstack.emulator.core import accounts
from gcpstack.emulator.core.call import Call
from gcpstack.emulator.core.errors import invalid
from gcpstack.emulator.core.model import Body
from gcpstack.emulator.services.run import limits

PORT = 8080
LARGEST_PORT = 65_535
LONGEST_STARTUP = 240
LONGEST_LIVENESS = 3600
HANDLERS = ("httpGet", "tcpSocket", "grpc")
VOLUMES = ("secret", "cloudSqlInstance", "emptyDir", "nfs", "gcs", "filestore")
MOST_CONTAINERS = 10
GEN1 = "EXECUTION_ENVIRONMENT_GEN1"
GEN2 = "EXECUTION_ENVIRONMENT_GEN2"


def check(call: Call, template: Body, *, serves: bool, least_cpu: float = limits.LEAST_CPU) -> None:
    """Refuse a template that breaks a rule.

    Args:
        call: the call.
        template: of a revision or a task, without the fields of the parent.
        serves: one of the containers takes requests.
        least_cpu: the least CPU of a container.
    """
    containers = template.get("containers") or []
    if not containers:
        raise invalid(
            "template.containers must hold at least one container.", field="template.containers"
        )
    names = {volume.get("name"): volume for volume in template.get("volumes", ())}
    if len(containers) > MOST_CONTAINERS:
        text = f"At most {MOST_CONTAINERS} containers are allowed, got {len(containers)}."
        raise invalid(text, field="template.containers")
    for index, container in enumerate(containers):
        _container(f"template.containers[{index}]", container, names)
    _ports(containers, serves=serves)
    for index, volume in enumerate(template.get("volumes", ())):
        _volume(f"template.volumes[{index}]", volume)
        if template.get("executionEnvironment") == GEN1 and {"gcs", "nfs"} & volume.keys():
            text = "Network file systems are only supported in the second generation execution environment."
            raise invalid(text, field="template.execution_environment")
    limits.check(template, least_cpu=least_cpu)
    if template.get("timeout"):
        limits.check_timeout(template["timeout"], limits.LONGEST_TIMEOUT if serves else 7 * 86400)
    _network(template.get("vpcAccess") or {})
    if template.get("serviceAccount"):
        accounts.check(call.world, template["serviceAccount"])


def _container(where: str, container: Body, volumes: dict[Any, Body]) -> None:
    if not container.get("image") and not container.get("sourceCode"):
        raise invalid(f"{where}.image must be specified.", field=f"{where}.image")
    seen = set()
    for entry in container.get("env", ()):
        if not entry.get("name") or entry["name"] == "PORT":
            raise invalid(
                f"{where}.env: The name '{entry.get('name', '')}' is reserved.",
                field=f"{where}.env",
            )
        if entry["name"] in seen:
            raise invalid(
                f"{where}.env: The name '{entry['name']}' is given twice.", field=f"{where}.env"
            )
        seen.add(entry["name"])
    for mount in container.get("volumeMounts", ()):
        if mount.get("name") not in volumes:
            text = f"{where}.volumeMounts: No volume is named '{mount.get('name', '')}'."
            raise invalid(text, field=f"{where}.volume_mounts")
        if mount.get("subPath") and "secret" in volumes[mount["name"]]:
            text = f"{where}.volumeMounts: subPath is not supported for secret volumes."
            raise invalid(text, field=f"{where}.volume_mounts")
    for probe, longest in (
        ("startupProbe", LONGEST_STARTUP),
        ("livenessProbe", LONGEST_LIVENESS),
        ("readinessProbe", LONGEST_LIVENESS),
    ):
        if container.get(probe):
            _probe(f"{where}.{probe}", container[probe], longest)


def _probe(where: str, probe: Body, longest: int) -> None:
    if sum(handler in probe for handler in HANDLERS) > 1:
        raise invalid(
            f"{where}: exactly one of httpGet, tcpSocket and grpc must be given.", field=where
        )
    if "tcpSocket" in probe and where.endswith("livenessProbe"):
        raise invalid(
            "Cloud Run currently does not support TCP socket in liveness probe.", field=where
        )
    period, timeout = int(probe.get("periodSeconds") or 10), int(probe.get("timeoutSeconds") or 1)
    if timeout > period:
        raise invalid(f"{where}.timeoutSeconds must be at most periodSeconds.", field=where)
    if not 0 <= int(probe.get("initialDelaySeconds") or 0) <= longest or not 1 <= period <= longest:
        raise invalid(
            f"{where}: initialDelaySeconds and periodSeconds must be at most {longest}.",
            field=where,
        )
    if (
        where.endswith("startupProbe")
        and period * int(probe.get("failureThreshold") or 3) > LONGEST_STARTUP
    ):
        text = f"{where}: failureThreshold times periodSeconds must be at most {LONGEST_STARTUP}."
        raise invalid(text, field=where)


def _ports(containers: list[Body], *, serves: bool) -> None:
    with_ports = [container for container in containers if container.get("ports")]
    if not serves and with_ports:
        raise invalid("Ports are only supported in services.", field="template.containers.ports")
    if serves and len(containers) > 1 and len(with_ports) != 1:
        text = "Revision template should contain exactly one container with an exposed port."
        raise invalid(text, field="template.containers.ports")
    if any(len(container["ports"]) > 1 for container in with_ports):
        raise invalid("A container may expose one port only.", field="template.containers.ports")
    for container in with_ports:
        number = container["ports"][0].get("containerPort", 1)
        if not 1 <= number <= LARGEST_PORT:
            text = (
                f"containerPort must be between 1 and {LARGEST_PORT}, inclusive, but was {number}."
            )
            raise invalid(text, field="template.containers.ports")


def _volume(where: str, volume: Body) -> None:
    sources = [kind for kind in VOLUMES if kind in volume]
    if len(sources) != 1:
        raise invalid(f"{where}: exactly one source of the volume must be given.", field=where)
    if "secret" in volume and not volume["secret"].get("secret"):
        raise invalid(f"{where}.secret.secret must be specified.", field=where)


def _network(access: Body) -> None:
    interfaces = access.get("networkInterfaces") or []
    if access.get("connector") and interfaces:
        text = "VPC connector and direct VPC can not be used together."
        raise invalid(text, field="template.vpc_access")
    if len(interfaces) > 1:
        raise invalid("Only one network interface is supported.", field="template.vpc_access")
    if interfaces and not (interfaces[0].get("network") or interfaces[0].get("subnetwork")):
        text = "A network interface needs a network or a subnetwork."
        raise invalid(text, field="template.vpc_access")


# -- defaults


def complete(call: Call, template: Body, *, serves: bool) -> Body:
    """A copy of a template with what the server fills in."""
    out = {**template}
    out.setdefault(
        "serviceAccount",
        f"{call.world.number_of(call.project)}-compute@developer.gserviceaccount.com",
    )
    containers = [{**container} for container in out["containers"]]
    out["containers"] = containers
    for container in containers:
        _complete_container(container, alone=len(containers) == 1, serves=serves)
    if out.get("volumes"):
        out["volumes"] = [_complete_volume(volume) for volume in out["volumes"]]
    if out.get("vpcAccess"):
        out["vpcAccess"] = _complete_network(call, out["vpcAccess"])
    if serves:
        _complete_serving(out)
    return out


def _complete_serving(template: Body) -> None:
    template.setdefault("timeout", "300s")
    total = sum(limits.cpus(c["resources"]["limits"]["cpu"]) for c in template["containers"])
    template["maxInstanceRequestConcurrency"] = template.get("maxInstanceRequestConcurrency") or (
        80 if total >= 1 else 1
    )
    scaling = {**(template.get("scaling") or {})}
    scaling.setdefault("maxInstanceCount", 100)
    template["scaling"] = scaling


def _complete_container(container: Body, *, alone: bool, serves: bool) -> None:
    resources = {**(container.get("resources") or {})}
    if serves and not resources:
        resources["cpuIdle"] = True
    resources["limits"] = {"cpu": "1000m", "memory": "512Mi", **(resources.get("limits") or {})}
    container["resources"] = resources
    if serves and (alone or container.get("ports")):
        port = {"name": "http1", "containerPort": PORT, **(container.get("ports") or [{}])[0]}
        container["ports"] = [port]
        if not container.get("startupProbe"):
            container["startupProbe"] = {
                "timeoutSeconds": LONGEST_STARTUP,
                "periodSeconds": LONGEST_STARTUP,
                "failureThreshold": 1,
                "tcpSocket": {"port": port["containerPort"]},
            }
    number = (container.get("ports") or [{"containerPort": PORT}])[0]["containerPort"]
    for probe in ("startupProbe", "livenessProbe", "readinessProbe"):
        if container.get(probe):
            container[probe] = _complete_probe(
                container[probe], number, ready=probe == "readinessProbe"
            )


def _complete_probe(probe: Body, port: int, *, ready: bool) -> Body:
    out = {"timeoutSeconds": 1, "periodSeconds": 10, "failureThreshold": 3, **probe}
    if ready:
        out.setdefault("successThreshold", 2)
    for handler in HANDLERS:
        if handler in out:
            first = {"path": "/"} if handler == "httpGet" else {}
            out[handler] = {**first, "port": port, **out[handler]}
    return out


def _complete_volume(volume: Body) -> Body:
    if "emptyDir" in volume:
        return {**volume, "emptyDir": {"medium": "MEMORY", **volume["emptyDir"]}}
    return volume


def _complete_network(call: Call, access: Body) -> Body:
    out = {"egress": "PRIVATE_RANGES_ONLY", **access}
    if out.get("networkInterfaces"):
        out["networkInterfaces"] = [_interface(call, entry) for entry in out["networkInterfaces"]]
    return out


def _interface(call: Call, entry: Body) -> Body:
    """Network and subnetwork, each told by the other where one is left out."""
    network, subnetwork = entry.get("network"), entry.get("subnetwork")
    if not subnetwork:
        return {**entry, "subnetwork": str(network).rsplit("/", 1)[-1]}
    if not network:
        short = str(subnetwork).rsplit("/", 1)[-1]
        name = f"projects/{call.project}/regions/{call.location}/subnetworks/{short}"
        found = call.world.find("compute", name)
        link = str(found.body.get("network", "default")) if found else "default"
        return {**entry, "network": link.rsplit("/", 1)[-1]}
    return entry
