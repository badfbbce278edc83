"""Firewall rules of VPC networks (https://cloud.google.com/compute/docs/reference/rest/v1/firewalls)."""

import ipaddress
import re

from gcpstack.emulator.core.call import Call
from gcpstack.emulator.core.errors import invalid
from gcpstack.emulator.core.model import Body, Kind, Reference
from gcpstack.emulator.dialects.compute import COMPUTE
from gcpstack.emulator.services.compute.ranges import unreadable
from gcpstack.emulator.services.compute.words import missing, wrong

ANYWHERE = "0.0.0.0/0"
LARGEST_PRIORITY = 65535
LARGEST_PORT = 65535
LARGEST_PROTOCOL = 255
WITH_PORTS = ("tcp", "udp", "sctp", "6", "17", "132")
PROTOCOLS = ("tcp", "udp", "icmp", "esp", "ah", "sctp", "ipip", "all")
PORTS = re.compile(r"(\d{1,5})(?:-(\d{1,5}))?")
SOURCES = ("sourceRanges", "sourceTags", "sourceServiceAccounts")
MOST_TAGS = {"sourceTags": 30, "targetTags": 70}
MOST_ACCOUNTS = 10


def _validate(_call: Call, body: Body, _old: Body | None) -> None:
    rules = [field for field in ("allowed", "denied") if body.get(field)]
    if not rules:
        raise missing("allowed")
    if len(rules) > 1:
        raise wrong("denied", hint="A rule cannot have both allowed and denied.")
    for index, one in enumerate(body[rules[0]]):
        _check_protocol(f"{rules[0]}[{index}]", one)
    if not 0 <= body["priority"] <= LARGEST_PRIORITY:
        raise wrong("priority", body["priority"], f"Must be between 0 and {LARGEST_PRIORITY}.")
    for field in ("sourceRanges", "destinationRanges"):
        for index, text in enumerate(body.get(field, [])):
            problem = unreadable(f"{field}[{index}]", text) if "/" in text else None
            if problem:
                raise problem
    _check_ends(body)


def _check_protocol(field: str, one: Body) -> None:
    protocol = str(one.get("IPProtocol", ""))
    if not protocol:
        raise missing(f"{field}.IPProtocol")
    number = protocol.isdigit() and int(protocol) <= LARGEST_PROTOCOL
    if protocol.lower() not in PROTOCOLS and not number:
        raise wrong(f"{field}.IPProtocol", protocol, "Invalid IP protocol specification.")
    ports = one.get("ports", [])
    if ports and protocol.lower() not in WITH_PORTS:
        raise wrong(f"{field}.ports", ports[0], f"Ports are not supported for protocol {protocol}.")
    for index, text in enumerate(ports):
        found = PORTS.fullmatch(text)
        low, high = (int(found[1]), int(found[2] or found[1])) if found else (1, 0)
        if not low <= high <= LARGEST_PORT:
            raise wrong(f"{field}.ports[{index}]", text, "Invalid port range specification.")


def _check_ends(body: Body) -> None:
    """What a rule may name at its two ends."""
    if body["direction"] == "EGRESS" and (
        body.get("sourceTags") or body.get("sourceServiceAccounts")
    ):
        raise invalid(
            "Should not specify source range/tag for egress direction.", reason="badRequest"
        )
    tags = [field for field in ("sourceTags", "targetTags") if body.get(field)]
    accounts = [f for f in ("sourceServiceAccounts", "targetServiceAccounts") if body.get(f)]
    if tags and accounts:
        raise wrong(
            accounts[0], hint=f"{accounts[0]} cannot be used at the same time as {tags[0]}."
        )
    limits = [(field, MOST_TAGS[field]) for field in tags]
    limits += [(field, MOST_ACCOUNTS) for field in accounts]
    for field, most in limits:
        if len(body[field]) > most:
            raise wrong(field, len(body[field]), f"At most {most} can be specified.")


def _sources(_call: Call, body: Body) -> list[str] | None:
    """Traffic in comes from anywhere where nothing says from where."""
    named = any(body.get(field) for field in SOURCES)
    return None if named or body["direction"] == "EGRESS" else [ANYWHERE]


def _destinations(_call: Call, body: Body) -> list[str] | None:
    return [ANYWHERE] if body["direction"] == "EGRESS" else None


def _normalise(body: Body) -> None:
    """Protocols are told in small letters, ranges in their shortest spelling."""
    for field in ("allowed", "denied"):
        if field in body:
            body[field] = [{**one, "IPProtocol": one["IPProtocol"].lower()} for one in body[field]]
    for field in ("sourceRanges", "destinationRanges"):
        if field in body:
            body[field] = [_shortest(text) for text in body[field]]


def _shortest(text: str) -> str:
    return str(ipaddress.ip_network(text)) if "/" in text else text


FIREWALLS = Kind(
    name="firewalls",
    resources=("firewalls",),
    schema="Firewall",
    dialect=COMPUTE,
    immutable=("network", "direction"),
    defaults={
        "network": lambda call, _body: f"projects/{call.project}/global/networks/default",
        "direction": "INGRESS",
        "priority": 1000,
        "disabled": False,
        "logConfig": {"enable": False},
        "sourceRanges": _sources,
        "destinationRanges": _destinations,
    },
    refs=(Reference(path="network", to=("networks",)),),
    validate=_validate,
    on_create=lambda _call, body: _normalise(body),
    on_update=lambda _call, body, _old: _normalise(body),
)
