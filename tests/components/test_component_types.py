"""Values of a wrong type in components are told before anything is made of them."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import pytest

from gcpstack import (
    CloudRunBackend,
    CloudRunService,
    Component,
    GlobalAddress,
    LoadBalancer,
    SqlLogin,
    StaticSite,
)
from tests.components.compiled import declared, refused


def service(**fields: Any) -> CloudRunService:
    return CloudRunService("web", image="gcr.io/p/web:1", **fields)


def balancer(**fields: Any) -> LoadBalancer:
    backend = CloudRunBackend("web", service())
    return LoadBalancer("front", **{"hosts": ["a.example.com"], "default": backend, **fields})


CASES = [
    (balancer(hosts=3), "LoadBalancer/front: hosts", "expected list of str, got int"),
    (balancer(hosts="a.example.com"), "LoadBalancer/front: hosts", "expected list of str, got str"),
    (balancer(hosts=["a.example.com", 7]), "LoadBalancer/front: hosts[1]", "expected str, got int"),
    (balancer(default=5), "LoadBalancer/front: default", "got int"),
    (balancer(default=None), "LoadBalancer/front: default", "is missing"),
    (
        balancer(default=CloudRunBackend("web", service(), regions="us-east1")),
        "LoadBalancer/front: default.regions",
        "expected list of str, got str",
    ),
    (SqlLogin("db", users=("one", None), instance="db"), "SqlLogin/db: users[1]", "is None"),
    (StaticSite(5, folder="site"), "StaticSite: name", "expected str, got int"),
    (StaticSite("docs", folder=5), "StaticSite/docs: folder", "got int"),
]


@pytest.mark.parametrize(("item", "place", "message"), CASES, ids=range(len(CASES)))
def test_it_is_told_by_its_place(item: Any, place: str, message: str) -> None:
    said = refused(item)

    assert place in said
    assert message in said


def test_every_problem_of_the_stack_is_told_with_it() -> None:
    """What is right about a stack is checked beside what is not."""
    said = refused(balancer(hosts=3), StaticSite(5, folder="site"), GlobalAddress("Not A Name"))

    assert "LoadBalancer/front: hosts" in said
    assert "StaticSite: name" in said
    assert "Not A Name" in said


@dataclass
class Own(Component):
    """Somebody's own component; its annotation is for readers."""

    name: "Whatever"  # type: ignore[name-defined] # noqa: F821
    more: Any = 3

    def expand(self, scope: object) -> Iterable[GlobalAddress]:
        return [GlobalAddress(self.name)]


def test_the_annotations_of_a_users_component_are_its_own() -> None:
    assert list(declared(Own("ip"))) == ["compute.GlobalAddress/ip"]


def test_a_wrong_field_hides_none_of_a_shorter_name() -> None:
    """``rows`` is wrong: what is in ``row`` is looked at all the same."""

    @dataclass
    class Part:
        cells: list[int]

    @dataclass
    class Whole:
        rows: int
        row: Part

    @dataclass
    class Made(Component):
        whole: Whole

        def expand(self, scope: object) -> Iterable[GlobalAddress]:
            return []

    for made in (Part, Whole, Made):
        made.__module__ = "gcpstack.components.made"
    wrong = Made(Whole(rows="x", row=Part(["y"])))  # type: ignore[arg-type, list-item] # the mistakes

    assert "whole.rows: expected int, got str" in refused(wrong)
    assert "whole.row.cells[0]: expected int, got str" in refused(wrong)
