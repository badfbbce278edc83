"""Google's regions and zones, and the location methods that most newer APIs share.

https://cloud.google.com/compute/docs/regions-zones
"""

from typing import TYPE_CHECKING, Any

from gcpstack.emulator.core.errors import ApiError

if TYPE_CHECKING:
    from gcpstack.emulator.core.call import Call

# Region -> the letters of its zones.
REGIONS = {
    "africa-south1": "abc", "asia-east1": "abc", "asia-east2": "abc", "asia-northeast1": "abc",
    "asia-northeast2": "abc", "asia-northeast3": "abc", "asia-south1": "abc", "asia-south2": "abc",
    "asia-southeast1": "abc", "asia-southeast2": "abc", "asia-southeast3": "abc", "australia-southeast1": "abc",
    "australia-southeast2": "abc", "europe-central2": "abc", "europe-north1": "abc",
    "europe-north2": "abc", "europe-southwest1": "abc", "europe-west1": "bcd", "europe-west10": "abc",
    "europe-west12": "abc", "europe-west2": "abc", "europe-west3": "abc", "europe-west4": "abc",
    "europe-west6": "abc", "europe-west8": "abc", "europe-west9": "abc", "me-central1": "abc", "me-central2": "abc",
    "me-west1": "abc", "northamerica-northeast1": "abc",
    "northamerica-northeast2": "abc", "northamerica-south1": "abc", "southamerica-east1": "abc",
    "southamerica-west1": "abc", "us-central1": "abcf", "us-east1": "bcd", "us-east4": "abc",
    "us-east5": "abc", "us-south1": "abc", "us-west1": "abc", "us-west2": "abc", "us-west3": "abc",
    "us-west4": "abc",
}  # fmt: skip
ZONES = {f"{region}-{letter}": region for region, letters in REGIONS.items() for letter in letters}

#: Multi-regions and dual-regions, of which each service has some; most are Cloud KMS's
#: (https://cloud.google.com/kms/docs/locations).
WIDE = frozenset(
    [
        "global",
        "us",
        "eu",
        "europe",
        "asia",
        "ca",
        "au",
        "in",
        "asia1",
        "nam-eur-asia1",
        "eur3",
        "eur4",
        "eur5",
        "eur6",
        "eur7",
        "eur8",
        "nam3",
        "nam4",
        "nam6",
        "nam7",
        "nam8",
        "nam9",
        "nam10",
        "nam11",
        "nam12",
    ]
)


def first_zone(region: str) -> str:
    """The first zone of a region."""
    return f"{region}-{REGIONS.get(region, 'a')[0]}"


def exists(location: str) -> bool:
    """Whether Google has a region, zone, multi-region or ``global`` of that name."""
    return location in REGIONS or location in ZONES or location in WIDE or location == "-"


def check(location: str) -> None:
    """Refuse a location that Google doesn't have, in its words."""
    if not exists(location):
        text = f"Permission denied on 'locations/{location}' (or it may not exist)."
        raise ApiError(403, text, status="PERMISSION_DENIED")


def _body(project: str, location: str) -> dict[str, Any]:
    return {
        "name": f"projects/{project}/locations/{location}",
        "locationId": location,
        "labels": {"cloud.googleapis.com/region": location},
    }


def get(call: "Call") -> dict[str, Any]:
    """``projects.locations.get``."""
    location = call.name.rsplit("/", 1)[-1]
    check(location)
    return _body(call.project, location)


def list_all(call: "Call") -> dict[str, Any]:
    """``projects.locations.list``."""
    return {"locations": [_body(call.project, region) for region in REGIONS]}


METHODS = {"get": get, "list": list_all}
