"""Identity-Aware Proxy (https://cloud.google.com/iap/docs/reference/rest)."""

from typing import Any

from gcpstack.emulator.core import iam
from gcpstack.emulator.core.call import Call
from gcpstack.emulator.core.model import Service
from gcpstack.emulator.services.iap import names, rpcs, settings
from gcpstack.emulator.services.iap.clients import BRANDS, CLIENTS
from gcpstack.emulator.services.iap.tunnels import GROUPS


def _get_policy(call: Call) -> Any:
    return iam.read(call, names.resource(call))


def _set_policy(call: Call) -> Any:
    return iam.write(call, names.resource(call), call.sent.get("policy") or {})


def _test(call: Call) -> Any:
    names.resource(call)
    return iam.test_permissions(call)


SERVICE = Service(
    name="iap",
    title="Cloud Identity-Aware Proxy API",
    versions=("v1", "v1beta1"),
    kinds=(BRANDS, CLIENTS, GROUPS),
    methods={
        "getIapSettings": settings.read,
        "updateIapSettings": settings.update,
        "validateAttributeExpression": settings.lint,
        "getIamPolicy": _get_policy,
        "setIamPolicy": _set_policy,
        "testIamPermissions": _test,
    },
    grpc=rpcs.RPCS,
    client="google.cloud.iap_v1",
    # google/cloud/iap/v1/service.proto leaves numbers out
    enum_numbers={
        "AccessSettings.identitySources": {
            "IDENTITY_SOURCE_UNSPECIFIED": 0,
            "WORKFORCE_IDENTITY_FEDERATION": 3,
        },
    },
)
