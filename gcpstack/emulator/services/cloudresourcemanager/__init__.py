"""Resource Manager: projects, folders, tags, liens, policies of organizations (https://cloud.google.com/resource-manager/reference/rest)."""

from gcpstack.emulator.core import iam
from gcpstack.emulator.core.lro import Running
from gcpstack.emulator.core.model import Body, Lro, Service
from gcpstack.emulator.core.world import World
from gcpstack.emulator.services.cloudresourcemanager import (
    folders,
    organizations,
    orgpolicies,
    projects,
    tags,
)

TYPES = "google.cloud.resourcemanager.v3"
SCHEMAS = {"projects": "Project", "folders": "Folder", "tagKeys": "TagKey", "tagValues": "TagValue"}


def _metadata(world: World, running: Running) -> Body:
    """What an operation does, and of a new project how far it is."""
    schema = SCHEMAS[running.kind]
    name = f"{running.verb.title()}{schema}Metadata"
    if schema == "Project" and running.version == "v1":
        name = "ProjectCreationStatus"
    body: Body = {"@type": f"type.googleapis.com/{TYPES}.{name}"}
    if name == "ProjectCreationStatus":
        body["@type"] = f"type.googleapis.com/google.cloudresourcemanager.v1.{name}"
    if schema == "Project" and running.verb == "create":
        body["createTime"] = world.stamp(running.started)
        if running.ended is not None:
            body |= {"gettable": True, "ready": True}
    obj = world.state.get(running.service, running.target)
    if schema == "Folder" and obj is not None:
        body |= {"displayName": obj.body["displayName"], "parent": obj.body["parent"]}
    return body


SERVICE = Service(
    name="cloudresourcemanager",
    title="Cloud Resource Manager API",
    versions=("v1", "v3"),
    kinds=(
        projects.PROJECTS,
        folders.FOLDERS,
        folders.LIENS,
        tags.KEYS,
        tags.VALUES,
        tags.BINDINGS,
    ),
    methods={
        "v1:projects.list": projects.list_v1,
        "v3:projects.list": projects.list_v3,
        "v1:organizations.get": organizations.get_v1,
        "v3:organizations.get": organizations.get_v3,
        "v1:organizations.search": organizations.search_v1,
        "v3:organizations.search": organizations.search_v3,
        "effectiveTags.list": tags.effective,
        **{f"organizations.{name}": handler for name, handler in iam.METHODS.items()},
        **{
            f"{resource}.{name}": handler
            for resource in ("projects", "folders", "organizations")
            for name, handler in orgpolicies.METHODS.items()
        },
    },
    events={"purge": projects.purge},
    lro=Lro(
        metadata=_metadata,
        parent="",
        types=TYPES,
        new_id=lambda world: f"cp.{world.ids.number(19)}",
        deleted=True,
    ),
)
