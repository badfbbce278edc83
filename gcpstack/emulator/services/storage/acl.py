"""Access lists of buckets, as they are told (https://cloud.google.com/storage/docs/access-control/lists)."""

from gcpstack.emulator.core.call import Call
from gcpstack.emulator.core.errors import invalid, not_found
from gcpstack.emulator.core.ids import fingerprint
from gcpstack.emulator.core.model import Body, Kind
from gcpstack.emulator.core.store import Obj
from gcpstack.emulator.core.wire import Response
from gcpstack.emulator.services.storage.common import ROOT, STORAGE, bucket_of, gone

TEAMS = (
    ("owners", "OWNER", "OWNER"),
    ("editors", "OWNER", "OWNER"),
    ("viewers", "READER", "READER"),
)
ROLES = ("OWNER", "WRITER", "READER")


def uniform(obj: Obj) -> bool:
    """Whether the bucket has no access lists at all."""
    return bool(obj.body["iamConfiguration"]["uniformBucketLevelAccess"]["enabled"])


def projected(call: Call, obj: Obj, *, full: bool) -> Body:
    """A bucket as it is told: with its access lists where they are asked for and in use."""
    if not full or uniform(obj):
        return obj.body
    number = obj.body["projectNumber"]
    own = [entry.body for entry in call.world.state.page("storage", f"{obj.name}/acl")]
    lists = [_team(obj, number, team, role) for team, role, _ in TEAMS]
    defaults = [
        {
            "entity": f"project-{team}-{number}",
            "etag": _tag(obj),
            "kind": "storage#objectAccessControl",
            "projectTeam": {"projectNumber": number, "team": team},
            "role": role,
        }
        for team, _, role in TEAMS
    ]
    return {
        **obj.body,
        "acl": [*lists, *own],
        "defaultObjectAcl": defaults,
        "owner": {"entity": f"project-owners-{number}"},
    }


def _tag(obj: Obj) -> str:
    return fingerprint([obj.name, obj.body["metageneration"]])[:11]


def _team(obj: Obj, number: str, team: str, role: str) -> Body:
    name, entity = obj.id, f"project-{team}-{number}"
    return {
        "bucket": name,
        "entity": entity,
        "etag": _tag(obj),
        "id": f"{name}/{entity}",
        "kind": "storage#bucketAccessControl",
        "projectTeam": {"projectNumber": number, "team": team},
        "role": role,
        "selfLink": f"{ROOT}b/{name}/acl/{entity}",
    }


def _listed(call: Call) -> Obj:
    obj = bucket_of(call)
    if uniform(obj):
        raise invalid(
            "Cannot use ACL API to update bucket policy when uniform bucket-level access is enabled."
        )
    return obj


def _entry(call: Call) -> Obj:
    bucket = _listed(call)
    found = call.find(f"{bucket.name}/acl/{call.params['entity']}")
    if found is None:
        raise not_found("The specified key does not exist.")
    return found


def insert(call: Call) -> Body:
    """``insert``."""
    bucket = _listed(call)
    entity, role = str(call.body.get("entity", "")), str(call.body.get("role", ""))
    if not entity:
        raise invalid("Required field 'entity' is missing.")
    return _put(call, bucket, entity, role)


def _put(call: Call, bucket: Obj, entity: str, role: str) -> Body:
    if role not in ROLES:
        raise invalid(f"Invalid argument: role '{role}'.")
    body: Body = {
        "kind": "storage#bucketAccessControl",
        "id": f"{bucket.id}/{entity}",
        "selfLink": f"{ROOT}b/{bucket.id}/acl/{entity}",
        "bucket": bucket.id,
        "entity": entity,
        "role": role,
        "etag": fingerprint([entity, role]),
    }
    call.world.state.put(
        Obj("storage", "bucketAccessControls", f"{bucket.name}/acl/{entity}", body)
    )
    return body


def get(call: Call) -> Body:
    """``get``."""
    return _entry(call).body


def update(call: Call) -> Body:
    """``update`` and ``patch``: the role is all there is to change."""
    entry = _entry(call)
    return _put(call, bucket_of(call), entry.id, str(call.body.get("role", entry.body["role"])))


def delete(call: Call) -> Response:
    """``delete``."""
    entry = _entry(call)
    call.world.state.delete("storage", entry.name)
    return gone()


def list_all(call: Call) -> Body:
    """``list``."""
    obj = _listed(call)
    return {"kind": "storage#bucketAccessControls", "items": projected(call, obj, full=True)["acl"]}


BUCKET_ACL = Kind(
    name="bucketAccessControls",
    resources=("bucketAccessControls",),
    schema="BucketAccessControl",
    dialect=STORAGE,
    methods={
        "insert": insert, "get": get, "update": update, "patch": update, "delete": delete, "list": list_all,
    },
)  # fmt: skip
