"""SSL policies, global and regional (https://cloud.google.com/load-balancing/docs/ssl-policies-concepts)."""

from gcpstack.emulator.core.call import Call
from gcpstack.emulator.core.model import Body, Kind
from gcpstack.emulator.dialects.compute import COMPUTE
from gcpstack.emulator.services.compute.words import missing, wrong

_GCM = (
    "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256",
    "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384",
    "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",
    "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384",
)
_RESTRICTED = (
    *_GCM,
    "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256",
    "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256",
)
_MODERN = (
    *_RESTRICTED,
    "TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA",
    "TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA",
    "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA",
    "TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA",
)
_COMPATIBLE = (
    *_MODERN,
    "TLS_RSA_WITH_3DES_EDE_CBC_SHA",
    "TLS_RSA_WITH_AES_128_CBC_SHA",
    "TLS_RSA_WITH_AES_128_GCM_SHA256",
    "TLS_RSA_WITH_AES_256_CBC_SHA",
    "TLS_RSA_WITH_AES_256_GCM_SHA384",
)
FEATURES = {
    "COMPATIBLE": _COMPATIBLE,
    "MODERN": _MODERN,
    "RESTRICTED": _RESTRICTED,
    "FIPS_202205": _GCM,
}


def _validate(_call: Call, body: Body, _old: Body | None) -> None:
    profile, version = body["profile"], body["minTlsVersion"]
    custom = body.get("customFeatures", [])
    if profile == "CUSTOM" and not custom:
        raise missing("customFeatures")
    if profile != "CUSTOM" and custom:
        hint = "Custom features can only be specified with the profile CUSTOM."
        raise wrong("customFeatures", custom[0], hint)
    if version == "TLS_1_3" and profile != "RESTRICTED":
        hint = "The profile must be RESTRICTED when the minimum TLS version is TLS_1_3."
        raise wrong("profile", profile, hint)
    if profile == "FIPS_202205" and version != "TLS_1_2":
        hint = "The minimum TLS version must be TLS_1_2 when the profile is FIPS_202205."
        raise wrong("profile", profile, hint)
    unknown = sorted(set(custom) - set(_COMPATIBLE))
    if unknown:
        raise wrong("customFeatures", unknown[0], "Unknown SSL feature.")


def _features(body: Body) -> None:
    body["enabledFeatures"] = sorted(FEATURES.get(body["profile"]) or body["customFeatures"])


def _available(_call: Call) -> Body:
    """``listAvailableFeatures``."""
    return {"features": sorted(_COMPATIBLE)}


SSL_POLICIES = Kind(
    name="sslPolicies",
    resources=("sslPolicies", "regionSslPolicies"),
    schema="SslPolicy",
    dialect=COMPUTE,
    fingerprint="fingerprint",
    immutable=("description",),
    output_only=("enabledFeatures", "warnings"),
    defaults={"profile": "COMPATIBLE", "minTlsVersion": "TLS_1_0"},
    validate=_validate,
    on_create=lambda _call, body: _features(body),
    on_update=lambda _call, body, _old: _features(body),
    methods={"listAvailableFeatures": _available},
    operation_types={
        "patch": lambda call, _obj: f"compute.{call.method.resource}.patch",
    },
)
