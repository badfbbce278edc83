"""For tests of stacks: a running emulator as a pytest fixture, and a clock that tests own.

The fixtures come with the package: a test that names `gcp_settings` gets an emulated Google Cloud.

    def test_my_stack(gcp_settings):
        stack.apply(gcp_settings)
        assert stack.plan(gcp_settings).empty
"""

from gcpstack.testing.clock import FakeClock

__all__ = ["FakeClock"]
