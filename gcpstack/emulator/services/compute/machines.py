"""Virtual machines as far as load balancing needs them: instances, unmanaged groups, public images.

https://cloud.google.com/compute/docs/reference/rest/v1/instanceGroups. Nothing runs: an instance is
RUNNING once it is made.
"""

import re

from gcpstack.emulator.core.call import Call
from gcpstack.emulator.core.clock import rfc3339_offset
from gcpstack.emulator.core.errors import condition_not_met
from gcpstack.emulator.core.links import full, relative
from gcpstack.emulator.core.model import Body, Kind, Reference
from gcpstack.emulator.core.recorded import same_version
from gcpstack.emulator.core.store import Obj
from gcpstack.emulator.dialects import compute as dialect
from gcpstack.emulator.dialects import compute_operations as operations
from gcpstack.emulator.dialects.compute import COMPUTE
from gcpstack.emulator.services.compute.setters import mutate
from gcpstack.emulator.services.compute.words import missing, wrong

LAST_PORT = 65535
# Projects of public images, and what the names of their images' families look like.
PUBLIC = {
    "debian-cloud": r"debian-\d+(-arm64)?",
    "ubuntu-os-cloud": r"ubuntu-(minimal-)?\d{4}(-lts)?(-amd64|-arm64)?",
    "cos-cloud": r"cos-(stable|beta|dev|\d+-lts)",
    "rocky-linux-cloud": r"rocky-linux-\d+(-optimized-gcp)?(-arm64)?",
    "windows-cloud": r"windows-\d{4}(-core)?",
}


def _check_instance(_call: Call, body: Body, _old: Body | None) -> None:
    for field in ("machineType", "networkInterfaces"):
        if not body.get(field):
            raise missing(field)
    disks = body.get("disks", [])
    if not any(disk.get("boot") for disk in disks):
        raise wrong("disks", hint="At least one boot disk must be specified.")


def _started(_call: Call, body: Body) -> None:
    body["status"] = "RUNNING"


def _leave_groups(call: Call, obj: Obj) -> None:
    """A deleted instance is in no group any more."""
    for group in list(call.world.state.page("compute", f"{obj.parent}/instanceGroups")):
        held = _members(group)
        if obj.name in held:
            _set_members(call, group, [name for name in held if name != obj.name])


INSTANCES = Kind(
    name="instances",
    resources=("instances",),
    schema="Instance",
    dialect=COMPUTE,
    output_only=("status",),
    protection="deletionProtection",
    refs=(
        Reference(path="networkInterfaces[].network", to=("networks",), as_sent=True),
        Reference(path="networkInterfaces[].subnetwork", to=("subnetworks",), as_sent=True),
    ),
    validate=_check_instance,
    on_create=_started,
    on_delete=_leave_groups,
)


def _members(group: Obj) -> list[str]:
    found: list[str] = group.meta.get("instances", [])
    return found


def _set_members(call: Call, group: Obj, names: list[str]) -> Obj:
    body = {**group.body, "size": len(names)}
    return call.world.state.put(group.but(body=body, meta={**group.meta, "instances": names}))


def _sent(call: Call) -> list[str]:
    """The instances of a request, by name; they must exist."""
    links = [str(one.get("instance", "")) for one in call.body.get("instances", [])]
    if not links:
        raise missing("instances")
    names = [call.world.canonical(relative(link, call.project)) for link in links]
    for name in names:
        if call.find(name) is None:
            raise call.missing(name)
    return names


def _add(call: Call) -> Body:
    """``addInstances``."""
    group, names = dialect.ready(call), _sent(call)
    held = _members(group)
    for name in names:
        if name in held:
            link = full(name)
            raise wrong("instances", link, "The instance is already a member of the group.")
    return operations.start(call, "addInstances", _set_members(call, group, [*held, *names]))


def _remove(call: Call) -> Body:
    """``removeInstances``."""
    group, names = dialect.ready(call), _sent(call)
    held = _members(group)
    for name in names:
        if name not in held:
            raise wrong("instances", full(name), "The instance is not a member of the group.")
    left = [name for name in held if name not in names]
    return operations.start(call, "removeInstances", _set_members(call, group, left))


def _list(call: Call) -> Body:
    """``listInstances``."""
    group = dialect.target(call)
    wanted = call.body.get("instanceState", "ALL")
    ports = {"namedPorts": group.body["namedPorts"]} if group.body.get("namedPorts") else {}
    found = [call.find(name) for name in _members(group)]
    items = [
        {"instance": full(obj.name), "status": obj.body["status"], **ports}
        for obj in found
        if obj is not None and wanted in ("ALL", obj.body["status"])
    ]
    answer: Body = {"kind": "compute#instanceGroupsListInstances", "id": group.body["id"]}
    return answer | ({"items": items} if items else {})


def _set_ports(call: Call) -> Body:
    """``setNamedPorts``, guarded by the group's fingerprint."""

    def change(group: Obj) -> Body:
        shown = call.sent.get("fingerprint")
        if shown is not None and not same_version(shown, group.body["fingerprint"]):
            raise condition_not_met("Invalid fingerprint.")
        return {**group.body, "namedPorts": call.body.get("namedPorts", [])}

    return mutate(call, "setNamedPorts", change)


def _check_ports(_call: Call, body: Body, _old: Body | None) -> None:
    for index, one in enumerate(body.get("namedPorts", [])):
        if not 1 <= one.get("port", 0) <= LAST_PORT:
            hint = f"Must be between 1 and {LAST_PORT}."
            raise wrong(f"namedPorts[{index}].port", one.get("port", ""), hint)


def _new_group(call: Call) -> Body:
    """``insert``; the network can be named although the document calls it an output."""
    for field in ("network", "subnetwork"):
        if call.sent.get(field):
            call.body[field] = call.sent[field]
    return dialect.insert(call)


def _empty(_call: Call, body: Body) -> None:
    body["size"] = 0


INSTANCE_GROUPS = Kind(
    name="instanceGroups",
    resources=("instanceGroups",),
    schema="InstanceGroup",
    dialect=COMPUTE,
    fingerprint="fingerprint",
    output_only=("size",),
    refs=(
        Reference(path="network", to=("networks",)),
        Reference(path="subnetwork", to=("subnetworks",)),
    ),
    validate=_check_ports,
    on_create=_empty,
    methods={
        "insert": _new_group,
        "addInstances": _add,
        "removeInstances": _remove,
        "listInstances": _list,
        "setNamedPorts": _set_ports,
    },
)


def _family(call: Call) -> Body:
    """``getFromFamily``: of the public images one of a fixed day."""
    family = call.segments[-1]
    if not re.fullmatch(PUBLIC.get(call.project, "(?!)"), family):
        raise call.missing("/".join(call.segments))
    name = f"projects/{call.project}/global/images/{family}-v20240110"
    return {
        "kind": "compute#image",
        "name": name.rsplit("/", 1)[-1],
        "family": family,
        "selfLink": full(name),
        "creationTimestamp": rfc3339_offset(1704873600),
        "status": "READY",
        "sourceType": "RAW",
    }


IMAGES = Kind(
    name="images",
    resources=("images",),
    schema="Image",
    dialect=COMPUTE,
    methods={"getFromFamily": _family},
)
