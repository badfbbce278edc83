"""The kinds of Compute, as rows."""

import functools
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from gcpstack._adapters.clients import Clients
from gcpstack._adapters.compute import SET_LABELS, Compute, Row, Verb
from gcpstack._adapters.wire import alike, derived_id
from gcpstack._core.json import Body, Path, get
from gcpstack._core.ports import Edit, Finished, Operation, Step
from gcpstack.exceptions import InvalidRequest, NotFound


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


# --- security policy rules -----------------------------------------------------------------------
# https://cloud.google.com/compute/docs/reference/rest/v1/securityPolicies: a patch of the policy
# leaves its rules alone; each is added, patched and removed by its priority. The rule of the lowest
# priority always exists and can't be removed.

_LAST_RULE = 2147483647
_FIXED = {"kind", "priority"}


def _rules(body: Mapping[str, Any]) -> dict[int, Body]:
    return {int(rule["priority"]): rule for rule in body.get("rules") or () if "priority" in rule}


def _rule_steps(compute: Compute, edit: Edit) -> Iterable[Step]:
    if not edit.touches("rules"):
        return []
    live, (merged, _) = _rules(edit.live), compute.wanted(edit)
    wanted = _rules(merged)
    steps = [
        Step(f"set rule {priority}", functools.partial(_set_rule, compute, edit, rule))
        for priority, rule in wanted.items()
        if not alike(rule, live.get(priority))
    ]
    steps += [
        Step(f"remove rule {priority}", functools.partial(_drop_rule, compute, edit, priority))
        for priority in live
        if priority not in wanted and priority != _LAST_RULE
    ]
    return steps


def _named(compute: Compute, edit: Edit) -> Body:
    return {**compute.scope(edit.target), compute.row.id: edit.target.ids["name"]}


def _exists(compute: Compute, edit: Edit, priority: int) -> bool:
    """Look for a rule; that of no such priority is told by 400 as well as by 404."""
    try:
        compute.read("getRule", {**_named(compute, edit), "priority": priority})
    except (NotFound, InvalidRequest):
        return False
    return True


def _set_rule(compute: Compute, edit: Edit, rule: Body) -> Operation:
    """Add or patch a rule: whichever it takes now, since a repeated call may find it added."""
    request: Body = {**_named(compute, edit), "securityPolicyRuleResource": rule}
    priority = int(str(rule["priority"]))
    if not _exists(compute, edit, priority):
        return compute.call("addRule", request, edit.target)
    gone = set(_rules(edit.live).get(priority, {})) - set(rule)
    # A patch clears a field only if the mask names it.
    masked = {"updateMask": ",".join(sorted({*gone, *rule} - _FIXED))} if gone else {}
    return compute.call("patchRule", {**request, **masked, "priority": priority}, edit.target)


def _drop_rule(compute: Compute, edit: Edit, priority: int) -> Operation:
    if not _exists(compute, edit, priority):
        return Finished()
    request: Body = {**_named(compute, edit), "priority": priority}
    return compute.call("removeRule", request, edit.target)


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
    """Times to live that a cache mode refuses, even if they are what Google said itself.

    https://cloud.google.com/compute/docs/reference/rest/v1/backendServices
    """
    mode = get(body, ("cdnPolicy", "cacheMode"))
    if mode == "USE_ORIGIN_HEADERS":
        return ["cdnPolicy.clientTtl", "cdnPolicy.defaultTtl", "cdnPolicy.maxTtl"]
    return ["cdnPolicy.maxTtl"] if mode == "FORCE_CACHE_ALL" else []


#: https://cloud.google.com/compute/docs/reference/rest/v1/urlMaps
_ROUTES = (
    frozenset({"defaultService", "defaultUrlRedirect"}),
    frozenset({"service", "urlRedirect"}),
    frozenset({"pathRules", "routeRules"}),
    frozenset({"fullPathMatch", "pathTemplateMatch", "prefixMatch", "regexMatch"}),
)
#: https://cloud.google.com/compute/docs/reference/rest/v1/healthChecks
_CHECKS = (
    frozenset(
        f"{kind}HealthCheck" for kind in ("grpc", "grpcTls", "http", "http2", "https", "ssl", "tcp")
    ),
    frozenset({"port", "portName", "portSpecification"}),
)
#: https://cloud.google.com/compute/docs/reference/rest/v1/securityPolicies
_MATCHES = (frozenset({"expr", "versionedExpr"}), frozenset({"expr", "config"}))


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
        bars=_caching,
    ),
    # https://cloud.google.com/compute/docs/reference/rest/v1/firewalls
    "compute.Firewall": Row(
        noun="Firewall",
        plural="Firewalls",
        collection="firewalls",
        resource="Firewall",
        change="update",
        one_of=(frozenset({"allowed", "denied"}),),
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
        more=_rule_steps,
        aside=("rules",),
    ),
    "compute.SslPolicy": Row(
        noun="SslPolicy",
        plural="SslPolicies",
        collection="sslPolicies",
        resource="SslPolicy",
        change="patch",
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
            _set("quicOverride", takes="targetHttpsProxiesSetQuicOverrideRequestResource"),
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
