"""Google's libraries part by part: a client is loaded when it is used, not with all its siblings.

The package of a google-cloud-* library imports every client that the library has: google-cloud-
compute some 900 modules, which takes a second and more of each command that touches one address.
Google's packages say themselves what needn't be loaded before it is used, in the
``__lazy_modules__`` that Python 3.15 goes by: https://peps.python.org/pep-0810/. Here the same
is done for every Python.
"""

import contextlib
import importlib
import importlib.util
import re
import sys
from types import ModuleType
from typing import Any

#: What stands in every such package beside its names.
_MODULES = frozenset({"gapic_version", "services", "types"})
#: The only names with underscores that such a package makes.
_OWN = frozenset({"__all__", "__version__", "__lazy_modules__"})
_WORD = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")


class _Package(ModuleType):
    """A package whose own code runs when somebody asks for what no part of it has."""

    def __getattr__(self, name: str) -> Any:
        if name in _MODULES:
            return importlib.import_module(f"{self.__name__}.{name}")
        if name.startswith("__") and name not in _OWN:
            raise AttributeError(f"module {self.__name__!r} has no attribute {name!r}")
        with contextlib.suppress(ImportError, AttributeError):
            return getattr(importlib.import_module(f"{self.__name__}.{_place(name)}"), name)
        _run(self)
        return getattr(self, name)

    def __dir__(self) -> list[str]:
        _run(self)
        return dir(self)


def package(name: str) -> Any:
    """Return a package of Google's without running its code before it is needed.

    Whoever imports it otherwise, before or later, meets the same module with the same classes.

    Raises:
        ModuleNotFoundError: it is not installed.
    """
    if name in sys.modules:
        return sys.modules[name]
    spec = importlib.util.find_spec(name)
    if spec is None:
        return importlib.import_module(name)  # raises, in Python's words
    made = importlib.util.module_from_spec(spec)
    made.__class__ = _Package
    made = sys.modules.setdefault(name, made)  # of two threads, the first one's is everybody's
    parent, _, last = name.rpartition(".")
    setattr(sys.modules[parent], last, made)
    return made


def _place(name: str) -> str:
    """Tell where a name is made: clients in a module of their service, all else among the types."""
    service = name.removesuffix("Client").removesuffix("Async")
    return f"services.{_WORD.sub('_', service).lower()}" if service != name else "types"


def _run(module: ModuleType) -> None:
    """Run the package's own code; doing so twice at once makes the same names of the same things."""
    spec = module.__spec__
    if spec is not None and spec.loader is not None:
        spec.loader.exec_module(module)
    module.__class__ = ModuleType
