"""Server policies, response policies and their rules (https://cloud.google.com/dns/docs/policies-overview)."""

from collections.abc import Callable

from gcpstack.emulator.core.call import Call
from gcpstack.emulator.core.errors import ApiError, already_exists
from gcpstack.emulator.core.model import Body, Handler, Kind, Reference
from gcpstack.emulator.core.store import Obj
from gcpstack.emulator.dialects import standard
from gcpstack.emulator.services.dns import common, records


def _methods(field: str, wrapper: str) -> dict[str, Handler]:
    """Creation by the name in a field; changes answer the resource inside a wrapper."""

    def create(call: Call) -> Body:
        return call.world.show(common.create(call, field))

    def change(*, merge: bool) -> Callable[[Call], Body]:
        return lambda call: {wrapper: call.world.show(common.change(call, merge=merge))}

    return {"create": create, "patch": change(merge=True), "update": change(merge=False)}


def _kinds_of_networks(kind: str) -> Callable[..., None]:
    def complete(_call: Call, body: Body, _old: Body | None = None) -> None:
        if "networks" in body:
            body["networks"] = [{"kind": kind, **network} for network in body["networks"]]

    return complete


def _one_for_each_network(call: Call, body: Body, _old: Body | None) -> None:
    """A network has at most one policy of a kind."""
    kind = standard.need_kind(call)
    mine = {network.get("networkUrl") for network in body.get("networks", ())}
    for obj in call.world.state.page(common.SERVICE, f"projects/{call.project}/{kind.name}"):
        theirs = {network.get("networkUrl") for network in obj.body.get("networks", ())}
        if obj.body["id"] != body.get("id") and mine & theirs:
            raise already_exists(
                f"The network '{min(mine & theirs)}' is already bound to the policy '{obj.id}'"
            )


def _check_detached(_call: Call, obj: Obj) -> None:
    """Networks are detached before their policy goes."""
    if obj.body.get("networks"):
        text = f"The resource named '{obj.id}' cannot be deleted because networks are bound to it"
        raise ApiError(400, text, reason="resourceInUse", status="FAILED_PRECONDITION")


def _check_rule(call: Call, body: Body, _old: Body | None) -> None:
    call.need("/".join(call.segments[:4]), RESPONSE_POLICIES)
    if not records.is_name(body["dnsName"]):
        raise common.wrong("entity.responsePolicyRule.dnsName", body["dnsName"])
    if ("localData" in body) == ("behavior" in body):
        raise common.wrong(
            "entity.responsePolicyRule", "one of localData and behavior must be given"
        )


NETWORKS = (Reference(path="networks[].networkUrl", to=("compute.networks",), in_use=False),)

POLICIES = Kind(
    name="policies",
    resources=("policies",),
    schema="Policy",
    dialect=common.DIALECT,
    id_pattern=common.NAME,
    not_found="The 'parameters.policy' resource named '{id}' does not exist.",
    immutable=("name",),
    refs=NETWORKS,
    validate=_one_for_each_network,
    on_create=_kinds_of_networks("dns#policyNetwork"),
    on_update=_kinds_of_networks("dns#policyNetwork"),
    on_delete=_check_detached,
    methods=_methods("name", "policy"),
)
RESPONSE_POLICIES = Kind(
    name="responsePolicies",
    resources=("responsePolicies",),
    schema="ResponsePolicy",
    dialect=common.DIALECT,
    id_pattern=common.NAME,
    not_found="The 'parameters.responsePolicy' resource named '{id}' does not exist.",
    immutable=("responsePolicyName",),
    refs=NETWORKS,
    validate=_one_for_each_network,
    on_create=_kinds_of_networks("dns#responsePolicyNetwork"),
    on_update=_kinds_of_networks("dns#responsePolicyNetwork"),
    on_delete=_check_detached,
    methods=_methods("responsePolicyName", "responsePolicy"),
)
RULES = Kind(
    name="rules",
    resources=("responsePolicyRules",),
    schema="ResponsePolicyRule",
    dialect=common.DIALECT,
    id_pattern=common.NAME,
    not_found="The 'parameters.responsePolicyRule' resource named '{id}' does not exist.",
    required=("dnsName",),
    immutable=("ruleName",),
    list_key="responsePolicyRules",
    validate=_check_rule,
    methods=_methods("ruleName", "responsePolicyRule"),
)
