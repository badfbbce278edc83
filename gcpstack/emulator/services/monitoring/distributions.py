"""Distributions: merged, and read for a percentile.

https://cloud.google.com/monitoring/api/ref_v3/rest/v3/TypedValue#Distribution
"""

from typing import Any

Body = dict[str, Any]


def merged(values: list[Body]) -> Body:
    """One distribution of the values of all; they have the same buckets."""
    counts = [int(value.get("count", 0)) for value in values]
    total = sum(counts)
    weighted = sum(
        count * float(value.get("mean", 0)) for count, value in zip(counts, values, strict=True)
    )
    longest = max(len(value.get("bucketCounts", ())) for value in values)
    buckets = [0] * longest
    for value in values:
        for index, count in enumerate(value.get("bucketCounts", ())):
            buckets[index] += int(count)
    out: Body = {"count": str(total), "mean": weighted / total if total else 0.0}
    if "bucketOptions" in values[0]:
        out["bucketOptions"] = values[0]["bucketOptions"]
    return {**out, "bucketCounts": [str(count) for count in buckets]} if longest else out


def percentile(value: Body, rank: float) -> float:
    """The value below which so many percent lie, as far as the buckets tell; the mean without any."""
    counts = [int(count) for count in value.get("bucketCounts", ())]
    bounds = _bounds(value.get("bucketOptions", {}), len(counts))
    wanted = sum(counts) * rank / 100
    if not bounds or not wanted:
        return float(value.get("mean", 0))
    before = 0
    for index, count in enumerate(counts):
        if count and before + count >= wanted:
            low = bounds[index - 1] if index else 0.0
            high = bounds[index] if index < len(bounds) else low
            return low + (high - low) * (wanted - before) / count
        before += count
    return bounds[-1]


def _bounds(options: Body, size: int) -> list[float]:
    """The upper bounds of all buckets but the last, which has none."""
    if "explicitBuckets" in options:
        return [float(bound) for bound in options["explicitBuckets"].get("bounds", ())]
    if "exponentialBuckets" in options:
        found = options["exponentialBuckets"]
        scale, growth = float(found["scale"]), float(found["growthFactor"])
        return [scale * growth**exponent for exponent in range(int(found["numFiniteBuckets"]) + 1)]
    if "linearBuckets" in options:
        found = options["linearBuckets"]
        step, first = float(found["width"]), float(found.get("offset", 0))
        return [first + step * index for index in range(int(found["numFiniteBuckets"]) + 1)]
    return [0.0] * max(size - 1, 0)
