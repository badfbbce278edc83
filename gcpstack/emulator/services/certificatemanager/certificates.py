"""Certificates (https://cloud.google.com/certificate-manager/docs/reference/certificate-manager/rest/v1/projects.locations.certificates)."""

from gcpstack.emulator.core import pem
from gcpstack.emulator.core.call import Call
from gcpstack.emulator.core.errors import invalid
from gcpstack.emulator.core.model import Body, Reference
from gcpstack.emulator.core.store import Obj
from gcpstack.emulator.core.world import World
from gcpstack.emulator.services.certificatemanager import issuance
from gcpstack.emulator.services.certificatemanager.common import kind, times, touched

TYPES = ("managed", "selfManaged", "managedIdentity")
MOST_DOMAINS = {True: 100, False: 5}  # with and without DNS authorizations
HOSTS = {
    "compute": "compute.googleapis.com",
    "certificatemanager": "certificatemanager.googleapis.com",
}


def _check(call: Call, body: Body, old: Body | None) -> None:
    if old is not None:
        return
    if sum(name in body for name in TYPES) != 1:
        raise invalid(
            "Exactly one of managed, self_managed and managed_identity must be set.",
            field="certificate",
        )
    scope = body.get("scope", "DEFAULT")
    if call.location != "global" and scope not in ("DEFAULT", "CLIENT_AUTH"):
        raise invalid(
            f"Scope {scope} is not supported in location {call.location}.",
            field="certificate.scope",
        )
    if "managed" in body:
        _check_managed(call, body["managed"])


def _check_managed(call: Call, managed: Body) -> None:
    domains = managed.get("domains", [])
    records = issuance.authorizations(call.world, managed)
    bases = [domain.removeprefix("*.") for domain in domains]
    if not domains:
        raise invalid("At least one domain is required.", field="certificate.managed.domains")
    if records and "issuanceConfig" in managed:
        raise invalid(
            "dns_authorizations and issuance_config cannot be set together.",
            field="certificate.managed",
        )
    if "issuanceConfig" in managed:
        return
    if len(domains) > MOST_DOMAINS[bool(records)]:
        raise invalid(
            f"At most {MOST_DOMAINS[bool(records)]} domains are allowed.",
            field="certificate.managed.domains",
        )
    if not records and bases != domains:
        raise invalid(
            "Wildcard domains are only supported with DNS challenge resolution.",
            field="certificate.managed.domains",
        )
    if not records and call.location != "global":
        raise invalid(
            "Regional managed certificates need DNS authorizations.",
            field="certificate.managed.dns_authorizations",
        )
    bare = [base for base in bases if records and base not in records]
    if bare:
        raise invalid(
            f"There is no DNS authorization for the domain {bare[0]}.",
            field="certificate.managed.dns_authorizations",
        )


def _create(call: Call, body: Body) -> None:
    """Begin to obtain a managed certificate; read one's own for what it says of itself."""
    times(call, body)
    if "managed" in body:
        issuance.begin(call.world, body["name"], body)
    if "selfManaged" in body:
        _read(body)


def _change(call: Call, body: Body, old: Body) -> None:
    touched(call, body, old)
    own = body.get("selfManaged", {})
    if own:
        _read(body)


def _read(body: Body) -> None:
    """The chain and its key are input only: what is told is what they hold."""
    own = body["selfManaged"]
    field = "certificate.self_managed"
    try:
        parsed = pem.certificate(own.get("pemCertificate", ""))
    except ValueError:
        raise invalid(
            "The certificate could not be parsed.", field=f"{field}.pem_certificate"
        ) from None
    try:
        belongs = pem.belongs(own.get("pemPrivateKey", ""), parsed)
    except ValueError:
        raise invalid(
            "The private key could not be parsed.", field=f"{field}.pem_private_key"
        ) from None
    if not belongs:
        raise invalid(
            "The private key does not match the certificate.", field=f"{field}.pem_private_key"
        )
    body["selfManaged"] = {}
    body["pemCertificate"] = own["pemCertificate"]
    body["expireTime"] = parsed.not_valid_after_utc.strftime("%Y-%m-%dT%H:%M:%SZ")
    names = pem.dns_names(parsed)
    if names:
        body["sanDnsnames"] = names


def _view(world: World, obj: Obj, body: Body) -> Body:
    users = [user for user, _ in world.state.users(obj.service, obj.name)]
    if users:
        body["usedBy"] = [{"name": f"//{HOSTS[user.service]}/{user.name}"} for user in users]
    return body


CERTIFICATES = kind(
    "certificates",
    "Certificate",
    immutable=("scope", "managed.domains", "managed.dnsAuthorizations", "managed.issuanceConfig"),
    masks=("labels", "description", "selfManaged"),
    refs=(
        Reference(path="managed.dnsAuthorizations[]", to=("dnsAuthorizations",)),
        Reference(
            path="managed.issuanceConfig", to=("certificateIssuanceConfigs",), must_exist=False
        ),
    ),
    validate=_check,
    on_create=_create,
    on_update=_change,
    on_delete=lambda call, obj: issuance.forget(call.world, obj.name),
    view=_view,
)
