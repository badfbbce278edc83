"""Where an inventory lives: the port, and the store in memory.

The store in a Cloud Storage bucket speaks to Google and so stands with the adapters.
"""

import dataclasses
from typing import Protocol

from gcpstack._inventory.codec import decode, encode
from gcpstack._inventory.model import Snapshot
from gcpstack.exceptions import InventoryConflict


class InventoryStore(Protocol):
    """Keeps inventories; every write is a compare-and-swap on the generation."""

    @property
    def where(self) -> str:
        """Name the place of the inventory, for people."""

    def load(self) -> Snapshot:
        """Read the inventory; an empty one of generation 0 where there is none.

        Raises:
            InventoryError: it can't be read.
        """

    def save(self, snapshot: Snapshot) -> Snapshot:
        """Write the inventory if its generation is still that of *snapshot*.

        Returns:
            The snapshot with its new generation.

        Raises:
            InventoryConflict: somebody else wrote it.
        """

    def remove(self, snapshot: Snapshot) -> None:
        """Delete the inventory if its generation is still that of *snapshot*."""

    def tidy(self) -> None:
        """Delete what held the inventory, if nothing is left in it."""

    def others(self) -> list[Snapshot]:
        """Read the inventories of the other stacks that are kept in the same place."""


class MemoryStore:
    """An inventory in this process, for tests and for stacks that need no memory."""

    def __init__(self, stack: str) -> None:
        """Start empty."""
        self._stack = stack
        self._text: str | None = None
        self._generation = 0

    @property
    def where(self) -> str:
        """Name the place of the inventory, for people."""
        return f"memory of {self._stack}"

    def load(self) -> Snapshot:
        """Read the inventory."""
        if self._text is None:
            return Snapshot(self._stack)
        return decode(self._text, where=self.where, generation=self._generation)

    def save(self, snapshot: Snapshot) -> Snapshot:
        """Write the inventory if its generation still matches."""
        self._check(snapshot)
        self._text = encode(snapshot)
        self._generation += 1
        return dataclasses.replace(snapshot, generation=self._generation)

    def remove(self, snapshot: Snapshot) -> None:
        """Delete the inventory if its generation still matches."""
        self._check(snapshot)
        self._text = None

    def tidy(self) -> None:
        """Memory needs no tidying."""

    def others(self) -> list[Snapshot]:
        """There are no others."""
        return []

    def _check(self, snapshot: Snapshot) -> None:
        current = self._generation if self._text is not None else 0
        if snapshot.generation != current:
            raise InventoryConflict(
                f"The inventory in the {self.where} was changed by another run."
            )
