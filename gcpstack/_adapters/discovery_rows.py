"""The kinds that google-api-python-client serves, as rows."""

from collections.abc import Mapping

from gcpstack._adapters.clients import Clients
from gcpstack._adapters.discovery import Discovery, Row, Switch
from gcpstack._core.json import Body, get

_PROJECT = "projects/{project}"
_PLACE = _PROJECT + "/locations/{location}"


def _dataset(ids: Mapping[str, str], body: Body) -> Body:
    reference = {"projectId": ids["project"], "datasetId": ids["name"]}
    return {**body, "datasetReference": reference}


def _service_account(ids: Mapping[str, str], body: Body) -> Body:
    return {"accountId": ids["name"], "serviceAccount": body}


def _role(ids: Mapping[str, str], body: Body) -> Body:
    return {"roleId": ids["name"], "role": body}


def _whole_policies(body: Body) -> Body:
    """Leave out a cleanup policy of which nothing is left: the mask takes it away."""
    policies = body.get("cleanupPolicies")
    if not isinstance(policies, dict):
        return body
    return {**body, "cleanupPolicies": {k: v for k, v in policies.items() if v.get("action")}}


def _expiry(body: Body) -> Body:
    """Say that a subscription never expires: by a policy without a time.

    https://cloud.google.com/pubsub/docs/reference/rest/v1/projects.subscriptions#ExpirationPolicy
    """
    never = get(body, ("expirationPolicy", "ttl")) == ""
    return {**body, "expirationPolicy": {}} if never else body


def _mapping(ids: Mapping[str, str], body: Body) -> Body:
    """Write a domain mapping as Knative does; its namespace is the project."""
    held = body.get("metadata")
    named = {"name": ids["name"], "namespace": ids["project"]}
    return {
        **body,
        "apiVersion": "domains.cloudrun.com/v1",
        "kind": "DomainMapping",
        "metadata": {**(held if isinstance(held, Mapping) else {}), **named},
    }


def _unnamed(_: Mapping[str, str], body: Body) -> Body:
    """The name is told beside the body, which may not hold it."""
    return body


ROWS: Mapping[str, Row] = {
    # https://cloud.google.com/artifact-registry/docs/reference/rest/v1/projects.locations.repositories:
    # a change answers with the repository itself.
    "artifactregistry.Repository": Row(
        api="artifactregistry",
        version="v1",
        collection="projects.locations.repositories",
        one={"name": "{path}"},
        parent={"parent": _PLACE},
        id="repositoryId",
        body=_unnamed,
        shape=_whole_policies,
        style="mask",
        items="repositories",
        list_params={"pageSize": 100},
        operations="artifactregistry",
    ),
    # https://cloud.google.com/bigquery/docs/reference/rest/v2/datasets
    "bigquery.Dataset": Row(
        api="bigquery",
        version="v2",
        collection="datasets",
        one={"projectId": "{project}", "datasetId": "{name}"},
        parent={"projectId": "{project}"},
        create="insert",
        body=_dataset,
        style="merge",
        etag=("If-Match", "etag"),
        # Nobody gets here without having said by name that the data may go.
        delete_params={"deleteContents": True},
    ),
    # https://cloud.google.com/iam/docs/reference/rest/v1/projects.roles: a deleted role is still told,
    # and its name is taken.
    "iam.ProjectCustomRole": Row(
        api="iam",
        version="v1",
        collection="projects.roles",
        one={"name": "{path}"},
        parent={"parent": _PROJECT},
        body=_role,
        style="mask",
        undelete="undelete",
        items="roles",
        list_params={"pageSize": 1000, "view": "FULL"},
        there=lambda body: not body.get("deleted"),
    ),
    # https://cloud.google.com/iam/docs/reference/rest/v1/projects.serviceAccounts
    "iam.ServiceAccount": Row(
        api="iam",
        version="v1",
        collection="projects.serviceAccounts",
        one={"name": "{path}@{project}.iam.gserviceaccount.com"},
        parent={"name": _PROJECT},
        body=_service_account,
        style="wrapped",
        wrap="serviceAccount",
        switches=(Switch(path="disabled", on="disable", off="enable"),),
        items="accounts",
        list_params={"pageSize": 100},
        key=lambda body: str(body.get("email", "")).split("@", 1)[0],
    ),
    # https://cloud.google.com/logging/docs/reference/v2/rest/v2/projects.locations.buckets: a change
    # that takes its time is refused by `create` and `patch`; a deleted bucket is told for a week.
    "logging.BucketConfig": Row(
        api="logging",
        version="v2",
        collection="projects.locations.buckets",
        one={"name": "{path}"},
        parent={"parent": _PLACE},
        create="createAsync",
        change="updateAsync",
        id="bucketId",
        body=_unnamed,
        style="mask",
        undelete="undelete",
        stays=lambda ids: ids["name"].startswith("_"),
        items="buckets",
        list_params={"pageSize": 1000},
        there=lambda body: body.get("lifecycleState") != "DELETE_REQUESTED",
        operations="logging",
    ),
    # https://cloud.google.com/logging/docs/reference/v2/rest/v2/projects.sinks: once a sink has a
    # writer of its own, every write must say so again.
    "logging.ProjectSink": Row(
        api="logging",
        version="v2",
        collection="projects.sinks",
        one={"sinkName": "{path}"},
        parent={"parent": _PROJECT},
        params={"uniqueWriterIdentity": True},
        style="mask",
        stays=lambda ids: ids["name"].startswith("_"),
        items="sinks",
        list_params={"pageSize": 1000},
    ),
    # https://cloud.google.com/pubsub/docs/reference/rest/v1/projects.subscriptions
    "pubsub.Subscription": Row(
        api="pubsub",
        version="v1",
        collection="projects.subscriptions",
        one={"subscription": "{path}"},
        writes={"name": "{path}"},
        parent={"project": _PROJECT},
        names=True,
        body=lambda _, body: _expiry(body),
        shape=_expiry,
        style="wrapped",
        wrap="subscription",
        items="subscriptions",
        list_params={"pageSize": 1000},
    ),
    # https://cloud.google.com/pubsub/docs/reference/rest/v1/projects.topics
    "pubsub.Topic": Row(
        api="pubsub",
        version="v1",
        collection="projects.topics",
        one={"topic": "{path}"},
        writes={"name": "{path}"},
        parent={"project": _PROJECT},
        names=True,
        body=_unnamed,
        style="wrapped",
        wrap="topic",
        items="topics",
        list_params={"pageSize": 1000},
    ),
    # https://cloud.google.com/run/docs/reference/rest/v1/projects.locations.domainmappings: a mapping
    # never changes.
    "run.DomainMapping": Row(
        api="run",
        version="v1",
        collection="projects.locations.domainmappings",
        one={"name": "{path}"},
        parent={"parent": _PLACE},
        body=_mapping,
        items="items",
        key=lambda body: str(get(body, ("metadata", "name"))),
    ),
    # https://cloud.google.com/service-usage/docs/reference/rest/v1/services: an API that is not
    # enabled is as good as absent; none is ever disabled, since others may use it.
    "serviceusage.Service": Row(
        api="serviceusage",
        version="v1",
        collection="services",
        one={"name": "{path}"},
        parent={"parent": _PROJECT},
        create="enable",
        names=True,
        body=lambda _, __: {},
        delete="",
        items="services",
        list_params={"filter": "state:ENABLED", "pageSize": 200},
        there=lambda body: body.get("state") == "ENABLED",
        operations="serviceusage",
    ),
    # https://cloud.google.com/vpc/docs/reference/vpcaccess/rest/v1/projects.locations.connectors
    "vpcaccess.Connector": Row(
        api="vpcaccess",
        version="v1",
        collection="projects.locations.connectors",
        one={"name": "{path}"},
        parent={"parent": _PLACE},
        id="connectorId",
        body=_unnamed,
        style="mask",
        together=(frozenset({"minInstances", "maxInstances"}),),
        items="connectors",
        list_params={"pageSize": 100},
        operations="vpcaccess",
    ),
}


def adapter(clients: Clients, kind: str, stack: str) -> Discovery:  # noqa: ARG001 # no marks here
    """Make the adapter of a kind."""
    return Discovery(clients, ROWS[kind])
