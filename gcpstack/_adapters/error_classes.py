"""Which error a refusal is: decided by code and reason, in tables.

Sources: https://cloud.google.com/apis/design/errors, https://google.aip.dev/193,
https://cloud.google.com/compute/docs/api-rate-limits,
https://cloud.google.com/storage/docs/json_api/v1/status-codes. Where an API tells cases apart by
its words alone, `_WORDS` says so.
"""

import re
from collections.abc import Mapping

from gcpstack import exceptions as ours
from gcpstack._adapters.error_facts import Facts

#: Machine-readable reasons, of the older APIs (camel case) and of ErrorInfo (upper case).
REASONS: Mapping[str, type[ours.CloudError]] = {
    "ABORTED": ours.Conflict,
    "ACCESS_TOKEN_EXPIRED": ours.Unauthenticated,
    "ACCESS_TOKEN_SCOPE_INSUFFICIENT": ours.PermissionDenied,
    "ACCOUNT_STATE_INVALID": ours.Unauthenticated,
    "ALREADY_EXISTS": ours.AlreadyExists,
    "BILLING_DISABLED": ours.FailedPrecondition,
    "CONCURRENT_OPERATIONS_QUOTA_EXCEEDED": ours.RateLimited,
    "CREDENTIALS_MISSING": ours.Unauthenticated,
    "IAM_PERMISSION_DENIED": ours.PermissionDenied,
    "QUOTA_EXCEEDED": ours.QuotaExceeded,
    "RATE_LIMIT_EXCEEDED": ours.RateLimited,
    "RESOURCE_ALREADY_EXISTS": ours.AlreadyExists,
    "RESOURCE_IN_USE_BY_ANOTHER_RESOURCE": ours.FailedPrecondition,
    "RESOURCE_NOT_FOUND": ours.NotFound,
    "RESOURCE_NOT_READY": ours.OperationInProgress,
    "RESOURCE_OPERATION_RATE_EXCEEDED": ours.RateLimited,
    "RESOURCE_POOL_EXHAUSTED": ours.QuotaExceeded,
    "SERVICE_DISABLED": ours.ApiDisabled,
    "UNSUPPORTED_OPERATION": ours.InvalidRequest,
    "USER_PROJECT_DENIED": ours.PermissionDenied,
    "ZONE_RESOURCE_POOL_EXHAUSTED": ours.QuotaExceeded,
    "aborted": ours.Conflict,
    "accessNotConfigured": ours.ApiDisabled,
    "alreadyExists": ours.AlreadyExists,
    "authError": ours.Unauthenticated,
    "backendError": ours.Unavailable,
    "badRequest": ours.InvalidRequest,
    "conditionNotMet": ours.Conflict,
    "containerNotEmpty": ours.FailedPrecondition,
    "dailyLimitExceeded": ours.QuotaExceeded,
    "duplicate": ours.AlreadyExists,
    "failedPrecondition": ours.FailedPrecondition,
    "forbidden": ours.PermissionDenied,
    "instanceAlreadyExists": ours.AlreadyExists,
    "instanceDoesNotExist": ours.NotFound,
    "internalError": ours.Unavailable,
    "invalid": ours.InvalidRequest,
    "invalidParameter": ours.InvalidRequest,
    "invalidState": ours.FailedPrecondition,
    "limitExceeded": ours.QuotaExceeded,
    "notAuthorized": ours.PermissionDenied,
    "notFound": ours.NotFound,
    "operationDoesNotExist": ours.NotFound,
    "operationInProgress": ours.OperationInProgress,
    "parseError": ours.InvalidRequest,
    "quotaExceeded": ours.QuotaExceeded,
    "rateLimitExceeded": ours.RateLimited,
    "required": ours.InvalidRequest,
    "resourceInUse": ours.FailedPrecondition,
    "resourceInUseByAnotherResource": ours.FailedPrecondition,
    "resourceNotFound": ours.NotFound,
    "resourceNotReady": ours.OperationInProgress,
    "staleData": ours.Conflict,
    "userRateLimitExceeded": ours.RateLimited,
}

#: Canonical statuses (https://github.com/googleapis/googleapis/blob/master/google/rpc/code.proto).
STATUSES: Mapping[str, type[ours.CloudError]] = {
    "ABORTED": ours.Conflict,
    "ALREADY_EXISTS": ours.AlreadyExists,
    "CANCELLED": ours.Unavailable,
    "DATA_LOSS": ours.CloudError,
    "DEADLINE_EXCEEDED": ours.Unavailable,
    "FAILED_PRECONDITION": ours.FailedPrecondition,
    "INTERNAL": ours.Unavailable,
    "INVALID_ARGUMENT": ours.InvalidRequest,
    "NOT_FOUND": ours.NotFound,
    "OUT_OF_RANGE": ours.InvalidRequest,
    "PERMISSION_DENIED": ours.PermissionDenied,
    "RESOURCE_EXHAUSTED": ours.RateLimited,
    "UNAUTHENTICATED": ours.Unauthenticated,
    "UNAVAILABLE": ours.Unavailable,
    "UNIMPLEMENTED": ours.InvalidRequest,
    "UNKNOWN": ours.Unavailable,
}

CODES: Mapping[int, type[ours.CloudError]] = {
    401: ours.Unauthenticated,
    403: ours.PermissionDenied,
    404: ours.NotFound,
    408: ours.Unavailable,
    409: ours.Conflict,
    410: ours.NotFound,
    412: ours.Conflict,
    425: ours.Unavailable,
    429: ours.RateLimited,
    499: ours.Unavailable,
    501: ours.InvalidRequest,
    505: ours.InvalidRequest,
}

#: Cases that an API tells apart by its words alone; the code must match as well.
_WORDS: tuple[tuple[int, str, type[ours.CloudError]], ...] = (
    # A bucket that holds objects and a name that is taken are both 409 "conflict".
    (409, "is not empty", ours.FailedPrecondition),
    (409, "bucket name is not available", ours.AlreadyExists),
    (409, "you already own it", ours.AlreadyExists),
    # Monitoring asks for one edit at a time in a project.
    (409, "too many concurrent edits", ours.OperationInProgress),
    # Service Usage lets one change of a project's services run at a time.
    (400, "Another activation or deactivation is in progress", ours.OperationInProgress),
    (400, "There is a peering operation in progress", ours.OperationInProgress),
    # Cloud SQL has no reason of its own for a database that exists.
    (400, "failed to create database .* already exists", ours.AlreadyExists),
    (400, "Can't create database .* database exists", ours.AlreadyExists),
    (409, "sync mutate calls cannot be queued", ours.OperationInProgress),
    # An etag that is out of date, told as https://google.aip.dev/154 once asked for.
    (400, r"(?i)\betag\b.*\bnot match\b", ours.Conflict),
    # A service account is known to IAM policies a while after it was made.
    (400, "Service account .* does not exist", ours.Unavailable),
    (403, "Quota exceeded for quota metric .* per minute", ours.RateLimited),
)


def classify(facts: Facts) -> type[ours.CloudError]:
    """Choose the error class: by words where nothing else tells, by reason, status, code."""
    for code, words, found in _WORDS:
        if facts.code == code and re.search(words, facts.message):
            return found
    for reason in facts.reasons:
        if reason in REASONS:
            return _quota(facts, REASONS[reason])
    if facts.status in STATUSES:
        return _quota(facts, STATUSES[facts.status])
    return _by_code(facts.code)


def _quota(facts: Facts, found: type[ours.CloudError]) -> type[ours.CloudError]:
    """Tell a rate from a hard limit where the details name the limit."""
    if found not in {ours.RateLimited, ours.QuotaExceeded}:
        return found
    if facts.code == 429 and "RATE_LIMIT_EXCEEDED" not in facts.reasons and facts.hard_quota:  # noqa: PLR2004 # HTTP
        return ours.QuotaExceeded
    return found


def _by_code(code: int) -> type[ours.CloudError]:
    if code in CODES:
        return CODES[code]
    if code >= 500:  # noqa: PLR2004 # HTTP
        return ours.Unavailable
    return ours.InvalidRequest if 400 <= code < 500 else ours.CloudError  # noqa: PLR2004 # HTTP
