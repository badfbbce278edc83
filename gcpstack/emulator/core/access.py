"""What is checked of a call's project: it may be called at all, and it has enabled the API."""

import re

from gcpstack.emulator.core.call import Call
from gcpstack.emulator.core.errors import ApiError, error_info
from gcpstack.emulator.core.recorded import plain

PROJECT = re.compile(r"(?:[a-z0-9.-]+:)?[a-z][-a-z0-9]{4,28}[a-z0-9]|\d+|[-_]")
ALWAYS_ENABLED = frozenset({"serviceusage", "cloudresourcemanager"})


def check_project(call: Call) -> None:
    """Refuse a project that can't exist or is being deleted, or an API that it has not enabled."""
    project = call.project
    if not project or call.segments[0] != "projects":
        return
    world, name = call.world, call.service.name
    status = world.state.record("project_state", project, "ACTIVE")
    managed = name == "cloudresourcemanager"
    if not PROJECT.fullmatch(plain(project)) or (status != "ACTIVE" and not managed):
        raise _no_project(call, project)
    if project in "-_":
        return
    world.first_sight(call.service, project)
    usage = world.registry.service("serviceusage") if world.strict_apis else None
    if usage is not None:  # it knows what a project has enabled from the start
        world.first_sight(usage, project)
    world.commit()
    enabled = name in ALWAYS_ENABLED or world.state.record(
        "enabled", f"{project}/{name}.googleapis.com"
    )
    if world.strict_apis and not enabled:
        raise _disabled(call, project)


def _no_project(call: Call, project: str) -> ApiError:
    if call.service.name == "compute":
        return ApiError(404, f"The resource 'projects/{project}' was not found")
    text = f"Permission denied on resource project {project}."
    info = error_info(
        "CONSUMER_INVALID",
        consumer=f"projects/{project}",
        service=f"{call.service.name}.googleapis.com",
    )
    return ApiError(403, text, details=[info])


def _disabled(call: Call, project: str) -> ApiError:
    """The 403 of an API that the project has not enabled."""
    host, number = f"{call.service.name}.googleapis.com", call.world.number_of(project)
    title = call.service.title or call.api.title
    text = (
        f"{title} has not been used in project {number} before or it is disabled. Enable it by visiting "
        f"https://console.developers.google.com/apis/api/{host}/overview?project={number} then retry. If you "
        "enabled this API recently, wait a few minutes for the action to propagate to our systems and retry."
    )
    info = error_info(
        "SERVICE_DISABLED", service=host, consumer=f"projects/{number}", serviceTitle=title
    )
    return ApiError(403, text, reason="accessNotConfigured", details=[info])
