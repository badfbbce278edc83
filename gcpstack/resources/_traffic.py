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
        return Traffic((Share(ready, WHOLE),), newest, newest == ready, True, _closed(body))
    shares = tuple(
        Share(_short(one.get("revision")) or ready, _percent(one), str(one.get("tag") or ""))
        for one in targets
    )
    follows = sum(_percent(one) for one in targets if not one.get("revision")) == WHOLE
    return Traffic(shares, newest, newest == ready, follows, _closed(body))


def _closed(body: Mapping[str, object]) -> str:
    """Why the addresses of tags answer nobody outside; nothing where they do.

    They obey the ingress as the service's own address does
    (https://cloud.google.com/run/docs/securing/ingress), and go with the default one.
    """
    if body.get("defaultUriDisabled"):
        return "the service has no default address"
    if body.get("ingress") in (None, "", "INGRESS_TRAFFIC_UNSPECIFIED", "INGRESS_TRAFFIC_ALL"):
        return ""
    return "its ingress lets nobody in directly"


def _percent(target: Mapping[str, object]) -> int:
    return int(str(target.get("percent") or 0))


def _short(name: object) -> str:
    return str(name or "").rsplit("/", 1)[-1]
