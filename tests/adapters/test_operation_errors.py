"""An operation that failed tells its cause by code, and only what is acted on differently has a class."""

import pytest

from gcpstack import exceptions as ours
from gcpstack._adapters.error_facts import from_compute_operation, from_payload
from gcpstack._adapters.errors import operation_error

OPERATIONS = [
    ({"error": {"errors": [{"code": "QUOTA_EXCEEDED", "message": "m"}]}}, ours.QuotaExceeded),
    ({"error": {"errors": [{"code": "RESOURCE_NOT_READY"}]}}, ours.OperationInProgress),
    (
        {"error": {"errors": [{"code": "RESOURCE_IN_USE_BY_ANOTHER_RESOURCE", "message": "m"}]}},
        ours.FailedPrecondition,
    ),
    ({"error": {"errors": [{"code": "RESOURCE_ALREADY_EXISTS"}]}}, ours.AlreadyExists),
    ({"error": {"errors": [{"code": "INTERNAL_ERROR", "message": "m"}]}}, ours.OperationFailed),
    ({"error": {"errors": [{"code": "invalid", "message": "m"}]}}, ours.OperationFailed),
    ({"httpErrorStatusCode": 400, "httpErrorMessage": "BAD REQUEST"}, ours.OperationFailed),
    ({"error": {}}, ours.OperationFailed),
]


@pytest.mark.parametrize(("told", "expected"), OPERATIONS)
def test_errors_of_compute_operations(told: dict[str, object], expected: type[Exception]) -> None:
    error = operation_error(from_compute_operation(told))
    assert type(error) is expected
    assert str(error)


def test_a_quota_names_its_details() -> None:
    told = {
        "error": {
            "errors": [
                {
                    "code": "QUOTA_EXCEEDED",
                    "message": "Quota 'IN_USE_ADDRESSES' exceeded.",
                    "errorDetails": [
                        {"errorInfo": {"reason": "X", "metadatas": {"permission": "p"}}}
                    ],
                }
            ]
        }
    }
    facts = from_compute_operation(told)
    assert facts.reasons == ("X", "QUOTA_EXCEEDED")
    assert facts.metadata("permission") == "p"
    assert isinstance(operation_error(facts), ours.QuotaExceeded)


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        (3, ours.OperationFailed),
        (5, ours.NotFound),
        (6, ours.AlreadyExists),
        (7, ours.PermissionDenied),
        (8, ours.RateLimited),
        (9, ours.OperationFailed),
        (10, ours.Conflict),
        (13, ours.OperationFailed),
        (14, ours.Unavailable),
    ],
)
def test_errors_of_longrunning_operations(code: int, expected: type[Exception]) -> None:
    """``google.rpc.Status`` tells canonical codes by number."""
    error = operation_error(from_payload({"code": code, "message": "words"}))
    assert type(error) is expected
    assert "words" in str(error)


def test_a_network_that_a_producer_still_holds_is_in_use() -> None:
    """Then waiting helps: it lets go a while after its last instance is gone."""
    words = "Failed to delete connection; Producer services (e.g. CloudSQL) are still using this connection."
    error = operation_error(from_payload({"code": 9, "message": words}))
    assert isinstance(error, ours.FailedPrecondition)
