"""Identity and Access Management (https://cloud.google.com/iam/docs/reference/rest)."""

from gcpstack.emulator.core.call import Call
from gcpstack.emulator.core.lro import Running
from gcpstack.emulator.core.model import Body, Lro, Service
from gcpstack.emulator.core.world import World
from gcpstack.emulator.services.iam import accounts, denials, keys, pools, roles, rpcs

TYPES = "google.iam.admin.v1"


def _metadata(world: World, running: Running) -> Body:
    if running.kind:
        return {"@type": f"type.googleapis.com/{TYPES}.OperationMetadata"}
    stamp = world.stamp(running.started)
    return {
        "@type": "type.googleapis.com/google.iam.v2.PolicyOperationMetadata",
        "createTime": stamp,
    }


def _no_permissions(_call: Call) -> Body:
    """``queryTestablePermissions``: no catalogue of permissions is kept here."""
    return {}


SERVICE = Service(
    name="iam",
    title="Identity and Access Management (IAM) API",
    style="both",
    versions=("v1", "v2"),
    kinds=(accounts.ACCOUNTS, keys.KEYS, roles.ROLES, pools.POOLS, pools.PROVIDERS),
    methods={
        "roles.get": roles.get_predefined,
        "roles.list": roles.list_predefined,
        "permissions.queryTestablePermissions": _no_permissions,
        **denials.METHODS,
    },
    events={"purge": accounts.purge, "purge role": roles.purge},
    lro=Lro(metadata=_metadata, parent="{target}", types=TYPES),
    client="google.cloud.iam_admin_v1",
    grpc=rpcs.RPCS,
)
