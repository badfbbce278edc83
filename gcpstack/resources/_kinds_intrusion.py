"""The kinds that watch a network's traffic, as data.

`gcpstack.resources.kinds` lists them with all others.
"""

from gcpstack._core.kinds import Kind, Replacement, by_status
from gcpstack.resources._outputs import NAME, SELF

IDS_ENDPOINT = Kind(
    name="ids.Endpoint",
    api="ids.googleapis.com",
    path="projects/{project}/locations/{zone}/endpoints/{name}",
    title="Cloud IDS endpoint",
    # Mirrored packets move over to the new one; none go unseen.
    replace=Replacement.SUCCESSOR,
    outputs={
        **NAME,
        "forwarding_rule": ("endpointForwardingRule",),
        "ip": ("endpointIp",),
        "state": ("state",),
    },
    condition=by_status("state"),
)
PACKET_MIRRORING = Kind(
    name="compute.PacketMirroring",
    api="compute.googleapis.com",
    path="projects/{project}/regions/{region}/packetMirrorings/{name}",
    title="packet mirroring",
    replace=Replacement.SUCCESSOR,
    outputs=SELF,
)
