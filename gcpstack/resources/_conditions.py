"""Whether live objects work, in Google's words, with the cause where Google gives one."""

from collections.abc import Callable, Mapping

from gcpstack._core.json import get
from gcpstack._core.kinds import READY, Condition, Health

Live = Mapping[str, object]

# https://cloud.google.com/load-balancing/docs/ssl-certificates/troubleshooting
_DOMAIN_CAUSES: Mapping[str, str] = {
    "FAILED_NOT_VISIBLE": "its A or AAAA record does not lead to the load balancer (only), or no "
    "forwarding rule on port 443 uses the certificate; create the record, Google asks again by "
    "itself, up to an hour later",
    "FAILED_CAA_CHECKING": "its CAA records could not be read; check the name servers of the domain",
    "FAILED_CAA_FORBIDDEN": "its CAA records allow none of Google's authorities; add pki.goog or "
    "letsencrypt.org to them",
    "FAILED_RATE_LIMITED": "the authority limits how many certificates it issues for the domain; "
    "Google tries again by itself",
}
_CERTIFICATE_FAILED = frozenset({"PROVISIONING_FAILED_PERMANENTLY"})


def certificate(body: Live) -> Condition:
    """Read the state of a Google-managed certificate, with the cause for each domain.

    ``PROVISIONING_FAILED`` counts as pending: Google goes on trying
    (https://cloud.google.com/load-balancing/docs/ssl-certificates/troubleshooting).
    """
    label = str(get(body, ("managed", "status")) or "PROVISIONING")
    domains = get(body, ("managed", "domainStatus"), {})
    detail = tuple(
        _domain(str(domain), str(status))
        for domain, status in sorted(domains.items() if isinstance(domains, Mapping) else ())
        if status != "ACTIVE"
    )
    if label == "ACTIVE":
        return Condition(Health.READY, label, detail)
    if label in _CERTIFICATE_FAILED:
        remedy = "Google gave up; change its domains, or delete it to try again"
        return Condition(Health.FAILED, label, (*detail, remedy))
    if label == "RENEWAL_FAILED":
        return Condition(Health.FAILED, label, detail)
    return Condition(Health.PENDING, label, detail)


def _domain(domain: str, status: str) -> str:
    cause = _DOMAIN_CAUSES.get(status)
    return f"{domain}: {status}: {cause}" if cause else f"{domain}: {status}"


_RUN = {
    "CONDITION_SUCCEEDED": Health.READY,
    "CONDITION_FAILED": Health.FAILED,
    "CONDITION_PENDING": Health.PENDING,
    "CONDITION_RECONCILING": Health.PENDING,
}


def run_service(body: Live) -> Condition:
    """Read the terminal condition of a Cloud Run service, with Google's reason and message.

    A failed deployment leaves the service on its last good revision; its condition still fails.
    """
    state = str(get(body, ("terminalCondition", "state")) or "")
    if not state:
        busy = bool(body.get("reconciling"))
        return Condition(Health.PENDING, "RECONCILING") if busy else READY
    health = _RUN.get(state, Health.PENDING)
    if health is Health.READY:
        return READY
    label = state.removeprefix("CONDITION_")
    reasons = (
        get(body, ("terminalCondition", key))
        for key in ("reason", "revisionReason", "executionReason")
    )
    found = next((str(reason) for reason in reasons if reason), "")
    message = str(get(body, ("terminalCondition", "message")) or "")
    detail = ": ".join(part for part in (found, message) if part)
    return Condition(health, found or label, (detail,) if detail else ())


def channel(body: Live) -> Condition:
    """Read whether a notification channel may be used: some types must be verified first."""
    if body.get("verificationStatus") != "UNVERIFIED":
        return READY
    return Condition(
        Health.PENDING,
        "UNVERIFIED",
        ("its owner must confirm it: open Monitoring, Alerting, Edit notification channels",),
    )


def api(body: Live) -> Condition:
    """Read whether an API is enabled."""
    state = str(body.get("state") or "ENABLED")
    return READY if state == "ENABLED" else Condition(Health.PENDING, state)


def domain_mapping(body: Live) -> Condition:
    """Read whether a domain leads to its service; until then, the records that make it so.

    https://cloud.google.com/run/docs/mapping-custom-domains#dns_update
    """
    listed = get(body, ("status", "conditions"))
    ready: Mapping[str, object] = next(
        (item for item in (listed if isinstance(listed, list) else ()) if item["type"] == "Ready"),
        {},
    )
    if ready.get("status") == "True":
        return READY
    reason = str(ready.get("reason") or "PENDING")
    told = [str(ready["message"])] if ready.get("message") else []
    records = get(body, ("status", "resourceRecords"))
    told += [
        f"record needed: {item.get('name') or '@'} {item.get('type')} {item.get('rrdata')}"
        for item in (records if isinstance(records, list) else ())
    ]
    health = Health.FAILED if ready.get("status") == "False" else Health.PENDING
    return Condition(health, reason, tuple(told))


def built(*path: str) -> Callable[[Live], Condition]:
    """Read the state of what Firestore builds from existing documents, such as an index.

    https://cloud.google.com/firestore/docs/query-data/indexing#build_errors
    """

    def read(body: Live) -> Condition:
        label = str(get(body, path) or "READY")
        if label == "NEEDS_REPAIR":
            why = "building it failed; delete it and apply again"
            return Condition(Health.FAILED, label, (why,))
        return Condition(Health.PENDING if label == "CREATING" else Health.READY, label)

    return read


def key(body: Live) -> Condition:
    """Read the state of a key by that of its primary version, where it has one.

    https://cloud.google.com/kms/docs/key-states
    """
    label = str(get(body, ("primary", "state")) or "ENABLED")
    if label.startswith("PENDING_"):
        return Condition(Health.PENDING, label)
    if label in ("GENERATION_FAILED", "IMPORT_FAILED"):
        return Condition(Health.FAILED, label)
    if label == "DISABLED":
        told = "its primary version is disabled: nothing can be encrypted with it"
        return Condition(Health.FAILED, label, (told,))
    return READY if label == "ENABLED" else Condition(Health.READY, label)
