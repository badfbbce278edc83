"""Where an App Engine app answers: what queues and schedules tell of it."""

from typing import Any


def routed(project: str, routing: dict[str, Any]) -> dict[str, Any]:
    """A routing with its host, which follows from what of the app is meant.

    https://cloud.google.com/tasks/docs/reference/rest/v2/projects.locations.queues#AppEngineRouting
    """
    parts = [routing[part] for part in ("instance", "version", "service") if routing.get(part)]
    return {**routing, "host": ".".join([*parts, f"{project}.appspot.com"])}
