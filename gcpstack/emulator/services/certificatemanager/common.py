"""What the kinds of Certificate Manager share."""

from typing import Any

from gcpstack.emulator.core.call import Call
from gcpstack.emulator.core.model import Body, Kind
from gcpstack.emulator.dialects.aip import AIP

NAME = r"[a-z]([-a-z0-9]{0,61}[a-z0-9])?"


def times(call: Call, body: Body) -> None:
    """A new resource tells when it was made."""
    body["createTime"] = body["updateTime"] = call.world.stamp()


def touched(call: Call, body: Body, _old: Body) -> None:
    """A changed one tells when it was changed."""
    body["updateTime"] = call.world.stamp()


def kind(name: str, schema: str, **facts: Any) -> Kind:
    """A kind of this service: named as its schema, with operations and times."""
    defaults: dict[str, Any] = {
        "name": name,
        "schema": schema,
        "resources": (f"projects.locations.{name}",),
        "id_param": schema[0].lower() + schema[1:] + "Id",
        "id_pattern": NAME,
        "not_found": "Resource '{name}' was not found",
        "already_exists": "Resource '{name}' already exists",
        "lro_omits": ("labels",),
        "on_create": times,
        "on_update": touched,
    }
    return Kind(dialect=AIP, lro=True, **{**defaults, **facts})
