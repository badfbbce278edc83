"""How the traffic of a live Cloud Run service goes.

https://cloud.google.com/run/docs/reference/rest/v2/projects.locations.services#TrafficTarget
"""

from collections.abc import Mapping

from gcpstack._core.traffic import WHOLE, Share, Traffic


def traffic(body: Mapping[str, object]) -> Traffic:
    """Read it from the service's body."""
    ready = _short(body.get("latestReadyRevision"))
    newest = _short(body.get("latestCreatedRevision"))
    listed = body.get("traffic")
    targets = (
        [one for one in listed if isinstance(one, Mapping)] if isinstance(listed, list) else []
    )
    if not targets:
        return Traffic((Share(ready, WHOLE),), newest, newest == ready, follows=True)
    shares = tuple(
        Share(_short(one.get("revision")) or ready, _percent(one), str(one.get("tag") or ""))
        for one in targets
    )
    follows = sum(_percent(one) for one in targets if not one.get("revision")) == WHOLE
    return Traffic(shares, newest, newest == ready, follows=follows)


def _percent(target: Mapping[str, object]) -> int:
    return int(str(target.get("percent") or 0))


def _short(name: object) -> str:
    return str(name or "").rsplit("/", 1)[-1]
