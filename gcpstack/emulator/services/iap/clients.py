"""The consent screen of a project and its OAuth clients.

https://cloud.google.com/iap/docs/programmatic-oauth-clients: one brand a project, named by the
project's number.
"""

import re

from gcpstack.emulator.core.call import Call
from gcpstack.emulator.core.errors import invalid
from gcpstack.emulator.core.model import Body, Kind
from gcpstack.emulator.dialects.aip import AIP

EMAIL = re.compile(r"[^@\s]+@[^@\s]+")
MOST_CLIENTS = 500


def _check_brand(_call: Call, body: Body, _old: Body | None) -> None:
    if not EMAIL.fullmatch(body["supportEmail"]):
        raise invalid(f"Invalid support email '{body['supportEmail']}'.", field="support_email")


def _internal(_call: Call, body: Body) -> None:
    body["orgInternalOnly"] = True


BRANDS = Kind(
    name="brands",
    resources=("projects.brands",),
    schema="Brand",
    dialect=AIP,
    versions=("v1",),
    number=True,
    id_server=lambda call: call.world.number_of(call.project),
    required=("applicationTitle", "supportEmail"),
    validate=_check_brand,
    on_create=_internal,
)


def _client_id(call: Call) -> str:
    number = call.world.number_of(call.project)
    return f"{number}-{call.world.ids.hex(32)}.apps.googleusercontent.com"


def _secret(call: Call) -> str:
    return f"GOCSPX-{call.world.ids.hex(28)}"


def _with_secret(call: Call, body: Body) -> None:
    taken = sum(1 for _ in call.world.state.page(call.service.name, call.path))
    if taken >= MOST_CLIENTS:
        raise invalid(f"A brand has at most {MOST_CLIENTS} OAuth clients.")
    body["secret"] = _secret(call)


def _reset(call: Call) -> Body:
    obj = call.need()
    fresh = call.world.state.put(obj.but(body={**obj.body, "secret": _secret(call)}))
    return call.world.show(fresh)


CLIENTS = Kind(
    name="identityAwareProxyClients",
    resources=("projects.brands.identityAwareProxyClients",),
    schema="IdentityAwareProxyClient",
    dialect=AIP,
    versions=("v1",),
    number=True,
    id_server=_client_id,
    on_create=_with_secret,
    secret=("secret",),
    methods={"resetSecret": _reset},
)
