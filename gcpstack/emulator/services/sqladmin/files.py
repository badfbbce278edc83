"""Imports from Cloud Storage and exports to it (https://cloud.google.com/sql/docs/postgres/import-export).

No data goes to or fro: an import wants its file to be there, an export leaves one.
"""

from urllib.parse import quote

from gcpstack.emulator.core.call import Call
from gcpstack.emulator.core.errors import ApiError
from gcpstack.emulator.core.model import Body
from gcpstack.emulator.core.serve import ask
from gcpstack.emulator.core.world import World
from gcpstack.emulator.services.sqladmin import operations
from gcpstack.emulator.services.sqladmin.operations import SERVICE, invalid, need, running

STORAGE = "/storage.googleapis.com"
DENIED = "The service account does not have the required permissions for the bucket."


def _place(uri: str) -> tuple[str, str]:
    """Bucket and name of ``gs://BUCKET/NAME``."""
    bucket, _, path = uri.removeprefix("gs://").partition("/")
    if not uri.startswith("gs://") or not bucket or not path:
        raise invalid(f"Invalid request: Invalid Cloud Storage URI ({uri}).")
    return bucket, path


def import_(call: Call) -> Body:
    """``import``: the object must be there; nothing is read from it."""
    obj, context = need(call), call.body.get("importContext", {})
    operations.refuse_busy(obj)
    running(obj)
    bucket, path = _place(str(context.get("uri", "")))
    try:
        ask(call.world, "GET", f"{STORAGE}/storage/v1/b/{bucket}/o/{quote(path, safe='')}")
    except ApiError:
        raise invalid(
            f"Invalid request: The object {context.get('uri', '')} does not exist."
        ) from None
    return operations.start(call, "IMPORT", obj, importContext=context)


def export(call: Call) -> Body:
    """``export``: the bucket must be there."""
    obj, context = need(call), call.body.get("exportContext", {})
    operations.refuse_busy(obj)
    running(obj)
    bucket, _ = _place(str(context.get("uri", "")))
    known = [one.id for one in call.world.state.page(SERVICE, f"{obj.name}/databases") if one.body]
    for name in context.get("databases", ()):
        if name not in known:
            raise invalid(f"Invalid request: The database {name} does not exist.")
    try:
        ask(call.world, "GET", f"{STORAGE}/storage/v1/b/{bucket}")
    except ApiError:
        raise ApiError(403, DENIED, reason="notAuthorized") from None
    return operations.start(call, "EXPORT", obj, finish="files.exported", exportContext=context)


def exported(world: World, instance: str, context: Body) -> None:
    """The file is written; the operation fails where there is one of its name already."""
    bucket, path = _place(context["exportContext"]["uri"])
    query = f"uploadType=media&name={quote(path, safe='')}&ifGenerationMatch=0"
    try:
        ask(world, "POST", f"{STORAGE}/upload/storage/v1/b/{bucket}/o", instance, query=query)
    except ApiError as error:
        text = f"Could not write to {context['exportContext']['uri']}: {error.message}"
        raise ApiError(400, text) from None


operations.ENDS["files.exported"] = exported
