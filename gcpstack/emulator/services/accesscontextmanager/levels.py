"""Access levels (https://cloud.google.com/access-context-manager/docs/reference/rest/v1/accessPolicies.accessLevels)."""

import ipaddress
import re
from collections.abc import Iterable

from gcpstack.emulator.core.call import Call
from gcpstack.emulator.core.errors import ApiError, invalid
from gcpstack.emulator.core.model import Body, Kind, Reference
from gcpstack.emulator.dialects import aip
from gcpstack.emulator.services.accesscontextmanager.common import (
    kind,
    list_all,
    policy_of,
    replacing,
    unique_title,
)

REGION = re.compile(r"[A-Z]{2}")
VERSION = re.compile(r"\d+\.\d+\.\d+")
MEMBER = re.compile(r"(user|serviceAccount):[^@\s]+@[^@\s]+")
NETWORK = re.compile(r"//compute\.googleapis\.com/projects/[^/]+/global/networks/[^/]+")


def _check(call: Call, body: Body, _old: Body | None) -> None:
    unique_title(call, body, "access level")
    if ("basic" in body) == ("custom" in body):
        raise invalid("Exactly one of basic and custom must be set.", field="access_level")
    if "custom" in body and not body["custom"].get("expr", {}).get("expression"):
        raise invalid("The expression of a custom level must be set.", field="custom.expr")
    if "basic" not in body:
        return
    conditions = body["basic"].get("conditions", [])
    if not conditions:
        raise invalid("A basic level needs at least one condition.", field="basic.conditions")
    for condition in conditions:
        _check_condition(body["name"], condition)


def _check_condition(name: str, condition: Body) -> None:
    if not any(value for field, value in condition.items() if field != "negate"):
        raise invalid("A condition must not be empty.", field="basic.conditions")
    _check_texts(condition)
    for level in condition.get("requiredAccessLevels", ()):
        check_level(name, level)
        if level == name:
            raise invalid(f"The access level '{name}' cannot require itself.")
    _check_places(condition)
    _check_device(condition.get("devicePolicy", {}))


def _check_texts(condition: Body) -> None:
    for text in condition.get("regions", ()):
        if not REGION.fullmatch(text):
            raise invalid(f"Invalid region code '{text}': it must be of ISO 3166-1 alpha-2.")
    for text in condition.get("members", ()):
        if not MEMBER.fullmatch(text):
            raise invalid(
                f"Invalid member '{text}': it must be user:EMAIL or serviceAccount:EMAIL."
            )


def _check_places(condition: Body) -> None:
    """The addresses that a request may come from, of the internet or of networks."""
    _check_blocks(condition.get("ipSubnetworks", ()))
    if "vpcNetworkSources" in condition and "ipSubnetworks" in condition:
        raise invalid("vpc_network_sources cannot be set together with ip_subnetworks.")
    for source in condition.get("vpcNetworkSources", ()):
        inner = source.get("vpcSubnetwork", {})
        if not NETWORK.fullmatch(inner.get("network", "")):
            raise invalid(f"Invalid network '{inner.get('network', '')}'.")
        _check_blocks(inner.get("vpcIpSubnetworks", ()))


def _check_blocks(blocks: Iterable[str]) -> None:
    for text in blocks:
        try:
            ipaddress.ip_network(text)
        except ValueError:
            raise invalid(f"Invalid IP subnetwork '{text}'.", field="ip_subnetworks") from None


def _check_device(device: Body) -> None:
    for constraint in device.get("osConstraints", ()):
        if "osType" not in constraint:
            raise invalid(
                "The OS type of a constraint must be set.", field="os_constraints.os_type"
            )
        version = constraint.get("minimumVersion", "")
        if version and not VERSION.fullmatch(version):
            raise invalid(f"Invalid OS version '{version}': it must be MAJOR.MINOR.PATCH.")


def check_level(user: str, level: str) -> None:
    """400 for a level of another policy than the resource that names it."""
    if policy_of(level) != policy_of(user):
        raise invalid(f"The access level '{level}' is not in the policy of '{user}'.")


def _get(call: Call) -> Body:
    _refuse_format(call)
    return aip.get(call)


def _list(call: Call) -> Body:
    _refuse_format(call)
    return list_all(call)


def _refuse_format(call: Call) -> None:
    if call.query.get("accessLevelFormat") == "CEL":
        raise ApiError(501, "accessLevelFormat=CEL is not implemented by the emulator.")


def _kind() -> Kind:
    return LEVELS


LEVELS = kind(
    "accessLevels",
    "AccessLevel",
    refs=(Reference(path="basic.conditions[].requiredAccessLevels[]", to=("accessLevels",)),),
    validate=_check,
    methods={"get": _get, "list": _list, "replaceAll": replacing(_kind, "accessLevels")},
)
