"""Cloud KMS (https://cloud.google.com/kms/docs/reference/rest)."""

from typing import Any

from gcpstack.emulator.core import locations
from gcpstack.emulator.core.call import Call
from gcpstack.emulator.core.lro import Running
from gcpstack.emulator.core.model import Body, Lro, Service
from gcpstack.emulator.core.world import World
from gcpstack.emulator.services.cloudkms import crypto, jobs
from gcpstack.emulator.services.cloudkms.keys import CRYPTO_KEYS, KEY_RINGS, RETIRED, rotate
from gcpstack.emulator.services.cloudkms.numbers import ENUM_NUMBERS
from gcpstack.emulator.services.cloudkms.versions import VERSIONS, end


def _with_metadata(body: Body) -> Body:
    """A location tells which kinds of protection it has."""
    kind = "type.googleapis.com/google.cloud.kms.v1.LocationMetadata"
    return {**body, "metadata": {"@type": kind, "hsmAvailable": True, "ekmAvailable": True}}


def _location(call: Call) -> Body:
    return _with_metadata(locations.get(call))


def _locations(call: Call) -> Body:
    return {"locations": [_with_metadata(body) for body in locations.list_all(call)["locations"]]}


def _metadata(world: World, running: Running) -> dict[str, Any]:
    kind = world.registry.kind(running.service, running.kind)
    schema = kind.schema if kind else ""
    return {"@type": f"type.googleapis.com/google.cloud.kms.v1.Delete{schema}Metadata"}


SERVICE = Service(
    name="cloudkms",
    title="Cloud Key Management Service (KMS) API",
    kinds=(KEY_RINGS, CRYPTO_KEYS, VERSIONS, jobs.IMPORT_JOBS, RETIRED),
    methods={
        "projects.locations.get": _location,
        "projects.locations.list": _locations,
        **jobs.METHODS,
        "projects.locations.generateRandomBytes": crypto.random_bytes,
    },
    events={"rotate": rotate, "destroyed": end},
    lro=Lro(metadata=_metadata, types="google.cloud.kms.v1"),
    locations=True,
    enum_numbers=ENUM_NUMBERS,
)
