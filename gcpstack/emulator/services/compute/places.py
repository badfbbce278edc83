"""Google's regions and zones, and the project as Compute sees it.

https://cloud.google.com/compute/docs/reference/rest/v1/regions. They are told, not made: only a few settings of the
project can change.
"""

import hashlib

from gcpstack.emulator.core.call import Call
from gcpstack.emulator.core.clock import rfc3339_offset
from gcpstack.emulator.core.errors import condition_not_met
from gcpstack.emulator.core.filters import matcher
from gcpstack.emulator.core.ids import fingerprint
from gcpstack.emulator.core.links import full
from gcpstack.emulator.core.locations import REGIONS, ZONES
from gcpstack.emulator.core.model import Body, Kind
from gcpstack.emulator.core.recorded import same_version
from gcpstack.emulator.core.store import Obj
from gcpstack.emulator.core.world import World
from gcpstack.emulator.dialects.compute import COMPUTE
from gcpstack.emulator.services.compute import shared_vpc
from gcpstack.emulator.services.compute.setters import mutate, setter

BORN = 1_400_000_000.0  # when Google opened its regions, more or less
PLATFORMS = (
    "Ampere Altra", "Intel Broadwell", "Intel Cascade Lake", "Intel Emerald Rapids", "AMD Genoa",
    "NVIDIA Grace", "Intel Granite Rapids", "Intel Haswell", "Intel Ice Lake", "Intel Ivy Bridge",
    "Google Axion", "AMD Milan", "AMD Rome", "Intel Sandy Bridge", "Intel Sapphire Rapids",
    "Intel Skylake", "AMD Turin",
)  # fmt: skip
# Usual limits by metric (https://cloud.google.com/compute/resource-usage), with the kind that uses them up.
GLOBAL_QUOTAS = {
    "NETWORKS": (15, "networks"),
    "FIREWALLS": (200, "firewalls"),
    "ROUTES": (250, "routes"),
    "STATIC_ADDRESSES": (21, "addresses"),
    "FORWARDING_RULES": (45, "forwardingRules"),
    "TARGET_HTTP_PROXIES": (30, "targetHttpProxies"),
    "TARGET_HTTPS_PROXIES": (30, "targetHttpsProxies"),
    "URL_MAPS": (30, "urlMaps"),
    "BACKEND_SERVICES": (75, "backendServices"),
    "BACKEND_BUCKETS": (30, "backendBuckets"),
    "HEALTH_CHECKS": (150, "healthChecks"),
    "SSL_CERTIFICATES": (30, "sslCertificates"),
    "SECURITY_POLICIES": (10, "securityPolicies"),
    "SUBNETWORKS": (275, ""),
    "ROUTERS": (100, ""),
}
REGION_QUOTAS = {
    "CPUS": (72, ""),
    "STATIC_ADDRESSES": (21, "addresses"),
    "IN_USE_ADDRESSES": (69, ""),
    "NETWORK_ENDPOINT_GROUPS": (100, "networkEndpointGroups"),
    "SECURITY_POLICIES_PER_REGION": (10, "securityPolicies"),
}


def _number(text: str) -> str:
    """The id of a place: always the same."""
    return str(int.from_bytes(hashlib.sha256(text.encode()).digest()[:2], "big") + 1000)


def _quotas(world: World, scope: str, limits: dict[str, tuple[int, str]]) -> list[Body]:
    return [
        {
            "metric": metric,
            "limit": float(limit),
            "usage": float(sum(1 for _ in world.state.page("compute", f"{scope}/{kind}"))),
        }
        for metric, (limit, kind) in limits.items()
    ]


def _place(kind: str, project: str, name: str) -> Body:
    return {
        "kind": f"compute#{kind}",
        "id": _number(f"{kind}/{name}"),
        "creationTimestamp": rfc3339_offset(BORN),
        "name": name,
        "description": name,
        "status": "UP",
        "selfLink": full(f"projects/{project}/{kind}s/{name}"),
        "supportsPzs": False,
    }


def _zone(call: Call, name: str) -> Body:
    return {
        **_place("zone", call.project, name),
        "region": full(f"projects/{call.project}/regions/{ZONES[name]}"),
        "availableCpuPlatforms": list(PLATFORMS),
    }


def _region(call: Call, name: str) -> Body:
    root = f"projects/{call.project}"
    return {
        **_place("region", call.project, name),
        "zones": [full(f"{root}/zones/{zone}") for zone in ZONES if ZONES[zone] == name],
        "quotas": _quotas(call.world, f"{root}/regions/{name}", REGION_QUOTAS),
    }


MAKERS = {"regions": (REGIONS, _region), "zones": (ZONES, _zone)}


def _get(call: Call) -> Body:
    """``regions.get`` and ``zones.get``."""
    names, make = MAKERS[call.method.resource]
    name = call.segments[-1]
    if name not in names:
        raise call.missing(call.name)
    return make(call, name)


def _list(call: Call) -> Body:
    """``regions.list`` and ``zones.list``: Google has fewer than a page holds."""
    resource = call.method.resource
    names, make = MAKERS[resource]
    wanted = matcher(call.query.get("filter", ""))
    items = [body for body in (make(call, name) for name in sorted(names)) if wanted(body)]
    answer: Body = {
        "kind": f"compute#{resource[:-1]}List",
        "id": call.path,
        "selfLink": full(call.path),
    }
    return answer | ({"items": items} if items else {})


def project(world: World, name: str) -> None:
    """The project itself, as it is before anybody changes a setting."""
    number = world.number_of(name)
    body: Body = {
        "kind": "compute#project",
        "id": world.ids.number(),
        "creationTimestamp": rfc3339_offset(world.now()),
        "name": name,
        "commonInstanceMetadata": _metadata({}),
        "selfLink": full(f"projects/{name}"),
        "defaultServiceAccount": f"{number}-compute@developer.gserviceaccount.com",
        "xpnProjectStatus": "UNSPECIFIED_XPN_PROJECT_STATUS",
        "defaultNetworkTier": "PREMIUM",
        "vmDnsSetting": "ZONAL_ONLY",
        "cloudArmorTier": "CA_STANDARD",
    }
    world.state.put(Obj("compute", "projects", f"projects/{name}", body, {"given": True}))


def _view(world: World, obj: Obj, body: Body) -> Body:
    return {**body, "quotas": _quotas(world, f"{obj.name}/global", GLOBAL_QUOTAS)}


def _metadata(sent: Body) -> Body:
    return {"kind": "compute#metadata", "fingerprint": fingerprint(sent.get("items", [])), **sent}


def _set_metadata(call: Call) -> Body:
    """``setCommonInstanceMetadata``, under the fingerprint of what is there."""

    def change(obj: Obj) -> Body:
        shown = call.sent.get("fingerprint")
        if not same_version(shown, obj.body["commonInstanceMetadata"]["fingerprint"]):
            text = "Supplied fingerprint does not match current metadata fingerprint."
            raise condition_not_met(text)
        sent: Body = {key: value for key, value in call.body.items() if key == "items"}
        return {**obj.body, "commonInstanceMetadata": _metadata(sent)}

    return mutate(call, "setMetadata", change)


REGIONS_KIND = Kind(
    name="regions", resources=("regions",), schema="Region", dialect=COMPUTE,
    methods={"get": _get, "list": _list},
)  # fmt: skip
ZONES_KIND = Kind(
    name="zones", resources=("zones",), schema="Zone", dialect=COMPUTE,
    methods={"get": _get, "list": _list},
)  # fmt: skip
PROJECTS = Kind(
    name="projects",
    resources=("projects",),
    schema="Project",
    dialect=COMPUTE,
    view=_view,
    methods={
        "setCommonInstanceMetadata": _set_metadata,
        "setDefaultNetworkTier": setter(
            "defaultNetworkTier", "setDefaultNetworkTier", sent_as="networkTier"
        ),
        "setCloudArmorTier": setter("cloudArmorTier", "setCloudArmorTier"),
        "setUsageExportBucket": lambda call: mutate(
            call, "setUsageExportBucket", lambda obj: {**obj.body, "usageExportLocation": call.body}
        ),
        **shared_vpc.METHODS,
    },
)
