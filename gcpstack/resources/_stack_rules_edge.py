"""What names, certificates and identities of one stack demand of each other.

`gcpstack.resources._stack_rules` asks these rules with all others.
"""

import dataclasses
from collections.abc import Iterator, Mapping

from gcpstack._core.json import get
from gcpstack._core.refs import Address, Link, OutputOf, placeholders
from gcpstack._core.resource import Declared
from gcpstack.exceptions import Problem
from gcpstack.resources._stackwide import Stack, of


def edge(stack: Stack) -> Iterator[Problem]:
    """Find everything that Google would refuse, or that would silently not work."""
    for rule in (_records_in_zones, _lonely_aliases, _empty_maps):
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


# --- certificates --------------------------------------------------------------------------------


def certificates_first(stack: dict[Address, Declared]) -> None:
    """Put certificates before the traffic that they serve.

    A certificate comes after the records that prove its domains; where the stack declares these, it
    is active before anything uses it. A proxy comes after the entries of its map.
    https://cloud.google.com/certificate-manager/docs/deploy-google-managed-dns-auth
    """
    proofs = _proofs(stack)
    for item in list(of(stack, "certificatemanager.Certificate")):
        links = get(item.body, ("managed", "dnsAuthorizations"))
        listed = links if isinstance(links, list) else []
        wanted = [one.to if isinstance(one, Link) else None for one in listed]
        records = {record for one in wanted if one for record in proofs.get(one, ())}
        proved = bool(wanted) and all(one is not None and one in proofs for one in wanted)
        stack[item.address] = dataclasses.replace(
            item, depends_on=item.depends_on | records, waited_for=proved
        )
    entries = _entries(stack)
    for item in list(of(stack, "compute.TargetHttpsProxy")):
        more = {entry for one in _maps(item) for entry in entries.get(one, ())}
        stack[item.address] = dataclasses.replace(item, depends_on=item.depends_on | more)


def _proofs(stack: Stack) -> Mapping[Address, set[Address]]:
    """Return the record sets of each authorization."""
    found: dict[Address, set[Address]] = {}
    for record in of(stack, "dns.RecordSet"):
        for output in placeholders(record.body):
            if isinstance(output, OutputOf):
                found.setdefault(output.of, set()).add(record.address)
    return found


def _entries(stack: Stack) -> Mapping[Address, set[Address]]:
    """Return the entries of each certificate map."""
    found: dict[Address, set[Address]] = {}
    for entry in of(stack, "certificatemanager.CertificateMapEntry"):
        at = Address("certificatemanager.CertificateMap", entry.ids["certificate_map"])
        found.setdefault(at, set()).add(entry.address)
    return found


def _maps(proxy: Declared) -> Iterator[Address]:
    for link in placeholders(proxy.body.get("certificateMap")):
        if isinstance(link, Link):
            yield link.to


def _empty_maps(stack: Stack) -> Iterator[Problem]:
    """A map without entries shows no certificate: https://cloud.google.com/certificate-manager/docs/maps."""
    entries = _entries(stack)
    for proxy in of(stack, "compute.TargetHttpsProxy"):
        for one in _maps(proxy):
            if one in stack and one not in entries:
                yield Problem(
                    f"{proxy.address}: certificate_map",
                    f"the map {stack[one].ids['name']} has no entry: no certificate would be shown.",
                    "Declare a CertificateMapEntry in it.",
                )
