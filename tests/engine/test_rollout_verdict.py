"""Whether a new revision does well enough."""

import pytest

from gcpstack._core.traffic import Figures, Limits
from gcpstack._engine.rollout_verdict import verdict

LIMITS = Limits(error_rate=0.01, latency_p95=0.5, tolerance=1.5, least=20)


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        (Figures(1000), Figures(19, 19), ""),
        (Figures(1000), Figures(100, 1), ""),
        (Figures(1000), Figures(100, 2), "2.0 % of its 100 answers were errors, 1.0 % are allowed"),
        (Figures(1000, 100), Figures(100, 15), ""),
        (Figures(1000, 100), Figures(100, 16), "the old one 10.0 % of 1000"),
        (Figures(5, 5), Figures(100, 50), "50.0 % of its 100"),
        (Figures(1000, 0, 0.1), Figures(100, 0, 0.5), ""),
        (Figures(1000, 0, 0.1), Figures(100, 0, 0.6), "took up to 600 ms, 500 ms are allowed"),
        (Figures(1000, 0, 0.45), Figures(100, 0, 0.6), ""),
        (Figures(1000), Figures(100, 0, None), ""),
    ],
)
def test_a_verdict_is_beside_the_old_one(old, new, words):
    """Beyond a limit, and worse than the old revision by more than the tolerance."""
    found = verdict(LIMITS, old, new)

    assert (words in found) if words else not found


def test_without_a_limit_answers_may_take_long():
    """Only what was asked for is judged."""
    assert not verdict(Limits(latency_p95=None), Figures(100, 0, 0.1), Figures(100, 0, 60.0))
