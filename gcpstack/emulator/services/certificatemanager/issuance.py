"""How managed certificates come about.

A certificate whose domains have DNS authorizations is issued once each of their records stands in the
DNS; one without them once it is served on port 443 and every domain leads there. Until then it tells
why not (https://cloud.google.com/certificate-manager/docs/troubleshooting).
"""

from gcpstack.emulator.core import dns
from gcpstack.emulator.core.model import Body
from gcpstack.emulator.core.store import Obj
from gcpstack.emulator.core.world import World

SERVICE = "certificatemanager"
PENDING = (SERVICE, "pending certificates")
DELAY = "managed_certificate_active"
VALID = 90 * 86400.0
HTTPS = 443
DETAILS = "Domain authorization failed. See the troubleshooting of each domain."


def begin(world: World, name: str, body: Body) -> None:
    """Start to obtain a managed certificate."""
    managed = body["managed"] = {**body["managed"], "state": "PROVISIONING"}
    if "issuanceConfig" not in managed:
        managed["authorizationAttemptInfo"] = [
            {"domain": domain, "state": "AUTHORIZING"} for domain in managed["domains"]
        ]
    world.state.set_record(*PENDING, [*_pending(world), name])


def forget(world: World, name: str) -> None:
    """A certificate is obtained, or gone."""
    world.state.set_record(*PENDING, [other for other in _pending(world) if other != name] or None)


def _pending(world: World) -> list[str]:
    found: list[str] = world.state.record(*PENDING, default=[])
    return found


def react(world: World, changed: tuple[tuple[str, str, str], ...] | None) -> None:
    """Look at the domains again when certificates, balancers or names have changed."""
    names = _pending(world)
    if not names:
        return
    ours = changed is None or any(
        key[0] == "objects" and key[1] in ("compute", SERVICE) for key in changed
    )
    if ours or (changed is not None and dns.concerns(changed)):
        for name in names:
            obj = world.state.get(SERVICE, name)
            if obj is not None and not obj.meta.get("pending"):
                _look(world, obj)


def _look(world: World, obj: Obj) -> None:
    """Remember what is found now; it is told after the usual time, unless it changes until then."""
    found = _attempts(world, obj)
    if found == obj.meta.get("found"):
        return
    number = world.state.count("certificate attempt")
    world.state.put(obj.but(meta={**obj.meta, "found": found, "look": number}))
    payload = {"name": obj.name, "look": number}
    delay = world.latency.event(DELAY)
    if delay:
        world.later(delay, SERVICE, "issue", payload)
    else:
        tell(world, payload)


def tell(world: World, payload: Body) -> None:
    """Show what was found, and issue the certificate where all is in place."""
    obj = world.state.get(SERVICE, payload["name"])
    if obj is None or obj.meta.get("look") != payload["look"]:
        return
    attempts = [{**found, "attemptTime": world.stamp()} for found in obj.meta["found"]]
    managed = {
        key: value for key, value in obj.body["managed"].items() if key != "provisioningIssue"
    }
    body = {**obj.body, "managed": managed, "updateTime": world.stamp()}
    if attempts:
        managed["authorizationAttemptInfo"] = attempts
    if any(found["state"] == "FAILED" for found in attempts):
        managed["provisioningIssue"] = {"reason": "AUTHORIZATION_ISSUE", "details": DETAILS}
    if all(found["state"] == "AUTHORIZED" for found in attempts):
        managed["state"] = "ACTIVE"
        body["expireTime"] = world.stamp(world.now() + VALID)
        body["sanDnsnames"] = list(managed["domains"])
        forget(world, obj.name)
    world.state.put(obj.but(body=body))


def _attempts(world: World, obj: Obj) -> list[Body]:
    managed = obj.body["managed"]
    if "issuanceConfig" in managed:
        return []
    records = authorizations(world, managed)
    serving = {port: served(world, obj.name, port) for port in (True, False)}
    return [
        _by_record(world, domain, records[domain.removeprefix("*.")])
        if records
        else _by_address(world, domain, serving[True], serving[False])
        for domain in managed["domains"]
    ]


def authorizations(world: World, managed: Body) -> dict[str, Body]:
    """The records that prove each domain."""
    names = [world.canonical(name) for name in managed.get("dnsAuthorizations", ())]
    found = [world.state.get(SERVICE, name) for name in names]
    return {obj.body["domain"]: obj.body["dnsResourceRecord"] for obj in found if obj is not None}


def _by_record(world: World, domain: str, record: Body) -> Body:
    resolved = dns.alias(world, record["name"])
    if resolved == record["data"].rstrip("."):
        return {"domain": domain, "state": "AUTHORIZED"}
    chain = [f"{resolved}."] if resolved else []
    names: Body = {"name": record["name"], "expectedData": record["data"]}
    return _failed(
        domain, "CNAME_MISMATCH", cname={**names, **({"resolvedData": chain} if chain else {})}
    )


def _by_address(world: World, domain: str, serving: list[str], elsewhere: list[str]) -> Body:
    resolved = sorted(dns.addresses(world, domain))
    if not serving and not elsewhere:
        return _failed(domain, "CERTIFICATE_NOT_ATTACHED", ips={"resolved": resolved})
    ips = {"resolved": resolved, "serving": serving, "servingOnAltPorts": elsewhere}
    if not resolved:
        return _failed(domain, "NO_RESOLVED_IPS", ips=ips)
    if set(resolved) <= set(serving):
        return {"domain": domain, "state": "AUTHORIZED"}
    if set(resolved) <= {*serving, *elsewhere}:
        return _failed(domain, "RESOLVED_TO_SERVING_ON_ALT_PORTS", ips=ips)
    return _failed(domain, "RESOLVED_TO_NOT_SERVING", ips=ips)


def _failed(domain: str, issue: str, **facts: Body) -> Body:
    told = {
        name: {key: value for key, value in fact.items() if value} for name, fact in facts.items()
    }
    return {
        "domain": domain,
        "state": "FAILED",
        "failureReason": "CONFIG",
        "details": f"Domain authorization of {domain} failed: {issue}.",
        "troubleshooting": {
            "issues": [issue],
            **{name: fact for name, fact in told.items() if fact},
        },
    }


def rules(world: World, name: str) -> list[tuple[Obj, Obj]]:
    """The forwarding rules that lead to a map or certificate, each with its proxy."""
    found = []
    for user, _ in world.state.users(SERVICE, name):
        if user.service == "compute":
            users = world.state.users("compute", user.name)
            found += [(rule, user) for rule, _ in users if "IPAddress" in rule.body]
        elif user.kind == "certificateMapEntries":
            found += rules(world, user.parent)
    return found


def served(world: World, name: str, https: bool) -> list[str]:
    """The addresses at which a certificate is offered, on port 443 or only on others."""
    out = set()
    for rule, _ in rules(world, name):
        low, _, high = str(rule.body.get("portRange", "")).partition("-")
        if bool(low and int(low) <= HTTPS <= int(high or low)) == https:
            out.add(str(rule.body["IPAddress"]))
    return sorted(out)
