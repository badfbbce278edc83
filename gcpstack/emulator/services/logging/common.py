"""What the kinds of Cloud Logging have in common: parents, names, times, filters."""

import re

from gcpstack.emulator.core.call import Call
from gcpstack.emulator.core.errors import invalid
from gcpstack.emulator.core.model import Body
from gcpstack.emulator.core.recorded import plain
from gcpstack.emulator.core.store import Obj
from gcpstack.emulator.core.world import World

SERVICE = "logging"
PARENTS = ("projects", "organizations", "folders", "billingAccounts")
NAME = r"[A-Za-z0-9][A-Za-z0-9_.-]{0,99}"
LONGEST_TEXT = 8000
LONGEST_FILTER = 20_000
_DOMAIN = "gcp-sa-logging.iam.gserviceaccount.com"
# https://cloud.google.com/logging/docs/routing/managed-encryption: what tells the accounts of each holder apart.
_AGENTS = {
    "projects": ("p", ""),
    "organizations": ("o", "org-"),
    "folders": ("f", "folder-"),
    "billingAccounts": ("b", "b"),
}
_QUOTED = re.compile(r'"(?:\\.|[^"\\])*"|\'(?:\\.|[^\'\\])*\'', re.DOTALL)


def resources(collection: str) -> tuple[str, ...]:
    """The discovery resources of a collection under every kind of parent."""
    return (*(f"{parent}.{collection}" for parent in PARENTS), collection)


def id_from_body(pattern: str, call: Call) -> str:
    """The id that a body gives as its name."""
    name = str(call.body.get("name", ""))
    if not re.fullmatch(pattern, plain(name)):
        raise invalid(f"Invalid name: '{name}'", field="name")
    return name


def holder_of(call: Call) -> tuple[str, str]:
    """Whose resources the path means, by kind and id: some paths take any two words for them."""
    kind, holder = call.segments[:2]
    if kind not in PARENTS:
        raise invalid(f"Invalid resource name: '{kind}/{holder}'", field="parent")
    return kind, holder


def accounts(call: Call) -> tuple[str, str, str]:
    """The holder's name, the account that uses its keys and the one that writes for its sinks."""
    kind, holder = holder_of(call)
    number = call.world.number_of(holder) if kind == "projects" else holder.lower()
    letter, middle = _AGENTS[kind]
    key_user = f"cmek-{letter}{number}@{_DOMAIN}"
    return f"{kind}/{holder}", key_user, f"service-{middle}{number}@{_DOMAIN}"


def check_text(body: Body) -> None:
    """A description has a longest length, and a filter must be readable."""
    if len(str(body.get("description", ""))) > LONGEST_TEXT:
        raise invalid(
            f"Description exceeds the maximum length of {LONGEST_TEXT} characters.",
            field="description",
        )
    check_filter(str(body.get("filter", "")))


def check_filter(text: str) -> None:
    """Refuse a filter whose quotes or parentheses don't match, or that is too long.

    https://cloud.google.com/logging/docs/view/logging-query-language
    """
    if len(text) > LONGEST_FILTER:
        raise invalid(
            f"Filter exceeds the maximum length of {LONGEST_FILTER} characters.", field="filter"
        )
    rest, depth = _QUOTED.sub("", text), 0
    for place, sign in enumerate(rest):
        depth += (sign == "(") - (sign == ")")
        if depth < 0 or sign == '"':
            raise invalid(
                f"Unparseable filter: syntax error at line 1, column {place + 1}", field="filter"
            )
    if depth:
        raise invalid(
            f"Unparseable filter: syntax error at line 1, column {len(rest)}", field="filter"
        )


def timed(call: Call, body: Body) -> None:
    """A new resource's times."""
    body["createTime"] = body["updateTime"] = call.world.stamp()
    drop_false(body)


def touched(call: Call, body: Body, _old: Body) -> None:
    """A changed resource's time."""
    body["updateTime"] = call.world.stamp()
    drop_false(body)


def drop_false(body: Body) -> None:
    """A flag that is not set is not told."""
    for field in ("disabled", "locked", "analyticsEnabled", "includeChildren", "interceptChildren"):
        if body.get(field) is False:
            body.pop(field)


def short(_world: World, obj: Obj, body: Body) -> Body:
    """Sinks and metrics tell their id as their name."""
    return {**body, "name": obj.id}
