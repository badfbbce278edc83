"""Access levels: from where, with what and as whom a request comes."""

from collections.abc import Iterator, Sequence
from typing import Annotated, Literal, TypeAlias

from gcpstack._core.facets import Facet, block, required, spec
from gcpstack._core.refs import compose
from gcpstack._core.resource import As, Resource, Scope, resource
from gcpstack.resources import _checks as checks
from gcpstack.resources import _kinds_perimeters as kinds
from gcpstack.resources._base import Part
from gcpstack.resources._checks import Finding
from gcpstack.resources._types import NetworkRef, Of, Ref, Text
from gcpstack.resources.perimeters.policies import InPolicy

LevelRef: TypeAlias = Annotated[Ref, Of(("accesscontextmanager.AccessLevel",))]
_MEMBER = r"(user|serviceAccount):[^@\s]+@[^@\s]+"
_VERSION = r"\d+\.\d+\.\d+"


def network(value: object) -> object:
    """Name a network by its full name."""
    api = "//compute.googleapis.com/"
    if isinstance(value, Resource):
        return compose(f"{api}{{it}}", it=As(value, "path"))
    return f"{api}{value}" if isinstance(value, str) and value.startswith("projects/") else value


@block
class OsConstraint(Part):
    """An operating system that is good enough.

    Attributes:
        os_type: which.
        minimum_version: from which version on, such as ``10.5.301``.
        require_verified_chrome_os: whether ChromeOS must be verified.
    """

    os_type: Literal[
        "DESKTOP_MAC", "DESKTOP_WINDOWS", "DESKTOP_LINUX", "DESKTOP_CHROME_OS", "ANDROID", "IOS"
    ] = required()
    minimum_version: str | None = spec()
    require_verified_chrome_os: bool | None = spec()

    def findings(self) -> Iterator[Finding]:
        """Check the version (https://cloud.google.com/access-context-manager/docs/access-level-attributes)."""
        yield from checks.pattern(
            "minimum_version", self.minimum_version, _VERSION, "a version, as 10.5.301"
        )


@block
class DevicePolicy(Part):
    """What a device must be like.

    https://cloud.google.com/access-context-manager/docs/access-level-attributes#device-policy

    Attributes:
        require_screenlock: whether its screen locks.
        require_admin_approval: whether an administrator approved it.
        require_corp_owned: whether it is the company's.
        encryption_statuses: how its storage may be encrypted.
        management_levels: how it may be managed.
        os_constraints: which operating systems, each from which version on.
    """

    require_screenlock: bool | None = spec()
    require_admin_approval: bool | None = spec()
    require_corp_owned: bool | None = spec()
    encryption_statuses: (
        Sequence[Literal["ENCRYPTION_UNSUPPORTED", "UNENCRYPTED", "ENCRYPTED"]] | None
    ) = spec(Facet.UNORDERED, wire="allowedEncryptionStatuses")
    management_levels: Sequence[Literal["NONE", "BASIC", "COMPLETE"]] | None = spec(
        Facet.UNORDERED, wire="allowedDeviceManagementLevels"
    )
    os_constraints: Sequence[OsConstraint] | None = spec(Facet.UNORDERED, key="osType")


@block
class VpcSource(Part):
    """A network that a request comes from.

    Attributes:
        network: the network.
        ip_subnetworks: its ranges; all if not given.
    """

    network: NetworkRef = required(wire="vpcSubnetwork.network", encode=network, like="link")
    ip_subnetworks: Sequence[str] | None = spec(
        Facet.UNORDERED, wire="vpcSubnetwork.vpcIpSubnetworks", like="cidr"
    )

    def findings(self) -> Iterator[Finding]:
        """Check the ranges: RFC 4632."""
        for index, one in enumerate(self.ip_subnetworks or ()):
            yield from checks.cidr(f"ip_subnetworks[{index}]", one)


@block
class AccessCondition(Part):
    """A condition of an access level; all that is given must hold.

    https://cloud.google.com/access-context-manager/docs/access-level-attributes

    Attributes:
        ip_subnetworks: the ranges that a request comes from.
        vpc_networks: or the networks that it comes from.
        regions: the countries that it comes from, as ISO 3166-1 alpha-2 codes.
        members: who makes it: ``user:`` and ``serviceAccount:``.
        required_levels: other levels that must hold.
        device_policy: what the device must be like.
        negate: whether all this must not hold.
    """

    ip_subnetworks: Sequence[str] | None = spec(Facet.UNORDERED, like="cidr")
    vpc_networks: Sequence[VpcSource] | None = spec(wire="vpcNetworkSources")
    regions: Sequence[str] | None = spec(Facet.UNORDERED)
    members: Sequence[Text] | None = spec(Facet.UNORDERED, like="caseless")
    required_levels: Sequence[LevelRef] | None = spec(Facet.UNORDERED, wire="requiredAccessLevels")
    device_policy: DevicePolicy | None = spec()
    negate: bool | None = spec()

    def findings(self) -> Iterator[Finding]:
        """Check that something is asked, and its form.

        https://cloud.google.com/access-context-manager/docs/reference/rest/v1/accessPolicies.accessLevels#Condition
        """
        yield from checks.at_most_one(self, "ip_subnetworks", "vpc_networks")
        asked = (
            self.ip_subnetworks,
            self.vpc_networks,
            self.regions,
            self.members,
            self.required_levels,
            self.device_policy,
        )
        if not any(asked):
            yield Finding("", "asks nothing", "Name ranges, regions, members or the like.")
        for index, one in enumerate(self.ip_subnetworks or ()):
            yield from checks.cidr(f"ip_subnetworks[{index}]", one)
        for index, one in enumerate(self.regions or ()):
            yield from checks.pattern(f"regions[{index}]", one, "[A-Z]{2}", "a country, as 'CH'")
        for index, who in enumerate(self.members or ()):
            yield from checks.pattern(
                f"members[{index}]", who, _MEMBER, "user:EMAIL or serviceAccount:EMAIL"
            )


@resource(kinds.ACCESS_LEVEL)
class AccessLevel(InPolicy):
    """From where, with what and as whom a request comes, as a name for it.

    https://cloud.google.com/access-context-manager/docs/create-basic-access-level

    Outputs: ``name``.

    Attributes:
        name: its name.
        policy: the policy: its declaration or its number.
        title: what people call it; unique in the policy.
        description: a note.
        conditions: what must hold,
        combining_function: all of it (AND, if not given), or one condition (OR).
        expression: or an expression in CEL instead.
    """

    title: Text = required()
    description: Text | None = spec()
    conditions: Sequence[AccessCondition] | None = spec(wire="basic.conditions")
    combining_function: Literal["AND", "OR"] | None = spec(
        wire="basic.combiningFunction", like="or_and"
    )
    expression: Text | None = spec(wire="custom.expr.expression", like="text")

    def findings(self, scope: Scope) -> Iterator[Finding]:
        """Check that it is one or the other.

        https://cloud.google.com/access-context-manager/docs/create-custom-access-level
        """
        yield from super().findings(scope)
        yield from checks.exactly_one(self, "conditions", "expression")
        if self.conditions is not None and not self.conditions:
            yield Finding("conditions", "is empty", "Name at least one.")
        if self.combining_function is not None and self.conditions is None:
            yield Finding("combining_function", "is for conditions")
