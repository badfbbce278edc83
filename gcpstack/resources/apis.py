"""Enabled APIs."""

from typing import ClassVar

from gcpstack._core.facets import identity, scope
from gcpstack._core.resource import resource
from gcpstack.resources import kinds
from gcpstack.resources._base import Declaration
from gcpstack.resources._checks import API, NameRule


@resource(kinds.SERVICE)
class EnabledService(Declaration):
    """An API that the project may use.

    https://cloud.google.com/service-usage/docs/reference/rest/v1/services. It stays enabled when
    the stack goes: others may use it.

    Attributes:
        name: the API, such as ``run.googleapis.com``.
        project: the project; the stack's if not given.
    """

    NAMES: ClassVar[NameRule | None] = API

    name: str = identity(kw_only=False)
    project: str | None = scope()
