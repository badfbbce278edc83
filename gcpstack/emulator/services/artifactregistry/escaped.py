"""Names with escaped slashes, as packages and files have them.

``team/app`` is the package ``team%2Fapp``: the API's own names keep the escape
(https://cloud.google.com/artifact-registry/docs/reference/rest/v1/projects.locations.repositories.packages).
"""

from collections.abc import Callable
from typing import Any
from urllib.parse import quote

from gcpstack.emulator.core.call import Call
from gcpstack.emulator.core.model import Dialect, Handler
from gcpstack.emulator.dialects.aip import AIP

SAFE = "-._~:@+!$&'()*,;="


def escaped(handler: Callable[[Call], Any]) -> Handler:
    """A handler that finds the names of its path as the API keeps them."""

    def handle(call: Call) -> Any:
        steps = call.match.segments
        first = steps.index("projects")
        below = [quote(step.replace("%2F", "/"), safe=SAFE) for step in steps[first + 2 :]]
        call.segments = [*call.segments[:2], *below]
        call.last = min(call.method.last, len(steps)) - first
        return handler(call)

    return handle


ESCAPED = Dialect(
    name="aip with escaped names",
    methods={name: escaped(handler) for name, handler in AIP.methods.items()},
    events=AIP.events,
)
