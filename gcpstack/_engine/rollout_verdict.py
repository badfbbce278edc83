"""Whether a new revision does well enough. Pure."""

from gcpstack._core.traffic import Figures, Limits


def verdict(limits: Limits, old: Figures, new: Figures) -> str:
    """Return what is wrong with a new revision, beside the old one; nothing if it may go on.

    Args:
        limits: what it must hold.
        old: how the old revision did over the same time.
        new: how the new one did.
    """
    if new.requests < limits.least:
        return ""
    return _errors(limits, old, new) or _latency(limits, old, new)


def _errors(limits: Limits, old: Figures, new: Figures) -> str:
    known = old.requests >= limits.least
    if new.error_rate <= limits.error_rate or (
        known and new.error_rate <= old.error_rate * limits.tolerance
    ):
        return ""
    beside = f"; the old one {_share(old.error_rate)} of {old.requests}" if known else ""
    return (
        f"{_share(new.error_rate)} of its {new.requests} answers were errors, "
        f"{_share(limits.error_rate)} are allowed{beside}"
    )


def _latency(limits: Limits, old: Figures, new: Figures) -> str:
    if limits.latency_p95 is None or new.latency_p95 is None:
        return ""
    before = old.latency_p95 if old.requests >= limits.least else None
    if new.latency_p95 <= limits.latency_p95 or (
        before is not None and new.latency_p95 <= before * limits.tolerance
    ):
        return ""
    beside = f"; the old one took {_ms(before)}" if before is not None else ""
    return (
        f"95 of 100 of its {new.requests} answers took up to {_ms(new.latency_p95)}, "
        f"{_ms(limits.latency_p95)} are allowed{beside}"
    )


def _share(rate: float) -> str:
    return f"{rate * 100:.1f} %"


def _ms(seconds: float) -> str:
    return f"{seconds * 1000:.0f} ms"
