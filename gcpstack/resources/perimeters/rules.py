"""What may cross a perimeter, from outside and from inside."""

from collections.abc import Iterator, Sequence
from typing import Literal

from gcpstack._core.facets import Facet, block, required, spec
from gcpstack.resources import _checks as checks
from gcpstack.resources._base import Part
from gcpstack.resources._checks import Finding
from gcpstack.resources._types import Text
from gcpstack.resources.perimeters.levels import LevelRef
from gcpstack.resources.perimeters.policies import ProjectRef

IdentityType = Literal["ANY_IDENTITY", "ANY_USER_ACCOUNT", "ANY_SERVICE_ACCOUNT"]
_LONGEST_TITLE = 100
_PLACE = r"\*|(projects|folders|organizations)/\d+"
_IDENTITY = r"(user|group|serviceAccount|principal|principalSet):\S+"
_EVERY = "*"


@block
class PerimeterSource(Part):
    """Where a request comes from.

    Attributes:
        access_level: an access level, or ``*`` for anywhere,
        resource: or a project: an `ExistingProject` or ``projects/NUMBER``,
        psc_endpoint: or an endpoint of Private Service Connect, by its forwarding rule.
    """

    access_level: LevelRef | None = spec(encode=lambda value: value)
    resource: ProjectRef | None = spec(link="numbered", encode=lambda value: value)
    psc_endpoint: Text | None = spec(wire="pscEndpoint.forwardingRule", like="link")

    def findings(self) -> Iterator[Finding]:
        """Check that it is one place (https://cloud.google.com/vpc-service-controls/docs/ingress-egress-rules)."""
        yield from checks.exactly_one(self, "access_level", "resource", "psc_endpoint")


@block
class MethodSelector(Part):
    """A method of an API.

    Attributes:
        method: its name, or ``*``,
        permission: or a permission of IAM.
    """

    method: str | None = spec()
    permission: str | None = spec()

    def findings(self) -> Iterator[Finding]:
        """Check that it is one or the other (https://cloud.google.com/vpc-service-controls/docs/supported-method-restrictions)."""
        yield from checks.exactly_one(self, "method", "permission")


@block
class ApiOperation(Part):
    """Methods of an API.

    Attributes:
        service_name: the API, such as ``storage.googleapis.com``, or ``*``.
        methods: which of its methods; none with ``*``.
    """

    service_name: str = required()
    methods: Sequence[MethodSelector] | None = spec(Facet.UNORDERED, wire="methodSelectors")

    def findings(self) -> Iterator[Finding]:
        """Check that methods are of one API (https://cloud.google.com/vpc-service-controls/docs/ingress-egress-rules)."""
        if self.service_name == _EVERY:
            if self.methods:
                yield Finding("methods", "are of one API: name it", "Leave them out.")
        else:
            yield from checks.pattern(
                "service_name", self.service_name, r"[a-z0-9-]+\.googleapis\.com", "an API"
            )


def _crossing(
    item: object,
    identities: Sequence[Text] | None,
    resources: Sequence[object] | None,
) -> Iterator[Finding]:
    """https://cloud.google.com/vpc-service-controls/docs/ingress-egress-rules: who, and whereto."""
    yield from checks.exactly_one(item, "identity_type", "identities")
    yield from checks.at_most_one(item, "operations", "roles")
    yield from checks.longest("title", getattr(item, "title", None) or "", _LONGEST_TITLE)
    for index, who in enumerate(identities or ()):
        yield from checks.pattern(f"identities[{index}]", who, _IDENTITY, "a principal")
    for index, place in enumerate(resources or ()):
        yield from checks.pattern(
            f"resources[{index}]", place, _PLACE, "a project, as projects/NUMBER, or '*'"
        )
    if resources and _EVERY in resources and len(resources) > 1:
        yield Finding("resources", "'*' stands alone")


@block
class IngressRule(Part):
    """Requests that may come in.

    https://cloud.google.com/vpc-service-controls/docs/ingress-egress-rules

    Attributes:
        title: what people call it; unique in the perimeter.
        identity_type: whose requests: of anybody, of any person, of any service account,
        identities: or of these principals.
        sources: where they come from.
        resources: which projects of the perimeter they go to: `ExistingProject`,
            ``projects/NUMBER`` or ``*``.
        operations: what they may call,
        roles: or the roles whose permissions they may use.
    """

    title: Text | None = spec()
    identity_type: IdentityType | None = spec(wire="ingressFrom.identityType")
    identities: Sequence[Text] | None = spec(
        Facet.UNORDERED, wire="ingressFrom.identities", like="caseless"
    )
    sources: Sequence[PerimeterSource] = required(Facet.UNORDERED, wire="ingressFrom.sources")
    resources: Sequence[ProjectRef] = required(
        Facet.UNORDERED, wire="ingressTo.resources", link="numbered"
    )
    operations: Sequence[ApiOperation] | None = spec(
        Facet.UNORDERED, wire="ingressTo.operations", key="serviceName"
    )
    roles: Sequence[Text] | None = spec(Facet.UNORDERED, wire="ingressTo.roles")

    def findings(self) -> Iterator[Finding]:
        """Check who may call what (https://cloud.google.com/vpc-service-controls/docs/ingress-egress-rules)."""
        yield from _crossing(self, self.identities, self.resources)
        if not self.sources:
            yield Finding("sources", "is empty", "Write PerimeterSource(access_level='*').")


@block
class EgressRule(Part):
    """Requests that may go out.

    https://cloud.google.com/vpc-service-controls/docs/ingress-egress-rules

    Attributes:
        title: what people call it; unique in the perimeter.
        identity_type: whose requests: of anybody, of any person, of any service account,
        identities: or of these principals.
        sources: where they come from, with source_restriction.
        source_restriction: whether sources count.
        resources: which projects outside they go to: `ExistingProject`, ``projects/NUMBER`` or
            ``*``.
        external_resources: which places at others they go to, such as ``s3://bucket/path``.
        operations: what they may call,
        roles: or the roles whose permissions they may use.
    """

    title: Text | None = spec()
    identity_type: IdentityType | None = spec(wire="egressFrom.identityType")
    identities: Sequence[Text] | None = spec(
        Facet.UNORDERED, wire="egressFrom.identities", like="caseless"
    )
    sources: Sequence[PerimeterSource] | None = spec(Facet.UNORDERED, wire="egressFrom.sources")
    source_restriction: (
        Literal["SOURCE_RESTRICTION_ENABLED", "SOURCE_RESTRICTION_DISABLED"] | None
    ) = spec(wire="egressFrom.sourceRestriction")
    resources: Sequence[ProjectRef] | None = spec(
        Facet.UNORDERED, wire="egressTo.resources", link="numbered"
    )
    external_resources: Sequence[Text] | None = spec(
        Facet.UNORDERED, wire="egressTo.externalResources"
    )
    operations: Sequence[ApiOperation] | None = spec(
        Facet.UNORDERED, wire="egressTo.operations", key="serviceName"
    )
    roles: Sequence[Text] | None = spec(Facet.UNORDERED, wire="egressTo.roles")

    def findings(self) -> Iterator[Finding]:
        """Check who may call what (https://cloud.google.com/vpc-service-controls/docs/ingress-egress-rules)."""
        yield from _crossing(self, self.identities, self.resources)
        if bool(self.sources) != (self.source_restriction == "SOURCE_RESTRICTION_ENABLED"):
            yield Finding(
                "sources", "and source_restriction='SOURCE_RESTRICTION_ENABLED' go together"
            )
