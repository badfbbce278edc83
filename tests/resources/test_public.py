"""The public names, and what loading them costs."""

import re
import subprocess
import sys

import pytest

from gcpstack import resources
from gcpstack._core.component import Component
from gcpstack._core.marks import slug
from gcpstack._core.resource import Encoder, Resource, Scope
from gcpstack.resources import kinds

from .kinds import CLASSES

LOADED = """
import sys
import gcpstack._core.resource
before = set(sys.modules)
import gcpstack.resources, gcpstack.components, gcpstack.resources.kinds
print(*sorted(set(sys.modules) - before))
"""
#: What the kinds are told in, as data; no class of a declaration stands in one of them.
DATA = re.compile(r"gcpstack\.(_core\.\w+|components|resources(\.(kinds|_\w+))?)")


def test_loading_the_package_loads_no_declaration():
    """Nothing of Google's either: what is not loaded takes no time."""
    done = subprocess.run(
        [sys.executable, "-c", LOADED], capture_output=True, text=True, check=True
    )
    ours = [
        name for name in done.stdout.split() if name.split(".")[0] not in sys.stdlib_module_names
    ]

    assert [name for name in ours if not DATA.fullmatch(name)] == []


def test_every_kind_has_one_class():
    """And every class a kind."""
    assert CLASSES.keys() == kinds.ALL.keys()
    assert all(CLASSES[name].KIND is kind for name, kind in kinds.ALL.items())


@pytest.mark.parametrize("name", resources.__all__)
def test_every_name_is_there(name):
    """Under its own name, documented."""
    item = getattr(resources, name)

    assert item.__name__ == name
    assert item.__doc__
    assert name in dir(resources)


def test_what_is_not_there_is_told():
    """As of any module."""
    with pytest.raises(AttributeError, match="no attribute 'Nothing'"):
        _ = resources.Nothing


@pytest.mark.parametrize("name", sorted(kinds.ALL))
def test_a_kind_is_consistent(name):
    """Its path parses what it prints; what it serialises on is part of its identity."""
    kind = kinds.ALL[name]
    ids = {variable: f"v-{variable}" for variable in kind.template.variables}

    assert kind.template.parse(kind.template.format(ids)) == ids
    assert "{" not in kind.serialize.format_map(ids)
    assert all(template.format_map(ids) for template in kind.known.values())
    assert kind.api.startswith(f"{kind.service}.")


@pytest.mark.parametrize("name", sorted(CLASSES))
def test_every_attribute_is_documented(name):
    """Each field of a declaration stands in its docstring."""
    cls = CLASSES[name]
    mine = cls.__annotations__.keys() - {"NAMES", "LABELS", "PLACES", "PUBLIC", "ON", "FACETS"}
    missing = [field for field in mine if f"        {field}: " not in (cls.__doc__ or "")]

    assert missing == []


def test_marks_tell_names_apart():
    """Labels take fewer letters than names do."""
    names = ["Slow (p95)", "slow-p95", "Slow [p95]", "é", "x" * 100, "x" * 101]
    scope = Scope("p", "us-east1", "Shop.staging")
    item = resources.AlertPolicy("Slow (p95)", conditions=[resources.Condition.promql("c", "x")])
    labels = Encoder(scope).declared(item).body["userLabels"]

    assert len({slug(name) for name in names}) == len(names)
    assert all(len(slug(name)) <= 63 for name in names)
    assert labels == {"gcpstack": slug("Shop.staging")}


def test_outputs_are_named():
    """By their Python names, or as Google's JSON has them."""
    address = resources.GlobalAddress("ip")

    assert address.output("address").path == ("address",)
    assert address.output("self_link").path == ("selfLink",)
    assert resources.CloudRunService("a", image="i").output("url").path == ("uri",)
    assert issubclass(resources.GlobalAddress, Resource)
    assert not issubclass(resources.GlobalAddress, Component)
