"""Cloud Run functions, by the API of Cloud Functions v2 (https://cloud.google.com/functions/docs/reference/rest).

A function is built by the emulated Cloud Build, runs as a service of the emulated Cloud Run and gets its
events from the emulated Eventarc. Of version 1 only the lists are answered that gcloud asks for on the way.
"""

from gcpstack.emulator.core import locations
from gcpstack.emulator.core.call import Call
from gcpstack.emulator.core.model import Body, Lro, Service
from gcpstack.emulator.services.cloudfunctions import functions, runtimes


def _none(call: Call) -> Body:
    """``functions.list`` of version 1: there are no functions of the first generation."""
    locations.check(call.location)
    return {}


SERVICE = Service(
    name="cloudfunctions",
    title="Cloud Functions API",
    versions=("v2", "v1"),
    kinds=(functions.FUNCTIONS,),
    methods={
        "projects.locations.runtimes.list": runtimes.listed,
        "v1:projects.locations.functions.list": _none,
    },
    events={"function.deploy": functions.deploy},
    lro=Lro(metadata=functions.metadata, types="google.cloud.functions.v2"),
    locations=True,
)
