"""Where functions' sources are: uploaded by clients, copied by the server, downloaded again.

https://cloud.google.com/functions/docs/reference/rest/v2/projects.locations.functions/generateUploadUrl
"""

from urllib.parse import quote

from gcpstack.emulator.core import sources
from gcpstack.emulator.core.call import Call
from gcpstack.emulator.core.errors import ApiError
from gcpstack.emulator.core.locations import check as check_location
from gcpstack.emulator.core.model import Body
from gcpstack.emulator.core.serve import ask

STORAGE = "/storage.googleapis.com"


def _bucket(call: Call, name: str) -> str:
    """A bucket that the service keeps for itself, made when it is first needed."""
    if call.find(f"b/{name}", "storage") is None:
        body = {
            "name": name,
            "location": call.location.upper(),
            "iamConfiguration": {"uniformBucketLevelAccess": {"enabled": True}},
            "labels": {"goog-managed-by": "cloudfunctions"},
        }
        ask(call.world, "POST", f"{STORAGE}/storage/v1/b", body, query=f"project={call.project}")
    return name


def _address(call: Call) -> str:
    """Where the client reaches Cloud Storage: the way it came itself."""
    lower = {key.lower(): text for key, text in call.request.headers.items()}
    host = lower.get("host", "")
    if not host or host.endswith(".googleapis.com"):
        return f"http:/{STORAGE}"  # tools come by a proxy, which reads no TLS
    return f"http://{host}{STORAGE}"


def generate_upload_url(call: Call) -> Body:
    """``generateUploadUrl``: an address that takes the archive by PUT, and the source that it makes."""
    check_location(call.location)
    number = call.world.number_of(call.project)
    bucket = _bucket(call, f"gcf-v2-uploads-{number}.{call.location}.cloudfunctions.appspot.com")
    name = f"{call.world.ids.uuid()}.zip"
    query = f"uploadType=media&name={quote(name)}"
    return {
        "uploadUrl": f"{_address(call)}/upload/storage/v1/b/{bucket}/o?{query}",
        "storageSource": {"bucket": bucket, "object": name},
    }


def generate_download_url(call: Call) -> Body:
    """``generateDownloadUrl``: an address of the archive that the function was deployed from."""
    where = call.need().body["buildConfig"].get("source", {}).get("storageSource")
    if not where:
        raise ApiError(400, "The function has no source archive.", status="FAILED_PRECONDITION")
    name = quote(where["object"], safe="")
    return {
        "downloadUrl": f"{_address(call)}/download/storage/v1/b/{where['bucket']}/o/{name}?alt=media"
    }


def copy(call: Call, source: Body, short: str) -> tuple[Body, bytes]:
    """Copy a source to where the server keeps it; where that is, and its content.

    Raises:
        ApiError: in Cloud Storage's words, when it is not there.
    """
    data = sources.read(call.world, source)
    bucket = _bucket(call, f"gcf-v2-sources-{call.world.number_of(call.project)}-{call.location}")
    name = f"{short}/function-source.zip"
    if source["bucket"] == bucket and source["object"] == name:
        made = sources.find(call.world, source)
    else:
        query = f"uploadType=media&name={quote(name, safe='')}"
        path = f"{STORAGE}/upload/storage/v1/b/{bucket}/o"
        made = ask(call.world, "POST", path, data, query=query, kind="application/zip")
    return {"bucket": bucket, "object": name, "generation": made["generation"]}, data
