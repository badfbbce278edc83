"""What a function may say, and what the server fills in.

https://cloud.google.com/functions/docs/reference/rest/v2/projects.locations.functions
"""

import re
from typing import Any

from gcpstack.emulator.core import accounts, locations
from gcpstack.emulator.core.call import Call
from gcpstack.emulator.core.errors import invalid
from gcpstack.emulator.core.model import Body
from gcpstack.emulator.services.cloudfunctions import runtimes

MEMORY = re.compile(r"(\d+)(k|Ki|M|Mi|G|Gi)?")
MIB = 1024**2
UNITS = {"": 1, "k": 1000, "Ki": 1024, "M": MIB, "Mi": MIB, "G": 1024 * MIB, "Gi": 1024 * MIB}
LEAST_MEMORY, MOST_MEMORY = 128, 32768  # MiB
LONGEST, LONGEST_EVENT = 3600, 540
# Memory in MiB up to -> CPUs (https://cloud.google.com/functions/docs/configuring/memory).
CPUS = (
    (128, "0.0833"), (256, "0.1666"), (512, "0.3333"), (1024, "0.5833"), (2048, "1"), (8192, "2"),
    (16384, "4"), (32768, "8"),
)  # fmt: skip
RESERVED = re.compile(r"X_GOOGLE_.*|K_SERVICE|K_REVISION|K_CONFIGURATION|PORT|FUNCTION_TARGET|FUNCTION_SIGNATURE_TYPE")  # fmt: skip
KEY = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
CPU = re.compile(r"(\d+(?:\.\d+)?)(m?)")
REPOSITORY = re.compile(r"projects/[^/]+/locations/[^/]+/repositories/[^/]+")
MAPS = ("labels", "environmentVariables")
PUBLISHED = "google.cloud.pubsub.topic.v1.messagePublished"
LOGGED = {"LOG_EXECUTION_ID": "true"}


def told(value: Any) -> Any:
    """A body without what means nothing: empty texts and unspecified enums are as good as absent."""
    if isinstance(value, list):
        return [told(inner) for inner in value]
    if not isinstance(value, dict):
        return value
    return {
        key: inner if key in MAPS else told(inner)
        for key, inner in value.items()
        if inner != "" and not (isinstance(inner, str) and inner.endswith("_UNSPECIFIED"))
    }


def cpus(text: str) -> float:
    """The CPUs that ``0.5`` or ``500m`` means."""
    found = CPU.fullmatch(text)
    if not found:
        raise invalid(f"Invalid CPU value: {text}.", field="service_config.available_cpu")
    return float(found[1]) / (1000 if found[2] else 1)


def service_of(name: str) -> str:
    """The Cloud Run service of a function, by full name: its id has no capitals and no underscores."""
    head, _, short = name.replace("/functions/", "/services/").rpartition("/")
    return f"{head}/{short.lower().replace('_', '-')}"


def mebibytes(text: str) -> float:
    """The memory that ``256M`` or ``1Gi`` means."""
    found = MEMORY.fullmatch(text)
    if not found:
        raise invalid(f"Invalid memory value: {text}.", field="service_config.available_memory")
    return int(found[1]) * UNITS[found[2] or ""] / MIB


def validate(call: Call, body: Body, old: Body | None) -> None:
    """Refuse what no function may say."""
    build, service = body.get("buildConfig") or {}, body.get("serviceConfig") or {}
    if body.get("environment") == "GEN_1":
        text = "1st generation functions can't be created by this version of the API."
        raise invalid(text, field="environment")
    runtime = str(build.get("runtime", ""))
    if not runtime:
        raise invalid("Runtime field cannot be empty.", field="build_config.runtime")
    if not runtimes.known(runtime):
        raise invalid(
            f"Runtime {runtime} is not supported on GCF Gen2.", field="build_config.runtime"
        )
    _check_source(build)
    _check_service(service, body)
    for name, env in (("build_config", build), ("service_config", service)):
        _check_environment(name, env.get("environmentVariables") or {})
    if body.get("kmsKeyName") and str(build.get("dockerRepository", "")).endswith("/gcf-artifacts"):
        text = "kms_key_name needs a docker_repository that is encrypted with the same key."
        raise invalid(text, field="build_config.docker_repository")
    if "eventTrigger" in body:
        _check_trigger(call, body["eventTrigger"])
    if old is not None and ("eventTrigger" in old) != ("eventTrigger" in body):
        raise invalid("The trigger type of a function can't be changed.", field="event_trigger")
    for email in (service.get("serviceAccountEmail"), str(build.get("serviceAccount", "")).rsplit("/", 1)[-1]):  # fmt: skip
        accounts.check(call.world, str(email or ""))


def _check_source(build: Body) -> None:
    source = build.get("source") or {}
    given = [name for name in ("storageSource", "repoSource", "gitUri") if source.get(name)]
    if not given:
        raise invalid("The source of the function must be specified.", field="build_config.source")
    where = source.get("storageSource")
    if not REPOSITORY.fullmatch(build["dockerRepository"]):
        text = f"Invalid Docker repository: {build['dockerRepository']}."
        raise invalid(text, field="build_config.docker_repository")
    if where is not None and not (where.get("bucket") and where.get("object")):
        text = "The bucket and the object of the source must be specified."
        raise invalid(text, field="build_config.source.storage_source")


def _check_service(service: Body, body: Body) -> None:
    size = mebibytes(str(service.get("availableMemory", "256M")))
    if not LEAST_MEMORY <= size <= MOST_MEMORY:
        text = f"Memory must be between {LEAST_MEMORY}Mi and {MOST_MEMORY}Mi, got {size:g}Mi."
        raise invalid(text, field="service_config.available_memory")
    cpus(str(service["availableCpu"]))
    longest = LONGEST_EVENT if "eventTrigger" in body else LONGEST
    seconds = int(service.get("timeoutSeconds") or 60)
    if not 1 <= seconds <= longest:
        text = f"Timeout must be between 1 and {longest} seconds, got {seconds}."
        raise invalid(text, field="service_config.timeout_seconds")
    least = int(service.get("minInstanceCount") or 0)
    most = int(service.get("maxInstanceCount") or 0)
    if least < 0 or most < 0 or (most and least > most):
        text = f"min_instance_count ({least}) must not exceed max_instance_count ({most})."
        raise invalid(text, field="service_config.min_instance_count")
    if service.get("vpcConnectorEgressSettings") and not service.get("vpcConnector"):
        text = "vpc_connector_egress_settings needs a vpc_connector."
        raise invalid(text, field="service_config.vpc_connector_egress_settings")
    if service.get("vpcConnector") and service.get("directVpcNetworkInterface"):
        text = "Only one of vpc_connector and direct_vpc_network_interface can be specified."
        raise invalid(text, field="service_config.vpc_connector")
    _check_secrets(service)


def _check_secrets(service: Body) -> None:
    for entry in service.get("secretVolumes") or ():
        if not (entry.get("mountPath") and entry.get("secret")):
            text = "A secret volume needs a mount path and a secret."
            raise invalid(text, field="service_config.secret_volumes")
        if not all(version.get("path") and version.get("version") for version in entry.get("versions") or ()):  # fmt: skip
            text = "Each version of a secret volume needs a path and a version."
            raise invalid(text, field="service_config.secret_volumes.versions")
    for entry in service.get("secretEnvironmentVariables") or ():
        if not (entry.get("key") and entry.get("secret") and entry.get("version")):
            text = "A secret environment variable needs a key, a secret and a version."
            raise invalid(text, field="service_config.secret_environment_variables")


def _check_environment(where: str, values: dict[str, str]) -> None:
    for key in values:
        if not KEY.fullmatch(key) or RESERVED.fullmatch(key):
            text = f"environment variable name {key} is reserved by the system or invalid: it cannot be set."
            raise invalid(text, field=f"{where}.environment_variables")


def _check_trigger(call: Call, trigger: Body) -> None:
    kind = str(trigger.get("eventType", ""))
    if not kind:
        raise invalid("event_type must be specified.", field="event_trigger.event_type")
    locations.check(str(trigger.get("triggerRegion")))
    topic = trigger.get("pubsubTopic")
    if topic and kind != PUBLISHED:
        text = f"pubsub_topic is only valid for events of the type {PUBLISHED}."
        raise invalid(text, field="event_trigger.pubsub_topic")
    if topic and call.find(call.world.canonical(topic), "pubsub") is None:
        raise invalid(f"The topic {topic} was not found.", field="event_trigger.pubsub_topic")
    for entry in trigger.get("eventFilters") or ():
        if not entry.get("attribute") or not entry.get("value"):
            text = "An event filter needs an attribute and a value."
            raise invalid(text, field="event_trigger.event_filters")
        if entry["attribute"] == "bucket" and call.find(f"b/{entry['value']}", "storage") is None:
            text = f"The bucket {entry['value']} was not found."
            raise invalid(text, field="event_trigger.event_filters")
    accounts.check(call.world, str(trigger.get("serviceAccountEmail") or ""))


# -- defaults


def _account(call: Call, _body: Body) -> str:
    return accounts.default(call.world, call.project)


def _cpu(_call: Call, body: Body) -> str:
    size = mebibytes(body["serviceConfig"]["availableMemory"])
    return next((cpu for least, cpu in CPUS if size <= least), CPUS[-1][1])


def _region(call: Call, body: Body) -> str:
    """Events of a bucket come from where it is; others from the function's region."""
    for entry in body["eventTrigger"].get("eventFilters") or ():
        bucket = entry.get("value") if entry.get("attribute") == "bucket" else ""
        obj = call.find(f"b/{bucket}", "storage") if bucket else None
        if obj is not None:
            return str(obj.body.get("location", call.location)).lower()
    return call.location


def _egress(_call: Call, body: Body) -> str | None:
    return "PRIVATE_RANGES_ONLY" if body["serviceConfig"].get("vpcConnector") else None


def _direct_egress(_call: Call, body: Body) -> str | None:
    direct = body["serviceConfig"].get("directVpcNetworkInterface")
    return "VPC_EGRESS_PRIVATE_RANGES_ONLY" if direct else None


def _policy(_call: Call, body: Body) -> Body | None:
    return None if "onDeployUpdatePolicy" in body["buildConfig"] else {}


DEFAULTS = {
    "environment": "GEN_2",
    "buildConfig": {},
    "buildConfig.entryPoint": lambda _call, body: body["name"].rsplit("/", 1)[-1],
    "buildConfig.dockerRegistry": "ARTIFACT_REGISTRY",
    "buildConfig.dockerRepository": lambda call, _body: (
        f"projects/{call.project}/locations/{call.location}/repositories/gcf-artifacts"
    ),
    "buildConfig.serviceAccount": lambda call, body: (
        f"projects/{call.project}/serviceAccounts/{_account(call, body)}"
    ),
    "buildConfig.automaticUpdatePolicy": _policy,
    "serviceConfig": {},
    "serviceConfig.timeoutSeconds": 60,
    "serviceConfig.availableMemory": "256M",
    "serviceConfig.availableCpu": _cpu,
    "serviceConfig.maxInstanceCount": 100,
    "serviceConfig.maxInstanceRequestConcurrency": 1,
    "serviceConfig.ingressSettings": "ALLOW_ALL",
    "serviceConfig.serviceAccountEmail": _account,
    "serviceConfig.allTrafficOnLatestRevision": True,
    "serviceConfig.vpcConnectorEgressSettings": _egress,
    "serviceConfig.directVpcEgress": _direct_egress,
    "eventTrigger.triggerRegion": _region,
    "eventTrigger.retryPolicy": "RETRY_POLICY_DO_NOT_RETRY",
    "eventTrigger.serviceAccountEmail": _account,
}
