"""Subnetworks (https://cloud.google.com/compute/docs/reference/rest/v1/subnetworks).

A range only grows, by a method of its own; Google access has one, too. Everything else that can change does so by
``patch`` under the fingerprint.
"""

import ipaddress
from collections.abc import Iterator

from gcpstack.emulator.core.call import Call
from gcpstack.emulator.core.links import relative
from gcpstack.emulator.core.model import Body, Kind, Reference
from gcpstack.emulator.core.store import Obj
from gcpstack.emulator.dialects import compute as dialect
from gcpstack.emulator.dialects import compute_lists as lists
from gcpstack.emulator.dialects.compute import COMPUTE
from gcpstack.emulator.services.compute import given, ranges
from gcpstack.emulator.services.compute.setters import mutate, setter
from gcpstack.emulator.services.compute.words import missing, wrong, wrong_parameter

PROXY_ONLY = ("REGIONAL_MANAGED_PROXY", "GLOBAL_MANAGED_PROXY", "INTERNAL_HTTPS_LOAD_BALANCER")
BECOMES = {
    ("INTERNAL_HTTPS_LOAD_BALANCER", "REGIONAL_MANAGED_PROXY"),
    ("PEER_MIGRATION", "PRIVATE"),
}
OF_LOGS = ("aggregationInterval", "filterExpr", "flowSampling", "metadata", "metadataFields")
LONGEST_PREFIX = 29
IN_BLOCK = "Extended subnetworks in auto subnet mode networks cannot overlap with 10.128.0.0/9."
USABLE = (
    "ipCidrRange", "purpose", "role", "secondaryIpRanges", "stackType", "ipv6AccessType",
    "internalIpv6Prefix", "externalIpv6Prefix",
)  # fmt: skip
FLOW_LOGS: Body = {
    "aggregationInterval": "INTERVAL_5_SEC",
    "flowSampling": 0.5,
    "metadata": "EXCLUDE_ALL_METADATA",
}


def _network(call: Call, body: Body) -> Obj | None:
    return call.find(call.world.canonical(relative(str(body["network"]), call.project)))


def _validate(call: Call, body: Body, old: Body | None) -> None:
    if not body.get("ipCidrRange") and not _without_range(body):
        raise missing("ipCidrRange")
    _check_role(body)
    _check_logs(body)
    _check_ipv6(call, body)
    if old is not None:
        _check_change(body, old)
    _check_names(body)
    network = _network(call, body)
    others = ranges.subnetworks_of(call.world, network.name) if network else []
    own = f"{call.project}/{call.location}/{body['name']}"
    others = [one for one in others if own != _place(one)]
    if network is not None and old is None and network.body.get("autoCreateSubnetworks"):
        _refuse_automatic(body)
    seen: list[tuple[str, ranges.Range]] = []
    for field, text in ranges.of_subnetwork(body):
        span = ranges.read(field, text)
        if span.prefixlen > LONGEST_PREFIX and span.version == 4:  # noqa: PLR2004
            raise wrong(field, text, f"The prefix length must be at most {LONGEST_PREFIX}.")
        if any(ranges.overlapping(span, earlier) for _, earlier in seen):
            raise _conflict(field, text, str(body["name"]), call.location)
        for one, taken in _taken(others):
            if ranges.overlapping(span, taken):
                region = one.body["region"].rsplit("/", 1)[-1]
                raise _conflict(field, text, one.id, region)
        seen.append((field, span))


def _place(obj: Obj) -> str:
    parts = obj.name.split("/")
    return f"{parts[1]}/{parts[3]}/{parts[5]}"


def _without_range(body: Body) -> bool:
    return bool(body.get("stackType") == "IPV6_ONLY" or body.get("reservedInternalRange"))


def _taken(others: list[Obj]) -> Iterator[tuple[Obj, ranges.Range]]:
    for one in others:
        for field, text in ranges.of_subnetwork(one.body):
            yield one, ranges.read(field, text)


def _conflict(field: str, text: str, other: str, region: str) -> Exception:
    hint = f"Invalid IPCidrRange: {text} conflicts with existing subnetwork '{other}' in region '{region}'."
    return wrong(field, text, hint)


def _refuse_automatic(body: Body) -> None:
    """The block of the automatic subnetworks is not a client's."""
    for field, text in ranges.of_subnetwork(body):
        if ranges.overlapping(ranges.read(field, text), ranges.AUTOMATIC):
            raise wrong(field, text, IN_BLOCK)


def _check_role(body: Body) -> None:
    """A role belongs to the subnetworks of proxies, which have nothing else."""
    proxies = body["purpose"] in PROXY_ONLY
    if proxies and not body.get("role"):
        raise missing("role")
    if not proxies and body.get("role"):
        hint = f"The role cannot be set for a subnetwork with purpose {body['purpose']}."
        raise wrong("role", body["role"], hint)
    logs = body.get("logConfig", {}).get("enable") or body.get("enableFlowLogs")
    if proxies and logs:
        hint = f"Flow logs are not supported for a subnetwork with purpose {body['purpose']}."
        raise wrong("enableFlowLogs", "true", hint)


def _check_logs(body: Body) -> None:
    """What is said of flow logs is said where there are some."""
    logs = body.get("logConfig", {})
    for field in OF_LOGS if not (logs.get("enable") or body.get("enableFlowLogs")) else ():
        if field in logs:
            hint = "It can only be specified if VPC flow logging is enabled."
            raise wrong(f"logConfig.{field}", "", hint)


def _check_change(body: Body, old: Body) -> None:
    """Hold what a patch may change of a subnetwork's kind, IPv6 and role."""
    for field, allowed in (("purpose", BECOMES), ("ipv6AccessType", ()), ("stackType", ())):
        before, after = old.get(field), body.get(field)
        if field == "stackType" and "IPV6_ONLY" not in (before, after):
            continue
        if before and after and before != after and (before, after) not in allowed:
            raise wrong(field, after, f"It cannot be changed from {before} to {after}.")
    if (old.get("role"), body.get("role")) == ("ACTIVE", "BACKUP"):
        raise wrong("role", "BACKUP", "The role can only be changed from BACKUP to ACTIVE.")


def _check_ipv6(call: Call, body: Body) -> None:
    dual = body["stackType"] in ("IPV4_IPV6", "IPV6_ONLY")
    if dual and not body.get("ipv6AccessType"):
        raise missing("ipv6AccessType")
    if not dual and body.get("ipv6AccessType"):
        hint = "It can only be set when the stack type is IPV4_IPV6 or IPV6_ONLY."
        raise wrong("ipv6AccessType", body["ipv6AccessType"], hint)
    network = _network(call, body)
    inside = body.get("ipv6AccessType") == "INTERNAL"
    if inside and network is not None and not network.body.get("enableUlaInternalIpv6"):
        hint = "The network must have ULA internal IPv6 enabled."
        raise wrong("ipv6AccessType", "INTERNAL", hint)


def _check_names(body: Body) -> None:
    names = [one.get("rangeName") for one in body.get("secondaryIpRanges", [])]
    for index, name in enumerate(names):
        if not name:
            raise missing(f"secondaryIpRanges[{index}].rangeName")
        if name in names[:index]:
            hint = "Range names must be unique within the subnetwork."
            raise wrong(f"secondaryIpRanges[{index}].rangeName", name, hint)


def _complete(call: Call, body: Body) -> None:
    if body.get("ipCidrRange"):
        body["gatewayAddress"] = given.gateway(body["ipCidrRange"])
    body["state"] = "READY"
    logs = body.get("logConfig", {})
    if body.get("enableFlowLogs") and "logConfig" not in body:
        logs = {"enable": True}
    if logs.get("enable"):
        body["logConfig"] = {**FLOW_LOGS, **logs}
    elif logs:
        body["logConfig"] = {"enable": False}
    if logs.get("enable") or "enableFlowLogs" in body:
        body["enableFlowLogs"] = bool(logs.get("enable"))
    _give_prefix(call, body)


def _give_prefix(call: Call, body: Body) -> None:
    """The IPv6 ranges that Google chooses."""
    access = body.get("ipv6AccessType")
    field = {"INTERNAL": "internalIpv6Prefix", "EXTERNAL": "externalIpv6Prefix"}.get(access or "")
    if not field:
        return
    if field not in body:
        head = "fd20:0" if access == "INTERNAL" else "2600:1900"
        digits = call.world.ids.hex(6)
        body[field] = str(ipaddress.ip_network(f"{head}:{digits[:3]}:{digits[3:]}::/64"))
    body["ipv6CidrRange"] = body[field]


def _insert(call: Call) -> Body:
    """``insert``, with the route to the new subnetwork."""
    told = dialect.insert(call)
    name = f"{call.path}/{call.body['name']}"
    obj = call.find(name)
    if obj is not None and obj.body.get("ipCidrRange"):
        network = relative(obj.body["network"])
        given.local_route(call.world, name, network, obj.body["ipCidrRange"])
    return told


def _expand(call: Call) -> Body:
    """``expandIpCidrRange``: to a range that holds the old one."""
    text = call.body.get("ipCidrRange", "")
    obj = dialect.target(call)
    problem = ranges.unreadable("ipCidrRange", text)
    if problem:
        raise wrong_parameter("ipCidrRange", text, "Must be a CIDR address range.")
    new, old = ranges.read("ipCidrRange", text), ranges.read("", obj.body["ipCidrRange"])
    grows = new.version == old.version and new.prefixlen < old.prefixlen
    if not grows or not ranges.overlapping(new, old):
        hint = f"The new range must be broader than the existing range {old} and hold it."
        raise wrong_parameter("ipCidrRange", text, hint)
    told = mutate(
        call, "expandIpCidrRange", lambda one: {**one.body, "ipCidrRange": text}, "ipCidrRange"
    )
    given.local_route(call.world, obj.name, relative(obj.body["network"]), text)
    return told


def _usable(call: Call) -> Body:
    """``listUsable``: every subnetwork of the project; the local caller may use all."""
    root = f"projects/{call.project}/regions/"
    found = call.world.state.collections(call.service.name, root)
    page = lists.page(call, SUBNETWORKS, [name for name in found if name.endswith("/subnetworks")])
    items = [
        {
            "subnetwork": obj.body["selfLink"],
            "network": obj.body["network"],
            **{field: obj.body[field] for field in USABLE if field in obj.body},
        }
        for obj in page.items
    ]
    return lists.frame(call, page) | ({"items": items} if items else {})


SUBNETWORKS = Kind(
    name="subnetworks",
    resources=("subnetworks",),
    schema="Subnetwork",
    dialect=COMPUTE,
    fingerprint="fingerprint",
    check_fingerprint=True,
    required=("network",),
    immutable=(
        "description", "ipCidrRange", "network", "privateIpGoogleAccess", "reservedInternalRange",
        "internalIpv6Prefix", "externalIpv6Prefix",
    ),
    output_only=("gatewayAddress", "ipv6CidrRange", "state", "utilizationDetails"),
    defaults=given.SUBNETWORK,
    refs=(Reference(path="network", to=("networks",)),),
    validate=_validate,
    on_create=_complete,
    on_update=lambda call, body, _old: _complete(call, body),
    on_delete=lambda call, obj: given.drop_local_route(call.world, obj.name),
    methods={
        "insert": _insert,
        "expandIpCidrRange": _expand,
        "setPrivateIpGoogleAccess": setter("privateIpGoogleAccess", "setPrivateIpGoogleAccess"),
        "listUsable": _usable,
    },
)  # fmt: skip
