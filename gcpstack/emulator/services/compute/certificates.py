"""Certificates and SSL policies (https://cloud.google.com/compute/docs/reference/rest/v1/sslCertificates).

A managed certificate is obtained once it is attached to a proxy that a forwarding rule serves on
port 443, and every domain resolves to the address of such a rule; until then each domain tells why
not (https://cloud.google.com/load-balancing/docs/ssl-certificates/troubleshooting).
"""

from cryptography import x509

from gcpstack.emulator.core import dns
from gcpstack.emulator.core.call import Call
from gcpstack.emulator.core.clock import rfc3339_offset
from gcpstack.emulator.core.errors import invalid
from gcpstack.emulator.core.model import Body, Kind
from gcpstack.emulator.core.store import Obj
from gcpstack.emulator.core.world import World
from gcpstack.emulator.dialects.compute import COMPUTE

MOST_DOMAINS = 100
EVENT = "managed_certificate_active"


def _validate(_call: Call, body: Body, _old: Body | None) -> None:
    if body.get("type") == "MANAGED":
        domains = body.get("managed", {}).get("domains", [])
        if not 1 <= len(domains) <= MOST_DOMAINS:
            raise invalid(
                f"Invalid value for field 'resource.managed.domains': ''. Between 1 and {MOST_DOMAINS} domains must be given."
            )
        for domain in domains:
            if domain.startswith("*") or "." not in domain.strip("."):
                raise invalid(
                    f"Invalid value for field 'resource.managed.domains': '{domain}'. Invalid domain name specified."
                )
        if len(domains) != len(set(domains)):
            raise invalid(
                "Invalid value for field 'resource.managed.domains': ''. Domains must be unique."
            )
    elif not body.get("certificate") and not body.get("selfManaged", {}).get("certificate"):
        raise invalid(
            "Invalid value for field 'resource.certificate': ''. The SSL certificate could not be parsed."
        )


def _type(_call: Call, body: Body) -> str:
    return "MANAGED" if "managed" in body else "SELF_MANAGED"


def _on_create(_call: Call, body: Body) -> None:
    """Keep no private key; read a self-managed certificate for what it says of itself."""
    body.pop("privateKey", None)
    if body["type"] == "MANAGED":
        body["managed"] = {"domains": body["managed"]["domains"]}
        return
    own = body.get("selfManaged", {})
    text = str(body.get("certificate") or own.get("certificate"))
    body["certificate"] = text
    body["selfManaged"] = {"certificate": text}
    try:
        parsed = x509.load_pem_x509_certificates(text.encode())[0]
    except ValueError:
        raise invalid(
            "Invalid value for field 'resource.certificate': ''. The SSL certificate could not be parsed."
        ) from None
    body["expireTime"] = rfc3339_offset(parsed.not_valid_after_utc.timestamp())
    names = _names(parsed)
    if names:
        body["subjectAlternativeNames"] = names


def _names(parsed: x509.Certificate) -> list[str]:
    try:
        found = parsed.extensions.get_extension_for_class(x509.SubjectAlternativeName)
    except x509.ExtensionNotFound:
        return []
    return list(found.value.get_values_for_type(x509.DNSName))


def served_at(world: World, obj: Obj) -> set[str]:
    """The addresses at which a certificate is offered on port 443."""
    out = set()
    for proxy, _ in world.state.users("compute", obj.name):
        for rule, _ in world.state.users("compute", proxy.name):
            low, _, high = str(rule.body.get("portRange", "")).partition("-")
            if rule.kind == "forwardingRules" and low and int(low) <= 443 <= int(high or low):  # noqa: PLR2004
                out.add(str(rule.body.get("IPAddress")))
    return out


def domain_states(world: World, obj: Obj) -> dict[str, str]:
    """What Google finds for each domain now."""
    here = served_at(world, obj)
    out = {}
    for domain in obj.body["managed"]["domains"]:
        if not here:
            out[domain] = "PROVISIONING"
            continue
        found = set(dns.addresses(world, domain))
        out[domain] = "ACTIVE" if found and found <= here else "FAILED_NOT_VISIBLE"
    return out


def _view(world: World, obj: Obj, body: Body) -> Body:
    if body.get("type") != "MANAGED":
        return body
    managed = {**body["managed"]}
    if world.state.record("certificate active", obj.name):
        # A certificate once obtained stays until it has to be renewed.
        states = dict.fromkeys(managed["domains"], "ACTIVE")
        body["expireTime"] = rfc3339_offset(_expires(world, obj))
    else:
        states = domain_states(world, obj)
        if all(state == "ACTIVE" for state in states.values()):
            states = _obtaining(world, obj, states)
            if all(state == "ACTIVE" for state in states.values()):
                body["expireTime"] = rfc3339_offset(_expires(world, obj))
        else:
            world.state.set_record("certificate visible", obj.name, None)
    managed["domainStatus"] = states
    ready = all(state == "ACTIVE" for state in states.values())
    managed["status"] = "ACTIVE" if ready else "PROVISIONING"
    body["managed"] = managed
    return body


def _obtaining(world: World, obj: Obj, states: dict[str, str]) -> dict[str, str]:
    """Everything is in place: the certificate comes after the usual time."""
    since = world.state.record("certificate visible", obj.name)
    if since is None:
        since = world.now()
        world.state.set_record("certificate visible", obj.name, since)
    if world.now() - since >= world.latency.event(EVENT):
        world.state.set_record("certificate active", obj.name, world.now())
        return states
    return dict.fromkeys(states, "PROVISIONING")


def _expires(world: World, obj: Obj) -> float:
    """https://cloud.google.com/load-balancing/docs/ssl-certificates/google-managed-certs: 90 days."""
    since: float = world.state.record("certificate active", obj.name, world.now())
    return since + 90 * 86400.0


def _on_delete(call: Call, obj: Obj) -> None:
    for space in ("certificate visible", "certificate active"):
        call.world.state.set_record(space, obj.name, None)


SSL_CERTIFICATES = Kind(
    name="sslCertificates",
    resources=("sslCertificates", "regionSslCertificates"),
    schema="SslCertificate",
    dialect=COMPUTE,
    latency="compute.ManagedSslCertificate",
    label="ssl_certificate",
    output_only=("managed.status", "managed.domainStatus", "expireTime", "subjectAlternativeNames"),
    defaults={"type": _type},
    validate=_validate,
    on_create=_on_create,
    on_delete=_on_delete,
    view=_view,
    secret=("privateKey",),
)

_COMMON = ("TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256", "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384", "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256", "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256", "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384", "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256")  # fmt: skip
_MODERN = (*_COMMON, "TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA", "TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA", "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA", "TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA")  # fmt: skip
_COMPATIBLE = (*_MODERN, "TLS_RSA_WITH_3DES_EDE_CBC_SHA", "TLS_RSA_WITH_AES_128_CBC_SHA", "TLS_RSA_WITH_AES_128_GCM_SHA256", "TLS_RSA_WITH_AES_256_CBC_SHA", "TLS_RSA_WITH_AES_256_GCM_SHA384")  # fmt: skip
# https://cloud.google.com/load-balancing/docs/ssl-policies-concepts#defining_an_ssl_policy
FEATURES = {
    "COMPATIBLE": _COMPATIBLE,
    "MODERN": _MODERN,
    "RESTRICTED": _COMMON,
    "FIPS_202205": tuple(name for name in _COMMON if "CHACHA" not in name),
}


def _check_policy(_call: Call, body: Body, _old: Body | None) -> None:
    profile, version = body["profile"], body["minTlsVersion"]
    custom = body.get("customFeatures", [])
    wrong = ""
    if (profile == "CUSTOM") != bool(custom):
        wrong = "Custom features can be given if and only if the profile is CUSTOM."
    elif version == "TLS_1_3" and profile != "RESTRICTED":
        wrong = "TLS 1.3 as the minimum version needs the profile RESTRICTED."
    elif profile == "FIPS_202205" and version != "TLS_1_2":
        wrong = "The profile FIPS_202205 needs the minimum version TLS 1.2."
    if wrong:
        raise invalid(f"Invalid value for field 'resource.profile': '{profile}'. {wrong}")
    unknown = sorted(set(custom) - set(_COMPATIBLE))
    if unknown:
        raise invalid(
            f"Invalid value for field 'resource.customFeatures': '{unknown[0]}'. Unknown feature."
        )


def _features(_call: Call, body: Body) -> None:
    body["enabledFeatures"] = sorted(
        FEATURES.get(body["profile"]) or body.get("customFeatures", ())
    )


def _available(_call: Call) -> Body:
    """``listAvailableFeatures``."""
    return {"features": sorted(_COMPATIBLE)}


SSL_POLICIES = Kind(
    name="sslPolicies",
    resources=("sslPolicies", "regionSslPolicies"),
    schema="SslPolicy",
    dialect=COMPUTE,
    label="ssl_policy",
    fingerprint="fingerprint",
    output_only=("enabledFeatures", "warnings"),
    defaults={"profile": "COMPATIBLE", "minTlsVersion": "TLS_1_0"},
    validate=_check_policy,
    on_create=_features,
    on_update=lambda call, body, _old: _features(call, body),
    methods={"listAvailableFeatures": _available},
)
