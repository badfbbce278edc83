"""Record sets: their rules, and the methods on one of them.

https://cloud.google.com/dns/docs/records-overview tells the types and the form of their data.
"""

import ipaddress
import re
from collections.abc import Callable, Iterator
from itertools import islice
from typing import Any

from gcpstack.emulator.core.call import Call
from gcpstack.emulator.core.errors import ApiError, already_exists, invalid, not_found
from gcpstack.emulator.core.model import Body, Kind
from gcpstack.emulator.core.paging import place, token
from gcpstack.emulator.core.store import Obj
from gcpstack.emulator.core.world import World
from gcpstack.emulator.services.dns import common

MOST_RECORDS = 100
LONGEST_STRING = 255
LABEL = r"(?:[a-zA-Z0-9_](?:[-a-zA-Z0-9_]{0,61}[a-zA-Z0-9_])?)"
FQDN = re.compile(rf"(?:\*\.)?(?:{LABEL}\.)+")
QUOTED = re.compile(r'"((?:[^"\\]|\\.)*)"|(\S+)')
TYPES = (
    "A", "AAAA", "ALIAS", "CAA", "CNAME", "DNSKEY", "DS", "HTTPS", "IPSECKEY", "MX", "NAPTR", "NS",
    "PTR", "SOA", "SPF", "SRV", "SSHFP", "SVCB", "TLSA", "TXT",
)  # fmt: skip


def is_name(text: str) -> bool:
    """Whether a text is a full DNS name, with the dot at its end."""
    return text == "." or FQDN.fullmatch(text.replace("${", "").replace("}", "")) is not None


def key(zone: str, name: str, kind: str) -> str:
    """Where a record set is kept."""
    return f"{zone}/rrsets/{name}/{kind}"


def store(world: World, zone: str, body: Body) -> Obj:
    """Keep a record set."""
    name = key(zone, body["name"], body["type"])
    told = {"kind": "dns#resourceRecordSet", **body}
    return world.state.put(Obj(common.SERVICE, RECORD_SETS.name, name, told))


def is_apex(zone: Obj, body: Body) -> bool:
    """Whether a record set is one of the two that every zone has."""
    return body["name"] == zone.body["dnsName"] and body["type"] in ("NS", "SOA")


def of_zone(world: World, zone: Obj, after: str = "") -> Iterator[Obj]:
    """The record sets of a zone by name and type, from just after one by its full name."""
    return world.state.below(common.SERVICE, f"{zone.name}/rrsets/", after)


def _of_name(world: World, zone: Obj, name: str) -> list[Obj]:
    return list(world.state.page(common.SERVICE, f"{zone.name}/rrsets/{name}"))


def _number(text: str, most: int = 65535) -> bool:
    return text.isdigit() and int(text) <= most


def _address(version: int) -> Callable[[str], bool]:
    def check(text: str) -> bool:
        try:
            return ipaddress.ip_address(text).version == version
        except ValueError:
            return False

    return check


def _mx(text: str) -> bool:
    preference, _, host = text.partition(" ")
    return _number(preference) and is_name(host.strip())


def _srv(text: str) -> bool:
    words = text.split()
    return len(words) == 4 and all(map(_number, words[:3])) and is_name(words[3])  # noqa: PLR2004


def _caa(text: str) -> bool:
    return re.fullmatch(r'\d{1,3} [a-z0-9]+ "?[^"]*"?', text) is not None


CHECKS: dict[str, Callable[[str], bool]] = {
    "A": _address(4),
    "AAAA": _address(6),
    "CAA": _caa,
    "CNAME": is_name,
    "MX": _mx,
    "NS": is_name,
    "PTR": is_name,
    "SRV": _srv,
}


def _as_strings(text: str) -> str:
    """The data of a TXT record: quoted strings of at most 255 characters."""
    words = [quoted or word for quoted, word in QUOTED.findall(text)]
    parts = [
        w[i : i + LONGEST_STRING] for w in words for i in range(0, max(len(w), 1), LONGEST_STRING)
    ]
    return " ".join(f'"{part}"' for part in parts)


def checked(zone: Obj, sent: Body, where: str) -> Body:
    """A record set as the server keeps it; refuses what can't be one."""
    name, kind = str(sent.get("name", "")).lower(), sent.get("type", "")
    apex = zone.body["dnsName"]
    if not is_name(name) or not (name == apex or name.endswith(f".{apex}")):
        raise common.wrong(f"{where}.name", sent.get("name", ""))
    if kind not in TYPES:
        raise common.wrong(f"{where}.type", kind)
    if sent.get("ttl", 0) < 0:
        raise common.wrong(f"{where}.ttl", sent["ttl"])
    policy, rrdatas = sent.get("routingPolicy"), sent.get("rrdatas", [])
    if bool(policy) == bool(rrdatas):
        raise common.wrong(f"{where}.rrdata", "one of rrdatas and routingPolicy must be given")
    body = {**{field: value for field, value in sent.items() if field != "kind"}, "name": name}
    if policy:
        _check_policy(policy, where)
    for data in _every_data(body):
        data[:] = [_checked_data(kind, text, f"{where}.rrdata[{i}]") for i, text in enumerate(data)]
    return body


def _every_data(body: Body) -> Iterator[list[str]]:
    if "rrdatas" in body:
        body["rrdatas"] = list(body["rrdatas"])
        yield body["rrdatas"]
    policy: Any = body.get("routingPolicy", {})
    backup = policy.get("primaryBackup", {}).get("backupGeoTargets", {})
    for part in (policy.get("geo", {}), policy.get("wrr", {}), backup):
        for item in part.get("items", ()):
            if "rrdatas" in item:
                yield item["rrdatas"]


def _checked_data(kind: str, text: str, where: str) -> str:
    if kind in ("TXT", "SPF"):
        return _as_strings(text)
    check = CHECKS.get(kind)
    if check and not check(text):
        raise common.wrong(where, text)
    return text


def _check_policy(policy: Body, where: str) -> None:
    ways = [way for way in ("geo", "wrr", "primaryBackup") if way in policy]
    if len(ways) != 1:
        raise common.wrong(
            f"{where}.routingPolicy", "exactly one of geo, wrr and primaryBackup must be given"
        )
    places = [item.get("location") for item in policy.get("geo", {}).get("items", ())]
    if len(set(places)) != len(places):
        raise common.wrong(f"{where}.routingPolicy.geo.items", "locations must be unique")
    if any(item.get("weight", 0) < 0 for item in policy.get("wrr", {}).get("items", ())):
        raise common.wrong(f"{where}.routingPolicy.wrr.items.weight", "must not be negative")


def check_whole(world: World, zone: Obj, added: list[tuple[str, Body]]) -> None:
    """What must hold of a zone after a change: CNAMEs stand alone, sets are small, the apex is there."""
    for where, body in added:
        beside = [o.body["type"] for o in _of_name(world, zone, body["name"])]
        if "CNAME" in beside and len(beside) > 1:
            raise ApiError(
                400,
                f"The resource record set '{where}' is invalid because the DNS name '{body['name']}' may have either "
                "one CNAME resource record set or resource record sets of other types, but not both.",
                reason="cnameResourceRecordSetConflict",
            )
        if len(body.get("rrdatas", ())) > MOST_RECORDS:
            raise ApiError(
                403, f"Quota exceeded: {MOST_RECORDS} records in one set.", reason="quotaExceeded"
            )
    apex = [o.body["type"] for o in _of_name(world, zone, zone.body["dnsName"])]
    for kind in ("NS", "SOA"):
        if kind not in apex:
            raise invalid(
                "The resource record set 'entity.change.deletions' is invalid because a zone must contain "
                f"exactly one resource record set of type '{kind}' at the apex.",
                reason="invalidZoneApex",
            )


def zone_of(call: Call) -> Obj:
    """The zone that the path names."""
    return call.need(
        "/".join(call.segments[:4]), call.world.registry.kind(common.SERVICE, "managedZones")
    )


def _need(call: Call) -> Obj:
    zone = zone_of(call)
    name, kind = call.params["name"], call.params["type"]
    obj = call.find(key(zone.name, name, kind))
    if obj is None:
        raise not_found(f"The 'parameters.name' resource named '{name} ({kind})' does not exist.")
    return obj


def _get(call: Call) -> Body:
    return _need(call).body


def _list(call: Call) -> Body:
    """``list``: of a zone, of a name in it, or of one type of a name."""
    zone, name, kind = zone_of(call), call.query.get("name"), call.query.get("type")
    if kind and not name:
        raise ApiError(
            400, "The 'parameters.name' parameter is required but was missing.", reason="required"
        )
    size = max(int(call.query.get("maxResults") or common.USUAL_PAGE), 1)
    after = place(call.query, "")
    every = of_zone(call.world, zone, after) if not name else _of_name(call.world, zone, name)
    wanted = (obj for obj in every if kind in (None, "", obj.body["type"]) and obj.name > after)
    found = list(islice(wanted, size + 1))
    answer: Body = {"kind": "dns#resourceRecordSetsListResponse"}
    if found:
        answer["rrsets"] = [obj.body for obj in found[:size]]
    if len(found) > size:
        answer["nextPageToken"] = token(found[size - 1].name)
    return answer


def _create(call: Call) -> Body:
    zone = zone_of(call)
    where = "entity.resourceRecordSet"
    body = checked(zone, call.body, where)
    if call.find(key(zone.name, body["name"], body["type"])):
        raise already_exists(
            f"The resource '{where}' named '{body['name']} ({body['type']})' already exists"
        )
    obj = store(call.world, zone.name, body)
    check_whole(call.world, zone, [(where, body)])
    return obj.body


def _patch(call: Call) -> Body:
    zone, obj = zone_of(call), _need(call)
    where = "entity.resourceRecordSet"
    sent = {**obj.body, **{field: value for field, value in call.body.items() if value is not None}}
    for mine, other in (("rrdatas", "routingPolicy"), ("routingPolicy", "rrdatas")):
        if mine in call.body and other not in call.body:
            sent.pop(other, None)
    body = checked(zone, sent, where)
    if (body["name"], body["type"]) != (obj.body["name"], obj.body["type"]):
        raise common.wrong(f"{where}.name", body["name"])
    obj = store(call.world, zone.name, body)
    check_whole(call.world, zone, [(where, body)])
    return obj.body


def _delete(call: Call) -> Body:
    zone, obj = zone_of(call), _need(call)
    call.world.state.delete(common.SERVICE, obj.name)
    check_whole(call.world, zone, [])
    return {}


RECORD_SETS = Kind(
    name="resourceRecordSets",
    resources=("resourceRecordSets",),
    schema="ResourceRecordSet",
    dialect=common.DIALECT,
    methods={"get": _get, "list": _list, "create": _create, "patch": _patch, "delete": _delete},
)
