"""What the caller may do: everything, until a test takes permissions away.

The permission that a method needs follows from its id, as Google names both alike, but for what is
listed here: https://cloud.google.com/iam/docs/permissions-reference.
"""

import fnmatch
import functools
import json
import re
from collections.abc import Mapping
from importlib import resources
from typing import Any

_SERVICES = {
    "sql": "cloudsql",
    "cloudresourcemanager": "resourcemanager",
    "billingbudgets": "billing",
    "firestore": "datastore",
}
_VERBS = {
    "insert": "create",
    "patch": "update",
    "replace": "update",
    "createAsync": "create",
    "updateAsync": "update",
    "aggregatedList": "list",
    "wait": "get",
    # Parts of a resource that stand within it.
    "addRule": "update",
    "patchRule": "update",
    "removeRule": "update",
    "getRule": "get",
    "setEdgeSecurityPolicy": "setSecurityPolicy",
    "setSslPolicy": "update",
    "setCertificateMap": "update",
    "setQuicOverride": "update",
}
#: Collections by the service whose permissions call them otherwise.
_COLLECTIONS = {
    "certificatemanager": {
        "certificates": "certs",
        "certificateMaps": "certmaps",
        "certificateMapEntries": "certmapentries",
        "dnsAuthorizations": "dnsauthorizations",
    },
    "datastore": {"fields": "indexes"},
    "iam": {
        "providers": "workloadIdentityPoolProviders",
        "keys": "serviceAccountKeys",
        "operations": "workloadIdentityPools",
    },
    "logging": {"metrics": "logMetrics"},
    "monitoring": {"serviceLevelObjectives": "slos"},
    "run": {"workerPools": "workerpools"},
}
#: Methods whose permission is another; an empty one needs none.
_METHODS = {
    "accesscontextmanager.operations": "",
    "artifactregistry.operations": "",
    # https://cloud.google.com/bigquery/docs/reference/rest/v2/projects/getServiceAccount
    "bigquery.projects.getServiceAccount": "bigquery.jobs.create",
    "binaryauthorization.projects.getPolicy": "binaryauthorization.policy.get",
    "binaryauthorization.projects.updatePolicy": "binaryauthorization.policy.update",
    # https://cloud.google.com/build/docs/iam-roles-permissions: there is no cloudbuild.builds.delete.
    "cloudbuild.operations": "cloudbuild.builds",
    "cloudbuild.triggers": "cloudbuild.builds",
    "cloudbuild.triggers.delete": "cloudbuild.builds.update",
    "cloudbuild.triggers.run": "cloudbuild.builds.create",
    "cloudfunctions.functions.generateUploadUrl": "cloudfunctions.functions.sourceCodeSet",
    "cloudscheduler.jobs.resume": "cloudscheduler.jobs.enable",
    "cloudsql.operations": "cloudsql.instances",
    "cloudsql.operations.list": "cloudsql.instances.get",
    # https://cloud.google.com/firestore/docs/backups#required_roles
    "datastore.databases.restore": "datastore.backups.restoreDatabase",
    "datastore.databases.exportDocuments": "datastore.databases.export",
    "datastore.databases.importDocuments": "datastore.databases.import",
    "logging.entries.list": "logging.logEntries.list",
    "iap.v1.getIamPolicy": "iap.webServices.getIamPolicy",
    "iap.v1.setIamPolicy": "iap.webServices.setIamPolicy",
    "iap.v1.getIapSettings": "iap.webServices.getSettings",
    "iap.v1.updateIapSettings": "iap.webServices.updateSettings",
    "run.domainmappings": "",
    # https://cloud.google.com/storage/docs/access-control/iam-json
    "storage.objects.copy": "storage.objects.create",
    "storage.objects.rewrite": "storage.objects.create",
    "storage.notifications.delete": "storage.buckets.update",
    "storage.notifications.get": "storage.buckets.get",
    "storage.notifications.insert": "storage.buckets.update",
    "storage.notifications.list": "storage.buckets.get",
    "storage.serviceAccount.get": "resourcemanager.projects.get",
    "secretmanager.secrets.addVersion": "secretmanager.versions.add",
    "servicenetworking.connections.deleteConnection": "servicenetworking.services.deleteConnection",
    "servicenetworking.connections.list": "servicenetworking.services.get",
    "servicenetworking.connections.create": "servicenetworking.services.addPeering",
    "servicenetworking.connections.update": "servicenetworking.services.addPeering",
    "serviceusage.services.batchEnable": "serviceusage.services.enable",
    "serviceusage.services.batchGet": "serviceusage.services.get",
    "serviceusage.services.generateServiceIdentity": "serviceusage.services.enable",
}
#: What naming a resource takes on it, beside what the method needs; by the service that names it.
#: https://cloud.google.com/iam/docs/service-accounts-actas, https://cloud.google.com/pubsub/docs/access-control
_USES = {
    ("compute", "compute.healthChecks"): "useReadOnly",
    ("compute", "certificatemanager.certmaps"): "use",
    ("pubsub", "pubsub.topics"): "attachSubscription",
    ("pubsub", "pubsub.schemas"): "attach",
}
#: The services whose resources act as service accounts, with the collections that always do, as a
#: default one where none is named. https://cloud.google.com/iam/docs/service-accounts-actas
ACTING = {
    "run": ("services", "jobs", "workerPools"),
    "cloudfunctions": ("functions",),
    "cloudbuild": (),
    "cloudscheduler": (),
    "cloudtasks": (),
    "eventarc": (),
    "pubsub": (),
}
_FREE = re.compile(r".*\.(testIamPermissions|queryTestablePermissions)|.*\.locations\.(get|list)")


def needed(method: str) -> str:
    """The permission that a method needs, by its discovery id; empty where it needs none."""
    if _FREE.fullmatch(method):
        return ""
    *path, verb = method.split(".")
    service, collection = _SERVICES.get(path[0], path[0]), path[-1] if len(path) > 1 else "v1"
    collection = _COLLECTIONS.get(service, {}).get(collection, collection)
    found = f"{service}.{collection}.{_VERBS.get(verb, verb)}"
    for name in (f"{service}.{collection}.{verb}", found):
        if name in _METHODS:
            return _METHODS[name]
    whole = _METHODS.get(f"{service}.{collection}")
    if whole is not None:
        return f"{whole}.{_VERBS.get(verb, verb)}" if whole else ""
    return found


@functools.cache
def names() -> Mapping[str, frozenset[str]]:
    """The verbs that permissions of a collection have, by ``service.collection``.

    They are those of https://cloud.google.com/iam/docs/permissions-reference and of what predefined
    roles hold, for the collections that are served here. Each service has a page of both, such as
    https://cloud.google.com/iam/docs/roles-permissions/compute: what a name is checked against.
    """
    text = resources.files("gcpstack.emulator.core").joinpath("permission_names.json").read_text()
    table: dict[str, dict[str, str]] = json.loads(text)
    return {
        f"{service}.{collection}": frozenset(verbs.split())
        for service, collections in table.items()
        for collection, verbs in collections.items()
    }


def exists(name: str) -> bool:
    """Whether Google has such a permission; of collections that nobody listed, any."""
    collection, _, verb = name.rpartition(".")
    known = names().get(collection)
    return known is None or verb in known


def to_name(user: str, service: str, collection: str) -> str:
    """The permission that naming a resource in another takes; empty where it takes none.

    Args:
        user: the service of the resource that names it.
        service: the service of what is named.
        collection: its collection.
    """
    service = _SERVICES.get(service, service)
    on = f"{service}.{_COLLECTIONS.get(service, {}).get(collection, collection)}"
    if on == "iam.serviceAccounts":
        return "iam.serviceAccounts.actAs"
    own = "use" if user == service and "use" in names().get(on, ()) else ""
    verb = _USES.get((user, on), own)
    return f"{on}.{verb}" if verb else ""


class Permissions:
    """What the caller may do.

    Attributes:
        allowed: globs over permissions, such as ``compute.*.get``.
        denied: globs over those that the caller has not, whatever is allowed.
    """

    def __init__(self) -> None:
        self.allowed = ["*"]
        self.denied: list[str] = []

    @property
    def limited(self) -> bool:
        """Whether anything is taken away."""
        return bool(self.denied) or self.allowed != ["*"]

    def set(self, body: Any) -> None:
        """Take ``{"allowed": [...], "denied": [...]}``; null gives everything back."""
        given = {} if body is None else body
        known = {"allowed": ["*"], "denied": []} | given
        right = known.keys() == {"allowed", "denied"} and all(
            isinstance(globs, list) and all(isinstance(glob, str) for glob in globs)
            for globs in known.values()
        )
        if not right:
            message = f"permissions are {{allowed: [GLOB], denied: [GLOB]}}, not {body!r}"
            raise ValueError(message)
        self.allowed, self.denied = list(known["allowed"]), list(known["denied"])

    def has(self, name: str) -> bool:
        """Whether the caller has a permission."""
        return any(fnmatch.fnmatchcase(name, glob) for glob in self.allowed) and not any(
            fnmatch.fnmatchcase(name, glob) for glob in self.denied
        )
