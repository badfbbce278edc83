"""How often to ask how an operation stands. Pure.

The pause grows with the time that has passed, so that whatever an operation takes, asking adds
about a tenth to it at most, and never more than the longest pause.
"""

_SHARE = 0.08
_SHORTEST = 0.05
_LONGEST = 2.0
_SLOWEST = 10.0


def pause(elapsed: float, usual: float) -> float:
    """Return how long to wait before asking again.

    Args:
        elapsed: seconds since the operation began.
        usual: seconds that such an operation usually takes; long ones are asked less often.
    """
    longest = min(max(_LONGEST, usual / 100), _SLOWEST)
    return min(max(_SHORTEST, elapsed * _SHARE), longest)
