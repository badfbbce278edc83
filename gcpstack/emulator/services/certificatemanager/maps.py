"""Certificate maps and their entries.

https://cloud.google.com/certificate-manager/docs/reference/certificate-manager/rest/v1/projects.locations.certificateMaps
"""

import re

from gcpstack.emulator.core.call import Call
from gcpstack.emulator.core.errors import already_exists, invalid
from gcpstack.emulator.core.model import Body, Reference
from gcpstack.emulator.core.store import Obj
from gcpstack.emulator.core.world import World
from gcpstack.emulator.services.certificatemanager import issuance
from gcpstack.emulator.services.certificatemanager.common import kind, times

MOST_CERTIFICATES = 4
HOSTNAME = re.compile(
    r"(\*\.)?([a-z0-9_${}]([-a-z0-9_${}.]{0,61}[a-z0-9${}])?\.)+[a-zA-Z0-9-]{1,63}"
)


def _targets(world: World, obj: Obj, body: Body) -> Body:
    """A map tells the proxies that use it, with the addresses of their rules."""
    proxies: dict[str, list[Body]] = {}
    fields = {}
    for rule, proxy in issuance.rules(world, obj.name):
        low = str(rule.body.get("portRange", "443")).partition("-")[0]
        config = {"ipAddress": rule.body["IPAddress"], "ports": [int(low)]}
        proxies.setdefault(proxy.name, []).append(config)
        fields[proxy.name] = (
            "targetSslProxy" if proxy.kind == "targetSslProxies" else "targetHttpsProxy"
        )
    if proxies:
        body["gclbTargets"] = [
            {fields[name]: f"//compute.googleapis.com/{name}", "ipConfigs": configs}
            for name, configs in proxies.items()
        ]
    return body


MAPS = kind("certificateMaps", "CertificateMap", non_empty=True, view=_targets)


def _check(call: Call, body: Body, old: Body | None) -> None:
    if ("hostname" in body) == ("matcher" in body):
        raise invalid(
            "Exactly one of hostname and matcher must be set.", field="certificate_map_entry.match"
        )
    count = len(body.get("certificates", ()))
    if not 1 <= count <= MOST_CERTIFICATES:
        raise invalid(
            f"There must be between 1 and {MOST_CERTIFICATES} certificates, got {count}.",
            field="certificate_map_entry.certificates",
        )
    if "hostname" in body and not HOSTNAME.fullmatch(body["hostname"]):
        raise invalid(
            f"Invalid hostname: {body['hostname']}", field="certificate_map_entry.hostname"
        )
    _check_scopes(call, body)
    if old is None:
        _check_alone(call, body)


def _check_scopes(call: Call, body: Body) -> None:
    for name in body["certificates"]:
        held = call.find(call.world.canonical(name))
        if held is not None and held.body.get("scope", "DEFAULT") not in ("DEFAULT", "EDGE_CACHE"):
            raise invalid(
                f"The certificate {name} cannot be used in a map.",
                field="certificate_map_entry.certificates",
            )


def _check_alone(call: Call, body: Body) -> None:
    """A map has one entry for a hostname, and one primary entry."""
    for other in call.world.state.page(call.service.name, call.path):
        for field in ("hostname", "matcher"):
            if field in body and other.body.get(field) == body[field]:
                raise already_exists(
                    f"The certificate map already has an entry for {body[field]}: '{other.name}'"
                )


def _create(call: Call, body: Body) -> None:
    times(call, body)
    body["state"] = "ACTIVE"


ENTRIES = kind(
    "certificateMapEntries",
    "CertificateMapEntry",
    resources=("projects.locations.certificateMaps.certificateMapEntries",),
    immutable=("hostname", "matcher"),
    refs=(Reference(path="certificates[]", to=("certificates",)),),
    validate=_check,
    on_create=_create,
)
