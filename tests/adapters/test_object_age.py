"""How old an object of the inventories' bucket is, by Google's clock alone."""

import pytest

from gcpstack._adapters.objects import BucketObjects, _age
from tests.reliability.lab import PROJECT, Lab


def test_it_is_told_with_the_text():
    """From the moment at which it was written last, to the whole second before the answer."""
    lab = Lab()
    objects = BucketObjects(lab.clients, PROJECT, f"{PROJECT}-gcpstack", own=True)
    objects.write("stacks/web.json", "{}", if_generation=0)
    lab.line.clock.advance(30)

    found = objects.read("stacks/web.json")
    assert found.text == "{}"
    assert 28 < found.age <= 31


@pytest.mark.parametrize(
    ("updated", "date"),
    [
        ("2026-01-01T12:00:00Z", ""),
        ("2026-01-01T12:00:00Z", "yesterday"),
        ("2026-01-01T12:00:00", "Thu, 01 Jan 2026 12:00:10 GMT"),
        (None, "Thu, 01 Jan 2026 12:00:10 GMT"),
    ],
)
def test_google_does_not_say(updated, date):
    """No date, or none that can be read."""
    assert _age(updated, date) is None


def test_it_is_never_younger_than_nothing():
    """The date is cut off at whole seconds, the moment of the write is not."""
    written = "2026-01-01T12:00:10.600Z"
    assert _age(written, "Thu, 01 Jan 2026 12:00:10 GMT") == 0.0
    assert _age(written, "Thu, 01 Jan 2026 12:01:10 GMT") == pytest.approx(59.4)
