"""What Google refuses to change of names, certificates and identities although it can change."""

from collections.abc import Iterator, Mapping

from gcpstack._core.json import get
from gcpstack._core.kinds import Refusal

Body = Mapping[str, object]


def dns_zone(live: Body, desired: Body) -> Iterator[Refusal]:
    """How a zone is signed is settled before it is: https://cloud.google.com/dns/docs/dnssec-advanced."""
    if get(live, ("dnssecConfig", "state"), "off") == "off":
        return
    for field in ("nonExistence", "defaultKeySpecs"):
        path = ("dnssecConfig", field)
        before, after = get(live, path), get(desired, path)
        if before and after and _plain(before) != _plain(after):
            yield Refusal(
                path,
                "can't change while the zone is signed",
                "Declare state='off' first, apply, and turn it on again.",
            )


def _plain(value: object) -> object:
    """Leave out what Google adds: which kind of object each is."""
    if isinstance(value, list):
        return [
            {k: v for k, v in item.items() if k != "kind"} if isinstance(item, dict) else item
            for item in value
        ]
    return value


def workload_pool(live: Body, desired: Body) -> Iterator[Refusal]:
    """A pool stays what it is, and its name is taken for 30 days once it is deleted.

    https://cloud.google.com/iam/docs/reference/rest/v1/projects.locations.workloadIdentityPools
    """
    federation = "FEDERATION_ONLY"
    before, after = live.get("mode") or federation, desired.get("mode")
    if isinstance(after, str) and before != after:
        yield Refusal(
            ("mode",),
            f"can't change from {before} to {after}",
            "Declare another pool under another name.",
        )


def dns_record(new: Mapping[str, str], old: Mapping[str, str]) -> bool:
    """Return whether two record sets can't exist side by side: RFC 1034, section 3.6.2."""
    same = all(new[key] == old[key] for key in ("project", "zone", "name"))
    return same and "CNAME" in (new["type"], old["type"])
