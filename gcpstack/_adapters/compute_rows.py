"""The kinds of Compute, as rows."""

import functools
from collections.abc import Iterable, Mapping
from dataclasses import replace

from gcpstack._adapters.clients import Clients
from gcpstack._adapters.compute import SET_LABELS, Compute, Row, Verb
from gcpstack._adapters.compute_armor import rule_steps
from gcpstack._adapters.wire import derived_id
from gcpstack._core.json import Body, Path, get
from gcpstack._core.ports import Edit, Operation, Step
from gcpstack.exceptions import NotFound


def _set(name: str, *, takes: str, after_insert: bool = False) -> Verb:
    """A ``setX`` method whose body holds X under the field's own name."""
    return Verb(
        method=f"set{name[:1].upper()}{name[1:]}",
        sets=(name,),
        takes=takes,
        body={name: name},
        after_insert=after_insert,
    )


_SECURITY_POLICY = _set(
    "securityPolicy", takes="securityPolicyReferenceResource", after_insert=True
)
_EDGE_SECURITY_POLICY = Verb(
    method="setEdgeSecurityPolicy",
    sets=("edgeSecurityPolicy",),
    takes="securityPolicyReferenceResource",
    body={"securityPolicy": "edgeSecurityPolicy"},
    after_insert=True,
)
_URL_MAP = _set("urlMap", takes="urlMapReferenceResource")


# --- subnetworks ---------------------------------------------------------------------------------
# https://cloud.google.com/compute/docs/reference/rest/v1/subnetworks/patch: what belongs together is
# patched together, one such family a call, each under the fingerprint that the last one left.

_FAMILIES = (
    ("secondaryIpRanges",),
    ("logConfig",),
    ("stackType", "ipv6AccessType", "ipCollection"),
    ("privateIpv6GoogleAccess",),
    ("purpose", "role"),
    ("allowSubnetCidrRoutesOverlap",),
)


def _family_steps(compute: Compute, edit: Edit) -> Iterable[Step]:
    for family in _FAMILIES:
        paths = tuple(path for path in edit.changed if path[0] in family)
        if paths:
            title = f"patch {', '.join(sorted({str(path[0]) for path in paths}))}"
            yield Step(title, functools.partial(_patch_family, compute, edit, paths))


def _patch_family(compute: Compute, edit: Edit, paths: tuple[Path, ...]) -> Operation:
    found = compute.get(edit.target)
    if found is None:
        raise NotFound(f"{edit.target.kind.title} {edit.target.ids['name']} is gone")
    request_id = derived_id(edit.request_id, str(paths[0][0]))
    return compute.patch(replace(edit, live=found.body, request_id=request_id), paths)


_EXPAND = Verb(
    method="expandIpCidrRange",
    sets=("ipCidrRange",),
    takes="subnetworksExpandIpCidrRangeRequestResource",
    body={"ipCidrRange": "ipCidrRange"},
)
_GOOGLE_ACCESS = _set(
    "privateIpGoogleAccess", takes="subnetworksSetPrivateIpGoogleAccessRequestResource"
)


# --- what excludes what --------------------------------------------------------------------------


def _caching(body: Body) -> list[str]:
    """What a way of caching refuses, such as times to live, even if Google said it itself.

    https://cloud.google.com/compute/docs/reference/rest/v1/backendServices
    """
    mode = get(body, ("cdnPolicy", "cacheMode"))
    off = get(body, ("cdnPolicy", "negativeCaching")) is False
    barred = ["cdnPolicy.negativeCachingPolicy"] if off else []
    if mode == "USE_ORIGIN_HEADERS":
        return [*barred, "cdnPolicy.clientTtl", "cdnPolicy.defaultTtl", "cdnPolicy.maxTtl"]
    return [*barred, "cdnPolicy.maxTtl"] if mode == "FORCE_CACHE_ALL" else barred


def _everywhere(body: Body) -> list[str]:
    """The range of all addresses, which Google gives a rule that names no source: one that does has it not.

    Ranges and tags let through what fits either
    (https://cloud.google.com/firewall/docs/firewalls#sources_or_destinations_for_the_rule).
    """
    named = body.get("sourceTags") or body.get("sourceServiceAccounts")
    return ["sourceRanges"] if named and body.get("sourceRanges") == ["0.0.0.0/0"] else []


#: https://cloud.google.com/compute/docs/reference/rest/v1/urlMaps
_ROUTES = (
    frozenset({"defaultService", "defaultUrlRedirect"}),
    frozenset({"service", "urlRedirect"}),
    frozenset({"pathRules", "routeRules"}),
    frozenset({"fullPathMatch", "pathTemplateMatch", "prefixMatch", "regexMatch"}),
)


def _features(body: Body) -> list[str]:
    """Ciphers are listed with the profile CUSTOM alone.

    https://cloud.google.com/compute/docs/reference/rest/v1/sslPolicies
    """
    return [] if body.get("profile") == "CUSTOM" else ["customFeatures"]


def _unserved(body: Body) -> list[str]:
    """What a backend service has no use for: see `_caching`; and what is said of logs that are off.

    https://cloud.google.com/compute/docs/reference/rest/v1/backendServices
    """
    logged = get(body, ("logConfig", "enable"))
    of_logs = ("optionalFields", "optionalMode", "sampleRate") if logged is False else ()
    return [*_caching(body), *(f"logConfig.{name}" for name in of_logs)]


#: https://cloud.google.com/compute/docs/reference/rest/v1/backendServices
_KEYS = (frozenset({"queryStringWhitelist", "queryStringBlacklist"}),)
#: https://cloud.google.com/compute/docs/reference/rest/v1/healthChecks
_CHECKS = (
    frozenset(
        f"{kind}HealthCheck" for kind in ("grpc", "grpcTls", "http", "http2", "https", "ssl", "tcp")
    ),
    frozenset({"port", "portName", "portSpecification"}),
)
#: https://cloud.google.com/compute/docs/reference/rest/v1/securityPolicies
_MATCHES = (
    frozenset({"expr", "versionedExpr"}),
    frozenset({"expr", "config"}),
    frozenset({"enforceOnKey", "enforceOnKeyConfigs"}),
    frozenset({"enforceOnKeyName", "enforceOnKeyConfigs"}),
)


ROWS: Mapping[str, Row] = {
    "compute.Address": Row(
        noun="Address",
        plural="Addresses",
        collection="addresses",
        resource="Address",
        verbs=(replace(SET_LABELS, takes="regionSetLabelsRequestResource"),),
        busy=frozenset({"RESERVING"}),
    ),
    "compute.BackendBucket": Row(
        noun="BackendBucket",
        plural="BackendBuckets",
        collection="backendBuckets",
        resource="BackendBucket",
        change="update",
        verbs=(_EDGE_SECURITY_POLICY,),
        output=("edgeSecurityPolicy", "usedBy"),
        bars=_caching,
    ),
    "compute.BackendService": Row(
        noun="BackendService",
        plural="BackendServices",
        collection="backendServices",
        resource="BackendService",
        change="update",
        verbs=(_SECURITY_POLICY, _EDGE_SECURITY_POLICY),
        output=(
            "edgeSecurityPolicy",
            "iap.oauth2ClientSecretSha256",
            "securityPolicy",
            "usedBy",
        ),
        urls=frozenset({"group"}),
        one_of=_KEYS,
        bars=_unserved,
    ),
    # https://cloud.google.com/compute/docs/reference/rest/v1/firewalls
    "compute.Firewall": Row(
        noun="Firewall",
        plural="Firewalls",
        collection="firewalls",
        resource="Firewall",
        change="update",
        one_of=(frozenset({"allowed", "denied"}),),
        bars=_everywhere,
    ),
    "compute.GlobalAddress": Row(
        noun="GlobalAddress",
        plural="GlobalAddresses",
        collection="globalAddresses",
        resource="Address",
        verbs=(SET_LABELS,),
        busy=frozenset({"RESERVING"}),
    ),
    "compute.GlobalForwardingRule": Row(
        noun="GlobalForwardingRule",
        plural="GlobalForwardingRules",
        collection="globalForwardingRules",
        resource="ForwardingRule",
        change="patch",
        # An insert passes labels by, and refuses those of Private Service Connect.
        verbs=(
            _set("target", takes="targetReferenceResource"),
            replace(SET_LABELS, after_insert=True),
        ),
    ),
    "compute.HealthCheck": Row(
        noun="HealthCheck",
        plural="HealthChecks",
        collection="healthChecks",
        resource="HealthCheck",
        change="update",
        one_of=_CHECKS,
    ),
    "compute.ManagedSslCertificate": Row(
        noun="SslCertificate",
        plural="SslCertificates",
        collection="sslCertificates",
        resource="SslCertificate",
        fixed={"type": "MANAGED"},
    ),
    "compute.Network": Row(
        noun="Network",
        plural="Networks",
        collection="networks",
        resource="Network",
        change="patch",
        # https://cloud.google.com/vpc/docs/create-modify-vpc-networks#switch-network-mode
        verbs=(
            Verb(method="switchToCustomMode", sets=("autoCreateSubnetworks",), takes="", body={}),
        ),
    ),
    "compute.RegionNetworkEndpointGroup": Row(
        noun="RegionNetworkEndpointGroup",
        plural="RegionNetworkEndpointGroups",
        collection="regionNetworkEndpointGroups",
        resource="NetworkEndpointGroup",
    ),
    "compute.PacketMirroring": Row(
        noun="PacketMirroring",
        plural="PacketMirrorings",
        collection="packetMirrorings",
        resource="PacketMirroring",
        change="patch",
    ),
    "compute.Router": Row(
        noun="Router",
        plural="Routers",
        collection="routers",
        resource="Router",
        change="patch",
    ),
    "compute.SecurityPolicy": Row(
        noun="SecurityPolicy",
        plural="SecurityPolicies",
        collection="securityPolicies",
        resource="SecurityPolicy",
        change="patch",
        # https://cloud.google.com/compute/docs/reference/rest/v1/securityPolicies/patch
        masks=True,
        verbs=(SET_LABELS,),
        # Nothing promises that a list tells the rules.
        lists=False,
        one_of=_MATCHES,
        more=rule_steps,
        aside=("rules",),
    ),
    "compute.SslPolicy": Row(
        noun="SslPolicy",
        plural="SslPolicies",
        collection="sslPolicies",
        resource="SslPolicy",
        change="patch",
        bars=_features,
    ),
    "compute.Subnetwork": Row(
        noun="Subnetwork",
        plural="Subnetworks",
        collection="subnetworks",
        resource="Subnetwork",
        verbs=(_EXPAND, _GOOGLE_ACCESS),
        more=_family_steps,
        aside=tuple(name for family in _FAMILIES for name in family),
    ),
    "compute.TargetHttpProxy": Row(
        noun="TargetHttpProxy",
        plural="TargetHttpProxies",
        collection="targetHttpProxies",
        resource="TargetHttpProxy",
        change="patch",
        verbs=(_URL_MAP,),
    ),
    "compute.TargetHttpsProxy": Row(
        noun="TargetHttpsProxy",
        plural="TargetHttpsProxies",
        collection="targetHttpsProxies",
        resource="TargetHttpsProxy",
        change="patch",
        verbs=(
            # A proxy never stands without both. A certificate map wins over certificates: it is set
            # before those are taken away, and goes once there are some
            # (https://cloud.google.com/certificate-manager/docs/maps).
            replace(
                _set("certificateMap", takes="targetHttpsProxiesSetCertificateMapRequestResource"),
                clears_last=True,
            ),
            _set("sslCertificates", takes="targetHttpsProxiesSetSslCertificatesRequestResource"),
            _URL_MAP,
            _set("sslPolicy", takes="sslPolicyReferenceResource"),
            replace(
                _set("quicOverride", takes="targetHttpsProxiesSetQuicOverrideRequestResource"),
                usual={"quicOverride": "NONE"},
            ),
        ),
    ),
    "compute.UrlMap": Row(
        noun="UrlMap",
        plural="UrlMaps",
        collection="urlMaps",
        resource="UrlMap",
        change="update",
        one_of=_ROUTES,
    ),
}


def adapter(clients: Clients, kind: str, stack: str) -> Compute:  # noqa: ARG001 # no marks here
    """Make the adapter of a kind."""
    return Compute(clients, ROWS[kind])
