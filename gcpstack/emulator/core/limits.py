"""Calls held against the quotas in force, and the refusals in Google's words."""

from gcpstack.emulator.core.call import Call
from gcpstack.emulator.core.errors import ApiError
from gcpstack.emulator.core.faults import rate_limited
from gcpstack.emulator.core.paths import snake
from gcpstack.emulator.core.quotas import Rate

QUOTA_FAILURE = "type.googleapis.com/google.rpc.QuotaFailure"


def spend(call: Call) -> None:
    """Count a call; refuses it when its window is used up."""
    quotas, method = call.world.quotas, call.method
    rate = quotas.rate(call.service.name, method.id, method.http) if quotas.enabled else None
    if rate is None:
        return
    place = {"location": call.location, "resource": call.name}.get(rate.per, "")
    if not quotas.spend(rate, f"{call.project}/{place}", call.world.now()):
        raise _refusal(call, rate)


def check_made(call: Call) -> None:
    """Refuse a call that made one resource more than there may be."""
    if not call.world.quotas.enabled:
        return
    state = call.world.state
    for (table, service, name), before in list(state.pending().items()):
        made = state.get(service, name) if table == "objects" and before is None else None
        most = call.world.quotas.most(f"{service}.{made.kind}") if made else None
        collection = name.rpartition("/")[0]
        if made and most is not None and state.size(service, collection) > most:
            raise _too_many(call, collection, made.kind, most)


def _refusal(call: Call, rate: Rate) -> ApiError:
    metadata = {
        "consumer": f"projects/{call.world.number_of(call.project)}",
        "quota_metric": rate.metric,
        "quota_limit": rate.limit,
        "quota_limit_value": str(rate.value),
    }
    if rate.per == "location":
        metadata["quota_location"] = call.location
    compute = rate.service in ("compute", "bigquery")
    return rate_limited(rate.service, rate.metric, limit=rate.limit, as_403=compute, **metadata)


def _too_many(call: Call, collection: str, kind: str, most: int) -> ApiError:
    if call.service.name == "compute":
        place = f"in region {call.location}" if call.location != "global" else "globally"
        text = f"Quota '{snake(kind).upper()}' exceeded.  Limit: {float(most)} {place}."
        return ApiError(403, text, reason="quotaExceeded")
    text = f"Quota limit for {kind} has been exceeded. Limit: {most} in {collection.rpartition('/')[0]}."
    failure = {
        "@type": QUOTA_FAILURE,
        "violations": [{"subject": collection, "description": text}],
    }
    return ApiError(429, text, reason="quotaExceeded", details=[failure])
