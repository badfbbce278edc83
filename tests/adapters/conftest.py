from collections.abc import Iterator

import pytest

from tests.adapters.google import FakeGoogle


@pytest.fixture
def google() -> Iterator[FakeGoogle]:
    with FakeGoogle() as running:
        yield running
