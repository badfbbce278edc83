"""Custom roles."""

from collections.abc import Iterator, Sequence
from typing import ClassVar, Literal

from gcpstack._core.facets import Facet, identity, required, scope, spec
from gcpstack._core.resource import Scope, resource
from gcpstack.resources import _checks as checks
from gcpstack.resources import _kinds_data as kinds
from gcpstack.resources._base import Declaration
from gcpstack.resources._checks import Finding, NameRule
from gcpstack.resources._types import Text

#: https://cloud.google.com/iam/docs/reference/rest/v1/projects.roles/create
_NAMES = NameRule(r"[A-Za-z0-9_.]{3,64}", "3 to 64 letters, digits, underscores and dots")
_MOST_PERMISSIONS = 3000
_OF_ORGANIZATIONS = "resourcemanager.projects.list"
_PERMISSION = r"[a-z][A-Za-z0-9-]*(\.[A-Za-z0-9_-]+){2,}"


@resource(kinds.CUSTOM_ROLE)
class CustomRole(Declaration):
    """A role of the project's own: exactly the permissions that something needs.

    https://cloud.google.com/iam/docs/reference/rest/v1/projects.roles. A deleted role keeps its name
    for weeks; declared again within seven days, it is brought back.

    Outputs: ``name`` (known before it exists): what a grant takes as its role.

    Attributes:
        name: its id.
        project: its project; the stack's if not given.
        title: what people see, 100 bytes at most.
        permissions: the permissions, such as ``run.services.get``.
        description: a note, 256 bytes at most.
        stage: how far it is: ALPHA, BETA, GA, DEPRECATED, DISABLED or EAP.
    """

    NAMES: ClassVar[NameRule | None] = _NAMES

    name: str = identity(kw_only=False)
    project: str | None = scope()
    title: Text = required()
    permissions: Sequence[str] = required(Facet.UNORDERED, wire="includedPermissions")
    description: Text | None = spec()
    stage: Literal["ALPHA", "BETA", "GA", "DEPRECATED", "DISABLED", "EAP"] | None = spec(
        like="or_alpha"
    )

    def findings(self, scope: Scope) -> Iterator[Finding]:
        """Check the lengths (https://cloud.google.com/iam/quotas) and the permissions.

        https://cloud.google.com/iam/docs/custom-roles-permissions-support
        """
        for field, most in (("title", 100), ("description", 256)):
            value = getattr(self, field)
            if isinstance(value, str):
                yield from checks.longest(field, value.encode(), most, "bytes")
        yield from checks.longest("permissions", self.permissions, _MOST_PERMISSIONS, "permissions")
        yield from checks.distinct("permissions", list(self.permissions))
        if _OF_ORGANIZATIONS in self.permissions:
            # https://cloud.google.com/iam/docs/custom-roles-permissions-support
            place = f"permissions[{list(self.permissions).index(_OF_ORGANIZATIONS)}]"
            yield Finding(place, f"{_OF_ORGANIZATIONS} is for roles of an organization only")
        for index, text in enumerate(self.permissions):
            yield from checks.pattern(
                f"permissions[{index}]", text, _PERMISSION, "a permission, as 'run.services.get'"
            )
