"""Names of objects that have none: made of what tells them apart.

Both a declaration and a live object give the same name, so that one is found by the other.
"""

from collections.abc import Mapping, Sequence

from gcpstack._core.json import Body

#: The last part of every key; Google adds it where it is left out.
_KEY = "__name__"
_WAYS = {"ASCENDING": "asc", "DESCENDING": "desc"}
_SCOPES = {"COLLECTION_GROUP": "@group", "COLLECTION_RECURSIVE": "@recursive"}
_APIS = {"DATASTORE_MODE_API": "@datastore", "MONGODB_COMPATIBLE_API": "@mongodb"}


def index(body: Mapping[str, object]) -> str:
    """Name a Firestore index by its fields and its scope.

    >>> index({"fields": [{"fieldPath": "state", "order": "ASCENDING"}]})
    'state:asc'
    """
    fields = body.get("fields")
    parts = [
        f"{field.get('fieldPath')}:{_way(field)}"
        for field in without_key(fields if isinstance(fields, Sequence) else ())
    ]
    scope = _SCOPES.get(str(body.get("queryScope")), "")
    return ",".join(parts) + scope + _APIS.get(str(body.get("apiScope")), "")


def without_key(fields: Sequence[Mapping[str, object]]) -> list[Body]:
    """Leave out the document's key where it stands as Google would add it.

    https://cloud.google.com/firestore/docs/reference/rest/Shared.Types/Index#IndexField: last, or
    before a vector, in the direction of the field before it.
    """
    out = [dict(field) for field in fields]
    at = len(out) - 1 - bool(out and "vectorConfig" in out[-1])
    if at < 0 or out[at].get("fieldPath") != _KEY:
        return out
    before = out[at - 1].get("order") if at else None
    if out[at].get("order") == (before or "ASCENDING"):
        del out[at]
    return out


def _way(field: Mapping[str, object]) -> str:
    order = field.get("order")
    if order:
        return _WAYS.get(str(order), str(order))
    if field.get("arrayConfig"):
        return "contains"
    return "vector" if "vectorConfig" in field else "search"


def notification(body: Mapping[str, object]) -> str:
    """Name a bucket's notification by its topic, its events and its prefix.

    >>> notification({"topic": "projects/p/topics/files", "event_types": ["OBJECT_DELETE"]})
    'files:delete'
    """
    topic = body.get("topic")
    # A topic that is known only after apply can't be part of a name; the declaration is refused for it.
    name = topic.rsplit("/", 1)[-1] if isinstance(topic, str) else "unknown"
    events = body.get("event_types")
    listed = sorted(map(str, events)) if isinstance(events, Sequence) else []
    if listed:
        name += ":" + ",".join(event.removeprefix("OBJECT_").lower() for event in listed)
    prefix = body.get("object_name_prefix")
    return f"{name}@{prefix}" if prefix else name
