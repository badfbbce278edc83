"""When two spellings are one value."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gcpstack._core.normal import LIKE, same

EQUAL = [
    ("300s", "300.0s", "duration"),
    ("5m", "300s", "duration"),
    ("1000m", "1", "quantity"),
    ("1Gi", "1024Mi", "quantity"),
    ("512Mi", "536870912", "quantity"),
    ("443", "443-443", "port_range"),
    ('0 issue "pki.goog"', "0 issue pki.goog", "rrdata"),
    ("off", None, "or_off"),
    ("2001:0DB8:0::/32", "2001:db8::/32", "cidr"),
    ("10.0.0.1", "10.0.0.1/32", "cidr"),
    ("2600:1901:0:00ab:0::", "2600:1901:0:ab::/96", "ip"),
    ("us", "US", "caseless"),
    ("example.com.", "Example.com", "domain"),
    ("2026-01-01T00:00:00Z", "2026-01-01T01:00:00+01:00", "timestamp"),
    (
        "https://www.googleapis.com/compute/v1/projects/p/global/networks/n",
        "projects/p/global/networks/n",
        "link",
    ),
    ("projects/p/topics/t", "t", "last"),
    ("a\n", "a", "text"),
    ("ALIGN_NONE", None, "or_align_none"),
    ("REDUCE_NONE", None, "or_reduce_none"),
    ("STRING", "", "or_string"),
    (10, "10", ""),
    (1, 1.0, ""),
    (None, "", ""),
    (False, None, ""),
    ([], None, ""),
    (0, None, ""),
]
DIFFERENT = [
    ("300s", "301s", "duration"),
    ("1", "2", "quantity"),
    ("80-90", "80", "port_range"),
    ("a", "A", ""),
    (True, None, ""),
    (1, True, ""),
    ("010", "10", ""),
    ("1e1", "10", ""),
]


@pytest.mark.parametrize(("left", "right", "like"), EQUAL)
def test_equal(left, right, like):
    """These mean the same, whichever side they stand on."""
    assert same(left, right, like)
    assert same(right, left, like)


@pytest.mark.parametrize(("left", "right", "like"), DIFFERENT)
def test_different(left, right, like):
    """These do not."""
    assert not same(left, right, like)
    assert not same(right, left, like)


@given(
    st.text() | st.integers() | st.floats() | st.none() | st.booleans(),
    st.sampled_from(["", *LIKE]),
)
def test_anything_equals_itself(value, like):
    """No value differs from itself, and no spelling makes the comparison fail."""
    if value == value:  # noqa: PLR0124 # not a number differs from itself
        assert same(value, value, like)
