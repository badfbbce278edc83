"""What tests of stacks need: a running emulator, a virtual clock, and Google in memory.

pytest finds the fixtures of `gcpstack.testing.plugin` by itself once gcpstack is installed:

    def test_my_stack(gcp_settings):
        result = my_stack().apply(gcp_settings)
        assert result.outputs["address"]

`gcp_emulator` serves over loopback, so it tests what Google's own clients send; `MemoryWorld` has
no server and no threads, and is for the many small cases. `sql_login` tells whether a database would
let a user in.
"""

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gcpstack.testing.clock import FakeClock
    from gcpstack.testing.logins import sql_login
    from gcpstack.testing.world import MemoryWorld

__all__ = ["FakeClock", "MemoryWorld", "sql_login"]

_HOMES = {"FakeClock": "clock", "MemoryWorld": "world", "sql_login": "logins"}


if not TYPE_CHECKING:  # a checker would take every name for granted

    def __getattr__(name: str) -> object:
        """Load a name when it is first asked for: every pytest run imports this package."""
        if name not in _HOMES:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        return getattr(importlib.import_module(f"{__name__}.{_HOMES[name]}"), name)


def __dir__() -> list[str]:
    return __all__
