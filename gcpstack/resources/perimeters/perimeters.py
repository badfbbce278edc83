"""Service perimeters, in force and in a dry run."""

import dataclasses
from collections.abc import Iterator, Sequence
from typing import Literal, Self

from gcpstack._core.facets import Facet, block, required, spec
from gcpstack._core.resource import Scope, resource
from gcpstack.resources import _checks as checks
from gcpstack.resources import _kinds_perimeters as kinds
from gcpstack.resources._base import Part
from gcpstack.resources._checks import Finding
from gcpstack.resources._types import Text
from gcpstack.resources.perimeters.levels import LevelRef
from gcpstack.resources.perimeters.policies import InPolicy, ProjectRef
from gcpstack.resources.perimeters.rules import EgressRule, IngressRule

_API = r"[a-z0-9-]+\.googleapis\.com"
_INSIDE = r"(projects|folders)/\d+|//compute\.googleapis\.com/projects/[^/]+/global/networks/[^/]+"
_BRIDGE = "PERIMETER_TYPE_BRIDGE"
_NOT_IN_BRIDGES = (
    "access_levels", "restricted_services", "vpc_allowed_services", "ingress", "egress",
)  # fmt: skip


@block
class PerimeterConfig(Part):
    """What a perimeter is around, and what may cross it.

    https://cloud.google.com/vpc-service-controls/docs/service-perimeters

    Attributes:
        resources: what is inside: `ExistingProject`, ``projects/NUMBER``, or a network as
            ``//compute.googleapis.com/projects/P/global/networks/N``.
        restricted_services: the APIs that can't be called across it.
        access_levels: levels of which one is enough to call them from outside.
        vpc_allowed_services: the APIs that networks inside may call, or ``RESTRICTED-SERVICES``.
        vpc_restriction: whether they may call no others.
        ingress: requests that may come in.
        egress: requests that may go out.
    """

    resources: Sequence[ProjectRef] | None = spec(Facet.UNORDERED, link="numbered")
    restricted_services: Sequence[str] | None = spec(Facet.UNORDERED)
    access_levels: Sequence[LevelRef] | None = spec(Facet.UNORDERED)
    vpc_restriction: bool | None = spec(wire="vpcAccessibleServices.enableRestriction")
    vpc_allowed_services: Sequence[str] | None = spec(
        Facet.UNORDERED, wire="vpcAccessibleServices.allowedServices"
    )
    ingress: Sequence[IngressRule] | None = spec(wire="ingressPolicies")
    egress: Sequence[EgressRule] | None = spec(wire="egressPolicies")

    def findings(self) -> Iterator[Finding]:
        """Check what is named (https://cloud.google.com/vpc-service-controls/docs/supported-products)."""
        for index, one in enumerate(self.resources or ()):
            yield from checks.pattern(
                f"resources[{index}]", one, _INSIDE, "a project, as projects/NUMBER, or a network"
            )
        yield from checks.distinct("restricted_services", self.restricted_services)
        for index, api in enumerate(self.restricted_services or ()):
            yield from checks.pattern(
                f"restricted_services[{index}]", api, _API, "an API, as 'storage.googleapis.com'"
            )
        if self.vpc_allowed_services and not self.vpc_restriction:
            yield Finding("vpc_allowed_services", "needs vpc_restriction=True")
        rules: list[IngressRule | EgressRule] = [*(self.ingress or ()), *(self.egress or ())]
        titles = [one.title for one in rules if one.title]
        for title in sorted({str(one) for one in titles if titles.count(one) > 1}):
            yield Finding("", f"two rules have the title {title!r}")


@resource(kinds.SERVICE_PERIMETER)
class ServicePerimeter(InPolicy):
    """A border around projects that data doesn't cross, but for what is allowed to.

    https://cloud.google.com/vpc-service-controls/docs/overview. With ``dry_run``, what another
    configuration would refuse is logged while ``status`` is in force.

    Outputs: ``name``.

    Attributes:
        name: its name.
        policy: the policy: its declaration or its number.
        title: what people call it; unique in the policy.
        description: a note.
        perimeter_type: PERIMETER_TYPE_REGULAR if not given; PERIMETER_TYPE_BRIDGE between projects
            of several perimeters.
        status: what is in force.
        dry_run: what is only tried.
        use_explicit_dry_run_spec: that it is; follows from dry_run.
    """

    title: Text = required()
    description: Text | None = spec()
    perimeter_type: Literal["PERIMETER_TYPE_REGULAR", "PERIMETER_TYPE_BRIDGE"] | None = spec(
        Facet.IMMUTABLE, like="or_regular"
    )
    status: PerimeterConfig | None = spec()
    dry_run: PerimeterConfig | None = spec(wire="spec")
    use_explicit_dry_run_spec: bool | None = spec()

    def bind(self, scope: Scope) -> Self:
        """Say that a dry run is meant, where there is one."""
        bound = super().bind(scope)
        if bound.dry_run is None or bound.use_explicit_dry_run_spec is not None:
            return bound
        return dataclasses.replace(bound, use_explicit_dry_run_spec=True)

    def findings(self, scope: Scope) -> Iterator[Finding]:
        """Check what goes with which type.

        https://cloud.google.com/vpc-service-controls/docs/share-across-perimeters
        """
        yield from super().findings(scope)
        if self.status is None and self.dry_run is None:
            yield Finding("", "one of status, dry_run is needed")
        if self.dry_run is not None and self.use_explicit_dry_run_spec is False:
            yield Finding("use_explicit_dry_run_spec", "is True with dry_run")
        if self.perimeter_type != _BRIDGE:
            return
        for place in ("status", "dry_run"):
            for field in _NOT_IN_BRIDGES:
                if getattr(getattr(self, place), field, None):
                    yield Finding(f"{place}.{field}", "is not for bridges")
