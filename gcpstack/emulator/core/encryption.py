"""Keys of Cloud KMS that other services encrypt with, as their agents.

The agent must have been granted the key, its ring or its project, and the key's primary version
must be enabled: https://cloud.google.com/kms/docs/cmek. A project's editors can't encrypt:
https://cloud.google.com/kms/docs/iam.
"""

from typing import TYPE_CHECKING

from gcpstack.emulator.core import agents, iam, paths
from gcpstack.emulator.core.errors import ApiError

if TYPE_CHECKING:
    from gcpstack.emulator.core.call import Call
    from gcpstack.emulator.core.model import Body, Kind
    from gcpstack.emulator.core.world import World

_ABLE = frozenset(
    {
        "roles/cloudkms.cryptoKeyEncrypterDecrypter",
        "roles/cloudkms.cryptoOperator",
        "roles/owner",
    }
)
_PERMISSIONS = (
    "cloudkms.cryptoKeyVersions.useToDecrypt",
    "cloudkms.cryptoKeyVersions.useToEncrypt",
)
_KEY_PARTS = 8  # projects/P/locations/L/keyRings/R/cryptoKeys/K


def usable(world: "World", key: str, agent: str) -> bool:
    """Tell whether an agent may encrypt and decrypt with a key; any key is where KMS isn't served.

    Args:
        world: what there is.
        key: the key's name, or that of a version.
        agent: the agent's address.
    """
    if world.registry.kind("cloudkms", "cryptoKeys") is None:
        return True
    name = "/".join(world.canonical(key).split("/")[:_KEY_PARTS])
    found = world.find("cloudkms", name)
    if found is None or found.body.get("purpose") != "ENCRYPT_DECRYPT":
        return False
    primary = world.find("cloudkms", found.meta.get("primary", ""))
    if primary is None or primary.body["state"] != "ENABLED":
        return False
    ring, project = name.rsplit("/", 2)[0], name.split("/")[1]
    holders = (
        f"cloudkms/{name}",
        f"cloudkms/{ring}",
        f"cloudresourcemanager/projects/{project}",
    )
    return iam.granted(world, holders, agent, _ABLE, *_PERMISSIONS)


def refused(call: "Call", key: str, api: str = "") -> str:
    """Give the address of the agent that may not use a key; nothing where it may, or without a key.

    Args:
        call: the call that names the key.
        key: the key's name; may be empty.
        api: the API whose agent encrypts; the call's by default.
    """
    agent = agents.email(call.world, api or call.service.name, call.project)
    return "" if not key or usable(call.world, key, agent) else agent


def refusal(call: "Call", kind: "Kind", body: "Body") -> ApiError | None:
    """Make the error with which the creation of a resource ends whose key may not be used."""
    key = str(paths.get(body, kind.key) or "") if kind.key else ""
    if not refused(call, key):
        return None
    if kind.key_refused:
        return ApiError(403, kind.key_refused, status="PERMISSION_DENIED")
    text = f"Permission 'cloudkms.cryptoKeyVersions.useToEncrypt' denied on resource '{key}' (or it may not exist)."
    return ApiError(403, text, status="PERMISSION_DENIED")
