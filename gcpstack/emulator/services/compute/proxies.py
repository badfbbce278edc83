"""Target proxies (https://cloud.google.com/compute/docs/reference/rest/v1/targetHttpsProxies)."""

from gcpstack.emulator.core.call import Call
from gcpstack.emulator.core.errors import invalid
from gcpstack.emulator.core.model import Body, Kind, Reference
from gcpstack.emulator.dialects.compute import COMPUTE
from gcpstack.emulator.services.compute.setters import setter

MOST_CERTIFICATES = 15
_MAP = Reference(path="urlMap", to=("urlMaps",))
_CERTIFICATES = Reference(
    path="sslCertificates[]",
    to=("sslCertificates", "certificatemanager.certificates"),
    must_exist=True,
)
_CERTIFICATE_MAP = Reference(
    path="certificateMap", to=("certificatemanager.certificateMaps",), as_sent=True
)
_POLICY = Reference(path="sslPolicy", to=("sslPolicies",))
_SERVICE = Reference(path="service", to=("backendServices",))


def _needs(field: str, body: Body) -> None:
    if not body.get(field):
        text = f"Invalid value for field 'resource.{field}': ''. Required field '{field}' not specified"
        raise invalid(text, reason="required")


def _check_http(_call: Call, body: Body, _old: Body | None) -> None:
    _needs("urlMap", body)


def _check_certificates(body: Body) -> None:
    certificates = body.get("sslCertificates", [])
    if not certificates and not body.get("certificateMap"):
        _needs("sslCertificates", body)
    if len(certificates) > MOST_CERTIFICATES:
        raise invalid(
            f"Invalid value for field 'resource.sslCertificates': ''. At most {MOST_CERTIFICATES} certificates can be attached."
        )
    if len(certificates) != len(set(certificates)):
        raise invalid(
            "Invalid value for field 'resource.sslCertificates': ''. Duplicate certificates."
        )


def _check_https(_call: Call, body: Body, _old: Body | None) -> None:
    _needs("urlMap", body)
    _check_certificates(body)


def _check_ssl(_call: Call, body: Body, _old: Body | None) -> None:
    _needs("service", body)
    _check_certificates(body)


def _check_tcp(_call: Call, body: Body, _old: Body | None) -> None:
    _needs("service", body)


TARGET_HTTP_PROXIES = Kind(
    name="targetHttpProxies",
    resources=("targetHttpProxies", "regionTargetHttpProxies"),
    schema="TargetHttpProxy",
    dialect=COMPUTE,
    label="target_http_proxy",
    refs=(_MAP,),
    validate=_check_http,
    methods={"setUrlMap": setter("urlMap", "setUrlMap")},
)
TARGET_HTTPS_PROXIES = Kind(
    name="targetHttpsProxies",
    resources=("targetHttpsProxies", "regionTargetHttpsProxies"),
    schema="TargetHttpsProxy",
    dialect=COMPUTE,
    label="target_https_proxy",
    fingerprint="fingerprint",
    defaults={"tlsEarlyData": "DISABLED"},
    refs=(_MAP, _CERTIFICATES, _CERTIFICATE_MAP, _POLICY),
    validate=_check_https,
    methods={
        "setUrlMap": setter("urlMap", "setUrlMap"),
        "setSslCertificates": setter("sslCertificates", "setSslCertificates"),
        "setSslPolicy": setter("sslPolicy", "setSslPolicy"),
        "setQuicOverride": setter("quicOverride", "setQuicOverride"),
        "setCertificateMap": setter("certificateMap", "setCertificateMap"),
    },
)
TARGET_SSL_PROXIES = Kind(
    name="targetSslProxies",
    resources=("targetSslProxies",),
    schema="TargetSslProxy",
    dialect=COMPUTE,
    label="target_ssl_proxy",
    defaults={"proxyHeader": "NONE"},
    refs=(_SERVICE, _CERTIFICATES, _CERTIFICATE_MAP, _POLICY),
    validate=_check_ssl,
    methods={
        "setBackendService": setter("service", "TargetSslProxySetBackendService"),
        "setSslCertificates": setter("sslCertificates", "TargetSslProxySetSslCertificates"),
        "setSslPolicy": setter("sslPolicy", "TargetSslProxySetSslPolicy"),
        "setProxyHeader": setter("proxyHeader", "TargetSslProxySetProxyHeader"),
        "setCertificateMap": setter("certificateMap", "TargetSslProxySetCertificateMap"),
    },
)
TARGET_TCP_PROXIES = Kind(
    name="targetTcpProxies",
    resources=("targetTcpProxies", "regionTargetTcpProxies"),
    schema="TargetTcpProxy",
    dialect=COMPUTE,
    label="target_tcp_proxy",
    defaults={"proxyHeader": "NONE"},
    refs=(_SERVICE,),
    validate=_check_tcp,
    methods={
        "setBackendService": setter("service", "TargetTcpProxySetBackendService"),
        "setProxyHeader": setter("proxyHeader", "TargetTcpProxySetProxyHeader"),
    },
)
