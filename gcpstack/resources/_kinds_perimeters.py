"""The kinds of Access Context Manager, as data.

`gcpstack.resources.kinds` lists them with all others.
"""

from gcpstack._core.kinds import Kind
from gcpstack.resources._outputs import NAME

_ACCESS = "accesscontextmanager.googleapis.com"
# Changes of one policy happen one after the other.
_ONE_BY_ONE = "accessPolicies/{policy}"

PROJECT = Kind(
    name="resourcemanager.Project",
    api="cloudresourcemanager.googleapis.com",
    path="projects/{name}",
    title="project",
    keeps=True,
    outputs={"number": ("number",), "parent": ("parent",)},
    forms={"numbered": ("name",)},
)
ACCESS_POLICY = Kind(
    name="accesscontextmanager.AccessPolicy",
    api=_ACCESS,
    path="organizations/{organization}/accessPolicies/{name:raw}",
    title="access policy",
    # An organization has one policy for each scope.
    exclusive=(("scopes",),),
    # With it go all levels and perimeters in it.
    protected=True,
    server_assigned=True,
    outputs={**NAME, "policy_id": ("policyId",)},
)
ACCESS_LEVEL = Kind(
    name="accesscontextmanager.AccessLevel",
    api=_ACCESS,
    path="accessPolicies/{policy}/accessLevels/{name}",
    title="access level",
    exclusive=(("title",),),
    outputs=NAME,
    serialize=_ONE_BY_ONE,
)
SERVICE_PERIMETER = Kind(
    name="accesscontextmanager.ServicePerimeter",
    api=_ACCESS,
    path="accessPolicies/{policy}/servicePerimeters/{name}",
    title="service perimeter",
    # A project is in one regular perimeter.
    exclusive=(("status", "resources"),),
    outputs=NAME,
    serialize=_ONE_BY_ONE,
)
