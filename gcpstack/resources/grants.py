"""Grants: one role of one member on one object.

Each declaration stands for one member of one role and leaves all others alone. Grants are
unconditional; a conditional binding of the same role and member is another one and is not touched
(https://cloud.google.com/iam/docs/policies).
"""

import dataclasses
from collections.abc import Iterator
from typing import ClassVar, Self, TypeVar

from gcpstack._core.facets import identity, scope
from gcpstack._core.names import template
from gcpstack._core.resource import Resource, Scope, resource
from gcpstack.resources import _checks as checks
from gcpstack.resources import kinds
from gcpstack.resources._base import Declaration
from gcpstack.resources._checks import BUCKET, DATASET, RUN_SERVICE, SECRET, Finding, NameRule
from gcpstack.resources._types import BucketRef, DatasetRef, RoleRef, RunServiceRef, SecretRef
from gcpstack.resources._types import ServiceAccountRef as MemberRef


@dataclasses.dataclass(frozen=True, kw_only=True, eq=False)
class IamMember(Declaration):
    """What all grants share.

    Attributes:
        role: the role, such as ``roles/run.invoker``; or a `CustomRole`.
        member: the principal, such as ``user:a@example.com`` or ``allUsers``; a `ServiceAccount`;
            or an output such as a log sink's ``writer_identity``.
    """

    #: Whether everybody may be granted something on such an object.
    PUBLIC: ClassVar[bool] = True
    #: The field that names the object, and the rule of its name.
    ON: ClassVar[tuple[str, NameRule] | None] = None

    role: RoleRef = identity()  # noqa: RUF009 # it makes a field
    member: MemberRef = identity()  # noqa: RUF009 # it makes a field

    def ids(self, scope: Scope) -> dict[str, str]:
        """Return the identity; a service account stands for its principal."""
        found = super().ids(scope)
        if isinstance(self.role, Resource):
            found["role"] = _known(self.role, "name", scope)
        if isinstance(self.member, Resource):
            found["member"] = _known(self.member, "member", scope)
        elif isinstance(self.member, str):
            # Google keeps addresses in lower case: https://cloud.google.com/iam/docs/principal-identifiers.
            kind, colon, address = self.member.partition(":")
            found["member"] = kind + colon + (address.lower() if "@" in address else address)
        return found

    def findings(self, scope: Scope) -> Iterator[Finding]:
        """Check the role, the member and the object's name.

        https://cloud.google.com/iam/docs/reference/rest/v1/Policy#Binding
        """
        yield from checks.role("role", self.role)
        yield from checks.member("member", self.member, public=self.PUBLIC)
        if self.ON is not None:
            field, rule = self.ON
            yield from checks.name(field, getattr(self, field), rule)


T = TypeVar("T", bound=Declaration)


def beside(item: T, other: object, field: str, scope: Scope) -> T:
    """Fill a place in: that of another declaration where it is not given, else the stack's."""
    there = getattr(other, field, None) if getattr(item, field) is None else None
    placed = item if there is None else dataclasses.replace(item, **{field: there})
    return Declaration.located(placed, scope)


def _known(item: Resource, output: str, scope: Scope) -> str:
    """Tell an output that follows from the identity."""
    return template(item.KIND.known[output]).format(item.ids(scope))


@resource(kinds.PROJECT_IAM_MEMBER)
class ProjectIamMember(IamMember):
    """A grant on the project.

    https://cloud.google.com/resource-manager/docs/access-control-proj

    Attributes:
        role: the role.
        member: the principal; not everybody.
        project: the project; the stack's if not given.
    """

    PUBLIC: ClassVar[bool] = False

    project: str | None = scope()


@resource(kinds.RUN_SERVICE_IAM_MEMBER)
class CloudRunServiceIamMember(IamMember):
    """A grant on a Cloud Run service, such as ``roles/run.invoker`` for ``allUsers``.

    https://cloud.google.com/run/docs/securing/managing-access

    Attributes:
        service: the service: its declaration or its name.
        role: the role.
        member: the principal.
        project: its project; the stack's if not given.
        location: its region; that of the declared service, or the stack's, if not given.
    """

    ON: ClassVar[tuple[str, NameRule] | None] = ("service", RUN_SERVICE)

    service: RunServiceRef = identity(kw_only=False)
    project: str | None = scope()
    location: str | None = scope()

    def located(self, scope: Scope) -> Self:
        """Stand where the service stands."""
        return beside(self, self.service, "location", scope)


@resource(kinds.SECRET_IAM_MEMBER)
class SecretIamMember(IamMember):
    """A grant on a secret, such as ``roles/secretmanager.secretAccessor``.

    https://cloud.google.com/secret-manager/docs/access-control

    Attributes:
        secret: the secret: its declaration or its name.
        role: the role.
        member: the principal.
        project: its project; the stack's if not given.
    """

    PUBLIC: ClassVar[bool] = False
    ON: ClassVar[tuple[str, NameRule] | None] = ("secret", SECRET)

    secret: SecretRef = identity(kw_only=False)
    project: str | None = scope()


@resource(kinds.DATASET_IAM_MEMBER)
class BigQueryDatasetIamMember(IamMember):
    """A grant on a BigQuery dataset, such as ``roles/bigquery.dataEditor``.

    https://cloud.google.com/bigquery/docs/control-access-to-resources-iam

    Attributes:
        dataset: the dataset: its declaration or its name.
        role: the role.
        member: the principal.
        project: its project; the stack's if not given.
    """

    ON: ClassVar[tuple[str, NameRule] | None] = ("dataset", DATASET)

    dataset: DatasetRef = identity(kw_only=False)
    project: str | None = scope()


@resource(kinds.BUCKET_IAM_MEMBER)
class BucketIamMember(IamMember):
    """A grant on a bucket, such as ``roles/storage.objectViewer``.

    https://cloud.google.com/storage/docs/access-control/iam

    Attributes:
        bucket: the bucket: its declaration or its name.
        role: the role.
        member: the principal.
        project: its project; the stack's if not given.
    """

    ON: ClassVar[tuple[str, NameRule] | None] = ("bucket", BUCKET)

    bucket: BucketRef = identity(kw_only=False)
    project: str | None = scope()
