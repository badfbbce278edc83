"""Which service, version and region a call is for, whichever way it names them."""

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import unquote

from gcpstack.emulator.core.discovery import Api
from gcpstack.emulator.core.wire import Request

if TYPE_CHECKING:
    from gcpstack.emulator.core.world import World

SUFFIX = ".googleapis.com"
DNS_HOST, DNS_PATH = "dns.google", "dns-query"
REGIONAL = re.compile(r"(?P<region>[a-z]+-[a-z]+\d+)-(?P<name>[a-z0-9]+)")
REPLICA = re.compile(r"(?P<name>[a-z0-9]+)\.(?P<region>[a-z]+(?:-[a-z]+\d+)?)\.rep")
VERSION = re.compile(r"v\d\w*|alpha|beta")
# Paths of www.googleapis.com and of bodies whose first step is not the service's name.
FIRST_STEP = {"sql": "sqladmin"}
# Clients that were given a bare endpoint leave out the API's own base path.
BASE_PATH = {
    "compute": ["compute", "v1"],
    "storage": ["storage", "v1"],
    "dns": ["dns", "v1"],
    "bigquery": ["bigquery", "v2"],
}


@dataclass(slots=True)
class Address:
    """Where a call goes: the service's name, the region of the host, the path below the host."""

    service: str
    region: str
    segments: list[str]


def address(request: Request) -> Address | None:
    """The address of a call; None when it is for the emulator itself."""
    segments = request.path.split("/")[1:] or [""]
    host = segments[0] if segments[0].endswith(SUFFIX) else ""
    if host:
        segments = segments[1:]
    else:
        host = request.headers.get("host", "").rsplit(":", 1)[0]
        if not host.endswith(SUFFIX):
            return None
    label = host.removesuffix(SUFFIX)
    found = REGIONAL.fullmatch(label) or REPLICA.fullmatch(label)
    if found:
        return Address(found["name"], found["region"], segments)
    if label == "www":
        steps = [
            step for step in segments if step not in ("upload", "batch", "resumable", "download")
        ]
        label = FIRST_STEP.get(steps[0], steps[0]) if steps else label
    return Address(label, "", segments)


def is_dns(request: Request) -> bool:
    """Whether a call is for Google Public DNS over HTTPS, by its first path segment or its host."""
    host, _, path = request.path[1:].partition("/")
    if path != DNS_PATH:
        host, path = request.headers.get("host", "").rsplit(":", 1)[0], request.path[1:]
    return (host, path) == (DNS_HOST, DNS_PATH)


def find_api(world: "World", name: str, segments: list[str]) -> tuple[Api | None, list[str]]:
    """The version of an API that a path is for, and the path with the API's base path."""
    version = next((step for step in segments[:5] if VERSION.fullmatch(step)), "")
    if not version and name in BASE_PATH:
        segments = [*BASE_PATH[name], *segments]
        version = BASE_PATH[name][-1]
    if name == "sqladmin" and version == "v1beta4" and segments[0] != "sql":
        segments = ["sql", *segments]
    return world.catalogue.api(name, version) if version else None, segments


def base_of(api: Api, segments: list[str]) -> int:
    """How many segments come before the resource's own path."""
    if api.prefix:
        return len(api.prefix)
    return next(index for index, step in enumerate(segments) if unquote(step) == api.version) + 1
