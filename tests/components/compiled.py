"""What components come to: their resources, as the engine gets them."""

import pytest

from gcpstack import DeclarationError
from gcpstack._core.resource import Scope
from gcpstack._stack.compiled import compile_stack

SCOPE = Scope("demo-proj", "us-central1", "demo")


def declared(*items):
    """Compile a stack of these, by address."""
    compiled = compile_stack("demo", items, {}, SCOPE, enable_apis=False, check=lambda _: ())
    return {str(item.address): item for item in compiled.declared}


def bodies(*items):
    """Their bodies alone."""
    return {name: item.body for name, item in declared(*items).items()}


def refused(*items):
    """What is told of a stack of these."""
    with pytest.raises(DeclarationError) as told:
        declared(*items)
    return str(told.value)
