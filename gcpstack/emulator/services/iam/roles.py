"""Roles: those that projects make, and a few of Google's (https://cloud.google.com/iam/docs/reference/rest/v1/projects.roles)."""

import re

from gcpstack.emulator.core.call import Call
from gcpstack.emulator.core.errors import aborted, already_exists, failed_precondition, invalid
from gcpstack.emulator.core.ids import fingerprint
from gcpstack.emulator.core.model import Body, Kind
from gcpstack.emulator.core.paging import cut
from gcpstack.emulator.core.recorded import same_version
from gcpstack.emulator.core.store import Obj
from gcpstack.emulator.core.world import World
from gcpstack.emulator.dialects import aip, standard
from gcpstack.emulator.dialects.aip import AIP

ROLE_ID = r"[a-zA-Z0-9_.]{3,64}"
PERMISSION = re.compile(r"[a-zA-Z][a-zA-Z0-9-]*(\.[a-zA-Z0-9_-]+){2,}")
MOST_PERMISSIONS = 3000
KEPT = 7 * 86400.0

# https://cloud.google.com/iam/docs/roles-permissions
PREDEFINED = {
    "owner": "Owner",
    "editor": "Editor",
    "viewer": "Viewer",
    "artifactregistry.reader": "Artifact Registry Reader",
    "artifactregistry.writer": "Artifact Registry Writer",
    "bigquery.dataEditor": "BigQuery Data Editor",
    "bigquery.dataViewer": "BigQuery Data Viewer",
    "cloudbuild.builds.editor": "Cloud Build Editor",
    "cloudsql.client": "Cloud SQL Client",
    "cloudtasks.enqueuer": "Cloud Tasks Enqueuer",
    "datastore.user": "Cloud Datastore User",
    "iam.serviceAccountTokenCreator": "Service Account Token Creator",
    "iam.serviceAccountUser": "Service Account User",
    "iam.workloadIdentityUser": "Workload Identity User",
    "logging.logWriter": "Logs Writer",
    "monitoring.metricWriter": "Monitoring Metric Writer",
    "pubsub.publisher": "Pub/Sub Publisher",
    "pubsub.subscriber": "Pub/Sub Subscriber",
    "redis.editor": "Cloud Memorystore Redis Editor",
    "run.admin": "Cloud Run Admin",
    "run.developer": "Cloud Run Developer",
    "run.invoker": "Cloud Run Invoker",
    "secretmanager.admin": "Secret Manager Admin",
    "secretmanager.secretAccessor": "Secret Manager Secret Accessor",
    "storage.admin": "Storage Admin",
    "storage.objectAdmin": "Storage Object Admin",
    "storage.objectCreator": "Storage Object Creator",
    "storage.objectViewer": "Storage Object Viewer",
    "vpcaccess.user": "Serverless VPC Access User",
}


def _check(_call: Call, body: Body, _old: Body | None) -> None:
    permissions = body.get("includedPermissions", [])
    if len(permissions) > MOST_PERMISSIONS:
        raise invalid(
            f"A role can hold {MOST_PERMISSIONS} permissions at most.",
            field="role.included_permissions",
        )
    for permission in permissions:
        if not PERMISSION.fullmatch(permission):
            raise invalid(
                f"Permission {permission} is not valid.", field="role.included_permissions"
            )


def _stamp(call: Call, body: Body) -> None:
    if "includedPermissions" in body:
        body["includedPermissions"] = sorted(set(body["includedPermissions"]))
    content = {key: value for key, value in body.items() if key != "etag"}
    body["etag"] = "Bw" + fingerprint([content, call.world.state.count("iam")])[:10]


def _create(call: Call) -> Body:
    """The body holds the role and its id."""
    short = str(call.body.get("roleId", ""))
    if not standard.check_id(ROLES, short):
        text = f"The role_id {short} must match the pattern {ROLE_ID}."
        raise invalid(text, field="role_id")
    name = f"{call.path}/{short}"
    taken = call.find(name)
    if taken is not None and taken.body.get("deleted"):
        raise failed_precondition(
            f"You can't create a role_id ({short}) which has been marked for deletion."
        )
    if taken is not None:
        raise already_exists(
            f"A role named {short} in {call.path.rpartition('/')[0]} already exists."
        )
    call.body = dict(call.body.get("role") or {})
    return aip.make(call, ROLES, name)


def _check_etag(call: Call, obj: Obj) -> None:
    sent = call.query.get("etag") or call.sent.get("etag")
    if sent and not same_version(sent, obj.body["etag"]):
        raise aborted(
            "There were concurrent role changes. Please retry the whole read-modify-write."
        )


def _patch(call: Call) -> Body:
    obj = call.need()
    _check_etag(call, obj)
    if obj.body.get("deleted"):
        raise failed_precondition(
            f"You can't update a role ({obj.id}) which has been marked for deletion."
        )
    return aip.patch(call)


def _delete(call: Call) -> Body:
    obj = call.need()
    _check_etag(call, obj)
    if obj.body.get("deleted"):
        raise failed_precondition(f"The role ({obj.id}) has already been marked for deletion.")
    body = {**obj.body, "deleted": True}
    _stamp(call, body)
    call.world.later(KEPT, "iam", "purge role", {"name": obj.name, "etag": body["etag"]})
    return _told(call.world, call.world.state.put(obj.but(body=body)), body)


def _undelete(call: Call) -> Body:
    obj = call.need()
    if not obj.body.get("deleted"):
        raise failed_precondition(f"The role ({obj.id}) is not deleted.")
    body = {key: value for key, value in obj.body.items() if key != "deleted"}
    _stamp(call, body)
    return _told(call.world, call.world.state.put(obj.but(body=body)), body)


def purge(world: World, payload: Body) -> None:
    """A deleted role is gone for good."""
    obj = world.state.get("iam", payload["name"])
    if obj is not None and obj.body.get("etag") == payload["etag"]:
        world.forget(obj)


def _told(_world: World, _obj: Obj, body: Body) -> Body:
    """A role as it is told: the default stage is left out."""
    return {key: value for key, value in body.items() if (key, value) != ("stage", "ALPHA")}


def _list(call: Call) -> Body:
    found = [
        call.world.show(obj)
        for obj in call.world.state.page("iam", call.path)
        if call.query.get("showDeleted") or not obj.body.get("deleted")
    ]
    return _page(call, found)


def _page(call: Call, found: list[Body]) -> Body:
    if call.query.get("view") != "FULL":
        hidden = ("includedPermissions",)
        found = [{key: value for key, value in role.items() if key not in hidden} for role in found]
    return cut(found, call.query, "roles")


def _predefined(short: str) -> Body:
    return {"name": f"roles/{short}", "title": PREDEFINED[short], "stage": "GA", "etag": "AA=="}


def get_predefined(call: Call) -> Body:
    """``roles.get``: of Google's roles those that are known here."""
    short = call.segments[-1]
    if short not in PREDEFINED:
        raise call.missing(call.name, ROLES)
    return _predefined(short)


def list_predefined(call: Call) -> Body:
    """``roles.list``: Google's roles, or those of a parent."""
    parent = str(call.query.get("parent") or "")
    if parent:
        call.segments = [*call.world.canonical(parent).split("/"), "roles"]
        return _list(call)
    return _page(call, [_predefined(short) for short in sorted(PREDEFINED)])


ROLES = Kind(
    name="roles",
    resources=("projects.roles", "organizations.roles"),
    schema="Role",
    dialect=AIP,
    id_pattern=ROLE_ID,
    not_found="The role named {name} was not found.",
    output_only=("deleted", "etag"),
    validate=_check,
    on_create=_stamp,
    on_update=lambda call, body, _old: _stamp(call, body),
    view=_told,
    methods={
        "create": _create,
        "patch": _patch,
        "delete": _delete,
        "undelete": _undelete,
        "list": _list,
    },
)
