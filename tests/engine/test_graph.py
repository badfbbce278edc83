"""The graph: order, cycles, the critical path."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gcpstack._engine.graph import CycleError, Graph


@st.composite
def dags(draw):
    """Draw an acyclic graph: each node needs some before it."""
    size = draw(st.integers(0, 12))
    return {
        node: set(draw(st.lists(st.integers(0, node - 1), max_size=4))) if node else set()
        for node in range(size)
    }


@given(dags())
def test_each_node_follows_what_it_needs(needs):
    """And every node comes once."""
    order = Graph(needs).order()

    assert sorted(order) == sorted(needs)
    place = {node: index for index, node in enumerate(order)}
    assert all(place[other] < place[node] for node in needs for other in needs[node])


@given(dags(), st.data())
def test_the_critical_path(needs, data):
    """Its weight is the greatest of any chain, and its nodes need each other."""
    weight = {node: data.draw(st.integers(0, 9)) for node in needs}
    path, total = Graph(needs).longest_path(weight)

    assert total == sum(weight[node] for node in path)
    assert all(left in needs[right] for left, right in itertools.pairwise(path))
    best = {}
    for node in sorted(needs):
        best[node] = weight[node] + max((best[other] for other in needs[node]), default=0)
    assert total == max(best.values(), default=0)


def test_every_edge_of_a_cycle_is_named():
    """So that people can see which reference to remove."""
    with pytest.raises(CycleError) as caught:
        Graph({"a": ["b"], "b": ["c"], "c": ["a"], "d": ["a"]}).order()

    assert sorted(caught.value.edges) == [("a", "b"), ("b", "c"), ("c", "a")]
