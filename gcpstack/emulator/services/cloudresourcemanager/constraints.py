"""The constraints that organization policies are made of, as far as they touch what is emulated.

https://cloud.google.com/resource-manager/docs/organization-policy/org-policy-constraints. Each has a list of
values or is on or off; without a policy all of them allow.
"""

from gcpstack.emulator.core.model import Body

LISTS: dict[str, str] = {
    "cloudfunctions.allowedIngressSettings": "Allowed ingress settings (Cloud Functions)",
    "cloudfunctions.allowedVpcConnectorEgressSettings": "Allowed VPC Connector egress settings (Cloud Functions)",
    "compute.restrictCloudNATUsage": "Restrict Cloud NAT usage",
    "compute.restrictLoadBalancerCreationForTypes": "Restrict Load Balancer Creation Based on Load Balancer Types",
    "compute.restrictPrivateServiceConnectConsumer": "Restrict allowed Private Service Connect Consumers",
    "compute.restrictPrivateServiceConnectProducer": "Restrict allowed Private Service Connect Producers",
    "compute.restrictSharedVpcHostProjects": "Restrict Shared VPC Host Projects",
    "compute.restrictSharedVpcSubnetworks": "Restrict Shared VPC Subnetworks",
    "compute.restrictVpcPeering": "Restrict VPC peering usage",
    "compute.trustedImageProjects": "Define trusted image projects",
    "compute.vmCanIpForward": "Restrict VM IP Forwarding",
    "compute.vmExternalIpAccess": "Define allowed external IPs for VM instances",
    "gcp.resourceLocations": "Google Cloud Platform - Resource Location Restriction",
    "gcp.restrictCmekCryptoKeyProjects": "Restrict which projects may supply KMS CryptoKeys for CMEK",
    "gcp.restrictNonCmekServices": "Restrict which services may create resources without CMEK",
    "gcp.restrictServiceUsage": "Restrict Resource Service Usage",
    "iam.allowedPolicyMemberDomains": "Domain restricted sharing",
    "iam.workloadIdentityPoolProviders": "Allowed external Identity Providers for workloads in Cloud IAM",
    "run.allowedBinaryAuthorizationPolicies": "Allowed Binary Authorization Policies (Cloud Run)",
    "run.allowedIngress": "Allowed ingress settings (Cloud Run)",
    "run.allowedVPCEgress": "Allowed VPC egress settings (Cloud Run)",
    "serviceuser.services": "Define allowed APIs and services",
    "storage.retentionPolicySeconds": "Retention policy duration in seconds",
}
SWITCHES: dict[str, str] = {
    "cloudfunctions.requireVPCConnector": "Require VPC Connector (Cloud Functions)",
    "compute.disableGlobalLoadBalancing": "Disable Global Load Balancing",
    "compute.disableInternetNetworkEndpointGroup": "Disable Internet Network Endpoint Groups",
    "compute.disableNestedVirtualization": "Disable VM nested virtualization",
    "compute.disableSerialPortAccess": "Disable VM serial port access",
    "compute.requireOsLogin": "Require OS Login",
    "compute.requireShieldedVm": "Shielded VMs",
    "compute.restrictXpnProjectLienRemoval": "Restrict shared VPC project lien removal",
    "compute.setNewProjectDefaultToZonalDNSOnly": "Sets the internal DNS setting for new projects to Zonal DNS Only",
    "compute.skipDefaultNetworkCreation": "Skip default network creation",
    "gcp.detailedAuditLoggingMode": "Google Cloud Platform - Detailed Audit Logging Mode",
    "iam.automaticIamGrantsForDefaultServiceAccounts": "Disable Automatic IAM Grants for Default Service Accounts",
    "iam.disableServiceAccountCreation": "Disable service account creation",
    "iam.disableServiceAccountKeyCreation": "Disable service account key creation",
    "iam.disableServiceAccountKeyUpload": "Disable Service Account Key Upload",
    "iam.disableWorkloadIdentityClusterCreation": "Disable Workload Identity Cluster Creation",
    "sql.disableDefaultEncryptionCreation": "Restrict default Google-managed encryption on Cloud SQL instances",
    "sql.restrictAuthorizedNetworks": "Restrict Authorized Networks on Cloud SQL instances",
    "sql.restrictPublicIp": "Restrict Public IP access on Cloud SQL instances",
    "storage.publicAccessPrevention": "Enforce Public Access Prevention",
    "storage.uniformBucketLevelAccess": "Enforce uniform bucket-level access",
}
# Lists whose values may be whole parts of the hierarchy, "under:folders/123".
WITH_UNDER = (
    "compute.restrictCloudNATUsage",
    "compute.restrictPrivateServiceConnectConsumer",
    "compute.restrictPrivateServiceConnectProducer",
    "compute.restrictSharedVpcHostProjects",
    "compute.restrictSharedVpcSubnetworks",
    "compute.restrictVpcPeering",
    "compute.vmCanIpForward",
    "gcp.restrictCmekCryptoKeyProjects",
)
PREFIX = "constraints/"


def kind(name: str) -> str:
    """The field of a policy that a constraint takes, ``listPolicy`` or ``booleanPolicy``; ``""``: no such one."""
    short = name.removeprefix(PREFIX)
    if not name.startswith(PREFIX):
        return ""
    return "listPolicy" if short in LISTS else "booleanPolicy" if short in SWITCHES else ""


def told() -> list[Body]:
    """Every constraint as ``listAvailableOrgPolicyConstraints`` tells it."""
    lists = [
        {
            **_common(name, shown),
            "listConstraint": {"supportsUnder": True} if name in WITH_UNDER else {},
        }
        for name, shown in LISTS.items()
    ]
    switches = [
        {**_common(name, shown), "booleanConstraint": {}} for name, shown in SWITCHES.items()
    ]
    return sorted([*lists, *switches], key=lambda one: str(one["name"]))


def _common(name: str, shown: str) -> Body:
    return {"name": f"{PREFIX}{name}", "displayName": shown, "constraintDefault": "ALLOW"}
