"""What the caller may do: everything, until a test takes permissions away.

The permission that a method needs follows from its id, as Google names both alike, but for what is
listed here: https://cloud.google.com/iam/docs/permissions-reference.
"""

import fnmatch
import re
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
}
#: Methods whose permission is another; an empty one needs none.
_METHODS = {
    "artifactregistry.operations": "",
    "binaryauthorization.projects.getPolicy": "binaryauthorization.policy.get",
    "binaryauthorization.projects.updatePolicy": "binaryauthorization.policy.update",
    "cloudbuild.operations": "cloudbuild.builds",
    "cloudbuild.triggers": "cloudbuild.builds",
    "cloudfunctions.functions.generateUploadUrl": "cloudfunctions.functions.sourceCodeSet",
    "cloudscheduler.jobs.resume": "cloudscheduler.jobs.enable",
    "cloudsql.operations": "cloudsql.instances",
    "iap.v1.getIamPolicy": "iap.webServices.getIamPolicy",
    "iap.v1.setIamPolicy": "iap.webServices.setIamPolicy",
    "iap.v1.getIapSettings": "iap.webServices.getSettings",
    "iap.v1.updateIapSettings": "iap.webServices.updateSettings",
    "run.domainmappings": "",
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
