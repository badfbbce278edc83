"""How long a resource may take: what a declaration may say, and how it is told."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gcpstack import Network, Timeouts
from gcpstack._core.resource import Encoder, Scope
from gcpstack._core.timeouts import told

SCOPE = Scope("p1", "europe-west1", "web")


@pytest.mark.parametrize(
    ("given", "seconds"),
    [
        (90, 90.0),
        (90.5, 90.5),
        ("75", 75.0),
        ("90s", 90.0),
        ("40m", 2400.0),
        ("2h", 7200.0),
        ("1d", 86_400.0),
        (timedelta(minutes=3), 180.0),
        (None, None),
    ],
)
def test_spans(given, seconds):
    """Seconds, text with a unit, or a timedelta."""
    timeouts = Timeouts(create=given)

    assert timeouts.seconds("create") == seconds
    assert timeouts.seconds("delete") is None
    assert list(timeouts.problems()) == []


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ("soon", "'soon' is not a span of time"),
        ("-5m", "'-5m' is not a span of time"),
        (True, "True is not a span of time"),
        ([60], "[60] is not a span of time"),
        (0, "0 s is not between 10 s and 24 h"),
        (-60, "-60 s is not between 10 s and 24 h"),
        ("9s", "9 s is not between 10 s and 24 h"),
        ("25h", "25 h is not between 10 s and 24 h"),
        (float("nan"), "nan is not a span of time"),
    ],
)
def test_a_span_that_makes_no_sense(given, message):
    """Is told with the resource and the field, with everything else that is wrong."""
    item = Network("vpc", timeouts=Timeouts(create=given, delete="10y"))

    first, second = item.problems(SCOPE)

    assert first.place == "compute.Network/vpc: timeouts.create"
    assert message in first.message
    assert second.place == "compute.Network/vpc: timeouts.delete"
    assert "Write seconds" in second.remedy


def test_something_else_than_timeouts():
    """Is told as any value of a wrong type is."""
    (problem,) = Network("vpc", timeouts="40m").problems(SCOPE)

    assert str(problem) == "compute.Network/vpc: timeouts: expected Timeouts, got str."


def test_google_does_not_hear_of_them():
    """They are no part of the body."""
    item = Network("vpc", auto_create_subnetworks=False, timeouts=Timeouts(update="1h"))

    made = Encoder(SCOPE).declared(item)

    assert made.body == {"autoCreateSubnetworks": False}
    assert made.timeouts == Timeouts(update="1h")


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0.5, "0.5 s"), (45, "45 s"), (59.96, "60 s"), (60, "1 min"), (90.04, "1 min 30 s"), (1200, "20 min"),
     (5400, "1 h 30 min"), (3600, "1 h"), (130.2, "2 min 10 s"), (86_400, "24 h")],
)  # fmt: skip
def test_spans_for_people(seconds, text):
    """The largest units first, none that is nought."""
    assert told(seconds) == text


SECONDS = st.integers(10, 86_400)


@given(SECONDS)
def test_every_way_to_write_a_span_means_the_same(seconds):
    """A number, text with each unit that it is whole in, a timedelta."""
    units = {"ms": 0.001, "s": 1, "m": 60, "h": 3600, "d": 86_400}
    texts = [
        f"{round(seconds / size)}{unit}" for unit, size in units.items() if seconds % size < 1e-9
    ]
    ways = [seconds, float(seconds), str(seconds), timedelta(seconds=seconds), *texts]

    assert {Timeouts(update=way).seconds("update") for way in ways} == {float(seconds)}
    assert all(not list(Timeouts(update=way).problems()) for way in ways)


@given(st.integers(0, 10**6))
def test_a_span_is_told_without_loss(seconds):
    """Hours, minutes and seconds: none is left out, none is too large."""
    sizes = {"h": 3600, "min": 60, "s": 1}
    words = told(float(seconds)).split()
    parts = dict(zip(words[1::2], map(float, words[::2]), strict=True))

    assert sum(sizes[unit] * amount for unit, amount in parts.items()) == seconds
    assert all(amount < 60 for unit, amount in parts.items() if unit != "h")


@given(st.floats() | st.integers() | st.text(max_size=8) | st.booleans())
def test_any_span_is_taken_or_told(value):
    """Whatever is given, there is a number of seconds in its bounds, or a problem that names it."""
    timeouts = Timeouts(create=value)
    problems = list(timeouts.problems())
    seconds = timeouts.seconds("create")

    assert bool(problems) != (seconds is not None and 10 <= seconds <= 86_400)
    assert all(verb == "create" for verb, _, _ in problems)
