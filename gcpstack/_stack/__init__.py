"""The composition root: the one place that wires clients, adapters, store and clock together."""

from gcpstack._stack.result import Report, Result, StatusRow
from gcpstack._stack.stack import Settings, Stack

__all__ = ["Report", "Result", "Settings", "Stack", "StatusRow"]
