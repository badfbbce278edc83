"""DNS authorizations, issuance configs and trust configs.

https://cloud.google.com/certificate-manager/docs/reference/certificate-manager/rest
"""

import re
from hashlib import sha256

from gcpstack.emulator.core.call import Call
from gcpstack.emulator.core.errors import already_exists, invalid
from gcpstack.emulator.core.model import Body
from gcpstack.emulator.services.certificatemanager.common import kind, times

DOMAIN = re.compile(r"([a-z0-9_${}]([-a-z0-9_${}.]{0,61}[a-z0-9${}])?\.)+[a-zA-Z0-9-]{2,63}")
ROOT = "authorize.certificatemanager.goog."
SHORTEST_LIFETIME, LONGEST_LIFETIME = 21 * 86400, 30 * 86400
WINDOW = (1, 99)


def _check_domain(call: Call, body: Body, old: Body | None) -> None:
    domain = body["domain"]
    if not DOMAIN.fullmatch(domain):
        raise invalid(f"Invalid domain: {domain}", field="dns_authorization.domain")
    if call.location != "global" and body["type"] == "FIXED_RECORD":
        raise invalid(
            f"Type FIXED_RECORD is not supported in location {call.location}.",
            field="dns_authorization.type",
        )
    if old is None:
        for other in call.world.state.page(call.service.name, call.path):
            if (other.body["domain"], other.body["type"]) == (domain, body["type"]):
                raise already_exists(f"The domain {domain} is already authorized by '{other.name}'")


def _record(call: Call, body: Body) -> None:
    """The record that proves a domain: a name that Google looks up, and what it expects there."""
    times(call, body)
    secret = sha256(f"{call.project}/{call.location}".encode()).hexdigest()[:16]
    mark = "" if body["type"] == "FIXED_RECORD" else f"_{secret}"
    body["dnsResourceRecord"] = {
        "name": f"_acme-challenge{mark}.{body['domain']}.",
        "type": "CNAME",
        "data": f"{call.world.ids.uuid()}.{call.world.state.count('dns authorization') % 20}.{ROOT}",
    }


AUTHORIZATIONS = kind(
    "dnsAuthorizations",
    "DnsAuthorization",
    required=("domain",),
    immutable=("domain", "type"),
    masks=("labels", "description"),
    defaults={
        "type": lambda call, _body: (
            "FIXED_RECORD" if call.location == "global" else "PER_PROJECT_RECORD"
        )
    },
    validate=_check_domain,
    on_create=_record,
)


def _check_issuance(_call: Call, body: Body, _old: Body | None) -> None:
    seconds = float(str(body["lifetime"]).rstrip("s"))
    if not SHORTEST_LIFETIME <= seconds <= LONGEST_LIFETIME:
        raise invalid(
            f"The lifetime must be between {SHORTEST_LIFETIME}s and {LONGEST_LIFETIME}s.",
            field="certificate_issuance_config.lifetime",
        )
    if not WINDOW[0] <= body["rotationWindowPercentage"] <= WINDOW[1]:
        raise invalid(
            "The rotation window must be between 1 and 99 percent.",
            field="certificate_issuance_config.rotation_window_percentage",
        )


ISSUANCE_CONFIGS = kind(
    "certificateIssuanceConfigs",
    "CertificateIssuanceConfig",
    required=(
        "certificateAuthorityConfig.certificateAuthorityServiceConfig.caPool", "lifetime",
        "rotationWindowPercentage", "keyAlgorithm",
    ),
    validate=_check_issuance,
)  # fmt: skip

TRUST_CONFIGS = kind("trustConfigs", "TrustConfig", etag="etag")
