"""Certificates (https://cloud.google.com/compute/docs/reference/rest/v1/sslCertificates).

A managed certificate is obtained once it is attached to a proxy that a forwarding rule serves on
port 443, and every domain resolves to nothing but the addresses of such rules; until then each domain
tells why not (https://cloud.google.com/load-balancing/docs/ssl-certificates/troubleshooting). Once
obtained it stays.
"""

import re

from cryptography import x509

from gcpstack.emulator.core import dns, pem
from gcpstack.emulator.core.call import Call
from gcpstack.emulator.core.clock import rfc3339_offset
from gcpstack.emulator.core.model import Body, Kind
from gcpstack.emulator.core.store import Obj
from gcpstack.emulator.core.world import World
from gcpstack.emulator.dialects.compute import COMPUTE
from gcpstack.emulator.services.compute.words import missing, wrong

MOST_DOMAINS = 100
LONGEST_DOMAIN = 253
DOMAIN = re.compile(
    r"([a-z0-9_]([-a-z0-9_]{0,61}[a-z0-9_])?\.)+[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?\.?",
    re.IGNORECASE,
)
HTTPS = 443
DELAY = "managed_certificate_active"
VALID = 90 * 86400.0
PENDING = ("compute", "pending certificates")
UNPARSED = "The SSL certificate could not be parsed."


def _validate(call: Call, body: Body, _old: Body | None) -> None:
    if body["type"] == "MANAGED":
        _check_managed(call, body)
        return
    own = body.get("selfManaged", {})
    if body.get("managed"):
        raise wrong("managed", hint="Managed settings need the type MANAGED.")
    if not (body.get("certificate") or own.get("certificate")):
        raise missing("certificate")
    if not (body.get("privateKey") or own.get("privateKey")):
        raise missing("privateKey")


def _check_managed(call: Call, body: Body) -> None:
    if call.location != "global":
        hint = "Managed SSL certificates are only supported as global resources."
        raise wrong("type", "MANAGED", hint)
    for field in ("certificate", "privateKey", "selfManaged"):
        if body.get(field):
            raise wrong(field, hint="It cannot be specified for a managed SSL certificate.")
    domains = body.get("managed", {}).get("domains", [])
    if not domains:
        raise missing("managed.domains")
    if len(domains) > MOST_DOMAINS:
        hint = f"At most {MOST_DOMAINS} domains can be specified."
        raise wrong("managed.domains", len(domains), hint)
    for index, domain in enumerate(domains):
        if len(domain) > LONGEST_DOMAIN or not DOMAIN.fullmatch(domain):
            raise wrong(f"managed.domains[{index}]", domain, "Invalid domain name specified.")
    if len(domains) != len({domain.lower().rstrip(".") for domain in domains}):
        raise wrong("managed.domains", hint="Duplicate domains are not allowed.")


def _type(_call: Call, body: Body) -> str:
    return "MANAGED" if "managed" in body else "SELF_MANAGED"


def _on_create(call: Call, body: Body) -> None:
    """Keep no private key; read a self-managed certificate for what it says of itself."""
    own = body.get("selfManaged", {})
    key = str(body.pop("privateKey", "") or own.get("privateKey", ""))
    if body["type"] == "MANAGED":
        domains = body["managed"]["domains"]
        states = dict.fromkeys(domains, "PROVISIONING")
        body["managed"] = {"domains": domains, "status": "PROVISIONING", "domainStatus": states}
        name = f"{call.path}/{body['name']}"
        call.world.state.set_record(*PENDING, [*_pending(call.world), name])
        return
    text = str(body.get("certificate") or own.get("certificate"))
    body["certificate"] = text
    body["selfManaged"] = {"certificate": text}
    parsed = _parse(text)
    _check_key(key, parsed)
    body["expireTime"] = rfc3339_offset(parsed.not_valid_after_utc.timestamp())
    names = pem.dns_names(parsed)
    if names:
        body["subjectAlternativeNames"] = names


def _parse(text: str) -> x509.Certificate:
    try:
        return pem.certificate(text)
    except ValueError:
        raise wrong("certificate", hint=UNPARSED) from None


def _check_key(text: str, parsed: x509.Certificate) -> None:
    try:
        belongs = pem.belongs(text, parsed)
    except ValueError:
        raise wrong("privateKey", hint="The SSL key could not be parsed.") from None
    if not belongs:
        raise wrong("privateKey", hint="The SSL certificate and key do not match.")


# What leads clients to a certificate.
BALANCERS = ("forwardingRules", "targetHttpsProxies", "targetSslProxies")


def _pending(world: World) -> list[str]:
    found: list[str] = world.state.record(*PENDING, default=[])
    return found


def _served_at(world: World, name: str) -> set[str]:
    """The addresses at which a certificate is offered on port 443."""
    out = set()
    for proxy, _ in world.state.users("compute", name):
        for rule, _ in world.state.users("compute", proxy.name):
            low, _, high = str(rule.body.get("portRange", "")).partition("-")
            if rule.kind == "forwardingRules" and low and int(low) <= HTTPS <= int(high):
                out.add(str(rule.body["IPAddress"]))
    return out


def _found(world: World, obj: Obj) -> dict[str, str]:
    """What Google finds for each domain now."""
    here = _served_at(world, obj.name)
    if not here:
        return dict.fromkeys(obj.body["managed"]["domains"], "PROVISIONING")
    seen = {domain: set(dns.addresses(world, domain)) for domain in obj.body["managed"]["domains"]}
    return {
        domain: _state(world, domain) if found and found <= here else "FAILED_NOT_VISIBLE"
        for domain, found in seen.items()
    }


def _state(world: World, domain: str) -> str:
    """What becomes of a domain that leads here: some authority must be allowed to issue for it."""
    allowed = dns.issuers(world, domain)
    forbidden = allowed and not any(name in dns.AUTHORITIES for name in allowed)
    return "FAILED_CAA_FORBIDDEN" if forbidden else "ACTIVE"


def react(world: World, changed: tuple[tuple[str, str, str], ...] | None) -> None:
    """Look at the domains again when balancers or names have changed."""
    names = _pending(world)
    if not names:
        return
    if changed is not None and not dns.concerns(changed):
        rows = [
            name for table, service, name in changed if (table, service) == ("objects", "compute")
        ]
        if not any(f"/{kind}/" in name for name in rows for kind in BALANCERS):
            names = [name for name in rows if name in names]
    for name in names:
        obj = world.state.get("compute", name)
        if obj is not None:
            _look(world, obj)


def _look(world: World, obj: Obj) -> None:
    """Remember what is found now; it is told after the usual time, unless it changes until then."""
    found = _found(world, obj)
    if found == obj.meta.get("found", obj.body["managed"]["domainStatus"]):
        return
    number = world.state.count("certificate look")
    world.state.put(obj.but(meta={**obj.meta, "found": found, "look": number}))
    payload = {"service": "compute", "name": obj.name, "look": number}
    delay = world.latency.event(DELAY)
    if delay:
        world.later(delay, "compute", "certificate.tell", payload)
    else:
        tell(world, payload)


def tell(world: World, payload: Body) -> None:
    """Show what was found, and issue the certificate where all is in place."""
    obj = world.state.get("compute", payload["name"])
    if obj is None or obj.meta.get("look") != payload["look"]:
        return
    states: dict[str, str] = obj.meta["found"]
    managed = {**obj.body["managed"], "domainStatus": states}
    body = {**obj.body, "managed": managed}
    if all(state == "ACTIVE" for state in states.values()):
        managed["status"] = "ACTIVE"
        body["expireTime"] = rfc3339_offset(world.now() + VALID)
        body["subjectAlternativeNames"] = list(managed["domains"])
        _forget(world, obj.name)
    world.state.put(obj.but(body=body))


def _forget(world: World, name: str) -> None:
    left = [other for other in _pending(world) if other != name]
    world.state.set_record(*PENDING, left or None)


SSL_CERTIFICATES = Kind(
    name="sslCertificates",
    resources=("sslCertificates", "regionSslCertificates"),
    schema="SslCertificate",
    dialect=COMPUTE,
    latency="compute.ManagedSslCertificate",
    output_only=("managed.status", "managed.domainStatus", "expireTime", "subjectAlternativeNames"),
    defaults={"type": _type},
    validate=_validate,
    on_create=_on_create,
    on_delete=lambda call, obj: _forget(call.world, obj.name),
)
EVENTS = {"certificate.tell": tell}
