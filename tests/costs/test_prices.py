"""The table of prices: complete, dated, and each price with the page that it comes from."""

import re

from gcpstack._costs.formulas import FORMULAS
from gcpstack._costs.prices import table


def test_every_price_names_its_page():
    """One of Google's, for what is free too."""
    sources = [price.source for price in table().prices.values()]
    sources += [source for _, source in table().free.values()]

    assert [
        source for source in sources if not source.startswith("https://cloud.google.com/")
    ] == []
    assert re.fullmatch(r"\d{4}-\d\d-\d\d", table().gathered)


def test_every_group_is_known():
    """Rates are keyed by a region, a group or a star."""
    for price in table().prices.values():
        for key in price.rates:
            known = (
                key == "*"
                or key in table().groups
                or re.fullmatch(r"[a-z]+[a-z0-9-]*\d|us|eu|asia", key)
            )
            assert known, (price.name, key)


def test_prices_are_above_zero():
    """What is free is told as free, not priced at nothing."""
    for price in table().prices.values():
        assert all(rate > 0 for rate in price.rates.values()), price.name


def test_no_kind_is_both_paid_and_free():
    """A kind has a formula, or is free, or is told as not priced."""
    assert set(FORMULAS) & set(table().free) == set()
