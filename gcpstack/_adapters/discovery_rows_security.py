"""Who and what may pass, which google-api-python-client serves, as rows."""

import functools
from collections.abc import Callable, Iterable, Mapping

from gcpstack._adapters.by_name import ByName, Named
from gcpstack._adapters.clients import Clients
from gcpstack._adapters.discovery import Discovery, Row
from gcpstack._adapters.wire import revealed, without
from gcpstack._core.json import Body
from gcpstack._core.ports import Edit, Step


def filled(value: Body) -> Body:
    """Leave out objects in which nothing is left."""
    inner = {k: filled(v) if isinstance(v, dict) else v for k, v in value.items()}
    return {key: one for key, one in inner.items() if one != {}}


# --- Access Context Manager ----------------------------------------------------------------------
# https://cloud.google.com/access-context-manager/docs/reference/rest: a body brings its own full
# name; a policy has none until Google gives it a number, and is found by its title.


def _in_policy(plural: str) -> Row:
    return Row(
        api="accesscontextmanager",
        version="v1",
        collection=f"accessPolicies.{plural}",
        one={"name": "{path}"},
        parent={"parent": "accessPolicies/{policy}"},
        body=lambda ids, body: {
            **body,
            "name": f"accessPolicies/{ids['policy']}/{plural}/{ids['name']}",
        },
        shape=filled,
        style="mask",
        items=plural,
        list_params={"pageSize": 100},
        operations="accesscontextmanager",
    )


def _numbered(body: Body, _: object) -> Body:
    """Return the number of a policy, which is part of the names of what it holds."""
    return {**body, "policyId": str(body.get("name", "")).rsplit("/", 1)[-1]}


_POLICY = Named(
    row=Row(
        api="accesscontextmanager",
        version="v1",
        collection="accessPolicies",
        one={"name": "accessPolicies/{id}"},
        parent={"parent": "organizations/{organization}"},
        alone=True,
        body=lambda ids, body: {
            **body,
            "parent": f"organizations/{ids['organization']}",
            "title": ids["name"],
        },
        style="mask",
        items="accessPolicies",
        list_params={"pageSize": 100},
        operations="accesscontextmanager",
    ),
    shown="title",
    view=_numbered,
)


# --- Identity-Aware Proxy ------------------------------------------------------------------------
# https://cloud.google.com/iap/docs/reference/rest/v1/V1/updateIapSettings: settings are always
# there; an update without a mask replaces them all, one with nothing clears them.

_DIGESTS = (
    "accessSettings.oauthSettings.clientSecretSha256",
    "accessSettings.workforceIdentitySettings.oauth2.clientSecretSha256",
)


def _as_it_is(_: Mapping[str, str], body: Body) -> Body:
    return body


def _all_settings(discovery: Discovery, edit: Edit) -> Iterable[Step]:
    if edit.changed:
        body, secrets = revealed(without(edit.merged, ("name", *_DIGESTS)))
        params = {"body": filled(body)}
        yield Step(
            "update",
            functools.partial(
                discovery.call, "updateIapSettings", params, edit.target, hide=secrets
            ),
        )


# --- workload identity federation ----------------------------------------------------------------
# https://cloud.google.com/iam/docs/reference/rest/v1/projects.locations.workloadIdentityPools: what
# was deleted is still told for 30 days, and its name is taken.

_POOLS = "projects.locations.workloadIdentityPools"


def _federation(collection: str, parent: str, one: str, many: str) -> Row:
    return Row(
        api="iam",
        version="v1",
        collection=collection,
        one={"name": "{path}"},
        parent={"parent": parent},
        id=one,
        body=_as_it_is,
        style="mask",
        undelete="undelete",
        items=many,
        list_params={"pageSize": 100},
        there=lambda body: body.get("state") != "DELETED",
        operations="iam",
    )


# --- Binary Authorization ------------------------------------------------------------------------
# https://cloud.google.com/binary-authorization/docs/reference/rest: what changes is written whole,
# with the etag that it was read with. A project's policy is always there; what deletes it is the
# policy that it began with (.../docs/key-concepts#default_policy).

_FIRST_POLICY: Body = {
    "globalPolicyEvaluationMode": "ENABLE",
    "defaultAdmissionRule": {
        "evaluationMode": "ALWAYS_ALLOW",
        "enforcementMode": "ENFORCED_BLOCK_AND_AUDIT_LOG",
    },
}


def _put(method: str, *outputs: str) -> Callable[[Discovery, Edit], Iterable[Step]]:
    """Write an object whole, but for what is Google's to say."""

    def steps(discovery: Discovery, edit: Edit) -> Iterable[Step]:
        if edit.changed:
            params = {"body": filled(without(edit.merged, outputs))}
            yield Step("update", functools.partial(discovery.call, method, params, edit.target))

    return steps


ROWS: Mapping[str, Row] = {
    "accesscontextmanager.AccessLevel": _in_policy("accessLevels"),
    "accesscontextmanager.ServicePerimeter": _in_policy("servicePerimeters"),
    "binaryauthorization.Attestor": Row(
        api="binaryauthorization",
        version="v1",
        collection="projects.attestors",
        one={"name": "{path}"},
        parent={"parent": "projects/{project}"},
        id="attestorId",
        body=_as_it_is,
        steps=_put("update", "updateTime", "userOwnedGrafeasNote.delegationServiceAccountEmail"),
        items="attestors",
        list_params={"pageSize": 500},
    ),
    "binaryauthorization.Policy": Row(
        api="binaryauthorization",
        version="v1",
        collection="projects",
        one={"name": "{path}"},
        parent={},
        read="getPolicy",
        create="updatePolicy",
        names=True,
        body=_as_it_is,
        steps=_put("updatePolicy", "updateTime"),
        delete="updatePolicy",
        delete_params={"body": _FIRST_POLICY},
    ),
    # https://cloud.google.com/artifact-analysis/docs/reference/rest/v1/projects.notes
    "containeranalysis.Note": Row(
        api="containeranalysis",
        version="v1",
        collection="projects.notes",
        one={"name": "{path}"},
        parent={"parent": "projects/{project}"},
        id="noteId",
        body=_as_it_is,
        style="mask",
        items="notes",
        list_params={"pageSize": 500, "filter": 'kind="ATTESTATION"'},
    ),
    "iam.WorkloadIdentityPool": _federation(
        _POOLS,
        "projects/{project}/locations/global",
        "workloadIdentityPoolId",
        "workloadIdentityPools",
    ),
    "iam.WorkloadIdentityPoolProvider": _federation(
        f"{_POOLS}.providers",
        "projects/{project}/locations/global/workloadIdentityPools/{pool}",
        "workloadIdentityPoolProviderId",
        "workloadIdentityPoolProviders",
    ),
    "iap.Settings": Row(
        api="iap",
        version="v1",
        collection="v1",
        one={"name": "projects/{project}/{resource}"},
        parent={},
        read="getIapSettings",
        create="updateIapSettings",
        names=True,
        body=_as_it_is,
        steps=_all_settings,
        delete="updateIapSettings",
        delete_params={"body": {}},
        there=lambda body: bool(body.keys() - {"name"}),
    ),
    # https://cloud.google.com/intrusion-detection-system/docs/reference/rest
    "ids.Endpoint": Row(
        api="ids",
        version="v1",
        collection="projects.locations.endpoints",
        one={"name": "{path}"},
        parent={"parent": "projects/{project}/locations/{zone}"},
        id="endpointId",
        body=_as_it_is,
        style="mask",
        items="endpoints",
        list_params={"pageSize": 100},
        operations="ids",
    ),
}


def adapter(clients: Clients, kind: str, stack: str) -> Discovery | ByName:  # noqa: ARG001 # no marks here
    """Make the adapter of a kind."""
    if kind == "accesscontextmanager.AccessPolicy":
        return ByName(clients, _POLICY)
    return Discovery(clients, ROWS[kind])
