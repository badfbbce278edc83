"""What names, certificates and identities of one stack demand of each other.

`gcpstack.resources._together` asks these rules with all others.
"""

from collections.abc import Iterator, Mapping

from gcpstack._core.refs import Address
from gcpstack._core.resource import Declared
from gcpstack.exceptions import Problem

Stack = Mapping[Address, Declared]


def of(stack: Stack, kind: str) -> Iterator[Declared]:
    """List what is declared of a kind."""
    return (item for item in stack.values() if item.kind.name == kind)


def edge(stack: Stack) -> Iterator[Problem]:
    """Find everything that Google would refuse, or that would silently not work."""
    for rule in (_records_in_zones, _lonely_aliases):
        yield from rule(stack)


# --- names ---------------------------------------------------------------------------------------


def _zones(stack: Stack) -> Mapping[tuple[str, str], Declared]:
    return {(item.ids["project"], item.ids["name"]): item for item in of(stack, "dns.ManagedZone")}


def _records_in_zones(stack: Stack) -> Iterator[Problem]:
    """A record set is within its zone, whose NS and SOA records are Google's.

    https://cloud.google.com/dns/docs/records-overview,
    https://cloud.google.com/dns/docs/zones/forwarding-zones
    """
    zones = _zones(stack)
    for item in of(stack, "dns.RecordSet"):
        zone = zones.get((item.ids["project"], item.ids["zone"]))
        if zone is None:
            continue
        apex, place = str(zone.body["dnsName"]), str(item.address)
        for field, what in (("forwardingConfig", "forwards"), ("peeringConfig", "peers")):
            if zone.body.get(field) is not None:
                yield Problem(place, f"its zone {zone.ids['name']} {what}: it holds no records.")
        if "name" in item.late:
            continue
        name, kind = item.ids["name"], item.ids["type"]
        if name != apex and not name.endswith(f".{apex}"):
            yield Problem(
                place,
                f"{name} is not within {apex}, the domain of its zone.",
                f"Write it as '{name.split('.')[0]}.{apex}', or name another zone.",
            )
        elif name == apex and kind in ("NS", "SOA"):
            yield Problem(place, f"the {kind} records of the zone itself are Google's.")
        elif name == apex and kind == "CNAME":
            yield Problem(
                place,
                "a zone's own name can't be a CNAME.",
                "Use A and AAAA records, or type='ALIAS' in a public zone.",
            )


def _lonely_aliases(stack: Stack) -> Iterator[Problem]:
    """A CNAME stands alone: RFC 1034, section 3.6.2."""
    held: dict[tuple[str, str, str], list[Declared]] = {}
    for item in of(stack, "dns.RecordSet"):
        if "name" not in item.late:
            key = (item.ids["project"], item.ids["zone"], item.ids["name"])
            held.setdefault(key, []).append(item)
    for items in held.values():
        others = [item.ids["type"] for item in items if item.ids["type"] != "CNAME"]
        if others and len(others) < len(items):
            (alias,) = (item for item in items if item.ids["type"] == "CNAME")
            yield Problem(
                str(alias.address),
                f"a CNAME can't stand beside records of other types: {', '.join(sorted(others))}.",
                "Keep one or the other.",
            )
