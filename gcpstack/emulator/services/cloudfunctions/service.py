"""The Cloud Run service that a function runs as."""

from gcpstack.emulator.core.model import Body
from gcpstack.emulator.core.world import World
from gcpstack.emulator.services.cloudfunctions.rules import cpus, mebibytes

INGRESS = {
    "ALLOW_ALL": "INGRESS_TRAFFIC_ALL",
    "ALLOW_INTERNAL_ONLY": "INGRESS_TRAFFIC_INTERNAL_ONLY",
    "ALLOW_INTERNAL_AND_GCLB": "INGRESS_TRAFFIC_INTERNAL_LOAD_BALANCER",
}


def body_of(world: World, name: str, function: Body, image: str) -> Body:
    """The body of the service.

    Args:
        world: that tells project numbers apart from ids.
        name: of the function.
        function: its body.
        image: that the build pushed.
    """
    config = function["serviceConfig"]
    volumes, mounts = _volumes(world, config)
    whole = cpus(config["availableCpu"]) >= 1
    container: Body = {
        "name": "worker",
        "image": image,
        "env": [*_variables(world, config), *_signature(function)],
        "resources": {
            "limits": {
                "cpu": config["availableCpu"],
                "memory": f"{mebibytes(config['availableMemory']):g}Mi",
            },
            "cpuIdle": True,
            "startupCpuBoost": True,
        },
        "ports": [{"name": "http1", "containerPort": 8080}],
    }
    if mounts:
        container["volumeMounts"] = mounts
    template: Body = {
        "containers": [container],
        "scaling": _scaling(config),
        "timeout": f"{config['timeoutSeconds']}s",
        "serviceAccount": config["serviceAccountEmail"],
        "maxInstanceRequestConcurrency": config["maxInstanceRequestConcurrency"] if whole else 1,
        "labels": {"cloudfunctions": "true"},
    }
    if volumes:
        template["volumes"] = volumes
    if config.get("vpcConnector") or config.get("directVpcNetworkInterface"):
        template["vpcAccess"] = _network(config)
    return {
        "template": template,
        "ingress": INGRESS[config["ingressSettings"]],
        "labels": {**(function.get("labels") or {}), "goog-managed-by": "cloudfunctions"},
        "annotations": {"cloudfunctions.googleapis.com/function-id": name.rsplit("/", 1)[-1]},
    }


def _scaling(config: Body) -> Body:
    keys = ("minInstanceCount", "maxInstanceCount")
    return {key: config[key] for key in keys if config.get(key)}


def _variables(world: World, config: Body) -> list[Body]:
    plain = [
        {"name": key, "value": value}
        for key, value in (config.get("environmentVariables") or {}).items()
    ]
    secret: list[Body] = [
        {
            "name": entry["key"],
            "valueSource": {
                "secretKeyRef": {"secret": _secret(world, entry), "version": entry["version"]}
            },
        }
        for entry in config.get("secretEnvironmentVariables") or ()
    ]
    return [*plain, *secret]


def _signature(function: Body) -> list[Body]:
    kind = "cloudevent" if "eventTrigger" in function else "http"
    return [
        {"name": "FUNCTION_TARGET", "value": function["buildConfig"]["entryPoint"]},
        {"name": "FUNCTION_SIGNATURE_TYPE", "value": kind},
    ]


def _secret(world: World, entry: Body) -> str:
    if not entry.get("projectId"):
        return str(entry["secret"])
    return world.canonical(f"projects/{entry['projectId']}/secrets/{entry['secret']}")


def _volumes(world: World, config: Body) -> tuple[list[Body], list[Body]]:
    volumes, mounts = [], []
    for index, entry in enumerate(config.get("secretVolumes") or ()):
        secret: Body = {"secret": _secret(world, entry)}
        items = [
            {"path": version["path"], "version": version["version"]}
            for version in entry.get("versions") or ()
        ]
        if items:
            secret["items"] = items
        name = f"secret-{index}"
        volumes.append({"name": name, "secret": secret})
        mounts.append({"name": name, "mountPath": entry["mountPath"]})
    return volumes, mounts


def _network(config: Body) -> Body:
    if config.get("vpcConnector"):
        egress = config.get("vpcConnectorEgressSettings", "PRIVATE_RANGES_ONLY")
        return {"connector": config["vpcConnector"], "egress": egress}
    egress = str(config.get("directVpcEgress", "")).removeprefix("VPC_EGRESS_")
    return {"networkInterfaces": config["directVpcNetworkInterface"], "egress": egress}
