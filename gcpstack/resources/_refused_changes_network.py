"""What Google refuses to change of networks and load balancers although it can change."""

import ipaddress
from collections.abc import Iterator, Mapping

from gcpstack._core.kinds import Refusal
from gcpstack.resources._refused_changes import pair

Body = Mapping[str, object]

#: Purposes of a subnetwork that can still become another
#: (https://cloud.google.com/load-balancing/docs/proxy-only-subnets#migrate,
#: https://cloud.google.com/compute/docs/reference/rest/v1/subnetworks).
_PURPOSES = {
    ("INTERNAL_HTTPS_LOAD_BALANCER", "REGIONAL_MANAGED_PROXY"),
    ("PEER_MIGRATION", "PRIVATE"),
}
#: The state of a migration from which the scheme may change, and the schemes between which it may
#: (https://cloud.google.com/load-balancing/docs/https/migrate-to-global).
_LAST_STEP = "TEST_ALL_TRAFFIC"
_MIGRATING = {"EXTERNAL", "EXTERNAL_MANAGED"}


def network(live: Body, desired: Body) -> Iterator[Refusal]:
    """A network becomes custom once, and keeps its internal IPv6 range.

    https://cloud.google.com/vpc/docs/create-modify-vpc-networks#switch-network-mode,
    https://cloud.google.com/vpc/docs/subnets#ipv6-ranges
    """
    path, before, after = pair(live, desired, "autoCreateSubnetworks")
    if not before and after:
        yield Refusal(
            path,
            "can't be turned on again: the network is a custom one",
            "Declare another network.",
        )
    path, before, after = pair(live, desired, "enableUlaInternalIpv6")
    if before and after is False:
        yield Refusal(path, "can't be turned off again")


def occupied(live: Body) -> bool:
    """Return whether something keeps a network from going: https://cloud.google.com/vpc/docs/create-modify-vpc-networks#delete-network."""
    return bool(live.get("subnetworks") or live.get("peerings"))


def subnetwork(live: Body, desired: Body) -> Iterator[Refusal]:
    """A range can only be widened, and IPv6 is settled when it is first turned on.

    https://cloud.google.com/vpc/docs/create-modify-vpc-networks#expand-subnet,
    https://cloud.google.com/compute/docs/reference/rest/v1/subnetworks
    """
    another = "Declare another subnetwork."
    path, before, after = pair(live, desired, "ipCidrRange")
    if before and after:
        old, new = ipaddress.ip_network(str(before)), ipaddress.ip_network(str(after))
        within = old.version == new.version and old.subnet_of(new)  # type: ignore[arg-type] # one version
        if not within:
            words = f"{after} does not hold {before}: a range can only be widened"
            yield Refusal(path, words, another)
    path, before, after = pair(live, desired, "ipv6AccessType")
    if before and after and before != after:
        yield Refusal(path, f"is {before} for good", another)
    path, before, after = pair(live, desired, "stackType")
    if before and after and before != after and "IPV6_ONLY" in (before, after):
        yield Refusal(path, f"can't change from {before} to {after}", another)
    path, before, after = pair(live, desired, "purpose")
    if before and after and before != after and (before, after) not in _PURPOSES:
        yield Refusal(path, f"can't change from {before} to {after}", another)
    path, before, after = pair(live, desired, "role")
    if before == "ACTIVE" and after == "BACKUP":
        yield Refusal(
            path,
            "is ACTIVE until another one is made active in its place",
            "Leave it, and declare the other one with role='ACTIVE'.",
        )


def router(live: Body, desired: Body) -> Iterator[Refusal]:
    """A gateway stays public or private: https://cloud.google.com/nat/docs/private-nat."""
    gateways = desired.get("nats"), live.get("nats")
    after, before = (one if isinstance(one, list) else [] for one in gateways)
    types = {nat.get("name"): nat.get("type") or "PUBLIC" for nat in before}
    for index, nat in enumerate(after):
        old, new = types.get(nat.get("name")), nat.get("type")
        if old and new and old != new:
            yield Refusal(
                ("nats", index, "type"),
                f"can't change from {old} to {new}",
                "Declare a gateway of another name.",
            )


def backend_service(live: Body, desired: Body) -> Iterator[Refusal]:
    """A service moves from the classic load balancer step by step.

    https://cloud.google.com/load-balancing/docs/https/migrate-to-global
    """
    yield from forwarding_rule(live, desired)
    path, before, after = pair(live, desired, "loadBalancingScheme")
    ready = live.get("externalManagedMigrationState") == _LAST_STEP
    if (before, after) == ("EXTERNAL", "EXTERNAL_MANAGED") and not ready:
        yield Refusal(
            path,
            f"can't change from {before} to {after} at once",
            f"Apply it as {before} with external_managed_migration_state={_LAST_STEP!r} first.",
        )


def forwarding_rule(live: Body, desired: Body) -> Iterator[Refusal]:
    """What is made for one load balancer serves no other, but for the two external ones.

    https://cloud.google.com/load-balancing/docs/backend-service
    """
    path, before, after = pair(live, desired, "loadBalancingScheme")
    if before and after and before != after and {before, after} != _MIGRATING:
        words = f"can't change from {before} to {after}"
        yield Refusal(path, words, "Declare another one under another name.")
