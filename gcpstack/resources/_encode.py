"""Turning Python values into Google's JSON where the two differ."""

from datetime import datetime, timedelta
from decimal import Decimal

from gcpstack._core import normal
from gcpstack._core.refs import Composed, Sensitive, compose
from gcpstack._core.resource import As, Output, Resource


def _amount(value: object) -> Decimal | None:
    if isinstance(value, timedelta):
        return Decimal(str(value.total_seconds()))
    found = normal.duration(value)
    return found if isinstance(found, Decimal) else None


def seconds(value: object) -> object:
    """Write a span of time as ``300s``, the form of ``google-duration``."""
    if isinstance(value, Output | Composed):
        return value
    found = _amount(value)
    return value if found is None else f"{_plain(found)}s"


def whole_seconds(value: object) -> object:
    """Write a span of time as a number of seconds."""
    if isinstance(value, Output | Composed):
        return value
    found = _amount(value)
    return value if found is None else int(found)


def span(value: object) -> object:
    """Write a span of time as Compute does: ``{"seconds": "5", "nanos": 0}``."""
    found = None if isinstance(value, Output | Composed) else _amount(value)
    if found is None:
        return value
    nanos = int(found % 1 * 10**9)
    return {"seconds": str(int(found))} | ({"nanos": nanos} if nanos else {})


def moment(value: object) -> object:
    """Write a moment as ``2030-01-01T00:00:00+00:00``."""
    return value.isoformat() if isinstance(value, datetime) else value


def _plain(value: Decimal) -> str:
    return str(int(value)) if value == int(value) else format(value.normalize(), "f")


def text(value: object) -> object:
    """Write a number of 64 bits as text, as Google's JSON does."""
    return str(value) if isinstance(value, int) else value


def address(value: object) -> object:
    """Name an address by its IP: Google answers with that, whatever was sent."""
    if isinstance(value, Resource):
        return value.output("address")
    return value.of.output("address") if isinstance(value, As) else value


def sensitive(value: object) -> Sensitive:
    """Hide a value wherever it is shown."""
    return value if isinstance(value, Sensitive) else Sensitive(value)


_COMPUTE_URL = "https://www.googleapis.com/compute/v1/"


def compute_url(value: object) -> object:
    """Name an object of Compute by its URL, for the APIs that take nothing else."""
    if isinstance(value, Resource | As):
        of, form = (value.of, value.form) if isinstance(value, As) else (value, "path")
        return compose(f"{_COMPUTE_URL}{{it}}", it=As(of, form))
    bare = isinstance(value, str) and value.startswith("projects/")
    return f"{_COMPUTE_URL}{value}" if bare else value
