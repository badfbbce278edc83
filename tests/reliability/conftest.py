"""What the reliability tests share."""

import pytest

from .lab import Lab


@pytest.fixture(scope="module")
def project():
    """One emulated project for the tests of a module; each point begins from a kept state."""
    return Lab()


@pytest.fixture
def lab(project):
    """The project of the module: after a point that failed, the next inherits nothing of it."""
    yield project
    project.undisturbed()
