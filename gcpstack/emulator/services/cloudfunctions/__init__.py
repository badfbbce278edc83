"""Cloud Run functions, by the API of Cloud Functions v2 (https://cloud.google.com/functions/docs/reference/rest).

A function is built by the emulated Cloud Build, runs as a service of the emulated Cloud Run and gets its
events from the emulated Eventarc.
"""

from gcpstack.emulator.core.model import Lro, Service
from gcpstack.emulator.services.cloudfunctions import functions, runtimes

SERVICE = Service(
    name="cloudfunctions",
    title="Cloud Functions API",
    versions=("v2",),
    kinds=(functions.FUNCTIONS,),
    methods={"projects.locations.runtimes.list": runtimes.listed},
    events={"function.deploy": functions.deploy},
    lro=Lro(metadata=functions.metadata, types="google.cloud.functions.v2"),
    locations=True,
)
