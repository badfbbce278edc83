"""The RPCs of the IAM admin API, whose own client speaks only gRPC.

https://github.com/googleapis/googleapis/tree/master/google/iam/admin/v1. Roles are those of projects.
"""

from gcpstack.emulator.core.model import Rpc

_ADMIN = "google.iam.admin.v1"
_IAM = f"{_ADMIN}.IAM"
_ACCOUNTS = "projects.serviceAccounts"
_KEYS, _ROLES = f"{_ACCOUNTS}.keys", "projects.roles"
_POLICIES = "google.iam.v1"


def _rows(noun: str, path: str, *verbs: str) -> tuple[Rpc, ...]:
    """RPCs named by a verb and a noun; the verbs of one word are Google's, with ``*`` where there is a body."""
    return tuple(
        Rpc(
            _IAM,
            f"{verb.rstrip('*')}{noun}{'s' if verb == 'List' else ''}",
            f"{path}.{verb.rstrip('*').lower()}",
            body="*" if verb.endswith("*") else "",
        )
        for verb in verbs
    )


RPCS = (
    *_rows("ServiceAccount", _ACCOUNTS, "List", "Get", "Create*", "Patch*", "Delete", "Undelete*", "Enable*", "Disable*"),
    Rpc(_IAM, "UpdateServiceAccount", f"{_ACCOUNTS}.update", "*", request=f"{_ADMIN}.ServiceAccount"),
    *_rows("ServiceAccountKey", _KEYS, "List", "Get", "Create*", "Upload*", "Delete", "Enable*", "Disable*"),
    *_rows("Role", _ROLES, "List", "Create*", "Delete", "Undelete*"),
    Rpc(_IAM, "GetRole", "roles.get"),
    Rpc(_IAM, "UpdateRole", f"{_ROLES}.patch", "role"),
    Rpc(_IAM, "GetIamPolicy", f"{_ACCOUNTS}.getIamPolicy", request=f"{_POLICIES}.GetIamPolicyRequest"),
    Rpc(_IAM, "SetIamPolicy", f"{_ACCOUNTS}.setIamPolicy", "*", f"{_POLICIES}.SetIamPolicyRequest"),
    Rpc(
        _IAM, "TestIamPermissions", f"{_ACCOUNTS}.testIamPermissions", "*",
        f"{_POLICIES}.TestIamPermissionsRequest", f"{_POLICIES}.TestIamPermissionsResponse",
    ),
    Rpc(_IAM, "QueryTestablePermissions", "permissions.queryTestablePermissions", "*"),
)  # fmt: skip
