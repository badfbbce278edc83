"""Settings of a project, which are there from the start: the redirection of gcr.io, logs, VPC Service Controls.

https://cloud.google.com/artifact-registry/docs/reference/rest/v1/ProjectSettings
"""

from gcpstack.emulator.core import masks
from gcpstack.emulator.core.call import Call
from gcpstack.emulator.core.model import Body, Handler

FRESH: dict[str, Body] = {
    "ProjectSettings": {"legacyRedirectionState": "REDIRECTION_FROM_GCR_IO_DISABLED"},
    "VPCSCConfig": {"vpcscPolicy": "DENY"},
    "ProjectConfig": {},
}
SPACE = "artifactregistry.settings"


def _read(call: Call) -> Body:
    fresh = FRESH[call.method.response]
    kept = call.world.state.record(SPACE, call.path, fresh)
    return {"name": call.path, **kept}


def _write(call: Call) -> Body:
    schema = call.api.schemas[call.method.request]
    text = str(call.query.get("updateMask") or "")
    paths = masks.parse(call.api, schema, text) or masks.implied(call.body)
    if paths == ["*"]:
        paths = list(schema.fields)
    kept = masks.apply(_read(call), call.body, [path for path in paths if path != "name"])
    del kept["name"]
    call.world.state.set_record(SPACE, call.path, kept)
    return _read(call)


METHODS: dict[str, Handler] = {
    "projects.getProjectSettings": _read,
    "projects.updateProjectSettings": _write,
    "projects.locations.getVpcscConfig": _read,
    "projects.locations.updateVpcscConfig": _write,
    "projects.locations.getProjectConfig": _read,
    "projects.locations.updateProjectConfig": _write,
}
