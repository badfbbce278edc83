"""Access policies, which hold levels and perimeters; projects, as perimeters name them."""

import dataclasses
from collections.abc import Iterator, Sequence
from typing import Annotated, ClassVar, Self, TypeAlias

from gcpstack._core.facets import Facet, identity, spec
from gcpstack._core.refs import Address
from gcpstack._core.resource import Resource, Scope, resource
from gcpstack.resources import _checks as checks
from gcpstack.resources import _kinds_perimeters as kinds
from gcpstack.resources._base import Declaration
from gcpstack.resources._checks import Finding, NameRule
from gcpstack.resources._types import Of, Ref

#: https://cloud.google.com/access-context-manager/docs/reference/rest/v1/accessPolicies.accessLevels
PERIMETER_NAME = NameRule(
    r"[A-Za-z][A-Za-z0-9_]{0,49}", "1 to 50 letters, digits and underscores, a letter first"
)
_SCOPE = r"(projects|folders)/\d+"

ProjectRef: TypeAlias = Annotated[Ref, Of(("resourcemanager.Project",))]
PolicyRef: TypeAlias = Annotated[Ref, Of(("accesscontextmanager.AccessPolicy",))]


@resource(kinds.PROJECT)
class ExistingProject(Declaration):
    """A project that is there, for what is told of it; nothing makes, changes or deletes it.

    https://cloud.google.com/resource-manager/docs/creating-managing-projects

    Outputs: ``number``, ``parent``.

    Attributes:
        name: its id; the stack's own if not given.
    """

    name: str | None = spec(Facet.IDENTITY, kw_only=False)

    def located(self, scope: Scope) -> Self:
        """Stand for the stack's own project, where none is named."""
        return self if self.name is not None else dataclasses.replace(self, name=scope.project)

    def findings(self, scope: Scope) -> Iterator[Finding]:
        """Check the id (https://cloud.google.com/resource-manager/docs/creating-managing-projects)."""
        yield from checks.project("name", self.name)


@resource(kinds.ACCESS_POLICY)
class AccessPolicy(Declaration):
    """What holds the access levels and perimeters of an organization, or of a part of it.

    https://cloud.google.com/access-context-manager/docs/overview. An organization has one policy
    for all of it, and others that are scoped to a folder or project.

    Outputs: ``name``, ``policy_id``.

    Attributes:
        name: its title, by which it is found again.
        organization: the number of the organization.
        scopes: the one folder or project that it is for: an `ExistingProject`, or
            ``projects/NUMBER`` or ``folders/NUMBER``.
    """

    name: str = identity(kw_only=False)
    organization: str = identity()
    scopes: Sequence[ProjectRef] | None = spec(Facet.IMMUTABLE | Facet.UNORDERED, link="numbered")

    def findings(self, scope: Scope) -> Iterator[Finding]:
        """Check the organization and the scope.

        https://cloud.google.com/access-context-manager/docs/create-access-policy
        """
        if not self.name:
            yield Finding("name", "is empty")
        yield from checks.pattern("organization", self.organization, r"\d+", "a number")
        yield from checks.longest("scopes", self.scopes or (), 1, "scopes")
        for index, one in enumerate(self.scopes or ()):
            yield from checks.pattern(
                f"scopes[{index}]", one, _SCOPE, "a scope, as projects/NUMBER or folders/NUMBER"
            )


@dataclasses.dataclass(frozen=True, kw_only=True, eq=False)
class InPolicy(Declaration):
    """What stands in an access policy.

    Attributes:
        policy: the policy: its declaration or its number.
    """

    NAMES: ClassVar[NameRule | None] = PERIMETER_NAME

    name: str = identity(kw_only=False)  # it makes a field
    policy: PolicyRef = identity()  # noqa: RUF009 # it makes a field

    def located(self, scope: Scope) -> Self:
        """Stand in a declared policy by the number that it is given."""
        if isinstance(self.policy, AccessPolicy):
            return dataclasses.replace(self, policy=self.policy.output("policy_id"))
        return self

    def address_in(self, scope: Scope) -> Address:
        """Name it within its stack: by the title of a declared policy, not by its number."""
        policy = getattr(self.policy, "of", self.policy)
        if isinstance(policy, Resource):
            return Address(self.KIND.name, f"{policy.address_in(scope).name}/{self.name}")
        return super().address_in(scope)

    def findings(self, scope: Scope) -> Iterator[Finding]:
        """Check the policy (https://cloud.google.com/access-context-manager/docs/manage-access-policy)."""
        yield from checks.pattern("policy", self.policy, r"\d+", "the number of a policy")
        yield from checks.longest("title", getattr(self, "title", None) or "", 200)
