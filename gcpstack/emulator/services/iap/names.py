"""What Identity-Aware Proxy protects, by name.

https://cloud.google.com/iap/docs/managing-access and
https://cloud.google.com/iap/docs/customizing#resource_hierarchy
"""

import re

from gcpstack.emulator.core.call import Call
from gcpstack.emulator.core.errors import invalid, not_found
from gcpstack.emulator.core.links import by_number
from gcpstack.emulator.core.recorded import is_placeholder, stand_in
from gcpstack.emulator.core.store import Obj

WEB = re.compile(
    r"projects/[^/]+/iap_web"
    r"(/(?P<place>compute|appengine|cloud_run|forwarding_rule)(-(?P<where>[^/]+))?"
    r"(/services/(?P<service>[^/]+)(/versions/[^/]+)?)?)?"
)
TUNNEL = re.compile(
    r"projects/[^/]+/iap_tunnel"
    r"(/zones/[^/]+(/instances/[^/]+)?|/locations/[^/]+(/destGroups/(?P<group>[^/]+))?)?"
)
ABOVE = re.compile(r"(organizations|folders)/\d+|projects/[^/]+")
# Collections of backend services and forwarding rules, beside the region or global.
COMPUTE = {"compute": "backendServices", "forwarding_rule": "forwardingRules"}


def resource(call: Call) -> str:
    """The resource of a policy; refuses what IAP has no policies for, and what is not there."""
    found = WEB.fullmatch(call.name) or TUNNEL.fullmatch(call.name)
    if found is None:
        raise invalid("Request contains an invalid argument.")
    return _key(call)


def settings(call: Call) -> str:
    """The resource of settings, which organizations, folders and projects have too."""
    name = call.name
    if not (ABOVE.fullmatch(name) or WEB.fullmatch(name) or TUNNEL.fullmatch(name)):
        raise invalid("Request contains an invalid argument.")
    return _key(call)


def told(call: Call) -> str:
    """The name of the path as IAP tells it: the project by its number."""
    word, _, rest = call.name.partition("/")
    if word != "projects":
        return call.name
    project, slash, below = rest.partition("/")
    return f"projects/{call.world.number_of(project)}{slash}{below}"


def _key(call: Call) -> str:
    """What a policy or settings are kept under: they go with the thing that they protect, not with its name."""
    web, tunnel = WEB.fullmatch(call.name), TUNNEL.fullmatch(call.name)
    if tunnel and tunnel["group"]:
        return call.need(kind=call.world.registry.kind("iap", "destGroups")).name
    if web is None or web["service"] is None:
        return call.name
    service, name = _protected(call, web)
    if not service or call.world.registry.service(service) is None:
        return call.name
    obj = call.world.find(service, name)
    if obj is None and not is_placeholder(name.rpartition("/")[2]):
        raise not_found("Requested entity was not found.")
    return f"{call.name.rpartition('/')[0]}/{_number(obj)}" if obj else call.name


def _number(obj: Obj) -> str:
    return str(obj.body.get("id") or obj.body.get("uid") or obj.id)


def _protected(call: Call, web: re.Match[str]) -> tuple[str, str]:
    """Service and name of what a web resource protects; nothing for App Engine."""
    place, where, short = web["place"], web["where"], web["service"]
    project = f"projects/{call.project}"
    if place == "cloud_run":
        return "run", f"{project}/locations/{where}/services/{short}"
    if place not in COMPUTE:
        return "", ""
    region = f"regions/{where}" if where else "global"
    name = f"{project}/{region}/{COMPUTE[place]}/{short}"
    return "compute", stand_in(call.world.state, "compute", by_number(call.world, name))
