"""Names, certificates and identities: what of the facts is not declared, each with its reason."""

IDENTITY = "part of the identity"

LEFT_OUT = {
    "certificatemanager.Certificate": {
        "selfManaged.certificatePem": "deprecated",
        "selfManaged.privateKeyPem": "deprecated",
    },
    "accesscontextmanager.AccessLevel": {
        "parent": IDENTITY,
        **{
            f"custom.expr.{name}": "for people who read it in Google's console"
            for name in ("description", "location", "title")
        },
    },
    "accesscontextmanager.AccessPolicy": {"parent": IDENTITY, "title": IDENTITY},
    "accesscontextmanager.ServicePerimeter": {
        "parent": IDENTITY,
        **{
            f"{place}.vpcAccessibleServices.{name}": "preview: given as extra"
            for place in ("spec", "status")
            for name in (
                "allowedServicePatterns",
                "allowedServicePatterns.modifiers",
                "allowedServicePatterns.modifiers.addRequestHeader",
                "allowedServicePatterns.modifiers.addRequestHeader.key",
                "allowedServicePatterns.modifiers.addRequestHeader.value",
                "allowedServicePatterns.pattern",
                "allowedServicePatterns.service",
                "servicePatternsEnforcementScopes",
            )
        },
    },
    "binaryauthorization.Policy": {
        f"clusterAdmissionRules.*.{name}": "each is an AdmissionRule"
        for name in ("enforcementMode", "evaluationMode", "requireAttestationsBy")
    },
    "iam.WorkloadIdentityPool": {
        "attestationRules": "of managed workload identities, by calls of their own",
        "inlineCertificateIssuanceConfig": "of managed workload identities: given as extra",
        "inlineTrustConfig": "of managed workload identities: given as extra",
    },
    "dns.ManagedZone": {
        "dnssecConfig.kind": "there is one",
        "dnssecConfig.defaultKeySpecs.kind": "there is one",
        "reverseLookupConfig": "beta",
        "serviceDirectoryConfig": "beta",
    },
    "dns.RecordSet": {"(url managedZone)": IDENTITY, "type": IDENTITY},
}
STRICTER: dict[tuple[str, str], str] = {}
SETTABLE: set[tuple[str, str]] = set()
#: Outputs that the facts don't tell as such.
_TARGETS = (
    "ipConfigs",
    "ipConfigs.ipAddress",
    "ipConfigs.ports",
    "targetHttpsProxy",
    "targetSslProxy",
)
LEFT_OUT["certificatemanager.CertificateMap"] = {
    f"gclbTargets.{name}": "Google's to fill in" for name in _TARGETS
}
NAMES: dict[str, str] = {}
NO_FACTS = {
    "compute.PacketMirroring",
    "containeranalysis.Note",
    "ids.Endpoint",
    "resourcemanager.Project",
}
