"""What balances without backend services: target pools and instances, and the health checks that pools know.

https://cloud.google.com/compute/docs/reference/rest/v1/targetPools,
https://cloud.google.com/compute/docs/reference/rest/v1/targetInstances,
https://cloud.google.com/compute/docs/reference/rest/v1/httpHealthChecks
"""

from gcpstack.emulator.core.call import Call
from gcpstack.emulator.core.links import full, relative
from gcpstack.emulator.core.model import Body, Handler, Kind, Reference
from gcpstack.emulator.core.store import Obj
from gcpstack.emulator.dialects import compute as dialect
from gcpstack.emulator.dialects.compute import COMPUTE
from gcpstack.emulator.services.compute.setters import mutate, setter
from gcpstack.emulator.services.compute.words import missing, wrong

AFFINITIES = ("NONE", "CLIENT_IP", "CLIENT_IP_PROTO")
LAST_PORT = 65535
RANGES = {
    "checkIntervalSec": (1, 300),
    "timeoutSec": (1, 300),
    "healthyThreshold": (1, 10),
    "unhealthyThreshold": (1, 10),
    "port": (1, LAST_PORT),
}
CHECKS = ("httpHealthChecks",)


# -- legacy health checks


def _check_probe(_call: Call, body: Body, _old: Body | None) -> None:
    for name, (low, high) in RANGES.items():
        if not low <= body[name] <= high:
            raise wrong(name, body[name], f"Must be between {low} and {high}.")
    if body["timeoutSec"] > body["checkIntervalSec"]:
        hint = "TimeoutSec should be less than checkIntervalSec."
        raise wrong("timeoutSec", body["timeoutSec"], hint)
    if not str(body["requestPath"]).startswith("/"):
        raise wrong("requestPath", body["requestPath"], "A path must start with /.")


def _legacy(name: str, schema: str, port: int) -> Kind:
    return Kind(
        name=name,
        resources=(name,),
        schema=schema,
        dialect=COMPUTE,
        latency="compute.HealthCheck",
        defaults={
            "checkIntervalSec": 5,
            "timeoutSec": 5,
            "healthyThreshold": 2,
            "unhealthyThreshold": 2,
            "port": port,
            "requestPath": "/",
        },
        validate=_check_probe,
    )


HTTP_HEALTH_CHECKS = _legacy("httpHealthChecks", "HttpHealthCheck", 80)
HTTPS_HEALTH_CHECKS = _legacy("httpsHealthChecks", "HttpsHealthCheck", 443)


# -- target pools


def _check_pool(_call: Call, body: Body, _old: Body | None) -> None:
    if body["sessionAffinity"] not in AFFINITIES:
        hint = f"Must be one of {', '.join(AFFINITIES)}."
        raise wrong("sessionAffinity", body["sessionAffinity"], hint)
    if len(body.get("healthChecks", [])) > 1:
        hint = "A target pool can have at most one health check."
        raise wrong("healthChecks", len(body["healthChecks"]), hint)
    ratio = body.get("failoverRatio")
    if (ratio is None) != (body.get("backupPool") is None):
        hint = "backupPool and failoverRatio must be set together."
        raise wrong("failoverRatio", ratio if ratio is not None else "", hint)
    if ratio is not None and not 0 <= ratio <= 1:
        raise wrong("failoverRatio", ratio, "Must be between 0 and 1.")


def _links(call: Call, sent: str, inner: str) -> list[str]:
    """The links of a request, whole: ``{"instances": [{"instance": LINK}]}``."""
    found = [str(one.get(inner, "")) for one in call.body.get(sent, [])]
    if not found or not all(found):
        raise missing(sent)
    return [full(call.world.canonical(relative(link, call.project))) for link in found]


def _adder(verb: str, field: str, inner: str) -> Handler:
    def handler(call: Call) -> Body:
        links = _links(call, field, inner)

        def add(obj: Obj) -> Body:
            held = obj.body.get(field, [])
            return {**obj.body, field: [*held, *(link for link in links if link not in held)]}

        return mutate(call, verb, add)

    return handler


def _remover(verb: str, field: str, inner: str) -> Handler:
    def handler(call: Call) -> Body:
        links = _links(call, field, inner)

        def remove(obj: Obj) -> Body:
            held = obj.body.get(field, [])
            unknown = [link for link in links if link not in held]
            if unknown:
                raise wrong(field, unknown[0], "It is not in the target pool.")
            return {**obj.body, field: [link for link in held if link not in links]}

        return mutate(call, verb, remove)

    return handler


def _set_backup(call: Call) -> Body:
    """``setBackup``: another pool and the ratio below which it takes over; without a target there is none."""
    target, ratio = call.body.get("target"), call.query.get("failoverRatio")

    def change(obj: Obj) -> Body:
        kept = {
            key: value
            for key, value in obj.body.items()
            if key not in ("backupPool", "failoverRatio")
        }
        if not target:
            return kept
        return {**kept, "backupPool": target, "failoverRatio": float(ratio or 0)}

    return mutate(call, "setBackup", change)


def _health(call: Call) -> Body:
    """``getHealth``: of one instance; nothing probes here, so that it tells each as healthy."""
    pool = dialect.target(call)
    sent = str(call.body.get("instance", ""))
    link = full(call.world.canonical(relative(sent, call.project)))
    if link not in pool.body.get("instances", []):
        raise wrong("instance", sent, "The instance is not in the target pool.")
    states = [
        {"healthState": "HEALTHY", "instance": link, "ipAddress": rule.body["IPAddress"]}
        for rule, _ in call.world.state.users(pool.service, pool.name)
        if rule.kind == "forwardingRules"
    ]
    answer: Body = {"kind": "compute#targetPoolInstanceHealth"}
    return answer | {"healthStatus": states or [{"healthState": "HEALTHY", "instance": link}]}


TARGET_POOLS = Kind(
    name="targetPools",
    resources=("targetPools",),
    schema="TargetPool",
    dialect=COMPUTE,
    latency="compute.BackendService",
    output_only=("securityPolicy",),
    defaults={"sessionAffinity": "NONE"},
    refs=(
        # A pool may name instances that are still to come.
        Reference(path="instances[]", to=("instances",), must_exist=False, in_use=False),
        Reference(path="healthChecks[]", to=CHECKS),
        Reference(path="backupPool", to=("targetPools",)),
        Reference(path="securityPolicy", to=("securityPolicies",)),
    ),
    validate=_check_pool,
    methods={
        "addInstance": _adder("addInstance", "instances", "instance"),
        "removeInstance": _remover("removeInstance", "instances", "instance"),
        "addHealthCheck": _adder("addHealthCheck", "healthChecks", "healthCheck"),
        "removeHealthCheck": _remover("removeHealthCheck", "healthChecks", "healthCheck"),
        "setBackup": _set_backup,
        "setSecurityPolicy": setter("securityPolicy", "setSecurityPolicy"),
        "getHealth": _health,
    },
)


TARGET_INSTANCES = Kind(
    name="targetInstances",
    resources=("targetInstances",),
    schema="TargetInstance",
    dialect=COMPUTE,
    latency="compute.BackendService",
    required=("instance",),
    output_only=("securityPolicy",),
    defaults={"natPolicy": "NO_NAT"},
    refs=(
        Reference(path="instance", to=("instances",)),
        Reference(path="network", to=("networks",)),
        Reference(path="securityPolicy", to=("securityPolicies",)),
    ),
    methods={"setSecurityPolicy": setter("securityPolicy", "setSecurityPolicy")},
)
