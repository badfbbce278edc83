"""A directed acyclic graph over anything hashable and sortable. Pure."""

from collections.abc import Iterable, Mapping
from typing import Generic, TypeVar

N = TypeVar("N")


class CycleError(ValueError):
    """The graph has a cycle; `edges` names every edge of it, in order."""

    def __init__(self, edges: list[tuple[object, object]]) -> None:
        """Hold the cycle."""
        self.edges = edges
        super().__init__("; ".join(f"{left} needs {right}" for left, right in edges))


class Graph(Generic[N]):
    """Nodes, and for each what it needs first."""

    def __init__(self, needs: Mapping[N, Iterable[N]]) -> None:
        """Build the graph; needs that are not nodes are left out."""
        nodes = sorted(needs, key=str)
        known = set(nodes)
        self.needs: dict[N, tuple[N, ...]] = {
            node: tuple(sorted((n for n in set(needs[node]) if n in known), key=str))
            for node in nodes
        }
        self.needed_by: dict[N, list[N]] = {node: [] for node in nodes}
        for node, wanted in self.needs.items():
            for other in wanted:
                self.needed_by[other].append(node)

    def order(self) -> list[N]:
        """Sort the nodes so that each follows what it needs; stable.

        Raises:
            CycleError: there is a cycle.
        """
        waiting = {node: len(wanted) for node, wanted in self.needs.items()}
        ready = [node for node, count in waiting.items() if count == 0]
        out: list[N] = []
        for node in ready:
            out.append(node)
            for other in self.needed_by[node]:
                waiting[other] -= 1
                if waiting[other] == 0:
                    ready.append(other)
        if len(out) < len(self.needs):
            raise CycleError(self._cycle(set(self.needs) - set(out)))
        return out

    def _cycle(self, among: set[N]) -> list[tuple[object, object]]:
        """Follow needs within *among* until a node repeats."""
        node = min(among, key=str)
        path: list[N] = []
        while node not in path:
            path.append(node)
            node = next(other for other in self.needs[node] if other in among)
        loop = path[path.index(node) :]
        return list(zip(loop, [*loop[1:], loop[0]], strict=True))

    def longest_path(self, weight: Mapping[N, float]) -> tuple[list[N], float]:
        """Find the critical path: the chain of needs with the greatest total weight."""
        best: dict[N, tuple[float, N | None]] = {}
        for node in self.order():
            before = max(self.needs[node], key=lambda other: best[other][0], default=None)
            total = weight.get(node, 0.0) + (best[before][0] if before is not None else 0.0)
            best[node] = (total, before)
        if not best:
            return [], 0.0
        last: N | None = max(best, key=lambda node: best[node][0])
        total = best[last][0] if last is not None else 0.0
        path: list[N] = []
        while last is not None:
            path.append(last)
            last = best[last][1]
        return path[::-1], total
