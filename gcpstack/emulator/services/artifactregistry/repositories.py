"""Repositories with their cleanup policies, and the rules on what may be downloaded from them.

https://cloud.google.com/artifact-registry/docs/reference/rest/v1/projects.locations.repositories
"""

import re

from gcpstack.emulator.core import images
from gcpstack.emulator.core.call import Call
from gcpstack.emulator.core.errors import ApiError, invalid
from gcpstack.emulator.core.links import relative
from gcpstack.emulator.core.locations import REGIONS
from gcpstack.emulator.core.model import Body, Kind, Reference
from gcpstack.emulator.core.proto import tidy
from gcpstack.emulator.core.store import Obj
from gcpstack.emulator.core.world import World
from gcpstack.emulator.dialects import aip
from gcpstack.emulator.dialects.aip import AIP
from gcpstack.emulator.services.artifactregistry import cleanup

NAME = r"[a-z]([-a-z0-9]{0,61}[a-z0-9])?"
# https://cloud.google.com/artifact-registry/docs/transition/setup-gcr-repo: those that stand for Container Registry
DOMAIN = r"((us|eu|asia)\.)?gcr\.io"
# https://cloud.google.com/artifact-registry/docs/repositories/repo-locations
PLACES = {*REGIONS, "us", "europe", "asia"}
STANDARD, VIRTUAL, REMOTE = "STANDARD_REPOSITORY", "VIRTUAL_REPOSITORY", "REMOTE_REPOSITORY"
SCANNER = "containerscanning.googleapis.com"
MOST_POLICIES = 10
LONGEST_ID, LONGEST_LABEL, MOST_LABELS = 128, 63, 64
LABEL_KEY = re.compile(rf"[a-z][-_a-z0-9]{{0,{LONGEST_LABEL - 1}}}")
LABEL_VALUE = re.compile(rf"[-_a-z0-9]{{0,{LONGEST_LABEL}}}")
SOURCES = (
    "aptRepository", "commonRepository", "dockerRepository", "mavenRepository", "npmRepository",
    "pythonRepository", "yumRepository",
)  # fmt: skip
NEXT_TO_POLICY = {"DOCKER": "dockerConfig", "MAVEN": "mavenConfig"}
# google/devtools/artifactregistry/v1/repository.proto: members of a oneof and optional fields.
PRESENT = frozenset(
    f"{owner}Repository.publicRepository" for owner in ("Docker", "Maven", "Npm", "Python")
) | {"CleanupPolicyCondition.tagState", "CleanupPolicyMostRecentVersions.keepCount"}


# -- checks


def _check(call: Call, body: Body, old: Body | None) -> None:
    if old is None:
        _check_place(call, body)
    _check_labels(body.get("labels", {}))
    _check_mode(call, body)
    _check_policies(body.get("cleanupPolicies", {}))


def _check_place(call: Call, body: Body) -> None:
    if call.location not in PLACES:
        text = f"Permission denied on 'locations/{call.location}' (or it may not exist)."
        raise ApiError(403, text, status="PERMISSION_DENIED")
    key = body.get("kmsKeyName", "")
    if key and key.split("/")[3:4] != [call.location]:
        raise invalid(f"The key {key} is not in the location {call.location} of the repository.")


def _check_labels(labels: Body) -> None:
    if len(labels) > MOST_LABELS:
        raise invalid(f"A repository has at most {MOST_LABELS} labels, got {len(labels)}.")
    for key, value in labels.items():
        if not LABEL_KEY.fullmatch(key) or not LABEL_VALUE.fullmatch(value):
            raise invalid(f"Invalid label '{key}': '{value}'.", field="repository.labels")


def _check_mode(call: Call, body: Body) -> None:
    mode = body["mode"]
    for kind, field in NEXT_TO_POLICY.items():
        if field in body and body["format"] != kind:
            raise invalid(
                f"{field} is not supported for repositories of the format {body['format']}."
            )
    if "virtualRepositoryConfig" in body and mode != VIRTUAL:
        raise invalid(
            f"Upstream policies can only be set on a repository of the mode {VIRTUAL}, not {mode}."
        )
    if ("remoteRepositoryConfig" in body) != (mode == REMOTE):
        raise invalid(f"remoteRepositoryConfig goes with the mode {REMOTE}, and only with it.")
    if mode == REMOTE:
        given = [name for name in SOURCES if name in body["remoteRepositoryConfig"]]
        if len(given) != 1:
            raise invalid("A remote repository has exactly one remote source.")
    seen = set()
    for policy in body.get("virtualRepositoryConfig", {}).get("upstreamPolicies", ()):
        if policy.get("id", "") in seen:
            raise invalid(f"Duplicate upstream policy id '{policy.get('id', '')}'.")
        seen.add(policy.get("id", ""))
        _check_upstream(call, body, policy.get("repository", ""))


def _check_upstream(call: Call, body: Body, text: str) -> None:
    name = call.world.canonical(relative(text))
    upstream = call.world.find(call.service.name, name)
    if name.split("/")[3:4] != [call.location]:
        raise invalid(f"The upstream repository {text} is in another location.")
    if upstream is not None and upstream.body["format"] != body["format"]:
        raise invalid(
            f"The upstream repository {text} has the format {upstream.body['format']}, not {body['format']}."
        )


def _check_policies(policies: Body) -> None:
    """https://cloud.google.com/artifact-registry/docs/repositories/cleanup-policy."""
    if len(policies) > MOST_POLICIES:
        raise invalid(
            f"A repository has at most {MOST_POLICIES} cleanup policies, got {len(policies)}."
        )
    for key, policy in policies.items():
        condition, recent = policy.get("condition"), policy.get("mostRecentVersions")
        if not 0 < len(key) <= LONGEST_ID or policy.setdefault("id", key) != key:
            raise invalid(
                f"The key '{key}' of a cleanup policy must be its id, '{policy.get('id')}'."
            )
        if policy.get("action") not in ("DELETE", "KEEP"):
            raise invalid(f"The cleanup policy '{key}' has no action.")
        if (condition is None) == (recent is None):
            raise invalid(
                f"The cleanup policy '{key}' needs either condition or mostRecentVersions."
            )
        if recent is not None and policy["action"] != "KEEP":
            raise invalid(
                f"mostRecentVersions of the cleanup policy '{key}' needs the action KEEP."
            )
        if recent is not None and recent.get("keepCount", 0) < 1:
            raise invalid(f"keepCount of the cleanup policy '{key}' must be at least 1.")
        if condition and condition.get("tagPrefixes") and condition["tagState"] != "TAGGED":
            raise invalid(f"tagPrefixes of the cleanup policy '{key}' needs the tag state TAGGED.")


# -- what the server tells


def _tidy(call: Call, body: Body) -> None:
    body.get("remoteRepositoryConfig", {}).pop("disableUpstreamValidation", None)
    body.pop("disallowUnspecifiedMode", None)
    tidy(call.api, call.api.schemas["Repository"], body, PRESENT)


def _on_create(call: Call, body: Body) -> None:
    _tidy(call, body)
    now = call.world.stamp()
    body |= {"createTime": now, "updateTime": now, "satisfiesPzi": True}
    body.setdefault("vulnerabilityScanningConfig", {})["lastEnableTime"] = now
    cleanup.plan(call.world, body["name"], body)


def _on_update(call: Call, body: Body, old: Body) -> None:
    _tidy(call, body)
    body["updateTime"] = call.world.stamp()
    scanning = body.setdefault("vulnerabilityScanningConfig", {})
    scanning["lastEnableTime"] = old["vulnerabilityScanningConfig"]["lastEnableTime"]
    cleanup.plan(call.world, body["name"], body)


def _scanning(world: World, project: str, body: Body) -> Body:
    """Whether images are scanned, with the reason where they are not.

    https://cloud.google.com/artifact-analysis/docs/enable-automatic-scanning
    """
    config = body["vulnerabilityScanningConfig"]
    if body["mode"] != STANDARD:
        state, why = "SCANNING_UNSUPPORTED", f"Repository mode {body['mode']} is not supported."
    elif body["format"] != "DOCKER":
        state, why = "SCANNING_UNSUPPORTED", f"Repository format {body['format']} is not supported."
    elif config.get("enablementConfig") == "DISABLED":
        state, why = "SCANNING_DISABLED", "Vulnerability scanning is disabled on the repository."
    elif not world.state.record("enabled", f"{project}/{SCANNER}"):
        state, why = "SCANNING_DISABLED", f"API {SCANNER} is not enabled."
    else:
        state, why = "SCANNING_ACTIVE", ""
    told = {**config, "enablementState": state}
    return {**told, "enablementStateReason": why} if why else told


def _view(world: World, obj: Obj, body: Body) -> Body:
    _, project, _, location, _, short = obj.name.split("/")
    body["vulnerabilityScanningConfig"] = _scanning(world, project, body)
    body["registryUri"] = f"{location}-{body['format'].lower()}.pkg.dev/{project}/{short}"
    held = world.state.page(obj.service, f"{obj.name}/files")
    if total := sum(int(inner.body["sizeBytes"]) for inner in held):
        body["sizeBytes"] = str(total)
    return body


def _on_delete(call: Call, obj: Obj) -> None:
    images.forget(call.world, obj.name)
    cleanup.forget(call.world, obj.name)


# -- methods


def _create(call: Call) -> Body:
    if call.body.get("mode", "MODE_UNSPECIFIED") == "MODE_UNSPECIFIED":
        if call.body.get("disallowUnspecifiedMode"):
            raise invalid("The mode of the repository must be specified.", field="repository.mode")
        call.body["mode"] = STANDARD
    if call.body.get("format", "FORMAT_UNSPECIFIED") == "FORMAT_UNSPECIFIED":
        raise invalid("The format of the repository must be specified.", field="repository.format")
    return aip.create(call)


def _patch(call: Call) -> Body:
    """``patch``: the answer leaves the address out."""
    answer = dict(aip.patch(call))
    answer.pop("registryUri", None)
    return answer


REPOSITORIES = Kind(
    name="repositories",
    resources=("projects.locations.repositories",),
    schema="Repository",
    dialect=AIP,
    id_param="repositoryId",
    id_pattern=f"{NAME}|{DOMAIN}",
    not_found="Requested entity was not found.",
    already_exists="the repository already exists",
    lro=("create", "delete"),
    lro_omits=("createTime", "updateTime", "registryUri", "sizeBytes"),
    immutable=("format", "mode", "kmsKeyName", "mavenConfig"),
    defaults={"cleanupPolicies{}.condition.tagState": "ANY"},
    refs=(
        Reference(
            path="virtualRepositoryConfig.upstreamPolicies[].repository",
            to=("repositories",),
            in_use=False,
        ),
        Reference(path="kmsKeyName", to=("cloudkms.cryptoKeys",), in_use=False),
    ),
    key="kmsKeyName",
    key_refused=(
        "Permission denied on Cloud KMS key. Please ensure your Artifact Registry service account has "
        "been authorized to use the configured key."
    ),
    validate=_check,
    on_create=_on_create,
    on_update=_on_update,
    on_delete=_on_delete,
    view=_view,
    methods={"create": _create, "patch": _patch},
)


def _check_rule(_call: Call, body: Body, _old: Body | None) -> None:
    if body.get("action") not in ("ALLOW", "DENY"):
        raise invalid("The action of the rule must be specified.", field="rule.action")
    if body.get("operation") != "DOWNLOAD":
        raise invalid("The operation of the rule must be specified.", field="rule.operation")


RULES = Kind(
    name="rules",
    resources=("projects.locations.repositories.rules",),
    schema="GoogleDevtoolsArtifactregistryV1Rule",
    dialect=AIP,
    versions=("v1",),
    id_param="ruleId",
    id_pattern=NAME,
    validate=_check_rule,
)
