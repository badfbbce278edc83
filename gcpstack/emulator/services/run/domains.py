"""Domain mappings (https://cloud.google.com/run/docs/reference/rest/v1/namespaces.domainmappings).

A mapping is ready once the emulated DNS resolves its domain to Google's front end and the usual time
of a certificate has passed.
"""

from gcpstack.emulator.core import dns
from gcpstack.emulator.core.call import Call
from gcpstack.emulator.core.errors import already_exists, invalid
from gcpstack.emulator.core.model import Body, Handler, Kind
from gcpstack.emulator.core.store import Obj
from gcpstack.emulator.core.world import World
from gcpstack.emulator.dialects.aip import AIP
from gcpstack.emulator.services.run.common import born, condition
from gcpstack.emulator.services.run.knative_common import (
    below,
    conditions,
    enter,
    gone,
    linked,
    listed,
    metadata,
)

GROUP = "domains.cloudrun.com"
VERSION = f"{GROUP}/v1"
ALIAS, ALIAS_ADDRESS = "ghs.googlehosted.com", "142.250.0.121"
# https://cloud.google.com/run/docs/mapping-custom-domains#dns_update
ADDRESSES = ("216.239.32.21", "216.239.34.21", "216.239.36.21", "216.239.38.21")
ADDRESSES_6 = tuple(f"2001:4860:4802:{part}::15" for part in (32, 34, 36, 38))
PENDING = "Waiting for certificate provisioning. You must configure your DNS records for certificate issuance to begin."
# Second-level names under which others register theirs.
SHARED = frozenset({"co", "com", "org", "net", "gov", "ac", "edu"})

MAPPINGS = Kind(
    name="domainMappings",
    resources=(),
    schema="DomainMapping",
    dialect=AIP,
    not_found="Resource '{id}' of kind 'DOMAIN_MAPPING' in region '{locations}' in project '{projects}' does not exist.",
)


def apex(domain: str) -> str:
    """The registered domain above a name: ``example.com`` of ``www.example.com``."""
    parts = domain.split(".")
    deep = len(parts) > 2 and parts[-2] in SHARED and len(parts[-1]) == 2  # noqa: PLR2004
    return ".".join(parts[-3:] if deep else parts[-2:])


def records(domain: str) -> list[Body]:
    """The DNS records that a mapping needs."""
    if domain == apex(domain):
        return [
            *({"type": "A", "rrdata": address} for address in ADDRESSES),
            *({"type": "AAAA", "rrdata": address} for address in ADDRESSES_6),
        ]
    name = domain.removesuffix(f".{apex(domain)}")
    return [{"type": "CNAME", "name": name, "rrdata": f"{ALIAS}."}]


def _reaches(world: World, domain: str) -> bool:
    """Whether the domain's name leads to Google's front end."""
    ours = (*ADDRESSES, *ADDRESSES_6, ALIAS_ADDRESS)
    return any(address in ours for address in dns.addresses(world, domain))


def _show(world: World, obj: Obj) -> Body:
    body = obj.body
    head = metadata(world, obj, body)
    head["annotations"] = body["annotations"]
    route = body["spec"]["routeName"]
    service = f"{obj.parent}/services/{route}"
    status: Body = {
        "observedGeneration": int(body["generation"]),
        "resourceRecords": records(obj.id),
    }
    waited = world.now() - obj.meta["created"]
    if world.state.get("run", service) is None:
        text = f"Route '{route}' not found."
        told = [
            condition(world, kind, "FAILED", reason="ROUTE_MISSING", message=text)
            for kind in ("Ready", "DomainRoutable")
        ]
    elif body["spec"]["certificateMode"] == "NONE" or (
        _reaches(world, obj.id) and waited >= world.latency.event("managed_certificate_active")
    ):
        told = [
            condition(world, kind, "SUCCEEDED")
            for kind in ("Ready", "CertificateProvisioned", "DomainRoutable")
        ]
    else:
        facts = {"reason": "CERTIFICATE_PENDING", "message": PENDING}
        told = [
            condition(world, kind, "PENDING", **facts)
            for kind in ("Ready", "CertificateProvisioned")
        ]
        told.append(condition(world, "DomainRoutable", "SUCCEEDED"))
    status["conditions"] = conditions(*told)
    if world.state.get("run", service) is not None:
        status["mappedRouteName"] = route
    out = {
        "apiVersion": VERSION,
        "kind": "DomainMapping",
        "metadata": head,
        "spec": body["spec"],
        "status": status,
    }
    return linked(out, "domainmappings", VERSION)


def _need(call: Call) -> Obj:
    enter(call, "domainmappings", MAPPINGS)
    return call.need()


def _get(call: Call) -> Body:
    return _show(call.world, _need(call))


def _list(call: Call) -> Body:
    enter(call, "domainmappings", MAPPINGS)
    return listed(call, below(call, MAPPINGS.name), _show, "DomainMappingList", VERSION)


def _create(call: Call) -> Body:
    enter(call, "domainmappings", MAPPINGS)
    head, spec = call.body.get("metadata") or {}, call.body.get("spec") or {}
    domain = str(head.get("name", ""))
    if "." not in domain or domain != domain.lower():
        raise invalid(f"metadata.name: '{domain}' is not a valid domain.", field="metadata.name")
    if not spec.get("routeName"):
        raise invalid("spec.routeName must be specified.", field="spec.routeName")
    name = f"{call.path}/{domain}"
    other = call.world.state.record("run.domain", domain)
    if other and (other == name or not spec.get("forceOverride")):
        raise already_exists(f"Domain mapping to '{domain}' already exists: {other}")
    if other:
        call.world.state.delete("run", other)
    body: Body = {
        "spec": {"certificateMode": "AUTOMATIC", **spec},
        "annotations": head.get("annotations") or {},
    }
    if head.get("labels"):
        body["labels"] = head["labels"]
    born(call, body)
    call.world.state.set_record("run.domain", domain, name)
    dns.put(call.world, ALIAS, [ALIAS_ADDRESS])
    obj = call.world.state.put(Obj("run", MAPPINGS.name, name, body, {"created": call.world.now()}))
    return _show(call.world, obj)


def _delete(call: Call) -> Body:
    obj = _need(call)
    call.world.state.delete("run", obj.name)
    call.world.state.set_record("run.domain", obj.id, None)
    return gone(obj, "DomainMapping", GROUP)


def _verified(call: Call) -> Body:
    """``authorizeddomains.list``: the domains whose DNS the caller holds here."""
    state = call.world.state
    zones = [
        obj.body["dnsName"]
        for collection in state.collections("dns", "projects/")
        for obj in state.page("dns", collection)
        if obj.kind == "managedZones"
    ]
    put = [name for space, name in state.records if space == "dns"]
    names = sorted({apex(name.rstrip(".")) for name in (*zones, *put)})
    return {"domains": [{"id": name, "name": name} for name in names]}


def handlers() -> dict[str, Handler]:
    """The methods of domain mappings under both of their paths."""
    table: dict[str, Handler] = {"get": _get, "list": _list, "create": _create, "delete": _delete}
    mappings = {
        f"v1:{parent}.domainmappings.{name}": handler
        for parent in ("namespaces", "projects.locations")
        for name, handler in table.items()
    }
    parents = ("namespaces", "projects", "projects.locations")
    return mappings | {f"v1:{parent}.authorizeddomains.list": _verified for parent in parents}
