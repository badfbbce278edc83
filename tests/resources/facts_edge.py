"""Names, certificates and identities: what of the facts is not declared, each with its reason."""

IDENTITY = "part of the identity"

LEFT_OUT = {
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
NAMES: dict[str, str] = {}
NO_FACTS: set[str] = set()
