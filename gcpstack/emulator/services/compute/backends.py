"""Backend services and buckets (https://cloud.google.com/compute/docs/reference/rest/v1/backendServices)."""

import hashlib

from gcpstack.emulator.core.call import Call
from gcpstack.emulator.core.errors import ApiError, invalid
from gcpstack.emulator.core.links import relative
from gcpstack.emulator.core.model import Body, Kind, Reference
from gcpstack.emulator.dialects import compute as dialect
from gcpstack.emulator.dialects import compute_operations as operations
from gcpstack.emulator.dialects import standard
from gcpstack.emulator.dialects.compute import COMPUTE
from gcpstack.emulator.services.compute.setters import setter

PROXIED = ("EXTERNAL", "EXTERNAL_MANAGED", "INTERNAL_MANAGED", "INTERNAL_SELF_MANAGED")
MOST_KEYS = 3


def _groups(call: Call, body: Body) -> list[Body]:
    """The endpoint groups among the backends."""
    found = []
    for backend in body.get("backends", []):
        obj = call.find(relative(str(backend.get("group", "")), call.project))
        if obj is not None and obj.kind == "networkEndpointGroups":
            found.append(obj.body)
    return found


def _validate(call: Call, body: Body, _old: Body | None) -> None:
    groups = [str(backend.get("group", "")) for backend in body.get("backends", [])]
    if len(groups) != len(set(groups)):
        raise invalid(
            "Invalid value for field 'resource.backends': ''. Duplicate instance groups in backend service."
        )
    serverless = [g for g in _groups(call, body) if g["networkEndpointType"] == "SERVERLESS"]
    if serverless:
        _check_serverless(body, serverless, len(groups))
    cdn = body.get("cdnPolicy", {})
    if cdn.get("cacheMode") == "USE_ORIGIN_HEADERS":
        for field in ("clientTtl", "defaultTtl", "maxTtl"):
            if field in cdn:
                text = f"Invalid value for field 'resource.cdnPolicy.{field}': '{cdn[field]}'. It must not be set when cacheMode is USE_ORIGIN_HEADERS."
                raise invalid(text)
    if body.get("enableCDN") and body.get("iap", {}).get("enabled"):
        raise invalid(
            "Invalid value for field 'resource.iap': ''. IAP and Cloud CDN cannot be enabled on the same backend service."
        )


def _check_serverless(body: Body, groups: list[Body], backends: int) -> None:
    """Hold the limits of https://cloud.google.com/load-balancing/docs/negs/serverless-neg-concepts."""
    tail = "is not supported for a backend service with Serverless network endpoint groups."
    if body.get("healthChecks"):
        raise invalid(f"Invalid value for field 'resource.healthChecks': ''. Health check {tail}")
    if body["timeoutSec"] != 30:  # noqa: PLR2004 # the default is let through
        raise invalid(
            f"Invalid value for field 'resource.timeoutSec': '{body['timeoutSec']}'. Timeout sec {tail}"
        )
    if body.get("portName", "http") not in ("", "http"):
        raise invalid(
            f"Invalid value for field 'resource.portName': '{body['portName']}'. Port name {tail}"
        )
    regions = [group.get("region") for group in groups]
    if len(regions) != len(set(regions)):
        raise invalid(
            "Invalid value for field 'resource.backends': ''. Only one serverless network endpoint group per region can be attached to a backend service."
        )
    if len(groups) != backends:
        raise invalid(
            "Invalid value for field 'resource.backends': ''. Serverless network endpoint groups can't be mixed with other backends."
        )


def _tidy(_call: Call, body: Body) -> None:
    for field in ("backends", "healthChecks"):
        if not body.get(field, True):
            body.pop(field)
    if body.get("loadBalancingScheme") in ("EXTERNAL", "EXTERNAL_MANAGED"):
        body["backends"] = [
            {"balancingMode": "UTILIZATION", "capacityScaler": 1, **backend}
            for backend in body.get("backends", [])
        ]
        if not body["backends"]:
            body.pop("backends")
    if "iap" in body:
        iap = {"enabled": False, "oauth2ClientId": "", **body["iap"]}
        secret = iap.pop("oauth2ClientSecret", "")
        if secret or "oauth2ClientSecretSha256" not in iap:
            iap["oauth2ClientSecretSha256"] = hashlib.sha256(secret.encode()).hexdigest()
        body["iap"] = iap


def _add_key(call: Call) -> Body:
    """``addSignedUrlKey``: at most three keys, told by name only."""
    kind, obj = standard.need_kind(call), dialect.ready(call)
    names = [*obj.body.get("cdnPolicy", {}).get("signedUrlKeyNames", [])]
    name = str(call.body.get("keyName", ""))
    if name in names or len(names) >= MOST_KEYS:
        raise ApiError(
            400, f"Invalid value for field 'resource.keyName': '{name}'.", reason="invalid"
        )
    return _keys(call, kind, obj.name, [*names, name], "addSignedUrlKey")


def _delete_key(call: Call) -> Body:
    """``deleteSignedUrlKey``."""
    kind, obj = standard.need_kind(call), dialect.ready(call)
    gone = str(call.query.get("keyName", ""))
    names = [n for n in obj.body.get("cdnPolicy", {}).get("signedUrlKeyNames", []) if n != gone]
    return _keys(call, kind, obj.name, names, "deleteSignedUrlKey")


def _keys(call: Call, kind: Kind, name: str, names: list[str], verb: str) -> Body:
    obj = call.need(name)
    cdn = {**obj.body.get("cdnPolicy", {}), "signedUrlKeyNames": names}
    if not names:
        cdn.pop("signedUrlKeyNames")
    return operations.start(
        call, verb, dialect.change(call, kind, obj, {**obj.body, "cdnPolicy": cdn})
    )


def _health(call: Call) -> Body:
    """``getHealth``: serverless groups tell none."""
    dialect.target(call)
    return {"kind": "compute#backendServiceGroupHealth"}


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
        "timeoutSec": 30,
    },
    refs=(
        Reference(path="backends[].group", to=("networkEndpointGroups", "instanceGroups")),
        Reference(path="healthChecks[]", to=("healthChecks",)),
        Reference(path="securityPolicy", to=("securityPolicies",)),
        Reference(path="edgeSecurityPolicy", to=("securityPolicies",)),
        Reference(path="network", to=("networks",)),
    ),
    validate=_validate,
    on_create=_tidy,
    on_update=lambda call, body, _old: _tidy(call, body),
    methods={
        "setSecurityPolicy": setter("securityPolicy", "setSecurityPolicy"),
        "setEdgeSecurityPolicy": setter("edgeSecurityPolicy", "setEdgeSecurityPolicy", sent_as="securityPolicy"),
        "addSignedUrlKey": _add_key,
        "deleteSignedUrlKey": _delete_key,
        "getHealth": _health,
    },
)  # fmt: skip

BACKEND_BUCKETS = Kind(
    name="backendBuckets",
    resources=("backendBuckets",),
    schema="BackendBucket",
    dialect=COMPUTE,
    required=("bucketName",),
    output_only=("edgeSecurityPolicy", "usedBy"),
    defaults={"description": ""},
    refs=(Reference(path="edgeSecurityPolicy", to=("securityPolicies",)),),
    methods={
        "setEdgeSecurityPolicy": setter("edgeSecurityPolicy", "setEdgeSecurityPolicy", sent_as="securityPolicy"),
        "addSignedUrlKey": _add_key,
        "deleteSignedUrlKey": _delete_key,
    },
)  # fmt: skip
