"""What tests of stacks need: a running emulator, a virtual clock, and Google in memory.

pytest finds the fixtures of `gcpstack.testing.plugin` by itself once gcpstack is installed:

    def test_my_stack(gcp_settings):
        result = my_stack().apply(gcp_settings)
        assert result.outputs["address"]

`gcp_emulator` serves over loopback, so it tests what Google's own clients send; `MemoryWorld` has
no server and no threads, and is for the many small cases.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gcpstack.testing.clock import FakeClock
    from gcpstack.testing.world import MemoryWorld

__all__ = ["FakeClock", "MemoryWorld"]

_HOMES = {"FakeClock": "clock", "MemoryWorld": "world"}


def __getattr__(name: str) -> object:
    # Every pytest run on the machine imports this package, so that it brings in nothing by itself.
    if name not in _HOMES:
        msg = f"module {__name__!r} has no attribute {name!r}"
        raise AttributeError(msg)
    from importlib import import_module  # noqa: PLC0415

    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)


def __dir__() -> list[str]:
    return __all__
