"""Outputs that many kinds have, by their Python names."""

from collections.abc import Mapping

from gcpstack._core.json import Path

#: The URL and the number of a Compute object.
SELF: Mapping[str, Path] = {"self_link": ("selfLink",), "id": ("id",)}
#: The full resource name.
NAME: Mapping[str, Path] = {"name": ("name",)}
