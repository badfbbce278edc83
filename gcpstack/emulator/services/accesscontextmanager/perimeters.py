"""Service perimeters with their dry runs.

https://cloud.google.com/vpc-service-controls/docs/service-perimeters and
https://cloud.google.com/vpc-service-controls/docs/dry-run-mode
"""

import re
from collections.abc import Iterator

from gcpstack.emulator.core.call import Call
from gcpstack.emulator.core.errors import invalid
from gcpstack.emulator.core.ids import fingerprint
from gcpstack.emulator.core.model import Body, Handler, Kind, Reference
from gcpstack.emulator.services.accesscontextmanager.common import (
    answer,
    check_version,
    kind,
    need_policy,
    refuse_overlap,
    replacing,
    unique_title,
)
from gcpstack.emulator.services.accesscontextmanager.levels import check_level

RESOURCE = re.compile(
    r"projects/(\d+|\$\{[\w.-]+\})|folders/\d+"
    r"|//compute\.googleapis\.com/projects/[^/]+/global/networks/[^/]+"
)
PLACE = re.compile(r"(projects|folders|organizations)/(\d+|\$\{[\w.-]+\})")
SERVICE = re.compile(r"[a-z0-9-]+\.googleapis\.com")
BRIDGE = "PERIMETER_TYPE_BRIDGE"
NOT_IN_BRIDGE = (
    "accessLevels", "restrictedServices", "vpcAccessibleServices", "ingressPolicies", "egressPolicies",
)  # fmt: skip
LONGEST_TITLE = 100
ENABLED = "SOURCE_RESTRICTION_ENABLED"
DIRECTIONS = ("ingress", "egress")


def _check(call: Call, body: Body, _old: Body | None) -> None:
    unique_title(call, body, "service perimeter")
    if "spec" in body and not body.get("useExplicitDryRunSpec"):
        raise invalid("spec can only be set with use_explicit_dry_run_spec.", field="spec")
    for field in ("status", "spec"):
        if field in body:
            _check_config(body, body[field])
    _check_membership(call, body)


def _check_config(body: Body, config: Body) -> None:
    for name in config.get("resources", ()):
        if not RESOURCE.fullmatch(name):
            raise invalid(
                f"Invalid resource '{name}': it must be of the form projects/NUMBER, folders/NUMBER or "
                "//compute.googleapis.com/projects/PROJECT/global/networks/NETWORK.",
                field="resources",
            )
    if body.get("perimeterType") == BRIDGE:
        for field in NOT_IN_BRIDGE:
            if field in config:
                raise invalid(f"{field} must be empty in a perimeter bridge.", field=field)
    for level in config.get("accessLevels", ()):
        check_level(body["name"], level)
    _check_services(config)
    _check_rules(body["name"], config)


def _check_services(config: Body) -> None:
    restricted = config.get("restrictedServices", [])
    for name in restricted:
        if not SERVICE.fullmatch(name):
            raise invalid(f"The service '{name}' is not supported.", field="restricted_services")
    if len(set(restricted)) != len(restricted):
        raise invalid("A restricted service is given twice.", field="restricted_services")
    accessible = config.get("vpcAccessibleServices", {})
    if accessible.get("allowedServices") and not accessible.get("enableRestriction"):
        raise invalid("allowed_services must be empty unless enable_restriction is true.")


def _rules(config: Body) -> Iterator[tuple[str, Body]]:
    for direction in DIRECTIONS:
        for rule in config.get(f"{direction}Policies", ()):
            yield direction, rule


def _check_rules(name: str, config: Body) -> None:
    titles = set()
    for direction, rule in _rules(config):
        title = rule.get("title", "")
        if len(title) > LONGEST_TITLE:
            raise invalid(f"The title of a rule has at most {LONGEST_TITLE} characters.")
        if title and title in titles:
            raise invalid(f"The rule title '{title}' is not unique in the perimeter.")
        titles.add(title)
        _check_from(name, direction, rule.get(f"{direction}From", {}))
        _check_to(rule.get(f"{direction}To", {}))


def _check_from(name: str, direction: str, source: Body) -> None:
    if source.get("identities") and source.get("identityType"):
        raise invalid("Only one of identities and identity_type can be set.")
    sources = source.get("sources", ())
    for one in sources:
        if len(one) != 1:
            raise invalid("A source needs exactly one of access_level, resource and psc_endpoint.")
        level = one.get("accessLevel", "*")
        if level != "*":
            check_level(name, level)
    if direction == "egress" and bool(sources) != (source.get("sourceRestriction") == ENABLED):
        raise invalid(f"sources of an egress rule go with the source restriction {ENABLED}.")


def _check_to(target: Body) -> None:
    resources = target.get("resources", [])
    for place in resources:
        if place != "*" and not PLACE.fullmatch(place):
            raise invalid(f"Invalid resource '{place}' of a rule.", field="resources")
    if "*" in resources and len(resources) > 1:
        raise invalid("'*' must be the only resource of a rule.", field="resources")
    if target.get("roles") and target.get("operations"):
        raise invalid("Only one of operations and roles can be set.", field="operations")
    for operation in target.get("operations", ()):
        if not operation.get("serviceName"):
            raise invalid("The service name of an operation must be set.", field="service_name")
        for selector in operation.get("methodSelectors", ()):
            if ("method" in selector) == ("permission" in selector):
                raise invalid("A method selector needs exactly one of method and permission.")
        if operation["serviceName"] == "*" and operation.get("methodSelectors"):
            raise invalid("Method selectors must be empty for the service name '*'.")


def _check_membership(call: Call, body: Body) -> None:
    """A project is in one regular perimeter, and in bridges only with one (the config in force and the dry run apart)."""
    bridge = body.get("perimeterType") == BRIDGE
    others = [
        obj.body
        for obj in call.world.state.page(call.service.name, body["name"].rpartition("/")[0])
        if obj.name != body["name"] and obj.body.get("perimeterType") != BRIDGE
    ]
    for field in ("status", "spec"):
        holders = {
            name: other["name"]
            for other in others
            for name in other.get(field, {}).get("resources", ())
        }
        enforced = {
            name for other in others for name in other.get("status", {}).get("resources", ())
        }
        for name in body.get(field, {}).get("resources", ()):
            if bridge and name not in enforced | set(holders):
                raise invalid(f"'{name}' is in a bridge, but in no regular perimeter.")
            if not bridge and name in holders:
                raise invalid(f"'{name}' is already in the regular perimeter '{holders[name]}'.")


def _commit(call: Call) -> Body:
    """``commit``: every dry run comes into force."""
    check_version(call, need_policy(call))
    refuse_overlap(call)
    fresh = []
    for obj in list(call.world.state.page(call.service.name, call.path)):
        if not obj.body.get("useExplicitDryRunSpec"):
            continue
        body = {**obj.body, "status": obj.body.get("spec", {})}
        for field in ("spec", "useExplicitDryRunSpec", "etag"):
            body.pop(field, None)
        body["etag"] = fingerprint(body)
        refs = tuple(
            (service, name, path.replace("spec.", "status."))
            for service, name, path in obj.refs
            if path.startswith("spec.")
        )
        fresh.append(call.world.state.put(obj.but(body=body, refs=refs)))
    return answer(call, "CommitServicePerimetersResponse", "servicePerimeters", fresh)


def _config(body: Body, field: str) -> Body:
    """The config in force, or the dry run, which is like it where none is given."""
    explicit = field == "spec" and body.get("useExplicitDryRunSpec")
    config: Body = body.get("spec" if explicit else "status", {})
    return config


def lookup(call: Call) -> Body:
    """``lookupConfiguredServicePerimeter``: the regular perimeters that a project or folder is in."""
    word, _, ident = call.name.partition("/")
    name = f"projects/{call.world.number_of(ident)}" if word == "projects" else call.name
    answer: Body = {}
    for obj in call.world.state.children(call.service.name, "accessPolicies"):
        if obj.kind != PERIMETERS.name or obj.body.get("perimeterType") == BRIDGE:
            continue
        for field, end in (("status", ""), ("spec", "DryRun")):
            if name in _config(obj.body, field).get("resources", ()):
                answer[f"restrictedResource{end}"] = name
                answer[f"servicePerimeter{end}"] = obj.name
    return answer


METHODS: dict[str, Handler] = {
    f"{parent}.lookupConfiguredServicePerimeter": lookup for parent in ("projects", "folders")
}


def _kind() -> Kind:
    return PERIMETERS


def _references() -> Iterator[Reference]:
    for field in ("status", "spec"):
        yield Reference(path=f"{field}.accessLevels[]", to=("accessLevels",))
        for direction in DIRECTIONS:
            path = f"{field}.{direction}Policies[].{direction}From.sources[].accessLevel"
            yield Reference(path=path, to=("accessLevels",), literals=("*",))


PERIMETERS = kind(
    "servicePerimeters",
    "ServicePerimeter",
    etag="etag",
    immutable=("perimeterType",),
    refs=tuple(_references()),
    validate=_check,
    methods={"commit": _commit, "replaceAll": replacing(_kind, "servicePerimeters")},
)
