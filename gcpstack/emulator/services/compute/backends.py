"""Backend services and buckets (https://cloud.google.com/compute/docs/reference/rest/v1/backendServices)."""

import hashlib

from gcpstack.emulator.core.call import Call
from gcpstack.emulator.core.links import relative
from gcpstack.emulator.core.model import Body, Kind, Reference
from gcpstack.emulator.core.store import Obj
from gcpstack.emulator.core.world import World
from gcpstack.emulator.dialects import compute as dialect
from gcpstack.emulator.dialects import compute_lists
from gcpstack.emulator.dialects.compute import COMPUTE
from gcpstack.emulator.services.compute import backend_rules, cdn
from gcpstack.emulator.services.compute.setters import setter
from gcpstack.emulator.services.compute.words import wrong

# Balancers of requests reach a named port; those of connections don't.
WITH_PORT = ("HTTP", "HTTPS", "HTTP2", "H2C")
DEFAULT_UTILIZATION = 0.8
USERS = ("urlMaps", "targetSslProxies", "targetTcpProxies", "forwardingRules")


def _complete(call: Call, body: Body, old: Body) -> None:
    """Fill in what Google fills in; keep no secret."""
    for field in ("backends", "healthChecks"):
        if not body.get(field, True):
            body.pop(field)
    if body.get("protocol") in WITH_PORT:
        body.setdefault("port", 80)
        body["portName"] = body.get("portName") or "http"
    if "backends" in body:
        found = backend_rules.groups(call, body)
        body["backends"] = [_backend(call, body, group) for group in found]
    if body.get("logConfig", {}).get("enable"):
        body["logConfig"] = {
            "sampleRate": 1,
            "optionalMode": "EXCLUDE_ALL_OPTIONAL",
            **body["logConfig"],
        }
    else:
        for field in backend_rules.OF_LOGGING:
            body.get("logConfig", {}).pop(field, None)
    cdn.complete(body, old, "enableCDN", cdn.CACHE_KEY)
    _seal(body, old)


def _backend(call: Call, body: Body, group: backend_rules.Group) -> Body:
    backend = {"balancingMode": "UTILIZATION", **group.backend}
    if backend_rules.passthrough(call, body):
        return {**backend, "balancingMode": group.backend.get("balancingMode", "CONNECTION")}
    backend = {"capacityScaler": 1, **backend}
    if group.type == "instances" and backend["balancingMode"] == "UTILIZATION":
        backend.setdefault("maxUtilization", DEFAULT_UTILIZATION)
    return backend


def _seal(body: Body, old: Body) -> None:
    """Of the secret of Identity-Aware Proxy only the hash is told; no secret keeps the one there is."""
    iap = {"enabled": False, "oauth2ClientId": "", **body.get("iap", {})}
    secret = iap.pop("oauth2ClientSecret", "")
    kept = old.get("iap", {}).get("oauth2ClientSecretSha256")
    hashed = hashlib.sha256(str(secret).encode()).hexdigest()
    iap["oauth2ClientSecretSha256"] = hashed if secret or not kept else kept
    body["iap"] = iap


def _view(world: World, obj: Obj, body: Body) -> Body:
    """Return what uses it."""
    users = [user for user, _ in world.state.users(obj.service, obj.name) if user.kind in USERS]
    links = sorted({str(user.body["selfLink"]) for user in users})
    if links:
        body["usedBy"] = [{"reference": link} for link in links]
    return body


def _health(call: Call) -> Body:
    """``getHealth``: of one backend; nothing probes here, so it tells the members as healthy."""
    obj = dialect.target(call)
    group = call.world.canonical(relative(str(call.body.get("group", "")), call.project))
    backends = [
        relative(str(one.get("group")), call.project) for one in obj.body.get("backends", [])
    ]
    if group not in backends:
        raise wrong(
            "group", call.body.get("group", ""), "The group is not a backend of the service."
        )
    answer: Body = {"kind": "compute#backendServiceGroupHealth"}
    held = call.find(group)
    members = _members(held) if held else []
    return answer | ({"healthStatus": members} if members else {})


def _members(group: Obj) -> list[Body]:
    port = group.body.get("defaultPort", 80)
    endpoints = [{"port": port, **one} for one in group.meta.get("endpoints", [])]
    told = [
        {key: one[key] for key in ("instance", "ipAddress", "port") if key in one}
        for one in [
            *endpoints,
            *({"instance": name, "port": port} for name in group.meta.get("instances", [])),
        ]
    ]
    return [{"healthState": "HEALTHY", **one} for one in told]


BACKEND_SERVICES = Kind(
    name="backendServices",
    resources=("backendServices", "regionBackendServices"),
    schema="BackendService",
    dialect=COMPUTE,
    fingerprint="fingerprint",
    output_only=("securityPolicy", "edgeSecurityPolicy", "usedBy", "iap.oauth2ClientSecretSha256"),
    immutable=("network",),
    defaults={
        "description": "",
        "loadBalancingScheme": "EXTERNAL",
        "affinityCookieTtlSec": 0,
        "sessionAffinity": "NONE",
        "timeoutSec": backend_rules.DEFAULT_TIMEOUT,
        "connectionDraining": {},
        "connectionDraining.drainingTimeoutSec": 0,
    },
    refs=(
        Reference(path="backends[].group", to=("networkEndpointGroups", "instanceGroups")),
        Reference(path="healthChecks[]", to=("healthChecks", "httpHealthChecks", "httpsHealthChecks")),
        Reference(path="securityPolicy", to=("securityPolicies",)),
        Reference(path="edgeSecurityPolicy", to=("securityPolicies",)),
        Reference(path="network", to=("networks",)),
    ),
    validate=backend_rules.validate,
    on_create=lambda call, body: _complete(call, body, {}),
    on_update=_complete,
    view=_view,
    methods={
        "setSecurityPolicy": setter("securityPolicy", "setSecurityPolicy"),
        "setEdgeSecurityPolicy": setter("edgeSecurityPolicy", "setEdgeSecurityPolicy", sent_as="securityPolicy"),
        "getHealth": _health,
        "listUsable": compute_lists.usable,
        **cdn.KEY_METHODS,
    },
)  # fmt: skip


def _check_bucket(call: Call, body: Body, old: Body | None) -> None:
    del old
    cdn.check(body)
    backend_rules.check_policy(call, body, "edgeSecurityPolicy")


def _complete_bucket(_call: Call, body: Body, old: Body) -> None:
    cdn.complete(body, old, "enableCdn")


BACKEND_BUCKETS = Kind(
    name="backendBuckets",
    resources=("backendBuckets", "regionBackendBuckets"),
    schema="BackendBucket",
    dialect=COMPUTE,
    required=("bucketName",),
    output_only=("edgeSecurityPolicy", "usedBy"),
    defaults={"description": ""},
    refs=(Reference(path="edgeSecurityPolicy", to=("securityPolicies",)),),
    validate=_check_bucket,
    on_create=lambda call, body: _complete_bucket(call, body, {}),
    on_update=_complete_bucket,
    view=_view,
    methods={
        "setEdgeSecurityPolicy": setter("edgeSecurityPolicy", "setEdgeSecurityPolicy", sent_as="securityPolicy"),
        "listUsable": compute_lists.usable,
        **cdn.KEY_METHODS,
    },
)  # fmt: skip
