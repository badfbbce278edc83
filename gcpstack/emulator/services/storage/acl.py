"""Access lists of buckets and objects (https://cloud.google.com/storage/docs/access-control/lists)."""

import re
from collections.abc import Callable
from dataclasses import dataclass

from gcpstack.emulator.core.call import Call
from gcpstack.emulator.core.errors import invalid, not_found
from gcpstack.emulator.core.model import Body, Kind
from gcpstack.emulator.core.store import Obj
from gcpstack.emulator.core.wire import Response
from gcpstack.emulator.core.world import World
from gcpstack.emulator.services.storage.common import (
    ROOT,
    STORAGE,
    bucket_of,
    encoded,
    etag,
    gone,
    stamp,
    unmet,
    wants_full,
)

PUBLIC = ("allUsers", "allAuthenticatedUsers")
ENTITY = re.compile(
    r"allUsers|allAuthenticatedUsers|(user|group|domain)-.+|project-(owners|editors|viewers)-\d+"
)
BUCKET_ROLES = ("OWNER", "WRITER", "READER")
OBJECT_ROLES = ("OWNER", "READER")
UNIFORM = (
    "Cannot {verb} ACL for a bucket that has uniform bucket-level access. Read more at "
    "https://cloud.google.com/storage/docs/uniform-bucket-level-access"
)

Entry = list[str]  # entity and role

_PROJECT_PRIVATE = [("owners", "OWNER"), ("editors", "OWNER"), ("viewers", "READER")]
# https://cloud.google.com/storage/docs/access-control/lists#predefined-acl
PREDEFINED: dict[str, list[tuple[str, str]]] = {
    "private": [],
    "projectPrivate": [],
    "publicRead": [("allUsers", "READER")],
    "publicReadWrite": [("allUsers", "WRITER")],
    "authenticatedRead": [("allAuthenticatedUsers", "READER")],
    "bucketOwnerRead": [],
    "bucketOwnerFullControl": [],
}


def teams(number: str) -> list[Entry]:
    """The entries that a project's teams have by default."""
    return [[f"project-{team}-{number}", role] for team, role in _PROJECT_PRIVATE]


def predefined(name: str, number: str) -> list[Entry]:
    """The entries of a predefined list."""
    if name not in PREDEFINED:
        raise invalid(f"Invalid predefined ACL: '{name}'.")
    base = teams(number)[:1] if name == "private" else teams(number)
    return [*base, *([entity, role] for entity, role in PREDEFINED[name])]


def uniform(bucket: Obj) -> bool:
    """Whether the bucket has no access lists at all."""
    return bool(bucket.body["iamConfiguration"]["uniformBucketLevelAccess"]["enabled"])


@dataclass(frozen=True)
class List:
    """One kind of list.

    Attributes:
        field: of the holder's ``meta``.
        kind: of an entry as it is told.
        path: between the holder's link and the entity.
        roles: that an entry may have.
        holder: finds what has the list.
    """

    field: str
    kind: str
    path: str
    roles: tuple[str, ...]
    holder: Callable[[Call], Obj]


def told(listing: List, holder: Obj, entry: Entry) -> Body:
    """An entry as it is told."""
    entity, role = entry
    body: Body = {"kind": listing.kind, "entity": entity, "role": role, "etag": holder.body["etag"]}
    bucket = holder.body.get("bucket", holder.body["name"])
    if listing is not DEFAULTS:
        where = (
            f"b/{bucket}" if listing is BUCKETS else f"b/{bucket}/o/{encoded(holder.body['name'])}"
        )
        body |= {"bucket": bucket, "selfLink": f"{ROOT}{where}/acl/{entity}"}
        body["id"] = f"{holder.body['id']}/{entity}"
    if listing is OBJECTS:
        body |= {"object": holder.body["name"], "generation": holder.body["generation"]}
    head, _, rest = entity.partition("-")
    if head == "project":
        team, _, number = rest.partition("-")
        body["projectTeam"] = {"projectNumber": number, "team": team}
    elif head in ("user", "group"):
        body["email"] = rest
    elif head == "domain":
        body["domain"] = rest
    return body


def projected(call: Call, obj: Obj, *, default: bool) -> Body:
    """A bucket as it is told: with its access lists where they are asked for and in use."""
    if uniform(obj) or not wants_full(call, default=default):
        return obj.body
    number = obj.body["projectNumber"]
    return {
        **obj.body,
        "acl": [told(BUCKETS, obj, entry) for entry in obj.meta["acl"]],
        "defaultObjectAcl": [told(DEFAULTS, obj, entry) for entry in obj.meta["defaultObjectAcl"]],
        "owner": {"entity": f"project-owners-{number}"},
    }


def projected_object(call: Call, bucket: Obj, obj: Obj, *, default: bool) -> Body:
    """An object as it is told."""
    if uniform(bucket) or not wants_full(call, default=default):
        return obj.body
    owner = {"entity": f"user-{call.world.user}"}
    return {
        **obj.body,
        "owner": owner,
        "acl": [told(OBJECTS, obj, entry) for entry in obj.meta["acl"]],
    }


def entries(listing: List, given: list[Body]) -> list[Entry]:
    """The entries that a body sets."""
    return [[_entity(entry), _role(listing, entry)] for entry in given]


def _entity(given: Body) -> str:
    entity = str(given.get("entity", ""))
    if not entity:
        raise invalid("Required field 'entity' is missing.")
    if not ENTITY.fullmatch(entity):
        raise invalid(f"Invalid argument: unknown entity '{entity}'.")
    return entity


def _role(listing: List, given: Body) -> str:
    role = str(given.get("role", ""))
    if role not in listing.roles:
        raise invalid(f"Invalid argument: role '{role}'.")
    return role


# -- who holds the lists


def _bucket(call: Call) -> Obj:
    return _without_uniform(bucket_of(call), call)


def _object(call: Call) -> Obj:
    bucket = _without_uniform(bucket_of(call), call)
    name = str(call.params["object"])
    obj = call.find(f"{bucket.name}/o/{encoded(name)}")
    if obj is None:
        raise not_found(f"No such object: {bucket.id}/{name}")
    return obj


def _without_uniform(bucket: Obj, call: Call) -> Obj:
    if uniform(bucket):
        verb = {"get": "get legacy", "list": "get legacy", "delete": "delete legacy"}
        raise invalid(UNIFORM.format(verb=verb.get(call.method.name, "use legacy")))
    return bucket


BUCKETS = List("acl", "storage#bucketAccessControl", "acl", BUCKET_ROLES, _bucket)
DEFAULTS = List(
    "defaultObjectAcl", "storage#objectAccessControl", "defaultObjectAcl", OBJECT_ROLES, _bucket
)
OBJECTS = List("acl", "storage#objectAccessControl", "acl", OBJECT_ROLES, _object)


# -- methods


def bumped(world: World, obj: Obj, body: Body) -> Body:
    """A changed body with its metageneration counted up, a fresh etag and the time."""
    metageneration = int(obj.body["metageneration"]) + 1
    out = {**body, "metageneration": str(metageneration), "updated": stamp(world)}
    numbers = (obj.body["generation"],) if obj.kind == "objects" else ()
    out["etag"] = etag(*numbers, metageneration)
    return out


LISTS = {
    "bucketAccessControls": BUCKETS,
    "defaultObjectAccessControls": DEFAULTS,
    "objectAccessControls": OBJECTS,
}


def _listing(call: Call) -> List:
    return LISTS[call.method.resource]


def _held(call: Call) -> list[Entry]:
    listing = _listing(call)
    found: list[Entry] = listing.holder(call).meta[listing.field]
    return found


def _find(call: Call) -> Entry:
    wanted = call.params["entity"]
    entry = next((entry for entry in _held(call) if entry[0] == wanted), None)
    if entry is None:
        raise not_found("The specified key does not exist.")
    return entry


def _save(call: Call, changed: list[Entry]) -> Obj:
    listing = _listing(call)
    holder = listing.holder(call)
    meta = {**holder.meta, listing.field: changed}
    body = bumped(call.world, holder, holder.body)
    return call.world.state.put(holder.but(body=body, meta=meta))


def _put(call: Call, entity: str, role: str) -> Body:
    access = bucket_of(call).body["iamConfiguration"]
    if entity in PUBLIC and access["publicAccessPrevention"] == "enforced":
        raise unmet("The ACL entry is not allowed since public access prevention is enforced.")
    others = [entry for entry in _held(call) if entry[0] != entity]
    holder = _save(call, [*others, [entity, role]])
    return told(_listing(call), holder, [entity, role])


def _insert(call: Call) -> Body:
    return _put(call, _entity(call.body), _role(_listing(call), call.body))


def _update(call: Call) -> Body:
    entity, role = _find(call)
    return _put(call, entity, _role(_listing(call), {"role": role, **call.body}))


def _get(call: Call) -> Body:
    entry, listing = _find(call), _listing(call)
    return told(listing, listing.holder(call), entry)


def _list(call: Call) -> Body:
    listing = _listing(call)
    holder = listing.holder(call)
    items = [told(listing, holder, entry) for entry in holder.meta[listing.field]]
    return {"kind": f"{listing.kind}s", **({"items": items} if items else {})}


def _delete(call: Call) -> Response:
    entity = _find(call)[0]
    _save(call, [entry for entry in _held(call) if entry[0] != entity])
    return gone()


KINDS = tuple(
    Kind(
        name=name,
        resources=(name,),
        schema="BucketAccessControl" if listing is BUCKETS else "ObjectAccessControl",
        dialect=STORAGE,
        methods={
            "insert": _insert, "get": _get, "list": _list, "update": _update, "patch": _update, "delete": _delete,
        },
    )
    for name, listing in LISTS.items()
)  # fmt: skip
