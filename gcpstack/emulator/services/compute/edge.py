"""Network edge security services: what holds a network policy of Cloud Armor over a region.

https://cloud.google.com/compute/docs/reference/rest/v1/networkEdgeSecurityServices
"""

from gcpstack.emulator.core.call import Call
from gcpstack.emulator.core.links import relative
from gcpstack.emulator.core.model import Body, Kind, Reference
from gcpstack.emulator.dialects import compute as dialect
from gcpstack.emulator.dialects.compute import COMPUTE
from gcpstack.emulator.services.compute.setters import patch_by_mask
from gcpstack.emulator.services.compute.words import wrong

POLICY = "CLOUD_ARMOR_NETWORK"


def _validate(call: Call, body: Body, _old: Body | None) -> None:
    link = body.get("securityPolicy")
    policy = call.find(relative(link, call.project)) if link else None
    if policy is not None and policy.body["type"] != POLICY:
        hint = f"The security policy must have the type {POLICY}."
        raise wrong("securityPolicy", link, hint)


def _insert(call: Call) -> Body:
    """``insert``; a dry run leaves nothing behind."""
    told_first = dialect.insert(call)
    if call.query.get("validateOnly"):
        call.world.undo()
    return told_first


NETWORK_EDGE_SECURITY_SERVICES = Kind(
    name="networkEdgeSecurityServices",
    resources=("networkEdgeSecurityServices",),
    schema="NetworkEdgeSecurityService",
    dialect=COMPUTE,
    fingerprint="fingerprint",
    check_fingerprint=True,
    refs=(Reference(path="securityPolicy", to=("securityPolicies",)),),
    validate=_validate,
    methods={"insert": _insert, "patch": patch_by_mask},
)
