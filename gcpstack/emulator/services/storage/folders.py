"""Folders of hierarchical buckets, and managed folders (https://cloud.google.com/storage/docs/folders-overview)."""

from urllib.parse import unquote

from gcpstack.emulator.core.call import Call
from gcpstack.emulator.core.errors import ApiError, invalid, not_found
from gcpstack.emulator.core.model import Body, Handler, Kind
from gcpstack.emulator.core.paging import cut
from gcpstack.emulator.core.store import Obj
from gcpstack.emulator.core.wire import Response
from gcpstack.emulator.services.storage.buckets import policy_methods
from gcpstack.emulator.services.storage.common import (
    STORAGE,
    bucket_of,
    check,
    encoded,
    gone,
    link,
    stamp,
)


def _name(text: str) -> str:
    """Folders end with a slash, whether it is said or not."""
    return text if text.endswith("/") else f"{text}/"


def _make(call: Call, bucket: Obj, collection: str, name: str) -> Obj:
    where = f"{bucket.name}/{collection}/{encoded(name)}"
    if call.find(where) is not None:
        raise ApiError(409, f"The folder '{name}' already exists.", reason="conflict")
    now = stamp(call.world)
    body: Body = {
        "kind": f"storage#{collection.removesuffix('s')}",
        "id": f"{bucket.id}/{name}",
        "selfLink": link("b", bucket.id, collection, name),
        "name": name,
        "bucket": bucket.id,
        "metageneration": "1",
        "createTime": now,
        "updateTime": now,
    }
    return call.world.state.put(Obj("storage", collection, where, body))


def _inside(call: Call, bucket: Obj, name: str) -> bool:
    """Whether anything but the folder itself is in it."""
    return any(
        unquote(obj.id).startswith(name) and unquote(obj.id) != name
        for collection in ("o", "folders")
        for obj in call.world.state.page("storage", f"{bucket.name}/{collection}")
    )


def _collection(call: Call) -> str:
    return call.method.resource


def _find(call: Call, bucket: Obj, name: str) -> Obj | None:
    return call.find(f"{bucket.name}/{_collection(call)}/{encoded(name)}")


def _need(call: Call) -> Obj:
    bucket = bucket_of(call)
    name = _name(str(call.params.get("folder") or call.params["managedFolder"]))
    obj = _find(call, bucket, name)
    if obj is None:
        raise not_found(f"The folder '{name}' does not exist.")
    check(call, "Metageneration", int(obj.body["metageneration"]))
    return obj


def _insert(call: Call) -> Body:
    bucket, text = bucket_of(call), str(call.body.get("name", ""))
    if not text.strip("/"):
        raise invalid("Required field 'name' is missing.")
    name = _name(text)
    if _collection(call) == "managedFolders":
        if not bucket.body["iamConfiguration"]["uniformBucketLevelAccess"]["enabled"]:
            raise invalid("Managed folders need uniform bucket-level access.")
    else:
        _check_parents(call, bucket, name)
    return _make(call, bucket, _collection(call), name).body


def _check_parents(call: Call, bucket: Obj, name: str) -> None:
    """The folders above must be there, or are made where that is asked for."""
    if not bucket.body.get("hierarchicalNamespace", {}).get("enabled"):
        raise ApiError(
            409, "The bucket does not support hierarchical namespace.", reason="conflict"
        )
    steps = name.rstrip("/").split("/")[:-1]
    for count in range(1, len(steps) + 1):
        above = "/".join(steps[:count]) + "/"
        if _find(call, bucket, above) is None:
            if not call.query.get("recursive"):
                raise not_found(f"The parent folder '{above}' does not exist.")
            _make(call, bucket, "folders", above)


def _list(call: Call) -> Body:
    bucket, prefix = bucket_of(call), str(call.query.get("prefix", ""))
    found = [
        obj.body
        for obj in call.world.state.page("storage", f"{bucket.name}/{_collection(call)}")
        if obj.body["name"].startswith(prefix)
    ]
    found.sort(key=lambda body: body["name"])
    return {"kind": f"storage#{_collection(call)}", **cut(found, call.query, "items")}


def _delete(call: Call) -> Response:
    obj = _need(call)
    if not call.query.get("allowNonEmpty") and _inside(call, bucket_of(call), obj.body["name"]):
        raise ApiError(409, "The folder you tried to delete is not empty.", reason="conflict")
    call.world.forget(obj)
    return gone()


def _key(call: Call) -> tuple[str, str]:
    obj = _need(call)
    return obj.name, f"projects/_/buckets/{obj.body['bucket']}/managedFolders/{obj.body['name']}"


_METHODS: dict[str, Handler] = {
    "insert": _insert,
    "get": lambda call: _need(call).body,
    "list": _list,
    "delete": _delete,
}

KINDS = (
    Kind(
        name="folders",
        resources=("folders",),
        schema="Folder",
        dialect=STORAGE,
        methods=_METHODS,
    ),
    Kind(
        name="managedFolders",
        resources=("managedFolders",),
        schema="ManagedFolder",
        dialect=STORAGE,
        methods={**_METHODS, **policy_methods(_key)},
    ),
)
