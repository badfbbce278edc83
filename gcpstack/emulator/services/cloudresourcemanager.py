"""Resource Manager: projects (https://cloud.google.com/resource-manager/reference/rest)."""

from gcpstack.emulator.core import iam
from gcpstack.emulator.core.call import Call
from gcpstack.emulator.core.ids import etag
from gcpstack.emulator.core.model import Body, Service

BORN = 1_700_000_000.0  # every project that nobody created exists since then


def _get_v1(call: Call) -> Body:
    project = call.project
    return {
        "projectNumber": call.world.number_of(project),
        "projectId": project,
        "lifecycleState": call.world.state.record("project_state", project, "ACTIVE"),
        "createTime": call.world.stamp(BORN),
    }


def _get_v3(call: Call) -> Body:
    project = call.project
    body = {
        "name": f"projects/{call.world.number_of(project)}",
        "projectId": project,
        "state": call.world.state.record("project_state", project, "ACTIVE"),
        "displayName": project,
        "createTime": call.world.stamp(BORN),
        "updateTime": call.world.stamp(BORN),
    }
    return {**body, "etag": etag(body)}


SERVICE = Service(
    name="cloudresourcemanager",
    title="Cloud Resource Manager API",
    versions=("v1", "v3"),
    methods={
        "v1:projects.get": _get_v1,
        "v3:projects.get": _get_v3,
        **{f"projects.{name}": handler for name, handler in iam.METHODS.items()},
    },
)
