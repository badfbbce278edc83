"""Cloud NAT: gateways that are parts of a router (https://cloud.google.com/nat/docs/overview)."""

import re
from collections.abc import Iterator

from gcpstack.emulator.core.call import Call
from gcpstack.emulator.core.errors import ApiError
from gcpstack.emulator.core.links import relative
from gcpstack.emulator.core.model import Body
from gcpstack.emulator.core.recorded import plain
from gcpstack.emulator.core.store import Obj
from gcpstack.emulator.core.world import World
from gcpstack.emulator.dialects.compute import NAME
from gcpstack.emulator.services.compute.words import missing, wrong

EVERYTHING = "ALL_SUBNETWORKS_ALL_IP_RANGES"
WHOLE = (EVERYTHING, "ALL_SUBNETWORKS_ALL_PRIMARY_IP_RANGES")
TIME_WAIT = 120  # seconds
LEAST_PORTS = 32
MOST = 50
MOST_RULES = 50


def complete(body: Body) -> None:
    """Fill in what Google tells of each gateway of a router."""
    if "nats" in body:
        body["nats"] = [_completed(nat) for nat in body["nats"]]


def _completed(nat: Body) -> Body:
    public: Body = {"autoNetworkTier": "PREMIUM"} if nat.get("type") != "PRIVATE" else {}
    return {
        **public,
        "endpointTypes": ["ENDPOINT_TYPE_VM"],
        "type": "PUBLIC",
        **nat,
        "effectiveTcpTimeWaitTimeoutSec": nat.get("tcpTimeWaitTimeoutSec", TIME_WAIT),
    }


def check(call: Call, body: Body, old: Body | None) -> None:
    """Hold the gateways of a router against Google's rules.

    Raises:
        ApiError: 400, one of them breaks one.
    """
    nats: list[Body] = body.get("nats", [])
    before = {nat["name"]: nat for nat in (old or {}).get("nats", [])}
    if len(nats) > MOST:
        raise wrong("nats", len(nats), f"A router can have at most {MOST} NAT gateways.")
    for index, nat in enumerate(nats):
        field = f"nats[{index}]"
        _check_name(field, nat, nats[:index])
        _check_addresses(field, nat)
        _check_ports(field, nat)
        _check_sources(field, nat)
        _check_rules(field, nat)
        _check_change(field, nat, before.get(nat["name"]))
    _check_together(call, body)


def _check_name(field: str, nat: Body, earlier: list[Body]) -> None:
    name = nat.get("name", "")
    if not re.fullmatch(NAME, plain(name)):
        raise wrong(f"{field}.name", name, f"Must be a match of regex '{NAME}'")
    if any(one["name"] == name for one in earlier):
        raise wrong(f"{field}.name", name, "NAT names must be unique within the router.")


def _check_addresses(field: str, nat: Body) -> None:
    option, addresses = nat.get("natIpAllocateOption"), nat.get("natIps", [])
    if nat.get("type") == "PRIVATE":
        if option or addresses:
            hint = "It cannot be set for a NAT of type PRIVATE."
            raise wrong(f"{field}.natIpAllocateOption", option or "", hint)
        return
    if not option:
        raise missing(f"{field}.natIpAllocateOption")
    if option == "MANUAL_ONLY" and not addresses:
        hint = "NAT IPs must be specified when the option is MANUAL_ONLY."
        raise wrong(f"{field}.natIps", hint=hint)
    if option == "AUTO_ONLY" and (addresses or nat.get("drainNatIps")):
        hint = "NAT IPs cannot be specified when the option is AUTO_ONLY."
        raise wrong(f"{field}.natIps", (addresses or nat["drainNatIps"])[0], hint)


def _power_of_two(number: int) -> bool:
    return number >= LEAST_PORTS and number & (number - 1) == 0


def _check_ports(field: str, nat: Body) -> None:
    """https://cloud.google.com/nat/docs/ports-and-addresses."""
    dynamic, least = nat.get("enableDynamicPortAllocation"), nat.get("minPortsPerVm")
    if dynamic and nat.get("enableEndpointIndependentMapping"):
        hint = (
            "Endpoint-independent mapping cannot be enabled together with dynamic port allocation."
        )
        raise wrong(f"{field}.enableEndpointIndependentMapping", "true", hint)
    if dynamic and least is not None and not _power_of_two(least):
        hint = f"Must be a power of two greater than or equal to {LEAST_PORTS}."
        raise wrong(f"{field}.minPortsPerVm", least, hint)
    most = nat.get("maxPortsPerVm")
    if dynamic and most and (not _power_of_two(most) or most <= (least or LEAST_PORTS)):
        hint = "Must be a power of two greater than minPortsPerVm."
        raise wrong(f"{field}.maxPortsPerVm", most, hint)


def _check_sources(field: str, nat: Body) -> None:
    """Which subnetworks go out by a gateway."""
    option, listed = nat.get("sourceSubnetworkIpRangesToNat"), nat.get("subnetworks", [])
    if not option and not nat.get("sourceSubnetworkIpRangesToNat64"):
        raise missing(f"{field}.sourceSubnetworkIpRangesToNat")
    if option == "LIST_OF_SUBNETWORKS" and not listed:
        hint = "Subnetworks must be specified when the option is LIST_OF_SUBNETWORKS."
        raise wrong(f"{field}.subnetworks", hint=hint)
    if option in WHOLE and listed:
        hint = f"Subnetworks cannot be specified when the option is {option}."
        raise wrong(f"{field}.subnetworks", listed[0].get("name", ""), hint)
    for index, one in enumerate(listed):
        at = f"{field}.subnetworks[{index}]"
        if not one.get("name"):
            raise missing(f"{at}.name")
        if not one.get("sourceIpRangesToNat"):
            raise missing(f"{at}.sourceIpRangesToNat")
        named = "LIST_OF_SECONDARY_IP_RANGES" in one["sourceIpRangesToNat"]
        if named != bool(one.get("secondaryIpRangeNames")):
            hint = "They are named exactly when the option is LIST_OF_SECONDARY_IP_RANGES."
            raise wrong(f"{at}.secondaryIpRangeNames", hint=hint)


def _check_rules(field: str, nat: Body) -> None:
    """https://cloud.google.com/nat/docs/nat-rules-overview."""
    rules = nat.get("rules", [])
    numbers = [rule.get("ruleNumber") for rule in rules]
    if len(rules) > MOST_RULES:
        raise wrong(f"{field}.rules", len(rules), f"A NAT can have at most {MOST_RULES} rules.")
    for index, rule in enumerate(rules):
        at = f"{field}.rules[{index}]"
        if not rule.get("match"):
            raise missing(f"{at}.match")
        if numbers[index] is None:
            raise missing(f"{at}.ruleNumber")
        if numbers[index] in numbers[:index]:
            raise wrong(f"{at}.ruleNumber", numbers[index], "Rule numbers must be unique.")


def _check_change(field: str, nat: Body, old: Body | None) -> None:
    if old is not None and nat.get("type", "PUBLIC") != old["type"]:
        raise wrong(f"{field}.type", nat.get("type", "PUBLIC"), "Field is immutable.")
    held = {*(old or {}).get("natIps", ()), *(old or {}).get("drainNatIps", ())}
    for index, link in enumerate(nat.get("drainNatIps", [])):
        if link not in held:
            hint = "Only NAT IPs that are assigned to the NAT can be drained."
            raise wrong(f"{field}.drainNatIps[{index}]", link, hint)


def _neighbours(call: Call, body: Body) -> Iterator[Body]:
    """The gateways of the other routers of the network in the region."""
    collection = f"projects/{call.project}/regions/{call.location}/routers"
    for router in call.world.state.page("compute", collection):
        if router.id != body["name"] and router.body.get("network") == body.get("network"):
            yield from router.body.get("nats", [])


def _check_together(call: Call, body: Body) -> None:
    """A subnetwork goes out by one gateway of a type."""
    earlier = list(_neighbours(call, body))
    for index, nat in enumerate(body.get("nats", [])):
        alike = [one for one in earlier if one.get("type", "PUBLIC") == nat.get("type", "PUBLIC")]
        _refuse_second(f"nats[{index}]", nat, alike)
        earlier.append(nat)


def _refuse_second(field: str, nat: Body, others: list[Body]) -> None:
    option = nat.get("sourceSubnetworkIpRangesToNat")
    everything = [one for one in others if one.get("sourceSubnetworkIpRangesToNat") in WHOLE]
    if everything or (others and option in WHOLE):
        taken = everything[0]["sourceSubnetworkIpRangesToNat"] if everything else option
        hint = f"Can not create new Nats since a Nat with option {taken} exists."
        if not everything:
            hint = f"Can not create a Nat with option {option} since other Nats exist."
        raise wrong(f"{field}.sourceSubnetworkIpRangesToNat", option, hint)
    for index, one in enumerate(nat.get("subnetworks", [])):
        if any(_whole(mine, one) for other in others for mine in other.get("subnetworks", [])):
            hint = (
                "The subnetwork is already configured with ALL_IP_RANGES for Nat which conflicts with the "
                "specified IpRangeToNatOption options in this Nat."
            )
            raise wrong(f"{field}.subnetworks[{index}].sourceIpRangesToNat", hint=hint)


def _whole(taken: Body, wanted: Body) -> bool:
    same = relative(taken["name"]) == relative(wanted["name"])
    return same and "ALL_IP_RANGES" in (
        *taken["sourceIpRangesToNat"],
        *wanted["sourceIpRangesToNat"],
    )


def addresses(world: World, links: list[str]) -> list[str]:
    """The addresses behind the links to them."""
    found = [world.find("compute", relative(link)) for link in links]
    return [str(obj.body.get("address", "")) for obj in found if obj is not None]


def _automatic(world: World, router: Obj, nat: Body) -> list[str]:
    """The address that Google took for a gateway: one, until more machines need more."""
    key = f"{router.name}/{nat['name']}"
    held = world.state.record("compute.nat", key)
    if held is None:
        held = world.ids.address()
        world.state.set_record("compute.nat", key, held)
    return [str(held)]


def status(world: World, router: Obj) -> list[Body]:
    """The gateways as ``getRouterStatus`` tells them."""
    out: list[Body] = []
    for nat in router.body.get("nats", []):
        told: Body = {"name": nat["name"], "numVmEndpointsWithNatMappings": 0}
        if nat.get("natIpAllocateOption") == "AUTO_ONLY":
            told["autoAllocatedNatIps"] = _automatic(world, router, nat)
        elif nat.get("natIps"):
            told |= {
                "userAllocatedNatIps": addresses(world, nat["natIps"]),
                "userAllocatedNatIpResources": nat["natIps"],
                "minExtraNatIpsNeeded": 0,
            }
        if nat.get("drainNatIps"):
            told["drainUserAllocatedNatIps"] = addresses(world, nat["drainNatIps"])
        out.append(told)
    return out


def ip_info(world: World, router: Obj, name: str) -> list[Body]:
    """The addresses of the gateways as ``getNatIpInfo`` tells them.

    Raises:
        ApiError: 404, the router has no gateway of that name.
    """
    told = [one for one in status(world, router) if name in ("", one["name"])]
    if name and not told:
        text = f"The resource '{router.name}/nats/{name}' was not found"
        raise ApiError(404, text, reason="notFound")
    modes = {"autoAllocatedNatIps": "AUTO", "userAllocatedNatIps": "MANUAL"}
    return [
        {
            "natName": one["name"],
            "natIpInfoMappings": [
                {"natIp": address, "mode": mode, "usage": "UNUSED"}
                for field, mode in modes.items()
                for address in one.get(field, [])
            ],
        }
        for one in told
    ]
