"""Refuses what the caller may not do, and answers ``testIamPermissions``."""

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from gcpstack.emulator.core.errors import ApiError, invalid
from gcpstack.emulator.core.images import repository
from gcpstack.emulator.core.permissions import ACTING, exists, needed, to_name

if TYPE_CHECKING:
    from gcpstack.emulator.core.call import Call

PULL = "artifactregistry.repositories.downloadArtifacts"
MOST = 100  # permissions in one testIamPermissions
_NAME = re.compile(r"[a-z][a-z0-9]*(\.[a-zA-Z][a-zA-Z0-9]*){2}")


def check(call: "Call") -> None:
    """Refuse a call that the caller may not make, worded as the API words it."""
    permissions = call.world.permissions
    if not permissions.limited:
        return
    for name in (needed(call.method.id), *_internal(call), *_acting(call), *_binding(call)):
        if name and not permissions.has(name):
            raise _refusal(call, name)
    for holder in _pulled(call):
        if not permissions.has(PULL):
            raise _refusal(call, PULL, holder)


def check_named(call: "Call", service: str, collection: str, resource: str) -> None:
    """Refuse to name a resource that the caller may not use."""
    permissions = call.world.permissions
    name = to_name(call.service.name, service, collection) if permissions.limited else ""
    if name and not permissions.has(name):
        raise _refusal(call, name, resource)


def _internal(call: "Call") -> Iterator[str]:
    """What an address within a network takes beside: it is another thing to make or delete.

    https://cloud.google.com/compute/docs/reference/rest/v1/globalAddresses/insert
    """
    _, _, collection, verb = ("", "", *call.method.id.split("."))[-4:]
    if call.service.name != "compute" or collection not in ("addresses", "globalAddresses"):
        return
    live = call.world.find("compute", call.name) if verb == "delete" else None
    body = call.body if verb == "insert" else (live.body if live else {})
    if body.get("addressType") == "INTERNAL":
        yield f"compute.{collection}.{'create' if verb == 'insert' else 'delete'}Internal"


def _acting(call: "Call") -> Iterator[str]:
    """What a resource takes that acts as a service account: its own, or a default one."""
    *_, collection, verb = ("", *call.method.id.split("."))
    always = ACTING.get(call.service.name)
    if always is None or verb not in ("create", "patch", "replaceService"):
        return
    if collection in always or _names_account(call.body):
        yield "iam.serviceAccounts.actAs"


def _binding(call: "Call") -> Iterator[str]:
    """What a private zone takes on the networks that it is seen in, or whose zones answer in its place.

    https://cloud.google.com/dns/docs/access-control
    """
    *_, collection, verb = ("", *call.method.id.split("."))
    if call.service.name != "dns" or collection != "managedZones":
        return
    if verb in ("create", "patch", "update"):
        if call.body.get("privateVisibilityConfig", {}).get("networks"):
            yield "dns.networks.bindPrivateDNSZone"
        if call.body.get("peeringConfig"):
            yield "dns.networks.targetWithPeeringZone"


def _pulled(call: "Call") -> Iterator[str]:
    """The project's repositories that whoever deploys to Cloud Run must be able to pull from.

    Those of others may let everybody read.
    https://cloud.google.com/run/docs/deploying#permissions_required_to_deploy
    """
    *_, verb = call.method.id.split(".")
    if call.service.name == "run" and verb in ("create", "patch", "replaceService", "replaceJob"):
        found = {repository(image) for image in _images(call.body)}
        yield from sorted(name for name in found if name.startswith(f"projects/{call.project}/"))


def _images(body: object) -> Iterator[str]:
    if isinstance(body, dict):
        for key, value in body.items():
            if key == "image" and isinstance(value, str):
                yield value
            yield from _images(value)
    elif isinstance(body, list):
        for item in body:
            yield from _images(item)


def _names_account(body: object) -> bool:
    if isinstance(body, dict):
        return any(
            (key in ("serviceAccount", "serviceAccountEmail") and bool(value))
            or _names_account(value)
            for key, value in body.items()
        )
    return isinstance(body, list) and any(map(_names_account, body))


def _refusal(call: "Call", name: str, resource: str = "") -> ApiError:
    resource = resource or call.name or f"projects/{call.project}"
    if call.service.name == "compute":
        return ApiError(403, f"Required '{name}' permission for '{resource}'", reason="forbidden")
    if call.service.style == "v1":
        text = (
            f"Caller does not have {name} access to the resource. "
            f"Permission '{name}' denied on resource (or it may not exist)."
        )
        return ApiError(403, text, reason="forbidden")
    text = f"Permission '{name}' denied on resource '//{call.service.name}.googleapis.com/{resource}' (or it may not exist)."
    info = {
        "@type": "type.googleapis.com/google.rpc.ErrorInfo",
        "reason": "IAM_PERMISSION_DENIED",
        "domain": "iam.googleapis.com",
        "metadata": {"permission": name, "resource": resource},
    }
    return ApiError(403, text, reason="forbidden", details=[info])


def tested(call: "Call", asked: list[str]) -> list[str]:
    """Which of these permissions the caller has, for ``testIamPermissions``."""
    if len(asked) > MOST:
        raise invalid(f"At most {MOST} permissions can be tested at once.")
    for name in asked:
        if not _NAME.fullmatch(name) or not exists(name):
            raise invalid(f"Permission {name} is not valid for this resource.")
    return [name for name in asked if call.world.permissions.has(name)]
