"""What encrypts with a KMS key: as whom, who must let it, and where the key must be."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from gcpstack._core.json import Path, get
from gcpstack._core.refs import Address, Link, placeholders
from gcpstack._core.resource import Declared
from gcpstack.exceptions import Problem
from gcpstack.resources._granted import of_agent
from gcpstack.resources._stackwide import Stack, of

_KEY = "cloudkms.CryptoKey"
#: Roles with which one can encrypt and decrypt; a project's editors can't
#: (https://cloud.google.com/kms/docs/reference/permissions-and-roles).
_ROLES = frozenset(
    {
        "roles/cloudkms.cryptoKeyEncrypterDecrypter",
        "roles/cloudkms.cryptoOperator",
        "roles/owner",
    }
)
#: Multi-regions that are called otherwise by Cloud KMS: https://cloud.google.com/kms/docs/locations.
_CALLED: Mapping[str, str] = {"eu": "europe", "eur3": "europe", "nam5": "us"}
_PATH = re.compile(r"projects/[^/]+/locations/(?P<location>[^/]+)/keyRings/[^/]+/cryptoKeys/[^/]+")


@dataclass(frozen=True, slots=True)
class _User:
    """What encrypts with a key.

    Attributes:
        path: where the key stands.
        agents: the APIs whose agents encrypt.
        page: where Google says so.
        place: where the object's place stands in its body; in its identity if nowhere.
        anywhere: the key may be in any place.
    """

    path: Path
    agents: tuple[str, ...]
    page: str
    place: Path = ()
    anywhere: bool = False


_DOCS = "https://cloud.google.com/"
_USERS: Mapping[str, _User] = {
    "artifactregistry.Repository": _User(
        ("kmsKeyName",), ("artifactregistry",), "artifact-registry/docs/cmek"
    ),
    "bigquery.Dataset": _User(
        ("defaultEncryptionConfiguration", "kmsKeyName"),
        ("bigquery",),
        "bigquery/docs/customer-managed-encryption",
        place=("location",),
    ),
    "cloudfunctions.Function": _User(
        ("kmsKeyName",),
        ("artifactregistry", "cloudfunctions", "run", "storage"),
        "functions/docs/securing/cmek",
    ),
    "firestore.Database": _User(
        ("cmekConfig", "kmsKeyName"),
        ("firestore",),
        "firestore/docs/use-cmek",
        place=("locationId",),
    ),
    "pubsub.Topic": _User(("kmsKeyName",), ("pubsub",), "pubsub/docs/encryption", anywhere=True),
    "redis.Instance": _User(("customerManagedKey",), ("redis",), "memorystore/docs/redis/cmek"),
    "run.Job": _User(
        ("template", "template", "encryptionKey"), ("run",), "run/docs/securing/using-cmek"
    ),
    "run.Service": _User(("template", "encryptionKey"), ("run",), "run/docs/securing/using-cmek"),
    "run.WorkerPool": _User(
        ("template", "encryptionKey"), ("run",), "run/docs/securing/using-cmek"
    ),
    "secretmanager.Secret": _User(
        ("replication",), ("secretmanager",), "secret-manager/docs/cmek", anywhere=True
    ),
    "sql.DatabaseInstance": _User(
        ("diskEncryptionConfiguration", "kmsKeyName"),
        ("sqladmin",),
        "sql/docs/postgres/configure-cmek",
        place=("region",),
    ),
    "storage.BucketObject": _User(
        ("kmsKeyName",),
        ("storage",),
        "storage/docs/encryption/using-customer-managed-keys",
        anywhere=True,
    ),
    "storage.Bucket": _User(
        ("encryption", "defaultKmsKeyName"),
        ("storage",),
        "storage/docs/encryption/using-customer-managed-keys",
        place=("location",),
    ),
}


def keys(stack: Stack) -> Iterator[Problem]:
    """Find keys that can't be used, or not from there: https://cloud.google.com/kms/docs/cmek."""
    for item in stack.values():
        user = _USERS.get(item.kind.name)
        if user is None:
            continue
        for key in _linked(stack, item, user):
            for api in user.agents:
                if not _allowed(stack, key, api):
                    yield _unusable(item, key, user, api)
        yield from _far(stack, item, user)


def grants_of_keys(stack: Stack) -> Iterator[tuple[Address, set[Address]]]:
    """Tell for everything that encrypts with a key which grants must be there before."""
    for item in stack.values():
        user = _USERS.get(item.kind.name)
        if user is not None:
            needed = {
                grant.address
                for key in _linked(stack, item, user)
                for api in user.agents
                for grant in _allowed(stack, key, api)
            }
            yield item.address, needed


def _linked(stack: Stack, item: Declared, user: _User) -> list[Declared]:
    """List the keys of this stack that something encrypts with."""
    links = placeholders(get(item.body, user.path))
    found = {link.to for link in links if isinstance(link, Link) and link.to.kind == _KEY}
    return [stack[address] for address in sorted(found) if address in stack]


def _allowed(stack: Stack, key: Declared, api: str) -> list[Declared]:
    """List the grants by which an API's agent may use a key."""
    ring = {name: key.ids[name] for name in ("project", "location", "key_ring")}
    whole = {**ring, "key": key.ids["name"]}
    scopes: tuple[tuple[str, Mapping[str, str]], ...] = (
        ("cloudkms.CryptoKeyIamMember", whole),
        ("cloudkms.KeyRingIamMember", ring),
        ("resourcemanager.ProjectIamMember", {"project": key.ids["project"]}),
    )
    return [
        grant
        for kind, on in scopes
        for grant in of(stack, kind)
        if (grant.ids["role"] in _ROLES or not grant.ids["role"].startswith("roles/"))
        and all(grant.ids[name] == value for name, value in on.items())
        and of_agent(grant, api)
    ]


def _unusable(item: Declared, key: Declared, user: _User, api: str) -> Problem:
    """Google encrypts as the agent of the service: https://cloud.google.com/kms/docs/cmek."""
    return Problem(
        str(item.address),
        f"is encrypted with the key {key.ids['name']}, which the agent of {api} may not use "
        f"({_DOCS}{user.page}).",
        "Declare KmsCryptoKeyIamMember(key, role='roles/cloudkms.cryptoKeyEncrypterDecrypter', "
        f"member=ServiceAgent('{api}.googleapis.com').output('member')).",
    )


# --- places --------------------------------------------------------------------------------------


def _far(stack: Stack, item: Declared, user: _User) -> Iterator[Problem]:
    """A key stands where what it encrypts does, by the name that Cloud KMS has for the place.

    https://cloud.google.com/kms/docs/cmek#when_to_use_cmek
    """
    if item.kind.name == "secretmanager.Secret":
        pairs = list(_places_of_secrets(item))
    elif user.anywhere:
        return
    else:
        place = get(item.body, user.place) if user.place else item.ids.get("location")
        pairs = [(place, get(item.body, user.path))]
    for place, key in pairs:
        there = _location(stack, key)
        if not isinstance(place, str) or there is None:
            continue
        here = place.lower()
        if there != _CALLED.get(here, here):
            yield Problem(
                str(item.address),
                f"is in {place}, but its KMS key in {there} ({_DOCS}{user.page}).",
                f"It takes a key in {_CALLED.get(here, here)}.",
            )


def _places_of_secrets(item: Declared) -> Iterator[tuple[object, object]]:
    """A secret that Google places takes a global key, a replica one of its region.

    https://cloud.google.com/secret-manager/docs/cmek
    """
    key = ("customerManagedEncryption", "kmsKeyName")
    yield "global", get(item.body, ("replication", "automatic", *key))
    replicas = get(item.body, ("replication", "userManaged", "replicas"))
    for replica in replicas if isinstance(replicas, list) else ():
        yield get(replica, ("location",)), get(replica, key)


def _location(stack: Stack, key: object) -> str | None:
    if isinstance(key, Link):
        found = stack.get(key.to)
        return found.ids["location"] if found and found.kind.name == _KEY else None
    match = _PATH.match(key) if isinstance(key, str) else None
    return match["location"] if match else None
