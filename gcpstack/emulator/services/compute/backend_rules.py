"""What a backend service may hold (https://cloud.google.com/load-balancing/docs/backend-service)."""

from dataclasses import dataclass

from gcpstack.emulator.core.call import Call
from gcpstack.emulator.core.links import relative
from gcpstack.emulator.core.model import Body
from gcpstack.emulator.services.compute import cdn
from gcpstack.emulator.services.compute.words import missing, wrong

MANAGED = ("EXTERNAL_MANAGED", "INTERNAL_MANAGED", "INTERNAL_SELF_MANAGED")
CAPACITY = (
    "capacityScaler", "maxConnections", "maxConnectionsPerEndpoint", "maxConnectionsPerInstance", "maxRate",
    "maxRatePerEndpoint", "maxRatePerInstance", "maxUtilization",
)  # fmt: skip
WITHOUT_HEALTH = ("SERVERLESS", "INTERNET_FQDN_PORT", "INTERNET_IP_PORT", "PRIVATE_SERVICE_CONNECT")
NO_HEALTH = {
    "SERVERLESS": "A backend service cannot have a healthcheck with Serverless network endpoint group backends.",
    "PRIVATE_SERVICE_CONNECT": "A backend service cannot have a healthcheck with Private Service Connect network endpoint group backends.",
}
NO_GLOBAL_HEALTH = (
    "Backend services with global network endpoint groups can have health checks only for "
    "INTERNAL_SELF_MANAGED load balancing scheme and INTERNET_FQDN_PORT endpoint type."
)
DEFAULT_TIMEOUT = 30
#: What can only be specified while requests are logged, and is gone otherwise.
OF_LOGGING = ("sampleRate", "optionalMode")
LONGEST_AFFINITY = 1_209_600
SMALLEST_CAPACITY = 0.1
POLICY_TYPES = {
    "securityPolicy": ("CLOUD_ARMOR", "CLOUD_ARMOR_NETWORK"),
    "edgeSecurityPolicy": ("CLOUD_ARMOR_EDGE",),
}
# From EXTERNAL to EXTERNAL_MANAGED, and back, by way of this state.
LAST_STEP = "TEST_ALL_TRAFFIC"


@dataclass(frozen=True, slots=True)
class Group:
    """A backend with what its group is: the type of its endpoints, or ``instances``."""

    backend: Body
    type: str
    region: str


def groups(call: Call, body: Body) -> list[Group]:
    """The backends with their groups."""
    found = []
    for backend in body.get("backends", []):
        name = call.world.canonical(relative(str(backend.get("group", "")), call.project))
        obj = call.find(name)
        kind = obj.body.get("networkEndpointType", "instances") if obj else "unknown"
        found.append(Group(backend, kind, obj.body.get("region", "") if obj else ""))
    return found


def passthrough(call: Call, body: Body) -> bool:
    """Whether the load balancer forwards packets and so counts no requests."""
    scheme = body.get("loadBalancingScheme")
    return scheme == "INTERNAL" or (scheme == "EXTERNAL" and call.location != "global")


def validate(call: Call, body: Body, old: Body | None) -> None:
    """Refuse a backend service that Google would refuse."""
    _check_scheme(body, old)
    _check_ranges(body, old or {})
    found = groups(call, body)
    _check_backends(call, body, found)
    if any(group.type == "SERVERLESS" for group in found):
        _check_serverless(body, found)
    _check_health(call, body, found)
    _check_features(call, body)
    for field in POLICY_TYPES:
        check_policy(call, body, field)


def _check_scheme(body: Body, old: Body | None) -> None:
    new, before = body["loadBalancingScheme"], (old or body)["loadBalancingScheme"]
    if new != before:
        migrating = {new, before} == {"EXTERNAL", "EXTERNAL_MANAGED"}
        ready = (old or {}).get("externalManagedMigrationState") == LAST_STEP
        if not (migrating and (ready or before == "EXTERNAL_MANAGED")):
            raise wrong("loadBalancingScheme", new, "Load balancing scheme cannot be changed.")
    state = body.get("externalManagedMigrationState")
    if state and new not in ("EXTERNAL", "EXTERNAL_MANAGED"):
        hint = "Migration is only supported between EXTERNAL and EXTERNAL_MANAGED."
        raise wrong("externalManagedMigrationState", state, hint)


def _check_ranges(body: Body, old: Body) -> None:
    if body["timeoutSec"] < 1:
        raise wrong("timeoutSec", body["timeoutSec"], "Must be greater than or equal to 1.")
    ttl = body["affinityCookieTtlSec"]
    if not 0 <= ttl <= LONGEST_AFFINITY:
        raise wrong("affinityCookieTtlSec", ttl, f"Must be between 0 and {LONGEST_AFFINITY}.")
    log = body.get("logConfig", {})
    if not 0 <= log.get("sampleRate", 0) <= 1:
        raise wrong("logConfig.sampleRate", log["sampleRate"], "Must be between 0.0 and 1.0.")
    before = old.get("logConfig", {})  # a patch leaves it there: nobody has specified it again
    unfit = [field for field in OF_LOGGING if field in log and log[field] != before.get(field)]
    if unfit and not log.get("enable"):
        hint = "It can only be specified if logging is enabled for this backend service."
        raise wrong(f"logConfig.{unfit[0]}", log[unfit[0]], hint)
    if log.get("optionalFields") and log.get("optionalMode") != "CUSTOM":
        hint = "Optional fields require the optional mode CUSTOM."
        raise wrong("logConfig.optionalFields", "", hint)


def _check_backends(call: Call, body: Body, found: list[Group]) -> None:
    names = [str(group.backend.get("group", "")) for group in found]
    if "" in names:
        raise missing(f"backends[{names.index('')}].group")
    if len(names) != len(set(names)):
        raise wrong("backends", hint="Duplicate backend groups are not allowed.")
    if len({group.type == "instances" for group in found}) > 1:
        hint = "Instance groups and network endpoint groups cannot be mixed in a backend service."
        raise wrong("backends", hint=hint)
    if len({group.type for group in found if group.type != "unknown"}) > 1:
        raise wrong("backends", hint="All network endpoint groups must be of the same type.")
    for index, group in enumerate(found):
        _check_capacity(call, body, index, group)
    if len(found) == 1 and found[0].backend.get("capacityScaler") == 0:
        hint = "The capacity of the only backend cannot be 0."
        raise wrong("backends[0].capacityScaler", 0, hint)


def _check_capacity(call: Call, body: Body, index: int, group: Group) -> None:
    place, backend = f"backends[{index}]", group.backend
    if passthrough(call, body):
        for field in CAPACITY:
            if field in backend:
                hint = f"{field} cannot be set for the load balancing scheme {body['loadBalancingScheme']}."
                raise wrong(f"{place}.{field}", backend[field], hint)
    scaler = backend.get("capacityScaler", 1)
    if not (scaler == 0 or SMALLEST_CAPACITY <= scaler <= 1):
        raise wrong(f"{place}.capacityScaler", scaler, "Must be 0 or between 0.1 and 1.0.")
    used = backend.get("maxUtilization", 0)
    if not 0 <= used <= 1:
        raise wrong(f"{place}.maxUtilization", used, "Must be between 0.0 and 1.0.")
    if "maxUtilization" in backend and group.type not in ("instances", "unknown"):
        hint = "Max utilization is not supported for network endpoint groups."
        raise wrong(f"{place}.maxUtilization", used, hint)
    mode = backend.get("balancingMode", "UTILIZATION")
    per_request = [field for field in backend if field.startswith("maxRate")]
    per_connection = [field for field in backend if field.startswith("maxConnections")]
    unfit = per_request if mode == "CONNECTION" else per_connection if mode == "RATE" else []
    if unfit:
        hint = f"{unfit[0]} is not available for the balancing mode {mode}."
        raise wrong(f"{place}.{unfit[0]}", backend[unfit[0]], hint)


def _check_serverless(body: Body, found: list[Group]) -> None:
    """Hold the limits of https://cloud.google.com/load-balancing/docs/negs/serverless-neg-concepts."""
    tail = "is not supported for a backend service with Serverless network endpoint groups."
    if body["timeoutSec"] != DEFAULT_TIMEOUT:
        raise wrong("timeoutSec", body["timeoutSec"], f"Timeout sec {tail}")
    if body.get("portName") not in (None, "", "http"):
        raise wrong("portName", body["portName"], f"Port name {tail}")
    regions = [group.region for group in found]
    if len(regions) != len(set(regions)):
        hint = (
            "Only one Serverless network endpoint group per region is allowed in a backend service."
        )
        raise wrong("backends", hint=hint)


def _check_health(call: Call, body: Body, found: list[Group]) -> None:
    checks = body.get("healthChecks", [])
    for link in checks:
        check = call.find(call.world.canonical(relative(str(link), call.project)))
        if check is not None and check.body.get("sourceRegions"):
            hint = "A health check with source regions cannot be used by a backend service."
            raise wrong("healthChecks", link, hint)
    if len(checks) > 1:
        raise wrong("healthChecks", hint="At most one health check can be specified.")
    without = [group.type for group in found if group.type in WITHOUT_HEALTH]
    if checks and without:
        raise wrong("healthChecks", hint=NO_HEALTH.get(without[0], NO_GLOBAL_HEALTH))
    needed = [group for group in found if group.type not in (*WITHOUT_HEALTH, "unknown")]
    if needed and not checks and not body.get("haPolicy"):
        hint = "Health checks must be specified for a backend service with these backends."
        raise wrong("healthChecks", hint=hint)


def _check_features(call: Call, body: Body) -> None:
    scheme = body["loadBalancingScheme"]
    if body.get("enableCDN") and (call.location != "global" or not scheme.startswith("EXTERNAL")):
        hint = f"Cloud CDN is not supported for the load balancing scheme {scheme}."
        raise wrong("enableCDN", "true", hint)
    if body.get("enableCDN") and body.get("iap", {}).get("enabled"):
        raise wrong("iap.enabled", "true", "IAP and Cloud CDN cannot be enabled together.")
    if body.get("outlierDetection") and scheme not in MANAGED:
        raise wrong("outlierDetection", hint="Outlier detection is not supported.")
    if body["sessionAffinity"] == "STRONG_COOKIE_AFFINITY" and not body.get(
        "strongSessionAffinityCookie"
    ):
        raise missing("strongSessionAffinityCookie")
    cdn.check(body)


def check_policy(call: Call, body: Body, field: str) -> None:
    """A field that names a security policy takes only some types of it."""
    if field not in body:
        return
    types = POLICY_TYPES[field]
    obj = call.find(call.world.canonical(relative(str(body[field]), call.project)))
    kind = obj.body.get("type", types[0]) if obj else types[0]
    if kind not in types:
        raise wrong(field, body[field], f"A security policy of type {kind} cannot be used here.")
