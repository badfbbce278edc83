"""The RPCs of Identity-Aware Proxy.

https://github.com/googleapis/googleapis/tree/master/google/cloud/iap/v1
"""

from gcpstack.emulator.core.model import Rpc

_V1, _IAM = "google.cloud.iap.v1", "google.iam.v1"
_ADMIN, _OAUTH = (f"{_V1}.IdentityAwareProxy{name}Service" for name in ("Admin", "OAuth"))
_BRANDS = "projects.brands"
_CLIENTS = f"{_BRANDS}.identityAwareProxyClients"
_GROUPS = "projects.iap_tunnel.locations.destGroups"

RPCS = (
    # The methods of what is protected stand outside of any resource.
    Rpc(_ADMIN, "GetIapSettings", ".getIapSettings", response=f"{_V1}.IapSettings"),
    Rpc(_ADMIN, "UpdateIapSettings", ".updateIapSettings", "iap_settings"),
    Rpc(_ADMIN, "ValidateIapAttributeExpression", ".validateAttributeExpression"),
    Rpc(_ADMIN, "GetIamPolicy", ".getIamPolicy", "*", f"{_IAM}.GetIamPolicyRequest"),
    Rpc(_ADMIN, "SetIamPolicy", ".setIamPolicy", "*", f"{_IAM}.SetIamPolicyRequest"),
    Rpc(
        _ADMIN, "TestIamPermissions", ".testIamPermissions", "*",
        f"{_IAM}.TestIamPermissionsRequest", f"{_IAM}.TestIamPermissionsResponse",
    ),
    Rpc(_ADMIN, "ListTunnelDestGroups", f"{_GROUPS}.list"),
    Rpc(_ADMIN, "GetTunnelDestGroup", f"{_GROUPS}.get"),
    Rpc(_ADMIN, "CreateTunnelDestGroup", f"{_GROUPS}.create", "tunnel_dest_group"),
    Rpc(_ADMIN, "UpdateTunnelDestGroup", f"{_GROUPS}.patch", "tunnel_dest_group"),
    Rpc(_ADMIN, "DeleteTunnelDestGroup", f"{_GROUPS}.delete"),
    Rpc(_OAUTH, "ListBrands", f"{_BRANDS}.list"),
    Rpc(_OAUTH, "CreateBrand", f"{_BRANDS}.create", "brand"),
    Rpc(_OAUTH, "GetBrand", f"{_BRANDS}.get"),
    Rpc(_OAUTH, "ListIdentityAwareProxyClients", f"{_CLIENTS}.list"),
    Rpc(_OAUTH, "CreateIdentityAwareProxyClient", f"{_CLIENTS}.create", "identity_aware_proxy_client"),
    Rpc(_OAUTH, "GetIdentityAwareProxyClient", f"{_CLIENTS}.get"),
    Rpc(
        _OAUTH, "ResetIdentityAwareProxyClientSecret", f"{_CLIENTS}.resetSecret", "*",
    ),
    Rpc(_OAUTH, "DeleteIdentityAwareProxyClient", f"{_CLIENTS}.delete"),
)  # fmt: skip
