"""Target proxies (https://cloud.google.com/compute/docs/reference/rest/v1/targetHttpsProxies).

Each field has a verb of its own; some paths of those verbs leave out ``global/``.
"""

from gcpstack.emulator.core.call import Call
from gcpstack.emulator.core.links import full, relative
from gcpstack.emulator.core.model import Body, Kind, Reference
from gcpstack.emulator.dialects.compute import COMPUTE
from gcpstack.emulator.services.compute import url_map_rules
from gcpstack.emulator.services.compute.setters import setter
from gcpstack.emulator.services.compute.words import missing, wrong

MOST_CERTIFICATES = 15
KEEP_ALIVE = (5, 1200)
_MAP = Reference(path="urlMap", to=("urlMaps",))
_CERTIFICATES = Reference(
    path="sslCertificates[]", to=("sslCertificates", "certificatemanager.certificates")
)
_CERTIFICATE_MAP = Reference(path="certificateMap", to=("certificatemanager.certificateMaps",))
_POLICY = Reference(path="sslPolicy", to=("sslPolicies",))
_SERVICE = Reference(path="service", to=("backendServices",))


def _need(body: Body, field: str) -> None:
    if not body.get(field):
        raise missing(field)


def _check_http(_call: Call, body: Body, _old: Body | None) -> None:
    _need(body, "urlMap")
    seconds = body.get("httpKeepAliveTimeoutSec", KEEP_ALIVE[0])
    if not KEEP_ALIVE[0] <= seconds <= KEEP_ALIVE[1]:
        hint = f"Must be between {KEEP_ALIVE[0]} and {KEEP_ALIVE[1]}."
        raise wrong("httpKeepAliveTimeoutSec", seconds, hint)


def _check_grpc(call: Call, body: Body, _old: Body | None) -> None:
    """The services behind a proxy for gRPC speak it."""
    _need(body, "urlMap")
    found = call.find(call.world.canonical(relative(str(body["urlMap"]), call.project)))
    link = found.body.get("defaultService", "") if found else ""
    service = call.find(call.world.canonical(relative(link, call.project))) if link else None
    spoken = service.body.get("protocol", "GRPC") if service else "GRPC"
    if spoken != "GRPC":
        hint = f"The backend services of the URL map must have the protocol GRPC, not {spoken}."
        raise wrong("urlMap", body["urlMap"], hint)


def _identified(call: Call, body: Body) -> None:
    body["selfLinkWithId"] = full(f"{call.path}/{body['id']}")


def _check_certificates(body: Body) -> None:
    certificates = body.get("sslCertificates", [])
    if not body.get("certificateMap"):
        _need(body, "sslCertificates")
    if len(certificates) > MOST_CERTIFICATES:
        hint = f"At most {MOST_CERTIFICATES} SSL certificates can be specified."
        raise wrong("sslCertificates", len(certificates), hint)
    if len(certificates) != len(set(certificates)):
        raise wrong("sslCertificates", hint="Duplicate SSL certificates are not allowed.")
    if len({"/certificates/" in relative(link) for link in certificates}) > 1:
        hint = "Classic certificates and Certificate Manager certificates cannot be mixed."
        raise wrong("sslCertificates", hint=hint)


def _check_https(call: Call, body: Body, old: Body | None) -> None:
    """Certificates are nothing to the proxies of a service mesh, which get theirs from the TLS policy."""
    _check_http(call, body, old)
    if body.get("sslCertificates") or not _meshed(call, body):
        _check_certificates(body)


def _meshed(call: Call, body: Body) -> bool:
    url_map = call.find(call.world.canonical(relative(str(body["urlMap"]), call.project)))
    found = url_map_rules.services(call, url_map.body) if url_map else ()
    return {scheme for _, _, scheme in found} == {"INTERNAL_SELF_MANAGED"}


def _check_ssl(call: Call, body: Body, old: Body | None) -> None:
    _check_service(call, body, old, "SSL")
    _check_certificates(body)


def _check_tcp(call: Call, body: Body, old: Body | None) -> None:
    _check_service(call, body, old, "TCP")


def _check_service(call: Call, body: Body, _old: Body | None, protocol: str) -> None:
    """The backend service of a proxy for connections speaks connections."""
    _need(body, "service")
    obj = call.find(call.world.canonical(relative(str(body["service"]), call.project)))
    spoken = obj.body.get("protocol", protocol) if obj else protocol
    if spoken not in ("SSL", "TCP"):
        hint = f"The backend service must have the protocol SSL or TCP, not {spoken}."
        raise wrong("service", body["service"], hint)


TARGET_HTTP_PROXIES = Kind(
    name="targetHttpProxies",
    resources=("targetHttpProxies", "regionTargetHttpProxies"),
    schema="TargetHttpProxy",
    dialect=COMPUTE,
    fingerprint="fingerprint",
    immutable=("description", "proxyBind"),
    refs=(_MAP,),
    validate=_check_http,
    methods={"setUrlMap": setter("urlMap", "setUrlMap")},
)
TARGET_HTTPS_PROXIES = Kind(
    name="targetHttpsProxies",
    resources=("targetHttpsProxies", "regionTargetHttpsProxies"),
    schema="TargetHttpsProxy",
    dialect=COMPUTE,
    fingerprint="fingerprint",
    immutable=("description", "proxyBind"),
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
    latency="compute.TargetHttpsProxy",
    defaults={"proxyHeader": "NONE"},
    refs=(_SERVICE, _CERTIFICATES, _CERTIFICATE_MAP, _POLICY),
    validate=_check_ssl,
    methods={
        "setBackendService": setter("service", "setBackendService"),
        "setSslCertificates": setter("sslCertificates", "setSslCertificates"),
        "setSslPolicy": setter("sslPolicy", "setSslPolicy"),
        "setProxyHeader": setter("proxyHeader", "setProxyHeader"),
        "setCertificateMap": setter("certificateMap", "setCertificateMap"),
    },
)
TARGET_TCP_PROXIES = Kind(
    name="targetTcpProxies",
    resources=("targetTcpProxies", "regionTargetTcpProxies"),
    schema="TargetTcpProxy",
    dialect=COMPUTE,
    latency="compute.TargetHttpProxy",
    defaults={"proxyHeader": "NONE"},
    refs=(_SERVICE,),
    validate=_check_tcp,
    methods={
        "setBackendService": setter("service", "setBackendService"),
        "setProxyHeader": setter("proxyHeader", "setProxyHeader"),
    },
)
TARGET_GRPC_PROXIES = Kind(
    name="targetGrpcProxies",
    resources=("targetGrpcProxies",),
    schema="TargetGrpcProxy",
    dialect=COMPUTE,
    latency="compute.TargetHttpProxy",
    fingerprint="fingerprint",
    check_fingerprint=True,
    immutable=("description", "validateForProxyless"),
    defaults={"validateForProxyless": False},
    output_only=("selfLinkWithId",),
    refs=(_MAP,),
    validate=_check_grpc,
    on_create=_identified,
)
