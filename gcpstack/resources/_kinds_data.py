"""The kinds of databases, messages and artifacts, as data.

`gcpstack.resources.kinds` lists them with all others.
"""

from gcpstack._core.kinds import Kind, by_status
from gcpstack.resources._outputs import NAME

REDIS_INSTANCE = Kind(
    name="redis.Instance",
    api="redis.googleapis.com",
    path="projects/{project}/locations/{location}/instances/{name}",
    title="Redis instance",
    protected=True,
    outputs={
        **NAME,
        "host": ("host",),
        "port": ("port",),
        "read_endpoint": ("readEndpoint",),
        "read_endpoint_port": ("readEndpointPort",),
        "current_location_id": ("currentLocationId",),
        "persistence_iam_identity": ("persistenceIamIdentity",),
        "server_ca_certs": ("serverCaCerts",),
        "effective_reserved_ip_range": ("reservedIpRange",),
        "redis_version": ("redisVersion",),
        "state": ("state",),
    },
    condition=by_status("state"),
)
