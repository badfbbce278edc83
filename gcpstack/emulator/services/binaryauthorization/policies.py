"""The policy of a project on which images it runs, and policies by platform.

https://cloud.google.com/binary-authorization/docs/reference/rest/v1/Policy: a project has one policy,
which is there from the start and is replaced as a whole.
"""

import re
from collections.abc import Iterator

from gcpstack.emulator.core import iam
from gcpstack.emulator.core.call import Call
from gcpstack.emulator.core.errors import aborted, invalid
from gcpstack.emulator.core.ids import etag
from gcpstack.emulator.core.links import relative
from gcpstack.emulator.core.model import Body, Handler, Kind
from gcpstack.emulator.core.proto import tidy
from gcpstack.emulator.core.recorded import same_version
from gcpstack.emulator.dialects import aip
from gcpstack.emulator.dialects.aip import AIP

SPACE = "binaryauthorization.policy"
ALLOW, ATTESTED = "ALWAYS_ALLOW", "REQUIRE_ATTESTATION"
BLOCK = "ENFORCED_BLOCK_AND_AUDIT_LOG"
# https://cloud.google.com/binary-authorization/docs/key-concepts#default_policy
DEFAULT: Body = {
    "globalPolicyEvaluationMode": "ENABLE",
    "defaultAdmissionRule": {"evaluationMode": ALLOW, "enforcementMode": BLOCK},
}
# The forms of https://cloud.google.com/binary-authorization/docs/policy-yaml-reference.
MAPS = {
    "clusterAdmissionRules": re.compile(r"([a-z0-9-]+|\*)\.([a-z0-9-]+|\*)"),
    "kubernetesNamespaceAdmissionRules": re.compile(r"[a-z0-9.-]+"),
    "kubernetesServiceAccountAdmissionRules": re.compile(r"[a-z0-9.-]+:[a-z0-9.-]+"),
    "istioServiceIdentityAdmissionRules": re.compile(r"(spiffe:/)?/?[^/]+/ns/[^/]+/sa/[^/]+"),
}
PATTERN = re.compile(r"[^*\s/]+(/[^*\s]*)?(/?\*{1,2})?")
LONGEST_PATTERN = 512


def _stored(call: Call) -> Body:
    kept: Body = call.world.state.record(SPACE, call.project) or DEFAULT
    body = {"name": f"projects/{call.project}/policy", **kept}
    return {**body, "etag": etag(body)}


def get(call: Call) -> Body:
    """``getPolicy``."""
    return _stored(call)


def update(call: Call) -> Body:
    """``updatePolicy``: replaces the policy."""
    body = {key: value for key, value in call.body.items() if key not in ("name", "etag")}
    sent = call.body.get("etag")
    if sent and not same_version(sent, _stored(call)["etag"]):
        raise aborted("The etag of the policy does not match its current version.")
    tidy(call.api, call.api.schemas["Policy"], body, ())
    _check(call, body)
    call.world.state.set_record(SPACE, call.project, {**body, "updateTime": call.world.stamp()})
    return _stored(call)


def system(call: Call) -> Body:
    """``systempolicy.getPolicy``: which of Google's own images always run."""
    # https://cloud.google.com/binary-authorization/docs/key-concepts#google-maintained_system_images
    patterns = [f"{host}gke.gcr.io/**" for host in ("", "asia-", "eu-", "us-")]
    return {
        "name": call.name,
        "admissionWhitelistPatterns": [{"namePattern": text} for text in patterns],
        "defaultAdmissionRule": {"evaluationMode": "ALWAYS_DENY", "enforcementMode": BLOCK},
    }


def _check(call: Call, body: Body) -> None:
    if "defaultAdmissionRule" not in body:
        raise invalid(
            "The default admission rule must be set.", field="policy.default_admission_rule"
        )
    if len([name for name in MAPS if body.get(name)]) > 1:
        raise invalid(f"Only one of {', '.join(MAPS)} can be set.")
    for name, pattern in MAPS.items():
        for key in body.get(name, {}):
            if not pattern.fullmatch(key):
                raise invalid(f"Invalid key '{key}' of {name}.", field=name)
    for one in body.get("admissionWhitelistPatterns", ()):
        text = one.get("namePattern", "")
        if not PATTERN.fullmatch(text) or len(text) > LONGEST_PATTERN:
            raise invalid(
                f"Invalid image name pattern '{text}'.", field="admission_whitelist_patterns"
            )
    for rule in _rules(body):
        _check_rule(call, rule)


def _rules(body: Body) -> Iterator[Body]:
    yield body["defaultAdmissionRule"]
    for name in MAPS:
        yield from body.get(name, {}).values()


def _check_rule(call: Call, rule: Body) -> None:
    for field in ("evaluationMode", "enforcementMode"):
        if field not in rule:
            raise invalid(f"The field {field} of an admission rule must be set.", field=field)
    names = rule.get("requireAttestationsBy", [])
    if bool(names) != (rule["evaluationMode"] == ATTESTED):
        raise invalid(
            f"requireAttestationsBy goes with the evaluation mode {ATTESTED}, and only with it."
        )
    kind = call.world.registry.kind("binaryauthorization", "attestors")
    for name in names:
        call.need(call.world.canonical(relative(name)), kind)


METHODS: dict[str, Handler] = {
    "projects.getPolicy": get,
    "projects.updatePolicy": update,
    "systempolicy.getPolicy": system,
    **{f"projects.policy.{name}": handler for name, handler in iam.METHODS.items()},
}


def _check_platform(call: Call, body: Body, _old: Body | None) -> None:
    if call.segments[3] != "gke":
        raise invalid(f"Invalid platform '{call.segments[3]}': only gke is supported.")
    if "gkePolicy" not in body:
        raise invalid("The policy of the platform must be set.", field="policy.gke_policy")


def _stamp(call: Call, body: Body, _old: Body | None = None) -> None:
    body["updateTime"] = call.world.stamp()


def _replace(call: Call) -> Body:
    return aip.change(call, PLATFORMS, call.need(), dict(call.body))


PLATFORMS = Kind(
    name="policies",
    resources=("projects.platforms.policies",),
    schema="PlatformPolicy",
    dialect=AIP,
    versions=("v1",),
    id_param="policyId",
    id_pattern=r"[a-zA-Z0-9_-]{1,63}",
    etag="etag",
    validate=_check_platform,
    on_create=_stamp,
    on_update=_stamp,
    methods={"replacePlatformPolicy": _replace},
)
