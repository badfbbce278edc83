"""What a forwarding rule may say (https://cloud.google.com/load-balancing/docs/forwarding-rule-concepts)."""

import re

from gcpstack.emulator.core.call import Call
from gcpstack.emulator.core.links import relative
from gcpstack.emulator.core.model import Body
from gcpstack.emulator.core.recorded import plain
from gcpstack.emulator.core.store import Obj
from gcpstack.emulator.services.compute import url_map_rules
from gcpstack.emulator.services.compute.words import missing, wrong

BUNDLES = ("all-apis", "vpc-sc")
PROXIES = ("targetHttpProxies", "targetHttpsProxies", "targetSslProxies", "targetTcpProxies", "targetGrpcProxies")  # fmt: skip
# https://cloud.google.com/vpc/docs/configure-private-service-connect-apis
ENDPOINT = re.compile(r"[a-z][a-z0-9]{0,19}")
LAST_PORT = 65535
CONFLICT = "Specified IP address is in-use and would result in a conflict."


def google_apis(body: Body) -> bool:
    """Whether a rule is an endpoint for Google's APIs or a published service, which balances no load."""
    target = str(body.get("target", ""))
    return target in BUNDLES or "/serviceAttachments/" in target


def ports(body: Body) -> tuple[int, int]:
    """The first and the last port of a rule; all of them where it names none."""
    text = str(body.get("portRange") or "")
    if not text:
        listed = sorted(int(port) for port in body.get("ports", []))
        return (listed[0], listed[-1]) if listed else (1, LAST_PORT)
    low, dash, high = text.partition("-")
    numbers = (low, high if dash else low)
    if not all(number.isdigit() for number in numbers):
        raise wrong("portRange", text, "Port range must be a port or a range of ports.")
    first, last = int(numbers[0]), int(numbers[1])
    if not 1 <= first <= last <= LAST_PORT:
        raise wrong("portRange", text, f"Ports must be between 1 and {LAST_PORT}.")
    return first, last


def collection(link: object) -> str:
    """The collection that a link is of: ``targetHttpsProxies``."""
    return relative(str(link or "")).split("/")[-2:][0]


def validate(call: Call, body: Body, old: Body | None) -> None:
    """Refuse a rule that Google would refuse."""
    target, service = body.get("target"), body.get("backendService")
    if bool(target) == bool(service):
        hint = "Exactly one of target and backendService must be specified."
        raise wrong("target", target or "", hint)
    if old is not None and target and collection(target) != collection(old.get("target")):
        hint = "The new target must be of the same type as the old one."
        raise wrong("target", target, hint)
    if call.location == "global" and body["networkTier"] != "PREMIUM":
        hint = "Global forwarding rules are only supported in the PREMIUM network tier."
        raise wrong("networkTier", body["networkTier"], hint)
    if target in BUNDLES and not body.get("network"):
        raise missing("network")
    if target in BUNDLES and not ENDPOINT.fullmatch(plain(str(body["name"]))):
        hint = f"Must be a match of regex '{ENDPOINT.pattern}'"
        raise wrong("name", body["name"], hint)
    _check_ports(body)
    _check_scheme(call, body)
    if old is None:
        _check_conflict(call, body)


def _check_ports(body: Body) -> None:
    first, last = ports(body)
    given = [name for name in ("portRange", "ports", "allPorts") if body.get(name)]
    if len(given) > 1:
        raise wrong(given[1], hint=f"{given[1]} cannot be specified with {given[0]}.")
    if collection(body.get("target")) not in PROXIES:
        return
    if not given:
        raise missing("portRange")
    if first != last:
        hint = "Exactly one port must be specified for a target proxy."
        raise wrong("portRange", body.get("portRange", ""), hint)
    if body["IPProtocol"] != "TCP":
        hint = "The target supports only the protocol TCP."
        raise wrong("IPProtocol", body["IPProtocol"], hint)


def _check_scheme(call: Call, body: Body) -> None:
    """Rule and backend services are made for the same kind of load balancer."""
    scheme = body.get("loadBalancingScheme")
    if google_apis(body):
        return
    for found in _schemes(call, body):
        if found != scheme:
            hint = (
                f"Load balancing scheme {scheme} does not match the backend service "
                f"load balancing scheme {found}."
            )
            raise wrong("backendService", hint=hint)


def _schemes(call: Call, body: Body) -> list[str]:
    """The schemes of all backend services behind a rule."""
    direct = _find(call, body.get("backendService"))
    if direct is not None:
        return [str(direct.body["loadBalancingScheme"])]
    proxy = _find(call, body.get("target"))
    if proxy is None:
        return []
    service = _find(call, proxy.body.get("service"))
    if service is not None:
        return [str(service.body["loadBalancingScheme"])]
    url_map = _find(call, proxy.body.get("urlMap"))
    found = url_map_rules.services(call, url_map.body) if url_map else ()
    return [scheme for _, _, scheme in found]


def _find(call: Call, link: object) -> Obj | None:
    return call.find(call.world.canonical(relative(str(link), call.project))) if link else None


def _check_conflict(call: Call, body: Body) -> None:
    """Two rules may not share address, protocol and a port."""
    first, last = ports(body)
    for other in call.world.state.page("compute", call.path):
        low, high = ports(other.body)
        same = all(other.body.get(name) == body.get(name) for name in ("IPAddress", "IPProtocol"))
        apart = other.body.get("sourceIpRanges") != body.get("sourceIpRanges")
        if same and not apart and first <= high and low <= last:
            raise wrong("IPAddress", body["IPAddress"], CONFLICT)
