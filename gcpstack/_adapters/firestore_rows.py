"""Firestore: databases, schedules of backups, indexes, and the configuration of fields."""

from collections.abc import Mapping

from gcpstack._adapters.by_name import ByName, Named
from gcpstack._adapters.clients import Clients
from gcpstack._adapters.discovery import Discovery, Row
from gcpstack._core.json import Body, get
from gcpstack._core.ports import Adapter, Finished, Operation, Target
from gcpstack.resources import _identities as identities

_DATABASE = "projects/{project}/databases/{database}"
_GROUP = _DATABASE + "/collectionGroups/{collection}"
#: What a field can have of its own.
_PARTS = "indexConfig,ttlConfig"


def _unnamed(_: Mapping[str, str], body: Body) -> Body:
    """The name is told beside the body."""
    return body


def _recurrence(body: Body) -> str:
    return "daily" if "dailyRecurrence" in body else "weekly"


def _without_key(body: Body) -> Body:
    """Show the fields of an index as they were asked for: Google adds the document's key."""
    fields = body.get("fields")
    if not isinstance(fields, list):
        return body
    return {**body, "fields": identities.without_key(fields)}


def _own(body: Body) -> bool:
    """Tell whether a field has a configuration of its own: every field is told, even of nothing."""
    return "ttlConfig" in body or _indexes(body) is not None


def _indexes(body: Body) -> list[Body] | None:
    """List the indexes that a field has of its own; None where they are those of all fields."""
    config = body.get("indexConfig")
    if not isinstance(config, dict) or config.get("usesAncestorConfig"):
        return None
    listed = config.get("indexes")
    return listed if isinstance(listed, list) else []


def _told(body: Body) -> Body:
    """Show a field's own indexes, without the field's name and their state."""
    out = {key: value for key, value in body.items() if key != "indexConfig"}
    own = _indexes(body)
    if own is not None:
        out["indexConfig"] = {"indexes": [_index(item) for item in own]}
    return out


def _index(item: Body, **path: str) -> Body:
    fields = item.get("fields")
    ways = [
        {**path, **{key: value for key, value in field.items() if key != "fieldPath"}}
        for field in (fields if isinstance(fields, list) else ())
    ]
    return {"queryScope": item.get("queryScope") or "COLLECTION", "fields": ways}


def _sent(name: str, body: Body) -> Body:
    """Write a field as Google takes it; what is left out goes back to that of all fields."""
    out: Body = {}
    indexes = get(body, ("indexConfig", "indexes"))
    if isinstance(indexes, list):
        out["indexConfig"] = {"indexes": [_index(item, fieldPath=name) for item in indexes]}
    ttl = body.get("ttlConfig")
    if isinstance(ttl, dict):
        out["ttlConfig"] = {key: value for key, value in ttl.items() if key != "state"}
    return out


class Fields(Discovery):
    """The adapter of fields: they are there before and after, made and deleted is what they have."""

    def delete(self, target: Target, live: Body, request_id: str) -> Operation:
        """Let the field be as all fields; done at once where it is."""
        if self.get(target) is None:
            return Finished()
        return super().delete(target, live, request_id)


# https://cloud.google.com/firestore/docs/reference/rest/v1/projects.databases
_DATABASES = Row(
    api="firestore",
    version="v1",
    collection="projects.databases",
    one={"name": "{path}"},
    parent={"parent": "projects/{project}"},
    id="databaseId",
    body=_unnamed,
    style="mask",
    items="databases",
    operations="firestore",
)
# https://cloud.google.com/firestore/docs/reference/rest/v1/projects.databases.collectionGroups.fields:
# a field that a mask names and the body lacks goes back to that of all fields.
_FIELDS = Row(
    api="firestore",
    version="v1",
    collection="projects.databases.collectionGroups.fields",
    one={"name": _GROUP + "/fields/{name}"},
    parent={"parent": _GROUP},
    create="patch",
    names=True,
    body=lambda ids, body: _sent(ids["name"], body),
    shape=lambda body: _sent(str(body.get("name", "")).rsplit("/", 1)[-1], body),
    params={"updateMask": _PARTS},
    style="mask",
    delete="patch",
    delete_params={"updateMask": _PARTS, "body": {}},
    there=_own,
    view=_told,
    operations="firestore",
)
NAMED: Mapping[str, Named] = {
    # https://cloud.google.com/firestore/docs/reference/rest/v1/projects.databases.backupSchedules
    "firestore.BackupSchedule": Named(
        row=Row(
            api="firestore",
            version="v1",
            collection="projects.databases.backupSchedules",
            one={"name": "{path}"},
            parent={"parent": _DATABASE},
            body=_unnamed,
            style="mask",
            items="backupSchedules",
        ),
        shown=_recurrence,
    ),
    # https://cloud.google.com/firestore/docs/reference/rest/v1/projects.databases.collectionGroups.indexes
    "firestore.Index": Named(
        row=Row(
            api="firestore",
            version="v1",
            collection="projects.databases.collectionGroups.indexes",
            one={"name": "{path}"},
            parent={"parent": _GROUP},
            body=_unnamed,
            items="indexes",
            list_params={"pageSize": 500},
            operations="firestore",
        ),
        shown=identities.index,
        view=lambda body, _: _without_key(body),
    ),
}


def adapter(clients: Clients, kind: str, stack: str) -> Adapter:  # noqa: ARG001 # no marks here
    """Make the adapter of a kind."""
    if kind in NAMED:
        return ByName(clients, NAMED[kind])
    return Fields(clients, _FIELDS) if kind == "firestore.Field" else Discovery(clients, _DATABASES)
