"""The nodes of an instance, and where they are reached.

https://cloud.google.com/memorystore/docs/redis/about-read-replicas,
https://cloud.google.com/memorystore/docs/redis/about-in-transit-encryption,
https://cloud.google.com/memorystore/docs/redis/reference/rest/v1/projects.locations.instances
"""

from gcpstack.emulator.core.errors import invalid
from gcpstack.emulator.core.locations import REGIONS
from gcpstack.emulator.core.model import Body
from gcpstack.emulator.core.world import World

PORT, TLS_PORT = 6379, 6378
CERTIFICATE_LIVES = 10 * 365 * 86400.0
MOST_REPLICAS, USUAL_REPLICAS = 5, 2
SMALLEST_WITH_REPLICAS = 5  # GiB
OF_NODES = ("host", "port", "nodes", "readEndpoint", "readEndpointPort", "serverCaCerts")


def readable(body: Body) -> bool:
    """Whether replicas answer reads."""
    return bool(body["readReplicasMode"] == "READ_REPLICAS_ENABLED")


def _standard(body: Body) -> bool:
    return bool(body["tier"] == "STANDARD_HA")


def encrypted(body: Body) -> bool:
    """Whether clients speak TLS."""
    return bool(body["transitEncryptionMode"] == "SERVER_AUTHENTICATION")


def check(body: Body) -> None:
    """Refuse replicas that a tier doesn't have."""
    count, size = body.get("replicaCount"), body["memorySizeGb"]
    if readable(body) and not _standard(body):
        raise invalid(
            "Read replicas are only supported for STANDARD_HA tier instances.",
            field="read_replicas_mode",
        )
    if readable(body) and size < SMALLEST_WITH_REPLICAS:
        raise invalid(
            f"Read replicas need a memory size of at least {SMALLEST_WITH_REPLICAS} GB, got {size}.",
            field="memory_size_gb",
        )
    least = int(_standard(body))
    most = MOST_REPLICAS if readable(body) else least
    if count is not None and not least <= count <= most:
        raise invalid(
            f"Replica count must be between {least} and {most} for this instance, got {count}.",
            field="replica_count",
        )


def address(body: Body, number: int) -> None:
    """Where a new instance is reached: in a range of its own, larger with read replicas."""
    block = f"10.{(number // 250) % 256}.{number % 250}"
    body["host"] = f"{block}.3"
    body.setdefault("reservedIpRange", f"{block}.0/{28 if readable(body) else 29}")


def place(world: World, body: Body) -> None:
    """Give an instance its nodes: the first, and those of its replicas in the other zone."""
    zone = body["locationId"]
    count = 0
    if _standard(body):
        body.setdefault("alternativeLocationId", _other_zone(zone))
        count = body.setdefault("replicaCount", USUAL_REPLICAS if readable(body) else 1)
    other = body.get("alternativeLocationId", zone)
    zones = [zone, *(other if index % 2 == 0 else zone for index in range(count))]
    body["nodes"] = [{"id": f"node-{index}", "zone": one} for index, one in enumerate(zones)]
    body["port"] = TLS_PORT if encrypted(body) else PORT
    if readable(body):
        body["readEndpoint"] = f"{body['host'].rpartition('.')[0]}.4"
        body["readEndpointPort"] = body["port"]
    if encrypted(body):
        body.setdefault("serverCaCerts", [_authority(world)])


def _other_zone(zone: str) -> str:
    region = zone[:-2]
    letters = [letter for letter in REGIONS.get(region, "") if not zone.endswith(letter)]
    return f"{region}-{letters[0]}" if letters else zone


def _authority(world: World) -> Body:
    """Who signs an instance's certificates; there is nothing in it but its frame, as nothing answers here."""
    return {
        "serialNumber": "0",
        "cert": "-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----\n",
        "createTime": world.stamp(),
        "expireTime": world.stamp(world.now() + CERTIFICATE_LIVES),
        "sha1Fingerprint": world.ids.hex(40),
    }
