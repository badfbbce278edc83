"""The RPCs of Cloud Logging, whose own clients speak only gRPC.

https://github.com/googleapis/googleapis/tree/master/google/logging/v2. Those of the settings are not here: their
messages name the settings, where the paths of HTTP name the holder.
"""

from gcpstack.emulator.core.model import Rpc

_V2 = "google.logging.v2"
_CONFIG, _METRICS, _ENTRIES = (
    f"{_V2}.{name}ServiceV2" for name in ("Config", "Metrics", "Logging")
)
_OPERATION = "google.longrunning.Operation"


def _crud(service: str, noun: str, path: str, field: str, update: str = "patch") -> tuple[Rpc, ...]:
    return (
        Rpc(service, f"List{noun}s", f"{path}.list"),
        Rpc(service, f"Get{noun}", f"{path}.get"),
        Rpc(service, f"Create{noun}", f"{path}.create", body=field),
        Rpc(service, f"Update{noun}", f"{path}.{update}", body=field),
        Rpc(service, f"Delete{noun}", f"{path}.delete"),
    )


_BUCKETS, _LINKS = "locations.buckets", "locations.buckets.links"
RPCS = (
    *_crud(_CONFIG, "Sink", "sinks", "sink", "update"),
    *_crud(_CONFIG, "Exclusion", "exclusions", "exclusion"),
    *_crud(_CONFIG, "Bucket", _BUCKETS, "bucket"),
    *_crud(_CONFIG, "View", f"{_BUCKETS}.views", "view"),
    Rpc(_CONFIG, "UndeleteBucket", f"{_BUCKETS}.undelete", body="*"),
    Rpc(
        _CONFIG, "CreateBucketAsync", f"{_BUCKETS}.createAsync", "bucket", f"{_V2}.CreateBucketRequest", _OPERATION,
    ),
    Rpc(
        _CONFIG, "UpdateBucketAsync", f"{_BUCKETS}.updateAsync", "bucket", f"{_V2}.UpdateBucketRequest", _OPERATION,
    ),
    Rpc(_CONFIG, "ListLinks", f"{_LINKS}.list"),
    Rpc(_CONFIG, "GetLink", f"{_LINKS}.get"),
    Rpc(_CONFIG, "CreateLink", f"{_LINKS}.create", body="link", response=_OPERATION),
    Rpc(_CONFIG, "DeleteLink", f"{_LINKS}.delete", response=_OPERATION),
    *_crud(_METRICS, "LogMetric", "projects.metrics", "metric", "update"),
    Rpc(_ENTRIES, "WriteLogEntries", "entries.write", body="*"),
    Rpc(_ENTRIES, "ListLogEntries", "entries.list", body="*"),
    Rpc(_ENTRIES, "ListLogs", "logs.list"),
    Rpc(_ENTRIES, "DeleteLog", "logs.delete"),
)  # fmt: skip
