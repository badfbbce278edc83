"""Names, certificates and identities: what of the facts is not declared, each with its reason."""

IDENTITY = "part of the identity"

LEFT_OUT = {
    "certificatemanager.Certificate": {
        "selfManaged.certificatePem": "deprecated",
        "selfManaged.privateKeyPem": "deprecated",
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
NO_FACTS = {"containeranalysis.Note"}
