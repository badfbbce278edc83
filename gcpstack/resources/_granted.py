"""Who is granted what by a stack: what rules over several declarations ask.

A rule speaks only of what the stack itself declares: what is managed elsewhere may be right.
"""

import re
from collections.abc import Mapping

from gcpstack._core.json import Body, get
from gcpstack._core.names import template
from gcpstack._core.refs import Address, OutputOf, placeholders
from gcpstack._core.resource import Declared
from gcpstack.resources._agents import address
from gcpstack.resources._stackwide import Stack, of

PROJECT_GRANT = "resourcemanager.ProjectIamMember"
_AGENT = "serviceusage.ServiceAgent"


def listed(body: object, *path: str | int) -> list[Body]:
    """Return the objects of a list within a body; none where there is no list."""
    found = get(body, path) if isinstance(body, Mapping) else None
    return [item for item in found if isinstance(item, dict)] if isinstance(found, list) else []


def member(account: Declared) -> str:
    """Write a service account as grants do."""
    return template(account.kind.known["member"]).format(account.ids)


def may(stack: Stack, account: Declared | str, kind: str, roles: frozenset[str], **on: str) -> bool:
    """Return whether somebody is granted one of some roles, or a custom one, on an object.

    Args:
        stack: the stack.
        account: a service account, or a principal as grants write it.
        kind: the kind of the grant.
        roles: the roles of which each is enough.
        on: what the grant is on, by the names of its identity.
    """
    wanted = account if isinstance(account, str) else member(account)
    return any(
        grant.ids["member"] == wanted and _gives(grant, roles, on) for grant in of(stack, kind)
    )


def agent_may(stack: Stack, api: str, kind: str, roles: frozenset[str], **on: str) -> bool:
    """Return the same of the service agent of an API, such as ``pubsub``."""
    return any(of_agent(grant, api) and _gives(grant, roles, on) for grant in of(stack, kind))


def _gives(grant: Declared, roles: frozenset[str], on: Mapping[str, str]) -> bool:
    role = grant.ids["role"]
    return (role in roles or not role.startswith("roles/")) and all(
        grant.ids[key] == value for key, value in on.items()
    )


def of_agent(grant: Declared, api: str) -> bool:
    """Return whether a grant is to a service agent: by its declaration, or by its address."""
    declared = Address(_AGENT, f"{api}.googleapis.com")
    if any(
        isinstance(found, OutputOf) and found.of == declared for found in placeholders(grant.late)
    ):
        return True
    pattern = re.escape(f"serviceAccount:{address(api, '0')}").replace("-0@", r"-\d+@")
    return bool(re.fullmatch(pattern, grant.ids["member"]))
