"""Service accounts."""

from collections.abc import Iterator
from typing import ClassVar

from gcpstack._core.facets import identity, scope, spec
from gcpstack._core.resource import Scope, resource
from gcpstack.resources import _checks as checks
from gcpstack.resources import kinds
from gcpstack.resources._base import Declaration
from gcpstack.resources._checks import SERVICE_ACCOUNT, Finding, NameRule
from gcpstack.resources._types import Text


@resource(kinds.SERVICE_ACCOUNT)
class ServiceAccount(Declaration):
    """Who a program is.

    https://cloud.google.com/iam/docs/reference/rest/v1/projects.serviceAccounts

    Outputs: ``email`` and ``member`` (both known before it exists), ``unique_id``, ``name``.

    Attributes:
        name: the part of the email before the ``@``, 6 to 30 characters.
        project: its project; the stack's if not given.
        display_name: what people see, 100 bytes at most.
        description: a note, 256 bytes at most.
        disabled: whether it can't be used.
    """

    NAMES: ClassVar[NameRule | None] = SERVICE_ACCOUNT

    name: str = identity(kw_only=False)
    project: str | None = scope()
    display_name: Text | None = spec()
    description: Text | None = spec()
    disabled: bool | None = spec()

    def findings(self, scope: Scope) -> Iterator[Finding]:
        """Check the lengths (https://cloud.google.com/iam/quotas)."""
        for field, most in (("display_name", 100), ("description", 256)):
            value = getattr(self, field)
            if isinstance(value, str):
                yield from checks.longest(field, value.encode(), most, "bytes")
