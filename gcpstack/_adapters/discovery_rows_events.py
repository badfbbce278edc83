"""Schedules, queues, schemas and triggers: rows of what google-api-python-client serves."""

from collections.abc import Iterator, Mapping

from gcpstack._adapters.clients import Clients
from gcpstack._adapters.discovery import Discovery, Row, Switch
from gcpstack._adapters.wire import revealed, without
from gcpstack._core.json import Body, clone_body, drop, get
from gcpstack._core.ports import Edit, Operation, Step, Target
from gcpstack.exceptions import FailedPrecondition

_PROJECT = "projects/{project}"
_PLACE = _PROJECT + "/locations/{location}"
#: A scheduler job has one target, and a call one token.
_ONE_OF = (
    frozenset({"httpTarget", "pubsubTarget", "appEngineHttpTarget"}),
    frozenset({"oidcToken", "oauthToken"}),
)
#: What Google says of itself in every call; it can't be set.
_AGENT = "User-Agent"


def _job(ids: Mapping[str, str], body: Body) -> Body:
    """Write a job with its full name; whether it rests is told afterwards."""
    name = f"{_PLACE.format(**ids)}/jobs/{ids['name']}"
    return {**without(body, ["paused"]), "name": name}


def _queue(ids: Mapping[str, str], body: Body) -> Body:
    """Write a queue with its full name; whether it rests is told afterwards."""
    name = f"{_PLACE.format(**ids)}/queues/{ids['name']}"
    return {**without(body, ["paused"]), "name": name}


def _paused(body: Body) -> Body:
    """Return whether it rests by a field of its own: Google's has more words."""
    return {**body, "paused": body.get("state") == "PAUSED"}


def _told_by_google(edit: Edit, body: Body) -> Body:
    """Leave out what Google put in by itself: it follows from what may be changing.

    https://cloud.google.com/scheduler/docs/reference/rest/v1/projects.locations.jobs#HttpTarget
    """
    out = clone_body(body)
    for target in ("httpTarget", "appEngineHttpTarget"):
        if get(edit.desired, (target, "headers", _AGENT)) is None:
            drop(out, (target, "headers", _AGENT))
    live = get(edit.live, ("httpTarget", "uri"))
    token = get(edit.live, ("httpTarget", "oidcToken", "audience"))
    if token == live and get(edit.desired, ("httpTarget", "oidcToken", "audience")) is None:
        drop(out, ("httpTarget", "oidcToken", "audience"))
    return out


def _commit(api: Discovery, edit: Edit) -> Iterator[Step]:
    """Commit another definition as a revision.

    https://cloud.google.com/pubsub/docs/reference/rest/v1/projects.schemas/commit
    """

    def call() -> Operation:
        plain, secrets = revealed({key: edit.merged[key] for key in ("type", "definition")})
        schema = {**plain, "name": edit.target.path}
        return api.call("commit", {"body": {"schema": schema}}, edit.target, secrets)

    if edit.changed:
        yield Step("commit a revision", call)


ROWS: Mapping[str, Row] = {
    # https://cloud.google.com/scheduler/docs/reference/rest/v1/projects.locations.jobs
    "cloudscheduler.Job": Row(
        api="cloudscheduler",
        version="v1",
        collection="projects.locations.jobs",
        one={"name": "{path}"},
        parent={"parent": _PLACE},
        body=_job,
        settle=_told_by_google,
        style="mask",
        one_of=_ONE_OF,
        switches=(Switch(path="paused", on="pause", off="resume"),),
        view=_paused,
        items="jobs",
        list_params={"pageSize": 500},
    ),
    # https://cloud.google.com/tasks/docs/reference/rest/v2/projects.locations.queues
    "cloudtasks.Queue": Row(
        api="cloudtasks",
        version="v2",
        collection="projects.locations.queues",
        one={"name": "{path}"},
        parent={"parent": _PLACE},
        body=_queue,
        style="mask",
        one_of=_ONE_OF,
        switches=(Switch(path="paused", on="pause", off="resume"),),
        view=_paused,
        items="queues",
        list_params={"pageSize": 500},
    ),
    # https://cloud.google.com/eventarc/docs/reference/rest/v1/projects.locations.triggers
    "eventarc.Trigger": Row(
        api="eventarc",
        version="v1",
        collection="projects.locations.triggers",
        one={"name": "{path}"},
        parent={"parent": _PLACE},
        id="triggerId",
        body=lambda _, body: body,
        style="mask",
        items="triggers",
        list_params={"pageSize": 100},
        operations="eventarc",
    ),
    # https://cloud.google.com/pubsub/docs/reference/rest/v1/projects.schemas
    "pubsub.Schema": Row(
        api="pubsub",
        version="v1",
        collection="projects.schemas",
        one={"name": "{path}"},
        parent={"parent": _PROJECT},
        id="schemaId",
        body=lambda _, body: body,
        steps=_commit,
        items="schemas",
        list_params={"pageSize": 1000, "view": "FULL"},
    ),
}


class Queues(Discovery):
    """The adapter of queues: their names rest after a deletion, which nobody can be asked about."""

    def create(self, target: Target, body: Body, request_id: str) -> Operation:
        """Make the queue.

        Raises:
            FailedPrecondition: one of this name was deleted a short time ago.
        """
        try:
            return super().create(target, body, request_id)
        except FailedPrecondition as error:
            if "too recently" in error.message:
                error.remedy = (
                    "Declare it under another name, or wait: the name of a deleted queue is kept for "
                    f"up to {target.kind.reserved_days} days."
                )
            raise


def adapter(clients: Clients, kind: str, stack: str) -> Discovery:  # noqa: ARG001 # no marks here
    """Make the adapter of a kind."""
    made = Queues if kind == "cloudtasks.Queue" else Discovery
    return made(clients, ROWS[kind])
