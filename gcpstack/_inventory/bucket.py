"""An inventory as one object in a bucket, beside those of the project's other stacks."""

import dataclasses

from gcpstack._core.ports import Objects
from gcpstack._inventory.codec import decode, encode
from gcpstack._inventory.model import Snapshot
from gcpstack.exceptions import Conflict, InventoryConflict, InventoryError

PREFIX = "stacks/"


class BucketStore:
    """Keeps a stack's inventory under ``stacks/NAME.json``."""

    def __init__(self, objects: Objects, stack: str) -> None:
        """Take the bucket; nothing is read yet."""
        self._objects = objects
        self._stack = stack
        self._name = f"{PREFIX}{stack}.json"

    @property
    def where(self) -> str:
        """Name the place of the inventory, for people."""
        return f"{self._objects.where}/{self._name}"

    def load(self) -> Snapshot:
        """Read the inventory; an empty one where there is none.

        Raises:
            InventoryError: what is there is no inventory of this stack.
        """
        found = self._objects.read(self._name)
        if found is None:
            return Snapshot(self._stack)
        snapshot = decode(found.text, where=self.where, generation=found.generation)
        if snapshot.stack != self._stack:
            raise InventoryError(
                f"The inventory {self.where} belongs to the stack {snapshot.stack!r}, not {self._stack!r}.",
                remedy="Restore an earlier version of the object.",
            )
        return dataclasses.replace(snapshot, age=found.age)

    def save(self, snapshot: Snapshot) -> Snapshot:
        """Write the inventory if its generation still matches.

        Raises:
            InventoryConflict: somebody else wrote it.
        """
        try:
            generation = self._objects.write(
                self._name, encode(snapshot), if_generation=snapshot.generation
            )
        except Conflict:
            raise self._conflict() from None
        return dataclasses.replace(snapshot, generation=generation)

    def remove(self, snapshot: Snapshot) -> None:
        """Delete the inventory if its generation still matches.

        Raises:
            InventoryConflict: somebody else wrote it.
        """
        try:
            self._objects.delete(self._name, if_generation=snapshot.generation)
        except Conflict:
            raise self._conflict() from None

    def tidy(self) -> None:
        """Delete the bucket if it is our own and empty."""
        self._objects.tidy()

    def others(self) -> list[Snapshot]:
        """Read the inventories of the project's other stacks; unreadable ones are passed over."""
        out = []
        for name in self._objects.names(PREFIX):
            if name == self._name or not name.endswith(".json"):
                continue
            found = self._objects.read(name)
            if found is None:
                continue
            try:
                out.append(decode(found.text, where=name, generation=found.generation))
            except InventoryError:
                continue  # its own stack will say so; it claims nothing that can be read
        return out

    def _conflict(self) -> InventoryConflict:
        return InventoryConflict(f"The inventory {self.where} was changed by another run.")
