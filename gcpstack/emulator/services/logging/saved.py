"""What the Logs Explorer keeps: log scopes and saved queries.

https://cloud.google.com/logging/docs/log-scope/create-and-manage and
https://cloud.google.com/logging/docs/view/save-queries
"""

import re

from gcpstack.emulator.core.call import Call
from gcpstack.emulator.core.errors import invalid
from gcpstack.emulator.core.model import Body, Kind
from gcpstack.emulator.core.recorded import plain
from gcpstack.emulator.core.store import Obj
from gcpstack.emulator.core.world import World
from gcpstack.emulator.dialects.aip import AIP
from gcpstack.emulator.services.logging.common import (
    NAME,
    SERVICE,
    check_filter,
    check_text,
    resources,
    timed,
    touched,
)

MOST_PROJECTS, MOST_NAMES = 5, 100
_DEFAULT = "_Default"
_IN_SCOPE = re.compile(r"projects/[^/]+(/locations/[^/]+/buckets/[^/]+/views/[^/]+)?")
_QUERIES = ("loggingQuery", "opsAnalyticsQuery")


def _check_scope(call: Call, body: Body, _old: Body | None) -> None:
    check_text(body)
    if call.location != "global":
        raise invalid("Log scopes are only available in the global location.", field="parent")
    names = body["resourceNames"]
    for name in names:
        if not _IN_SCOPE.fullmatch(plain(name)):
            raise invalid(f"Invalid resource name: '{name}'", field="resource_names")
    projects = [name for name in names if name.count("/") == 1]
    if len(projects) > MOST_PROJECTS or len(names) > MOST_NAMES:
        raise invalid(
            f"A log scope can include at most {MOST_PROJECTS} projects and {MOST_NAMES} resources.",
            field="resource_names",
        )


def _refuse_default(_call: Call, obj: Obj) -> None:
    if obj.id == _DEFAULT:
        raise invalid("The default log scope cannot be deleted.")


LOG_SCOPES = Kind(
    name="logScopes",
    resources=resources("locations.logScopes"),
    schema="LogScope",
    dialect=AIP,
    id_param="logScopeId",
    id_pattern=NAME,
    required=("resourceNames",),
    output_only=("createTime", "updateTime"),
    not_found="Log scope {name} does not exist",
    already_exists="Log scope {name} already exists",
    validate=_check_scope,
    on_create=timed,
    on_update=touched,
    on_delete=_refuse_default,
)


def _check_query(_call: Call, body: Body, _old: Body | None) -> None:
    check_text(body)
    given = [field for field in _QUERIES if field in body]
    if len(given) != 1:
        raise invalid("Exactly one of logging_query and ops_analytics_query must be set.")
    check_filter(str(body.get("loggingQuery", {}).get("filter", "")))


SAVED_QUERIES = Kind(
    name="savedQueries",
    resources=resources("locations.savedQueries"),
    schema="SavedQuery",
    dialect=AIP,
    id_param="savedQueryId",
    id_pattern=NAME,
    id_server=lambda call: call.world.ids.hex(20),
    required=("displayName", "visibility"),
    output_only=("createTime", "updateTime"),
    not_found="Saved query {name} does not exist",
    already_exists="Saved query {name} already exists",
    validate=_check_query,
    on_create=timed,
    on_update=touched,
)


def no_recent(_call: Call) -> Body:
    """``recentQueries.list``: queries that were run in the Logs Explorer, which is not here."""
    return {}


def provision(world: World, project: str) -> None:
    """The log scope of every project: its own logs."""
    name = f"projects/{project}/locations/global/logScopes/{_DEFAULT}"
    body = {"name": name, "resourceNames": [f"projects/{project}"]}
    world.state.put(Obj(SERVICE, "logScopes", name, body))
