"""The kinds of functions, schedules, queues and what else starts work, as data.

`gcpstack.resources.kinds` lists them with all others.
"""

from gcpstack._core.kinds import Kind
from gcpstack.resources import _event_conditions as conditions
from gcpstack.resources import _event_moves as moves
from gcpstack.resources._outputs import NAME

_PLACE = "projects/{project}/locations/{location}/"

FUNCTION = Kind(
    name="cloudfunctions.Function",
    api="cloudfunctions.googleapis.com",
    path=_PLACE + "functions/{name}",
    title="function",
    outputs={
        **NAME,
        "url": ("url",),
        "uri": ("serviceConfig", "uri"),
        "service": ("serviceConfig", "service"),
        "revision": ("serviceConfig", "revision"),
        "trigger": ("eventTrigger", "trigger"),
        "state": ("state",),
    },
    condition=conditions.function,
    refuses=moves.function,
    redo=True,
    # https://cloud.google.com/functions/docs/deploy#before_you_begin
    apis=(
        "artifactregistry.googleapis.com",
        "cloudbuild.googleapis.com",
        "eventarc.googleapis.com",
        "pubsub.googleapis.com",
        "run.googleapis.com",
    ),
)
