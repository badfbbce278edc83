"""What resources of one stack demand of each other, known before anything is touched.

A rule speaks only of what the stack itself declares: what is managed elsewhere may be right.
"""

import dataclasses
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from gcpstack._core.json import Path, get
from gcpstack._core.refs import Address, Link, placeholders
from gcpstack._core.resource import Declared
from gcpstack.exceptions import Problem
from gcpstack.resources._granted import listed as _list
from gcpstack.resources._granted import may as _may
from gcpstack.resources._granted import member as _member
from gcpstack.resources._ranges import overlaps
from gcpstack.resources._stack_rules_balancing import balancing
from gcpstack.resources._stack_rules_edge import certificates_first, edge
from gcpstack.resources._stack_rules_events import events_together, granted_before
from gcpstack.resources._stack_rules_keys import grants_of_keys
from gcpstack.resources._stack_rules_monitoring import watched
from gcpstack.resources._stack_rules_security import guard, guards_first
from gcpstack.resources._stack_rules_storage import keep, publishers_first
from gcpstack.resources._stackwide import Stack
from gcpstack.resources._stackwide import of as _of

_READERS = frozenset(
    {"roles/secretmanager.secretAccessor", "roles/secretmanager.admin", "roles/owner"}
)
_SQL_CLIENTS = frozenset(
    {"roles/cloudsql.client", "roles/cloudsql.editor", "roles/cloudsql.admin", "roles/owner"}
)
_ALL_RANGES = "ALL_SUBNETWORKS_"


def together(stack: Stack) -> Iterator[Problem]:
    """Find everything that Google would refuse, or that would silently not work."""
    for rule in (
        overlaps,
        _unreadable_secrets,
        _unreachable_databases,
        _places,
        _written_replicas,
        _redis_without_access,
        _two_nats,
        balancing,
        watched,
        edge,
        guard,
        keep,
        events_together,
    ):
        yield from rule(stack)


def grants_first(stack: dict[Address, Declared]) -> None:
    """Put whatever acts as somebody after what that one is granted: it would fail before.

    https://cloud.google.com/run/docs/configuring/services/secrets#required_roles,
    https://cloud.google.com/sql/docs/postgres/import-export/import-export-sql#required-roles
    """
    first: dict[Address, set[Address]] = {}
    for item, account, _ in _runs(stack):
        kinds = ("resourcemanager.ProjectIamMember", "secretmanager.SecretIamMember")
        grants = [one for kind in kinds for one in _of(stack, kind)]
        member = _member(account)
        first[item.address] = {one.address for one in grants if one.ids["member"] == member}
    for item in _of(stack, "sql.Import"):
        grants = list(_of(stack, "storage.BucketIamMember"))
        bucket = item.ids["bucket"]
        first[item.address] = {one.address for one in grants if one.ids["bucket"] == bucket}
    for address, more in (
        *granted_before(stack),
        *grants_of_keys(stack),
        *publishers_first(stack),
    ):
        first[address] = first.get(address, set()) | more
    for address, more in first.items():
        item = stack[address]
        stack[address] = dataclasses.replace(item, depends_on=item.depends_on | more)
    certificates_first(stack)
    guards_first(stack)


# --- identities ----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Runner:
    """What runs as a service account.

    Attributes:
        account: where the account stands.
        holds: where what may hold secrets stands.
        volumes: where its volumes stand.
        connector: where its way into a network stands.
    """

    account: Path
    holds: tuple[Path, ...]
    volumes: Path
    connector: Path


def _containers(*template: str) -> _Runner:
    """Describe what runs containers, by where their template stands."""
    return _Runner(
        account=(*template, "serviceAccount"),
        holds=((*template, "containers"), (*template, "volumes")),
        volumes=(*template, "volumes"),
        connector=(*template, "vpcAccess", "connector"),
    )


_RUNNERS: Mapping[str, _Runner] = {
    "cloudfunctions.Function": _Runner(
        account=("serviceConfig", "serviceAccountEmail"),
        holds=(
            ("serviceConfig", "secretEnvironmentVariables"),
            ("serviceConfig", "secretVolumes"),
        ),
        volumes=(),
        connector=("serviceConfig", "vpcConnector"),
    ),
    "run.Job": _containers("template", "template"),
    "run.Service": _containers("template"),
    "run.WorkerPool": _containers("template"),
}


def _runs(stack: Stack) -> Iterator[tuple[Declared, Declared, _Runner]]:
    """List what runs as a service account that this stack declares, with both and its form."""
    for item in stack.values():
        runner = _RUNNERS.get(item.kind.name)
        link = get(item.body, runner.account) if runner else None
        account = stack.get(link.to) if isinstance(link, Link) else None
        if runner and account is not None:
            yield item, account, runner


def _unreadable_secrets(stack: Stack) -> Iterator[Problem]:
    """A service reads its secrets as its service account.

    https://cloud.google.com/run/docs/configuring/services/secrets#required_roles
    """
    for service, account, runner in _runs(stack):
        held = [_list(service.body, *path) for path in runner.holds]
        links = {
            found.to
            for found in placeholders(held)
            if isinstance(found, Link) and found.to.kind == "secretmanager.Secret"
        }
        for address in sorted(links):
            if address not in stack or _may(
                stack, account, "resourcemanager.ProjectIamMember", _READERS
            ):
                continue
            name = stack[address].ids["name"]
            if not _may(stack, account, "secretmanager.SecretIamMember", _READERS, secret=name):
                yield Problem(
                    str(service.address),
                    f"reads the secret {name}, which its service account "
                    f"{account.ids['name']} may not.",
                    "Declare SecretIamMember(secret, role='roles/secretmanager.secretAccessor', "
                    "member=account).",
                )


def _unreachable_databases(stack: Stack) -> Iterator[Problem]:
    """Sockets of Cloud SQL take a role: https://cloud.google.com/sql/docs/postgres/connect-run."""
    for service, account, runner in _runs(stack):
        volumes = _list(service.body, *runner.volumes) if runner.volumes else []
        used = any(get(volume, ("cloudSqlInstance", "instances")) for volume in volumes)
        if used and not _may(stack, account, "resourcemanager.ProjectIamMember", _SQL_CLIENTS):
            yield Problem(
                str(service.address),
                f"connects to Cloud SQL, which its service account {account.ids['name']} may not.",
                "Declare ProjectIamMember(role='roles/cloudsql.client', member=account).",
            )


# --- places --------------------------------------------------------------------------------------


def _places(stack: Stack) -> Iterator[Problem]:
    """What serves a service stands in its region.

    https://cloud.google.com/run/docs/configuring/vpc-connectors,
    https://cloud.google.com/load-balancing/docs/negs/serverless-neg-concepts
    """
    pairs = (
        *((kind, runner.connector) for kind, runner in _RUNNERS.items()),
        ("compute.RegionNetworkEndpointGroup", ("cloudRun", "service")),
    )
    for kind, path in pairs:
        for item in _of(stack, kind):
            link = get(item.body, path)
            other = stack.get(link.to) if isinstance(link, Link) else None
            if other is None:
                continue
            here, there = _place(item), _place(other)
            if here != there:
                yield Problem(
                    str(item.address),
                    f"is in {here}, but the {other.kind.title} {other.ids['name']} in {there}.",
                    "Both must be in one region.",
                )


def _place(item: Declared) -> str:
    return item.ids.get("location") or item.ids.get("region", "")


# --- databases -----------------------------------------------------------------------------------


def _written_replicas(stack: Stack) -> Iterator[Problem]:
    """A replica is read-only: https://cloud.google.com/sql/docs/postgres/replication."""
    replicas = {
        item.ids["name"]
        for item in _of(stack, "sql.DatabaseInstance")
        if item.body.get("masterInstanceName") is not None
    }
    for kind in ("sql.Database", "sql.User"):
        for item in _of(stack, kind):
            if item.ids["instance"] in replicas:
                yield Problem(
                    str(item.address),
                    f"is declared on {item.ids['instance']}, a read replica.",
                    "Declare it on the primary: replicas have what that has.",
                )


def _redis_without_access(stack: Stack) -> Iterator[Problem]:
    """Private services access comes first.

    https://cloud.google.com/memorystore/docs/redis/networking#connection_modes
    """
    for item in _of(stack, "redis.Instance"):
        network = item.body.get("authorizedNetwork")
        if item.body.get("connectMode") != "PRIVATE_SERVICE_ACCESS" or not isinstance(
            network, Link
        ):
            continue
        connections = [
            other.address
            for other in _of(stack, "servicenetworking.Connection")
            if other.ids["network"] == network.to.name
        ]
        if not set(connections) & item.depends_on:
            yield Problem(
                f"{item.address}: connect_mode",
                "needs private services access to the network before it.",
                "Declare a PrivateServiceConnection, and name it in depends_on.",
            )


def _two_nats(stack: Stack) -> Iterator[Problem]:
    """One NAT may serve a subnetwork: https://cloud.google.com/nat/docs/public-nat#specifications."""
    seen: dict[tuple[str, str], Declared] = {}
    for router in _of(stack, "compute.Router"):
        network = router.body.get("network")
        for nat in _list(router.body, "nats"):
            if not str(nat.get("sourceSubnetworkIpRangesToNat", "")).startswith(_ALL_RANGES):
                continue
            key = (str(network), router.ids["region"])
            other = seen.setdefault(key, router)
            if other is not router:
                yield Problem(
                    str(router.address),
                    f"its NAT serves every subnetwork in {key[1]}, as that of "
                    f"{other.ids['name']} does.",
                    "Keep one of them, or name the subnetworks of each.",
                )
