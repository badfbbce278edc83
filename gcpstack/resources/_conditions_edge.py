"""Whether certificates work, in Google's words, with the cause where Google gives one."""

from collections.abc import Mapping

from gcpstack._core.json import get
from gcpstack._core.kinds import READY, Condition, Health

Live = Mapping[str, object]

# https://cloud.google.com/certificate-manager/docs/troubleshooting
_CAUSES: Mapping[str, str] = {
    "CONFIG": "its DNS record is missing or leads elsewhere, or no load balancer shows the "
    "certificate there; Google asks again by itself once that is fixed",
    "CAA": "its CAA records allow none of Google's authorities; add pki.goog or letsencrypt.org",
    "RATE_LIMITED": "the authority limits how many certificates it issues for the domain; Google "
    "tries again by itself",
}


def certificate(body: Live) -> Condition:
    """Read the state of a certificate, with the cause for each domain; one's own is ready."""
    managed = body.get("managed")
    if not isinstance(managed, Mapping):
        return READY
    label = str(managed.get("state") or "PROVISIONING")
    if label == "ACTIVE":
        return Condition(Health.READY, label)
    attempts = managed.get("authorizationAttemptInfo")
    detail = tuple(
        _domain(item)
        for item in (attempts if isinstance(attempts, list) else ())
        if item.get("state") != "AUTHORIZED"
    )
    # What failed is tried again by Google for as long as there are domains to prove.
    health = Health.FAILED if label == "FAILED" and not detail else Health.PENDING
    return Condition(health, label, detail)


def _domain(item: Live) -> str:
    domain, reason = item.get("domain"), str(item.get("failureReason") or "")
    record = get(item, ("troubleshooting", "cname", "name"))
    cause = _CAUSES.get(reason, str(item.get("details") or item.get("state") or ""))
    wanted = get(item, ("troubleshooting", "cname", "expectedData"))
    more = f"; record needed: {record} CNAME {wanted}" if record else ""
    return f"{domain}: {reason or item.get('state')}: {cause}{more}"
