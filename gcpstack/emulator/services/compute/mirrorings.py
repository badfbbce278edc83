"""Packet mirroring policies (https://cloud.google.com/compute/docs/reference/rest/v1/packetMirrorings)."""

from gcpstack.emulator.core.call import Call
from gcpstack.emulator.core.model import Body, Kind, Reference
from gcpstack.emulator.dialects.compute import COMPUTE
from gcpstack.emulator.services.compute.ranges import unreadable
from gcpstack.emulator.services.compute.words import missing, wrong

SOURCES = ("subnetworks", "instances", "tags")
PROTOCOLS = ("tcp", "udp", "icmp", "esp", "ah", "ipip", "sctp")
LARGEST_PROTOCOL = 255
# https://cloud.google.com/vpc/docs/packet-mirroring#limits
MOST = {"subnetworks": 5, "instances": 50, "tags": 5}


def _validate(call: Call, body: Body, old: Body | None) -> None:
    for field in ("network", "collectorIlb"):
        if not body.get(field, {}).get("url"):
            raise missing(f"{field}.url")
    mirrored = body.get("mirroredResources", {})
    if not any(mirrored.get(field) for field in SOURCES):
        raise missing("mirroredResources")
    for field, most in MOST.items():
        if len(mirrored.get(field, ())) > most:
            raise wrong(
                f"mirroredResources.{field}", len(mirrored[field]), f"At most {most} are allowed."
            )
    if old is not None and call.world.canonical(body["network"]["url"]) != call.world.canonical(
        old["network"]["url"]
    ):
        raise wrong("network.url", body["network"]["url"], "The network cannot be changed.")
    _check_filter(body["filter"])


def _check_filter(found: Body) -> None:
    for index, text in enumerate(found.get("cidrRanges", ())):
        problem = unreadable(f"filter.cidrRanges[{index}]", text)
        if problem:
            raise problem
    for index, text in enumerate(found.get("IPProtocols", ())):
        number = text.isdigit() and int(text) <= LARGEST_PROTOCOL
        if text.lower() not in PROTOCOLS and not number:
            raise wrong(f"filter.IPProtocols[{index}]", text, "Invalid IP protocol specification.")


MIRRORINGS = Kind(
    name="packetMirrorings",
    resources=("packetMirrorings",),
    schema="PacketMirroring",
    dialect=COMPUTE,
    immutable=("description",),
    defaults={
        "priority": 1000,
        "enable": "TRUE",
        "filter": {},
        "filter.direction": "BOTH",
    },
    refs=(
        Reference(path="network.url", to=("networks",)),
        # The collector of Cloud IDS stands in a project of Google's.
        Reference(path="collectorIlb.url", to=("forwardingRules",), must_exist=False),
        Reference(path="mirroredResources.subnetworks[].url", to=("subnetworks",)),
    ),
    validate=_validate,
)
