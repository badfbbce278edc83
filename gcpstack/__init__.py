"""Declare a Google Cloud stack in Python, and converge the live resources to it.

    from gcpstack import LoadBalancer, Stack

Everything that a stack file needs can be imported from here, including all names of
`gcpstack.resources` and `gcpstack.components`. All errors are in `gcpstack.exceptions`, the events of
a run in `gcpstack.events`, and what tests of stacks need in `gcpstack.testing`.

Importing this package is cheap: each name is loaded when it is first used.
"""

import importlib
from typing import TYPE_CHECKING

from gcpstack import components, resources

if TYPE_CHECKING:
    from gcpstack._cli.main import run
    from gcpstack._core.component import Component
    from gcpstack._core.refs import PROJECT, Composed, Sensitive, compose
    from gcpstack._core.resource import As, Output, Resource, Scope
    from gcpstack._core.timeouts import Timeouts
    from gcpstack._engine.plan import Action, Change, Plan
    from gcpstack._stack import Report, Result, Settings, Stack, StatusRow
    from gcpstack._stack.session import Session
    from gcpstack.components import *  # noqa: F403 # the names of its __all__
    from gcpstack.exceptions import (
        ApplyFailed,
        CloudError,
        ConsentRequired,
        DeclarationError,
        GcpstackError,
        Interrupted,
        InventoryError,
        OwnershipError,
        PermissionsMissing,
        PlanError,
        Problem,
        SettingsError,
        StackFileError,
        StalePlan,
    )
    from gcpstack.resources import *  # noqa: F403 # the names of its __all__

    __version__: str

__all__ = [
    "PROJECT",
    "Action",
    "ApplyFailed",
    "As",
    "Change",
    "CloudError",
    "Component",
    "Composed",
    "ConsentRequired",
    "DeclarationError",
    "GcpstackError",
    "Interrupted",
    "InventoryError",
    "Output",
    "OwnershipError",
    "PermissionsMissing",
    "Plan",
    "PlanError",
    "Problem",
    "Report",
    "Resource",
    "Result",
    "Scope",
    "Sensitive",
    "Session",
    "Settings",
    "SettingsError",
    "Stack",
    "StackFileError",
    "StalePlan",
    "StatusRow",
    "Timeouts",
    "__version__",
    "compose",
    "run",
]
__all__ += components.__all__
__all__ += resources.__all__

_HOMES = {
    "_cli.main": "run",
    "_core.component": "Component",
    "_core.refs": "PROJECT Composed Sensitive compose",
    "_core.resource": "As Output Resource Scope",
    "_core.timeouts": "Timeouts",
    "_engine.plan": "Action Change Plan",
    "_stack": "Report Result Settings Stack StatusRow",
    "_stack.session": "Session",
    "exceptions": (
        "ApplyFailed CloudError ConsentRequired DeclarationError GcpstackError Interrupted "
        "InventoryError OwnershipError PermissionsMissing PlanError Problem SettingsError StackFileError StalePlan"
    ),
    "components": " ".join(components.__all__),
    "resources": " ".join(resources.__all__),
}
_HOME = {name: home for home, names in _HOMES.items() for name in names.split()}


if not TYPE_CHECKING:  # a checker would take every name for granted

    def __getattr__(name: str) -> object:
        """Load a name when it is first asked for."""
        found: object
        if name == "__version__":
            # The distribution's metadata is read from disk: only for whoever asks.
            found = importlib.import_module("importlib.metadata").version("gcpstack")
        elif name in _HOME:
            found = getattr(importlib.import_module(f"{__name__}.{_HOME[name]}"), name)
        else:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        globals()[name] = found
        return found


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
