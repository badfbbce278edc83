"""Compute's words for a field that it doesn't take."""

from gcpstack.emulator.core.errors import ApiError, invalid


def wrong(field: str, value: object = "", hint: str = "") -> ApiError:
    """The 400 of a field with a value that can't be, and why."""
    return wrong_parameter(f"resource.{field}", value, hint)


def wrong_parameter(name: str, value: object = "", hint: str = "") -> ApiError:
    """The same of a query parameter."""
    return invalid(f"Invalid value for field '{name}': '{value}'. {hint}".rstrip())


def missing(field: str) -> ApiError:
    """The 400 of a field that has to be given."""
    text = f"Invalid value for field 'resource.{field}': ''. Required field '{field}' not specified"
    return ApiError(400, text, reason="required")
