"""The policies that grants are in: IAM's, and the access lists of BigQuery datasets."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from gcpstack._adapters.clients import Clients
from gcpstack._adapters.members import Grant, Members
from gcpstack._adapters.rest import Collection
from gcpstack._core.json import Body

#: Older versions leave conditional bindings out: writing such a policy back would drop them
#: (https://cloud.google.com/iam/docs/policies#versions).
_VERSION = 3


@dataclass(frozen=True, kw_only=True)
class Row:
    """Where one kind of object has its policy.

    Attributes:
        api: the API's short name.
        version: such as ``v1``.
        collection: the collection of the object.
        one: the parameters that name the object; values hold ``{variables}`` of the identity.
        posts: reading takes a body; elsewhere it takes a parameter.
        bare: the policy itself is the body of a write; elsewhere it is a field of it.
        asks: the parameter that asks for a version, where reading takes one.
    """

    api: str
    version: str
    collection: str
    one: Mapping[str, str]
    posts: bool = False
    bare: bool = False
    asks: str = "options_requestedPolicyVersion"


ROWS: Mapping[str, Row] = {
    "artifactregistry.RepositoryIamMember": Row(
        api="artifactregistry",
        version="v1",
        collection="projects.locations.repositories",
        one={"resource": "projects/{project}/locations/{location}/repositories/{repository}"},
    ),
    "cloudkms.CryptoKeyIamMember": Row(
        api="cloudkms",
        version="v1",
        collection="projects.locations.keyRings.cryptoKeys",
        one={
            "resource": "projects/{project}/locations/{location}/keyRings/{key_ring}/cryptoKeys/"
            "{key}"
        },
    ),
    "cloudkms.KeyRingIamMember": Row(
        api="cloudkms",
        version="v1",
        collection="projects.locations.keyRings",
        one={"resource": "projects/{project}/locations/{location}/keyRings/{key_ring}"},
    ),
    "cloudtasks.QueueIamMember": Row(
        api="cloudtasks",
        version="v2",
        collection="projects.locations.queues",
        one={"resource": "projects/{project}/locations/{location}/queues/{queue}"},
        posts=True,
    ),
    "compute.SubnetworkIamMember": Row(
        api="compute",
        version="v1",
        collection="subnetworks",
        one={"project": "{project}", "region": "{region}", "resource": "{subnetwork}"},
        asks="optionsRequestedPolicyVersion",
    ),
    "iam.ServiceAccountIamMember": Row(
        api="iam",
        version="v1",
        collection="projects.serviceAccounts",
        one={
            "resource": "projects/{project}/serviceAccounts/"
            "{service_account}@{project}.iam.gserviceaccount.com"
        },
    ),
    "binaryauthorization.AttestorIamMember": Row(
        api="binaryauthorization",
        version="v1",
        collection="projects.attestors",
        one={"resource": "projects/{project}/attestors/{attestor}"},
    ),
    # https://cloud.google.com/artifact-analysis/docs/reference/rest/v1/projects.notes/getIamPolicy
    "containeranalysis.NoteIamMember": Row(
        api="containeranalysis",
        version="v1",
        collection="projects.notes",
        one={"resource": "projects/{project}/notes/{note}"},
        posts=True,
    ),
    # https://cloud.google.com/iap/docs/reference/rest/v1/V1/getIamPolicy
    "iap.CloudRunServiceIamMember": Row(
        api="iap",
        version="v1",
        collection="v1",
        one={"resource": "projects/{project}/iap_web/cloud_run-{location}/services/{service}"},
        posts=True,
    ),
    "iap.WebBackendServiceIamMember": Row(
        api="iap",
        version="v1",
        collection="v1",
        one={"resource": "projects/{project}/iap_web/compute/services/{backend_service}"},
        posts=True,
    ),
    "pubsub.SubscriptionIamMember": Row(
        api="pubsub",
        version="v1",
        collection="projects.subscriptions",
        one={"resource": "projects/{project}/subscriptions/{subscription}"},
    ),
    "pubsub.TopicIamMember": Row(
        api="pubsub",
        version="v1",
        collection="projects.topics",
        one={"resource": "projects/{project}/topics/{topic}"},
    ),
    "resourcemanager.ProjectIamMember": Row(
        api="cloudresourcemanager",
        version="v3",
        collection="projects",
        one={"resource": "projects/{project}"},
        posts=True,
    ),
    "run.JobIamMember": Row(
        api="run",
        version="v2",
        collection="projects.locations.jobs",
        one={"resource": "projects/{project}/locations/{location}/jobs/{job}"},
    ),
    "run.ServiceIamMember": Row(
        api="run",
        version="v2",
        collection="projects.locations.services",
        one={"resource": "projects/{project}/locations/{location}/services/{service}"},
    ),
    "secretmanager.SecretIamMember": Row(
        api="secretmanager",
        version="v1",
        collection="projects.secrets",
        one={"resource": "projects/{project}/secrets/{secret}"},
    ),
    "storage.BucketIamMember": Row(
        api="storage",
        version="v1",
        collection="buckets",
        one={"bucket": "{bucket}"},
        bare=True,
        asks="optionsRequestedPolicyVersion",
    ),
}


class IamPolicies:
    """IAM policies: bindings of a role to members."""

    def __init__(self, clients: Clients, row: Row) -> None:
        """Read and write the policies of a row's objects."""
        self._row = row
        self._collection = Collection(clients, row.api, row.version, row.collection)

    def read(self, ids: Mapping[str, str]) -> Body:
        """Read the policy of an object."""
        row = self._row
        params = _named(row, ids)
        if row.posts:
            params["body"] = {"options": {"requestedPolicyVersion": _VERSION}}
        else:
            params[row.asks] = _VERSION
        return self._collection.call("getIamPolicy", params)

    def write(self, ids: Mapping[str, str], policy: Body, *, mask: str = "") -> None:
        """Write it back; its etag makes that fail where somebody wrote in between.

        Args:
            ids: which object.
            policy: its policy.
            mask: the fields to write, where they are not the usual ones.
        """
        row = self._row
        whole: Body = {"policy": policy, "updateMask": mask} if mask else {"policy": policy}
        body = policy if row.bare else whole
        self._collection.call("setIamPolicy", {**_named(row, ids), "body": body})

    def grants(self, policy: Body) -> Iterator[Grant]:
        """List the unconditional grants."""
        for binding in _plain(policy):
            for member in binding.get("members") or ():
                yield str(binding.get("role")), str(member)

    def add(self, policy: Body, grant: Grant) -> None:
        """Put a grant in, beside those of the same role."""
        role, member = grant
        for binding in _plain(policy):
            if binding.get("role") == role:
                binding["members"] = [*(binding.get("members") or ()), member]
                return
        bindings = policy.get("bindings")
        new = {"role": role, "members": [member]}
        policy["bindings"] = [*(bindings if isinstance(bindings, list) else ()), new]

    def remove(self, policy: Body, grant: Grant) -> None:
        """Take a grant out, and the binding with it if it was the last."""
        role, member = grant
        bindings = policy.get("bindings")
        for binding in _plain(policy):
            if binding.get("role") == role:
                binding["members"] = [one for one in binding.get("members") or () if one != member]
        policy["bindings"] = [
            one for one in (bindings if isinstance(bindings, list) else ()) if one.get("members")
        ]


def _named(row: Row, ids: Mapping[str, str]) -> Body:
    return {key: value.format_map(ids) for key, value in row.one.items()}


def _plain(policy: Body) -> Iterator[dict[str, Any]]:
    bindings = policy.get("bindings")
    for binding in bindings if isinstance(bindings, list) else ():
        if not binding.get("condition"):
            yield binding


# --- BigQuery ------------------------------------------------------------------------------------
# https://cloud.google.com/bigquery/docs/reference/rest/v2/datasets#Dataset: grants are entries of
# the dataset's access list; the three basic roles are told by their old names.

_OLD_ROLES = {
    "OWNER": "roles/bigquery.dataOwner",
    "READER": "roles/bigquery.dataViewer",
    "WRITER": "roles/bigquery.dataEditor",
}
_NEW_ROLES = {new: old for old, new in _OLD_ROLES.items()}
_SPECIAL = {"projectOwners", "projectReaders", "projectWriters", "allAuthenticatedUsers"}


class DatasetAccess:
    """The access lists of datasets."""

    def __init__(self, clients: Clients) -> None:
        """Read and write them."""
        self._collection = Collection(clients, "bigquery", "v2", "datasets")

    def read(self, ids: Mapping[str, str]) -> Body:
        """Read a dataset; its access list is what matters."""
        return self._collection.call("get", _dataset(ids))

    def write(self, ids: Mapping[str, str], policy: Body) -> None:
        """Write the access list back, if the dataset's etag is still the same."""
        etag = policy.get("etag")
        self._collection.call(
            "patch",
            {**_dataset(ids), "body": {"access": policy.get("access") or []}},
            headers={"If-Match": str(etag)} if etag else None,
        )

    def grants(self, policy: Body) -> Iterator[Grant]:
        """List the entries that grant a role to somebody without a condition."""
        for entry in _entries(policy):
            member = _member(entry)
            if entry.get("role") and member and not entry.get("condition"):
                role = str(entry["role"])
                yield _OLD_ROLES.get(role, role), member

    def add(self, policy: Body, grant: Grant) -> None:
        """Put an entry in."""
        policy["access"] = [*_entries(policy), _entry(grant)]

    def remove(self, policy: Body, grant: Grant) -> None:
        """Take the entries of a grant out."""
        policy["access"] = [
            entry for entry in _entries(policy) if grant not in self.grants({"access": [entry]})
        ]


def _dataset(ids: Mapping[str, str]) -> Body:
    return {
        "projectId": ids["project"],
        "datasetId": ids["dataset"],
        "accessPolicyVersion": _VERSION,
    }


def _entries(policy: Body) -> list[dict[str, Any]]:
    found = policy.get("access")
    return found if isinstance(found, list) else []


def _member(entry: Mapping[str, Any]) -> str:
    """Write an entry's member as IAM does."""
    email = entry.get("userByEmail")
    if email:
        service = str(email).endswith(".gserviceaccount.com")
        return f"{'serviceAccount' if service else 'user'}:{email}"
    for key, prefix in (("groupByEmail", "group:"), ("domain", "domain:")):
        if entry.get(key):
            return f"{prefix}{entry[key]}"
    return str(entry.get("specialGroup") or entry.get("iamMember") or "")


def _entry(grant: Grant) -> dict[str, Any]:
    """Write a grant as an entry."""
    role, member = grant
    kind, _, who = member.partition(":")
    keys = {
        "user": "userByEmail",
        "serviceAccount": "userByEmail",
        "group": "groupByEmail",
        "domain": "domain",
    }
    role = _NEW_ROLES.get(role, role)
    if kind in keys and who:
        return {"role": role, keys[kind]: who}
    return {"role": role, ("specialGroup" if member in _SPECIAL else "iamMember"): member}


def adapter(clients: Clients, kind: str, stack: str) -> Members:  # noqa: ARG001 # no marks here
    """Make the adapter of a kind of grant."""
    if kind in ROWS:
        return Members(clients, IamPolicies(clients, ROWS[kind]))
    return Members(clients, DatasetAccess(clients))
